"""Chosen words on the plane in which they differ most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.vectors import WordVectors
from firth.view.plots.figure import drawing, new_figure
from firth.view.plots.labels import label_points


def plane_coordinates(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
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
    return on_plane(vectors)[0]


def on_plane(vectors: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project as :func:`plane_coordinates`; say also which part of the variance each axis shows.

    Returns
    -------
    coordinates : (n, 2) float64
    shares : (2,) float64
        In [0, 1].

    Examples
    --------
    >>> points, shares = on_plane(np.array([[3e300, 0.0], [-3e300, 0.0]]))
    >>> np.abs(points[:, 0]).tolist(), shares.tolist()
    ([3e+300, 3e+300], [1.0, 0.0])
    """
    rows = vectors.astype(np.float64)
    # Squares of the longest vectors are beyond floats; dividing by a power of two is exact.
    unit = np.ldexp(1.0, np.frexp(np.abs(rows).max(initial=0.0))[1] - 1)
    rows /= unit
    centred = rows - rows.mean(axis=0)
    covariance = centred.T @ centred / len(centred)
    directions, values, _ = np.linalg.svd(covariance)
    coordinates = np.zeros((len(rows), 2))
    coordinates[:, : directions.shape[1]] = unit * (centred @ directions[:, :2])
    shares = np.zeros(2)
    shares[: len(values)] = values[:2] / max(float(values.sum()), np.finfo(float).tiny)
    return coordinates, shares


def plot_words(vectors: WordVectors, words: Sequence[Any], *, title: str = "") -> Any:
    """Draw words in boxes on the two singular vectors on which they differ most.

    Parameters
    ----------
    vectors : WordVectors
        What has their vectors, which are taken as they are.
    words : sequence of 2 words or more
        What to draw; the first ones have the best places.
    title : str
        What stands above.

    Returns
    -------
    matplotlib.figure.Figure
        Give it to :func:`firth.view.save_figure`.

    Raises
    ------
    UnknownWordError
        A word has no vector.
    ConfigError
        There are fewer than two words, or so many that they would cover one another.
    MissingExtraError
        Matplotlib is not installed.
    """
    asked = list(dict.fromkeys(words))
    if len(asked) < 2:
        raise ConfigError("a plane needs two different words or more")
    coordinates, shares = on_plane(vectors[asked])
    return draw_words(asked, coordinates, title, shares)


def draw_words(
    words: Sequence[object],
    coordinates: NDArray[np.float64],
    title: str = "",
    shares: NDArray[np.float64] | None = None,
) -> Any:
    """Draw each word in a box at its two coordinates, or near, so that no box covers another."""
    with drawing([*words, title]):
        figure, axes = new_figure(4.8)
        spread_limits(axes, coordinates, 0.08)
        shown = (
            ["", ""] if shares is None else [f" ({share:.0%} of the variance)" for share in shares]
        )
        axes.set_xlabel("first singular vector" + shown[0])
        axes.set_ylabel("second singular vector" + shown[1])
        axes.set_title(title)
        axes.grid(True)
        label_points(axes, coordinates, words, boxed=True)
    return figure


def spread_limits(axes: Any, points: NDArray[np.floating], margin: float) -> None:
    """End the axes a little beyond the points, so that words beside them have room."""
    low, high = points.min(axis=0), points.max(axis=0)
    more = margin * np.where(high > low, high - low, 1.0)
    axes.set_xlim(low[0] - more[0], high[0] + more[0])
    axes.set_ylim(low[1] - more[1], high[1] + more[1])
