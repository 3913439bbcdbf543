"""Matrices of vectors: their type, views that nobody can write through, lengths of rows."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatMatrix: TypeAlias = NDArray[np.float32] | NDArray[np.float64]

# Rows taken at once: 16,384 rows of 300 float64 values are 39 MB.
_BLOCK_ROWS = 16_384


def as_array(values: ArrayLike) -> NDArray[Any]:
    """Return an array as it is, and lists of numbers as float32."""
    return values if isinstance(values, np.ndarray) else np.asarray(values, dtype=np.float32)


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view of `array` that cannot be written, a plain ``numpy.ndarray``.

    `array` itself stays as it is. A view of a memory map keeps the map open.

    Examples
    --------
    >>> array = np.zeros(2)
    >>> read_only(array).flags.writeable, array.flags.writeable
    (False, True)
    """
    view = array.view(np.ndarray)
    view.flags.writeable = False
    return view


def settled(array: NDArray[Any]) -> NDArray[Any]:
    """Return what `array` holds, read-only, and such that its owner cannot change it by accident.

    An array that can be written is copied: lengths of rows are kept once they are known, and
    would be wrong after a change. One that is read-only already (a memory map of a file that was
    opened so, or ``array.flags.writeable = False``) is used as it is, so that large matrices need
    not be in memory twice.

    Examples
    --------
    >>> array = np.zeros(2)
    >>> np.shares_memory(settled(array), array)
    False
    >>> array.flags.writeable = False
    >>> np.shares_memory(settled(array), array)
    True
    """
    return read_only(array.copy() if array.flags.writeable else array)


def row_lengths(matrix: FloatMatrix) -> NDArray[np.float64]:
    """Return the Euclidean lengths of the rows, ``(V,)``; a mapped file is read block by block.

    Examples
    --------
    >>> row_lengths(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [5.0, 0.0]
    """
    lengths = np.empty(len(matrix), dtype=np.float64)
    for start in range(0, len(matrix), _BLOCK_ROWS):
        rows = matrix[start : start + _BLOCK_ROWS].astype(np.float64, order="C")
        lengths[start : start + _BLOCK_ROWS] = np.sqrt(np.einsum("vd,vd->v", rows, rows))
    return lengths


def directions(
    vectors: NDArray[np.floating], lengths: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return rows of length 1, ``(n, dim)``; rows of zeros have no direction and stay zeros.

    Parameters
    ----------
    vectors : (n, dim) floats
        The rows.
    lengths : (n,) float64, optional
        Their lengths, if they are known.

    Examples
    --------
    >>> directions(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    # In C order, so that sums over a row are taken along it: the same bits for one row or many.
    rows = vectors.astype(np.float64, order="C")
    if lengths is None:
        lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows))
    return np.divide(rows, lengths[:, np.newaxis], out=rows, where=lengths[:, np.newaxis] > 0)
