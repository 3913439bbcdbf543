"""The loss along a run, whatever its length and its number of epochs: a curve of some points.

The tasks of the run are divided into stretches of equal number, and each keeps sums of its own.
Which stretch a task belongs to depends on its number alone: the curve does not depend on the order
in which threads finish, and a run that goes on from a checkpoint has the same one.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

from firth.training.run.schedules import Schedule
from firth.training.run.tally import Counts, Tally

#: Stretches of a run; fewer if it has fewer tasks.
STRETCHES = 100
#: Pairs that a point is the mean of, at the least, if there are as many: of fewer it is chance.
FEWEST_PAIRS = 100


class Point(NamedTuple):
    """The loss of one stretch.

    Attributes
    ----------
    words : int
        Raw words done at its end, all epochs together.
    loss : float
        Mean J a pair within it, in nats; of the first point, at 0 words, that of vectors that know
        nothing.
    learning_rate : float
        At its end.
    """

    words: int
    loss: float
    learning_rate: float


class Curve:
    """Adds up the counts of a run by stretches.

    Parameters
    ----------
    schedule : Schedule
        The run.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.stretches = [Tally() for _ in range(min(STRETCHES, schedule.n_tasks))]

    def add(self, task: int, counts: Counts) -> None:
        """Add what a task reports."""
        self.stretches[task * len(self.stretches) // self.schedule.n_tasks].add(counts)

    def points(self, untrained_loss: float) -> list[Point]:
        """Return the curve; stretches with few pairs are put to the next, or else the last.

        Parameters
        ----------
        untrained_loss : float
            Mean J a pair before training, in nats.
        """
        schedule, parts, tokens = self.schedule, [Tally()], 0
        ends = [0]
        for stretch in self.stretches:
            if parts[-1].measured >= FEWEST_PAIRS:
                parts.append(Tally())
                ends.append(0)
            parts[-1].join(stretch)
            tokens += stretch.tokens
            ends[-1] = tokens
        if len(parts) > 1 and parts[-1].measured < FEWEST_PAIRS:
            parts[-2].join(parts.pop())
            ends[-2:] = ends[-1:]
        points = [Point(0, untrained_loss, schedule.learning_rate)]
        for part, end in zip(parts, ends, strict=True):
            if part.mean_loss is not None:
                words = round(end * schedule.raw_per_token)
                points.append(Point(words, part.mean_loss, schedule.rate(end)))
        return points

    def state(self) -> list[dict[str, Any]]:
        """Return what a checkpoint keeps, as JSON can hold it."""
        return [dataclasses.asdict(stretch) for stretch in self.stretches]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Continue from what :meth:`state` returned."""
        self.stretches = [Tally(**stretch) for stretch in state]
