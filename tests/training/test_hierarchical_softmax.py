"""Hierarchical softmax: the codes, the twin, and the kernels above and below the pool."""

from __future__ import annotations

import numpy as np
import pytest

import firth
from firth import reference
from firth.errors import ConfigError
from firth.training.engine.objectives import hierarchical_softmax
from firth.training.engine.objectives.huffman import huffman_tree
from helpers.harness import Engine, ranked

#: Counts with many ties, and gensim 4.4's codes for them.
TIES = [9, 7, 7, 4, 4, 4, 2, 2, 1, 1, 1]


def codes(counts):
    tree = huffman_tree(np.array(counts))
    return ["".join(map(str, tree.path(word)[1])) for word in range(len(counts))]


def test_codes_of_small_vocabularies():
    assert codes([5, 2, 1, 1]) == ["1", "00", "010", "011"]
    assert codes([3, 1]) == ["1", "0"]
    assert codes([7]) == [""]


def test_expected_length_is_that_of_the_textbook_tree():
    counts = np.array(TIES)
    lengths = np.array([len(code) for code in codes(TIES)])
    total, parts = 0, sorted(TIES)
    while len(parts) > 1:
        joined = parts[0] + parts[1]
        total += joined
        parts = sorted([*parts[2:], joined])
    assert counts @ lengths == total
    assert np.sum(2.0**-lengths) == 1.0


@pytest.mark.peers
@pytest.mark.parametrize("seed", range(4))
def test_codes_are_those_of_gensim(seed):
    from gensim.models import Word2Vec

    generator = np.random.default_rng(seed)
    size = [11, 60, 500, 5000][seed]
    counts = np.sort(np.ceil(generator.pareto(0.8, size))).astype(int)[::-1]
    model = Word2Vec(vector_size=4, min_count=1, hs=1, negative=0, sorted_vocab=0)
    model.build_vocab_from_freq({f"w{i}": int(n) for i, n in enumerate(counts)})
    tree = huffman_tree(np.array([model.wv.get_vecattr(i, "count") for i in range(size)]))
    for word in range(size):
        nodes, turns = tree.path(word)
        assert turns.tolist() == list(model.wv.get_vecattr(word, "code"))
        assert nodes.tolist() == list(model.wv.get_vecattr(word, "point"))


def test_twin_is_the_sum_of_reference_pairs():
    generator = np.random.default_rng(1)
    tree = huffman_tree(np.array(TIES))
    hidden, nodes = generator.normal(size=(3, 4)), generator.normal(size=(10, 4))
    visits, left = np.zeros((3, 10)), np.zeros((3, 10))
    loss, by_hidden, by_nodes = 0.0, np.zeros_like(hidden), np.zeros_like(nodes)
    for t, word in [(0, 3), (0, 3), (1, 10), (2, 0), (2, 7)]:
        path, turns = tree.path(word)
        visits[t, path] += 1
        left[t, path] += 1 - turns
        parts = reference.hierarchical_softmax_loss_and_gradients(
            hidden[t], path, 1.0 - 2.0 * turns, nodes
        )
        loss += parts[0]
        by_hidden[t] += parts[1]
        by_nodes += parts[2]
    found = hierarchical_softmax.twin(hidden, nodes, visits, left)
    assert found[0] == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(found[1], by_hidden, atol=1e-13)
    np.testing.assert_allclose(found[2], by_nodes, atol=1e-13)

    def by_h(x):
        value, gradient, _ = hierarchical_softmax.twin(x, nodes, visits, left)
        return value, gradient

    reference.gradient_check(by_h, hidden)


