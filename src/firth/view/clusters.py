"""Groups of words that point the same way, and what to call them.

Groups are found among the vectors, not on a map, so that they say the same whatever a map keeps.
scikit-learn's k-means adds up in the order in which its threads end, so that two runs may differ;
here all sums have one order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.files.machine import one_blas_thread
from firth.vectors.matrix import FloatMatrix, directions

#: Centres are found among so many words, the first: the most frequent ones have the best vectors.
_FITTED_ON = 20_000
_MOST_ROUNDS = 100
_BLOCK_ROWS = 16_384
_WORDS_A_NAME = 3
#: Words of a group that its name is taken from, at least.
_NAMED_FROM = 20
#: Characters of a word within a name.
_WIDEST = 30


def count_for(n: int) -> int:
    """Return into how many groups `n` words fall if nobody says: as many as can be told apart.

    >>> [count_for(n) for n in (1, 100, 10_000, 80_000, 10**6)]
    [1, 2, 17, 47, 60]
    """
    return min(60, max(1, round(math.sqrt(n) / 6)))


def clusters_of(matrix: FloatMatrix, k: int) -> NDArray[np.int32]:
    """Divide vectors into `k` groups by their directions: spherical k-means.

    The method is Dhillon and Modha, "Concept decompositions for large sparse text data using
    clustering" (Machine Learning 42, 2001): a centre is the mean direction of its group, and a
    word belongs to the centre with the greatest cosine. It begins as Arthur and Vassilvitskii,
    "k-means++: the advantages of careful seeding" (SODA 2007), with draws that are always the same.

    Parameters
    ----------
    matrix : (n, dim) float32 or float64
        The vectors, the most frequent words first.
    k : int
        Groups wanted; some may stay empty where words are alike.

    Returns
    -------
    (n,) int32
        The group of each, from 0, the largest group first; none is empty.

    Examples
    --------
    >>> clusters_of(np.array([[1.0, 0], [0, 2], [3, 0.1], [1, -0.1], [0.1, 1]]), 2).tolist()
    [0, 1, 0, 0, 1]
    """
    fitted = directions(matrix[:_FITTED_ON])
    with one_blas_thread():  # so that the same vectors give the same groups
        centres = _seeds(fitted, min(k, len(fitted)))
        labels = np.zeros(0)
        for _ in range(_MOST_ROUNDS):
            before, labels = labels, (fitted @ centres.T).argmax(axis=1)
            if np.array_equal(before, labels):
                break
            centres = _centres(fitted, labels, centres)
        found = np.empty(len(matrix), dtype=np.int64)
        for start in range(0, len(matrix), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            found[block] = (directions(matrix[block]) @ centres.T).argmax(axis=1)
    sizes = np.bincount(found, minlength=len(centres))
    place = np.empty(len(centres), dtype=np.int32)
    place[np.argsort(-sizes, kind="stable")] = np.arange(len(centres))
    return place[found]


def names_of(matrix: FloatMatrix, words: Sequence[object], labels: NDArray[np.int32]) -> list[str]:
    """Name each group after the words that are most typical of it.

    Those are the nearest to its centre among the most frequent eighth of its words, or the first
    20: what is nearest of all is often a word that few people know.

    Parameters
    ----------
    matrix : (n, dim) float32 or float64
        The vectors, the most frequent words first.
    words : sequence of n words
        The words.
    labels : (n,) int32
        The group of each.

    Examples
    --------
    >>> vectors = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]])
    >>> names_of(vectors, ["cat", "dog", "tax"], np.array([0, 0, 1], np.int32))
    ['dog, cat', 'tax']
    """
    names = []
    for label in range(int(labels.max(initial=-1)) + 1):
        rows = np.flatnonzero(labels == label)
        rows = rows[: max(_NAMED_FROM, min(len(rows) // 8, _FITTED_ON))]
        units = directions(matrix[rows])
        centre = units.mean(axis=0)
        best = np.argsort(-np.einsum("nd,d->n", units, centre), kind="stable")[:_WORDS_A_NAME]
        names.append(", ".join(_cut(str(words[int(rows[i])])) for i in best))
    return names


def _seeds(units: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Choose `k` rows that are far from one another, ``(k, dim)``."""
    draws = np.random.default_rng(0).random(k)
    chosen = [0]
    distances = np.full(len(units), np.inf)
    for draw in draws[1:]:
        distances = np.minimum(distances, np.clip(1.0 - units @ units[chosen[-1]], 0.0, None))
        reached = np.cumsum(distances)
        if reached[-1] == 0.0:  # all other rows are among those chosen
            break
        chosen.append(int(np.searchsorted(reached, draw * reached[-1], side="right")))
    return units[chosen]


def _centres(
    units: NDArray[np.float64], labels: NDArray[np.int64], before: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean directions of groups, ``(k, dim)``; an empty one stays where it was."""
    order = np.argsort(labels, kind="stable")
    present, starts = np.unique(labels[order], return_index=True)
    centres = before.copy()
    centres[present] = directions(np.add.reduceat(units[order], starts, axis=0))
    return centres


def _cut(word: str) -> str:
    return word if len(word) <= _WIDEST else word[: _WIDEST - 1] + "…"
