"""What is left to the text: settings that members fit to the size of a run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import firth
from firth import Vocabulary
from firth.config import TrainConfig
from firth.corpus import encode
from firth.training.engine.size import RunSize
from firth.training.run.setup import fitted
from helpers import language


def settled(name: str, visits: int, **settings: object) -> float:
    """The value that a run gets whose two words are visited so often."""
    corpus = encode([["a", "b"]] * visits, min_count=1)
    found = fitted(TrainConfig(epochs=1, sample=0, **settings), corpus)
    return float(getattr(found, name))


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
    "settings",
    [
        {"learning_rate": 0.3},
        {"architecture": "cbow", "learning_rate": 0.3},
        {"unit": "subwords"},
        {"objective": "softmax"},
        {"architecture": "cbow", "objective": "hierarchical_softmax"},
        {"architecture": "cbow", "cbow_mean": False},
    ],
)
def test_what_is_given_or_declared_stays(settings: dict[str, object]) -> None:
    few, many = (settled("learning_rate", visits, **settings) for visits in (5, 50_000))
    assert few == many == TrainConfig(**settings).learning_rate


def test_visits_count_what_subsampling_keeps_in_all_epochs() -> None:
    vocabulary = Vocabulary(["often", "rare", "rarer"], [900, 60, 40])
    config = TrainConfig(epochs=3, sample=0.1)
    kept = vocabulary.counts @ vocabulary.keep_probabilities(0.1)
    assert RunSize.of(config, vocabulary, 1000) == (1000, 3000, pytest.approx(kept))
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
