"""The same result at any number of threads: rounds of shards, merged in a fixed order.

The corpus is divided into *shards* of about :data:`SHARD_TOKENS` tokens, and a *round* is
:data:`SHARDS` of them in a row, however many threads there are. Each shard is trained, from the
matrices as they were at the round's beginning, on private copies of the rows that it visits, by
the same engine: :class:`Overlay` takes a matrix's place. When all shards of a round are done, each
row that was visited is merged::

    w ← w + f Σ_s (w_s - w)          s: the shards that visited it, in their order

and the next round begins. Who trains a shard or merges a row has no influence on any bit.

Why it converges. A row that one shard visits gets its update as it is. For a row that several
visit the updates stem from the same start. If they are small against its way to the optimum, their
sum is what one thread would have done. If each shard's own updates have brought the row near its
optimum (words that occur in every sentence), the sum would overshoot by as many times as there are
shards, and grow from round to round; their mean is right then (local SGD with parameter averaging:
Stich 2019, "Local SGD converges fast and communicates little"). Near an optimum, n visits bring a
row 1 - exp(-a n) of the way, where a is the learning rate times the curvature. So one thread would
go 1 - exp(-a Σ n_s) of it, and the shards together go Σ (1 - exp(-a n_s)); f is the one divided by
the other: 1 for a row that is visited seldom, one over the number of shards for one that is visited
all the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.training.blocks import (
    LANES,
    add_multiple,
    aligned_zeros,
    copy_row,
    place_of,
    prefetch_row,
    rows_of,
    shared_place_of,
    sum_rows,
    whole_of,
)
from firth.training.compiler import implements, kernel
from firth.training.history import Counts
from firth.training.lanes import fma, load, store, zeros
from firth.training.memory import matrix_bytes
from firth.training.schedules import Schedule
from firth.training.team import Phase
from firth.training.worker import SegmentTrainer

SHARDS = 8
SHARD_TOKENS = 1_000
#: Curvature times the share of a visit: the exponent a is this times the learning rate. Held-out
#: loss after two epochs of 3 million words (2.520 for Hogwild), with shards of 2,000 tokens: 2.555
#: at 0.5 (and 3.86 after the first epoch: it overshoots), 2.549 at 5, 2.577 at 25, 2.588 at 100
#: (a plain mean). Shards of 500 tokens: 2.536 at 5.
CURVATURE = 5.0

_VISIT, _PLACE = 1 << 32, (1 << 32) - 1


class Overlay(NamedTuple):
    """A matrix as one shard sees it: shared rows, and private copies of those it has visited.

    Attributes
    ----------
    shared : (rows, stride)
        The matrix, which stays as it is during the round.
    slot : (rows,) int64
        Where the private copy of a row is, and 2^32 times how often the row was read or written;
        -1 if there is no copy.
    private : (capacity, stride)
        The copies, in the order of their first visit.
    row : (capacity,) int32
        The row that each is of.
    visits : (capacity,) int32
        How often each was visited; written by :func:`forget`.
    used : (1,) int64
        How many there are.
    """

    shared: NDArray[Any]
    slot: NDArray[np.int64]
    private: NDArray[Any]
    row: NDArray[np.int32]
    visits: NDArray[np.int32]
    used: NDArray[np.int64]


@implements(rows_of, Overlay)
def _rows_of_overlay(matrix: Any) -> Any:
    return matrix.private


@kernel
def _copy(matrix: Any, row: Any) -> Any:
    place = matrix.used[0]
    matrix.used[0] = place + 1
    matrix.row[place] = row
    copy_row(matrix.shared, row, matrix.private, place)
    return place


@implements(place_of, Overlay)
def _place_of_overlay(matrix: Any, row: Any) -> Any:
    # One array for both figures: what is said here is said for every row that is moved.
    known = matrix.slot[row]
    if known < 0:
        known = _copy(matrix, row)
    matrix.slot[row] = known + _VISIT
    return known & _PLACE


@implements(whole_of, Overlay)
def _whole_of_overlay(matrix: Any) -> Any:
    # Who asks for the whole never asks for single rows: copies are in the order of the rows.
    for row in range(matrix.shared.shape[0]):
        place_of(matrix, row)
    return matrix.private


@implements(sum_rows, Overlay)
def _sum_rows_overlay(matrix: Any, rows: Any, weight: Any, out: Any, at: Any) -> None:
    stride = out.shape[1]
    flat = out.reshape(-1)
    zero = zeros(out, LANES)
    for j in range(0, stride, LANES):
        store(flat, at * stride + j, zero)
    for r in rows:
        place, source = place_of(matrix, r), rows_of(matrix)
        for j in range(0, stride, LANES):
            x = load(source, place * stride + j, LANES)
            store(flat, at * stride + j, fma(weight, x, load(flat, at * stride + j, LANES)))


@implements(shared_place_of, Overlay)
def _shared_place_of_overlay(matrix: Any, row: Any) -> Any:
    known = matrix.slot[row]
    if known < 0:
        return matrix.shared, np.int64(row)
    return matrix.private, known & _PLACE


class Store(NamedTuple):
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
    total, share : (rows,) float32
        Σ n_s and Σ (1 - exp(-a n_s)) of each row while it is merged; 0 otherwise.
    """

    shared: NDArray[Any]
    private: NDArray[Any]
    row: NDArray[np.int32]
    visits: NDArray[np.int32]
    used: NDArray[np.int64]
    total: NDArray[np.float32]
    share: NDArray[np.float32]

    @classmethod
    def of(cls, matrix: NDArray[Any], dim: int) -> Store:
        """Make a store for a matrix; every shard may visit every row."""
        rows = len(matrix)
        return cls(
            matrix,
            aligned_zeros(SHARDS * rows, dim, str(matrix.dtype)),
            np.zeros((SHARDS, rows), np.int32),
            np.zeros((SHARDS, rows), np.int32),
            np.zeros((SHARDS, 1), np.int64),
            np.zeros(rows, np.float32),
            np.zeros(rows, np.float32),
        )

    def overlay(self, shard: int, slot: NDArray[np.int64]) -> Overlay:
        """Return the matrix as a shard sees it, nothing visited yet; `slot` is all -1."""
        self.used[shard] = 0
        rows = len(self.shared)
        private = self.private[shard * rows : (shard + 1) * rows]
        figures = self.row[shard], self.visits[shard], self.used[shard]
        return Overlay(self.shared, slot, private, *figures)


