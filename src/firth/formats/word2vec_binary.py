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

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.files.machine import available_cores
from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.precision import narrowed
from firth.formats.source import BLOCK, VectorSource, new_matrix
from firth.formats.word2vec_text import read_header
from firth.formats.words import bytes_of, decode_words, joined, refuse_words

#: A blank ends a word, and the readers of word2vec.c and gensim drop line feeds before one.
FORBIDDEN = (r" |^\n|^$", "a blank, or a line feed at its beginning, or is empty")
#: No word has more bytes.
_LONGEST_WORD = 1 << 24
#: Rows written at once.
_ROWS = 2048


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
    """Fill the matrix and return the words.

    Records are found in one thread, a step from vector to vector; others copy them. Words are of
    different lengths, so that rows are not where a map would have them. Bytes are read into a few
    blocks that are used again: new memory for each costs as much as to read them.
    """
    from firth.formats.kernels.records import find_records

    rows, dim = matrix.shape
    size, row = 4 * dim, 0
    threads = max(1, available_cores())
    # A block has room for a record that was cut; what is never written takes no memory.
    rooms = [np.empty(2 * (size + _LONGEST_WORD) + BLOCK, np.uint8) for _ in range(threads + 1)]
    users: list[Future[Any] | None] = [None] * len(rooms)
    found_words: list[Future[Any]] = []
    rest, line_feed, turn = rooms[-1][:0], False, 0
    with ThreadPoolExecutor(threads) as pool:
        while row < rows:
            turn = (turn + 1) % len(rooms)
            room, user = rooms[turn], users[turn]
            if user is not None:
                user.result()  # what it holds has to be copied before
            offset, kept = source.offset - len(rest), len(rest)
            room[:kept] = rest
            taken = source.fill(room[kept : kept + BLOCK + size])
            data, last = room[: kept + taken], taken < BLOCK + size
            if row == 0:
                first = _first_vector(data) + size
                line_feed = data[first : first + 1].tobytes() == b"\n"
            most = min(rows - row, len(data) // (size + 1) + 1)
            starts, lengths = np.empty(most, np.int64), np.empty(most, np.int64)
            found, at = find_records(data, 0, size, line_feed, starts, lengths)
            if last and line_feed and row + found == rows - 1:
                more, end = find_records(data, at, size, False, starts[found:], lengths[found:])
                if more and end == len(data):  # the last one may lack it
                    found, at = found + 1, end
            if found:
                spans = starts[:found], lengths[:found]
                part = matrix[row : row + found]
                task = users[turn] = pool.submit(
                    _take, source, data, *spans, part, row, offset, options.errors
                )
                found_words.append(task)
                row += found
            elif last or len(data) > _LONGEST_WORD + size:
                raise _problem(source, offset + at, data[at:], size, row, rows, line_feed)
            rest = data[at:]
        source.put_back(rest.tobytes())
        return [future.result() for future in found_words]


def _first_vector(data: NDArray[np.uint8]) -> int:
    """Return the place behind the first blank."""
    return data[: _LONGEST_WORD + 1].tobytes().find(b" ") + 1


def _take(
    source: VectorSource,
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    out: NDArray[np.float32],
    row: int,
    offset: int,
    errors: str,
) -> Any:
    """Copy the vectors of a block into their rows; return its words."""
    from firth.formats.kernels.records import copy_rows

    bad = copy_rows(data, starts + lengths + 1, out.view(np.uint8), out.view(np.uint32))
    if bad >= 0:
        raise source.error(
            offset + int(starts[bad]),
            f"vector {row + bad + 1:,} holds a value that is not a finite number",
        )
    return decode_words(source, data, starts, lengths, errors, offset)


def _problem(
    source: VectorSource,
    offset: int,
    data: NDArray[np.uint8],
    size: int,
    row: int,
    rows: int,
    line_feed: bool,
) -> FormatError:
    blank, which = data.tobytes().find(b" "), f"{row + 1:,} of {rows:,}"
    if blank >= 0 and line_feed and len(data) > blank + 1 + size:
        return source.error(
            offset, f"no line feed follows vector {which}, as one follows the first"
        )
    if blank >= 0 or len(data) < _LONGEST_WORD:
        return source.cut_off(offset, f"the file ends within vector {which}")
    return source.error(offset, f"word {which} has more than {_LONGEST_WORD:,} bytes")


def write(file: BinaryIO, contents: Contents, options: WriteOptions) -> None:
    """Write all of it; threads lay out the next records meanwhile."""
    refuse_words(contents.words, *FORBIDDEN, "word2vec's binary format")
    rows, dim = contents.matrix.shape
    file.write(b"%d %d\n" % (rows, dim))
    write_records(file, contents)


def write_records(file: BinaryIO, contents: Contents) -> None:
    """Write words and vectors, without the line that says how many there are."""
    dim = contents.matrix.shape[1]
    threads = max(1, available_cores())
    rooms = [np.empty(0, np.uint8)] * (threads + 1)
    waiting: deque[Future[NDArray[np.uint8]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for i, part in enumerate(narrowed(contents.matrix, "float32", rows=_ROWS)):
            offsets, text = bytes_of(contents.words.array.slice(i * _ROWS, _ROWS))
            turn, size = i % len(rooms), len(text) + len(part) * (4 * dim + 2)
            if len(rooms[turn]) < size:
                rooms[turn] = np.empty(size + size // 8, np.uint8)
            waiting.append(pool.submit(_laid, text, offsets, part, rooms[turn]))
            if len(waiting) == len(rooms):  # its block comes next
                file.write(waiting.popleft().result().data)
        for future in waiting:
            file.write(future.result().data)


def _laid(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    rows: NDArray[np.float32],
    room: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """Lay out records in a block that may be used again; return how far it is full."""
    from firth.formats.kernels.records import lay_records

    numbers = np.ascontiguousarray(rows, "<f4").view(np.uint8)
    return room[: lay_records(text, offsets, numbers, room)]
