"""Word mover's distance: how far the words of one document have to go to become another's."""

from __future__ import annotations

import heapq
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.corpus.letters import Form
from firth.documents.bags import Bag, Bags, Group, bag_of, bags_of
from firth.documents.lookup import Lookup
from firth.documents.reading import Tokenizer, WordReader
from firth.errors import ConfigError
from firth.model import Model
from firth.values import Flag, Whole
from firth.vectors import WordVectors

if TYPE_CHECKING:
    from firth.documents.kernels.movers import Room

#: A bound has errors of rounding, as the distance has: only what is beyond both is left out.
_SLACK = 1 + 1e-9


class WordMovers:
    r"""Measures how far documents are from each other, by their words' vectors.

    Each document is its words with their relative frequencies :math:`d`; to move a part of one
    word to another costs the Euclidean distance of their vectors, and the word mover's distance is
    the least that it costs to make one document the other:

    .. math:: \min_{T \ge 0} \sum_{ij} T_{ij} \lVert v_i - v_j \rVert,
        \quad \sum_j T_{ij} = d_i, \quad \sum_i T_{ij} = d'_j.

    From Kusner, Sun, Kolkin and Weinberger, "From Word Embeddings To Document Distances", ICML
    2015, section 4. It is solved exactly, and a metric on documents as bags of words with vectors.

    Parameters
    ----------
    vectors : Model or WordVectors
        As for :class:`~firth.documents.DocumentEncoder`.
    unit : bool
        Bring the vectors of words to length 1 before, as gensim's ``wmdistance`` does; the paper
        takes them as they are.
    tokenizer, lowercase, normalize
        How text is read, as for :func:`firth.open_corpus`, if not as the model's was.

    Examples
    --------
    >>> vectors = WordVectors(["cat", "dog", "car"], [[0.0, 0.0], [3.0, 4.0], [0.0, 9.0]])
    >>> movers = WordMovers(vectors, unit=False)
    >>> movers.distance("cat cat", ["dog"]), movers.distance("cat dog", "dog")
    (5.0, 2.5)
    >>> movers.nearest("cat", ["car", "cat dog", "dog dog"], k=2)
    [(1, 2.5), (2, 5.0)]
    """

    def __init__(
        self,
        vectors: Model | WordVectors,
        *,
        unit: bool = True,
        tokenizer: Tokenizer | None = None,
        lowercase: bool | str | None = None,
        normalize: Form | None = None,
    ) -> None:
        self._reader = WordReader(
            vectors, tokenizer=tokenizer, lowercase=lowercase, normalize=normalize
        )
        self.vectors = self._reader.vectors
        self.unit = Flag().check("unit", unit)

    def bags(self, texts: Any) -> Bags:
        """Read documents once, to measure many distances from them.

        Parameters
        ----------
        texts : iterable of str or of lists of words, column, table or Corpus
            One document an item or a row.
        """
        return bags_of(self._reader, texts, self._reader.lookup())

    def distance(self, first: Any, second: Any) -> float:
        """Return the word mover's distance of two documents, each a text or a list of words.

        Infinity if one of them has no word that has a vector.
        """
        lookup = self._reader.lookup()
        asked, other = (bag_of(self._reader, text, lookup) for text in (first, second))
        return float(self._measure(asked, other.group, lookup).exact([0])[0])

    def relaxed(self, first: Any, second: Any) -> float:
        """Return the relaxed distance of two documents, which is never above the exact one.

        Each word goes whole to the nearest one of the other document, from the first to the second
        or back, whichever costs more (Kusner et al. 2015, section 4.1, RWMD).
        """
        lookup = self._reader.lookup()
        asked, other = (bag_of(self._reader, text, lookup) for text in (first, second))
        return float(self._measure(asked, other.group, lookup).relaxed()[0])

    def distances(self, query: Any, texts: Any) -> NDArray[np.float64]:
        """Return the distances of one document from each of many, ``(n,)`` float64.

        Parameters
        ----------
        query : str or list of words
            The one.
        texts : as for :meth:`bags`, or what that returned
            The others.
        """
        bags = bags_of(self._reader, texts, self._reader.lookup())
        asked = bag_of(self._reader, query, bags.lookup)
        return self._distances(asked, bags)

    def nearest(self, query: Any, texts: Any, k: int = 10) -> list[tuple[int, float]]:
        """Return the documents nearest to one, by the exact distance.

        They are taken in the order of their relaxed distances, which are bounds from below, until
        a bound is above the k-th exact distance (Kusner et al. 2015, section 4.2, "prefetch and
        prune"). The bounds of all documents take one distance for every pair of a word of the query
        and a word of any document (Atasu et al., "Linear-Complexity Relaxed Word Mover's Distance
        with GPU Acceleration", 2017), and so do the exact distances. The answer is the same as if
        these were computed for all documents, and sorted.

        Parameters
        ----------
        query : str or list of words
            What is asked for.
        texts : as for :meth:`bags`, or what that returned
            The documents.
        k : int
            Answers wanted, 1 or more; fewer come back if there are no more.

        Returns
        -------
        list of (int, float)
            Numbers of documents, from 0, with their distances, nearest first; where these are
            equal, in the order of the documents. Documents without a word that has a vector are
            no answers.

        Raises
        ------
        ConfigError
            No word of the query has a vector, or `k` is out of range.
        """
        k = Whole(1).check("k", k)
        bags = bags_of(self._reader, texts, self._reader.lookup())
        asked = bag_of(self._reader, query, bags.lookup)
        if not len(asked.places):
            raise ConfigError("no word of the query has a vector, so that nothing is near it")
        best: list[tuple[float, int]] = []  # of the negatives: the worst is first
        for group in bags.groups:
            measure = self._measure(asked, group, bags.lookup)
            bounds = measure.relaxed()
            for number in np.argsort(bounds, kind="stable").tolist():
                worst = -best[0][0] if len(best) == k else np.inf
                if np.isinf(bounds[number]) or bounds[number] > worst * _SLACK:
                    break
                found = (-float(measure.exact([number])[0]), -(group.first + number))
                if len(best) < k:
                    heapq.heappush(best, found)
                elif found > best[0]:
                    heapq.heapreplace(best, found)
        return [(-number, -distance) for distance, number in sorted(best, reverse=True)]

    def _distances(self, asked: Bag, bags: Bags) -> NDArray[np.float64]:
        found = [np.empty(0)]
        for group in bags.groups:
            found.append(self._measure(asked, group, bags.lookup).exact(np.arange(group.n)))
        return np.concatenate(found)

    def _measure(self, asked: Bag, group: Group, lookup: Lookup) -> _Measure:
        """Compute the Euclidean distances of all words of a group from those of a document."""
        rows = [lookup.rows(places, self.unit) for places in (group.different, asked.places)]
        return _Measure(asked, group, euclidean(rows[0], rows[1]))


