r"""WEAT, the word embedding association test.

Caliskan, Bryson and Narayanan, "Semantics derived automatically from language corpora contain
human-like biases", Science 356, 2017. Targets X and Y, attributes A and B:

.. math::
    s(w) = \operatorname{mean}_{a \in A} \cos(w, a) - \operatorname{mean}_{b \in B} \cos(w, b)
    \qquad S = \sum_{x \in X} s(x) - \sum_{y \in Y} s(y) \qquad
    d = \frac{\operatorname{mean}_X s - \operatorname{mean}_Y s}{\operatorname{std}_{X \cup Y} s}

The standard deviation divides by the number of words. The p-value is the part of all ways to divide
the target words into two lists of these sizes whose S is at least as large: of all of them where
there are few, else of some drawn at random, with the given one counted in. The paper counts larger
ones alone, which differs by the given one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain, combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.words import unit_vectors
from firth.values import Whole
from firth.vectors import WordVectors

#: Up to so many ways to divide the words, all are looked at.
_MOST_WAYS = 200_000
_DRAWN_AT_ONCE = 2_000_000


class Weat(NamedTuple):
    """What the test found.

    Attributes
    ----------
    effect_size : float
        d, in [-2, 2]: above 0 where X goes with A and Y with B.
    statistic : float
        S.
    pvalue : float
        One-sided: how often words that are divided by chance have an S as large.
    divisions : int
        How many ways to divide them were looked at.
    exact : bool
        Those were all that there are.
    associations : tuple of float
        s of each word of X, then of Y.
    """

    effect_size: float
    statistic: float
    pvalue: float
    divisions: int
    exact: bool
    associations: tuple[float, ...]


def weat(
    vectors: WordVectors,
    targets: tuple[Sequence[str], Sequence[str]],
    attributes: tuple[Sequence[str], Sequence[str]],
    *,
    permutations: int = 100_000,
    seed: int = 1,
) -> Weat:
    """Test whether one list of words goes with an attribute more than another list does.

    Parameters
    ----------
    vectors : WordVectors
        The words.
    targets, attributes : two sequences of str
        X and Y, A and B.
    permutations : int
        Ways to divide the targets that are drawn where there are more than 200,000.
    seed : int
        Of these draws.

    Raises
    ------
    UnknownWordError
        A word has no vector.

    Examples
    --------
    >>> vectors = WordVectors(
    ...     ["rose", "lily", "wasp", "gnat", "love", "filth"],
    ...     [[1.0, 0.1], [0.9, 0.3], [0.2, 1.0], [0.3, 0.8], [1.0, 0.0], [0.0, 1.0]],
    ... )
    >>> found = weat(vectors, (["rose", "lily"], ["wasp", "gnat"]), (["love"], ["filth"]))
    >>> round(found.effect_size, 2), round(found.pvalue, 3), found.divisions
    (1.97, 0.167, 6)
    """
    rows = [
        np.array([vectors.index(word) for word in words], dtype=np.int64)
        for words in (*targets, *attributes)
    ]
    return weat_of_rows(vectors, rows, permutations, seed)


def weat_of_rows(
    vectors: WordVectors, rows: Sequence[NDArray[np.int64]], permutations: int, seed: int
) -> Weat:
    """Test the words in some rows: those of X, Y, A and B; see :func:`weat`."""
    permutations = Whole(1).check("permutations", permutations)
    x, y, a, b = (unit_vectors(vectors, some) for some in rows)
    towards = a.mean(axis=0) - b.mean(axis=0)
    s = np.concatenate([x, y]) @ towards
    n = len(x)
    spread = float(s.std())
    apart = float(s[:n].mean() - s[n:].mean())
    # What rounding leaves of equal numbers is no spread.
    effect = apart / spread if spread > 1e-15 else 0.0
    statistic = float(s[:n].sum() - s[n:].sum())
    pvalue, divisions, exact = _pvalue(s, n, permutations, seed)
    return Weat(effect, statistic, pvalue, divisions, exact, tuple(s.tolist()))


def _pvalue(
    s: NDArray[np.float64], n: int, permutations: int, seed: int
) -> tuple[float, int, bool]:
    """Return the part of divisions whose first n sum up to as much, how many, and if all."""
    ways = math.comb(len(s), n)
    # As S = 2 Σ_X s - Σ s, the sum of the first list says it all.
    least = s[:n].sum() - 1e-12 * max(1.0, float(np.abs(s).sum()))
    if ways <= _MOST_WAYS:
        chosen = np.fromiter(
            chain.from_iterable(combinations(range(len(s)), n)), np.int64, ways * n
        )
        return float((s[chosen.reshape(ways, n)].sum(axis=1) >= least).mean()), ways, True
    rng = np.random.default_rng(seed)
    at_once = max(1, _DRAWN_AT_ONCE // len(s))
    above = 1  # the given one
    for start in range(0, permutations, at_once):
        keys = rng.random((min(at_once, permutations - start), len(s)))
        drawn = np.argpartition(keys, n - 1, axis=1)[:, :n]
        above += int((s[drawn].sum(axis=1) >= least).sum())
    return above / (permutations + 1), permutations + 1, False
