"""Callbacks that raise, in every place where they are called: nothing that was learnt is lost."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firth
from firth.api import running
from firth.progress import Progress
from firth.training.run.checkpoint import checkpoint_files
from firth.training.run.rounds import rounds
from firth.training.run.rounds.rounds import RoundsWorker
from firth.training.run.signals import stop_signals
from firth.training.run.worker import Worker

TEXT = [[f"w{i * i % 97}" for i in range(k, k + 9)] for k in range(2000)]
SETTINGS: dict[str, Any] = {"dim": 4, "min_count": 1, "epochs": 3, "threads": 2}


class Bang(BaseException):
    """No Exception, as SystemExit is none."""


def in_the_second_epoch(row: Any) -> None:
    if row.epoch == 2:
        raise Bang("on_epoch")


def while_training(record: Progress) -> None:
    if record.stage == "train" and record.words > 0:
        raise Bang("on_progress")


def at_the_end(record: Progress) -> None:
    if record.stage == "train" and record.words == record.total_words:
        raise Bang("on_progress")


@pytest.mark.parametrize("deterministic", [False, True])
def test_what_was_learnt_is_saved_and_the_run_goes_on(tmp_path: Path, deterministic: bool) -> None:
    settings = {**SETTINGS, "deterministic": deterministic}
    out = tmp_path / "m"
    with pytest.raises(Bang) as raised:
        firth.train(TEXT, output=out, on_epoch=in_the_second_epoch, **settings)
    notes = "\n".join(raised.value.__notes__)
    assert f"saved in {out}" in notes and "resume=True" in notes
    saved = firth.load(out)
    assert saved.interrupted and saved.history.num_rows == 2
    assert saved.output_vectors.matrix.any()
    assert checkpoint_files(out)
    # Before the run has done anything of its own, too.
    with pytest.raises(Bang) as raised:
        firth.train(TEXT, output=out, resume=True, on_progress=while_training, **settings)
    assert "resume=True" in "\n".join(raised.value.__notes__)
    assert firth.load(out).interrupted and checkpoint_files(out)
    resumed = firth.train(TEXT, output=out, resume=True, **settings)
    assert not resumed.interrupted and not checkpoint_files(out)
    assert resumed.history.num_rows == 3
    if deterministic:
        whole = firth.train(TEXT, **settings)
        assert np.array_equal(resumed.vectors.matrix, whole.vectors.matrix)


def test_in_the_midst_of_an_epoch(tmp_path: Path) -> None:
    settings = {**SETTINGS, "noise": "pair", "negative": 40, "dim": 128, "epochs": 50}
    with pytest.raises(Bang, match="on_progress"):
        firth.train(TEXT, output=tmp_path / "m", on_progress=while_training, **settings)
    assert firth.load(tmp_path / "m").interrupted
    assert checkpoint_files(tmp_path / "m")


def test_after_the_last_task(tmp_path: Path) -> None:
    with pytest.raises(Bang) as raised:
        firth.train(TEXT, output=tmp_path / "m", on_progress=at_the_end, **SETTINGS)
    assert not firth.load(tmp_path / "m").interrupted
    assert not checkpoint_files(tmp_path / "m")
    assert "resume" not in "".join(raised.value.__notes__)


def test_without_an_output_it_is_raised_as_it_is() -> None:
    with pytest.raises(Bang) as raised:
        firth.train(TEXT, on_epoch=in_the_second_epoch, **SETTINGS)
    assert not getattr(raised.value, "__notes__", [])


def test_before_anything_was_learnt_nothing_is_saved(tmp_path: Path) -> None:
    def at_once(record: Progress) -> None:
        if record.stage == "train":
            raise Bang

    with pytest.raises(Bang):
        firth.train(TEXT, output=tmp_path / "m", on_progress=at_once, **SETTINGS)
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("deterministic", [False, True])
def test_a_thread_that_fails(
    tmp_path: Path, deterministic: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the others have learnt is saved; there is no quiet point to go on from."""
    calls, target = iter(range(10**6)), RoundsWorker if deterministic else Worker
    name = "plan" if deterministic else "train"
    real: Any = getattr(target, name)

    def fail(self: Any, *arguments: Any) -> Any:
        if next(calls) == 9:
            raise MemoryError("no more")
        return real(self, *arguments)

    monkeypatch.setattr(target, name, fail)
    monkeypatch.setattr(rounds, "ROUNDS", 1)
    with pytest.raises(MemoryError, match="no more"):
        firth.train(TEXT, output=tmp_path / "m", deterministic=deterministic, **SETTINGS)
    assert firth.load(tmp_path / "m").interrupted
    assert not checkpoint_files(tmp_path / "m")


