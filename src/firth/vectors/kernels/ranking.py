"""Which of many scores are among the best, compared again in float64 where they may be."""

from __future__ import annotations

from typing import Any

import numpy as np

from firth.training.engine.compiler import kernel

# Scores that are looked at together: whether one of so many is high enough takes a few vector
# instructions.
_AT_ONCE = 64
_LOWEST = np.float32(-8.0)


@kernel
def keep_best(
    scores: Any,
    ids: Any,
    matrix: Any,
    unit: float,
    queries: Any,
    offsets: Any,
    apart: bool,
    error: float,
    terms: Any,
    rows: Any,
    values: Any,
) -> None:
    """Put rows of a block among the best found so far; see :mod:`firth.vectors.search`.

    Parameters
    ----------
    scores : (n, width) float32
        Of the block's rows for each query, wrong by `error` at most; -inf for no answer.
    ids : (width,) int64
        The rows' numbers, rising.
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
    rows, values : (n, k) int64 and float64
        The best so far, in order; updated.
    """
    width, k = scores.shape[1], rows.shape[1]
    part = 0.5 if apart else 1.0
    for q in range(len(scores)):
        floor = np.float32(max(offsets[q] + part * values[q, k - 1] - error, _LOWEST))
        for start in range(0, width, _AT_ONCE):
            stop = min(start + _AT_ONCE, width)
            high = 0
            for j in range(start, stop):
                high += scores[q, j] >= floor
            if high == 0:
                continue
            for j in range(start, stop):
                if scores[q, j] < floor:
                    continue
                value = _value(matrix, ids[j], unit, queries, q, apart, terms)
                if not value > values[q, k - 1]:
                    continue
                place = k - 1
                while place > 0 and values[q, place - 1] < value:
                    values[q, place] = values[q, place - 1]
                    rows[q, place] = rows[q, place - 1]
                    place -= 1
                values[q, place], rows[q, place] = value, ids[j]
                floor = np.float32(max(offsets[q] + part * values[q, k - 1] - error, _LOWEST))


@kernel
def _value(
    matrix: Any, row: int, unit: float, queries: Any, q: int, apart: bool, terms: Any
) -> Any:
    """Compare a row with a query in float64: the terms and sums of `_Asked.exact`, bit for bit."""
    dim = len(terms)
    length = unit
    if unit == 0.0:
        for d in range(dim):
            x = np.float64(matrix[row, d])
            terms[d] = x * x
        length = np.sqrt(_sum(terms))
        if length == 0.0:
            return 0.0
    if apart:
        for d in range(dim):
            x = np.float64(matrix[row, d]) / length - queries[q, d]
            terms[d] = x * x
        return -_sum(terms)
    for d in range(dim):
        terms[d] = np.float64(matrix[row, d]) / length * queries[q, d]
    return max(-1.0, min(1.0, _sum(terms)))


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
