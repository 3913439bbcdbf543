"""What a run has done so far: rows of history, a curve, and progress records."""

from __future__ import annotations

import dataclasses
import time
from typing import Any, NamedTuple

from firth.progress import Progress
from firth.training.run.curve import Curve
from firth.training.run.schedules import Schedule
from firth.training.run.tally import Counts, Tally


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
    curve : Curve
        The loss along the whole run.
    pairs : int
        (centre, outside) pairs trained on, all epochs together.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.rows: list[Row] = []
        self.epoch, self.stretch = Tally(), Tally()
        self.curve = Curve(schedule)
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

    def add(self, task: int, counts: Counts) -> None:
        """Add what a task reports; the caller sees to it that only one thread does."""
        self.pairs += int(counts.pairs)
        self.epoch.add(counts)
        self.stretch.add(counts)
        self.curve.add(task, counts)

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
            "curve": self.curve.state(),
            "pairs": self.pairs,
            "seconds": self.seconds,
            "epoch_seconds": self.earlier_epoch_seconds + time.perf_counter() - self.epoch_started,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what :meth:`state` returned."""
        self.rows = [Row(**row) for row in state["rows"]]
        self.epoch = Tally(**state["epoch"])
        self.curve.restore(state["curve"])
        self.pairs = int(state["pairs"])
        self.earlier_seconds = float(state["seconds"])
        self.earlier_epoch_seconds = float(state["epoch_seconds"])
        self.restart()
