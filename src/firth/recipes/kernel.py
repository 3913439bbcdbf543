"""The compiled inner loop of the classic run: draw 50 windows, score, count the cost, step.

It computes what `firth.reference` does with 50 calls of ``skipgram_loss_and_gradients`` and
``negative_sampling_loss_and_gradients``, and touches only the rows that these change. Rows have
10 numbers, stored 16 apart (two cache lines of 64 bytes, so that no row lies across a third).

What each idea brought, 40,000 iterations of the treebank on one Zen 4 core, float64, the least of
several runs (with the other core and the shared cache busy, the last takes up to 4.5 s):

=====================================================================  =========
NumPy, dense gradients (the classic solution)                          6,131 s
scalar loops with sparse rows                                          15.7 s
  noise drawn from tempered blocks, table lookups without branches;
  all rows of a batch scored, then moved in place: no gradient is
  stored, none is looked up; cost only where it is printed             3.8 s
  + an exponential that the compiler can vectorise                     3.6 s
  + rows held as ten named numbers: LLVM may assume nothing about
  two arrays, but a tuple is registers                                 2.2 s
  rows 10 apart instead of 16 (five lines shared by four rows)         2.6 s
=====================================================================  =========

Of the 2.2 s, drawing takes 0.7, scoring 0.7 (the rows come from the second and third cache level
here), sigmoids 0.1, centre gradients 0.1, the step 0.6.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from firth.kernels.compiler import compiled, kernel
from firth.recipes.mersenne import POSITION, WORDS, State, draw_below, draw_unit, refill

#: Sums in any order, products fused with them: about twice as fast for rows of ten numbers.
loose_kernel = compiled({"reassoc", "contract", "nsz", "arcp"})

BATCH = 50
DIM = 10
ROW = 16
NOISE = 10
GROUP = 1 + NOISE
REACH = 5
REPORT_EVERY = 10

TABLE_SHIFT = np.uint32(12)  # 32 - 20 bits: a slot below 1,000,000 is drawn as getrandbits(20)
TABLE_SLOTS = 1 << 20
NO_WORD = 65535


Matrix = npt.NDArray[np.float64]


class Sentences(NamedTuple):
    """Sentences of ids, one behind the other.

    Attributes
    ----------
    tokens : ndarray (n,) int32 or uint16
        All words.
    offsets : ndarray (sentences + 1,) int64
        Sentence s is ``tokens[offsets[s]:offsets[s + 1]]``.
    """

    tokens: npt.NDArray[np.integer]
    offsets: npt.NDArray[np.int64]


class Stream(NamedTuple):
    """What windows and noise words are drawn from.

    Attributes
    ----------
    sentences : Sentences
        The training sentences, uint16.
    table : ndarray (2**20,) uint16
        Noise words; slots that CPython would draw again hold `NO_WORD`.
    state : ndarray (1249,) uint32
        The generator, advanced by every draw.
    """

    sentences: Sentences
    table: npt.NDArray[np.uint16]
    state: State


class Parameters(NamedTuple):
    """What is trained: matrices (V, 16) float64 whose rows end in six numbers of padding.

    Attributes
    ----------
    center, outside
        The vectors.
    center_squares, outside_squares
        Adagrad's sums of squared gradients; without rows where Adagrad is not used.
    """

    center: Matrix
    outside: Matrix
    center_squares: Matrix
    outside_squares: Matrix


class Stretch(NamedTuple):
    """Some iterations of a run.

    Attributes
    ----------
    rates : ndarray (iterations,) float64
        The step of each, for one window.
    costs : ndarray (iterations // 10,) float64
        Written: the cost of every tenth.
    adaptive : bool
        Adagrad instead of SGD.
    first_reach : int
        The half-width of the first window if it is drawn already, else 0.
    """

    rates: Matrix
    costs: Matrix
    adaptive: bool
    first_reach: int


class Batch(NamedTuple):
    """One batch of windows: a pair is a group of 11 rows, the outside word and its noise words.

    Attributes
    ----------
    centers (50,) int64
        The centre word of each window.
    bounds (51,) int64
        Window w has the pairs ``bounds[w]`` to ``bounds[w + 1]``.
    rows (5504,) int64
        Outside rows, 11 for each pair.
    errors (5504,) float64
        Of each of them the score, then the probability, then σ - y.
    steps (50, 16) float64
        ∂J/∂v_c of each window.
    """

    centers: npt.NDArray[np.int64]
    bounds: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    errors: Matrix
    steps: Matrix


def empty_batch() -> Batch:
    """Return the room for a batch; a window has at most 10 outside words."""
    size = (BATCH * 2 * REACH * GROUP + 7) // 8 * 8
    return Batch(
        np.zeros(BATCH, np.int64),
        np.zeros(BATCH + 1, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size),
        np.zeros((BATCH, ROW)),
    )


@kernel
def subsample(
    state: State, sentences: Sentences, reject: Matrix, copies: int, kept: Sentences
) -> Any:
    """Write the training sentences: `copies` times all sentences, without rejected words.

    A word with reject probability 0 is kept without a draw. Sentences of fewer than two words are
    dropped. Returns the number of sentences written.
    """
    tokens, offsets = sentences
    n = 0
    written = 0
    for _ in range(copies):
        for s in range(len(offsets) - 1):
            start = n
            for i in range(offsets[s], offsets[s + 1]):
                probability = reject[tokens[i]]
                if probability <= 0.0 or draw_unit(state) >= probability:
                    kept.tokens[n] = tokens[i]
                    n += 1
            if n - start > 1:
                written += 1
                kept.offsets[written] = n
            else:
                n = start
    return written


@kernel
def draw_batch(stream: Stream, first_reach: int, batch: Batch) -> None:
    """Draw 50 windows and their noise, in the order of the published run.

    `first_reach`, if above 0, is the half-width of the first window, drawn already.
    """
    tokens, offsets = stream.sentences
    table, state = stream.table, stream.state
    centers, bounds, rows = batch.centers, batch.bounds, batch.rows
    n_sentences = len(offsets) - 1
    pairs = 0
    for w in range(BATCH):
        reach = first_reach if w == 0 and first_reach > 0 else 1 + draw_below(state, REACH)
        first = pairs
        while pairs == first:  # a window without outside words is drawn again, its reach stays
            sentence = draw_below(state, n_sentences)
            begin = offsets[sentence]
            length = offsets[sentence + 1] - begin
            t = draw_below(state, length)
            center = tokens[begin + t]
            for j in range(max(0, t - reach), min(length, t + reach + 1)):
                word = tokens[begin + j]
                if word != center:
                    rows[pairs * GROUP] = word
                    pairs += 1
        centers[w] = center
        bounds[w + 1] = pairs
        # The position in the block of draws stays in a register through the hot loop.
        position = np.int64(state[POSITION])
        for pair in range(first, pairs):
            outside = rows[pair * GROUP]
            taken = pair * GROUP + 1
            end = taken + NOISE
            while taken < end:
                if position >= WORDS:
                    refill(state)
                    position = np.int64(0)
                noise = np.int64(table[state[WORDS + position] >> TABLE_SHIFT])
                position += 1
                # Written first and counted afterwards: a rejected word is overwritten, and no
                # branch waits for the table.
                rows[taken] = noise
                taken += (noise != outside) & (noise != NO_WORD)
        state[POSITION] = position


@kernel
def load_row(matrix: Matrix, r: int) -> Any:
    """Return the ten numbers of a row as a tuple, which lives in registers."""
    a, b, c, d, e = matrix[r, 0], matrix[r, 1], matrix[r, 2], matrix[r, 3], matrix[r, 4]
    return (a, b, c, d, e, matrix[r, 5], matrix[r, 6], matrix[r, 7], matrix[r, 8], matrix[r, 9])


@kernel
def store_row(matrix: Matrix, r: int, x: Any) -> None:
    """Write the ten numbers of a row."""
    matrix[r, 0], matrix[r, 1], matrix[r, 2], matrix[r, 3], matrix[r, 4] = x[:5]
    matrix[r, 5], matrix[r, 6], matrix[r, 7], matrix[r, 8], matrix[r, 9] = x[5:]


@loose_kernel
def dot(a: Any, b: Any) -> Any:
    """Return a·b of two rows."""
    low = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3] + a[4] * b[4]
    return low + a[5] * b[5] + a[6] * b[6] + a[7] * b[7] + a[8] * b[8] + a[9] * b[9]


@loose_kernel
def add(a: Any, s: float, b: Any) -> Any:
    """Return a + s b of two rows."""
    c, d, e, f = a[0] + s * b[0], a[1] + s * b[1], a[2] + s * b[2], a[3] + s * b[3]
    g, h, i = a[4] + s * b[4], a[5] + s * b[5], a[6] + s * b[6]
    return (c, d, e, f, g, h, i, a[7] + s * b[7], a[8] + s * b[8], a[9] + s * b[9])


@loose_kernel
def score(parameters: Parameters, batch: Batch) -> None:
    """Write the score u·v_c of every row of the batch to ``errors``."""
    center, outside = parameters.center, parameters.outside
    for w in range(BATCH):
        v = load_row(center, batch.centers[w])
        for i in range(batch.bounds[w] * GROUP, batch.bounds[w + 1] * GROUP):
            batch.errors[i] = dot(load_row(outside, batch.rows[i]), v)


@kernel
def mean_cost(batch: Batch) -> Any:
    """Return the loss per window, in nats: Σ softplus(-score) + Σ softplus(noise score), / 50."""
    total = 0.0
    for i in range(batch.bounds[BATCH] * GROUP):
        x = batch.errors[i] if i % GROUP == 0 else -batch.errors[i]
        total += max(-x, 0.0) + math.log1p(math.exp(-abs(x)))
    return total / BATCH


@compiled({"contract"})
def sigmoid_in_place(x: Matrix, n: int) -> None:
    """Replace n scores by σ(score), each to 2 units in the last place.

    ``e^-x = 2^k e^r`` with k whole and r within log 2 / 2 of 0; e^r by its Taylor series up to r^12
    (the rest is below 2e-16), 2^k by writing the bits of the exponent. ``math.exp`` is a call that
    LLVM cannot make of eight numbers at once. Scores are cut at ±700: σ is 0 or 1 there already.
    """
    for i in range(n):
        z = min(max(-x[i], -700.0), 700.0)
        k = np.floor(z * 1.4426950408889634 + 0.5)
        # log 2 in two parts, the first with so few bits that k times it is exact.
        r = (z - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10
        p = 1 / 479001600.0
        p = p * r + 1 / 39916800.0
        p = p * r + 1 / 3628800.0
        p = p * r + 1 / 362880.0
        p = p * r + 1 / 40320.0
        p = p * r + 1 / 5040.0
        p = p * r + 1 / 720.0
        p = p * r + 1 / 120.0
        p = p * r + 1 / 24.0
        p = p * r + 1 / 6.0
        p = p * r + 0.5
        p = p * r + 1.0
        p = p * r + 1.0
        exponent = (np.int64(k) + 1023) << 52
        x[i] = 1.0 / (1.0 + p * np.int64(exponent).view(np.float64))


@loose_kernel
def find_center_gradients(parameters: Parameters, batch: Batch) -> None:
    """Write ``∂J/∂v_c = Σ (σ - y) u`` of every window to ``steps``."""
    for w in range(BATCH):
        gradient = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for i in range(batch.bounds[w] * GROUP, batch.bounds[w + 1] * GROUP):
            gradient = add(gradient, batch.errors[i], load_row(parameters.outside, batch.rows[i]))
        store_row(batch.steps, w, gradient)


@loose_kernel
def step_sgd(parameters: Parameters, batch: Batch, rate: float) -> None:
    """Move every row of the batch by `rate` against its gradient.

    All outside rows move before any centre row does: the gradients need the centre rows as they
    were when the batch began. A row that comes n times moves n times, which is the sum.
    """
    center, outside = parameters.center, parameters.outside
    for w in range(BATCH):
        v = load_row(center, batch.centers[w])
        for i in range(batch.bounds[w] * GROUP, batch.bounds[w + 1] * GROUP):
            r = batch.rows[i]
            store_row(outside, r, add(load_row(outside, r), -rate * batch.errors[i], v))
    for w in range(BATCH):
        c = batch.centers[w]
        store_row(center, c, add(load_row(center, c), -rate, load_row(batch.steps, w)))


@compiled({"contract"})
def step_adagrad(parameters: Parameters, batch: Batch, rate: float) -> None:
    """Move every number x of a row by ``rate · g / sqrt(s)``, s the sum of all its squared g.

    Duchi, Hazan, Singer, *Adaptive Subgradient Methods*, JMLR 12, 2011, section 1.1, with the
    gradients of the batch taken one by one.
    """
    center, outside, center_squares, outside_squares = parameters
    for w in range(BATCH):
        c = batch.centers[w]
        for i in range(batch.bounds[w] * GROUP, batch.bounds[w + 1] * GROUP):
            r = batch.rows[i]
            for k in range(DIM):
                g = batch.errors[i] * center[c, k]
                s = outside_squares[r, k] + g * g
                outside_squares[r, k] = s
                outside[r, k] -= rate * g / math.sqrt(s)
    for w in range(BATCH):
        c = batch.centers[w]
        for k in range(DIM):
            g = batch.steps[w, k]
            s = center_squares[c, k] + g * g
            center_squares[c, k] = s
            center[c, k] -= rate * g / math.sqrt(s)


@kernel
def run_batches(stream: Stream, parameters: Parameters, stretch: Stretch, batch: Batch) -> None:
    """Run one batch for each of ``stretch.rates``, and note the cost of every tenth.

    A cost is that of a fresh batch, taken before the step that the batch leads to.
    """
    for iteration in range(len(stretch.rates)):
        rate = stretch.rates[iteration]
        draw_batch(stream, stretch.first_reach if iteration == 0 else 0, batch)
        score(parameters, batch)
        if (iteration + 1) % REPORT_EVERY == 0:
            stretch.costs[iteration // REPORT_EVERY] = mean_cost(batch)
        n = batch.bounds[BATCH] * GROUP
        # Whole vectors: what lies behind the last row is finite and is not read.
        sigmoid_in_place(batch.errors, (n + 7) // 8 * 8)
        for i in range(0, n, GROUP):
            batch.errors[i] -= 1.0
        find_center_gradients(parameters, batch)
        if stretch.adaptive:
            step_adagrad(parameters, batch, rate)
        else:
            step_sgd(parameters, batch, rate)
