"""Columns of Parquet and Arrow files, and Arrow arrays → blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from firth.corpus.compression import open_file
from firth.corpus.readers import BLOCK_BYTES, Block, is_text
from firth.errors import CorpusError


def _parquet(path: Path, column: str | None) -> Iterator[tuple[Any, str]]:
    import pyarrow.parquet as pq

    with open_file(path) as raw, pq.ParquetFile(raw) as file:
        name = choose_column(file.schema_arrow, column, path)
        # Rows of a document's length must not be read 65,536 at a time.
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        size = sum(group.total_byte_size for group in groups)
        rows = max(1, BLOCK_BYTES * max(1, file.metadata.num_rows) // max(1, size))
        for batch in file.iter_batches(batch_size=min(rows, 1 << 18), columns=[name]):
            yield batch.column(0), name


def _ipc_file(path: Path, column: str | None) -> Iterator[tuple[Any, str]]:
    with open_file(path) as raw, pa.ipc.open_file(raw) as file:
        name = choose_column(file.schema, column, path)
        for number in range(file.num_record_batches):
            yield file.get_batch(number).column(name), name


def _ipc_stream(path: Path, column: str | None) -> Iterator[tuple[Any, str]]:
    with open_file(path) as raw, pa.ipc.open_stream(raw) as file:
        name = choose_column(file.schema, column, path)
        for batch in file:
            yield batch.column(name), name


# Text may begin with the letters. In a table padding follows, or (in Parquet) a first field whose
# tag is a control character: of a page's header, or of the description if there is no row.
TABLE_FORMATS: dict[re.Pattern[bytes], Callable[[Path, str | None], Iterator[tuple[Any, str]]]] = {
    re.compile(rb"PAR1[\x00-\x08\x0e-\x1b]"): _parquet,
    re.compile(rb"ARROW1\x00\x00"): _ipc_file,
    re.compile(rb"\xff\xff\xff\xff"): _ipc_stream,
}
"""First bytes of a file → its reader, which yields arrays and the column's name."""


def is_table(head: bytes) -> bool:
    r"""Whether a file's first bytes are those of a table.

    >>> is_table(b"PAR1\x15\x04"), is_table(b"PAR1 is a word")
    (True, False)
    """
    return any(magic.match(head) for magic in TABLE_FORMATS)


def file_blocks(path: Path, head: bytes, column: str | None) -> Iterator[Block]:
    """Read a column of a Parquet or Arrow file.

    Parameters
    ----------
    path : Path
        The file.
    head : bytes
        Its first bytes.
    column : str or None
        Which column; None for the only one that can be text.

    Yields
    ------
    Block
        One row a sentence.

    Raises
    ------
    CorpusError
        The file is damaged, or has no such column.
    """
    reader = next(read for magic, read in TABLE_FORMATS.items() if magic.match(head))
    try:
        for array, name in reader(path, column):
            yield from array_blocks(array, f"{path} (column {name})")
    except CorpusError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise CorpusError(f"{path}: the file is damaged or cut off ({error})") from error


def array_blocks(array: Any, source: str) -> Iterator[Block]:
    """Cut an array, chunked or not, into slices of about a block's size."""
    if isinstance(array, pa.ChunkedArray):
        for chunk in array.chunks:
            yield from array_blocks(chunk, source)
        return
    rows = max(1, int(len(array) * BLOCK_BYTES / max(array.nbytes, 1)))
    for start in range(0, len(array), rows):
        yield Block(source, array.slice(start, rows))


def check_rows(array: Any, source: str) -> Any:
    """Return an array, chunked or not, if its values can be sentences.

    Raises
    ------
    CorpusError
        They are neither strings nor lists of tokens.
    """
    if len(array) > array.null_count and not _is_rows(array.type):
        raise CorpusError(
            f"{source}: the rows are of type {array.type}; each must be a sentence: a string, or "
            "a list of tokens"
        )
    return array


def choose_column(schema: Any, column: str | None, source: str | Path) -> str:
    """Check a column's name, or find the only column that can be text.

    Parameters
    ----------
    schema : pyarrow.Schema
        The columns there are.
    column : str or None
        The one asked for.
    source : str or Path
        What error messages call the table.

    Returns
    -------
    str
        The column's name.

    Raises
    ------
    CorpusError
        No such column, or none or several to choose from; the message lists those that exist.

    Examples
    --------
    >>> choose_column(pa.schema({"id": pa.float64(), "text": pa.string()}), None, "t")
    'text'
    """
    columns = ", ".join(f"{field.name} ({field.type})" for field in schema) or "none"
    if column is None:
        names = [field.name for field in schema if _is_rows(field.type)]
        if len(names) == 1:
            return str(names[0])
        found = "several columns" if names else "no column"
        raise CorpusError(
            f"{source}: {found} of text or of token lists; choose one with column= (--column). "
            f"Columns: {columns}"
        )
    if schema.names.count(column) != 1:
        raise CorpusError(f"{source}: there is no column {column!r}. Columns: {columns}")
    kind = schema.field(column).type
    if not (_is_rows(kind) or pa.types.is_null(kind)):  # null: there are no values
        raise CorpusError(
            f"{source}: column {column!r} holds {kind}; it must hold "
            f"strings or lists of tokens. Columns: {columns}"
        )
    return column


def is_list(kind: Any) -> bool:
    """Whether an Arrow type is a list of any layout.

    >>> is_list(pa.large_list(pa.string())), is_list(pa.string())
    (True, False)
    """
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )


def _is_rows(kind: Any) -> bool:
    if is_list(kind):
        return is_text(kind.value_type) or bool(pa.types.is_integer(kind.value_type))
    return is_text(kind)
