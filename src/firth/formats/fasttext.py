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

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.formats.contents import (
    Contents,
    NGrams,
    Opened,
    ReadOptions,
    WriteOptions,
    infinite_row,
)
from firth.formats.fasttext_file import ModelFile, open_model
from firth.formats.fasttext_head import (
    HIERARCHICAL,
    MAGIC,
    SETTINGS,
    SUPERVISED,
    VERSION,
    Dictionary,
    Settings,
    between_marks,
    read_dictionary,
    read_settings,
)
from firth.formats.fasttext_matrix import read_flag, read_matrix
from firth.formats.fasttext_rows import NONE, ComposedRows, ngram_adder, uses_ngrams
from firth.formats.words import bytes_of, refuse_words
from firth.vectors.matrix import FloatMatrix

TITLE = "fastText's binary format"
#: Rows written at once.
_ROWS = 4096


def read_path(path: Path, options: ReadOptions) -> Contents:
    """Read words, their vectors, and what unseen words are composed of.

    Rows of buckets and output vectors are maps of the file, unless it is compressed or quantised:
    a model may be larger than memory. Output vectors are kept where there is one for each word,
    so not of hierarchical softmax, nor of classifiers.
    """
    composed, output = _read(path, options)
    file, dictionary, matrix = composed.file, composed.dictionary, composed.matrix
    vectors = composed.whole()
    _refuse_infinite(file, matrix, dictionary.n_words, "bucket", composed.begin)
    if output is not None:
        rows, behind = output
        _refuse_infinite(file, rows, 0, "output vector", behind)
    return Contents(
        dictionary.words,
        vectors,
        dictionary.counts,
        composed.ngrams(),
        None if output is None else output[0],
    )


def open_path(path: Path, options: ReadOptions) -> Opened:
    """Read words, and map the rows that vectors are composed of when somebody asks for them.

    Values are not looked at before: the file is not read in full. Vectors that are composed are.
    """
    composed, _ = _read(path, options)
    found = composed.dictionary
    return Opened(found.words, composed, found.counts, composed.ngrams())


def _read(
    path: Path, options: ReadOptions
) -> tuple[ComposedRows, tuple[NDArray[np.float32], int] | None]:
    """Return rows to compose, and output vectors with the byte at which they begin."""
    with open_model(path) as file:
        settings = read_settings(file)
        dictionary = read_dictionary(file, settings, options.top, options.errors)
        quantised = settings.versioned and read_flag(file, "whether the matrix is quantised")
        at = file.offset
        matrix = _read_input(file, settings, dictionary, quantised)
        out_quantised = settings.versioned and read_flag(file, "whether the output is quantised")
        behind = file.offset
        output = _read_output(file, settings, dictionary, quantised and out_quantised)
        if rest := file.read(64):
            raise file.error(
                file.offset - len(rest), f"{rest!r} follows; expected the end of the file"
            )
    composed = ComposedRows(file, settings, dictionary, matrix, at + 16)
    return composed, None if output is None else (output, behind + 16)


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
    file: ModelFile, settings: Settings, dictionary: Dictionary, quantised: bool
) -> NDArray[np.float32] | None:
    supervised = settings.model == SUPERVISED
    whole = not (supervised or quantised or dictionary.n_labels or settings.loss == HIERARCHICAL)
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


