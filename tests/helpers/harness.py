"""The engine on a few sentences, without the outer loop: for tests of one step."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from firth.config import OBJECTIVES, TrainConfig
from firth.corpus import Vocabulary
from firth.training.engine.chunks import Segment, lay_out
from firth.training.engine.rng import SUBSAMPLE, WINDOW, stream_key
from firth.training.engine.rows import aligned_zeros
from firth.training.engine.steps import Work, train_segment
from firth.training.run.schedules import TASK_TOKENS
from firth.training.run.setup import fitted, set_up


class Result(NamedTuple):
    """What a call of the engine gives: pairs and loss, and both matrices (rows, dim) after it."""

    pairs: int
    measured: int
    loss: float
    input_matrix: np.ndarray
    output_matrix: np.ndarray


class Engine:
    """Members, buffers and random start weights for a list of sentences of word ids.

    Parameters
    ----------
    sentences : list of lists of int
        Word i must be as frequent as word i + 1, or more.
    dim : int
        Length of vectors.
    scale : float
        Standard deviation of the weights: 0.5 gives scores around 1, where nothing is linear.
    **settings
        Of :class:`TrainConfig`.
    """

    def __init__(self, sentences, *, dim=7, scale=0.5, vocabulary=None, **settings):
        defaults = {"dtype": "float64", "sample": 0.0, "window": 3, "threads": 1}
        # One batch for all that fits: gradients at the same weights, unless a test says otherwise.
        defaults |= {"chunk_size": 64, "batch_size": settings.get("chunk_size", 64)}
        self.config = TrainConfig(dim=dim, **{**defaults, **settings})
        config = self.config
        self.sentences = [np.array(sentence, np.int32) for sentence in sentences]
        self.ids = np.concatenate(self.sentences)
        if vocabulary is None:
            counts = np.bincount(self.ids)
            vocabulary = Vocabulary([f"word{i:04}" for i in range(len(counts))], counts)
            assert (np.diff(counts) <= 0).all()
        self.vocabulary = vocabulary
        self.keep = vocabulary.keep_probabilities(config.sample)
        self.noise = None
        if "noise_exponent" in config:
            self.noise = vocabulary.noise_distribution(config.noise_exponent)
        longest = max(map(len, self.sentences))
        corpus = SimpleNamespace(vocabulary=vocabulary, n_tokens=len(self.ids), longest=longest)
        self.config = config = fitted(config, corpus)
        self.setup = set_up(config, corpus, SimpleNamespace(task_tokens=TASK_TOKENS))
        self.unit = self.setup.unit
        self.architecture, self._objective = self.setup.new_buffers()
        self.sequential = OBJECTIVES[config.objective].sequential
        generator = np.random.default_rng(config.seed)
        n_outputs = self.setup.n_output_rows
        self.inputs = generator.normal(0, scale, (self.unit.n_rows, dim)).astype(config.dtype)
        self.outputs = generator.normal(0, scale, (n_outputs, dim)).astype(config.dtype)

    def objective_at(self, epoch):
        """The objective with the draws of an epoch."""
        return self.setup.at_epoch(self._objective, epoch)

    def segment(self, epoch=0):
        """The kept tokens and windows of all sentences."""
        config = self.config
        segment = Segment.empty(len(self.ids) + 1)
        ends = np.cumsum([len(sentence) for sentence in self.sentences])
        n = lay_out(
            self.ids,
            0,
            np.concatenate([[0], ends]).astype(np.int64),
            self.setup.keep,
            config.widths,
            stream_key(config.seed, SUBSAMPLE, epoch),
            stream_key(config.seed, WINDOW, epoch),
            segment,
        )
        return segment.head(n)

    def run(
        self,
        inputs=None,
        outputs=None,
        *,
        epoch=0,
        rates=(1.0, 1.0),
        measure_every=1,
        segment=None,
        objective=None,
    ):
        """Train once over the sentences from the given weights, or those of the start."""
        config = self.config
        matrices = []
        for values in (
            self.inputs if inputs is None else inputs,
            self.outputs if outputs is None else outputs,
        ):
            matrix = aligned_zeros(len(values), config.dim, config.dtype)
            matrix[:, : config.dim] = values
            matrices.append(matrix)
        pairs, measured, loss = train_segment(
            self.architecture,
            self.unit,
            self.objective_at(epoch) if objective is None else objective,
            self.segment(epoch) if segment is None else segment,
            config.chunk_size,
            config.batch_size,
            *rates,
            measure_every,
            Work.of(*matrices, config),
        )
        for matrix in matrices:
            padding = matrix[:, config.dim :]
            assert not padding.any() or not np.isfinite(matrix).all()  # it stays zero
        return Result(pairs, measured, loss, *(matrix[:, : config.dim] for matrix in matrices))

    def gradients(self, inputs=None, outputs=None):
        """Loss of one batch, and what the updates say are its gradients by both matrices."""
        still = self.run(inputs, outputs, rates=(0.0, 0.0))
        if self.sequential:
            return still.loss, *self.gradients_at_rest(inputs, outputs)
        return still.loss, *self.gradients_at_rest(inputs, outputs, size=1.0)

    def gradients_at_rest(self, inputs=None, outputs=None, size=1e-6, **options):
        """Gradients by both matrices as if no row moved until the end of the text.

        They are the derivative of the updates by the learning rate where that is 0: from one step
        forwards and one backwards, small ones unless there is a single batch. In one batch updates
        are of first order in the rate, and of second order where centres take turns, which two
        such steps have in common.
        """
        ahead, behind = (
            self.run(inputs, outputs, rates=(rate, rate), **options) for rate in (size, -size)
        )
        return (
            (behind.input_matrix - ahead.input_matrix) / (2 * size),
            (behind.output_matrix - ahead.output_matrix) / (2 * size),
        )


def ranked(generator, n_words, lengths):
    """Random sentences whose words are numbered by frequency, as the engine's are."""
    weights = np.arange(1, n_words + 1) ** -0.8
    flat = generator.choice(n_words, sum(lengths), p=weights / weights.sum())
    flat[:n_words] = np.arange(n_words)  # each occurs
    generator.shuffle(flat)
    order = np.argsort(-np.bincount(flat), kind="stable")
    rank = np.empty(n_words, int)
    rank[order] = np.arange(n_words)
    return [part.tolist() for part in np.split(rank[flat], np.cumsum(lengths)[:-1])]