def test_what_cannot_be_saved_either_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(model: Any, folder: Path, **options: Any) -> None:
        raise OSError("no space at all")

    monkeypatch.setattr("firth.api.running.save_output", refuse)
    with pytest.raises(Bang) as raised:
        firth.train(TEXT, output=tmp_path / "m", on_epoch=in_the_second_epoch, **SETTINGS)
    assert "could not be saved either: no space at all" in raised.value.__notes__[0]


def test_ctrl_c_while_the_finished_model_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Any = running.save_output

    def interrupted(model: firth.Model, folder: Path, **options: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        real(model, folder, **options)

    monkeypatch.setattr(running, "save_output", interrupted)
    with pytest.raises(KeyboardInterrupt) as raised:
        firth.train(TEXT, output=tmp_path / "m", **SETTINGS)
    assert raised.value.__notes__ == [
        f"what had been learnt until then is saved in {tmp_path / 'm'}"
    ]
    model = firth.load(tmp_path / "m")
    assert not model.interrupted
    assert model.history.num_rows == SETTINGS["epochs"]


@pytest.mark.parametrize("raises", [False, True], ids=["signal", "callback raises"])
def test_ctrl_c_ends_the_caller_and_loses_nothing(tmp_path: Path, raises: bool) -> None:
    def press(row: Any) -> None:
        if row.epoch == 2:
            if raises:
                raise KeyboardInterrupt
            signal.raise_signal(signal.SIGINT)

    output, handler = tmp_path / "m", signal.getsignal(signal.SIGINT)
    started = 0
    with pytest.raises(KeyboardInterrupt) as raised:
        for _ in range(3):
            started += 1
            firth.train(TEXT, output=output, on_epoch=press, **{**SETTINGS, "epochs": 50})
    assert started == 1
    assert len(raised.value.__notes__) == 2
    assert firth.load(output).interrupted
    assert checkpoint_files(output)
    assert signal.getsignal(signal.SIGINT) is handler
    with pytest.raises(KeyboardInterrupt) as raised:
        firth.train(TEXT, on_epoch=press, **SETTINGS)
    assert not hasattr(raised.value, "__notes__")


def test_a_callback_that_returns_true_gets_the_model(tmp_path: Path) -> None:
    model = firth.train(TEXT, on_epoch=lambda row: row.epoch == 2, **SETTINGS)
    assert model.interrupted
    assert model.history.num_rows == 2


def test_the_first_ctrl_c_is_a_wish_and_the_second_an_interrupt() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), stop_signals() as stop:
            assert not stop.is_set()
            signal.raise_signal(signal.SIGINT)
            assert stop.is_set()
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        # Programs that handle it themselves go on doing so.
        seen: list[int] = []
        signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
        with stop_signals() as stop:
            signal.raise_signal(signal.SIGINT)
            assert seen and not stop.is_set()
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_after_the_last_task_is_as_any_exception(tmp_path: Path) -> None:
    def interrupt(record: Progress) -> None:
        if record.stage == "train" and record.words == record.total_words:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        firth.train(TEXT, output=tmp_path / "m", on_progress=interrupt, **SETTINGS)
    assert firth.load(tmp_path / "m").history.num_rows == 3
