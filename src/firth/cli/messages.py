"""Messages for people, on standard error; this imports nothing, so that all can use it."""

from __future__ import annotations

import sys
from contextlib import suppress


class Stopped(SystemExit):
    """The system, or who started the process, wants it to end, and there is nothing to save.

    Raised by handlers of signals. They print nothing: they may interrupt another print, and Python
    forbids one within the other.
    """


def say(text: str) -> None:
    """Print a message for people to standard error; if nobody listens there, nobody is told."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


def say_why(stop: BaseException) -> None:
    """Say that Ctrl-C or another signal has ended the program, if one has, and what was saved."""
    error: BaseException | None = stop
    while error is not None:
        if isinstance(error, Stopped | KeyboardInterrupt):
            say("\n".join(["firth: stopped", *getattr(error, "__notes__", [])]))
            return
        error = error.__cause__ or error.__context__
