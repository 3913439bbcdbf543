"""``firth train`` and ``firth demo`` as processes, from text to a model on disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firth.cli.demo as demo_command
from firth.config import TrainConfig, every_option
from firth.corpus import TOKENIZERS
from firth.model import Model, load
from firth.progress import Progress
from firth.training.run.history import Row
from helpers.processes import ended

Firth = Callable[..., "subprocess.CompletedProcess[str]"]

SMALL = ("--dim", "8", "--min-count", "1", "--epochs", "2", "--threads", "1", "--sample", "0")


def test_help_names_every_tokenizer(firth: Firth) -> None:
    assert "|".join(TOKENIZERS) in firth("train", "--help").stdout


def test_tokenizers_of_modules_and_letters(firth: Firth, tmp_path: Path) -> None:
    (tmp_path / "cut.py").write_text("def words(line): return line.split('|')\n")
    text = tmp_path / "text.txt"
    text.write_text("IŞIK|cafe\u0301\nışık|caf\u00e9\n" * 50, encoding="utf-8")
    options = ("--tokenizer", "cut:words", "--lowercase-locale", "tr", "--normalize", "NFC")
    done = firth("train", text, "--output", tmp_path / "m", *SMALL, *options)
    assert done.returncode == 0, done.stderr
    model = load(tmp_path / "m")
    assert list(model.vectors.words) == ["café", "ışık"]
    reading = model.provenance["reading"]
    assert [reading[name] for name in ("tokenizer", "lowercase", "normalize")] == [
        "cut.words", "tr", "NFC",
    ]  # fmt: skip
    assert "café" in firth("neighbors", tmp_path / "m", "ışık").stdout
    assert firth("neighbors", tmp_path / "m", "cafe\u0301").returncode == 0


@pytest.fixture
def text(tmp_path: Path) -> Path:
    file = tmp_path / "text.txt"
    file.write_text("The king and the queen sat down\nthe man and the woman stood up\n" * 200)
    return file


def test_a_model_without_output_vectors(firth: Firth, text: Path, tmp_path: Path) -> None:
    for name, flags in (("whole", ()), ("m", ("--no-output-vectors",))):
        done = firth("train", text, "--output", tmp_path / name, *SMALL, *flags)
        assert done.returncode == 0, done.stderr
    whole, model = load(tmp_path / "whole"), load(tmp_path / "m")
    assert dict(model.rows) == {"input": "words"}
    np.testing.assert_array_equal(model.vectors.matrix, whole.vectors.matrix)
    assert model.config == whole.config
    assert firth("predict", "whole", "king").returncode == 0
    assert "train again and save them too" in firth("predict", "m", "king").stderr


def test_a_text_becomes_a_model_that_answers(firth: Firth, text: Path, tmp_path: Path) -> None:
    done = firth("train", text, "--output", tmp_path / "m", *SMALL, "--lowercase", "--seed", "3")
    assert done.returncode == 0, done.stderr
    assert "Training" in done.stderr
    assert "\x1b" not in done.stderr  # not a terminal: plain lines
    assert done.stdout == ""
    model = load(tmp_path / "m", check_values=True)
    assert "the" in model.vectors
    assert "The" not in model.vectors
    assert model.config["dim"] == model.vectors.dim == 8
    assert model.config["seed"] == 3
    assert model.history.num_rows >= 1
    assert firth("neighbors", tmp_path / "m", "king", "-k", "3").stdout.count("\n") == 3


def test_standard_input_and_json(firth: Firth, text: Path, tmp_path: Path) -> None:
    done = firth(
        "train", "-", "--output", tmp_path / "m", *SMALL, "--json", "--log-json", "-",
        stdin=text.read_text(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["words"] == len(load(tmp_path / "m").vectors)
    records = [json.loads(line) for line in done.stderr.splitlines()]
    assert records[-1]["stage"] == "train"
    assert records[-1]["words"] == records[-1]["total_words"] == 2 * 14 * 200


def test_quiet_is_quiet(firth: Firth, text: Path, tmp_path: Path) -> None:
    done = firth("train", text, "--output", tmp_path / "m", *SMALL, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert firth("info", tmp_path / "m").returncode == 0


def test_same_seed_same_model(firth: Firth, text: Path, tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        firth("train", text, "--output", tmp_path / name, *SMALL, "--seed", seed, "--quiet")
    first, again, other = ((tmp_path / name / "vectors.safetensors").read_bytes() for name in "abc")
    assert first == again
    assert first != other


#: A value other than the default for each option, and what it needs beside it.
OTHER: dict[str, tuple[Any, tuple[str, ...]]] = {
    "architecture": ("cbow", ()),
    "objective": ("softmax", ()),
    "unit": ("subwords", ()),
    "max_vocabulary": (40, ()),
    "sample": (0.5, ()),
    "threads": (1, ()),
    "deterministic": (True, ()),
    "chunk_size": (32, ()),
    "batch_size": (8, ()),
    "dtype": ("float64", ()),
    "dynamic_window": (False, ()),
    "cbow_mean": (False, ("--architecture", "cbow")),
    "cbow_gradient": ("exact", ("--architecture", "cbow")),
    "noise": ("pair", ()),
    "noise_exponent": (-0.5, ()),
    "pool_size": (16, ()),
    "rate_exponent": (0.25, ()),
    "round_length": (20_000, ("--deterministic",)),
    "round_parts": (3, ("--deterministic",)),
    "softmax_hours": (3.5, ("--objective", "softmax")),
    "min_n": (2, ("--unit", "subwords")),
    "max_n": (5, ("--unit", "subwords")),
    "buckets": (1000, ("--unit", "subwords")),
    "subword_gradient": ("exact", ("--unit", "subwords")),
}


def test_every_flag_arrives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each option of training, alone, on the command line: in the settings it has that value."""
    import firth
    from firth.cli.root import app

    arrived: dict[str, Any] = {}
    ends = TrainConfig(dim=4, min_count=1)

    def train(source: Any, **given: Any) -> Any:
        names = set(given) & {option.name for _, option in every_option()}
        arrived.update(TrainConfig.from_dict({name: given[name] for name in names}).to_dict())
        return Model(["a"], [1], {"input": np.ones((1, 4))}, ends.to_dict())

    monkeypatch.setattr(firth, "train", train, raising=False)
    for _, option in every_option():
        value, beside = OTHER.get(option.name, (3, ()))
        assert value != option.default
        flag = "--" + option.name.replace("_", "-")
        words = [flag] if value is True else [flag, str(value)]
        if value is False:
            words = [f"--{option.kind.off}"]
        arrived.clear()
        with pytest.raises(SystemExit) as ended:
            app(["train", "x", "--output", str(tmp_path / "m"), "--quiet", *beside, *words])
        assert ended.value.code == 0
        assert arrived[option.name] == value, option.name


