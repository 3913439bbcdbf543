"""Two models: words that changed places are found, and what runs of one text say is chance."""

from __future__ import annotations

import numpy as np
import pytest

from firth import Model, WordVectors
from firth.errors import ConfigError, EvaluationError, UnknownWordError
from firth.evaluation import compare
from firth.vectors.matrix import directions

WORDS = [f"w{i}" for i in range(400)]
COUNTS = np.arange(400, 0, -1) * 10
SWAPPED = ["w3", "w10", "w33", "w120", "w250", "w390"]
RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.normal(size=(400, 10))
# Rare words are less sure.
NOISE = (0.05 + 2.0 / np.sqrt(COUNTS))[:, np.newaxis]


def run(swap=False):
    """Vectors of a run: the truth, with noise, turned."""
    matrix = TRUTH + NOISE * RANDOM.normal(size=TRUTH.shape)
    if swap:
        rows = [WORDS.index(word) for word in SWAPPED]
        matrix[rows] = matrix[rows[::-1]]
    return matrix @ np.linalg.qr(RANDOM.normal(size=(10, 10)))[0]


FIRST, SECOND = [run() for _ in range(6)], [run(swap=True) for _ in range(5)]


@pytest.fixture(scope="module")
def pair():
    return (
        WordVectors(WORDS, FIRST[0], counts=COUNTS),
        WordVectors(WORDS[::-1], SECOND[0][::-1], counts=COUNTS[::-1]),
    )


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"weights": "frequency"},
        {"centred": True},
        {"anchors": 200},
        {"anchors": WORDS[150:240]},
    ],
    ids=str,
)
def test_words_that_changed_places_moved_most(pair, how):
    found = compare(*pair, **how)
    assert sorted(found.moved(6)) == sorted(SWAPPED)
    assert (np.sort(found.score)[-6:] > 4).all() and np.median(found.score) < 1
    assert found.table()["word"][0].as_py() in SWAPPED


def test_movement_is_given_in_units_of_chance(pair):
    found = compare(*pair).with_runs(FIRST, [matrix[::-1] for matrix in SECOND])
    others = ~np.isin(WORDS, SWAPPED)
    chance = found.chance
    ratio = found.movement / chance.within
    assert 0.8 < np.median(ratio[others]) < 1.25
    assert sorted(found.moved(6, by="chance")) == sorted(SWAPPED)
    # Rare words move more by chance, and that is known.
    assert chance.within[-50:].mean() > 3 * chance.within[:50].mean()
    inside = (chance.low <= found.movement) & (found.movement <= chance.high)
    assert inside.all()
    assert {"low", "high", "chance", "ratio"} <= set(found.table("chance").column_names)
    with pytest.raises(EvaluationError, match="1 runs"):
        compare(*pair).with_runs(FIRST[:1], SECOND)


def test_local_distance_by_hand(pair):
    found = compare(*pair)
    words = ["w7", "w33"]
    for word, distance in zip(words, found.local(words, k=5), strict=True):
        near = sorted({*found.neighbors(word, 5)[0], *found.neighbors(word, 5)[1]})
        similar = [directions(model[near]) @ directions(model[[word]])[0] for model in pair]
        cosine = similar[0] @ similar[1] / np.prod([np.linalg.norm(s) for s in similar])
        assert distance == pytest.approx(1 - cosine)
    assert found.local(["w33"])[0] > 3 * found.local(["w7"])[0]


def test_neighbours_are_those_of_each_model(pair):
    found = compare(*pair)
    first, second = found.neighbors("w3", k=4)
    assert first == [word for word, _ in pair[0].most_similar("w3", k=4)]
    assert second == [word for word, _ in pair[1].most_similar("w3", k=4)]


def test_pairs_whose_similarity_changed(pair):
    found = compare(*pair)
    pairs = found.pairs(12)
    assert sum(bool({one.word, one.other} & set(SWAPPED)) for one in pairs) >= 11
    changes = [abs(one.second - one.first) for one in pairs]
    assert changes == sorted(changes, reverse=True)
    for one in pairs[:3]:
        assert one.first == pytest.approx(pair[0].similarity(one.word, one.other))
        assert one.second == pytest.approx(pair[1].similarity(one.word, one.other))


def test_the_first_in_the_space_of_the_second(pair):
    turned = compare(*pair).turned()
    calm = [word for word in WORDS[:50] if word not in SWAPPED]
    cosines = np.einsum("nd,nd->n", directions(turned[calm]), directions(pair[1][calm]))
    assert cosines.min() > 0.9
    assert turned.similarity("w1", "w2") == pytest.approx(pair[0].similarity("w1", "w2"))


def test_models_that_share_some_words():
    first = Model(WORDS[:300], COUNTS[:300], {"input": FIRST[0][:300]})
    second = WordVectors(WORDS[100:], SECOND[0][100:, :7])  # without counts, of other dimensions
    found = compare(first, second)
    assert list(found.words) == WORDS[100:300] and found.counts is None
    assert "count_first" not in found.table().column_names
    with pytest.raises(EvaluationError, match="'w5' is in the first model only"):
        found.neighbors("w5")
    with pytest.raises(UnknownWordError):
        found.neighbors("nobody")
    with pytest.raises(ConfigError, match="need counts"):
        compare(first, second, weights="frequency")


def test_what_cannot_be_compared(pair):
    with pytest.raises(EvaluationError, match="no word in common"):
        compare(pair[0], WordVectors(["x"], [[1.0]]))
    with pytest.raises(EvaluationError, match="none of the anchors"):
        other = WordVectors([*WORDS[:5], "x"], np.ones((6, 3)))
        compare(WordVectors(["x", *WORDS[5:]], np.ones((396, 3))), other, anchors=["w9"])
    with pytest.raises(ConfigError, match="anchors is 'w5'"):
        compare(*pair, anchors="w5")
    with pytest.raises(ConfigError, match="by is 'chance'"):
        compare(*pair).moved(by="chance")
    with pytest.raises(ConfigError, match="second is str"):
        compare(pair[0], "model")
