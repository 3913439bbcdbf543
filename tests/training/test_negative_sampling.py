"""Reference pairs = the chunk's NumPy twin = the kernels; and the pool's gradient is unbiased."""

from __future__ import annotations

import numpy as np
import pytest

from firth import reference
from firth.training.engine.chunks import Segment
from firth.training.engine.objectives import in_turn
from firth.training.engine.objectives.negative_sampling import twin
from helpers import naive
from helpers.harness import Engine, ranked

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


def chunk(seed, n_h=5, n_o=7, n_noise=4, dim=3):
    generator = np.random.default_rng(seed)
    return (
        generator.normal(0, 1, (n_h, dim)),
        generator.normal(0, 1, (n_o, dim)),
        generator.normal(0, 1, (n_noise, dim)),
        (generator.random((n_h, n_o)) < 0.4).astype(float),
        generator.integers(0, 4, (n_h, n_noise)).astype(float),
    )


# The twin against reference pairs -----------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_twin_is_the_sum_of_reference_pairs(seed):
    hidden, targets, noise, positive, _ = chunk(seed)
    negative = 3
    pairs_of = positive.sum(axis=1)
    weight = np.outer(pairs_of, np.full(len(noise), negative / len(noise)))
    loss, d_hidden, d_targets, d_noise = twin(hidden, targets, noise, positive, weight)
    outs = np.concatenate([targets, noise])
    pool = np.arange(len(targets), len(outs))
    pairs = list(zip(*np.nonzero(positive), strict=True))
    want = naive.pooled_loss_and_gradients(pairs, pool, negative, hidden, outs)
    assert loss == pytest.approx(want[0], rel=1e-13)
    np.testing.assert_allclose(d_hidden, want[1], atol=1e-12)
    np.testing.assert_allclose(np.concatenate([d_targets, d_noise]), want[2], atol=1e-12)


def test_twin_with_noise_of_each_pair_is_the_sum_of_reference_pairs():
    hidden, targets, noise, _, _ = chunk(1)
    pairs = [(0, 2, [0, 1]), (1, 2, [2]), (4, 6, [3, 3, 3])]  # the last draws one word thrice
    positive, weight = np.zeros((5, 7)), np.zeros((5, 4))
    outs, want = np.concatenate([targets, noise]), [0.0, np.zeros((5, 3)), np.zeros((11, 3))]
    for center, outside, words in pairs:
        positive[center, outside] = 1
        np.add.at(weight[center], words, 1)
        loss, by_center, by_outs = reference.negative_sampling_loss_and_gradients(
            hidden[center], outside, [7 + word for word in words], outs
        )
        want[0] += loss
        want[1][center] += by_center
        want[2] += by_outs
    loss, d_hidden, d_targets, d_noise = twin(hidden, targets, noise, positive, weight)
    assert loss == pytest.approx(want[0], rel=1e-13)
    np.testing.assert_allclose(d_hidden, want[1], atol=1e-12)
    np.testing.assert_allclose(np.concatenate([d_targets, d_noise]), want[2], atol=1e-12)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_twin_gradients_by_finite_differences(place):
    arguments = chunk(9)

    def loss(x):
        changed = list(arguments)
        changed[place] = x
        result = twin(*changed)
        return result[0], result[1 + place]

    reference.gradient_check(loss, arguments[place])


# The kernels against the twin ---------------------------------------------------------------------


