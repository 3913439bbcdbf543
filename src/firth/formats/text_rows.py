"""Text with a word and its vector a line: word2vec's, fastText's and GloVe's.

Lines end at line feeds only, and fields at blanks and tabs: other blanks of Unicode belong to
words. Lines are read from the right, so that words may hold blanks: spaCy reads so, not gensim.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.files.machine import available_cores, in_order, workers
from firth.formats.contents import Contents, ReadOptions
from firth.formats.precision import narrowed
from firth.formats.source import VectorSource, as_bytes
from firth.formats.words import bytes_of, decode_words, joined
from firth.vectors.matrix import FloatMatrix

#: No line is longer: a word of some megabytes, or a vector of a hundred thousand numbers.
LONGEST_LINE = 1 << 26
#: Numbers as Python reads them, but for underscores and digits of other scripts.
_NUMBER = re.compile(rb"[+-]?((\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|inf|infinity|nan)", re.IGNORECASE)
#: What stands between fields, as blanks.
_BLANK, _BLANKS = ord(" "), bytes.maketrans(b"\t\r", b"  ")
#: Bytes read at once, and lines that a thread takes of them. The shortest has three bytes, but what
#: is known of it takes 16, and some 60 more while it is read.
BLOCK, LINES = 1 << 21, 1 << 14
#: Rows written at once.
_ROWS = 1024
_NONE = np.zeros(0, np.int64)


class _Piece(NamedTuple):
    """Whole lines: bytes, where in the file they are, and the number and place of each."""

    data: NDArray[np.uint8]
    offset: int
    lines: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def at(self, i: int) -> int:
        """Return where in the file a line begins."""
        return self.offset + int(self.starts[i])

    def text(self, i: int) -> bytes:
        """Return a line, without its line feed."""
        return self.data[self.starts[i] : self.ends[i]].tobytes()


class _Filled(NamedTuple):
    """What was read: how many rows, what reading each piece gave, where there is more of it."""

    rows: int
    found: list[Any]
    more: int | None


def read_rows(
    source: VectorSource, matrix: NDArray[np.float32], line: int, options: ReadOptions
) -> Contents:
    """Read as many lines as a matrix has rows, and fill it.

    Parameters
    ----------
    source : VectorSource
        At the first of the lines.
    matrix : (V, dim) float32
        Takes the vectors.
    line : int
        The number of the first line, from 1.
    options : ReadOptions
        What is done with words that are not UTF-8.

    Raises
    ------
    FormatError
        There are fewer lines, or more; or a line is no word with so many numbers.
    """
    filled = _fill(
        source,
        _pieces(source, line),
        matrix,
        lambda piece, out: _read_piece(source, piece, out, options),
    )
    if filled.more is not None and options.top is None:
        raise source.error(
            filled.more, f"there are more lines than the {len(matrix):,} vectors announced"
        )
    if filled.rows < len(matrix):
        raise source.cut_off(
            source.offset,
            f"the file ends after {filled.rows:,} vectors; expected {len(matrix):,}",
        )
    return Contents(joined(filled.found), matrix)


def read_numbers(source: VectorSource, matrix: NDArray[np.float32]) -> tuple[int, bool]:
    """Read lines of numbers with tabs between them and fill a matrix; blank lines are skipped.

    Parameters
    ----------
    source : VectorSource
        At its beginning.
    matrix : (rows, dim) float32
        Takes the numbers.

    Returns
    -------
    rows, more : int, bool
        How many lines there were for the rows, and whether there are more than that.

    Raises
    ------
    FormatError
        A line holds anything but so many finite numbers.
    """
    pieces = map(_without_blank_lines, _pieces(source, 1))
    filled = _fill(source, pieces, matrix, lambda piece, out: _read_numbers(source, piece, out))
    return filled.rows, filled.more is not None


def _fill(
    source: VectorSource,
    pieces: Iterator[_Piece],
    matrix: NDArray[np.float32],
    read: Callable[[_Piece, NDArray[np.float32]], Any],
) -> _Filled:
    """Have threads read pieces into the rows of a matrix, in order, until it is full."""
    found: list[Any] = []
    pending: deque[Future[Any]] = deque()
    row, rows, more = 0, len(matrix), None
    threads = source.threads()
    with workers(threads) as pool:
        for piece in pieces:
            lines = min(len(piece.starts), rows - row)
            if lines:
                pending.append(pool.submit(read, piece, matrix[row : row + lines]))
            row += lines
            if lines < len(piece.starts):
                more = piece.at(lines)
                break
            if len(pending) > threads:
                found.append(pending.popleft().result())
        found.extend(future.result() for future in pending)
    return _Filled(row, found, more)


def _pieces(source: VectorSource, line: int) -> Iterator[_Piece]:
    """Cut what follows into pieces of whole lines; empty lines at the end of all are left out."""
    rest = b""
    while True:
        offset = source.offset - len(rest)
        data = rest + source.read(BLOCK)
        last = len(data) == len(rest)
        if last:
            data = data.rstrip(b"\r\n")
        cut = len(data) if last else data.rfind(b"\n") + 1
        # Line feeds at the end may be all that follows: they wait for what comes next.
        kept = len(data[:cut].rstrip(b"\r\n"))
        cut = cut if last or kept == cut else data.find(b"\n", kept) + 1
        rest = data[cut:]
        if len(rest) > LONGEST_LINE:
            raise source.error(offset, f"line {line:,} has more than {LONGEST_LINE:,} bytes")
        if cut:
            if data.count(b"\n", 0, cut) > cut // 3 + 1:
                at = max(0, data.find(b"\n\n") + 1)
                raise source.error(offset + at, "there are empty lines before the last vector")
            array = as_bytes(data)[:cut]
            feeds = np.flatnonzero(array == ord("\n"))
            ends = feeds if array[-1] == ord("\n") else np.append(feeds, cut)
            starts = np.concatenate([[0], ends[:-1] + 1])
            for first in range(0, len(starts), LINES):
                part = slice(first, first + LINES)
                lines = np.arange(line, line + len(starts[part]))
                yield _Piece(array, offset, lines, starts[part], ends[part])
                line += len(lines)
        if last:
            return


def _read_piece(
    source: VectorSource, piece: _Piece, out: NDArray[np.float32], options: ReadOptions
) -> Any:
    from firth.formats.kernels.decimals import POWERS, READ, parse_lines

    starts, ends = piece.starts[: len(out)], piece.ends[: len(out)]
    word_ends, states = np.empty(len(out), np.int64), np.empty(len(out), np.int8)
    parse_lines(piece.data, starts, ends, POWERS, out, word_ends, states)
    for i in np.flatnonzero(states != READ).tolist():
        length, out[i] = _read_line(source, piece, i, out.shape[1])
        word_ends[i] = starts[i] + length
    return decode_words(
        source, piece.data, starts, word_ends - starts, options.errors, piece.offset
    )


def _wrong(source: VectorSource, piece: _Piece, i: int, problem: str, expected: str) -> FormatError:
    return FormatError(
        f"{source.path}, line {piece.lines[i]:,} (byte {piece.at(i):,}): {problem}; expected "
        f"{expected}. The file is damaged, or not of this format"
    )


def _read_line(
    source: VectorSource, piece: _Piece, i: int, dim: int
) -> tuple[int, NDArray[np.float32]]:
    """Read a line, tabs as blanks, that takes more than plain numbers: its word's end, and they."""

    def wrong(problem: str) -> FormatError:
        return _wrong(source, piece, i, problem, f"a word and {dim:,} numbers")

    # One copy at a time, and place by place: the line may be the whole file, and a list of its
    # fields ten times as many bytes.
    text = piece.text(i).translate(_BLANKS)
    values, begin, end = np.empty(dim, np.float32), 0, len(text)
    while end and text[end - 1] == _BLANK:
        end -= 1
    if not end:
        raise wrong("the line is empty")
    for place in range(dim - 1, -1, -1):
        begin = text.rfind(b" ", 0, end) + 1
        if not begin:
            raise wrong(f"there are {dim - 1 - place:,} fields behind the word")
        values[place] = _value(text[begin:end], wrong)
        end = begin - 1
        while place and end and text[end - 1] == _BLANK:
            end -= 1
    return begin - 1, values


