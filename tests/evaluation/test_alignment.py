"""Rotations that are known are found again; SciPy finds the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.errors import ConfigError, EvaluationError
from firth.evaluation import averaged
from firth.evaluation.alignment import align, anchor_weights
from firth.vectors.matrix import directions


def made(seed, n=60, dim=6):
    random = np.random.default_rng(seed)
    return random.normal(size=(n, dim)), np.linalg.qr(random.normal(size=(dim, dim)))[0]


@given(st.integers(0, 1000), st.booleans())
def test_a_turned_model_is_turned_back(seed, weighted):
    matrix, turn = made(seed)
    lengths = np.random.default_rng(seed).uniform(0.1, 9, (60, 1))
    weights = lengths[:, 0] if weighted else None
    found = align(matrix, lengths * (matrix @ turn), weights)
    assert found.rotation == pytest.approx(turn)
    assert found.moved(matrix, lengths * (matrix @ turn)) == pytest.approx(0)
    assert found.turned(matrix) == pytest.approx(matrix @ turn)


def test_it_is_scipys_and_orthogonal():
    linalg = pytest.importorskip("scipy.linalg")
    (first, _), (second, _) = made(1), made(2)
    found = align(first, second)
    wanted, _ = linalg.orthogonal_procrustes(directions(first), directions(second))
    assert found.rotation == pytest.approx(wanted)
    assert found.rotation.T @ found.rotation == pytest.approx(np.eye(6), abs=1e-12)


def test_weights_and_means():
    first, turn = made(3)
    second = first @ turn
    second[30:] = made(4)[0][30:]  # these say nothing
    weights = np.where(np.arange(60) < 30, 1.0, 1e-9)
    assert align(first, second, weights).rotation == pytest.approx(turn, abs=1e-6)
    assert np.abs(align(first, second).rotation - turn).max() > 0.01
    # A direction that all words of one model share, as in skip-gram, is taken away with the mean.
    unit = directions(first)
    shifted = unit @ turn + [3, 0, 0, 0, 0, 0]
    shifted /= np.linalg.norm(shifted, axis=1, keepdims=True)
    plain, centred = (align(unit, shifted, centred=how) for how in (False, True))
    assert centred.moved(unit, shifted).mean() < plain.moved(unit, shifted).mean() / 2


def test_models_of_two_dimensions():
    first, turn = made(5)
    wide = np.hstack([first @ turn, np.zeros((60, 3))])
    for one, other in ((first, wide), (wide, first)):
        found = align(one, other)
        assert found.rotation.shape == (9, 9)
        assert found.moved(one, other) == pytest.approx(0)


def test_what_cannot_be_aligned():
    with pytest.raises(EvaluationError, match="none in common"):
        align(np.zeros((0, 3)), np.zeros((0, 3)))
    with pytest.raises(ConfigError, match="weights is 'log'"):
        anchor_weights("log")
    with pytest.raises(ConfigError, match="need counts"):
        anchor_weights("frequency", None, np.array([1]))


def test_the_mean_of_runs_varies_less_than_a_run():
    random = np.random.default_rng(0)
    truth = random.normal(size=(200, 5))

    def run():
        turn = np.linalg.qr(random.normal(size=(5, 5)))[0]
        return (truth + random.normal(scale=0.5, size=truth.shape)) @ turn

    def apart(one, other):
        return align(one, other).moved(one, other).mean()

    means = [averaged([run() for _ in range(10)], np.full(200, 9)) for _ in range(2)]
    assert apart(*means) < apart(run(), run()) / 5
    assert apart(means[0], truth) < apart(run(), truth) / 5
