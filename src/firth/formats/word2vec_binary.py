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

import threading
from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.files.machine import available_cores, in_order, in_threads
from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.precision import narrowed
from firth.formats.source import VectorSource, new_matrix
from firth.formats.word2vec_text import read_header
from firth.formats.words import bytes_of, decode_words, joined, refuse_words

#: A blank ends a word, and the readers of word2vec.c and gensim drop line feeds before one.
FORBIDDEN = (r" |^\n|^$", "a blank, or a line feed at its beginning, or is empty")
#: No word has more bytes.
_LONGEST_WORD = 1 << 24
#: Bytes read at once: they stay in the cache from one step to the next.
BLOCK = 1 << 22
#: Rows written at once.
_ROWS = 2048


def read(source: VectorSource, options: ReadOptions) -> Contents:
    """Read all of it, or the first vectors."""
    rows, dim = read_header(source, "word2vec's binary format")
    source.need(rows * (4 * dim + 1), f"{rows:,} vectors of {dim:,} numbers")
    wanted = rows if options.top is None else min(rows, options.top)
    matrix = new_matrix(source, wanted, dim)
    words = joined(_Records(source, matrix, options.errors).read())
    if wanted == rows and (rest := source.read(64).strip(b"\n")):
        raise source.error(source.offset - len(rest), f"{rest!r} follows the last vector")
    return Contents(words, matrix)


class _Block(NamedTuple):
    """Whole records: their number, bytes and place in the file, words in them, and first row."""

    number: int
    data: NDArray[np.uint8]
    offset: int
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    row: int


class _Records:
    """Fills a matrix with records, and has their words.

    Words are of different lengths, so that rows are not where a map would have them. Each thread
    takes a block in its turn, finds the records in it, a step from vector to vector, and then
    copies them while the next one takes its own: a block stays in the cache of one core, and is
    read into the same memory again, since new memory costs as much as the reading.
    """

    def __init__(self, source: VectorSource, matrix: NDArray[np.float32], errors: str) -> None:
        self.source, self.matrix, self.errors = source, matrix, errors
        self.size = matrix.itemsize * matrix.shape[1]
        self.row, self.taken, self.line_feed = 0, 0, False
        self.words: dict[int, Any] = {}
        self.failed: dict[int, FormatError] = {}
        self.turn = threading.Lock()

    def read(self) -> list[Any]:
        """Read them all; return the words of each block.

        Raises
        ------
        FormatError
            What is wrong with the first block that is.
        """
        # A block has room for a record that is cut; what is never written takes no memory.
        most = self.size + _LONGEST_WORD + 2
        rooms = [np.empty(max(BLOCK, most), np.uint8) for _ in range(self.source.threads())]
        in_threads(self._work, rooms)
        if self.failed:
            raise self.failed[min(self.failed)]
        return [self.words[number] for number in range(self.taken)]

    def _work(self, room: NDArray[np.uint8], check: Callable[[], None]) -> None:
        while True:
            check()
            with self.turn:
                number = self.taken
                try:
                    block = self._next(room)
                except FormatError as error:
                    self.failed[number] = error
            if self.failed or block is None:
                return
            try:
                self.words[block.number] = self._take(block)
            except FormatError as error:
                self.failed[block.number] = error

    def _next(self, room: NDArray[np.uint8]) -> _Block | None:
        """Take the next whole records of the file."""
        from firth.formats.kernels.records import find_records

        rows, size, source = len(self.matrix), self.size, self.source
        if self.row == rows or self.failed:
            return None
        offset, wanted = source.offset, max(BLOCK, size + 2)
        data, last = room[:0], False
        while True:
            begin = len(data)
            data = room[: begin + source.fill(room[begin:wanted])]
            last = len(data) < wanted
            if self.row == 0:
                first = _first_vector(data) + size
                self.line_feed = data[first : first + 1].tobytes() == b"\n"
            most = min(rows - self.row, len(data) // (size + 1) + 1)
            starts, lengths = np.empty(most, np.int64), np.empty(most, np.int64)
            found, at = find_records(data, 0, size, self.line_feed, starts, lengths)
            if last and self.line_feed and self.row + found == rows - 1:
                more, end = find_records(data, at, size, False, starts[found:], lengths[found:])
                if more and end == len(data):  # the last one may lack it
                    found, at = found + 1, end
            if found:
                break
            if last or len(data) > _LONGEST_WORD + size:
                raise _problem(source, offset, data, size, self.row, rows, self.line_feed)
            wanted = len(room)  # a word of megabytes
        source.put_back(data[at:].tobytes())
        block = _Block(self.taken, data, offset, starts[:found], lengths[:found], self.row)
        self.taken, self.row = self.taken + 1, self.row + found
        return block

    def _take(self, block: _Block) -> Any:
        """Copy the vectors of a block into their rows; return its words."""
        from firth.formats.kernels.records import copy_rows

        _, data, offset, starts, lengths, row = block
        out = self.matrix[row : row + len(starts)]
        bad = copy_rows(data, starts + lengths + 1, out.view(np.uint8), out.view(np.uint32))
        if bad >= 0:
            raise self.source.error(
                offset + int(starts[bad]),
                f"vector {row + bad + 1:,} holds a value that is not a finite number",
            )
        return decode_words(self.source, data, starts, lengths, self.errors, offset)


def _first_vector(data: NDArray[np.uint8]) -> int:
    """Return the place behind the first blank."""
    return data[: _LONGEST_WORD + 1].tobytes().find(b" ") + 1


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
    rows, dim = contents.matrix.shape
    file.write(b"%d %d\n" % (rows, dim))
    write_records(file, contents, FORBIDDEN)


def write_records(
    file: BinaryIO, contents: Contents, forbidden: tuple[str, str] | None = None
) -> None:
    """Write words and vectors, without the line that says how many there are.

    Words are looked at meanwhile: where one may not be, what was written is of no use.
    """
    # This thread writes, which takes longer than to lay out.
    threads = max(1, available_cores() - 1)
    rooms = [np.empty(0, np.uint8)] * (threads + 1)

    def lay(part: tuple[int, NDArray[np.float32]]) -> NDArray[np.uint8]:
        """Lay out records in a block that is used again; return how far it is full."""
        from firth.formats.kernels.records import lay_records

        number, rows = part
        words, turn = contents.words.array.slice(number * _ROWS, _ROWS), number % len(rooms)
        if forbidden and pc.any(pc.match_substring_regex(words, forbidden[0])).as_py():
            refuse_words(contents.words, *forbidden, "word2vec's binary format")
        offsets, text = bytes_of(words)
        numbers = np.ascontiguousarray(rows, "<f4").view(np.uint8)
        size = len(text) + numbers.size + 2 * len(rows)
        if len(rooms[turn]) < size:
            rooms[turn] = np.empty(size + size // 8, np.uint8)
        return rooms[turn][: lay_records(text, offsets, numbers, rooms[turn])]

    parts = enumerate(narrowed(contents.matrix, "float32", rows=_ROWS))
    for records in in_order(lay, parts, threads):
        file.write(records.data)