def _value(field: bytes, wrong: Callable[[str], FormatError]) -> float:
    """Read a number that takes Python."""
    if not _NUMBER.fullmatch(field):
        raise wrong(f"{field[:40].decode(errors='replace')!r} is no number")
    with np.errstate(over="ignore"):
        value = np.float32(float(field))
    if not np.isfinite(value):
        raise wrong("a number is not finite in single precision")
    return float(value)


def _without_blank_lines(piece: _Piece) -> _Piece:
    first = piece.data[np.minimum(piece.starts, len(piece.data) - 1)]
    doubtful = (piece.starts == piece.ends) | np.isin(first, np.frombuffer(b" \t\r", np.uint8))
    keep = np.ones(len(doubtful), bool)
    for i in np.flatnonzero(doubtful).tolist():
        keep[i] = bool(piece.text(i).strip(b" \t\r"))
    return piece._replace(lines=piece.lines[keep], starts=piece.starts[keep], ends=piece.ends[keep])


def _read_numbers(source: VectorSource, piece: _Piece, out: NDArray[np.float32]) -> None:
    from firth.formats.kernels.decimals import POWERS, READ, parse_numbers

    n, dim = out.shape
    states = np.empty(n, np.int8)
    parse_numbers(piece.data, piece.starts[:n], piece.ends[:n], POWERS, out, states)
    for i in np.flatnonzero(states != READ).tolist():
        out[i] = _read_fields(source, piece, i, dim)


