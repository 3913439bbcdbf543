"""A node's own copy of a matrix, and what it has made of it since all copies were the same.

Three states of a row are known: as it is now, as it was when all nodes last agreed on it, and, for
the few rows that were agreed on since, as it was at the last *commit*, when they agreed on all of
them. So what is half done can be given up, and a round begun again, without a third matrix.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.training.engine.directions import Directions
from firth.training.engine.updates import (
    add_update,
    copy_rows,
    give_gains,
    take_gains,
    weigh_sums,
)


class Update(NamedTuple):
    """What some rows gained from a common start.

    Attributes
    ----------
    rows : (n,) int32
        The rows, each once.
    visits : (n,) int32
        How often each was visited.
    gains : (n, dim)
        What each gained.
    """

    rows: NDArray[np.int32]
    visits: NDArray[np.int32]
    gains: NDArray[Any]

    @property
    def nbytes(self) -> int:
        """What it takes on its way to another node."""
        return self.rows.nbytes + self.visits.nbytes + self.gains.nbytes


class Replica:
    """One node's copy of a matrix.

    Parameters
    ----------
    matrix : (rows, stride)
        The matrix that is trained, in place.
    dim : int
        Columns that are not padding.

    Attributes
    ----------
    visits : (rows,) int32
        How often each row was visited since it was last agreed on.
    """

    def __init__(self, matrix: NDArray[Any], dim: int) -> None:
        self.now, self.dim = matrix, dim
        self.agreed = np.zeros_like(matrix)
        self.visits = np.zeros(len(matrix), np.int32)
        self._undo: tuple[NDArray[np.int32], NDArray[Any]] | None = None
        self.commit()

    @staticmethod
    def bytes_beside(matrix_bytes: int, rows: int) -> int:
        """Return what it takes beside the matrix."""
        return matrix_bytes + rows * 4

    def load(self, values: NDArray[Any]) -> None:
        """Take over what another node has, (rows, dim)."""
        self.now[:, : self.dim] = values
        self.commit()

    def commit(self) -> None:
        """Declare all rows as they are agreed on."""
        self.agreed[:] = self.now
        self.visits[:] = 0
        self._undo = None

    def restore(self) -> None:
        """Go back to the last commit."""
        if self._undo is not None:
            rows, values = self._undo
            self.agreed[rows] = values
        self.now[:] = self.agreed
        self.visits[:] = 0

    def take(self, wanted: NDArray[np.bool_] | None, nodes: int) -> list[Update]:
        """Return the update of all rows that were visited, or of those among `wanted`.

        In as many pieces as there are nodes, each of the rows that one of them merges.
        """
        visited = self.visits > 0 if wanted is None else (self.visits > 0) & wanted
        rows, ends = by_owner(np.flatnonzero(visited).astype(np.int32), nodes)
        gains = np.empty((len(rows), self.dim), self.now.dtype)
        take_gains(self.now, self.agreed, rows, gains)
        whole = Update(rows, self.visits[rows], gains)
        return [Update(*(array[i:j] for array in whole)) for i, j in pairwise(ends)]

    def forget(self, update: Update) -> None:
        """Make the rows of an update again what they were: another part begins there."""
        copy_rows(self.agreed, update.rows, self.now)
        self.visits[update.rows] = 0

    def give(self, update: Update, *, final: bool) -> None:
        """Add what all nodes have agreed on; unless it is `final`, it can be undone."""
        rows = update.rows
        if not final:
            self._remember(rows)
        give_gains(self.now, self.agreed, rows, update.gains)
        self.visits[rows] = 0
        if final:
            self._undo = None

    def _remember(self, rows: NDArray[np.int32]) -> None:
        """Keep rows as they were at the last commit, unless they are kept already."""
        if self._undo is None:
            self._undo = rows.copy(), self.agreed[rows]
            return
        kept, values = self._undo
        new = np.setdiff1d(rows, kept, assume_unique=True)
        self._undo = np.concatenate([kept, new]), np.concatenate([values, self.agreed[new]])


def merged(updates: list[Update], a: float, directions: Directions) -> Update:
    """Merge updates of one start, in their order.

    Parameters
    ----------
    updates : list of Update
        At least one.
    a : float
        Learning rate times curvature, see :mod:`firth.training.engine.merging`.
    directions : Directions
        Of the matrix whose rows these rows meet.

    Returns
    -------
    Update
        What each row gains, and the visits of all.
    """
    there = np.zeros(max(int(u.rows.max(initial=-1)) for u in updates) + 1, np.bool_)
    for update in updates:
        there[update.rows] = True
    rows = np.flatnonzero(there).astype(np.int32)
    places = np.cumsum(there) - 1
    sums = np.zeros((len(rows), updates[0].gains.shape[1]), updates[0].gains.dtype)
    seen = np.zeros((len(updates), len(rows)), np.int32)
    for update, visits in zip(updates, seen, strict=True):
        add_update(places[update.rows], update.visits, update.gains, sums, visits)
    along, steepness = np.zeros(len(directions.rows)), directions.steepness
    weigh_sums(a * steepness, seen, directions.rows, directions.columns, along, sums)
    total = seen.sum(axis=0, dtype=np.int64)
    return Update(rows, np.minimum(total, 2**31 - 1).astype(np.int32), sums)


def owners(rows: NDArray[np.int32], nodes: int) -> NDArray[np.int64]:
    """Return which node merges each row; neighbours, which are alike in frequency, are spread.

    Examples
    --------
    >>> owners(np.arange(8, dtype=np.int32), 2).tolist()
    [0, 1, 0, 1, 0, 0, 1, 0]
    """
    spread = (rows.astype(np.uint64) * np.uint64(0x9E3779B1)) & np.uint64(0xFFFFFFFF)
    return ((spread * np.uint64(nodes)) >> np.uint64(32)).astype(np.int64)


def by_owner(rows: NDArray[np.int32], nodes: int) -> tuple[NDArray[np.int32], list[int]]:
    """Return rows in the order of who merges them, and where those of each node begin and end.

    Examples
    --------
    >>> by_owner(np.arange(8, dtype=np.int32), 2)
    (array([0, 2, 4, 5, 7, 1, 3, 6], dtype=int32), [0, 5, 8])
    """
    if nodes == 1:
        return rows, [0, len(rows)]
    owner = owners(rows, nodes)
    order = np.argsort(owner, kind="stable")
    return rows[order], np.searchsorted(owner[order], np.arange(nodes + 1)).tolist()
