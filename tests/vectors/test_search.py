"""The blocked search against an argsort of all cosines: exact, in order, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from firth.errors import FormatError
from firth.vectors import matrix as matrix_of_vectors
from firth.vectors import search
from firth.vectors.matrix import checked_scales, directions, row_lengths, scales, sums
from firth.vectors.search import METRICS, nearest


def values(matrix: np.ndarray, query: np.ndarray, metric: str) -> np.ndarray:
    """All cosines, products or distances of one query, as plain as can be; the sums' order alone
    is that of the search."""
    rows = matrix.astype(np.float64)
    if metric == "cosine":
        return np.clip(sums(directions(rows) * directions(query[np.newaxis])), -1, 1)
    if metric == "dot":
        return sums(rows * query)
    return np.sqrt(sums((rows - query) ** 2))


def plain(
    matrix: np.ndarray,
    queries: np.ndarray,
    k: int,
    excluded: list[list[int]],
    metric: str = "cosine",
) -> tuple[np.ndarray, np.ndarray]:
    """Sort all values of all queries; as the search does, but with nothing left out."""
    none = np.inf if metric == "euclidean" else -np.inf
    found = np.empty((len(queries), len(matrix)))
    for place, query in enumerate(queries.astype(np.float64)):
        found[place] = values(matrix, query, metric)
        found[place, excluded[place]] = none
    order = found if metric == "euclidean" else -found
    rows = np.argsort(order, axis=1, kind="stable")[:, : min(k, len(matrix))]
    best = np.take_along_axis(found, rows, axis=1)
    return np.where(np.isinf(best), -1, rows), best


def blocks(monkeypatch: pytest.MonkeyPatch, queries: int, scores: int, rows: int) -> None:
    monkeypatch.setattr(search, "_QUERIES_AT_ONCE", queries)
    monkeypatch.setattr(search, "_SCORES_AT_ONCE", scores)
    monkeypatch.setattr(search, "_ROWS_AT_ONCE", rows)


def ranked_by(monkeypatch: pytest.MonkeyPatch, compiled: bool) -> None:
    limit = 0 if compiled else 1 << 62
    monkeypatch.setattr(search, "_SCORES_BEFORE_COMPILING", limit)


def shared_by(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    """Let so many threads share even the least work, and the queries from three for each on."""
    monkeypatch.setattr(search, "_PRODUCTS_A_THREAD", 1)
    monkeypatch.setattr(search, "_MANY_QUERIES", 3)
    monkeypatch.setattr(search, "available_cores", lambda: cores)


def test_a_row_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    shared_by(monkeypatch, 2)
    row = np.array([[-1.0]], dtype=np.float32)
    rows, found = nearest(row, scales(row), row.repeat(2, axis=0), 1)
    assert rows.tolist() == [[0], [0]] and found.tolist() == [[1.0], [1.0]]


BLOCKS = [(256, 1 << 20, 1 << 14), (1, 1, 1), (3, 21, 5), (4, 64, 100), (64, 64 * 7, 7)]


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int, list[list[int]], list[int]]:
    # Few different values, so that ties and zeros are many; one length, so that they are exact.
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    rows, dim, queries = draw(st.integers(1, 30)), draw(st.integers(1, 4)), draw(st.integers(0, 9))
    values = st.sampled_from([-1, 0, 1])
    matrix = draw(arrays(dtype, (rows, dim), elements=values))
    asked = draw(arrays(dtype, (queries, dim), elements=values))
    one = st.lists(st.integers(0, rows - 1), max_size=rows)
    excluded = draw(st.lists(one, min_size=queries, max_size=queries))
    return matrix, asked, draw(st.integers(1, 40)), excluded, sorted(set(draw(one)))


@given(
    problem=problems(),
    sizes=st.sampled_from(BLOCKS),
    metric=st.sampled_from(METRICS),
    compiled=st.booleans(),
    cores=st.integers(1, 3),
    room=st.sampled_from([1, 16]),
)
@settings(max_examples=400)  # compiling takes long
def test_answers_are_those_of_an_argsort(
    problem: tuple[np.ndarray, np.ndarray, int, list[list[int]], list[int]],
    sizes: tuple[int, int, int],
    metric: str,
    compiled: bool,
    cores: int,
    room: int,
) -> None:
    matrix, queries, k, excluded, never = problem
    with pytest.MonkeyPatch.context() as monkeypatch:
        blocks(monkeypatch, *sizes)
        ranked_by(monkeypatch, compiled)
        shared_by(monkeypatch, cores)
        monkeypatch.setattr(search, "_ROOM", room)
        rows, found = nearest(
            matrix,
            scales(matrix),
            queries,
            k,
            excluded,
            np.array(never, dtype=np.int64),
            metric=metric,
        )
    expected = plain(matrix, queries, k, [[*some, *never] for some in excluded], metric)
    size = min(k, len(matrix) - len(never))
    np.testing.assert_array_equal(rows, expected[0][:, :size])
    np.testing.assert_array_equal(found, expected[1][:, :size])


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("power", [-1_000, -600, 600, 1_010])
def test_rows_whose_squares_no_float_holds_are_as_near_as_they_were(
    monkeypatch: pytest.MonkeyPatch, compiled: bool, metric: str, power: int
) -> None:
    ranked_by(monkeypatch, compiled)
    random = np.random.default_rng(5)
    matrix, queries = random.normal(size=(40, 5)), random.normal(size=(3, 5))
    matrix[7] = 0
    # Powers of two change no digit, so that all bits but those of the exponent stay.
    large, asked = np.ldexp(matrix, power), np.ldexp(queries, power)
    rows, found = nearest(matrix, scales(matrix), queries, 6, metric=metric)
    same, values = nearest(large, scales(large), asked, 6, metric=metric)
    np.testing.assert_array_equal(same, rows)
    times = {"cosine": 0, "dot": 2 * power, "euclidean": power}[metric]
    with np.errstate(over="ignore", under="ignore"):
        np.testing.assert_array_equal(values, np.ldexp(found, times))
    np.testing.assert_array_equal(row_lengths(large), np.ldexp(row_lengths(matrix), power))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_bits_do_not_depend_on_blocks_order_threads_or_other_queries(
    monkeypatch: pytest.MonkeyPatch, dtype: type, metric: str
) -> None:
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(250, 37)).astype(dtype)
    matrix[120:240] = matrix[:120]  # ties across blocks, which float32 products do not keep
    queries = rng.normal(size=(21, 37))
    whole = nearest(matrix, scales(matrix), queries, 20, metric=metric)
    for got, expected in zip(whole, plain(matrix, queries, 20, [[]] * 21, metric), strict=True):
        np.testing.assert_array_equal(got, expected)
    tied = whole[1][:, 1:] == whole[1][:, :-1]
    assert tied.any()
    assert (np.diff(whole[0])[tied] > 0).all()
    for order in ("C", "F"):
        matrix, queries = np.asarray(matrix, order=order), np.asarray(queries, order=order)
        for sizes in BLOCKS:
            blocks(monkeypatch, *sizes)
            for compiled, cores in ((False, 1), (False, 3), (True, 1), (True, 8)):
                if compiled and order == "F":  # a kernel of its own; all the rest is the same
                    continue
                ranked_by(monkeypatch, compiled)
                shared_by(monkeypatch, cores)
                got = nearest(matrix, scales(matrix), queries, 20, metric=metric)
                for some, expected in zip(got, whole, strict=True):
                    np.testing.assert_array_equal(some, expected)
    for query in range(3):
        alone = nearest(matrix, scales(matrix), queries[query : query + 1], 20, metric=metric)
        for some, expected in zip(alone, whole, strict=True):
            np.testing.assert_array_equal(some[0], expected[query])


def test_lengths_do_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(3).normal(size=(50, 7)).astype(np.float32)
    whole = row_lengths(rows)
    np.testing.assert_allclose(whole, np.sqrt((rows.astype(float) ** 2).sum(axis=1)))
    for size in (1, 7, 49, 50):
        monkeypatch.setattr(matrix_of_vectors, "_BLOCK_ROWS", size)
        np.testing.assert_array_equal(row_lengths(rows), whole)


def test_what_float32_cannot_tell_apart_is_told_apart() -> None:
    # Angles of 1e-9: the cosines differ by 1e-10 where float32 has steps of 6e-8.
    angles = 0.1 + np.arange(200)[::-1] * 1e-9
    matrix = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    rows, cosines = nearest(matrix, scales(matrix), np.array([[1.0, 0.0]]), 5)
    assert rows.tolist() == [[199, 198, 197, 196, 195]]
    assert (np.diff(cosines[0]) < 0).all()


@pytest.mark.parametrize("sizes", [BLOCKS[0], (7, 700, 100)])
@pytest.mark.parametrize("k", [1, 5, 50])
def test_order_is_right_where_float32_gets_it_wrong(
    monkeypatch: pytest.MonkeyPatch, k: int, sizes: tuple[int, int, int]
) -> None:
    blocks(monkeypatch, *sizes)
    # All near to one direction: the cosines differ less than their errors in float32.
    rng = np.random.default_rng(8)
    matrix = rng.normal(size=64) + rng.normal(size=(3_000, 64)) * 3e-7
    queries = rng.normal(size=(20, 64))
    rows, cosines = nearest(matrix, scales(matrix), queries, k)
    expected_rows, expected = plain(matrix, queries, k, [[]] * 20)
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_array_equal(cosines, expected)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("scale", [1e-44, 1e-30, 1.0, 1e30, 3e38, 1e-150, 1e150])
@pytest.mark.parametrize("queries", [1, 40])
def test_lengths_of_any_size_give_the_same_answers(scale: float, queries: int, metric: str) -> None:
    rng = np.random.default_rng(2)
    matrix, asked = rng.integers(-1, 2, (50, 6)).astype(float), rng.normal(size=(queries, 6))
    scaled = matrix.astype(np.float32 if 1e-45 < scale < 1e39 else np.float64)
    scaled[::2] *= scaled.dtype.type(scale)
    rows, found = nearest(scaled, scales(scaled), asked, 7, metric=metric)
    expected_rows, expected = plain(scaled, asked, 7, [[]] * queries, metric)
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("queries", [1, 40])
@pytest.mark.parametrize("scale", [1e-40, 1e40])
def test_questions_of_any_length_give_the_same_answers(
    queries: int, metric: str, scale: float
) -> None:
    rng = np.random.default_rng(2)
    matrix, asked = rng.normal(size=(50, 6)).astype(np.float32), rng.normal(size=(queries, 6))
    asked[::3] *= scale
    rows, found = nearest(matrix, scales(matrix), asked, 7, metric=metric)
    expected_rows, expected = plain(matrix, asked, 7, [[]] * queries, metric)
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_array_equal(found, expected)


def test_scales_are_about_one_over_the_lengths() -> None:
    matrix = np.random.default_rng(3).normal(size=(50, 300)).astype(np.float32)
    matrix[7] = 0
    lengths = row_lengths(matrix)
    lengths[7] = np.inf
    bound = (matrix.shape[1] / 2 + 4) * 2.0**-24
    np.testing.assert_allclose(scales(matrix), 1 / lengths, rtol=bound)
    matrix[3, 4], matrix[5, 6] = 1e25, np.nan
    assert np.flatnonzero(np.isnan(scales(matrix))).tolist() == [3, 5]
    with pytest.raises(FormatError, match="row 5 holds a value that is not a finite number"):
        checked_scales(matrix, "row {}".format)


def test_more_rows_that_scores_do_not_tell_apart_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(8)
    matrix = np.repeat(rng.normal(size=(1, 40)), 300, axis=0)
    matrix *= 1 + 1e-12 * rng.permutation(300)[:, np.newaxis]  # products that float32 rounds alike
    queries = matrix[:2] + 1e-3
    for metric in METRICS:
        expected = plain(matrix, queries, 5, [[]] * 2, metric)
        for compiled in (False, True):
            ranked_by(monkeypatch, compiled)
            rows, found = nearest(matrix, scales(matrix), queries, 5, metric=metric)
            np.testing.assert_array_equal(found, expected[1])
            np.testing.assert_array_equal(rows, expected[0])


def test_a_fault_in_one_thread_ends_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    shared_by(monkeypatch, 2)
    ended = []

    class Broken(search._Ranking):
        def add(self, block: object, scores: object) -> None:
            if self.batch.start == 0:
                raise MemoryError("no room")

        def finish(self) -> None:
            ended.append(self.batch)

    monkeypatch.setattr(search, "_ranking", lambda n_scores: Broken)
    matrix = np.random.default_rng(1).normal(size=(2000, 3))
    blocks(monkeypatch, 8, 8, 1)
    with pytest.raises(MemoryError, match="no room"):
        nearest(matrix, scales(matrix), matrix[:16], 3)
    assert not ended
