"""Click logs whose truth is known: popularity, categories, companions, lengths of sessions.

A shop has areas, areas have leaves, leaves have items, numbered in that order. Popularity falls
by rank as (rank + 10) ** -exponent (Zipf and Mandelbrot), and has nothing to do with the place of
an item. A session begins with any item, in proportion to popularity. Each further click is

- with chance .4 a companion of the item before: one of the eight beside it in its leaf, on a ring,
- with chance .3 any item of its leaf,
- with chance .15 any of its area,
- with chance .15 any of the shop,

always in proportion to popularity (companions: to its square root, so that rare items have a
neighbourhood of their own). A session has 2 to 10 clicks, its length falling geometrically.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Chances of a companion, the leaf, the area, the whole shop.
MOVES = (0.4, 0.3, 0.15, 0.15)
LENGTHS = np.arange(2, 11)
LENGTH_CHANCES = 0.75**LENGTHS / (0.75**LENGTHS).sum()
#: Where companions stand on the ring, seen from the item.
BESIDE = np.array([-4, -3, -2, -1, 1, 2, 3, 4])
SMALLEST_LEAF = 12


class Shop(NamedTuple):
    """What is true of a shop with n items.

    Attributes
    ----------
    leaf, area : (n,) int64
        Number of the leaf and the area that each item is in; neither ever falls.
    cumulative : (n + 1,) float64
        Popularity of the items before each; from 0 to 1.
    companions : (n, 8) int64
        Items that follow one another often.
    companion_steps : (n, 8) float64
        Cumulative chances of the companions; the last is 1.
    """

    leaf: NDArray[np.int64]
    area: NDArray[np.int64]
    cumulative: NDArray[np.float64]
    companions: NDArray[np.int64]
    companion_steps: NDArray[np.float64]


class Sessions(NamedTuple):
    """Sequences of items, one behind the other: s is ``items[offsets[s]:offsets[s + 1]]``."""

    items: NDArray[np.int64]
    offsets: NDArray[np.int64]


def make_shop(
    n_items: int = 20_000,
    n_areas: int = 20,
    leaves_per_area: int = 10,
    exponent: float = 0.9,
    seed: int = 1,
) -> Shop:
    """Draw a shop; leaves differ in size, by a factor of about three.

    Examples
    --------
    >>> shop = make_shop(n_items=600, n_areas=2, leaves_per_area=5)
    >>> len(shop.leaf), int(shop.leaf.max()), int(shop.area.max())
    (600, 9, 1)
    """
    draw = np.random.default_rng([seed, 0])
    n_leaves = n_areas * leaves_per_area
    shares = draw.dirichlet(np.full(n_leaves, 10.0))
    sizes = SMALLEST_LEAF + draw.multinomial(n_items - SMALLEST_LEAF * n_leaves, shares)
    leaf = np.repeat(np.arange(n_leaves), sizes)
    popularity = zipf(draw, n_items, exponent)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    place = np.arange(n_items) - starts[leaf]
    companions = starts[leaf, None] + (place[:, None] + BESIDE) % sizes[leaf, None]
    steps = np.cumsum(np.sqrt(popularity[companions]), axis=1)
    return Shop(
        leaf, leaf // leaves_per_area, cumulated(popularity), companions, steps / steps[:, -1:]
    )


def draw_sessions(shop: Shop, n_clicks: int, seed: int) -> Sessions:
    """Draw sessions with `n_clicks` clicks or up to nine more, all sessions at once.

    Examples
    --------
    >>> shop = make_shop(n_items=600, n_areas=2, leaves_per_area=5)
    >>> sessions = draw_sessions(shop, 1000, seed=1)
    >>> 1000 <= len(sessions.items) < 1010, sessions.offsets[:3].tolist()
    (True, [0, 3, 7])
    """
    draw = np.random.default_rng([seed, 1])
    mean = float(LENGTHS @ LENGTH_CHANCES)
    lengths = draw.choice(LENGTHS, int(n_clicks / mean * 1.1) + 1000, p=LENGTH_CHANCES)
    lengths = lengths[: int(np.searchsorted(np.cumsum(lengths), n_clicks)) + 1]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    items = np.empty(offsets[-1], np.int64)
    n = len(shop.leaf)
    everything = np.zeros(n, np.int64)
    spans = [bounds(group) for group in (shop.leaf, shop.area, everything)]
    current = draw_between(draw, shop.cumulative, np.zeros(len(lengths)), np.ones(len(lengths)))
    items[offsets[:-1]] = current
    open_ = np.arange(len(lengths))
    for step in range(1, int(LENGTHS[-1])):
        going = lengths[open_] > step
        open_, current = open_[going], current[going]
        move = np.searchsorted(np.cumsum(MOVES)[:-1], draw.random(len(current)), side="right")
        nearest = _companions(draw, shop, current)
        following = nearest.copy()
        for kind, (first, last) in enumerate(spans, start=1):
            some = np.flatnonzero(move == kind)
            low, high = (shop.cumulative[edge[current[some]]] for edge in (first, last))
            following[some] = draw_between(draw, shop.cumulative, low, high)
        # Nobody clicks what is open.
        current = np.where(following == current, nearest, following)
        items[offsets[open_] + step] = current
    return Sessions(items, offsets)


def _companions(
    draw: np.random.Generator, shop: Shop, current: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Draw a companion of each item."""
    chosen = (shop.companion_steps[current] <= draw.random((len(current), 1))).sum(axis=1)
    found: NDArray[np.int64] = shop.companions[current, np.minimum(chosen, len(BESIDE) - 1)]
    return found


def zipf(draw: np.random.Generator, n: int, exponent: float) -> NDArray[np.float64]:
    """Return chances that fall by rank, the ranks in a random order: (n,)."""
    weights = (draw.permutation(n) + 11.0) ** -exponent
    chances: NDArray[np.float64] = weights / weights.sum()
    return chances


def cumulated(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what lies before each, and the whole, which is 1: (n + 1,)."""
    total = np.concatenate([[0.0], np.cumsum(chances)])
    whole: NDArray[np.float64] = total / total[-1]
    return whole


def bounds(groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each member the place where its group begins, and where it has ended.

    Examples
    --------
    >>> [edge.tolist() for edge in bounds(np.array([4, 4, 7]))]
    [[0, 0, 2], [2, 2, 3]]
    """
    return np.searchsorted(groups, groups), np.searchsorted(groups, groups, side="right")


def draw_between(
    draw: np.random.Generator,
    cumulative: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Draw one thing for each range of cumulative chance.

    Examples
    --------
    >>> draw = np.random.default_rng(1)
    >>> draw_between(draw, np.array([0, 0.5, 1]), np.array([0.0, 0.5]), np.array([0.5, 1.0]))
    array([0, 1])
    """
    where = low + draw.random(len(low)) * (high - low)
    place = np.searchsorted(cumulative, where, side="right") - 1
    # Rounding may reach the upper end.
    last = np.searchsorted(cumulative, high, side="left") - 1
    found: NDArray[np.int64] = np.minimum(place, last)
    return found
