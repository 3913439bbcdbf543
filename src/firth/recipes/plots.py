"""The recipes' figures, drawn as all of firth's are (:mod:`firth.view.plots`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from firth.recipes.cost import StepCost
from firth.view.plots.figure import (
    SERIES,
    drawing,
    log_scale,
    new_figure,
    require_matplotlib,
    save_figure,
)
from firth.view.plots.words import draw_words as figure_of_words
from firth.view.plots.words import plane_coordinates

__all__ = ["draw_costs", "draw_trace", "draw_words", "plane_coordinates", "require_matplotlib"]


def draw_words(
    words: Sequence[str], coordinates: npt.NDArray[np.float64], path: Path, title: str = ""
) -> None:
    """Draw each word in a box at its two coordinates, or beside where boxes would overlap."""
    save_figure(figure_of_words(words, coordinates, title), path, "png")


def draw_trace(trace: Sequence[tuple[int, float]], path: Path, title: str = "") -> None:
    """Draw the smoothed cost over the iterations."""
    iterations, costs = zip(*trace, strict=True)
    with drawing():
        figure, axes = new_figure(4.0)
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
    save_figure(figure, path, "png")


def draw_costs(costs: Sequence[StepCost], path: Path) -> None:
    """Draw the time of one gradient step over V: a rising line and flat ones."""
    with drawing():
        figure, axes = new_figure(4.0)
        sizes = [cost.vocabulary for cost in costs]
        axes.plot(
            sizes,
            [1e6 * cost.softmax for cost in costs],
            "o-",
            color=SERIES[1],
            label="naive softmax",
        )
        counts = list(costs[0].negative)
        for count, marker in zip(counts, "s^Dvpx*" * len(counts), strict=False):
            times = [1e6 * cost.negative[count] for cost in costs]
            label = f"negative sampling, K = {count}"
            axes.plot(sizes, times, marker + "--", color=SERIES[0], alpha=0.8, label=label)
        log_scale(axes, "x", "y")
        axes.set_xlabel("words in the vocabulary, V")
        axes.set_ylabel("one gradient step, µs")
        axes.set_title("The softmax pays for every word, negative sampling for K")
        axes.grid(alpha=0.3)
        axes.legend()
    save_figure(figure, path, "png")
