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
    leaves_room : bool
        What cannot be saved in its place can be saved to another.
    """

    kind = "none"
    codes: frozenset[int] = frozenset({0})
    leaves_room = True

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw

    def arrange(self, attempt: Attempt) -> None:
        """Change what will be started."""

    def must_save(self, attempt: Attempt) -> bool:
        """Tell whether there must be another model, unless the run ends with exit code 0."""
        return False

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
    in_training : bool
        It came when there was something to save.
    """

    numbers: tuple[signal.Signals, ...]

    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        self.moment, self.pause = Moment.drawn(draw), draw.choice((0.0, draw.random() * 0.2))
        self.in_training = False

    def strike(self, attempt: Attempt, child: Child) -> bool:
        """Send them."""
        if not self.moment.wait(attempt, child):
            return False
        self.in_training = any(r["stage"] == "train" and r["words"] for r in attempt.records())
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
    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        # A shell tells 128 and the number of both who exits with that and who dies of the signal,
        # as a program does in the moments before and after it handles signals.
        first = self.numbers[0]
        self.codes = frozenset({0, 128 + first, -first})

    def must_save(self, attempt: Attempt) -> bool:
        """Tell whether the run was asked, once, to stop when it had something to save."""
        asked = attempt.face == "cli" or self.numbers[0] == signal.SIGINT
        return asked and len(self.numbers) == 1 and self.in_training


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
