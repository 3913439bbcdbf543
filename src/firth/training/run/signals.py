"""Ctrl-C as a wish to stop at the next good moment, instead of an exception at any line."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Wish:
    """Whether somebody wants the run to stop.

    It takes no lock, as a `threading.Event` does: a handler of signals runs between any two
    instructions, those of another handler too, and would wait for itself.

    Attributes
    ----------
    by_interrupt : bool
        Ctrl-C has expressed it: who called wants to stop too.
    """

    def __init__(self) -> None:
        self._there = self.by_interrupt = False

    def set(self) -> None:
        """Express it."""
        self._there = True

    def interrupt(self) -> None:
        """Express it for Ctrl-C."""
        self._there = self.by_interrupt = True

    def is_set(self) -> bool:
        """Tell whether somebody has."""
        return self._there


@contextmanager
def stop_signals() -> Iterator[Wish]:
    """Give a wish to stop that the first Ctrl-C expresses; the second one interrupts as usual.

    Other threads than the main one, and programs that handle Ctrl-C themselves, get one that nobody
    expresses.
    """
    stop = Wish()

    def handle(number: int, frame: object) -> None:
        stop.interrupt()
        signal.signal(signal.SIGINT, before)

    before = signal.getsignal(signal.SIGINT)
    ours = (
        threading.current_thread() is threading.main_thread()
        and before is signal.default_int_handler
    )
    if ours:
        signal.signal(signal.SIGINT, handle)
    try:
        yield stop
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)
