"""Updates of rows as things that travel: taken out of a matrix, merged with others', put back.

An update is what rows gained since a common start, ``rows (n,)``, ``visits (n,)``, ``gains (n,
dim)``. Rows of several updates are merged as :mod:`firth.training.engine.merging` weighs them, in
the order in which the updates are given; each row by itself, so that it does not matter who merges
which. Matrices have padded rows (rows, stride); updates do not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from firth.kernels.compiler import kernel
from firth.training.engine.merging import part_of_sum


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
def add_update(place: Any, visits: Any, gains: Any, sums: Any, seen: Any) -> None:
    """Add one update to what the others have given.

    Parameters
    ----------
    place : (n,) int64
        Where each of its rows is among those of all updates.
    visits : (n,) int32
        How often it visited each.
    gains : (n, dim)
        What it made of them.
    sums : (m, dim)
        Gains of all updates.
    seen : (m,) int32
        The visits of this one.
    """
    for i in range(place.shape[0]):
        p = place[i]
        seen[p] = visits[i]
        for j in range(gains.shape[1]):
            sums[p, j] += gains[i, j]


@kernel
def weigh_sums(a: Any, seen: Any, rows: Any, columns: Any, along: Any, sums: Any) -> None:
    """Multiply each row of `sums`, in each direction, by the part of it that counts.

    Parameters
    ----------
    a : (k + 1,) float64
        See :func:`firth.training.engine.merging.way`; of each direction, and of all others.
    seen : (updates, m) int32
        Visits of the rows by each update.
    rows, columns : (k, dim) and (dim, k) float64
        The directions, see :class:`firth.training.engine.directions.Directions`.
    along : (k,) float64
        Scratch.
    sums : (m, dim)
        Gains of all updates; weighed in place.
    """
    last = rows.shape[0]
    for p in range(sums.shape[0]):
        total, several = visits_of(seen, p)
        if several < 2:
            continue
        others = part_of_sum(a[last], seen, p, total)
        for k in range(last):
            along[k] = 0.0
        for j in range(sums.shape[1]):
            value = np.float64(sums[p, j])
            for k in range(last):
                along[k] += value * columns[j, k]
        for k in range(last):
            along[k] *= part_of_sum(a[k], seen, p, total) - others
        for j in range(sums.shape[1]):
            sums[p, j] *= others
        for k in range(last):
            value = along[k]
            for j in range(sums.shape[1]):
                sums[p, j] += value * rows[k, j]


@kernel
def visits_of(seen: Any, p: Any) -> Any:
    """Return the visits of a row by all updates, and how many have visited it."""
    total, several = np.int64(0), 0
    for s in range(seen.shape[0]):
        total += np.int64(seen[s, p])
        several += seen[s, p] > 0
    return total, several
