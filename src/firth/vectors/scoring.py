r"""Which words an objective expects for a hidden vector: the highest scores, and probabilities.

What a score is depends on what the rows of the output matrix stand for; one class each, and a line
in :data:`SCORERS`. With h a hidden vector, u_w and n_j rows::

    words       s_w = u_w·h           softmax: p_w = e^s_w / Σ_v e^s_v; otherwise no probability
    nodes       s_w = log p_w = Σ_j log σ(±n_j·h)       over the path of w, + where it turns left

Negative sampling learns to tell words from noise: its u_w·h tends to log P(w | context) less the
log of w's part of the noise, up to a constant (Levy and Goldberg 2014, "Neural word embedding as
implicit matrix factorization", section 3.1). It ranks, but nothing makes it a probability.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from firth.corpus.vocabulary import Vocabulary
from firth.files.machine import available_cores, in_threads, one_blas_thread, shares
from firth.vectors.matrix import FloatMatrix, checked_scales
from firth.vectors.search import nearest

# Scores that are held at a time: of all words for the nodes of a tree (four times 8 bytes each),
# else of blocks of words. But hidden vectors are not taken one by one: rows are read for each lot.
_SCORES_AT_ONCE = 4_194_304
_FEWEST_AT_ONCE = 8
_ROWS_AT_ONCE = 16_384


class Best(NamedTuple):
    """The highest scores for each of n hidden vectors, highest first, ties by row number.

    Attributes
    ----------
    rows : (n, min(k, V)) int64
        Ids of words; -1 where fewer than `k` are not excluded.
    scores : (n, min(k, V)) float64
        In nats; -inf where the row is -1.
    probabilities : (n, min(k, V)) float64, or None
        Where the objective has them: among all words, those that are excluded too.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    probabilities: NDArray[np.float64] | None


class Scorer(Protocol):
    """Scores all words for hidden vectors."""

    def best(
        self,
        hidden: NDArray[np.float64],
        k: int,
        never: NDArray[np.int64],
        excluded: Sequence[Sequence[int]] | None,
    ) -> Best:
        """Return the `k` best words for each of `hidden`, (n, dim).

        `never` are ids that are never answers; `excluded` has for each hidden vector others.
        """


class ByWords:
    """Scores of words that have output vectors of their own.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64
        The output vectors.
    softmax : bool
        Their scores are what a softmax over all words is taken of.

    Examples
    --------
    >>> output = np.array([[0.0, 0.0], [np.log(2), 0.0], [0.0, 1.0]])
    >>> best = ByWords(output, softmax=True).best(np.array([[1.0, 0.0]]), 2, np.array([0]), None)
    >>> best.rows.tolist(), best.scores.round(3).tolist(), best.probabilities.round(3).tolist()
    ([[1, 2]], [[0.693, 0.0]], [[0.5, 0.25]])
    """

    def __init__(self, matrix: FloatMatrix, softmax: bool) -> None:
        self.matrix, self.softmax = matrix, softmax
        self.scales = checked_scales(matrix, _output_row)

    def best(
        self,
        hidden: NDArray[np.float64],
        k: int,
        never: NDArray[np.int64],
        excluded: Sequence[Sequence[int]] | None,
    ) -> Best:
        """Search as for neighbours, by products."""
        rows, scores = nearest(self.matrix, self.scales, hidden, k, excluded, never, metric="dot")
        if not self.softmax:
            return Best(rows, scores, None)
        return Best(rows, scores, np.exp(scores - log_normalizers(self.matrix, hidden)[:, None]))


