"""Keys of JSON lines → blocks, through Arrow's reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from firth.corpus.readers import Block, Readable, line_blocks
from firth.corpus.tables import Columns, array_blocks, labelled, rows_of
from firth.errors import CorpusError
from firth.files.arrow import read_json
from firth.files.parsing import parse_json
from firth.values import reason


def json_blocks(
    stream: Readable, columns: Columns, lines: list[str], block_bytes: int
) -> Iterator[Block]:
    """Read keys of JSON lines: strings, or lists of tokens; rows without it count for nothing.

    Several keys make records, of strings, numbers or booleans.

    Parameters
    ----------
    stream : Readable
        The text in UTF-8.
    columns : tuple of str
        The key, or the keys of records.
    lines : list of str
        The first lines, which are still to be read; they say what the values are.
    block_bytes : int
        How much to read at a time.

    Yields
    ------
    Block
        One row a sentence, or a record.

    Raises
    ------
    CorpusError
        The first rows have no such key, or a line is no object, or its value of another kind.
    """
    rows: list[Any] = []
    for line in lines:
        try:
            rows.append(parse_json(line))
        except ValueError:
            break  # an error that says where comes when the line is read
    keys = list(dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row))
    for column in columns:
        if rows and column not in keys:
            raise CorpusError(
                f"{stream.name}, line 1: there is no key {column!r}, nor in the {len(rows):,} rows "
                f"from there on. Keys: {', '.join(keys) or 'none'}"
            )
    kind_of = _kind_of if len(columns) == 1 else _kind_in_records
    schema = pa.schema(
        [(c, kind_of([row.get(c) for row in rows if isinstance(row, dict)])) for c in columns]
    )
    source = labelled(stream.name, columns)
    number = 1
    for data in line_blocks(stream, block_bytes):
        # One block for Arrow too, as it takes no row that is longer than its blocks.
        if data.strip():
            try:
                table = read_json(data, schema, block_size=len(data) + 1, use_threads=False)
            except pa.ArrowException as error:
                raise _bad_row(stream.name, number, data, schema, error) from error
            yield from array_blocks(rows_of(table, columns), source)
        number += data.count(b"\n")


def _kind_of(values: list[Any]) -> Any:
    value = next((value for value in values if value not in (None, [])), "")
    if not isinstance(value, list):
        return pa.string()
    token = next((token for token in value if token is not None), "")
    return pa.list_(pa.int64() if isinstance(token, int) else pa.string())


def _kind_in_records(values: list[Any]) -> Any:
    """Numbers and booleans too; integers are floats if one of them is."""
    kinds = {type(value) for value in values if value is not None}
    for kind, arrow in ((float, pa.float64()), (int, pa.int64()), (bool, pa.bool_())):
        if kind in kinds and kinds <= {float, int, kind}:
            return arrow
    return pa.string()


_EXPECTED = {
    pa.string(): "a string",
    pa.int64(): "an integer",
    pa.float64(): "a number",
    pa.bool_(): "true or false",
}


def _bad_row(name: str, first: int, data: bytes, schema: Any, error: Exception) -> CorpusError:
    for number, line in enumerate(data.split(b"\n"), first):
        if not line.strip():
            continue
        where = f"{name}, line {number:,}"
        try:
            row = parse_json(line.decode(errors="replace"))
        except ValueError as problem:
            return CorpusError(f"{where}: no JSON ({problem}); expected one object a line")
        if not isinstance(row, dict):
            return CorpusError(f"{where}: {type(row).__name__}; expected one object a line")
        for field in schema:
            value = row.get(field.name)
            try:
                pa.array([value], field.type)
            except (pa.ArrowException, TypeError, OverflowError):
                expected = _EXPECTED.get(field.type, "a list of tokens")
                return CorpusError(
                    f"{where}: column {field.name!r} is {str(value)[:80]!r}; expected {expected} "
                    f"({field.type}) as in the rows before, or null"
                )
    last = first + data.count(b"\n")
    return CorpusError(
        f"{name}, lines {first:,} to {last:,}: cannot be read as JSON ({reason(error)})"
    )
