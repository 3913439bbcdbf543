"""The outer loop: threads that take segments in order, epochs, the learning rate, reports.

Each thread takes the next segment of the corpus when it is free (Hogwild: Recht et al. 2011), so
that a slow core holds nobody up. What a segment is trained with, its draws and its learning rate,
depends on its place alone: with one thread the run is the same bit for bit, always.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus
from firth.errors import TrainingError
from firth.progress import OnProgress, Progress
from firth.training.blocks import aligned_zeros
from firth.training.chunks import Segment, lay_out
from firth.training.engine import Work, train_segment
from firth.training.rng import SUBSAMPLE, WINDOW, stream_key

#: Tokens that one call of the engine trains on: 10 to 20 milliseconds.
SEGMENT_TOKENS = 40_000
#: Short corpora are cut into at least this many segments, so that threads share the work evenly.
FEWEST_SEGMENTS = 64
SHORTEST_SEGMENT = 1_000
#: The loss is measured on one chunk in this many; on all of them below a million tokens. At 1 in 16
#: measuring took 7 % of the time, at 1 in 64 less than 2 %.
MEASURE_EVERY = 64
REPORT_SECONDS = 0.2


class Row(NamedTuple):
    """One row of the history: an epoch's end."""

    epoch: int
    words: int
    loss: float
    learning_rate: float
    words_per_second: float


class _Tally:
    """Counts of a stretch of training; added to under the trainer's lock."""

    def __init__(self) -> None:
        self.tokens = self.pairs = self.measured = 0
        self.loss = 0.0

    def add(self, tokens: int, pairs: int, measured: int, loss: float) -> None:
        self.tokens += tokens
        self.pairs += pairs
        self.measured += measured
        self.loss += loss

    @property
    def mean_loss(self) -> float | None:
        return self.loss / self.measured if self.measured else None


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

    Attributes
    ----------
    input_matrix, output_matrix : (rows, stride)
        The weights; columns past ``config.dim`` are 0.
    history : list of Row
        One row an epoch.
    interrupted : bool
        The run was stopped before its end.
    """

    def __init__(
        self, config: TrainConfig, corpus: EncodedCorpus, on_progress: OnProgress | None = None
    ) -> None:
        self.config = config
        self.corpus = corpus
        self.on_progress = on_progress or (lambda record: None)
        self.history: list[Row] = []
        self.interrupted = False
        vocabulary = corpus.vocabulary
        unit = importlib.import_module(f"firth.training.units.{config.unit}")
        architecture = importlib.import_module(
            f"firth.training.architectures.{config.architecture}"
        )
        objective = importlib.import_module(f"firth.training.objectives.{config.objective}")
        self.unit = unit.build(config, vocabulary)
        self.architecture = architecture.build(config)
        self.new_objective = objective.build(config, vocabulary, self.architecture)
        self.input_matrix = aligned_zeros(self.unit.n_rows, config.dim, config.dtype)
        self.output_matrix = aligned_zeros(
            objective.n_output_rows(vocabulary), config.dim, config.dtype
        )
        self._start_input()
        keep = vocabulary.keep_probabilities(config.sample)
        self._keep = np.minimum(keep * 2.0**32, 2.0**32).astype(np.uint64)
        self._segments = corpus.segments(
            min(SEGMENT_TOKENS, max(SHORTEST_SEGMENT, corpus.n_tokens // FEWEST_SEGMENTS))
        )
        self._measure_every = MEASURE_EVERY if corpus.n_tokens >= 1_000_000 else 1
        self._raw_per_token = corpus.n_raw_tokens / corpus.n_tokens

    def _start_input(self) -> None:
        """Input vectors start uniform in ±1/(2 dim), output vectors at 0, as in word2vec.c."""
        dim, generator = self.config.dim, np.random.default_rng(self.config.seed)
        for block in np.array_split(self.input_matrix, max(1, len(self.input_matrix) // 65_536)):
            block[:, :dim] = (generator.random((len(block), dim), np.float32) - 0.5) / dim

    def compile(self) -> None:
        """Compile the kernels, or load them from the cache, by training on nothing."""
        started = time.perf_counter()
        self.on_progress(Progress("compile", total_words=1))
        task = self._task(0)
        task(0, range(0))
        elapsed = time.perf_counter() - started
        self.on_progress(Progress("compile", words=1, total_words=1, elapsed=elapsed))

    def _task(self, _worker: int) -> Callable[[int, range], tuple[int, int, int, float]]:
        """Return one thread's function: epoch, segments → tokens, pairs, measured pairs, loss."""
        config, segments = self.config, self._segments
        lengths = segments.token_stop - segments.token_start
        segment = Segment.empty(int(lengths.max()) + 1)
        objective_of = self.new_objective()
        work = Work(
            self.input_matrix,
            self.output_matrix,
            aligned_zeros(config.batch_size, config.dim, config.dtype),
            aligned_zeros(config.batch_size, config.dim, config.dtype),
        )
        total = config.epochs * self.corpus.n_tokens
        no_tokens: NDArray[np.int32] = np.zeros(0, np.int32)
        no_offsets: NDArray[np.int64] = np.zeros(1, np.int64)

        def run(epoch: int, numbers: range) -> tuple[int, int, int, float]:
            done = pairs = measured = 0
            loss = 0.0
            # An empty range runs once on nothing: that compiles everything.
            for i in numbers or (None,):
                if i is None:
                    start, ids, offsets = 0, no_tokens, no_offsets
                else:
                    start, stop = int(segments.token_start[i]), int(segments.token_stop[i])
                    ids = self.corpus.read(start, stop)
                    offsets = self.corpus.read_offsets(
                        int(segments.first_sentence[i]), int(segments.last_sentence[i]) + 2
                    )
                n = lay_out(
                    ids,
                    start,
                    offsets,
                    self._keep,
                    config.window,
                    stream_key(config.seed, SUBSAMPLE, epoch),
                    stream_key(config.seed, WINDOW, epoch),
                    segment,
                )
                before = epoch * self.corpus.n_tokens + start
                results = train_segment(
                    self.architecture,
                    self.unit,
                    objective_of(epoch),
                    segment.head(n),
                    config.chunk_size,
                    config.batch_size,
                    self.rate(before / total),
                    self.rate((before + len(ids)) / total),
                    self._measure_every,
                    work,
                )
                done += len(ids)
                pairs += results[0]
                measured += results[1]
                loss += results[2]
            return done, pairs, measured, loss

        return run

    def rate(self, part: float) -> float:
        """Return the learning rate after `part` (0 to 1) of the run: linear, down to 0."""
        return self.config.learning_rate * (1.0 - part)

    def run(self) -> None:
        """Train to the end, or until stopped by Ctrl-C or the callback.

        Raises
        ------
        TrainingError
            The loss or a weight is no longer a finite number.
        """
        n_segments = len(self._segments.token_start)
        stop = threading.Event()
        lock = threading.Lock()
        queue = iter([(e, i) for e in range(self.config.epochs) for i in range(n_segments)])
        epochs = [_Tally() for _ in range(self.config.epochs)]
        stretch = _Tally()
        failures: list[BaseException] = []

        def worker(number: int) -> None:
            nonlocal stretch
            try:
                task = self._task(number)
                while not stop.is_set():
                    with lock:
                        epoch, i = next(queue, (-1, -1))
                    if epoch < 0:
                        return
                    counts = task(epoch, range(i, i + 1))
                    with lock:
                        epochs[epoch].add(*counts)
                        stretch.add(*counts)
            except BaseException as error:
                failures.append(error)
                stop.set()

        threads = [
            threading.Thread(target=worker, args=(number,), daemon=True)
            for number in range(min(self.config.n_threads, n_segments))
        ]
        clock = _Clock(self, epochs)
        self.on_progress(clock.record(_Tally()))
        for thread in threads:
            thread.start()
        try:
            for _ in _while_alive(threads):
                with lock:
                    recent, stretch = stretch, _Tally()
                clock.close_epochs()
                self._check(recent)
                if self.on_progress(clock.record(recent)):
                    stop.set()
        except KeyboardInterrupt:
            stop.set()
        finally:
            stop.set() if any(thread.is_alive() for thread in threads) else None
            for thread in threads:
                thread.join()
        if failures:
            raise failures[0]
        clock.close_epochs()
        self._check(stretch)
        self.interrupted = sum(t.tokens for t in epochs) < self.config.epochs * self.corpus.n_tokens
        self.on_progress(clock.record(stretch))

    def _check(self, stretch: _Tally) -> None:
        """Stop with an error if the numbers have run away."""
        if np.isfinite(stretch.loss):
            return
        with np.errstate(invalid="ignore"):
            largest = float(np.nanmax(np.abs(self.input_matrix)))
        raise TrainingError(
            f"the loss is {stretch.loss} (largest input weight {largest:.3g}): training has "
            f"diverged; lower the learning rate (it is {self.config.learning_rate:g})"
        )


