r"""finalfusion's format, .fifu: chunks of words, vectors of length 1, and their lengths.

::

    "FiFu" | u32 version 0 | u32 n | u32 kind of each of the n chunks; then the chunks, each
    u32 kind | u64 bytes that follow | …

    1  words           u64 V | V times (u32 bytes | UTF-8)
    7  words, n-grams  u64 V | u32 min_n | u32 max_n | u32 buckets | V times (u32 bytes | UTF-8)
    2  vectors         u64 rows | u32 dim | u32 10 (float32) | 1 to 4 bytes, so that what follows
                       begins at a multiple of four | rows · dim float32
    6  lengths         u64 V | u32 10 | 1 to 4 bytes | V float32
    5  about the model, as TOML: left out

All little-endian. (finalfusion-rust at 6669c74, ``src/chunks``.) A vector is the row times its
length. In chunk 7 the rows behind the V words are of buckets, to which an n-gram is assigned by
fastText's hash modulo their number (``src/compat/fasttext/indexer.rs``); the V rows are of whole
words with their n-grams. finalfusion's other n-grams have another hash, and its compressed
vectors are no numbers yet: they are refused.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.formats.contents import Contents, NGrams, ReadOptions
from firth.formats.source import BLOCK, VectorSource, as_bytes, new_matrix
from firth.formats.words import decode_words, joined

_WORDS, _MATRIX, _ABOUT, _LENGTHS, _NGRAM_WORDS = 1, 2, 5, 6, 7
#: Chunks that are not read, by what they hold.
_REFUSED = {
    3: "n-grams in finalfusion's own buckets", 4: "compressed vectors", 8: "a list of n-grams",
    9: "floret's n-grams",
}  # fmt: skip
_MOST_CHUNKS = 16
_FLOAT32 = 10
#: fastText's n-grams are as long as this at most, in any model that somebody has published.
_LONGEST_NGRAM = 1 << 10


class _Words(NamedTuple):
    words: Any
    rows: int
    min_n: int = 0
    max_n: int = 0
    buckets: int = 0


def read(source: VectorSource, options: ReadOptions) -> Contents:
    """Read all of it, or the first words."""
    kinds = _read_header(source)
    found: dict[int, Any] = {}
    for kind in kinds:
        end = _begin_chunk(source, kind)
        if kind == _ABOUT:
            _skip(source, end - source.offset)
        elif kind in (_WORDS, _NGRAM_WORDS):
            found[_WORDS] = _read_words(source, end, kind, options)
        elif kind == _MATRIX:
            found[_MATRIX] = _read_matrix(source, found[_WORDS], options)
        else:
            found[_LENGTHS] = _read_lengths(source, found[_WORDS].rows)
        if source.offset != end:
            raise source.error(
                source.offset, f"chunk {kind} ends here, but was to end at byte {end:,}"
            )
    if rest := source.read(64):
        raise source.error(source.offset - len(rest), "bytes follow the last chunk")
    known, (matrix, ngrams) = found[_WORDS], found[_MATRIX]
    if _LENGTHS in found:
        with np.errstate(over="ignore", invalid="ignore"):
            matrix *= found[_LENGTHS][: len(matrix), None]
    _refuse_infinite(source, matrix, "of word")
    if ngrams is not None:
        _refuse_infinite(source, ngrams, "of bucket")
        ngrams = NGrams(ngrams, known.min_n, known.max_n, known.buckets, repeats=True)
    words = joined([known.words])
    words.array = words.array.slice(0, len(matrix))
    return Contents(words, matrix, ngrams=ngrams)


def _read_header(source: VectorSource) -> tuple[int, ...]:
    """Return the kinds of the chunks, which must be words, vectors, and perhaps lengths."""
    magic, version, count = struct.unpack("<4sII", source.exactly(12, "the header"))
    if magic != b"FiFu":
        raise source.error(0, f"finalfusion's format begins with 'FiFu'; found {magic!r}")
    if version != 0:
        raise FormatError(
            f"{source.path}: version {version} of finalfusion's format; firth reads version 0"
        )
    if not 1 <= count <= _MOST_CHUNKS:
        raise source.error(8, f"{count:,} chunks; expected {_MOST_CHUNKS} at most")
    kinds: tuple[int, ...] = struct.unpack(
        f"<{count}I", source.exactly(4 * count, "the list of chunks")
    )
    for kind in kinds:
        if kind in _REFUSED:
            raise FormatError(
                f"{source.path} holds {_REFUSED[kind]} (chunk {kind}), which firth does not read: "
                "have finalfusion write word2vec's format (finalfusion convert -t word2vec)"
            )
    wanted = [kind for kind in kinds if kind != _ABOUT]
    if wanted not in [[w, _MATRIX, *more] for w in (_WORDS, _NGRAM_WORDS)
                      for more in ([], [_LENGTHS])]:  # fmt: skip
        raise source.error(
            12, f"the chunks are {list(kinds)}; expected 1 or 7 (words), 2 (vectors) and perhaps 6 "
            "(lengths)",
        )  # fmt: skip
    return kinds


def _begin_chunk(source: VectorSource, kind: int) -> int:
    """Take the head of a chunk; return where it ends."""
    start = source.offset
    here, size = struct.unpack("<IQ", source.exactly(12, "the head of a chunk"))
    if here != kind:
        raise source.error(start, f"chunk {here} stands where the header announces chunk {kind}")
    source.need(size, f"the bytes of chunk {kind}")
    return source.offset + int(size)


def _skip(source: VectorSource, size: int) -> None:
    while size > 0:
        size -= len(source.exactly(min(size, BLOCK), "what is said about the model"))


def _read_words(source: VectorSource, end: int, kind: int, options: ReadOptions) -> _Words:
    start = source.offset
    (count,) = struct.unpack("<Q", source.exactly(8, "the number of words"))
    ngrams = (0, 0, 0)
    if kind == _NGRAM_WORDS:
        ngrams = struct.unpack("<III", source.exactly(12, "the lengths of n-grams"))
        if not 1 <= ngrams[0] <= ngrams[1] <= _LONGEST_NGRAM or ngrams[2] < 1:
            raise source.error(
                start + 8, f"n-grams of {ngrams[0]:,} to {ngrams[1]:,} characters in {ngrams[2]:,} "
                "buckets; expected lengths from 1, the shorter one first, and 1 bucket or more",
            )  # fmt: skip
    offset, size = source.offset, end - source.offset
    if count < 1 or 4 * count > size:
        raise source.error(start, f"{count:,} words in {size:,} bytes; each takes 4 bytes or more")
    data = _take(source, size)
    starts, lengths = np.empty(count, np.int64), np.empty(count, np.int64)
    at = 0
    for row in range(count):
        if at + 4 > size:
            raise source.error(offset + at, f"the words end after {row:,} of {count:,}")
        length = int.from_bytes(data[at : at + 4], "little")
        starts[row], lengths[row] = at + 4, length
        at += 4 + length
    if at != size:
        raise source.error(offset + size, f"the words end at byte {offset + at:,}, not here")
    words = decode_words(source, as_bytes(data), starts, lengths, options.errors, offset)
    return _Words(words, count, *ngrams)


def _take(source: VectorSource, size: int) -> bytes:
    """Take so many bytes, in pieces, since nobody may know yet whether there are so many."""
    parts = []
    while size:
        parts.append(source.exactly(min(size, BLOCK), "a piece of the words"))
        size -= len(parts[-1])
    return b"".join(parts)


def _read_matrix(
    source: VectorSource, known: _Words, options: ReadOptions
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Read rows of words, the first so many if wanted, and of buckets."""
    start = source.offset
    rows, dim, kind = struct.unpack("<QII", source.exactly(16, "the size of the matrix"))
    if rows != known.rows + known.buckets or dim < 1:
        raise source.error(
            start, f"the matrix has {rows:,} rows of {dim:,} numbers; expected 1 number or more, "
            f"and rows for {known.rows:,} words and {known.buckets:,} buckets",
        )  # fmt: skip
    _take_padding(source, kind)
    source.need(4 * rows * dim, f"{rows:,} vectors of {dim:,} numbers")
    wanted = known.rows if options.top is None else min(known.rows, options.top)
    matrix = new_matrix(source, wanted, dim)
    _fill(source, matrix)
    _skip(source, 4 * dim * (known.rows - wanted))
    if not known.buckets:
        return matrix, None
    ngrams = new_matrix(source, known.buckets, dim)
    _fill(source, ngrams)
    return matrix, ngrams


