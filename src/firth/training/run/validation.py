"""The held-out loss: mean J a pair over fixed windows with fixed noise, comparable between runs.

Windows, subsampling and noise are drawn from streams of no epoch, so they are the same at each
epoch's end. The weights stay as they are: the engine runs with a learning rate of 0, which adds 0
to every row it visits.
"""

from __future__ import annotations

from collections.abc import Callable

from firth.corpus import EncodedCorpus
from firth.training.run.setup import Setup
from firth.training.run.tally import Counts, Tally
from firth.training.run.worker import Text, Worker

#: At most so many tokens are measured; the sampling error of the mean is then below 0.1 %.
MOST_TOKENS = 1_000_000


class HeldOut:
    """Text that is not trained on.

    Parameters
    ----------
    setup : Setup
        The run whose weights are measured.
    text : EncodedCorpus or None
        What to measure on; None for the part of the run's corpus that its schedule holds out.
    measure : callable
        ``measure(worker, number)`` measures a range of the text on the run's weights.
    """

    def __init__(
        self,
        setup: Setup,
        text: EncodedCorpus | None,
        measure: Callable[[Worker, int], Counts],
    ) -> None:
        schedule = setup.schedule
        self.setup, self.measure = setup, measure
        self.text: Text
        if text is None:
            self.text, self.ranges = setup.corpus, schedule.ranges
            numbers = range(schedule.per_epoch, len(self.ranges.token_start))
        else:
            self.text, self.ranges = text, text.ranges(schedule.task_tokens)
            numbers = range(len(self.ranges.token_start))
        most = max(1, MOST_TOKENS // schedule.task_tokens)
        self.numbers = numbers[:: max(1, -(-len(numbers) // most))]

    def loss(self) -> float | None:
        """Return the mean J a pair in nats; the team rests. None if the text has no pairs."""
        worker, tally = Worker(self.setup, self.text, self.ranges), Tally()
        for number in self.numbers:
            tally.add(self.measure(worker, number))
        return tally.mean_loss
