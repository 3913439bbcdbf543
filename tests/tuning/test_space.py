"""The options that are searched: spans that fit their options, and proposals that are settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.config import TrainConfig, Whole, every_option
from firth.corpus import encode
from firth.errors import ConfigError
from firth.tuning.space import Space

CORPUS = encode([["a", "b", "c"]] * 3000, min_count=1)


class Drawn:
    """Proposes what hypothesis draws."""

    def __init__(self, data):
        self.data = data

    def suggest_int(self, name, low, high, *, log=False):
        return self.data.draw(st.integers(low, high), label=name)

    def suggest_float(self, name, low, high, *, log=False):
        return self.data.draw(st.floats(low, high), label=name)

    def suggest_categorical(self, name, choices):
        return self.data.draw(st.sampled_from(choices), label=name)


SPANS = {option.name: option for _, option in every_option() if option.span is not None}


@pytest.mark.parametrize("name", SPANS)
def test_a_span_is_of_values_that_the_option_may_have_and_holds_the_default(name):
    option, span = SPANS[name], SPANS[name].span
    for end in (span.low, span.high):
        option.kind.check(name, int(end) if isinstance(option.kind, Whole) else end)
    assert span.low < span.high and (span.low > 0 or not span.log)
    if span.fitted:
        assert option.default is None and span.low < 1 < span.high
    else:
        assert span.low <= option.default <= span.high


def test_the_page_has_the_spans():
    page = (Path(__file__).parents[2] / "docs" / "tuning.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:4] for line in page.splitlines() if line.startswith("| ")]
    told = {name.strip(): [low.strip(), high.strip()] for name, low, high in rows}
    for name, option in SPANS.items():
        ends = [told[name][0].replace("¼", "0.25"), told[name][1]]
        assert [float(end) for end in ends] == [option.span.low, option.span.high], name


def test_noise_is_searched_from_minus_one_up():
    assert SPANS["noise_exponent"].span.low == -1
    assert {"window", "sample", "dim", "negative", "epochs", "learning_rate"} <= set(SPANS)


@settings(deadline=None)
@given(st.data())
def test_what_is_proposed_are_settings(data):
    space = Space({"min_count": 1, "window": 3}, ["architecture", "objective", "dynamic_window"])
    values = space.propose(Drawn(data))
    config = space.settings(values, CORPUS)
    assert config.window == 3 and config.min_count == 1
    assert ("negative" in values) == (config.objective == "negative_sampling")
    for name, value in values.items():
        assert name == "learning_rate" or getattr(config, name) == value
        # What is printed is what was tried.
        assert not isinstance(value, float) or float(f"{value:.3g}") == value


def test_a_rate_is_times_what_fits_the_text():
    space = Space({"min_count": 1})
    assert space.settings(space.defaults(), CORPUS).learning_rate is None
    twice = space.settings({**space.defaults(), "learning_rate": 2.0}, CORPUS)
    from firth.training.run.setup import fitted

    fits = fitted(TrainConfig(min_count=1), CORPUS).learning_rate
    assert twice.learning_rate == pytest.approx(2 * fits, rel=5e-3)
    fixed = Space({"min_count": 1, "learning_rate": 0.2})
    assert "learning_rate" not in fixed.searched
    assert fixed.settings(fixed.defaults(), CORPUS).learning_rate == 0.2


def test_what_the_loss_says_stays():
    space = Space({"sample": 0.0}, by_loss=True)
    assert space.held == ["window", "negative", "noise_exponent"]
    assert list(space.searched) == ["dim", "epochs", "learning_rate"]


def test_what_is_given_stays_and_what_a_member_lacks_is_not_searched():
    space = Space({"objective": "softmax", "window": 4})
    assert "negative" not in space.searched and "window" not in space.searched
    assert space.defaults()["dim"] == 100


@pytest.mark.parametrize(
    ("given_", "also", "by_loss", "message"),
    [
        ({}, ["architektur"], False, "there is no such option"),
        ({"architecture": "cbow"}, ["architecture"], False, "is given, and also to be searched"),
        ({}, ["min_count"], False, "no values that would be tried; it can be one of architecture"),
        ({}, ["architecture"], True, "losses of different values cannot be compared"),
        ({name: option.default or 0.1 for name, option in SPANS.items()}, [], False, "is given"),
        ({"dim": 0}, [], False, "dim is 0"),
    ],
)
def test_what_cannot_be_searched_is_refused(given_, also, by_loss, message):
    with pytest.raises(ConfigError, match=message):
        Space(given_, also, by_loss=by_loss)
