r"""Figures as functions of weights: how often each item counts.

A drawing of items is how often each was drawn, its *weights*; so all drawings are computed at once,
from matrices of weights, ``(draws, n)``, and nothing is sorted twice:

.. math:: \rho = \operatorname{cor}_w(\bar r_w(x), \bar r_w(y)), \qquad
    \bar r_w(g) = \sum_{h \le g} w_h - \frac{w_g - 1}{2}

is Spearman's correlation of a drawing, with g and h the groups of equal values. Weights of 1 give
the figure itself.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


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


#: Correlations, by name.
CORRELATIONS = {"spearman": rank_correlation, "pearson": linear_correlation}


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
