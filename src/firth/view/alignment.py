"""Two models of the same words, turned onto each other."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.evaluation.alignment import align
from firth.vectors import WordVectors


class Drift(NamedTuple):
    """How far words moved from one model to another.

    Attributes
    ----------
    words : list
        The n words that both have, in the order of the second.
    ranks : (n,) int64
        Their places in the second model's vocabulary, from 1.
    distances : (n,) float64
        1 less the cosine of a word's two vectors, after the first model was turned onto the second;
        in [0, 2].
    """

    words: list[Any]
    ranks: NDArray[np.int64]
    distances: NDArray[np.float64]


def drift(before: WordVectors, after: WordVectors) -> Drift:
    """Measure how far words moved between two models that were trained apart.

    The axes of a model mean nothing, so the first is turned onto the second by the rotation that
    brings the directions of their common words closest (:func:`firth.evaluation.alignment.align`).

    Parameters
    ----------
    before, after : WordVectors
        Both of the same number of dimensions, with as many common words or more.

    Raises
    ------
    ConfigError
        Their dimensions differ, or they have too few words in common.

    Examples
    --------
    >>> one = WordVectors(["a", "b", "c"], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> turned = WordVectors(["a", "b", "c"], [[0.0, 1.0], [-1.0, 0.0], [-1.0, 1.0]])
    >>> found = drift(one, turned)
    >>> found.words, found.distances.round(6).tolist()
    (['a', 'b', 'c'], [0.0, 0.0, 0.0])
    """
    if before.dim != after.dim:
        raise ConfigError(
            f"one model has {before.dim} dimensions and the other {after.dim}; train both with the "
            "same number"
        )
    ranks = np.array([row for row, word in enumerate(after.words) if word in before], np.int64)
    words = [after.words[int(row)] for row in ranks]
    if len(words) < after.dim:
        raise ConfigError(
            f"the models have {len(words):,} words in common; to turn {after.dim} dimensions onto "
            f"one another takes {after.dim} or more"
        )
    old = before.matrix[[before.index(word) for word in words]]
    new = after.matrix[ranks]
    return Drift(words, ranks + 1, align(old, new).moved(old, new))
