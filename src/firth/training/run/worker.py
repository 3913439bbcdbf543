"""One thread's share: its buffers, and a unit of work from the file to the matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus import EncodedCorpus
from firth.corpus.ranges import Ranges
from firth.training.engine.chunks import Segment, lay_out
from firth.training.engine.rng import SUBSAMPLE, WINDOW, stream_key
from firth.training.engine.steps import Work, train_segment
from firth.training.run.history import Counts
from firth.training.run.memory import bytes_in

if TYPE_CHECKING:
    from firth.training.run.loop import Trainer
    from firth.training.run.validation import KnownText

_NO_TOKENS: NDArray[np.int32] = np.zeros(0, np.int32)
_NO_OFFSETS: NDArray[np.int64] = np.zeros(1, np.int64)


class SegmentTrainer:
    """Trains on one segment after the other, with buffers of its own.

    What a segment is trained with, its draws and its learning rate, depends on its place alone.

    Parameters
    ----------
    trainer : Trainer
        The run: its members and matrices are shared.
    corpus, segments : optional
        Another text than the trainer's, and its parts.
    """

    def __init__(
        self,
        trainer: Trainer,
        corpus: EncodedCorpus | KnownText | None = None,
        segments: Ranges | None = None,
    ) -> None:
        self.trainer = trainer
        self.corpus = trainer.corpus if corpus is None else corpus
        self.segments = segments = trainer.schedule.segments if segments is None else segments
        config = trainer.config
        lengths = segments.token_stop - segments.token_start
        self.segment = Segment.empty(int(lengths.max()) + 1)
        self.architecture = trainer.new_architecture()
        self.objective_of = trainer.new_objective()
        self.buffers = Work.of(None, None, config)

    @property
    def size(self) -> int:
        """Bytes of this thread's buffers, and of the tables that it shares with others."""
        return bytes_in(self.segment, self.architecture, self.objective_of(0), self.buffers)

    def warm_up(self, inputs: Any, outputs: Any) -> None:
        """Train on nothing: that compiles the kernels or loads them from the cache."""
        self._train(_NO_TOKENS, 0, _NO_OFFSETS, 0, 0.0, 0.0, 1, inputs, outputs)

    def train(self, unit: int, inputs: Any, outputs: Any) -> Counts:
        """Train on a unit of the run, with these input and output matrices."""
        schedule = self.trainer.schedule
        epoch, number = schedule.place(unit)
        before = schedule.tokens_before(unit)
        ids, start, offsets = self._read(number)
        rates = schedule.rate(before), schedule.rate(before + len(ids))
        # Short segments take turns, so that no more chunks are measured than of long ones.
        measured = unit % self.trainer.measure_segments == 0
        every = self.trainer.measure_every if measured else 0
        return self._train(ids, start, offsets, epoch, *rates, every, inputs, outputs)

    def measure(self, number: int, inputs: Any, outputs: Any) -> Counts:
        """Return the loss of a segment, changing nothing: the rate is 0, the draws are fixed."""
        ids, start, offsets = self._read(number)
        # The draws of no epoch: the same ones whenever and however often it is measured.
        return self._train(ids, start, offsets, 1 << 40, 0.0, 0.0, 1, inputs, outputs)

    def _read(self, number: int) -> tuple[NDArray[np.int32], int, NDArray[np.int64]]:
        segments, corpus = self.segments, self.corpus
        start, stop = int(segments.token_start[number]), int(segments.token_stop[number])
        first, last = int(segments.first_sentence[number]), int(segments.last_sentence[number])
        return corpus.read(start, stop), start, corpus.read_offsets(first, last + 2)

    def _train(
        self,
        ids: NDArray[np.int32],
        start: int,
        offsets: NDArray[np.int64],
        epoch: int,
        first_rate: float,
        last_rate: float,
        measure_every: int,
        inputs: Any,
        outputs: Any,
    ) -> Counts:
        config, trainer = self.trainer.config, self.trainer
        n = lay_out(
            ids,
            start,
            offsets,
            trainer.keep,
            config.window,
            stream_key(config.seed, SUBSAMPLE, epoch),
            stream_key(config.seed, WINDOW, epoch),
            self.segment,
        )
        pairs, measured, loss = train_segment(
            self.architecture,
            trainer.unit,
            self.objective_of(epoch),
            self.segment.head(n),
            config.chunk_size,
            config.batch_size,
            first_rate,
            last_rate,
            measure_every,
            self.buffers._replace(input_matrix=inputs, output_matrix=outputs),
        )
        return Counts(len(ids), pairs, measured, loss)
