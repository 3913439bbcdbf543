r"""Nearest neighbours by cosine: one search, for one question or for thousands.

The matrix is read once, block by block, whatever the number of queries; so it may be a mapped
file larger than memory. Each block is searched in two steps:

1. One product in float32 gives the cosines with all queries, each wrong by ε at most. The sum of
   d products in any order is within d u ‖x‖ ‖q‖ of the truth, with u = 2⁻²⁴ (Higham, "Accuracy and
   Stability of Numerical Algorithms", 2nd edition, section 3.1); rounding the query, the row and
   the division adds a few u more.
2. Whatever may be among the k best, that is, what lies at most ε below the k-th of those found so
   far, or 2ε below the k-th of the block, is compared again in float64, one pair at a time.

So the answers are those of float64. They are the same bits whatever the size of the blocks, the
number of queries beside them, and the BLAS library; and rows with equal cosines stand in order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.vectors.matrix import FloatMatrix, directions

# One product gives at most so many scores. Measured with 13,358 analogy questions on 30,000 rows
# and 18,435 on 80,000, dim 100, two cores, seconds: 256 queries x 1,024 rows .87 and 2.92,
# 256 x 2,048 .78 and 2.61, 256 x 4,096 .76 and 2.46, 512 x 1,024 .77 and 2.62, 512 x 2,048 .73
# and 2.38.
_QUERIES_AT_ONCE = 512
_SCORES_AT_ONCE = 1_048_576
# And no more rows than these, though there be one query: 16,384 rows of 300 are 20 MB if they
# have to be converted.
_ROWS_AT_ONCE = 16_384

# Taken from the cosines of rows that are never answers, which are then below all that may be. They
# stay different: where half of them are -inf, `np.partition` takes seven times as long.
_BARRED = -4.0

_ROUNDING = 2.0**-24
# Lengths between which products of float32 neither overflow nor lose digits to underflow.
_SHORTEST, _LONGEST = 1e-25, 1e35
# From so many queries on, dividing the rows by their lengths is cheaper than dividing the scores.
_MANY_QUERIES = 16
# Comparing a candidate in float64 takes longer than finding a better floor does, from here on.
_MANY_CANDIDATES = 4

_Found = tuple[NDArray[np.int64], NDArray[np.float64]]


def nearest(
    matrix: FloatMatrix,
    lengths: NDArray[np.float64],
    queries: NDArray[np.floating],
    k: int,
    excluded: Sequence[Sequence[int]] | None = None,
    never: NDArray[np.integer] | None = None,
) -> _Found:
    """Find the `k` rows of a matrix that point most nearly the same way as each query.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64
        The rows; finite.
    lengths : (V,) float64
        Their Euclidean lengths, see :func:`firth.vectors.matrix.row_lengths`.
    queries : (q, dim) floats
        Vectors of any length; finite.
    k : int
        Rows wanted for each query, 1 or more.
    excluded : sequence of q sequences of int, optional
        For each query the rows that are no answers.
    never : (m,) int, optional
        Rows that are no answers to any query, rising; they may be many.

    Returns
    -------
    rows : (q, min(k, V)) int64
        For each query its nearest rows, nearest first, ties by row number; -1 where fewer than
        `k` rows are not excluded.
    cosines : (q, min(k, V)) float64
        In [-1, 1], and -inf where the row is -1. The cosine with a row of zeros is 0.

    Examples
    --------
    >>> matrix = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    >>> lengths = np.sqrt((matrix**2).sum(axis=1))
    >>> rows, cosines = nearest(matrix, lengths, np.array([[1.0, 0.0], [0.0, 1.0]]), 2, [[0], []])
    >>> rows.tolist(), cosines.round(3).tolist()
    ([[1, 2], [2, 1]], [[0.707, 0.0], [1.0, 0.707]])
    """
    pointing = directions(queries)
    narrow = pointing.astype(np.float32)
    shape = (len(queries), min(k, len(matrix)))
    rows, cosines = np.full(shape, -1, dtype=np.int64), np.full(shape, -np.inf)
    batches = [
        slice(start, start + _QUERIES_AT_ONCE) for start in range(0, len(queries), _QUERIES_AT_ONCE)
    ]
    left_out = [_Excluded([] if excluded is None else excluded[batch]) for batch in batches]
    width = min(_ROWS_AT_ONCE, max(1, _SCORES_AT_ONCE // min(_QUERIES_AT_ONCE, len(queries) or 1)))
    for first in range(0, len(matrix), width):
        block = _Block(
            first, matrix[first : first + width], lengths[first : first + width], len(queries)
        )
        barred = np.zeros(len(block.rows), dtype=np.float32)
        if never is not None:
            start, stop = np.searchsorted(never, (first, first + len(barred)))
            barred[never[start:stop] - first] = _BARRED
        for batch, without in zip(batches, left_out, strict=True):
            scores = block.scores(narrow[batch])
            without.remove(scores, first)
            if barred.any():
                scores += barred
            block.add_nearest(scores, pointing[batch], rows[batch], cosines[batch])
    return rows, cosines


class _Excluded:
    """The rows that are no answers to the queries of one batch, in the order of the rows."""

    def __init__(self, excluded: Sequence[Sequence[int]]) -> None:
        counts = np.fromiter(map(len, excluded), np.int64, len(excluded))
        rows = np.array([row for some in excluded for row in some], dtype=np.int64)
        order = np.argsort(rows, kind="stable")
        self.rows = rows[order]
        self.queries = np.repeat(np.arange(len(excluded)), counts)[order]

    def remove(self, scores: NDArray[np.float32], first: int) -> None:
        """Take them out of the scores ``(n, width)`` of the rows that begin with `first`."""
        start, stop = np.searchsorted(self.rows, (first, first + scores.shape[1]))
        scores[self.queries[start:stop], self.rows[start:stop] - first] = -np.inf


class _Block:
    """Some consecutive rows of the matrix: `first` and those that follow it."""

    def __init__(
        self, first: int, rows: FloatMatrix, lengths: NDArray[np.float64], n_queries: int
    ) -> None:
        self.first, self.rows, self.lengths = first, rows, lengths
        self.error = (rows.shape[1] + 10) * _ROUNDING
        some = lengths[lengths > 0]
        extreme = some.size and (some.min() < _SHORTEST or some.max() > _LONGEST)
        if extreme:
            rows, lengths = directions(rows, lengths), np.ones(len(rows))
        narrow: NDArray[np.float32] = np.asarray(rows, dtype=np.float32)
        scale = np.zeros(len(rows), dtype=np.float32)
        np.divide(1.0, lengths, out=scale, where=lengths > 0, casting="same_kind")
        self.scale = scale if n_queries < _MANY_QUERIES else None
        self.columns = (narrow if self.scale is not None else narrow * scale[:, np.newaxis]).T

    def scores(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return cosines ``(n, width)`` that are wrong by `error` at most."""
        scores: NDArray[np.float32] = np.matmul(queries, self.columns)
        if self.scale is not None:
            scores *= self.scale
        return scores

    def add_nearest(
        self,
        scores: NDArray[np.float32],
        pointing: NDArray[np.float64],
        rows: NDArray[np.int64],
        cosines: NDArray[np.float64],
    ) -> None:
        """Put rows of this block among the best found so far, ``(n, k)`` in order, in place."""
        k = rows.shape[1]
        # Excluded rows have -inf; no cosine is below -2.
        floor = np.maximum(cosines[:, -1] - self.error, -2.0).astype(np.float32)
        peak = scores.max(axis=1)
        hit = np.flatnonzero(peak >= floor)
        if not hit.size:
            return
        close = scores if hit.size == len(scores) else scores[hit]
        floor = floor[hit]
        if k == 1:
            np.maximum(floor, peak[hit] - np.float32(2 * self.error), out=floor)
        among = close >= floor[:, np.newaxis]
        if np.count_nonzero(among) > _MANY_CANDIDATES * k * hit.size:  # so the first block at least
            place = close.shape[1] - k
            kth = np.partition(close, place, axis=1)[:, place]
            np.maximum(floor, kth - np.float32(2 * self.error), out=floor)
            among = close >= floor[:, np.newaxis]
        query, row = np.divmod(np.flatnonzero(among), close.shape[1])
        exact = np.einsum(
            "nd,nd->n", directions(self.rows[row], self.lengths[row]), pointing[hit][query]
        )
        np.clip(exact, -1.0, 1.0, out=exact)

        places = np.concatenate([np.repeat(np.arange(len(hit)), k), query])
        all_rows = np.concatenate([rows[hit].ravel(), row + self.first])
        all_cosines = np.concatenate([cosines[hit].ravel(), exact])
        # A stable sort; earlier rows stand first already, so ties stay in the order of the rows.
        order = np.lexsort((-all_cosines, places))
        begin = np.searchsorted(places[order], np.arange(len(hit)))
        best = order[begin[:, np.newaxis] + np.arange(k)]
        rows[hit], cosines[hit] = all_rows[best], all_cosines[best]
