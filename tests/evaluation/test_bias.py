"""Tests of association: against the formulas of their papers, computed one word at a time."""

from __future__ import annotations

import json
import os
import subprocess
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from firth.errors import ConfigError, EvaluationError
from firth.evaluation import (
    WordSet,
    coherence_test,
    evaluate_bias,
    negative_sentiment,
    norm_distance,
    read_word_set,
    spearman,
    weat,
    word_set,
    word_sets,
)
from firth.vectors import WordVectors

RNG = np.random.default_rng(2)
X, Y = ["x1", "x2", "x3", "x4"], ["y1", "y2", "y3"]
A, B = ["a1", "a2", "a3"], ["b1", "b2"]
WORDS = [*X, *Y, *A, *B]
VECTORS = WordVectors(WORDS, RNG.normal(size=(12, 4)) * RNG.uniform(0.5, 2, (12, 1)))
SET = WordSet("mine", {"X": X, "Y": Y}, {"A": A, "B": B}, "here", "nothing")


def association(word: str) -> float:
    return float(
        np.mean([VECTORS.similarity(word, a) for a in A])
        - np.mean([VECTORS.similarity(word, b) for b in B])
    )


def test_weat_is_that_of_its_paper() -> None:
    s = {word: association(word) for word in (*X, *Y)}
    found = weat(VECTORS, (X, Y), (A, B))
    x, y = [s[w] for w in X], [s[w] for w in Y]
    assert found.effect_size == pytest.approx((np.mean(x) - np.mean(y)) / np.std(x + y))
    assert found.statistic == pytest.approx(sum(x) - sum(y))
    assert found.associations == pytest.approx(x + y)
    total = sum(s.values())
    sums = [2 * sum(s[w] for w in some) - total for some in combinations(s, 4)]
    at_least = sum(value >= found.statistic - 1e-12 for value in sums)
    assert (found.pvalue, found.divisions, found.exact) == (pytest.approx(at_least / 35), 35, True)
    other_way = weat(VECTORS, (Y, X), (A, B))
    assert other_way.effect_size == pytest.approx(-found.effect_size)
    assert other_way.pvalue + found.pvalue == pytest.approx(1 + 1 / 35)


def test_drawn_divisions_agree_with_all_of_them(monkeypatch) -> None:
    exact = weat(VECTORS, (X, Y), (A, B)).pvalue
    monkeypatch.setattr("firth.evaluation.bias.association._MOST_WAYS", 10)
    drawn = weat(VECTORS, (X, Y), (A, B), permutations=20_000)
    assert not drawn.exact and drawn.divisions == 20_001
    assert drawn.pvalue == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))


def test_a_planted_association_is_found_and_equal_words_have_none(monkeypatch) -> None:
    names = [f"{group}{n}" for group in "mfcd" for n in range(8)]
    base = np.repeat([[1, 0, 0.2], [0, 1, 0.2], [1, 0.1, 0], [0.1, 1, 0]], 8, axis=0)
    planted = WordVectors(names, base + RNG.normal(0, 0.2, (32, 3)))
    lists = [names[start : start + 8] for start in (0, 8, 16, 24)]
    found = weat(planted, (lists[0], lists[1]), (lists[2], lists[3]))
    assert found.effect_size > 1.5 and found.pvalue == 1 / 12_870
    monkeypatch.setattr("firth.evaluation.bias.association._MOST_WAYS", 10)
    few = weat(planted, (lists[0], lists[1]), (lists[2], lists[3]), permutations=10)
    assert few.pvalue >= 1 / 11  # the given division is one of them
    same = WordVectors(names, np.ones((32, 3)))
    assert weat(same, (lists[0], lists[1]), (lists[2], lists[3]))[:3] == (0, pytest.approx(0), 1)


