"""What gensim's programs ask of vectors, answered by firth's search.

Cosines of neighbours are those of float64, and ties stand in the order of the rows; where gensim
divides by the length of a vector of zeros, and so answers NaN, its cosine with anything is 0 here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.gensim.comparing import Comparing, cosines
from firth.gensim.keys import is_key
from firth.vectors.analogy import multiplied
from firth.vectors.matrix import directions
from firth.vectors.search import nearest

#: What gensim adds to the product that it divides by.
_COSMUL_EPSILON = 1e-6


class Asking(Comparing):
    """Keys and vectors that can be compared, and searched."""

    def most_similar(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
    ) -> Any:
        """Find the keys whose vectors point where a query points.

        Parameters
        ----------
        positive, negative : key, (dim,) array, (key, weight), or a list of these
            What the query is the weighted mean of; keys count with length 1.
        topn : int or None
            Answers wanted; None for the cosines of all rows, ``(V,)``.
        clip_start, clip_end : int
            The rows that are searched.
        restrict_vocab : int, optional
            Search the first so many rows.
        indexer : object, optional
            Its ``most_similar(vector, topn)`` answers instead.

        Returns
        -------
        list of (key, float), or array
            Nearest first; keys of the query are no answers.
        """
        if _none_wanted(topn):
            return []
        terms = [*_weighted(positive, 1.0), *_weighted(negative, -1.0)]
        keys, weights = [key for key, _ in terms], np.array([weight for _, weight in terms])
        query = directions(self._mean(keys, weights, unit=True, skip=False)[np.newaxis])
        if indexer is not None and topn is not None:
            return indexer.most_similar(query[0].astype(self.vectors.dtype), topn)
        first, last, _ = slice(clip_start, clip_end or None).indices(len(self.vectors))
        if restrict_vocab:
            first, last = 0, min(restrict_vocab, len(self.vectors))
        if topn is None:
            return cosines(query[0], self.vectors[first:last])
        if last <= first:
            return []
        known = self._searched()
        rows, values = nearest(
            known.matrix[first:last],
            known.scales[first:last],
            query,
            int(topn),
            [[row - first for row in self._rows_of(keys) if first <= row < last]],
        )
        return self._named(rows[0] + np.where(rows[0] >= 0, first, 0), values[0])

    def similar_by_key(
        self, key: Any, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Find the keys nearest to one."""
        return self.most_similar(positive=[key], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_word(
        self, word: Any, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Find the keys nearest to one."""
        return self.similar_by_key(word, topn, restrict_vocab)

    def similar_by_vector(
        self, vector: Any, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Find the keys nearest to a vector."""
        return self.most_similar(positive=[vector], topn=topn, restrict_vocab=restrict_vocab)

    def relative_cosine_similarity(self, wa: Any, wb: Any, topn: int = 10) -> float:
        """Return the cosine of two keys, divided by the sum of those of the first's neighbours.

        Leeuwenberg et al., "A Minimally Supervised Approach for Synonym Extraction with Word
        Embeddings", 2016, section 3.
        """
        found = self.similar_by_word(wa, topn)
        if not found:
            raise ConfigError(f"{wa!r} has no neighbours to compare with; topn is {topn}")
        return float(self.similarity(wa, wb)) / float(sum(value for _, value in found))

    def most_similar_cosmul(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        restrict_vocab: int | None = None,
    ) -> Any:
        """Find the keys that are near to all of `positive` and far from all of `negative`.

        By the product of ``(1 + cos) / 2`` with the former, divided by that with the latter and
        1e-6 (Levy and Goldberg 2014, section 6). Vectors that are given count by their direction.
        """
        if _none_wanted(topn):
            return []
        plus, minus = _listed(positive), _listed(negative)
        if not plus:
            raise ConfigError("the query is empty; name at least one word or vector to be near to")
        near, far = (
            directions(np.stack([self._direction_of(part) for part in parts]))
            if parts
            else np.empty((0, self.vector_size))
            for parts in (plus, minus)
        )
        known = self._searched()
        end = len(self.vectors) if topn is None or not restrict_vocab else restrict_vocab
        matrix, found_scales = known.matrix[:end], known.scales[:end]
        asked = self._rows_of([*plus, *minus])
        never = np.unique([row for row in asked if row < len(matrix)]).astype(np.int64)
        k = len(matrix) if topn is None else int(topn)
        rows, values = multiplied(
            matrix, found_scales, near, far, k, never[:0] if topn is None else never,
            epsilon=_COSMUL_EPSILON,
        )  # fmt: skip
        if topn is None:
            in_order = np.empty(len(matrix), self.vectors.dtype)
            in_order[rows[0]] = values[0]
            return in_order
        return self._named(rows[0], values[0])

    def _direction_of(self, part: Any) -> NDArray[np.float64]:
        return self._unit_vector(part) if is_key(part) else self._vector(part)

    def _named(
        self, rows: NDArray[np.int64], values: NDArray[np.float64]
    ) -> list[tuple[Any, float]]:
        found = zip(rows.tolist(), values.tolist(), strict=True)
        return [(self.index_to_key[row], value) for row, value in found if row >= 0]

    def _rows_of(self, keys: Sequence[Any]) -> list[int]:
        rows = (self.get_index(key, -1) for key in keys if is_key(key))
        return [row for row in rows if row >= 0]

    def vectors_for_all(
        self, keys: Any, allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> Any:
        """Return vectors of these keys, as far as there are any.

        Parameters
        ----------
        keys : iterable of keys
            Which; each once.
        allow_inference : bool
            Also those that are composed, where there are such.
        copy_vecattrs : bool
            Take the attributes of the keys along.
        """
        from firth.gensim.keyedvectors import KeyedVectors

        known = self if allow_inference else self.key_to_index
        taken = [key for key in dict.fromkeys(keys) if key in known]
        found = KeyedVectors(self.vector_size, dtype=self.vectors.dtype)
        rows = [self.get_vector(key) for key in taken]
        found._take(taken, np.array(rows, self.vectors.dtype).reshape(-1, self.vector_size), None)
        if copy_vecattrs:
            for key in taken:
                if key in self.key_to_index:
                    for name in self.expandos:
                        found.set_vecattr(key, name, self.get_vecattr(key, name))
        return found


def _none_wanted(topn: Any) -> bool:
    return isinstance(topn, int | np.integer) and bool(topn < 1)


def _listed(parts: Any) -> list[Any]:
    """Make a list of what may be one key, one vector, a matrix or a list."""
    if parts is None:
        return []
    if is_key(parts) or (isinstance(parts, np.ndarray) and parts.ndim == 1):
        return [parts]
    return list(parts)


def _weighted(parts: Any, weight: float) -> list[tuple[Any, float]]:
    """Give each part of a query its weight: this one, or that of a pair."""
    found = []
    for part in _listed(parts):
        if is_key(part) or isinstance(part, np.ndarray):
            found.append((part, weight))
        elif isinstance(part, list | tuple) and len(part) == 2:
            found.append((part[0], float(part[1])))
        else:
            raise ConfigError(
                f"a part of the query is {part!r}; it must be a key, an array, or (key, weight)"
            )
    return found
