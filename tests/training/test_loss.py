"""The loss that is shown: the same at any number of threads, exact sums, held-out text."""

from __future__ import annotations

import json
import math
import random
import sys
from pathlib import Path
from typing import Any

import pytest

import firth
from firth.callbacks import JsonLog, MLflow, TensorBoard, together
from firth.config import TrainConfig
from firth.corpus import encode
from firth.errors import ConfigError, LogWarning, MissingExtraError
from firth.formats.model_folder import HISTORY_SCHEMA
from firth.progress import Progress
from firth.training.run.curve import Curve, Point
from firth.training.run.rounds.shards import shard_tokens
from firth.training.run.schedules import TASK_TOKENS, Schedule
from firth.training.run.tally import Counts, Tally


def sentences(seed: int = 1, n: int = 4000) -> list[list[str]]:
    draw = random.Random(seed)
    topics = [[f"t{t}w{i}" for i in range(20)] for t in range(5)]
    return [draw.choices(draw.choice(topics), k=10) for _ in range(n)]


def train(**settings: Any) -> firth.Model:
    options = {"dim": 16, "min_count": 1, "epochs": 3, "threads": 1, "sample": 0.0, **settings}
    return firth.train(sentences(), **options)


def test_threads_do_not_change_it_beyond_sampling() -> None:
    losses = [train(threads=n).history["loss"][-1].as_py() for n in (1, 2, 4)]
    assert max(losses) - min(losses) < 0.03


def test_history_is_a_table_with_the_rate_at_each_end() -> None:
    history = train(learning_rate=0.03).history
    assert history.schema == HISTORY_SCHEMA
    assert history["epoch"].to_pylist() == [1, 2, 3]
    assert history["words"].to_pylist() == [40_000, 80_000, 120_000]
    assert history["learning_rate"].to_pylist() == pytest.approx([0.02, 0.01, 0.0])
    assert history["validation_loss"].to_pylist() == [None] * 3
    assert history["loss"][2].as_py() < history["loss"][0].as_py()


@pytest.mark.filterwarnings("ignore:a word was trained on:firth.errors.LearningWarning")
@pytest.mark.parametrize("deterministic", [False, True])
@pytest.mark.parametrize(
    ("n", "epochs"), [(n, e) for n in (1, 3, 100, 4000) for e in (1, 5, 50) if n * e <= 20_000]
)
def test_runs_of_any_size_have_a_curve(n: int, epochs: int, deterministic: bool) -> None:
    options = {"dim": 16, "min_count": 1, "epochs": epochs, "deterministic": deterministic}
    text = sentences(n=n)
    model = firth.train(text, **options, threads=2, sample=0.0)
    a_task = shard_tokens(10 * n) if deterministic else TASK_TOKENS
    encoded = encode(text, min_count=1)
    tasks = Schedule(
        TrainConfig(**options, learning_rate=0.05), encoded, task_tokens=a_task
    ).n_tasks
    words, losses = (model.loss_curve[name].to_pylist() for name in ("words", "loss"))
    assert words[0] == 0 and words[-1] == 10 * n * epochs
    assert sorted(set(words)) == words
    assert losses[0] == pytest.approx(6 * math.log(2))
    assert None not in losses
    assert 2 <= len(words) <= 1 + min(100, tasks)
    if n == 4000:
        assert len(words) == 1 + min(100, tasks)
        assert losses[-1] < losses[len(losses) // 2] < losses[0]


def test_the_curve_is_the_same_at_any_number_of_threads_and_after_a_stop(tmp_path: Path) -> None:
    def run(threads: int, **given: Any) -> firth.Model:
        return train(threads=threads, epochs=4, deterministic=True, **given)

    whole = run(1).loss_curve
    assert run(2).loss_curve.equals(whole)
    stopped = run(2, output=tmp_path / "m", on_epoch=lambda row: row.epoch == 2)
    assert stopped.loss_curve["words"][-1].as_py() == 80_000
    resumed = run(2, output=tmp_path / "m", resume=True)
    assert resumed.loss_curve.equals(whole)
    assert firth.load(tmp_path / "m").loss_curve.equals(whole)
    # Points are means of stretches: together, what the history says of epochs.
    assert [row.as_py() for row in resumed.history["words"]][-1] == 160_000


def test_points_of_few_pairs_are_put_together() -> None:
    schedule = Schedule(
        TrainConfig(epochs=4, learning_rate=0.04), encode(sentences(n=1), min_count=1)
    )
    curve = Curve(schedule)
    for task, (measured, loss) in enumerate([(60, 120.0), (60, 240.0), (0, 0.0), (30, 15.0)]):
        curve.add(task, Counts(10, measured, measured, loss))
    assert curve.points(4.0) == [Point(0, 4.0, 0.04), Point(40, 375 / 150, 0.0)]
    curve.add(2, Counts(0, 100, 100, 50.0))
    points = curve.points(4.0)
    assert [point.words for point in points] == [0, 20, 40]
    assert points[1:] == [Point(20, 3.0, 0.02), Point(40, 65 / 130, 0.0)]


def test_sums_do_not_depend_on_order() -> None:
    draw = random.Random(5)
    losses = [draw.random() * 10.0 ** draw.randint(-3, 9) for _ in range(1000)]
    tallies = [Tally(), Tally()]
    for tally, order in zip(tallies, (losses, losses[::-1]), strict=True):
        for loss in order:
            tally.add(Counts(1, 1, 1, loss))
    assert tallies[0] == tallies[1]


def test_the_mean_is_of_the_pairs_that_were_measured() -> None:
    tally = Tally()
    tally.add(Counts(tokens=10, pairs=60, measured=2, loss=4.0))
    tally.add(Counts(tokens=10, pairs=50, measured=0, loss=0.0))
    tally.add(Counts(tokens=10, pairs=40, measured=2, loss=2.0))
    assert (tally.pairs, tally.mean_loss) == (150, 1.5)


def test_held_out_loss_is_fixed_and_falls() -> None:
    first, again = (train(validation=0.1).history for _ in range(2))
    losses = first["validation_loss"].to_pylist()
    assert losses == again["validation_loss"].to_pylist()
    assert losses[0] > losses[-1] > 0
    assert first["words"][-1].as_py() < 120_000


def test_held_out_file(tmp_path: Path) -> None:
    losses = [
        train(validation=sentences(seed)).history["validation_loss"][-1].as_py() for seed in (2, 3)
    ]
    assert losses[0] == pytest.approx(losses[1], abs=0.05)
    with pytest.raises(firth.errors.CorpusError, match="no word of the validation text"):
        train(validation=[["other", "words"]])


def test_patience_ends_a_run_that_no_longer_improves() -> None:
    model = train(validation=[["t0w1", "t1w1"], ["t2w1", "t3w1"]] * 50, patience=1, epochs=30)
    assert not model.interrupted
    assert model.history.num_rows < 30
    with pytest.raises(ConfigError, match="validation"):
        train(patience=1)


@pytest.mark.parametrize(
    ("patience", "losses"),
    [(1, [2, 2]), (1, [3, 2, 1, 1.5]), (2, [3, 2, 2, 2]), (2, [3, 2, 2.5, 1.9, 2, 1.9])],
)
def test_patience_is_so_many_epochs_without_a_lower_loss(
    patience: int, losses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = iter([*losses, *[0.0] * 9])
    monkeypatch.setattr("firth.training.run.validation.HeldOut.loss", lambda _: next(measured))
    history = train(validation=0.1, patience=patience, epochs=9).history
    assert history["validation_loss"].to_pylist() == losses


def test_callbacks_may_stop_the_run() -> None:
    rows: list[Any] = []

    def on_epoch(row: Any) -> bool:
        rows.append(row)
        return row.epoch == 2

    model = train(on_epoch=on_epoch, epochs=5)
    assert model.interrupted
    assert [row.epoch for row in rows] == model.history["epoch"].to_pylist() == [1, 2]


def test_json_log(tmp_path: Path) -> None:
    with JsonLog(tmp_path / "log.jsonl") as log:
        train(on_progress=together(log), on_epoch=log.on_epoch)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines if line["event"] == "epoch"] == [1, 2, 3]
    assert lines[-1]["words"] == lines[-1]["total_words"]
    with JsonLog(tmp_path / "log.jsonl") as log:  # as a resumed run does
        log(Progress("train", words=7))
        # Who looks while the run goes on sees all that has been said.
        last = (tmp_path / "log.jsonl").read_text().splitlines()
        assert (len(last), json.loads(last[-1])["words"]) == (len(lines) + 1, 7)
    with pytest.raises(ConfigError, match="cannot be written"):
        JsonLog(tmp_path / "none" / "log.jsonl")


def test_all_callbacks_are_called_though_one_says_stop() -> None:
    seen: list[Any] = []
    both = together(lambda record: True, seen.append)
    assert both(Progress("train")) is True
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("adapter", "package"), [(TensorBoard, "tensorboardX"), (MLflow, "mlflow")]
)
def test_adapters_name_the_extra(
    adapter: Any, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r"firth\["):
        adapter("folder")


