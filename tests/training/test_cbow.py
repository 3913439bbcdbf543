"""CBOW: twin = reference, kernels = twin, and the three ways to send a gradient back."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from harness import Engine, ranked

from firth import reference
from firth.training.architectures import cbow
from firth.training.blocks import aligned_zeros, band_spread, band_sums


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


@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("mean", [True, False])
@pytest.mark.parametrize("exact", [True, False])
def test_kernels_are_the_twin(dtype, near, mean, exact):
    generator = np.random.default_rng(2)
    n, reach, dim = 9, 3, 19
    first, last, skip = band(generator, n, reach)
    inside = member(first, last, skip, n + 2 * reach)
    rows, out, d_rows = (
        aligned_zeros(size, dim, dtype) for size in (len(inside[0]), n, len(inside[0]))
    )
    rows[:, :dim] = generator.normal(size=(len(rows), dim))
    hidden, back = cbow.twin(rows, inside, mean=mean, exact=exact)
    m = np.maximum(inside.sum(axis=1), 1)
    weight = (1 / m if mean else np.ones(n)).astype(dtype)
    band_sums(rows, first, last, skip, weight, n, out)
    np.testing.assert_allclose(out, hidden, atol=near)
    band_spread(out, first, last, skip, weight if exact else np.ones(n, dtype), n, d_rows)
    np.testing.assert_allclose(d_rows, back.T @ out.astype(float), atol=near)


@pytest.mark.parametrize(
    "settings",
    [
        {"cbow_gradient": "word2vec"},
        {"cbow_mean": False},
        {"cbow_mean": False, "cbow_gradient": "word2vec"},
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
