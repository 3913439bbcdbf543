r"""Negative sampling: tell a true pair from pairs with noise words (Mikolov et al. 2013b, 2.2).

For a centre with hidden vector h, outside word o and noise words k drawn from P(w) ∝ count^0.75::

    J      = -log σ(u_o·h) - Σ_k log σ(-u_k·h)
    ∂J/∂s  = σ(s) - label          for each score s = u·h; label 1 for o, 0 for noise
    ∂J/∂h  = Σ ∂J/∂s · u           ∂J/∂u = ∂J/∂s · h

``noise="pair"`` draws K noise words for every pair, as written. ``noise="pool"`` draws P words for
a chunk, shares them among its centres, and weights each by m_t K / P, where m_t is the number of
pairs of centre t: the same J in expectation, from dense matrix products and with far fewer rows to
fetch. :func:`twin` says both in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.corpus.vocabulary import Vocabulary
from firth.training.engine.blocks import (
    accumulate,
    accumulate_transposed,
    scores,
    span_hidden,
    span_scores,
    span_targets,
)
from firth.training.engine.compiler import implements, kernel
from firth.training.engine.functions import sigmoids, softplus
from firth.training.engine.noise import NoiseTable, draw_word, noise_table
from firth.training.engine.rng import NOISE, stream_key
from firth.training.engine.rows import (
    add_gain,
    add_multiple,
    aligned_zeros,
    copy_row_twice,
    prefetch_row,
    rows_list,
)
from firth.training.engine.steps import (
    gather_outputs,
    predicted,
    predicted_range,
    prefetch_outputs,
    prepare,
    scatter_outputs,
    step,
)

#: Whether output rows move within a batch, see :func:`firth.training.engine.steps.step`.
SEQUENTIAL = False


def twin(
    hidden: NDArray[Any],
    targets: NDArray[Any],
    noise: NDArray[Any],
    positive: NDArray[Any],
    noise_weight: NDArray[Any],
) -> tuple[float, NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Loss and gradients of a chunk: what the kernels compute, in NumPy.

    Parameters
    ----------
    hidden : (n_h, dim)
        Hidden vectors H.
    targets : (n_o, dim)
        Output vectors of the positions that are predicted, O.
    noise : (P, dim)
        Output vectors of the noise words, N.
    positive : (n_h, n_o)
        1 where centre t predicts target o, else 0.
    noise_weight : (n_h, P)
        m_t K / P for a shared pool; 1 or 0 where every pair has noise words of its own.

    Returns
    -------
    loss : float
        Σ positive · -log σ(H Oᵀ) + Σ noise_weight · -log σ(-H Nᵀ), in nats.
    d_hidden, d_targets, d_noise : arrays
        Its gradients, each in the shape of what it is taken by.

    Examples
    --------
    >>> one = np.ones((1, 2))
    >>> loss, *_ = twin(0 * one, one, one, np.ones((1, 1)), np.full((1, 1), 5.0))
    >>> bool(np.isclose(loss, 6 * np.log(2)))
    True
    """
    s = hidden @ targets.T
    g = positive * (_sigmoid(s) - 1)
    z = hidden @ noise.T
    e = noise_weight * _sigmoid(z)
    loss = np.sum(positive * np.logaddexp(0, -s)) + np.sum(noise_weight * np.logaddexp(0, z))
    return float(loss), g @ targets + e @ noise, g.T @ hidden, e.T @ hidden


def _sigmoid(x: NDArray[Any]) -> NDArray[Any]:
    result: NDArray[Any] = np.exp(-np.logaddexp(0, -x))
    return result


class Targets(NamedTuple):
    """The predicted positions of a chunk, gathered, and the spans of a batch.

    Attributes
    ----------
    rows, start : (chunk_size + 2 margin + 3, stride)
        Output vectors as updated, and as gathered; the last three rows are read past spans, never
        used.
    source : (chunk_size + 2 margin,) int64
        Where they were gathered.
    first, last : (batch_size,) int64
        The rows that each centre predicts, a span.
    skip : (batch_size,) int64
        The row within the span that it does not predict, or -1.
    pairs : (batch_size,) int64
        How many it predicts, m_t.
    scores : (batch_size * most_predicted + 4,)
        One score a pair, span after span.
    """

    rows: NDArray[Any]
    start: NDArray[Any]
    source: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    skip: NDArray[np.int64]
    pairs: NDArray[np.int64]
    scores: NDArray[Any]


def _targets(config: TrainConfig, architecture: Any) -> Targets:
    rows, batch = config.chunk_size + 2 * architecture.margin + 3, config.batch_size
    return Targets(
        aligned_zeros(rows, config.dim, config.dtype),
        aligned_zeros(rows, config.dim, config.dtype),
        np.zeros(rows, np.int64),
        np.zeros(batch, np.int64),
        np.zeros(batch, np.int64),
        np.zeros(batch, np.int64),
        np.zeros(batch, np.int64),
        np.zeros(batch * architecture.most_predicted + 4, config.dtype),
    )


