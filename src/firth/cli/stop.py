"""How a run on the command line ends early: SIGTERM as well as Ctrl-C, and warnings as messages."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from firth.cli.output import say
from firth.progress import Progress


class Terminations:
    """Turns SIGTERM into a wish to stop: pass it among the callbacks of ``on_progress``.

    While the text is read there is nothing to save yet, and SIGTERM ends the process at once.
    """

    def __init__(self) -> None:
        self.asked = self.training = False

    def __call__(self, record: Progress) -> bool:
        """Return True if the run should stop."""
        self.training = record.stage == "train"
        return self.asked

    @property
    def exit_code(self) -> int:
        """What an interrupted run exits with, as shells count: 128 and the signal's number."""
        return 128 + (signal.SIGTERM if self.asked else signal.SIGINT)

    def _handle(self, number: int, frame: object) -> None:
        self.asked = True
        if not self.training:
            say("firth: stopped; nothing was saved")
            sys.exit(self.exit_code)

    def __enter__(self) -> Self:
        self._before: Any = signal.signal(signal.SIGTERM, self._handle)
        return self

    def __exit__(self, *exception: object) -> None:
        signal.signal(signal.SIGTERM, self._before)


@contextmanager
def warnings_as_messages() -> Iterator[None]:
    """Print warnings as one line of text each, without file and line number."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_rest, **_options: say(f"firth: {message}")
        warnings.simplefilter("default")
        yield
