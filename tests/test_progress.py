"""Who sees the progress of a run in Python: people do, files and programs do not."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firth
from firth.errors import ConfigError
from firth.progress import Progress, ProgressDisplay
from firth.progress.live import in_notebook
from tests.cli.test_progress import Terminal

SENTENCES = [["a", "b", "c", "d"]] * 500
SETTINGS: Any = {"min_count": 1, "dim": 4, "epochs": 1, "sample": 0, "threads": 1}


def train(**options: Any) -> firth.Model:
    return firth.train(SENTENCES, **SETTINGS, **options)


def encode(**options: Any) -> Any:
    return firth.encode(SENTENCES, **options)


LONG: list[Callable[..., Any]] = [train, encode]


class Page:
    """What a notebook shows: lines that change, in the order in which they came."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = []

    def display(self, content: Any, *, raw: bool, display_id: bool) -> Any:
        assert raw
        assert display_id
        line = [content["text/plain"]]
        self.lines.append(line)
        return types.SimpleNamespace(update=lambda content, raw: line.append(content["text/plain"]))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    """A process that is the kernel of a notebook."""
    shell = types.SimpleNamespace(kernel=object())
    ipython: Any = types.ModuleType("IPython")
    ipython.get_ipython = lambda: shell
    ipython.display = types.ModuleType("IPython.display")
    page = ipython.display.page = Page()
    ipython.display.display = page.display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", ipython.display)
    return page


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """Makes standard error a terminal; to be called in the test, for pytest sets it before."""

    def make() -> Terminal:
        monkeypatch.setenv("TERM", "xterm")
        stream = Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        return stream

    return make


@pytest.mark.parametrize("run", LONG)
def test_a_terminal_shows_it_by_default(
    run: Callable[..., Any], terminal: Callable[[], Terminal]
) -> None:
    stream = terminal()
    run()
    assert "Reading 100 %" in stream.getvalue()
    assert ("Training 100 %" in stream.getvalue()) == (run is train)
    assert sys.stderr is stream


