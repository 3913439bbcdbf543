r"""Thousands of analogies by 3CosMul or PairDistance: whether the best answer is a right one.

The formulas are in :mod:`firth.vectors.analogy`. Questions share their words and their pairs, so
what a word or a pair has to do with all others is computed once, in blocks of rows x:

.. math:: \log s(x, b) - \log(s(x, a) + ε) + \log s(x, c) \qquad
    \bigl(\cos(x, b - a) - \cos(c, b - a)\bigr) \cdot \frac{1}{\lVert x - c \rVert}

is then one sum or one product for each question, and only the highest value of each block has to be
compared with that of the right answer. All of it is in float64; values that differ by rounding
alone are equal, and of equal ones the first row is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.files.machine import available_cores, in_threads, one_blas_thread, shares
from firth.vectors.analogy import _EPSILON, Method
from firth.vectors.matrix import FloatMatrix, directions

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

# A block's values for the questions of one pair stay in a core's cache. 1,024, 2,048 and 4,096 rows
# took 1.5, 1.4 and 1.6 s for 13,358 questions on 30,000 rows, dim 100, two cores.
_ROWS_AT_ONCE = 2_048
# Values closer than this differ by rounding alone.
_CLOSE = 1e-12


class _Questions(NamedTuple):
    """Questions in the order of their pairs, with what they have in common.

    Attributes
    ----------
    words : (u,) int64
        Rows of all words given.
    a, b : (p,) int64
        Places in `words` of the pairs.
    starts : (p + 1,) int64
        Where the questions of each pair begin.
    c : (Q,) int64
        Places in `words`.
    """

    words: Rows
    a: Rows
    b: Rows
    starts: Rows
    c: Rows


def best_is_right(
    matrix: FloatMatrix,
    given: Rows,
    right: Sequence[Sequence[int]],
    excluded: Sequence[Sequence[int]],
    method: Method,
    among: int,
) -> NDArray[np.bool_]:
    """Say of each question "a is to b as c is to ?" whether its best answer is a right one.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64
        All vectors; finite.
    given : (Q, 3) int64
        Rows of a, b and c.
    right : sequence of Q sequences of int
        Rows of the right answers.
    excluded : sequence of Q sequences of int
        Rows that are no answers, though they be right.
    method : {"3cosmul", "pairdistance"}
        How.
    among : int
        The first so many rows may be answers.

    Examples
    --------
    >>> matrix = np.array([[1.0, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1]])
    >>> asked = np.array([[0, 2, 1], [0, 1, 2]])
    >>> for method in ("3cosmul", "pairdistance"):
    ...     best_is_right(matrix, asked, [[3], [0]], [[0, 2, 1], [0, 1, 2]], method, 4).tolist()
    [True, False]
    [True, False]
    """
    n = len(given)
    if not n:
        return np.zeros(0, dtype=bool)
    pairs, pair = np.unique(given[:, :2], axis=0, return_inverse=True)
    order = np.argsort(pair.reshape(-1), kind="stable")
    words, places = np.unique(np.concatenate([pairs.ravel(), given[order, 2]]), return_inverse=True)
    split = places.reshape(-1)
    ends = split[: 2 * len(pairs)].reshape(-1, 2)
    starts = np.searchsorted(pair.reshape(-1)[order], np.arange(len(pairs) + 1))
    asked = _Questions(words, ends[:, 0], ends[:, 1], starts, split[2 * len(pairs) :])
    barred = [sorted(row for row in set(excluded[q]) if row < among) for q in order]
    answers = [
        sorted(row for row in set(right[q]) - set(excluded[q]) if row < among) for q in order
    ]
    search = _Search(matrix, asked, method, among)
    best = search.of(answers)
    beaten = search.beaten(best, _Listed(barred), answers)
    found = np.zeros(n, dtype=bool)
    found[order] = ~beaten & (best > -np.inf)
    return found


class _Listed:
    """Rows listed for each question: to be found by blocks of rows, and by questions."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self.questions = np.repeat(np.arange(len(rows)), [len(some) for some in rows])
        self.rows = np.array([row for some in rows for row in some], dtype=np.int64)

    def within(self, first: int, stop: int) -> tuple[Rows, Rows]:
        """Return the questions, rising, and the places in a block of the rows in it."""
        here = (self.rows >= first) & (self.rows < stop)
        return self.questions[here], self.rows[here] - first


class _Block(NamedTuple):
    """Some consecutive rows.

    Attributes
    ----------
    first : int
        The first of them.
    tables : tuple of arrays
        What each word, or pair, has to do with them.
    never : list of (questions, places)
        Those that are compared with nothing.
    """

    first: int
    tables: tuple[Floats, ...]
    never: list[tuple[Rows, Rows]]


