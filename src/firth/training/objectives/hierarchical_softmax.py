r"""Hierarchical softmax: find the word in a binary tree, a yes or no at each node.

(Mikolov et al. 2013b, section 2.1; Morin and Bengio 2005.) For a hidden vector h, and the path of
the predicted word through inner nodes n_j with labels y_j (1 to go left, 0 right)::

    J      = -Σ_j log σ(±n_j·h)            + where y_j = 1, - where it is 0
    ∂J/∂s  = σ(s) - y_j                    for each score s = n_j·h
    ∂J/∂h  = Σ ∂J/∂s · n_j                 ∂J/∂n_j = ∂J/∂s · h

Every path begins at the root, so the same few upper nodes come again and again in a chunk: the
:data:`POOL` of them that were made last are one dense block, scored once for each centre. If A
pairs of a centre pass node p and B of them turn left, the pairs' sum has the factor A σ(s) - B
and the loss A softplus(s) - B s. What is below is scored along the paths: each predicted
position's lower nodes are a run of gathered rows, and so are those of a whole window.

The output matrix has a row for each inner node, V - 1 of them. See :mod:`.huffman` for the codes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError
from firth.training.blocks import (
    accumulate,
    accumulate_transposed,
    add_gain,
    aligned_zeros,
    copy_row_twice,
    prefetch_row,
    rows_of,
    scores,
    sigmoids,
    softplus,
    span_hidden,
    span_scores,
    span_targets,
)
from firth.training.compiler import implements, kernel
from firth.training.engine import (
    gather_outputs,
    predicted,
    predicted_range,
    prefetch_outputs,
    prepare,
    scatter_outputs,
    step,
)
from firth.training.objectives.huffman import huffman_tree

#: Upper nodes that are scored densely. With fewer, the paths' lower parts are longer.
POOL = 32


def twin(
    hidden: NDArray[Any], nodes: NDArray[Any], visits: NDArray[Any], left: NDArray[Any]
) -> tuple[float, NDArray[Any], NDArray[Any]]:
    """Loss and gradients of a chunk: what the kernels compute, in NumPy.

    Parameters
    ----------
    hidden : (n_h, dim)
        Hidden vectors H.
    nodes : (n_n, dim)
        Vectors of inner nodes N, all of them or those that the chunk's paths pass.
    visits : (n_h, n_n)
        How many of the words that centre t predicts have node j on their path (A).
    left : (n_h, n_n)
        How many of these turn left there (B).

    Returns
    -------
    loss : float
        Σ left · -log σ(H Nᵀ) + Σ (visits - left) · -log σ(-H Nᵀ), in nats.
    d_hidden, d_nodes : arrays
        Its gradients, each in the shape of what it is taken by.

    Examples
    --------
    >>> one = np.ones((1, 2))
    >>> loss, *_ = twin(0 * one, one, np.array([[3.0]]), np.array([[1.0]]))
    >>> round(loss, 6) == round(float(3 * np.log(2)), 6)
    True
    """
    s = hidden @ nodes.T
    g = visits * np.exp(-np.logaddexp(0, -s)) - left
    loss = np.sum(visits * np.logaddexp(0, s) - left * s)
    return float(loss), g @ nodes, g.T @ hidden


class Paths(NamedTuple):
    """Every word's path in two parts; labels are 1 for left, 0 for right.

    Attributes
    ----------
    top_offsets, low_offsets : (V + 1,) int64
        Where each word's entries begin.
    top, top_label : (n,) int32, dtype
        Upper nodes, numbered within the pool.
    low, low_label : (n,) int32, dtype
        Lower nodes, by their rows.
    """

    top_offsets: NDArray[np.int64]
    top: NDArray[np.int32]
    top_label: NDArray[Any]
    low_offsets: NDArray[np.int64]
    low: NDArray[np.int32]
    low_label: NDArray[Any]


def paths(counts: NDArray[np.integer], pool: int, dtype: str) -> Paths:
    """Split the paths of the Huffman tree at the `pool` nodes that were made last.

    Examples
    --------
    >>> split = paths(np.array([5, 2, 1, 1]), 2, "float32")
    >>> split.top.tolist(), split.low.tolist(), split.low_label.tolist()
    ([1, 1, 0, 1, 0, 1, 0], [0, 0], [1.0, 0.0])
    """
    tree = huffman_tree(counts)
    first = max(0, len(counts) - 1 - pool)
    upper = tree.nodes >= first
    label = (1 - tree.codes).astype(dtype)
    before = np.concatenate(([0], np.cumsum(upper)))[tree.offsets]
    return Paths(
        before,
        tree.nodes[upper] - np.int32(first),
        label[upper],
        tree.offsets - before,
        tree.nodes[~upper],
        label[~upper],
    )


class HierarchicalSoftmax(NamedTuple):
    """Hierarchical softmax and a thread's buffers.

    Attributes
    ----------
    paths : Paths
        The tree.
    n_pool : int
        Upper nodes, the last rows of the output matrix.
    rows, start : (P, stride)
        Their vectors as updated, and as gathered; P is `n_pool` rounded up to a multiple of 4.
    scores, visits, left : (batch_size, P)
        Scores, then factors; A and B of the formulas.
    low_rows, low_start : (positions * longest + 3, stride)
        Vectors of the lower nodes, position after position, as updated and as gathered.
    low_nodes, low_labels : (positions * longest,) int64, dtype
        Which they are, and the turns.
    place : (positions + 1,) int64
        Where each position's nodes begin.
    first, last : (batch_size,) int64
        The lower nodes of each centre's window.
    low_scores : (batch_size * most_predicted * longest + 4,)
        One score for each centre and node, then factors.
    """

    paths: Paths
    n_pool: int
    rows: NDArray[Any]
    start: NDArray[Any]
    scores: NDArray[Any]
    visits: NDArray[Any]
    left: NDArray[Any]
    low_rows: NDArray[Any]
    low_start: NDArray[Any]
    low_nodes: NDArray[np.int64]
    low_labels: NDArray[Any]
    place: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    low_scores: NDArray[Any]


@implements(prepare, HierarchicalSoftmax)
def _prepare(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    """Nothing: there is nothing to draw."""


@implements(prefetch_outputs, HierarchicalSoftmax)
def _prefetch(
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
    # The rows of the first positions are in use in the chunk before.
    o0, o1 = predicted_range(architecture, segment, c0, c1)
    o0 = min(o1, c0 + (c0 - o0))
    for o in range(o0 + (o1 - o0) * part // parts, o0 + (o1 - o0) * (part + 1) // parts):
        word = segment.words[o]
        for i in range(objective.paths.low_offsets[word], objective.paths.low_offsets[word + 1]):
            prefetch_row(work.output_matrix, objective.paths.low[i])


@implements(gather_outputs, HierarchicalSoftmax)
def _gather(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    matrix, tree, n = work.output_matrix, objective.paths, 0
    top = rows_of(matrix).shape[0] - objective.n_pool
    for p in range(objective.n_pool):
        copy_row_twice(matrix, top + p, objective.rows, objective.start, p)
    o0, o1 = predicted_range(architecture, segment, c0, c1)
    for o in range(o0, o1):
        objective.place[o - o0] = n
        word = segment.words[o]
        for i in range(tree.low_offsets[word], tree.low_offsets[word + 1]):
            objective.low_nodes[n] = tree.low[i]
            objective.low_labels[n] = tree.low_label[i]
            copy_row_twice(matrix, tree.low[i], objective.low_rows, objective.low_start, n)
            n += 1
    objective.place[o1 - o0] = n


@implements(scatter_outputs, HierarchicalSoftmax)
def _scatter(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    matrix = work.output_matrix
    top = rows_of(matrix).shape[0] - objective.n_pool
    for p in range(objective.n_pool):
        add_gain(matrix, top + p, objective.rows, objective.start, p)
    o0, o1 = predicted_range(architecture, segment, c0, c1)
    for i in range(objective.place[o1 - o0]):
        add_gain(matrix, objective.low_nodes[i], objective.low_rows, objective.low_start, i)


@kernel
def score_upper(
    objective: Any,
    architecture: Any,
    segment: Any,
    b0: Any,
    b1: Any,
    rate: Any,
    measure: Any,
    work: Any,
) -> Any:
    """Score a batch against the pool: write d_hidden and the factors; return (pairs, loss)."""
    n, pool, tree = b1 - b0, objective.rows.shape[0], objective.paths
    pairs = 0
    for t in range(n):
        visits, left = objective.visits[t], objective.left[t]
        visits[:] = 0
        left[:] = 0
        first, last, skip = predicted(architecture, segment, b0 + t)
        for o in range(first, last):
            if o != skip:
                word = segment.words[o]
                for i in range(tree.top_offsets[word], tree.top_offsets[word + 1]):
                    visits[tree.top[i]] += 1
                    left[tree.top[i]] += tree.top_label[i]
                pairs += 1
    whole = (n + 3) // 4 * 4
    scores(work.hidden, objective.rows, whole, objective.scores)
    flat, visits = objective.scores.reshape(-1), objective.visits.reshape(-1)
    left = objective.left.reshape(-1)
    loss = 0.0
    if measure:
        for i in range(n * pool):
            if visits[i] > 0:
                loss += visits[i] * softplus(flat[i]) - left[i] * np.float64(flat[i])
    sigmoids(flat, n * pool)
    for i in range(n * pool):
        flat[i] = rate * (left[i] - visits[i] * flat[i])
    accumulate(work.d_hidden, whole, objective.scores, objective.rows, pool)
    return pairs, loss


@kernel
def score_lower(
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
    """Score a batch along the lower paths: write d_hidden and the factors; return the loss."""
    n, o0 = b1 - b0, predicted_range(architecture, segment, c0, b1)[0]
    first, last, factors = objective.first, objective.last, objective.low_scores
    place, labels = objective.place, objective.low_labels
    for t in range(n):
        begin, end, _ = predicted(architecture, segment, b0 + t)
        first[t], last[t] = place[begin - o0], place[end - o0]
    count = span_scores(work.hidden, objective.low_rows, first, last, n, factors)
    loss, k = 0.0, 0
    if measure:
        for t in range(n):
            skip = predicted(architecture, segment, b0 + t)[2] - o0
            for i in range(first[t], last[t]):
                if skip < 0 or i < place[skip] or i >= place[skip + 1]:
                    loss += softplus(factors[k]) - labels[i] * np.float64(factors[k])
                k += 1
    sigmoids(factors, count)
    k = 0
    for t in range(n):
        for i in range(first[t], last[t]):
            factors[k + i - first[t]] = rate * (labels[i] - factors[k + i - first[t]])
        skip = predicted(architecture, segment, b0 + t)[2] - o0
        if skip >= 0:
            for i in range(place[skip], place[skip + 1]):
                factors[k + i - first[t]] = 0
        k += last[t] - first[t]
    span_hidden(objective.low_rows, first, last, n, factors, work.d_hidden)
    return loss


@implements(step, HierarchicalSoftmax)
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
    n, step_size, hidden = b1 - b0, work.hidden.dtype.type(rate), work.hidden
    loss = score_lower(objective, architecture, segment, c0, b0, b1, step_size, measure, work)
    pairs, more = score_upper(objective, architecture, segment, b0, b1, step_size, measure, work)
    accumulate_transposed(objective.rows, objective.rows.shape[0], objective.scores, hidden, n)
    first, last = objective.first, objective.last
    span_targets(hidden, first, last, n, objective.low_scores, objective.low_rows)
    return pairs, loss + more


def n_output_rows(vocabulary: Vocabulary) -> int:
    """One output row an inner node: V - 1."""
    return len(vocabulary) - 1


def build(
    config: TrainConfig, vocabulary: Vocabulary, architecture: Any
) -> Callable[[], Callable[[int], Any]]:
    """Prepare the objective; the result makes a worker's own copy, and that its state of an epoch.

    Raises
    ------
    ConfigError
        There is one word only: nothing to decide.
    """
    if len(vocabulary) < 2:
        raise ConfigError(
            "the vocabulary has 1 word; hierarchical_softmax needs 2 or more (lower min_count, or "
            "give more text)"
        )
    batch, dim, dtype = config.batch_size, config.dim, config.dtype
    n_pool = min(POOL, len(vocabulary) - 1)
    tree = paths(np.asarray(vocabulary.counts), n_pool, dtype)
    longest = int(np.diff(tree.low_offsets).max())
    positions = config.chunk_size + 2 * architecture.margin
    pool = (n_pool + 3) // 4 * 4

    def worker() -> Callable[[int], Any]:
        state = HierarchicalSoftmax(
            tree,
            n_pool,
            aligned_zeros(pool, dim, dtype),
            aligned_zeros(pool, dim, dtype),
            np.zeros((batch, pool), dtype),
            np.zeros((batch, pool), dtype),
            np.zeros((batch, pool), dtype),
            aligned_zeros(positions * longest + 3, dim, dtype),
            aligned_zeros(positions * longest + 3, dim, dtype),
            np.zeros(positions * longest, np.int64),
            np.zeros(positions * longest, dtype),
            np.zeros(positions + 1, np.int64),
            np.zeros(batch, np.int64),
            np.zeros(batch, np.int64),
            np.zeros(batch * architecture.most_predicted * longest + 4, dtype),
        )
        return lambda epoch: state

    return worker
