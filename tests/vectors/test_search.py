"""The blocked search against an argsort of all cosines: exact, in order, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from firth.vectors import matrix as matrix_of_vectors
from firth.vectors import search
from firth.vectors.matrix import directions, row_lengths
from firth.vectors.search import nearest


def plain(
    matrix: np.ndarray, queries: np.ndarray, k: int, excluded: list[list[int]]
) -> tuple[np.ndarray, np.ndarray]:
    """Sort all cosines of all queries; as the search does, but with nothing left out."""
    unit, asked = directions(matrix), directions(queries)
    cosines = np.empty((len(asked), len(unit)))
    for query, direction in enumerate(asked):
        np.clip(
            np.einsum("vd,vd->v", unit, np.tile(direction, (len(unit), 1))), -1, 1, cosines[query]
        )
    for query, rows in enumerate(excluded):
        cosines[query, rows] = -np.inf
    rows = np.argsort(-cosines, axis=1, kind="stable")[:, : min(k, len(matrix))]
    best = np.take_along_axis(cosines, rows, axis=1)
    return np.where(np.isinf(best), -1, rows), best


def blocks(monkeypatch: pytest.MonkeyPatch, queries: int, scores: int, rows: int) -> None:
    monkeypatch.setattr(search, "_QUERIES_AT_ONCE", queries)
    monkeypatch.setattr(search, "_SCORES_AT_ONCE", scores)
    monkeypatch.setattr(search, "_ROWS_AT_ONCE", rows)


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


@given(problem=problems(), sizes=st.sampled_from(BLOCKS))
@settings(max_examples=300)
def test_answers_are_those_of_an_argsort(
    problem: tuple[np.ndarray, np.ndarray, int, list[list[int]], list[int]],
    sizes: tuple[int, int, int],
) -> None:
    matrix, queries, k, excluded, never = problem
    with pytest.MonkeyPatch.context() as monkeypatch:
        blocks(monkeypatch, *sizes)
        rows, cosines = nearest(
            matrix, row_lengths(matrix), queries, k, excluded, np.array(never, dtype=np.int64)
        )
    expected_rows, expected = plain(matrix, queries, k, [[*some, *never] for some in excluded])
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_array_equal(cosines, expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_bits_do_not_depend_on_blocks_or_on_other_queries(
    monkeypatch: pytest.MonkeyPatch, dtype: type, order: str
) -> None:
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(700, 37)).astype(dtype)
    matrix[300:600] = matrix[:300]  # ties across blocks, which float32 products do not keep
    queries = rng.normal(size=(41, 37))
    lengths = row_lengths(matrix)
    whole = nearest(matrix, lengths, queries, 20)
    matrix, queries = np.asarray(matrix, order=order), np.asarray(queries, order=order)
    np.testing.assert_array_equal(row_lengths(matrix), lengths)
    assert (np.diff(whole[1]) <= 0).all()
    tied = whole[1][:, 1:] == whole[1][:, :-1]
    assert tied.any()
    assert (np.diff(whole[0])[tied] > 0).all()
    for sizes in BLOCKS:
        blocks(monkeypatch, *sizes)
        for got, expected in zip(nearest(matrix, lengths, queries, 20), whole, strict=True):
            np.testing.assert_array_equal(got, expected)
    for query in range(3):
        alone = nearest(matrix, lengths, queries[query : query + 1], 20)
        for got, expected in zip(alone, whole, strict=True):
            np.testing.assert_array_equal(got[0], expected[query])


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
    rows, cosines = nearest(matrix, row_lengths(matrix), np.array([[1.0, 0.0]]), 5)
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
    rows, cosines = nearest(matrix, row_lengths(matrix), queries, k)
    expected_rows, expected = plain(matrix, queries, k, [[]] * 20)
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_array_equal(cosines, expected)


@pytest.mark.parametrize("scale", [1e-44, 1e-30, 1.0, 1e30, 3e38, 1e-150, 1e150])
@pytest.mark.parametrize("queries", [1, 40])
def test_lengths_of_any_size_give_the_same_answers(scale: float, queries: int) -> None:
    rng = np.random.default_rng(2)
    matrix, asked = rng.integers(-1, 2, (50, 6)).astype(float), rng.normal(size=(queries, 6))
    scaled = matrix.astype(np.float32 if 1e-45 < scale < 1e39 else np.float64)
    scaled[::2] *= scaled.dtype.type(scale)
    rows, cosines = nearest(scaled, row_lengths(scaled), asked, 7)
    expected_rows, expected = plain(scaled, asked, 7, [[]] * queries)
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_array_equal(cosines, expected)
