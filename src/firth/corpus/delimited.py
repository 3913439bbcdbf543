"""Columns of CSV, tab-separated values or JSON lines → blocks, through Arrow's readers."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.csv

from firth.corpus.json_lines import json_blocks
from firth.corpus.lookalikes import DELIMITERS, csv_table, fields_of
from firth.corpus.readers import Block, Readable
from firth.corpus.tables import Columns, array_blocks, labelled, rows_of
from firth.errors import CorpusError
from firth.values import reason

ROW_BYTES = 16 << 20
"""A row of CSV may be as long as this: Arrow reads so much at a time, and whole rows."""
_TAIL_BYTES = 1 << 16
_BLOCKS_AHEAD, _SECONDS_AHEAD = 3, 10


def delimited_blocks(
    stream: Readable,
    columns: Columns,
    head: str,
    cut: bool,
    block_bytes: int,
    reopen: Callable[[], Any] | None,
) -> Iterator[Block]:
    """Read columns of a text that holds a table.

    Parameters
    ----------
    stream : Readable
        The text in UTF-8.
    columns : tuple of str
        The columns, or the keys in JSON lines: one, or several for records.
    head : str
        The first of its text.
    cut : bool
        There is more.
    block_bytes : int
        How much to read at a time.
    reopen : callable, optional
        Opens the stream anew, as a context manager, to find the line of an error.

    Yields
    ------
    Block
        One row a sentence, or a record.

    Raises
    ------
    CorpusError
        It is no table, has no such column, or a row is damaged.
    """
    lines = [line for line in head.split("\n") if line.strip()]
    if lines and lines[0].lstrip().startswith("{"):
        yield from json_blocks(stream, columns, lines[:-1] if cut else lines, block_bytes)
        return
    delimiter = next(
        (d for d in DELIMITERS if any(columns[0] in row for row in fields_of(head, d, 1))), None
    )
    if delimiter is not None and len(lines) == 1 and not cut:
        # Arrow takes no table without a row; one name alone is a word.
        if len(fields_of(head, delimiter, 1)[0]) > 1:
            return
        delimiter = None
    if delimiter is not None:
        yield from _csv_blocks(stream, columns, delimiter, head, reopen)
        return
    if found := csv_table(head, cut):
        raise _no_column(stream, columns[0], found[1])
    if lines and lines[0].lstrip().startswith("["):
        raise CorpusError(
            f"{stream.name} begins with a JSON array; a column is read of JSON lines, one object "
            "a line: convert it (jq -c '.[]' FILE)"
        )
    raise CorpusError(
        f"{stream.name} is no table (Parquet, Arrow, JSON lines, or CSV with {columns[0]!r} in "
        f"its first line) and has no columns: leave column={columns[0]!r} out"
    )


def _no_column(stream: Readable, name: str, names: list[str]) -> CorpusError:
    found = "several columns are called" if name in names else "there is no column"
    return CorpusError(f"{stream.name}, line 1: {found} {name!r}. Columns: {', '.join(names)}")


#: Characters of names and of a row that an error shows.
_SHOWN = 80
# Arrow's own words: it would give rows to a function, but as text, which they may not be.
_RAGGED = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+): (.*)", re.DOTALL)


class _File(io.RawIOBase):
    """A stream as Arrow wants it; remembers the last bytes that were read.

    Arrow reads 32 blocks ahead in a thread of its own. It is held back, as they are large.
    """

    def __init__(self, stream: Readable) -> None:
        self._stream, self.tail = stream, b""
        self._room = threading.Semaphore(_BLOCKS_AHEAD)

    def make_room(self, blocks: int = 1) -> None:
        """Let Arrow read on."""
        self._room.release(blocks)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        # Not for ever: a block of empty lines alone may come out as no batch.
        self._room.acquire(timeout=_SECONDS_AHEAD)
        data = self._stream.read(size if size > 0 else ROW_BYTES)
        self.tail = (self.tail + data[-_TAIL_BYTES:])[-_TAIL_BYTES:]
        return data


def _csv_blocks(
    stream: Readable,
    columns: Columns,
    delimiter: str,
    head: str,
    reopen: Callable[[], Any] | None,
) -> Iterator[Block]:
    (names,) = fields_of(head, delimiter, 1)
    for name in columns:
        if names.count(name) != 1:
            raise _no_column(stream, name, names)
    # The last column too: there a quote that is left open shows.
    wanted = dict.fromkeys(columns, pa.string())
    if names.count(names[-1]) == 1:
        wanted[names[-1]] = pa.string()
    file, batch = _File(stream), None

    options = {
        # Rows are numbered only if one thread reads; the others tokenise.
        "read_options": pa.csv.ReadOptions(block_size=ROW_BYTES, use_threads=False),
        "parse_options": pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        # Whether it is UTF-8 is seen to later, with an error that says where.
        "convert_options": pa.csv.ConvertOptions(
            include_columns=list(wanted), column_types=wanted, check_utf8=False
        ),
    }
    source = labelled(stream.name, columns)
    try:
        with pa.csv.open_csv(pa.PythonFile(file, mode="r"), **options) as reader:
            try:
                for batch in reader:
                    file.make_room()
                    yield from array_blocks(rows_of(batch, columns), source)
            finally:
                file.make_room(64)  # more than Arrow reads ahead
        if batch is not None and _quote_is_open(batch, file.tail):
            raise CorpusError(
                f"{stream.name}: a quote is left open, so that its last row has several lines; "
                "write quotes within a field twice, and such a field in quotes"
            )
    except pa.ArrowException as error:
        ragged = _RAGGED.search(str(error))
        if ragged is None:
            raise CorpusError(
                f"{stream.name} cannot be read as {DELIMITERS[delimiter]} ({reason(error)}); is a "
                f"quote left open, or a row longer than {ROW_BYTES >> 20} MB?"
            ) from error
        row, expected, actual = map(int, ragged.groups()[:3])
        line = _line_of_row(reopen, delimiter, row)
        where = f"row {row:,}" if line is None else f"line {line:,}"
        raise CorpusError(
            f"{stream.name}, {where}: {actual} fields, but the first row has {expected} "
            f"({', '.join(names)[:_SHOWN]}): {ragged[4][:_SHOWN]!r}; put fields that hold the "
            "delimiter into quotes"
        ) from error


def _quote_is_open(batch: Any, tail: bytes) -> bool:
    """Whether the last row has several lines, but no quote in the last: Arrow closes it."""
    last = batch.slice(max(0, batch.num_rows - 1)).columns
    broken = any(b"\n" in v or b"\r" in v for c in last for v in c.cast(pa.binary()).to_pylist())
    return broken and b'"' not in tail.rstrip().replace(b"\r", b"\n").rpartition(b"\n")[2]


def _line_of_row(
    reopen: Callable[[], Any] | None, delimiter: str, number: int | None
) -> int | None:
    if reopen is None or number is None:
        return None
    with reopen() as stream:
        text = io.TextIOWrapper(
            io.BufferedReader(_Raw(stream)), "utf-8-sig", errors="replace", newline=""
        )
        reader = csv.reader(text, delimiter=delimiter)
        csv.field_size_limit(ROW_BYTES)
        line = 1
        for row in reader:
            number -= bool(row)
            if not number:
                return line
            line = reader.line_num + 1
    return None


class _Raw(io.RawIOBase):
    def __init__(self, stream: Readable) -> None:
        self._stream, self._left = stream, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._left or self._stream.read(len(buffer))
        part, self._left = data[: len(buffer)], data[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
