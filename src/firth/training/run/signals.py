"""Ctrl-C as a wish to stop at the next good moment, instead of an exception at any line."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """Give an event that the first Ctrl-C sets; the second one interrupts as usual.

    Other threads than the main one, and programs that handle Ctrl-C themselves, get an event that
    nothing sets.
    """
    stop = threading.Event()

    def handle(number: int, frame: object) -> None:
        stop.set()
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
