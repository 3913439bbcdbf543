"""Word mover's distance: how far the words of one document have to go to become another's."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus.letters import Form
from firth.documents.bags import Bag, Bags, bag_of, bags_of
from firth.documents.lookup import Lookup
from firth.documents.reading import Tokenizer, WordReader
from firth.errors import ConfigError
from firth.model import Model
from firth.values import Flag, Whole
from firth.vectors import WordVectors
from firth.vectors.matrix import directions

#: Numbers of what is worked on at once.
_BLOCK = 1 << 21
#: Where the square of a distance is so small a part of the squared lengths, it is computed anew
#: from the differences: what products leave of it is rounding.
_CLOSE = 1e-4
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
        bags = [bag_of(self._reader, text, lookup) for text in (first, second)]
        return self._exact(bags[0], bags[1], lookup)

    def relaxed(self, first: Any, second: Any) -> float:
        """Return the relaxed distance of two documents, which is never above the exact one.

        Each word goes whole to the nearest one of the other document, from the first to the second
        or back, whichever costs more (Kusner et al. 2015, section 4.1, RWMD).
        """
        lookup = self._reader.lookup()
        bags = [bag_of(self._reader, text, lookup) for text in (first, second)]
        if not all(len(bag.places) for bag in bags):
            return float("inf")
        costs = self._costs(bags[0], bags[1], lookup)
        there = bags[0].counts @ costs.min(axis=1) / bags[0].counts.sum()
        back = bags[1].counts @ costs.min(axis=0) / bags[1].counts.sum()
        return float(max(there, back))

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
        return np.array([self._exact(asked, bags.bag(i), bags.lookup) for i in range(bags.n)])

    def nearest(self, query: Any, texts: Any, k: int = 10) -> list[tuple[int, float]]:
        """Return the documents nearest to one, by the exact distance.

        They are taken in the order of their relaxed distances, which are bounds from below, until
        a bound is above the k-th exact distance (Kusner et al. 2015, section 4.2, "prefetch and
        prune"); those of all documents cost one distance for every pair of a word of the query and
        a word of any document (Atasu et al., "Linear-Complexity Relaxed Word Mover's Distance with
        GPU Acceleration", 2017). The answer is the same as if all exact distances were sorted.

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
        bounds = self._bounds(asked, bags)
        best: list[tuple[float, int]] = []  # of the negatives: the worst is first
        for number in np.argsort(bounds, kind="stable").tolist():
            worst = -best[0][0] if len(best) == k else np.inf
            if np.isinf(bounds[number]) or bounds[number] > worst * _SLACK:
                break
            found = (-self._exact(asked, bags.bag(number), bags.lookup), -number)
            if len(best) < k:
                heapq.heappush(best, found)
            elif found > best[0]:
                heapq.heapreplace(best, found)
        return [(-number, -distance) for distance, number in sorted(best, reverse=True)]

    def _bounds(self, asked: Bag, bags: Bags) -> NDArray[np.float64]:
        """Return the relaxed distances of a document from all, (n,); infinity from empty ones."""
        found = np.full(bags.n, np.inf)
        weights = asked.counts / asked.counts.sum()
        step = max(1, _BLOCK // max(len(asked.places), self.vectors.dim))
        full = np.flatnonzero(bags.sizes)
        # Documents with as many words in all as there is room for, one at least.
        group = (bags.offsets[1:][full] - 1) // step
        for some in np.split(full, np.flatnonzero(np.diff(group)) + 1) if len(full) else ():
            first, last = bags.offsets[some[0]], bags.offsets[some[-1] + 1]
            different, which = np.unique(bags.places[first:last], return_inverse=True)
            costs = self._costs(asked, Bag(different, np.ones_like(different)), bags.lookup)
            starts = bags.offsets[some] - first
            parts = bags.counts[first:last] * costs.min(axis=0)[which]
            totals = np.add.reduceat(bags.counts[first:last], starts)
            back = np.add.reduceat(parts, starts) / totals
            there = np.zeros(len(some))
            for word, weight in enumerate(weights):
                there += weight * np.minimum.reduceat(costs[word][which], starts)
            found[some] = np.maximum(there, back)
        return found

    def _exact(self, first: Bag, second: Bag, lookup: Lookup) -> float:
        """Solve the transport; what both documents have stays where it is, as distances allow."""
        if not (len(first.places) and len(second.places)):
            return float("inf")
        total = int(first.counts.sum()), int(second.counts.sum())
        supply, demand = first.counts * total[1], second.counts * total[0]
        _, here, there = np.intersect1d(
            first.places, second.places, assume_unique=True, return_indices=True
        )
        stays = np.minimum(supply[here], demand[there])
        supply[here] -= stays
        demand[there] -= stays
        goes, comes = supply > 0, demand > 0
        if not goes.any():
            return 0.0
        costs = self._costs(
            Bag(first.places[goes], supply[goes]), Bag(second.places[comes], demand[comes]), lookup
        )
        return solved(costs, supply[goes], demand[comes]) / (total[0] * total[1])

    def _costs(self, first: Bag, second: Bag, lookup: Lookup) -> NDArray[np.float64]:
        """Return the Euclidean distances of words, (u, u')."""
        rows = [lookup.rows(bag.places) for bag in (first, second)]
        if self.unit:
            rows = [directions(vectors) for vectors in rows]
        found = euclidean(rows[0], rows[1])
        found[first.places[:, np.newaxis] == second.places] = 0.0
        return found


def euclidean(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances of rows, ``(n, dim)`` and ``(m, dim)``, as ``(n, m)``.

    Examples
    --------
    >>> euclidean(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[3.0, 4.0]])).tolist()
    [[5.0], [0.0]]
    """
    squares = [np.einsum("nd,nd->n", rows, rows) for rows in (first, second)]
    sums = squares[0][:, np.newaxis] + squares[1]
    found = sums - 2 * (first @ second.T)
    i, j = np.nonzero(found <= _CLOSE * sums)
    apart = first[i] - second[j]
    found[i, j] = np.einsum("nd,nd->n", apart, apart)
    distances: NDArray[np.float64] = np.sqrt(found)
    return distances


def solved(
    costs: NDArray[np.float64], supply: NDArray[np.int64], demand: NDArray[np.int64]
) -> float:
    """Return what the cheapest transport costs.

    Parameters
    ----------
    costs : (n, m) float64
        From each place with something to each that takes something, 0 or more.
    supply, demand : (n,), (m,) int64
        How much, 1 or more each, in all the same.

    Examples
    --------
    >>> solved(np.array([[1.0, 4.0], [2.0, 3.0]]), np.array([2, 1]), np.array([1, 2]))
    8.0
    """
    from firth.documents.kernels.transport import transport

    n, m = costs.shape
    return float(
        transport(
            costs, supply.astype(np.int64), demand.astype(np.int64), np.zeros((n, m), np.int64),
            np.empty(n), np.empty(m), np.empty((2, n + m)), np.empty(n + m, np.int64),
        )
    )  # fmt: skip
