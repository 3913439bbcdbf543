"""The same result at any number of threads: rounds of shards, merged in a fixed order.

The corpus is divided into *shards* of about ``SHARD_TOKENS`` tokens (``shards.py``), and a *round*
is ``SHARDS`` of them in a row, however many threads there are. All threads train shards of a round,
meet, merge a part of the rows each, meet again, and begin the next round. So many rounds follow
each other within one call that Python's part is small: with one call a shard it took a tenth of the
time, and shards had to be four times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.kernels.compiler import kernel
from firth.training.engine.chunks import Segment, lay_out
from firth.training.engine.merging import fill_ways
from firth.training.engine.rng import SUBSAMPLE, WINDOW, stream_key
from firth.training.engine.steps import Work, train_segment
from firth.training.run.rounds.barrier import abandon, meet, new_barrier, take
from firth.training.run.rounds.shards import (
    CURVATURE,
    SHARDS,
    TABLE,
    Overlay,
    PrivateRows,
    forget,
    merge,
    shards_bytes,
)
from firth.training.run.setup import Setup
from firth.training.run.tally import Counts
from firth.training.run.team import Phase
from firth.training.run.worker import Worker

#: Rounds of one call. Between calls a run can be stopped and saved.
ROUNDS = 32


class Plan(NamedTuple):
    """What some rounds train on, and how.

    Attributes
    ----------
    ids : (n,) int32
        Their tokens.
    bounds : (shards, 2) int64
        Where each shard begins and ends, from the first token.
    start : int
        Position of the first token in the corpus.
    offsets : (m,) int64
        Where the sentences that touch them begin, and the last one ends.
    sentences : (shards, 2) int64
        Which of these belong to each shard.
    rates : (shards, 2) float64
        Learning rate at each shard's start and end.
    every : (shards,) int64
        On one chunk in how many the loss is measured.
    keep : (V,) uint64
        Probability of keeping each word, times 2^32.
    keys : (2,) uint64
        Streams of draws for subsampling and windows.
    a : (rounds,) float64
        Learning rate times curvature.
    ways : (rounds, TABLE) float64
        See :func:`firth.training.run.rounds.shards.merge`.
    counts : (shards, 2) int64
        Filled: pairs trained on, and those measured.
    losses : (shards,) float64
        Filled: the sum of J over these.
    done : (shards,) bool
        Filled: whether this thread trained the shard.
    """

    ids: NDArray[np.int32]
    bounds: NDArray[np.int64]
    start: int
    offsets: NDArray[np.int64]
    sentences: NDArray[np.int64]
    rates: NDArray[np.float64]
    every: NDArray[np.int64]
    keep: NDArray[np.uint64]
    keys: NDArray[np.uint64]
    a: NDArray[np.float64]
    ways: NDArray[np.float64]
    counts: NDArray[np.int64]
    losses: NDArray[np.float64]
    done: NDArray[np.bool_]


@kernel
def train_rounds(
    architecture: Any,
    unit: Any,
    objective: Any,
    segment: Any,
    widths: Any,
    chunk_size: Any,
    batch_size: Any,
    work: Any,
    plan: Any,
    inputs: Any,
    outputs: Any,
    input_slot: Any,
    output_slot: Any,
    barrier: Any,
    thread: Any,
    threads: Any,
) -> None:
    """Take shards of a round and train them, meet the others, merge a part of the rows, and so on.

    Parameters
    ----------
    architecture, unit, objective, chunk_size, batch_size
        See :func:`firth.training.engine.steps.train_segment`.
    segment : Segment
        Room for a shard's tokens.
    widths : (int, int)
        Least and largest half-width.
    work : Work
        This thread's buffers; its matrices are not used.
    plan : Plan
        The rounds. Results of this thread's shards are left in it.
    inputs, outputs : PrivateRows
        Both matrices, and what shards do to them.
    input_slot, output_slot : (rows,) int32
        This thread's maps, all -1.
    barrier : (32,) int64
        Where the threads meet.
    thread, threads : int
        Number of this thread, from 0, and how many there are.
    """
    shards = plan.every.shape[0]
    n_in, n_out = inputs.row.shape[1], outputs.row.shape[1]
    for first in range(0, shards, SHARDS):
        last = min(shards, first + SHARDS)
        s = take(barrier)
        while s < last - first:
            shard = first + s
            begin, end = plan.bounds[shard, 0], plan.bounds[shard, 1]
            n = lay_out(
                plan.ids[begin:end],
                plan.start + begin,
                plan.offsets[plan.sentences[shard, 0] : plan.sentences[shard, 1]],
                plan.keep,
                widths,
                plan.keys[0],
                plan.keys[1],
                segment,
            )
            kept = Segment(
                segment.words[:n], segment.position[:n], segment.first[:n], segment.last[:n]
            )
            inputs.used[s, 0] = outputs.used[s, 0] = 0
            mine = Overlay(
                inputs.shared,
                input_slot,
                inputs.private[s * n_in : (s + 1) * n_in],
                inputs.row[s],
                inputs.visits[s],
                inputs.used[s],
            )
            its = Overlay(
                outputs.shared,
                output_slot,
                outputs.private[s * n_out : (s + 1) * n_out],
                outputs.row[s],
                outputs.visits[s],
                outputs.used[s],
            )
            pairs, measured, loss = train_segment(
                architecture,
                unit,
                objective,
                kept,
                chunk_size,
                batch_size,
                plan.rates[shard, 0],
                plan.rates[shard, 1],
                plan.every[shard],
                Work(
                    mine,
                    its,
                    work.hidden,
                    work.d_hidden,
                    work.hidden_rows,
                    work.d_hidden_rows,
                ),
            )
            forget(mine)
            forget(its)
            plan.counts[shard, 0], plan.counts[shard, 1] = pairs, measured
            plan.losses[shard], plan.done[shard] = loss, True
            s = take(barrier)
        if not meet(barrier, threads):
            return
        number = first // SHARDS
        merge(inputs, last - first, plan.a[number], plan.ways[number], thread, threads)
        merge(outputs, last - first, plan.a[number], plan.ways[number], thread, threads)
        if not meet(barrier, threads):
            return


class Rounds:
    """A run in rounds of shards: what all threads share of it.

    Parameters
    ----------
    setup : Setup
        The run; its tasks are the shards.
    visits : pair of (rows,) int32, optional
        Adds up how often each input and output row is visited.
    """

    def __init__(
        self, setup: Setup, visits: tuple[NDArray[np.int32], NDArray[np.int32]] | None = None
    ) -> None:
        config, schedule = setup.config, setup.schedule
        self.setup = setup
        architecture = setup.architecture.build(config)
        self.curvature = CURVATURE * architecture.mean_pairs
        self.threads = min(config.n_threads, schedule.per_epoch)
        visited = setup.most_rows(setup.longest_task)
        self.private = tuple(
            PrivateRows.of(matrix, config.dim, most, seen)
            for matrix, most, seen in zip(
                (setup.inputs, setup.outputs), visited, visits or (None, None), strict=True
            )
        )
        self.barrier = new_barrier()

    def phases(self, first: int, stop: int) -> Iterator[Phase]:
        """Yield what there is to do for tasks `first` to `stop`, within an epoch."""
        # Rounds begin at multiples from the epoch's first task, wherever the run was resumed:
        # checkpoints are written between rounds only.
        size = ROUNDS * SHARDS
        for task in range(first, stop, size):
            tasks = range(task, min(task + size, stop))
            yield Phase(range(self.threads), "before", tasks)

    def give_up(self) -> None:
        """Send away all threads that wait for each other: one has failed."""
        abandon(self.barrier)

    def measure(self, worker: Worker, number: int) -> Counts:
        """Measure a range of a worker's text by the kernels of the rounds; all threads rest."""
        overlays = [own.overlay(np.full(len(own.shared), -1, np.int32)) for own in self.private]
        for overlay in overlays:
            overlay.used[0] = 0
        return worker.measure(number, *overlays)


