"""The matrices of a model of fastText: dense ones, and those that product quantisation made small.

(Jégou, Douze and Schmid 2011, "Product quantization for nearest neighbor search"; Joulin et al.
2016, "FastText.zip".) A row is cut into parts of ``dsub`` numbers, and of each part only the number
of the nearest of 256 centroids is kept; the length of a row may be kept in the same way, apart::

    row = centroid[norm code] · (centroids of its parts, one behind the other)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.formats.fasttext_file import ModelFile
from firth.formats.source import new_matrix

#: Centroids of each part, and the bytes of the figures before them.
_CENTROIDS = 256


def read_matrix(
    file: ModelFile, *, quantised: bool, rows: int, more: bool, dim: int, kept: int, what: str
) -> NDArray[np.float32]:
    """Read a matrix, dense or quantised.

    Parameters
    ----------
    file : ModelFile
        At its beginning.
    quantised : bool
        It is quantised.
    rows : int
        How many rows it must have.
    more : bool
        It may have more.
    dim : int
        How many columns it must have.
    kept : int
        How many rows are wanted, the first ones; -1 for all.
    what : str
        Its name.

    Returns
    -------
    (kept, dim) float32
        Read-only; a map of the file, where that is plain and the matrix is dense.
    """
    if quantised:
        return _read_quantised(file, rows, more, dim, kept, what)
    found = _read_shape(file, rows, more, dim, what)
    return file.array(found, dim, found if kept < 0 else kept, "<f4", f"the rows of the {what}")


def _read_shape(file: ModelFile, rows: int, more: bool, dim: int, what: str) -> int:
    start = file.offset
    found, columns = file.unpack("<2q", f"the shape of the {what}")
    if columns != dim or found < rows or (found > rows and not more):
        least = "or more " if more else ""
        raise file.error(
            start, f"the {what} is {found:,} x {columns:,}; expected {rows:,} {least}x {dim:,}"
        )
    return int(found)


def _read_quantised(
    file: ModelFile, rows: int, more: bool, dim: int, kept: int, what: str
) -> NDArray[np.float32]:
    normed = read_flag(file, f"whether lengths of the {what} are apart")
    found = _read_shape(file, rows, more, dim, what)
    kept = found if kept < 0 else kept
    start = file.offset
    (size,) = file.unpack("<i", f"the number of codes of the {what}")
    width, left = divmod(size, found) if found else (0, size)
    if size < 0 or left or width > dim:
        raise file.error(
            start, f"{size:,} codes for {found:,} rows of {dim:,} numbers; expected 1 to {dim:,} "
            "for each row"
        )  # fmt: skip
    codes = file.array(found, width, kept, "u1", f"the codes of the {what}")
    parts = _read_centroids(file, dim, width, what)
    matrix = new_matrix(file, kept, dim)
    at = 0
    for i, centroids in enumerate(parts):
        matrix[:, at : at + centroids.shape[1]] = centroids[codes[:, i]]
        at += centroids.shape[1]
    if normed:
        of_norms = file.array(found, 1, kept, "u1", f"the codes of lengths of the {what}")
        (norms,) = _read_centroids(file, 1, 1, f"lengths of the {what}")
        with np.errstate(over="ignore"):  # what is not finite is refused with all else
            matrix *= norms[of_norms[:, 0]]
    matrix.flags.writeable = False
    return matrix


def _read_centroids(
    file: ModelFile, dim: int, n_parts: int, what: str
) -> list[NDArray[np.float32]]:
    """Read the centroids of each part, (256, width); the last part may be narrower."""
    start = file.offset
    figures = file.unpack("<4i", f"the quantiser of the {what}")
    width = figures[2]
    # As many whole parts as there are, and the rest.
    whole, rest = divmod(dim, width) if width > 0 else (0, 0)
    expected = (dim, whole + (rest > 0), width, rest or width)
    if figures != expected or figures[1] != n_parts:
        raise file.error(
            start,
            f"the {what} is quantised as dim, parts, width, last width = {figures}; expected "
            f"{dim:,} numbers in {n_parts:,} parts",
        )
    flat = file.array(dim, _CENTROIDS, dim, "<f4", f"the centroids of the {what}").reshape(-1)
    if not np.isfinite(flat).all():
        raise file.error(start, f"a centroid of the {what} is not a finite number")
    parts, at = [], 0
    for part in range(n_parts):
        columns = width if part < n_parts - 1 else expected[3]
        parts.append(flat[at : at + _CENTROIDS * columns].reshape(_CENTROIDS, columns))
        at += _CENTROIDS * columns
    return parts


def read_flag(file: ModelFile, what: str) -> bool:
    """Read a byte that is 0 or 1."""
    (value,) = file.unpack("<B", what)
    if value > 1:
        raise file.error(file.offset - 1, f"{what} is {value}; expected 0 or 1")
    return bool(value)
