"""Shards: parts of a text that are trained side by side, each on rows of its own, then merged.

Each shard of a round is trained, from the matrices as they were at the round's beginning, on
private copies of the rows that it visits, by the same engine: :class:`Overlay` takes a matrix's
place. When all shards are done, each row that was visited is merged::

    w ← w + f Σ_s (w_s - w)          s: the shards that visited it, in their order

Who trains a shard or merges a row has no influence on any bit. ``rounds.py`` makes runs of
this.

Why it converges: see ``engine/merging.py``, where f comes from. It is 1 for a row that is visited
seldom, one over the number of shards for one that is visited all the time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.kernels.compiler import implements, kernel
from firth.training.engine.lanes import add, address, fma, load, load_at, subtract, zeros
from firth.training.engine.lanes import store as store_lanes
from firth.training.engine.merging import way
from firth.training.engine.processor import LANES
from firth.training.engine.rows import (
    address_of,
    aligned_zeros,
    copy_from,
    copy_row,
    prefetch_row,
    row_bytes,
    shared_address_of,
    sum_rows,
)
from firth.training.run.memory import matrix_bytes

SHARDS = 8
#: Tokens of a shard, and fewer for short texts, which are cut into at least so many rounds.
SHARD_TOKENS, SHORTEST_SHARD, FEWEST_ROUNDS = 1_000, 128, 128
#: Curvature of one pair's loss: the exponent a is this times the pairs of a visit times the
#: learning rate. Skip-gram, Zen 4; half of Austen, 5 epochs: members of known groups found 17.6 %
#: at 10/6, 21.3 at 3/6, 22.3 at 1/6, 22.8 at .2/6 (Hogwild 23.2), a quarter 11.9 at 3/6, 14.5 at
#: 1/6, 14.8 at .3/6 (14.3). 20 million words, 3 epochs: sum of WordSim, SimLex and analogies 1.342
#: at 10/6, 1.378 at 1/6 (one seed); loss of the first epoch 2.503, 2.501 at 3/6, 2.524. Compare by
#: held-out text or by quality, not by the loss of training: shards of a round do not see what the
#: others learn of the text at hand, so that one is higher though the vectors are as good.
CURVATURE = 1.0 / 6.0

#: So many numbers of visits have their part of the way in a table: an exponential takes longer.
TABLE = 256


def shard_tokens(n_tokens: int) -> int:
    """Return the tokens of a shard, for a text of so many.

    Examples
    --------
    >>> shard_tokens(50_000), shard_tokens(400_000), shard_tokens(20_000_000)
    (128, 390, 1000)
    """
    return min(SHARD_TOKENS, max(SHORTEST_SHARD, n_tokens // (FEWEST_ROUNDS * SHARDS)))


class Overlay(NamedTuple):
    """A matrix as one shard sees it: shared rows, and private copies of those it has visited.

    Attributes
    ----------
    shared : (rows, stride)
        The matrix, which stays as it is during the round.
    slot : (rows,) int32
        Where the private copy of a row is; -1 if there is none. A thread's own, for each shard
        anew.
    private : (capacity, stride)
        The copies, in the order of their first visit.
    row : (capacity,) int32
        The row that each is of.
    visits : (capacity,) int32
        How often each was read or written.
    used : (1,) int64
        How many there are.
    """

    shared: NDArray[Any]
    slot: NDArray[np.int32]
    private: NDArray[Any]
    row: NDArray[np.int32]
    visits: NDArray[np.int32]
    used: NDArray[np.int64]


@kernel
def _copy(matrix: Any, row: Any) -> Any:
    place = matrix.used[0]
    matrix.used[0] = place + 1
    matrix.row[place], matrix.visits[place], matrix.slot[row] = row, 0, place
    copy_from(shared_address_of(matrix.shared, row), matrix.private, place)
    return place


@implements(address_of, Overlay)
def _address_of_overlay(matrix: Any, row: Any) -> Any:
    place = np.int64(matrix.slot[row])
    if place < 0:
        place = _copy(matrix, row)
    matrix.visits[place] += 1
    return address(matrix.private, place * matrix.private.shape[1])


@implements(shared_address_of, Overlay)
def _shared_address_of_overlay(matrix: Any, row: Any) -> Any:
    # Both are computed: cheaper than a branch that the processor cannot foresee.
    place, stride = np.int64(matrix.slot[row]), matrix.shared.shape[1]
    shared, private = address(matrix.shared, row * stride), address(matrix.private, place * stride)
    return shared if place < 0 else private


@implements(row_bytes, Overlay)
def _row_bytes_of_overlay(matrix: Any) -> Any:
    return matrix.shared.shape[1] * matrix.shared.itemsize


@implements(sum_rows, Overlay)
def _sum_rows_overlay(matrix: Any, rows: Any, weight: Any, out: Any, at: Any) -> None:
    stride = out.shape[1]
    zero = zeros(out, LANES)
    for j in range(0, stride, LANES):
        store_lanes(out, at * stride + j, zero)
    for r in rows:
        source = address_of(matrix, r)
        for j in range(0, stride, LANES):
            x = load_at(out, source, j, LANES)
            store_lanes(out, at * stride + j, fma(weight, x, load(out, at * stride + j, LANES)))


class PrivateRows(NamedTuple):
    """What all shards of a round have done to one matrix.

    Attributes
    ----------
    shared : (rows, stride)
        The matrix.
    private : (SHARDS * capacity, stride)
        See :class:`Overlay`; memory is taken only for what is used.
    row, visits : (SHARDS, capacity) int32
        See :class:`Overlay`.
    used : (SHARDS, 1) int64
        See :class:`Overlay`.
    newest : (rows,) int32
        The last of a row's copies, by its place in `private`, while they are merged; else -1.
    before : (SHARDS * capacity,) int32
        The copy of the same row before this one, -1 if there is none.
    seen : (rows,) int32
        Visits of each row by all shards of all rounds; (0,) if nobody wants to know.
    """

    shared: NDArray[Any]
    private: NDArray[Any]
    row: NDArray[np.int32]
    visits: NDArray[np.int32]
    used: NDArray[np.int64]
    newest: NDArray[np.int32]
    before: NDArray[np.int32]
    seen: NDArray[np.int32]

    @classmethod
    def of(
        cls,
        matrix: NDArray[Any],
        dim: int,
        capacity: int,
        seen: NDArray[np.int32] | None = None,
    ) -> PrivateRows:
        """Make room for shards that visit at most `capacity` rows of a matrix each."""
        return cls(
            matrix,
            aligned_zeros(SHARDS * capacity, dim, str(matrix.dtype)),
            np.zeros((SHARDS, capacity), np.int32),
            np.zeros((SHARDS, capacity), np.int32),
            np.zeros((SHARDS, 1), np.int64),
            np.full(len(matrix), -1, np.int32),
            np.zeros(SHARDS * capacity, np.int32),
            np.zeros(0, np.int32) if seen is None else seen,
        )

    def overlay(self, slot: NDArray[np.int32]) -> Overlay:
        """Return the matrix as the first shard sees it, for who only reads."""
        capacity = self.row.shape[1]
        return Overlay(
            self.shared, slot, self.private[:capacity], self.row[0], self.visits[0], self.used[0]
        )


def shards_bytes(config: TrainConfig, rows: int, visited: int) -> int:
    """Return what private rows take for a matrix of `rows`, of which a shard visits `visited`."""
    return rows * 4 * (config.n_threads + 1) + SHARDS * (
        matrix_bytes(visited, config) + 12 * visited
    )


@kernel
def forget(overlay: Any) -> None:
    """Make ``overlay.slot`` all -1 again, for the thread's next shard."""
    for k in range(overlay.used[0]):
        overlay.slot[overlay.row[k]] = -1