def rounds_bytes(setup: Setup) -> int:
    """Return what private rows take, beside the matrices."""
    rows = (setup.n_input_rows, setup.n_output_rows)
    visited = setup.most_rows(setup.longest_task)
    return sum(shards_bytes(setup.config, n, most) for n, most in zip(rows, visited, strict=True))


class RoundsWorker:
    """One thread of a run in rounds."""

    def __init__(self, rounds: Rounds, add: Callable[[int, Counts], None]) -> None:
        self.setup, self.rounds, self.add = rounds.setup, rounds, add
        self.worker = Worker(self.setup)
        self.slots = [np.full(len(own.shared), -1, np.int32) for own in rounds.private]

    def run(self, phase: Phase, share: int) -> None:
        """Take part in some rounds as thread number `share`."""
        plan = self.plan(phase.tasks)
        self.train(plan, phase.tasks.start, share, self.rounds.threads)
        for shard in np.flatnonzero(plan.done):
            tokens = int(plan.bounds[shard, 1] - plan.bounds[shard, 0])
            pairs, measured = plan.counts[shard].tolist()
            task = phase.tasks.start + int(shard)
            self.add(task, Counts(tokens, pairs, measured, float(plan.losses[shard])))

    def warm_up(self) -> None:
        """Compile the kernels by training on nothing."""
        self.train(self.plan(range(0)), 0, 0, 1)

    def train(self, plan: Plan, task: int, thread: int, threads: int) -> None:
        """Call the kernel."""
        config, setup, own = self.setup.config, self.setup, self.worker
        train_rounds(
            own.architecture,
            setup.unit,
            own.objective_at(setup.schedule.place(task)[0]),
            own.segment,
            config.widths,
            config.chunk_size,
            config.batch_size,
            own.buffers,
            plan,
            self.rounds.private[0],
            self.rounds.private[1],
            self.slots[0],
            self.slots[1],
            self.rounds.barrier,
            thread,
            threads,
        )

    def plan(self, tasks: range) -> Plan:
        """Read what some tasks train on; all of them are of one epoch."""
        setup, schedule, corpus = self.setup, self.setup.schedule, self.setup.corpus
        ranges, seed = schedule.ranges, setup.config.seed
        epoch, number = schedule.place(tasks.start)
        part = slice(number, number + len(tasks))
        starts, stops = ranges.token_start[part], ranges.token_stop[part]
        first, last = ranges.first_sentence[part], ranges.last_sentence[part]
        start, stop = (int(starts[0]), int(stops[-1])) if len(tasks) else (0, 0)
        sentence = int(first[0]) if len(tasks) else 0
        before = epoch * schedule.epoch_tokens + np.stack([starts, stops], axis=1)
        rates = schedule.rate(before)
        a = self.rounds.curvature * rates[::SHARDS, 0]
        ways = np.empty((len(a), TABLE))
        fill_ways(a, ways)
        measured = np.arange(tasks.start, tasks.stop) % setup.measure_tasks == 0
        return Plan(
            corpus.read(start, stop),
            np.stack([starts, stops], axis=1) - start,
            start,
            corpus.read_offsets(sentence, int(last[-1]) + 2 if len(tasks) else 1),
            np.stack([first - sentence, last - sentence + 2], axis=1),
            rates,
            np.where(measured, setup.measure_every, 0),
            setup.keep,
            np.array([stream_key(seed, SUBSAMPLE, epoch), stream_key(seed, WINDOW, epoch)]),
            a,
            ways,
            np.zeros((len(tasks), 2), np.int64),
            np.zeros(len(tasks)),
            np.zeros(len(tasks), np.bool_),
        )
