"""Many queries at once, answers of some words only, and the word that does not fit."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth import WordVectors
from firth.errors import ConfigError, UnknownWordError

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
