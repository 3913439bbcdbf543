"""How far words moved between two models, beside all others of their frequency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.values import Whole
from firth.vectors import WordVectors
from firth.view.alignment import drift
from firth.view.plots.figure import BEHIND, MAIN, OTHER, drawing, log_scale, new_figure
from firth.view.plots.labels import label_points

_BANDS = 12


def plot_drift(
    before: WordVectors,
    after: WordVectors,
    words: Sequence[Any] = (),
    *,
    k: int = 15,
    title: str = "",
) -> Any:
    """Draw how far each word moved from one model to another, by its frequency.

    Rare words move by chance alone. So the lines show the middle of all words of a frequency and
    what nine of ten stay below; a word says something by how far it is above them.

    Parameters
    ----------
    before, after : WordVectors
        The models; they are turned onto each other (:func:`firth.view.alignment.drift`).
    words : sequence of words
        Which to name; by default those that are farthest above the middle of their frequency.
    k : int
        How many those are.
    title : str
        What stands above.

    Returns
    -------
    matplotlib.figure.Figure
        Give it to :func:`firth.view.save_figure`.

    Raises
    ------
    ConfigError
        The models cannot be compared; or a word is not in both.
    MissingExtraError
        Matplotlib is not installed.
    """
    found, k = drift(before, after), Whole(1).check("k", k)
    place = {word: row for row, word in enumerate(found.words)}
    unknown = [word for word in words if word not in place]
    if unknown:
        raise ConfigError(f"{unknown[0]!r} is not a word of both models; leave it out")
    middles, (ranks, lines) = _bands(found.ranks, found.distances)
    rows = [place[word] for word in dict.fromkeys(words)]
    if not rows:
        rows = np.argsort(middles - found.distances, kind="stable")[:k].tolist()
    named = [found.words[row] for row in rows]
    points = np.stack([found.ranks, found.distances], axis=1).astype(np.float64)
    with drawing([*named, title]):
        figure, axes = new_figure(4.2)
        log_scale(axes, "x")
        axes.scatter(*points.T, s=2, color=BEHIND, alpha=0.5, linewidths=0, rasterized=True)
        axes.plot(ranks, lines[:, 0], color=MAIN, label="half of the words are below")
        axes.plot(ranks, lines[:, 1], "--", color=MAIN, label="nine of ten are below")
        axes.plot(*points[rows].T, "o", color=OTHER, markersize=3.5)
        axes.set_xlim(0.8, found.ranks[-1] * 1.5)
        axes.set_ylim(0, max(0.05, float(found.distances.max()) * 1.08))
        axes.set_xlabel("rank of the word by frequency")
        axes.set_ylabel("1 - cosine after turning one model onto the other")
        axes.set_title(title)
        axes.legend(loc="upper left")
        label_points(axes, points[rows], named, beside=4.5)
    return figure


def _bands(
    ranks: NDArray[np.int64], distances: NDArray[np.float64]
) -> tuple[NDArray[np.float64], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return the median of each word's band of frequency, and of each band its rank and lines."""
    edges = np.unique(np.geomspace(1, ranks[-1] + 1, _BANDS + 1).astype(np.int64))
    band = np.clip(np.searchsorted(edges, ranks, side="right") - 1, 0, len(edges) - 2)
    present = np.unique(band)
    parts = [distances[band == number] for number in present]
    lines = np.array([np.percentile(part, [50, 90]) for part in parts])
    middle = np.array([np.exp(np.log(ranks[band == number]).mean()) for number in present])
    return lines[np.searchsorted(present, band), 0], (middle, lines)
