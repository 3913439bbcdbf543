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
from firth.training.blocks import (
    accumulate,
    accumulate_transposed,
    add_row,
    aligned_zeros,
    clear,
    copy_row,
    prefetch_row,
    scores,
    sigmoids,
    softplus,
    span_accumulate,
    span_scores,
)
from firth.training.compiler import implements, kernel
from firth.training.engine import predicted, predicted_range, prepare, step
from firth.training.noise import NoiseTable, draw_word, noise_table
from firth.training.rng import NOISE, stream_key


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
    >>> round(loss, 6) == round(6 * np.log(2), 6)
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
    """The predicted positions of a chunk, gathered.

    Attributes
    ----------
    rows, d_rows : (chunk_size + 2 margin + 3, stride)
        Output vectors and their updates; the last three rows are read past spans, never used.
    first, last : (chunk_size,) int64
        The rows that each centre predicts, a span.
    skip : (chunk_size,) int64
        The row within the span that it does not predict, or -1.
    scores : (chunk_size * most_predicted + 4,)
        One score a pair, span after span.
    """

    rows: NDArray[Any]
    d_rows: NDArray[Any]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    skip: NDArray[np.int64]
    scores: NDArray[Any]


def _targets(config: TrainConfig, architecture: Any) -> Targets:
    size = config.chunk_size
    rows = size + 2 * architecture.margin + 3
    return Targets(
        aligned_zeros(rows, config.dim, config.dtype),
        aligned_zeros(rows, config.dim, config.dtype),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size * architecture.most_predicted + 4, config.dtype),
    )


@kernel
def gather_targets(
    architecture: Any, segment: Any, c0: Any, c1: Any, matrix: Any, targets: Any
) -> Any:
    """Fill rows and spans for centres c0 to c1; return the position of row 0 and the row count."""
    o0, o1 = predicted_range(architecture, segment, c0, c1)
    for o in range(o0, o1):
        copy_row(matrix, segment.words[o], targets.rows, o - o0)
    for t in range(c0, c1):
        first, last, skip = predicted(architecture, segment, t)
        targets.first[t - c0] = first - o0
        targets.last[t - c0] = last - o0
        targets.skip[t - c0] = skip - o0 if skip >= 0 else -1
    return o0, o1 - o0


@kernel
def scatter_targets(segment: Any, o0: Any, n: Any, matrix: Any, targets: Any) -> None:
    """Add the updates of the gathered rows to the output matrix."""
    for o in range(n):
        add_row(matrix, segment.words[o0 + o], targets.d_rows, o)


@kernel
def score_positives(
    hidden: Any, targets: Any, n: Any, rows: Any, rate: Any, measure: Any, d_hidden: Any
) -> Any:
    """Score the true pairs of n centres; write both sides' updates; return (pairs, loss)."""
    count = span_scores(hidden, targets.rows, targets.first, targets.last, n, targets.scores)
    loss = 0.0
    if measure:
        k = 0
        for t in range(n):
            for o in range(targets.first[t], targets.last[t]):
                if o != targets.skip[t]:
                    loss += softplus(-targets.scores[k])
                k += 1
    sigmoids(targets.scores, count)
    for k in range(count):
        targets.scores[k] = rate * (1 - targets.scores[k])
    pairs = count
    k = 0
    for t in range(n):
        if targets.skip[t] >= 0:
            targets.scores[k + targets.skip[t] - targets.first[t]] = 0
            pairs -= 1
        k += targets.last[t] - targets.first[t]
    clear(d_hidden, d_hidden.shape[0])
    clear(targets.d_rows, rows)
    span_accumulate(
        hidden,
        targets.rows,
        targets.first,
        targets.last,
        n,
        targets.scores,
        d_hidden,
        targets.d_rows,
    )
    return pairs, loss


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
    rows, d_rows : (P, stride)
        Their output vectors and updates.
    scores : (chunk_size, P)
        Scores, then factors.
    targets : Targets
        The true pairs.
    """

    table: NoiseTable
    key: np.uint64
    negative: int
    drawn: NDArray[np.int64]
    rows: NDArray[Any]
    d_rows: NDArray[Any]
    scores: NDArray[Any]
    targets: Targets


@implements(prepare, SharedNoise)
def _prepare_pool(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    pool = objective.drawn.shape[1]
    for p in range(pool):
        word = draw_word(objective.table, objective.key, segment.position[c0] * pool + p)
        objective.drawn[slot, p] = word
        prefetch_row(work.output_matrix, word)
    o0, o1 = predicted_range(architecture, segment, c0, c1)
    for o in range(o0, o1):
        prefetch_row(work.output_matrix, segment.words[o])


@kernel
def score_pool(objective: Any, hidden: Any, n: Any, rate: Any, measure: Any, d_hidden: Any) -> Any:
    """Score n centres against the whole pool; add to d_hidden, write d_rows; return the loss."""
    targets, pool = objective.targets, objective.rows.shape[0]
    whole = (n + 3) // 4 * 4
    scores(hidden, objective.rows, whole, objective.scores)
    loss = 0.0
    per_word = objective.negative / pool
    if measure:
        for t in range(n):
            pairs = targets.last[t] - targets.first[t] - (targets.skip[t] >= 0)
            total = 0.0
            for p in range(pool):
                total += softplus(objective.scores[t, p])
            loss += pairs * per_word * total
    sigmoids(objective.scores.reshape(-1), whole * pool)
    for t in range(whole):
        pairs = targets.last[t] - targets.first[t] - (targets.skip[t] >= 0) if t < n else 0
        weight = -rate * hidden.dtype.type(pairs * per_word)
        for p in range(pool):
            objective.scores[t, p] *= weight
    accumulate(d_hidden, whole, objective.scores, objective.rows, pool)
    clear(objective.d_rows, pool)
    accumulate_transposed(objective.d_rows, pool, objective.scores, hidden, n)
    return loss


@implements(step, SharedNoise)
def _step_pool(
    objective: Any,
    architecture: Any,
    segment: Any,
    c0: Any,
    c1: Any,
    slot: Any,
    rate: Any,
    measure: Any,
    work: Any,
) -> Any:
    n, step_size = c1 - c0, work.hidden.dtype.type(rate)
    targets, drawn = objective.targets, objective.drawn[slot]
    o0, rows = gather_targets(architecture, segment, c0, c1, work.output_matrix, targets)
    for p in range(drawn.shape[0]):
        copy_row(work.output_matrix, drawn[p], objective.rows, p)
    pairs, loss = score_positives(work.hidden, targets, n, rows, step_size, measure, work.d_hidden)
    loss += score_pool(objective, work.hidden, n, step_size, measure, work.d_hidden)
    scatter_targets(segment, o0, rows, work.output_matrix, targets)
    for p in range(drawn.shape[0]):
        add_row(work.output_matrix, drawn[p], objective.d_rows, p)
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
    drawn : (2, chunk_size * most_predicted * K) int64
        Noise words of this chunk and the next, centre after centre.
    rows, d_rows : (chunk_size * most_predicted * K + 3, stride)
        Their output vectors and updates.
    first, last : (chunk_size,) int64
        The noise rows of each centre.
    scores : (chunk_size * most_predicted * K + 4,)
        Their scores, then factors.
    """

    table: NoiseTable
    key: np.uint64
    negative: int
    most_predicted: int
    drawn: NDArray[np.int64]
    rows: NDArray[Any]
    d_rows: NDArray[Any]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    scores: NDArray[Any]
    targets: Targets


