"""Events, one a row of a table → one sentence for each group, of its items in their order.

Click logs by user, baskets by order, sessions, playlists. Rows are gathered on disk first, 8 bytes
each and 8 more if they are ordered: a number for the item, one for the group, and a key of the
order. Then groups are read back in the order in which they first appear, as many at a time as have
`SORTED_ROWS` rows together, and sorted in memory. Where the rows of each group stand together, and
in order, that is one pass; where they lie everywhere, there is a pass for each `SORTED_ROWS`.
Memory holds the distinct items and groups, and these rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.arrays import WIDE
from firth.corpus.order import Order
from firth.corpus.readers import Block, as_strings, is_text
from firth.corpus.spill import SpilledWords
from firth.corpus.working import unwritable, working_folder
from firth.errors import CorpusError

SORTED_ROWS = 1 << 24
"""How many rows are sorted at a time, in about 1 GB."""
_BLOCK_TOKENS = 1 << 18


class EventFields(NamedTuple):
    """The columns that events have.

    Attributes
    ----------
    item : str
        What becomes a token.
    groups : tuple of str
        What rows of one sentence have in common.
    order : str or None
        What they are sorted by; None to leave them as they come.
    """

    item: str
    groups: tuple[str, ...]
    order: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return (self.item, *self.groups, *(() if self.order is None else (self.order,)))


def event_blocks(
    blocks: Iterable[Block],
    fields: EventFields,
    warn: Callable[[str], None],
    errors: str = "strict",
    folder: Path | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> Iterator[Block]:
    """Make sentences of events.

    Rows without an item or without a group count for nothing; of the latter a warning says how many
    there were. Rows that are equal in the order stay as they come.

    Parameters
    ----------
    blocks : iterable of Block
        With arrays of records that have `fields`.
    fields : EventFields
        What they are.
    warn : callable
        Gets the warning, if there is one.
    errors : str
        ``"strict"`` or ``"replace"``, for bytes that are not UTF-8.
    folder : Path, optional
        Where to write; by default a temporary one, removed at the end.
    on_rows : callable, optional
        Called with the number of rows read so far, after each block.

    Yields
    ------
    Block
        With lists of items.

    Raises
    ------
    CorpusError
        A group has more rows than can be sorted, or the column of the order is of mixed kinds.
    OSError
        `folder` cannot be written.

    Examples
    --------
    >>> rows = [{"item": i, "user": u} for u, i in [(1, "a"), (2, "b"), (1, "c")]]
    >>> records = Block("clicks", pa.array(rows))
    >>> fields = EventFields("item", ("user",), None)
    >>> [block.data.to_pylist() for block in event_blocks([records], fields, print)]
    [[['a', 'c'], ['b']]]
    """
    with ExitStack() as stack:
        if folder is None:
            try:
                owned = working_folder(None)
            except OSError as error:
                raise unwritable(error, None, False) from error
            stack.callback(owned.remove)
            folder = owned.path
        events = _Events(folder, fields)
        stack.callback(events.remove)
        n_rows = 0
        for block in blocks:
            events.append(block, errors)
            n_rows += len(block.data)
            if on_rows is not None:
                on_rows(n_rows)
        events.finish()
        if events.n_without_group:
            names = " or ".join(map(repr, fields.groups))
            warn(f"{events.n_without_group:,} of {n_rows:,} rows have no {names} and are left out")
        yield from events.sentences()


class _Events:
    def __init__(self, folder: Path, fields: EventFields) -> None:
        self._fields = fields
        self._items = SpilledWords(folder, "items", "items")
        self._groups = SpilledWords(folder, "groups", "groups")
        self._order = None if fields.order is None else Order(folder, fields.order)
        self._lengths: list[int] = []
        self._integers = True
        self.n_without_group = 0

    def append(self, block: Block, errors: str) -> None:
        records = block.data
        items = _plain(records.field(0))
        groups = self._group_names(records, block.source, errors)
        there = pc.and_(items.is_valid(), groups.is_valid())
        self.n_without_group += groups.null_count
        items = items.filter(there)
        if len(items):
            integers = items.type == WIDE or pa.types.is_integer(items.type)
            self._integers = self._integers and integers
        items = items.cast(pa.string()) if items.type == WIDE else items
        self._items.append(as_strings(items, block.source, errors))
        self._groups.append(groups.filter(there))
        if self._order is not None:
            order = _plain(records.field(records.type.num_fields - 1))
            self._order.append(order.filter(there), block.source)
        self._lengths.append(len(items))

    def _group_names(self, records: Any, source: str, errors: str) -> Any:
        """Name each row's group; null if a part of its name is missing or empty."""
        parts = []
        for place, column in enumerate(self._fields.groups, 1):
            values = _plain(records.field(place))
            missing = values.is_null(nan_is_null=True)
            names = as_strings(_named(values, source, column), source, errors)
            missing = pc.or_(missing, pc.equal(names, ""))
            parts.append(pc.if_else(missing, pa.scalar(None, pa.string()), names))
        if len(parts) == 1:
            return parts[0]
        # With the lengths, ("a", "bc") and ("ab", "c") have two names.
        lengths = [pc.binary_length(part).cast(pa.string()) for part in parts]
        return pc.binary_join_element_wise(*lengths, *parts, " ")

    def finish(self) -> None:
        self._items.finish()
        self._groups.finish()
        if self._order is not None:
            self._order.finish()

    def remove(self) -> None:
        self._items.remove()
        self._groups.remove()
        if self._order is not None:
            self._order.remove()

    def sentences(self) -> Iterator[Block]:
        """Read the groups back, as many at a time as can be sorted."""
        counts = self._groups.counts
        if len(counts) and counts.max() > SORTED_ROWS:
            self._refuse(int(counts.argmax()))
        ends = np.cumsum(counts)
        spans = self._spans()
        first = 0
        while first < len(counts):
            before = ends[first - 1] if first else 0
            last = int(np.searchsorted(ends, before + SORTED_ROWS, side="right"))
            items = self._sorted_items(first, last, spans)
            yield from self._blocks(items, np.cumsum(counts[first:last]))
            first = last

    def _spans(self) -> list[tuple[int, int, int, int]]:
        """First and last row of each block, and the least and the greatest group in it."""
        spans, start = [], 0
        for length in self._lengths:
            if length:
                groups = self._groups.read(start, start + length)
                spans.append((start, start + length, int(groups.min()), int(groups.max())))
            start += length
        return spans

    def _sorted_items(
        self, first: int, last: int, spans: list[tuple[int, int, int, int]]
    ) -> NDArray[np.int32]:
        """Return the items of groups `first` to before `last`, group by group."""
        parts: list[tuple[NDArray[np.int32], ...]] = []
        keys: list[NDArray[np.int64]] = []
        for start, stop, least, greatest in spans:
            if greatest < first or least >= last:
                continue
            groups = self._groups.read(start, stop)
            chosen = (groups >= first) & (groups < last)
            parts.append((groups[chosen] - first, self._items.read(start, stop)[chosen]))
            if self._order is not None:
                keys.append(self._order.read(start, stop)[chosen])
        groups = np.concatenate([part[0] for part in parts])
        items = np.concatenate([part[1] for part in parts])
        del parts
        return items[_sorted(groups, np.concatenate(keys) if keys else None)]

    def _blocks(self, items: NDArray[np.int32], ends: NDArray[np.int64]) -> Iterator[Block]:
        source = f"<events by {', '.join(self._fields.groups)}>"
        for start in range(0, len(items), _BLOCK_TOKENS):
            stop = min(start + _BLOCK_TOKENS, len(items))
            first, last = np.searchsorted(ends, (start, stop), side="right")
            inner = np.searchsorted(ends, stop, side="left")
            offsets = np.concatenate([[start], ends[first:inner], [stop]]) - start
            words = self._items.words.take(pa.array(items[start:stop])).cast(pa.string())
            lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), words)
            yield Block(source, lists, continues=bool(inner == last), integers=self._integers)

    def _refuse(self, group: int) -> None:
        names = ", ".join(map(repr, self._fields.groups))
        raise CorpusError(
            f"group {self._groups.words[group].as_py()!r} of {names} has "
            f"{int(self._groups.counts[group]):,} of {len(self._groups):,} rows; one group may "
            f"have {SORTED_ROWS:,}, as its rows are sorted in memory. Group by a column that says "
            "which events belong together: a user, a session, a basket"
        )


def _plain(values: Any) -> Any:
    """Lay values out as Arrow can filter them; a dictionary may hold null values too."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    return values.cast(pa.string()) if pa.types.is_string_view(values.type) else values


def _named(values: Any, source: str, column: str) -> Any:
    if is_text(values.type) or pa.types.is_null(values.type):
        return values
    try:
        return values.cast(pa.string())
    except pa.ArrowException as error:
        raise CorpusError(
            f"{source}: column {column!r} holds {values.type}, by which rows cannot be grouped; "
            "expected strings, numbers or times"
        ) from error


def _sorted(groups: NDArray[np.int32], keys: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Return the places of rows by group, then by key, then as they come."""
    order = np.arange(len(groups))
    if keys is not None and (keys[1:] < keys[:-1]).any():
        order = np.argsort(keys, kind="stable")
    # NumPy's stable sort of 16 bits is a radix sort, linear in the rows.
    for shift in (0, 16):
        digits = (groups >> shift).astype(np.uint16)[order]
        if (digits[1:] < digits[:-1]).any():
            order = order[np.argsort(digits, kind="stable")]
    return order
