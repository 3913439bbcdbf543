"""One thread's share: its buffers, and a task from the file to the matrices."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from firth.corpus.ranges import Ranges
from firth.training.engine.chunks import Segment, lay_out
from firth.training.engine.rng import SUBSAMPLE, WINDOW, stream_key
from firth.training.engine.steps import Work, train_segment
from firth.training.run.memory import bytes_in
from firth.training.run.setup import Setup
from firth.training.run.tally import Counts

#: Draws of no epoch: those of held-out text, which are the same whenever it is measured.
NO_EPOCH = 1 << 40

_NO_TOKENS: NDArray[np.int32] = np.zeros(0, np.int32)
_NO_OFFSETS: NDArray[np.int64] = np.zeros(1, np.int64)


class Text(Protocol):
    """Numbered sentences that can be read range by range."""

    def read(self, start: int, stop: int) -> NDArray[np.int32]:
        """Return ``ids[start:stop]``."""

    def read_offsets(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return ``offsets[start:stop]``, where sentences begin."""


class Worker:
    """Trains on one task after the other, with buffers of its own.

    What a task is trained with, its draws and its learning rate, depends on its number alone.

    Parameters
    ----------
    setup : Setup
        What it shares with the others.
    text : Text, optional
        Another text than the run's, with its `ranges`.
    ranges : Ranges, optional
        The parts of `text`.
    """

    def __init__(
        self, setup: Setup, text: Text | None = None, ranges: Ranges | None = None
    ) -> None:
        self.setup = setup
        self.text: Text = setup.corpus if text is None else text
        self.ranges = setup.schedule.ranges if ranges is None else ranges
        lengths = self.ranges.token_stop - self.ranges.token_start
        self.segment = Segment.empty(int(lengths.max()) + 1)
        self.architecture, self.objective = setup.new_buffers()
        self.buffers = Work.of(None, None, setup.config)

    @property
    def size(self) -> int:
        """Bytes of this worker's own buffers, without the tables that it shares with others."""
        own = (self.segment, self.architecture, self.objective, self.buffers)
        return bytes_in(*own, apart_from=(self.setup.unit, self.setup.tables))

    def objective_at(self, epoch: int) -> Any:
        """Return the objective with the draws of an epoch."""
        return self.setup.at_epoch(self.objective, epoch)

    def warm_up(self, inputs: Any, outputs: Any) -> None:
        """Train on nothing: that compiles the kernels or loads them from the cache."""
        self._train(_NO_TOKENS, 0, _NO_OFFSETS, 0, 0.0, 0.0, 1, inputs, outputs)

    def train(self, task: int, inputs: Any, outputs: Any) -> Counts:
        """Train on a task of the run, with these input and output matrices."""
        schedule, setup = self.setup.schedule, self.setup
        epoch, number = schedule.place(task)
        before = schedule.tokens_before(task)
        ids, start, offsets = self._read(number)
        rates = schedule.rate(before), schedule.rate(before + len(ids))
        # Short tasks take turns, so that no more chunks are measured than of long ones.
        every = setup.measure_every if task % setup.measure_tasks == 0 else 0
        return self._train(ids, start, offsets, epoch, *rates, every, inputs, outputs)

    def measure(self, number: int, inputs: Any, outputs: Any) -> Counts:
        """Return the loss of a range, changing nothing: the rate is 0, the draws are fixed."""
        ids, start, offsets = self._read(number)
        return self._train(ids, start, offsets, NO_EPOCH, 0.0, 0.0, 1, inputs, outputs)

    def _read(self, number: int) -> tuple[NDArray[np.int32], int, NDArray[np.int64]]:
        ranges, text = self.ranges, self.text
        start, stop = int(ranges.token_start[number]), int(ranges.token_stop[number])
        first, last = int(ranges.first_sentence[number]), int(ranges.last_sentence[number])
        return text.read(start, stop), start, text.read_offsets(first, last + 2)

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
        config, setup = self.setup.config, self.setup
        n = lay_out(
            ids,
            start,
            offsets,
            setup.keep,
            config.widths,
            stream_key(config.seed, SUBSAMPLE, epoch),
            stream_key(config.seed, WINDOW, epoch),
            self.segment,
        )
        pairs, measured, loss = train_segment(
            self.architecture,
            setup.unit,
            self.objective_at(epoch),
            self.segment.head(n),
            config.chunk_size,
            config.batch_size,
            first_rate,
            last_rate,
            measure_every,
            self.buffers._replace(input_matrix=inputs, output_matrix=outputs),
        )
        return Counts(len(ids), pairs, measured, loss)