def train(engine, rates, epoch=0):
    """What the engine should do, by the twin: pairs, measured pairs, loss, both new matrices.

    The output rows of a chunk are copied, batches train on the copies, and what these gained goes
    back at the chunk's end: a word that stands twice in it has two copies.
    """
    config, tokens = engine.config, engine.segment(epoch)
    n = len(tokens.words)
    inputs, outputs = engine.inputs.astype(float), engine.outputs.astype(float)
    pairs, measured, loss = 0, 0, 0.0
    for c0 in range(0, n, config.chunk_size):
        c1 = min(n, c0 + config.chunk_size)
        rate = rates[0] + (rates[1] - rates[0]) * c0 / n
        near = tokens.words[: c1 + config.window]
        rows = outputs[near]
        size = config.pool_size if config.noise == "pool" else 0
        pool = naive.pool_noise(engine.noise, size, config.seed, epoch, tokens.position[c0])
        noise = outputs[pool]
        start = rows.copy(), noise.copy()
        for b0 in range(c0, c1, config.batch_size):
            words = tokens.words[b0 : min(c1, b0 + config.batch_size)]
            positive = np.zeros((len(words), len(rows)))
            for t in range(b0, b0 + len(words)):
                positive[t - b0, tokens.first[t] : tokens.last[t]] = 1
                positive[t - b0, t] = 0
            if config.noise == "pool":
                each = config.negative / config.pool_size
                weight = np.outer(positive.sum(axis=1), np.full(len(pool), each))
            else:
                drawn, weight = pair_noise_of(engine, tokens, positive, b0, epoch)
                noise = outputs[drawn]
            batch_loss, d_hidden, d_rows, d_noise = twin(
                inputs[words], rows, noise, positive, weight
            )
            factors = rate * positive * reference.sigmoid(-inputs[words] @ rows.T)
            gains = -rate * d_hidden + in_turn.twin(inputs[words], factors)
            np.add.at(inputs, words, engine.unit.steps[words, np.newaxis] * gains)
            rows -= rate * d_rows
            if config.noise == "pool":
                noise -= rate * d_noise
            else:
                np.add.at(outputs, drawn, -rate * d_noise)
            pairs += int(positive.sum())
            if b0 == c0:
                measured += int(positive.sum())
                loss += batch_loss
        np.add.at(outputs, near, rows - start[0])
        if config.noise == "pool":
            np.add.at(outputs, pool, noise - start[1])
    return pairs, measured, loss, inputs, outputs


def pair_noise_of(engine, tokens, positive, b0, epoch):
    """Noise words of a batch, and which centre each belongs to: (P,) and (n_h, P)."""
    config = engine.config
    drawn, owner = [], []
    for t, o in zip(*np.nonzero(positive), strict=True):
        drawn += naive.pair_noise(
            engine.noise,
            config.negative,
            2 * config.window + 1,
            config.seed,
            epoch,
            tokens.position[b0 + t],
            o - (b0 + t),
        )
        owner += [t] * config.negative
    weight = np.zeros((len(positive), len(drawn)))
    weight[owner, np.arange(len(drawn))] = 1
    return np.array(drawn, np.int64), weight


CASES = {
    "short sentences": ([1, 2, 3, 1, 9, 4, 4], 12),
    "one sentence": ([23], 8),
    "words that come often": ([21], 2),
    "a single token": ([1], 1),
    "no pair at all": ([1, 1, 1], 2),
}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("noise", ["pool", "pair"])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("dim", "chunk_size", "batch_size"), [(1, 32, 32), (7, 12, 8), (100, 8, 4)]
)
def test_kernel_is_the_twin(case, noise, dtype, dim, chunk_size, batch_size):
    lengths, n_words = CASES[case]
    sentences = ranked(np.random.default_rng(dim), n_words, lengths)
    engine = Engine(
        sentences,
        dim=dim,
        scale=dim**-0.5,
        noise=noise,
        dtype=dtype,
        chunk_size=chunk_size,
        batch_size=batch_size,
        rate_visits=2.0,
        **({"pool_size": 12} if noise == "pool" else {}),
    )
    assert (engine.unit.steps.min() < 1) == (engine.vocabulary.counts[0] * engine.config.epochs > 2)
    got, want = engine.run(rates=(0.1, 0.05)), train(engine, (0.1, 0.05))
    assert got[:2] == want[:2]
    assert got.loss == pytest.approx(want[2], rel=TOLERANCE[dtype])
    for result, truth in zip(got[3:], want[3:], strict=True):
        size = max(1.0, np.abs(truth).max())
        np.testing.assert_allclose(result, truth, rtol=0, atol=TOLERANCE[dtype] * size)


def test_repeated_words_of_a_chunk_add_up():
    """A word that stands twice moves twice as far as one that stands once in the same place."""
    outputs = np.random.default_rng(2).normal(0, 1, (2, 4))
    once = Engine([[0, 1]], dim=4, window=1, negative=1, noise="pair")
    twice = Engine([[0, 1], [0, 1], [0, 1]], dim=4, window=1, negative=1, noise="pair")
    noise_free = [engine.objective_at(0)._replace(negative=0) for engine in (once, twice)]
    inputs = once.inputs
    one = once.run(inputs, outputs, objective=noise_free[0])
    three = twice.run(inputs, outputs, objective=noise_free[1])
    np.testing.assert_allclose(three.input_matrix - inputs, 3 * (one.input_matrix - inputs))
    np.testing.assert_allclose(three.output_matrix - outputs, 3 * (one.output_matrix - outputs))
    assert (one.input_matrix != inputs).all()


