"""Trials: which go on, what is kept, how a search goes on; with models that nobody trains."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from firth.corpus import encode
from firth.errors import ConfigError, TrainingError
from firth.evaluation.figures import Figure
from firth.evaluation.formulas import share
from firth.tuning.budget import Clock, Cost, LateError, StoppedError, guessed, work
from firth.tuning.parts import divide
from firth.tuning.search import Search, Trained
from firth.tuning.space import Space
from firth.tuning.study import Study

CORPUS = encode([[f"w{i % 7}", f"w{i % 5}", "x", "y"] for i in range(60_000)], min_count=1)
PARTS = divide(CORPUS, 0.05, seed=1)
SPACE = Space({"min_count": 1})
DEFAULTS = SPACE.settings(SPACE.defaults(), CORPUS)


class Judge:
    """Knows which settings are good: those of windows near 12 and noise of a low exponent."""

    measure, items = "hits", "users"

    def __init__(self, higher=True):
        self.higher = higher

    def figure(self, model, final):
        good = 1 / (1 + abs(np.log(model.window / 12))) - 0.2 * model.noise_exponent
        sign = 1 if self.higher else -1
        return Figure("hits", np.arange(100), (np.full(100, sign * good), np.ones(100)), share)


class Trainer:
    """Takes as long as it is told to, and trains nothing."""

    def __init__(self, seconds=0.0, stop_at=None, error=None):
        self.calls, self.seconds, self.stop_at, self.error = [], seconds, stop_at, error

    def __call__(self, config, corpus, most, number):
        self.calls.append((number, corpus.n_tokens, config))
        if len(self.calls) == self.stop_at:
            raise StoppedError
        if self.error is not None and number:
            raise self.error
        share_ = corpus.n_tokens / CORPUS.n_tokens * work(config) / work(DEFAULTS)
        return Trained(config, self.seconds * share_)


def searched(trials, folder=None, *, trainer=None, seconds=600.0, judge=None, notes=None):
    """Search, and return the trials."""
    trainer = trainer or Trainer()
    judge = judge or Judge()
    with Study(folder, judge.higher, 5) as study:
        study.begin({"metric": "hits"})
        search = Search(
            study, SPACE, PARTS, judge, Clock(seconds), trainer,
            (notes if notes is not None else []).append,
        )  # fmt: skip
        try:
            search.run(trials)
        finally:
            found = study.trials()
        return found, search.best, study.importance()


def test_the_defaults_come_first_and_the_best_are_better():
    trainer, notes = Trainer(), []
    found, best, importance = searched(30, trainer=trainer, notes=notes)
    assert len(found) == 30 and found[0].values == SPACE.defaults()
    assert len(found[0].scores) == 3 and best.scores[-1] > found[0].scores[-1] + 0.3
    # What matters is said to, and what does not, not.
    assert importance["window"] > 0.5 and max(importance["sample"], importance["dim"]) < 0.2
    assert sum(importance.values()) == pytest.approx(1.0)
    assert len({one.values["noise_exponent"] for one in found}) > 20
    # A third goes on, of those that have come so far.
    counts = [sum(len(one.scores) > part for one in found) for part in range(3)]
    assert counts[0] == 30 and 10 <= counts[1] <= 20 and counts[2] < counts[1]
    assert {one.ended for one in found} == {"", "others were better"}
    assert sum("trial" in note and "hits" in note for note in notes) >= 2


def test_lower_is_better_where_it_is():
    _, best, _ = searched(12, judge=Judge(higher=False))
    _, highest, _ = searched(12)
    assert best.values == highest.values and best.scores[-1] == -highest.scores[-1]


@pytest.mark.parametrize("stop_at", [2, 9])
def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path, stop_at):
    whole, _, _ = searched(7)
    trainer = Trainer(stop_at=stop_at)
    with pytest.raises(StoppedError):
        searched(7, tmp_path, trainer=trainer)
    rest = Trainer()
    again, _, _ = searched(7, tmp_path, trainer=rest)
    assert [(one.values, one.scores, one.ended) for one in again] == [
        (one.values, one.scores, one.ended) for one in whole
    ]
    # Nothing is trained twice but what was in progress.
    done = [(number, tokens) for number, tokens, _ in trainer.calls[:-1] + rest.calls]
    assert len(set(done)) == len(done) == sum(len(one.scores) for one in whole)


def test_the_seed_decides_and_what_a_folder_holds_is_not_mixed(tmp_path):
    once, again = searched(6)[0], searched(6, tmp_path)[0]
    assert [one.values for one in once] == [one.values for one in again]
    with (
        Study(tmp_path, True, 5) as study,
        pytest.raises(ConfigError, match=r"something else .metric was hits and is loss"),
    ):
        study.begin({"metric": "loss"})


@pytest.mark.parametrize(
    ("error", "ended"), [(TrainingError("diverged"), "diverged"), (LateError(), "too slow")]
)
def test_settings_that_fail_are_given_up(error, ended):
    found, best, _ = searched(5, trainer=Trainer(error=error))
    assert best.number == 0 and [one.ended for one in found[1:]] == [ended] * 4


def test_a_budget_that_is_too_small_is_refused_with_figures():
    with pytest.raises(ConfigError, match=r"budget of 0:30 is too small: .* about 0:38 .* give"):
        searched(3, trainer=Trainer(seconds=40.0), seconds=30.0)


def test_trials_come_as_far_as_there_is_time_for():
    notes = []
    found, _, _ = searched(4, trainer=Trainer(seconds=60.0), seconds=300.0, notes=notes)
    assert len(found[0].scores) == 2 and "would take too long" in notes[0]


def test_the_end_is_kept_time_for():
    # The clock stands still: what is predicted decides.
    trainer, seconds = Trainer(seconds=20.0), 300.0
    found, _, _ = searched(25, trainer=trainer, seconds=seconds)
    times = [work(SPACE.settings(one.values, CORPUS)) / work(DEFAULTS) for one in found]
    slow = [t for t, one in zip(times, found, strict=True) if one.ended == "no time"]
    assert slow and min(slow) * 20.0 * 2 > seconds / 3
    # Whatever is begun could come to the end, and win: there is time for it, and for the defaults.
    parts = sum(part.n_tokens for part in PARTS.growing) / CORPUS.n_tokens
    begun = [t for t, one in zip(times, found, strict=True) if one.scores]
    assert len(begun) > 5 and (max(begun) * (parts + 1) + 1) * 20.0 <= seconds


def test_costs_grow_with_the_text_and_with_the_settings():
    one, more = SPACE.settings(SPACE.defaults(), CORPUS), None
    for name, times in itertools.product(("epochs", "dim", "window", "negative"), (2,)):
        more = SPACE.settings({**SPACE.defaults(), name: times * getattr(one, name)}, CORPUS)
        assert work(one) < work(more) <= 2 * work(one)
    cost = Cost(2.0, 1.0, 10)
    known = [(one, cost), (more, cost._replace(train=100.0))]
    assert guessed(one, known).train == pytest.approx(3.0)
    assert guessed(more, known).train == pytest.approx(150.0)
