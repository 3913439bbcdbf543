"""What each word of a document counts: against counts that are written out."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

import firth
from firth.corpus.readers import Block
from firth.documents import DocumentEncoder, inverse_document_frequencies
from firth.documents.reading import WordReader
from firth.errors import ConfigError

WORDS = ["the", "cat", "dog"]
VECTORS = firth.WordVectors(
    WORDS, [[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]], unseen=lambda word: np.array([len(word), 1.0])
)
TEXTS = ["the cat the", ["the", "newer"], "", "the dog", "nothing"]


def naive(texts):
    split = [text.split() if isinstance(text, str) else text for text in texts]
    within = [sum(word in words for words in split) for word in WORDS]
    return [math.log((1 + len(split)) / (1 + n)) + 1 for n in within]


def test_documents_that_have_a_word_are_counted():
    found = inverse_document_frequencies(VECTORS, TEXTS)
    np.testing.assert_allclose(found, naive(TEXTS))
    assert inverse_document_frequencies(VECTORS, []).tolist() == [1.0] * 3
    upper = inverse_document_frequencies(VECTORS, ["THE"], lowercase=True)
    assert upper[0] == 1.0 < upper[1]


@pytest.mark.parametrize("pieces", [["the cat ", "the ", "cat dog", "the"], ["dog ", "dog", "dog"]])
def test_a_document_that_comes_in_pieces_is_one(monkeypatch, pieces):
    # The last piece is a document of its own.
    blocks = [
        Block("text", pa.array([piece]), continues=number < len(pieces) - 2)
        for number, piece in enumerate(pieces)
    ]
    reader = WordReader(VECTORS)
    corpus = reader.corpus(iter(["x"]))
    monkeypatch.setattr(type(corpus), "blocks", lambda self, **_: iter(blocks))
    found = inverse_document_frequencies(VECTORS, corpus)
    np.testing.assert_allclose(found, naive(["".join(pieces[:-1]), pieces[-1]]))


def test_weights_of_ones_own():
    found = DocumentEncoder(VECTORS, weighting=[0.5, 2, 0]).encode(["the cat cat", "dog newer"])
    # Composed words count as the rarest: 2.
    np.testing.assert_allclose(found, [[0.5 / 3, 4 / 3], [5.0, 1.0]], rtol=1e-6)
    weights = inverse_document_frequencies(VECTORS, TEXTS)
    made = DocumentEncoder(VECTORS, weighting=weights)
    assert made.weighting == "weights" and "weights" in repr(made)
    weights[:] = 0
    assert made.encode(["cat"])[0, 1] > 1  # a copy was taken


@pytest.mark.parametrize(
    ("weighting", "message"),
    [
        ([1, 2], r"shape \(2,\) and holds int64; it must be one of mean, sif, or \(3,\) numbers"),
        (["a", "b", "c"], "holds <U1"),
        ([1, -1, 0], "below 0, or not a finite"),
        ([1, np.nan, 0], "below 0, or not a finite"),
        ("idf", "weighting is 'idf'; it must be one of mean, sif"),
        (None, "weighting is None"),
    ],
)
def test_what_is_no_weighting(weighting, message):
    with pytest.raises(ConfigError, match=message):
        DocumentEncoder(VECTORS, weighting=weighting)
