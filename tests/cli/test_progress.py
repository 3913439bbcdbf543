"""The three ways of showing progress, on a stream that is not a terminal and on one that is."""

from __future__ import annotations

import io
import json

import pytest

from firth import progress
from firth.progress import Progress, ProgressDisplay, Style


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def record(words: int, stage: progress.Stage = "train") -> Progress:
    return Progress(
        stage, words=words, total_words=100, epoch=1, epochs=2, loss=2.0, learning_rate=0.05,
        words_per_second=1e6, elapsed=1.0, eta=61.0,
    )  # fmt: skip


def shown(style: bool | Style, *records: Progress, interval: float = 1000.0) -> str:
    stream = io.StringIO()
    with ProgressDisplay(style, interval=interval, stream=stream) as show:
        for item in records:
            assert show(item) is None  # anything true would stop the run
    return stream.getvalue()


def test_lines_come_at_intervals_and_at_the_ends_of_stages() -> None:
    stages = [Progress("encode"), Progress("encode", words=9, total_words=9)]
    lines = shown(True, *stages, record(0), record(10), record(20), record(100), record(100))
    assert [line.split()[:2] for line in lines.splitlines()] == [
        ["Reading", "…"],
        ["Reading", "100"],
        ["Training", "0"],
        ["Training", "100"],
    ]
    assert shown("lines", record(0), record(10), record(20), interval=0.0).count("\n") == 3


def test_a_line_says_what_matters() -> None:
    assert shown("lines", record(50)) == (
        "Training 50 %  epoch 1/2  1.00M words/s  loss 2.000  lr 0.05  1:01 left\n"
    )


def test_a_line_fits_eighty_columns() -> None:
    longest = Progress(
        "train", words=99, total_words=99, epoch=10, epochs=10, loss=9.8765,
        learning_rate=1.2345e-5, words_per_second=12_345_678.0, eta=3599.0,
    )  # fmt: skip
    assert len(progress.describe(longest)) <= 80


def test_json_lines_hold_what_is_known() -> None:
    assert json.loads(shown("json", record(0)))["eta"] == 61.0
    assert json.loads(shown("json", Progress("compile"))) == {"stage": "compile", "words": 0}


def test_false_shows_nothing() -> None:
    assert shown(False, record(0), record(100)) == ""


def test_a_terminal_gets_one_line_that_is_redrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    stream = Terminal()
    with ProgressDisplay("auto", stream=stream) as show:
        show(record(10))
        show(record(50))
    text = stream.getvalue()
    assert "\x1b[" in text  # it moves the cursor
    assert "50 %" in text
    assert text.endswith("\n") or text.endswith("\x1b[?25h")
