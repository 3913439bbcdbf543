"""Many queries at once, answers of some words only, and the word that does not fit."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth import WordVectors
from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, UnknownWordError
from firth.vectors import rows

DRAW = np.random.default_rng(0)
WORDS = [f"{stem}{end}" for stem in ("walk", "talk", "jump", "sing") for end in ("", "s", "ing")]
VECTORS = WordVectors(WORDS, DRAW.normal(size=(12, 5)).astype(np.float32))


def test_many_answers_are_those_of_one_at_a_time():
    queries = [*WORDS, VECTORS["walk"] - VECTORS["talk"]]
    found = VECTORS.most_similar_many(queries, k=4)
    assert found == [VECTORS.most_similar([query], k=4) for query in queries]
    assert VECTORS.most_similar_many(np.array(VECTORS.matrix[:2]), k=1)[1][0][0] == "walks"
    assert VECTORS.most_similar_many([]) == []
    with pytest.raises(ConfigError, match="queries is one word, 'walk'; give a list"):
        VECTORS.most_similar_many("walk")
    with pytest.raises(UnknownWordError, match="did you mean 'walk'"):
        VECTORS.most_similar_many(["walk", "wolk"])


@given(st.sets(st.sampled_from(WORDS), min_size=1), st.integers(1, 14))
def test_answers_are_of_the_words_of_a_list(some, k):
    everything = VECTORS.most_similar("walk", k=12)
    expected = [(word, cosine) for word, cosine in everything if word in some][:k]
    assert VECTORS.most_similar("walk", k=k, among=some) == expected
    assert VECTORS.most_similar_many(["walk"], k=k, among=sorted(some)) == [expected]


def test_answers_are_of_the_first_words_or_of_those_that_match():
    everything = VECTORS.most_similar("sing", k=12)
    first = [pair for pair in everything if pair[0] in WORDS[:5]]
    assert VECTORS.most_similar("sing", k=12, among=5) == first
    assert VECTORS.most_similar("sing", k=12, among=np.int64(5)) == first
    matching = [pair for pair in everything if pair[0].endswith("ing")]
    assert VECTORS.most_similar("sing", k=12, among=re.compile("ing$")) == matching
    assert VECTORS.most_similar("sing", k=12, among=99) == everything
    nodes = WordVectors([5, 6, 71], np.eye(3) + 0.1)
    assert [word for word, _ in nodes.most_similar(5, among=re.compile("^7"))] == [71]
    assert [word for word, _ in nodes.most_similar(5, among=[6])] == [6]


@pytest.mark.parametrize(
    ("among", "message"),
    [("ing$", r"among is 'ing\$': give a list of words, re.compile\('ing\$'\)"),
     (0, "among is 0; it must be 1 or more"), ([], "leaves no word"),
     (re.compile("xyz"), "leaves no word"), (2.5, "among is 2.5; it must be a whole number")],
)  # fmt: skip
def test_words_that_cannot_be_meant(among, message):
    with pytest.raises(ConfigError, match=message):
        VECTORS.most_similar("walk", among=among)
    with pytest.raises(UnknownWordError):
        VECTORS.most_similar("walk", among=["walk", "unheard"])


def test_the_word_that_does_not_fit():
    around = np.array([1.0, 0, 0]) + 0.1 * DRAW.normal(size=(4, 3))
    vectors = WordVectors([*"abcd", "x"], np.concatenate([around, [[-0.2, 1, 0]]]))
    assert vectors.doesnt_match(["a", "x", "c"]) == "x"
    assert vectors.doesnt_match(iter("abxd")) == "x"
    for words in ("a", ["a"], []):
        with pytest.raises(ConfigError, match="must be a list of two words or more"):
            vectors.doesnt_match(words)


@pytest.mark.peers
def test_gensim_agrees():
    models = pytest.importorskip("gensim.models")
    theirs = models.KeyedVectors(5)
    theirs.add_vectors(WORDS, VECTORS.matrix)
    for start in range(8):
        some = WORDS[start : start + 5]
        assert VECTORS.doesnt_match(some) == theirs.doesnt_match(some)
        ours = VECTORS.most_similar(some[0], k=3, among=6)
        for (word, cosine), (other, similarity) in zip(
            ours, theirs.most_similar(some[0], topn=3, restrict_vocab=6), strict=True
        ):
            assert (word, cosine) == (other, pytest.approx(similarity, abs=1e-5))


def test_the_command_takes_both(tmp_path, run_firth):
    VECTORS.save(tmp_path / "v.parquet")
    path = str(tmp_path / "v.parquet")
    out = run_firth("neighbors", path, "walk", "--where", "ing$", "--top", "6", "--json")
    assert out.returncode == 0, out.stderr
    found = [answer["word"] for answer in json.loads(out.stdout)[0]["neighbors"]]
    assert sorted(found) == ["talking", "walking"]
    bad = run_firth("neighbors", path, "walk", "--where", "(")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert "--where is '(', no regular expression" in bad.stderr


def test_products_and_distances_are_of_the_vectors_as_they_are():
    vectors = WordVectors(["a", "b", "c", "d"], [[1.0, 0.0], [3.0, 3.0], [0.0, 2.0], [1.5, 0.5]])
    assert vectors.most_similar("a", k=2, metric="dot") == [("b", 3.0), ("d", 1.5)]
    near = vectors.most_similar("a", k=1, metric="euclidean")
    assert near == [("d", pytest.approx(0.5**0.5))]
    # The mean of the two; and a parallelogram.
    assert vectors.most_similar(["a", "c"], k=1, metric="euclidean")[0][0] == "d"
    offset = np.array([3.0, 3.0]) - [1.0, 0.0] + [0.0, 2.0]
    expected = float(np.linalg.norm(offset - [1.5, 0.5]))
    found = vectors.most_similar(["b", "c"], ["a"], metric="euclidean")
    assert found == [("d", pytest.approx(expected))]
    many = vectors.most_similar_many(["a", np.array([0.0, 5.0])], k=1, metric="dot")
    assert many == [[("b", 3.0)], [("b", 15.0)]]
    with pytest.raises(ConfigError, match="metric is 'cosin'; it must be one of cosine, dot"):
        vectors.most_similar("a", metric="cosin")


def test_rows_are_found_for_arrays():
    vectors = WordVectors(["a", "b", "c"], np.eye(3, dtype=np.float32))
    rows, cosines = vectors.nearest_rows(np.eye(3), k=2, excluded=np.arange(3)[:, np.newaxis])
    assert rows.tolist() == [[1, 2], [0, 2], [0, 1]] and not cosines.any()
    rows, _ = vectors.nearest_rows([[1, 0, 0]], k=5, among=2)
    assert rows.tolist() == [[0, 1]]
    for queries, excluded, message in (
        ([[1.0, 0.0]], None, r"shape \(1, 2\)"),
        ([["a", "b", "c"]], None, "hold <U1"),
        ([[np.nan, 0, 0]], None, "not a finite number"),
        ([[1e308, 0, 0]], None, "too large to compute with"),
        ([[1.0, 0, 0]], [[], []], "1 queries, but 2 lists"),
    ):
        with pytest.raises(ConfigError, match=message):
            vectors.nearest_rows(queries, excluded=excluded)


@pytest.mark.parametrize("form", [None, "NFC"])
def test_a_word_is_found_without_a_dictionary_first_and_with_one_later(monkeypatch, form):
    monkeypatch.setattr(rows, "_FEW_WORDS", 3)
    words = WordList.of(["a", "caf\u00e9", "b", "the"])
    vectors = WordVectors(words, np.eye(4), normalize=form)
    for _ in range(30):
        assert vectors.index("the") == 3 and "dog" not in vectors and 5 not in vectors
        assert ("cafe\u0301" in vectors) == (form is not None)
        assert "\ud800" not in vectors
    assert vectors._rows._rows is not None and vectors._rows._scans == rows._MOST_SCANS
    numbers = WordVectors(WordList.of([7, -5, 3, 2]), np.eye(4))
    for _ in range(10):
        assert numbers.index(-5) == numbers.index("-5") == numbers.index(np.int8(-5)) == 1
        assert "07" not in numbers and "a" not in numbers
    with pytest.raises(TypeError, match="this takes one word"):
        WordVectors(words, np.eye(4)).index(["a"])
