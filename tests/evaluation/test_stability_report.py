"""The report of runs: what a methods section needs is in it, and the tables are whole."""

from __future__ import annotations

import numpy as np
import pyarrow.csv
import pytest

from firth import Vocabulary
from firth.errors import EvaluationError, FormatError
from firth.evaluation import Stability
from firth.evaluation.runs import Run, RunFiles, asked_rows
from firth.evaluation.stability_report import as_markdown, write_report

WORDS = [f"w{i}" for i in range(30)]
VOCABULARY = Vocabulary(WORDS, np.arange(60, 30, -1))


def what(**more):
    return {
        "runs": 5, "k": 3, "asked": list(range(30)), "pairs": [[0, 1], [2, 3], [2, 4]],
        "n_pairs": 1, "rankings": [[2, 3, 4]], "named": [2], "vary": "both", "block": 4,
        "firth": "0.1", "keep": False,
        "settings": {
            "architecture": "cbow", "objective": "negative_sampling", "dim": 7, "window": 2,
            "epochs": 1, "min_count": 5,
        },
        "corpus": {"fingerprint": "f" * 32, "n_tokens": 9, "n_raw_tokens": 10, "n_sentences": 3},
        **more,
    }  # fmt: skip


@pytest.fixture
def found():
    random = np.random.default_rng(0)
    shared = random.normal(size=(30, 5))
    runs = []
    for _ in range(5):
        matrix = shared + random.normal(scale=0.3, size=shared.shape)
        pairs = np.array(what()["pairs"])
        runs.append(Run.of(matrix, np.arange(30), 3, pairs, keep=False))
    return Stability(VOCABULARY, runs, what(), interrupted=False)


def test_the_report_says_how_it_was_made(found):
    text = as_markdown(found)
    method = text.split("## By frequency")[0]
    for part in ("5 models", "CBOW", "7 dimensions", "1 epoch,", "5 times or more", "4 consecutive",
                 "Antoniak and Mimno 2018", "bootstrap sample"):  # fmt: skip
        assert part in method, part
    assert "| w2" not in text and "## w2" in text
    assert "w2 is nearer to w3 than to w4 in " in text
    assert "Wendlandt" in text.split("## Sources")[1]


def test_all_files_are_written(found, tmp_path):
    written = write_report(found, tmp_path)
    names = {path.name for path in written}
    assert names == {path.name for path in tmp_path.iterdir()}
    assert names >= {"report.md", "words.csv", "bands.csv", "neighbors.csv", "rankings.csv"}
    words = pyarrow.csv.read_csv(tmp_path / "words.csv").to_pylist()
    assert [row["word"] for row in words] == WORDS
    assert [row["overlap"] for row in words] == pytest.approx(found.overlap)
    near = pyarrow.csv.read_csv(tmp_path / "neighbors.csv").to_pylist()
    of_two = [(row["neighbor"], row["runs"]) for row in near if row["word"] == "w2"]
    wanted = [(one.word, one.runs) for one in found.neighbors_of("w2") if one.runs > 1]
    assert sorted(of_two) == sorted(wanted)
    for row in near:
        assert row["least"] <= row["cosine"] + 1e-6 and row["cosine"] <= row["most"] + 1e-6


def test_the_picture_is_a_picture(found, tmp_path):
    pytest.importorskip("matplotlib")
    write_report(found, tmp_path, picture=True)
    assert (tmp_path / "stability.png").read_bytes()[:4] == b"\x89PNG"


def test_runs_are_read_as_they_were_kept(tmp_path):
    files = RunFiles(tmp_path / "s")
    files.begin(what(pairs=[]), VOCABULARY, resume=False)
    matrix = np.random.default_rng(1).normal(size=(30, 4)).astype(np.float32)
    none = np.zeros((0, 2), np.int64)
    run = Run.of(matrix, np.arange(30), 3, none, keep=True)
    for number in (1, 3):
        files.write(number, run)
    assert files.done() == [1, 3]
    for name, value in files.read(3)._asdict().items():
        assert np.array_equal(value, getattr(run, name)), name
    opened = Stability.open(tmp_path / "s")
    assert len(opened) == 2 and opened.interrupted
    (tmp_path / "s" / "run-0003.safetensors").unlink()
    with pytest.raises(EvaluationError, match="1 of 5 runs ended"):
        Stability.open(tmp_path / "s")
    (tmp_path / "s" / "stability.json").write_text('{"version": 9}')
    with pytest.raises(FormatError, match="'runs' is missing"):
        Stability.open(tmp_path / "s")


def test_words_of_all_frequencies_are_asked():
    rows = asked_rows(100_000, 12_000, np.array([99_999]))
    assert len(rows) == 12_001 and np.array_equal(rows[:10_000], np.arange(10_000))
    gaps = np.diff(rows[10_000:-1])
    assert gaps.min() >= 44 and gaps.max() <= 46
    assert np.array_equal(asked_rows(5, 12, np.array([1])), np.arange(5))
    assert np.array_equal(asked_rows(50, None, np.array([1])), np.arange(50))