class _Measure:
    """Measures how far documents of a group are from one document.

    Parameters
    ----------
    asked : Bag
        The document.
    group : Group
        The others.
    far : (u, n) float64
        Distances of the different words of the group from those of the document.
    """

    def __init__(self, asked: Bag, group: Group, far: NDArray[np.float64]) -> None:
        from firth.documents.kernels.movers import Bagged

        n = len(asked.places)
        self._query = Bagged(np.array([0, n]), np.arange(n), asked.counts, asked.places)
        self._bags = Bagged(group.offsets, group.which, group.counts, group.different)
        self._far, self._n = far, group.n

    def exact(self, documents: ArrayLike) -> NDArray[np.float64]:
        """Return the distances of some documents, by their numbers in the group."""
        from firth.documents.kernels.movers import movers_distances

        numbers = np.asarray(documents, np.int64)
        found = np.empty(len(numbers))
        movers_distances(self._query, self._bags, self._far, numbers, self._room, found)
        return found

    def relaxed(self) -> NDArray[np.float64]:
        """Return the relaxed distances of all documents."""
        from firth.documents.kernels.movers import relaxed_distances

        found = np.empty(self._n)
        nearest = np.empty(self._far.shape[1])
        relaxed_distances(self._query, self._bags, self._far, nearest, found)
        return found

    @cached_property
    def _room(self) -> Room:
        from firth.documents.kernels.movers import room_for

        largest = int(np.diff(self._bags.offsets).max(initial=0))
        return room_for(self._far.shape[1], largest)


def euclidean(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances of rows, ``(n, dim)`` and ``(m, dim)``, as ``(n, m)``.

    Examples
    --------
    >>> euclidean(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[3.0, 4.0]])).tolist()
    [[5.0], [0.0]]
    """
    from firth.documents.kernels.movers import euclidean_distances

    found = np.empty((len(second), len(first)))
    euclidean_distances(np.ascontiguousarray(first.T), second, found)
    return np.ascontiguousarray(found.T)
