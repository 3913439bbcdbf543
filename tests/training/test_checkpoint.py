"""Runs that are stopped, killed or run out of space, and go on as if nothing had been."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import firth
from firth.errors import CheckpointWarning, ConfigError, FormatError
from firth.model import load
from firth.training.engine import processor
from firth.training.run import checkpoint
from firth.training.run.checkpoint import Checkpoint, Checkpointer, Interval, checkpoint_files
from helpers.processes import ended

SMALL = {"dim": 8, "min_count": 1, "sample": 0.0, "threads": 1, "epochs": 3}
#: Kill -9 at so many random moments; 50 in a thorough run.
HERE = processor.arithmetic()
KILLS = int(os.environ.get("FIRTH_TEST_KILLS", "2"))


def sentences(n: int = 3000) -> list[list[str]]:
    draw = random.Random(4)
    return [[f"w{min(draw.randrange(60), draw.randrange(60))}" for _ in range(8)] for _ in range(n)]


def stopping(after: int):
    calls = iter(range(10**9))
    return lambda record: record.stage == "train" and next(calls) >= after


@pytest.mark.parametrize("deterministic", [False, True])
def test_a_stopped_run_goes_on_to_the_same_bits(tmp_path: Path, deterministic: bool) -> None:
    # About a second; what is compiled here is what other tests compile too.
    slow = (
        {"dim": 128, "epochs": 60}
        if deterministic
        else {"noise": "pair", "negative": 20, "dim": 64}
    )
    text, options = sentences(10_000), {**SMALL, **slow, "deterministic": deterministic}
    whole = firth.train(text, **options)
    output = tmp_path / "m"
    stops = 0
    while True:
        model = firth.train(
            text, output=output, resume=True, on_progress=stopping(1), checkpoint_every="1w",
            **options,
        )  # fmt: skip
        if not model.interrupted:
            break
        stops += 1
        assert checkpoint_files(output)
    assert stops >= 1
    assert np.array_equal(model.vectors.matrix, whole.vectors.matrix)
    assert np.array_equal(model.output_vectors.matrix, whole.output_vectors.matrix)
    assert model.history["loss"].equals(whole.history["loss"])
    assert model.history["words"].equals(whole.history["words"])
    assert not (output / "checkpoints").exists()


def test_another_corpus_or_setting_is_refused_with_the_difference(tmp_path: Path) -> None:
    output = tmp_path / "m"
    options = {**SMALL, "epochs": 200}
    firth.train(sentences(), output=output, on_progress=stopping(1), **options)
    files = [path.read_bytes() for path in checkpoint_files(output)]
    assert files
    with pytest.raises(ConfigError, match=r"dim: 8 in the checkpoint, 9 now"):
        firth.train(sentences(), output=output, resume=True, **{**options, "dim": 9})
    with pytest.raises(ConfigError, match=r"corpus: '\w+' in the checkpoint, '\w+' now"):
        firth.train(sentences(2000), output=output, resume=True, **options)
    with pytest.raises(ConfigError, match="--resume"):
        firth.train(sentences(), output=output, **options)
    assert [path.read_bytes() for path in checkpoint_files(output)] == files


def test_held_out_text_and_patience_belong_to_a_run_and_threads_do_not(tmp_path: Path) -> None:
    held, output = sentences(100), tmp_path / "m"
    options = {**SMALL, "epochs": 200, "output": output, "on_progress": stopping(1)}
    firth.train(sentences(), validation=held, **options)
    for given, message in (
        ({"validation": held[1:]}, r"validation: '\w+' in the checkpoint, '\w+' now"),
        ({"validation": 0.1}, "0.1 now"),
        ({}, "None now"),
        ({"validation": held, "patience": 3}, "patience: None in the checkpoint, 3 now"),
    ):
        with pytest.raises(ConfigError, match=message):
            firth.train(sentences(), resume=True, **given, **options)
    assert checkpoint_files(output)
    firth.train(sentences(), validation=held, resume=True, **{**options, "threads": 2})


def test_a_run_that_goes_on_elsewhere_says_that_digits_will_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, options = tmp_path / "m", {**SMALL, "epochs": 200}
    with monkeypatch.context() as there:
        there.setattr(processor, "arithmetic", lambda: {**HERE, "fma": "no", "numba": "0.1"})
        there.setattr("firth.api.running.__version__", "0.0.1")
        model = firth.train(sentences(), output=output, on_progress=stopping(1), **options)
    assert (
        model.provenance.items() >= {"firth": "0.0.1", **HERE, "fma": "no", "numba": "0.1"}.items()
    )
    with pytest.warns(CheckpointWarning, match="last digits") as caught:
        model = firth.train(sentences(), output=output, resume=True, **options)
    assert [
        line for line in str(caught[0].message).splitlines() if "in the checkpoint" in line
    ] == [
        f"  firth: '0.0.1' in the checkpoint, '{firth.__version__}' now",
        f"  fma: 'no' in the checkpoint, {HERE['fma']} now",
        f"  numba: '0.1' in the checkpoint, '{HERE['numba']}' now",
    ]
    assert model.provenance.items() >= {"firth": firth.__version__, **HERE}.items()
    assert not model.interrupted


def test_resume_needs_a_folder_and_starts_when_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="output"):
        firth.train(sentences(), resume=True, **SMALL)
    assert not firth.train(sentences(), output=tmp_path / "m", resume=True, **SMALL).interrupted


@pytest.mark.parametrize(("text", "expected"), [("1s", (1.0, None)), ("10min", (600.0, None)),
    ("2h", (7200.0, None)), ("5000000w", (None, 5_000_000)), ("never", (None, None))])  # fmt: skip
def test_intervals(text: str, expected: tuple[float | None, int | None]) -> None:
    assert tuple(Interval.parse(text)) == expected


@pytest.mark.parametrize("text", ["", "10", "0s", "-1s", "1.5w", "often"])
def test_intervals_that_are_none(text: str) -> None:
    with pytest.raises(ConfigError, match="checkpoint_every"):
        Interval.parse(text)


def test_when_one_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(checkpoint, "time", clock)
    real = checkpoint.write_safetensors

    def slow(*arguments: Any) -> None:
        clock.now += 60
        real(*arguments)

    monkeypatch.setattr(checkpoint, "write_safetensors", slow)
    point = Checkpoint(1, np.ones((2, 2)), np.ones((2, 2)), {})
    by_words = Checkpointer(tmp_path, {}, {}, "100w")
    assert not by_words.due(99) and by_words.due(100)
    by_words.write(point, 150)
    assert not by_words.due(249) and by_words.due(250)
    # As often as was asked for; else so seldom that a minute is 2 % of the time.
    for every, seconds in (("30s", (30, 30)), (None, (600, 3000)), ("10min", (600, 600))):
        by_time = Checkpointer(tmp_path, {}, {}, every)
        for wait in seconds:
            clock.now += wait - 1
            assert not by_time.due(10**12)
            clock.now += 1
            assert by_time.due(0)
            by_time.write(point, 0)
    never = Checkpointer(tmp_path, {}, {}, "never")
    nowhere = Checkpointer(None, {}, {}, "1s")
    clock.now += 10**9
    assert not never.due(10**12) and not nowhere.due(10**12)


@pytest.mark.parametrize(("every", "files"), [("24000w", [0, 1, 2]), ("never", [0, 0, 0])])
def test_an_interval_of_words_is_kept(tmp_path: Path, every: str, files: list[int]) -> None:
    """Epochs of 24,000 words, each over before anybody looks at the clock."""
    seen: list[int] = []
    firth.train(
        sentences(),
        output=tmp_path / "m",
        checkpoint_every=every,
        on_epoch=lambda row: seen.append(len(checkpoint_files(tmp_path / "m"))),
        **SMALL,
    )
    assert seen == files


def write_some(output: Path, positions: range) -> Checkpointer:
    saver = Checkpointer(output, {"dim": 3}, {})
    for position in positions:
        matrix = np.full((5, 3), position, np.float32)
        assert saver.write(Checkpoint(position, matrix, -matrix, {"rows": []}), position)
    return saver


def test_the_newest_two_are_kept_and_the_older_one_replaces_a_damaged_one(tmp_path: Path) -> None:
    saver = write_some(tmp_path, range(1, 5))
    newest, older = checkpoint_files(tmp_path)
    assert older.name == "task-000000000003.safetensors"
    found = saver.newest()
    assert found is not None
    assert (found.position, float(found.inputs[0, 0])) == (4, 4.0)
    newest.write_bytes(newest.read_bytes()[:-1])
    found = saver.newest()
    assert found is not None
    assert found.position == 3
    older.write_bytes(b"")
    with pytest.raises(FormatError, match="delete"):
        saver.newest()


@pytest.mark.skipif(os.name == "nt", reason="no such limit there")
def test_a_full_disk_is_a_warning_and_keeps_what_there_is(tmp_path: Path) -> None:
    import resource

    saver = write_some(tmp_path, range(1, 3))
    before = [path.read_bytes() for path in checkpoint_files(tmp_path)]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    big = np.zeros((20_000, 3), np.float32)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.warns(CheckpointWarning, match="earlier checkpoints are kept"):
            assert not saver.write(Checkpoint(9, big, big, {}), 9)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.read_bytes() for path in checkpoint_files(tmp_path)] == before
    assert len(list((tmp_path / "checkpoints").iterdir())) == 2


COMMAND = ("--dim", "8", "--min-count", "1", "--threads", "1", "--sample", "0", "--epochs", "40")


def start(text: Path, output: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "firth", "train", str(text), "--output", str(output)]
    return subprocess.Popen(
        [*command, *COMMAND, "--checkpoint-every", "1w", "--log-json", "-", *options],
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def text(tmp_path: Path) -> Path:
    file = tmp_path / "text.txt"
    file.write_text("\n".join(" ".join(sentence) for sentence in sentences(8000)))
    return file


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_kill_at_any_moment(text: Path, tmp_path: Path, seed: int) -> None:
    with start(text, tmp_path / "whole", "--checkpoint-every", "never") as process:
        ended(process)
    output, draw = tmp_path / "m", random.Random(seed)
    kills = 0
    while True:
        with start(text, output, "--resume") as process:
            assert process.stderr is not None
            for line in process.stderr:
                if json.loads(line).get("stage") == "train" or process.poll() is not None:
                    break
            time.sleep(draw.random() * 0.3)
            if kills < KILLS:
                process.kill()
                kills += 1
                process.communicate()
                if load_or_none(output) is not None and not checkpoint_files(output):
                    shutil.rmtree(output)  # it was done already: again from the start
                continue
            ended(process)
            assert process.returncode == 0
            break
    first, second = (load(folder, check_values=True) for folder in (tmp_path / "whole", output))
    assert np.array_equal(first.vectors.matrix, second.vectors.matrix)


def load_or_none(folder: Path) -> object:
    return load(folder, check_values=True) if (folder / "config.json").exists() else None


@pytest.mark.skipif(os.name == "nt", reason="no such signals there")
@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_save_and_say_what_to_do(text: Path, tmp_path: Path, sent: signal.Signals) -> None:
    with start(text, tmp_path / "m", "--epochs", "100000") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line)["stage"] == "train":
                break
        time.sleep(0.5)
        process.send_signal(sent)
        rest = ended(process)[1]
    assert process.returncode == 128 + sent
    assert "--resume" in rest
    assert "Traceback" not in rest
    assert checkpoint_files(tmp_path / "m")
    assert load(tmp_path / "m", check_values=True).interrupted


@pytest.mark.skipif(os.name == "nt", reason="no such signals there")
def test_ctrl_c_twice_at_any_moment(run_python: Any) -> None:
    """The second interrupts the handler of the first at each of its lines, and those it calls."""
    code = """
