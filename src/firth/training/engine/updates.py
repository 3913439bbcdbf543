"""Updates of rows as things that travel: taken out of a matrix, merged with others', put back.

An update is what rows gained since a common start, ``rows (n,)``, ``visits (n,)``, ``gains (n,
dim)``. Rows of several updates are merged as :mod:`firth.training.engine.merging` weighs them, in
the order in which the updates are given; each row by itself, so that it does not matter who merges
which. Matrices have padded rows (rows, stride); updates do not.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from firth.kernels.compiler import kernel
from firth.training.engine.merging import part_of_sum, way


@kernel
def take_gains(now: Any, start: Any, rows: Any, gains: Any) -> None:
    """``gains[:] = now[rows, :dim] - start[rows, :dim]``."""
    for i in range(rows.shape[0]):
        r = rows[i]
        for j in range(gains.shape[1]):
            gains[i, j] = now[r, j] - start[r, j]


@kernel
def give_gains(now: Any, start: Any, rows: Any, gains: Any) -> None:
    """``start[rows, :dim] += gains``, and ``now[rows] = start[rows]``."""
    for i in range(rows.shape[0]):
        r = rows[i]
        for j in range(gains.shape[1]):
            start[r, j] += gains[i, j]
            now[r, j] = start[r, j]


@kernel
def copy_rows(source: Any, rows: Any, target: Any) -> None:
    """``target[rows] = source[rows]``."""
    for i in range(rows.shape[0]):
        r = rows[i]
        for j in range(source.shape[1]):
            target[r, j] = source[r, j]


@kernel
def add_update(
    place: Any,
    visits: Any,
    gains: Any,
    a: Any,
    sums: Any,
    total: Any,
    share: Any,
    squares: Any,
    lengths: Any,
) -> None:
    """Add one update to what the others have given.

    Parameters
    ----------
    place : (n,) int64
        Where each of its rows is among those of all updates.
    visits : (n,) int32
        How often it visited each.
    gains : (n, dim)
        What it made of them.
    a : float
        See :func:`firth.training.engine.merging.way`.
    sums : (m, dim)
        Gains of all updates.
    total : (m,) int64
        Visits of all of them.
    share : (m,) float64
        The parts of the way that they go, each by itself.
    squares, lengths : (m,) float64
        The squared lengths of their gains, and the lengths, added up.
    """
    for i in range(place.shape[0]):
        p = place[i]
        total[p] += visits[i]
        share[p] += way(a, visits[i])
        for j in range(gains.shape[1]):
            sums[p, j] += gains[i, j]
        square = squared(gains, i)
        squares[p] += square
        lengths[p] += math.sqrt(square)


@kernel
def weigh_sums(a: Any, total: Any, share: Any, squares: Any, lengths: Any, sums: Any) -> None:
    """Multiply each row of `sums` by the part of it that counts; see :func:`add_update`."""
    for p in range(sums.shape[0]):
        f = part_of_sum(way(a, total[p]), share[p], squares[p], lengths[p], squared(sums, p))
        if f < 1.0:
            for j in range(sums.shape[1]):
                sums[p, j] *= f


@kernel
def squared(matrix: Any, row: Any) -> Any:
    """``(matrix[row] ** 2).sum()`` in float64, of four partial sums in one order everywhere."""
    n = matrix.shape[1]
    one, two, three, four = 0.0, 0.0, 0.0, 0.0
    for j in range(0, n - 3, 4):
        one += np.float64(matrix[row, j]) ** 2
        two += np.float64(matrix[row, j + 1]) ** 2
        three += np.float64(matrix[row, j + 2]) ** 2
        four += np.float64(matrix[row, j + 3]) ** 2
    for j in range(n - n % 4, n):
        one += np.float64(matrix[row, j]) ** 2
    return (one + two) + (three + four)
