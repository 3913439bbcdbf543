"""Pictures of vectors: maps, and plots.

::

    maps.py        two coordinates a word, kept in a model's folder; groups of words with names
    layouts.py     how the coordinates are found; clusters.py the groups
    alignment.py   two models turned onto each other
    plots/         figures of Matplotlib, one file each; figure.py how all look, labels.py words
                   that do not cover one another, letters.py fonts that have the letters
    explorer/      the page of `firth explore`, and its server

Maps need nothing but firth; t-SNE the extra ``firth[map]``, plots the extra ``firth[plot]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth.lazy import lazy_names

if TYPE_CHECKING:
    from firth.view.alignment import drift
    from firth.view.explorer.page import explore, save_page
    from firth.view.maps import Map, make_map, read_map, save_map
    from firth.view.plots.analogies import parallelism, plot_analogies
    from firth.view.plots.atlas import plot_map
    from firth.view.plots.axes import along, plot_axes
    from firth.view.plots.drift import plot_drift
    from firth.view.plots.figure import save_figure
    from firth.view.plots.intervals import plot_intervals
    from firth.view.plots.losses import plot_losses
    from firth.view.plots.neighbors import plot_neighbors
    from firth.view.plots.tuning import plot_tuning
    from firth.view.plots.words import plot_words

_HOMES = {
    "Map": "firth.view.maps",
    "along": "firth.view.plots.axes",
    "drift": "firth.view.alignment",
    "explore": "firth.view.explorer.page",
    "make_map": "firth.view.maps",
    "parallelism": "firth.view.plots.analogies",
    "plot_analogies": "firth.view.plots.analogies",
    "plot_axes": "firth.view.plots.axes",
    "plot_drift": "firth.view.plots.drift",
    "plot_intervals": "firth.view.plots.intervals",
    "plot_losses": "firth.view.plots.losses",
    "plot_map": "firth.view.plots.atlas",
    "plot_neighbors": "firth.view.plots.neighbors",
    "plot_tuning": "firth.view.plots.tuning",
    "plot_words": "firth.view.plots.words",
    "read_map": "firth.view.maps",
    "save_figure": "firth.view.plots.figure",
    "save_map": "firth.view.maps",
    "save_page": "firth.view.explorer.page",
}

__all__ = [
    "Map",
    "along",
    "drift",
    "explore",
    "make_map",
    "parallelism",
    "plot_analogies",
    "plot_axes",
    "plot_drift",
    "plot_intervals",
    "plot_losses",
    "plot_map",
    "plot_neighbors",
    "plot_tuning",
    "plot_words",
    "read_map",
    "save_figure",
    "save_map",
    "save_page",
]

__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
