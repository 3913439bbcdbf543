"""Between Arrow and NumPy without pandas, for what every command does when it opens a model.

Arrow's own conversions (``pyarrow.array``, ``pyarrow.scalar``, ``to_numpy``) import pandas wherever
it is installed, to know its types: .15 s, a third of what `firth neighbors` takes as a whole. These
do the same by buffers, and by Arrow's parser of JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.values import reason

_NULL_FIRST = re.compile(rb"\s*null")


def read_table(path: Path, what: str) -> pa.Table:
    """Read an Arrow file as a whole, with all checks of its own.

    It is read, not mapped: a map would keep the file from being replaced on some systems. And by
    one call: threads of Arrow that read a file of Python's can end after Python, which aborts the
    process at its exit (5 of 280 on a busy machine).

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What it should be, for the error.

    Raises
    ------
    FormatError
        It is no such file, or damaged.
    """
    try:
        with pa.ipc.open_file(pa.py_buffer(path.read_bytes())) as reader:
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise FormatError(f"{path}: not a readable {what} ({reason(error)})") from error
    return table


def numbers_of(column: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    """Copy a column of integers or floats without nulls, (n,), into an array.

    Raises
    ------
    ValueError
        There are nulls.

    Examples
    --------
    >>> numbers_of(pa.chunked_array([[3, 1], [2]])).tolist()
    [3, 1, 2]
    """
    if column.null_count:
        raise ValueError(f"{column.null_count} numbers are null")
    dtype = column.type.to_pandas_dtype()
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [
        np.frombuffer(chunk.buffers()[1], dtype)[chunk.offset : chunk.offset + len(chunk)]
        for chunk in chunks
        if len(chunk)
    ]
    return np.concatenate([np.empty(0, dtype), *parts])


def int64_array(values: Any) -> pa.Array:
    """Make an Arrow array of integers, (n,) int64, without a copy where they are such.

    Examples
    --------
    >>> int64_array(np.array([2, 0])).to_pylist()
    [2, 0]
    """
    numbers = np.ascontiguousarray(values, np.int64)
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])


def string_scalar(text: str) -> pa.Scalar:
    """Make an Arrow scalar of a string.

    Raises
    ------
    UnicodeError
        It holds half a surrogate pair.

    Examples
    --------
    >>> string_scalar("été").as_py()
    'été'
    """
    data = text.encode()
    ends = pa.py_buffer(np.array([0, len(data)], np.int32))
    return pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(data)])[0]


def table_of(rows: Sequence[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Make a table of rows as JSON gives them; columns that a row lacks are null.

    Raises
    ------
    pyarrow.ArrowException, TypeError, ValueError
        They are no rows of this schema.

    Examples
    --------
    >>> schema = pa.schema({"epoch": pa.int64(), "loss": pa.float64()})
    >>> table_of([{"epoch": 1, "loss": 2.5}, {"epoch": 2}], schema)["loss"].to_pylist()
    [2.5, None]
    """
    if not rows:
        return pa.Table.from_batches([], schema)
    for row in rows:
        if not isinstance(row, dict):
            raise TypeError(f"a row is {type(row).__name__}; expected an object")
    text = "\n".join(json.dumps(row) for row in rows)
    return read_json(text.encode(), schema).select(schema.names).cast(schema)


def read_json(data: bytes, schema: pa.Schema, **reading: Any) -> pa.Table:
    r"""Read JSON lines: what a row lacks is null, and other keys are left out.

    Parameters
    ----------
    data : bytes
        The lines.
    schema : pyarrow.Schema
        Keys and their kinds.
    **reading
        Of ``pyarrow.json.ReadOptions``.

    Raises
    ------
    pyarrow.ArrowException
        They are no rows of this schema.

    Examples
    --------
    >>> schema = pa.schema({"epoch": pa.int64()})
    >>> read_json(b'null\n{"epoch": 2}', schema)["epoch"].to_pylist()
    [None, 2]
    """
    from pyarrow import json as parser

    if (null := _NULL_FIRST.match(data)) is not None:
        # Where the first row is null, Arrow ends the process (26.0.1).
        data = b"{}" + data[null.end() :]
    options = parser.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    return parser.read_json(
        pa.BufferReader(data), read_options=parser.ReadOptions(**reading), parse_options=options
    )
