r"""How far words that were known move, and how those that are new follow.

A text that goes on moves every word it has to where this text alone would have it, and what was
learnt before is lost. A word that occurred o times before and n times now belongs at the mean over
both texts, so it goes, of the way from its old vector v to the new one w, the share of its
occurrences that are new::

    v + n / (o + n) · (w - v)

Means of weights before and after further training keep both domains where steps that are smaller do
not (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models", section 4).

New words were learnt beside the old ones as these were at the run's end. They are carried over by
the linear map A, fitted by ridge regression, that takes old words from there to where they settle.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus import Vocabulary

#: Part of the mean eigenvalue that is added to all: what one word alone does hardly counts.
RIDGE = 0.25
#: How often the last word of a file without counts is taken to have occurred.
LEAST = 5.0
#: Rows at once.
_ROWS = 1 << 16


def shares(
    vocabulary: Vocabulary, rows: NDArray[np.int64], counts: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """Return what part of their occurrences is new, of words in these rows, (n,).

    Parameters
    ----------
    vocabulary : Vocabulary
        All words, with counts of both texts together.
    rows : (n,) int64
        The words that were known.
    counts : (n,) int64, or None
        How often they occurred before. Files of other programs do not say it, but have the most
        frequent words first: then as often as ranks say (Zipf), the last one `LEAST` times.

    Examples
    --------
    >>> vocabulary = Vocabulary(["a", "b"], [8, 5])
    >>> shares(vocabulary, np.array([0]), np.array([6])).tolist()
    [0.25]
    >>> shares(vocabulary, np.array([0, 1]), None).tolist() == [8 / (8 + 10), 5 / (5 + 5)]
    True
    """
    now = vocabulary.counts[rows]
    if counts is None:
        guess = LEAST * len(rows) / np.arange(1, len(rows) + 1)
        return np.asarray(now / (now + guess))
    return np.clip(1.0 - counts / now, 0.0, 1.0)


def settle_ngrams(matrix: NDArray[Any], setup: Any, known: Any, counts: NDArray[np.int64]) -> None:
    """Bring n-grams back likewise, in place, by how often the words that have them occurred.

    Parameters
    ----------
    matrix : (n, dim)
        Their vectors at a run's end.
    setup : Setup
        The run.
    known : Known
        What it began with.
    counts : (V,) int64
        How often each word of the run's vocabulary occurred before.
    """
    words, unit = setup.corpus.vocabulary, setup.unit
    before = setup.inputs.copy()
    unit.begin_ngrams(
        before, setup.config, words.words, known.ngrams, known.words, known.ngram_lengths
    )
    earlier, in_all = unit.visits(counts), unit.visits(words.counts)
    parts = (1.0 - earlier / np.maximum(in_all, 1)).astype(matrix.dtype)
    n, dim = matrix.shape
    old = before[-n:, :dim]
    matrix[...] = old + parts[-n:, np.newaxis] * (matrix - old)


def settle(
    matrix: NDArray[Any],
    rows: NDArray[np.int64],
    before: NDArray[Any],
    places: NDArray[np.int64],
    parts: NDArray[np.floating],
    weights: NDArray[np.floating],
) -> None:
    """Bring known rows back towards where they were, and carry the others over, in place.

    Parameters
    ----------
    matrix : (V, dim)
        The vectors at a run's end.
    rows : (n,) int64
        The words that were known.
    before : (words, dim), places : (n,) int64
        Their vectors before, and in which rows these are.
    parts : (n,) floats
        How far each goes from there to here: 0 stays, 1 goes all the way.
    weights : (n,) floats
        How much each counts for the map.

    Examples
    --------
    >>> matrix = np.array([[2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])
    >>> known, old = np.array([0, 1]), np.eye(2)
    >>> settle(matrix, known, old, known, np.array([0.5, 0.5]), np.ones(2))
    >>> matrix[:2].tolist(), bool((matrix[2] < 2).all())
    ([[1.5, 0.0], [0.0, 1.5]], True)
    """
    if (parts == 1).all():
        return
    dim = matrix.shape[1]
    gram, moved = np.zeros((dim, dim)), np.zeros((dim, dim))
    for start in range(0, len(rows), _ROWS):
        some = slice(start, start + _ROWS)
        now, old = matrix[rows[some]], before[places[some]].astype(matrix.dtype)
        here = old + parts[some, np.newaxis].astype(matrix.dtype) * (now - old)
        weighted = now.astype(np.float64) * weights[some, np.newaxis]
        gram += weighted.T @ now
        moved += weighted.T @ (here - now)
        matrix[rows[some]] = here
    ridge = RIDGE * np.trace(gram) / dim
    if ridge == 0:
        return
    step = np.linalg.solve(gram + ridge * np.eye(dim), moved)
    fresh = np.ones(len(matrix), np.bool_)
    fresh[rows] = False
    others = np.flatnonzero(fresh)
    for start in range(0, len(others), _ROWS):
        some_rows = others[start : start + _ROWS]
        matrix[some_rows] += (matrix[some_rows] @ step).astype(matrix.dtype)
