"""Standard streams that are closed, full or of a narrow code page; names that are not UTF-8."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from firth import cli
from firth.cli.output import print_json
from firth.model import Model, load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux")

TEXT = "the straße ran to the мир on the 猫 mat\n" * 200
TRAIN = ["--dim", "4", "--min-count", "1", "--epochs", "1", "--sample", "0", "--threads", "1"]
ASCII = {"PYTHONIOENCODING": "ascii"}
NARROW = {
    "ascii": ASCII,
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "UTF-16": {"PYTHONIOENCODING": "utf-16"},
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.fixture
def folder(tmp_path):
    """A text, a model and evaluation sets."""
    (tmp_path / "t.txt").write_text(TEXT, encoding="utf-8")
    words = ["straße", "мир", "猫", "dog"]
    matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [1, 1, 1]], np.float32)
    Model(words, [4, 3, 2, 1], {"input": matrix}).save(tmp_path / "m")
    pairs = "straße\tмир\t3\nмир\t猫\t2\n猫\tstraße\t1\nмышь\tмир\t1\n"
    (tmp_path / "pärs.tsv").write_text(pairs, encoding="utf-8")
    questions = ": мир\nstraße мир 猫 dog\n"
    (tmp_path / "questions.txt").write_text(questions, encoding="utf-8")
    return tmp_path


@pytest.fixture
def firth(folder):
    """Run a shell command, in which ``firth`` is this one; give its code, output and errors."""

    def run(command, **environment):
        usual = environment or {"PYTHONIOENCODING": "utf-8"}
        others = {n: v for n, v in os.environ.items() if n[:3] not in ("LC_", "LAN")}
        done = subprocess.run(
            ["sh", "-c", command.replace("firth", f'"{sys.executable}" -m firth', 1)],
            capture_output=True,
            cwd=folder,
            check=False,
            timeout=300,
            env={**others, **usual},
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
        return done.returncode, done.stdout, done.stderr

    return run


COMMANDS = {
    "train": f"firth train t.txt --output out {' '.join(TRAIN)}",
    "train --json": f"firth train t.txt --output out --json {' '.join(TRAIN)}",
    "neighbors": "firth neighbors m straße мир -k 2",
    "neighbors --json": "firth neighbors m straße мир -k 2 --json",
    "analogy": "firth analogy m straße мир 猫",
    "info": "firth info m",
    "evaluate": "firth evaluate m --similarity pärs.tsv --analogies questions.txt",
    "evaluate --json": "firth evaluate m --similarity pärs.tsv --analogies questions.txt --json",
    "cache": "firth cache",
    "help": "firth train --help",
}


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        *(("train --json", closed) for closed in ("<&-", ">&-", "2>&-", "<&- >&-")),
        *((name, "<&- >&- 2>&-") for name in ("neighbors", "info", "cache", "help", "train")),
        *((name, "<&-") for name in ("neighbors", "help", "evaluate")),
    ],
)
def test_closed_streams(firth, folder, name, closed):
    code, out, _ = firth(f"{COMMANDS[name]} {closed}")
    assert code == 0
    assert bool(out) == (">&-" not in closed.replace("2>&-", ""))
    if name.startswith("train"):
        assert len(load(folder / "out").vectors) == 8


def test_a_closed_standard_input_is_said(firth, folder):
    for command in ("firth train - --output out", "firth train t.txt --validation - --output out"):
        code, _, err = firth(f"{command} <&-")
        assert (code, b"standard input is closed" in err) == (2, True)
    assert not (folder / "out").exists()


def test_no_file_takes_the_place_of_a_closed_stream(folder):
    """The lowest free number is the next file's: what libraries print would be written into it."""
    code = (
        "from firth.cli.streams import prepare_streams\n"
        "prepare_streams()\n"
        "with open('next', 'w') as file: file.write(str(file.fileno()))"
    )
    command = ["sh", "-c", f'"{sys.executable}" -c "$0" <&- >&- 2>&-', code]
    subprocess.run(command, cwd=folder, check=True, timeout=300)
    assert (folder / "next").read_text() == "3"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
@pytest.mark.parametrize("name", ["train --json", "neighbors", "info"])
def test_a_full_disk_is_said_once(firth, folder, name):
    code, _, err = firth(f"{COMMANDS[name]} > /dev/full")
    assert (code, err.count(b"No space left on device")) == (2, 1)
    assert name != "train --json" or load(folder / "out")


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        *((name, "ascii") for name in COMMANDS if name != "cache"),
        *((n, e) for n in ("neighbors", "neighbors --json") for e in NARROW if e != "ascii"),
        *((name, "C") for name in ("train", "evaluate --json")),
    ],
)
def test_a_narrow_code_page(firth, name, encoding):
    code, out, err = firth(COMMANDS[name], **NARROW[encoding])
    assert code == 0, err
    if name.endswith("--json"):
        found = json.loads(out.decode("utf-16" if encoding == "UTF-16" else "ascii"))
        if name.startswith("neighbors"):
            assert [answer["word"] for answer in found] == ["straße", "мир"]
        elif name.startswith("evaluate"):
            assert found["sets"][0]["left_out"] == {"m": [["мышь", "мир"]]}
    elif name == "neighbors" and encoding != "UTF-16":
        shown = b"stra\xdfe" if encoding == "cp1252" else b"stra\\xdfe"
        assert shown in out and rb"\u043c\u0438\u0440" in out


