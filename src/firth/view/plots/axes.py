"""Words along axes that people name: from man to woman, from bad to good.

An axis goes from the mean of some words to the mean of others, as in Grand, Blank, Pereira and
Fedorenko, "Semantic projection recovers rich human knowledge of multiple object features from word
embeddings" (Nature Human Behaviour 6, 2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.vectors import WordVectors
from firth.vectors.matrix import directions
from firth.view.plots.figure import BEHIND, MAIN, OTHER, drawing, new_figure
from firth.view.plots.intervals import MOST_ROWS
from firth.view.plots.labels import label_points
from firth.view.plots.letters import readable
from firth.view.plots.words import spread_limits

_NAMED = 3  # words of a list that stand at its end of an axis


class Axis(NamedTuple):
    """Two lists of words, which are the ends of an axis.

    Attributes
    ----------
    low, high : sequence of words
        What lies at its lower end, and at its upper end.
    """

    low: Sequence[Any]
    high: Sequence[Any]


def along(vectors: WordVectors, words: Sequence[Any], axis: Axis) -> NDArray[np.float64]:
    """Return where words lie on an axis: the cosine of their vectors with its direction.

    Parameters
    ----------
    vectors : WordVectors
        What has their vectors; lengths do not count.
    words : sequence of n words
        Which words.
    axis : Axis
        The direction: from the mean of its lower words to that of its upper ones.

    Returns
    -------
    (n,) float64
        In [-1, 1]; 0 is neither.

    Raises
    ------
    ConfigError
        One end has no words, or both ends are in the same place.
    UnknownWordError
        A word has no vector.

    Examples
    --------
    >>> vectors = WordVectors(["bad", "good", "fine"], [[-1.0, 1.0], [1.0, 1.0], [2.0, 1.0]])
    >>> along(vectors, ["fine", "bad"], Axis(["bad"], ["good"])).round(2).tolist()
    [0.89, -0.71]
    """
    if not len(axis.low) or not len(axis.high):
        raise ConfigError("each end of an axis needs one word or more")
    ends = [directions(vectors[list(end)]).mean(axis=0) for end in axis]
    way = directions((ends[1] - ends[0])[np.newaxis])[0]
    if not way.any():
        raise ConfigError(
            f"{_named(axis.low)} and {_named(axis.high)} have the same mean, so that no axis goes "
            "from one to the other; name other words"
        )
    found: NDArray[np.float64] = np.einsum("nd,d->n", directions(vectors[list(words)]), way)
    return np.clip(found, -1.0, 1.0)


def plot_axes(
    vectors: WordVectors,
    words: Sequence[Any],
    across: Axis | tuple[Sequence[Any], Sequence[Any]],
    up: Axis | tuple[Sequence[Any], Sequence[Any]] | None = None,
    *,
    title: str = "",
) -> Any:
    """Draw words along one named axis, in their order, or between two.

    Parameters
    ----------
    vectors : WordVectors
        What has their vectors; lengths do not count.
    words : sequence of words
        What to draw.
    across, up : Axis, or a pair of lists of words
        The axes: ``(["man"], ["woman"])``.
    title : str
        What stands above.

    Returns
    -------
    matplotlib.figure.Figure
        Give it to :func:`firth.view.save_figure`.

    Raises
    ------
    ConfigError, UnknownWordError
        As for :func:`along`; there is no word, or so many that they would cover one another.
    MissingExtraError
        Matplotlib is not installed.

    See Also
    --------
    along : What the numbers are.
    """
    asked, axis = list(dict.fromkeys(words)), Axis(*across)
    if not 1 <= len(asked) <= MOST_ROWS:
        raise ConfigError(f"{len(asked):,} words are given; a picture can have 1 to {MOST_ROWS}")
    values = along(vectors, asked, axis)
    if up is None:
        return _one(asked, values, axis, title)
    other = Axis(*up)
    points = np.stack([values, along(vectors, asked, other)], axis=1)
    with drawing([*asked, title, *axis.low, *axis.high, *other.low, *other.high]):
        figure, axes = new_figure(5.2)
        _middle(axes.axvline)
        _middle(axes.axhline)
        spread_limits(axes, points, 0.12)
        axes.plot(*points.T, "o", color=MAIN, markersize=3.5, zorder=3)
        axes.set_xlabel(_described(axis))
        axes.set_ylabel(_described(other))
        axes.set_title(title)
        label_points(axes, points, asked, beside=5.0)
    return figure


def _one(words: list[Any], values: NDArray[np.float64], axis: Axis, title: str) -> Any:
    """Draw a line for each word, the highest above."""
    order = np.argsort(values, kind="stable")
    places = np.arange(len(words))
    with drawing([*words, title, *axis.low, *axis.high]):
        figure, axes = new_figure(1.0 + 0.16 * len(words))
        _middle(axes.axvline)
        colours = [OTHER if values[row] < 0 else MAIN for row in order]
        axes.hlines(places, 0, values[order], color=colours, linewidth=1.0)
        axes.scatter(values[order], places, color=colours, s=14, zorder=3)
        axes.set_yticks(places, [readable(words[row]) for row in order])
        axes.set_ylim(-0.7, len(words) - 0.3)
        axes.set_xlabel(_described(axis))
        axes.set_title(title)
        axes.grid(True, axis="x")
    return figure


def _middle(line: Any) -> None:
    line(0, color=BEHIND, linewidth=0.8, zorder=0)


def _described(axis: Axis) -> str:
    return f"{_named(axis.low)}  ←  cosine  →  {_named(axis.high)}"


def _named(words: Sequence[Any]) -> str:
    more = ", …" if len(words) > _NAMED else ""
    return ", ".join(readable(word) for word in words[:_NAMED]) + more