def test_rnd_and_ect_are_those_of_their_papers() -> None:
    t, u = (np.mean([VECTORS[w] / np.linalg.norm(VECTORS[w]) for w in some], axis=0)
            for some in (X, Y))  # fmt: skip
    apart = [
        np.linalg.norm(VECTORS[a] / np.linalg.norm(VECTORS[a]) - t)
        - np.linalg.norm(VECTORS[a] / np.linalg.norm(VECTORS[a]) - u)
        for a in A
    ]
    found = norm_distance(VECTORS, (X, Y), A)
    assert found.value == pytest.approx(np.mean(apart)) and found.by_word == pytest.approx(apart)
    means = [np.mean(VECTORS[some], axis=0) for some in (X, Y)]
    cosines = [[m @ VECTORS[a] / np.linalg.norm(VECTORS[a]) for a in A] for m in means]
    assert coherence_test(VECTORS, (X, Y), A) == pytest.approx(spearman(*cosines))
    with pytest.raises(ConfigError, match="1 attributes; at least 2"):
        coherence_test(VECTORS, (X, Y), A[:1])


def test_rnsb_is_nothing_for_equal_words_and_more_where_one_group_looks_negative() -> None:
    names = [f"{group}{n}" for group in "pnxy" for n in range(6)]
    centre = np.repeat([[3, 0], [-3, 0], [2, 1], [-2, 1]], 6, axis=0)
    some = WordVectors(names, centre + RNG.normal(0, 0.1, (24, 2)))
    p, n, x, y = (names[start : start + 6] for start in (0, 6, 12, 18))
    found = negative_sentiment(some, [x, y], p, n)
    assert found.value > 0.3
    assert min(found.by_word[6:]) > 0.8 and max(found.by_word[:6]) < 0.2
    parts = np.array(found.by_word) / sum(found.by_word)
    assert found.value == pytest.approx(np.sum(parts * np.log(parts * 12)))
    same = WordVectors(names, np.repeat([[3, 0], [-3, 0], [1, 1], [1, 1]], 6, axis=0) * 1.0)
    assert negative_sentiment(same, [x, y], p, n).value == pytest.approx(0, abs=1e-12)


def test_all_tests_on_one_set() -> None:
    found = evaluate_bias(VECTORS, SET, tests=["weat", "rnd", "ect", "rnsb"])
    assert [(m.test, m.attribute) for m in found.measures] == [
        ("weat", ""), ("rnd", "A"), ("rnd", "B"), ("ect", "A"), ("ect", "B"), ("rnsb", ""),
    ]  # fmt: skip
    assert found.measures[0].value == pytest.approx(weat(VECTORS, (X, Y), (A, B)).effect_size)
    assert found.measures[1].value == pytest.approx(norm_distance(VECTORS, (X, Y), A).value)
    assert found.measures[3].value == pytest.approx(coherence_test(VECTORS, (X, Y), A))
    assert found.measures[5].by_word.keys() == {*X, *Y}
    more = SET._replace(targets={"X": [*X, "x9"], "Y": ["Y1", "y2", "y3"]})
    again = evaluate_bias(VECTORS, more)
    assert again.unknown == {"X": ("x9",)} and again.sizes["X"] == 4
    assert again.measures[0].pvalue == found.measures[0].pvalue
    assert set(again.measures[0].by_word) == {*X, "Y1", "y2", "y3"}


