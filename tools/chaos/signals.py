"""What is done to a run, and how it may end then; first of all nothing, and signals."""

from __future__ import annotations

import random
import signal
import time

from tools.chaos.attempt import Attempt, Moment
from tools.chaos.process import Child


class Fault:
    """Nothing is done: the run ends well.

    Attributes
    ----------
    kind : str
        Its name in the count.
    codes : set of int
        Exit codes with which the run may end.
    """

    kind = "none"
    codes: frozenset[int] = frozenset({0})

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw

    def arrange(self, attempt: Attempt) -> None:
        """Change what will be started."""

    def strike(self, attempt: Attempt, child: Child) -> bool:
        """Do it; tell whether the process was still there."""
        return True

    def over(self, attempt: Attempt) -> None:
        """Put back what belongs to others, when the process has ended."""

    def __str__(self) -> str:
        return self.kind


class Signal(Fault):
    """Signals, at a random moment.

    Attributes
    ----------
    heard, in_training : bool
        It came when the run had told something, and when there was something to save.
    """

    numbers: tuple[signal.Signals, ...]

    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        self.moment, self.pause = Moment.drawn(draw), draw.choice((0.0, draw.random() * 0.2))
        self.heard = self.in_training = False

    def strike(self, attempt: Attempt, child: Child) -> bool:
        """Send them."""
        if not self.moment.wait(attempt, child):
            return False
        records = attempt.records()
        self.heard = bool(records)
        self.in_training = any(r["stage"] == "train" and r["words"] for r in records)
        hit = child.send(self.numbers[0])
        for number in self.numbers[1:]:
            time.sleep(self.pause)
            child.send(number)
        return hit

    def __str__(self) -> str:
        return f"{self.kind}, {self.moment}"


class Kill(Signal):
    """The process is gone from one moment to the next."""

    kind, numbers, codes = "kill -9", (signal.SIGKILL,), frozenset({0, -signal.SIGKILL})


class _Polite(Signal):
    def arrange(self, attempt: Attempt) -> None:
        """Expect the exit code of shells."""
        # A program of Python's dies of signals, but for Ctrl-C. So does the command line in the
        # moment before it can handle them.
        first = self.numbers[0]
        self.codes = frozenset({0, 128 + first, -first})

    def strike(self, attempt: Attempt, child: Child) -> bool:
        """Send them."""
        hit = super().strike(attempt, child)
        if self.heard and (attempt.face == "cli" or self.numbers[0] == signal.SIGINT):
            self.codes -= {-self.numbers[0]}
        return hit


class Interrupt(_Polite):
    """Ctrl-C."""

    kind, numbers = "SIGINT", (signal.SIGINT,)


class InterruptTwice(_Polite):
    """An impatient Ctrl-C."""

    kind, numbers = "SIGINT twice", (signal.SIGINT, signal.SIGINT)


class Terminate(_Polite):
    """The system goes down."""

    kind, numbers = "SIGTERM", (signal.SIGTERM,)


class HangUp(_Polite):
    """The connection drops."""

    kind, numbers = "SIGHUP", (signal.SIGHUP,)
