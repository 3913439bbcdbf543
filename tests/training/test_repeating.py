"""Many models of one text: what is varied, what is kept, how they go on, and what they find."""

from __future__ import annotations

import json

import numpy as np
import pytest

import firth
from firth import Vocabulary
from firth.api.reading import Texts
from firth.api.repeating import of_run
from firth.config import TrainConfig
from firth.corpus import encode
from firth.errors import ConfigError, EvaluationError, TrainingError, UnknownWordError
from firth.evaluation import Stability
from firth.evaluation.runs import Run, RunFiles
from firth.progress import Progress, describe
from helpers.language import sentences

TEXT = sentences(600, seed=1)
QUICK = {"dim": 8, "epochs": 4, "sample": 0.0, "threads": 1, "min_count": 1, "progress": False}
ASKED = {"rankings": [("a1", "b1", "b2")], "similarities": [("a1", "c1")], "k": 4}


@pytest.fixture(scope="module")
def corpus():
    return encode(TEXT, min_count=1)


@pytest.fixture(scope="module")
def kept(corpus, tmp_path_factory):
    """Four runs in a folder, with their vectors and their mean."""
    folder = tmp_path_factory.mktemp("runs") / "s"
    found = firth.stability(
        corpus, runs=4, output=folder, keep=True, average=True, **ASKED, **QUICK
    )
    return folder, found


def test_what_is_planted_is_stable(kept):
    _, found = kept
    ranking = found.ranking("a1", "b1", "b2")
    assert (ranking.runs, ranking.of) == (4, 4) and ranking.difference.low > 0
    assert found.asked_rankings() == [ranking]
    assert found.neighborhood("a1").overlap > 0.3
    assert found.neighborhood("a1").by_chance < found.neighborhood("a1").overlap
    nearest = found.neighbors_of("a1")[0]
    assert nearest.runs == 4 and nearest.word.endswith("1")
    assert nearest.cosine.low <= nearest.cosine.mean <= nearest.cosine.high
    assert sum(band.words for band in found.bands()) == len(found.words)


def test_figures_are_those_of_the_runs_vectors(kept):
    folder, found = kept
    files = RunFiles(folder)
    cosines = []
    for number, own in zip(files.done(), found.neighbors, strict=True):
        vectors = firth.WordVectors(found.vocabulary.words, files.read(number).vectors)
        near = [word for word, _ in vectors.most_similar("a1", k=4)]
        place = found.words.index("a1")
        assert [found.vocabulary.words[row] for row in own[place]] == near
        cosines.append(vectors.similarity("c1", "a1"))
    its = found.similarity("a1", "c1")
    assert its.mean == pytest.approx(np.mean(cosines))
    assert (its.low, its.high) == pytest.approx(tuple(np.quantile(cosines, [0.025, 0.975])))
    mean = firth.load(folder / "average").vectors
    assert list(mean.words) == list(found.vocabulary.words)
    # Of twins the mean knows what each run knows.
    assert mean.similarity("a1", "b1") > mean.similarity("a1", "b2")


def test_stopped_runs_go_on_as_if_they_had_not_been(corpus, kept, tmp_path):
    def stop(record):
        return record.run == 3

    first = firth.stability(
        corpus, runs=4, output=tmp_path / "s", keep=True, on_progress=stop, **ASKED, **QUICK
    )
    assert first.interrupted and len(first) == 2
    seen = []
    again = firth.stability(
        corpus, runs=4, output=tmp_path / "s", keep=True, resume=True,
        on_progress=lambda record: seen.append(record) and None, **ASKED, **QUICK,
    )  # fmt: skip
    assert not again.interrupted and len(again) == 4
    assert np.array_equal(again.neighbors, kept[1].neighbors)
    assert np.array_equal(again.cosines, kept[1].cosines)
    trained = [record for record in seen if record.stage == "train"]
    assert {record.run for record in trained} == {3, 4}
    assert trained[0].fraction == pytest.approx(0.5) and trained[-1].fraction == 1.0
    assert repr(Stability.open(tmp_path / "s")) == repr(again)


