"""Going on from vectors: what is kept, what is added, what stays; and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firth
from firth.corpus import Vocabulary
from firth.corpus.renumbering import renumber
from firth.errors import ConfigError, CorpusError, UnknownWordError
from firth.vectors import WordVectors

SMALL: dict[str, Any] = {"min_count": 1, "sample": 0.0, "threads": 1, "epochs": 2}
MEMBERS: list[dict[str, Any]] = [
    {},
    {"objective": "hierarchical_softmax"},
    {"unit": "subwords", "buckets": 0},
    {"unit": "subwords", "buckets": 3000},
]


def sentences(seed: int, n: int = 200, groups: int = 4) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    return [
        [f"group{group}word{i}" for i in rng.integers(0, 5, 8)]
        for group in rng.integers(0, groups, n)
    ]


def most_moved(before: Any, after: Any, words: Any) -> float:
    return max(float(np.abs(before[word] - after[word]).max()) for word in words)


@pytest.mark.parametrize("members", MEMBERS)
def test_a_run_begins_where_the_one_before_ended(members: dict[str, Any]) -> None:
    before = firth.train(iter(sentences(1)), dim=6, **SMALL, **members)
    tiny = {**SMALL, "learning_rate": 1e-9, "epochs": 1}
    # Counts are added up: twice those of a text are as its own, so that the tree is the same.
    after = firth.train(iter(sentences(1)), start_from=before, **tiny, **members)
    assert after.vectors.words[:] == before.vectors.words[:]
    np.testing.assert_allclose(after.vectors.matrix, before.vectors.matrix, atol=1e-5)
    for name in before.matrices:
        if name == "output" and members.get("objective") == "hierarchical_softmax":
            continue  # nodes of another tree: see below
        np.testing.assert_allclose(after.matrices[name], before.matrices[name], atol=1e-5)
    assert after.vocabulary.counts.tolist() == (2 * before.vocabulary.counts).tolist()


def test_words_are_added_and_those_known_stay_words(tmp_path: Path) -> None:
    before = firth.train(iter(sentences(1)), dim=6, **SMALL)
    new = [*sentences(2, 50, groups=6), ["seldom", "group0word0"]]
    after = firth.train(iter(new), start_from=before, **{**SMALL, "min_count": 3})
    assert set(before.vectors.words) < set(after.vectors.words)
    assert "group5word1" in after.vectors and "seldom" not in after.vectors
    fewer = firth.train(iter(new), start_from=before, max_vocabulary=22, **SMALL)
    assert len(fewer.vectors) == 22 and set(before.vectors.words) < set(fewer.vectors.words)
    counts = dict(zip(after.vectors.words, after.vocabulary.counts.tolist(), strict=True))
    own = sum(sentence.count("group0word0") for sentence in [*sentences(1), *new])
    assert counts["group0word0"] == own


def test_settings_are_those_of_the_model(tmp_path: Path) -> None:
    members = {"architecture": "cbow", "window": 3, "negative": 3}
    before = firth.train(iter(sentences(1)), dim=6, **SMALL, **members)
    own = ("architecture", "window", "noise", "dim", "cbow_gradient", "negative")
    after = firth.train(iter(sentences(1)), start_from=before, min_count=1, sample=0.0)
    assert {name: after.config[name] for name in own} == {name: before.config[name] for name in own}
    assert after.config["epochs"] == 5 and after.config["threads"] is None
    other = firth.train(iter(sentences(1)), start_from=before, architecture="skipgram", **SMALL)
    assert other.config["window"] == 3 and other.config["negative"] == 3
    assert "cbow_gradient" not in other.config
    paired = firth.train(iter(sentences(1)), dim=6, noise="pair", window=3, **SMALL)
    pooled = firth.train(iter(sentences(1)), start_from=paired, noise="pool", **SMALL)
    assert pooled.config["window"] == 3 and pooled.config["pool_size"] is not None
    changed = firth.train(
        iter(sentences(1)), start_from=paired, objective="hierarchical_softmax", **SMALL
    )
    assert changed.config["window"] == 3 and "negative" not in changed.config


def test_a_foreign_file_without_counts(tmp_path: Path) -> None:
    known = WordVectors(["group0word0", "elsewhere"], np.eye(2, 6, dtype=np.float32))
    known.save(tmp_path / "vectors.txt")
    after = firth.train(
        iter(sentences(1)), start_from=tmp_path / "vectors.txt", freeze="all", **SMALL
    )
    np.testing.assert_array_equal(after.vectors["group0word0"], known["group0word0"])
    np.testing.assert_array_equal(after.vectors["elsewhere"], known["elsewhere"])
    assert after.vectors.dim == 6
    assert after.vocabulary.counts[after.vectors.index("elsewhere")] == 1


def test_vectors_go_by_their_words_in_any_order() -> None:
    words = ["elsewhere", *(f"group{i % 4}word{i % 5}" for i in range(57, -1, -3))]
    vectors = np.random.default_rng(1).normal(size=(len(words), 6)).astype(np.float32)
    known = WordVectors(words, vectors)
    after = firth.train(iter(sentences(1)), start_from=known, **SMALL, learning_rate=1e-9)
    assert most_moved(known, after.vectors, words) < 1e-6


@pytest.mark.parametrize("members", [{}, {"unit": "subwords", "buckets": 0}])
def test_what_is_frozen_does_not_move(members: dict[str, Any]) -> None:
    before = firth.train(iter(sentences(1)), dim=6, **SMALL, **members)
    words = before.vectors.words[:]
    for freeze, frozen in (("all", words), (3, words[:3]), (words[5:7], words[5:7])):
        after = firth.train(
            iter(sentences(2)), start_from=before, freeze=freeze, **SMALL, **members
        )
        assert most_moved(before.vectors, after.vectors, frozen) == 0
        for word in set(words) - set(frozen):
            assert most_moved(before.vectors, after.vectors, [word]) > 1e-3


def test_the_same_call_gives_the_same_bits() -> None:
    before = firth.train(iter(sentences(1)), dim=6, **SMALL)
    twice = [
        firth.train(iter(sentences(2)), start_from=before, deterministic=True, **SMALL)
        for _ in range(2)
    ]
    assert twice[0].vectors.matrix.tobytes() == twice[1].vectors.matrix.tobytes()


def test_a_model_trains_more_as_train_starts_from_it() -> None:
    before = firth.train(iter(sentences(1)), dim=6, **SMALL)
    was = before.vectors.matrix.tobytes()
    method = before.train_more(iter(sentences(2)), freeze=3, **SMALL)
    function = firth.train(iter(sentences(2)), start_from=before, freeze=3, **SMALL)
    assert method.vectors.matrix.tobytes() == function.vectors.matrix.tobytes() != was
    assert before.vectors.matrix.tobytes() == was
    with pytest.raises(TypeError, match="start_from"):
        before.train_more(iter(sentences(2)), start_from=before, **SMALL)


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    known = WordVectors(["group0word0", "b"], np.eye(2, 6))
    for given, message in (
        ({"freeze": "all"}, "freeze says what is to stay of start_from"),
        ({"start_from": 7}, "start_from is int; it must be a Model"),
        ({"start_from": known, "freeze": "some"}, "freeze is 'some'; it must be 'all'"),
        ({"start_from": known, "freeze": 0}, "freeze is 0; it must be"),
        ({"start_from": known, "dim": 5}, "dim is 5, but the vectors to start from have 6"),
    ):
        with pytest.raises(ConfigError, match=message):
            firth.train(iter(sentences(1)), **{**SMALL, **given})
    with pytest.raises(UnknownWordError, match="nowhere"):
        firth.train(iter(sentences(1)), start_from=known, freeze=["nowhere"], **SMALL)


def test_a_run_is_resumed_from_the_same_start_alone(tmp_path: Path) -> None:
    text = sentences(3)
    starts = [firth.train(iter(sentences(seed)), dim=6, **SMALL) for seed in (1, 2)]
    given = {**SMALL, "output": tmp_path / "m", "checkpoint_every": "100w", "epochs": 4}
    path = tmp_path / "text.txt"
    path.write_text("\n".join(map(" ".join, text)))
    stops = iter([False, True])
    firth.train(path, start_from=starts[0], on_epoch=lambda row: next(stops), **given)
    with pytest.raises(ConfigError, match="start_from"):
        firth.train(path, start_from=starts[1], resume=True, **given)


def test_on_the_command_line(tmp_path: Path, run_firth: Any) -> None:
    path = tmp_path / "text.txt"
    path.write_text("\n".join(map(" ".join, sentences(1))))
    words = tmp_path / "words.txt"
    words.write_text("group0word0\n")
    common = ["--min-count", "1", "--threads", "1", "--sample", "0", "--quiet"]
    done = run_firth("train", path, "--output", tmp_path / "a", "--dim", "6", *common)
    assert done.returncode == 0, done.stderr
    done = run_firth(
        "train", path, "--output", tmp_path / "b", "--start-from", tmp_path / "a", "--freeze",
        words, *common,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    one, other = (firth.load(tmp_path / name).vectors for name in "ab")
    assert most_moved(one, other, ["group0word0"]) == 0
    assert most_moved(one, other, ["group0word1"]) > 0
    done = run_firth(
        "train", path, "--output", tmp_path / "c", "--start-from", tmp_path / "a", "--freeze",
        "some", *common,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--freeze is 'some'; it must be all, none, a number of words, or a file" in done.stderr


# A corpus in the ids of another vocabulary --------------------------------------------------------


@pytest.mark.parametrize("tokens", [1, 7, 1 << 22])
def test_a_corpus_is_renumbered(monkeypatch: pytest.MonkeyPatch, tokens: int) -> None:
    monkeypatch.setattr("firth.corpus.renumbering._TOKENS_AT_A_TIME", tokens)
    monkeypatch.setattr("firth.corpus.renumbering._SENTENCES_AT_A_TIME", 10)
    rng = np.random.default_rng(1)
    text = [[f"w{i}" for i in rng.integers(0, 30, rng.integers(1, 9))] for _ in range(57)]
    known = [f"w{i}" for i in range(0, 40, 3)]
    vocabulary = Vocabulary(known, np.arange(1, len(known) + 1))
    with firth.encode(iter(text), min_count=1) as corpus:
        found = renumber(corpus, vocabulary)
    expected = [[word for word in sentence if word in known] for sentence in text]
    assert list(found.sentences()) == [sentence for sentence in expected if sentence]
    assert found.n_tokens == sum(map(len, expected))
    assert found.vocabulary.counts.tolist() == vocabulary.counts.tolist()
    with pytest.raises(CorpusError, match="no word of the text is in the vocabulary"):
        renumber(found, Vocabulary(["other"], [1]))
    folder = found.folder
    found.close()
    assert not folder.exists()
