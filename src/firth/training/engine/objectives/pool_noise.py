"""Noise of negative sampling that the centres of a chunk share: dense products, few rows to fetch.

P words are drawn for a chunk and weighted by m_t K / P for centre t, which has m_t pairs: the same
J in expectation as K words for each pair.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.kernels.compiler import implements
from firth.training.engine.blocks import accumulate, accumulate_transposed, scores
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
from firth.training.engine.rows import (
    add_gain,
    aligned_zeros,
    copy_row_twice,
    prefetch_row,
    rows_list,
)
from firth.training.engine.steps import (
    gather_outputs,
    prefetch_outputs,
    prepare,
    scatter_outputs,
    step,
)


class PoolNoise(NamedTuple):
    """Negative sampling with a pool of noise words for each chunk.

    Attributes
    ----------
    table : NoiseTable
        The noise distribution.
    key : uint64
        Stream of draws; a chunk's are keyed by its first centre's position in the corpus.
    negative : int
        K, noise words per pair in expectation.
    drawn : (2, P) int64
        Noise words of this chunk and the next.
    rows, start : (P, stride)
        Their output vectors as updated, and as gathered.
    source : (P,) int64
        Where they were gathered.
    listed : (P,) int64
        Where these rows are.
    scores : (batch_size, P)
        Scores, then factors.
    targets : Targets
        The true pairs.
    """

    table: NoiseTable
    key: np.uint64
    negative: int
    drawn: NDArray[np.int64]
    rows: NDArray[Any]
    start: NDArray[Any]
    source: NDArray[np.int64]
    listed: NDArray[np.int64]
    scores: NDArray[Any]
    targets: Targets


@implements(prepare, PoolNoise)
def _prepare_pool(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    pool = objective.drawn.shape[1]
    for p in range(pool):
        place = segment.position[c0] * pool + p
        objective.drawn[slot, p] = draw_word(objective.table, objective.key, place)


@implements(prefetch_outputs, PoolNoise)
def _prefetch_pool(
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
    pool = objective.drawn.shape[1]
    for p in range(pool * part // parts, pool * (part + 1) // parts):
        prefetch_row(work.output_matrix, objective.drawn[slot, p])
    prefetch_targets(architecture, segment, c0, c1, part, parts, work.output_matrix)


@implements(gather_outputs, PoolNoise)
def _gather_pool(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    gather_targets(architecture, segment, c0, c1, work.output_matrix, objective.targets)
    for p in range(objective.drawn.shape[1]):
        word = objective.drawn[slot, p]
        objective.source[p] = copy_row_twice(
            work.output_matrix, word, objective.rows, objective.start, p
        )


@implements(scatter_outputs, PoolNoise)
def _scatter_pool(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    scatter_targets(architecture, segment, c0, c1, objective.targets)
    for p in range(objective.drawn.shape[1]):
        add_gain(objective.source[p], objective.rows, objective.start, p)


@implements(step, PoolNoise)
def _step_pool(
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
    pairs, loss = score_targets(
        architecture, segment, c0, b0, b1, targets, step_size, measure, work
    )
    pool, factors, listed = objective.rows.shape[0], objective.scores, objective.listed
    whole, flat, stride = (n + 3) // 4 * 4, factors.reshape(-1), work.hidden.shape[1]
    per_word = objective.negative / pool
    scores(work.hidden_rows, whole, listed, pool, stride, flat)
    if measure:
        for t in range(n):
            total = 0.0
            for p in range(pool):
                total += softplus(factors[t, p])
            loss += targets.pairs[t] * per_word * total
    sigmoids(flat, n * pool)
    for t in range(n):
        weight = -step_size * work.hidden.dtype.type(targets.pairs[t] * per_word)
        for p in range(pool):
            factors[t, p] *= weight
    accumulate(work.d_hidden_rows, whole, flat, pool, listed, pool, stride)
    accumulate_transposed(listed, pool, flat, pool, work.hidden_rows, n, stride)
    update_targets(work.hidden, targets, n)
    return pairs, loss


def new_pool_noise(config: TrainConfig, table: NoiseTable, architecture: Any) -> PoolNoise:
    """Make one thread's buffers."""
    assert config.pool_size is not None  # `negative_sampling.fit` has settled it
    pool, dim, dtype = config.pool_size, config.dim, config.dtype
    rows = aligned_zeros(pool, dim, dtype)
    return PoolNoise(
        table,
        np.uint64(0),
        config.negative,
        np.zeros((2, pool), np.int64),
        rows,
        aligned_zeros(pool, dim, dtype),
        np.zeros(pool, np.int64),
        rows_list(rows),
        np.zeros((config.batch_size, pool), dtype),
        new_targets(config, architecture),
    )