class Recorded:
    """Stands in for a package: notes every call by name; after so many its server is gone."""

    def __init__(self, answered: float = math.inf) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.answered = answered

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            self.calls.append((name, (*arguments, *options.values())))
            if len(self.calls) > self.answered:
                raise ConnectionError("no route to the server")
            return self if name == "SummaryWriter" else None

        return call


adapters = pytest.mark.parametrize(
    ("adapter", "package", "last"),
    [(lambda: TensorBoard("folder"), "tensorboardX", "close"), (MLflow, "mlflow", "end_run")],
)


@adapters
@pytest.mark.parametrize("answered", [2, 4])
def test_a_server_that_is_gone_stops_no_run(
    adapter: Any, package: str, last: str, answered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = Recorded(answered)
    monkeypatch.setitem(sys.modules, package, recorded)
    with pytest.warns(LogWarning, match="no route to the server") as caught, adapter() as board:
        model = train(on_progress=board, on_epoch=board.on_epoch)
    assert len(caught) == 1
    assert model.history.num_rows == 3
    assert not model.interrupted
    # What can be closed is closed; nothing else is tried again.
    assert [name for name, _ in recorded.calls[answered + 1 :]] == [last]


@adapters
def test_adapters_write_every_epoch(
    adapter: Any, package: str, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, Recorded())
    with adapter() as board:
        history = train(on_progress=board, on_epoch=board.on_epoch).history
    recorded: Recorded = sys.modules[package]  # type: ignore[assignment]
    wanted = history["loss"].to_pylist()
    if package == "mlflow":
        found = [a for name, a in recorded.calls if name == "log_metrics" and "epoch_loss" in a[0]]
        assert found == [({"epoch_loss": loss}, n) for n, loss in enumerate(wanted, 1)]
    else:
        found = [a for name, a in recorded.calls if name == "add_scalar" and a[0] == "epoch/loss"]
        assert found == [("epoch/loss", loss, n) for n, loss in enumerate(wanted, 1)]
    assert recorded.calls[-1][0] == last
