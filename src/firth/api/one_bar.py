"""Many runs shown as one piece of work, by their number or by time."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from firth.progress import OnProgress, Progress
from firth.tuning.budget import Clock


class OneBar:
    """Shows many runs as one.

    Parameters
    ----------
    tell : callable
        Gets records of all runs together.
    runs : int
        How many there are.
    missing : sequence of int
        The numbers, from 1, of those that are trained now.

    Attributes
    ----------
    said : bool
        A run has ended: what it warned of holds for the others.
    """

    def __init__(self, tell: OnProgress, runs: int, missing: Sequence[int]) -> None:
        self.tell, self.runs, self.missing = tell, runs, list(missing)
        self.said, self.done = False, 0
        self.started = time.monotonic()

    def __call__(self, record: Progress) -> bool | None:
        """Take a record of the run in progress."""
        if record.stage != "train":
            return self.tell(record) if not self.done else None
        before = self.runs - len(self.missing) + self.done  # runs that have ended, now or earlier
        elapsed = time.monotonic() - self.started
        new = self.done + (record.fraction or 0.0)
        left = len(self.missing) - new
        return self.tell(
            Progress(
                "train",
                words=before * record.total_words + record.words,
                total_words=self.runs * record.total_words,
                epoch=record.epoch,
                epochs=record.epochs,
                loss=record.loss,
                learning_rate=record.learning_rate,
                words_per_second=record.words_per_second,
                elapsed=elapsed,
                eta=elapsed * left / new if new else None,
                run=before + 1,
                runs=self.runs,
            )
        )

    def next(self) -> None:
        """Go on to the next run."""
        self.done += 1


class ByTime:
    """Shows a search as one piece of work, by the time that it may take; stops what is late.

    Parameters
    ----------
    tell : callable
        Gets records of the stage ``"tune"``.
    clock : Clock
        The time there is.

    Attributes
    ----------
    late : bool
        The run in progress was stopped since it took too long.
    """

    def __init__(self, tell: OnProgress, clock: Clock) -> None:
        self.tell, self.clock, self.late = tell, clock, False
        self._number, self._most, self._began = 0, math.inf, 0.0
        self._compiled = False

    def begin(self, number: int, most: float | None) -> None:
        """Go on to a run of a trial, which may take so many seconds."""
        self._number, self.late = number, False
        self._most = math.inf if most is None else most
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long the run in progress has trained: without what was compiled before."""
        return time.monotonic() - self._began

    def __call__(self, record: Progress) -> bool | None:
        """Take a record of the run in progress."""
        if record.stage != "train":
            if record.words:  # the kernels are ready
                self._began += record.elapsed
            first, self._compiled = not self._compiled, self._compiled or bool(record.words)
            return self.tell(record) if first else None
        wished = self.tell(
            Progress(
                "tune",
                words=round(min(self.clock.spent, self.clock.seconds)),
                total_words=max(1, round(self.clock.seconds)),
                epoch=record.epoch,
                epochs=record.epochs,
                loss=record.loss,
                learning_rate=record.learning_rate,
                words_per_second=record.words_per_second,
                elapsed=self.clock.spent,
                eta=max(0.0, self.clock.left),
                run=self._number,
            )
        )
        if not wished and self.seconds > self._most:
            self.late = True
        return wished or self.late
