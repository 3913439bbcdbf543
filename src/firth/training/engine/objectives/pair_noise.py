"""Noise of negative sampling as published: K words of its own for every pair; exact and slow."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.kernels.compiler import implements, kernel
from firth.training.engine.blocks import span_scores, span_targets
from firth.training.engine.functions import sigmoids, softplus
from firth.training.engine.noise import NoiseTable, draw_word
from firth.training.engine.objectives.true_pairs import (
    Targets,
    gather_targets,
    new_targets,
    prefetch_targets,
    scatter_targets,
    score_targets,
    update_targets,
)
from firth.training.engine.rows import add_gain, add_multiple, aligned_zeros, copy_row_twice
from firth.training.engine.steps import (
    gather_outputs,
    predicted,
    prefetch_outputs,
    scatter_outputs,
    step,
)


class PairNoise(NamedTuple):
    """Negative sampling with K noise words of its own for every pair.

    Attributes
    ----------
    table, key, negative, targets
        As in :class:`.pool_noise.PoolNoise`; draws are keyed by the centre's position and the
        pair's place in its window, so they depend on nothing else.
    most_predicted : int
        The most positions that one centre predicts.
    drawn : (batch_size * most_predicted * K,) int64
        Noise words of a batch, centre after centre.
    rows, start : (batch_size * most_predicted * K + 3, stride)
        Their output vectors as updated, and as gathered.
    source : (batch_size * most_predicted * K,) int64
        Where they were gathered.
    first, last : (batch_size,) int64
        The noise rows of each centre.
    scores : (batch_size * most_predicted * K + 4,)
        Their scores, then factors.
    """

    table: NoiseTable
    key: np.uint64
    negative: int
    most_predicted: int
    drawn: NDArray[np.int64]
    rows: NDArray[Any]
    start: NDArray[Any]
    source: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    scores: NDArray[Any]
    targets: Targets


@implements(prefetch_outputs, PairNoise)
def _prefetch_pairs(
    objective: Any,
    architecture: Any,
    segment: Any,
    c0: Any,
    c1: Any,
    slot: Any,
    part: Any,
    parts: Any,
    work: Any,
) -> None:
    prefetch_targets(architecture, segment, c0, c1, part, parts, work.output_matrix)


@implements(gather_outputs, PairNoise)
def _gather_pairs(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    gather_targets(architecture, segment, c0, c1, work.output_matrix, objective.targets)


@implements(scatter_outputs, PairNoise)
def _scatter_pairs(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    scatter_targets(architecture, segment, c0, c1, objective.targets)


@kernel
def draw_pairs(objective: Any, architecture: Any, segment: Any, b0: Any, b1: Any) -> Any:
    """Draw K words for each pair of a batch, and the rows of each centre; return how many."""
    i, most = 0, objective.most_predicted
    for t in range(b0, b1):
        first, last, skip = predicted(architecture, segment, t)
        objective.first[t - b0] = i
        for o in range(first, last):
            if o != skip:
                # The pair's place is its distance from the centre, wherever the window was cut.
                place = segment.position[t] * most + (o - t) + most // 2
                for k in range(objective.negative):
                    draw = place * objective.negative + k
                    objective.drawn[i] = draw_word(objective.table, objective.key, draw)
                    i += 1
        objective.last[t - b0] = i
    return i


@implements(step, PairNoise)
def _step_pairs(
    objective: Any,
    architecture: Any,
    segment: Any,
    c0: Any,
    b0: Any,
    b1: Any,
    rate: Any,
    measure: Any,
    work: Any,
) -> Any:
    n, step_size, targets = b1 - b0, work.hidden.dtype.type(rate), objective.targets
    rows, start, factors = objective.rows, objective.start, objective.scores
    count = draw_pairs(objective, architecture, segment, b0, b1)
    for i in range(count):
        objective.source[i] = copy_row_twice(work.output_matrix, objective.drawn[i], rows, start, i)
    pairs, loss = score_targets(
        architecture, segment, c0, b0, b1, targets, step_size, measure, work
    )
    span_scores(work.hidden, rows, objective.first, objective.last, n, factors)
    if measure:
        for i in range(count):
            loss += softplus(factors[i])
    sigmoids(factors, count)
    for i in range(count):
        factors[i] *= -step_size
    for t in range(n):
        for i in range(objective.first[t], objective.last[t]):
            add_multiple(work.d_hidden, t, factors[i], rows, i)
    span_targets(work.hidden, objective.first, objective.last, n, factors, rows)
    for i in range(count):
        add_gain(objective.source[i], rows, start, i)
    update_targets(work.hidden, targets, n)
    return pairs, loss


def new_pair_noise(config: TrainConfig, table: NoiseTable, architecture: Any) -> PairNoise:
    """Make one thread's buffers."""
    batch, dim, dtype = config.batch_size, config.dim, config.dtype
    most = batch * architecture.most_predicted * config.negative
    return PairNoise(
        table,
        np.uint64(0),
        config.negative,
        architecture.most_predicted,
        np.zeros(most, np.int64),
        aligned_zeros(most + 3, dim, dtype),
        aligned_zeros(most + 3, dim, dtype),
        np.zeros(most, np.int64),
        np.zeros(batch, np.int64),
        np.zeros(batch, np.int64),
        np.zeros(most + 4, dtype),
        new_targets(config, architecture),
    )
