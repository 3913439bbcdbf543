"""A list of words that takes little memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload


class WordList(Sequence[str]):
    """A list of words kept in an Arrow array: about 12 bytes a word where a list takes 65.

    >>> import pyarrow as pa
    >>> words = WordList(pa.array(["the", "cat"]))
    >>> words[-1], len(words), words == ["the", "cat"]
    ('cat', 2, True)
    """

    def __init__(self, array: Any) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [str(word) for word in self.array[index].to_pylist()]
        return str(self.array[int(index)].as_py())

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), 4096):
            yield from self.array.slice(start, 4096).to_pylist()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, WordList):
            return bool(self.array.equals(other.array))
        if isinstance(other, list | tuple):
            return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:5]))
        return f"WordList([{shown}{', ...' if len(self) > 5 else ''}], {len(self):,} words)"
