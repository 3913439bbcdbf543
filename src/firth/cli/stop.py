"""How a run on the command line ends early: Ctrl-C, SIGTERM and SIGHUP; and warnings."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from firth.cli.messages import Stopped, say
from firth.progress import Progress

#: Ctrl-C; the system, or who started the process, wants it to end; the terminal or the connection
#: is gone.
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Terminations:
    """Turns signals into a wish to stop: pass it among the callbacks of ``on_progress``.

    While the text is read there is nothing to save yet, and they end the process at once; so does
    the second Ctrl-C. A signal that was ignored before stays so: ``nohup`` means it.
    """

    def __init__(self) -> None:
        self.asked: int | None = None
        self.training = False

    def __call__(self, record: Progress) -> bool:
        """Return True if the run should stop."""
        self.training = record.stage in ("train", "tune")
        return self.asked is not None

    @property
    def exit_code(self) -> int:
        """What an interrupted run exits with, as shells count: 128 and the signal's number."""
        return 128 + (self.asked or signal.SIGINT)

    def _handle(self, number: int, frame: object) -> None:
        before, self.asked = self.asked, number
        if number == before == signal.SIGINT:
            raise KeyboardInterrupt
        if not self.training:
            raise Stopped(self.exit_code)

    def __enter__(self) -> Self:
        self._before: dict[int, Any] = {}
        for name in _SIGNALS:
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)


@contextmanager
def warnings_as_messages() -> Iterator[None]:
    """Print warnings as one line of text each, without file and line number."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_rest, **_options: say(f"firth: {message}")
        warnings.simplefilter("default")
        # A signal ends a function between any two instructions: what it had open closes itself.
        warnings.simplefilter("ignore", ResourceWarning)
        yield
