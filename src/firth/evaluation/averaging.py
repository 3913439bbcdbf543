"""The mean of several models, after each has been turned towards the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.alignment import align, anchor_weights, blocks
from firth.vectors.matrix import FloatMatrix

#: Rounds in which the models are turned towards their mean, and that is taken anew.
_ROUNDS = 3


def averaged(
    matrices: Sequence[FloatMatrix], counts: NDArray[np.int64] | None = None
) -> FloatMatrix:
    """Return the mean of the rows of several models of the same words, (V, dim).

    Models are turned, not stretched, towards the first, then towards the mean so far, as
    generalised Procrustes analysis does (Gower 1975). The mean varies less from one set of runs to
    another than a single run does (Rettenmeier 2020; Antoniak and Mimno 2018).

    Parameters
    ----------
    matrices : sequence of (V, dim) floats
        One or more; memory maps are read a block at a time.
    counts : (V,) int, optional
        How often the words occur; frequent ones then count more when models are turned.

    Examples
    --------
    >>> first = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> turned = first @ np.array([[0.0, 1.0], [-1.0, 0.0]])
    >>> bool(np.allclose(averaged([first, turned]), first))
    True
    """
    weights = None if counts is None else anchor_weights("frequency", counts)
    mean: FloatMatrix = matrices[0]
    for _ in range(_ROUNDS):
        turns = [align(matrix, mean, weights) for matrix in matrices]
        added = np.zeros(matrices[0].shape, matrices[0].dtype)
        for its in blocks(len(added)):
            total = sum(
                turn.turned(matrix[its]) for turn, matrix in zip(turns, matrices, strict=True)
            )
            added[its] = total / len(matrices)
        mean = added
    return mean
