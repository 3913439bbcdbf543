r"""How much of a word's neighbourhood several runs agree on, and how much would be chance.

With N_r(w) the k nearest neighbours of a word in run r, the overlap is the mean of
``|N_r(w) ∩ N_s(w)| / k`` over all pairs of runs (Wendlandt, Kummerfeld and Mihalcea 2018, section
3, with k = 10; Hellrich and Hahn 2016).

What is chance? If neighbours were drawn evenly it would be k / (V - 1), next to nothing. They are
not: some words are neighbours of very many (hubs: Radovanović, Nanopoulos and Ivanović 2010), and
rare words stand among rare ones, whatever they mean. So chance is measured: it is the overlap of
``N_r(w)`` with ``N_s(u)``, where u is another word of about the same frequency, drawn by chance. A
neighbourhood that overlaps with itself no more than 95 % of these do says nothing about its word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Words asked at a time, by the numbers of their neighbours in all runs.
_AT_ONCE = 4_000_000
#: Words of about the same frequency: so many to each side in the order of frequency.
_SIDE = 100
#: Pairs of words of one frequency band that say what chance is, for each word.
_PARTNERS = 4
_ROUNDING = 1e-9


def overlaps(neighbors: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the mean overlap of each word's neighbourhoods over all pairs of runs, (n,).

    Parameters
    ----------
    neighbors : (runs, n, k) int
        The neighbours of n words in each of two runs or more; -1 for none.

    Examples
    --------
    >>> overlaps(np.array([[[1, 2]], [[2, 3]], [[2, 1]]])).round(3).tolist()
    [0.667]
    """
    runs, n, k = neighbors.shape
    found = np.empty(n)
    for its in _some(n, runs * k):
        found[its] = _equal_pairs(neighbors[:, its])
    found /= k * runs * (runs - 1) / 2
    return found


def chance_overlaps(
    neighbors: NDArray[np.integer], partners: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean overlap of each word's neighbourhoods with those of another word, (n,).

    Parameters
    ----------
    neighbors : (runs, n, k) int
        As for :func:`overlaps`.
    partners : (n,) int
        The place of the other word, for each.

    Examples
    --------
    >>> neighbors = np.array([[[1, 2], [2, 3]], [[1, 2], [2, 4]]])
    >>> chance_overlaps(neighbors, np.array([1, 0])).tolist()
    [0.5, 0.5]
    """
    runs, n, k = neighbors.shape
    found = np.empty(n)
    within = np.empty(n)
    for its in _some(n, runs * k):
        within[its] = _equal_pairs(neighbors[:, its])
    for its in _some(n, 2 * runs * k):
        both = np.concatenate([neighbors[:, its], neighbors[:, partners[its]]])
        found[its] = _equal_pairs(both) - within[its] - within[partners[its]]
    found /= k * runs * runs
    return found


class Chance(NamedTuple):
    """What overlap is chance at the frequency of each word.

    Attributes
    ----------
    mean, high : (n,) float64
        Mean and 95th percentile of the overlaps of two different words.
    p : (n,) float64
        The part of these that is as large as the word's own overlap or larger.
    """

    mean: NDArray[np.float64]
    high: NDArray[np.float64]
    p: NDArray[np.float64]


def by_chance(
    neighbors: NDArray[np.integer],
    counts: NDArray[np.int64],
    own: NDArray[np.float64],
    seed: int = 1,
) -> Chance:
    """Measure what is chance: overlaps of the neighbourhoods of two different words.

    For each word they are those of its `_SIDE` predecessors and successors in the order of
    frequency, each with `_PARTNERS` others that are drawn from as near.

    Parameters
    ----------
    neighbors : (runs, n, k) int
        As for :func:`overlaps`; of two words or more.
    counts : (n,) int
        How often each word occurs.
    own : (n,) float64
        What :func:`overlaps` says.
    seed : int
        Of the draws of words.

    Examples
    --------
    >>> drawn = np.random.default_rng(0).integers(0, 100, (3, 50, 10))
    >>> found = by_chance(drawn, np.arange(50), np.full(50, 0.9))
    >>> bool(0.08 < found.mean[0] < 0.12), found.p[0].round(3).tolist()
    (True, 0.005)
    """
    n = neighbors.shape[1]
    order = np.argsort(-counts, kind="stable")
    random = np.random.default_rng(seed)
    side = min(_SIDE, n - 1)
    width = min(2 * side + 1, n)
    measured = np.empty((n, _PARTNERS))  # in the order of frequency
    place = np.arange(n)
    for column in range(_PARTNERS):
        # Up or down by 1 to `side` places; where there is nobody, the other way.
        step = random.integers(1, side + 1, n) * random.choice([-1, 1], n)
        step[(place + step < 0) | (place + step >= n)] *= -1
        partner = np.clip(place + step, 0, n - 1)
        partner[partner == place] = (place[partner == place] + 1) % n
        partners = np.empty(n, np.int64)
        partners[order] = order[partner]
        measured[:, column] = chance_overlaps(neighbors, partners)[order]
    windows = np.lib.stride_tricks.sliding_window_view(measured, width, axis=0)
    starts = np.clip(place - side, 0, n - width)
    found = Chance(np.empty(n), np.empty(n), np.empty(n))
    for its in _some(n, width * _PARTNERS):
        near = windows[starts[its]].reshape(its.stop - its.start, -1)
        reached = (near >= own[order[its], np.newaxis] - _ROUNDING).sum(axis=1)
        found.mean[order[its]] = near.mean(axis=1)
        found.high[order[its]] = np.quantile(near, 0.95, axis=1)
        found.p[order[its]] = (1 + reached) / (1 + near.shape[1])
    return found


def counted(neighbors: NDArray[np.integer], row: int) -> list[tuple[int, int]]:
    """Return a word's neighbours with the number of runs that have them, the most first.

    Examples
    --------
    >>> counted(np.array([[[4, 2]], [[2, 3]], [[2, 4]]]), 0)
    [(2, 3), (4, 2), (3, 1)]
    """
    its = neighbors[:, row]
    found, times = np.unique(its[its >= 0], return_counts=True)
    order = np.lexsort((found, -times))
    return [(int(found[i]), int(times[i])) for i in order]


def _equal_pairs(neighbors: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return how many pairs of runs have each neighbour, added up, (n,)."""
    runs, n, k = neighbors.shape
    flat = np.sort(neighbors.transpose(1, 0, 2).reshape(n, runs * k), axis=1)
    pairs = np.zeros(n)
    # In order, equal ones stand side by side: c of them are equal at c - 1 places to the next, at
    # c - 2 to the one after, …, which adds up to the c (c - 1) / 2 pairs.
    for lag in range(1, runs):
        equal = (flat[:, lag:] == flat[:, :-lag]) & (flat[:, lag:] >= 0)
        if not equal.any():
            break
        pairs += equal.sum(axis=1)
    return pairs


def _some(n: int, each: int) -> Sequence[slice]:
    step = max(1, _AT_ONCE // each)
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]
