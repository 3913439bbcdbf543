"""From settings and a corpus to a run that fits into memory and has something to learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus
from firth.errors import ConfigError
from firth.training.run.learnable import refuse_single_words
from firth.training.run.memory import (
    THREAD_BYTES,
    bytes_in,
    matrix_bytes,
    refuse_if_too_large,
)
from firth.training.run.rounds.rounds import rounds_bytes
from firth.training.run.rounds.shards import shard_tokens
from firth.training.run.schedules import TASK_TOKENS, Schedule
from firth.training.run.setup import Setup, fitted, set_up
from firth.training.run.starting import Start
from firth.training.run.worker import Worker

_BY_CHANCE = Start()


def prepare(
    config: TrainConfig,
    corpus: EncodedCorpus,
    *,
    held_out: float = 0.0,
    memory_limit: int | None = None,
    start: Start = _BY_CHANCE,
    beside: Callable[[Setup], Mapping[str, int]] = lambda setup: {},
) -> Setup:
    """Make what the workers of a run share, with weights as they are before the first task.

    Parameters
    ----------
    config : TrainConfig
        How to train.
    corpus : EncodedCorpus
        What to train on.
    held_out : float
        Part of the corpus, at its end, that is held out for validation. 0 to below 1.
    memory_limit : int, optional
        Bytes that training may take; by default what the machine has left.
    start : Start
        What the weights begin with, and which stay; by default all begin by chance, and none does.
    beside : callable, optional
        Returns what else a run will take, in bytes, by purpose.

    Raises
    ------
    ConfigError
        It needs more memory than it may take; or the members cannot work with this corpus.
    CorpusError
        There is no pair of words to learn from.
    """
    refuse_single_words(corpus)
    config = fitted(config, corpus)
    tokens = shard_tokens(corpus.n_tokens) if config.deterministic else TASK_TOKENS
    try:
        setup = set_up(config, corpus, Schedule(config, corpus, held_out, tokens), start.rates)
        refuse_if_too_large({**needed_bytes(setup), **beside(setup)}, memory_limit)
        return setup.with_matrices(start.known)
    except MemoryError as error:
        raise ConfigError(
            f"there is not enough memory to begin ({error}); lower dim, raise min_count or set "
            "max_vocabulary"
        ) from error


def needed_bytes(setup: Setup) -> dict[str, int]:
    """Return what a run takes at its peak, in bytes, by purpose."""
    config, words = setup.config, len(setup.corpus.vocabulary)
    needed = {
        "input vectors": matrix_bytes(setup.n_input_rows, config),
        "output vectors": matrix_bytes(setup.n_output_rows, config),
        "tables": bytes_in(setup.unit, setup.tables, setup.keep),
        "threads": config.n_threads * (THREAD_BYTES + Worker(setup).size),
    }
    if setup.n_input_rows != words:
        # Vectors of words that are composed of several rows are made at the end.
        needed["word vectors"] = matrix_bytes(words, config)
    if config.deterministic:
        needed["private rows"] = rounds_bytes(setup)
    return needed
