r"""The full softmax: find the word among all words at once, exactly (Mikolov et al. 2013b, eq. 2).

For a centre with hidden vector h that predicts the words o_1 … o_m, scores θ = U h over the whole
vocabulary and ŷ = softmax(θ), one normaliser log Z = log Σ_w e^θ_w serves all m pairs::

    J      = Σ_j -log ŷ_{o_j} = m log Z - Σ_j θ_{o_j}
    ∂J/∂θ  = m ŷ - Σ_j y_j                 y_j one-hot at o_j
    ∂J/∂h  = Uᵀ ∂J/∂θ                      ∂J/∂U = ∂J/∂θ hᵀ

The vocabulary passes in blocks of :data:`BLOCK` output rows, twice: first scores, their running
maximum and sum of exponentials (Milakov and Gimelshein 2018, "Online normalizer calculation for
softmax"), then ŷ and both products. The scores of a batch are kept between the two (batch_size × V
numbers, a small part of the output matrix), so that they are computed once. Nothing is gathered:
every batch moves every row, in the matrix itself.

A step costs O(V dim) for each centre: see :func:`hours` for what that means.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import Member, Option, Real, TrainConfig
from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError
from firth.kernels.compiler import implements, kernel
from firth.training.engine.blocks import accumulate, accumulate_transposed, scores
from firth.training.engine.functions import exponential, exponentials, sum_numbers
from firth.training.engine.objectives import without_noise
from firth.training.engine.rows import ROW, add_row, aligned_zeros, clear, copy_row, list_rows
from firth.training.engine.steps import (
    predicted,
    step,
)

#: Output rows that are computed together: with 8 centres they and their scores fit into L2.
BLOCK = 128

#: Multiplications and additions in a second that :func:`hours` counts on, for each thread.
RATE = {"float32": 40e9, "float64": 20e9}


MEMBER = Member(
    "find the word among all words at once; for small vocabularies",
    options=(
        Option(
            "softmax_hours",
            24.0,
            Real(0, open_ends=True),
            "Refuse runs that would take longer than this",
        ),
    ),
    tuned=(({}, {"rate_exponent": 0.0, "learning_rate": None}),),
)

#: Settings that were left to the text.
fit = without_noise.fit


def twin(
    hidden: NDArray[Any], output: NDArray[Any], positive: NDArray[Any]
) -> tuple[float, NDArray[Any], NDArray[Any]]:
    """Loss and gradients of a chunk: what the kernels compute, in NumPy.

    Parameters
    ----------
    hidden : (n_h, dim)
        Hidden vectors H.
    output : (V, dim)
        All output vectors U.
    positive : (n_h, V)
        How often centre t predicts word w.

    Returns
    -------
    loss : float
        Σ positive · -log softmax(H Uᵀ), in nats.
    d_hidden, d_output : arrays
        Its gradients, each in the shape of what it is taken by.

    Examples
    --------
    >>> loss, *_ = twin(np.zeros((1, 2)), np.ones((4, 2)), np.array([[2.0, 0, 0, 0]]))
    >>> round(loss, 6) == round(float(2 * np.log(4)), 6)
    True
    """
    s = hidden @ output.T
    top = s.max(axis=1, keepdims=True)
    log_p = s - top - np.log(np.sum(np.exp(s - top), axis=1, keepdims=True))
    g = positive.sum(axis=1, keepdims=True) * np.exp(log_p) - positive
    return float(-np.sum(positive * log_p)), g @ output, g.T @ hidden


class Softmax(NamedTuple):
    """The full softmax and a thread's buffers.

    Attributes
    ----------
    words : int
        V.
    scores : (blocks, batch_size, BLOCK)
        θ of a batch, block after block, then factors.
    tail : (BLOCK, stride)
        The last rows of the output matrix, filled up with zeros.
    gain : (BLOCK, stride)
        Their updates.
    listed : (BLOCK,) int64
        Where a block's rows are.
    powers : (BLOCK,)
        Exponentials of one centre's scores.
    largest : (batch_size,)
        Running maximum of each centre's scores.
    total : (batch_size,) float64
        Sum of the exponentials of its scores less that maximum.
    """

    words: int
    scores: NDArray[Any]
    tail: NDArray[Any]
    gain: NDArray[Any]
    listed: NDArray[np.int64]
    powers: NDArray[Any]
    largest: NDArray[Any]
    total: NDArray[np.float64]


@kernel
def add_normaliser(objective: Any, block: Any, n: Any, width: Any) -> None:
    """Take the first `width` scores of a block into each centre's running maximum and sum."""
    powers = objective.powers
    for t in range(n):
        row = objective.scores[block, t]
        top = objective.largest[t]
        for i in range(width):
            top = max(top, row[i])
        objective.total[t] *= exponential(np.float64(objective.largest[t]) - np.float64(top))
        objective.largest[t] = top
        for i in range(width):
            powers[i] = row[i] - top
        exponentials(powers, width)
        objective.total[t] += sum_numbers(powers, width)


