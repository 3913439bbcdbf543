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


def settled(name: str, visits: int, words: int = 100, **settings: object) -> float:
    """The value that a run gets whose words are visited so often."""
    vocabulary = Vocabulary([f"w{i}" for i in range(words)], [visits] * words)
    corpus: Any = SimpleNamespace(vocabulary=vocabulary, n_tokens=words * visits)
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
    rates = [settled("learning_rate", 100, words, **settings) for words in (2, 10, 100)]
    expected = [rate * min(1, words / enough) for words in (2, 10, 100)]
    assert rates == pytest.approx(expected)


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
        ({"architecture": "cbow", "cbow_mean": False}, 0.05),
    ],
)
def test_what_is_given_or_declared_stays(settings: dict[str, object], rate: float) -> None:
    few, many = (settled("learning_rate", visits, **settings) for visits in (5, 50_000))
    assert few == many == rate


def test_visits_count_what_subsampling_keeps_in_all_epochs() -> None:
    vocabulary = Vocabulary(["often", "rare", "rarer"], [900, 60, 40])
    config = TrainConfig(epochs=3, sample=0.1)
    kept = vocabulary.counts @ vocabulary.keep_probabilities(0.1)
    assert RunSize.of(config, vocabulary, 1000) == (1000, 3000, pytest.approx(kept), 3)
    # A text that has other words too, or the counts of another one: of its tokens the same part.
    times = Vocabulary(["often", "rare", "rarer"], [9000, 600, 400])
    assert RunSize.of(config, times, 500).visits == pytest.approx(kept / 2)


def test_what_was_settled_is_in_the_file(tmp_path: Path) -> None:
    firth.train(
        language.sentences(3000), output=tmp_path / "m", dim=4, min_count=1, epochs=1, sample=0
    )
    saved = json.loads((tmp_path / "m" / "config.json").read_text(encoding="utf-8"))["config"]
    assert 0.025 <= saved["learning_rate"] <= 0.05
    assert saved["pool_size"] == 128 and saved["rate_visits"] == 100