import itertools, signal, sys
from firth.training.run.signals import stop_signals

signal.alarm(60)  # who waits for itself is ended
for moment in itertools.count(1):
    lines = 0

    def trace(frame, event, argument):
        global lines
        lines += event == "line"
        if event == "line" and lines == moment:
            signal.raise_signal(signal.SIGINT)
        return trace

    try:
        with stop_signals() as stop:
            sys.settrace(trace)
            signal.raise_signal(signal.SIGINT)
            sys.settrace(None)
    except KeyboardInterrupt:
        pass
    sys.settrace(None)
    assert stop.is_set()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if lines < moment:
        break
print(moment)
"""
    assert int(run_python(code).stdout) > 3


@pytest.mark.skipif(os.name == "nt", reason="no such signals there")
def test_who_asked_to_outlive_the_terminal_does(text: Path, tmp_path: Path) -> None:
    """``nohup`` ignores SIGHUP: so does the run."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = start(text, tmp_path / "m", "--epochs", "20")
    finally:
        signal.signal(signal.SIGHUP, before)
    with process:
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line)["stage"] == "train":
                break
        process.send_signal(signal.SIGHUP)
        ended(process)
    assert process.returncode == 0
    assert not load(tmp_path / "m", check_values=True).interrupted


@pytest.mark.skipif(os.name == "nt", reason="no such shell there")
@pytest.mark.parametrize(
    ("ending", "options"),
    [
        ("2>&1 | true", ""),
        ("2>&1 | head -n 1", "--log-json -"),
        ("2>&-", ""),
        ("> /dev/full 2>&1", "--json"),
        ("", "--log-json /dev/full"),
    ],
)
def test_displays_and_logs_never_stop_a_run(
    text: Path, tmp_path: Path, ending: str, options: str
) -> None:
    if "/dev/full" in ending + options and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    words = f"{sys.executable} -m firth train {text} --output {tmp_path / 'm'} {' '.join(COMMAND)}"
    words = words.replace("--epochs 40", "--epochs 4")
    done = subprocess.run(
        f"{words} {options} {ending}", shell=True, timeout=120, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr + done.stdout
    model = load(tmp_path / "m", check_values=True)
    assert not model.interrupted
    if options == "--log-json /dev/full":
        assert done.stderr.count("the log can no longer be written") == 1
