"""Words and their neighbours, each compared with each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from firth.errors import ConfigError
from firth.values import Whole
from firth.vectors import WordVectors
from firth.vectors.matrix import directions
from firth.view.plots.figure import WIDTH, drawing, new_figure
from firth.view.plots.letters import readable

_MOST = 120  # words whose names can be read beside their rows
_MOST_WITH_FIGURES = 26


def plot_neighbors(
    vectors: WordVectors, words: Sequence[Any], k: int = 5, *, title: str = ""
) -> Any:
    """Draw the cosines of some words and their nearest neighbours, all with all.

    A word stands before its neighbours, in bold; one that is near to several stands with the first.

    Parameters
    ----------
    vectors : WordVectors
        What has their vectors.
    words : sequence of words
        Which words.
    k : int
        Neighbours of each, from 0; with 0 only the words are compared.
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
        There are fewer than two words in all, or more than can be read.
    MissingExtraError
        Matplotlib is not installed.
    """
    asked, k = list(dict.fromkeys(words)), Whole(0).check("k", k)
    near = vectors.most_similar_many(asked, k=k) if k and asked else [[] for _ in asked]
    rows: dict[Any, None] = {}
    for word, answers in zip(asked, near, strict=True):
        rows.update(dict.fromkeys([word, *(a for a, _ in answers if a not in asked)]))
    shown = list(rows)
    if not 2 <= len(shown) <= _MOST:
        raise ConfigError(
            f"the picture would have {len(shown):,} words; it can have 2 to {_MOST}: give "
            f"{'more' if len(shown) < 2 else 'fewer'} words, or another k"
        )
    units = directions(vectors[shown])
    cosines = np.clip(np.einsum("nd,md->nm", units, units), -1.0, 1.0)
    with drawing([*shown, title]):
        size = min(WIDTH, 1.8 + 0.19 * len(shown)) if len(shown) <= _MOST_WITH_FIGURES else WIDTH
        figure, axes = new_figure(size * 0.9, size)
        below = cosines[~np.eye(len(shown), dtype=bool)]
        least, most = min(0.0, float(below.min())), float(below.max())
        image = axes.imshow(cosines, cmap="cividis", vmin=least, vmax=max(most, least + 1e-6))
        figure.colorbar(image, ax=axes, label="cosine", shrink=0.8)
        letters = min(7.0, 72 * size * 0.7 / len(shown))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_ticks(range(len(shown)), [readable(word) for word in shown])
            axis.set_tick_params(labelsize=letters, length=0)
            for word, label in zip(shown, axis.get_ticklabels(), strict=True):
                label.set_fontweight("bold" if word in asked else "normal")
        axes.tick_params(axis="x", rotation=90)
        axes.spines[:].set_visible(False)
        axes.set_title(title)
        if len(shown) <= _MOST_WITH_FIGURES:
            _write_figures(axes, cosines, least, most)
    return figure


def _write_figures(axes: Any, cosines: Any, least: float, most: float) -> None:
    """Write cosines into their cells, in a colour that can be read there."""
    for (row, column), cosine in np.ndenumerate(cosines):
        if row != column:
            dark = cosine < (least + most) / 2
            axes.text(
                column,
                row,
                f"{cosine:.2f}".replace("0.", "."),
                ha="center",
                va="center",
                fontsize=4.5,
                color="white" if dark else "black",
            )
