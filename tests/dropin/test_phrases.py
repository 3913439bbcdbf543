"""Phrases: counts and scores by formula, streams, files; all of it beside gensim."""

from __future__ import annotations

import json
import math
import pickle
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from firth.errors import ConfigError, FormatError
from firth.gensim import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases
from firth.gensim.phrases import npmi_scorer, original_scorer

TEXT = [
    ["the", "bank", "of", "england", "and", "the", "bank", "of", "france"],
    ["new", "york", "is", "not", "the", "bank", "of", "england"],
    ["in", "new", "york"],
    [],
    ["york", "minster", "is", "in", "york", "of", "course"],
]


def some_score(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
    return bigram_count / corpus_word_count


def any_score(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count, x=1):
    return 1.0


def sentences(n=400):
    """Sentences of words and connector words, with pairs that often occur together."""
    rng = np.random.default_rng(7)
    words = np.array(["a", "of", "red", "wine", "new", "york", "x", "y", "z", "and"])
    return [words[rng.integers(0, 10, rng.integers(0, 12))].tolist() for _ in range(n)]


def test_counts_and_scores_are_those_of_the_formula():
    phrases = Phrases(TEXT, min_count=1, threshold=0.01)
    words = Counter(word for sentence in TEXT for word in sentence)
    pairs = Counter("_".join(p) for s in TEXT for p in pairwise(s))
    assert phrases.vocab == {**words, **pairs}
    assert phrases.corpus_word_count == sum(words.values())
    assert phrases.export_phrases()["new_york"] == (2 - 1) / float(2 * 4) * len(phrases.vocab)
    npmi = Phrases(TEXT, min_count=2, threshold=0.1, scoring="npmi").export_phrases()
    n = sum(words.values())
    assert npmi["new_york"] == pytest.approx(math.log((2 / n) / (2 / n * 4 / n)) / -math.log(2 / n))
    assert "is_not" not in npmi  # seen once
    assert original_scorer(0, 1, 1, 9, 1, 9) == npmi_scorer(1, 1, 9, 9, 1, 9) == -math.inf


def test_connector_words_stand_within():
    phrases = Phrases(TEXT, min_count=1, threshold=0.1, connector_words=ENGLISH_CONNECTOR_WORDS)
    assert "of" not in phrases.vocab and phrases.vocab["bank_of_england"] == 2
    joined = phrases[["the", "bank", "of", "england", "of", "new", "york", "of"]]
    assert joined == ["the", "bank_of_england", "of", "new_york", "of"]
    assert phrases[["york", "of", "the", "cat", "a"]] == ["york", "of", "the", "cat", "a"]
    assert phrases[["of", "the", "bank", "of", "the"]] == ["of", "the", "bank", "of", "the"]


def test_streams_are_read_as_often_as_they_can_be():
    phrases = Phrases(TEXT, min_count=1, threshold=0.5)
    once = [["in", "new_york"], [], ["new"]]
    stream = phrases[[["in", "new", "york"], [], ["new"]]]
    assert list(stream) == list(stream) == once and len(stream) == 3
    assert list(phrases[iter([["in", "new", "york"], [], ["new"]])]) == once
    generators = ((word for word in sentence) for sentence in [["new", "york"]])
    assert list(phrases[generators]) == [["new_york"]]
    assert phrases[(word for word in ["new", "york"])] == ["new_york"]
    assert phrases[[]] == [] and phrases[iter([])] == []
    assert phrases[["", "new", "york", ""]] == ["", "new_york", ""]  # no word is lost
    again = Phrases(phrases[TEXT], min_count=1, threshold=0.5)
    assert "in_new_york" in again.vocab
    frozen = phrases.freeze()
    assert isinstance(frozen, FrozenPhrases) and Phraser is FrozenPhrases
    assert list(frozen[TEXT]) == list(phrases[TEXT])
    assert frozen.phrasegrams == phrases.export_phrases()
    assert frozen.find_phrases(TEXT) == phrases.find_phrases(TEXT)


def test_more_text_is_added():
    parts = Phrases(TEXT[:2], min_count=1, threshold=0.5)
    parts.add_vocab(iter(TEXT[2:]))
    whole = Phrases(TEXT, min_count=1, threshold=0.5)
    assert parts.vocab == whole.vocab and parts.corpus_word_count == whole.corpus_word_count
    small = Phrases(TEXT, max_vocab_size=5)
    assert len(small.vocab) <= 5
    small.add_vocab(TEXT)
    assert len(small.vocab) <= 5


def test_what_is_wrong_is_said(tmp_path):
    for how, said in (({"min_count": 0}, "min_count is 0"), ({"threshold": 0}, "threshold is 0"),
                      ({"scoring": "npmi"}, "from -1 to 1"),
                      ({"scoring": "best"}, "one of default"),
                      ({"scoring": lambda a: 1}, "without worda_count"),
                      ({"delimiter": b"_"}, "must be a string")):  # fmt: skip
        with pytest.raises(ConfigError, match=said):
            Phrases(TEXT, **how)
    with pytest.raises(FileNotFoundError):
        Phrases.load(tmp_path / "none")


@pytest.mark.parametrize("kind", [Phrases, FrozenPhrases])
@pytest.mark.parametrize("scoring", ["default", "npmi", some_score])
def test_files_go_there_and_back(tmp_path, kind, scoring):
    made = Phrases(TEXT, min_count=1, threshold=0.01, scoring=scoring, connector_words={"of", "ö"})
    made = made if kind is Phrases else made.freeze()
    made.save(tmp_path / "p", separately=["vocab"])
    found = kind.load(str(tmp_path / "p"))
    assert found.scoring is made.scoring and found.connector_words == made.connector_words
    assert list(found[TEXT]) == list(made[TEXT]) and str(found) == str(made)
    assert found.find_phrases(TEXT) == made.find_phrases(TEXT) != {}
    other = FrozenPhrases if kind is Phrases else Phrases
    with pytest.raises(FormatError, match=f"it holds {kind.__name__} of version 1; expected"):
        other.load(tmp_path / "p")


def test_a_file_runs_nothing(tmp_path):
    phrases = Phrases(TEXT, min_count=1, threshold=0.01, scoring=any_score)
    phrases.save(tmp_path / "p")
    content = json.loads((tmp_path / "p").read_text())
    # No function but one that takes what a score is given, and nothing that has to be imported.
    for name in (
        content["scoring"],
        "os:system",
        "antigravity:x",
        "builtins:print",
        ":",
        "json:x.y",
    ):
        (tmp_path / "p").write_text(json.dumps({**content, "scoring": name}))
        with pytest.raises(FormatError, match=r"load\(path, scoring=function\)"):
            Phrases.load(tmp_path / "p")
    assert Phrases.load(tmp_path / "p", scoring=any_score).scoring is any_score


def test_what_is_no_file_of_phrases_is_refused(tmp_path):
    path = tmp_path / "p"
    with path.open("wb") as file:
        pickle.dump({"gensim.models.phrases": 1}, file)
    with pytest.raises(FormatError, match=r"could run any code.*Phrases\.from_gensim"):
        Phrases.load(path)
    Phrases(TEXT, threshold=2).save(path)
    text = path.read_text()
    for damaged in (
        text[:-20],
        "[]",
        text.replace("firth-phrases", "x"),
        text.replace("vocab", "v"),
    ):
        path.write_text(damaged)
        with pytest.raises(FormatError, match="is no file of phrases"):
            Phrases.load(path)


@pytest.mark.peers
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"min_count": 2, "threshold": 0.3},
        {"connector_words": ["of", "and", "a"], "min_count": 1, "threshold": 0.2},
        {"scoring": "npmi", "threshold": 0.0, "min_count": 3, "delimiter": " "},
        {"max_vocab_size": 30, "min_count": 1, "threshold": 0.1},
        {"scoring": some_score, "threshold": 1e-3},
    ],
)
def test_all_of_it_equals_gensim(how):
    theirs = pytest.importorskip("gensim.models.phrases")
    text = sentences()
    ours, known = Phrases(text, **how), theirs.Phrases(text, **how)
    for made in (ours, known):
        made.add_vocab(text[:100])
    assert ours.vocab == known.vocab and list(ours.vocab) == list(known.vocab)
    assert ours.export_phrases() == known.export_phrases()
    assert ours.find_phrases(text) == known.find_phrases(text)
    assert list(ours[text]) == list(known[text])
    assert ours.freeze().phrasegrams == known.freeze().phrasegrams
    assert list(ours.freeze()[text]) == list(known.freeze()[text])
    taken = Phrases.from_gensim(known)
    assert taken.scoring is ours.scoring and list(taken[text]) == list(ours[text])
    assert FrozenPhrases.from_gensim(known.freeze()).phrasegrams == ours.freeze().phrasegrams