@kernel
def is_in(row: Any, part: Any, parts: Any) -> Any:
    """Tell whether `part` of `parts` is to merge a row; each row is in one of them.

    Neighbours are spread, since the first rows are those of frequent words; without a division.
    """
    spread = (np.uint64(row) * np.uint64(0x9E3779B1)) & np.uint64(0xFFFFFFFF)
    return (spread * np.uint64(parts)) >> np.uint64(32) == np.uint64(part)


@kernel
def merge_row(store: Any, row: Any, newest: Any, a: Any, ways: Any) -> None:
    """Give a row what its copies gained; `newest` is the last of them."""
    if store.before[newest] < 0:
        copy_row(store.private, newest, store.shared, row)
        return
    visits, most = store.visits.reshape(-1), ways.shape[0]
    total: Any = 0
    share, copy = 0.0, newest
    while copy >= 0:
        n = np.int64(visits[copy])
        total += n
        share += ways[n] if n < most else way(a, n)
        copy = np.int64(store.before[copy])
    gone = ways[total] if total < most else way(a, total)
    f = store.private.dtype.type(gone / share if a > 0 else 1.0)
    stride = store.shared.shape[1]
    for j in range(0, stride, LANES):
        w, gains = load(store.shared, row * stride + j, LANES), zeros(store.shared, LANES)
        copy = newest
        while copy >= 0:
            gains = add(gains, subtract(load(store.private, copy * stride + j, LANES), w))
            copy = np.int64(store.before[copy])
        store_lanes(store.shared, row * stride + j, fma(f, gains, w))


@kernel
def merge(store: Any, shards: Any, a: Any, ways: Any, part: Any, parts: Any) -> None:
    """Merge a part of the rows; disjoint parts may run side by side.

    Parameters
    ----------
    store : PrivateRows
        What the shards have done.
    shards : int
        How many shards the round has.
    a : float
        Learning rate times curvature.
    ways : (TABLE,) float64
        :func:`firth.training.engine.merging.way` of 0, 1, 2, … visits.
    part, parts : int
        Which rows, see :func:`is_in`.
    """
    capacity = store.row.shape[1]
    for s in range(shards):
        for k in range(store.used[s, 0]):
            row = store.row[s, k]
            if is_in(row, part, parts):
                store.before[s * capacity + k] = store.newest[row]
                store.newest[row] = s * capacity + k
                if store.seen.shape[0] > 0:
                    store.seen[row] += store.visits[s, k]
                prefetch_row(store.shared, row)
    for s in range(shards):
        for k in range(store.used[s, 0]):
            row = store.row[s, k]
            if is_in(row, part, parts) and store.newest[row] >= 0:
                merge_row(store, row, np.int64(store.newest[row]), a, ways)
                store.newest[row] = -1