@pytest.mark.parametrize("run", LONG)
def test_a_notebook_shows_one_line_by_default(
    run: Callable[..., Any], page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_notebook()
    run()
    [line] = page.lines
    assert line[0].startswith("Reading")
    assert " 100 %  " in line[-1]
    assert "  0 words/s" not in line[-1]  # a last record of no stretch at all says nothing
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("run", LONG)
@pytest.mark.parametrize("off", [False, np.bool_(False)])
def test_false_is_silent_for_everybody(
    run: Callable[..., Any], off: Any, terminal: Callable[[], Terminal], page: Page
) -> None:
    stream = terminal()
    run(progress=off)
    assert stream.getvalue() == ""
    assert page.lines == []


@pytest.mark.parametrize("run", LONG)
def test_elsewhere_it_is_shown_on_demand_alone(
    run: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    run()
    run(progress="auto")
    assert capsys.readouterr() == ("", "")
    run(progress=True)
    out, lines = capsys.readouterr()
    assert out == ""
    assert lines.startswith("Reading …\nReading 100 %")
    run(progress="lines")
    assert capsys.readouterr().err.startswith("Reading …\n")
    run(progress="json")
    assert capsys.readouterr().err.startswith('{"stage": "encode", "words": 0}\n')


def test_ipython_in_a_terminal_is_no_notebook(
    page: Page, terminal: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", types.SimpleNamespace)
    stream = terminal()
    encode()
    assert page.lines == []
    assert "Reading 100 %" in stream.getvalue()


def test_what_is_written_to_a_stream_goes_there_in_a_notebook_too(page: Page) -> None:
    stream = io.StringIO()
    with ProgressDisplay(True, stream=stream) as show:
        show(Progress("encode"))
    assert stream.getvalue() == "Reading …\n"
    assert page.lines == []


def test_callbacks_are_told_whatever_is_shown(terminal: Callable[[], Terminal]) -> None:
    terminal()
    for progress in ("auto", True, False, "live", "lines", "json"):
        stages: list[str] = []
        rows: list[Any] = []
        train(
            progress=progress,
            on_progress=lambda record, to=stages: to.append(record.stage),
            on_epoch=rows.append,
        )
        assert list(dict.fromkeys(stages)) == ["encode", "compile", "train"]
        assert len(rows) == 1
    seen: list[Any] = []
    encode(on_progress=seen.append)
    assert [step.phase for step in seen]


@pytest.mark.parametrize("wrong", ["bar", "none", None, 1, 0, 5.5, ["live"], print])
def test_another_progress_is_refused_before_anything_is_read(wrong: Any) -> None:
    for call in (firth.train, firth.encode):
        with pytest.raises(ConfigError, match=r"^progress is .*; it must be True, False or one of"):
            call(iter([]), progress=wrong)


class Broken(Terminal):
    """A terminal that goes away after some writes."""

    def __init__(self, writes: int, error: Exception) -> None:
        super().__init__()
        self.left, self.error = writes, error

    def write(self, text: str) -> int:
        self.left -= 1
        if self.left < 0:
            raise self.error
        return super().write(text)


@pytest.mark.parametrize("writes", [0, 1, 2, 3, 5, 8])
@pytest.mark.parametrize("progress", ["auto", True, "lines", "json"])
@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("closed"), RuntimeError("odd")])
def test_a_display_never_stops_a_run(
    writes: int, progress: Any, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Broken(writes, error)
    monkeypatch.setattr(sys, "stderr", stream)
    out = sys.stdout
    assert len(encode(progress=progress).vocabulary) == 4
    assert sys.stdout is out
    assert sys.stderr is stream


def test_a_page_that_is_gone_does_not_stop_a_run(page: Page) -> None:
    def fail(*content: Any, **options: Any) -> Any:
        raise RuntimeError("the comm is closed")

    sys.modules["IPython.display"].display = fail  # type: ignore[attr-defined]
    assert len(encode().vocabulary) == 4


@pytest.mark.parametrize("stream", [None, object(), io.StringIO()])
def test_streams_that_are_none_odd_or_closed(stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(stream, io.StringIO):
        stream.close()
    for progress in ("auto", True, "live", "json"):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", stream)
            encoded = encode(progress=progress)
        assert len(encoded.vocabulary) == 4


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_a_narrow_code_page_gets_what_it_has(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding=encoding))
    encode(progress=True)
    sys.stderr.flush()
    assert "Reading 100 %" in raw.getvalue().decode(encoding)


SCRIPT = f"""
import sys
import firth
model = firth.train({SENTENCES!r}, **{SETTINGS!r}, on_epoch=lambda row: print("an epoch"))
print("done", sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__)
"""


def in_terminal(script: str, out: Any) -> str:
    """Run a script whose standard error is a terminal; return what the terminal got."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    try:
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
        command = [sys.executable, "-c", script]
        done = subprocess.Popen(command, stdout=out or theirs, stderr=theirs, env=environment)
    finally:
        os.close(theirs)
    got = b""
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:  # Linux: everybody has closed the other side
            break
        if not some:
            break
        got += some
    os.close(ours)
    assert done.wait(60) == 0, got
    return got.decode()


def test_a_real_terminal_is_redrawn_and_left_whole() -> None:
    shown = in_terminal(SCRIPT, None)
    assert "\x1b[2K" in shown
    assert "an epoch\r\n" in shown
    assert "Training 100 %" in shown
    assert shown.endswith("\r\n\x1b[?25hdone True True\r\n")  # the cursor is back


def test_what_callbacks_print_stays_in_its_pipe(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w+") as out:
        shown = in_terminal(SCRIPT, out)
        out.seek(0)
        assert out.read() == "an epoch\ndone True True\n"
    assert "Training 100 %" in shown
    assert "epoch\r\n" not in shown


def test_a_pipe_gets_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=100
    )
    assert (done.stdout, done.stderr) == ("an epoch\ndone True True\n", "")


def test_processes_of_a_pool_show_nothing_by_default() -> None:
    script = (
        "import multiprocessing, sys, firth\n"
        f"def work(progress): firth.encode({SENTENCES[:5]!r}, min_count=1, progress=progress)\n"
        "if __name__ == '__main__':\n"
        "    fork = multiprocessing.get_context('fork')\n"
        "    for progress in sys.argv[1:] or ['auto']:\n"
        "        process = fork.Process(target=work, args=(progress,))\n"
        "        process.start()\n"
        "        process.join()\n"
        "        assert process.exitcode == 0\n"
    )
    assert in_terminal(script, None) == ""


def test_what_it_takes_to_show_is_loaded_when_it_is_shown() -> None:
    script = (
        "import sys, firth, firth.progress\n"
        "firth.encode([['a', 'b']], min_count=1)\n"
        "assert not {'rich', 'IPython'} & {name.split('.')[0] for name in sys.modules}\n"
    )
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=100)
