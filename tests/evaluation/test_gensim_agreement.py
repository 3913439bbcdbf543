"""The same vectors get the same figures from gensim."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from firth.evaluation import evaluate_analogies, evaluate_similarity
from firth.vectors import WordVectors

pytestmark = pytest.mark.peers


@pytest.fixture
def sets() -> Path:
    folder = Path(os.environ.get("FIRTH_TEST_DATA", ""), "eval")
    if "FIRTH_TEST_DATA" not in os.environ or not folder.is_dir():
        pytest.skip("FIRTH_TEST_DATA does not name a folder with eval/ (evaluation sets)")
    return folder


def test_figures_equal_gensims(sets: Path) -> None:
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")
    words: dict[str, None] = {}
    for line in (sets / "questions-words.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith(":"):
            # Some words in two spellings, as raw text has them.
            words.update(dict.fromkeys(line.split()), **dict.fromkeys(line.lower().split()[:2]))
    for name in ("wordsim353.tsv", "simlex999.txt"):
        for line in (sets / name).read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                words.update(dict.fromkeys(line.split("\t")[:2]))
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(len(words), 3)).astype(np.float32)
    theirs = keyedvectors.KeyedVectors(vector_size=3)
    theirs.add_vectors(list(words), matrix)
    ours = WordVectors(list(words), matrix)

    for name in ("wordsim353.tsv", "simlex999.txt"):
        linear, correlation, unknown = theirs.evaluate_word_pairs(str(sets / name))
        result = evaluate_similarity(ours, sets / name)
        assert result.spearman == pytest.approx(correlation[0], abs=1e-9)
        assert result.pearson == pytest.approx(linear[0], abs=1e-6)
        share = len(result.unknown) / (result.pairs + len(result.unknown))
        assert share * 100 == pytest.approx(unknown)

    file = sets / "questions-words.txt"
    _, sections = theirs.evaluate_word_analogies(str(file), restrict_vocab=1_000)
    result = evaluate_analogies(ours, file, restrict_vocab=1_000)
    for part, section in zip((*result.sections, result.total), sections, strict=True):
        assert part.correct == len(section["correct"])
        assert part.asked == len(section["correct"]) + len(section["incorrect"])
