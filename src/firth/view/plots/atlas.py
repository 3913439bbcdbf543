"""A map, with the names of its groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.vectors import WordVectors
from firth.view.layouts import TITLES
from firth.view.maps import NEIGHBORS, Map
from firth.view.plots.figure import SERIES, WIDTH, drawing, new_figure
from firth.view.plots.labels import label_points

_SIZES = (6.5, 6.0, 5.5)
_ON_PAPER = {"boxstyle": "round,pad=0.15", "facecolor": "white", "alpha": 0.75, "linewidth": 0}


def plot_map(
    found: Map, vectors: WordVectors, words: Sequence[Any] = (), *, title: str = ""
) -> Any:
    """Draw a map: a point a word, coloured by groups, with the names of these.

    Names stand where their group is densest; one for which there is no room is left out. Below
    stands what part of true neighbours are neighbours in the picture.

    Parameters
    ----------
    found : Map
        What :func:`firth.view.make_map` or :func:`firth.view.read_map` returned.
    vectors : WordVectors
        The words it is of.
    words : sequence of words
        Some to name themselves, in place of the groups.
    title : str
        What stands above.

    Returns
    -------
    matplotlib.figure.Figure
        Give it to :func:`firth.view.save_figure`.

    Raises
    ------
    UnknownWordError
        A word is not in the vocabulary.
    ConfigError
        A word is not on the map, or so many are named that they would cover one another.
    MissingExtraError
        Matplotlib is not installed.
    """
    rows = [vectors.index(word) for word in dict.fromkeys(words)]
    beyond = next((row for row in rows if row >= len(found.points)), None)
    if beyond is not None:
        raise ConfigError(
            f"{vectors.words[beyond]!r} is word {beyond + 1:,}, and the map is of the first "
            f"{len(found.points):,}; make one of more words"
        )
    anchors = anchors_of(found)
    colours = np.array(_colours(anchors))
    names = [str(vectors.words[row]) for row in rows] or found.names
    with drawing([*names, title]):
        figure, axes = new_figure(WIDTH)
        axes.set_aspect("equal", adjustable="datalim")
        axes.scatter(
            *found.points.T,
            c=colours[found.clusters],
            s=_size(len(found.points)),
            alpha=0.55,
            linewidths=0,
            rasterized=True,  # a hundred thousand circles are no vector graphics
        )
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        axes.set_title(title)
        axes.set_xlabel(
            f"{len(found.points):,} words by {TITLES[found.method]}: {found.kept:.1%} of the true "
            f"{NEIGHBORS} nearest neighbours are among the nearest here"
        )
        axes.autoscale_view()
        looks: dict[str, Any] = {"sizes": _SIZES, "bbox": _ON_PAPER}
        if rows:
            places = found.points[rows]
            axes.plot(*places.T, "o", color="black", markersize=3)
            label_points(axes, places, names, beside=4.0, **looks)
        else:
            label_points(axes, anchors, names, keep_all=False, **looks)
    return figure


def anchors_of(found: Map) -> NDArray[np.float64]:
    """Return where the name of each group belongs: at its densest place, ``(groups, 2)``.

    That is the middle of the half of its words that lie closest together, found by halving: a
    group may lie in several places, and the mean of all would be between them.
    """
    order = np.argsort(found.clusters, kind="stable")
    starts = np.searchsorted(found.clusters[order], np.arange(len(found.names) + 1))
    anchors = np.zeros((len(found.names), 2))
    for label, (start, stop) in enumerate(pairwise(starts)):
        points = found.points[order[start:stop]].astype(np.float64)
        while len(points) > 2:
            middle = np.median(points, axis=0)
            near = np.argsort(np.square(points - middle).sum(axis=1), kind="stable")
            points = points[near[: len(points) // 2]]
        if len(points):
            anchors[label] = points[0]
    return anchors


def _colours(anchors: NDArray[np.float64]) -> list[str]:
    """Give each group a colour that no group near it has."""
    chosen: list[int] = []
    for label, anchor in enumerate(anchors):
        distances = np.square(anchors[:label] - anchor).sum(axis=1)
        nearest = [
            min((distances[i] for i in range(label) if chosen[i] == colour), default=np.inf)
            for colour in range(len(SERIES))
        ]
        chosen.append(int(np.argmax(nearest)))
    return [SERIES[colour] for colour in chosen]


def _size(n: int) -> float:
    """Return the area of a point, so that all of them cover about the same part of the paper.

    >>> _size(100), _size(80_000)
    (12.0, 0.5)
    """
    return float(np.clip(40_000 / n, 0.5, 12.0))
