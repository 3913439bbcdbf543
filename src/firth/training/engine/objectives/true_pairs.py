"""The true pairs of negative sampling: gathered once for a chunk, scored batch by batch.

Both kinds of noise (``pool_noise.py``, ``pair_noise.py``) begin with these.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.kernels.compiler import kernel
from firth.training.engine.blocks import span_hidden, span_scores, span_targets
from firth.training.engine.functions import sigmoids, softplus
from firth.training.engine.objectives.in_turn import InTurn, add_earlier, new_in_turn
from firth.training.engine.rows import add_gain, aligned_zeros, copy_row_twice, prefetch_row
from firth.training.engine.steps import predicted, predicted_range


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
    turn : InTurn
        What centres of a batch give each other.
    """

    rows: NDArray[Any]
    start: NDArray[Any]
    source: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    skip: NDArray[np.int64]
    pairs: NDArray[np.int64]
    scores: NDArray[Any]
    turn: InTurn


def new_targets(config: TrainConfig, architecture: Any) -> Targets:
    """Make one thread's buffers."""
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
        new_in_turn(config, architecture),
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
    rate: Any,
    measure: Any,
    work: Any,
) -> Any:
    """Score the true pairs of a batch; write ``work.d_hidden`` and ``targets.scores``, the factors.

    The rows stay as they are until :func:`update_targets`. Returns (pairs, loss).
    """
    n, hidden = b1 - b0, work.hidden
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
    span_hidden(targets.rows, targets.first, targets.last, n, factors, work.d_hidden)
    add_earlier(targets.turn, targets, n, work)
    return pairs, loss


@kernel
def update_targets(hidden: Any, targets: Any, n: Any) -> None:
    """Add each true pair's share to its target row."""
    span_targets(hidden, targets.first, targets.last, n, targets.scores, targets.rows)
