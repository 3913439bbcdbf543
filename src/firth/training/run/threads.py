"""The threads of this machine, as who does a run's work: Hogwild, or rounds of shards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from firth.training.engine.counted import Counted
from firth.training.run.rounds.rounds import Rounds, RoundsWorker
from firth.training.run.setup import Setup
from firth.training.run.tally import Counts
from firth.training.run.team import Phase, Team
from firth.training.run.worker import Worker

Add = Callable[[int, Counts], None]


class Crew(Protocol):
    """Who does the work of a run: the threads of this machine, or the nodes of a cluster."""

    def team(self, add: Add) -> Team:
        """Make the team that works through phases; `add` gets what tasks report."""

    def phases(self, first: int, stop: int) -> Iterator[Phase]:
        """Yield what there is to do for tasks `first` to `stop`, within an epoch."""

    def warm_up(self) -> None:
        """Compile the kernels by training on nothing."""

    def fetch(self) -> None:
        """Bring the weights up to date; the team rests."""

    def measure(self, worker: Worker, number: int) -> Counts:
        """Measure a range of a worker's text on the weights as they are; the team rests."""

    def facts(self) -> dict[str, Any]:
        """Return fields of :class:`firth.progress.Progress` that it alone knows."""


class Threads:
    """A run's threads and the matrices that they share.

    Parameters
    ----------
    setup : Setup
        The run; its matrices are trained in place.
    visits : pair of (rows,) int32, optional
        Counts how often each input and output row is visited.
    """

    def __init__(
        self, setup: Setup, visits: tuple[NDArray[np.int32], NDArray[np.int32]] | None = None
    ) -> None:
        self.setup = setup
        self.rounds = Rounds(setup, visits) if setup.config.deterministic else None
        self.matrices: tuple[Any, Any] = (setup.inputs, setup.outputs)
        if visits is not None:
            self.matrices = Counted(setup.inputs, visits[0]), Counted(setup.outputs, visits[1])

    def team(self, add: Add) -> Team:
        """Make the threads."""
        setup, rounds = self.setup, self.rounds
        n_threads = min(setup.config.n_threads, setup.schedule.per_epoch)
        return Team(n_threads, lambda: self._worker(add), rounds.give_up if rounds else _nothing)

    def phases(self, first: int, stop: int) -> Iterator[Phase]:
        """Yield what there is to do for tasks `first` to `stop`, within an epoch."""
        if self.rounds is not None:
            yield from self.rounds.phases(first, stop)
        else:
            yield Phase(range(first, stop), "always", range(first, stop))

    def warm_up(self) -> None:
        """Compile the kernels, or load them from the cache."""
        self._worker(lambda task, counts: None).warm_up()

    def fetch(self) -> None:
        """Do nothing: the weights are here."""

    def measure(self, worker: Worker, number: int) -> Counts:
        """Measure a range of a worker's text on the weights as they are."""
        if self.rounds is not None:
            return self.rounds.measure(worker, number)
        return worker.measure(number, self.setup.inputs, self.setup.outputs)

    def facts(self) -> dict[str, Any]:
        """Return nothing: a recorder knows it all."""
        return {}

    def _worker(self, add: Add) -> _Hogwild | RoundsWorker:
        if self.rounds is not None:
            return RoundsWorker(self.rounds, add)
        return _Hogwild(self, add)


class _Hogwild:
    """One thread of a run in which all threads write to the same matrices."""

    def __init__(self, threads: Threads, add: Add) -> None:
        self.worker, self.add = Worker(threads.setup), add
        self.matrices = threads.matrices

    def run(self, phase: Phase, share: int) -> None:
        self.add(share, self.worker.train(share, *self.matrices))

    def warm_up(self) -> None:
        self.worker.warm_up(*self.matrices)


def _nothing() -> None:
    """Nobody waits for anybody: there is nobody to send away."""
