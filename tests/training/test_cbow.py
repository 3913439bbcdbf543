"""CBOW: twin = reference, kernels = twin, and the three ways to send a gradient back."""

from __future__ import annotations

import numpy as np
import pytest

from firth import reference
from firth.training.engine.architectures import cbow
from firth.training.engine.objectives import softmax
from helpers import naive
from helpers.harness import Engine, ranked


def band(generator, n, reach):
    """Random windows around n centres in a buffer of n + 2 reach rows."""
    skip = np.arange(n) + reach
    width = generator.integers(0, reach + 1, n)
    return skip - width, skip + width + 1, skip


def member(first, last, skip, rows):
    inside = np.arange(rows)
    return (
        (inside >= first[:, None]) & (inside < last[:, None]) & (inside != skip[:, None])
    ).astype(float)


def test_twin_is_the_reference():
    generator = np.random.default_rng(0)
    rows, outs = generator.normal(size=(7, 3)), generator.normal(size=(7, 3))
    inside = np.zeros((1, 7))
    inside[0, [1, 2, 5]] = 1
    hidden, back = cbow.twin(rows, inside)
    loss, by_hidden, by_outs = reference.naive_softmax_loss_and_gradients(hidden[0], 4, outs)
    expected = reference.cbow_loss_and_gradients(4, [1, 2, 5], rows, outs)
    assert loss == pytest.approx(expected[0], rel=1e-14)
    np.testing.assert_allclose(back.T @ by_hidden[None], expected[1], atol=1e-14)
    np.testing.assert_allclose(by_outs, expected[2], atol=1e-14)


@pytest.mark.parametrize("mean", [True, False])
def test_exact_gradients_pass_finite_differences(mean):
    generator = np.random.default_rng(1)
    inside = member(*band(generator, 5, 3), 11)
    weights = generator.normal(size=(5, 3))

    def loss(x):
        hidden, back = cbow.twin(x, inside, mean=mean)
        return float(np.sum(weights * hidden**2)), back.T @ (2 * weights * hidden)

    reference.gradient_check(loss, generator.normal(size=(11, 3)))


@pytest.mark.parametrize(
    ("dtype", "near"),
    [("float64", 1e-12), pytest.param("float32", 1e-5, marks=pytest.mark.full)],
)
@pytest.mark.parametrize(("mean", "exact"), [(True, True), (True, False), (False, True)])
def test_kernels_are_the_twin(dtype, near, mean, exact):
    """One batch after the other, by the softmax's gradient, from where the batch before ended."""
    engine = Engine(
        ranked(np.random.default_rng(2), 12, [9, 1, 14, 3]),
        architecture="cbow",
        objective="softmax",
        dtype=dtype,
        chunk_size=8,
        batch_size=4,
        cbow_mean=mean,
        **({"cbow_gradient": "exact" if exact else "word2vec"} if mean else {}),
    )
    result, segment = engine.run(rates=(0.1, 0.1)), engine.segment()
    n = len(segment.words)
    inside = member(segment.first, segment.last, np.arange(n), n)
    inputs, outs = (x.astype(np.float64) for x in (engine.inputs, engine.outputs))
    for c0 in range(0, n, 8):
        rows = inputs[segment.words]  # every position has its own copy within a chunk
        for b0 in range(c0, min(n, c0 + 8), 4):
            batch = slice(b0, min(n, c0 + 8, b0 + 4))
            hidden, back = cbow.twin(rows, inside[batch], mean=mean, exact=exact)
            positive = np.zeros((len(hidden), len(outs)))
            positive[np.arange(len(hidden)), segment.words[batch]] = inside[batch].any(axis=1)
            _, d_hidden, d_outs = softmax.twin(hidden, outs, positive)
            rows = rows - 0.1 * back.T @ d_hidden
            outs = outs - 0.1 * d_outs
        moved = rows - inputs[segment.words]
        np.add.at(inputs, segment.words, moved)
    np.testing.assert_allclose(result.input_matrix, inputs, atol=near)
    np.testing.assert_allclose(result.output_matrix, outs, atol=near)


@pytest.mark.parametrize(
    "settings",
    [
        {"cbow_gradient": "word2vec"},
        {"cbow_mean": False},
    ],
)
def test_other_ways_are_the_reference_scaled(settings):
    """A sum is m means, and word2vec's gradient m exact ones; m varies with the window."""
    sentences = ranked(np.random.default_rng(3), 9, [5, 2, 1, 7])
    engine = Engine(sentences, architecture="cbow", objective="softmax", batch_size=64, **settings)
    result, segment = engine.run(), engine.segment()
    inputs, outs = np.zeros_like(engine.inputs), np.zeros_like(engine.outputs)
    loss = 0.0
    for t, center in enumerate(segment.words):
        near = [segment.words[o] for o in range(segment.first[t], segment.last[t]) if o != t]
        if near:
            m = 1 if settings.get("cbow_mean", True) else len(near)
            hidden = m * engine.inputs[near].mean(axis=0)
            parts = reference.naive_softmax_loss_and_gradients(hidden, center, engine.outputs)
            loss += parts[0]
            np.add.at(inputs, near, np.tile(parts[1], (len(near), 1)))
            outs += parts[2]
    assert result.loss == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(result.input_matrix, engine.inputs - inputs, atol=1e-12)
    np.testing.assert_allclose(result.output_matrix, engine.outputs - outs, atol=1e-12)


def test_words_that_stand_alone_change_nothing():
    engine = Engine([[0], [0], [1]], architecture="cbow", pool_size=4)
    result = engine.run()
    assert result[:3] == (0, 0, 0.0)
    np.testing.assert_array_equal(result.input_matrix, engine.inputs)
    np.testing.assert_array_equal(result.output_matrix, engine.outputs)


def test_chunks_do_not_matter_at_fixed_weights():
    sentences = ranked(np.random.default_rng(4), 12, [9, 14, 3])
    losses = {
        size: Engine(
            sentences, architecture="cbow", objective="softmax", chunk_size=size, batch_size=4
        )
        .run(rates=(0.0, 0.0), measure_every=1)
        .pairs
        for size in (4, 8, 64)
    }
    assert len(set(losses.values())) == 1
    assert naive.ARCHITECTURES["cbow"] is reference.cbow_loss_and_gradients
