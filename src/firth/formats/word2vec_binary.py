r"""word2vec's binary format: the GoogleNews file, and those of word2vec.c and gensim.

::

    V D\n
    word, a blank, D float32 (little-endian), \n          V times

(word2vec.c, lines 571 to 579.) word2vec.c writes the line feed behind each vector; gensim and the
GoogleNews file do not. Which of the two a file has is decided once, at its first vector, and at
most one line feed is dropped each time, so that words may begin with one. It is written with line
feeds, which all programs read. It holds no counts.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.precision import narrowed
from firth.formats.source import BLOCK, VectorSource, as_bytes, new_matrix
from firth.formats.word2vec_text import read_header
from firth.formats.words import bytes_of, decode_words, joined, refuse_words

#: A blank ends a word, and the readers of word2vec.c and gensim drop line feeds before one.
FORBIDDEN = (r" |^\n|^$", "a blank, or a line feed at its beginning, or is empty")
#: No word has more bytes.
_LONGEST_WORD = 1 << 24
#: Rows written at once.
_ROWS = 4096


def read(source: VectorSource, options: ReadOptions) -> Contents:
    """Read all of it, or the first vectors."""
    rows, dim = read_header(source, "word2vec's binary format")
    source.need(rows * (4 * dim + 1), f"{rows:,} vectors of {dim:,} numbers")
    wanted = rows if options.top is None else min(rows, options.top)
    matrix = new_matrix(source, wanted, dim)
    words = joined(_read_records(source, matrix, options))
    if wanted == rows and (rest := source.read(64).strip(b"\n")):
        raise source.error(source.offset - len(rest), f"{rest!r} follows the last vector")
    return Contents(words, matrix)


def _read_records(
    source: VectorSource, matrix: NDArray[np.float32], options: ReadOptions
) -> list[Any]:
    from firth.formats.kernels.records import copy_spans, find_records

    rows, dim = matrix.shape
    size, row, words = 4 * dim, 0, []
    target = matrix.view(np.uint8).reshape(-1)
    rest, line_feed = b"", False
    starts, lengths = np.empty(rows, np.int64), np.empty(rows, np.int64)
    while row < rows:
        offset = source.offset - len(rest)
        data = rest + source.read(BLOCK + (size if not rest else 0))
        last = len(data) - len(rest) < BLOCK
        if row == 0:
            first = data.find(b" ") + 1 + size
            line_feed = data[first : first + 1] == b"\n"
        array = as_bytes(data)
        found, at = find_records(array, 0, size, line_feed, starts[row:], lengths[row:])
        if last and line_feed and row + found == rows - 1:
            more, end = find_records(
                array, at, size, False, starts[row + found :], lengths[row + found :]
            )
            if more and end == len(array):  # the last one may lack it
                found, at = found + 1, end
        if found:
            begins, ends = starts[row : row + found], lengths[row : row + found]
            places = np.arange(row, row + found) * size
            copy_spans(array, begins + ends + 1, np.full(found, size), target, places)
            _refuse_infinite(source, matrix, row, found, offset + begins)
            words.append(decode_words(source, array, begins, ends, options.errors, offset))
            row += found
        elif last or len(data) > _LONGEST_WORD + size:
            raise source.error(offset + at, _problem(array[at:], size, row, rows, line_feed))
        rest = data[at:]
    source.put_back(rest)
    return words


def _problem(data: NDArray[np.uint8], size: int, row: int, rows: int, line_feed: bool) -> str:
    blank = data.tobytes().find(b" ")
    if blank >= 0 and line_feed and len(data) > blank + 1 + size:
        return f"no line feed follows vector {row + 1:,} of {rows:,}, as one follows the first"
    if blank >= 0 or len(data) < _LONGEST_WORD:
        return f"the file ends within vector {row + 1:,} of {rows:,}"
    return f"word {row + 1:,} of {rows:,} has more than {_LONGEST_WORD:,} bytes"


def _refuse_infinite(
    source: VectorSource,
    matrix: NDArray[np.float32],
    row: int,
    found: int,
    offsets: NDArray[np.int64],
) -> None:
    finite = np.isfinite(matrix[row : row + found]).all(axis=1)
    if not finite.all():
        bad = int(np.flatnonzero(~finite)[0])
        raise source.error(
            int(offsets[bad]), f"vector {row + bad + 1:,} holds a value that is not a finite number"
        )


def write(file: BinaryIO, contents: Contents, options: WriteOptions) -> None:
    """Write all of it."""
    from firth.formats.kernels.records import copy_spans

    refuse_words(contents.words, *FORBIDDEN, "word2vec's binary format")
    rows, dim = contents.matrix.shape
    file.write(b"%d %d\n" % (rows, dim))
    for i, block_rows in enumerate(narrowed(contents.matrix, "float32", rows=_ROWS)):
        numbers = np.ascontiguousarray(block_rows, "<f4")
        offsets, data = bytes_of(contents.words.array.slice(i * _ROWS, _ROWS))
        n, lengths = len(numbers), np.diff(offsets)
        ends = np.cumsum(lengths + 4 * dim + 2)
        begins = ends - (lengths + 4 * dim + 2)
        block = np.full(int(ends[-1]), ord("\n"), np.uint8)
        copy_spans(data, offsets[:-1], lengths, block, begins)
        block[begins + lengths] = ord(" ")
        size = np.full(n, 4 * dim)
        flat = numbers.view(np.uint8).reshape(-1)
        copy_spans(flat, np.arange(n) * 4 * dim, size, block, begins + lengths + 1)
        file.write(block.data)
