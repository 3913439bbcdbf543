"""A picture of stability: overlap by frequency, beside chance; Matplotlib is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from firth.errors import MissingExtraError
from firth.evaluation.stability import CHANCE, Stability
from firth.files.atomic import atomic_path

#: Told apart in grey, and by the colour-blind.
_STABLE, _UNSTABLE, _CHANCE = "#2166ac", "#b2182b", "#4d4d4d"


def draw(found: Stability, path: Path) -> None:
    """Draw each word by how often it occurs and how much of its neighbourhood runs share.

    Raises
    ------
    MissingExtraError
        Matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("Matplotlib", "plot") from error
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    counts, chance = found.counts, found.chance
    unstable = chance.p > CHANCE
    # Overlaps are multiples of a fraction: a little noise keeps points from hiding each other.
    jitter = np.random.default_rng(1).normal(0, 0.004, len(counts))
    for its, colour, label in (
        (~unstable, _STABLE, "words"),
        (unstable, _UNSTABLE, "words whose neighbours are chance"),
    ):
        axes.plot(
            counts[its], found.overlap[its] + jitter[its], ".", markersize=3, alpha=0.35,
            color=colour, label=f"{label} ({int(its.sum()):,})", rasterized=True,
        )  # fmt: skip
    order = np.argsort(counts, kind="stable")
    axes.plot(
        counts[order], chance.high[order], color=_CHANCE, label="95 % of pairs of different words"
    )
    _mark(axes, found)
    axes.set_xscale("log")
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("occurrences")
    axes.set_ylabel(f"shared among the {found.what['k']} nearest")
    axes.set_title(f"{len(found)} models, two at a time", fontsize="medium")
    axes.legend(loc="upper left", frameon=False, markerscale=3)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", dpi=150)


def _mark(axes: Any, found: Stability) -> None:
    """Write the words that were named beside their points."""
    for row in found.what["named"]:
        place = int(np.searchsorted(found.rows, row))
        point = (found.counts[place], found.overlap[place])
        axes.plot(*point, "o", color="black", markersize=4)
        axes.annotate(
            str(found.vocabulary.words[row]), point, xytext=(5, 4), textcoords="offset points",
            fontsize="small",
        )  # fmt: skip