# The expectation over the pool --------------------------------------------------------------------

SENTENCES = [[0, 1, 0, 2], [0, 3], [1, 4], [2]]  # centres with 1 to 3 pairs, and one with none


def exact_gradients(engine):
    """The gradient of K expected noise words for each pair: no draw in it."""
    tokens = engine.segment()
    by_inputs, by_outputs = np.zeros_like(engine.inputs), np.zeros_like(engine.outputs)
    for t, center in enumerate(tokens.words):
        h = engine.inputs[center]
        for o in range(tokens.first[t], tokens.last[t]):
            if o == t:
                continue
            _, by_center, by_outs = reference.negative_sampling_loss_and_gradients(
                h, tokens.words[o], [], engine.outputs
            )
            by_inputs[center] += by_center
            by_outputs += by_outs
            error = engine.config.negative * engine.noise * reference.sigmoid(engine.outputs @ h)
            by_inputs[center] += engine.outputs.T @ error
            by_outputs += np.outer(error, h)
    return np.concatenate([by_inputs, by_outputs])


def largest_z(samples, truth):
    """How far the mean of the samples lies from the truth, in standard errors, at the worst."""
    samples = np.array(samples)
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    moving = error > 1e-9
    np.testing.assert_allclose(samples.mean(axis=0)[~moving], truth[~moving], atol=1e-9)
    return np.abs((samples.mean(axis=0) - truth)[moving] / error[moving]).max()


def gradients(engine, epoch, **options):
    segment = engine.segment()  # the same windows whatever the epoch: only noise is drawn anew
    found = engine.gradients_at_rest(size=1.0, epoch=epoch, segment=segment, **options)
    return np.concatenate(found)


@pytest.mark.parametrize("noise", ["pool", "pair"])
def test_expected_gradient_is_the_exact_one(noise):
    pool = {"pool_size": 8} if noise == "pool" else {}
    engine = Engine(SENTENCES, dim=3, noise=noise, negative=5, **pool)
    samples = [gradients(engine, epoch) for epoch in range(4000)]
    assert largest_z(samples, exact_gradients(engine)) < 4.5


def test_the_expectation_test_can_fail():
    engine = Engine(SENTENCES, dim=3, noise="pool", pool_size=8, negative=5)
    truth, tokens = exact_gradients(engine), engine.segment()
    # One noise word too many, in the kernel.
    wrong = [
        gradients(engine, epoch, objective=engine.objective_at(epoch)._replace(negative=6))
        for epoch in range(4000)
    ]
    assert largest_z(wrong, truth) > 10
    # Weights K / P without m_t, in the twin.
    positive = np.zeros((len(tokens.words),) * 2)
    for t in range(len(tokens.words)):
        positive[t, tokens.first[t] : tokens.last[t]] = 1
        positive[t, t] = 0
    samples = {"with m_t": [], "without": []}
    for epoch in range(2000):
        drawn = naive.pool_noise(engine.noise, 8, engine.config.seed, epoch, 0)
        for name, pairs in (
            ("with m_t", positive.sum(axis=1)),
            ("without", np.ones(len(positive))),
        ):
            _, d_hidden, d_targets, d_noise = twin(
                engine.inputs[tokens.words],
                engine.outputs[tokens.words],
                engine.outputs[drawn],
                positive,
                np.outer(pairs, np.full(8, 5 / 8)),
            )
            sample = np.zeros_like(truth)
            np.add.at(sample, tokens.words, d_hidden)
            np.add.at(sample, tokens.words + len(engine.inputs), d_targets)
            np.add.at(sample, np.array(drawn) + len(engine.inputs), d_noise)
            samples[name].append(sample)
    assert largest_z(samples["with m_t"], truth) < 4.5
    assert largest_z(samples["without"], truth) > 10


def test_windows_end_with_the_sentence():
    """The last word of one sentence and the first of the next do not pull at each other."""
    segment = Segment(
        np.array([0, 1], np.int32),
        np.array([0, 1], np.int64),
        np.array([0, 1], np.int32),
        np.array([1, 2], np.int32),
    )
    engine = Engine([[0], [1]], dim=3, noise="pool")
    for tokens in (segment, engine.segment()):
        result = engine.run(segment=tokens)
        assert (result.pairs, result.loss) == (0, 0.0)
        np.testing.assert_array_equal(result.input_matrix, engine.inputs)
        np.testing.assert_array_equal(result.output_matrix, engine.outputs)