def write(file: BinaryIO, contents: Contents, options: WriteOptions) -> None:
    """Write a model that fastText and gensim read.

    fastText composes the vector of a word whenever it is asked for it. So the row v' that is
    written for a word with n n-grams z is such that the mean is its vector v::

        v' = (1 + n) v - Σ z

    in single precision of the largest of these. It says that it was trained by skip-gram with
    negative sampling, at fastText's defaults, whatever it was.

    Counts of 0, and those that are not known, are written as 1: gensim drops words that never
    occurred, and then refuses the file. Missing output vectors are written as zeros: training
    may go on from there. A model without n-grams gets one bucket, of zeros: fastText divides by
    their number.

    Buckets without a row, which firth leaves out, get zeros. fastText counts them in the mean of a
    word that it does not know, and firth does not: there such a word's vector has the same
    direction, and is shorter. Of a word of more than 64 characters that it does not know fastText
    counts an n-gram as often as it occurs, firth's own models once. n-grams that have no buckets
    cannot be written: see `lost`.
    """
    refuse_words(contents.words, r"\x00", "a zero byte", TITLE)
    ngrams = contents.ngrams
    if ngrams is not None and not (ngrams.buckets and ngrams.max_n):
        ngrams = None
    if ngrams is not None and ngrams.keys is None and len(ngrams.matrix) != ngrams.buckets:
        raise ConfigError(
            f"there are {len(ngrams.matrix):,} rows for {ngrams.buckets:,} buckets; name the "
            "bucket of each row (NGrams.keys)"
        )
    (words, dim), buckets = contents.matrix.shape, 1 if ngrams is None else ngrams.buckets
    lengths = (0, 0) if ngrams is None else (ngrams.min_n, ngrams.max_n)
    counts = np.ones(words, np.int64) if contents.counts is None else contents.counts
    counts = np.maximum(counts, 1)
    file.write(struct.pack("<2i", MAGIC, VERSION))
    file.write(SETTINGS.pack(dim, 5, 5, 1, 5, 1, 2, 2, buckets, *lengths, 100, 1e-4))
    file.write(struct.pack("<3i2q", words, words, 0, int(counts.sum()), -1))
    offsets, text = bytes_of(contents.words.array)
    _write_entries(file, offsets, text, counts)
    file.write(struct.pack("<B2q", 0, words + buckets, dim))
    for rows in _word_rows(contents, ngrams, offsets, text):
        file.write(rows.data)
    for shared in _bucket_rows(ngrams, buckets, dim):
        file.write(np.ascontiguousarray(shared, "<f4").data)
    file.write(struct.pack("<B2q", 0, words, dim))
    for start in range(0, words, _ROWS):
        some = min(_ROWS, words - start)
        if contents.output is None:
            file.write(bytes(some * dim * 4))
        else:
            file.write(np.ascontiguousarray(contents.output[start : start + some], "<f4").data)


def _write_entries(
    file: BinaryIO,
    offsets: NDArray[np.int64],
    text: NDArray[np.uint8],
    counts: NDArray[np.int64],
) -> None:
    from firth.formats.kernels.records import copy_spans

    for start in range(0, len(counts), _ROWS):
        bounds = offsets[start : start + _ROWS + 1]
        sizes = np.diff(bounds)
        ends = np.cumsum(sizes + 10)  # a zero, the count, and another zero: it is a word
        block = np.zeros(int(ends[-1]), np.uint8)
        copy_spans(text, bounds[:-1], sizes, block, ends - sizes - 10)
        numbers = counts[start : start + len(sizes), np.newaxis].astype("<i8").view(np.uint8)
        block[(ends - 9)[:, np.newaxis] + np.arange(8)] = numbers
        file.write(block.data)


def _word_rows(
    contents: Contents,
    ngrams: NGrams | None,
    offsets: NDArray[np.int64],
    text: NDArray[np.uint8],
) -> Iterator[NDArray[np.float32]]:
    """Yield the words' own rows, block by block."""
    add = None
    if ngrams is not None:
        keys = NONE if ngrams.keys is None else ngrams.keys
        numbers = ngrams.min_n, ngrams.max_n, ngrams.buckets, 0
        marked = between_marks(text, offsets[:-1], np.diff(offsets))
        places = (*numbers, keys, np.arange(len(keys)), 1)
        bounds = offsets + 2 * np.arange(len(offsets))
        add = ngram_adder(marked, bounds, places, np.ascontiguousarray(ngrams.matrix))
    for start in range(0, len(contents.matrix), _ROWS):
        rows: NDArray[np.float64] = contents.matrix[start : start + _ROWS].astype(np.float64)
        if add is not None:
            total = np.zeros(rows.shape)
            rows = rows * (1 + add(start, total))[:, np.newaxis] - total
        with np.errstate(over="ignore"):
            found = rows.astype("<f4")
        if not np.isfinite(found).all():
            row = start + int(np.flatnonzero(~np.isfinite(found).all(axis=1))[0])
            raise ConfigError(
                f"{TITLE} cannot hold the vector of the word {contents.words[row]!r}: as the mean "
                "of its own row and those of its n-grams, it takes numbers beyond single precision"
            )
        yield found


def _bucket_rows(ngrams: NGrams | None, buckets: int, dim: int) -> Iterator[FloatMatrix]:
    """Yield the rows of buckets, block by block; zeros for those that have none."""
    for start in range(0, buckets, _ROWS):
        some = min(_ROWS, buckets - start)
        if ngrams is not None and ngrams.keys is None:
            yield ngrams.matrix[start : start + some]
            continue
        block = np.zeros((some, dim), np.float32)
        if ngrams is not None and ngrams.keys is not None:
            first, last = np.searchsorted(ngrams.keys, [start, start + some])
            block[ngrams.keys[first:last] - start] = ngrams.matrix[first:last]
        yield block
