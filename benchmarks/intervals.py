"""Means of a few seeds, and how far the difference of two of them can be trusted.

Intervals hold what another seed would change: the draws of training. They do not hold what another
text, other held-out sessions or other words of a group would change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from statistics import fmean, variance
from typing import NamedTuple

#: Student's t at .975 for 1 to 10 degrees of freedom.
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
_NORMAL = 1.95996


class Estimate(NamedTuple):
    """A mean, its standard error (None from one seed alone), and its degrees of freedom."""

    mean: float
    error: float | None = None
    freedom: float = 0.0

    @property
    def half(self) -> float | None:
        """Half the length of the 95 % interval."""
        return None if self.error is None else self.error * quantile(self.freedom)

    @property
    def sure(self) -> bool:
        """Whether 0 is outside the interval."""
        return self.half is not None and abs(self.mean) > self.half


def quantile(freedom: float) -> float:
    """Student's t at .975; between whole degrees of freedom that of the fewer.

    Examples
    --------
    >>> quantile(4.9), round(quantile(20), 2), round(quantile(1e9), 2)
    (2.776, 2.09, 1.96)
    """
    whole = max(1, int(freedom))
    if whole <= len(_T):
        return _T[whole - 1]
    z = _NORMAL  # Cornish and Fisher's expansion
    return z + (z**3 + z) / (4 * whole) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * whole**2)


def of_values(values: Sequence[float]) -> Estimate:
    """Estimate the mean of runs that differ in their seed.

    Examples
    --------
    >>> estimate = of_values([1.0, 2.0, 3.0])
    >>> estimate.mean, round(estimate.half, 2)
    (2.0, 2.48)
    """
    n = len(values)
    if n == 1:
        return Estimate(values[0])
    return Estimate(fmean(values), math.sqrt(variance(values) / n), n - 1)


def of_pairs(n: int, values: Callable[[int, int], Mapping[str, float]]) -> dict[str, Estimate]:
    """Estimate the means of what each pair of n runs, 2 or more, has, by name.

    Pairs that have a run in common are not independent: the error is that of leaving out one run at
    a time (the jackknife), which needs three.

    Examples
    --------
    >>> of_pairs(3, lambda a, b: {"shared": 0.5})
    {'shared': Estimate(mean=0.5, error=0.0, freedom=2)}
    """
    found = {pair: values(*pair) for pair in combinations(range(n), 2)}
    return {
        name: _jackknife(n, {pair: some[name] for pair, some in found.items()})
        for name in found[0, 1]
    }


def _jackknife(n: int, values: Mapping[tuple[int, int], float]) -> Estimate:
    mean = fmean(values.values())
    if n < 3:
        return Estimate(mean)
    without = [fmean(v for pair, v in values.items() if one not in pair) for one in range(n)]
    spread = math.fsum((part - mean) ** 2 for part in without)
    return Estimate(mean, math.sqrt((n - 1) / n * spread), n - 1)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Subtract; degrees of freedom as Welch has them, since programs vary by different amounts.

    Examples
    --------
    >>> apart = difference(of_values([3.0, 4.0, 5.0]), of_values([1.0, 2.0, 3.0]))
    >>> apart.mean, round(apart.half, 2), apart.sure
    (2.0, 2.27, False)
    """
    mean = first.mean - second.mean
    if first.error is None or second.error is None:
        return Estimate(mean)
    squares = [first.error**2, second.error**2]
    parts = [s**2 / e.freedom for s, e in zip(squares, (first, second), strict=True)]
    freedom = sum(squares) ** 2 / sum(parts) if sum(parts) else first.freedom + second.freedom
    return Estimate(mean, math.sqrt(sum(squares)), freedom)
