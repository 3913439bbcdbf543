"""Faults of the world around a run: streams, disks, memory, callbacks, settings."""

from __future__ import annotations

import random
import sys
from contextlib import suppress

from tools.chaos.api import KINDS, RAISED
from tools.chaos.attempt import Attempt, Moment
from tools.chaos.process import Child
from tools.chaos.signals import Fault, HangUp, Interrupt, InterruptTwice, Kill, Terminate

if sys.platform != "win32":
    import resource


class Stream(Fault):
    """A standard stream or the log cannot be written: the run goes on."""

    kind = "stream"

    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        self.stream = draw.choice(("stderr", "stderr", "stdout", "log"))
        self.how = (
            "full" if self.stream == "log" else draw.choice(("full", "gone", "head", "closed"))
        )
        self.kind = f"{self.stream} {self.how}"
        if self.stream == "stdout":
            # The summary cannot be told. Bad output, or (as Typer does) a reader who has gone.
            self.codes = frozenset({0, 1, 2})

    def arrange(self, attempt: Attempt) -> None:
        """Give it such a stream."""
        if self.stream == "log":
            attempt.log = attempt.log.with_name("full")
            attempt.log.symlink_to("/dev/full")
        else:
            attempt.streams[self.stream] = self.how
        if self.stream == "stdout":
            attempt.face = "cli"
            attempt.options["json"] = True

    def strike(self, attempt: Attempt, child: Child) -> bool:
        """Leave the pipe."""
        child.leave()
        return True

    def over(self, attempt: Attempt) -> None:
        """Let the next attempt have a log."""
        if self.stream == "log":
            attempt.log.unlink()


class Raise(Fault):
    """A callback raises, or asks to stop."""

    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        on, name = draw.choice(("on_progress", "on_epoch")), draw.choice((*KINDS, "stop", "stop"))
        self.raising = {"on": on, "kind": name, "number": draw.choice((1, 2, 3, 5, 10))}
        self.kind = "callback stops" if name == "stop" else f"callback raises {name}"
        self.codes = frozenset({0, 130} if name in ("stop", "KeyboardInterrupt") else {0})
        self.codes |= {RAISED} - ({RAISED} if name == "stop" else set())

    def arrange(self, attempt: Attempt) -> None:
        """Give it the callback."""
        attempt.face, attempt.raising = "api", self.raising

    def strike(self, attempt: Attempt, child: Child) -> bool:
        """Tell whether the callback was called so often."""
        return child.wait() != 0

    def __str__(self) -> str:
        return f"{self.kind} at call {self.raising['number']} of {self.raising['on']}"


class FileLimit(Fault):
    """From a moment on, files may not grow beyond a size (as with a quota)."""

    kind, codes, leaves_room = "file size limit", frozenset({0, 2}), False

    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        self.moment, self.size = Moment.drawn(draw), draw.choice((0, 100, 4000, 100_000))

    def arrange(self, attempt: Attempt) -> None:
        """Let it tell what is wrong, by a way without a limit."""
        attempt.streams["stderr"] = "pipe"

    def strike(self, attempt: Attempt, child: Child) -> bool:
        """Set the limit."""
        # Not before Python has begun to ignore the signal that comes with the error.
        hit = self.moment.wait(attempt, child) and (attempt.trains() or self.moment.delay > 0.5)
        if hit:
            _limit(child, resource.RLIMIT_FSIZE, self.size)
        return hit

    def __str__(self) -> str:
        return f"files may not be larger than {self.size} bytes, {self.moment}"


def _limit(child: Child, which: int, size: int) -> None:
    with suppress(ProcessLookupError):
        resource.prlimit(child.process.pid, which, (size, size))


class FullDisk(Fault):
    """The disk fills up at a moment."""

    kind, codes = "full disk", frozenset({0, 2})

    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        self.moment = Moment.drawn(draw)
        self.spare = draw.choice((0, 4096, 20_000, 100_000, 500_000))

    def strike(self, attempt: Attempt, child: Child) -> bool:
        """Fill it."""
        assert attempt.disk is not None
        hit = self.moment.wait(attempt, child)
        attempt.disk.fill(self.spare)
        return hit

    def over(self, attempt: Attempt) -> None:
        """Give the space back."""
        assert attempt.disk is not None
        attempt.disk.empty()

    def __str__(self) -> str:
        return f"the disk is full but for {self.spare} bytes, {self.moment}"


class Refused(Fault):
    """What cannot be done is refused, and nothing is touched."""

    codes = frozenset({2})

    def __init__(self, draw: random.Random) -> None:
        super().__init__(draw)
        self.change = draw.choice(("memory", "rate", "text"))
        self.kind = {
            "memory": "memory limit",
            "rate": "numbers that run away",
            "text": "a text without pairs",
        }[self.change]

    def arrange(self, attempt: Attempt) -> None:
        """Ask for it."""
        if self.change == "memory":
            attempt.options["memory_limit"] = "10kB"
        elif self.change == "rate":
            attempt.settings["learning_rate"] = 1e30
        else:
            attempt.settings["min_count"] = 10**9


ALWAYS: tuple[type[Fault], ...] = (
    Fault, Kill, Kill, Kill, Interrupt, InterruptTwice, Terminate, HangUp, Stream, Raise, Raise,
    FileLimit, Refused,
)  # fmt: skip