def _read_lengths(source: VectorSource, words: int) -> NDArray[np.float32]:
    start = source.offset
    count, kind = struct.unpack("<QI", source.exactly(12, "the number of lengths"))
    if count != words:
        raise source.error(start, f"{count:,} lengths for {words:,} words")
    _take_padding(source, kind)
    lengths = new_matrix(source, count, 1)
    _fill(source, lengths)
    return lengths[:, 0]


def _take_padding(source: VectorSource, kind: int) -> None:
    if kind != _FLOAT32:
        raise source.error(
            source.offset - 4, f"numbers of kind {kind}; expected {_FLOAT32}, single precision"
        )
    source.exactly(4 - source.offset % 4, "what lies before the numbers")


def _fill(source: VectorSource, matrix: NDArray[np.float32]) -> None:
    """Read a matrix, block by block."""
    flat = matrix.reshape(-1)
    step = BLOCK // 4
    for start in range(0, len(flat), step):
        part = flat[start : start + step]
        part[:] = np.frombuffer(source.exactly(4 * len(part), "a piece of the matrix"), "<f4")


def _refuse_infinite(source: VectorSource, matrix: NDArray[np.float32], whose: str) -> None:
    for start in range(0, len(matrix), 16_384):
        finite = np.isfinite(matrix[start : start + 16_384]).all(axis=1)
        if not finite.all():
            row = start + int(finite.argmin()) + 1
            raise FormatError(
                f"{source.path}: the vector {whose} {row:,} holds a value that is not a finite "
                "number; the file is damaged, copy or download it again"
            )
