"""Held-out items and edges: against loops over all items, and on data with a known answer."""

from __future__ import annotations

import numpy as np
import pytest

from firth.errors import EvaluationError
from firth.evaluation import evaluate_links, evaluate_next_items, hold_out_last, items
from firth.model import Model
from firth.vectors import WordVectors

RNG = np.random.default_rng(4)
ITEMS = [f"i{n}" for n in range(30)]
GROUPS = [RNG.choice(ITEMS, RNG.integers(1, 6), replace=n % 7 == 0).tolist() for n in range(80)]
INPUT, OUTPUT = RNG.normal(size=(2, 25, 4)).astype(np.float32)
MODEL = Model(ITEMS[:25], list(range(40, 15, -1)), {"input": INPUT, "output": OUTPUT})


def figures(report, model):
    return {row.measure: row.value for row in report.rows if row.model == model}


def slow_figures(rank_of, k):
    """Hits, MRR and NDCG of all groups that may be asked, one by one."""
    ranks = []
    for group in GROUPS:
        if len(group) > 1 and group[-1] not in group[:-1]:
            rank = rank_of(group[:-1], group[-1])
            ranks.append(rank if rank is not None and rank <= k else None)
    found = [rank for rank in ranks if rank]
    return [
        len(found) / len(ranks),
        sum(1 / rank for rank in found) / len(ranks),
        sum(1 / np.log2(rank + 1) for rank in found) / len(ranks),
    ]


def rank_among(scores, last, before):
    """The rank of an item; of equal ones those count before it that stand before it."""
    names = [item for item in scores if item not in before]
    ordered = sorted(names, key=lambda item: -scores[item])
    return ordered.index(last) + 1 if last in ordered else None


def test_scores_have_one_thread(monkeypatch, blas_threads) -> None:
    seen, real = [], items._means

    def spy(*arguments):
        seen.append(blas_threads())
        return real(*arguments)

    monkeypatch.setattr(items, "_means", spy)
    evaluate_next_items({"m": MODEL}, GROUPS, draws=20)
    assert seen and set().union(*seen) == {1}


@pytest.mark.parametrize("k", [3, 10])
def test_every_ranking_equals_a_plain_sort(k) -> None:
    report = evaluate_next_items({"m": MODEL}, GROUPS, k=k, draws=20)
    vectors = MODEL.vectors

    def by_cosine(before, last):
        known = [item for item in before if item in vectors]
        if not known:
            return None
        mean = np.mean([vectors[i] / np.linalg.norm(vectors[i]) for i in known], axis=0)
        scores = {i: mean @ vectors[i] / np.linalg.norm(vectors[i]) for i in vectors.words}
        return rank_among(scores, last, before)

    def by_output(before, last):
        known = [item for item in before if item in vectors]
        if not known:
            return None
        answers = MODEL.predict(known, k=25, exclude_context=True)
        ranked = [answer.word for answer in answers]
        return ranked.index(last) + 1 if last in ranked else None

    held = hold_out_last(GROUPS)
    sets = [set(some) for some in held.before]
    counts = {item: sum(item in some for some in sets) for item in dict.fromkeys(
        item for some in held.before for item in some)}  # fmt: skip
    popular = dict(sorted(counts.items(), key=lambda pair: -pair[1]))

    def by_count(before, last):
        return rank_among(popular, last, before) if set(before) & set(popular) else None

    def together(before, last):
        near = {
            item: sum(sum(item in some and b in some for some in sets) for b in before)
            for item in popular
        }
        scores = {item: near[item] + popular[item] / 1000 for item in popular}
        return rank_among(scores, last, before)

    for name, rank_of in (("m (cosine)", by_cosine), ("m (in-out)", by_output),
                          ("popularity", by_count), ("co-occurrence", together)):  # fmt: skip
        found = figures(report, name)
        assert list(found) == [f"hit@{k}", f"mrr@{k}", f"ndcg@{k}"]
        assert list(found.values()) == pytest.approx(slow_figures(rank_of, k)), name
    apart = [d for d in report.differences if (d.first, d.second) == ("m (cosine)", "popularity")]
    assert len(apart) == 3 and apart[0].low <= apart[0].value <= apart[0].high


def test_what_follows_always_is_found_and_popularity_does_not_know_it() -> None:
    """Item a is followed by b, c by d: by co-occurrence all are found, by popularity half."""
    groups = [["x", "a", "b"], ["y", "c", "d"]] * 10
    vectors = WordVectors(["a", "b", "c", "d", "x", "y"], np.eye(6)[[0, 0, 1, 1, 0, 1]])
    report = evaluate_next_items({"v": vectors}, groups, training=groups, k=2, draws=50)
    assert figures(report, "co-occurrence")["hit@2"] == 1.0
    assert figures(report, "v (cosine)")["hit@2"] == 1.0
    assert figures(report, "popularity")["mrr@2"] < 1.0
    assert [row.model for row in report.rows[:3]] == ["v (cosine)", "popularity", "co-occurrence"]


def test_integers_are_items_and_groups_are_drawn_if_they_are_many() -> None:
    groups = [[n, n + 1, n + 2] for n in range(50)]
    vectors = WordVectors(list(range(40)), RNG.normal(size=(40, 3)))
    report = evaluate_next_items({"v": vectors}, groups, most=20, draws=5)
    assert {row.n for row in report.rows} == {20}
    assert 0 < report.rows[0].unknown < 20
    assert report == evaluate_next_items({"v": vectors}, groups, most=20, draws=5)
    with pytest.raises(EvaluationError, match="none of 1 groups of two items or more ends with"):
        evaluate_next_items({"v": vectors}, [["a", "a"], ["b"]])


def test_links_equal_the_area_by_all_pairs_and_chance_is_a_half() -> None:
    nodes = [str(n) for n in range(40)]
    walks = [RNG.choice(nodes, 5).tolist() for _ in range(30)]
    held = [(nodes[n], nodes[n + 1]) for n in range(39)]
    vectors = WordVectors(nodes[:38], RNG.normal(size=(38, 3)))
    found = evaluate_links({"v": vectors}, held, training=walks, pairs=200, draws=20)
    rows = {row.model: row for row in found.rows}
    assert rows["v (cosine)"].n == 37 and rows["v (cosine)"].unknown == 2
    assert 0.3 < rows["v (cosine)"].value < 0.7 and set(rows) == {
        "v (cosine)", "popularity", "co-occurrence",
    }  # fmt: skip
    # A circle of nodes: neighbours on it are near each other.
    angles = np.linspace(0, 2 * np.pi, 41)[:40]
    circle = WordVectors(nodes, np.stack([np.cos(angles), np.sin(angles)], axis=1))
    assert evaluate_links({"c": circle}, held, draws=5).rows[0].value > 0.98


def test_the_baselines_of_links_know_the_graph_that_was_learnt() -> None:
    star = [["hub", f"leaf{n}"] for n in range(9)] + [["leaf0", "leaf1"]]
    found = evaluate_links({}, [("leaf0", "leaf2")], training=star, draws=5)
    rows = {row.model: row.value for row in found.rows}
    # All pairs of leaves share the hub; leaf0 has a neighbour more than most.
    assert rows["co-occurrence"] == 0.5 and rows["popularity"] > 0.7
    with pytest.raises(EvaluationError, match="1 held-out edges and 0 pairs without an edge"):
        evaluate_links({}, [("a", "b")], training=[["a", "b"]])
