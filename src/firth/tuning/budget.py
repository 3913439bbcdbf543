"""How long things take, and what there is time for.

What a run will take is told from one with the same settings on a smaller part of the text: as much
longer as the text is. Of settings that nobody has tried it is guessed from others', roughly, to
leave out what is far too slow; a run that is late nonetheless is stopped.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from firth.config import TrainConfig

#: What is guessed may take so many times as long.
_DOUBT = 1.5
#: No more than this part of what a run took is taken for what any run takes.
_MOST_FIXED = 0.8


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
    >>> Cost(10.0, 2.0, 1_000).of(3_000), Cost(10.0, 2.0, 1_000).of(3_000, overhead=4.0)
    (32.0, 24.0)
    """

    train: float
    judge: float
    tokens: int

    def of(self, tokens: int, overhead: float = 0.0) -> float:
        """Return what the same settings will take with another text; `overhead` is for any text."""
        fixed = min(overhead, _MOST_FIXED * self.train)
        return fixed + (self.train - fixed) * tokens / self.tokens + self.judge


def overhead_of(costs: Sequence[Cost]) -> float:
    """Return what the same settings take however short the text, from what they took with several.

    Examples
    --------
    >>> overhead_of([Cost(3.0, 0, 100), Cost(5.0, 0, 300)]), overhead_of([Cost(3.0, 0, 100)])
    (2.0, 0.0)
    """
    if len(costs) < 2:
        return 0.0
    slope, fixed = np.polyfit([one.tokens for one in costs], [one.train for one in costs], 1)
    return round(max(0.0, float(fixed)), 9) if slope > 0 else 0.0


def work(config: TrainConfig) -> float:
    """Return what a token takes with some settings, in units that only others are told by.

    Time is nearly proportional to epochs; it rises with the length of vectors, and more slowly with
    windows and noise, which share what is fetched.
    """
    values = config.to_dict()
    pairs = values["window"] * (1 + values.get("negative", 1))
    return float(values["epochs"] * (40 + values["dim"]) * math.sqrt(pairs))


def guessed(
    config: TrainConfig, known: Iterable[tuple[TrainConfig, Cost]], overhead: float = 0.0
) -> Cost:
    """Return what settings may take, from those of others that take about as much work."""
    own = work(config)
    its, cost = min(known, key=lambda one: abs(math.log(work(one[0]) / own)))
    fixed = min(overhead, _MOST_FIXED * cost.train)
    return cost._replace(train=fixed + (cost.train - fixed) * _DOUBT * own / work(its))