class _Search:
    """All questions, and the unit vectors of their words."""

    def __init__(self, matrix: FloatMatrix, asked: _Questions, method: Method, among: int) -> None:
        self.matrix, self.asked, self.among = matrix, asked, among
        self.multiplied = method == "3cosmul"
        self.words = directions(matrix[asked.words])
        self.lengths: Floats = np.asarray(self.words.any(axis=1), dtype=np.float64)
        if not self.multiplied:
            self.offsets = directions(self.words[asked.b] - self.words[asked.a])
        pair = np.repeat(np.arange(len(asked.a)), np.diff(asked.starts))
        self.pair = pair

    def of(self, answers: Sequence[Sequence[int]]) -> Floats:
        """Return the value of the best right answer to each question: (Q,); -inf without any."""
        counts = np.array([len(some) for some in answers])
        questions = np.repeat(np.arange(len(answers)), counts)
        rows = np.array([row for some in answers for row in some], dtype=np.int64)
        vectors = directions(self.matrix[rows])
        a, b, c = (
            self.words[some]
            for some in (
                self.asked.a[self.pair[questions]],
                self.asked.b[self.pair[questions]],
                self.asked.c[questions],
            )
        )
        if self.multiplied:
            near, far, other = (_halves(np.einsum("nd,nd->n", vectors, w)) for w in (b, a, c))
            values = _log(near) - np.log(far + _EPSILON) + _log(other)
        else:
            offset = self.offsets[self.pair[questions]]
            near = np.einsum("nd,nd->n", vectors, c)
            square = vectors.any(axis=1) + self.lengths[self.asked.c[questions]] - 2 * near
            along = np.einsum("nd,nd->n", vectors - c, offset)
            values = along * _inverse_root(square)
        best = np.full(len(answers), -np.inf)
        np.maximum.at(best, questions, values)
        return best

    def beaten(
        self, best: Floats, barred: _Listed, answers: Sequence[Sequence[int]]
    ) -> NDArray[np.bool_]:
        """Say of each question whether another word is worth more than the best right answer."""
        listed = barred, _Listed(answers)
        firsts = np.array([min(some, default=self.among) for some in answers])
        found = np.zeros(len(best), dtype=bool)
        parts = shares(len(self.asked.a), available_cores())
        with one_blas_thread():  # threads of the products would go on waiting, busily, beside ours
            for first in range(0, self.among, _ROWS_AT_ONCE):
                stop = min(first + _ROWS_AT_ONCE, self.among)
                never = [some.within(first, stop) for some in listed]
                block = _Block(first, self._tables(first, stop), never)
                compare = partial(self._compare, block, best, firsts, found)
                in_threads(compare, [range(some.start, some.stop) for some in parts])
        return found

    def _compare(
        self,
        block: _Block,
        best: Floats,
        firsts: Rows,
        found: NDArray[np.bool_],
        pairs: range,
        check: Callable[[], None],
    ) -> None:
        """Note in `found` which questions of some pairs are beaten by a row of a block."""
        for pair in pairs:
            check()
            some = slice(self.asked.starts[pair], self.asked.starts[pair + 1])
            values = self._values(pair, self.asked.c[some], block.tables)
            for questions, places in block.never:
                start, end = np.searchsorted(questions, (some.start, some.stop))
                values[questions[start:end] - some.start, places[start:end]] = -np.inf
            above = values.max(axis=1) - best[some]
            found[some] |= above > _CLOSE
            for tied in np.flatnonzero(np.abs(above) <= _CLOSE):
                row = block.first + int(np.argmax(values[tied]))
                found[some.start + tied] |= row < firsts[some.start + tied]

    def _tables(self, first: int, stop: int) -> tuple[Floats, ...]:
        """Compute what each word, or pair, has to do with the rows of a block."""
        rows = directions(self.matrix[first:stop])
        cosines = self.words @ rows.T
        if self.multiplied:
            halves = _halves(cosines)
            return _log(halves), np.log(halves + _EPSILON)
        along = self.offsets @ rows.T
        square = rows.any(axis=1) + self.lengths[:, np.newaxis] - 2 * cosines
        own = np.einsum("pd,ud->pu", self.offsets, self.words)
        return along, own, _inverse_root(square)

    def _values(self, pair: int, c: Rows, tables: tuple[Floats, ...]) -> Floats:
        if self.multiplied:
            near, far = tables
            values: Floats = near[c]
            values += near[self.asked.b[pair]] - far[self.asked.a[pair]]
            return values
        along, own, inverse = tables
        distances: Floats = along[pair] - own[pair, c][:, np.newaxis]
        distances *= inverse[c]
        return distances


def _halves(cosines: Floats) -> Floats:
    found: Floats = (np.clip(cosines, -1.0, 1.0) + 1) / 2
    return found


def _log(values: Floats) -> Floats:
    """Return logarithms; of 0 a very low number, so that there is no infinity less another."""
    found: Floats = np.log(np.maximum(values, 1e-300))
    return found


def _inverse_root(squares: Floats) -> Floats:
    """Return one over the root; 0 where a word is c itself, as far as numbers tell."""
    found: Floats = np.where(squares > 1e-14, squares, np.inf) ** -0.5
    return found
