"""Sentences and companions of words, beside a count by hand and SciPy's test."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firth.corpus import contexts, encode, evidence
from firth.errors import ConfigError, UnknownWordError

RANDOM = np.random.default_rng(4)
TEXTS = [[str(word) for word in RANDOM.integers(0, 12, RANDOM.integers(1, 15))] for _ in range(300)]


@pytest.fixture(scope="module")
def corpus():
    return encode(TEXTS, min_count=1)


def near_by_hand(word, window):
    """How often each other word is near, and all there are."""
    near, total = {}, {}
    for sentence in TEXTS:
        places = [i for i, other in enumerate(sentence) if other == word]
        for i, other in enumerate(sentence):
            if other != word:
                total[other] = total.get(other, 0) + 1
                if any(window is None or abs(i - place) <= window for place in places):
                    near[other] = near.get(other, 0) + 1
    return near, total


@pytest.mark.parametrize("window", [1, 3, None])
@pytest.mark.parametrize("piece", [1 << 22, 40])  # tokens that are looked at together
def test_companions_of_a_word(corpus, window, piece, monkeypatch):
    monkeypatch.setattr(evidence, "_TOKENS_AT_A_TIME", piece)
    found = contexts(corpus, "3", window=window, companions=50, min_together=1)
    near, total = near_by_hand("3", window)
    k, n = sum(near.values()), sum(total.values())
    assert {one.word for one in found.companions} == {
        word for word in near if near[word] > total[word] * k / n
    }
    stats = pytest.importorskip("scipy.stats")
    for one in found.companions:
        assert (one.together, one.occurrences) == (near[one.word], total[one.word])
        cells = [
            [one.together, one.occurrences - one.together],
            [k - one.together, n - k - one.occurrences + one.together],
        ]
        its = stats.chi2_contingency(cells, correction=False, lambda_="log-likelihood")
        assert one.log_likelihood == pytest.approx(its.statistic)
        assert one.expected == pytest.approx(its.expected_freq[0, 0])
        pmi = math.log(one.together * n / (one.occurrences * k))
        assert one.npmi == pytest.approx(pmi / -math.log(one.together / n))
    figures = [one.log_likelihood for one in found.companions]
    assert figures == sorted(figures, reverse=True)
    by_npmi = contexts(corpus, "3", window=window, min_together=1, by="npmi").companions
    assert by_npmi[0].npmi == max(one.npmi for one in found.companions)


def test_sentences_with_both(corpus):
    found = contexts(corpus, "3", "5", n=1000, width=None)
    wanted = [i for i, sentence in enumerate(TEXTS) if {"3", "5"} <= set(sentence)]
    assert [one.sentence for one in found.contexts] == wanted
    assert (found.sentences, found.of) == (len(wanted), len(TEXTS))
    having = [sum(word in sentence for sentence in TEXTS) for word in ("3", "5")]
    assert found.expected == pytest.approx(having[0] * having[1] / len(TEXTS))
    for one in found.contexts:
        assert one.words == TEXTS[one.sentence]
        assert [one.words[place] in ("3", "5") for place in range(len(one.words))] == [
            place in one.places for place in range(len(one.words))
        ]
    assert not {"3", "5"} & {one.word for one in found.companions}


def test_what_always_goes_together_is_strongest():
    texts = [["a", "b", "x"], ["c", "d", "x"], ["e", "f", "x"]] * 10
    found = contexts(encode(texts, min_count=1), "a")
    assert [one.word for one in found.companions] == ["b", "x"]
    both = contexts(encode(texts, min_count=1), "a", "b")
    assert both.npmi == pytest.approx(1.0)
    assert contexts(encode(texts, min_count=1), "a", "c").sentences == 0


def test_some_sentences_cut_to_the_word(corpus):
    found = contexts(corpus, "3", n=7, width=2)
    assert len(found.contexts) == 7
    numbers = [one.sentence for one in found.contexts]
    assert numbers == sorted(set(numbers)) and numbers[-1] > 200  # from all over the text
    for one in found.contexts:
        assert len(one.words) <= 5 and one.places and one.words[one.places[0]] == "3"
        assert one.cut_after == (
            " ".join(TEXTS[one.sentence]).endswith(" ".join(one.words)) is False
        )


def test_what_cannot_be_asked(corpus):
    with pytest.raises(UnknownWordError):
        contexts(corpus, "nobody")
    for words in ((), ("1", "2", "3"), ("1", "1")):
        with pytest.raises(ConfigError, match="give one, or two different ones"):
            contexts(corpus, *words)
    with pytest.raises(ConfigError, match="by is 'pmi'"):
        contexts(corpus, "1", by="pmi")
