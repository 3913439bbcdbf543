"""Soft cosine: against the formula written out, and against gensim."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firth
from firth.documents import SoftCosine
from firth.errors import ConfigError

WORDS = [f"w{i}" for i in range(12)]
MATRIX = np.random.default_rng(8).standard_normal((12, 4)).astype(np.float32)
VECTORS = firth.WordVectors(WORDS, MATRIX)

documents = st.lists(st.sampled_from([*WORDS, "unknown"]), max_size=8)


def naive(first, second, threshold, exponent):
    """All pairs of words."""
    rows = MATRIX.astype(float) / np.linalg.norm(MATRIX.astype(float), axis=1, keepdims=True)
    s = np.eye(12)
    for i in range(12):
        for j in range(12):
            cosine = rows[i] @ rows[j]
            if i != j:
                s[i, j] = cosine**exponent if cosine > threshold else 0.0
    x, y = ([d.count(word) for word in WORDS] for d in (first, second))
    lengths = np.sqrt(np.dot(x, s @ x) * np.dot(y, s @ y))
    return min(1.0, np.dot(x, s @ y) / lengths) if lengths else 0.0


@given(
    documents,
    st.lists(documents, min_size=1, max_size=6),
    st.sampled_from([(0.0, 2.0), (0.3, 1.0), (1.0, 2.0), (0.0, 0.0)]),
)
@settings(max_examples=60, deadline=None)
def test_it_is_the_formula(query, texts, options):
    soft = SoftCosine(VECTORS, threshold=options[0], exponent=options[1])
    expected = [naive(query, text, *options) for text in texts]
    found = soft.similarities(query, texts)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    bags = soft.bags(texts)
    np.testing.assert_array_equal(soft.similarities(query, bags), found)
    matrix = soft.matrix(bags)
    assert np.array_equal(matrix, matrix.T)
    np.testing.assert_allclose(
        matrix, [[naive(a, b, *options) for b in texts] for a in texts], atol=1e-9
    )


def test_blocks_do_not_show(monkeypatch):
    texts = [WORDS[i : i + 1 + i % 5] * (1 + i % 2) for i in range(10)]
    whole = SoftCosine(VECTORS).similarities(WORDS[:4], texts)
    monkeypatch.setattr("firth.documents.soft_cosine._BLOCK", 9)
    monkeypatch.setattr("firth.documents.bags._GROUP", 7)
    found = SoftCosine(VECTORS).similarities(WORDS[:4], texts)
    np.testing.assert_allclose(found, whole, atol=1e-12)


def test_a_document_is_like_itself_and_strings_are_read():
    soft = SoftCosine(VECTORS, lowercase=True)
    assert soft.similarity("w1 w2 w2", ["w2", "W1", "w2"]) == pytest.approx(1.0, abs=1e-12)
    assert soft.similarity(["w2", "W1", "w2"], "w1 w2 w2") == pytest.approx(1.0, abs=1e-12)
    assert soft.similarity("nothing", "w1") == 0.0
    with pytest.raises(ConfigError, match="threshold is -1; it must be from 0 to 1"):
        SoftCosine(VECTORS, threshold=-1)
    with pytest.raises(ConfigError, match="texts is one str"):
        soft.similarities("w1", "w1 w2")


def test_what_is_not_above_the_threshold_is_not_alike():
    vectors = firth.WordVectors(["east", "north"], [[1.0, 0.0], [0.0, 1.0]])
    assert SoftCosine(vectors, exponent=0).similarity("east", "north") == 0.0
    found = SoftCosine(vectors, exponent=0).similarity("east", "east north")
    assert found == pytest.approx(0.5**0.5)


@pytest.mark.peers
def test_gensim_agrees():
    from gensim.corpora import Dictionary
    from gensim.models import KeyedVectors
    from gensim.similarities import SparseTermSimilarityMatrix, WordEmbeddingSimilarityIndex

    keyed = KeyedVectors(4)
    keyed.add_vectors(WORDS, MATRIX)
    dictionary = Dictionary([WORDS])
    rng = np.random.default_rng(2)
    texts = [rng.choice(WORDS, rng.integers(1, 9)).tolist() for _ in range(20)]
    for threshold, exponent in ((0.0, 2.0), (0.2, 1.5)):
        index = WordEmbeddingSimilarityIndex(keyed, threshold=threshold, exponent=exponent)
        matrix = SparseTermSimilarityMatrix(index, dictionary, nonzero_limit=None)
        bows = [dictionary.doc2bow(text) for text in texts]
        expected = [matrix.inner_product(bows[0], bow, normalized=(True, True)) for bow in bows]
        found = SoftCosine(VECTORS, threshold=threshold, exponent=exponent)
        np.testing.assert_allclose(found.similarities(texts[0], texts), expected, atol=1e-5)
