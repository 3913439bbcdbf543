"""Defaults that depend on the members."""

from __future__ import annotations

from itertools import product

import pytest

from firth.config import ARCHITECTURES, OBJECTIVES, TUNED, UNITS, TrainConfig
from firth.errors import ConfigError

DEPENDENT = ("learning_rate", "pool_size", "chunk_size", "batch_size")


@pytest.mark.parametrize("names", list(product(ARCHITECTURES, OBJECTIVES, UNITS)), ids="-".join)
def test_every_combination_has_all_of_them(names: tuple[str, str, str]) -> None:
    config = TrainConfig(architecture=names[0], objective=names[1], unit=names[2])
    assert all(getattr(config, name) is not None for name in DEPENDENT)
    assert TrainConfig.from_dict(config.to_dict()) == config


def test_later_rules_win_and_what_is_given_wins_over_all() -> None:
    assert TrainConfig(architecture="cbow").learning_rate == 0.15
    assert TrainConfig(architecture="cbow", cbow_gradient="word2vec").learning_rate == 0.05
    assert TrainConfig(architecture="cbow", learning_rate=0.3).learning_rate == 0.3
    assert TrainConfig(unit="subwords").pool_size == 64
    assert TrainConfig(unit="subwords", pool_size=8).pool_size == 8


def test_rules_name_settings_only() -> None:
    known = TrainConfig().to_dict()
    for when, then in TUNED:
        assert set(when) <= set(known)
        assert set(then) <= set(DEPENDENT)


def test_given_values_are_checked() -> None:
    with pytest.raises(ConfigError, match="learning_rate is 0; it must be above 0"):
        TrainConfig(architecture="cbow", learning_rate=0.0)
    with pytest.raises(ConfigError, match="batch_size is 6; it must be a multiple of 4"):
        TrainConfig(batch_size=6)
