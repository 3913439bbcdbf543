"""Centres of a batch in turn: the twin is one centre after the other, with factors held."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.training.engine.objectives.in_turn import twin
from helpers.harness import Engine


@given(st.integers(0, 1 << 32), st.integers(1, 9), st.integers(1, 12), st.integers(1, 5))
def test_twin_is_one_centre_after_the_other(seed, n, n_rows, dim):
    generator = np.random.default_rng(seed)
    hidden, outputs = generator.normal(0, 1, (n, dim)), generator.normal(0, 1, (n_rows, dim))
    factors = generator.normal(0, 1, (n, n_rows)) * (generator.random((n, n_rows)) < 0.5)
    together = factors @ outputs + twin(hidden, factors)
    for t in range(n):
        np.testing.assert_allclose(together[t], factors[t] @ outputs, atol=1e-9)
        outputs += np.outer(factors[t], hidden[t])


def test_words_that_meet_the_same_word_draw_together():
    """A gain of second order in the rate, along the vector of the centre before."""
    engine = Engine([[0, 2, 1]], dim=4, window=1, negative=1, noise="pair")
    free = engine.objective_at(0)._replace(negative=0)
    ahead, behind = (engine.run(rates=(r, r), objective=free) for r in (0.1, -0.1))
    second = (ahead.input_matrix + behind.input_matrix) / 2 - engine.inputs
    # Words 0 and 1 both predict word 2; each predicted word is predicted by no other centre else.
    h, u = engine.inputs, engine.outputs
    first, last = (0.1 / (1 + np.exp(h[word] @ u[2])) for word in (0, 1))
    np.testing.assert_allclose(second[1], first * last * h[0], rtol=0.05)
    np.testing.assert_allclose(second[[0, 2]], 0, atol=1e-3 * np.abs(second[1]).max() + 1e-12)


@pytest.mark.parametrize("batch", [4, 8, 16])
def test_batches_of_any_size_end_near_to_each_other(batch):
    """Without it, the larger the batch, the further its inputs are from training in turn."""
    generator = np.random.default_rng(3)
    weights = np.arange(1, 9) ** -0.5
    text = [sorted(generator.choice(8, 6, p=weights / weights.sum())) for _ in range(20)]
    counts = np.bincount(np.concatenate(text))
    rank = np.argsort(np.argsort(-counts, kind="stable"))
    text = [rank[sentence].tolist() for sentence in text]
    sizes = {"noise": "pair", "chunk_size": 64, "dim": 5, "window": 5}
    engine = Engine(text, batch_size=batch, **sizes)
    free = engine.objective_at(0)._replace(negative=0)
    got = engine.run(rates=(0.1, 0.1), objective=free).input_matrix - engine.inputs
    smallest = Engine(text, batch_size=4, **sizes)
    want = smallest.run(rates=(0.1, 0.1), objective=free).input_matrix - engine.inputs
    assert np.abs(got - want).max() < 0.1 * np.abs(want).max()
