r"""Two models on one page: which neighbours a word keeps, and how far its vector turned.

Neighbours are those among the words of both models, so that a word is not called moved because the
other text lacks its company. Cosines are taken after the rotation that brings one model's rows of
length 1 nearest to the other's (Schönemann, "A generalized solution of the orthogonal Procrustes
problem", Psychometrika 31, 1966)::

    R = argmin ‖X R - Y‖  over all R with RᵀR = 1  =  U Vᵀ,  where U Σ Vᵀ = Xᵀ Y
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.evaluation.alignment import align
from firth.files.machine import one_blas_thread
from firth.vectors import FloatMatrix
from firth.vectors.matrix import scales
from firth.vectors.search import nearest
from firth.view.explorer.contents import Shown

#: Neighbours that are compared.
NEIGHBORS_COMPARED = 10
#: Words asked at a time.
_AT_ONCE = 8_192


def rows_of_both(first: Shown, second: Shown) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the rows of the words that both have, in the order of the first.

    Raises
    ------
    ConfigError
        They have fewer than two words in common.

    Examples
    --------
    >>> from firth import WordVectors
    >>> one = Shown.of(WordVectors(["a", "b", "c"], np.eye(3)))
    >>> two = Shown.of(WordVectors(["c", "d", "b"], np.eye(3)))
    >>> [rows.tolist() for rows in rows_of_both(one, two)]
    [[1, 2], [2, 0]]
    """
    places = pc.index_in(pa.array(first.words), value_set=pa.array(second.words))
    found = places.fill_null(-1).to_numpy(zero_copy_only=False)
    ours = np.flatnonzero(found >= 0)
    if len(ours) < 2:
        raise ConfigError(
            f"{first.name} and {second.name} have {len(ours)} words in common, of {first.n:,} and "
            f"{second.n:,} on the page; two models can be compared if they share words"
        )
    return ours.astype(np.int32), found[ours].astype(np.int32)


def kept_neighbors(first: FloatMatrix, second: FloatMatrix, k: int) -> NDArray[np.uint8]:
    """Count the neighbours that each word has in both models, among the `k` nearest in each.

    Parameters
    ----------
    first, second : (n, dim) floats
        The vectors of the same n words; the dimensions may differ.
    k : int
        Neighbours, 1 to n - 1.

    Examples
    --------
    >>> plane = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]])
    >>> kept_neighbors(plane, plane[:, ::-1], 1).tolist()
    [1, 1, 1, 1]
    >>> kept_neighbors(plane, plane[[0, 2, 1, 3]], 1).tolist()
    [0, 0, 0, 0]
    """
    n = len(first)
    found = np.empty(n, dtype=np.uint8)
    known = [(matrix, scales(matrix)) for matrix in (first, second)]
    for start in range(0, n, _AT_ONCE):
        rows = np.arange(start, min(n, start + _AT_ONCE))
        one, two = (
            nearest(matrix, scale, matrix[rows], k, rows[:, np.newaxis])[0]
            for matrix, scale in known
        )
        common = (one[:, :, np.newaxis] == two[:, np.newaxis, :]).any(axis=2)
        found[rows] = common.sum(axis=1)
    return found


def turned_onto(second: Shown, first: Shown, both: tuple[Any, Any]) -> Shown:
    """Turn, or mirror, the second map so that words lie where they lie in the first, if they can.

    Two maps of the same language may look in any direction; nothing of a map changes if it is
    turned.
    """
    ours, theirs = (
        shown.map.points[rows].astype(np.float64)
        for shown, rows in ((first, both[0]), (second, both[1]))
    )
    middle = theirs.mean(axis=0)
    with one_blas_thread():
        u, _, v = np.linalg.svd((theirs - middle).T @ (ours - ours.mean(axis=0)))
        points = ((second.map.points - middle) @ (u @ v)).astype(np.float32)
    return second._replace(map=second.map._replace(points=points))


def compare(first: Shown, second: Shown) -> tuple[Shown, dict[str, Any], dict[str, Any]]:
    """Return the second model as it is shown beside the first, facts, and arrays by name."""
    ours, theirs = both = rows_of_both(first, second)
    one, two = first.matrix[ours], second.matrix[theirs]
    k = min(NEIGHBORS_COMPARED, len(ours) - 1)
    blocks: dict[str, Any] = {
        "first": ours,
        "second": theirs,
        "shared": kept_neighbors(one, two, k),
    }
    aligned = first.vectors.dim == second.vectors.dim
    if aligned:
        moved = align(one, two).moved(one, two)
        blocks["aligned"] = (1.0 - moved).astype(np.float32)
    facts = {"k": k, "shared": len(ours), "aligned": aligned}
    return turned_onto(second, first, both), facts, blocks
