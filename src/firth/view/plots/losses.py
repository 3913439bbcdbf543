"""Loss curves of runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from firth.errors import ConfigError
from firth.view.plots.figure import SERIES, drawing, new_figure, short_number
from firth.view.plots.letters import readable

if TYPE_CHECKING:
    from firth.model import Model

_DASHES = ("-", "--", ":", "-.")


def plot_losses(runs: Mapping[str, Model], *, title: str = "") -> Any:
    """Draw the loss of one or more runs over the words that they have read.

    The line is the mean loss in nats per pair since the point before. Held-out loss, where a run
    measured it, is a mark at the end of each epoch: it alone can be compared between runs whose
    settings differ.

    Parameters
    ----------
    runs : mapping of str to Model
        Models by the names that they have in the picture.
    title : str
        What stands above.

    Returns
    -------
    matplotlib.figure.Figure
        Give it to :func:`firth.view.save_figure`.

    Raises
    ------
    ConfigError
        There is no run, or one has no loss that was measured.
    MissingExtraError
        Matplotlib is not installed.
    """
    if not runs:
        raise ConfigError("no run is given")
    curves = {name: _curve(name, model) for name, model in runs.items()}
    with drawing([*runs, title]):
        figure, axes = new_figure(3.4)
        for number, (name, model) in enumerate(runs.items()):
            colour, dashes = SERIES[number % len(SERIES)], _DASHES[number // len(SERIES) % 4]
            words, losses = curves[name]
            last = f"{readable(name)}: {losses[-1]:.3f} at the end"
            axes.plot(words, losses, dashes, color=colour, label=last)
            at, held_out = _known(model.history, "validation_loss")
            if len(at):
                label = f"{readable(name)}, held out: {held_out[-1]:.3f}"
                axes.plot(at, held_out, "D", color=colour, markersize=4, label=label)
        axes.set_xlabel("words read, all epochs together")
        axes.set_ylabel("mean loss per pair, nats")
        axes.xaxis.set_major_formatter(lambda value, _: short_number(value))
        axes.set_title(title)
        axes.grid(True)
        axes.legend()
    return figure


def _curve(name: str, model: Model) -> tuple[Any, Any]:
    """Return where losses were measured, and what they were: along the run, or a point an epoch."""
    for table in (model.loss_curve, model.history):
        words, losses = _known(table, "loss")
        if len(words):
            return words, losses
    raise ConfigError(
        f"{readable(name)} knows of no loss: it was not trained by firth, or for no step"
    )


def _known(table: pa.Table, column: str) -> tuple[Any, Any]:
    rows = table.select(["words", column]).drop_null()
    return rows["words"].to_numpy(), rows[column].to_numpy().astype(np.float64)
