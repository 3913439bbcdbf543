"""The outer loop: epochs, the crew that shares them, and what happens between tasks.

The crew is this machine's threads, or the nodes of a cluster. Each thread takes the next task when
it is free (Hogwild: Recht et al. 2011), so that a slow core holds nobody up. What a task is trained
with, its draws and its learning rate, depends on its number alone: with one thread the run is the
same bit for bit, always.
"""

from __future__ import annotations

import dataclasses
import math
import threading
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from firth.corpus import EncodedCorpus
from firth.errors import ConfigError, TrainingError
from firth.progress import OnProgress, Progress
from firth.training.run.checkpoint import Checkpoint, Checkpointer, restore
from firth.training.run.curve import Point
from firth.training.run.history import Recorder, Row
from firth.training.run.learnable import no_pairs
from firth.training.run.setup import Setup
from firth.training.run.signals import Wish
from firth.training.run.tally import Counts
from firth.training.run.team import Team
from firth.training.run.threads import Crew, Threads
from firth.training.run.validation import HeldOut

REPORT_SECONDS = 0.2
#: Numbers that run away may stay finite. An epoch's loss may be so many times that of vectors that
#: know nothing, and the last one's: what is worse than to know nothing is no result.
WORSE, WORSE_AT_THE_END = 5.0, 1.1
#: No vector of a run that went well has a number above 20.
LARGEST_WEIGHT = 1e4


