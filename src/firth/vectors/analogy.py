r"""Analogies by other ways than the nearest word to an offset.

"a is to b as c is to ?", over unit vectors; x runs over all words but these three::

    3CosAdd         cos(x, b - a + c)
    3CosMul         s(x, b) s(x, c) / (s(x, a) + ε)      s(x, y) = (cos(x, y) + 1) / 2, ε = .001
    PairDistance    cos(x - c, b - a)

3CosAdd: Mikolov, Yih and Zweig, "Linguistic Regularities in Continuous Space Word Representations",
NAACL 2013, section 4. 3CosMul and PairDirection (called PairDistance since Drozd, Gladkova and
Matsuoka 2016): Levy and Goldberg, "Linguistic Regularities in Sparse and Explicit Word
Representations", CoNLL 2014, sections 3 and 6.

As in :mod:`firth.vectors.search`, products in float32 say between which bounds the value of each
word lies; whatever may be among the best is computed again in float64, in a fixed order.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.files.machine import one_blas_thread
from firth.vectors.matrix import FloatMatrix, directions, sums

Method: TypeAlias = Literal["3cosadd", "3cosmul", "pairdistance"]
METHODS: tuple[Method, ...] = get_args(Method)

_EPSILON = 0.001
_ROWS_AT_ONCE = 16_384


def checked_method(method: str) -> Method:
    """Return a method's name.

    Raises
    ------
    ConfigError
        It is none of :data:`METHODS`.
    """
    if method not in METHODS:
        raise ConfigError(f"method is {method!r}; it must be one of {', '.join(METHODS)}")
    return method


def ranked(
    matrix: FloatMatrix,
    scales: NDArray[np.float32],
    given: NDArray[np.float64],
    method: Method,
    k: int,
    never: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the `k` best answers to one analogy by 3CosMul or PairDistance.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64
        All vectors; finite.
    scales : (V,) float32
        What :func:`firth.vectors.matrix.scales` says of them.
    given : (3, dim) float64
        Unit vectors of b, a and c.
    method : {"3cosmul", "pairdistance"}
        How.
    k : int
        Answers wanted, 1 or more.
    never : (m,) int64
        Rows that are no answers, rising.

    Returns
    -------
    rows : (1, min(k, V)) int64
        Best first, ties by row number; -1 where there are fewer.
    values : (1, min(k, V)) float64
        What the method makes most of; there -inf.
    """
    b, a, c = given[:, np.newaxis]
    value = _PairDistance(given) if method == "pairdistance" else _CosMul(np.concatenate([b, c]), a)
    return _best(matrix, scales, value, k, never)


