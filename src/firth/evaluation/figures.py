r"""Figures over the items of a set, and how sure one can be of them.

A figure (a share, a correlation, an agreement of groupings) is a function of items: pairs of words,
questions, held-out clicks. Other items would have given another figure. How far it would be off is
estimated by the bootstrap: as many items as there are, drawn with replacement, many times (Efron
and Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 6 and 13).

A drawing is how often each item was drawn, its *weights*; so all drawings are computed at once, as
matrices of weights, ``(draws, n)``, and nothing is sorted twice:

.. math:: \rho = \operatorname{cor}_w(\bar r_w(x), \bar r_w(y)), \qquad
    \bar r_w(g) = \sum_{h \le g} w_h - \frac{w_g - 1}{2}

is Spearman's correlation of a drawing, with g and h the groups of equal values.

Two models are compared on the items that both know, with the same drawings for both (Koehn,
"Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004). The two-sided
p-value is twice the smaller part of drawings on either side of no difference, so that it is below
.05 where the 95 % interval leaves out 0 (Davison and Hinkley, "Bootstrap Methods and their
Application", 1997, section 5.5; one drawing is added to each side, as in section 4.2).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import EvaluationError
from firth.values import Real, Whole

Floats: TypeAlias = NDArray[np.float64]
#: Computes a figure from weights (draws, n) and columns (n,): (draws,).
Formula: TypeAlias = Callable[..., Floats]

# Weights that are held at a time: 2 million are 16 MB.
_WEIGHTS_AT_ONCE = 2_000_000
# From so many items on, those that are alike are drawn together.
_MANY_ITEMS = 2_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure over items of a set.

    Parameters
    ----------
    measure : str
        What it measures, such as ``"spearman"``.
    items : (n,) int64
        Which items of the set it is over, rising.
    columns : tuple of (n,) arrays
        What is known of each.
    formula : callable
        Computes the figure from weights ``(draws, n)`` and the columns.
    part : str
        The part of the set; empty for all of it.
    units : (n,) int64, optional
        What is drawn, if not single items: those with the same unit are drawn together. Only shares
        may have them.

    Examples
    --------
    >>> some = Figure("hits", np.arange(4), (np.array([1.0, 0, 1, 1]), np.ones(4)), share)
    >>> some.value, some.take(np.array([1, 2])).value
    (0.75, 0.5)
    """

    measure: str
    items: NDArray[np.int64]
    columns: tuple[NDArray[Any], ...]
    formula: Formula
    part: str = ""
    units: NDArray[np.int64] | None = None

    @property
    def value(self) -> float:
        """The figure itself."""
        return float(self.formula(np.ones((1, len(self.items))), *self.columns)[0])

    def take(self, places: NDArray[np.integer]) -> Figure:
        """Return the figure over some of the items."""
        return dataclasses.replace(
            self,
            items=self.items[places],
            columns=tuple(column[places] for column in self.columns),
            units=None if self.units is None else self.units[places],
        )

    def _drawn(self) -> tuple[NDArray[Any], ...]:
        """Return the columns of what is drawn."""
        if self.units is None:
            return self.columns
        _, unit = np.unique(self.units, return_inverse=True)
        return tuple(np.bincount(unit, weights=column) for column in self.columns)


class Interval(NamedTuple):
    """Between which bounds a figure lies, as far as the choice of items goes.

    Attributes
    ----------
    low, high : float
        The bounds.
    """

    low: float
    high: float


class Difference(NamedTuple):
    """How much higher the figure of one model is than that of another, on the same items.

    Attributes
    ----------
    value : float
        First less second.
    low, high : float
        The bounds of its interval.
    pvalue : float
        How likely chance gives one as far from 0, in either direction.
    n : int
        Items that both know.
    """

    value: float
    low: float
    high: float
    pvalue: float
    n: int


