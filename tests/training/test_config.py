"""Defaults that depend on the members."""

from __future__ import annotations

import importlib
import importlib.util
import math
import pickle
from itertools import product
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from firth.config import (
    ARCHITECTURES,
    OBJECTIVES,
    REGISTRIES,
    UNITS,
    Real,
    TrainConfig,
    Whole,
    every_option,
)
from firth.config.members import declared
from firth.errors import ConfigError

DEPENDENT = ("learning_rate", "rate_exponent", "pool_size", "chunk_size", "batch_size")
#: What None leaves to the text.
FITTED = ("learning_rate", "pool_size", "rate_visits")


@pytest.mark.parametrize("names", list(product(ARCHITECTURES, OBJECTIVES, UNITS)), ids="-".join)
def test_every_combination_has_all_of_them(names: tuple[str, str, str]) -> None:
    config = TrainConfig(architecture=names[0], objective=names[1], unit=names[2])
    given = config.to_dict()
    assert all(given.get(name, 1) is not None for name in DEPENDENT if name not in FITTED)
    assert TrainConfig.from_dict(config.to_dict()) == config


def test_later_rules_win_and_what_is_given_wins_over_all() -> None:
    tree = {"architecture": "cbow", "objective": "hierarchical_softmax"}
    assert TrainConfig(architecture="cbow").batch_size == 32
    assert TrainConfig(**tree).batch_size == 128
    assert TrainConfig(**tree, batch_size=8).batch_size == 8
    assert TrainConfig(**tree).learning_rate is None  # the text settles it
    assert TrainConfig(**tree, learning_rate=0.3).learning_rate == 0.3
    assert TrainConfig(unit="subwords").pool_size == 64
    assert TrainConfig(unit="subwords", pool_size=8).pool_size == 8


def test_rules_name_settings_only() -> None:
    known = {option.name: option for _, option in every_option()}
    for member in (member for registry in REGISTRIES for member in registry.values()):
        for when, then in member.tuned:
            assert set(when) <= set(known)
            assert set(then) <= set(DEPENDENT)
            for name, value in then.items():
                assert known[name].kind.check(name, value) == value


def test_given_values_are_checked() -> None:
    with pytest.raises(ConfigError, match="learning_rate is 0; it must be above 0"):
        TrainConfig(architecture="cbow", learning_rate=0.0)
    with pytest.raises(ConfigError, match="batch_size is 6; it must be a multiple of 4"):
        TrainConfig(batch_size=6)


def test_the_ends_of_a_range_are_in_it() -> None:
    for _, option in every_option():
        name, kind = option.name, option.kind
        if isinstance(kind, Whole | Real) and not getattr(kind, "open_ends", False):
            step = getattr(kind, "multiple", 1)
            most = kind.most - kind.most % step if step > 1 else kind.most
            ends = [end for end in (kind.least, most) if math.isfinite(end)]
            assert [kind.check(name, end) for end in ends] == ends
            for beyond in (kind.least - step, *([most + step] if math.isfinite(most) else [])):
                with pytest.raises(ConfigError, match=f"^{name} is "):
                    kind.check(name, beyond)
    assert TrainConfig(unit="subwords", min_n=3, max_n=3).max_n == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"negative": 5, "objective": "softmax"}, "negative is an option of the objective negat"),
        ({"cbow_mean": True}, 'leave it out, or choose architecture="cbow"'),
        ({"noise": "pair", "pool_size": 8}, "pool_size means something with noise='pool' only"),
        ({"dims": 5}, "'dims' is not a setting of training; did you mean dim"),
        ({"wavelength": 5}, "'wavelength' is not a setting of training: architecture, "),
        ({"objective": "luck"}, "objective is 'luck'; it must be one of negative_sampling, "),
        ({"dim": 2.5}, "dim is 2.5; it must be a whole number, 1 or more"),
        ({"dim": True}, "dim is True; it must be a whole number"),
        ({"window": 1001}, "window is 1001; it must be 1,000 or less"),
        ({"sample": float("nan")}, "sample is nan; it must be a number"),
        ({"sample": 1.5}, "sample is 1.5; it must be from 0 to 1"),
        ({"learning_rate": float("inf")}, "must be above 0, and finite"),
        ({"deterministic": 1}, "deterministic is 1; it must be True or False"),
        ({"seed": None}, "seed is None; it must be a whole number"),
    ],
)
def test_what_cannot_be_honoured_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        TrainConfig.from_dict(settings)
    assert message in str(refused.value)


def test_only_what_the_run_uses_is_there() -> None:
    config = TrainConfig(objective="hierarchical_softmax")
    assert "negative" not in config and "negative" not in config.to_dict()
    with pytest.raises(AttributeError, match="this run has no option 'negative'"):
        _ = config.negative
    with pytest.raises(AttributeError, match="settings are checked once"):
        config.dim = 3
    assert pickle.loads(pickle.dumps(config)) == config
    assert hash(config) == hash(TrainConfig.from_dict(config.to_dict()))


def test_numbers_of_numpy_are_numbers() -> None:
    config = TrainConfig(dim=np.int64(7), sample=np.float32(0.5), deterministic=np.bool_(True))
    assert config.to_dict() | {"dim": 7, "sample": 0.5, "deterministic": True} == config.to_dict()
    assert [type(config.to_dict()[n]) for n in ("dim", "sample", "deterministic")] == [
        int,
        float,
        bool,
    ]


def test_a_member_is_declared_however_its_module_is_being_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As pytest loads a file that it was given by name: with a loader that knows no sources. The
    # module imports the options, which ask what it declares while it has not declared it yet.
    module, real = OBJECTIVES.module_name("softmax"), OBJECTIVES["softmax"]
    spec = importlib.util.find_spec(module)
    assert spec is not None
    half = SimpleNamespace(loader=object(), origin=spec.origin)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: half)
    monkeypatch.setattr(importlib, "import_module", ModuleType)
    found: Any = declared
    assert found.__wrapped__(module) == real


def test_a_member_declared_in_its_source_is_what_its_module_says() -> None:
    for registry in REGISTRIES:
        for name, member in registry.items():
            assert member == registry.module(name).MEMBER


def writer() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "write_options.py"
    spec = importlib.util.spec_from_file_location("write_options", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_follows_from_the_declarations_is_written() -> None:
    write_options = writer()
    for path, text in (
        (write_options.SIGNATURE, write_options.signature()),
        (write_options.MEMBERS_PAGE, write_options.page()),
    ):
        assert path.read_text(encoding="utf-8") == text, "run python tools/write_options.py"
