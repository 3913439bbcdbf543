"""Going on with a new text: where new words begin, what is learnt first, where all words settle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firth
from firth.config import TrainConfig
from firth.corpus import Vocabulary
from firth.errors import FormatError
from firth.progress import Progress
from firth.training.run import neighbours, starting
from firth.training.run.neighbours import HALF, REACH, lengths_by_count, means_of_neighbours
from firth.training.run.prepare import prepare
from firth.training.run.settling import LEAST, settle, shares
from firth.training.run.starting import Known, Start, learn_outputs
from firth.vectors import WordVectors

SMALL: dict[str, Any] = {"min_count": 1, "sample": 0.0, "threads": 1, "epochs": 2}


def text(seed: int, words: int = 12, n: int = 150) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    return [[f"w{i}" for i in rng.integers(0, words, rng.integers(2, 9))] for _ in range(n)]


@pytest.mark.parametrize("tokens", [11, 1 << 20])
def test_sums_of_neighbours_are_what_the_formula_says(
    monkeypatch: pytest.MonkeyPatch, tokens: int
) -> None:
    monkeypatch.setattr(neighbours, "_TOKENS", tokens)
    monkeypatch.setattr(neighbours, "_PAIRS", 7)
    rng = np.random.default_rng(3)
    with firth.encode(iter(text(1)), min_count=1) as corpus:
        vocabulary = corpus.vocabulary
        known = rng.random(len(vocabulary)) < 0.6
        vectors = rng.normal(size=(len(vocabulary), 4))
        got = means_of_neighbours(corpus, vectors, known)
        want = np.zeros((len(vocabulary), 4))
        # A range may end within a sentence: neighbours across its end are left out.
        ranges = corpus.ranges(tokens)
        cuts = set(ranges.token_start.tolist())
        start = 0
        for sentence in corpus.sentences():
            ids = vocabulary.ids(sentence)
            for i, of in enumerate(ids):
                for j in range(max(0, i - REACH), min(len(ids), i + REACH + 1)):
                    apart = any(start + k in cuts for k in range(min(i, j) + 1, max(i, j) + 1))
                    if i != j and not known[of] and known[ids[j]] and not apart:
                        share = vocabulary.counts[ids[j]] / vocabulary.total
                        want[of] += HALF / (HALF + share) / abs(i - j) * vectors[ids[j]]
            start += len(ids)
    np.testing.assert_allclose(got, want[~known])
    assert want[~known].any(axis=1).all()


def test_a_new_word_begins_among_its_neighbours() -> None:
    words = [f"w{i}" for i in range(12)]
    vectors = np.random.default_rng(1).normal(size=(12, 8)).astype(np.float32)
    vectors *= (3 / np.linalg.norm(vectors, axis=1))[:, np.newaxis]
    new = [["w1", "fresh", "w2"]] * 30
    model = firth.train(
        iter([*text(2), *new]), start_from=WordVectors(words, vectors), learning_rate=1e-9, **SMALL
    )
    expected = vectors[1] + vectors[2]
    got = model.vectors["fresh"]
    assert np.linalg.norm(got) == pytest.approx(3, rel=1e-3)
    cosine = got @ expected / np.linalg.norm(got) / np.linalg.norm(expected)
    assert cosine > 0.98


def test_lengths_are_those_of_words_as_frequent() -> None:
    counts = np.repeat([1000, 10], 40)
    lengths = np.repeat([3.0, 1.0], 40)
    got = lengths_by_count(counts, lengths, np.array([1000, 10, 5000, 100]))
    assert got[:3].tolist() == [3, 1, 3]
    assert got[3] == pytest.approx(2)


def known_alone(seed: int = 1) -> tuple[Known, np.ndarray]:
    words = Vocabulary([f"w{i}" for i in range(10)], np.arange(20, 10, -1)).words
    vectors = np.random.default_rng(seed).normal(size=(10, 6)).astype(np.float32)
    return Known(words, None, vectors), vectors


def test_outputs_are_learnt_with_known_inputs_held() -> None:
    known, _ = known_alone()
    with firth.encode(iter(text(1)), min_count=1) as corpus:
        config = TrainConfig(dim=6, epochs=3, sample=0.0, threads=1)
        setup = prepare(config, corpus, start=Start(known))
        before = setup.inputs.copy()
        assert not setup.outputs.any()
        records: list[Progress] = []
        learn_outputs(setup, known, records.append)
        assert [r.stage for r in records if not r.words] == ["compile", "outputs"]
        last = records[-1]
        assert (last.stage, last.words, last.epochs) == ("outputs", last.total_words, 1)
        held = [word in set(known.words) for word in corpus.vocabulary.words]
        np.testing.assert_array_equal(setup.inputs[held], before[held])
        assert (setup.inputs != before)[~np.array(held)].any(axis=1).all()
        assert setup.outputs.any(axis=1).all()
        assert setup.schedule.epochs == 3


def test_outputs_are_learnt_first_where_they_are_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(starting, "learn_outputs", lambda *given: calls.append(1))
    old = firth.train(iter(text(1)), dim=6, **SMALL)
    old.train_more(iter(text(2)), **SMALL)
    assert not calls
    firth.train(iter(text(2)), start_from=old.vectors, **SMALL)
    assert len(calls) == 1
    old.train_more(iter(text(2)), objective="hierarchical_softmax", **SMALL)
    assert len(calls) == 2


@pytest.mark.parametrize("members", [{}, {"unit": "subwords", "buckets": 500}])
def test_words_go_as_far_as_their_share(members: dict[str, Any]) -> None:
    old = firth.train(iter(text(1)), dim=6, **SMALL, **members)
    free, kept = (
        old.train_more(iter(text(2, n=70)), freeze=freeze, **SMALL) for freeze in ("none", None)
    )
    rows = kept.former_rows
    assert rows is not None
    share = 1 - old.vocabulary.counts / kept.vocabulary.counts[rows]
    assert 0.2 < share.mean() < 0.5
    for name in ("input", "output"):
        before, after = old.matrices[name], free.matrices[name][rows]
        want = before + share[:, np.newaxis] * (after - before)
        np.testing.assert_allclose(kept.matrices[name][rows], want, atol=1e-5)
    if "ngrams" in kept.matrices:
        moved = [np.abs(m.matrices["ngrams"] - old.matrices["ngrams"]) for m in (free, kept)]
        ratio = moved[1].sum() / moved[0].sum()
        assert share.min() < ratio < share.max()


def test_shares_of_words_whose_counts_nobody_knows() -> None:
    vocabulary = Vocabulary(["a", "b", "c"], [40, 10, 5])
    got = shares(vocabulary, np.array([2, 0]), None)
    assert got.tolist() == [5 / (5 + 2 * LEAST), 40 / (40 + LEAST)]


def test_new_words_follow_the_old_ones() -> None:
    rng = np.random.default_rng(1)
    old, fresh = rng.normal(size=(400, 5)), rng.normal(size=(20, 5))
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    matrix = np.concatenate([old, fresh]) @ turn
    rows = np.arange(400)
    settle(matrix, rows, old, rows, np.zeros(400), np.ones(400))
    np.testing.assert_array_equal(matrix[:400], old)
    moved = np.linalg.norm(fresh @ turn - fresh)
    assert np.linalg.norm(matrix[400:] - fresh) < 0.35 * moved  # the ridge holds back a part


def test_old_rows_are_found_again(tmp_path: Path) -> None:
    old = firth.train(iter(text(1)), dim=6, **SMALL)
    assert old.former_rows is None
    old.train_more(iter(text(2, words=20)), output=tmp_path / "new", **SMALL)
    new = firth.load(tmp_path / "new")
    assert new.former_rows is not None
    found = [new.vectors.words[int(row)] for row in new.former_rows]
    assert found == old.vectors.words[:]
    assert new.former_rows.tolist() != list(range(len(found)))
    with pytest.raises(ValueError, match="read-only"):
        new.former_rows[0] = 1
    file = tmp_path / "new" / "config.json"
    whole = file.read_text()
    for damaged in ("AAAA", "!", "AAAAAAAAAAA="):
        start = whole.index('"former_rows": "') + len('"former_rows": "')
        file.write_text(whole[:start] + damaged + whole[whole.index('"', start) :])
        with pytest.raises(FormatError, match="former_rows"):
            firth.load(tmp_path / "new")
