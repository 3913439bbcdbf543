r"""How well two rankings, or two lists of numbers, agree; and how likely chance agrees so.

For n pairs without any correlation, r has the density of a beta distribution on [-1, 1], so that
the probability of one as far from 0 is

.. math:: p = I_{1 - r^2}\left(\tfrac{n}{2} - 1, \tfrac{1}{2}\right)

with the regularised incomplete beta function (Student 1908; Abramowitz and Stegun, 26.7.1 and
26.5.27). It is exact for normal numbers, and the usual approximation for ranks.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.errors import EvaluationError

#: Where the continued fraction ends; it converges in O(sqrt(a)) steps.
_STEPS, _CLOSE, _TINY = 100_000, 1e-15, 1e-300


class Correlation(NamedTuple):
    """A correlation, and how likely chance gives one as far from 0.

    Attributes
    ----------
    statistic : float
        In [-1, 1].
    pvalue : float
        In [0, 1].
    """

    statistic: float
    pvalue: float


def pearson(first: ArrayLike, second: ArrayLike) -> float:
    """Pearson's correlation of two lists of numbers.

    Parameters
    ----------
    first, second : (n,) numbers
        The two.

    Returns
    -------
    float
        In [-1, 1]; 0 if one of them is constant.

    Examples
    --------
    >>> round(pearson([1, 2, 3], [1, 2, 6]), 4)
    0.9449
    """
    a, b = np.array(first, float), np.array(second, float)
    a -= a.mean()
    b -= b.mean()
    norm = math.sqrt(float(a @ a) * float(b @ b))
    return float(np.clip(float(a @ b) / norm, -1.0, 1.0)) if norm > 0 else 0.0


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """Spearman's rank correlation, with average ranks for ties.

    Parameters
    ----------
    first, second : (n,) numbers
        The two rankings.

    Returns
    -------
    float
        Pearson's correlation of the ranks, in [-1, 1]; 0 if one of them is constant.

    Examples
    --------
    >>> spearman([1, 2, 3, 4], [10, 20, 40, 30])
    0.8
    """
    return pearson(average_ranks(first), average_ranks(second))


def average_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Rank numbers from 1; equal numbers share the mean of the ranks they take up.

    Parameters
    ----------
    values : (n,) numbers
        What to rank.

    Returns
    -------
    (n,) float64
        The ranks.

    Examples
    --------
    >>> average_ranks([30, 10, 10, 20]).tolist()
    [4.0, 1.5, 1.5, 3.0]
    """
    _, group, sizes = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    middle: NDArray[np.float64] = last - (sizes - 1) / 2
    return middle[group]


def significance(correlation: float, n: int) -> float:
    """Return how likely `n` pairs by chance have a correlation as far from 0, in either direction.

    Parameters
    ----------
    correlation : float
        In [-1, 1].
    n : int
        Pairs; of two, nothing can be said, which is 1.

    Examples
    --------
    >>> round(significance(0.5, 20), 6), significance(0.1, 2), significance(1.0, 9)
    (0.02477, 1.0, 0.0)
    """
    if n <= 2:
        return 1.0
    return incomplete_beta(n / 2 - 1, 0.5, (1.0 - correlation) * (1.0 + correlation))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), for a, b above 0 and x in [0, 1].

    By its continued fraction (NIST Digital Library of Mathematical Functions, 8.17.22), which is
    evaluated from the front as Lentz does; where that is slow, from the other side.

    Examples
    --------
    >>> round(incomplete_beta(2, 3, 0.4), 10), round(incomplete_beta(0.5, 0.5, 0.5), 10)
    (0.5248, 0.5)
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    c, d = 1.0, 1.0 / _off_zero(1.0 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / _off_zero(1.0 + term * d)
            c = _off_zero(1.0 + term / c)
            value *= c * d
        if abs(c * d - 1.0) < _CLOSE:
            break
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(logs + a * math.log(x) + b * math.log1p(-x)) * value / a


def _off_zero(number: float) -> float:
    return number if abs(number) > _TINY else _TINY


def correlations(first: ArrayLike, second: ArrayLike) -> tuple[Correlation, Correlation]:
    """Return Pearson's and Spearman's correlation of two lists, each with its significance.

    Raises
    ------
    EvaluationError
        There are fewer than two pairs.

    Examples
    --------
    >>> pearsons, spearmans = correlations([1, 2, 3], [1, 2, 6])
    >>> round(pearsons.statistic, 4), spearmans
    (0.9449, Correlation(statistic=1.0, pvalue=0.0))
    """
    n = np.size(first)
    if n < 2:
        raise EvaluationError(f"{n} pairs; at least 2 are needed for a correlation")
    found = pearson(first, second), spearman(first, second)
    one, other = (Correlation(value, significance(value, n)) for value in found)
    return one, other