def test_flags_of_experts_stand_apart(firth: Firth) -> None:
    text = firth("train", "--help").stdout
    panels = dict(part.split("─", 1) for part in text.split("╭─ ")[1:])
    for _, option in every_option():
        flag = f"│ --{option.name.replace('_', '-')} "
        assert (flag in panels["Expert "]) is option.expert, option.name
    assert list(panels)[-1] == "Expert "
    experts = {option.name for _, option in every_option() if option.expert}
    assert experts == {
        "chunk_size", "batch_size", "dtype", "noise", "noise_exponent", "pool_size",
        "rate_exponent", "rate_visits", "end_learning_rate", "round_length", "round_parts",
    }  # fmt: skip


def test_every_flag_of_the_command_itself_arrives(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import firth
    from firth.cli.root import app

    arrived: dict[str, Any] = {}

    def train(source: Any, **given: Any) -> Any:
        arrived.update(given, source=source)
        return Model(["a"], [1], {"input": np.ones((1, 4))}, {"dim": 4})

    monkeypatch.setattr(firth, "train", train, raising=False)
    output = tmp_path / "m"
    for words, name, value in (
        ([], "source", ["x", "y"]),
        ([], "output", str(output)),
        (["--validation", "0.25"], "validation", 0.25),
        (["--validation", "text.txt"], "validation", "text.txt"),
        (["--patience", "3"], "patience", 3),
        (["--checkpoint-every", "30s"], "checkpoint_every", "30s"),
        (["--resume"], "resume", True),
        (["--memory-limit", "3GB"], "memory_limit", "3GB"),
        (["--cache", "folder"], "cache", "folder"),
        (["--no-cache"], "cache", False),
        (["--tokenizer", "unicode"], "tokenizer", "unicode"),
        (["--lowercase"], "lowercase", True),
        (["--lowercase-locale", "tr"], "lowercase", "tr"),
        (["--normalize", "NFC"], "normalize", "NFC"),
        (["--column", "text"], "column", "text"),
        (["--errors", "replace"], "errors", "replace"),
    ):
        arrived.clear()
        with pytest.raises(SystemExit) as ended:
            app(["train", "x", "y", "--output", str(output), "--quiet", *words])
        assert ended.value.code == 0
        assert arrived[name] == value, name


def test_the_log_has_what_the_run_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import firth
    from firth.cli.root import app

    row = Row(1, 500, 2.5, 0.02, 1e6, None)

    def train(source: Any, *, on_progress: Any, on_epoch: Any, **given: Any) -> Any:
        on_progress(Progress("train", words=500, total_words=1000))
        on_epoch(row)
        return Model(["a"], [1], {"input": np.ones((1, 4))})

    monkeypatch.setattr(firth, "train", train, raising=False)
    log = tmp_path / "log.jsonl"
    with pytest.raises(SystemExit) as ended:
        app(["train", "x", "--output", str(tmp_path / "m"), "--quiet", "--log-json", str(log)])
    assert ended.value.code == 0
    progress, epoch = map(json.loads, log.read_text().splitlines())
    assert (progress["event"], progress["words"]) == ("progress", 500)
    assert epoch == {"event": "epoch", **row._asdict()}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--objective", "softmax", "--negative", "3"), "negative is an option of the objective"),
        (("--dim", "0"), "dim is 0"),
        (("--architecture", "transformer"), "transformer"),
        (("--objective", "luck"), "luck"),
        (("--tokenizer", "guess"), "guess"),
        (("--tokenizer", "no_such:words"), "there is no module no_such"),
        (("--tokenizer", "string:digits"), "which is no function but of type str"),
        (("--tokenizer", "builtins:str"), "the tokenizer str returned 'The king"),
        (("--normalize", "NFX"), "normalize is 'NFX'; it must be None or one of"),
        (("--lowercase-locale", "xx"), "lowercase is 'xx'"),
        (("--errors", "ignore"), "ignore"),
        (("--min-count", "100000"), "min_count"),
        (("--threads", "-1"), "threads is -1"),
        (("--quiet", "--log-json", "-"), "contradict"),
    ],
)
def test_settings_that_make_no_sense(
    firth: Firth, text: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    done = firth("train", text, "--output", tmp_path / "m", *options)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 2
    assert not (tmp_path / "m").exists()


def test_a_folder_with_other_things_is_refused_before_reading(firth: Firth, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = firth("train", "no-such-file.txt", "--output", "mine")
    assert "not empty and holds no firth model" in done.stderr
    assert done.returncode == 2
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "text.txt"), (b"caf\xe9 au lait\n", "byte 3"), (b" \n \n", "text.txt")],
)
def test_bad_text(firth: Firth, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "text.txt").write_bytes(content)
    done = firth("train", "text.txt", "--output", "m", *SMALL)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize("source", ["none.txt", "the cat sat", "~nobody-there/x"])
