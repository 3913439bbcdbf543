"""Tables and columns of other libraries → Arrow arrays; none of the libraries is imported.

What can be streamed is: no more than some batches are in memory at a time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa

from firth.corpus.tables import Columns, choose_columns, rows_of

# A pyarrow dataset reads 16 batches of 131,072 rows ahead; with rows as long as documents, these
# are gigabytes.
_ROWS = 1 << 14
_BATCHES_AHEAD = 4
# Of a pandas table, several columns of which are read; as many rows are converted at a time.
_RECORDS = 1 << 18


class Rows(NamedTuple):
    """What is to be read of a table.

    Attributes
    ----------
    columns : tuple of str
        The columns' names; () if the object is a column itself.
    arrays : iterable of pyarrow.Array or pyarrow.ChunkedArray
        Its rows, as `firth.corpus.tables.rows_of` makes them.
    items : iterable, optional
        Its rows instead, where they are Python objects.
    """

    columns: Columns
    arrays: Iterable[Any]
    items: Iterable[Any] | None = None


Opener = Callable[[Any, Columns], Rows]


def opener_of(source: Any) -> Opener | None:
    """Return the function that reads an object as a table or a column; None if it is neither.

    >>> opener_of(pa.table({"x": ["a b"]}))(pa.table({"x": ["a b"]}), ()).columns
    ('x',)
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


def _pandas_frame(source: Any, columns: Columns) -> Rows:
    series = [source.iloc[:, place] for place in range(source.shape[1])]
    schema = pa.schema(
        [(str(name), _pandas_type(s)) for name, s in zip(source.columns, series, strict=True)]
    )
    names = choose_columns(schema, columns, "<DataFrame>")
    chosen = [series[schema.names.index(name)] for name in names]
    if len(chosen) == 1:
        return _pandas_series(chosen[0], ())._replace(columns=names)
    return Rows(names, _pandas_records(chosen, names))


def _pandas_records(series: list[Any], names: Columns) -> Iterator[Any]:
    for start in range(0, len(series[0]), _RECORDS):
        arrays = [pa.array(s.iloc[start : start + _RECORDS], from_pandas=True) for s in series]
        yield pa.StructArray.from_arrays(arrays, list(names))


def _pandas_series(source: Any, columns: Columns) -> Rows:
    if source.dtype == object:
        return Rows((), (), source)
    return Rows((), [pa.array(source, from_pandas=True)])


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


def _lazy_frame(source: Any, columns: Columns) -> Rows:
    empty = pa.table(source.collect_schema().to_frame())
    names = choose_columns(empty.schema, columns, f"<{type(source).__name__}>")
    batches = source.select(list(names)).collect_batches(maintain_order=True)
    return Rows(names, (rows_of(pa.table(batch), names) for batch in batches))


def _typed_hugging_face(source: Any) -> bool:
    # A stream that was mapped does not know its types: then its rows are read as dictionaries.
    return _has("select_columns", "with_format", "features")(source) and source.features is not None


def _hugging_face(source: Any, columns: Columns) -> Rows:
    names = choose_columns(source.features.arrow_schema, columns, f"<{type(source).__name__}>")
    tables = source.select_columns(list(names)).with_format("arrow").iter(batch_size=1000)
    return Rows(names, (rows_of(table, names) for table in tables))


def _dataset(source: Any, columns: Columns) -> Rows:
    names = choose_columns(source.schema, columns, f"<{type(source).__name__}>")
    scanner = source.scanner(
        columns=list(names), batch_size=_ROWS, batch_readahead=_BATCHES_AHEAD, fragment_readahead=1
    )
    return _batches(scanner.to_reader(), names)


def _readable(source: Any, columns: Columns) -> Rows:
    reader = "to_arrow_reader" if hasattr(source, "to_arrow_reader") else "to_reader"
    return _batches(getattr(source, reader)(), columns)


def _stream(source: Any, columns: Columns) -> Rows:
    try:
        reader = pa.RecordBatchReader.from_stream(source)
    except pa.ArrowInvalid:  # the stream is one of a column: its type is no struct
        return Rows((), pa.chunked_array(source).chunks)
    return _batches(reader, columns)


def _array(source: Any, columns: Columns) -> Rows:
    array = pa.array(source)
    if not pa.types.is_struct(array.type):
        return Rows((), [array])
    return _batches(pa.Table.from_struct_array(array).to_reader(), columns)


def _batches(reader: Any, columns: Columns) -> Rows:
    names = choose_columns(reader.schema, columns, "the table")
    return Rows(names, (rows_of(batch, names) for batch in reader))


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
