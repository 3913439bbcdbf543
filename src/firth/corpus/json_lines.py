"""A key of JSON lines → blocks, through Arrow's reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.json

from firth.corpus.readers import Block, Readable, line_blocks
from firth.corpus.tables import array_blocks
from firth.errors import CorpusError


def json_blocks(
    stream: Readable, column: str, lines: list[str], block_bytes: int
) -> Iterator[Block]:
    """Read a key of JSON lines: strings, or lists of tokens; rows without it count for nothing.

    Parameters
    ----------
    stream : Readable
        The text in UTF-8.
    column : str
        The key.
    lines : list of str
        The first lines, which are still to be read; they say what the values are.
    block_bytes : int
        How much to read at a time.

    Yields
    ------
    Block
        One row a sentence.

    Raises
    ------
    CorpusError
        The first rows have no such key, or a line is no object, or its value of another kind.
    """
    rows: list[Any] = []
    for line in lines:
        try:
            rows.append(json.loads(line))
        except ValueError:
            break  # an error that says where comes when the line is read
    columns = list(dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row))
    if rows and column not in columns:
        raise CorpusError(
            f"{stream.name}, line 1: there is no key {column!r}, nor in the {len(rows):,} rows "
            f"from there on. Keys: {', '.join(columns) or 'none'}"
        )
    values = [row.get(column) for row in rows if isinstance(row, dict)]
    kind = _kind_of(values)
    schema = pa.schema([(column, kind)])
    parsing = pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    source = f"{stream.name} (column {column})"
    number = 1
    for data in line_blocks(stream, block_bytes):
        # One block for Arrow too, as it takes no row that is longer than its blocks.
        reading = pa.json.ReadOptions(block_size=len(data) + 1, use_threads=False)
        if data.strip():
            try:
                table = pa.json.read_json(
                    pa.BufferReader(data), read_options=reading, parse_options=parsing
                )
            except pa.ArrowException as error:
                raise _bad_row(stream.name, number, data, column, kind, error) from error
            for array in table.column(column).chunks:
                yield from array_blocks(array, source)
        number += data.count(b"\n")


def _kind_of(values: list[Any]) -> Any:
    value = next((value for value in values if value not in (None, [])), "")
    if not isinstance(value, list):
        return pa.string()
    token = next((token for token in value if token is not None), "")
    return pa.list_(pa.int64() if isinstance(token, int) else pa.string())


def _bad_row(
    name: str, first: int, data: bytes, column: str, kind: Any, error: Exception
) -> CorpusError:
    expected = "a list of tokens" if pa.types.is_list(kind) else "a string"
    for number, line in enumerate(data.split(b"\n"), first):
        if not line.strip():
            continue
        where = f"{name}, line {number:,}"
        try:
            row = json.loads(line.decode(errors="replace"))
        except ValueError as problem:
            return CorpusError(f"{where}: no JSON ({problem}); expected one object a line")
        if not isinstance(row, dict):
            return CorpusError(f"{where}: {type(row).__name__}; expected one object a line")
        value = row.get(column)
        try:
            pa.array([value], kind)
        except (pa.ArrowException, TypeError, OverflowError):
            return CorpusError(
                f"{where}: column {column!r} is {str(value)[:80]!r}; expected {expected} "
                f"({kind}) as in the rows before, or null"
            )
    last = first + data.count(b"\n")
    return CorpusError(f"{name}, lines {first:,} to {last:,}: cannot be read as JSON ({error})")
