"""One step: its draws, its folder, what was done in it; and the count of all steps."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path


class Found(Exception):  # noqa: N818
    """A promise that was broken, in words."""


@dataclass
class Tally:
    """How often each fault struck.

    Attributes
    ----------
    hits, misses : Counter
        By kind of fault: it struck; the process had ended before.
    skipped : dict
        Kinds of faults that this machine does not allow, with the reason.
    steps : int
        Steps begun.
    """

    hits: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, str] = field(default_factory=dict)
    steps: int = 0

    def add(self, kind: str, hit: bool = True) -> None:
        """Count one."""
        (self.hits if hit else self.misses)[kind] += 1

    def summary(self) -> str:
        """Return a table of all kinds."""
        lines = [f"chaos: {self.steps} steps; of each kind of fault (and too late to strike):"]
        for kind in sorted({*self.hits, *self.misses}):
            late = f" ({self.misses[kind]})" if self.misses[kind] else ""
            lines.append(f"  {kind:<32}{self.hits[kind]:>5}{late}")
        lines += [f"  {kind:<32} skipped: {why}" for kind, why in self.skipped.items()]
        return "\n".join(lines)


class Step:
    """What a story is told with.

    Parameters
    ----------
    seed, number : int
        They decide all draws.
    folder : Path
        Everything of the step is in it.
    all_members : bool
        Draw from all members, not from those alone whose kernels are compiled already.
    tally : Tally
        Where faults are counted.

    Attributes
    ----------
    draw : random.Random
        The draws.
    done : list of str
        What was done, in order, for the report.
    cleanup : ExitStack
        What is closed at the end: processes, disks.
    """

    def __init__(self, seed: int, number: int, folder: Path, all_members: bool, tally: Tally):
        self.seed, self.number, self.folder, self.all_members = seed, number, folder, all_members
        self.tally = tally
        self.draw = random.Random(f"{seed}/{number}")
        self.done: list[str] = []
        self.cleanup = ExitStack()

    def say(self, line: str) -> None:
        """Note what is done."""
        self.done.append(line)

    def later(self, action: Callable[[], object]) -> None:
        """Do something at the step's end, however it ends."""
        self.cleanup.callback(action)

    def close(self) -> None:
        """End it."""
        self.cleanup.close()


def require(holds: bool, otherwise: str) -> None:
    """Go on if a promise holds.

    Raises
    ------
    Found
        It does not.
    """
    if not holds:
        raise Found(otherwise)
