"""What events are ordered by: numbers, times or text → one sortable integer a row.

Rows without a value come last. Strings that all look like numbers, or like times as ISO 8601 writes
them, are ordered as these; others as text, letter by letter.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.readers import as_strings, is_text
from firth.corpus.spill import SpilledArray, SpilledWords
from firth.errors import CorpusError

LAST = np.iinfo(np.int64).max
"""The key of rows without a value."""

_INTEGERS, _NUMBERS, _TEXT = "integers", "numbers", "text"
# What strings may be, in the order in which it is tried.
_READABLE = {
    _INTEGERS: pa.int64(),
    _NUMBERS: pa.float64(),
    "times": pa.timestamp("us"),
    "times, finer than microseconds": pa.timestamp("ns"),
    "times with a zone": pa.timestamp("us", "UTC"),
}
# As text these would be ordered by day or by month.
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")


class Order:
    """A column that events are ordered by.

    Parameters
    ----------
    folder : Path
        Where to write.
    name : str
        The column's, for messages.

    Examples
    --------
    >>> import tempfile
    >>> order = Order(Path(tempfile.mkdtemp()), "time")
    >>> order.append(pa.array(["9", "10"]), "log"); order.append(pa.array(["", "9.5"]), "log")
    >>> order.finish(); order.read(0, 4).argsort().tolist()
    [0, 3, 1, 2]
    >>> order.remove()
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._kind: str | None = None
        self._column: SpilledArray | SpilledWords = SpilledArray(folder / "order", np.int64)
        self._numbers_from = 0
        self._ranks: NDArray[np.int64] | None = None

    def append(self, values: Any, source: str) -> None:
        """Take in a block of values (n,).

        Raises
        ------
        CorpusError
            They are of another kind than those before, or cannot be ordered.
        """
        values = _plain(values, source)
        if values.null_count < len(values):
            values = self._as_kind(values, source)
        if isinstance(self._column, SpilledWords):
            self._column.append(values.cast(pa.string()).fill_null(""))
            return
        keys = np.full(len(values), LAST)
        if values.null_count < len(values):
            keys[values.is_valid().to_numpy(zero_copy_only=False)] = _keys(values.drop_null())
        self._column.append(keys)

    def finish(self) -> None:
        """Make all rows comparable; nothing can be appended after that."""
        if isinstance(self._column, SpilledWords):
            self._column.finish()
            words = self._column.words
            self._ranks = np.empty(len(words), np.int64)
            self._ranks[pc.sort_indices(words).to_numpy()] = np.arange(len(words))
            if (empty := words.index("").as_py()) >= 0:
                self._ranks[empty] = LAST

    def read(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return the keys of rows (n,): the smaller, the earlier."""
        if self._ranks is not None:
            ranks: NDArray[np.int64] = self._ranks[self._column.read(start, stop)]
            return ranks
        keys: NDArray[np.int64] = self._column.read(start, stop).astype(np.int64, copy=False)
        if start >= self._numbers_from:
            return keys
        keys = keys.copy()
        integers = keys[: self._numbers_from - start]
        there = integers != LAST
        integers[there] = _float_keys(integers[there].astype(np.float64))
        return keys

    def remove(self) -> None:
        """Close and remove the files."""
        self._column.remove()

    def _as_kind(self, values: Any, source: str) -> Any:
        """Convert a block to the column's kind, which the first with a value decides."""
        if self._kind is None:
            self._kind, values = _first_kind(values, f"{source}: column {self._name!r}")
            self._type = values.type
            if self._kind == _TEXT:
                n_before = len(self._column)
                self._column.remove()
                self._column = SpilledWords(self._folder, "order", f"values of {self._name!r}")
                self._column.append(pa.nulls(n_before, pa.string()).fill_null(""))
            return values
        number = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
        if not number or self._kind in (_INTEGERS, _NUMBERS):
            try:
                return values.cast(self._type)
            except pa.ArrowException:
                if self._kind == _INTEGERS and (floats := _cast(values, pa.float64())) is not None:
                    self._kind, self._type = _NUMBERS, pa.float64()
                    self._numbers_from = len(self._column)
                    return floats
        bad = next(v for v in values if v.is_valid and (number or _cast(v, self._type) is None))
        raise CorpusError(
            f"{source}: column {self._name!r} holds {bad.as_py()!r}, where the rows before hold "
            f"{self._kind}; write all of them alike"
        )


def _plain(values: Any, source: str) -> Any:
    """Make missing what is no value: NaN, and text of white space."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if is_text(values.type):
        values = pc.utf8_trim_whitespace(as_strings(values, source))
        return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
    if pa.types.is_floating(values.type):
        return pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    return values


def _first_kind(values: Any, what: str) -> tuple[str, Any]:
    kind = values.type
    if is_text(kind):
        for name, readable in _READABLE.items():
            if (read := _cast(values, readable)) is not None:
                return name, read
        first = values.drop_null()[0].as_py()
        if _DATE.match(first):
            raise CorpusError(
                f"{what} holds {first!r}, which is ordered neither as a number nor as text; write "
                "times as 2026-01-31 23:59:59 (ISO 8601), or as numbers"
            )
        return _TEXT, values
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        # A zone says how times are shown, not when they were.
        return "times", values if pa.types.is_timestamp(kind) else values.cast(pa.timestamp("us"))
    if pa.types.is_time(kind):
        return "times", values.cast(pa.time64("ns"))
    if pa.types.is_duration(kind):
        return "times", values
    for name in (_INTEGERS, _NUMBERS):
        number = not pa.types.is_floating(kind) or name == _NUMBERS
        if number and (read := _cast(values, _READABLE[name])) is not None:
            return name, read
    raise CorpusError(f"{what} holds {kind}, which has no order; expected numbers, times or text")


def _cast(values: Any, kind: Any) -> Any:
    """Convert values; None if one of them is no such thing."""
    try:
        # Integers may be rounded as floats are.
        return values.cast(kind, safe=kind != pa.float64())
    except pa.ArrowException:
        return None


def _keys(values: Any) -> NDArray[np.int64]:
    if pa.types.is_floating(values.type):
        return _float_keys(values.to_numpy())
    keys: NDArray[np.int64] = values.cast(pa.int64()).to_numpy()
    return keys


def _float_keys(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Map floats to integers of the same order: IEEE 754 orders those of one sign by their bits."""
    bits = (values + 0.0).view(np.int64)  # + 0.0: one zero
    keys: NDArray[np.int64] = np.where(bits < 0, bits ^ LAST, bits)
    return keys
