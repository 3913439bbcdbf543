"""How long things take, and what there is time for.

What a run will take is told from one with the same settings on a smaller part of the text: as much
longer as the text is. Of settings that nobody has tried it is guessed from others', roughly, to
leave out what is far too slow; a run that is late nonetheless is stopped.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import NamedTuple

from firth.config import TrainConfig

#: What is guessed may take so many times as long.
_DOUBT = 1.5


class LateError(Exception):
    """A run was stopped, since it took too long."""


class StoppedError(Exception):
    """A run was stopped, since somebody wanted that."""


class Clock:
    """The time there is.

    Parameters
    ----------
    seconds : float
        The budget.
    spent : float
        What of it was spent before, in processes that have ended.
    """

    def __init__(self, seconds: float, spent: float = 0.0) -> None:
        self.seconds, self._began = seconds, time.monotonic() - spent

    @property
    def spent(self) -> float:
        """Seconds that are gone."""
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        """Seconds until the budget is used up; below 0 after that."""
        return self.seconds - self.spent


class Cost(NamedTuple):
    """What a run took.

    Attributes
    ----------
    train, judge : float
        Seconds.
    tokens : int
        Tokens of the text, not counting epochs.

    Examples
    --------
    >>> Cost(10.0, 2.0, 1_000).of(3_000)
    32.0
    """

    train: float
    judge: float
    tokens: int

    def of(self, tokens: int) -> float:
        """Return what the same settings will take with another text."""
        return self.train * tokens / self.tokens + self.judge


def work(config: TrainConfig) -> float:
    """Return what a token takes with some settings, in units that only others are told by.

    Time is nearly proportional to epochs; it rises with the length of vectors, and more slowly with
    windows and noise, which share what is fetched.
    """
    values = config.to_dict()
    pairs = values["window"] * (1 + values.get("negative", 1))
    return float(values["epochs"] * (40 + values["dim"]) * math.sqrt(pairs))


def guessed(config: TrainConfig, known: Iterable[tuple[TrainConfig, Cost]]) -> Cost:
    """Return what settings may take, from those of others that take about as much work."""
    own = work(config)
    its, cost = min(known, key=lambda one: abs(math.log(work(one[0]) / own)))
    return cost._replace(train=cost.train * _DOUBT * own / work(its))