class Bootstrap(NamedTuple):
    """How figures are drawn again.

    Attributes
    ----------
    draws : int
        Drawings, 1 or more.
    level : float
        Part of the drawings within an interval, between 0 and 1.
    seed : int
        Of the draws.

    Examples
    --------
    >>> right = np.repeat([1.0, 0.0], [60, 40])
    >>> some = Figure("accuracy", np.arange(100), (right, np.ones(100)), share)
    >>> interval = Bootstrap(2000).interval(some)
    >>> round(interval.low, 2), round(interval.high, 2)
    (0.5, 0.7)
    """

    draws: int = 1_000
    level: float = 0.95
    seed: int = 1

    def checked(self) -> Bootstrap:
        """Return the same with plain numbers.

        Raises
        ------
        ConfigError
            One is out of range.
        """
        return Bootstrap(
            Whole(1).check("draws", self.draws),
            Real(0, 1, open_ends=True).check("level", self.level),
            Whole(0).check("seed", self.seed),
        )

    def interval(self, figure: Figure) -> Interval:
        """Return the interval of a figure: the quantiles of its drawings."""
        return self._bounds(self.drawn([figure])[0])

    def difference(self, first: Figure, second: Figure) -> Difference | None:
        """Compare two models; None if they know no item in common."""
        _, one, other = np.intersect1d(
            first.items, second.items, assume_unique=True, return_indices=True
        )
        if not len(one):
            return None
        pair = first.take(one), second.take(other)
        found = np.subtract(*self.drawn(pair))
        sides = min(int((found <= 0).sum()), int((found >= 0).sum())) + 1
        return Difference(
            pair[0].value - pair[1].value,
            *self._bounds(found),
            min(1.0, 2 * sides / (len(found) + 1)),
            len(one),
        )

    def drawn(self, figures: Sequence[Figure]) -> Floats:
        """Draw figures over the same items again and again: (figures, draws).

        Raises
        ------
        EvaluationError
            They are over other numbers of items.
        """
        columns = [figure._drawn() for figure in figures]
        n = len(columns[0][0])
        if any(len(column) != n for some in columns for column in some):
            raise EvaluationError("figures over different items cannot be drawn together")
        rng = np.random.default_rng(self.seed)
        alike = None
        if n >= _MANY_ITEMS and all(figure.formula is share for figure in figures):
            alike = _alike(columns)
        if alike is not None:
            columns, counts = alike
            weights = rng.multinomial(n, counts / n, size=self.draws).astype(np.float64)
            return _figured(figures, columns, weights)
        at_once = max(1, _WEIGHTS_AT_ONCE // n)
        parts = [
            _figured(figures, columns, _weights(rng, min(at_once, self.draws - start), n))
            for start in range(0, self.draws, at_once)
        ]
        return np.concatenate(parts, axis=1)

    def _bounds(self, values: Floats) -> Interval:
        outside = (1 - self.level) / 2
        low, high = np.quantile(values, [outside, 1 - outside])
        return Interval(float(low), float(high))


def _figured(
    figures: Sequence[Figure], columns: Sequence[tuple[NDArray[Any], ...]], weights: Floats
) -> Floats:
    return np.stack([f.formula(weights, *some) for f, some in zip(figures, columns, strict=True)])


def _weights(rng: np.random.Generator, draws: int, n: int) -> Floats:
    """Draw n of n items: how often each was drawn, (draws, n)."""
    places = rng.integers(0, n, (draws, n), dtype=np.int32).astype(np.int64)
    places += n * np.arange(draws)[:, np.newaxis]
    return np.bincount(places.ravel(), minlength=draws * n).reshape(draws, n).astype(np.float64)


def _alike(
    columns: Sequence[tuple[NDArray[Any], ...]],
) -> tuple[list[tuple[NDArray[Any], ...]], NDArray[np.int64]] | None:
    """Put items together that are alike, with how many they are; None if that is no gain.

    How often any of them is drawn is multinomial, as for single items.
    """
    table = np.stack([column for some in columns for column in some], axis=1)
    kinds, counts = np.unique(table, axis=0, return_counts=True)
    if 4 * len(kinds) > len(table):
        return None
    ends = np.cumsum([len(some) for some in columns])[:-1]
    return [tuple(part) for part in np.split(kinds.T, ends)], counts


# Formulas -----------------------------------------------------------------------------------------


def share(weights: Floats, parts: Floats, wholes: Floats) -> Floats:
    """Return Σ w part / Σ w whole: accuracies, hit rates, means; 0 where there is nothing.

    >>> share(np.array([[1.0, 1.0], [2.0, 0.0]]), np.array([1.0, 0.0]), np.ones(2)).tolist()
    [0.5, 1.0]
    """
    below = weights @ wholes
    found: Floats = np.divide(weights @ parts, below, out=np.zeros(len(weights)), where=below > 0)
    return found


def linear_correlation(weights: Floats, first: Floats, second: Floats) -> Floats:
    """Return Pearson's correlation; 0 where one is constant. Columns may be (draws, n) too.

    >>> linear_correlation(np.ones((1, 3)), np.array([1.0, 2, 3]), np.array([1.0, 2, 6])).round(4)
    array([0.9449])
    """
    total = weights.sum(axis=1)[:, np.newaxis]
    one, other = (
        column - (weights * column).sum(axis=1)[:, np.newaxis] / total for column in (first, second)
    )
    weighted = weights * one
    together = np.einsum("bn,bn->b", weighted, other)
    squares = np.einsum("bn,bn->b", weighted, one) * np.einsum("bn,bn,bn->b", weights, other, other)
    # What rounding leaves of a constant is no spread.
    known = squares > (1e-14 * total[:, 0]) ** 2
    found = np.divide(together, np.sqrt(squares), out=np.zeros(len(weights)), where=known)
    clipped: Floats = np.clip(found, -1.0, 1.0)
    return clipped


def rank_correlation(weights: Floats, first: Floats, second: Floats) -> Floats:
    """Return Spearman's correlation, with average ranks for ties.

    >>> rank_correlation(np.ones((1, 4)), np.arange(4.0), np.array([10.0, 20, 40, 30])).round(4)
    array([0.8])
    """
    return linear_correlation(weights, _ranks(weights, first), _ranks(weights, second))


def _ranks(weights: Floats, values: Floats) -> Floats:
    """Rank the values of each drawing, (draws, n); equal ones share the mean of their ranks."""
    _, group = np.unique(values, return_inverse=True)
    totals = _summed(weights, group)
    middle: Floats = np.cumsum(totals, axis=1) - (totals - 1) / 2
    return middle[:, group]


def _summed(weights: Floats, group: NDArray[np.int64]) -> Floats:
    """Add the weights of each group; groups are 0, 1, … without a gap: (draws, groups)."""
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(int(group.max()) + 1))
    found: Floats = np.add.reduceat(weights[:, order], starts, axis=1)
    return found


