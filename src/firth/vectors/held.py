"""The matrix of a table: rows that are there, or that are computed when they are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.errors import ConfigError
from firth.vectors.matrix import (
    FloatMatrix,
    RowsLater,
    as_array,
    checked_scales,
    read_only,
    row_lengths,
    settled,
)

# Vectors that are composed later are composed all together when one word in so many was wanted.
_PART = 16


class HeldRows:
    """Rows, read-only; and what a search needs of them, computed on first use.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64, or RowsLater
        As :class:`~firth.vectors.WordVectors` takes it.
    words : sequence
        Whose rows these are, for errors.

    Raises
    ------
    ConfigError
        It is not a matrix of floating-point numbers.

    Examples
    --------
    >>> held = HeldRows([[3.0, 4.0], [0.0, 1.0]], ["cat", "dog"])
    >>> held.shape, held.take([1, 1]).tolist(), held.norms.tolist()
    ((2, 2), [[0.0, 1.0], [0.0, 1.0]], [5.0, 1.0])
    """

    def __init__(self, matrix: ArrayLike | RowsLater, words: Sequence[Any]) -> None:
        rows = matrix if isinstance(matrix, RowsLater) else as_array(matrix)
        if len(rows.shape) != 2:
            raise ConfigError(
                f"the matrix has {len(rows.shape)} axes; it must have two, (words, dimensions)"
            )
        if rows.dtype not in (np.float32, np.float64):
            raise ConfigError(f"the matrix holds {rows.dtype}; it must hold float32 or float64")
        self.shape, self.dtype = rows.shape, rows.dtype
        self._words = words
        self._later = rows if isinstance(rows, RowsLater) else None
        self._whole = None if isinstance(rows, RowsLater) else settled(rows)
        self._composed = 0
        self._norms: NDArray[np.float64] | None = None
        self._scales: NDArray[np.float32] | None = None

    @property
    def whole(self) -> FloatMatrix:
        """All rows, (V, dim)."""
        if self._whole is None:
            assert self._later is not None
            self._whole, self._later = read_only(self._later.whole()), None
        return self._whole

    def take(self, rows: list[int]) -> FloatMatrix:
        """Return some rows, (n, dim), a copy; computed one by one while few were wanted."""
        later, wanted = self._later, self._composed + len(rows)
        if later is not None and wanted <= self.shape[0] // _PART:
            self._composed = wanted
            return later.rows(np.array(rows, np.int64))
        return self.whole[rows]

    def row(self, row: int) -> NDArray[np.floating]:
        """Return one row, (dim,), read-only; no copy where it is there."""
        found: NDArray[np.floating]
        found = self.take([row])[0] if self._later is not None else self.whole[row]
        return read_only(found)

    @property
    def norms(self) -> NDArray[np.float64]:
        """Euclidean lengths, (V,); a row with NaN or infinity is a `FormatError`."""
        if self._norms is None:
            _ = self.scales
            self._norms = read_only(row_lengths(self.whole))
        return self._norms

    @property
    def scales(self) -> NDArray[np.float32]:
        """What :func:`firth.vectors.search.nearest` needs, (V,); errors as for `norms`.

        Four bytes a word are kept instead of a second, normalised matrix: to scale the scores
        costs nothing beside the product, and a mapped file stays unread in memory.
        """
        if self._scales is None:
            self._scales = checked_scales(
                self.whole, lambda row: f"the vector of {self._words[row]!r} (row {row:,})"
            )
        return self._scales

    def __getstate__(self) -> dict[str, Any]:
        # What composes vectors may be a map of a file.
        return {**self.__dict__, "_whole": self.whole, "_later": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._whole = read_only(state["_whole"])  # a copy of a read-only array can be written
        self._norms = None if self._norms is None else read_only(self._norms)
