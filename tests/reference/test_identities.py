"""The table of the derivation, 1a to 1f, each line a property on random inputs."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from firth import reference as ref
from firth.errors import ConfigError

# No clock in these tests: a busy machine is no reason to fail.
settings.register_profile(
    "identities", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("identities")

SCORES = st.floats(-1e4, 1e4)
VALUES = st.floats(-3, 3)


@st.composite
def problems(draw):
    """A small vocabulary: both matrices, a centre row, outside rows, noise rows."""
    n, d = draw(st.integers(2, 7)), draw(st.integers(1, 5))
    rows = st.integers(0, n - 1)
    return (
        draw(arrays(np.float64, (n, d), elements=VALUES)),
        draw(arrays(np.float64, (n, d), elements=VALUES)),
        draw(rows),
        draw(st.lists(rows, min_size=1, max_size=6)),
        draw(st.lists(rows, min_size=1, max_size=6)),
    )


def one_hot(n, o):
    y = np.zeros(n)
    y[o] = 1.0
    return y


@given(problems())
def test_1a_cross_entropy_with_a_one_hot_truth_is_the_naive_softmax_loss(problem):
    centers, outs, c, (o, *_), _ = problem
    loss, _, _ = ref.naive_softmax_loss_and_gradients(centers[c], o, outs)
    prediction = ref.softmax(outs @ centers[c])
    assert loss == pytest.approx(ref.cross_entropy(one_hot(len(outs), o), prediction), abs=1e-9)
    assert loss == pytest.approx(-np.log(prediction[o]), abs=1e-9)


@given(problems())
def test_1b_gradient_by_scores_is_prediction_less_truth(problem):
    centers, outs, c, (o, *_), _ = problem
    scores = outs @ centers[c]
    # With the identity as outside matrix the centre vector *is* the score vector.
    _, by_scores, _ = ref.naive_softmax_loss_and_gradients(scores, o, np.eye(len(outs)))
    error = ref.softmax(scores) - one_hot(len(outs), o)
    np.testing.assert_allclose(by_scores, error, atol=1e-12)
    _, by_center, _ = ref.naive_softmax_loss_and_gradients(centers[c], o, outs)
    np.testing.assert_allclose(by_center, outs.T @ error, atol=1e-9)


@given(problems())
def test_1c_each_row_of_the_outside_gradient_is_its_error_times_the_centre(problem):
    centers, outs, c, (o, *_), _ = problem
    _, _, by_outside = ref.naive_softmax_loss_and_gradients(centers[c], o, outs)
    prediction, truth = ref.softmax(outs @ centers[c]), one_hot(len(outs), o)
    for w, row in enumerate(by_outside):
        np.testing.assert_allclose(row, (prediction[w] - truth[w]) * centers[c], atol=1e-12)


@given(arrays(np.float64, st.integers(1, 8), elements=SCORES))
def test_1d_derivative_of_the_sigmoid(x):
    s = ref.sigmoid(x)
    np.testing.assert_allclose(ref.sigmoid_derivative(x), s * (1 - s), atol=1e-15)
    np.testing.assert_array_equal(ref.sigmoid_derivative(x), s * ref.sigmoid(-x))
    np.testing.assert_array_equal(ref.sigmoid_jacobian(x), np.diag(ref.sigmoid_derivative(x)))
    near = np.clip(x, -20, 20)
    numeric = (ref.sigmoid(near + 1e-5) - ref.sigmoid(near - 1e-5)) / 2e-5
    np.testing.assert_allclose(ref.sigmoid_derivative(near), numeric, atol=1e-9)


@given(problems())
def test_1e_formulas_of_negative_sampling(problem):
    centers, outs, c, (o, *_), noise = problem
    v = centers[c]
    loss, by_center, by_outside = ref.negative_sampling_loss_and_gradients(v, o, noise, outs)
    s = ref.sigmoid
    expected = -np.log(s(outs[o] @ v)) - sum(np.log(s(-outs[k] @ v)) for k in noise)
    assert loss == pytest.approx(expected, rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(
        by_center,
        (s(outs[o] @ v) - 1) * outs[o] + sum(s(outs[k] @ v) * outs[k] for k in noise),
        atol=1e-10,
    )
    rows = np.zeros_like(outs)
    rows[o] += (s(outs[o] @ v) - 1) * v
    for k in noise:
        rows[k] += s(outs[k] @ v) * v
    np.testing.assert_allclose(by_outside, rows, atol=1e-10)


@given(problems(), st.integers(1, 5))
def test_1e_a_word_drawn_n_times_gets_n_times_its_gradient(problem, times):
    centers, outs, c, (o, *_), _ = problem
    k = (o + 1) % len(outs)
    _, _, once = ref.negative_sampling_loss_and_gradients(centers[c], o, [k], outs)
    _, _, often = ref.negative_sampling_loss_and_gradients(centers[c], o, [k] * times, outs)
    np.testing.assert_allclose(often[k], times * once[k], rtol=1e-12)
    np.testing.assert_array_equal(often[o], once[o])


@given(problems(), st.booleans())
def test_1f_skipgram_is_the_sum_over_the_window(problem, naive):
    centers, outs, c, window, noise = problem
    pair = (
        ref.naive_softmax_loss_and_gradients
        if naive
        else ref.negative_sampling(lambda outside: noise)
    )
    loss, by_centers, by_outs = ref.skipgram_loss_and_gradients(c, window, centers, outs, pair)
    parts = [pair(centers[c], o, outs) for o in window]
    assert loss == pytest.approx(sum(part[0] for part in parts))
    np.testing.assert_allclose(by_centers[c], sum(part[1] for part in parts), atol=1e-12)
    np.testing.assert_allclose(by_outs, sum(part[2] for part in parts), atol=1e-12)
    others = np.arange(len(centers)) != c
    assert not by_centers[others].any()


@given(problems())
def test_gradients_agree_with_central_differences(problem):
    centers, outs, c, window, noise = problem
    n = len(centers)
    both = np.stack((centers, outs))
    pairs = {
        "naive": ref.naive_softmax_loss_and_gradients,
        "negative": ref.negative_sampling(lambda outside: noise),
    }
    for architecture in (ref.skipgram_loss_and_gradients, ref.cbow_loss_and_gradients):
        for pair in pairs.values():

            def loss_at(x, architecture=architecture, pair=pair):
                loss, *gradients = architecture(c, window, x[0], x[1], pair)
                return loss, np.stack(gradients)

            assert ref.gradient_check(loss_at, both) < 1e-5
    signs = [1.0 if node % 2 else -1.0 for node in noise]

    def tree_loss_at(x):
        loss, by_hidden, by_nodes = ref.hierarchical_softmax_loss_and_gradients(
            x[0], noise, signs, x[1:]
        )
        return loss, np.vstack((by_hidden, by_nodes))

    assert ref.gradient_check(tree_loss_at, np.vstack((centers[c], outs))) < 1e-5
    assert n == len(outs)


@given(problems())
def test_cbow_of_one_word_is_skipgram_the_other_way_round(problem):
    centers, outs, c, (o, *_), _ = problem
    for got, expected in zip(
        ref.cbow_loss_and_gradients(c, [o], centers, outs),
        ref.skipgram_loss_and_gradients(o, [c], centers, outs),
        strict=True,
    ):
        np.testing.assert_allclose(got, expected, atol=1e-12)


@given(st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_leaves_of_a_tree_share_all_probability(leaves, seed):
    rng = np.random.default_rng(seed)
    hidden, nodes = rng.normal(size=3), rng.normal(size=(leaves - 1, 3))
    total = 0.0
    # A chain is a tree as well: leaf i turns off at node i, the last one at the end.
    for leaf in range(leaves):
        depth = min(leaf + 1, leaves - 1)
        signs = -np.ones(depth)
        if leaf < leaves - 1:
            signs[-1] = 1.0
        loss, _, _ = ref.hierarchical_softmax_loss_and_gradients(hidden, range(depth), signs, nodes)
        total += np.exp(-loss)
    assert total == pytest.approx(1.0)


@given(arrays(np.float64, (4, 2), elements=SCORES), arrays(np.float64, 2, elements=SCORES))
def test_extreme_scores_stay_finite(outs, v):
    v = np.clip(v, -1, 1)
    signs = [1.0, -1.0]
    for loss, *gradients in (
        ref.naive_softmax_loss_and_gradients(v, 1, outs),
        ref.negative_sampling_loss_and_gradients(v, 1, [0, 0, 3], outs),
        ref.hierarchical_softmax_loss_and_gradients(v, [0, 2], signs, outs),
    ):
        assert np.isfinite(loss)
        assert loss >= 0
        assert all(np.isfinite(gradient).all() for gradient in gradients)
    assert np.isfinite(ref.cross_entropy([1, 0], ref.softmax([-1e4, 1e4])))
    assert ref.softmax(outs).sum(axis=-1) == pytest.approx(1.0)


def test_softmax_does_not_change_when_all_scores_move():
    scores = np.array([0.3, -2.0, 5.0])
    np.testing.assert_allclose(ref.softmax(scores + 1e4), ref.softmax(scores), rtol=1e-9)


def test_arguments_are_left_alone():
    rng = np.random.default_rng(0)
    centers, outs = rng.normal(size=(2, 5, 3))
    before = centers.copy(), outs.copy()
    ref.skipgram_loss_and_gradients(0, [1, 2], centers, outs)
    ref.cbow_loss_and_gradients(0, [1, 2], centers, outs)
    ref.negative_sampling_loss_and_gradients(centers[0], 1, [2], outs)
    ref.train_vectors([[0, 1, 2]], centers, outs)
    np.testing.assert_array_equal(centers, before[0])
    np.testing.assert_array_equal(outs, before[1])


def test_gradient_check_sees_a_wrong_coordinate_a_wrong_shape_and_nan():
    wrong = partial(ref.gradient_check, x=np.array([1.0, 2.0]))
    with pytest.raises(AssertionError, match=r"index \(1,\): analytic 5, numeric 4"):
        wrong(lambda x: (float(x @ x), np.array([2 * x[0], 5.0])))
    with pytest.raises(AssertionError, match=r"shape \(1,\), x has shape \(2,\)"):
        wrong(lambda x: (float(x @ x), x[:1]))
    with pytest.raises(AssertionError, match="analytic nan"):
        wrong(lambda x: (float(x @ x), x * np.nan))


def test_an_empty_cbow_window_is_refused():
    with pytest.raises(ConfigError, match="empty"):
        ref.cbow_loss_and_gradients(0, [], np.eye(2), np.eye(2))


def test_a_row_that_a_matrix_does_not_have_is_refused():
    """NumPy would take -1 for the last row, in silence."""
    V, U = np.ones((4, 2)), np.zeros((5, 2))
    calls = {
        "outside is -1; the matrix has rows 0 to 4": [
            lambda: ref.naive_softmax_loss_and_gradients(V[0], -1, U),
            lambda: ref.negative_sampling_loss_and_gradients(V[0], -1, [1], U),
            lambda: ref.skipgram_loss_and_gradients(0, [1, -1], V, U),
            lambda: ref.cbow_loss_and_gradients(-1, [1], V, U),
        ],
        "noise is 5; the matrix has rows 0 to 4": [
            lambda: ref.negative_sampling_loss_and_gradients(V[0], 1, [2, 5, -1], U),
        ],
        "center is 4; the matrix has rows 0 to 3": [
            lambda: ref.skipgram_loss_and_gradients(4, [], V, U),
        ],
        "outside is 4; the matrix has rows 0 to 3": [
            lambda: ref.cbow_loss_and_gradients(1, [0, 4], V, U),
        ],
        "node is -2; the matrix has rows 0 to 4": [
            lambda: ref.hierarchical_softmax_loss_and_gradients(V[0], [0, -2], [1, 1], U),
        ],
    }
    for message, functions in calls.items():
        for function in functions:
            with pytest.raises(ConfigError, match=message):
                function()