@implements(prepare, PairNoise)
def _prepare_pairs(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    i = 0
    most = objective.most_predicted
    for t in range(c0, c1):
        first, last, skip = predicted(architecture, segment, t)
        for o in range(first, last):
            if o != skip:
                # The pair's place is its distance from the centre, wherever the window was cut.
                place = segment.position[t] * most + (o - t) + most // 2
                for k in range(objective.negative):
                    word = draw_word(objective.table, objective.key, place * objective.negative + k)
                    objective.drawn[slot, i] = word
                    prefetch_row(work.output_matrix, word)
                    i += 1


@implements(step, PairNoise)
def _step_pairs(
    objective: Any,
    architecture: Any,
    segment: Any,
    c0: Any,
    c1: Any,
    slot: Any,
    rate: Any,
    measure: Any,
    work: Any,
) -> Any:
    n, step_size = c1 - c0, work.hidden.dtype.type(rate)
    targets, drawn = objective.targets, objective.drawn[slot]
    o0, rows = gather_targets(architecture, segment, c0, c1, work.output_matrix, targets)
    pairs, loss = score_positives(work.hidden, targets, n, rows, step_size, measure, work.d_hidden)
    i = 0
    for t in range(n):
        objective.first[t] = i
        i += objective.negative * (targets.last[t] - targets.first[t] - (targets.skip[t] >= 0))
        objective.last[t] = i
    for k in range(i):
        copy_row(work.output_matrix, drawn[k], objective.rows, k)
    count = span_scores(
        work.hidden, objective.rows, objective.first, objective.last, n, objective.scores
    )
    if measure:
        for k in range(count):
            loss += softplus(objective.scores[k])
    sigmoids(objective.scores, count)
    for k in range(count):
        objective.scores[k] *= -step_size
    clear(objective.d_rows, i)
    span_accumulate(
        work.hidden,
        objective.rows,
        objective.first,
        objective.last,
        n,
        objective.scores,
        work.d_hidden,
        objective.d_rows,
    )
    scatter_targets(segment, o0, rows, work.output_matrix, targets)
    for k in range(i):
        add_row(work.output_matrix, drawn[k], objective.d_rows, k)
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
        size, dim, dtype = config.chunk_size, config.dim, config.dtype
        targets = _targets(config, architecture)
        state: Any
        if config.noise == "pool":
            pool = config.pool_size
            state = SharedNoise(
                table,
                np.uint64(0),
                config.negative,
                np.zeros((2, pool), np.int64),
                aligned_zeros(pool, dim, dtype),
                aligned_zeros(pool, dim, dtype),
                np.zeros((size, pool), dtype),
                targets,
            )
        else:
            most = size * architecture.most_predicted * config.negative
            state = PairNoise(
                table,
                np.uint64(0),
                config.negative,
                architecture.most_predicted,
                np.zeros((2, most), np.int64),
                aligned_zeros(most + 3, dim, dtype),
                aligned_zeros(most + 3, dim, dtype),
                np.zeros(size, np.int64),
                np.zeros(size, np.int64),
                np.zeros(most + 4, dtype),
                targets,
            )
        return lambda epoch: state._replace(key=stream_key(config.seed, NOISE, epoch))

    return worker
