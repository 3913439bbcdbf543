"""Which of many scores are among the best, compared again in float64 at the end.

For each query the rows that may be among the k best are kept in the order of their scores, a few
more than k: those whose score lies within twice the error of the k-th are not told apart by it.
Only they are compared in float64, once, when all rows have been seen. (Compared whenever a score
came among the best, ten times as many rows were.) If there are more of them than there is room,
they are compared at once, and the k best stay.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from firth.kernels.compiler import kernel
from firth.vectors.matrix import SHORTEST

# Scores that are looked at together: whether one of so many is high enough takes a few vector
# instructions.
_AT_ONCE = 64


class Asked(NamedTuple):
    """What is asked, and how a row is compared with it in float64.

    Attributes
    ----------
    matrix : (V, dim) float32 or float64
        All rows.
    unit : float
        What rows are divided by; 0 for their own lengths.
    queries : (n, dim) float64
        The queries.
    offsets : (n,) float64
        What scores are above values, or above half of them where `apart`.
    apart : bool
        A value is the squared distance, negative; else a product.
    error : float
        The most that a score may be wrong by.
    terms : (dim,) float64
        Room for terms of a sum.
    """

    matrix: Any
    unit: float
    queries: Any
    offsets: Any
    apart: bool
    error: float
    terms: Any


class Kept(NamedTuple):
    """The rows that may be among the k best of each query, highest scores first.

    Attributes
    ----------
    k : int
        How many are wanted.
    n : (n,) int64
        How many are kept.
    rows, scores : (n, room) int64 and float32
        They, and their scores.
    floors : (n,) float32
        The least score of what may be among the best.
    values : (room,) float64
        Room for values.
    """

    k: int
    n: Any
    rows: Any
    scores: Any
    floors: Any
    values: Any


@kernel
def keep_best(scores: Any, ids: Any, asked: Any, kept: Any) -> None:
    """Keep those rows of a block that may be among the best; see :mod:`firth.vectors.search`.

    Parameters
    ----------
    scores : (n, width) float32
        Of the block's rows for each query, wrong by `asked.error` at most; -inf for no answer.
    ids : (width,) int64
        The rows' numbers, rising, and above those of blocks before.
    asked : Asked
        The queries.
    kept : Kept
        What may be among the best; updated.
    """
    width = scores.shape[1]
    for q in range(len(scores)):
        floor = kept.floors[q]
        for start in range(0, width, _AT_ONCE):
            stop = min(start + _AT_ONCE, width)
            if stop - start == _AT_ONCE and not _any_reaches(scores[q, start:stop], floor):
                continue
            for j in range(start, stop):
                if scores[q, j] >= floor:
                    floor = _keep(asked, kept, q, ids[j], scores[q, j], floor)
        kept.floors[q] = floor


@kernel
def _keep(asked: Any, kept: Any, q: int, row: int, score: Any, floor: Any) -> Any:
    """Put a row among those that are kept; return the least score of what may follow."""
    n, rows, scores = kept.n[q], kept.rows[q], kept.scores[q]
    while n > 0 and scores[n - 1] < floor:
        n -= 1
    if n == len(rows):
        floor = max(floor, _prune(asked, kept, q))
        n = kept.k
        if score < floor:
            kept.n[q] = n
            return floor
    place = n
    while place > 0 and scores[place - 1] < score:
        scores[place], rows[place] = scores[place - 1], rows[place - 1]
        place -= 1
    scores[place], rows[place] = score, row
    kept.n[q] = n + 1
    if n + 1 < kept.k:
        return floor
    return max(floor, scores[kept.k - 1] - np.float32(2 * asked.error))


@kernel
def _prune(asked: Any, kept: Any, q: int) -> Any:
    """Leave only the k best, compared in float64; return the least score of what may be better."""
    rows, scores, values = kept.rows[q], kept.scores[q], kept.values
    n = len(rows)
    for i in range(n):
        values[i] = _value(asked, rows[i], q)
    least = 0.0
    while n >= kept.k:
        worst = 0
        for i in range(1, n):
            if values[i] < values[worst] or (values[i] == values[worst] and rows[i] > rows[worst]):
                worst = i
        least = values[worst]
        if n == kept.k:
            break
        n -= 1
        for i in range(worst, n):
            rows[i], scores[i], values[i] = rows[i + 1], scores[i + 1], values[i + 1]
    part = 0.5 if asked.apart else 1.0
    return np.float32(asked.offsets[q] + part * least - asked.error)


@kernel
def rank(asked: Any, kept: Any, rows: Any, values: Any) -> None:
    """Compare what was kept in float64, and put the best in order.

    Parameters
    ----------
    asked : Asked
        The queries.
    kept : Kept
        What may be among the best of each.
    rows, values : (n, k) int64 and float64
        The best, in order, rows that are equally near by their numbers; updated.
    """
    for q in range(len(rows)):
        n = 0
        for i in range(kept.n[q]):
            row = kept.rows[q, i]
            value = _value(asked, row, q)
            place = min(n, kept.k - 1)
            if n == kept.k and not _before(value, row, values[q, place], rows[q, place]):
                continue
            while place > 0 and _before(value, row, values[q, place - 1], rows[q, place - 1]):
                values[q, place], rows[q, place] = values[q, place - 1], rows[q, place - 1]
                place -= 1
            values[q, place], rows[q, place] = value, row
            n = min(n + 1, kept.k)


@kernel
def _before(value: Any, row: Any, other: Any, other_row: Any) -> Any:
    return value > other or (value == other and row < other_row)


@kernel
def _any_reaches(scores: Any, floor: Any) -> Any:
    """Whether one of `_AT_ONCE` scores reaches a floor.

    Of a constant number, counted in 32 bits, as wide as the scores: so the comparisons are made
    sixteen at a time. With a count in 64 bits a score took ten times as long.
    """
    reached = np.int32(0)
    for j in range(_AT_ONCE):
        reached |= np.int32(scores[j] >= floor)
    return reached != 0


@kernel
def _value(asked: Any, row: int, q: int) -> Any:
    """Compare a row with a query in float64: as `_Question.exact` does, bit for bit."""
    matrix, queries, unit, terms = asked.matrix, asked.queries, asked.unit, asked.terms
    dim = len(terms)
    length = unit
    if unit == 0.0:
        length = _length(matrix[row], terms, 0)
        if not SHORTEST <= length < np.inf:
            largest = 0.0
            for d in range(dim):
                largest = max(largest, abs(np.float64(matrix[row, d])))
            length = _length(matrix[row], terms, math.frexp(largest)[1])
        if length == 0.0:
            return 0.0
    if asked.apart:
        for d in range(dim):
            x = np.float64(matrix[row, d]) / length - queries[q, d]
            terms[d] = x * x
        return -_sum(terms)
    for d in range(dim):
        terms[d] = np.float64(matrix[row, d]) / length * queries[q, d]
    return max(-1.0, min(1.0, _sum(terms)))


@kernel
def _length(vector: Any, terms: Any, power: Any) -> Any:
    """Return the length of a vector whose squares are taken divided by a power of two."""
    for d in range(len(terms)):
        x = math.ldexp(np.float64(vector[d]), -power) if power else np.float64(vector[d])
        terms[d] = x * x
    return math.ldexp(np.sqrt(_sum(terms)), power)


@kernel
def _sum(terms: Any) -> Any:
    """Add in the order of :func:`firth.vectors.matrix.sums`."""
    width = len(terms)
    while width > 1:
        half = (width + 1) // 2
        for d in range(width - half):
            terms[d] += terms[half + d]
        width = half
    return terms[0]
