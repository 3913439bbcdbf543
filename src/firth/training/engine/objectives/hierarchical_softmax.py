r"""Hierarchical softmax: find the word in a binary tree, a yes or no at each node.

(Mikolov et al. 2013b, section 2.1; Morin and Bengio 2005.) For a hidden vector h, and the path of
the predicted word through inner nodes n_j with labels y_j (1 to go left, 0 right)::

    J      = -Σ_j log σ(±n_j·h)            + where y_j = 1, - where it is 0
    ∂J/∂s  = σ(s) - y_j                    for each score s = n_j·h
    ∂J/∂h  = Σ ∂J/∂s · n_j                 ∂J/∂n_j = ∂J/∂s · h

A predicted position is one block: the nodes of its word, some 13 of them, times the hidden vectors
of all centres that predict it, some 6. So a node's row is fetched once for six pairs, and scores
and updates are small matrix products, not dot products. Nodes move as soon as their block is done:
the root, which is on every path, has learnt from the blocks before. Hidden vectors move at the end
of the batch.

Nodes are updated in the matrix itself, but for the :data:`NEAR_ROOT` that nearly all paths begin
with: those a thread keeps in a buffer for a chunk, since two threads that write to one row make
each other wait (with two threads, all nodes in the matrix: 1.5 million words/s or less; so 4.6).
When threads add what a chunk has gained, all have begun from about the same row, so that only a
part of it may count: see :mod:`firth.training.engine.merging` (all of it: analogies 34.2 %; so
35.9).

The output matrix has a row for each inner node, V - 1 of them. See :mod:`.huffman` for the codes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import Member, TrainConfig
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.compiler import implements, kernel
from firth.training.engine.blocks import accumulate, accumulate_transposed, scores
from firth.training.engine.functions import (
    clear_numbers,
    fill,
    logistic_factors,
    sigmoids,
    softplus,
)
from firth.training.engine.merging import part_to_add
from firth.training.engine.objectives import without_noise
from firth.training.engine.objectives.huffman import Tree, huffman_tree
from firth.training.engine.processor import LANES
from firth.training.engine.rows import (
    add_part_of_gain,
    address_of,
    aligned_zeros,
    clear,
    copy_row_twice,
    prefetch_row,
    rows_list,
)
from firth.training.engine.steps import (
    gather_outputs,
    predicted,
    predicted_range,
    scatter_outputs,
    step,
)

#: Paths are asked for from memory so many positions ahead of their block.
AHEAD = 3

#: Curvature of a node's loss: how fast a visit brings it near its optimum, see `part_to_add`.
CURVATURE = 1.0

#: So many nodes near the root are kept in a thread's own buffer for a chunk.
NEAR_ROOT = 127


MEMBER = Member(
    "find the word in a binary tree, a yes or no at each node",
    # Nodes move within a batch; only hidden vectors wait for its end.
    tuned=(
        ({}, {"chunk_size": 128, "batch_size": 128, "rate_exponent": 0.0, "learning_rate": None}),
    ),
    output_rows="nodes",
    sequential=True,
)

#: Settings that were left to the text.
fit = without_noise.fit


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


class HierarchicalSoftmax(NamedTuple):
    """Hierarchical softmax and a thread's buffers.

    Attributes
    ----------
    tree : Tree
        The paths.
    rows, start : (N + 1, stride)
        The N nodes nearest the root, the last ones of the tree, as updated and as gathered; then
        a row that is always 0.
    listed : (N + 1,) int64
        Where these rows are.
    share : (N,) float64
        What part of all paths passes each.
    threads : int
        How many threads train at the same time.
    part : (N,)
        What part of its gain is added to the matrix, see :mod:`firth.training.engine.merging`.
    done : (2,) float64
        Pairs of the chunk so far, and the learning rate.
    nodes : (pitch,) int64
        Where the rows of a block's nodes are; `pitch` is the longest path, rounded up.
    centers, d_centers : (most_predicted + 3,) int64
        Where a block's hidden vectors are, and their updates.
    labels, rates : (pitch,)
        The learning rate where a block's path turns left, and where it has a node; else 0.
    scores : ((most_predicted + 3) * pitch + LANES,)
        The scores of a block, centre after centre, then factors.
    """

    tree: Tree
    rows: NDArray[Any]
    start: NDArray[Any]
    listed: NDArray[np.int64]
    share: NDArray[np.float64]
    threads: int
    part: NDArray[Any]
    done: NDArray[np.float64]
    nodes: NDArray[np.int64]
    centers: NDArray[np.int64]
    d_centers: NDArray[np.int64]
    labels: NDArray[Any]
    rates: NDArray[Any]
    scores: NDArray[Any]


def shares(tree: Tree, counts: NDArray[np.integer], n: int) -> NDArray[np.float64]:
    """Return the part of all occurrences of words whose path passes each of the last n nodes.

    Examples
    --------
    >>> counts = np.array([5, 2, 1, 1])
    >>> shares(huffman_tree(counts), counts, 2).round(3).tolist()
    [0.444, 1.0]
    """
    passing = np.bincount(tree.nodes, np.repeat(counts, np.diff(tree.offsets)), len(counts) - 1)
    part: NDArray[np.float64] = passing[len(passing) - n :] / np.sum(counts)
    return part


@implements(gather_outputs, HierarchicalSoftmax)
def _gather(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    n = objective.share.shape[0]
    first = objective.tree.offsets.shape[0] - 2 - n
    objective.done[0] = 0
    for p in range(n):
        copy_row_twice(work.output_matrix, first + p, objective.rows, objective.start, p)


@implements(scatter_outputs, HierarchicalSoftmax)
def _scatter(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    n, now = objective.share.shape[0], objective.rows
    first = objective.tree.offsets.shape[0] - 2 - n
    if c0 == 0:
        # Once a segment is enough: what they depend on changes slowly, and exponentials take time.
        pairs, rate = objective.done
        for p in range(n):
            visits = pairs * objective.share[p]
            objective.part[p] = part_to_add(CURVATURE * rate, visits, objective.threads * visits)
    for p in range(n):
        target = address_of(work.output_matrix, first + p)
        add_part_of_gain(target, now, objective.start, p, objective.part[p])


@kernel
def prefetch_path(objective: Any, word: Any, matrix: Any) -> None:
    """Ask for the rows of a word's nodes that are not among those near the root."""
    tree = objective.tree
    near = tree.offsets.shape[0] - 2 - objective.share.shape[0]
    for i in range(tree.offsets[word], tree.offsets[word + 1]):
        if tree.nodes[i] < near:
            prefetch_row(matrix, tree.nodes[i])


