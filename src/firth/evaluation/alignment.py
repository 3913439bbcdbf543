r"""Two models in one space: the rotation that brings words of one nearest to those of the other.

Two runs on the same text give the same angles, turned as a whole. Orthogonal Procrustes
(Schönemann 1966) undoes that::

    R = argmin Σ_w m_w ‖(x_w - x̄) R - (y_w - ȳ)‖²   over all R with RᵀR = 1
    R = U Vᵀ,  where U Σ Vᵀ = Σ_w m_w (x_w - x̄)ᵀ (y_w - ȳ)

over anchor words w with weights m_w, on rows of length 1, as Hamilton, Leskovec and Jurafsky (2016,
section 2.2) and Artetxe, Labaka and Agirre (2016, section 2) do; with or without the means x̄, ȳ.
Lengths and angles within a model stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, EvaluationError
from firth.files.machine import one_blas_thread
from firth.vectors.matrix import FloatMatrix

Weighting: TypeAlias = Literal["equal", "frequency"]
WEIGHTINGS: tuple[Weighting, ...] = get_args(Weighting)

_BLOCK_ROWS = 16_384


class Alignment(NamedTuple):
    """How rows of one model are brought into the space of another.

    Attributes
    ----------
    rotation : (d, d) float64
        R; d is the larger of the two dimensions.
    before, after : (d,) float64
        What is taken away from rows of length 1 of the first model, and of the second; 0 unless
        both are centred.
    """

    rotation: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]

    def turned(self, rows: FloatMatrix) -> NDArray[np.float64]:
        """Return rows of the first model, of any lengths, as the second would have them, (n, d)."""
        return padded(rows.astype(np.float64), len(self.rotation)) @ self.rotation

    def moved(self, first: FloatMatrix, second: FloatMatrix) -> NDArray[np.float64]:
        """Return how far each word is from itself: 1 - cosine, (n,), from 0 to 2.

        Parameters
        ----------
        first, second : (n, dim) floats
            Rows of the same words in both models.
        """
        found = np.empty(len(first))
        with one_blas_thread():  # so that the same models give the same bits
            for its in blocks(len(first)):
                ours = (self._unit(first[its]) - self.before) @ self.rotation
                theirs = self._unit(second[its]) - self.after
                found[its] = 1.0 - np.einsum("nd,nd->n", unit(ours), unit(theirs))
        return np.clip(found, 0.0, 2.0)

    def _unit(self, rows: FloatMatrix) -> NDArray[np.float64]:
        return padded(unit(rows), len(self.rotation))


def align(
    first: FloatMatrix,
    second: FloatMatrix,
    weights: NDArray[np.floating] | None = None,
    *,
    centred: bool = False,
) -> Alignment:
    """Find the rotation that brings the first model's rows nearest to the second's.

    Parameters
    ----------
    first, second : (n, dim) floats
        Rows of the same n anchor words; the dimensions may differ.
    weights : (n,) floats, optional
        How much each word counts; all alike by default.
    centred : bool
        Take the mean of the anchors away first, in each model.

    Raises
    ------
    EvaluationError
        There is no anchor.

    Examples
    --------
    >>> first = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    >>> second = np.array([[0.0, 1.0], [-3.0, 0.0], [-1.0, 1.0]])     # turned by 90 degrees
    >>> found = align(first, second)
    >>> found.rotation.round(6).tolist(), found.moved(first, second).round(6).tolist()
    ([[0.0, 1.0], [-1.0, 0.0]], [0.0, 0.0, 0.0])
    """
    if not len(first):
        raise EvaluationError("there is no word to align by: the models have none in common")
    dim = max(first.shape[1], second.shape[1])
    mass = np.ones(len(first)) if weights is None else np.asarray(weights, np.float64)
    mass = mass / mass.sum()
    means = [np.zeros(dim), np.zeros(dim)]
    product = np.zeros((dim, dim))
    with one_blas_thread():
        for its in blocks(len(first)):
            ours, theirs = (padded(unit(rows[its]), dim) for rows in (first, second))
            weighted = ours * mass[its, np.newaxis]
            product += weighted.T @ theirs
            means[0] += weighted.sum(axis=0)
            means[1] += mass[its] @ theirs
        if centred:
            product -= np.outer(*means)
        else:
            means = [np.zeros(dim), np.zeros(dim)]
        u, _, v = np.linalg.svd(product)
    return Alignment(u @ v, *means)


def anchor_weights(weighting: str, *counts: NDArray[np.int64] | None) -> NDArray[np.float64] | None:
    """Return how much anchors count; None for all alike.

    By frequency it is the square root of the geometric mean of a word's counts in the models: a
    vector that was learnt from n examples is wrong by about 1 / √n.

    Raises
    ------
    ConfigError
        There is no such weighting, or a model does not know how often its words occurred.

    Examples
    --------
    >>> anchor_weights("frequency", np.array([100, 4]), np.array([100, 4])).round(6).tolist()
    [10.0, 2.0]
    """
    if weighting not in WEIGHTINGS:
        raise ConfigError(f"weights is {weighting!r}; it must be one of {', '.join(WEIGHTINGS)}")
    if weighting == "equal":
        return None
    known = [figures for figures in counts if figures is not None]
    if len(known) < len(counts):
        raise ConfigError(
            "weights by frequency need counts of words, and one of the models has none: give "
            "weights='equal'"
        )
    logs = np.mean([np.log(np.maximum(figures, 1)) for figures in known], axis=0)
    found: NDArray[np.float64] = np.exp(logs / 2)
    return found


def unit(rows: FloatMatrix) -> NDArray[np.float64]:
    """Return rows of length 1, (n, dim); rows of zeros stay zeros.

    Not the same bits on all processors, as :func:`firth.vectors.matrix.directions` gives them, and
    twice as fast: sums over all words follow in any case.
    """
    found = rows.astype(np.float64)
    lengths = np.sqrt(np.einsum("nd,nd->n", found, found))[:, np.newaxis]
    np.divide(found, lengths, out=found, where=lengths > 0)
    return found


def padded(rows: NDArray[np.float64], dim: int) -> NDArray[np.float64]:
    """Return rows with zeros behind, (n, dim), so that models of two dimensions can be compared."""
    missing = dim - rows.shape[1]
    return np.pad(rows, [(0, 0), (0, missing)]) if missing else rows


def blocks(n: int) -> Iterator[slice]:
    """Yield slices that cover n rows, some at a time."""
    for start in range(0, n, _BLOCK_ROWS):
        yield slice(start, min(start + _BLOCK_ROWS, n))
