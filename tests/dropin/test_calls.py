"""The tables of calls: both sides run, and where both are figures they are the same."""

from __future__ import annotations

import numpy as np
import pytest

import firth
import firth.gensim.fasttext
from firth.evaluation import evaluate_analogies, evaluate_similarity
from firth.gensim import FastText, KeyedVectors, Word2Vec
from firth.gensim.calls import CALLS, FASTTEXT, WORD2VEC

WORDS = ["cat", "dog", "man", "king", "woman", "queen"]
LINES = [["the", "cat", "sat", "on", "the", "mat"], ["the", "dog", "sat"], ["the", "king"]] * 20
#: What gensim has for itself, and nobody calls.
INSIDE = {
    "add_lifecycle_event", "adjust_vectors", "allocate_vecattrs", "buckets_word", "compatible_hash",
    "create_binary_tree", "cum_table", "from_firth", "from_gensim", "get_sentence_vector",
    "init_sims", "init_weights", "load_fasttext_format", "log_accuracy", "log_evaluate_word_pairs",
    "prepare_vocab", "prepare_weights", "raw_vocab", "recalc_char_ngram_buckets", "scan_vocab",
    "similarity_unseen_docs", "to_firth", "update_weights", "word_vec", "words_closer_than",
}  # fmt: skip


@pytest.fixture
def files(tmp_path):
    texts = {"pairs": "cat\tdog\t9\nman\tking\t4\nwoman\tking\t2\n",
             "questions": ": family\nman king woman queen\n",
             "text": "2 3\ncat 1 2 3\ndog 4 5 6\n", "few": "1 4\ncat 1 2 3 4\n",
             "plain": "\n".join(map(" ".join, LINES))}  # fmt: skip
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text)
    return {**{name: tmp_path / f"{name}.txt" for name in texts},
            "file": tmp_path / "vectors.safetensors", "folder": tmp_path / "model",
            "binary": tmp_path / "model.bin"}  # fmt: skip


@pytest.fixture
def asked(files):
    matrix = np.random.default_rng(5).normal(size=(6, 4)).astype(np.float32)
    vectors = firth.WordVectors(WORDS, matrix, counts=[9, 8, 5, 4, 3, 1])
    vectors.save(files["file"])
    kv = KeyedVectors.from_firth(vectors)
    return {**files, "kv": kv, "vectors": vectors, "v": matrix[0] + matrix[3], "np": np,
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
    if not call.firth:
        assert call.note
    elif isinstance(theirs, float | np.floating):
        assert ours == pytest.approx(float(theirs), rel=1e-6, abs=1e-6)
    elif call.name == "cosine_similarities":
        assert [value for _, value in ours] == pytest.approx(sorted(theirs)[::-1])
    elif isinstance(theirs, np.ndarray):
        assert np.allclose(ours, theirs, atol=1e-6)
    elif isinstance(theirs, list) and isinstance(theirs[0], tuple):
        assert [word for word, _ in ours] == [word for word, _ in theirs]
        if "cosmul" not in call.gensim:
            assert [v for _, v in ours] == pytest.approx([v for _, v in theirs])
    elif call.name == "closer_than":
        assert sorted(ours) == sorted(theirs)
    elif isinstance(theirs, int | str):
        assert ours == theirs


@pytest.fixture(scope="module")
def models():
    """A model of each kind on each side."""
    settings = {"sg": 1, "vector_size": 8, "min_count": 1, "sample": 0, "workers": 1}
    ours = {"dim": 8, "min_count": 1, "sample": 0, "threads": 1}
    subwords = {"unit": "subwords", "buckets": 1000}
    return {
        "Word2Vec": (Word2Vec(LINES, **settings), firth.train(LINES, **ours)),
        "FastText": (FastText(LINES, bucket=1000, **settings),
                     firth.train(LINES, **ours, **subwords)),
        "hs": Word2Vec(LINES, hs=1, negative=0, **settings),
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore::firth.errors.LearningWarning")
@pytest.mark.parametrize(
    ("kind", "call"),
    [("Word2Vec", call) for call in WORD2VEC] + [("FastText", call) for call in FASTTEXT],
    ids=lambda value: value if isinstance(value, str) else value.gensim,
)
def test_both_sides_of_a_line_about_models_do_the_same(kind, call, models, files):
    theirs, ours = models[kind]
    names = {**files, **vars(firth.gensim.fasttext), "firth": firth, "np": np, "lines": LINES,
             "more": [["a", "new", "cat"]], "Word2Vec": Word2Vec, "hs_model": models["hs"],
             "other": theirs}  # fmt: skip
    theirs.save(files["file"])
    ours.save(files["folder"])
    ours.vectors.save(files["binary"]) if kind == "FastText" else None
    assert call.name in call.gensim
    assert call.name == kind or hasattr(theirs, call.name) or call.name in names
    there = answer(call.gensim, {**names, "model": type(theirs).load(files["file"])})
    here = answer(call.firth, {**names, "model": ours}) if call.firth else None
    if here is None or isinstance(here, firth.WordVectors):
        assert call.note or call.firth
    elif isinstance(there, int):
        assert here == there
    elif isinstance(there, np.ndarray):
        assert here.shape == there.shape
    elif isinstance(there, Word2Vec) and call.name != "train":
        assert here.vectors.matrix.shape == there.wv.vectors.shape
        assert set(here.vectors.words) == set(there.wv.index_to_key)
        assert here.config["architecture"] == ("skipgram" if there.sg else "cbow")
    elif isinstance(there, list) and isinstance(there[0], tuple):
        assert len(here) == len(there) == 2


def test_every_method_that_gensim_has_is_in_a_table():
    listed = {call.name for call in (*CALLS, *WORD2VEC, *FASTTEXT)}
    for kind in (KeyedVectors, Word2Vec, FastText, firth.gensim.FastTextKeyedVectors):
        missing = {name for name in dir(kind) if name[0] != "_"} - listed - INSIDE
        assert not missing, kind
