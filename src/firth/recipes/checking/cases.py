"""What a student's functions are called with, and how their answers travel between processes.

Every call is a `Case`: the function by its role, and arguments that JSON can hold. The published
examples come first; matrices of other shapes follow, one of them square: there ``U (ŷ - y)`` does
multiply, so a program that fails elsewhere shows what it computes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: The exercise's functions, by the names that its editions gave them.
NAMES = {
    "sigmoid": ("sigmoid",),
    "naive": (
        "naiveSoftmaxLossAndGradient",
        "naive_softmax_loss_and_gradient",
        "softmaxCostAndGradient",
    ),
    "negative": (
        "negSamplingLossAndGradient",
        "neg_sampling_loss_and_gradient",
        "negSamplingCostAndGradient",
    ),
    "skipgram": ("skipgram",),
    "sgd": ("sgd",),
}
#: How many things each returns.
RETURNS = {"sigmoid": 1, "naive": 3, "negative": 3, "skipgram": 3, "sgd": 1}
NOISE = 10
STEP = 1e-4  # of finite differences
HALVED_AFTER = 20_000
WORDS = "abcde"


class Case(NamedTuple):
    """One call of a student's function.

    Attributes
    ----------
    role : str
        A key of `NAMES`.
    arguments : dict
        Plain numbers, lists and strings.
    """

    role: str
    arguments: dict[str, Any]


def example_rows() -> tuple[Array, Array]:
    """Return the exercise's five centre and five outside vectors: (5, 3) each, of unit length.

    Examples
    --------
    >>> centers, outs = example_rows()
    >>> centers.shape, outs.shape, round(float(np.sum(centers[2] ** 2)), 12)
    ((5, 3), (5, 3), 1.0)
    """
    rows = np.random.RandomState(9265).randn(10, 3)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows[:5], rows[5:]


#: The noise words of the published example of negative sampling, for its two outside words.
PUBLISHED_NOISE = ([3, 2, 2, 4, 1, 3, 1, 3, 1, 1], [2, 4, 0, 0, 0, 0, 4, 4, 2, 4])
#: Noise words as a student's program draws them: with repeats, with words that are not drawn, and
#: with the outside words of the cases below, which are to be drawn again.
DRAWS = [4, 1, 0, 4, 4, 2, 0, 4, 1, 2, 3, 2, 4, 4, 3, 0, 1, 2]
FEW_DRAWS = [3, 2, 0, 3, 3, 0, 1, 3, 2, 3, 0, 3, 1, 2]


def all_cases() -> list[Case]:
    """Return every call that is judged."""
    return [*_of_pairs(), *_of_windows(), *_of_sigmoids(), *_of_descents()]


def _of_pairs() -> Iterable[Case]:
    centers, outs = example_rows()
    rng = np.random.default_rng(31415)
    shapes = [
        (centers[2], 1, outs, DRAWS),
        (rng.normal(0, 0.8, 4), 2, rng.normal(0, 0.8, (4, 4)), FEW_DRAWS),
        (rng.normal(0, 0.8, 6), 0, rng.normal(0, 0.8, (5, 6)), DRAWS),
    ]
    for center, outside, matrix, draws in shapes:
        pair = {"center": center.tolist(), "outside": outside, "outsides": matrix.tolist()}
        yield Case("naive", pair)
        yield Case("negative", {**pair, "draws": draws})


def _of_windows() -> Iterable[Case]:
    centers, outs = example_rows()
    rng = np.random.default_rng(9265)
    matrices = [
        (centers, outs),
        (centers, outs),
        (rng.normal(size=(5, 5)), rng.normal(size=(5, 5))),
    ]
    windows = [("c", 3, "abedbc"), ("c", 1, "ab"), ("e", 2, "bacb")]
    noise: list[list[int]] = [[], [row for rows in PUBLISHED_NOISE for row in rows], []]
    for (center, reach, window), (inside, outside), draws in zip(
        windows, matrices, noise, strict=True
    ):
        yield Case(
            "skipgram",
            {
                "word": center,
                "reach": reach,
                "window": list(window),
                "centers": inside.tolist(),
                "outsides": outside.tolist(),
                "draws": draws,
            },
        )


def _of_sigmoids() -> Iterable[Case]:
    for x in (0.5, [-30.0, -2.0, 0.0, 3.0, 20.0], [[1.0, -1.0], [0.25, 4.0]]):
        yield Case("sigmoid", {"x": x})


def _of_descents() -> Iterable[Case]:
    start = [[1.0, -2.0], [0.5, 3.0]]
    yield Case("sgd", {"x": start, "step": 0.1, "iterations": 7, "slope": 0.0, "cut": None})
    yield Case("sgd", {"x": start, "step": 0.2, "iterations": 3, "slope": 0.5, "cut": 0.4})
    # Flat but for a slope, so that the halving shows in the sum of the steps.
    long = {"x": [1.0, 2.0], "step": 0.001, "iterations": HALVED_AFTER + 2000}
    yield Case("sgd", {**long, "slope": 1.0, "cut": None, "bend": 0.0})


#: For each role, which arguments a gradient is taken with respect to, by the number of the output.
MOVED = {
    "naive": {1: "center", 2: "outsides"},
    "negative": {1: "center", 2: "outsides"},
    "skipgram": {1: "centers", 2: "outsides"},
}


def nudged(case: Case) -> Iterable[tuple[int, tuple[int, ...], int, Case]]:
    """Move each number that a gradient is taken with respect to, a little, both ways.

    Yields
    ------
    output, index, sign, case
        The number of the gradient's output, the index in it, 1 or -1, and the call.
    """
    for output, name in MOVED.get(case.role, {}).items():
        x = np.array(case.arguments[name])
        for index in np.ndindex(x.shape):
            for sign in (1, -1):
                moved = x.copy()
                moved[index] += sign * STEP
                yield (
                    output,
                    index,
                    sign,
                    Case(case.role, {**case.arguments, name: moved.tolist()}),
                )


def accepted(draws: list[int], outside: int, count: int = NOISE) -> list[int]:
    """Return the noise words that a stream of draws gives: the outside word is drawn again.

    Examples
    --------
    >>> accepted([4, 1, 0], outside=1, count=3)
    [4, 0, 4]
    """
    noise: list[int] = []
    at = 0
    while len(noise) < count:
        if draws[at % len(draws)] != outside:
            noise.append(draws[at % len(draws)])
        at += 1
    return noise
