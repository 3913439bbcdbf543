"""Columns of Parquet and Arrow files, and Arrow arrays → blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import pyarrow as pa

from firth.corpus.readers import BLOCK_BYTES, Block, is_text
from firth.errors import CorpusError
from firth.values import reason

Columns: TypeAlias = tuple[str, ...]


def _parquet(file: BinaryIO, name: str, columns: Columns) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as table:
        names = choose_columns(table.schema_arrow, columns, name)
        # Rows of a document's length must not be read 65,536 at a time.
        groups = [table.metadata.row_group(i) for i in range(table.metadata.num_row_groups)]
        size = sum(group.total_byte_size for group in groups)
        rows = max(1, BLOCK_BYTES * max(1, table.metadata.num_rows) // max(1, size))
        for batch in table.iter_batches(batch_size=min(rows, 1 << 18), columns=list(names)):
            yield rows_of(batch, names)


def _ipc_file(file: BinaryIO, name: str, columns: Columns) -> Iterator[Any]:
    with pa.ipc.open_file(file) as table:
        names = choose_columns(table.schema, columns, name)
        for number in range(table.num_record_batches):
            yield rows_of(_whole(table.get_batch(number), names), names)


def _ipc_stream(file: BinaryIO, name: str, columns: Columns) -> Iterator[Any]:
    with pa.ipc.open_stream(file) as table:
        names = choose_columns(table.schema, columns, name)
        for batch in table:
            yield rows_of(_whole(batch, names), names)


def _whole(batch: Any, names: Columns) -> Any:
    """Refuse columns that lead out of their memory, which Arrow reads without a look at it."""
    for name in names:
        try:
            batch.column(name).validate(full=True)
        except pa.ArrowInvalid as error:
            if "UTF8" not in str(error):  # that is seen to with the option `errors`
                raise
    return batch


# Text may begin with the letters. In a table padding follows, or (in Parquet) a first field whose
# tag is a control character: of a page's header, or of the description if there is no row.
TABLE_FORMATS: dict[re.Pattern[bytes], Callable[[BinaryIO, str, Columns], Iterator[Any]]] = {
    re.compile(rb"PAR1[\x00-\x08\x0e-\x1b]"): _parquet,
    re.compile(rb"ARROW1\x00\x00"): _ipc_file,
    re.compile(rb"\xff\xff\xff\xff"): _ipc_stream,
}
"""First bytes of a file → its reader, which yields arrays of rows."""


def is_table(head: bytes) -> bool:
    r"""Whether a file's first bytes are those of a table.

    >>> is_table(b"PAR1\x15\x04"), is_table(b"PAR1 is a word")
    (True, False)
    """
    return any(magic.match(head) for magic in TABLE_FORMATS)


def file_blocks(file: BinaryIO, name: str, head: bytes, columns: Columns) -> Iterator[Block]:
    """Read columns of a Parquet or Arrow file.

    Parameters
    ----------
    file : binary file
        Can be read in any order.
    name : str
        What messages call it.
    head : bytes
        Its first bytes.
    columns : tuple of str
        Which; see `choose_columns`.

    Yields
    ------
    Block
        With an array as `rows_of` makes it.

    Raises
    ------
    CorpusError
        The file is damaged, or has no such column.
    """
    reader = next(read for magic, read in TABLE_FORMATS.items() if magic.match(head))
    try:
        for array in reader(file, name, columns):
            yield from array_blocks(array, labelled(name, columns))
    except CorpusError:
        raise
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise CorpusError(f"{name}: the file is damaged or cut off ({reason(error)})") from error


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


def choose_columns(schema: Any, columns: Columns, source: str | Path) -> Columns:
    """Check columns' names and types, or find the only column that can be text.

    Parameters
    ----------
    schema : pyarrow.Schema
        The columns there are.
    columns : tuple of str
        One: its rows are sentences. Several: that of the items, and those they are grouped and
        ordered by. None: the only one whose rows can be sentences.
    source : str or Path
        What error messages call the table.

    Returns
    -------
    tuple of str
        Their names.

    Raises
    ------
    CorpusError
        No such column, or of another kind, or none or several to choose from; the message lists
        those that exist.

    Examples
    --------
    >>> choose_columns(pa.schema({"id": pa.float64(), "text": pa.string()}), (), "t")
    ('text',)
    """
    existing = ", ".join(f"{field.name} ({field.type})" for field in schema) or "none"
    if not columns:
        names = [field.name for field in schema if _is_rows(field.type)]
        if len(names) == 1:
            return (str(names[0]),)
        found = "several columns" if names else "no column"
        raise CorpusError(
            f"{source}: {found} of text or of token lists; choose one with column= (--column). "
            f"Columns: {existing}"
        )
    for place, name in enumerate(columns):
        if schema.names.count(name) != 1:
            found = "several columns are called" if name in schema.names else "there is no column"
            raise CorpusError(f"{source}: {found} {name!r}. Columns: {existing}")
        kind = schema.field(name).type
        if len(columns) == 1:
            fits, expected = _is_rows(kind), "strings or lists of tokens"
        elif place == 0:
            fits, expected = is_text(kind) or _is_integer(kind), "strings or integers, one a row"
        else:
            fits, expected = not pa.types.is_nested(kind), "one value a row"
        if not (fits or pa.types.is_null(kind)):  # null: there are no values
            raise CorpusError(
                f"{source}: column {name!r} holds {kind}; it must hold {expected}. "
                f"Columns: {existing}"
            )
    return columns


def rows_of(table: Any, names: Columns) -> Any:
    """Take columns of a table or a batch of one: an array, of records if there are several.

    >>> rows_of(pa.table({"user": [1], "item": ["a"]}), ("item", "user")).to_pylist()
    [{'item': 'a', 'user': 1}]
    """
    if len(names) == 1:
        return table.column(names[0])
    if isinstance(table, pa.Table):
        return pa.chunked_array(
            [rows_of(b, names) for b in table.to_batches()],
            pa.struct([table.schema.field(name) for name in names]),
        )
    return pa.StructArray.from_arrays([table.column(name) for name in names], list(names))


def labelled(source: str, columns: Columns) -> str:
    """Name columns of a source, for messages.

    >>> labelled("t", ("item", "user")), labelled("t", ())
    ('t (columns item, user)', 't')
    """
    if not columns:
        return source
    return f"{source} (column{'s' * (len(columns) > 1)} {', '.join(columns)})"


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


def _is_integer(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_integer(kind))
