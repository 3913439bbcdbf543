"""Vectors of several keys: their means, and how alike they are."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.gensim.arrays import Arrays
from firth.gensim.keys import is_key
from firth.vectors import WordVectors
from firth.vectors.matrix import directions

logger = logging.getLogger("firth.gensim")

_LEAST = float(np.finfo(np.float64).tiny)


class Comparing(Arrays):
    """Keys and vectors that can be compared."""

    def _vector(self, part: Any) -> NDArray[np.float64]:
        found = np.asarray(self.get_vector(part) if is_key(part) else part, dtype=np.float64)
        if found.shape != (self.vector_size,):
            raise ConfigError(
                f"a query vector has shape {found.shape}; it must be ({self.vector_size},)"
            )
        return found

    def _unit_vector(self, key: Any) -> NDArray[np.float64]:
        """Return the vector of a key with length 1, as :meth:`get_vector` gives it to programs.

        So whoever asks by that vector gets the same digits.
        """
        if self.vectors.dtype in (np.float32, np.float64):
            return np.asarray(self.get_vector(key, norm=True), np.float64)
        unit: NDArray[np.float64] = directions(self._vector(key)[np.newaxis])[0]
        return unit

    # Means -----------------------------------------------------------------------------------

    def get_mean_vector(
        self,
        keys: Any,
        weights: Any = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> NDArray[Any]:
        """Return the weighted mean of the vectors of keys, ``(dim,)``.

        Parameters
        ----------
        keys : sequence of keys or (dim,) arrays
            Whose.
        weights : (n,) numbers, optional
            Their weights, 1 by default; the sum is divided by their absolute sum.
        pre_normalize, post_normalize : bool
            Bring vectors of keys to length 1 before, and the mean to length 1 at the end.
        ignore_missing : bool
            Leave out keys without a vector, rather than to refuse them.
        """
        if len(keys) == 0:
            raise ConfigError("the mean of no vector at all is asked for; give at least one key")
        given = np.ones(len(keys)) if weights is None else np.asarray(weights, dtype=np.float64)
        if given.shape != (len(keys),):
            raise ConfigError(f"{len(keys)} keys, but weights of shape {given.shape}")
        mean = self._mean(keys, given, unit=pre_normalize, skip=ignore_missing)
        if post_normalize:
            mean = directions(mean[np.newaxis])[0]
        return mean.astype(self.vectors.dtype)

    def _mean(
        self, keys: Any, weights: NDArray[np.float64], *, unit: bool, skip: bool
    ) -> NDArray[np.float64]:
        """Return a weighted mean in float64; of unit vectors of keys, if `unit`."""
        if len(keys) == 0:
            raise ConfigError("the query is empty; name at least one word or vector")
        mean, whole = np.zeros(self.vector_size), 0.0
        for key, weight in zip(keys, weights.tolist(), strict=True):
            if is_key(key) and key not in self:
                if skip:
                    continue
                raise self._unknown(key)
            vector = self._unit_vector(key) if unit and is_key(key) else self._vector(key)
            mean += weight * vector
            whole += abs(weight)
        return mean / whole if whole > 0 else mean

    # Comparing -------------------------------------------------------------------------------

    def similarity(self, w1: Any, w2: Any) -> Any:
        """Return the cosine of the angle between the vectors of two keys."""
        return self._number(cosine(self.get_vector(w1), self.get_vector(w2)))

    def distance(self, w1: Any, w2: Any) -> Any:
        """Return 1 less the cosine of two keys."""
        return 1 - self.similarity(w1, w2)

    def n_similarity(self, ws1: Sequence[Any], ws2: Sequence[Any]) -> Any:
        """Return the cosine of the mean vectors of two lists of keys; unknown ones are left out."""
        if not (len(ws1) and len(ws2)):
            raise ZeroDivisionError("one of the two lists of words is empty")
        means = (
            self._mean(words, np.ones(len(words)), unit=False, skip=True) for words in (ws1, ws2)
        )
        return self._number(cosine(*means))

    def _number(self, value: float) -> Any:
        return self.vectors.dtype.type(value)

    @staticmethod
    def cosine_similarities(vector_1: NDArray[Any], vectors_all: NDArray[Any]) -> NDArray[Any]:
        """Return the cosines of one vector with the rows of a matrix, ``(n,)``."""
        return cosines(np.asarray(vector_1), np.asarray(vectors_all))

    def distances(self, word_or_vector: Any, other_words: Sequence[Any] = ()) -> NDArray[Any]:
        """Return 1 less the cosines of a key or vector with all rows, or with some keys."""
        rows = self.vectors
        if len(other_words):
            rows = self.vectors[[self.get_index(word) for word in other_words]]
        return 1 - cosines(self._vector(word_or_vector), rows)

    def closer_than(self, key1: Any, key2: Any) -> list[Any]:
        """Return all keys that are nearer to the first than the second is, in the order of rows."""
        all_distances = self.distances(key1)
        first, second = self.get_index(key1), self.get_index(key2)
        nearer = np.flatnonzero(all_distances < all_distances[second])
        return [self.index_to_key[row] for row in nearer.tolist() if row != first]

    def rank(self, key1: Any, key2: Any) -> int:
        """Return which neighbour of the first key the second is, from 1."""
        return len(self.closer_than(key1, key2)) + 1

    def most_similar_to_given(self, key1: Any, keys_list: Sequence[Any]) -> Any:
        """Return the key of a list that is nearest to one."""
        return keys_list[int(np.argmax([self.similarity(key1, key) for key in keys_list]))]

    def rank_by_centrality(
        self, words: Sequence[Any], use_norm: bool = True
    ) -> list[tuple[Any, Any]]:
        """Return words with the product with their mean direction, the most central first."""
        used = [word for word in words if word in self]
        if len(used) != len(words):
            missing = {word for word in words if word not in self}
            logger.warning("left out, since they have no vectors: %s", missing)
        if not used:
            raise ConfigError("none of the words has a vector; give some that have one")
        rows = np.stack([self._vector(word) for word in used])
        rows = directions(rows) if use_norm else rows
        products = rows @ directions(rows.mean(axis=0)[np.newaxis])[0]
        return sorted(zip(map(self._number, products), used, strict=True), reverse=True)

    def doesnt_match(self, words: Sequence[Any]) -> Any:
        """Return the word of a list that is farthest from the mean direction of all."""
        return self.rank_by_centrality(words)[-1][1]

    def wmdistance(
        self, document1: Sequence[Any], document2: Sequence[Any], norm: bool = True
    ) -> float:
        """Return the word mover's distance of two lists of words; unknown ones are left out.

        Infinity if one of them has no word with a vector.
        """
        from firth.documents import WordMovers

        for document in (document1, document2):
            if isinstance(document, str):
                raise ConfigError("a document is a list of words; give document.split()")
        known = [[word for word in words if word in self] for words in (document1, document2)]
        left_out = len(document1) + len(document2) - sum(map(len, known))
        if left_out:
            logger.info("%d words of the documents have no vectors", left_out)
        if not all(known):
            logger.warning("one of the documents has no word with a vector")
            return float("inf")
        different = list(dict.fromkeys([*known[0], *known[1]]))
        rows = np.stack([self._vector(word) for word in different])
        return WordMovers(WordVectors(different, rows), unit=bool(norm)).distance(*known)


def cosine(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Return the cosine of two vectors: 1.0 of one with itself, 0 where one is zero.

    >>> cosine(np.array([.1, .2]), np.array([.1, .2])), cosine(np.zeros(2), np.ones(2))
    (1.0, 0.0)
    """
    one, other = (np.asarray(vector, dtype=np.float64) for vector in (first, second))
    with np.errstate(over="ignore", under="ignore"):
        squares = float(one @ one) * float(other @ other)
    if not 0 < squares < math.inf:  # zeros, or beyond what floats hold
        one, other = (row / max(abs(row).max(initial=0.0), _LEAST) for row in (one, other))
        squares = float(one @ one) * float(other @ other)
    # Of a vector with itself: the root of a rounded square is the number.
    found = float(one @ other) / math.sqrt(squares) if squares else 0.0
    return min(1.0, max(-1.0, found))


def cosines(vector: NDArray[Any], rows: NDArray[Any]) -> NDArray[Any]:
    """Return the cosines of a vector with rows, in their precision; 0 where one is zero."""
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(vector)
    products = rows @ vector.astype(rows.dtype, copy=False)
    found: NDArray[Any] = np.zeros_like(products)
    np.divide(products, lengths.astype(found.dtype), out=found, where=lengths > 0)
    return found
