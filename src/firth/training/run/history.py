"""What a run has done so far: counts, losses, rows of history, and progress records from them.

Losses are summed as whole numbers of 2^-32 nats, Python integers of any size: the sum is exact, so
it depends neither on the order in which threads finish nor on how long the run is. A float64 sum
would lose the last digits; a float32 one (gensim) stands still after some 2^27 nats.
"""

from __future__ import annotations

import dataclasses
import math
import time
from typing import Any, NamedTuple

from firth.progress import Progress
from firth.training.run.schedules import Schedule

_SCALE = 2.0**32


class Counts(NamedTuple):
    """What one task reports.

    Attributes
    ----------
    tokens, pairs : int
        Tokens and (centre, outside) pairs trained on.
    measured : int
        Those pairs whose loss was measured.
    loss : float
        Sum of J over the measured pairs, in nats.
    """

    tokens: int
    pairs: int
    measured: int
    loss: float


@dataclasses.dataclass
class Tally:
    """Sums over a stretch of training.

    Examples
    --------
    >>> tally = Tally()
    >>> for _ in range(4):
    ...     tally.add(Counts(10, 2**31, 2**31, 2**31 * 1.5))
    >>> tally.pairs, tally.mean_loss
    (8589934592, 1.5)
    """

    tokens: int = 0
    pairs: int = 0
    measured: int = 0
    scaled_loss: int = 0
    finite: bool = True

    def add(self, counts: Counts) -> None:
        """Add what one task reports."""
        self.tokens += int(counts.tokens)
        self.pairs += int(counts.pairs)
        self.measured += int(counts.measured)
        if math.isfinite(counts.loss):
            # Split first: the product of a huge loss and the scale would round.
            whole = math.floor(counts.loss)
            self.scaled_loss += (whole << 32) + round((counts.loss - whole) * _SCALE)
        else:
            self.finite = False

    @property
    def mean_loss(self) -> float | None:
        """Mean J a pair in nats; None if none was measured."""
        if not self.measured or not self.finite:
            return None
        return self.scaled_loss / self.measured / _SCALE


class Row(NamedTuple):
    """One row of the history: an epoch's end, or the end of a run that was stopped within one."""

    epoch: int
    words: int
    loss: float | None
    learning_rate: float
    words_per_second: float
    validation_loss: float | None


class Recorder:
    """Adds up the counts of a run and tells about them.

    Parameters
    ----------
    schedule : Schedule
        The run.

    Attributes
    ----------
    rows : list of Row
        The epochs that have ended.
    epoch, stretch : Tally
        The epoch in progress, and what happened since the last progress record.
    pairs : int
        (centre, outside) pairs trained on, all epochs together.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.rows: list[Row] = []
        self.epoch, self.stretch = Tally(), Tally()
        self.pairs = 0
        self.earlier_seconds = self.earlier_epoch_seconds = 0.0
        self.restart()

    def restart(self) -> None:
        """Start the clocks."""
        self.started = self.epoch_started = self.last = time.perf_counter()
        self.at_start = self.at_last = self.tokens

    @property
    def tokens(self) -> int:
        """Tokens trained on, all epochs together."""
        return len(self.rows) * self.schedule.epoch_tokens + self.epoch.tokens

    @property
    def seconds(self) -> float:
        """Time spent training, that of the run this one resumes included."""
        return self.earlier_seconds + time.perf_counter() - self.started

    def add(self, counts: Counts) -> None:
        """Add what one task reports; the caller sees to it that only one thread does."""
        self.pairs += int(counts.pairs)
        self.epoch.add(counts)
        self.stretch.add(counts)

    def record(self) -> Progress:
        """Describe the run now, and the stretch since the last call; begin a new stretch."""
        schedule, now = self.schedule, time.perf_counter()
        stretch, self.stretch = self.stretch, Tally()
        tokens, total = self.tokens, schedule.total_tokens
        fresh = (tokens - self.at_last) * schedule.raw_per_token
        speed = fresh / max(now - self.last, 1e-9)
        done_here = tokens - self.at_start
        eta = (now - self.started) * (total - tokens) / done_here if done_here else None
        self.at_last, self.last = tokens, now
        return Progress(
            "train",
            words=round(tokens * schedule.raw_per_token),
            total_words=round(total * schedule.raw_per_token),
            epoch=min(schedule.epochs, len(self.rows) + 1),
            epochs=schedule.epochs,
            loss=stretch.mean_loss,
            learning_rate=schedule.rate(tokens),
            words_per_second=speed,
            elapsed=self.seconds if tokens else 0.0,
            eta=eta,
        )

    def row(self, validation_loss: float | None) -> Row:
        """Describe the epoch in progress as a row of history."""
        seconds = self.earlier_epoch_seconds + time.perf_counter() - self.epoch_started
        words = self.epoch.tokens * self.schedule.raw_per_token
        return Row(
            epoch=len(self.rows) + 1,
            words=round(self.tokens * self.schedule.raw_per_token),
            loss=self.epoch.mean_loss,
            learning_rate=self.schedule.rate(self.tokens),
            words_per_second=words / max(seconds, 1e-9),
            validation_loss=validation_loss,
        )

    def end_epoch(self, validation_loss: float | None) -> Row:
        """Add the epoch in progress to the history; the next one begins."""
        row = self.row(validation_loss)
        self.rows.append(row)
        self.epoch = Tally()
        self.epoch_started, self.earlier_epoch_seconds = time.perf_counter(), 0.0
        return row

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps, as JSON can hold it."""
        return {
            "rows": [row._asdict() for row in self.rows],
            "epoch": dataclasses.asdict(self.epoch),
            "pairs": self.pairs,
            "seconds": self.seconds,
            "epoch_seconds": self.earlier_epoch_seconds + time.perf_counter() - self.epoch_started,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what :meth:`state` returned."""
        self.rows = [Row(**row) for row in state["rows"]]
        self.epoch = Tally(**state["epoch"])
        self.pairs = int(state["pairs"])
        self.earlier_seconds = float(state["seconds"])
        self.earlier_epoch_seconds = float(state["epoch_seconds"])
        self.restart()
