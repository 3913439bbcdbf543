"""Values with what is known of them: intervals over runs or samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from firth.errors import ConfigError
from firth.view.plots.figure import MAIN, drawing, new_figure
from firth.view.plots.letters import readable

#: So many rows can be read in one picture.
MOST_ROWS = 200


def plot_intervals(
    names: Sequence[object],
    values: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    notes: Sequence[object] = (),
    label: str = "cosine",
    title: str = "",
) -> Any:
    """Draw values with their intervals, the first one above.

    Parameters
    ----------
    names : sequence of n words
        What the values are of, such as the neighbours of a word.
    values, low, high : (n,) floats
        The values, and where their intervals begin and end.
    notes : sequence of n texts
        What stands at the right of each, such as in how many of ten runs it was a neighbour.
    label : str
        What the values are.
    title : str
        What stands above.

    Returns
    -------
    matplotlib.figure.Figure
        Give it to :func:`firth.view.save_figure`.

    Raises
    ------
    ConfigError
        There is nothing, or too much to draw; the arrays differ in length; a number is not finite;
        or an interval does not hold its value.
    MissingExtraError
        Matplotlib is not installed.
    """
    n = len(names)
    found, lower, upper = (np.asarray(array, dtype=np.float64) for array in (values, low, high))
    shapes = {array.shape for array in (found, lower, upper)}
    if shapes != {(n,)} or (len(notes) and len(notes) != n):
        raise ConfigError(
            f"there are {n:,} names, and values, low and high of shape "
            f"{', '.join(map(str, sorted(shapes)))}; give one of each for every name"
        )
    if not 1 <= n <= MOST_ROWS:
        raise ConfigError(f"there are {n:,} intervals; a picture can have 1 to {MOST_ROWS}")
    wrong = np.flatnonzero(~((lower <= found) & (found <= upper) & np.isfinite(upper - lower)))
    if wrong.size:
        row = int(wrong[0])
        raise ConfigError(
            f"{names[row]!r} has the value {found[row]} between {lower[row]} and {upper[row]}; "
            "an interval has to hold its value"
        )
    places = -np.arange(n)
    with drawing([*names, *notes, title, label]):
        figure, axes = new_figure(0.9 + 0.17 * n)
        axes.hlines(places, lower, upper, color=MAIN, linewidth=1.6, alpha=0.6)
        axes.scatter(found, places, color=MAIN, s=14, zorder=3)
        axes.set_yticks(places, [readable(name) for name in names])
        axes.set_ylim(places[-1] - 0.7, 0.7)
        axes.grid(True, axis="x")
        axes.set_xlabel(label)
        axes.set_title(title)
        if len(notes):
            right = axes.twinx()
            right.set_ylim(axes.get_ylim())
            right.set_yticks(places, [readable(note) for note in notes])
            right.tick_params(axis="y", length=0)
    return figure
