"""Processes that are given a time to end, and asked where they stand if they do not."""

from __future__ import annotations

import os
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tools.chaos.step import Found, require

ROOT = Path(__file__).resolve().parents[2]
#: Seconds after which a process hangs. The longest work is to compile the kernels of one run.
LIMIT = 240.0
_STACKS = "CHAOS_STACKS"
#: Imported by every child at its start: SIGUSR1 writes the stacks of all threads to a file.
_SITE = f"""
import faulthandler, os, signal
if "{_STACKS}" in os.environ:
    stacks = os.open(os.environ["{_STACKS}"], os.O_WRONLY | os.O_CREAT)
    faulthandler.register(signal.SIGUSR1, stacks, all_threads=True)
    os.close(os.open(os.environ["{_STACKS}"] + ".ready", os.O_WRONLY | os.O_CREAT))
"""
#: Ctrl-C in a function that Python calls when it forgets the lock of an import: it is lost.
_LOST_IN_IMPORT = re.compile(
    r"Exception ignored in: <function _get_module_lock.*\n"
    r"Traceback \(most recent call last\):\n(?:  .*importlib.*\n(?:    .*\n)*)*"
    r"KeyboardInterrupt: ?\n"
)
_UNWANTED = ("Traceback", "Exception ignored", "Fatal Python error", "Segmentation fault")


@dataclass
class Launch:
    """How a process is started.

    Attributes
    ----------
    arguments : list of str
        After ``python -m``.
    folder : Path
        For its standard streams, as files, and temporary files.
    name : str
        Of these files.
    streams : dict
        What ``"stdout"`` and ``"stderr"`` are if they are no files: ``"pipe"``, ``"full"``
        (/dev/full), ``"gone"`` (a pipe that nobody reads), ``"head"`` (a pipe that is read for one
        line) or ``"closed"``.
    cwd : Path
        Where it stands.
    """

    arguments: list[str]
    folder: Path
    name: str
    streams: dict[str, str] = field(default_factory=dict)
    cwd: Path = ROOT

    def __str__(self) -> str:
        streams = "".join(f" [{name}: {kind}]" for name, kind in self.streams.items())
        return f"python -m {shlex.join(self.arguments)}{streams}"

    def command(self) -> list[str]:
        """Return the whole command; a shell closes what is to be closed."""
        command = [sys.executable, "-m", *self.arguments]
        numbers = {"stdout": 1, "stderr": 2}
        closed = [f"{numbers[n]}>&-" for n, kind in self.streams.items() if kind == "closed"]
        return ["sh", "-c", f'exec "$@" {" ".join(closed)}', "sh", *command] if closed else command


class Child:
    """A running process."""

    def __init__(self, launch: Launch) -> None:
        self.launch, self.path = launch, launch.folder / launch.name
        site, temporary = launch.folder / "site", launch.folder / "tmp"
        for folder in (site, temporary):
            folder.mkdir(parents=True, exist_ok=True)
        (site / "sitecustomize.py").write_text(_SITE)
        self.stacks = self.path.with_suffix(".stacks")
        paths = [str(site), str(ROOT), os.environ.get("PYTHONPATH", "")]
        env = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "PYTHONIOENCODING": "utf-8",
            "TMPDIR": str(temporary),
        }
        if "closed" not in launch.streams.values():  # else the file would take the free number
            env[_STACKS] = str(self.stacks)
        with self._open("stdout") as out, self._open("stderr") as err:
            self.process = subprocess.Popen(
                launch.command(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if self._is_pipe("stdout") else out,
                stderr=subprocess.PIPE if self._is_pipe("stderr") else err,
                cwd=launch.cwd,
                start_new_session=True,
                env=env,
            )
        self.end = time.monotonic() + LIMIT
        self._read = b""

    def _is_pipe(self, name: str) -> bool:
        return self.launch.streams.get(name) in ("pipe", "gone", "head")

    def _open(self, name: str) -> IO[Any]:
        full = self.launch.streams.get(name) == "full"
        return Path("/dev/full" if full else self.path.with_suffix(f".{name}")).open("wb")

    @property
    def running(self) -> bool:
        """Whether it has not ended, within the time that it has."""
        return self.process.poll() is None and time.monotonic() < self.end

    def has_begun(self) -> bool:
        """Whether Python has started, and begins with the program."""
        return self.stacks.with_suffix(".stacks.ready").exists()

    def leave(self) -> None:
        """Stop reading its pipes, after one line where that was asked for."""
        for name in ("stdout", "stderr"):
            stream = getattr(self.process, name)
            if stream is not None:
                if self.launch.streams[name] == "head":
                    select.select([stream], [], [], LIMIT)
                stream.close()

    def send(self, number: int) -> bool:
        """Send a signal; tell whether it was still there to get it."""
        if not self.running:
            return False
        self.process.send_signal(number)
        return True

    def wait(self) -> int:
        """Wait for its end and return the exit code, negative for a signal that killed it.

        Raises
        ------
        Found
            It hangs; or wrote what only a program in disorder writes.
        """
        try:
            if self.launch.streams.get("stderr") == "pipe":
                self._read += self.process.communicate(timeout=self._left)[1] or b""
            code = self.process.wait(self._left)
        except subprocess.TimeoutExpired:
            state = self._state()
            self.process.send_signal(signal.SIGUSR1)
            time.sleep(2)
            self.close()
            text = f"it hangs (state {state}); after {LIMIT:.0f} s its threads are at"
            raise Found(f"{text}\n{self._stacks()}") from None
        text = self.errors
        require(_is_orderly(text), f"standard error, exit code {code}:\n{text}")
        require(code >= 0 or -code in _DEADLY, f"it died of signal {-code}:\n{text}")
        return code

    @property
    def _left(self) -> float:
        return max(1.0, self.end - time.monotonic())

    def _state(self) -> str:
        """Return what the system says of it: S sleeps, R runs, T has been stopped by a signal."""
        command = ["ps", "-o", "stat=", "-p", str(self.process.pid)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def _stacks(self) -> str:
        return self.stacks.read_text(errors="replace") if self.stacks.exists() else "(unknown)"

    @property
    def errors(self) -> str:
        """What it wrote to standard error, if that was a file or a pipe."""
        path = self.path.with_suffix(".stderr")
        content = path.read_bytes() if path.exists() else b""
        return (content + self._read).decode(errors="replace")

    def close(self) -> None:
        """Kill it if it still runs."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


#: Signals that end a process which does not handle them: no disorder.
_DEADLY = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _is_orderly(text: str) -> bool:
    """Whether standard error holds messages only."""
    if text.rstrip().endswith("KeyboardInterrupt") and ", in main\n" not in text:
        return True  # Ctrl-C while Python itself starts; no program can do anything about that
    text = _LOST_IN_IMPORT.sub("", text)
    return not any(word in text for word in _UNWANTED)
