"""Words beside points, so that none covers another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.view.plots.figure import settle
from firth.view.plots.letters import readable

#: Sizes of letters that are tried, in points: small ones only where there is no room.
SIZES = (8.0, 7.0, 6.0, 5.0)
_GAP = 1.5  # points between boxes
_FARTHEST = 1.0  # parts of the picture's diagonal that a word may be away from its point
_TURNS = 16
_LINE = "#808080"


class Box(NamedTuple):
    """What is around a word, in pixels from the lower left corner of the figure."""

    left: float
    bottom: float
    right: float
    top: float


def label_points(
    axes: Any,
    points: NDArray[np.floating],
    words: Sequence[object],
    *,
    beside: float = 0.0,
    avoid: NDArray[np.floating] | None = None,
    boxed: bool = False,
    keep_all: bool = True,
    sizes: Sequence[float] = SIZES,
    **looks: Any,
) -> list[int]:
    """Write words at points, each as near as it can be without covering those before it.

    A word that had to move far has a thin line to its point. The order of words is that of their
    importance: the first ones are where they belong.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where; all else that takes room (titles, names of axes) must be there already.
    points : (n, 2) floats
        Where the words belong, within the limits of the axes.
    words : sequence of n words
        What to write.
    beside : float
        The size of a mark at each point, in typographic points, which no word covers; without one
        words stand on their points.
    avoid : (m, 2) floats, optional
        Other places that no word covers, such as points along lines.
    boxed : bool
        Draw the boxes.
    keep_all : bool
        Raise if there is no room for all; else leave out those for which there is none.
    sizes : sequence of float
        Sizes of letters to try, the best first.
    **looks
        What else Matplotlib's ``Axes.text`` takes.

    Returns
    -------
    list of int
        Which words were written.

    Raises
    ------
    ConfigError
        There is not room for all.
    """
    settle(axes.figure)
    frame = axes.get_window_extent()
    inside = Box(frame.x0, frame.y0, frame.x1, frame.y1)
    places = axes.transData.transform(np.asarray(points, dtype=np.float64))
    pixel = axes.figure.dpi / 72
    marks = [_around(x, y, beside * pixel, beside * pixel) for x, y in places] if beside else []
    taken = np.array(marks).reshape(-1, 4)
    if avoid is not None:
        taken = np.vstack([taken, np.tile(axes.transData.transform(avoid), 2)])
    room: dict[int, Box] = {}
    for size in sizes:
        extents = [_extent(axes, readable(word), size, boxed, looks) for word in words]
        room = _placed(places, extents, inside, marks, taken, _GAP * pixel)
        if len(room) == len(words):
            break
    if keep_all and len(room) < len(words):
        raise ConfigError(
            f"{len(room):,} of {len(words):,} words have room in the picture without covering one "
            "another; name fewer"
        )
    for number, box in room.items():
        _write(axes, readable(words[number]), places[number], box, size, boxed, beside, looks)
    return sorted(room)


def _extent(
    axes: Any, word: str, size: float, boxed: bool, looks: dict[str, Any]
) -> tuple[float, float]:
    """Measure a word, in pixels."""
    text = axes.text(0, 0, word, fontsize=size, **looks)
    found = text.get_window_extent(axes.figure.canvas.get_renderer())
    text.remove()
    around = 0.6 * size * axes.figure.dpi / 72 if boxed else 0.0
    return found.width + around, found.height + around


def _placed(
    places: NDArray[np.float64],
    extents: Sequence[tuple[float, float]],
    inside: Box,
    marks: Sequence[Box],
    taken: NDArray[np.float64],
    gap: float,
) -> dict[int, Box]:
    """Give each word the first place on its way outwards that is free."""
    room: dict[int, Box] = {}
    farthest = _FARTHEST * float(np.hypot(inside.right - inside.left, inside.top - inside.bottom))
    for number, ((x, y), (width, height)) in enumerate(zip(places, extents, strict=True)):
        own = marks[number] if marks else None
        for along, up in _outwards(width, height, own, farthest):
            box = _around(x + along, y + up, width, height)
            if _within(box, inside) and not _meets(box, taken, gap):
                room[number] = box
                taken = np.vstack([taken, box])
                break
    return room


def _outwards(
    width: float, height: float, mark: Box | None, farthest: float
) -> Iterator[tuple[float, float]]:
    """Yield ways from a point to the middle of a word: the nearest first, then in rings."""
    if mark is None:
        yield 0.0, 0.0
        reach = 0.0
    else:
        reach = (mark.right - mark.left) / 2 + 2.0
        side, over = reach + width / 2, reach + height / 2
        yield from ((side, 0.0), (-side, 0.0), (0.0, over), (0.0, -over))
        yield from ((side, over), (side, -over), (-side, over), (-side, -over))
    step = height / 2
    for ring in range(1, int(farthest / step)):
        for turn in range(_TURNS):
            angle = 2 * np.pi * turn / _TURNS
            distance = reach + ring * step
            # A word is wider than high, so that it has to go further aside than up.
            yield (
                float(np.cos(angle)) * (distance + width / 2),
                float(np.sin(angle)) * (distance + height / 2),
            )


def _around(x: float, y: float, width: float, height: float) -> Box:
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _within(box: Box, inside: Box) -> bool:
    return (
        box.left >= inside.left
        and box.right <= inside.right
        and box.bottom >= inside.bottom
        and box.top <= inside.top
    )


def _meets(box: Box, others: NDArray[np.float64], gap: float) -> bool:
    """Tell whether a box covers any part of others, or is nearer than `gap`.

    >>> _meets(Box(0, 0, 2, 2), np.array([[3.0, 0, 5, 2]]), 0.5)
    False
    >>> _meets(Box(0, 0, 2, 2), np.array([[3.0, 0, 5, 2]]), 1.5)
    True
    """
    return bool(
        (
            (others[:, 0] < box.right + gap)
            & (others[:, 2] > box.left - gap)
            & (others[:, 1] < box.top + gap)
            & (others[:, 3] > box.bottom - gap)
        ).any()
    )


def _write(
    axes: Any,
    word: str,
    place: NDArray[np.float64],
    box: Box,
    size: float,
    boxed: bool,
    beside: float,
    looks: dict[str, Any],
) -> None:
    """Write a word in the middle of its box, and draw a line if that is away from its point."""
    to_data = axes.transData.inverted()
    x, y = to_data.transform(((box.left + box.right) / 2, (box.bottom + box.top) / 2))
    around = {"boxstyle": "square,pad=0.3", "facecolor": "#e6f0e6", "edgecolor": "#5b8c5b"}
    away = np.hypot(
        max(box.left - place[0], 0.0, place[0] - box.right),
        max(box.bottom - place[1], 0.0, place[1] - box.top),
    )
    if away > (beside + 4.0) * axes.figure.dpi / 72 or (not beside and away > 0.0):
        near = (
            min(max(place[0], box.left), box.right),
            min(max(place[1], box.bottom), box.top),
        )
        ends = to_data.transform([tuple(place), near])
        axes.plot(*ends.T, color=_LINE, linewidth=0.5, zorder=2, scalex=False, scaley=False)
        if not beside:
            axes.plot(*ends[:1].T, ".", color=_LINE, markersize=3, scalex=False, scaley=False)
    axes.text(
        x,
        y,
        word,
        fontsize=size,
        ha="center",
        va="center",
        zorder=4,
        **({"bbox": around | {"linewidth": 0.5}} if boxed else {}),
        **looks,
    )
