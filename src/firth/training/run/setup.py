"""Everything that the workers of a run share, as one frozen value.

It is made once, by :func:`set_up`, from the settings and the corpus; whoever holds it can train any
task of the run: a thread, a shard of a deterministic round, or another process.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import ARCHITECTURES, OBJECTIVES, REGISTRIES, UNITS, TrainConfig
from firth.corpus import EncodedCorpus, Vocabulary
from firth.training.engine.rows import aligned_zeros
from firth.training.engine.size import RunSize
from firth.training.run.schedules import Schedule
from firth.training.run.starting import Known, begin

#: The loss is measured on one chunk in this many; on all of them below a million tokens. At 1 in 16
#: measuring took 7 % of the time, at 1 in 64 less than 2 %.
MEASURE_EVERY = 64


class Setup(NamedTuple):
    """What the workers of a run share.

    Attributes
    ----------
    config : TrainConfig
        How to train.
    corpus : EncodedCorpus
        What to train on.
    schedule : Schedule
        Its tasks, and the learning rate of each.
    architecture, objective : module
        The members that make buffers for each worker.
    unit : NamedTuple
        What words are made of.
    tables : object
        What the objective has for all workers, such as a noise distribution or a tree.
    keep : (V,) uint64
        Probability of keeping each word, times 2^32.
    inputs, outputs : (rows, stride)
        The weights; columns past ``config.dim`` are 0. Without rows until they are allocated.
    measure_every : int
        The loss is measured on one chunk in so many.
    measure_tasks : int
        And on one task in so many, where tasks are short.
    """

    config: TrainConfig
    corpus: EncodedCorpus
    schedule: Schedule
    architecture: ModuleType
    objective: ModuleType
    unit: Any
    tables: Any
    keep: NDArray[np.uint64]
    inputs: NDArray[Any]
    outputs: NDArray[Any]
    measure_every: int
    measure_tasks: int

    @property
    def n_input_rows(self) -> int:
        """Rows of the input matrix."""
        return int(self.unit.n_rows)

    @property
    def n_output_rows(self) -> int:
        """Rows of the output matrix: one a word, unless the objective says otherwise."""
        vocabulary = self.corpus.vocabulary
        return int(_step(self.objective, "n_output_rows", len)(vocabulary))

    @property
    def longest_task(self) -> int:
        """Tokens of the longest task."""
        ranges = self.schedule.ranges
        return int((ranges.token_stop - ranges.token_start).max())

    @property
    def untrained_loss(self) -> float:
        """Mean J a pair of vectors that know nothing: what all scores of 0 give, in nats."""
        counts = self.corpus.vocabulary.counts * (self.keep / 2.0**32)
        return float(self.objective.untrained_loss(self.config, self.tables, counts))

    def new_buffers(self) -> tuple[Any, Any]:
        """Make a worker's own architecture and objective, as kernels take them."""
        architecture = self.architecture.build(self.config)
        return architecture, self.objective.build(self.config, self.tables, architecture)

    def at_epoch(self, objective: Any, epoch: int) -> Any:
        """Return a worker's objective with the draws of an epoch, if it draws anything."""
        return _step(self.objective, "at_epoch", lambda state, *_: state)(
            objective, self.config, epoch
        )

    def most_rows(self, tokens: int) -> tuple[int, int]:
        """Return how many input and output rows a text of so many tokens visits at the most."""
        config, architecture = self.config, self.architecture.build(self.config)
        inputs = UNITS.module(config.unit).most_input_rows(config, self.unit, tokens)
        outputs = _step(self.objective, "most_output_rows", lambda *_: self.n_output_rows)(
            config, self.tables, architecture, tokens
        )
        return min(inputs, self.n_input_rows), min(outputs, self.n_output_rows)

    def frequent(self, n: int) -> tuple[slice, slice]:
        """Return n of the input and output rows that are visited most: words' are in that order."""
        return slice(n), _step(self.objective, "frequent_rows", slice)(n)

    def with_matrices(self, known: Known | None = None) -> Setup:
        """Allocate the weights: inputs uniform in ±1/(2 dim), outputs 0, as in word2vec.c.

        Those of words that are known already begin with what they are known by.
        """
        config = self.config
        inputs = aligned_zeros(self.n_input_rows, config.dim, config.dtype)
        outputs = aligned_zeros(self.n_output_rows, config.dim, config.dtype)
        generator = np.random.default_rng(config.seed)
        for block in np.array_split(inputs, max(1, len(inputs) // 65_536)):
            random = generator.random((len(block), config.dim), np.float32)
            block[:, : config.dim] = (random - 0.5) / config.dim
        setup = self._replace(inputs=inputs, outputs=outputs)
        if known is not None:
            begin(setup, known)
        return setup


def _step(member: ModuleType, name: str, otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that a member need not have."""
    found: Callable[..., Any] = getattr(member, name, otherwise)
    return found


def keep_thresholds(vocabulary: Vocabulary, sample: float) -> NDArray[np.uint64]:
    """Return the probability of keeping each word times 2^32, (V,).

    Examples
    --------
    >>> keep_thresholds(Vocabulary(["a"], [7]), 0.0).tolist() == [2**32]
    True
    """
    scaled = vocabulary.keep_probabilities(sample) * 2.0**32
    return np.minimum(scaled, 2.0**32).astype(np.uint64)


def fitted(config: TrainConfig, corpus: EncodedCorpus) -> TrainConfig:
    """Return settings in which what was left to the text, None, is what fits this one.

    Members say what that is, in a function ``fit``.

    Examples
    --------
    >>> from firth.corpus import encode
    >>> corpus = encode([["a", "b"]] * 5000, min_count=1)
    >>> fitted(TrainConfig(), corpus).pool_size, fitted(TrainConfig(pool_size=8), corpus).pool_size
    (128, 8)
    """
    given, found = config.to_dict(), {}
    size = RunSize.of(config, corpus.vocabulary, corpus.n_tokens, corpus.longest)
    for registry in REGISTRIES:
        fit = _step(registry.module(given[registry.kind]), "fit", lambda *_: {})
        for name, value in fit(config, size).items():
            if name in given and given[name] is None:
                found[name] = value
    return TrainConfig.from_dict({**given, **found})


def set_up(
    config: TrainConfig,
    corpus: EncodedCorpus,
    schedule: Schedule,
    rates: NDArray[np.floating] | None = None,
) -> Setup:
    """Make what the workers of a run share, but for the matrices.

    Parameters
    ----------
    config : TrainConfig
        How to train.
    corpus : EncodedCorpus
        What to train on.
    schedule : Schedule
        Its tasks.
    rates : (V,) floats, optional
        What part of its steps the input vector of each word takes.

    Raises
    ------
    ConfigError
        A member cannot work with this vocabulary or these settings.
    """
    vocabulary = corpus.vocabulary
    objective = OBJECTIVES.module(config.objective)
    measure_every = MEASURE_EVERY if corpus.n_tokens >= 1_000_000 else 1
    chunks = schedule.task_tokens // config.chunk_size
    nothing = np.zeros((0, 0), config.dtype)
    unit = UNITS.module(config.unit).build(config, vocabulary, corpus.n_tokens)
    return Setup(
        config,
        corpus,
        schedule,
        ARCHITECTURES.module(config.architecture),
        objective,
        unit if rates is None else unit.slowed(rates),
        _step(objective, "tables", lambda *_: None)(config, vocabulary),
        keep_thresholds(vocabulary, config.sample),
        nothing,
        nothing,
        measure_every,
        max(1, measure_every // max(1, chunks)),
    )
