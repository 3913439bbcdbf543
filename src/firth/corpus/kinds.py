"""What a source is: one decision, from what the object is and not from what made it.

The first line that fits decides.

========================================  ====================================  ==================
What is given                             Known by                              Read as
========================================  ====================================  ==================
a path: a file, a folder, a glob, "-"     ``str``, ``os.PathLike``              files
a list or tuple of paths                  nothing in it but those               files
a dictionary                              ``Mapping``                           refused: no order
bytes                                     ``bytes``, ``bytearray``              refused: a text?
pandas DataFrame                          its class, if pandas is imported      a column
pandas Series                             its class, if pandas is imported      rows
Polars LazyFrame                          ``collect_batches``                   a column, streamed
Hugging Face dataset (of known types)     ``select_columns``, ``features``      a column, streamed
pyarrow dataset                           ``scanner``                           a column, streamed
DuckDB result, pyarrow scanner            ``to_arrow_reader``, ``to_reader``    a column, streamed
any other table, stream of tables         ``__arrow_c_stream__`` of structs     a column, streamed
any other column: Arrow, Polars Series    ``__arrow_c_stream__`` of others      rows
an Arrow array or record batch            ``__arrow_c_array__``                 rows, or a column
anything else to iterate over             ``__iter__``                          one item a sentence
========================================  ====================================  ==================

Items are strings, lists of tokens, rows as dictionaries (`column` picks), or tables, as readers in
pieces hand them out; None and NaN are rows without a word. A row of a column is a string or a list
of tokens. With `group_by` the same is read as events, whose columns are three or more: of items, of
groups, and of the order (:mod:`firth.corpus.events`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from firth.corpus.frames import opener_of
from firth.corpus.misfits import no_columns
from firth.corpus.mistaken import checked_path, checked_paths, is_path_list, nothing_to_read
from firth.corpus.objects import python_blocks
from firth.corpus.paths import expand, is_path
from firth.corpus.readers import BLOCK_BYTES, Block
from firth.corpus.tables import Columns, array_blocks, check_rows, labelled
from firth.errors import ConfigError, CorpusError


def inputs_of(source: Any) -> tuple[Any, ...]:
    """Decide what a source is; find the files that paths stand for.

    Parameters
    ----------
    source : object
        As `firth.corpus.open_corpus` takes it.

    Returns
    -------
    tuple
        Paths (or ``"-"``); or the object alone, for `object_blocks`.

    Raises
    ------
    CorpusError
        It cannot be read, or a path stands for nothing; the message says what it was taken for.

    Examples
    --------
    >>> inputs_of(["-", "-"]), inputs_of([["the", "cat"]])
    (('-', '-'), ([['the', 'cat']],))
    """
    if is_path(source):
        return tuple(expand(checked_path(source)))
    if is_path_list(source):
        return tuple(path for item in checked_paths(source) for path in expand(item))
    if isinstance(source, Mapping):
        keys = ", ".join(map(repr, list(source)[:5])) + (", ..." if len(source) > 5 else "")
        raise CorpusError(
            f"a {type(source).__name__} with the keys {keys} is no sequence of sentences: give one "
            "of its values, or list(texts.values())"
        )
    if isinstance(source, bytes | bytearray):
        raise CorpusError(
            f"a corpus cannot be read from an object of type {type(source).__name__}: give the "
            "path of a file, or, if this is the text itself, iter(text.decode().splitlines())"
        )
    if opener_of(source) is None and not isinstance(source, Iterable):
        raise nothing_to_read(source)
    return (source,)


def object_blocks(
    source: Any, columns: Columns, block_bytes: int = BLOCK_BYTES, keep_empty: bool = False
) -> Iterator[Block]:
    """Read what is no path.

    Parameters
    ----------
    source : object
        As `inputs_of` returned it.
    columns : tuple of str
        Which; see `firth.corpus.tables.choose_columns`.
    block_bytes : int
        About how much to hand out at a time.
    keep_empty : bool
        Items without a word become empty rows.

    Yields
    ------
    Block
        With an Arrow array of strings, or of lists of tokens; of records for several columns.

    Raises
    ------
    CorpusError
        There is no such column, or its rows are no sentences, or an item is none.
    ConfigError
        `columns` are given, but the source has none.

    Examples
    --------
    >>> rows = [{"id": 1, "text": "a b"}, {"id": 2, "text": "c"}]
    >>> [block.data.to_pylist() for block in object_blocks(rows, ("text",))]
    [['a b', 'c']]
    """
    opener = opener_of(source)
    name = type(source).__name__
    if opener is None:
        yield from _item_blocks(source, name, columns, block_bytes, keep_empty)
        return
    try:
        rows = opener(source, columns)
        if columns and not rows.columns:
            raise ConfigError(no_columns(columns[0], f"the input ({name})"))
        label = f"<{labelled(name, rows.columns)}>"
        if rows.items is not None:
            yield from _item_blocks(rows.items, label[1:-1], (), block_bytes, keep_empty)
        for array in rows.arrays:
            records = len(rows.columns) > 1
            yield from array_blocks(array if records else check_rows(array, label), label)
    except pa.ArrowException as error:
        raise CorpusError(f"<{name}>: Arrow cannot read it ({error})") from error


def _item_blocks(
    items: Iterable[Any], label: str, columns: Columns, block_bytes: int, keep_empty: bool
) -> Iterator[Block]:
    for piece in python_blocks(items, label, columns, block_bytes, keep_empty):
        if isinstance(piece, Block):
            yield piece
        else:  # an item that is a table
            yield from object_blocks(piece, columns, block_bytes, keep_empty)
