"""Figures over the items of a set, and how sure one can be of them.

A figure (a share, a correlation, an agreement of groupings) is a function of items: pairs of words,
questions, held-out clicks. Other items would have given another figure. How far it would be off is
estimated by the bootstrap: as many items as there are, drawn with replacement, many times (Efron
and Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 6 and 13).

A drawing is how often each item was drawn, so that all drawings are computed at once:
:mod:`firth.evaluation.formulas`.

Two models are compared on the items that both know, with the same drawings for both (Koehn,
"Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004). The two-sided
p-value is twice the smaller part of drawings on either side of no difference, so that it is below
.05 where the 95 % interval leaves out 0 (Davison and Hinkley, "Bootstrap Methods and their
Application", 1997, section 5.5; one drawing is added to each side, as in section 4.2).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import EvaluationError
from firth.evaluation.formulas import Floats, share
from firth.values import Real, Whole

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


def figures_of(
    formulas: Mapping[str, Formula],
    items: NDArray[np.int64],
    columns: tuple[NDArray[Any], ...],
    part: str = "",
) -> tuple[Figure, ...]:
    """Make several figures of the same columns, by the names of what they measure.

    Examples
    --------
    >>> columns = np.array([1.0, 0.0]), np.ones(2)
    >>> [some.measure for some in figures_of({"hits": share}, np.arange(2), columns)]
    ['hits']
    """
    return tuple(Figure(name, items, columns, formula, part) for name, formula in formulas.items())


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