def _while_alive(threads: list[threading.Thread]) -> Iterator[None]:
    """Yield every now and then while a thread is running."""
    for thread in threads:
        while True:
            thread.join(REPORT_SECONDS)
            if not thread.is_alive():
                break
            yield


class _Clock:
    """Turns tallies into progress records and rows of history."""

    def __init__(self, trainer: Trainer, epochs: list[_Tally]) -> None:
        self.trainer = trainer
        self.epochs = epochs
        self.started = self.last = time.perf_counter()
        self.epoch_started = self.started
        self.raw = trainer._raw_per_token
        self.seen = 0

    @property
    def tokens(self) -> int:
        return sum(tally.tokens for tally in self.epochs)

    def record(self, stretch: _Tally) -> Progress:
        config, corpus = self.trainer.config, self.trainer.corpus
        now = time.perf_counter()
        tokens, total = self.tokens, config.epochs * corpus.n_tokens
        elapsed = now - self.started
        speed = (tokens - self.seen) * self.raw / max(now - self.last, 1e-9) if self.seen else 0.0
        self.seen, self.last = tokens, now
        return Progress(
            "train",
            words=round(tokens * self.raw),
            total_words=round(total * self.raw),
            epoch=min(config.epochs, tokens // corpus.n_tokens + 1),
            epochs=config.epochs,
            loss=stretch.mean_loss,
            learning_rate=self.trainer.rate(tokens / total),
            words_per_second=speed,
            elapsed=elapsed,
            eta=elapsed * (total - tokens) / tokens if tokens else None,
        )

    def close_epochs(self) -> None:
        """Add a row for each epoch that has ended since the last look."""
        history, corpus = self.trainer.history, self.trainer.corpus
        while len(history) < len(self.epochs):
            tally = self.epochs[len(history)]
            if tally.tokens < corpus.n_tokens:
                return
            now = time.perf_counter()
            done = (len(history) + 1) * corpus.n_tokens
            history.append(
                Row(
                    epoch=len(history) + 1,
                    words=round(done * self.raw),
                    loss=tally.mean_loss if tally.mean_loss is not None else float("nan"),
                    learning_rate=self.trainer.rate(len(history[:]) / len(self.epochs)),
                    words_per_second=corpus.n_raw_tokens / max(now - self.epoch_started, 1e-9),
                )
            )
            self.epoch_started = now
