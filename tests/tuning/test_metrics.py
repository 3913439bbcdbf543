"""What settings are judged by: the same figures as elsewhere, over halves that share nothing."""

from __future__ import annotations

import numpy as np
import pytest

import firth
from firth.corpus import encode
from firth.errors import EvaluationError
from firth.evaluation import evaluate_next_items, evaluate_similarity, word_set
from firth.tuning.metrics import HeldOutLoss, NextItems, OfSet
from firth.tuning.parts import divide
from helpers.language import sentences

CORPUS = encode(sentences(1200, seed=1), min_count=1)
PARTS = divide(CORPUS, 0.1, seed=1)
QUICK = {"dim": 8, "epochs": 4, "sample": 0.0, "threads": 1, "min_count": 1, "progress": False}


@pytest.fixture(scope="module")
def model():
    return firth.train(PARTS.whole, **QUICK)


@pytest.mark.parametrize("ranking", ["in-out", "cosine"])
def test_next_items_are_those_of_evaluate(model, ranking):
    metric = NextItems(PARTS, ranking, 1)
    for final, part in ((False, PARTS.validation), (True, PARTS.final)):
        report = evaluate_next_items({"m": model}, part.sentences())
        rows = {(row.model, row.measure): row.value for row in report.rows}
        found = metric.figure(model, final)
        assert found.measure == metric.measure == "hit@10"
        assert found.value == rows[f"m ({ranking})", "hit@10"]


def test_a_model_without_output_vectors_is_refused(model):
    bare = firth.Model(["a", "b"], [2, 1], {"input": np.eye(2)})
    with pytest.raises(EvaluationError, match="tune by next-item-cosine"):
        NextItems(PARTS, "in-out", 1).figure(bare, False)


SUBWORDS = pytest.param({"unit": "subwords", "buckets": 0}, marks=pytest.mark.full)


@pytest.mark.parametrize("unit", [{}, SUBWORDS])
def test_the_held_out_loss_is_that_of_training(unit):
    by_training = firth.train(
        CORPUS, validation=PARTS.final, **{**QUICK, "deterministic": False}, **unit
    )
    losses = HeldOutLoss(PARTS).figure(by_training, final=True)
    said = by_training.history["validation_loss"].to_pylist()[-1]
    assert len(losses.items) == 1 and losses.value == pytest.approx(said, rel=1e-4)


def test_a_set_is_divided_and_what_belongs_together_stays_together(model, tmp_path):
    pairs = tmp_path / "pairs.tsv"
    words = [f"{letter}{i}" for letter in "ab" for i in range(6)]
    rows = [
        f"{one}\t{other}\t{10 * (one[1] == other[1])}\n"
        for place, one in enumerate(words)
        for other in words[:place]
    ]
    pairs.write_text("".join(rows))
    metric = OfSet(str(pairs), 1)
    halves = [metric.figure(model, final) for final in (False, True)]
    assert metric.measure == "pairs spearman"
    items = [set(half.items.tolist()) for half in halves]
    assert not items[0] & items[1] and len(items[0] | items[1]) == 66
    assert min(map(len, items)) > 16
    whole = evaluate_similarity(model.vectors, pairs).spearman
    assert all(abs(half.value - whole) < 0.1 for half in halves)
    questions = tmp_path / "questions.txt"
    pairs_of = [("a", "b"), ("c", "d"), ("e", "f")]
    lines = [f"{x}{i} {y}{i} {x}{j} {y}{j}\n" for x, y in pairs_of for i in range(6)
             for j in range(6) if i != j]  # fmt: skip
    questions.write_text(": letters\n" + "".join(lines))
    units = [OfSet(str(questions), 1).figure(model, final).units for final in (False, True)]
    assert not set(units[0].tolist()) & set(units[1].tolist())


def test_word_lists_have_no_items():
    lists = word_set("weat1")
    words = [
        w for kind in (lists.targets, lists.attributes) for some in kind.values() for w in some
    ]
    words = list(dict.fromkeys(words))
    vectors = np.random.default_rng(1).normal(size=(len(words), 8))
    known = firth.Model(words, range(len(words), 0, -1), {"input": vectors})
    with pytest.raises(EvaluationError, match="over no items, and cannot be divided"):
        OfSet("weat1", 1).figure(known, False)
