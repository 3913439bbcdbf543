"""Many runs shown as one piece of work."""

from __future__ import annotations

import time
from collections.abc import Sequence

from firth.progress import OnProgress, Progress


class OneBar:
    """Shows many runs as one.

    Parameters
    ----------
    tell : callable
        Gets records of all runs together.
    runs : int
        How many there are.
    missing : sequence of int
        The numbers, from 1, of those that are trained now.

    Attributes
    ----------
    said : bool
        A run has ended: what it warned of holds for the others.
    """

    def __init__(self, tell: OnProgress, runs: int, missing: Sequence[int]) -> None:
        self.tell, self.runs, self.missing = tell, runs, list(missing)
        self.said, self.done = False, 0
        self.started = time.monotonic()

    def __call__(self, record: Progress) -> bool | None:
        """Take a record of the run in progress."""
        if record.stage != "train":
            return self.tell(record) if not self.done else None
        before = self.runs - len(self.missing) + self.done  # runs that have ended, now or earlier
        elapsed = time.monotonic() - self.started
        new = self.done + (record.fraction or 0.0)
        left = len(self.missing) - new
        return self.tell(
            Progress(
                "train",
                words=before * record.total_words + record.words,
                total_words=self.runs * record.total_words,
                epoch=record.epoch,
                epochs=record.epochs,
                loss=record.loss,
                learning_rate=record.learning_rate,
                words_per_second=record.words_per_second,
                elapsed=elapsed,
                eta=elapsed * left / new if new else None,
                run=before + 1,
                runs=self.runs,
            )
        )

    def next(self) -> None:
        """Go on to the next run."""
        self.done += 1