class Trainer:
    """One run: the crew that shares it, and what is told and saved on the way.

    Parameters
    ----------
    setup : Setup
        The run, as :func:`firth.training.run.prepare.prepare` makes it. Its weights are trained in
        place.
    on_progress : callable, optional
        Called with :class:`~firth.progress.Progress` records from the calling thread; returning
        True stops the run.
    on_epoch : callable, optional
        Called with each :class:`~firth.training.run.history.Row` at its epoch's end; returning True
        stops the run.
    checkpoints : Checkpointer, optional
        Where the run is saved on the way; by default it is not.
    validation : EncodedCorpus, optional
        A text, in the ids of the run's vocabulary, to measure the held-out loss on; by default the
        part that the schedule holds out.
    patience : int, optional
        Stop when the held-out loss has not fallen for so many epochs.
    crew : Crew, optional
        Who does the work; by default the threads of this machine.

    Attributes
    ----------
    position : int
        The first task that is not done.
    interrupted : bool
        The run was stopped before its end, by Ctrl-C, a callback or an error.
    """

    def __init__(
        self,
        setup: Setup,
        on_progress: OnProgress | None = None,
        *,
        on_epoch: Callable[[Row], bool | None] | None = None,
        checkpoints: Checkpointer | None = None,
        validation: EncodedCorpus | None = None,
        patience: int | None = None,
        crew: Crew | None = None,
    ) -> None:
        self.setup = setup
        self.crew: Crew = Threads(setup) if crew is None else crew
        self.on_progress = on_progress or (lambda record: None)
        self.on_epoch = on_epoch or (lambda row: None)
        self.checkpoints = checkpoints or Checkpointer(None, {}, {})
        self.patience = patience
        self.recorder = Recorder(setup.schedule)
        self.position = self._epoch_stop = 0
        self.interrupted = False
        self._reported = 0.0
        self._lock = threading.Lock()
        held_out = validation is not None or setup.schedule.holds_out
        self._held_out = HeldOut(setup, validation, self.crew.measure) if held_out else None

    def compile(self) -> None:
        """Compile the kernels, or load them from the cache, by training on nothing."""
        if numba.config.DISABLE_JIT:
            raise ConfigError(
                "the environment variable NUMBA_DISABLE_JIT keeps kernels from being compiled, and "
                "uncompiled they cannot train: unset it, and start Python again"
            )
        started = time.perf_counter()
        self.on_progress(Progress("compile", total_words=1))
        self.crew.warm_up()
        elapsed = time.perf_counter() - started
        self.on_progress(Progress("compile", words=1, total_words=1, elapsed=elapsed))

    def resume(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint of the same run."""
        restore(self.setup.inputs, checkpoint.inputs)
        restore(self.setup.outputs, checkpoint.outputs)
        self.position = checkpoint.position
        self.recorder.restore(checkpoint.state)

    def run(self, stop: Wish | None = None) -> None:
        """Train to the end, or until stopped by Ctrl-C, a callback or lost patience.

        Parameters
        ----------
        stop : Wish, optional
            Of whoever wants the run to stop, see :func:`.signals.stop_signals`.

        Raises
        ------
        TrainingError
            The loss or a weight is no longer a finite number; or no pair was left to learn from.
        BaseException
            What a callback or a thread raised. The weights are those of a quiet point, and a
            checkpoint of them is written, unless it was a thread that failed.
        """
        schedule, stop = self.setup.schedule, stop or Wish()
        self.recorder.restart()
        # Until it has ended by itself, for whatever may be raised from here on.
        self.interrupted = self.position < schedule.n_tasks
        self.on_progress(self._record())
        team = self.crew.team(self._add)
        team.start()
        try:
            try:
                self._train_epochs(team, stop)
            except KeyboardInterrupt:
                stop.interrupt()
            except TrainingError:
                raise
            except BaseException:
                self._interrupt(team)
                raise
            if stop.is_set():
                self._interrupt(team)
            else:
                self.interrupted = False
        finally:
            team.close()
        self._check()
        if not self.interrupted:
            if not self.recorder.pairs:
                raise TrainingError(no_pairs(self.setup))
            self._refuse_loss_above(WORSE_AT_THE_END)
        self.on_progress(self._record())

    def _interrupt(self, team: Team) -> None:
        """Leave the run as it is at the next quiet point, with a checkpoint if it goes on there."""
        # Before the rest, which raises if a thread has failed; and after it, which moves on.
        self.interrupted = self.position < self.setup.schedule.n_tasks
        self._rest(team)
        self.interrupted = self.position < self.setup.schedule.n_tasks
        if self.interrupted:
            self._save()

    def _train_epochs(self, team: Team, stop: Wish) -> None:
        """Train from ``position`` on, until the run's end, `stop` or lost patience."""
        while not stop.is_set():
            epoch = len(self.recorder.rows)
            if epoch == self.setup.config.epochs or self._out_of_patience():
                return
            self._epoch_stop = (epoch + 1) * self.setup.schedule.per_epoch
            if self.position < self._epoch_stop:
                team.begin(self.crew.phases(self.position, self._epoch_stop))
                self._watch(team, stop)
                if stop.is_set():
                    return
                self.crew.fetch()
                self.position = self._epoch_stop
            self._end_epoch(stop)
            if self.checkpoints.due(self._words()):
                self._save()

    def _watch(self, team: Team, stop: Wish) -> None:
        """Report and write checkpoints until the team has ended its phases, or `stop`."""
        while not team.wait(REPORT_SECONDS):
            self._report(stop)
            if stop.is_set():
                return
            if self.checkpoints.due(self._words()):
                self._rest(team)
                self._save()
                team.resume()

    def _add(self, task: int, counts: Counts) -> None:
        with self._lock:
            self.recorder.add(task, counts)

    def _rest(self, team: Team) -> None:
        """Bring the team to a quiet point and note where that is."""
        task = team.pause()
        self.crew.fetch()
        self.position = max(self.position, self._epoch_stop) if task is None else task

    def _report(self, stop: Wish) -> None:
        self._reported = time.monotonic()
        with self._lock:
            finite = self.recorder.stretch.finite
            record = self._record()
        if not finite:
            self._diverged("the loss is not a finite number")
        if self.on_progress(record):
            stop.set()

    def _record(self) -> Progress:
        return dataclasses.replace(self.recorder.record(), **self.crew.facts())

    def _end_epoch(self, stop: Wish) -> None:
        self._check()
        self._refuse_loss_above(WORSE)
        loss = None if self._held_out is None else self._held_out.loss()
        if self.on_epoch(self.recorder.end_epoch(loss)):
            stop.set()
        # Epochs shorter than the watch's interval must be heard of, and be stopped, too.
        if time.monotonic() - self._reported >= REPORT_SECONDS:
            self._report(stop)

    def _out_of_patience(self) -> bool:
        losses = [row.validation_loss for row in self.recorder.rows]
        known = [loss for loss in losses if loss is not None]
        if self.patience is None or len(known) <= self.patience:
            return False
        return min(known[-self.patience :]) >= min(known[: -self.patience])

    def _words(self) -> int:
        return round(self.recorder.tokens * self.setup.schedule.raw_per_token)

    def _save(self) -> None:
        """Write a checkpoint; the team rests. Numbers that have run away are never saved."""
        self._check()
        setup, dim = self.setup, self.setup.config.dim
        self.checkpoints.write(
            Checkpoint(
                self.position,
                setup.inputs[:, :dim],
                setup.outputs[:, :dim],
                self.recorder.state(),
            ),
            self._words(),
        )

    def history(self) -> list[Row]:
        """Return one row an epoch, and one for a part of an epoch if the run ended within it."""
        partial = [self.recorder.row(None)] if self.recorder.epoch.tokens else []
        return self.recorder.rows + partial

    def loss_curve(self) -> list[Point]:
        """Return the loss along the run, from that of vectors that know nothing on."""
        return self.recorder.curve.points(self.setup.untrained_loss)

    def _check(self) -> None:
        """Stop with an error if the loss or a weight is not a finite number."""
        if not (self.recorder.epoch.finite and self.recorder.stretch.finite):
            self._diverged("the loss is not a finite number")
        for name, matrix in (("an input", self.setup.inputs), ("an output", self.setup.outputs)):
            # NaN and infinity both survive a maximum and a minimum; neither copies the matrix.
            if not (math.isfinite(matrix.max()) and math.isfinite(matrix.min())):
                self._diverged(f"{name} vector is not finite")
            if max(matrix.max(), -matrix.min()) > LARGEST_WEIGHT:
                self._diverged(f"{name} vector is beyond reason")

    def _refuse_loss_above(self, times: float) -> None:
        """Stop with an error if the epoch's loss is so many times that of knowing nothing."""
        rows, known = self.recorder.rows, self.setup.untrained_loss
        loss = self.recorder.epoch.mean_loss or (rows[-1].loss if rows else None)
        if loss is not None and loss > times * known:
            self._diverged(f"the loss is {loss:.3g}, and {known:.3g} if nothing had been learnt")

    def _diverged(self, what: str) -> None:
        found = [_largest(self.setup.inputs), _largest(self.setup.outputs)]
        finite = [value for value in found if value is not None]
        largest = f"largest finite weight {max(finite):.3g}" if finite else "no weight is finite"
        words, config = self._words(), self.setup.config
        advice = f"lower the learning rate (it is {config.learning_rate:g})"
        raise TrainingError(
            f"after {words:,} words (epoch {len(self.recorder.rows) + 1} of {config.epochs}) {what}"
            f" ({largest}): training has diverged; {advice}. "
            "Nothing that was saved before has been changed"
        )


def _largest(matrix: Any) -> float | None:
    """Return the largest finite magnitude of a matrix; None if no value is finite."""
    largest = -1.0
    for block in np.array_split(matrix, max(1, len(matrix) // 65_536)):
        finite = np.abs(block[np.isfinite(block)])
        largest = max(largest, float(finite.max(initial=-1.0)))
    return None if largest < 0 else largest
