"""Word mover's distance: its proof, its laws, its bounds; SciPy's and gensim's answers."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firth
from firth.documents import WordMovers, bags, movers
from firth.documents.kernels.transport import Tree, transport
from firth.errors import ConfigError, FormatError

WORDS = [f"w{i}" for i in range(30)]
RNG = np.random.default_rng(4)
MATRIX = RNG.standard_normal((30, 4)).astype(np.float32)
MATRIX[7] = MATRIX[3]  # two words at one place
MATRIX[9] = MATRIX[8] * np.float32(1 + 1e-6)  # and almost
VECTORS = firth.WordVectors(WORDS, MATRIX)

documents = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8)


def problem(rng, n, m, ties):
    costs = rng.integers(0, 4, (n, m)).astype(float) if ties else rng.random((n, m))
    supply, demand = rng.integers(1, 7, n), rng.integers(1, 7, m)
    return costs, supply * demand.sum(), demand * supply.sum()


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 12), st.booleans())
@settings(max_examples=100, deadline=None)
def test_the_duals_prove_that_nothing_is_cheaper(seed, n, m, ties):
    costs, supply, demand = problem(np.random.default_rng(seed), n, m, ties)
    tree = Tree.of(n + m)
    total = transport(n, m, costs, supply.copy(), demand.copy(), tree)
    flow = np.zeros((n, m), np.int64)
    for node, parent in enumerate(tree.parent.tolist()):
        if parent >= 0:
            flow[min(node, parent), max(node, parent) - n] = tree.amount[node]
    u, v = tree.potential[:n], tree.potential[n:]
    assert (flow >= 0).all()
    assert np.array_equal(flow.sum(axis=1), supply) and np.array_equal(flow.sum(axis=0), demand)
    assert total == pytest.approx((flow * costs).sum())
    # No flow costs less than its duals allow, and this one costs just that.
    assert (u[:, None] + v <= costs + 1e-9).all()
    assert u @ supply + v @ demand == pytest.approx(total, abs=1e-9 * supply.sum())


@pytest.mark.peers
@pytest.mark.parametrize("ties", [False, True])
def test_scipy_agrees(ties):
    from scipy.optimize import linprog

    rng = np.random.default_rng(6)
    for _ in range(20):
        n, m = rng.integers(1, 15, 2)
        costs, supply, demand = problem(rng, n, m, ties)
        rows = [np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))]
        b = np.concatenate([supply, demand]) / supply.sum()
        expected = linprog(costs.ravel(), A_eq=np.concatenate(rows), b_eq=b, method="highs").fun
        total = supply.sum()
        found = transport(n, m, costs, supply, demand, Tree.of(n + m)) / total
        assert found == pytest.approx(expected)


@given(documents, documents, documents, st.booleans())
@settings(max_examples=80, deadline=None)
def test_it_is_a_metric_with_a_bound(first, second, third, unit):
    measure = WordMovers(VECTORS, unit=unit)
    ab, ba = measure.distance(first, second), measure.distance(second, first)
    assert ab == pytest.approx(ba, abs=1e-9) and ab >= 0
    assert measure.distance(first, first * 2) == 0.0
    assert ab <= measure.distance(first, third) + measure.distance(third, second) + 1e-9
    assert measure.relaxed(first, second) <= ab + 1e-9
    assert measure.relaxed(first, second) == measure.relaxed(second, first)
    if len(first) == len(second) <= 5:
        # As many words on both sides: some order of the second is the best.
        rows = [[MATRIX[WORDS.index(w)].astype(float) for w in d] for d in (first, second)]
        if unit:
            rows = [[row / np.linalg.norm(row) for row in part] for part in rows]
        orders = itertools.permutations(rows[1])
        far = min(sum(map(_apart, rows[0], order)) for order in orders) / len(first)
        assert ab == pytest.approx(far, abs=1e-9)


def _apart(a, b):
    return float(np.linalg.norm(a - b))


@given(documents, st.lists(st.lists(st.sampled_from([*WORDS, "x"]), max_size=6), max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_nearest_are_those_of_the_whole_ranking(query, texts):
    measure = WordMovers(VECTORS)
    distances = measure.distances(query, texts)
    ranking = sorted((d, i) for i, d in enumerate(distances.tolist()) if np.isfinite(d))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bags, "_GROUP", 9)  # few documents at a time
        for k in (1, 3, 20):
            assert measure.nearest(query, texts, k) == [(i, d) for d, i in ranking[:k]]


def test_equals_are_in_the_order_of_the_documents():
    places = np.float32([[0], [10], [2.5], [12.5]])
    measure = WordMovers(firth.WordVectors(["a", "b", "c", "d"], places), unit=False)
    texts = ["c d", "a a a b", "c d"]
    # Both are as far, but the bound of the second is lower: it is solved first.
    assert [measure.relaxed("a b", text) for text in texts] == [2.5, 0.0, 2.5]
    assert measure.nearest("a b", texts, k=1) == [(0, 2.5)]
    assert measure.nearest("a b", texts, k=2) == [(0, 2.5), (1, 2.5)]


def test_a_distance_is_the_same_whatever_is_computed_beside_it(monkeypatch):
    rng = np.random.default_rng(3)
    measure = WordMovers(VECTORS)
    texts = [rng.choice(WORDS, rng.integers(1, 9)).tolist() for _ in range(60)]
    alone = [measure.distance(texts[0], text) for text in texts]
    assert measure.distances(texts[0], texts).tolist() == alone
    monkeypatch.setattr(bags, "_GROUP", 9)
    assert measure.distances(texts[0], texts).tolist() == alone


def test_few_distances_are_computed_for_the_nearest(monkeypatch):
    rng = np.random.default_rng(1)
    matrix = rng.standard_normal((500, 20)).astype(np.float32)
    vectors = firth.WordVectors([str(i) for i in range(500)], matrix)
    measure = WordMovers(vectors)
    texts = measure.bags([rng.integers(0, 500, 10).astype(str).tolist() for _ in range(400)])
    calls, exact = [], movers._Measure.exact
    monkeypatch.setattr(
        movers._Measure, "exact", lambda self, numbers: calls.append(1) or exact(self, numbers)
    )
    measure.nearest("1 2 3 4 5 6 7", texts, k=3)
    assert 3 <= len(calls) < 200


def test_what_has_no_word_is_infinitely_far():
    measure = WordMovers(VECTORS)
    assert measure.distance("w1", "nothing") == measure.relaxed("nothing", "w1") == np.inf
    assert measure.nearest("w1", ["nothing", "", "w2", "w1"]) == [
        (3, 0.0),
        (2, measure.distance("w1", "w2")),
    ]
    assert measure.nearest("w1", []) == []
    with pytest.raises(ConfigError, match="no word of the query has a vector"):
        measure.nearest("nothing", ["w1"])
    with pytest.raises(ConfigError, match="k is 0; it must be 1 or more"):
        measure.nearest("w1", ["w1"], k=0)
    assert measure.distance(None, "w1") == np.inf
    with pytest.raises(ConfigError, match="is no document; give a text, or a list of words"):
        measure.distance(pa.table({"x": ["w1", "w2"]}), "w1")


def test_vectors_that_are_no_numbers_are_refused():
    broken = MATRIX.copy()
    broken[1, 2] = np.inf
    for unit in (True, False):
        with pytest.raises(FormatError, match="not a finite number"):
            WordMovers(firth.WordVectors(WORDS, broken), unit=unit).distance("w1", "w2")


def test_close_vectors_keep_their_distance():
    a = RNG.standard_normal((3, 50))
    b = a + 1e-7 * RNG.standard_normal((3, 50))
    expected = [[np.linalg.norm(x - y) for y in b] for x in a]
    np.testing.assert_allclose(movers.euclidean(a, b), expected, rtol=1e-9)


@pytest.mark.peers
def test_gensim_agrees():
    pytest.importorskip("ot", reason="gensim's wmdistance needs POT")
    from gensim.models import KeyedVectors

    keyed = KeyedVectors(4)
    keyed.add_vectors(WORDS, MATRIX)
    rng = np.random.default_rng(2)
    for _ in range(30):
        first, second = (rng.choice(WORDS, rng.integers(1, 15)).tolist() for _ in range(2))
        for unit in (True, False):
            expected = keyed.wmdistance(first, second, norm=unit)
            found = WordMovers(VECTORS, unit=unit).distance(first, second)
            assert found == pytest.approx(expected, abs=1e-5)
