"""What a search for settings tried: the score by each option, and how much each mattered."""

from __future__ import annotations

from typing import Any

import numpy as np

from firth.errors import ConfigError
from firth.tuning.result import Tuning
from firth.view.plots.figure import BEHIND, MAIN, OTHER, WIDTH, drawing, log_scale, new_figure

_COLUMNS = 3
_LOG_FROM = 8  # largest by smallest value from which factors are shown


def plot_tuning(found: Tuning, *, title: str = "") -> Any:
    """Draw what each trial reached on the smallest part of the text, by each option.

    Trials that came to the last part are in colour, the defaults and the best are marked; in each
    title stands which part of the scores' variance goes back to the option.

    Parameters
    ----------
    found : Tuning
        What :func:`firth.tune` returned.
    title : str
        What stands above.

    Returns
    -------
    matplotlib.figure.Figure
        Give it to :func:`firth.view.save_figure`.

    Raises
    ------
    ConfigError
        No trial has ended.
    MissingExtraError
        Matplotlib is not installed.
    """
    trials = [one for one in found.trials if one.scores]
    if not trials:
        raise ConfigError("no trial has come to a score: there is nothing to draw")
    names = list(dict.fromkeys(name for one in trials for name in one.values))
    names.sort(key=lambda name: -found.importance.get(name, 0.0))
    rows = -(-len(names) // _COLUMNS)
    with drawing([title]):
        figure, grid = new_figure(
            0.4 + 1.9 * rows, WIDTH, nrows=rows, ncols=_COLUMNS, squeeze=False, sharey=True
        )
        figure.suptitle(title)
        for axes, name in zip(grid.ravel(), names, strict=False):
            _panel(axes, found, trials, name)
        for axes in grid.ravel()[len(names) :]:
            axes.set_axis_off()
        for line in grid:
            line[0].set_ylabel(f"{found.measure}, {found.tokens[0]:,} tokens")
        grid[0][0].legend(loc="best")
    return figure


def _panel(axes: Any, found: Tuning, trials: list[Any], name: str) -> None:
    its = [one for one in trials if name in one.values]
    values = [one.values[name] for one in its]
    scores = np.array([one.scores[0] for one in its])
    numeric = all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
    if numeric:
        places = np.array(values, np.float64)
        if places.min() > 0 and places.max() / places.min() >= _LOG_FROM:
            log_scale(axes, "x")
    else:
        kinds = sorted({str(value) for value in values})
        places = np.array([kinds.index(str(value)) for value in values], np.float64)
        axes.set_xticks(range(len(kinds)), kinds)
        axes.set_xlim(-0.5, len(kinds) - 0.5)
    far = np.array([one.interval is not None for one in its])
    axes.plot(places[~far], scores[~far], "o", color=BEHIND, markersize=3, label="given up")
    axes.plot(places[far], scores[far], "o", color=MAIN, markersize=3.5, label="went on to the end")
    for number, mark, label in ((0, "s", "defaults"), (found.best, "*", "best")):
        here = [place for place, one in enumerate(its) if one.number == number]
        if here:
            axes.plot(
                places[here], scores[here], mark, color=OTHER, markersize=8, label=label,
                markerfacecolor="none" if mark == "s" else OTHER,
            )  # fmt: skip
    part = found.importance.get(name)
    axes.set_title(name.replace("_", " ") + ("" if part is None else f": mattered {part:.0%}"))