def test_a_missing_input_is_said_without_advice_for_python(
    firth: Firth, tmp_path: Path, source: str
) -> None:
    (tmp_path / "a.txt").write_text("the cat\n")
    for command in (["a.txt", source], ["a.txt", "--validation", source]):
        done = firth("train", *command, "--output", "m")
        assert done.returncode == 2
        assert f"firth: {source}: there is no " in done.stderr
        assert "iter(" not in done.stderr and "of the list" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C of another console cannot be sent there")
@pytest.mark.usefixtures("heard")
def test_ctrl_c_keeps_what_has_been_learnt(text: Path, tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "firth", "train", str(text), "--output", str(tmp_path / "m"),
        *SMALL, "--epochs", "1000000", "--log-json", "-",
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line)["stage"] == "train":
                break
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        rest = ended(process)[1]
    assert process.returncode == 130, rest
    assert "saved" in rest
    assert "Traceback" not in rest
    model = load(tmp_path / "m", check_values=True)
    assert model.interrupted


@pytest.mark.skipif(os.name == "nt", reason="no such signals there")
@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_while_the_text_is_read(tmp_path: Path, sent: signal.Signals) -> None:
    command = [sys.executable, "-m", "firth", "train", "-", "--output", str(tmp_path / "m")]
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        assert process.stderr.readline().startswith("Reading")
        process.send_signal(sent)
        # Python hands signals to its handlers when a read that they interrupt has ended.
        rest = ended(process, "some words\n")[1]
    assert process.returncode == 128 + sent
    assert rest == "firth: stopped\n"
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "m"])


def test_demo_tells_sensible_neighbours(
    firth: Firth,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = firth("demo", "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["words"] > 5_000
    near = {item["word"]: [n["word"] for n in item["neighbors"]] for item in result["neighbors"]}
    assert set(near["sister"]) & {"mother", "brother", "daughter", "niece", "aunt", "cousin"}
    assert set(near["seven"]) & {"six", "eight", "five", "four", "three", "nine", "ten", "twelve"}
    answers = {item["c"]: [a["word"] for a in item["answers"]] for item in result["analogies"]}
    assert "aunt" in answers["uncle"]
    assert "came" in answers["come"]
    assert len(load(tmp_path / "firth-demo").vectors) == result["words"]
    # As people see it; the model is the one above.
    monkeypatch.setattr(demo_command, "run", lambda *_, **__: load(tmp_path / "firth-demo"))
    demo_command.demo("firth-demo", quiet=True, json=False)
    said = capsys.readouterr().out
    assert (
        "firth explore firth-demo" in said and f"{result['words']:,} words, 100 dimensions" in said
    )
