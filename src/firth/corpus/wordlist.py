"""A list of words that takes little memory, and knows whether its words are integers."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from firth.corpus.spelling import near_spellings
from firth.corpus.word_table import text_of
from firth.errors import UnknownWordError
from firth.files.arrow import int64_array, string_scalar

Word: TypeAlias = "str | int | np.integer[Any]"


class WordList(Sequence[Any]):
    """A list of words kept in an Arrow array: about 12 bytes a word where a list takes 65.

    Parameters
    ----------
    array : pyarrow.StringArray
        (n,) words; integers in decimal digits.
    integers : bool
        The words are integers: ids of items, or nodes of a graph. Then ``words[0]`` is an ``int``.

    Examples
    --------
    >>> words = WordList(pa.array(["the", "cat"]))
    >>> words[-1], len(words), words == ["the", "cat"]
    ('cat', 2, True)
    >>> WordList.of([7, -5])
    WordList([7, -5], 2 words)
    """

    def __init__(self, array: Any, integers: bool = False) -> None:
        self.array = array
        self.integers = integers

    @classmethod
    def of(cls, words: Any) -> WordList:
        """Make one of strings or of integers, in a list or in an array.

        Raises
        ------
        pyarrow.ArrowException, UnicodeError
            They are neither, or both, or UTF-8 cannot write one.
        """
        if isinstance(words, WordList):
            return words
        if isinstance(words, pa.Array):
            integers = bool(pa.types.is_integer(words.type))
            return cls(words.cast(pa.string()) if integers else words, integers)
        words = list(words)
        try:
            return cls(pa.array(words, pa.string()))
        except pa.ArrowException:
            if not all(map(is_integer, words)):
                raise
            return cls(pa.array([str(int(word)) for word in words], pa.string()), integers=True)

    def find(self, places: Mapping[Any, int], word: object) -> int | None:
        """Look a word up in a mapping from these words; an integer may be written as a string.

        >>> WordList.of([7, -5]).find({7: 0, -5: 1}, "-5")
        1
        """
        place = places.get(word)
        if place is None and self.integers and isinstance(word, str):
            number = _number(word)
            return None if number is None else places.get(number)
        return place

    def scan(self, word: object) -> int | None:
        """Look a word up by going through all of them: for the few that are asked for once.

        Raises
        ------
        TypeError
            It has no hash, so that it cannot be a word.

        >>> WordList.of([7, -5]).scan("-5"), WordList.of(["the", "cat"]).scan("dog")
        (1, None)
        """
        hash(word)
        if self.integers and isinstance(word, str):
            word = _number(word)
        if not (is_integer(word) if self.integers else isinstance(word, str)):
            return None
        try:
            place = pc.index(self.array, string_scalar(str(word)).cast(self.array.type)).as_py()
        except UnicodeError:  # half a surrogate pair
            return None
        return None if place < 0 else int(place)

    def unknown(self, word: Any) -> UnknownWordError:
        """Say that a word is not here; suggest near spellings of a string, if these are strings."""
        asked = int(word) if is_integer(word) else word
        spelt = asked.decode(errors="replace") if isinstance(asked, bytes) else str(asked)
        none = self.integers or not isinstance(asked, str | bytes | int)
        return UnknownWordError(asked, () if none else lambda: near_spellings(spelt, self))

    def strings(self) -> Iterator[str]:
        """Iterate over the words as strings."""
        for start in range(0, len(self), 4096):
            yield from self.array.slice(start, 4096).to_pylist()

    def update(self, digest: Any) -> None:
        r"""Add the words to a digest of `hashlib`, a zero byte behind each.

        >>> from hashlib import sha256
        >>> one, two = sha256(), sha256(b"the\0cat\0")
        >>> WordList.of(["the", "cat"]).update(one)
        >>> one.digest() == two.digest()
        True
        """
        nothing, zero = (pa.scalar(text, self.array.type) for text in ("", "\0"))
        for start in range(0, len(self), 1 << 16):
            some = self.array.slice(start, 1 << 16)
            text, offsets = text_of(pc.binary_join_element_wise(some, nothing, zero))
            digest.update(text[: offsets[-1]].data)

    def take(self, places: Any) -> list[Any]:
        """Return the words at these places, (n,) int, in one go: far faster than one by one.

        >>> WordList.of([7, -5]).take(np.array([1, 1, 0]))
        [-5, -5, 7]
        """
        kind = int if self.integers else str
        return list(map(kind, self.array.take(int64_array(places)).to_pylist()))

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        kind = int if self.integers else str
        if isinstance(index, slice):
            return list(map(kind, self.array[index].to_pylist()))
        return kind(self.array[operator.index(index)].as_py())

    def __iter__(self) -> Iterator[Any]:
        return map(int, self.strings()) if self.integers else self.strings()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, WordList):
            return self.integers == other.integers and bool(self.array.equals(other.array))
        if isinstance(other, list | tuple):
            return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:5]))
        return f"WordList([{shown}{', ...' if len(self) > 5 else ''}], {len(self):,} words)"


def is_integer(word: object) -> bool:
    """Whether a word is a whole number, of Python or NumPy.

    >>> is_integer(5), is_integer(np.uint64(5)), is_integer(True), is_integer(5.0)
    (True, True, False, False)
    """
    return isinstance(word, int | np.integer) and not isinstance(word, bool)


def _number(word: str) -> int | None:
    """Read an integer that is written as `WordList` writes it."""
    try:
        number = int(word)
    except ValueError:
        return None
    return number if str(number) == word else None
