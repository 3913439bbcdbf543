"""A node: matrices of its own, its threads, and what it does when it is asked to.

It knows of no other node and of no cluster. Whoever drives the run calls it, in this process or by
messages: to train on some tasks, to merge updates of all nodes, to take over what came of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus
from firth.training.cluster.replica import Replica, Update, merged
from firth.training.engine.directions import SAMPLE, Directions, steep
from firth.training.run.memory import matrix_bytes
from firth.training.run.prepare import prepare
from firth.training.run.setup import Setup
from firth.training.run.starting import Start
from firth.training.run.tally import Counts
from firth.training.run.threads import Threads

#: How often a node looks whether it is to stop early.
_LOOK_SECONDS = 0.05

#: Parts of an epoch's tasks: first ones and stops.
Ranges = Sequence[tuple[int, int]]


class Job(NamedTuple):
    """A run as a value: what a node needs to take part in it, besides the text.

    Attributes
    ----------
    config : dict
        The settings, in which nothing is left to the text.
    held_out : float
        Part of the corpus that is not trained on.
    rates : (V,) floats or None
        What part of its steps the input vector of each word takes.
    memory_limit : int or None
        Bytes that a node may take; None for what it has.
    """

    config: Mapping[str, Any]
    held_out: float
    rates: NDArray[np.floating] | None
    memory_limit: int | None


class Report(NamedTuple):
    """What a node says of a piece of work.

    Attributes
    ----------
    counts : list of (int, Counts)
        Of each task that it did.
    left : list of (int, int)
        Ranges of tasks that it was to do, and did not.
    seconds : float
        How long it took, without taking and dividing the update.
    nbytes : list of int
        Size of the pieces of the update, by who is to merge them; empty if there is none.
    """

    counts: list[tuple[int, Counts]]
    left: list[tuple[int, int]]
    seconds: float
    nbytes: list[int]

    @property
    def tokens(self) -> int:
        """Tokens trained on."""
        return sum(counts.tokens for _, counts in self.counts)


def beside(setup: Setup) -> dict[str, int]:
    """Return what a node takes besides what a run on one machine does, in bytes, by purpose."""
    rows = (setup.n_input_rows, setup.n_output_rows)
    sizes = [matrix_bytes(n, setup.config) for n in rows]
    copies = sum(Replica.bytes_beside(size, n) for size, n in zip(sizes, rows, strict=True))
    # An update as it leaves, and what came of those of all nodes.
    return {"copies to compare with": copies, "updates": 2 * sum(sizes)}


class Node:
    """What one node holds.

    Parameters
    ----------
    setup : Setup
        The run, with matrices that are this node's own.

    Attributes
    ----------
    commits : int
        How often all nodes have agreed on all rows, or this one was given another's.
    """

    def __init__(self, setup: Setup) -> None:
        dim = setup.config.dim
        self.setup = setup
        self.replicas = Replica(setup.inputs, dim), Replica(setup.outputs, dim)
        self.threads = Threads(setup, (self.replicas[0].visits, self.replicas[1].visits))
        self.commits = 0
        self._directions: tuple[Directions, Directions] | None = None
        self._ranks: list[NDArray[np.int64]] = []
        self._counts: list[tuple[int, Counts]] = []
        self._cut = 0
        self._team = self.threads.team(self._add)
        self._team.start()

    @classmethod
    def of(cls, job: Job, corpus: EncodedCorpus, threads: int) -> Node:
        """Make a node of a run, for a corpus that is on its disk."""
        config = TrainConfig.from_dict({**job.config, "threads": threads})
        setup = prepare(
            config,
            corpus,
            held_out=job.held_out,
            memory_limit=job.memory_limit,
            start=Start(rates=job.rates),
            beside=beside,
        )
        return cls(setup).warm()

    def warm(self) -> Self:
        """Compile all kernels, or load them from the cache, by working on nothing."""
        self.threads.warm_up()
        _, piece = self.train(0, [], 1, None, True)
        _, update = self.merge(1.0, piece)
        self.give(None, update)
        self.restore()
        return self

    def process(self) -> int:
        """Return the number of its process."""
        return os.getpid()

    def at(self) -> int:
        """Return how often all nodes have agreed on all rows."""
        return self.commits

    def close(self) -> None:
        """End its threads."""
        self._team.close()

    def load(self, state: tuple[NDArray[Any], NDArray[Any]], commits: int) -> None:
        """Take over the matrices of another node, as :meth:`state` gives them."""
        for replica, values in zip(self.replicas, state, strict=True):
            replica.load(values)
        self._agree(commits)

    def state(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return its matrices, (rows, dim) each."""
        dim = self.setup.config.dim
        return self.setup.inputs[:, :dim], self.setup.outputs[:, :dim]

    def commit(self, commits: int) -> None:
        """Declare what it has to be what all have: it was alone."""
        for replica in self.replicas:
            replica.commit()
        self._agree(commits)

    def restore(self) -> None:
        """Go back to the last commit: a round begins again."""
        for replica in self.replicas:
            replica.restore()

    def cut(self, number: int) -> None:
        """Stop the work of this number, or below, after the tasks that are being done."""
        self._cut = max(self._cut, number)

    def train(self, number: int, ranges: Ranges, nodes: int, most: int | None, fresh: bool) -> Any:
        """Train on ranges of tasks; return a report, and the update in pieces.

        Parameters
        ----------
        number : int
            By which :meth:`cut` names this work.
        ranges : sequence of (int, int)
            First tasks and stops.
        nodes : int
            How many nodes merge the update, each a piece; 0 if nobody does.
        most : int or None
            Only so many rows are exchanged, those that were visited most in the round before; None
            for all.
        fresh : bool
            The next part begins where this one began: make all rows again what they were.

        Returns
        -------
        Report, pair of Update, ...
            As many pairs (of input rows, of output rows) as there are `nodes`; without any, the
            report alone.
        """
        began, left = time.perf_counter(), self._do(number, ranges)
        seconds = time.perf_counter() - began
        counts, self._counts = self._counts, []
        if not nodes:
            for replica in self.replicas:
                replica.visits[:] = 0
            return Report(counts, left, seconds, [])
        updates = [
            replica.take(wanted, nodes)
            for replica, wanted in zip(self.replicas, self._wanted_of(most), strict=True)
        ]
        if fresh:
            for replica, taken in zip(self.replicas, updates, strict=True):
                for update in taken:
                    replica.forget(update)
        pieces = list(zip(*updates, strict=True))
        nbytes = [sum(update.nbytes for update in piece) for piece in pieces]
        return (Report(counts, left, seconds, nbytes), *pieces)

    def merge(self, a: float, *pieces: tuple[Update, Update]) -> tuple[int, tuple[Update, Update]]:
        """Merge the pieces of all updates, in their order, that fall to this node.

        Returns
        -------
        int, pair of Update
            The size of what comes of it, and that.
        """
        if self._directions is None:
            # Rows curve as those of the other matrix lie. As all agreed on them, at the commit:
            # so whoever merges a row weighs it alike.
            inputs, outputs = (
                steep(replica.agreed[some], replica.dim)
                for replica, some in zip(self.replicas, self.setup.frequent(SAMPLE), strict=True)
            )
            self._directions = outputs, inputs
        one, other = (
            merged([_update(piece[n]) for piece in pieces], a, directions)
            for n, directions in enumerate(self._directions)
        )
        return one.nbytes + other.nbytes, (one, other)

    def give(self, commits: int | None, *pieces: tuple[Update, Update]) -> None:
        """Take over what all nodes have agreed on.

        Parameters
        ----------
        commits : int or None
            How often they have agreed on all rows with this time; None if this is of some rows.
        *pieces : pair of Update
            From each node what it has merged.
        """
        final = commits is not None
        for n, replica in enumerate(self.replicas):
            visits = np.zeros(len(replica.visits), np.int32) if final else None
            for piece in pieces:
                update = _update(piece[n])
                replica.give(update, final=final)
                if visits is not None:
                    visits[update.rows] = update.visits
            if visits is not None and not self.setup.config.deterministic:
                self._rank(n, visits)
        if commits is not None:
            self._agree(commits)

    def _agree(self, commits: int) -> None:
        self.commits, self._directions = commits, None

    def _rank(self, n: int, visits: NDArray[np.int32]) -> None:
        """Note which rows of a matrix were visited most: all nodes note the same."""
        del self._ranks[n:]
        self._ranks.append(np.argsort(-visits, kind="stable"))

    def _wanted_of(self, most: int | None) -> list[NDArray[np.bool_] | None]:
        if most is None or len(self._ranks) < len(self.replicas):
            return [None, None]
        wanted: list[NDArray[np.bool_] | None] = []
        for replica, ranks in zip(self.replicas, self._ranks, strict=True):
            some = np.zeros(len(replica.visits), np.bool_)
            some[ranks[:most]] = True
            wanted.append(some)
        return wanted

    def _do(self, number: int, ranges: Ranges) -> list[tuple[int, int]]:
        """Train on ranges until told to stop; return what is left."""
        for n, (first, stop) in enumerate(ranges):
            if number <= self._cut:
                return list(ranges[n:])
            self._team.begin(self.threads.phases(first, stop))
            while not self._team.wait(_LOOK_SECONDS):
                if number <= self._cut:
                    task = self._team.pause()
                    self._team.drop()
                    rest = [] if task is None else [(task, stop)]
                    return rest + list(ranges[n + 1 :])
        return []

    def _add(self, task: int, counts: Counts) -> None:
        self._counts.append((task, counts))


def _update(piece: Any) -> Update:
    """Make an update read-only, as those are that come from elsewhere: one kernel serves both."""
    rows, visits, gains = (array.view() for array in piece)
    for array in (rows, visits, gains):
        array.setflags(write=False)
    return Update(rows, visits, gains)