@pytest.mark.parametrize(
    "other", [{"vary": "seed"}, {"dim": 9}, {"k": 3}, {"rankings": []}], ids=str
)
def test_runs_of_something_else_are_not_gone_on_with(corpus, kept, other):
    with pytest.raises(ConfigError, match="holds runs of something else"):
        firth.stability(
            corpus, **{"runs": 4, "keep": True, "resume": True, **ASKED, **QUICK, **other},
            output=kept[0],
        )  # fmt: skip
    with pytest.raises(ConfigError, match="holds runs already: give resume=True"):
        firth.stability(corpus, runs=4, output=kept[0], **QUICK)


def test_a_folder_in_which_no_run_has_ended_is_begun_again(tmp_path):
    words = Vocabulary(["a", "b"], [2, 1])
    files = RunFiles(tmp_path)
    files.begin({"k": 1}, words, resume=False)
    files.begin({"k": 2}, words, resume=False)
    assert json.loads((tmp_path / "stability.json").read_text())["k"] == 2
    files.write(1, Run.of(np.eye(2), np.array([0]), 1, np.zeros((0, 2), int), keep=False))
    with pytest.raises(ConfigError, match="holds runs already"):
        files.begin({"k": 2}, words, resume=False)


@pytest.mark.parametrize(
    ("vary", "seeds", "texts"), [("seed", 3, 1), ("text", 1, 3), ("both", 3, 3)]
)
def test_what_varies(corpus, vary, seeds, texts):
    found = Texts(TrainConfig(seed=7, min_count=1), corpus, 0.0, None, None)
    runs = [of_run(found, vary, 1, number) for number in (1, 2, 3)]
    assert len({run.config.seed for run in runs}) == seeds
    assert len({run.corpus.fingerprint for run in runs}) == texts
    assert min(run.config.seed for run in runs) == 7


def test_what_cannot_be_asked(corpus, kept):
    for wrong, match in (
        ({"runs": 1}, "runs is 1"),
        ({"vary": "texts"}, "vary is 'texts'"),
        ({"keep": True}, "need a folder"),
        ({"block": 600}, "one block"),
        ({"rankings": [("a1", "b1")]}, "no group of 3 words"),
        ({"similarities": ["ab"]}, "no group of 2 words"),
    ):
        with pytest.raises(ConfigError, match=match):
            firth.stability(corpus, **{"runs": 2, **QUICK, **wrong})
    with pytest.raises(UnknownWordError, match="'zz'"):
        firth.stability(corpus, ask=["zz"], **QUICK)
    with pytest.raises(EvaluationError, match="was not kept: name the pair"):
        kept[1].similarity("a1", "d2")
    with pytest.raises(EvaluationError, match="0 of 3 runs ended"):
        firth.stability(corpus, runs=3, on_progress=lambda record: record.run == 1, **QUICK)


def test_numbers_that_run_away_stop_all(corpus):
    with pytest.raises(TrainingError):
        firth.stability(corpus, runs=3, **{**QUICK, "learning_rate": 1e30})


def test_one_line_for_all_runs():
    record = Progress("train", words=5, total_words=10, epoch=1, epochs=1, run=2, runs=20)
    assert describe(record) == "Training 50 %  run 2/20  0 words/s"


SWAPS = {"a0": "a3", "b1": "b4", "c2": "c5"}


def test_words_swapped_on_purpose_are_found_and_no_others():
    both = {**SWAPS, **{new: old for old, new in SWAPS.items()}}
    old, new = sentences(1500, seed=2), sentences(1500, seed=3)
    how = {**QUICK, "dim": 12, "permutations": 8}
    same = firth.shift(old, new, **how)
    assert same.moved(0.12) == [] and 0.5 < same.overall < 2
    swapped = [[both.get(word, word) for word in sentence] for sentence in new]
    found = firth.shift(old, swapped, **how)
    assert {*found.moved(0.12)[: len(both)]} == {*both}
    assert len(found.moved(0.12)) <= len(both) + 1
    assert found.table()["word"].to_pylist()[0] in both
    with pytest.raises(EvaluationError, match="stopped before all permutations"):
        firth.shift(old, new, on_progress=lambda record: record.run == 2, **how)
    with pytest.raises(ConfigError, match="give the texts themselves"):
        firth.shift(encode(old), new, **how)