@kernel
def score_vocabulary(objective: Any, n: Any, matrix: Any, work: Any) -> None:
    """Fill scores, maximum and sum of n centres, block after block."""
    whole, words, stride = (n + 3) // 4 * 4, objective.words, work.hidden.shape[1]
    for t in range(n):
        objective.largest[t] = -np.inf
        objective.total[t] = 0
    for block in range(objective.scores.shape[0]):
        begin = block * BLOCK
        width = min(BLOCK, words - begin)
        if width == BLOCK:
            list_rows(matrix, begin, BLOCK, objective.listed)
        else:
            for i in range(width):
                copy_row(matrix, begin + i, objective.tail, i)
            list_rows(objective.tail, 0, BLOCK, objective.listed)
        grid = objective.scores[block].reshape(-1)
        scores(work.hidden_rows, whole, objective.listed, BLOCK, stride, grid)
        add_normaliser(objective, block, n, width)


@kernel
def score_windows(
    objective: Any, architecture: Any, segment: Any, b0: Any, b1: Any, rate: Any
) -> Any:
    """Turn scores θ into factors -rate ∂J/∂θ; return (pairs, loss)."""
    grid, words = objective.scores, segment.words
    pairs, loss = 0, 0.0
    for t in range(b1 - b0):
        first, last, skip = predicted(architecture, segment, b0 + t)
        m = last - first - (skip >= 0)
        pairs += m
        log_z = math.log(objective.total[t]) + np.float64(objective.largest[t])
        for o in range(first, last):
            if o != skip:
                loss += log_z - np.float64(grid[words[o] // BLOCK, t, words[o] % BLOCK])
        top, factor = objective.largest[t], grid.dtype.type(-rate * m / objective.total[t])
        for block in range(grid.shape[0]):
            row = grid[block, t]
            for i in range(BLOCK):
                row[i] = min(row[i] - top, 0)
            exponentials(row, BLOCK)
            for i in range(BLOCK):
                row[i] *= factor
        for o in range(first, last):
            if o != skip:
                grid[words[o] // BLOCK, t, words[o] % BLOCK] += rate
    return pairs, loss


@kernel
def descend(objective: Any, n: Any, matrix: Any, work: Any) -> None:
    """Write d_hidden, and add the updates of all rows to the output matrix."""
    whole, listed, stride = (n + 3) // 4 * 4, objective.listed, work.hidden.shape[1]
    hidden_rows, d_hidden_rows = work.hidden_rows, work.d_hidden_rows
    clear(work.d_hidden, whole)
    for block in range(objective.scores.shape[0]):
        begin, grid = block * BLOCK, objective.scores[block].reshape(-1)
        width = min(BLOCK, objective.words - begin)
        if width == BLOCK:
            list_rows(matrix, begin, BLOCK, listed)
            accumulate(d_hidden_rows, whole, grid, BLOCK, listed, BLOCK, stride)
        else:
            list_rows(objective.tail, 0, BLOCK, listed)
            accumulate(d_hidden_rows, whole, grid, BLOCK, listed, width, stride)
            clear(objective.gain, BLOCK)
            list_rows(objective.gain, 0, BLOCK, listed)
        accumulate_transposed(listed, BLOCK, grid, BLOCK, hidden_rows, n, stride)
        if width < BLOCK:
            for i in range(width):
                add_row(matrix, begin + i, objective.gain, i)


@implements(step, Softmax)
def _step(
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
    n, step_size, matrix = b1 - b0, work.hidden.dtype.type(rate), work.output_matrix
    score_vocabulary(objective, n, matrix, work)
    pairs, loss = score_windows(objective, architecture, segment, b0, b1, step_size)
    descend(objective, n, matrix, work)
    return pairs, loss


def hours(config: TrainConfig, vocabulary: Vocabulary) -> float:
    """Estimate how long a run takes: three products of V rows for each kept centre word.

    Examples
    --------
    >>> million = Vocabulary([f"w{i}" for i in range(1000)], [1000] * 1000)
    >>> hours(TrainConfig(epochs=1, threads=1, sample=0), million) < 0.01
    True
    """
    kept = np.asarray(vocabulary.counts) @ vocabulary.keep_probabilities(config.sample)
    stride = -(-config.dim // ROW) * ROW
    operations = 6.0 * config.epochs * kept * len(vocabulary) * stride
    return float(operations / (RATE[config.dtype] * config.n_threads) / 3600)


def tables(config: TrainConfig, vocabulary: Vocabulary) -> int:
    """Return V; nothing else is shared.

    Raises
    ------
    ConfigError
        The run would take longer than ``config.softmax_hours``.
    """
    estimate = hours(config, vocabulary)
    if estimate > config.softmax_hours:
        raise ConfigError(
            f"the full softmax over {len(vocabulary):,} words would take about {estimate:,.0f} "
            f"hours on {config.n_threads} threads, more than softmax_hours = "
            f"{config.softmax_hours:g}; use the objective negative_sampling or "
            "hierarchical_softmax, a smaller max_vocabulary, dim or sample, or raise softmax_hours"
        )
    return len(vocabulary)


def untrained_loss(config: TrainConfig, words: int, kept: NDArray[np.floating]) -> float:
    """Return the loss of a pair where all scores are 0: one of V words is right."""
    return math.log(words)


def build(config: TrainConfig, words: int, architecture: Any) -> Softmax:
    """Make one thread's buffers."""
    batch, dim, dtype = config.batch_size, config.dim, config.dtype
    return Softmax(
        words,
        np.zeros((-(-words // BLOCK), batch, BLOCK), dtype),
        aligned_zeros(BLOCK, dim, dtype),
        aligned_zeros(BLOCK, dim, dtype),
        np.zeros(BLOCK, np.int64),
        np.zeros(BLOCK, dtype),
        np.zeros(batch, dtype),
        np.zeros(batch, np.float64),
    )