def test_a_word_that_cannot_be_shown_is_asked_for_nonetheless(firth):
    """In a locale of ASCII Python keeps the bytes of arguments as lone surrogates."""
    out = firth("firth neighbors m straße -k 1", **NARROW["C"])[1]
    assert out.split() == [rb"\u043c\u0438\u0440", b"0.7071"]
    code, _, err = firth("firth neighbors m strasse", **NARROW["C"])
    assert (code, rb"did you mean 'stra\xdfe'" in err) == (2, True)


def test_progress_on_a_terminal_of_ascii(firth, folder):
    """As `script` and containers give one: a live line, with what the code page lacks."""
    code = (
        "import os, pty, sys\n"
        "status = pty.spawn([sys.executable, '-m', 'firth', *sys.argv[1:]])\n"
        "sys.exit(os.waitstatus_to_exitcode(status))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "train", "t.txt", "--output", "out", *TRAIN],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=folder,
        check=False,
        env={**os.environ, **ASCII, "TERM": "xterm"},
        timeout=300,
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stdout and b"8 words, 4 dimensions" in done.stdout


# Names that are not UTF-8 -------------------------------------------------------------------------

RAW = os.fsdecode(b"caf\xe9")


@pytest.fixture
def run(tmp_path, monkeypatch, capfdbinary):
    """Run a command here; give its code, output and errors."""
    monkeypatch.chdir(tmp_path)
    lines = [line.split() for line in TEXT.splitlines()]
    Path(f"{RAW}.txt").write_text(TEXT, encoding="utf-8")
    Path(RAW).mkdir()
    Path(RAW, f"{RAW}.csv").write_text("id,text\n" + "1,the cat ran\n" * 200)
    Path(f"{RAW}.tsv").write_text("the\tran\t1\nthe\tto\t2\nto\tran\t3\nto\ton\t4\n")
    assert len(lines) == 200

    def call(*words):
        with pytest.raises(SystemExit) as stop:
            cli.main(words)
        return stop.value.code, *capfdbinary.readouterr()

    return call


def test_names_that_are_not_utf8(run):
    out = f"m{RAW}"
    code, said, err = run(
        "train", f"{RAW}.txt", "--output", out, *TRAIN, "--json", "--log-json", f"l{RAW}",
        "--cache", f"c{RAW}", "--checkpoint-every", "200w", "--validation", f"{RAW}.txt",
    )  # fmt: skip
    assert code == 0, err
    assert json.loads(said)["output"] == out
    assert json.loads(run("info", out, "--json")[1])["folder"] == out
    assert run("neighbors", out, "the", "-k", "1")[0] == 0
    code, said, err = run("evaluate", out, "--similarity", f"{RAW}.tsv", "--json")
    assert json.loads(said)["sets"][0]["name"] == RAW
    code, said, err = run("evaluate", out, "--similarity", f"{RAW}.tsv")
    assert (code, said.startswith(rb"caf\udce9 (similarity)")) == (0, True)
    assert run("train", RAW, "--column", "text", "--output", out, *TRAIN, "-q") == (0, b"", b"")
    assert run("train", f"*{RAW[-1]}.txt", "--output", out, *TRAIN, "-q") == (0, b"", b"")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", f"n{RAW}", "--output", "m"], rb"ncaf\udce9: there is no such file"),
        (["train", f"{RAW}.txt", "--output", f"{RAW}.txt"], rb"caf\udce9.txt is a file; name"),
        (["train", f"{RAW}.txt", "--output", RAW], rb"caf\udce9 is not empty and holds no firth"),
        (["train", RAW, "--column", RAW, "--output", "m"], rb"there is no column 'caf\udce9'"),
        (["info", f"{RAW}.txt"], rb"caf\udce9.txt is a text, not a model"),
        (["neighbors", RAW, "cat"], rb"and is no model; caf\udce9.csv is a text"),
    ],
)
def test_errors_about_names_that_are_not_utf8(run, words, message):
    code, said, err = run(*words)
    assert (code, said, message in err) == (2, b"", True), err


def test_a_word_that_is_not_utf8(folder, run):
    code, _, err = run("neighbors", "m", RAW)
    assert (code, rb"'caf\udce9' is not in the vocabulary" in err) == (2, True)
    assert RAW not in load(folder / "m").vectors


def test_json_of_words_is_readable_where_it_can_be(capsys):
    print_json(["straße", "猫"])
    assert capsys.readouterr().out == '[\n  "straße",\n  "猫"\n]\n'
    print_json([RAW])
    assert json.loads(capsys.readouterr().out) == [RAW]