def _read_fields(source: VectorSource, piece: _Piece, i: int, dim: int) -> NDArray[np.float32]:
    """Read a line of numbers that takes more than plain ones."""

    def wrong(problem: str) -> FormatError:
        return _wrong(source, piece, i, problem, f"{dim:,} numbers, with tabs between them")

    fields = [field.strip(b" \r") for field in piece.text(i).split(b"\t")]
    if len(fields) != dim:
        raise wrong(f"there are {len(fields):,} fields")
    return np.array([_value(field, wrong) for field in fields], np.float32)


def write_rows(file: BinaryIO, words: Any, matrix: FloatMatrix, between: str = " ") -> None:
    """Write a word and its numbers a line; numbers have the digits that give them back, no more.

    Parameters
    ----------
    file : binary file
        Where to.
    words : pyarrow.Array or None
        Words without blanks; None for numbers alone.
    matrix : (V, dim) float32 or float64
        Their vectors; they are written in single precision.
    between : str
        What stands between them.
    """
    from firth.formats.kernels.digits import MOST_BYTES

    threads = available_cores()
    rooms = [np.empty(0, np.uint8)] * (threads + 1)

    def lines(part: tuple[int, NDArray[np.float32]]) -> Any:
        number, rows = part
        offsets, text = _NONE, rooms[0][:0]
        if words is not None:
            offsets, text = bytes_of(words.slice(number * _ROWS, _ROWS))
        turn, size = number % len(rooms), len(text) + len(offsets) + rows.size * MOST_BYTES
        if len(rooms[turn]) < size:
            rooms[turn] = np.empty(size + size // 8, np.uint8)
        return _lines(offsets, text, rows, between, rooms[turn])

    parts = enumerate(narrowed(matrix, "float32", rows=_ROWS))
    for text in in_order(lines, parts, threads):
        file.write(text)


def _lines(
    offsets: NDArray[np.int64],
    text: NDArray[np.uint8],
    rows: NDArray[np.float32],
    between: str,
    room: NDArray[np.uint8],
) -> Any:
    """Write lines into a block that may be used again; return how far it is full."""
    from firth.formats.kernels.decimals import POWERS
    from firth.formats.kernels.digits import write_lines

    rows = np.ascontiguousarray(rows)
    size = write_lines(text, offsets, rows, rows.view(np.uint32), POWERS, ord(between), room)
    return room[:size].data if size >= 0 else _rare_lines(offsets, text, rows, between)


def _rare_lines(
    offsets: NDArray[np.int64], text: NDArray[np.uint8], rows: NDArray[np.float32], between: str
) -> bytes:
    """Return lines with numbers of any size, by Arrow: slower."""
    n, dim = rows.shape
    ends = pa.array(np.arange(0, n * dim + 1, dim, dtype=np.int32))
    numbers = pa.array(rows.ravel()).cast(pa.string())
    lines = pc.binary_join(pa.ListArray.from_arrays(ends, numbers), between).to_pylist()
    if len(offsets):
        spans = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        data = text.tobytes()
        return b"".join(
            data[a:b] + f"{between}{line}\n".encode()
            for (a, b), line in zip(spans, lines, strict=True)
        )
    return "\n".join([*lines, ""]).encode()