def log_normalizers(matrix: FloatMatrix, hidden: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log Σ_w e^(u_w·h) over all rows u_w for each hidden vector, (n,); block by block.

    Examples
    --------
    >>> log_normalizers(np.zeros((4, 2)), np.ones((1, 2))).round(6).tolist() == [
    ...     round(float(np.log(4)), 6)]
    True
    """
    found = np.empty(len(hidden))
    at_once = _SCORES_AT_ONCE // _ROWS_AT_ONCE

    def normalize(some: slice, check: Callable[[], None]) -> None:
        for start in range(some.start, some.stop, at_once):
            its = slice(start, min(start + at_once, some.stop))
            top, total = np.full(its.stop - start, -np.inf), np.zeros(its.stop - start)
            for first in range(0, len(matrix), _ROWS_AT_ONCE):
                check()
                rows = matrix[first : first + _ROWS_AT_ONCE].astype(np.float64)
                scores = hidden[its] @ rows.T
                higher = np.maximum(top, scores.max(axis=1))
                scores -= higher[:, np.newaxis]
                total = total * np.exp(top - higher) + np.exp(scores, out=scores).sum(axis=1)
                top = higher
            found[its] = top + np.log(total)

    in_threads(normalize, shares(len(hidden), available_cores()))
    return found


class ByTree:
    """Scores of words that are leaves of the tree of hierarchical softmax: log probabilities.

    Parameters
    ----------
    matrix : (V - 1, dim) float32 or float64
        Vectors of the inner nodes.
    counts : (V,) whole numbers
        How often each word occurs, from which the tree is made as in training.

    Examples
    --------
    >>> tree = ByTree(np.array([[0.0], [np.log(3)]]), np.array([5, 2, 1]))
    >>> best = tree.best(np.ones((1, 1)), 3, np.array([], int), None)
    >>> best.rows.tolist(), best.probabilities.round(3).tolist()
    ([[1, 2, 0]], [[0.375, 0.375, 0.25]])
    """

    def __init__(self, matrix: FloatMatrix, counts: NDArray[np.integer]) -> None:
        # It imports Numba, which takes half a second.
        from firth.training.engine.objectives.huffman import huffman_tree

        checked_scales(matrix, _output_row)  # refuses what is not finite
        self.matrix = matrix
        offsets, nodes, codes = huffman_tree(counts)
        # Where a step leads from: node j when it turns left, V - 1 + j when right.
        steps = nodes + codes * np.int32(len(matrix))
        lengths = np.diff(offsets)
        place = np.arange(len(nodes), dtype=np.int32)
        place -= np.repeat(offsets[:-1], lengths).astype(np.int32)
        depth, self._into = np.zeros(len(matrix), np.int32), np.zeros(len(matrix), np.int32)
        depth[nodes] = place
        below = np.flatnonzero(place)
        self._into[nodes[below]] = steps[below - 1]
        self._to_words = steps[offsets[1:] - 1] if len(matrix) else np.zeros(0, np.int32)
        order = np.argsort(depth, kind="stable")
        levels = np.cumsum(np.bincount(depth))
        #: Nodes of each depth, from the root on.
        self._levels = np.split(order, levels[:-1]) if len(matrix) else []

    def log_probabilities(self, hidden: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log p of all words, ``(V, n)``, for hidden vectors ``(n, dim)``."""
        nodes, n = len(self.matrix), len(hidden)
        if not nodes:
            return np.zeros((1, n))
        scores = np.empty((nodes, n))
        for first in range(0, nodes, _ROWS_AT_ONCE):
            rows = self.matrix[first : first + _ROWS_AT_ONCE].astype(np.float64)
            with one_blas_thread():
                np.matmul(rows, hidden.T, out=scores[first : first + _ROWS_AT_ONCE])
        turns = np.empty((2 * nodes, n))
        left, right = turns[:nodes], turns[nodes:]
        np.minimum(scores, 0, out=left)
        left -= np.log1p(np.exp(-np.abs(scores)))  # log σ(s)
        np.subtract(left, scores, out=right)  # log σ(-s)
        reached = scores  # log p of coming to a node; the scores are no longer needed
        for depth, level in enumerate(self._levels):
            if depth == 0:
                reached[level] = 0
            else:
                into = self._into[level]
                reached[level] = reached[into % nodes] + turns[into]
        found: NDArray[np.float64] = reached[self._to_words % nodes] + turns[self._to_words]
        return found

    def best(
        self,
        hidden: NDArray[np.float64],
        k: int,
        never: NDArray[np.int64],
        excluded: Sequence[Sequence[int]] | None,
    ) -> Best:
        """Score all words for a few hidden vectors at a time."""
        words = len(self.matrix) + 1
        shape = (len(hidden), min(k, words))
        rows, scores = np.full(shape, -1, dtype=np.int64), np.full(shape, -np.inf)
        at_once = max(_FEWEST_AT_ONCE, _SCORES_AT_ONCE // words)
        for start in range(0, len(hidden), at_once):
            known = self.log_probabilities(hidden[start : start + at_once])
            known[never] = -np.inf
            for place, column in enumerate(np.ascontiguousarray(known.T), start):
                if excluded is not None:
                    column[list(excluded[place])] = -np.inf
                kth = np.partition(column, words - shape[1])[words - shape[1]]
                among = np.flatnonzero((column >= kth) & (column > -np.inf))
                among = among[np.argsort(-column[among], kind="stable")][: shape[1]]
                rows[place, : len(among)] = among
                scores[place, : len(among)] = column[among]
        return Best(rows, scores, np.exp(scores))


def _output_row(row: int) -> str:
    return f"row {row:,} of the output matrix"


SCORERS: dict[str, Callable[[Vocabulary, FloatMatrix, Mapping[str, Any]], Scorer]] = {
    "words": lambda _, matrix, config: ByWords(matrix, config.get("objective") == "softmax"),
    "nodes": lambda vocabulary, matrix, _: ByTree(matrix, np.asarray(vocabulary.counts)),
}
"""Ways to score, by what output rows stand for: (vocabulary, matrix, settings of the model)."""
