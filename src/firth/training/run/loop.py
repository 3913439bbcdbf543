"""The outer loop: epochs, the threads that share them, and what happens between units of work.

Each thread takes the next unit when it is free (Hogwild: Recht et al. 2011), so that a slow core
holds nobody up. What a unit is trained with, its draws and its learning rate, depends on its
number alone: with one thread the run is the same bit for bit, always.
"""

from __future__ import annotations

import importlib
import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus
from firth.errors import TrainingError
from firth.progress import OnProgress, Progress
from firth.training.engine.rows import aligned_zeros
from firth.training.run.checkpoint import Checkpoint, Checkpointer, restore
from firth.training.run.history import Counts, Recorder, Row
from firth.training.run.memory import (
    THREAD_BYTES,
    bytes_in,
    matrix_bytes,
    refuse_if_too_large,
)
from firth.training.run.rounds.rounds import Rounds, RoundsWorker
from firth.training.run.rounds.shards import SHARD_TOKENS, shards_bytes
from firth.training.run.schedules import SEGMENT_TOKENS, Schedule
from firth.training.run.signals import stop_signals
from firth.training.run.team import Phase, Team
from firth.training.run.validation import HeldOut, KnownText
from firth.training.run.worker import SegmentTrainer

#: The loss is measured on one chunk in this many; on all of them below a million tokens. At 1 in 16
#: measuring took 7 % of the time, at 1 in 64 less than 2 %.
MEASURE_EVERY = 64
REPORT_SECONDS = 0.2


