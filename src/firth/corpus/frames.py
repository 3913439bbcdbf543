"""Tables and columns of other libraries → Arrow arrays; none of the libraries is imported.

What can be streamed is: no more than some batches are in memory at a time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import pyarrow as pa

from firth.corpus.tables import choose_column

# A pyarrow dataset reads 16 batches of 131,072 rows ahead; with rows as long as documents, these
# are gigabytes.
_ROWS = 1 << 14
_BATCHES_AHEAD = 4


class Rows(NamedTuple):
    """What is to be read of a table.

    Attributes
    ----------
    column : str or None
        The column's name; None if the object is a column itself.
    arrays : iterable of pyarrow.Array or pyarrow.ChunkedArray
        Its rows.
    items : iterable, optional
        Its rows instead, where they are Python objects.
    """

    column: str | None
    arrays: Iterable[Any]
    items: Iterable[Any] | None = None


Opener = Callable[[Any, str | None], Rows]


def opener_of(source: Any) -> Opener | None:
    """Return the function that reads an object as a table or a column; None if it is neither.

    >>> opener_of(pa.table({"x": ["a b"]}))(pa.table({"x": ["a b"]}), None).column
    'x'
    """
    return next((opener for known, opener in OPENERS if known(source)), None)


def is_table(source: Any) -> bool:
    """Whether an object is a table, and not one column.

    >>> is_table(pa.table({"x": ["a b"]})), is_table(pa.array(["a b"]))
    (True, False)
    """
    opener = opener_of(source)
    if opener in (_pandas_series, None):
        return False
    if opener not in (_stream, _array):
        return True
    if isinstance(source, pa.Array | pa.ChunkedArray):
        return bool(pa.types.is_struct(source.type))
    # A column has a type of its own and no names; asking for its data might use it up.
    return any(hasattr(source, name) for name in ("column_names", "columns", "schema"))


def _has(*names: str) -> Callable[[Any], bool]:
    # A class has the methods too, but is no table.
    return lambda source: (
        not isinstance(source, type) and all(hasattr(type(source), name) for name in names)
    )


def _pandas(kind: str) -> Callable[[Any], bool]:
    def known(source: Any) -> bool:
        pandas = sys.modules.get("pandas")
        return pandas is not None and isinstance(source, getattr(pandas, kind, ()))

    return known


def _pandas_frame(source: Any, column: str | None) -> Rows:
    series = [source.iloc[:, place] for place in range(source.shape[1])]
    schema = pa.schema(
        [(str(name), _pandas_type(s)) for name, s in zip(source.columns, series, strict=True)]
    )
    name = choose_column(schema, column, "<DataFrame>")
    return _pandas_series(series[schema.names.index(name)], None)._replace(column=name)


def _pandas_series(source: Any, column: str | None) -> Rows:
    if source.dtype == object:
        return Rows(None, (), source)
    return Rows(None, [pa.array(source, from_pandas=True)])


def _pandas_type(series: Any) -> Any:
    # Only the column that is read is converted: others may hold what Arrow has no type for.
    try:
        if series.dtype != object:
            return pa.array(series.head(0), from_pandas=True).type
        first = series.dropna().head(1).tolist()
        if first and not isinstance(first[0], str) and hasattr(first[0], "__iter__"):
            first[0] = list(first[0])
        return pa.array(first).type
    except (pa.ArrowException, TypeError, ValueError):
        return pa.null()


def _lazy_frame(source: Any, column: str | None) -> Rows:
    empty = pa.table(source.collect_schema().to_frame())
    name = choose_column(empty.schema, column, f"<{type(source).__name__}>")
    batches = source.select(name).collect_batches(maintain_order=True)
    return Rows(name, (array for batch in batches for array in pa.table(batch).column(0).chunks))


def _typed_hugging_face(source: Any) -> bool:
    # A stream that was mapped does not know its types: then its rows are read as dictionaries.
    return _has("select_columns", "with_format", "features")(source) and source.features is not None


def _hugging_face(source: Any, column: str | None) -> Rows:
    name = choose_column(source.features.arrow_schema, column, f"<{type(source).__name__}>")
    tables = source.select_columns([name]).with_format("arrow").iter(batch_size=1000)
    return Rows(name, (array for table in tables for array in table.column(name).chunks))


def _dataset(source: Any, column: str | None) -> Rows:
    name = choose_column(source.schema, column, f"<{type(source).__name__}>")
    scanner = source.scanner(
        columns=[name], batch_size=_ROWS, batch_readahead=_BATCHES_AHEAD, fragment_readahead=1
    )
    return _batches(scanner.to_reader(), name)


def _readable(source: Any, column: str | None) -> Rows:
    reader = "to_arrow_reader" if hasattr(source, "to_arrow_reader") else "to_reader"
    return _batches(getattr(source, reader)(), column)


def _stream(source: Any, column: str | None) -> Rows:
    try:
        reader = pa.RecordBatchReader.from_stream(source)
    except pa.ArrowInvalid:  # the stream is one of a column: its type is no struct
        return Rows(None, pa.chunked_array(source).chunks)
    return _batches(reader, column)


def _array(source: Any, column: str | None) -> Rows:
    array = pa.array(source)
    if not pa.types.is_struct(array.type):
        return Rows(None, [array])
    return _batches(pa.Table.from_struct_array(array).to_reader(), column)


def _batches(reader: Any, column: str | None) -> Rows:
    name = choose_column(reader.schema, column, "the table")
    return Rows(name, (batch.column(name) for batch in reader))


OPENERS: tuple[tuple[Callable[[Any], bool], Opener], ...] = (
    (_pandas("DataFrame"), _pandas_frame),
    (_pandas("Series"), _pandas_series),
    (_has("collect_batches", "collect_schema"), _lazy_frame),
    (_typed_hugging_face, _hugging_face),
    (_has("scanner", "schema"), _dataset),
    (_has("to_arrow_reader"), _readable),
    (_has("__arrow_c_stream__"), _stream),
    (_has("__arrow_c_array__"), _array),
    (_has("to_reader"), _readable),
)
"""How a kind of object is known → its reader; the first that fits is taken."""