@kernel
def prefetch_targets(
    architecture: Any, segment: Any, c0: Any, c1: Any, part: Any, parts: Any, matrix: Any
) -> None:
    """Ask for share `part` of `parts` of the output rows that centres c0 to c1 predict."""
    o0, o1 = predicted_range(architecture, segment, c0, c1)
    for o in range(o0 + (o1 - o0) * part // parts, o0 + (o1 - o0) * (part + 1) // parts):
        prefetch_row(matrix, segment.words[o])


@kernel
def gather_targets(
    architecture: Any, segment: Any, c0: Any, c1: Any, matrix: Any, targets: Any
) -> None:
    """Copy the output rows that centres c0 to c1 predict."""
    o0, o1 = predicted_range(architecture, segment, c0, c1)
    for o in range(o0, o1):
        i = o - o0
        targets.source[i] = copy_row_twice(matrix, segment.words[o], targets.rows, targets.start, i)


@kernel
def scatter_targets(architecture: Any, segment: Any, c0: Any, c1: Any, targets: Any) -> None:
    """Add what the gathered rows gained to where they came from."""
    o0, o1 = predicted_range(architecture, segment, c0, c1)
    for i in range(o1 - o0):
        add_gain(targets.source[i], targets.rows, targets.start, i)


@kernel
def score_targets(
    architecture: Any,
    segment: Any,
    c0: Any,
    b0: Any,
    b1: Any,
    targets: Any,
    hidden: Any,
    rate: Any,
    measure: Any,
    d_hidden: Any,
) -> Any:
    """Score the true pairs of a batch; write d_hidden and ``targets.scores``, the factors.

    The rows stay as they are until :func:`update_targets`. Returns (pairs, loss).
    """
    n = b1 - b0
    o0 = predicted_range(architecture, segment, c0, b1)[0]
    pairs = 0
    for t in range(n):
        first, last, skip = predicted(architecture, segment, b0 + t)
        targets.first[t] = first - o0
        targets.last[t] = last - o0
        targets.skip[t] = skip - o0 if skip >= 0 else -1
        targets.pairs[t] = last - first - (skip >= 0)
        pairs += targets.pairs[t]
    factors = targets.scores
    count = span_scores(hidden, targets.rows, targets.first, targets.last, n, factors)
    loss = 0.0
    if measure:
        k = 0
        for t in range(n):
            for o in range(targets.first[t], targets.last[t]):
                if o != targets.skip[t]:
                    loss += softplus(-factors[k])
                k += 1
    sigmoids(factors, count)
    for k in range(count):
        factors[k] = rate * (1 - factors[k])
    k = 0
    for t in range(n):
        if targets.skip[t] >= 0:
            factors[k + targets.skip[t] - targets.first[t]] = 0
        k += targets.last[t] - targets.first[t]
    span_hidden(targets.rows, targets.first, targets.last, n, factors, d_hidden)
    return pairs, loss


@kernel
def update_targets(hidden: Any, targets: Any, n: Any) -> None:
    """Add each true pair's share to its target row."""
    span_targets(hidden, targets.first, targets.last, n, targets.scores, targets.rows)


class SharedNoise(NamedTuple):
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


@implements(prepare, SharedNoise)
def _prepare_pool(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    pool = objective.drawn.shape[1]
    for p in range(pool):
        place = segment.position[c0] * pool + p
        objective.drawn[slot, p] = draw_word(objective.table, objective.key, place)


@implements(prefetch_outputs, SharedNoise)
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


@implements(gather_outputs, SharedNoise)
def _gather_pool(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    gather_targets(architecture, segment, c0, c1, work.output_matrix, objective.targets)
    for p in range(objective.drawn.shape[1]):
        word = objective.drawn[slot, p]
        objective.source[p] = copy_row_twice(
            work.output_matrix, word, objective.rows, objective.start, p
        )


@implements(scatter_outputs, SharedNoise)
def _scatter_pool(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    scatter_targets(architecture, segment, c0, c1, objective.targets)
    for p in range(objective.drawn.shape[1]):
        add_gain(objective.source[p], objective.rows, objective.start, p)


@implements(step, SharedNoise)
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
        architecture, segment, c0, b0, b1, targets, work.hidden, step_size, measure, work.d_hidden
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


class PairNoise(NamedTuple):
    """Negative sampling with K noise words of its own for every pair.

    Attributes
    ----------
    table, key, negative, targets
        As in :class:`SharedNoise`; draws are keyed by the centre's position and the pair's place
        in its window, so they depend on nothing else.
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


@implements(prepare, PairNoise)
def _prepare_pairs(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    """Nothing: noise words are drawn batch by batch."""


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
        architecture, segment, c0, b0, b1, targets, work.hidden, step_size, measure, work.d_hidden
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


def n_output_rows(vocabulary: Vocabulary) -> int:
    """One output row a word."""
    return len(vocabulary)


def build(
    config: TrainConfig, vocabulary: Vocabulary, architecture: Any
) -> Callable[[], Callable[[int], Any]]:
    """Prepare the objective; the result makes a worker's own copy, and that its state of an epoch.

    Returns
    -------
    callable
        ``build(...)()`` allocates one thread's buffers; calling the result with an epoch gives the
        NamedTuple that the kernels take.
    """
    table = noise_table(vocabulary.noise_distribution(config.noise_exponent))

    def worker() -> Callable[[int], Any]:
        batch, dim, dtype = config.batch_size, config.dim, config.dtype
        targets = _targets(config, architecture)
        state: Any
        if config.noise == "pool":
            pool = config.pool_size
            rows = aligned_zeros(pool, dim, dtype)
            state = SharedNoise(
                table,
                np.uint64(0),
                config.negative,
                np.zeros((2, pool), np.int64),
                rows,
                aligned_zeros(pool, dim, dtype),
                np.zeros(pool, np.int64),
                rows_list(rows),
                np.zeros((batch, pool), dtype),
                targets,
            )
        else:
            most = batch * architecture.most_predicted * config.negative
            state = PairNoise(
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
                targets,
            )
        return lambda epoch: state._replace(key=stream_key(config.seed, NOISE, epoch))

    return worker
