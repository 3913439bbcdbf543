"""Words beside points, so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence
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
_BOXES_AT_ONCE = 64
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
        if keep_all and size > sizes[-1] and sum(w * h for w, h in extents) > _area(inside):
            continue  # they cannot have room, and to find that out takes long
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
        boxes = _outwards(width, height, own, farthest) + np.tile((x, y), 2)
        boxes = boxes[_within(boxes, inside)]
        for start in range(0, len(boxes), _BOXES_AT_ONCE):
            some = boxes[start : start + _BOXES_AT_ONCE]
            free = np.flatnonzero(~_meet(some, taken, gap))
            if free.size:
                room[number] = Box(*some[free[0]].tolist())
                taken = np.vstack([taken, room[number]])
                break
    return room


def _outwards(
    width: float, height: float, mark: Box | None, farthest: float
) -> NDArray[np.float64]:
    """Return boxes for a word around a point at (0, 0): the nearest first, then rings, ``(m, 4)``.

    >>> _outwards(20.0, 10.0, None, 5.0).tolist()
    [[-10.0, -5.0, 10.0, 5.0]]
    """
    if mark is None:
        reach, near = 0.0, [(0.0, 0.0)]
    else:
        reach = (mark.right - mark.left) / 2 + 2.0
        side, over = reach + width / 2, reach + height / 2
        near = [(side, 0.0), (-side, 0.0), (0.0, over), (0.0, -over)]
        near += [(side, over), (side, -over), (-side, over), (-side, -over)]
    distances = reach + height / 2 * np.arange(1, max(1, int(2 * farthest / height)))
    angles = 2 * np.pi * np.arange(_TURNS) / _TURNS
    # A word is wider than high, so that it has to go further aside than up.
    along = np.cos(angles) * (distances[:, np.newaxis] + width / 2)
    up = np.sin(angles) * (distances[:, np.newaxis] + height / 2)
    middles = np.concatenate([near, np.stack([along.ravel(), up.ravel()], axis=1)])
    half = np.array([width / 2, height / 2])
    return np.concatenate([middles - half, middles + half], axis=1)


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.top - box.bottom)


def _around(x: float, y: float, width: float, height: float) -> Box:
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _within(boxes: NDArray[np.float64], inside: Box) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (
        (boxes[:, 0] >= inside.left)
        & (boxes[:, 2] <= inside.right)
        & (boxes[:, 1] >= inside.bottom)
        & (boxes[:, 3] <= inside.top)
    )
    return found


def _meet(boxes: NDArray[np.float64], others: NDArray[np.float64], gap: float) -> NDArray[np.bool_]:
    """Tell which boxes, ``(n, 4)``, cover any part of others, or are nearer than `gap`.

    >>> two = np.array([[0.0, 0, 2, 2], [1, 0, 3, 2]])
    >>> _meet(two, np.array([[3.5, 0, 5, 2]]), 1.0).tolist()
    [False, True]
    """
    one, all_others = boxes[:, np.newaxis], others[np.newaxis]
    meeting = (
        (all_others[..., 0] < one[..., 2] + gap)
        & (all_others[..., 2] > one[..., 0] - gap)
        & (all_others[..., 1] < one[..., 3] + gap)
        & (all_others[..., 3] > one[..., 1] - gap)
    )
    found: NDArray[np.bool_] = np.any(meeting, axis=1)
    return found


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
