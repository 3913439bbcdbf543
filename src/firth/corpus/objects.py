"""Python objects → blocks: strings, lists of tokens, and rows as dictionaries, of any iterable."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from firth.corpus.arrays import is_missing, token_array, value_array
from firth.corpus.frames import is_table
from firth.corpus.misfits import bad_item, bad_text, bad_token, no_columns, shown
from firth.corpus.readers import BLOCK_BYTES, Block
from firth.corpus.tables import Columns
from firth.errors import ConfigError, CorpusError, CorpusWarning

# What is neither missing nor a table nor a row, for speed.
_PLAIN = {str, list, tuple, np.ndarray}
_LISTS, _TOKENS = {list, tuple}, {str, int}
# Kinds of rows; that of a list is the type of its tokens.
_TEXT, _RECORD, _TABLE = "text", "record", "table"


def python_blocks(
    items: Iterable[Any],
    name: str = "iterable",
    columns: Columns = (),
    block_bytes: int = BLOCK_BYTES,
    keep_empty: bool = False,
) -> Iterator[Block | Any]:
    """Gather Python objects into blocks.

    Parameters
    ----------
    items : iterable
        Each item one sentence: a string, or an iterable of tokens (strings or integers); or a row,
        a mapping with such sentences; or a table. None and NaN are no sentence; among tokens
        they are null.
    name : str
        What messages call it.
    columns : tuple of str
        The key of rows, or the keys of records.
    block_bytes : int
        About how many characters to gather.
    keep_empty : bool
        Items without a word become empty rows, so that each item has its row; else they have none.

    Yields
    ------
    Block
        With an Arrow array of strings, or of lists of strings or integers; or of records.
    object
        A table, as it was given.

    Raises
    ------
    CorpusError
        An item is none of these; the message names it.
    ConfigError
        `columns` are given, but the items are no rows.

    Examples
    --------
    >>> [b.data.to_pylist() for b in python_blocks(["a b", ["c", "d"], None, [1]])]
    [['a b'], [['c', 'd']], [[1]]]
    >>> [b.data.to_pylist() for b in python_blocks([{"id": 7, "text": "a b"}], columns=("text",))]
    [['a b']]
    """
    reader = _Reader(name, columns)
    batch, size = _Batch(name, columns, ""), 0
    row: Any
    kind: type | str
    for number, item in enumerate(items):
        # Short lists are many: this way one takes a fifth of the time.
        if type(item) in _LISTS and item and not columns and type(item[0]) in _TOKENS:
            row, kind, row_size = item, type(item[0]), 8 * len(item) + 1
        else:
            row, kind, row_size = reader.read(item, number, batch.kind)
            if not row_size:
                if not keep_empty:
                    continue
                listed = isinstance(batch.kind, type)
                row, kind, row_size = ([], batch.kind, 1) if listed else ("", _TEXT, 1)
        if kind != batch.kind or size >= block_bytes:
            if batch.numbers:
                yield batch.block()
            batch, size = _Batch(name, columns, kind), 0
        if kind is _TABLE:
            yield row
            continue
        if isinstance(kind, str):
            batch.values.append(row)
        else:
            batch.values += row
            batch.lengths.append(len(row))
        batch.numbers.append(number)
        size += row_size
    if batch.numbers:
        yield batch.block()


class _Reader:
    """Finds out what items are.

    Parameters
    ----------
    name, columns
        As for :func:`python_blocks`.
    """

    def __init__(self, name: str, columns: Columns) -> None:
        self.name, self.columns = name, columns
        self._unordered = False

    def read(self, item: Any, number: int, before: type | str) -> tuple[Any, type | str, int]:
        """Return an item's row, its kind, and about how many bytes it has: 0 if it is to be left.

        A list of nothing but missing tokens is of the kind of the row `before`.
        """
        plain = type(item) in _PLAIN
        if not plain:
            if isinstance(item, set | frozenset) and not self._unordered:
                self._unordered = True
                warnings.warn(
                    f"item {number:,} of the {self.name} is a set, and sets have no order: "
                    "neighbours in it are chance, and strings stand in another order in each "
                    "process; give a list, sorted(tokens)",
                    CorpusWarning,
                    stacklevel=3,
                )
            if is_missing(item):
                return item, before, 0
            if type(item) is not dict and is_table(item):
                return item, _TABLE, 1
        if self.columns or (not plain and isinstance(item, Mapping)):
            values = _values(item, self.columns, self.name, number)
            if len(self.columns) > 1:
                # 24: about what a value takes.
                return values, _RECORD, 24 * len(values)
            item = values[0]
            if is_missing(item):
                return item, before, 0
        return _row(item, self.name, number, before)


class _Batch:
    """Rows of one kind that wait to become a block.

    Attributes
    ----------
    name : str
        What messages call the iterable.
    columns : tuple of str
        The keys of records.
    kind : type or str
        Of the rows.
    values : list
        Texts, records, or the tokens of all lists, one behind the other. Copied, so that whoever
        gives the lists may fill the same one again; and no list of ours stands for each sentence:
        where sentences are short, making those took half of the time.
    lengths : list of int
        How many tokens each list has; empty for other rows.
    numbers : list of int
        Which items the rows are.
    """

    def __init__(self, name: str, columns: Columns, kind: type | str) -> None:
        self.name, self.columns, self.kind = name, columns, kind
        self.values: list[Any] = []
        self.lengths: list[int] = []
        self.numbers: list[int] = []

    def block(self) -> Block:
        """Make the block."""
        source = f"<{self.name}, items {self.numbers[0]:,} to {self.numbers[-1]:,}>"
        if self.kind == _RECORD:
            arrays = [
                value_array(column, values, source)
                for column, values in zip(self.columns, zip(*self.values, strict=True), strict=True)
            ]
            return Block(source, pa.StructArray.from_arrays(arrays, list(self.columns)))
        if self.kind == _TEXT:
            try:
                return Block(source, pa.array(self.values, pa.string()))
            except (pa.ArrowException, UnicodeError):
                raise bad_text(self.values, self.numbers, self.name) from None
        offsets = np.zeros(len(self.lengths) + 1, np.int32)
        np.cumsum(self.lengths, out=offsets[1:])
        tokens = token_array(self.values)
        if tokens is None:
            rows = [self.values[start:stop] for start, stop in pairwise(offsets.tolist())]
            raise bad_token(rows, self.numbers, self.name)
        return Block(source, pa.ListArray.from_arrays(pa.array(offsets), tokens))


def _values(item: Any, columns: Columns, name: str, number: int) -> list[Any]:
    if not isinstance(item, Mapping):
        what = f"an iterable ({name})"
        raise ConfigError(f"{no_columns(columns[0], what)}. Item {number:,} is {shown(item)}")
    keys = ", ".join(map(repr, item))
    if not columns:
        raise CorpusError(
            f"item {number:,} of the {name} is a dictionary with the keys {keys}; "
            "choose one with column="
        )
    try:
        return [item[column] for column in columns]
    except KeyError as error:
        raise CorpusError(
            f"item {number:,} of the {name} has no key {error}; it has {keys}"
        ) from None


def _row(item: Any, name: str, number: int, before: type | str) -> tuple[Any, type | str, int]:
    if isinstance(item, str):
        return item, _TEXT, len(item)
    if isinstance(item, pa.Scalar):
        return _row(item.as_py(), name, number, before)
    if isinstance(item, bytes | bytearray | memoryview | Mapping) or not hasattr(item, "__iter__"):
        raise bad_item(item, name, number)
    try:
        tokens = item.to_pylist() if hasattr(item, "to_pylist") else list(item)
    except TypeError:  # an array without an axis
        raise bad_item(item, name, number) from None
    # Integers travel apart from strings, for Arrow to type. 8: about what a token takes.
    kinds = (type(token) for token in tokens if not is_missing(token))
    kind = next(kinds, before if isinstance(before, type) else type(None))
    return tokens, kind, 8 * len(tokens)