class Trainer:
    """One run: matrices, members, and the threads that share them.

    Parameters
    ----------
    config : TrainConfig
        How to train.
    corpus : EncodedCorpus
        What to train on.
    on_progress : callable, optional
        Called with :class:`~firth.progress.Progress` records from the calling thread; returning
        True stops the run.
    on_epoch : callable, optional
        Called with each :class:`~firth.training.run.history.Row` at its epoch's end; returning True
        stops the run.
    held_out : float
        Part of the corpus, at its end, that is held out for validation. 0 to below 1.
    validation : KnownText, optional
        Or a text of its own.
    patience : int, optional
        Stop when the held-out loss has not fallen for so many epochs.
    memory_limit : int, optional
        Bytes that training may take; by default what the machine has left.

    Attributes
    ----------
    input_matrix, output_matrix : (rows, stride)
        The weights; columns past ``config.dim`` are 0.
    position : int
        The first unit of work that is not done.
    interrupted : bool
        The run was stopped before its end, by Ctrl-C or a callback.
    """

    def __init__(
        self,
        config: TrainConfig,
        corpus: EncodedCorpus,
        on_progress: OnProgress | None = None,
        *,
        on_epoch: Callable[[Row], bool | None] | None = None,
        held_out: float = 0.0,
        validation: KnownText | None = None,
        patience: int | None = None,
        memory_limit: int | None = None,
    ) -> None:
        self.config = config
        self.corpus = corpus
        self.on_progress = on_progress or (lambda record: None)
        self.on_epoch = on_epoch or (lambda row: None)
        self.patience = patience
        tokens = SHARD_TOKENS if config.deterministic else SEGMENT_TOKENS
        self.schedule = Schedule(config, corpus, held_out, tokens)
        self.recorder = Recorder(self.schedule)
        self.checkpoints = Checkpointer(None, {})
        self.position = self._epoch_stop = 0
        self.interrupted = False
        self._reported = 0.0
        vocabulary = corpus.vocabulary
        unit = importlib.import_module(f"firth.training.engine.units.{config.unit}")
        architecture = importlib.import_module(
            f"firth.training.engine.architectures.{config.architecture}"
        )
        objective = importlib.import_module(f"firth.training.engine.objectives.{config.objective}")
        self.unit = unit.build(config, vocabulary)
        self.new_architecture: Callable[[], Any] = lambda: architecture.build(config)
        self.architecture = self.new_architecture()
        self.new_objective = objective.build(config, vocabulary, self.architecture)
        self.check_memory(objective.n_output_rows(vocabulary), memory_limit)
        self.input_matrix = aligned_zeros(self.unit.n_rows, config.dim, config.dtype)
        self.output_matrix = aligned_zeros(
            objective.n_output_rows(vocabulary), config.dim, config.dtype
        )
        self._start_input()
        self.rounds = (
            Rounds(
                config,
                self.schedule,
                self.architecture.mean_pairs,
                self.input_matrix,
                self.output_matrix,
            )
            if config.deterministic
            else None
        )
        keep = vocabulary.keep_probabilities(config.sample)
        self.keep = np.minimum(keep * 2.0**32, 2.0**32).astype(np.uint64)
        self.measure_every = MEASURE_EVERY if corpus.n_tokens >= 1_000_000 else 1
        chunks = self.schedule.segment_tokens // config.chunk_size
        self.measure_segments = max(1, self.measure_every // max(1, chunks))
        self._lock = threading.Lock()
        self._held_out = HeldOut(self, validation) if validation or held_out else None

    def check_memory(self, output_rows: int, limit: int | None) -> None:
        """Refuse before anything large is allocated.

        Raises
        ------
        ConfigError
            The matrices and buffers need more than `limit` or than the machine has left.
        """
        config = self.config
        needed = {
            "input vectors": matrix_bytes(self.unit.n_rows, config),
            "output vectors": matrix_bytes(output_rows, config),
            "unit": bytes_in(self.unit),
            "threads": config.n_threads * (THREAD_BYTES + SegmentTrainer(self).size),
        }
        if config.deterministic:
            needed["shards"] = shards_bytes(config, self.unit.n_rows + output_rows)
        refuse_if_too_large(needed, limit)

    def _start_input(self) -> None:
        """Input vectors start uniform in ±1/(2 dim), output vectors at 0, as in word2vec.c."""
        dim, generator = self.config.dim, np.random.default_rng(self.config.seed)
        for block in np.array_split(self.input_matrix, max(1, len(self.input_matrix) // 65_536)):
            block[:, :dim] = (generator.random((len(block), dim), np.float32) - 0.5) / dim

    def compile(self) -> None:
        """Compile the kernels, or load them from the cache, by training on nothing."""
        started = time.perf_counter()
        self.on_progress(Progress("compile", total_words=1))
        self._new_worker().warm_up()
        elapsed = time.perf_counter() - started
        self.on_progress(Progress("compile", words=1, total_words=1, elapsed=elapsed))

    def resume(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint of the same run."""
        restore(self.input_matrix, checkpoint.inputs)
        restore(self.output_matrix, checkpoint.outputs)
        self.position = checkpoint.position
        self.recorder.restore(checkpoint.state)

    def run(self) -> None:
        """Train to the end, or until stopped by Ctrl-C, a callback or lost patience.

        Raises
        ------
        TrainingError
            The loss or a weight is no longer a finite number.
        """
        self.recorder.restart()
        self.on_progress(self.recorder.record())
        n_threads = min(self.config.n_threads, self.schedule.per_epoch)
        team = Team(n_threads, self._new_worker, self.rounds.give_up if self.rounds else _nothing)
        team.start()
        try:
            with stop_signals() as stop:
                try:
                    self._train_epochs(team, stop)
                except KeyboardInterrupt:
                    stop.set()
                if stop.is_set():
                    self._rest(team)
                    self.interrupted = self.position < self.schedule.n_units
                if self.interrupted:
                    self._save()
        finally:
            team.close()
        self._check()
        self.on_progress(self.recorder.record())

    def _train_epochs(self, team: Team, stop: threading.Event) -> None:
        """Train from ``position`` on, until the run's end, `stop` or lost patience."""
        while not stop.is_set():
            epoch = len(self.recorder.rows)
            if epoch == self.config.epochs or self._out_of_patience():
                return
            self._epoch_stop = (epoch + 1) * self.schedule.per_epoch
            if self.position < self._epoch_stop:
                team.begin(self._phases(self.position, self._epoch_stop))
                self._watch(team, stop)
                if stop.is_set():
                    return
                self.position = self._epoch_stop
            self._end_epoch(stop)
            if self.checkpoints.due(self._words()):
                self._save()

    def _watch(self, team: Team, stop: threading.Event) -> None:
        """Report and write checkpoints until the team has ended its phases, or `stop`."""
        while not team.wait(REPORT_SECONDS):
            self._report(stop)
            if stop.is_set():
                return
            if self.checkpoints.due(self._words()):
                self._rest(team)
                self._save()
                team.resume()

    def _new_worker(self) -> _Worker | RoundsWorker:
        if self.rounds is not None:
            return RoundsWorker(self, self.rounds, self._add)
        return _Worker(SegmentTrainer(self), self.input_matrix, self.output_matrix, self._add)

    def _add(self, counts: Counts) -> None:
        with self._lock:
            self.recorder.add(counts)

    def _phases(self, first: int, stop: int) -> Iterator[Phase]:
        """Yield what the team has to do for the units from `first` to `stop`, in one epoch."""
        if self.rounds is not None:
            yield from self.rounds.phases(first, stop)
        else:
            yield Phase(range(first, stop), "always", range(first, stop))

    def _rest(self, team: Team) -> None:
        """Bring the team to a quiet point and note where that is."""
        unit = team.pause()
        self.position = max(self.position, self._epoch_stop) if unit is None else unit

    def _report(self, stop: threading.Event) -> None:
        self._reported = time.monotonic()
        with self._lock:
            finite = self.recorder.stretch.finite
            record = self.recorder.record()
        if not finite:
            self._diverged("the loss is not a finite number")
        if self.on_progress(record):
            stop.set()

    def _end_epoch(self, stop: threading.Event) -> None:
        self._check()
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
        return round(self.recorder.tokens * self.schedule.raw_per_token)

    def _save(self) -> None:
        """Write a checkpoint; the team rests. Numbers that have run away are never saved."""
        self._check()
        dim = self.config.dim
        self.checkpoints.write(
            Checkpoint(
                self.position,
                self.input_matrix[:, :dim],
                self.output_matrix[:, :dim],
                self.recorder.state(),
            ),
            self._words(),
        )

    def history(self) -> list[Row]:
        """Return one row an epoch, and one for a part of an epoch if the run ended within it."""
        partial = [self.recorder.row(None)] if self.recorder.epoch.tokens else []
        return self.recorder.rows + partial

    def _check(self) -> None:
        """Stop with an error if the loss or a weight is not a finite number."""
        if not (self.recorder.epoch.finite and self.recorder.stretch.finite):
            self._diverged("the loss is not a finite number")
        for name, matrix in (("an input", self.input_matrix), ("an output", self.output_matrix)):
            # NaN and infinity both survive a maximum and a minimum; neither copies the matrix.
            if not (math.isfinite(matrix.max()) and math.isfinite(matrix.min())):
                self._diverged(f"{name} vector is not finite")

    def _diverged(self, what: str) -> None:
        largest = max(_largest(self.input_matrix), _largest(self.output_matrix))
        words, config = self._words(), self.config
        advice = f"lower the learning rate (it is {config.learning_rate:g})"
        raise TrainingError(
            f"after {words:,} words (epoch {len(self.recorder.rows) + 1} of {config.epochs}) {what}"
            f" (largest finite weight {largest:.3g}): training has diverged; {advice}. "
            "Nothing that was saved before has been changed"
        )


class _Worker:
    """One thread of a run in which all threads write to the same matrices."""

    def __init__(self, segments: SegmentTrainer, inputs: Any, outputs: Any, add: Any) -> None:
        self.segments, self.matrices, self.add = segments, (inputs, outputs), add

    def run(self, phase: Phase, task: int) -> None:
        self.add(self.segments.train(task, *self.matrices))

    def warm_up(self) -> None:
        self.segments.warm_up(*self.matrices)


def _nothing() -> None:
    """Nobody waits for anybody: there is nobody to send away."""


def _largest(matrix: Any) -> float:
    """Return the largest finite magnitude of a matrix."""
    largest = 0.0
    for block in np.array_split(matrix, max(1, len(matrix) // 65_536)):
        finite = np.abs(block[np.isfinite(block)])
        largest = max(largest, float(finite.max(initial=0.0)))
    return largest