def purity(weights: Floats, clusters: NDArray[np.int64], categories: NDArray[np.int64]) -> Floats:
    """Return the part of items that are of the commonest category of their cluster.

    Zhao and Karypis, "Criterion Functions for Document Clustering", 2001, section 4.2.

    >>> purity(np.ones((1, 4)), np.array([0, 0, 0, 1]), np.array([5, 5, 6, 6])).tolist()
    [0.75]
    """
    cells, cell = np.unique(np.stack([clusters, categories], axis=1), axis=0, return_inverse=True)
    counts = _summed(weights, cell.reshape(-1))
    _, first = np.unique(cells[:, 0], return_index=True)
    found: Floats = np.maximum.reduceat(counts, first, axis=1).sum(axis=1) / weights.sum(axis=1)
    return found


def adjusted_rand(
    weights: Floats, clusters: NDArray[np.int64], categories: NDArray[np.int64]
) -> Floats:
    """Return the adjusted Rand index of two groupings: 1 if they are the same, about 0 by chance.

    Hubert and Arabie, "Comparing Partitions", 1985, formula 5. An item that is drawn twice makes no
    pair with itself.

    >>> adjusted_rand(np.ones((1, 4)), np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1])).round(4)
    array([0.5714])
    """
    squares = weights**2
    parts = []
    for columns in ([clusters], [categories], [clusters, categories], [np.zeros_like(clusters)]):
        group = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
        pairs = (_summed(weights, group) ** 2 - _summed(squares, group)) / 2
        parts.append(pairs.sum(axis=1))
    one, other, both, every = parts
    chance = np.divide(one * other, every, out=np.zeros(len(weights)), where=every > 0)
    above = (one + other) / 2 - chance
    found: Floats = np.divide(both - chance, above, out=np.ones(len(weights)), where=above > 0)
    return found