@kernel
def find_path(objective: Any, word: Any, rate: Any, matrix: Any) -> Any:
    """List where the rows of a word's nodes are, and their labels; return how many there are.

    The lists are filled up to a multiple of 4 with the row that is 0, and with 0.
    """
    tree, nodes, labels = objective.tree, objective.nodes, objective.labels
    near = tree.offsets.shape[0] - 2 - objective.share.shape[0]
    first = tree.offsets[word]
    length = tree.offsets[word + 1] - first
    for i in range(length):
        node = np.int64(tree.nodes[first + i])
        labels[i] = rate * labels.dtype.type(1 - tree.codes[first + i])
        # Both are looked up: cheaper than a branch that the processor cannot foresee.
        own, shared = objective.listed[max(0, node - near)], address_of(matrix, min(node, near - 1))
        nodes[i] = own if node >= near else shared
    fill(objective.rates, 0, length, rate)
    for i in range(length, (length + 3) // 4 * 4):
        nodes[i] = objective.listed[objective.share.shape[0]]
        labels[i] = objective.rates[i] = 0
    return length


@kernel
def find_centers(
    objective: Any, architecture: Any, segment: Any, o: Any, b0: Any, b1: Any, work: Any
) -> Any:
    """List where the batch's hidden vectors that predict position o are; return how many.

    The lists are filled up to a multiple of 2 with the row behind the batch.
    """
    t0, t1 = predicted_range(architecture, segment, o, o + 1)
    centers, d_centers = objective.centers, objective.d_centers
    n: Any = 0
    for t in range(max(t0, b0), min(t1, b1)):
        first, last, skip = predicted(architecture, segment, t)
        centers[n], d_centers[n] = work.hidden_rows[t - b0], work.d_hidden_rows[t - b0]
        n += np.int64(first <= o < last and o != skip)
    for i in range(n, n + (n & 1)):
        centers[i], d_centers[i] = work.hidden_rows[b1 - b0], work.d_hidden_rows[b1 - b0]
    return n


@kernel
def train_block(objective: Any, word: Any, n: Any, length: Any, measure: Any, stride: Any) -> Any:
    """Score n centres against the `length` nodes of `word`, move both; return the loss."""
    nodes, factors, labels = objective.nodes, objective.scores, objective.labels
    first, codes = objective.tree.offsets[word], objective.tree.codes
    high, width = n + (n & 1), (length + 3) // 4 * 4
    scores(objective.centers, high, nodes, width, stride, factors)
    loss = 0.0
    if measure:
        for i in range(n):
            for k in range(length):
                s = np.float64(factors[i * width + k])
                loss += softplus(s) - (1 - codes[first + k]) * s
    sigmoids(factors, n * width)
    logistic_factors(factors, n, width, labels, objective.rates)
    clear_numbers(factors, n * width, (high - n) * width)
    accumulate(objective.d_centers, high, factors, width, nodes, length, stride)
    accumulate_transposed(nodes, width, factors, width, objective.centers, n, stride)
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
    step_size, matrix = work.hidden.dtype.type(rate), work.output_matrix
    clear(work.d_hidden, b1 - b0)
    o0, o1 = predicted_range(architecture, segment, b0, b1)
    pairs, loss = 0, 0.0
    for o in range(o0, o1):
        if o + AHEAD < segment.words.shape[0]:
            prefetch_path(objective, segment.words[o + AHEAD], matrix)
        n = find_centers(objective, architecture, segment, o, b0, b1, work)
        if n > 0:
            word = segment.words[o]
            length = find_path(objective, word, step_size, matrix)
            loss += train_block(objective, word, n, length, measure, work.hidden.shape[1])
            pairs += n
    objective.done[0] += pairs
    objective.done[1] = rate
    return pairs, loss


class Tables(NamedTuple):
    """What all threads share.

    Attributes
    ----------
    tree : Tree
        The paths.
    share : (N,) float64
        What part of all paths passes each of the N nodes nearest the root.
    """

    tree: Tree
    share: NDArray[np.float64]


def n_output_rows(vocabulary: Vocabulary) -> int:
    """One output row an inner node: V - 1."""
    return len(vocabulary) - 1


def frequent_rows(n: int) -> slice:
    """Return n rows that are visited most: the root is the last."""
    return slice(-n, None)


def tables(config: TrainConfig, vocabulary: Vocabulary) -> Tables:
    """Make the tree, and find out how often the nodes near its root are passed."""
    counts = np.asarray(vocabulary.counts)
    tree = huffman_tree(counts)
    # Shards have copies of their own of every row.
    near = 0 if config.deterministic else min(NEAR_ROOT, len(vocabulary) - 1)
    return Tables(tree, shares(tree, counts, near))


def untrained_loss(config: TrainConfig, tables: Tables, kept: NDArray[np.floating]) -> float:
    """Return the mean loss of a pair where all scores are 0: a half for each node of a path."""
    lengths = np.diff(tables.tree.offsets)
    return float(lengths @ kept / kept.sum() * np.log(2))


def build(config: TrainConfig, tables: Tables, architecture: Any) -> HierarchicalSoftmax:
    """Make one thread's buffers."""
    tree, share = tables
    pitch = (int(np.diff(tree.offsets).max()) + LANES) // LANES * LANES
    most, near = architecture.most_predicted + 3, len(share)
    rows = aligned_zeros(near + 1, config.dim, config.dtype)
    return HierarchicalSoftmax(
        tree,
        rows,
        np.zeros_like(rows),
        rows_list(rows),
        share,
        config.n_threads,
        np.zeros(near, config.dtype),
        np.zeros(2),
        np.zeros(pitch, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(pitch, config.dtype),
        np.zeros(pitch, config.dtype),
        np.zeros(most * pitch + LANES, config.dtype),
    )


def most_output_rows(config: TrainConfig, tables: Tables, architecture: Any, tokens: int) -> int:
    """Return how many output rows a text of so many tokens visits at the most."""
    lengths = np.sort(np.diff(tables.tree.offsets))
    return int(lengths[-tokens:].sum())
