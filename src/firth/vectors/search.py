r"""Nearest neighbours: one search, for one question or for thousands.

The matrix is read once, block by block, whatever the number of queries; so it may be a mapped
file larger than memory. Each block is searched in two steps:

1. One product in float32 gives scores of all rows for all queries, each wrong by ε at most. The
   sum of d products in any order is within d u ‖x‖ ‖q‖ of the truth, with u = 2⁻²⁴ (Higham,
   "Accuracy and Stability of Numerical Algorithms", 2nd edition, section 3.1); the length of the
   row, from as many squares, adds d u / 2, and rounding a few u more.
2. Whatever may be among the k best, that is, what lies at most ε below the k-th of those found so
   far, is compared again in float64, one pair at a time.

So the answers are those of float64. They are the same bits whatever the size of the blocks, the
number of threads, the number of queries beside them, the processor and the BLAS library; and rows
that are equally near stand in order.

The second step is done by NumPy, or by a compiled pass over the scores where there is much to do
(:mod:`firth.vectors.kernels.ranking`). Numba takes half a second to import, so small questions do
without; both give the same bits.

Three measures of nearness, for a row x and a query q::

    cosine      x·q / (‖x‖ ‖q‖)     0 where one of them is zero
    dot         x·q
    euclidean   ‖x - q‖             the least first

All are brought to numbers of about 1 by a power of two, U, that no length exceeds. Distances are
compared by x·q - ‖x‖² / 2, which is ‖q‖² / 2 less half the squared distance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.files.machine import available_cores, in_threads, shares
from firth.vectors.matrix import FloatMatrix, directions, row_lengths, sums

Metric: TypeAlias = Literal["cosine", "dot", "euclidean"]
METRICS: tuple[Metric, ...] = get_args(Metric)

# One product gives at most so many scores. Measured with 13,358 analogy questions on 30,000 rows
# and 18,435 on 80,000, dim 100, two cores, seconds: 256 queries x 1,024 rows .87 and 2.92,
# 256 x 2,048 .78 and 2.61, 256 x 4,096 .76 and 2.46, 512 x 1,024 .77 and 2.62, 512 x 2,048 .73
# and 2.38.
_QUERIES_AT_ONCE = 512
_SCORES_AT_ONCE = 1_048_576
# And no more rows than these, though there be one query: 16,384 rows of 300 are 20 MB if they
# have to be converted.
_ROWS_AT_ONCE = 16_384

_ROUNDING = 2.0**-24
# Below every score; what is never an answer has -inf.
_LOWEST = -8.0
# Less than so many products of two numbers take less time than another thread.
_PRODUCTS_A_THREAD = 4_000_000
# From so many queries on, scaling the rows is cheaper than scaling the scores.
_MANY_QUERIES = 16
# Comparing a candidate in float64 takes longer than finding a better floor does, from here on.
_MANY_CANDIDATES = 4
# From so many scores on, in all that this process has asked, loading the compiled pass has paid.
_SCORES_BEFORE_COMPILING = 200_000_000
# Rows that are kept beside the k best and half as many: scores do not tell them apart.
_ROOM = 16
# A power of two with which rows of float32 may be multiplied as they are.
_PLAIN_UNIT = 2.0**60

_Found = tuple[NDArray[np.int64], NDArray[np.float64]]


def nearest(
    matrix: FloatMatrix,
    scales: NDArray[np.float32],
    queries: NDArray[np.floating],
    k: int,
    excluded: Sequence[Sequence[int]] | NDArray[np.integer] | None = None,
    never: NDArray[np.integer] | None = None,
    *,
    metric: Metric = "cosine",
) -> _Found:
    """Find the `k` rows of a matrix that are nearest to each query.

    Parameters
    ----------
    matrix : (V, dim) float32 or float64
        The rows; finite.
    scales : (V,) float32
        What :func:`firth.vectors.matrix.scales` says of them.
    queries : (q, dim) floats
        Vectors of any length; finite.
    k : int
        Rows wanted for each query, 1 or more.
    excluded : sequence of q sequences of int, or (q, m) int, optional
        For each query the rows that are no answers.
    never : (m,) int, optional
        Rows that are no answers to any query, rising; they may be many.
    metric : {"cosine", "dot", "euclidean"}
        What is near.

    Returns
    -------
    rows : (q, min(k, V - m)) int64
        For each query its nearest rows, nearest first, ties by row number; -1 where fewer than
        that are not excluded.
    values : (q, min(k, V - m)) float64
        Cosines, in [-1, 1], or products: -inf where the row is -1; or distances: inf there.

    Examples
    --------
    >>> from firth.vectors.matrix import scales
    >>> matrix = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    >>> queries = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> rows, cosines = nearest(matrix, scales(matrix), queries, 2, [[0], []])
    >>> rows.tolist(), cosines.round(3).tolist()
    ([[1, 2], [2, 1]], [[0.707, 0.0], [1.0, 0.707]])
    >>> rows, distances = nearest(matrix, scales(matrix), queries, 2, metric="euclidean")
    >>> rows.tolist(), distances.round(3).tolist()
    ([[0, 1], [1, 2]], [[0.0, 1.0], [1.0, 1.0]])
    """
    asked = _Question(matrix, scales, queries, checked_metric(metric))
    allowed = len(matrix) - (0 if never is None else len(never))
    shape = (len(queries), min(k, allowed))
    rows, values = np.full(shape, -1, dtype=np.int64), np.full(shape, -np.inf)
    if allowed and len(queries):
        ranking = _ranking(len(matrix) * len(queries))

        def search(part: _Part, check: Callable[[], None]) -> None:
            _search(asked, ranking, part, excluded, never, check)

        parts = _parts(asked, rows, values)
        in_threads(search, parts)
        _merge(parts, rows, values)
    return rows, asked.reported(values)


class _Part(NamedTuple):
    """What one thread does: some rows for some queries.

    Attributes
    ----------
    span, queries : slice
        The rows and the queries.
    rows, values : (n, k) int64 and float64
        The best that it finds.
    """

    span: slice
    queries: slice
    rows: NDArray[np.int64]
    values: NDArray[np.float64]


def _parts(asked: _Question, rows: NDArray[np.int64], values: NDArray[np.float64]) -> list[_Part]:
    """Share the work among threads: the queries where there are enough, else the rows."""
    v, dim = asked.matrix.shape
    q = len(asked.queries)
    threads = v * q * dim // _PRODUCTS_A_THREAD
    if threads > 1:  # to ask how many cores there are takes .3 ms, as long as 10,000 rows
        threads = min(available_cores(), threads)
    by_queries = q >= threads * _MANY_QUERIES
    if min(threads, q if by_queries else v) <= 1:
        return [_Part(slice(0, v), slice(0, q), rows, values)]
    if by_queries:
        some = shares(q, threads)
        return [_Part(slice(0, v), its, rows[its], values[its]) for its in some]
    return [_Part(its, slice(0, q), rows.copy(), values.copy()) for its in shares(v, threads)]


def _merge(parts: list[_Part], rows: NDArray[np.int64], values: NDArray[np.float64]) -> None:
    """Put together what was found among parts of the rows."""
    if parts[0].queries.stop < len(rows) or len(parts) == 1:
        return
    found_rows = np.concatenate([part.rows for part in parts], axis=1)
    found = np.concatenate([part.values for part in parts], axis=1)
    # Stable: parts are in the order of the rows, and so are ties.
    best = np.argsort(-found, axis=1, kind="stable")[:, : rows.shape[1]]
    rows[:] = np.take_along_axis(found_rows, best, axis=1)
    values[:] = np.take_along_axis(found, best, axis=1)


def _search(
    asked: _Question,
    ranking: type[_Ranking],
    part: _Part,
    excluded: Sequence[Sequence[int]] | NDArray[np.integer] | None,
    never: NDArray[np.integer] | None,
    check: Callable[[], None],
) -> None:
    """Find the best of some rows, in place."""
    first, last = part.queries.start, part.queries.stop
    batches = [
        slice(start, min(start + _QUERIES_AT_ONCE, last))
        for start in range(first, last, _QUERIES_AT_ONCE)
    ]
    left_out = [_Excluded([] if excluded is None else excluded[batch]) for batch in batches]
    most = min(_QUERIES_AT_ONCE, last - first)
    width = min(_ROWS_AT_ONCE, max(1, _SCORES_AT_ONCE // most))
    room = np.empty(most * width, dtype=np.float32)
    ranks = [
        ranking(asked, batch, part.rows[its], part.values[its])
        for batch in batches
        for its in [slice(batch.start - first, batch.stop - first)]
    ]
    for start in range(part.span.start, part.span.stop, width):
        block = _Block(asked, start, min(start + width, part.span.stop), never)
        if not len(block.ids):
            continue
        for batch, without, rank in zip(batches, left_out, ranks, strict=True):
            check()
            scores = block.scores(batch, room)
            without.remove(scores, block.ids)
            rank.add(block, scores)
    for rank in ranks:
        rank.finish()


def checked_metric(metric: str) -> Metric:
    """Return a measure's name.

    Raises
    ------
    ConfigError
        It is none of :data:`METRICS`.
    """
    if metric not in METRICS:
        raise ConfigError(f"metric is {metric!r}; it must be one of {', '.join(METRICS)}")
    return metric


class _Question:
    """The matrix and the queries, as one measure needs them.

    Attributes
    ----------
    unit : float or None
        U, a power of two; None for cosines, where each row has its own length.
    queries : (q, dim) float64
        Of length 1; for products divided by powers of two, `units`; for distances by U.
    units : (q,) float64
        What values are multiplied by at the end.
    offsets : (q,) float64
        What scores are above values: half the squared length of the query for distances, else 0.
    """

    def __init__(
        self,
        matrix: FloatMatrix,
        scales: NDArray[np.float32],
        queries: NDArray[np.floating],
        metric: Metric,
    ) -> None:
        self.matrix, self.scales = matrix, scales
        self.apart = metric == "euclidean"
        self.error = (1.5 * matrix.shape[1] + 12) * _ROUNDING
        self.offsets = np.zeros(len(queries))
        self.unit: float | None = None
        if metric == "cosine":
            self.queries, self.units = directions(queries), np.ones(len(queries))
        else:
            lengths = row_lengths(queries)
            longest = _longest(matrix, scales)
            if self.apart:
                longest = max(longest, float(lengths.max(initial=0.0)))
                lengths[:] = longest
            # Dividing by powers of two is exact.
            self.unit = float(_power_of_two(np.array(longest)))
            self.units = _power_of_two(lengths)
            self.queries = np.array(queries, dtype=np.float64, order="C") / self.units[:, None]
        if self.apart:
            self.offsets = sums(self.queries**2) / 2
        self.narrow = self.queries.astype(np.float32)
        self.floor_of_value = 0.5 if self.apart else 1.0

    def exact(self, rows: NDArray[np.int64], queries: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return values of pairs of rows and queries, in float64: the more the nearer, (n,)."""
        terms, asked = self.matrix[rows], self.queries[queries]
        terms = directions(terms) if self.unit is None else terms.astype(np.float64) / self.unit
        if self.apart:
            terms -= asked
            terms *= terms
            return np.negative(sums(terms))
        terms *= asked
        found: NDArray[np.float64] = np.clip(sums(terms), -1.0, 1.0)
        return found

    def floors(self, batch: slice, values: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the least score of what may be worth more than `values`, (n,)."""
        floors = self.offsets[batch] + self.floor_of_value * values - self.error
        lowest: NDArray[np.float32] = np.maximum(floors, _LOWEST).astype(np.float32)
        return lowest

    def reported(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn values into cosines, products or distances."""
        if self.apart:
            return np.sqrt(np.negative(values)) * self.units[:, None]
        # One after the other: the product of both may be beyond floats, and 0 stays 0.
        with np.errstate(over="ignore"):
            found: NDArray[np.float64] = values * self.units[:, None] * (self.unit or 1.0)
        return found


def _power_of_two(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the powers of two next above; 1 for 0.

    >>> _power_of_two(np.array([0.0, 0.3, 1.0])).tolist()
    [1.0, 0.5, 2.0]
    """
    powers: NDArray[np.float64] = np.ldexp(1.0, np.frexp(lengths)[1])
    return powers


class _Excluded:
    """The rows that are no answers to the queries of one batch, in the order of the rows."""

    def __init__(self, excluded: Sequence[Sequence[int]] | NDArray[np.integer]) -> None:
        if isinstance(excluded, np.ndarray):
            counts: Any = excluded.shape[1]
            rows = excluded.astype(np.int64).ravel()
        else:
            counts = np.fromiter(map(len, excluded), np.int64, len(excluded))
            rows = np.array([row for some in excluded for row in some], dtype=np.int64)
        order = np.argsort(rows, kind="stable")
        self.rows = rows[order]
        self.queries = np.repeat(np.arange(len(excluded)), counts)[order]

    def remove(self, scores: NDArray[np.float32], ids: NDArray[np.int64]) -> None:
        """Take them out of the scores ``(n, width)`` of the rows `ids`."""
        start, stop = np.searchsorted(self.rows, (ids[0], ids[-1] + 1))
        if start == stop:
            return
        rows, queries = self.rows[start:stop], self.queries[start:stop]
        places = np.searchsorted(ids, rows)
        here = ids[places] == rows
        scores[queries[here], places[here]] = -np.inf


class _Block:
    """Those of some consecutive rows that may be answers: their numbers, `ids`, and scores."""

    def __init__(
        self, asked: _Question, first: int, stop: int, never: NDArray[np.integer] | None
    ) -> None:
        self.asked = asked
        self.ids = np.arange(first, stop)
        if never is not None:
            start, end = np.searchsorted(never, (first, stop))
            self.ids = np.delete(self.ids, never[start:end] - first)
        whole = len(self.ids) == stop - first
        rows = asked.matrix[first:stop] if whole else asked.matrix[self.ids]
        scale: Any = asked.scales[first:stop] if whole else asked.scales[self.ids]
        if asked.unit is not None:
            plain = 1 / _PLAIN_UNIT < asked.unit < _PLAIN_UNIT
            scale = np.full(len(rows), 1 / asked.unit if plain else np.nan, dtype=np.float32)
        if np.isnan(scale).any():  # float32 would overflow, or lose digits
            rows = directions(rows) if asked.unit is None else rows / np.float64(asked.unit)
            scale = np.ones(len(rows), dtype=np.float32)
        narrow = np.asarray(rows, dtype=np.float32)
        self.scale = scale
        if len(asked.narrow) >= _MANY_QUERIES:
            narrow, self.scale = narrow * scale[:, np.newaxis], None
        self.columns = narrow.T
        self.shift: Any = None
        if asked.apart:
            self.shift = np.einsum("vd,vd->v", narrow, narrow) / 2
            if self.scale is not None:
                self.shift *= self.scale**2

    def scores(self, batch: slice, room: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return scores ``(n, width)`` that are wrong by `error` at most, in `room`."""
        queries = self.asked.narrow[batch]
        shape = (len(queries), len(self.ids))
        scores: NDArray[np.float32] = room[: shape[0] * shape[1]].reshape(shape)
        np.matmul(queries, self.columns, out=scores)
        if self.scale is not None:
            scores *= self.scale
        if self.shift is not None:
            scores -= self.shift
        return scores


class _Ranking:
    """Puts rows of a block among the best found so far, in place.

    Parameters
    ----------
    asked : _Question
        What is asked.
    batch : slice
        The queries.
    rows, values : (n, k) int64 and float64
        The best found so far, in order.
    """

    def __init__(
        self,
        asked: _Question,
        batch: slice,
        rows: NDArray[np.int64],
        values: NDArray[np.float64],
    ) -> None:
        self.asked, self.batch, self.rows, self.values = asked, batch, rows, values

    def finish(self) -> None:
        """Do what is left to do when all blocks have been seen."""

    def add(self, block: _Block, scores: NDArray[np.float32]) -> None:
        """Look at the scores ``(n, width)`` of a block."""
        rows, values, batch = self.rows, self.values, self.batch
        k = rows.shape[1]
        floor = self.asked.floors(batch, values[:, -1])
        peak = scores.max(axis=1)
        hit = np.flatnonzero(peak >= floor)
        if not hit.size:
            return
        close = scores if hit.size == len(scores) else scores[hit]
        floor = floor[hit]
        slack = np.float32(2 * self.asked.error)
        if k == 1:
            np.maximum(floor, peak[hit] - slack, out=floor)
        among = close >= floor[:, np.newaxis]
        if np.count_nonzero(among) > _MANY_CANDIDATES * k * hit.size:  # so the first block at least
            place = close.shape[1] - k
            kth = np.partition(close, place, axis=1)[:, place]
            # Where fewer than k are not excluded the k-th is -inf.
            np.maximum(floor, kth - slack, out=floor)
            among = close >= floor[:, np.newaxis]
        query, place = np.divmod(np.flatnonzero(among), close.shape[1])
        exact = self.asked.exact(block.ids[place], batch.start + hit[query])

        places = np.concatenate([np.repeat(np.arange(len(hit)), k), query])
        all_rows = np.concatenate([rows[hit].ravel(), block.ids[place]])
        all_values = np.concatenate([values[hit].ravel(), exact])
        # A stable sort; earlier rows stand first already, so ties stay in the order of the rows.
        order = np.lexsort((-all_values, places))
        begin = np.searchsorted(places[order], np.arange(len(hit)))
        best = order[begin[:, np.newaxis] + np.arange(k)]
        rows[hit], values[hit] = all_rows[best], all_values[best]


class _CompiledRanking(_Ranking):
    """The same by compiled passes; the best are in order in the end only."""

    def __init__(
        self,
        asked: _Question,
        batch: slice,
        rows: NDArray[np.int64],
        values: NDArray[np.float64],
    ) -> None:
        super().__init__(asked, batch, rows, values)
        self.kernels = import_module("firth.vectors.kernels.ranking")
        n, k = rows.shape
        room = k + k // 2 + _ROOM
        self.compared = self.kernels.Asked(
            asked.matrix,
            asked.unit or 0.0,
            asked.queries[batch],
            asked.offsets[batch],
            asked.apart,
            asked.error,
            np.empty(asked.matrix.shape[1]),
        )
        self.kept = self.kernels.Kept(
            k,
            np.zeros(n, np.int64),
            np.empty((n, room), np.int64),
            np.empty((n, room), np.float32),
            asked.floors(batch, values[:, -1]),
            np.empty(room),
        )

    def add(self, block: _Block, scores: NDArray[np.float32]) -> None:
        """Keep what may be among the best."""
        self.kernels.keep_best(scores, block.ids, self.compared, self.kept)

    def finish(self) -> None:
        """Compare in float64 what was kept."""
        self.kernels.rank(self.compared, self.kept, self.rows, self.values)


_scores_asked = 0


def _ranking(n_scores: int) -> type[_Ranking]:
    """Choose who ranks: compiled code where it is loaded, or where there is much to do."""
    global _scores_asked  # noqa: PLW0603 (what a process has asked, not what a search depends on)
    _scores_asked += n_scores
    return _Ranking if _scores_asked < _SCORES_BEFORE_COMPILING else _CompiledRanking


def _longest(matrix: FloatMatrix, scales: NDArray[np.float32]) -> float:
    """Return a bound of the rows' lengths, less than twice the longest.

    >>> from firth.vectors.matrix import scales
    >>> matrix = np.array([[3.0, 4.0], [0.0, 0.0], [0.0, 1e30]])
    >>> 1e30 <= _longest(matrix, scales(matrix)) < 2e30, _longest(matrix[1:2], np.zeros(1))
    (True, 0.0)
    """
    odd = np.flatnonzero(np.isnan(scales))
    longest = float(row_lengths(matrix[odd]).max(initial=0.0))
    least = float(np.min(scales, where=scales > 0, initial=np.inf))
    return longest if math.isinf(least) else max(longest, (1 + 1e-3) / least)
