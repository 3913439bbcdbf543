"""Matrices of vectors: their type, views that nobody can write through, lengths of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.errors import ConfigError, FormatError
from firth.values import reason

FloatMatrix: TypeAlias = NDArray[np.float32] | NDArray[np.float64]

# Rows taken at once: 16,384 rows of 300 float64 values are 39 MB.
_BLOCK_ROWS = 16_384
# Between these, no sum of squares in float32 overflows, nor loses digits to underflow.
_LEAST_SQUARE, _LARGEST_SQUARE = 1e-30, 1e35
#: Rows that are shorter, or of no finite length, are measured again: their squares lose digits, or
#: are beyond all floats.
SHORTEST = 2.0**-460
#: No row may be as long: sums and products of what is divided by such a length are beyond floats.
LONGEST = 2.0**1022


@runtime_checkable
class RowsLater(Protocol):
    """A matrix whose rows are computed when somebody asks for them.

    A model of seven gigabytes, of which a script wants the vectors of three words, should open at
    once.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    dtype : numpy.dtype
        float32 or float64.
    """

    shape: tuple[int, int]
    dtype: np.dtype[Any]

    def rows(self, places: NDArray[np.int64]) -> FloatMatrix:
        """Compute some rows, (n, dim)."""

    def whole(self) -> FloatMatrix:
        """Compute all rows, (V, dim); nobody else has them."""


def as_array(values: ArrayLike) -> NDArray[Any]:
    """Return an array as it is, of NumPy or another library, and lists of numbers as float32.

    Raises
    ------
    ConfigError
        It is no array of numbers, or in the memory of another device.

    Examples
    --------
    >>> as_array([[1, 2]]).dtype, as_array(np.eye(2)).dtype
    (dtype('float32'), dtype('float64'))
    """
    if isinstance(values, np.ndarray):
        return values
    try:
        # Arrays of JAX, PyTorch and the like know their precision.
        dtype = None if hasattr(values, "dtype") else np.float32
        return np.asarray(values, dtype=dtype)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ConfigError(f"the matrix cannot be taken as an array ({reason(error)})") from error


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


def sums(terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums of the rows of `terms`, ``(n, m)``, which is overwritten.

    The second half is added to the first until one number is left, so that the order of sums, and
    with it every bit, is the same on all processors, for one row or many, and in compiled code
    (:func:`firth.vectors.kernels.ranking.keep_best` adds in this order too).

    Examples
    --------
    >>> sums(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).tolist()
    [6.0, 15.0]
    """
    width = terms.shape[1]
    while width > 1:
        half = (width + 1) // 2
        terms[:, : width - half] += terms[:, half:width]
        width = half
    return terms[:, 0].copy() if width else np.zeros(len(terms))


def row_lengths(matrix: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the Euclidean lengths of the rows, ``(V,)``; a mapped file is read block by block.

    Examples
    --------
    >>> row_lengths(np.array([[3.0, 4.0], [0.0, 0.0], [3e300, 4e300]])).tolist()
    [5.0, 0.0, 5e+300]
    """
    lengths = np.empty(len(matrix), dtype=np.float64)
    for start in range(0, len(matrix), _BLOCK_ROWS):
        # A NaN that signals, and a square beyond all floats: who asks looks at what comes out.
        with np.errstate(invalid="ignore", over="ignore"):
            rows = matrix[start : start + _BLOCK_ROWS].astype(np.float64, order="C")
            np.multiply(rows, rows, out=rows)
            found = np.sqrt(sums(rows), out=lengths[start : start + _BLOCK_ROWS])
            odd = np.flatnonzero(~((found >= SHORTEST) & np.isfinite(found)))
            if odd.size:
                found[odd] = _measured_again(matrix[start + odd].astype(np.float64, order="C"))
    return lengths


def _measured_again(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return lengths of rows whose squares no float holds, by way of powers of two, (n,).

    >>> _measured_again(np.array([[3e-200, 4e-200], [0.0, 0.0], [np.inf, 1.0]])).tolist()
    [5e-200, 0.0, inf]
    """
    powers = np.frexp(np.abs(rows).max(axis=1, initial=0.0))[1]
    rows = np.ldexp(rows, -powers[:, np.newaxis])
    rows *= rows
    lengths: NDArray[np.float64] = np.ldexp(np.sqrt(sums(rows)), powers)
    return lengths


def measurable(lengths: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether rows of these lengths can be compared: NaN, infinity and the longest cannot.

    >>> measurable(np.array([0.0, 1e300, 1e308, np.nan])).tolist()
    [True, True, False, False]
    """
    return lengths < LONGEST


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
    rows = vectors.astype(np.float64, order="C")
    if lengths is None:
        lengths = row_lengths(rows)
    return np.divide(rows, lengths[:, np.newaxis], out=rows, where=lengths[:, np.newaxis] > 0)


def scales(matrix: FloatMatrix) -> NDArray[np.float32]:
    """Return about one over the length of each row, ``(V,)``: far faster than the exact lengths.

    They are 0 for rows of zeros; NaN where float32 cannot hold the squares, or where a value is
    not finite (:func:`checked_scales` refuses those); else wrong by one part in 2^23 / (dim + 10)
    at most.

    Examples
    --------
    >>> scales(np.array([[3.0, 4.0], [0.0, 0.0], [1e30, 0.0]])).tolist()
    [0.20000000298023224, 0.0, nan]
    """
    found = np.empty(len(matrix), dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for start in range(0, len(matrix), _BLOCK_ROWS):
            rows = np.asarray(matrix[start : start + _BLOCK_ROWS], dtype=np.float32)
            squares = np.einsum("vd,vd->v", rows, rows)
            out = found[start : start + _BLOCK_ROWS]
            np.divide(1.0, np.sqrt(squares), out=out)
            odd = np.flatnonzero(~((squares > _LEAST_SQUARE) & (squares < _LARGEST_SQUARE)))
            if odd.size:
                none = ~matrix[start + odd].any(axis=1)
                out[odd] = np.where(none, np.float32(0), np.float32(np.nan))
    return found


def checked_scales(matrix: FloatMatrix, named: Callable[[int], str]) -> NDArray[np.float32]:
    """Return what :func:`scales` does, of rows that can be compared; refuse others.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64
        The rows.
    named : callable
        ``named(row)`` says whose a row is, for people.

    Raises
    ------
    FormatError
        A row holds NaN or infinity, or is too long for float64.

    Examples
    --------
    >>> checked_scales(np.array([[1e30, 0.0], [np.inf, 0.0]], np.float32), "vector {}".format)
    Traceback (most recent call last):
    ...
    firth.errors.FormatError: vector 1 holds a value that is not a finite number, ...
    """
    found = scales(matrix)
    odd = np.flatnonzero(np.isnan(found))
    for start in range(0, len(odd), _BLOCK_ROWS):
        some = odd[start : start + _BLOCK_ROWS]
        wrong = some[~measurable(row_lengths(matrix[some]))]
        if wrong.size:
            raise FormatError(
                f"{named(int(wrong[0]))} holds a value that is not a finite number, or one too "
                "large to compute with; it cannot be compared with anything, so train or convert "
                "it again"
            )
    return found