def walk(engine, segment, rate):
    """The objective written slowly: block after block, nodes at once, centres after the batch."""
    config, tree = engine.config, huffman_tree(np.asarray(engine.vocabulary.counts))
    inputs, outs = engine.inputs.astype(np.float64), engine.outputs.astype(np.float64)
    n, loss = len(segment.words), 0.0
    for b0 in range(0, n, config.batch_size):
        batch = range(b0, min(n, b0 + config.batch_size))
        windows = {
            t: [o for o in range(segment.first[t], segment.last[t]) if o != t] for t in batch
        }
        if config.architecture == "skipgram":
            hidden = {t: inputs[segment.words[t]].copy() for t in batch}
        else:
            hidden = {
                t: inputs[segment.words[windows[t]]].mean(axis=0) for t in batch if windows[t]
            }
        d_hidden = {t: np.zeros(config.dim) for t in batch}
        for o in range(n):
            predict = [
                t for t in batch
                if (o in windows[t] if config.architecture == "skipgram" else o == t and windows[t])
            ]  # fmt: skip
            path, turns = tree.path(segment.words[o])
            before = outs.copy()
            for t in predict:
                value, by_hidden, by_nodes = reference.hierarchical_softmax_loss_and_gradients(
                    hidden[t], path, 1.0 - 2.0 * turns, before
                )
                loss += value
                d_hidden[t] += by_hidden
                outs -= rate * by_nodes
        for t in batch:
            if config.architecture == "skipgram":
                inputs[segment.words[t]] -= rate * d_hidden[t]
            for o in windows[t] if config.architecture == "cbow" else []:
                inputs[segment.words[o]] -= rate * d_hidden[t] / len(windows[t])
    return loss, inputs, outs


DTYPES = [pytest.param("float64", 1e-12, marks=pytest.mark.full), ("float32", 1e-5)]


@pytest.mark.parametrize(("dtype", "near"), DTYPES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("size", [160, 32])
def test_kernels_are_the_slow_walk(dtype, near, architecture, size, monkeypatch):
    """Some nodes are near the root, some are not; words repeat within a batch."""
    monkeypatch.setattr(hierarchical_softmax, "NEAR_ROOT", 31)
    sentences = ranked(np.random.default_rng(2), 90, [60, 1, 2, 97])
    engine = Engine(
        sentences,
        objective="hierarchical_softmax",
        architecture=architecture,
        **({"cbow_gradient": "exact"} if architecture == "cbow" else {}),
        dtype=dtype,
        # One chunk with CBOW: a chunk's positions have copies of their words' rows.
        chunk_size=160 if architecture == "cbow" else size,
        batch_size=160 if architecture == "cbow" else size,
        scale=0.3,
        threads=1,
    )
    assert engine.vocabulary.counts[0] > 1
    result, segment = engine.run(rates=(0.2, 0.2)), engine.segment()
    loss, inputs, outs = walk(engine, segment, 0.2)
    assert result.loss / result.measured == pytest.approx(loss / result.pairs, rel=0.1)
    if result.measured == result.pairs:
        assert result.loss == pytest.approx(loss, rel=10 * near)
    np.testing.assert_allclose(result.input_matrix, inputs, atol=10 * near)
    np.testing.assert_allclose(result.output_matrix, outs, atol=10 * near)


def test_threads_add_a_part_of_what_they_gain():
    """Two threads that have brought a node all the way add half of it each; rare nodes add all."""
    sentences = ranked(np.random.default_rng(2), 90, [60, 1, 2, 97])
    gains = []
    for threads in (1, 2):
        engine = Engine(
            sentences, objective="hierarchical_softmax", chunk_size=160, threads=threads
        )
        result = engine.run(rates=(0.05, 0.05))
        gains.append(np.linalg.norm(result.output_matrix - engine.outputs, axis=1))
    counts = np.asarray(engine.vocabulary.counts)
    share = hierarchical_softmax.shares(huffman_tree(counts), counts, len(counts) - 1)
    a = 0.05 * hierarchical_softmax.CURVATURE
    way = [1 - np.exp(-a * threads * result.pairs * share) for threads in (1, 2)]
    np.testing.assert_allclose(gains[1] / gains[0], way[1] / (2 * way[0]), rtol=1e-9)
    assert 0.5 <= (gains[1] / gains[0])[-1] < 0.51  # the root
    assert 0.8 < (gains[1] / gains[0])[0] < 1.0


def test_words_have_no_output_vectors():
    text = [["a", "b"]] * 500
    model = firth.train(
        text, objective="hierarchical_softmax", min_count=1, threads=1, dim=4, sample=0
    )
    assert model.output_matrix.shape == (1, 4)
    with pytest.raises(ConfigError, match=r"its output matrix \(output_matrix\) are nodes"):
        _ = model.output_vectors
