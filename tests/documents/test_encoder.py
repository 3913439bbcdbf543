"""Vectors of documents: against sums that are written out, in pieces, and what is refused."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firth
from firth.corpus import Corpus
from firth.documents import DocumentEncoder, SoftCosine, encoder
from firth.documents.reading import WordReader, Words
from firth.errors import ConfigError, CorpusError, CorpusWarning, FormatError
from firth.model import Model
from firth.vectors.components import SecondMoment

WORDS = ["the", "cat", "sat", "on", "mat"]
MATRIX = np.random.default_rng(5).standard_normal((5, 3)).astype(np.float32)
COUNTS = [50, 9, 5, 40, 3]


@pytest.fixture
def vectors():
    return firth.WordVectors(WORDS, MATRIX, counts=COUNTS)


def silent(function, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorpusWarning)
        return function(*arguments)


def naive(documents, weighting="mean", a=1e-3, unit=False):
    """The formula, word by word."""
    total, found = sum(COUNTS), []
    for document in documents:
        words = document.split() if isinstance(document, str) else document
        parts = []
        for word in words:
            if word in WORDS:
                row = MATRIX[WORDS.index(word)].astype(float)
                row = row / np.linalg.norm(row) if unit else row
                p = COUNTS[WORDS.index(word)] / total
                parts.append(row * (a / (a + p) if weighting == "sif" else 1))
        found.append(sum(parts) / len(parts) if parts else np.zeros(3))
    return np.array(found).reshape(-1, 3)


texts = st.lists(st.sampled_from([*WORDS, "dog", "ran"]), max_size=12)


@given(
    st.lists(texts | texts.map(" ".join), max_size=9),
    st.sampled_from(["mean", "sif"]),
    st.booleans(),
    st.integers(1, 4),
)
@settings(max_examples=60, deadline=None)
def test_vectors_are_weighted_means_of_known_words(documents, weighting, unit, size):
    vectors = firth.WordVectors(WORDS, MATRIX, counts=COUNTS)
    made = DocumentEncoder(vectors, weighting=weighting, unit=unit, a=0.01, remove=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "_BATCH", 3 * size)  # so many documents at a time
        found = silent(made.encode, documents)
        sizes = [len(b.vectors) for b in made.batches(documents)]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, naive(documents, weighting, 0.01, unit), atol=1e-6)
    assert sum(sizes) == len(documents) and all(n == size for n in sizes[:-1])


def test_what_documents_share_is_the_first_singular_vector(vectors):
    documents = ["the cat sat", "on the mat", "the mat sat on the cat", "the", "nothing known"]
    plain = naive(documents, "sif", 0.01)
    _, _, right = np.linalg.svd(plain)
    made = DocumentEncoder(vectors, weighting="sif", a=0.01, remove=2)
    found = silent(made.fit_encode, documents)
    np.testing.assert_allclose(
        found, plain - plain @ right[:2].T @ right[:2], atol=1e-6
    )  # algorithm 1 of the paper, with two directions
    assert not found[4].any()
    assert np.array_equal(silent(made.encode, documents), found)
    # What was found is kept: other documents are treated alike, here and by an encoder elsewhere.
    alone = made.encode(["the cat sat"])
    assert np.array_equal(alone[0], found[0])
    again = DocumentEncoder(vectors, weighting="sif", a=0.01, remove=2, components=made.components)
    assert np.array_equal(again.encode(["the cat sat"]), alone)
    assert not made.components.flags.writeable
    assert (made.components[np.arange(2), np.abs(made.components).argmax(axis=1)] > 0).all()


def test_fitting_does_not_depend_on_how_documents_come(vectors, tmp_path):
    documents = ["the cat sat", "on the mat", "", "the mat"] * 50
    (tmp_path / "t.txt").write_text("\n".join(documents))
    made = [DocumentEncoder(vectors, weighting="sif") for _ in range(3)]
    made[0].fit(documents)
    made[1].fit(firth.open_corpus(tmp_path / "t.txt"))
    made[2].fit(iter([d.split() for d in documents]))
    assert all(np.array_equal(m.components, made[0].components) for m in made)
    moment = SecondMoment(3)
    moment.add(naive(documents, "sif"))
    assert moment.n == 150


def test_text_is_read_as_that_of_the_model_was(vectors):
    reading = {"tokenizer": "unicode", "lowercase": True, "normalize": "NFC", "column": "x"}
    model = Model(WORDS, COUNTS, {"input": MATRIX}, provenance={"reading": reading})
    assert np.allclose(DocumentEncoder(model).encode(["The CAT."]), naive(["the cat"]))
    assert not silent(DocumentEncoder(model.vectors).encode, ["The CAT."]).any()
    found = DocumentEncoder(model.vectors, tokenizer=lambda line: line.split("-"))
    assert np.allclose(found.encode(["the-cat"]), naive(["the cat"]))
    apart = DocumentEncoder(model, tokenizer="whitespace", lowercase=False)
    assert np.allclose(apart.encode(["the CAT cat."]), naive(["the"]))


def test_a_model_never_says_what_code_is_run():
    reading = {"tokenizer": "os.system", "lowercase": False}
    model = Model(WORDS, COUNTS, {"input": MATRIX}, provenance={"reading": reading})
    assert np.allclose(DocumentEncoder(model).encode([["the", "cat"]]), naive(["the cat"]))
    with pytest.raises(ConfigError, match=r"a function of its own, os\.system; give it"):
        DocumentEncoder(model).encode(["the cat"])
    assert np.allclose(DocumentEncoder(model, tokenizer=str.split).encode(["the"]), naive(["the"]))


def test_words_without_a_row_are_composed(monkeypatch):
    asked = []

    def unseen(word):
        asked.append(word)
        return None if word == "?" else np.full(3, len(word), np.float32)

    vectors = firth.WordVectors(WORDS, MATRIX, unseen=unseen, counts=COUNTS)
    found = DocumentEncoder(vectors).encode(["dogs the dogs ?", "?  mouse"])
    assert np.allclose(found, [(MATRIX[0] + 8) / 3, [5, 5, 5]])
    assert asked.count("dogs") == 1
    # Of a word that the text of the model does not hold, p is 0.
    sif = DocumentEncoder(vectors, weighting="sif", remove=0).encode(["dogs"])
    assert np.allclose(sif, 4)
    unit = DocumentEncoder(vectors, unit=True).encode(["dogs"])
    assert np.allclose(unit, 1 / np.sqrt(3))
    monkeypatch.setattr("firth.documents.lookup._KEPT", 0)  # each piece composes anew
    asked.clear()
    texts = [["dogs"], "dogs", ["dogs"]]
    assert np.allclose(DocumentEncoder(vectors).encode(texts), 4)
    assert asked.count("dogs") > 1


def test_every_item_has_its_row():
    vectors = firth.WordVectors([7, 5, -1], [[1.0], [2.0], [4.0]])
    made = DocumentEncoder(vectors)
    items = [None, [7, 5], [], float("nan"), [5, None, -1], (7, 99), "5 -1", "", np.array([5])]
    expected = [0, 1.5, 0, 0, 3, 1, 3, 0, 2]
    assert silent(made.encode, items)[:, 0].tolist() == expected
    assert silent(made.encode, iter(items))[:, 0].tolist() == expected
    column = pa.array([["5"], None, [], ["-1", None, "7"]])
    assert silent(made.encode, column)[:, 0].tolist() == [2, 0, 0, 2.5]
    kept = [b.texts for b in made.batches(column, keep_texts=True)]
    assert kept == [["5", "", "", "-1 7"]]
    assert made.encode([]).shape == (0, 1)


def test_a_line_in_pieces_is_one_document(tmp_path, monkeypatch):
    rng = np.random.default_rng(3)
    vectors = firth.WordVectors(WORDS, rng.standard_normal((5, 3)).astype(np.float32))
    long = [" ".join(rng.choice([*WORDS, "dog"], 500)) for _ in range(2)]
    lines = ["the cat", long[0], "", long[1], "mat", long[0]]
    (tmp_path / "t.txt").write_text("\r\n".join(lines))
    made, blocks = DocumentEncoder(vectors), Corpus.blocks
    whole = silent(made.encode, [line.split() for line in lines])
    bags = SoftCosine(vectors).bags(lines)
    monkeypatch.setattr(Corpus, "blocks", lambda self, **how: blocks(self, block_bytes=100, **how))
    for size in (1, 2, 3, 9):
        monkeypatch.setattr(encoder, "_BATCH", 3 * size)
        batches = list(made.batches(firth.open_corpus(tmp_path / "t.txt"), keep_texts=True))
        assert np.array_equal(np.concatenate([b.vectors for b in batches]), whole)
        assert [text for batch in batches for text in batch.texts] == lines
        assert [n for b in batches for n in b.n_words.tolist()] == [2, 500, 0, 500, 1, 500]
    found = SoftCosine(vectors).bags(firth.open_corpus(tmp_path / "t.txt"))
    for name in ("offsets", "places", "counts"):
        assert np.array_equal(getattr(found, name), getattr(bags, name))


def test_any_last_document_of_a_piece_may_go_on(vectors, monkeypatch):
    def piece(places, lengths, continues, texts):
        ids, lengths = np.arange(len(places), dtype=np.int32), np.array(lengths)
        return Words(np.array(places), ids, lengths, lengths, continues, texts)

    pieces = [piece([0, 1, 2], [1, 2], True, ["a", "b"]), piece([3, 4], [1, 1], False, ["c", "d"])]
    monkeypatch.setattr(WordReader, "pieces", lambda *rest, **how: iter(pieces))
    for size in (1, 2, 5):
        monkeypatch.setattr(encoder, "_BATCH", 3 * size)
        batches = list(DocumentEncoder(vectors).batches([], keep_texts=True))
        assert [text for batch in batches for text in batch.texts] == ["a", "bc", "d"]
        found = np.concatenate([batch.vectors for batch in batches])
        np.testing.assert_allclose(found, naive(["the", "cat sat on", "mat"]), atol=1e-6)


def test_tables_are_read_by_column(vectors, tmp_path):
    (tmp_path / "t.csv").write_text("id,text\n1,the cat\n2,\n3,mat\n")
    (tmp_path / "t.jsonl").write_text('{"text": "the cat"}\n{"x": 1}\n{"text": "mat"}\n')
    for name in ("t.csv", "t.jsonl"):
        corpus = firth.open_corpus(tmp_path / name, column="text")
        found = silent(DocumentEncoder(vectors).encode, corpus)
        assert np.allclose(found, naive(["the cat", "", "mat"]))


def test_documents_without_a_known_word_are_counted(vectors):
    made = DocumentEncoder(vectors)
    with pytest.warns(CorpusWarning) as said:
        made.encode(["the", "", "dog ran", "dog"])
    (warning,) = said
    assert str(warning.message) == (
        "3 of 4 documents got zeros: 1 without a word, 2 without a word that has a vector"
    )
    assert warning.filename == __file__
    with pytest.warns(CorpusWarning, match=r"are they split and spelt .* lowercase="):
        made.encode(["The", "Cat"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weighting": "tfidf"}, "weighting is 'tfidf'; it must be one of mean, sif"),
        ({"a": 0}, "a is 0; it must be above 0"),
        ({"remove": 4}, "remove is 4; it must be 3 or less"),
        ({"unit": 1}, "unit is 1; it must be True or False"),
        ({"remove": 1, "components": [1.0, 0, 0]}, "components have shape (3,); they must be (1, "),
        ({"remove": 1, "components": [[2.0, 0, 0]]}, "components must be of length 1"),
        ({"tokenizer": "words"}, "tokenizer is 'words'; it must be one of"),
    ],
)
def test_options_are_checked(vectors, options, message):
    with pytest.raises(ConfigError, match="^" + re.escape(message)):
        DocumentEncoder(vectors, **options)


def test_what_cannot_be_encoded_is_said(vectors):
    made = DocumentEncoder(vectors)
    with pytest.raises(ConfigError, match="texts is one str, 'the cat'; give a list of texts"):
        made.encode("the cat")
    with pytest.raises(CorpusError, match="item 1 of the list_iterator is 5"):
        made.encode(["the", 5])
    with pytest.raises(ConfigError, match="it is not known yet: call fit"):
        DocumentEncoder(vectors, weighting="sif").encode(["the"])
    with pytest.raises(ConfigError, match=r"'sif', which needs .* have no counts"):
        DocumentEncoder(firth.WordVectors(WORDS, MATRIX), weighting="sif")
    with pytest.raises(ConfigError, match="vectors is of type str"):
        DocumentEncoder("model")
    with pytest.raises(CorpusError, match=r"1 document with a word that has a vector; .* takes 2"):
        DocumentEncoder(vectors, weighting="sif", remove=2).fit(["the", "dog"])
    broken = MATRIX.copy()
    broken[1, 0] = np.nan
    with pytest.raises(FormatError, match="not a finite number"):
        DocumentEncoder(firth.WordVectors(WORDS, broken)).encode(["the cat"])
