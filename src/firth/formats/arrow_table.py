"""Tables of words and vectors: Parquet, and Arrow's own files (Feather).

::

    word     string
    count    int64                     where counts are known
    vector   fixed_size_list<float>    halffloat, float or double

Columns of these names are read, wherever they stand and whatever else there is; lists of any kind
are taken if all are of one length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.precision import narrowed
from firth.formats.words import joined
from firth.values import reason, shown

#: Rows taken at once.
_ROWS = 8192
_COLUMNS = ("word", "count", "vector")


def read_path(path: Path, options: ReadOptions) -> Contents:
    """Read the columns word, vector and count."""
    try:
        with _batches(path) as (schema, n_rows, batches):
            return _gather(path, schema, n_rows, batches, options)
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({reason(error)})") from error
    except (pa.ArrowException, ValueError, MemoryError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{path}: not a readable table ({reason(error)})") from error


@contextmanager
def _batches(path: Path) -> Iterator[tuple[Any, int, Iterator[Any]]]:
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PAR1":
        with pq.ParquetFile(pa.memory_map(str(path))) as table:
            schema = table.schema_arrow
            named = [name for name in _COLUMNS if name in schema.names]
            yield schema, table.metadata.num_rows, table.iter_batches(_ROWS, columns=named)
    else:
        with pa.memory_map(str(path)) as file, pa.ipc.open_file(file) as reader:
            batches = [reader.get_batch(i) for i in range(reader.num_record_batches)]
            rows = sum(len(batch) for batch in batches)
            pieces = (b.slice(i, _ROWS) for b in batches for i in range(0, len(b), _ROWS))
            yield reader.schema, rows, pieces


def _gather(
    path: Path, schema: Any, n_rows: int, batches: Iterator[Any], options: ReadOptions
) -> Contents:
    check_columns(path, schema)
    if n_rows < 0:
        raise FormatError(f"{path}: {n_rows:,} rows are announced; expected 0 or more")
    rows = n_rows if options.top is None else min(n_rows, options.top)
    words: list[Any] = []
    matrix: Any = None
    counts = np.empty(rows, np.int64) if "count" in schema.names else None
    row = 0
    for whole in batches:
        batch = whole.slice(0, rows - row)
        if not len(batch):
            break
        batch.validate(full=True)
        for name in batch.schema.names:
            if name in _COLUMNS and batch.column(name).null_count:
                raise FormatError(f"{path}: a {name} is missing after row {row:,}")
        part = as_matrix(path, batch.column("vector"), row)
        if matrix is None:
            matrix = np.empty((rows, part.shape[1]), np.promote_types(part.dtype, np.float32))
        if part.shape[1] != matrix.shape[1]:
            raise FormatError(
                f"{path}: vectors after row {row:,} have {part.shape[1]:,} numbers, those before "
                f"{matrix.shape[1]:,}"
            )
        if not np.isfinite(part).all():
            raise FormatError(f"{path}: a vector after row {row:,} holds no finite number")
        matrix[row : row + len(batch)] = part
        words.append(batch.column("word").cast(pa.large_string()))
        if counts is not None:
            counts[row : row + len(batch)] = batch.column("count").cast(pa.int64()).to_numpy()
            if counts[row : row + len(batch)].min() < 0:
                raise FormatError(f"{path}: a count after row {row:,} is below 0")
        row += len(batch)
    if matrix is None or row != rows:
        raise FormatError(f"{path}: {row:,} rows, but {rows:,} were announced")
    integers = (schema.metadata or {}).get(b"words") == b"integers"
    return Contents(WordList(joined(words).array, integers), matrix, counts)


def check_columns(path: Path | str, schema: Any) -> None:
    """Refuse a table, at a path or of a name, that lacks a column or has one twice."""
    times = Counter(schema.names)
    if not (times["word"] == times["vector"] == 1 and times["count"] <= 1):
        raise FormatError(
            f"{path}: a table with the columns {shown(schema.names)}; expected one named word, one "
            "named vector, and perhaps one named count"
        )


def as_matrix(path: Path | str, column: Any, row: int) -> Any:
    """Return the lists of a column as a matrix, (rows, dim): a view, where all have one length.

    `row` is how many rows there were before.
    """
    kind = column.type
    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    if not (lists or pa.types.is_fixed_size_list(kind)) or not pa.types.is_floating(
        kind.value_type
    ):
        raise FormatError(
            f"{path}: the column vector holds {kind}; expected lists of float16, float32 or float64"
        )
    values = column.flatten()
    dim, rest = divmod(len(values), len(column))
    lengths = np.diff(column.offsets.to_numpy()) if lists else np.array([dim])
    if rest or not dim or (lengths != dim).any() or values.null_count:
        raise FormatError(
            f"{path}: vectors after row {row:,} are not all of one length, or have gaps"
        )
    return values.to_numpy(zero_copy_only=False).reshape(len(column), dim)


def table_pieces(contents: Contents, options: WriteOptions) -> Iterator[Any]:
    """Yield the table in pieces, so that it is not in memory twice."""
    dtype = np.dtype(options.dtype or contents.matrix.dtype)
    dim = contents.matrix.shape[1]
    starts = range(0, len(contents.matrix), _ROWS)
    for start, rows in zip(starts, narrowed(contents.matrix, dtype.name, rows=_ROWS), strict=True):
        columns = {"word": contents.words.array.slice(start, _ROWS).cast(pa.string())}
        if contents.counts is not None:
            columns["count"] = pa.array(contents.counts[start : start + _ROWS])
        columns["vector"] = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), dim)
        metadata = {b"words": b"integers"} if contents.words.integers else None
        yield pa.table(columns).replace_schema_metadata(metadata)


def write(file: BinaryIO, contents: Contents, options: WriteOptions) -> None:
    """Write Parquet."""
    tables = table_pieces(contents, options)
    first = next(tables)
    # Dictionaries are of no use where nothing occurs twice.
    with pq.ParquetWriter(file, first.schema, use_dictionary=False) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)
