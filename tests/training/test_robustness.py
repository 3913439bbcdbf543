"""Extreme input and settings: each trains, or stops with an error that says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, CorpusError, TrainingError
from firth.training.run.loop import Trainer
from firth.training.run.memory import available, bytes_in, parse_size
from firth.training.run.prepare import needed_bytes, prepare
from firth.training.run.rounds.rounds import Rounds, RoundsWorker
from firth.training.run.tally import Counts, Tally

PAIR = [["a", "b"], ["b", "c"]] * 500

#: That so little can be learnt is not what these tests are about; others are.
pytestmark = pytest.mark.filterwarnings("ignore:a word was trained on:firth.errors.LearningWarning")


def train(source: Any, **settings: Any) -> firth.Model:
    return firth.train(source, **{"min_count": 1, "epochs": 1, "dim": 8, "threads": 2, **settings})


def assert_sound(model: firth.Model) -> None:
    assert np.isfinite(model.vectors.matrix).all()
    assert np.isfinite(model.output_vectors.matrix).all()


@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize(
    ("source", "settings"),
    [
        (PAIR, {"dim": 1}),
        ([[f"w{i * i % 997}" for i in range(300_000)]], {"sample": 0.0}),
        ([["a", "b"]], {"threads": 8, "sample": 0.0}),
    ],
    ids=["dim 1", "one line", "more threads"],
)
def test_extremes_train(source: Any, settings: dict[str, Any], deterministic: bool) -> None:
    assert_sound(train(source, deterministic=deterministic, **settings))


def test_three_words_without_thinning_train_or_stop_with_the_remedy() -> None:
    # Each of 64 centres moves a copy of the same three rows, and the moves add up.
    try:
        assert_sound(train([["a", "b", "c"] * 10_000], sample=0.0))
    except TrainingError as error:
        assert "lower the learning rate" in str(error)


@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize(
    ("source", "settings", "error", "message"),
    [
        ([["a"], ["b"]] * 500, {}, CorpusError, "none of 1,000 sentences has two words"),
        ([["a", "x"], ["b", "y"]], {"max_vocabulary": 1}, CorpusError, "lower min_count"),
        (
            PAIR,
            {"sample": 1e-12},
            TrainingError,
            "about 0 are left in an epoch after subsampling.*Raise sample",
        ),
    ],
    ids=["single words", "a small vocabulary", "thinned out"],
)
def test_nothing_learnt_is_an_error_that_saves_nothing(
    source: Any,
    settings: dict[str, Any],
    error: type[Exception],
    message: str,
    deterministic: bool,
    tmp_path: Path,
) -> None:
    with pytest.raises(error, match=message):
        train(source, output=tmp_path / "m", deterministic=deterministic, **settings)
    assert not (tmp_path / "m").exists()


def test_a_rate_of_100_ends_in_numbers_or_in_an_error() -> None:
    text = [[f"w{(i * 7 + j) % 50}" for j in range(10)] for i in range(3000)]
    try:
        assert_sound(train(text, learning_rate=100.0, epochs=3, sample=0.0))
    except TrainingError as error:
        assert "lower the learning rate (it is 100)" in str(error)


def test_not_a_number_stops_the_run_and_names_the_step() -> None:
    message = r"epoch 1 of 2\).*(largest finite weight|no weight is finite).*lower"
    with pytest.raises(TrainingError, match=message):
        train(PAIR, learning_rate=1e30, epochs=2, sample=0.0)


def test_where_no_weight_is_finite_none_is_said_to_be_the_largest() -> None:
    config = firth.TrainConfig(epochs=1, dim=8, threads=1, sample=0.0)
    setup = prepare(config, firth.encode(PAIR, min_count=1))

    def damage(row: Any) -> None:
        setup.inputs[:], setup.outputs[:] = np.nan, np.inf

    with pytest.raises(TrainingError, match=r"is not finite \(no weight is finite\): training"):
        Trainer(setup, on_epoch=damage).run()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("which", ["input", "output"])
def test_no_vector_that_is_not_finite_comes_out(which: str, value: float) -> None:
    config = firth.TrainConfig(epochs=1, dim=8, threads=1, sample=0.0)
    setup = prepare(config, firth.encode(PAIR, min_count=1))
    matrix = setup.inputs if which == "input" else setup.outputs

    def damage(row: Any) -> None:
        matrix[1, 2] = value

    with pytest.raises(TrainingError, match=f"an {which} vector is not finite"):
        Trainer(setup, on_epoch=damage).run()


def test_counts_and_losses_past_2_to_the_31() -> None:
    tally = Tally()
    for _ in range(1000):
        tally.add(Counts(2**31, 2**40, 2**40, 2.5 * 2**40))
    assert tally.pairs == 1000 * 2**40
    assert tally.mean_loss == 2.5


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "softmax", "batch_size": 4096, "chunk_size": 4096},
        {"noise": "pair", "negative": 50, "window": 50},
        {"architecture": "cbow", "chunk_size": 65536},
        {"unit": "subwords", "max_n": 6},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_buffers_of_every_member_count(settings: dict[str, Any]) -> None:
    text = [[f"word{i}number" for i in range(3000)]]
    with pytest.raises(ConfigError, match=r"needs about (\d+\.\d) MB") as plain:
        train(text, memory_limit="1kB")
    with pytest.raises(ConfigError, match=r"needs about (\d+\.\d) MB") as more:
        train(text, memory_limit="1kB", **settings)
    sizes = [float(str(e.value).split("about ")[1].split()[0]) for e in (plain, more)]
    assert sizes[1] > sizes[0] + 1


def test_memory_is_refused_with_figures() -> None:
    with pytest.raises(ConfigError, match=r"needs about .* \(input vectors .* limit is 1.0 kB"):
        train(PAIR, memory_limit="1kB")
    assert_sound(train(PAIR, memory_limit="1GB"))
    with pytest.raises(ConfigError, match="memory_limit"):
        train(PAIR, memory_limit="lots")
    assert parse_size("8GB") == 8 << 30
    assert (available() or 1) > 0


def test_tables_that_threads_share_count_once() -> None:
    words = [f"word{i}number" for i in range(3000)]
    corpus = firth.encode([words], min_count=1)
    sizes = {}
    for threads in (1, 8):
        config = firth.TrainConfig(unit="subwords", threads=threads, min_count=1)
        sizes[threads] = needed_bytes(prepare(config, corpus))
    one, eight = sizes[1], sizes[8]
    assert eight["tables"] == one["tables"] > 300_000
    assert eight["threads"] == 8 * one["threads"]
    assert one["threads"] < 6 << 20  # a thread's buffers do not hold the tables
    assert {n: s for n, s in one.items() if n != "threads"} == {
        n: s for n, s in eight.items() if n != "threads"
    }


def test_private_rows_are_those_that_a_shard_can_visit() -> None:
    """Not a copy of both matrices for each shard: a million rows would take gigabytes."""
    text = [[f"w{i}" for i in range(start, start + 20)] for start in range(0, 200_000, 20)]
    corpus = firth.encode(text, min_count=1)
    config = firth.TrainConfig(deterministic=True, threads=2, min_count=1, dim=100)
    setup = prepare(config, corpus)
    needed = needed_bytes(setup)
    assert needed["private rows"] < needed["input vectors"] / 2
    rounds = Rounds(setup)
    maps = tuple(RoundsWorker(rounds, lambda counts: None).slots)
    taken = bytes_in(rounds.private, apart_from=(setup.inputs, setup.outputs))
    assert needed["private rows"] == pytest.approx(taken + 2 * bytes_in(maps), rel=1e-3)


def test_memory_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firth.training.run.memory.available", lambda: 1000)
    with pytest.raises(ConfigError, match="only 1000 bytes is available"):
        train(PAIR)
    # Where the system does not tell how much there is, nothing is refused beforehand.
    monkeypatch.setattr("firth.training.run.memory.available", lambda: None)

    def refuse(*shape: Any) -> None:
        raise MemoryError("Unable to allocate 9 TiB")

    monkeypatch.setattr("firth.training.run.setup.aligned_zeros", refuse)
    with pytest.raises(ConfigError, match=r"not enough memory to begin.*9 TiB.*lower dim"):
        train(PAIR)


def test_the_machine_is_asked_for_its_memory() -> None:
    assert 1 << 20 < (available() or 0) < 1 << 50