def shards_bytes(config: TrainConfig, rows: int) -> int:
    """Return about what shards and maps take for matrices of so many rows together."""
    visited = min(rows, 8 * SHARD_TOKENS)
    return rows * 8 * (config.n_threads + 1) + SHARDS * (
        matrix_bytes(visited, config) + 8 * visited
    )


@kernel
def forget(overlay: Any) -> None:
    """Write the visits down; make ``overlay.slot`` all -1 again, for the thread's next shard."""
    for k in range(overlay.used[0]):
        overlay.visits[k] = overlay.slot[overlay.row[k]] >> 32
        overlay.slot[overlay.row[k]] = -1


@kernel
def merge(store: Any, shards: Any, a: Any, part: Any, parts: Any) -> None:
    """Merge the rows whose number is `part` modulo `parts`; disjoint parts may run side by side.

    Parameters
    ----------
    store : Store
        What the shards have done.
    shards : int
        How many shards the round has.
    a : float
        Learning rate times curvature.
    part, parts : int
        Which rows.
    """
    capacity = store.row.shape[1]
    one = store.private.dtype.type(1)
    for s in range(shards):
        for k in range(store.used[s, 0]):
            row = store.row[s, k]
            if row % parts == part:
                visits = np.float32(store.visits[s, k])
                store.total[row] += visits
                store.share[row] += 1 - math.exp(-a * visits)
                prefetch_row(store.shared, row)
    for s in range(shards):
        for k in range(store.used[s, 0]):
            row = store.row[s, k]
            if row % parts == part:
                if store.total[row] == store.visits[s, k]:
                    copy_row(store.private, s * capacity + k, store.shared, row)
                else:
                    add_multiple(store.private, s * capacity + k, -one, store.shared, row)
    for s in range(shards):
        for k in range(store.used[s, 0]):
            row = store.row[s, k]
            if row % parts == part and store.total[row] != store.visits[s, k]:
                f = (1 - math.exp(-a * store.total[row])) / store.share[row] if a > 0 else 1.0
                add_multiple(store.shared, row, one * f, store.private, s * capacity + k)
    for s in range(shards):
        for k in range(store.used[s, 0]):
            row = store.row[s, k]
            if row % parts == part:
                store.total[row] = store.share[row] = 0


class Rounds:
    """A run in rounds of shards: what all threads share of it.

    Parameters
    ----------
    config : TrainConfig
        How to train.
    schedule : Schedule
        The run; its units are the shards.
    inputs, outputs : (rows, stride)
        The matrices.
    """

    def __init__(
        self, config: TrainConfig, schedule: Schedule, inputs: NDArray[Any], outputs: NDArray[Any]
    ) -> None:
        self.schedule = schedule
        self.parts = config.n_threads
        self.stores = Store.of(inputs, config.dim), Store.of(outputs, config.dim)

    def phases(self, first: int, stop: int) -> Iterator[Phase]:
        """Yield what there is to do for units `first` to `stop`, within an epoch."""
        # Rounds begin at multiples from the epoch's first unit, wherever the run was resumed:
        # checkpoints are written between rounds only.
        for unit in range(first, stop, SHARDS):
            units = range(unit, min(unit + SHARDS, stop))
            yield Phase("train", units, "before", units)
            yield Phase("merge", range(self.parts), "never", units)

    def slots(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Make one thread's maps from rows to private copies, for both matrices."""
        inputs, outputs = (np.full(len(store.shared), -1, np.int64) for store in self.stores)
        return inputs, outputs

    def merge(self, units: range, part: int) -> None:
        """Merge a part of the rows that the shards of a round have visited."""
        a = CURVATURE * self.schedule.rate(self.schedule.tokens_before(units.start))
        for part_of in self.stores:
            merge(part_of, len(units), a, part, self.parts)


class ShardWorker:
    """One thread of a run in rounds."""

    def __init__(self, segments: SegmentTrainer, rounds: Rounds, add: Callable[[Counts], None]):
        self.segments, self.rounds, self.add = segments, rounds, add
        self.slots = rounds.slots()

    def run(self, phase: Phase, task: int) -> None:
        """Train one shard, or merge one part."""
        if phase.kind == "merge":
            self.rounds.merge(phase.units, task)
            return
        overlays = self.overlays(task - phase.units.start)
        counts = self.segments.train(task, *overlays)
        for overlay in overlays:
            forget(overlay)
        self.add(counts)

    def overlays(self, shard: int) -> list[Overlay]:
        """Return both matrices as a shard sees them."""
        pairs = zip(self.rounds.stores, self.slots, strict=True)
        return [store.overlay(shard, slot) for store, slot in pairs]

    def warm_up(self) -> None:
        """Compile the kernels by training on nothing and merging nothing."""
        overlays = self.overlays(0)
        self.segments.warm_up(*overlays)
        for overlay in overlays:
            forget(overlay)
        self.rounds.merge(range(1), 0)
