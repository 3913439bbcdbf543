"""What one gradient step costs: naive softmax against negative sampling.

The softmax moves every row of U, O(V d); negative sampling moves K + 1 of them, O(K d), whatever V
is. Both steps below are the functions of `firth.reference`; negative sampling is given the few rows
it needs, so that nothing of size V is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from firth.files.machine import one_blas_thread
from firth.reference import naive_softmax_loss_and_gradients, negative_sampling_loss_and_gradients
from firth.values import Real, Whole

VOCABULARY_SIZES = (1_000, 10_000, 100_000, 1_000_000)
NOISE_COUNTS = (1, 10, 100)

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StepCost:
    """Seconds of one step at one vocabulary size.

    Attributes
    ----------
    vocabulary : int
        V.
    softmax : float
        Naive softmax, in seconds.
    negative : dict of int to float
        Negative sampling, in seconds, by K.
    """

    vocabulary: int
    softmax: float
    negative: dict[int, float]


def softmax_step(center: Matrix, outside: int, outside_vectors: Matrix, step: float) -> float:
    """Take one SGD step of the naive softmax in place and return the loss.

    Parameters
    ----------
    center : ndarray (d,)
        Changed.
    outside : int
        Row of the outside word.
    outside_vectors : ndarray (V, d)
        Changed, every row.
    step : float
        Learning rate.

    Examples
    --------
    >>> v, U = np.ones(2), np.zeros((3, 2))
    >>> round(softmax_step(v, 0, U, 0.3), 6), U.round(1).tolist()
    (1.098612, [[0.2, 0.2], [-0.1, -0.1], [-0.1, -0.1]])
    """
    loss, by_center, by_outside = naive_softmax_loss_and_gradients(center, outside, outside_vectors)
    center -= step * by_center
    by_outside *= step
    outside_vectors -= by_outside
    return loss


def negative_sampling_step(
    center: Matrix,
    outside: int,
    noise: Sequence[int] | npt.NDArray[np.integer],
    outside_vectors: Matrix,
    step: float,
) -> float:
    """Take one SGD step of negative sampling in place and return the loss.

    Parameters
    ----------
    center : ndarray (d,)
        Changed.
    outside : int
        Row of the outside word.
    noise : sequence of int (K,)
        Rows of the noise words.
    outside_vectors : ndarray (V, d)
        Changed, K + 1 rows at most.
    step : float
        Learning rate.

    Examples
    --------
    >>> v, U = np.ones(2), np.zeros((3, 2))
    >>> round(negative_sampling_step(v, 0, [1, 1], U, 0.2), 6), U.round(1).tolist()
    (2.079442, [[0.1, 0.1], [-0.2, -0.2], [0.0, 0.0]])
    """
    rows = np.concatenate(([outside], noise))
    # Copies of the rows needed, numbered 0 to K: a word drawn twice has two copies, and both of
    # their gradients are subtracted from its row.
    loss, by_center, by_rows = negative_sampling_loss_and_gradients(
        center, 0, np.arange(1, len(rows)), outside_vectors[rows]
    )
    center -= step * by_center
    np.subtract.at(outside_vectors, rows, step * by_rows)
    return loss


def measure_costs(
    vocabulary_sizes: Sequence[int] = VOCABULARY_SIZES,
    noise_counts: Sequence[int] = NOISE_COUNTS,
    *,
    dim: int = 10,
    seconds: float = 0.2,
) -> list[StepCost]:
    """Time one gradient step of each kind, on one core.

    Parameters
    ----------
    vocabulary_sizes : sequence of int
        The V to measure; 10⁶ rows of 10 numbers take 80 MB, three times over.
    noise_counts : sequence of int
        The K to measure.
    dim : int
        d.
    seconds : float
        Time to spend on each figure; the quickest of all steps made in it is taken, at least 5.

    Returns
    -------
    list of StepCost
        One for each V.

    Raises
    ------
    ConfigError
        A size is below 1.

    Examples
    --------
    >>> [cost] = measure_costs([100], [1], seconds=0.0)
    >>> cost.vocabulary, cost.softmax > 0, list(cost.negative)
    (100, True, [1])
    """
    vocabulary_sizes = [Whole(1).check("vocabulary", size) for size in vocabulary_sizes]
    noise_counts = [Whole(1).check("noise", count) for count in noise_counts]
    dim = Whole(1).check("dim", dim)
    seconds = Real(0).check("seconds", seconds)
    rng = np.random.default_rng(0)
    table = []
    for vocabulary in vocabulary_sizes:
        outside_vectors = rng.normal(0, 0.1, (vocabulary, dim))
        center = rng.normal(0, 0.1, dim)

        def softmax(U: Matrix = outside_vectors, v: Matrix = center) -> float:
            return softmax_step(v, int(rng.integers(len(U))), U, 0.01)

        softmax_seconds = _quickest(softmax, seconds)
        negative = {}
        for count in noise_counts:

            def sample(U: Matrix = outside_vectors, v: Matrix = center, K: int = count) -> float:
                drawn = rng.integers(len(U), size=K + 1)
                return negative_sampling_step(v, int(drawn[0]), drawn[1:], U, 0.01)

            negative[count] = _quickest(sample, seconds)
        table.append(StepCost(vocabulary, softmax_seconds, negative))
    return table


def _quickest(step: Callable[[], float], seconds: float) -> float:
    best, end, made = float("inf"), time.perf_counter() + seconds, 0
    # On one core, as the table says: threads of BLAS that wait for a busy second core took 5 to 10
    # times as long at 100,000 words (13 to 27 ms for 2.6).
    with one_blas_thread():
        while made < 5 or time.perf_counter() < end:
            began = time.perf_counter()
            step()
            best = min(best, time.perf_counter() - began)
            made += 1
    return best


def cost_table(costs: Sequence[StepCost]) -> str:
    """Write the costs as a Markdown table, in microseconds.

    Examples
    --------
    >>> print(cost_table([StepCost(1000, 25e-6, {1: 9e-6, 10: 9.5e-6})]))
    |         V | naive softmax | negative sampling, K = 1 | negative sampling, K = 10 |
    | --------: | ------------: | -----------------------: | ------------------------: |
    |     1,000 |       25.0 µs |                   9.0 µs |                    9.5 µs |
    """
    counts = list(costs[0].negative) if costs else []
    heads = ["V", "naive softmax", *(f"negative sampling, K = {count}" for count in counts)]
    widths = [max(9, len(head)) for head in heads]
    lines = [heads, ["-" * (width - 1) + ":" for width in widths]]
    for cost in costs:
        times = [cost.softmax, *(cost.negative[count] for count in counts)]
        lines.append([f"{cost.vocabulary:,}", *(f"{1e6 * value:,.1f} µs" for value in times)])
    return "\n".join(
        "| " + " | ".join(f"{cell:>{w}}" for cell, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    )
