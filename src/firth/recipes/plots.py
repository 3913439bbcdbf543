"""The recipes' figures. Matplotlib is an extra, and is only imported here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from firth.errors import MissingExtraError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.recipes.cost import StepCost
from firth.recipes.floors import Floors

SERIES = ("#2166ac", "#b2182b", "#ef8a62", "#4d4d4d")  # told apart in grey and by the colour-blind


def require_matplotlib() -> None:
    """Raise `MissingExtraError` if figures cannot be drawn."""
    _figure(1, 1)


def wants_plots(asked: bool | None, say: Callable[[str], None]) -> bool:
    """Return whether to draw; if nobody said, that depends on whether Matplotlib is there.

    Raises
    ------
    MissingExtraError
        Figures were asked for and cannot be drawn.
    """
    if asked is False:
        return False
    try:
        require_matplotlib()
    except MissingExtraError as error:
        if asked:
            raise
        say(f"firth: no figures are drawn: {error}")
        return False
    return True


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
    """Draw each word in a box at its two coordinates, with boxes moved apart.

    A point marks the coordinates; a thin line leads to a box that had to be moved.
    """
    figure, axes = _figure(9, 7)
    axes.scatter(*coordinates.T, s=6, color=SERIES[0], zorder=1)
    axes.margins(0.08)
    axes.set_xlabel("first singular vector")
    axes.set_ylabel("second singular vector")
    axes.set_title(title)
    labels = [
        axes.text(x, y, word, ha="center", va="center", zorder=3,
                  bbox={"facecolor": "#e3f0e0", "edgecolor": "#9db89a", "pad": 2.5})
        for word, (x, y) in zip(words, coordinates, strict=True)
    ]  # fmt: skip
    figure.draw_without_rendering()  # now the boxes have a size
    figure.set_layout_engine("none")
    boxes = np.array([label.get_bbox_patch().get_window_extent().extents for label in labels])
    moves = spread(boxes, np.array(axes.get_window_extent().extents))
    to_data = axes.transData.inverted()
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2 + moves
    for label, point, middle in zip(labels, coordinates, to_data.transform(middles), strict=True):
        label.set_position(middle)
        axes.plot(*zip(point, middle, strict=True), color=SERIES[3], linewidth=0.5, zorder=2)
    _save(figure, path)


def spread(
    boxes: npt.NDArray[np.float64], frame: npt.NDArray[np.float64], gap: float = 2.0
) -> npt.NDArray[np.float64]:
    """Move boxes so that none lies on another and none is cut by the frame.

    Parameters
    ----------
    boxes : ndarray (n, 4)
        Left, bottom, right and top of each.
    frame : ndarray (4,)
        The same of the room that there is; if it is too small, boxes go on overlapping.
    gap : float
        The least distance between two boxes, and to the frame.

    Returns
    -------
    ndarray (n, 2)
        The moves, right and up. Two boxes are pushed apart in the direction in which that is less.

    Examples
    --------
    >>> frame = np.array([0.0, 0, 100, 100])
    >>> boxes = np.array([[10.0, 10, 30, 20], [10, 16, 30, 26], [95, 50, 105, 60]])
    >>> spread(boxes, frame, gap=0).tolist()
    [[0.0, -2.0], [0.0, 2.0], [-5.0, 0.0]]
    """
    sizes = boxes[:, 2:] - boxes[:, :2]
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    at = middles.copy()
    least, most = frame[:2] + sizes / 2 + gap, frame[2:] - sizes / 2 - gap
    for _ in range(1000):
        away = at[:, None] - at[None]
        overlap = (sizes[:, None] + sizes[None]) / 2 + gap - np.abs(away)
        lies = (overlap > 1e-9).all(axis=2) & ~np.eye(len(at), dtype=bool)
        push = np.zeros_like(at)
        for i, j in np.argwhere(lies):
            axis = int(np.argmin(overlap[i, j]))
            sign = np.sign(away[i, j, axis]) or (1 if i > j else -1)
            push[i, axis] += sign * overlap[i, j, axis] / 2
        moved = np.clip(at + push, least, np.maximum(least, most))
        if np.allclose(moved, at, rtol=0, atol=1e-9):
            break
        at = moved
    return np.asarray(at - middles)


def draw_trace(
    trace: Sequence[tuple[int, float]], path: Path, title: str = "", floors: Floors | None = None
) -> None:
    """Draw the smoothed cost over the iterations, and what models cost that know no pairs."""
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
    lines = [] if floors is None else [
        (floors.coins, f"coin tosses: {floors.coins:.2f}", "right", 3),
        (floors.one_in_eleven, f"one answer, yes in one of eleven: {floors.one_in_eleven:.2f}",
         "left", 3),
        (floors.frequencies, f"word frequencies alone: {floors.frequencies:.2f}", "left", -12),
    ]  # fmt: skip
    for cost, text, side, up in lines:
        axes.axhline(cost, color=SERIES[3], linewidth=0.8, linestyle="--")
        axes.annotate(
            text,
            (iterations[-1] if side == "right" else 0, cost),
            xytext=(-4 if side == "right" else 4, up),
            textcoords="offset points",
            ha=side,
            fontsize=9,
        )
    axes.set_xlim(0, iterations[-1])
    axes.set_ylim(0, max([*costs, *(line[0] for line in lines)]) * 1.08)
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
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plot") from error
    figure = Figure(figsize=(width, height), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _save(figure: Any, path: Path) -> None:
    with atomic_path(given_path("path", path)) as partial:
        figure.savefig(partial, dpi=120, format="png")
