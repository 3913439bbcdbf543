"""Hierarchical softmax: the codes, the twin, and the kernels above and below the pool."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from harness import Engine, ranked

import firth
from firth import reference
from firth.errors import ConfigError
from firth.training.objectives import hierarchical_softmax
from firth.training.objectives.huffman import huffman_tree

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


@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_kernels_are_the_reference_below_the_pool_too(dtype, near, architecture):
    """With 90 words some paths leave the pool, and words repeat within the batch."""
    sentences = ranked(np.random.default_rng(2), 90, [60, 1, 2, 97])
    engine = Engine(
        sentences,
        objective="hierarchical_softmax",
        architecture=architecture,
        dtype=dtype,
        chunk_size=160,
        batch_size=160,
        scale=0.3,
    )
    paths = hierarchical_softmax.paths(
        np.asarray(engine.vocabulary.counts), hierarchical_softmax.POOL, dtype
    )
    assert len(paths.low) > 100
    result, segment = engine.run(), engine.segment()
    loss, by_inputs, by_outputs = naive.chunk_loss_and_gradients(engine, segment)
    assert result.loss == pytest.approx(loss, rel=near)
    scale = 1 + max(np.abs(by_inputs).max(), np.abs(by_outputs).max())
    np.testing.assert_allclose(result.input_matrix, engine.inputs - by_inputs, atol=near * scale)
    np.testing.assert_allclose(result.output_matrix, engine.outputs - by_outputs, atol=near * scale)


def test_one_word_is_refused():
    with pytest.raises(ConfigError, match="the vocabulary has 1 word"):
        firth.train([["a", "a"]] * 9, objective="hierarchical_softmax", min_count=1, threads=1)


def test_words_have_no_output_vectors():
    model = firth.train(
        [["a", "b"]] * 20, objective="hierarchical_softmax", min_count=1, threads=1, dim=4, epochs=1
    )
    assert model.output_matrix.shape == (1, 4)
    with pytest.raises(ConfigError, match="only the nodes of its tree"):
        _ = model.output_vectors
