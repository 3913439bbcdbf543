"""The run as numbered tasks, and the learning rate that belongs to each place in it."""

from __future__ import annotations

import math
from typing import Any

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus
from firth.errors import ConfigError

#: Tokens of one task: 10 to 20 milliseconds.
TASK_TOKENS = 40_000
#: Short corpora are cut into at least this many tasks, so that threads share the work evenly.
FEWEST_TASKS = 64
SHORTEST_TASK = 1_000


class Schedule:
    """Which part of the corpus each task trains on, in which epoch, at which rate.

    Tasks are numbered through all epochs; task n of E epochs of S ranges trains on range ``n % S``
    in epoch ``n // S``. What it does depends on its number alone, so a run can stop between any two
    and go on later.

    Parameters
    ----------
    config : TrainConfig
        How to train.
    corpus : EncodedCorpus
        What to train on.
    held_out : float
        Part of the corpus, at its end, that is not trained on. 0 to below 1.
    task_tokens : int
        Tokens of one task, at most; fewer for short corpora.

    Attributes
    ----------
    ranges : Ranges
        All parts of the corpus, the held-out ones too.
    per_epoch : int
        Those that are trained on, S.
    epoch_tokens : int
        Tokens in them.

    Raises
    ------
    ConfigError
        Nothing would be left to train on, or to hold out.

    Examples
    --------
    >>> from firth.corpus import encode
    >>> corpus = encode([["a", "b"]] * 5000, min_count=1)
    >>> schedule = Schedule(TrainConfig(epochs=2, learning_rate=0.1), corpus)
    >>> schedule.per_epoch, schedule.n_tasks, schedule.place(12)
    (10, 20, (1, 2))
    >>> schedule.rate(0), schedule.rate(10_000), schedule.rate(20_000)
    (0.1, 0.05, 0.0)
    """

    def __init__(
        self,
        config: TrainConfig,
        corpus: EncodedCorpus,
        held_out: float = 0.0,
        task_tokens: int = TASK_TOKENS,
    ) -> None:
        assert config.learning_rate is not None  # `fit` of the architecture has settled it
        self.learning_rate, self.end_rate = config.learning_rate, config.end_learning_rate
        self.epochs = config.epochs
        shortest = min(SHORTEST_TASK, task_tokens)
        self.task_tokens = min(task_tokens, max(shortest, corpus.n_tokens // FEWEST_TASKS))
        self.ranges = corpus.ranges(self.task_tokens)
        total = len(self.ranges.token_start)
        self.per_epoch = total - math.ceil(total * held_out)
        if self.per_epoch < 1:
            parts = f"{total} part{'s' * (total != 1)}"
            raise ConfigError(
                f"validation is {held_out:g}, but the corpus has only {corpus.n_tokens:,} tokens "
                f"in {parts}: nothing would be left to train on; hold out a file of its own"
            )
        self.epoch_tokens = int(self.ranges.token_stop[self.per_epoch - 1])
        self.raw_per_token = corpus.n_raw_tokens / corpus.n_tokens

    @property
    def holds_out(self) -> bool:
        """Whether a part of the corpus is not trained on."""
        return self.per_epoch < len(self.ranges.token_start)

    @property
    def n_tasks(self) -> int:
        """Tasks of the whole run."""
        return self.epochs * self.per_epoch

    @property
    def total_tokens(self) -> int:
        """Tokens that the whole run trains on, all epochs together."""
        return self.epochs * self.epoch_tokens

    def place(self, task: int) -> tuple[int, int]:
        """Return (epoch from 0, range) of a task."""
        return divmod(task, self.per_epoch)

    def tokens_before(self, task: int) -> int:
        """Return how many tokens the tasks before this one train on, all epochs together."""
        epoch, number = self.place(task)
        return epoch * self.epoch_tokens + int(self.ranges.token_start[number])

    def rate(self, tokens: Any) -> Any:
        """Return the learning rate after so many tokens of the run: linear, from first to last.

        Of an array of numbers an array.
        """
        left = 1.0 - tokens / self.total_tokens
        return self.end_rate + (self.learning_rate - self.end_rate) * left