def multiplied(
    matrix: FloatMatrix,
    scales: NDArray[np.float32],
    near: NDArray[np.float64],
    far: NDArray[np.float64],
    k: int,
    never: NDArray[np.int64],
    *,
    epsilon: float = _EPSILON,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the `k` rows that are near to some directions and far from others, by 3CosMul.

    The value is the product of s(x, y) over `near`, divided by that over `far` and ε.

    Parameters
    ----------
    near : (n, dim) float64
        Unit vectors.
    far : (m, dim) float64
        Unit vectors; there may be none, whose product is 1.
    epsilon : float
        Added to what is divided by.
    matrix, scales, k, never
        As for :func:`ranked`, and so are the answers.

    Examples
    --------
    >>> from firth.vectors.matrix import scales
    >>> matrix, none = np.array([[1.0, 0.0], [1.0, 1.0]]), np.zeros(0, np.int64)
    >>> rows, values = multiplied(matrix, scales(matrix), matrix[:1], np.zeros((0, 2)), 2, none)
    >>> rows.tolist(), values.round(3).tolist()
    ([[0, 1]], [[0.999, 0.853]])
    """
    return _best(matrix, scales, _CosMul(near, far, epsilon), k, never)


def _best(
    matrix: FloatMatrix,
    scales: NDArray[np.float32],
    value: _CosMul | _PairDistance,
    k: int,
    never: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    error = (1.5 * matrix.shape[1] + 12) * 2.0**-24
    size = min(k, len(matrix))
    rows, best = np.full(size, -1, dtype=np.int64), np.full(size, -np.inf)
    queries = value.queries.astype(np.float32)
    for first in range(0, len(matrix), _ROWS_AT_ONCE):
        some = matrix[first : first + _ROWS_AT_ONCE]
        scale = scales[first : first + _ROWS_AT_ONCE]
        if np.isnan(scale).any():
            some, scale = directions(some), np.ones(len(some), dtype=np.float32)
        # Few columns: BLAS is nearly twice as fast this way round as with few rows.
        with one_blas_thread():
            scores = (np.asarray(some, dtype=np.float32) @ queries.T).T * scale
        least, most = value.bounds(scores.astype(np.float64), scale > 0, error)
        start, stop = np.searchsorted(never, (first, first + len(some)))
        barred = never[start:stop] - first
        least[barred] = most[barred] = -np.inf
        floor = best[-1]
        if len(least) > size:
            floor = max(floor, np.partition(least, len(least) - size)[len(least) - size])
        close = np.flatnonzero((most >= floor) & (most > -np.inf))
        exact = value.exact(directions(matrix[first + close]))
        all_rows, all_values = np.concatenate([rows, first + close]), np.concatenate([best, exact])
        order = np.argsort(-all_values, kind="stable")[:size]
        rows, best = all_rows[order], all_values[order]
    return rows[np.newaxis], best[np.newaxis]


class _CosMul:
    def __init__(
        self, near: NDArray[np.float64], far: NDArray[np.float64], epsilon: float = _EPSILON
    ) -> None:
        self.queries, self.n_near, self.epsilon = np.concatenate([near, far]), len(near), epsilon

    def bounds(self, cosines: NDArray[np.float64], _: NDArray[np.bool_], error: float) -> Any:
        """Return between which values each word's lies, for cosines with the directions, (n, V)."""
        halves = np.maximum(cosines + 1, 0.0) / 2  # rounding may go below -1
        least, most = np.maximum(halves - error, 0.0), halves + error
        return (
            self._value(least[: self.n_near], most[self.n_near :]),
            self._value(most[: self.n_near], least[self.n_near :]),
        )

    def exact(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        cosines = [np.clip(sums(rows * query), -1.0, 1.0) for query in self.queries]
        halves = (np.stack(cosines) + 1) / 2
        return self._value(halves[: self.n_near], halves[self.n_near :])

    def _value(self, near: NDArray[np.float64], far: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = near.prod(axis=0) / (far.prod(axis=0) + self.epsilon)
        return found


class _PairDistance:
    def __init__(self, given: NDArray[np.float64]) -> None:
        b, a, c = given
        self.c = c
        self.offset = directions((b - a)[np.newaxis])[0]
        self.queries = np.stack([self.offset, c])
        self.c_along = float(sums((c * self.offset)[np.newaxis])[0])

    def bounds(
        self, cosines: NDArray[np.float64], pointing: NDArray[np.bool_], error: float
    ) -> Any:
        """Return between which values each word's lies, for products with b - a and c, (2, n).

        `pointing` are the words whose vectors are not zero.
        """
        along, near = cosines
        above = along - self.c_along
        # The squared distance of x and c, wrong by 2 ε.
        apart = pointing + float(self.c.any()) - 2 * near
        short = np.sqrt(np.maximum(apart - 4 * error, 0.0))
        long = np.sqrt(np.maximum(apart + 4 * error, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            most = (above + 2 * error) / np.where(above + 2 * error > 0, short, long)
            least = (above - 2 * error) / np.where(above - 2 * error > 0, long, short)
        # Where x is next to c nothing is known.
        return np.clip(np.nan_to_num(least, nan=-1.0), -1, 1), np.nan_to_num(most, nan=1.0)

    def exact(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        found = sums(directions(rows - self.c) * self.offset)
        return np.clip(found, -1.0, 1.0)
