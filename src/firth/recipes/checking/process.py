"""Runs a student's program in a process of its own, with a time limit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from firth.errors import ConfigError
from firth.recipes.checking.cases import Case

Answer = dict[str, Any]


class Answers(NamedTuple):
    """What a program answered.

    Attributes
    ----------
    functions : dict of str to str
        The names of the functions that it has, by role.
    answers : list of dict
        One for each call, as `firth.recipes.checking.child.answer` makes them.
    """

    functions: dict[str, str]
    answers: list[Answer]


def ask(program: Path, cases: Sequence[Case], seconds: float) -> Answers:
    """Make every call in another process.

    A function that does not end within `seconds`, or that ends the process, gets no further calls;
    another process makes those of the other functions.

    Parameters
    ----------
    program : Path
        The student's file.
    cases : sequence of Case
        The calls.
    seconds : float
        The time for each process.

    Raises
    ------
    ConfigError
        The program cannot be run, or does not end while it is imported.
    """
    answers: list[Answer | None] = [None] * len(cases)
    functions: dict[str, str] = {}
    while waiting := [i for i, answered in enumerate(answers) if answered is None]:
        lines, late = _run(program, [cases[i] for i in waiting], seconds)
        if not lines:
            problem = f"did not end within {seconds:g} seconds" if late else "ended Python"
            raise ConfigError(
                f"{program}: importing it {problem}; put what should only run as a program under "
                'if __name__ == "__main__":'
            )
        if "error" in lines[0]:
            raise ConfigError(f"{program} cannot be imported: {lines[0]['error']}")
        functions = lines[0]["functions"]
        for i, answered in zip(waiting, lines[1:], strict=False):
            answers[i] = answered
        if len(lines) <= len(waiting):
            role = cases[waiting[len(lines) - 1]].role
            problem = f"it did not end within {seconds:g} seconds" if late else "it ended Python"
            for i in waiting:
                if cases[i].role == role and answers[i] is None:
                    answers[i] = {"error": problem}
    return Answers(functions, [answered or {} for answered in answers])


def _run(program: Path, cases: Sequence[Case], seconds: float) -> tuple[list[Answer], bool]:
    """Return the lines that a process wrote, and whether it was stopped."""
    with tempfile.TemporaryDirectory(prefix="firth-check-") as name:
        folder = Path(name)
        asked = {"program": str(program.resolve()), "calls": cases}
        (folder / "calls.json").write_text(json.dumps(asked), encoding="utf-8")
        command = [sys.executable, "-m", "firth.recipes.checking.child", str(folder)]
        nowhere = subprocess.DEVNULL
        with subprocess.Popen(
            command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
        ) as process:
            try:
                process.wait(seconds)
                late = False
            except subprocess.TimeoutExpired:
                late = True
            finally:
                _end(process)
        written = folder / "answers.jsonl"
        text = written.read_text(encoding="utf-8") if written.exists() else ""
    # A line that was not finished is no answer.
    return [json.loads(line) for line in text.split("\n")[:-1]], late


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, and those that it has started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
