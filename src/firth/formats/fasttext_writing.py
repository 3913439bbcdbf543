"""Writing fastText's binary format; :mod:`firth.formats.fasttext` says what it is."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import ConfigError
from firth.files.machine import available_cores, in_order
from firth.formats.contents import Contents, NGrams, WriteOptions
from firth.formats.fasttext_head import MAGIC, SETTINGS, VERSION, between_marks
from firth.formats.fasttext_sums import NO_KEYS, ngram_adder
from firth.formats.words import bytes_of, refuse_words
from firth.vectors.matrix import FloatMatrix

TITLE = "fastText's binary format"
#: Rows written at once.
_ROWS = 4096


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
    output = contents.output
    write_parts(
        file,
        (dim, 5, 5, 1, 5, 1, 2, 2, buckets, *lengths, 100, 1e-4),
        contents.words,
        np.maximum(counts, 1),
        _word_rows(contents, ngrams, *bytes_of(contents.words.array)),
        _bucket_rows(ngrams, buckets, dim),
        _zeros(words, dim) if output is None else _blocks(output),
    )


def write_parts(
    file: BinaryIO,
    fields: Sequence[Any],
    words: WordList,
    counts: NDArray[np.int64],
    own: Iterable[NDArray[Any]],
    shared: Iterable[NDArray[Any]],
    output: Iterable[NDArray[Any]],
) -> None:
    """Write a model from its parts.

    Parameters
    ----------
    file : file
        Open for bytes.
    fields : sequence of 13 numbers
        The settings, as they are in the file.
    words : WordList
        V words, the most frequent first.
    counts : (V,) int64
        Theirs, 1 or more.
    own, shared, output : iterables of (some, dim) arrays
        Block by block the rows of words, those of buckets, and V output vectors.

    Raises
    ------
    ConfigError
        A word cannot be written.
    """
    refuse_words(words, r"\x00", "a zero byte", TITLE)
    n_words, dim, buckets = len(words), fields[0], fields[8]
    file.write(struct.pack("<2i", MAGIC, VERSION))
    file.write(SETTINGS.pack(*fields))
    file.write(struct.pack("<3i2q", n_words, n_words, 0, int(counts.sum()), -1))
    _write_entries(file, *bytes_of(words.array), counts)
    file.write(struct.pack("<B2q", 0, n_words + buckets, dim))
    for rows in chain(own, shared):
        file.write(np.ascontiguousarray(rows, "<f4").data)
    file.write(struct.pack("<B2q", 0, n_words, dim))
    for rows in output:
        file.write(np.ascontiguousarray(rows, "<f4").data)


def _blocks(matrix: NDArray[Any]) -> Iterator[NDArray[Any]]:
    for start in range(0, len(matrix), _ROWS):
        yield matrix[start : start + _ROWS]


def _zeros(rows: int, dim: int) -> Iterator[NDArray[Any]]:
    for start in range(0, rows, _ROWS):
        yield np.zeros((min(_ROWS, rows - start), dim), np.float32)


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
        keys = NO_KEYS if ngrams.keys is None else ngrams.keys
        numbers = ngrams.min_n, ngrams.max_n, ngrams.buckets, 0
        marked = between_marks(text, offsets[:-1], np.diff(offsets))
        places = (*numbers, keys, np.arange(len(keys)), 1)
        bounds = offsets + 2 * np.arange(len(offsets))
        add = ngram_adder(marked, bounds, places, np.ascontiguousarray(ngrams.matrix))

    def rows_from(start: int) -> NDArray[np.float32]:
        rows: NDArray[np.float64] = contents.matrix[start : start + _ROWS].astype(np.float64)
        if add is not None:
            total = np.zeros(rows.shape)
            rows *= (1 + add(start, total))[:, np.newaxis]
            rows -= total
        with np.errstate(over="ignore"):
            found: NDArray[np.float32] = rows.astype("<f4")
        if not np.isfinite(found).all():
            row = start + int(np.flatnonzero(~np.isfinite(found).all(axis=1))[0])
            raise ConfigError(
                f"{TITLE} cannot hold the vector of the word {contents.words[row]!r}: as the mean "
                "of its own row and those of its n-grams, it takes numbers beyond single precision"
            )
        return found

    yield from in_order(rows_from, range(0, len(contents.matrix), _ROWS), available_cores())


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
