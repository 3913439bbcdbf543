"""Pairs of words as arrows, and how parallel these are.

How parallel, and what chance would give, follows Fournier, Dupoux and Dunbar, "Analogies minus
analogy test: measuring regularities in word embeddings" (CoNLL 2020): the mean cosine between the
offsets of pairs, beside that of the same words paired otherwise. Words of two kinds (countries and
their capitals) have offsets that point much the same way however they are paired; only what is
above that belongs to the pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.vectors import WordVectors
from firth.vectors.matrix import directions
from firth.view.plots.figure import MAIN, drawing, new_figure
from firth.view.plots.labels import label_points
from firth.view.plots.words import on_plane, spread_limits

_SHUFFLES = 1_000
# Words do not cover arrows, which are taken for so many points.
_POINTS_OF_ARROW = 30


class Parallelism(NamedTuple):
    """How parallel the offsets of pairs are.

    Attributes
    ----------
    cosine : float
        Mean cosine between the offsets of two pairs, in [-1, 1].
    chance : float
        The same where second words are paired with first words by lot: the mean of `shuffles`.
    reached : int
        How many of these are as parallel as the pairs given, or more.
    shuffles : int
        How often the pairs were drawn.
    """

    cosine: float
    chance: float
    reached: int
    shuffles: int


def parallelism(
    vectors: WordVectors, pairs: Sequence[tuple[Any, Any]], shuffles: int = _SHUFFLES
) -> Parallelism:
    """Measure how parallel the offsets of pairs of words are, and what chance would give.

    Offsets are those of vectors of length 1.

    Parameters
    ----------
    vectors : WordVectors
        What has their vectors.
    pairs : sequence of two pairs of words or more
        Such as ``[("man", "woman"), ("king", "queen")]``.
    shuffles : int
        How often to pair by lot; the draws are always the same.

    Raises
    ------
    ConfigError
        There are fewer than two pairs.
    UnknownWordError
        A word has no vector.

    Examples
    --------
    >>> grid = WordVectors(["a", "A", "b", "B"], [[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]])
    >>> found = parallelism(grid, [("a", "A"), ("b", "B")])
    >>> round(found.cosine, 2), found.cosine > found.chance
    (0.85, True)
    """
    first, second = _ends(vectors, pairs)
    n = len(first)
    value = _mean_cosine(second - first)
    rng = np.random.default_rng(0)
    drawn = np.array([_mean_cosine(second[rng.permutation(n)] - first) for _ in range(shuffles)])
    reached = int((drawn >= value - 1e-12).sum())
    return Parallelism(value, float(drawn.mean()), reached, shuffles)


def _ends(
    vectors: WordVectors, pairs: Sequence[tuple[Any, Any]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(pairs) < 2:
        raise ConfigError("one arrow is parallel to nothing: give two pairs of words or more")
    first = directions(vectors[[pair[0] for pair in pairs]])
    return first, directions(vectors[[pair[1] for pair in pairs]])


def _mean_cosine(offsets: NDArray[np.float64]) -> float:
    """Return the mean cosine over all pairs of different rows."""
    units, n = directions(offsets), len(offsets)
    return float((np.square(units.sum(axis=0)).sum() - np.square(units).sum()) / (n * (n - 1)))


def plot_analogies(
    vectors: WordVectors, pairs: Sequence[tuple[Any, Any]], *, title: str = ""
) -> Any:
    """Draw pairs of words as arrows on the plane where these words differ most.

    Above it stands how parallel the arrows are in all dimensions, and how parallel they would be if
    the words were paired by lot: see :func:`parallelism`.

    Parameters
    ----------
    vectors : WordVectors
        What has their vectors; lengths do not count.
    pairs : sequence of two pairs of words or more
        From where to where.
    title : str
        What stands above.

    Returns
    -------
    matplotlib.figure.Figure
        Give it to :func:`firth.view.save_figure`.

    Raises
    ------
    UnknownWordError, ConfigError
        As for :func:`parallelism`; or there are so many words that they would cover one another.
    MissingExtraError
        Matplotlib is not installed.
    """
    found = parallelism(vectors, pairs)
    words = list(dict.fromkeys(word for pair in pairs for word in pair))
    points, shares = on_plane(directions(vectors[words]))
    place = {word: points[row] for row, word in enumerate(words)}
    said = (
        f"mean cosine between arrows {found.cosine:.2f}, paired by lot {found.chance:.2f} "
        f"({found.reached:,} of {found.shuffles:,} draws reach it)"
    )
    with drawing([*words, title]):
        figure, axes = new_figure(4.8)
        spread_limits(axes, points, 0.1)
        axes.set_xlabel(f"first principal axis of these words ({shares[0]:.0%} of the variance)")
        axes.set_ylabel(f"second ({shares[1]:.0%})")
        axes.set_title(f"{title}\n{said}" if title else said)
        axes.grid(True)
        for first, second in pairs:
            axes.annotate(
                "",
                place[second],
                place[first],
                arrowprops={"arrowstyle": "-|>", "color": MAIN, "lw": 1.0, "shrinkA": 3,
                            "shrinkB": 3},
            )  # fmt: skip
        axes.plot(*points.T, "o", color=MAIN, markersize=3, zorder=3)
        ways = np.linspace(0, 1, _POINTS_OF_ARROW)[:, np.newaxis]
        arrows = [place[a] + ways * (place[b] - place[a]) for a, b in pairs]
        label_points(axes, points, words, beside=5.0, avoid=np.concatenate(arrows))
    return figure