def test_sets_that_cannot_be_asked(tmp_path: Path) -> None:
    one = SET._replace(attributes={"A": A})
    assert [m.test for m in evaluate_bias(VECTORS, one).measures] == ["rnd", "ect"]
    with pytest.raises(EvaluationError, match="mine: weat needs two lists of attributes"):
        evaluate_bias(VECTORS, one, tests="weat")
    with pytest.raises(EvaluationError, match="1 of 2 words of the list 'B' have a vector"):
        evaluate_bias(VECTORS, SET._replace(attributes={"A": A, "B": ["b1", "b9"]}))
    with pytest.raises(ConfigError, match="no test 'wheat'; tests are weat, rnd, ect, rnsb"):
        evaluate_bias(VECTORS, SET, tests=["wheat"])  # type: ignore[list-item]
    with pytest.raises(ConfigError, match="no word set 'weat11'; those by name are weat1, weat2"):
        word_set("weat11")
    lines = ("x", "targ1\\tx\\n", "targ1\\ta\\tb\\ntarg2\\ta\\tc\\nattr1\\td\\te")
    for text in (*lines, "{}", '{"targ1": 3}', '{"targ1": ' + "[" * 100_000):
        (tmp_path / "w.txt").write_text(text)
        with pytest.raises(EvaluationError, match=r"w\.txt: expected JSON"):
            read_word_set(tmp_path / "w.txt")


def test_files_of_seat(tmp_path: Path) -> None:
    fields = ("targ1", "targ2", "attr1", "attr2")
    lists = (("X", X), ("Y", Y), ("A", A), ("B", B))
    given = {
        field: {"category": name, "examples": words}
        for field, (name, words) in zip(fields, lists, strict=True)
    }
    lines = ["\t".join([field, name, *words])
             for field, (name, words) in zip(fields, lists, strict=True)]  # fmt: skip
    for name, text in (("a.jsonl", json.dumps(given)), ("b.txt", "\n".join(lines))):
        (tmp_path / name).write_text(text)
        found = read_word_set(tmp_path / name)
        assert found[1:3] == SET[1:3]
        assert (
            evaluate_bias(VECTORS, tmp_path / name).measures == evaluate_bias(VECTORS, SET).measures
        )


def test_published_lists_are_whole() -> None:
    sizes = {
        name: [len(words) for words in (*some.targets.values(), *some.attributes.values())]
        for name, some in word_sets().items()
    }
    assert sizes == {
        "weat1": [25] * 4, "weat2": [25] * 4, "weat3": [32, 32, 25, 25],
        "weat4": [16, 16, 25, 25], "weat5": [18, 18, 8, 8], "weat6": [8] * 4, "weat7": [8] * 4,
        "weat8": [8] * 4, "weat9": [6, 6, 7, 7], "weat10": [8] * 4,
        "garg-occupations": [20, 20, 76], "garg-adjectives": [20, 20, 28, 25],
    }  # fmt: skip
    for some in word_sets().values():
        for words in (*some.targets.values(), *some.attributes.values()):
            assert len(set(words)) == len(words)
        assert "20" in some.source and some.about


@pytest.mark.peers
def test_figures_equal_wefes() -> None:
    python = os.environ.get("FIRTH_WEFE_PYTHON")
    if not python:
        pytest.skip("FIRTH_WEFE_PYTHON names no Python that has WEFE, which wants a NumPy before 2")
    given = {"words": WORDS, "matrix": VECTORS.matrix.tolist(), "targets": [X, Y]}
    done = subprocess.run(
        [python, "-W", "ignore", Path(__file__).parent / "by_wefe.py"],
        input=json.dumps({**given, "attributes": [A, B]}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    theirs = json.loads(done.stdout)
    ours = weat(VECTORS, (X, Y), (A, B))
    assert ours.effect_size == pytest.approx(theirs["effect_size"], abs=1e-6)
    assert ours.statistic == pytest.approx(theirs["weat"], abs=1e-6)
    for unit in (True, False):
        rnd = norm_distance(VECTORS, (X, Y), A, unit=unit).value
        assert rnd == pytest.approx(theirs[f"rnd {unit}"], abs=1e-6)
        ect = coherence_test(VECTORS, (X, Y), A, unit=unit)
        assert ect == pytest.approx(theirs[f"ect {unit}"], abs=1e-6)
        rnsb = negative_sentiment(VECTORS, [X, Y], A, B, unit=unit).value
        assert rnsb == pytest.approx(theirs[f"rnsb {unit}"], abs=1e-3)
