"""Trials, one after the other, until the time is up.

The first has the defaults; it alone goes on whatever it reaches. How long it takes on each part of
the text tells whether there is time for trials on the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus
from firth.errors import ConfigError, TrainingError
from firth.evaluation.figures import Bootstrap
from firth.model import Model
from firth.progress.record import clock as written
from firth.tuning.budget import Clock, Cost, LateError, guessed, overhead_of
from firth.tuning.metrics import Metric
from firth.tuning.parts import Parts
from firth.tuning.space import Space
from firth.tuning.study import Study, Trial, Tried

#: There is to be time for so many trials on the last part.
_TO_THE_END = 6
#: What is left for the end: so many times what it should take, for machines have other work too.
_DOUBT = 1.1
#: After so many proposals in a row for which there is no time, the search ends.
_MISSES = 8


class Trained(NamedTuple):
    """A model, and how long it took to train.

    Attributes
    ----------
    model : Model
        What was trained.
    seconds : float
        Without the time for kernels, which are compiled once.
    """

    model: Model
    seconds: float


class Search:
    """A search for settings.

    Parameters
    ----------
    study : Study
        Where trials are kept.
    space : Space
        What is tried.
    parts : Parts
        The text.
    metric : Metric
        What models are judged by.
    clock : Clock
        The time there is.
    train : callable
        ``train(config, corpus, seconds, number)`` trains a model of a trial, and raises LateError
        if that takes longer than so many seconds, StoppedError if somebody wants it to end.
    note : callable
        Is told what is decided, in a line.

    Attributes
    ----------
    last : int
        The number of the last part that trials come to.
    """

    def __init__(
        self,
        study: Study,
        space: Space,
        parts: Parts,
        metric: Metric,
        clock: Clock,
        train: Callable[[TrainConfig, EncodedCorpus, float, int], Trained],
        note: Callable[[str], Any],
    ) -> None:
        self.study, self.space, self.parts = study, space, parts
        self.metric, self.clock, self.train, self.note = metric, clock, train, note
        self.last = study.recall("last")
        self._first: dict[int, tuple[TrainConfig, Cost]] = {}

    def run(self, trials: int | None = None) -> None:
        """Try settings until the time is up, or so many have been tried.

        Raises
        ------
        ConfigError
            There is no time to train even the defaults.
        StoppedError
            Somebody wanted it to end; what was tried is kept.
        """
        misses = 0
        while misses < _MISSES:
            tried = self.study.trials()
            if all(one.is_over for one in tried):
                if trials is not None and len(tried) >= trials:
                    self.note(f"{trials} trials are done")
                    return
                if tried and not self._time_for_another():
                    break
            misses = 0 if self._try(self.study.next(self.space.defaults())) else misses + 1
            self.study.remember("spent", self.clock.spent)
        self.note(f"the search ends after {written(self.clock.spent)}: time for no more trials")

    @property
    def best(self) -> Tried:
        """The best of those that came to the last part."""
        done = [one for one in self.study.trials() if one.interval is not None]
        sign = 1 if self.metric.higher else -1
        return max(done, key=lambda one: (sign * one.scores[-1], -one.number))

    def needed(self, tried: Tried) -> float:
        """Return how long some settings, and the defaults beside them, will take in the end."""
        both = [tried] if tried.number == 0 else [tried, self.study.trials()[0]]
        whole, fixed = self.parts.whole.n_tokens, self._overhead()
        return _DOUBT * sum(one.costs[-1].of(whole, fixed) for one in both)

    def _time_for_another(self) -> bool:
        """Tell whether the cheapest settings that came to the end could be tried again."""
        paths = [one for one in self.study.trials() if one.interval is not None]
        cheapest = min(sum(c.train + c.judge for c in one.costs) for one in paths)
        return self.clock.left - self.needed(self.best) >= cheapest

    def _try(self, trial: Trial) -> bool:
        """Train a trial on one part after the other; tell whether it came to any."""
        values = self.space.propose(trial.suggests)
        trial.begin(values)
        scores = trial.scores  # of a trial that was stopped and goes on
        for part, corpus in enumerate(self.parts.growing):
            if part not in scores:
                config = self.space.settings(values, corpus)
                if trial.number and not self._time_for(trial, config, part):
                    trial.give_up("no time")
                    return bool(scores)
                try:
                    scores[part] = self._scored(trial, config, part, corpus)
                except LateError:
                    if not trial.number:
                        raise self._too_little(self.clock.seconds) from None
                    trial.give_up("too slow")
                    return True
                except (TrainingError, ConfigError) as error:
                    if not trial.number:
                        raise
                    trial.give_up(str(error))
                    return True
            if self.last is None:
                self._plan(part, trial.costs[part])
            if part == self.last:
                self._ended(trial, scores[part])
                return True
            if trial.number and trial.should_stop():
                trial.give_up("others were better")
                return True
        raise AssertionError("the last part is one of them")

    def _scored(self, trial: Trial, config: TrainConfig, part: int, corpus: EncodedCorpus) -> float:
        """Train and judge; return the score."""
        most = self.clock.left - self._reserve() if trial.number else self.clock.left
        model, seconds = self.train(config, corpus, most, trial.number)
        began = time.monotonic()
        figure = self.metric.figure(model, final=False)
        interval = Bootstrap().interval(figure)
        cost = Cost(seconds, time.monotonic() - began, corpus.n_tokens)
        trial.report(part, figure.value, interval, cost)
        return figure.value

    def _reserve(self) -> float:
        """Return how long the end takes, as things stand."""
        done = [one for one in self.study.trials() if one.interval is not None]
        return self.needed(self.best) if done else 0.0

    def _time_for(self, trial: Trial, config: TrainConfig, part: int) -> bool:
        """Tell whether a trial can go on to the last part, and its settings win in the end."""
        costs = trial.costs
        defaults = self.study.trials()[0]
        fixed = self._overhead()
        cost = costs[-1] if costs else guessed(config, self._known(), fixed)
        whole, rest = self.parts.whole.n_tokens, self.parts.growing[part : self.last + 1]
        path = sum(cost.of(one.n_tokens, fixed) for one in rest)
        end = _DOUBT * (cost.of(whole, fixed) + defaults.costs[-1].of(whole, fixed))
        return path + end <= self.clock.left

    def _overhead(self) -> float:
        """Return what any run takes, however short its text."""
        return overhead_of(self.study.trials()[0].costs)

    def _known(self) -> list[tuple[TrainConfig, Cost]]:
        """Return settings that have been tried, and what they took on the smallest part."""
        for one in self.study.trials():
            if one.costs and one.number not in self._first:
                config = self.space.settings(one.values, self.parts.growing[0])
                self._first[one.number] = config, one.costs[0]
        return list(self._first.values())

    def _plan(self, part: int, cost: Cost) -> None:
        """Decide whether trials come further than this part, from what it took the defaults."""
        fixed = self._overhead()
        whole = cost.of(self.parts.whole.n_tokens, fixed)
        left = self.clock.left - 2 * whole
        sizes = [one.n_tokens for one in self.parts.growing]
        if left < cost.of(sizes[part]):
            raise self._too_little(whole, 2 * whole + _TO_THE_END * cost.of(sizes[part]))
        if part + 1 < len(sizes) and _TO_THE_END * cost.of(sizes[part + 1], fixed) <= left:
            return
        self.last = part
        self.study.remember("last", part)
        shown = ", ".join(f"{size:,}" for size in sizes[: part + 1])
        more = "" if part + 1 == len(sizes) else f" (all {sizes[-1]:,} would take too long)"
        third = "" if not part else "; of those on one part, the best third goes on to the next"
        self.note(f"trials learn from {shown} tokens{more}{third}")

    def _too_little(self, whole: float, more: float = 0.0) -> ConfigError:
        least = "" if not more else f"{written(self.clock.spent + more)} or more, "
        return ConfigError(
            f"the budget of {written(self.clock.seconds)} is too small: training on all of the "
            f"text takes about {written(whole)} with the defaults, or more, and is done twice in "
            f"the end; give {least}fewer epochs, or less text"
        )

    def _ended(self, trial: Trial, score: float) -> None:
        done = [one for one in self.study.trials() if one.interval is not None]
        better = not done or (score > self.best.scores[-1]) == self.metric.higher
        trial.end(score)
        if better:
            what = "the defaults" if not trial.number else _shown(self.best.values)
            self.note(f"trial {trial.number}: {self.metric.measure} {score:.4f} with {what}")


def _shown(values: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in values.items()
    )
