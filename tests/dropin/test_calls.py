"""The table of calls: both sides run, and where both are figures they are the same."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import firth
from firth.evaluation import evaluate_analogies, evaluate_similarity
from firth.gensim import KeyedVectors
from firth.gensim.calls import CALLS, table

ROOT = Path(__file__).parents[2]
WORDS = ["cat", "dog", "man", "king", "woman", "queen"]


@pytest.fixture
def asked(tmp_path):
    matrix = np.random.default_rng(5).normal(size=(6, 4)).astype(np.float32)
    vectors = firth.WordVectors(WORDS, matrix, counts=[9, 8, 5, 4, 3, 1])
    files = {"pairs": "cat\tdog\t9\nman\tking\t4\nwoman\tking\t2\n",
             "questions": ": family\nman king woman queen\n",
             "text": "2 3\ncat 1 2 3\ndog 4 5 6\n"}  # fmt: skip
    for name, text in files.items():
        (tmp_path / f"{name}.txt").write_text(text)
    names = {name: tmp_path / f"{name}.txt" for name in files}
    names["file"] = tmp_path / "vectors.safetensors"
    vectors.save(names["file"])
    kv = KeyedVectors.from_firth(vectors)
    return {**names, "kv": kv, "vectors": vectors, "v": matrix[0] + matrix[3], "np": np,
            "firth": firth, "KeyedVectors": KeyedVectors,
            "evaluate_similarity": evaluate_similarity,
            "evaluate_analogies": evaluate_analogies}  # fmt: skip


def answer(text, names):
    *before, last = text.split("; ")
    for statement in before:
        exec(statement, names)
    return eval(last, names)


@pytest.mark.filterwarnings("ignore:Word2vec's text format holds no counts")
@pytest.mark.filterwarnings("ignore:each vector that is added alone")
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.gensim)
def test_both_sides_of_a_line_say_the_same(call, asked):
    assert call.name in call.gensim and hasattr(asked["kv"], call.name)
    theirs = answer(call.gensim, asked)
    ours = answer(call.firth, asked) if call.firth else None
    if isinstance(theirs, float | np.floating):
        assert ours == pytest.approx(float(theirs), abs=1e-6)
    elif isinstance(theirs, np.ndarray):
        assert np.allclose(ours, theirs, atol=1e-6)
    elif isinstance(theirs, list) and isinstance(theirs[0], tuple):
        assert [word for word, _ in ours] == [word for word, _ in theirs]
        if "cosmul" not in call.gensim:
            assert [v for _, v in ours] == pytest.approx([v for _, v in theirs])
    elif isinstance(theirs, int | str):
        assert ours == theirs


def test_the_page_has_the_table():
    page = (ROOT / "docs" / "gensim.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- calls -->\n(.*?)\n<!-- end -->", page, re.DOTALL)[1]
    assert shown == table(), "run python -m firth.gensim.calls, and put it there"
