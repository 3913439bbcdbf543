"""Documents as bags: their different words that have vectors, each with how often it occurs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.documents.lookup import Lookup
from firth.documents.reading import WordReader, Words


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


class Bags(NamedTuple):
    """Documents, one behind the other.

    Attributes
    ----------
    offsets : (n + 1,) int64
        Document i has the words ``offsets[i]`` to before ``offsets[i + 1]``.
    places, counts : (nnz,) int64
        As of a :class:`Bag`.
    lookup : Lookup
        Has the vectors.
    """

    offsets: NDArray[np.int64]
    places: NDArray[np.int64]
    counts: NDArray[np.int64]
    lookup: Lookup

    def __repr__(self) -> str:
        return f"<Bags: {self.n:,} documents>"

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

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up values of words, ``(nnz,)``, by document, ``(n,)``; 0 for documents without any.

        Examples
        --------
        >>> bags = Bags(np.array([0, 2, 2, 3]), np.arange(3), np.ones(3, int), None)
        >>> bags.sums(np.array([1.0, 2.0, 4.0])).tolist()
        [3.0, 0.0, 4.0]
        """
        found = np.zeros(self.n)
        full = self.sizes > 0
        if full.any():
            found[full] = np.add.reduceat(values, self.offsets[:-1][full])
        return found


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
    """Read one document."""
    words = reader.one(text, lookup)
    counts = np.bincount(words.ids, minlength=len(words.places))
    order = np.argsort(words.places)
    return Bag(words.places[order], counts[order])


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
