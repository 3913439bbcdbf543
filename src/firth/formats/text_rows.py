"""Text with a word and its vector a line: word2vec's, fastText's and GloVe's.

Lines end at line feeds only, and fields at blanks and tabs: other blanks of Unicode belong to
words. Lines are read from the right, so that words may hold blanks: spaCy reads so, not gensim.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.files.machine import available_cores
from firth.formats.contents import Contents, ReadOptions
from firth.formats.source import VectorSource, as_bytes
from firth.formats.words import bytes_of, decode_words, joined
from firth.vectors.matrix import FloatMatrix

#: No line is longer: a word of some megabytes, or a vector of a hundred thousand numbers.
LONGEST_LINE = 1 << 26
#: Numbers as Python reads them, but for underscores and digits of other scripts.
_NUMBER = re.compile(rb"[+-]?((\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|inf|infinity|nan)", re.IGNORECASE)
#: What stands between fields, as blanks.
_BLANK, _BLANKS = ord(" "), bytes.maketrans(b"\t\r", b"  ")
#: Bytes read at once. The shortest line has three, and where it begins and ends takes 16 more.
BLOCK = 1 << 22
#: Rows written at once.
_ROWS = 4096


class _Piece(NamedTuple):
    """Whole lines: bytes, where in the file they are, and the number of the first."""

    data: NDArray[np.uint8]
    offset: int
    line: int
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


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
    words: list[Any] = []
    pending: deque[Future[Any]] = deque()
    row, rows = 0, len(matrix)
    threads = max(1, available_cores())
    with ThreadPoolExecutor(threads) as pool:
        for piece in _pieces(source, line):
            lines = min(len(piece.starts), rows - row)
            if lines:
                piece_rows = matrix[row : row + lines]
                pending.append(pool.submit(_read_piece, source, piece, piece_rows, options))
            row += lines
            if lines < len(piece.starts):
                _refuse_more(source, piece, lines, rows, options)
                if options.top is not None:
                    break
            if len(pending) > threads:
                words.append(pending.popleft().result())
        words.extend(future.result() for future in pending)
    if row < rows:
        raise source.error(source.offset, f"the file ends after {row:,} vectors; expected {rows:,}")
    return Contents(joined(words), matrix)


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
            yield _Piece(array, offset, line, starts, ends)
            line += len(starts)
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
        # One copy at a time: the line may be the whole file.
        text = piece.data[starts[i] : ends[i]].tobytes().translate(_BLANKS)
        length, out[i] = _read_line(source, text, out.shape[1], piece.line + i, starts[i], piece)
        word_ends[i] = starts[i] + length
    return decode_words(
        source, piece.data, starts, word_ends - starts, options.errors, piece.offset
    )


def _read_line(
    source: VectorSource, text: bytes, dim: int, line: int, start: int, piece: _Piece
) -> tuple[int, NDArray[np.float32]]:
    """Read a line, tabs as blanks, that takes more than plain numbers: its word's end, and they."""

    def wrong(problem: str) -> FormatError:
        return FormatError(
            f"{source.path}, line {line:,} (byte {piece.offset + start:,}): {problem}; expected a "
            f"word and {dim:,} numbers. The file is damaged, or not of this format"
        )

    values, begin, end = np.empty(dim, np.float32), 0, len(text)
    while end and text[end - 1] == _BLANK:
        end -= 1
    if not end:
        raise wrong("the line is empty")
    # Place by place, since a line may have megabytes, and a list of its fields ten times as many.
    for i in range(dim - 1, -1, -1):
        begin = text.rfind(b" ", 0, end) + 1
        if not begin:
            raise wrong(f"there are {dim - 1 - i:,} fields behind the word")
        field = text[begin:end]
        end = begin - 1
        while i and end and text[end - 1] == _BLANK:
            end -= 1
        if not _NUMBER.fullmatch(field):
            raise wrong(f"{field[:40].decode(errors='replace')!r} is no number")
        with np.errstate(over="ignore"):
            values[i] = float(field)
    if not np.isfinite(values).all():
        raise wrong("a number is not finite in single precision")
    return begin - 1, values


def _refuse_more(
    source: VectorSource, piece: _Piece, lines: int, rows: int, options: ReadOptions
) -> None:
    if options.top is None:
        at = piece.offset + int(piece.starts[lines])
        raise source.error(at, f"there are more lines than the {rows:,} vectors announced")


def write_rows(file: BinaryIO, contents: Contents, number: Callable[[Any], Any]) -> None:
    """Write a word and its numbers a line, with a blank between them.

    Parameters
    ----------
    file : binary file
        Where to.
    contents : Contents
        Words without blanks, and their vectors.
    number : callable
        Turns an Arrow array of numbers into one of strings.
    """
    matrix, words = contents.matrix, contents.words.array
    with ThreadPoolExecutor(max(1, available_cores())) as pool:
        pending: deque[Future[bytes]] = deque()
        for start in range(0, len(matrix), _ROWS):
            part = words.slice(start, _ROWS)
            pending.append(pool.submit(_lines, part, matrix[start : start + _ROWS], number))
            if len(pending) > available_cores():
                file.write(pending.popleft().result())
        for future in pending:
            file.write(future.result())


def _lines(words: Any, rows: FloatMatrix, number: Callable[[Any], Any]) -> bytes:
    n, dim = rows.shape
    numbers = number(pa.array(np.ascontiguousarray(rows).ravel()))
    offsets = pa.array(np.arange(0, n * dim + 1, dim, dtype=np.int32))
    fields = pa.ListArray.from_arrays(offsets, numbers)
    texts = pc.binary_join(fields, " ")
    lines = pc.binary_join_element_wise(words.cast(pa.string()), texts, " ")
    lines = pc.binary_join_element_wise(lines, pa.scalar(""), "\n")
    return bytes_of(lines)[1].tobytes()
