"""Numbers of other precisions: half precision, and int8 with one scale a row; block by block.

::

    scale[i]    = max |row i| / 127                     1 for a row of zeros
    small[i, j] = round(row[i, j] / scale[i])           from -127 to 127
    row[i, j]   ≈ small[i, j] · scale[i]                wrong by half a scale at most

Firth computes in float32 or float64: what is smaller is widened when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.vectors.matrix import FloatMatrix

#: Rows taken at once.
_ROWS = 16_384


def narrowed(
    matrix: FloatMatrix,
    dtype: str,
    scales: NDArray[np.float32] | None = None,
    *,
    rows: int = _ROWS,
) -> Iterator[NDArray[Any]]:
    """Yield rows of a matrix in another precision.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64
        The rows.
    dtype : {"float64", "float32", "float16", "int8"}
        Their precision.
    scales : (V,) float32, optional
        Those of :func:`row_scales`; int8 needs them.
    rows : int
        How many are taken at once.

    Raises
    ------
    ConfigError
        A number is too large for this precision.

    Examples
    --------
    >>> matrix = np.array([[0.5, -1.0], [0.0, 0.0]])
    >>> [part.tolist() for part in narrowed(matrix, "int8", row_scales(matrix))]
    [[[64, -127], [0, 0]]]
    """
    for start in range(0, len(matrix), rows):
        part = matrix[start : start + rows]
        if scales is not None:
            parts = np.rint(part / scales[start : start + rows, np.newaxis])
            yield np.clip(parts, -127, 127).astype(np.int8)
            continue
        with np.errstate(over="ignore"):
            found = np.ascontiguousarray(part, dtype)
        if found.dtype.itemsize < part.dtype.itemsize and not np.isfinite(found).all():
            row = int(np.isfinite(found).all(axis=1).argmin())
            raise ConfigError(
                f"the vector of word {start + row + 1:,} holds {np.abs(part[row]).max():g}, but "
                f"{dtype} holds numbers up to {np.finfo(dtype).max:g} only: choose another dtype"
            )
        yield found


def row_scales(matrix: FloatMatrix) -> NDArray[np.float32]:
    """Return what the numbers of each row are multiples of in int8, ``(V,)``.

    Raises
    ------
    ConfigError
        A row holds a number that single precision cannot.
    """
    scales = np.empty(len(matrix), np.float32)
    with np.errstate(over="ignore"):
        for start in range(0, len(matrix), _ROWS):
            rows = matrix[start : start + _ROWS]
            scales[start : start + _ROWS] = np.abs(rows).max(axis=1) / 127
    scales[scales == 0] = 1
    if not np.isfinite(scales).all():
        row = int(np.isfinite(scales).argmin())
        raise ConfigError(
            f"the vector of word {row + 1:,} holds {np.abs(matrix[row]).max():g}; int8 has its "
            "scale in single precision, which does not: choose another dtype"
        )
    return scales


def widened(matrix: NDArray[Any], scales: NDArray[Any] | None = None) -> FloatMatrix:
    """Return a matrix in float32, times the scale of each row; float64 stays float64.

    Without scales, float32 and float64 are returned as they are: a map stays a map.

    Examples
    --------
    >>> widened(np.array([[64, -127]], np.int8), np.array([1 / 127], np.float32)).dtype
    dtype('float32')
    """
    dtype = np.promote_types(matrix.dtype.newbyteorder("="), np.float32)
    wide: np.dtype[Any] = np.dtype(np.float32) if matrix.dtype.kind == "i" else dtype
    if scales is None and matrix.dtype == wide:
        return matrix
    found: FloatMatrix = np.empty(matrix.shape, wide)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(matrix), _ROWS):
            part = found[start : start + _ROWS]
            part[:] = matrix[start : start + _ROWS]
            if scales is not None:
                part *= scales[start : start + _ROWS, np.newaxis]
    return found


def infinite_row(matrix: FloatMatrix) -> int | None:
    """Return the first row that holds a value that is not finite, if there is one.

    Examples
    --------
    >>> infinite_row(np.array([[1.0, 2.0], [np.nan, 0.0]])), infinite_row(np.eye(2))
    (1, None)
    """
    for start in range(0, len(matrix), _ROWS):
        finite = np.isfinite(matrix[start : start + _ROWS]).all(axis=1)
        if not finite.all():
            return start + int(finite.argmin())
    return None
