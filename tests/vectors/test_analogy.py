"""Analogies by every method, against the formulas written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from firth.errors import ConfigError
from firth.vectors import WordVectors, analogy
from firth.vectors.analogy import METHODS


def by_hand(rows: np.ndarray, method: str) -> np.ndarray:
    """What each word is worth; the words asked for are the first three, a, b, c."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    a, b, c = unit[:3]

    def cosine(x: np.ndarray, y: np.ndarray) -> float:
        size = np.linalg.norm(x) * np.linalg.norm(y)
        return float(x @ y / size) if size > 0 else 0.0

    if method == "3cosadd":
        return np.array([cosine(x, b - a + c) for x in unit])
    if method == "pairdistance":
        return np.array([cosine(x - c, b - a) for x in unit])
    near = [[(cosine(x, y) + 1) / 2 for y in (a, b, c)] for x in unit]
    return np.array([sb * sc / (sa + 0.001) for sa, sb, sc in near])


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    n, dim = draw(st.integers(4, 30)), draw(st.integers(2, 5))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    values = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 1e-20, 1e20])
    return draw(arrays(dtype, (n, dim), elements=values))


@given(
    matrix=tables(), method=st.sampled_from(METHODS), k=st.integers(1, 6), block=st.integers(1, 9)
)
def test_answers_are_those_of_the_formula(
    matrix: np.ndarray, method: str, k: int, block: int
) -> None:
    vectors = WordVectors([f"w{i}" for i in range(len(matrix))], matrix)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(analogy, "_ROWS_AT_ONCE", block)
        found = vectors.analogy("w0", "w1", "w2", k=k, method=method)
    worth = by_hand(matrix.astype(np.float64), method)
    values = [value for _, value in found]
    # Equal values may stand in another order here than by hand, where sums differ in the last bit.
    best = np.sort(worth[3:])[::-1][:k]
    np.testing.assert_allclose(values, best, atol=1e-9, rtol=1e-9)
    rows = [int(word[1:]) for word, _ in found]
    assert min(rows) > 2 and len(set(rows)) == len(rows) == min(k, len(matrix) - 3)
    np.testing.assert_allclose(worth[rows], values, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_the_bits_do_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(500, 20)).astype(np.float32)
    matrix[250:] = matrix[:250]  # ties
    vectors = WordVectors([f"w{i}" for i in range(500)], matrix)
    whole = vectors.analogy("w0", "w1", "w2", k=40, method=method)
    rows = [int(word[1:]) for word, _ in whole]
    values = [value for _, value in whole]
    tied = [i for i in range(39) if values[i] == values[i + 1]]
    assert len(tied) > 10 and all(rows[i] < rows[i + 1] for i in tied)
    for block in (1, 7, 499):
        monkeypatch.setattr(analogy, "_ROWS_AT_ONCE", block)
        assert vectors.analogy("w0", "w1", "w2", k=40, method=method) == whole


@pytest.mark.parametrize("method", METHODS)
def test_order_is_right_where_float32_gets_it_wrong(method: str) -> None:
    # All near to one direction: the cosines differ less than their errors in float32.
    rng = np.random.default_rng(8)
    matrix = rng.normal(size=64) + rng.normal(size=(3_000, 64)) * 3e-7
    matrix[:3] = rng.normal(size=(3, 64))
    vectors = WordVectors([f"w{i}" for i in range(3_000)], matrix)
    found = vectors.analogy("w0", "w1", "w2", k=20, method=method)
    best = np.sort(by_hand(matrix, method)[3:])[::-1][:20]
    np.testing.assert_allclose([value for _, value in found], best, rtol=1e-13, atol=1e-14)


def test_answers_may_be_restricted() -> None:
    rng = np.random.default_rng(3)
    vectors = WordVectors([f"w{i}" for i in range(50)], rng.normal(size=(50, 5)))
    for method in METHODS:
        found = vectors.analogy("w1", "w30", "w2", k=50, method=method, among=10)
        assert sorted(int(word[1:]) for word, _ in found) == [0, 3, 4, 5, 6, 7, 8, 9]


def test_a_method_that_is_not_known_is_refused() -> None:
    vectors = WordVectors(["a", "b", "c"], np.eye(3))
    with pytest.raises(ConfigError, match="method is '3cosmult'; it must be one of 3cosadd"):
        vectors.analogy("a", "b", "c", method="3cosmult")
