"""The recipes' figures. Matplotlib is an extra, and is only imported here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from firth.errors import MissingExtraError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.recipes.cost import StepCost

SERIES = ("#2166ac", "#b2182b", "#ef8a62", "#4d4d4d")  # told apart in grey and by the colour-blind


def require_matplotlib() -> None:
    """Raise `MissingExtraError` if figures cannot be drawn."""
    _figure(1, 1)


def plane_coordinates(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Project rows onto the first two singular vectors of their covariance.

    Parameters
    ----------
    vectors : ndarray (n, d)
        One row a word.

    Returns
    -------
    ndarray (n, 2)
        Coordinates; the signs of the axes are as the decomposition gives them.

    Examples
    --------
    >>> np.abs(plane_coordinates(np.array([[3.0, 0, 0], [-3.0, 0, 0], [0, 1, 0], [0, -1, 0]])))
    array([[3., 0.],
           [3., 0.],
           [0., 1.],
           [0., 1.]])
    """
    centred = vectors - vectors.mean(axis=0)
    covariance = centred.T @ centred / len(centred)
    return np.asarray(centred @ np.linalg.svd(covariance)[0][:, :2])


def draw_words(
    words: Sequence[str], coordinates: npt.NDArray[np.float64], path: Path, title: str = ""
) -> None:
    """Draw each word in a box at its two coordinates; the axes end at the extremes."""
    figure, axes = _figure(9, 7)
    for word, (x, y) in zip(words, coordinates, strict=True):
        axes.text(x, y, word, bbox={"facecolor": "green", "alpha": 0.1})
    axes.set_xlim(coordinates[:, 0].min(), coordinates[:, 0].max())
    axes.set_ylim(coordinates[:, 1].min(), coordinates[:, 1].max())
    axes.set_xlabel("first singular vector")
    axes.set_ylabel("second singular vector")
    axes.set_title(title, pad=18)
    _save(figure, path)


def draw_trace(trace: Sequence[tuple[int, float]], path: Path, title: str = "") -> None:
    """Draw the smoothed cost over the iterations."""
    figure, axes = _figure(8, 5)
    iterations, costs = zip(*trace, strict=True)
    axes.plot(iterations, costs, color=SERIES[0], linewidth=1.2)
    axes.annotate(
        f"{costs[-1]:.6f}",
        (iterations[-1], costs[-1]),
        xytext=(-4, 14),
        textcoords="offset points",
        ha="right",
    )
    axes.set_xlim(0, iterations[-1])
    axes.set_ylim(0, max(costs) * 1.05)
    axes.set_xlabel("iteration (50 windows each)")
    axes.set_ylabel("smoothed cost per window, nats")
    axes.set_title(title)
    axes.grid(alpha=0.3)
    _save(figure, path)


def draw_costs(costs: Sequence[StepCost], path: Path) -> None:
    """Draw the time of one gradient step over V: a rising line and flat ones."""
    figure, axes = _figure(8, 5)
    sizes = [cost.vocabulary for cost in costs]
    axes.plot(
        sizes, [1e6 * cost.softmax for cost in costs], "o-", color=SERIES[1], label="naive softmax"
    )
    counts = list(costs[0].negative)
    for count, marker in zip(counts, "s^Dvpx*" * len(counts), strict=False):
        times = [1e6 * cost.negative[count] for cost in costs]
        label = f"negative sampling, K = {count}"
        axes.plot(sizes, times, marker + "--", color=SERIES[0], alpha=0.8, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("words in the vocabulary, V")
    axes.set_ylabel("one gradient step, µs")
    axes.set_title("The softmax pays for every word, negative sampling for K")
    axes.grid(alpha=0.3)
    axes.legend()
    _save(figure, path)


def _figure(width: float, height: float) -> tuple[Any, Any]:
    try:
        # The figure's own canvas, not pyplot: no global state, no window system.
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plot") from error
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def _save(figure: Any, path: Path) -> None:
    with atomic_path(given_path("path", path)) as partial:
        figure.savefig(partial, dpi=120, format="png")
