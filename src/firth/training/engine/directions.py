"""In which directions rows have soon arrived, and in which they have far to go.

The loss of a row curves as the rows that it meets lie: by ``Σ p (1 - p) v vᵀ`` over outputs v for
an input, and the other way round. Most of them point one way (their mean), some ways more are
common, and along all others little is met: of 100 dimensions the steepest curves 6 times as much as
the next and 130 times as much as the middle one (5 million words of Wikipedia, an epoch). So the
second moment of a sample of one matrix's rows, which all nodes hold alike, tells how fast rows of
the other arrive in each direction (:mod:`firth.training.engine.merging`).

In kernels of its own, for the same bits whatever BLAS there is and however many threads it has.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.kernels.compiler import kernel

#: Directions that are found; all others are taken as one. Rows that are looked at, and how often
#: directions are multiplied by the moments: one that is twice as steep as another stands out 2^n.
STEEPEST, SAMPLE, MULTIPLICATIONS = 32, 4096, 12


class Directions(NamedTuple):
    """Steep directions, and how steep they are.

    Attributes
    ----------
    rows : (k, dim) float64
        Directions, of length 1 and at right angles.
    columns : (dim, k) float64
        The same.
    steepness : (k + 1,) float64
        Of each, and of all others on average, as a part of the greatest.
    """

    rows: NDArray[np.float64]
    columns: NDArray[np.float64]
    steepness: NDArray[np.float64]


def steep(matrix: NDArray[Any], dim: int) -> Directions:
    """Find the directions in which rows lie; without any, all directions are equally steep.

    Give it rows that are met often: :data:`SAMPLE` of them are enough.

    Examples
    --------
    >>> matrix = np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    >>> found = steep(matrix, 2)
    >>> found.steepness.round(3).tolist(), abs(found.rows).round(3).tolist()
    ([1.0, 0.056, 0.0], [[1.0, 0.0], [0.0, 1.0]])
    """
    moments = np.zeros((dim, dim))
    add_moments(matrix, moments)
    # From columns of the moments, not of the axes: none of them lacks what most rows have.
    rows = moments[: min(STEEPEST, dim)].copy()
    lengths, spare = np.zeros(len(rows)), np.zeros_like(rows)
    for _ in range(MULTIPLICATIONS):
        straighten(rows, lengths)
        multiply(rows, moments, spare)
        rows, spare = spare, rows
    straighten(rows, lengths)
    others = max(0.0, float(np.trace(moments)) - float(lengths.sum()))
    steepness = np.append(lengths, others / max(1, dim - len(rows)))
    greatest = steepness.max()
    if not 0 < greatest < math.inf:
        rows[:], steepness[:], greatest = 0.0, 1.0, 1.0
    return Directions(rows, np.ascontiguousarray(rows.T), steepness / greatest)


@kernel
def add_moments(matrix: Any, moments: Any) -> None:
    """``moments += v vᵀ`` for each row v."""
    dim = moments.shape[0]
    for r in range(matrix.shape[0]):
        for i in range(dim):
            value = np.float64(matrix[r, i])
            for j in range(dim):
                moments[i, j] += value * matrix[r, j]


@kernel
def multiply(rows: Any, moments: Any, out: Any) -> None:
    """``out = rows @ moments``."""
    for k in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            out[k, j] = 0.0
        for i in range(rows.shape[1]):
            value = rows[k, i]
            for j in range(rows.shape[1]):
                out[k, j] += value * moments[i, j]


@kernel
def straighten(rows: Any, lengths: Any) -> None:
    """Bring rows to right angles and to length 1, in turn; what is left of none becomes 0."""
    for k in range(rows.shape[0]):
        before = math.sqrt(_dot(rows, k, k))
        for _ in range(2):  # the second time for what rounding has left
            for other in range(k):
                shared = _dot(rows, k, other)
                for j in range(rows.shape[1]):
                    rows[k, j] -= shared * rows[other, j]
        lengths[k] = math.sqrt(_dot(rows, k, k))
        scale = 1.0 / lengths[k] if lengths[k] > 1e-9 * before else 0.0
        for j in range(rows.shape[1]):
            rows[k, j] *= scale


@kernel
def _dot(rows: Any, one: Any, other: Any) -> Any:
    total = 0.0
    for j in range(rows.shape[1]):
        total += rows[one, j] * rows[other, j]
    return total
