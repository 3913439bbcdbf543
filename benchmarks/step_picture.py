"""Draw ``docs/learn/images/gradient-step.png``: one step of negative sampling on the plane.

::

    python benchmarks/step_picture.py docs/learn/images/gradient-step.png

A centre vector, an outside vector and K noise vectors, before and after a step of all of them
against the gradients of `firth.reference`, for three K.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from firth.reference import negative_sampling_loss_and_gradients

STEP, COUNTS = 0.5, (1, 3, 8)
COLORS = {"v_c": "#2166ac", "u_o": "#1b7837", "u_k": "#b2182b"}


def stepped(count: int) -> tuple[Any, Any, Any, Any, float, float]:
    """Return centre and outside vectors before and after a step, and the loss of both."""
    rng = np.random.default_rng(3)
    center = np.array([1.0, 0.35])
    turns = np.concatenate(([1.75], rng.uniform(-1.2, 1.2, max(COUNTS))))[: 1 + count]
    outs = (
        np.stack((np.cos(turns), np.sin(turns)), axis=1)
        * np.linspace(1.1, 0.75, 1 + count)[:, None]
    )
    noise = list(range(1, 1 + count))
    loss, by_center, by_outs = negative_sampling_loss_and_gradients(center, 0, noise, outs)
    new_center, new_outs = center - STEP * by_center, outs - STEP * by_outs
    after, _, _ = negative_sampling_loss_and_gradients(new_center, 0, noise, new_outs)
    return center, outs, new_center, new_outs, loss, after


def draw(path: Path) -> None:
    """Draw a panel for each K."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4.1), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    for axes, count in zip(figure.subplots(1, len(COUNTS)), COUNTS, strict=True):
        center, outs, new_center, new_outs, loss, after = stepped(count)
        names = ["u_o", *["u_k"] * count]
        for name, old, new in zip(["v_c", *names], [center, *outs], [new_center, *new_outs],
                                  strict=True):  # fmt: skip
            _arrow(axes, np.zeros(2), old, COLORS[name], 0.35)
            _arrow(axes, np.zeros(2), new, COLORS[name], 1.0)
            axes.plot(*zip(old, new, strict=True), ":", color=COLORS[name], linewidth=1)
        for name, at, label in (("v_c", new_center, "$v_c$"), ("u_o", new_outs[0], "$u_o$"),
                                ("u_k", new_outs[1], "$u_k$")):  # fmt: skip
            axes.text(*(at * (1 + 0.13 / np.linalg.norm(at))), label, color=COLORS[name],
                      ha="center", va="center", fontsize=13)  # fmt: skip
        axes.set_title(f"K = {count}: J {loss:.2f} → {after:.2f} nats")
        axes.set_xlim(-1.6, 1.5)
        axes.set_ylim(-1.4, 1.7)
        axes.set_aspect("equal")
        axes.axhline(0, color="#999999", linewidth=0.5)
        axes.axvline(0, color="#999999", linewidth=0.5)
    figure.savefig(path)


def _arrow(axes: Any, start: Any, end: Any, color: str, alpha: float) -> None:
    style = {"arrowstyle": "-|>", "color": color, "alpha": alpha, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=tuple(end), xytext=tuple(start), arrowprops=style)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("path", type=Path)
    draw(parser.parse_args().path)
