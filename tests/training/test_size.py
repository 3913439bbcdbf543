"""What is left to the text: settings that members fit to the size of a run."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import firth
from firth import Vocabulary
from firth.config import TrainConfig
from firth.errors import LearningWarning
from firth.training.engine.size import RunSize
from firth.training.run.setup import fitted
from helpers import language


def settled(
    name: str, visits: int, words: int = 100, *, longest: int = 1_000, **settings: object
) -> float:
    """The value that a run gets whose words are visited so often, in sentences of so many."""
    vocabulary = Vocabulary([f"w{i}" for i in range(words)], [visits] * words)
    corpus: Any = SimpleNamespace(vocabulary=vocabulary, n_tokens=words * visits, longest=longest)
    found = fitted(TrainConfig(epochs=1, sample=0, **settings), corpus)
    return float(getattr(found, name))


@pytest.mark.parametrize(
    ("settings", "rate", "enough"),
    [
        ({}, 0.05, 8),
        ({"architecture": "cbow"}, 0.1, 50),
        ({"architecture": "cbow", "cbow_mean": False}, 0.05, 50),
        ({"unit": "subwords"}, 0.03, 8),
        ({"unit": "subwords", "objective": "hierarchical_softmax"}, 0.03, 8),
        ({"unit": "subwords", "subword_gradient": "exact"}, 0.2, 100),
        ({"unit": "subwords", "architecture": "cbow"}, 0.1, 100),
        ({"learning_rate": 0.3}, 0.3, 1),
    ],
)
def test_steps_are_smaller_where_there_are_few_words(
    settings: dict[str, object], rate: float, enough: int
) -> None:
    # Two words a sentence are one pair, so that no bound for many pairs is in the way.
    rates = [settled("learning_rate", 100, words, longest=2, **settings) for words in (2, 10, 100)]
    expected = [rate * min(1, words / enough) for words in (2, 10, 100)]
    assert rates == pytest.approx(expected)


@pytest.mark.parametrize(
    ("settings", "largest", "times"),
    [
        ({}, 0.05, 1.5),
        ({"objective": "hierarchical_softmax"}, 0.04, 1.5),
        ({"unit": "subwords"}, 0.03, 1.0),
        ({"unit": "subwords", "subword_gradient": "exact"}, 0.2, 0.75),
    ],
)
def test_steps_are_smaller_where_a_word_has_many_pairs(
    settings: dict[str, object], largest: float, times: float
) -> None:
    def rate(words: int, window: int, longest: int, **more: object) -> float:
        wide = {"window": window, "dynamic_window": False, **settings, **more}
        return settled("learning_rate", 100, words, longest=longest, **wide)

    assert rate(216, 60, 1_000) == pytest.approx(largest * times * 6 / 120)
    assert (
        rate(1_000, 60, 1_000) == rate(9_000, 60, 1_000) == pytest.approx(largest * times * 8 / 120)
    )
    # Windows end where sentences do; a mean's window counts once.
    assert rate(216, 1_000, 121) == rate(216, 60, 1_000)
    assert rate(216, 1_000, 3) == pytest.approx(largest * min(1, times * 6 / 2))
    assert settled("learning_rate", 100, 216, architecture="cbow", window=1_000) == pytest.approx(
        settled("learning_rate", 100, 216, architecture="cbow")
    )


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"architecture": "cbow"},
        pytest.param({"architecture": "cbow", "deterministic": True}, marks=pytest.mark.full),
        {"architecture": "cbow", "cbow_mean": False},
        {"unit": "subwords", "buckets": 0},
        {"objective": "hierarchical_softmax"},
    ],
)
def test_texts_of_few_words_do_not_diverge(members: dict[str, object]) -> None:
    for words in (2, 3, 6, 12):
        for n, length in ((2, 40), (200, 8), (20, 300)):
            draws = np.random.default_rng(words).integers(0, words, (n, length))
            text = [[f"w{i}" for i in draw] for draw in draws]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", LearningWarning)
                model = firth.train(
                    iter(text), dim=8, epochs=3, min_count=1, sample=0.0, threads=1, **members
                )
            assert len(model.vectors) == words


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({}, "alike"),
        ({}, "frequent and rare"),
        ({}, "grouped"),
        ({"unit": "subwords", "buckets": 0}, "grouped"),
        ({"objective": "hierarchical_softmax"}, "grouped"),
    ],
)
def test_wide_windows_do_not_diverge(members: dict[str, object], kind: str) -> None:
    for words in (12, 200):
        random = np.random.default_rng(words)
        draws = random.integers(0, words, (10, 400))
        if kind == "grouped":
            draws = (draws * 4 + random.integers(0, 4, (10, 1))) % words
        elif kind != "alike":
            draws = (words ** random.random((10, 400))).astype(int) - 1
        text = [[f"w{i}" for i in draw] for draw in draws]
        for window in (20, 200):
            wide: dict[str, Any] = {"window": window, "dynamic_window": False}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", LearningWarning)
                model = firth.train(
                    iter(text),
                    dim=8,
                    epochs=2,
                    min_count=1,
                    sample=0.0,
                    threads=1,
                    **wide,
                    **members,
                )
            assert np.abs(model.vectors.matrix).max() < 20


@pytest.mark.parametrize(
    ("settings", "at_200", "at_1600", "least"),
    [
        ({}, 0.05, 0.05 * np.sqrt(600 / 1600), 0.025),
        ({"architecture": "cbow"}, 0.1, 0.1 / 8**0.25, 0.04),
        ({"architecture": "cbow", "cbow_gradient": "exact"}, 0.2, 0.2 / 8**0.25, 0.08),
    ],
)
def test_steps_are_smaller_the_more_often_words_are_visited(
    settings: dict[str, str], at_200: float, at_1600: float, least: float
) -> None:
    rates = [settled("learning_rate", visits, **settings) for visits in (5, 200, 1600, 50_000)]
    assert rates == pytest.approx([at_200, at_200, at_1600, least])


@pytest.mark.parametrize(
    ("settings", "rate"),
    [
        ({"learning_rate": 0.3}, 0.3),
        ({"architecture": "cbow", "learning_rate": 0.3}, 0.3),
        ({"unit": "subwords"}, 0.03),
        ({"objective": "softmax"}, 0.04),
        ({"architecture": "cbow", "objective": "hierarchical_softmax"}, 0.05),
        ({"architecture": "cbow", "objective": "softmax", "cbow_gradient": "exact"}, 0.15),
        ({"architecture": "cbow", "cbow_mean": False}, 0.05),
    ],
)
def test_what_is_given_or_declared_stays(settings: dict[str, object], rate: float) -> None:
    few, many = (settled("learning_rate", visits, 300, **settings) for visits in (5, 50_000))
    assert few == many == rate


def test_visits_count_what_subsampling_keeps_in_all_epochs() -> None:
    vocabulary = Vocabulary(["often", "rare", "rarer"], [900, 60, 40])
    config = TrainConfig(epochs=3, sample=0.1)
    kept = vocabulary.counts @ vocabulary.keep_probabilities(0.1)
    size = RunSize.of(config, vocabulary, 1000, longest=50)
    assert size == (1000, 3000, pytest.approx(kept), 3, 6.0)
    # A text that has other words too, or the counts of another one: of its tokens the same part.
    times = Vocabulary(["often", "rare", "rarer"], [9000, 600, 400])
    assert RunSize.of(config, times, 500, longest=50).visits == pytest.approx(kept / 2)


def test_what_was_settled_is_in_the_file(tmp_path: Path) -> None:
    firth.train(
        language.sentences(3000), output=tmp_path / "m", dim=4, min_count=1, epochs=1, sample=0
    )
    saved = json.loads((tmp_path / "m" / "config.json").read_text(encoding="utf-8"))["config"]
    assert 0.025 <= saved["learning_rate"] <= 0.05
    assert saved["pool_size"] == 128 and saved["rate_visits"] == 100
