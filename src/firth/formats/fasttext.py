r"""fastText's binary format, ``.bin``: words, the rows of their n-grams, and output vectors.

::

    int32   793712314, version 12 (or 11)
    int32   dim, ws, epoch, minCount, neg, wordNgrams, loss, model, bucket, minn, maxn,
            lrUpdateRate;  float64 t
    int32   entries, words, labels;  int64 tokens, kept buckets (-1 for all)
            entries: bytes, 0, int64 count, int8 kind (0 a word, 1 a label); words are first
            kept buckets: int32 bucket, int32 row
    int8    quantised?  then the input matrix: rows of words, then of buckets
    int8    output quantised?  then the output matrix

    dense:      int64 m, n;  m x n float32
    quantised:  int8 lengths apart?  int64 m, n;  int32 size;  codes;  quantiser;
                if lengths are apart: m codes, quantiser
    quantiser:  int32 dim, parts, width, last width;  256 x dim float32

(fastText, ``args.cc``, ``dictionary.cc``, ``densematrix.cc``, ``quantmatrix.cc``,
``productquantizer.cc``, ``fasttext.cc``; all little-endian, without padding.) Models of 2016 have
neither mark nor version, nor the fields of kept buckets and of quantisation.

The vector of a word is the mean of its own row and those of its n-grams, that of ``</s>`` its own
row (:mod:`firth.corpus.ngrams`); sums are formed in fastText's order, so that vectors are its own
to the bit. Labels are kept, behind the words: fastText gives them vectors too, and any word that
begins with ``__label__`` is one.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.formats.contents import Contents, Opened, ReadOptions, infinite_row
from firth.formats.fasttext_file import ModelFile, open_model
from firth.formats.fasttext_head import (
    HIERARCHICAL,
    SUPERVISED,
    Dictionary,
    Settings,
    read_dictionary,
    read_settings,
)
from firth.formats.fasttext_matrix import read_flag, read_matrix
from firth.formats.fasttext_rows import ComposedRows, uses_ngrams
from firth.formats.fasttext_writing import write

__all__ = ["Parts", "open_path", "read_parts", "read_path", "write"]


class Parts(NamedTuple):
    """A model as it is in its file.

    Attributes
    ----------
    settings : Settings
        What it was trained with.
    dictionary : Dictionary
        Its words and labels.
    matrix : (n_words + buckets, dim) float32
        Rows of words, then of buckets; a map of the file, where that can be.
    output : (rows, dim) float32, or None
        Output vectors, of words or of nodes of the tree; None if they are not wanted.
    starts : (int, int)
        The bytes where the numbers of the two matrices begin.
    """

    settings: Settings
    dictionary: Dictionary
    matrix: NDArray[np.float32]
    output: NDArray[np.float32] | None
    starts: tuple[int, int]


def read_path(path: Path, options: ReadOptions) -> Contents:
    """Read words, their vectors, and what unseen words are composed of.

    Rows of buckets and output vectors are maps of the file, unless it is compressed or quantised:
    a model may be larger than memory. Output vectors are kept where there is one for each word,
    so not of hierarchical softmax, nor of classifiers.
    """
    with open_model(path) as file:
        parts = _read_parts(file, options.top, options.errors, nodes=False)
        settings, dictionary, matrix, output, starts = parts
        composed = ComposedRows(file, settings, dictionary, matrix, starts[0])
        vectors = composed.whole()
        _refuse_infinite(file, matrix, dictionary.n_words, "bucket", starts[0])
        if output is not None:
            _refuse_infinite(file, output, 0, "output vector", starts[1])
    return Contents(dictionary.words, vectors, dictionary.counts, composed.ngrams(), output)


def open_path(path: Path, options: ReadOptions) -> Opened:
    """Read words, and map the rows that vectors are composed of when somebody asks for them.

    Values are not looked at before: the file is not read in full. Vectors that are composed are.
    """
    with open_model(path) as file:
        settings, found, matrix, _, starts = _read_parts(
            file, options.top, options.errors, nodes=False
        )
        composed = ComposedRows(file, settings, found, matrix, starts[0])
    return Opened(found.words, composed, found.counts, composed.ngrams())


def read_parts(path: Path, errors: str = "strict") -> Parts:
    """Read a model as it is, rows of words and of buckets apart, to train on.

    Parameters
    ----------
    path : Path
        The file.
    errors : str
        What words do that are not UTF-8: ``"strict"``, ``"replace"`` or ``"latin-1"``.

    Raises
    ------
    FormatError
        It is damaged, or no model of fastText, or holds numbers that are not finite.
    """
    with open_model(path) as file:
        parts = _read_parts(file, None, errors, nodes=True)
        _refuse_infinite(file, parts.matrix, 0, "row", parts.starts[0])
        if parts.output is not None:
            _refuse_infinite(file, parts.output, 0, "output vector", parts.starts[1])
    return parts


def _read_parts(file: ModelFile, top: int | None, errors: str, *, nodes: bool) -> Parts:
    settings = read_settings(file)
    dictionary = read_dictionary(file, settings, top, errors)
    quantised = settings.versioned and read_flag(file, "whether the matrix is quantised")
    at = file.offset
    matrix = _read_input(file, settings, dictionary, quantised)
    out_quantised = settings.versioned and read_flag(file, "whether the output is quantised")
    behind = file.offset
    output = _read_output(file, settings, dictionary, quantised and out_quantised, nodes)
    if rest := file.read(64):
        raise file.error(file.offset - len(rest), f"{rest!r} follows; expected the end of the file")
    return Parts(settings, dictionary, matrix, output, (at + 16, behind + 16))


def _refuse_infinite(
    file: ModelFile, matrix: NDArray[np.float32], first: int, what: str, at: int
) -> None:
    """Look at the rows that words are not composed of, from `first` on."""
    row = infinite_row(matrix[first:])
    if row is not None:
        raise file.error(at, f"{what} {row:,} holds a value that is not a finite number")


def _read_input(
    file: ModelFile, settings: Settings, dictionary: Dictionary, quantised: bool
) -> NDArray[np.float32]:
    pruned = dictionary.pruned
    if pruned is not None and not quantised:
        raise file.error(
            file.offset,
            f"{len(pruned[0]):,} buckets were kept, though the matrix is not quantised; expected "
            "-1 for all of them. fastText refuses such models too (its issue 332)",
        )
    ngrams = uses_ngrams(settings, dictionary)
    buckets = settings.buckets if pruned is None else len(pruned[0])
    return read_matrix(
        file,
        quantised=quantised,
        rows=dictionary.n_words + (buckets if ngrams else 0),
        # Without n-grams of characters, there may be rows of n-grams of words.
        more=not ngrams,
        dim=settings.dim,
        kept=-1 if ngrams or dictionary.n_labels else len(dictionary.words),
        what="input matrix",
    )


def _read_output(
    file: ModelFile, settings: Settings, dictionary: Dictionary, quantised: bool, nodes: bool
) -> NDArray[np.float32] | None:
    supervised = settings.model == SUPERVISED
    whole = not (supervised or quantised or dictionary.n_labels) and (
        nodes or settings.loss != HIERARCHICAL
    )
    output = read_matrix(
        file,
        quantised=quantised,
        rows=dictionary.n_labels if supervised else dictionary.n_words,
        more=False,
        dim=settings.dim,
        kept=len(dictionary.words) if whole else 0,
        what="output matrix",
    )
    return output if whole else None
