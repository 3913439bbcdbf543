"""How strongly things go together: Dunning's log-likelihood and normalised mutual information."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Association(NamedTuple):
    """How strongly n things go together with one.

    Attributes
    ----------
    expected : (n,) float64
        How many would be both by chance.
    log_likelihood : (n,) float64
        G² (Dunning 1993).
    npmi : (n,) float64
        Normalised pointwise mutual information (Bouma 2009), from -1 to 1.
    """

    expected: NDArray[np.float64]
    log_likelihood: NDArray[np.float64]
    npmi: NDArray[np.float64]


def association(
    together: NDArray[np.int64], counts: NDArray[np.int64], near: int, total: int
) -> Association:
    """Measure how strongly things go together; see :mod:`firth.corpus.evidence`.

    Parameters
    ----------
    together : (n,) int
        How many are both: v, and near.
    counts : (n,) int
        How many are v.
    near, total : int
        How many are near, and how many there are.

    Examples
    --------
    >>> found = association(np.array([8]), np.array([10]), 20, 100)
    >>> [round(float(figure[0]), 4) for figure in found]
    [2.0, 19.391, 0.5489]
    """
    k = together.astype(np.float64)
    observed = np.stack([k, counts - k, near - k, total - near - counts + k])
    expected = np.stack(
        [
            counts * (near / total),
            counts * ((total - near) / total),
            (total - counts) * (near / total),
            (total - counts) * ((total - near) / total),
        ]
    )
    parts = np.zeros_like(observed)
    some = (observed > 0) & (expected > 0)
    parts[some] = observed[some] * np.log(observed[some] / expected[some])
    npmi = np.full(len(k), -1.0)
    seen = (k > 0) & (k < total)
    npmi[seen] = np.log(k[seen] / expected[0, seen]) / -np.log(k[seen] / total)
    npmi[k == total] = 1.0
    return Association(expected[0], 2 * parts.sum(axis=0), npmi)
