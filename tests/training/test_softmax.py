"""The full softmax: twin = reference, kernel = reference over several blocks, refusal."""

from __future__ import annotations

import numpy as np
import pytest

from firth import reference
from firth.config import TrainConfig
from firth.corpus import Vocabulary
from firth.errors import ConfigError
from firth.training.engine.functions import exponentials
from firth.training.engine.objectives import softmax
from helpers import naive
from helpers.harness import Engine, ranked


def test_twin_is_the_sum_of_reference_pairs():
    generator = np.random.default_rng(0)
    hidden, output = generator.normal(size=(3, 4)), generator.normal(size=(9, 4))
    positive = np.zeros((3, 9))
    loss, by_hidden, by_output = 0.0, np.zeros_like(hidden), np.zeros_like(output)
    for t, word in [(0, 2), (0, 2), (0, 8), (2, 1)]:
        positive[t, word] += 1
        parts = reference.naive_softmax_loss_and_gradients(hidden[t], word, output)
        loss += parts[0]
        by_hidden[t] += parts[1]
        by_output += parts[2]
    found = softmax.twin(hidden, output, positive)
    assert found[0] == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(found[1], by_hidden, atol=1e-13)
    np.testing.assert_allclose(found[2], by_output, atol=1e-13)
    reference.gradient_check(lambda x: softmax.twin(x, output, positive)[:2], hidden)


@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("n_words", [5, softmax.BLOCK, 2 * softmax.BLOCK + 37])
def test_kernel_is_the_reference(dtype, near, n_words):
    """Fewer words than a block, exactly one, and two with a rest."""
    generator = np.random.default_rng(1)
    sentences = ranked(generator, n_words, [n_words, 1, 30])
    engine = Engine(
        sentences, objective="softmax", dtype=dtype, chunk_size=512, batch_size=512, window=2
    )
    result, segment = engine.run(), engine.segment()
    loss, by_inputs, by_outputs = naive.chunk_loss_and_gradients(engine, segment)
    assert result.loss == pytest.approx(loss, rel=near)
    scale = 1 + max(np.abs(by_inputs).max(), np.abs(by_outputs).max())
    np.testing.assert_allclose(result.input_matrix, engine.inputs - by_inputs, atol=near * scale)
    np.testing.assert_allclose(result.output_matrix, engine.outputs - by_outputs, atol=near * scale)


def test_large_scores_do_not_overflow():
    engine = Engine(
        ranked(np.random.default_rng(2), 200, [220]), objective="softmax", dtype="float32", scale=9
    )
    result = engine.run(rates=(0.0, 0.0))
    loss, *_ = naive.chunk_loss_and_gradients(engine, engine.segment())
    assert 100 < result.loss / result.measured < 2000
    assert np.isfinite(loss)


@pytest.mark.parametrize(("dtype", "near"), [("float32", 1e-6), ("float64", 1e-15)])
def test_exponentials(dtype, near):
    x = -np.concatenate([np.linspace(0, 86, 100_001), np.geomspace(1e-30, 1, 1001)]).astype(dtype)
    values = x.copy()
    exponentials(values, len(values))
    np.testing.assert_allclose(values, np.exp(x.astype(float)), rtol=near)
    low = np.array([-1e4, -np.inf, np.nan], dtype)
    exponentials(low, 3)
    assert low[0] < 2e-38
    assert low[1] < 2e-38


def test_a_senseless_run_is_refused_with_the_time_and_the_remedy():
    words = Vocabulary([f"w{i}" for i in range(100_000)], np.full(100_000, 10_000))
    config = TrainConfig(objective="softmax", threads=2, sample=0)
    hours = softmax.hours(config, words)
    assert hours == pytest.approx(6 * 5 * 1e9 * 1e5 * 112 / (2 * softmax.RATE["float32"]) / 3600)
    with pytest.raises(ConfigError, match=r"about 1,167,\d+ hours|about [\d,]+ hours.*max_vocab"):
        softmax.tables(config, words)
    few = Vocabulary(["a", "b"], [5, 5])
    assert softmax.tables(config, few) == 2
    allowed = TrainConfig(objective="softmax", softmax_hours=1e9)
    assert softmax.tables(allowed, words) == 100_000
