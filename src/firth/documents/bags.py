"""Documents as bags: their different words that have vectors, each with how often it occurs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.documents.lookup import Lookup
from firth.documents.reading import WordReader, Words

#: Words of a group of documents; a longer document is one alone.
_GROUP = 1 << 18


class Bag(NamedTuple):
    """One document.

    Attributes
    ----------
    places : (u,) int64
        Of its different words, in a :class:`Lookup`, rising.
    counts : (u,) int64
        How often each occurs, 1 or more.
    """

    places: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def group(self) -> Group:
        """The document alone, as a group."""
        n = len(self.places)
        return Group(0, np.array([0, n]), np.arange(n), self.counts, self.places)


class Group(NamedTuple):
    """Some documents, and their different words.

    Attributes
    ----------
    first : int
        Number of the first document.
    offsets : (n + 1,) int64
        Document ``first + i`` has the words ``offsets[i]`` to before ``offsets[i + 1]``.
    which, counts : (nnz,) int64
        Numbers of words in `different`, and how often each occurs.
    different : (u,) int64
        Places of the words, rising.
    """

    first: int
    offsets: NDArray[np.int64]
    which: NDArray[np.int64]
    counts: NDArray[np.int64]
    different: NDArray[np.int64]

    @property
    def n(self) -> int:
        """How many documents there are."""
        return len(self.offsets) - 1

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up values of words, ``(nnz,)``, by document, ``(n,)``; 0 for documents without any.

        Examples
        --------
        >>> none = np.empty(0, int)
        >>> group = Group(0, np.array([0, 2, 2, 3]), none, none, none)
        >>> group.sums(np.array([1.0, 2.0, 4.0])).tolist()
        [3.0, 0.0, 4.0]
        """
        found = np.zeros(self.n)
        full = np.diff(self.offsets) > 0
        if full.any():
            found[full] = np.add.reduceat(values, self.offsets[:-1][full])
        return found


class Bags:
    """Documents, one behind the other.

    Parameters
    ----------
    offsets : (n + 1,) int64
        Document i has the words ``offsets[i]`` to before ``offsets[i + 1]``.
    places, counts : (nnz,) int64
        As of a :class:`Bag`.
    lookup : Lookup
        Has the vectors.
    """

    def __init__(
        self,
        offsets: NDArray[np.int64],
        places: NDArray[np.int64],
        counts: NDArray[np.int64],
        lookup: Lookup,
    ) -> None:
        self.offsets, self.places, self.counts, self.lookup = offsets, places, counts, lookup

    def __repr__(self) -> str:
        return f"<Bags: {self.n:,} documents>"

    @cached_property
    def groups(self) -> list[Group]:
        """The documents in groups of bounded size, with the different words of each.

        What is computed for every different word of a group is computed once, and fits into memory.
        """
        found, first = [], 0
        while first < self.n:
            limit = self.offsets[first] + _GROUP
            last = max(first + 1, int(np.searchsorted(self.offsets, limit, "right")) - 1)
            begin, end = self.offsets[first], self.offsets[last]
            different, which = np.unique(self.places[begin:end], return_inverse=True)
            offsets = self.offsets[first : last + 1] - begin
            found.append(Group(first, offsets, which, self.counts[begin:end], different))
            first = last
        return found

    @property
    def n(self) -> int:
        """How many documents there are."""
        return len(self.offsets) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many different words each document has, ``(n,)``."""
        return np.diff(self.offsets)

    def bag(self, number: int) -> Bag:
        """Return one document."""
        part = slice(self.offsets[number], self.offsets[number + 1])
        return Bag(self.places[part], self.counts[part])


def bags_of(reader: WordReader, texts: Any, lookup: Lookup) -> Bags:
    """Read documents, or return them if they have been read.

    Examples
    --------
    >>> from firth.vectors import WordVectors
    >>> reader = WordReader(WordVectors(["a", "b"], [[1.0], [2.0]]))
    >>> bags = bags_of(reader, ["b a b", "", "a"], reader.lookup())
    >>> bags.offsets.tolist(), bags.places.tolist(), bags.counts.tolist()
    ([0, 2, 2, 3], [0, 1, 0], [1, 2, 1])
    """
    if isinstance(texts, Bags):
        return texts
    return _gathered(reader.pieces(texts, lookup), lookup)


def bag_of(reader: WordReader, text: Any, lookup: Lookup) -> Bag:
    """Read one document, a text or a list of words.

    Examples
    --------
    >>> from firth.vectors import WordVectors
    >>> reader = WordReader(WordVectors(["a", "b"], [[1.0], [2.0]]))
    >>> bag = bag_of(reader, "b a c b", reader.lookup())
    >>> bag.places.tolist(), bag.counts.tolist()
    ([0, 1], [1, 2])
    """
    occurring = Counter(reader.words(text))
    found = lookup.places(list(occurring))
    order = np.argsort(found)
    order = order[found[order] >= 0]
    return Bag(found[order], np.fromiter(occurring.values(), np.int64, len(occurring))[order])


def as_bags(bag: Bag, lookup: Lookup) -> Bags:
    """Return one document as a list of documents."""
    return Bags(np.array([0, len(bag.places)]), bag.places, bag.counts, lookup)


def _gathered(pieces: Iterable[Words], lookup: Lookup) -> Bags:
    documents: list[NDArray[np.int64]] = []
    places: list[NDArray[np.int64]] = []
    n, goes_on = 0, False
    for words in pieces:
        n -= goes_on
        documents.append(np.repeat(np.arange(n, n + len(words.lengths)), words.lengths))
        places.append(words.places[words.ids])
        n, goes_on = n + len(words.lengths), words.continues
    if not n:
        return Bags(np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.int64), lookup)
    all_places = np.concatenate(places)
    span = int(all_places.max(initial=0)) + 1
    keys, counts = np.unique(np.concatenate(documents) * span + all_places, return_counts=True)
    offsets = np.searchsorted(keys, np.arange(n + 1) * span)
    return Bags(offsets, keys % span, counts, lookup)
