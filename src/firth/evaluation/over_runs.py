"""Figures over runs: intervals, neighbours, rankings, bands of frequency."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class RunInterval(NamedTuple):
    """A figure over runs.

    Attributes
    ----------
    mean : float
        The mean of the runs.
    low, high : float
        2.5th and 97.5th percentile; over bootstrap samples that is the percentile interval (Efron
        1979).
    """

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> RunInterval:
        """Take the values of the runs.

        >>> RunInterval.of(np.array([0.0, 1.0]))
        RunInterval(mean=0.5, low=0.025, high=0.975)
        """
        low, high = np.quantile(values, [0.025, 0.975]).round(12).tolist()
        return cls(float(np.mean(values)), low, high)


class Neighbor(NamedTuple):
    """A neighbour over runs: the word, how many runs have it, its similarity in those."""

    word: Any
    runs: int
    cosine: RunInterval


class Neighborhood(NamedTuple):
    """How stable a word's neighbourhood is.

    Attributes
    ----------
    word : str or int
        The word.
    occurrences : int
        How often it occurs.
    overlap, by_chance : float
        Of its neighbours, and of those of two different words of its frequency.
    p : float
        The part of such pairs that overlap as much; the neighbourhood is chance above .05.
    """

    word: Any
    occurrences: int
    overlap: float
    by_chance: float
    p: float


class Ranking(NamedTuple):
    """Whether a word is nearer to `nearer` than to `than`.

    Attributes
    ----------
    word, nearer, than : str or int
        The words.
    runs, of : int
        In so many runs it is, of so many.
    difference : RunInterval
        The similarity with `nearer` less that with `than`.
    """

    word: Any
    nearer: Any
    than: Any
    runs: int
    of: int
    difference: RunInterval


class Band(NamedTuple):
    """Words of about one frequency.

    Attributes
    ----------
    first, last : int
        Their ranks, from 1.
    least, most : int
        How often they occur.
    words : int
        How many of them were asked.
    overlap, low, high : float
        Mean, 10th and 90th percentile of the overlaps.
    by_chance : float
        Mean overlap of two different words.
    unstable : float
        The part of the words whose neighbourhoods are chance.
    """

    first: int
    last: int
    least: int
    most: int
    words: int
    overlap: float
    low: float
    high: float
    by_chance: float
    unstable: float
