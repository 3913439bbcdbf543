"""Names of other programs are answered with what firth calls them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firth
from firth.config import every_option, peers
from firth.errors import ConfigError

OPTIONS = {option.name for _, option in every_option()}
MODEL = firth.Model(["a", "b"], [2, 1], {"input": np.eye(2)})


def test_every_piece_of_advice_leads_to_an_option() -> None:
    assert set(peers._RENAMED) <= OPTIONS
    parameters = inspect.signature(firth.train).parameters
    for name in (*peers._NAMES, *peers._SENTENCES):
        assert name not in OPTIONS
        advice = peers.setting_advice(name)
        assert advice is not None
        for option, value in re.findall(r"(\w+)=(\"\w+\")?", advice):
            if value:
                assert firth.TrainConfig(**{option: value.strip('"')})
            elif option not in {"sg", "hs"}:  # theirs
                assert option in parameters, advice
        assert "<" not in advice
        assert "<" not in str(peers.setting_advice(name, flags=True))


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("vector_size", "firth calls it dim"),
        ("vectorSize", "firth calls it dim"),
        ("workers", "firth calls it threads"),
        ("n_jobs", "firth calls it threads"),
        ("alpha", "firth calls it learning_rate"),
        ("iter", "firth calls it epochs"),
        ("minn", "firth calls it min_n"),
        ("ns_exponent", "firth calls it noise_exponent"),
        ("random_state", "firth calls it seed"),
        ("hs", 'objective="hierarchical_softmax"'),
        ("sg", 'architecture="cbow"'),
        ("loss", 'objective="softmax"'),
        ("corpus_file", "the text comes first"),
        ("stop_words", "frequent words are thinned out by sample="),
    ],
)
def test_settings(name: str, advice: str) -> None:
    with pytest.raises(ConfigError) as caught:
        firth.train([["a", "b"]], **{name: 1})  # type: ignore[misc]
    assert advice in str(caught.value)
    assert "did you mean" not in str(caught.value)


def test_the_text_by_another_name() -> None:
    with pytest.raises(TypeError, match=r"the text comes first, .* firth\.train\(text"):
        firth.train(sentences=[["a", "b"]])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"train\(\) needs its source$"):
        firth.train(dim=3)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        (["--vector-size", "50"], "there is no --vector-size: firth calls it --dim"),
        (["--vector_size=50"], "there is no --vector_size: firth calls it --dim"),
        (["-size", "50"], "there is no -size: firth calls it --dim"),
        (["-minCount", "5"], "there is no -minCount: firth calls it --min-count"),
        (["-dim", "50"], "there is no -dim: write --dim"),
        (["--min_count", "5"], "there is no --min_count: write --min-count"),
        (["-hs", "1"], "there is no -hs: hs=1 is --objective hierarchical_softmax"),
        (["--iter", "3"], "there is no --iter: firth calls it --epochs"),
    ],
)
def test_flags(given: list[str], advice: str, run_firth: Any, tmp_path: Path) -> None:
    done = run_firth("train", "text.txt", "--output", "m", *given)
    assert done.returncode == 2
    assert done.stderr.startswith(f"firth: {advice}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("command", "advice"),
    [("nn", "write firth neighbors DIR WORD"), ("supervised", "texts are not classified")],
)
def test_commands(command: str, advice: str, run_firth: Any) -> None:
    done = run_firth(command, "-input", "text.txt")
    assert done.returncode == 2
    assert done.stderr.startswith(f"firth: there is no command {command!r}: {advice}")
    assert "No such command" in run_firth("wavelength").stderr


def test_what_nobody_calls_so_is_not_guessed(run_firth: Any) -> None:
    done = run_firth("train", "text.txt", "--output", "m", "--wavelength", "3")
    assert done.returncode == 2
    assert "--wavelength" in done.stderr
    assert "calls it" not in done.stderr


@pytest.mark.parametrize(
    ("thing", "name", "advice"),
    [
        (MODEL, "wv", "write model.vectors"),
        (MODEL, "syn1neg", "write model.output_matrix"),
        (MODEL.vectors, "index_to_key", "write vectors.words"),
        (MODEL.vectors, "get_vector", 'write vectors["word"]'),
        (MODEL.vectors, "get", "write vectors[word] if word in vectors"),
        (firth, "Word2Vec", "write firth.train(text, ...)"),
    ],
)
def test_attributes(thing: Any, name: str, advice: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(thing, name)
    assert str(caught.value).endswith(f": {advice}")
    assert not hasattr(thing, name)
    for other in ("nothing_like_it", "__nothing__", "_wv"):
        with pytest.raises(AttributeError, match=other) as caught:
            getattr(thing, other)
        assert "write" not in str(caught.value)


def test_a_model_is_asked_through_its_vectors() -> None:
    with pytest.raises(TypeError, match=r"write model\.vectors\['a'\]"):
        MODEL["a"]
    with pytest.raises(TypeError, match="firth calls it k"):
        MODEL.vectors.most_similar("a", topn=3)
    with pytest.raises(TypeError, match="firth calls it k"):
        MODEL.vectors.analogy("a", "b", "a", top_k=3)
    with pytest.raises(TypeError, match="unexpected keyword"):
        MODEL.vectors.most_similar("a", wavelength=3)


#: What has no counterpart here, and no advice.
WITHOUT = {
    "self", "add_lifecycle_event", "add_vector", "add_vectors", "allocate_vecattrs", "closer_than",
    "cosine_similarities", "distances", "intersect_word2vec_format", "log_accuracy",
    "log_evaluate_word_pairs", "most_similar_cosmul",
    "most_similar_to_given", "n_similarity", "rank", "rank_by_centrality",
    "relative_cosine_similarity", "resize_vectors", "set_vecattr",
    "similarity_unseen_docs", "sort_by_descending_frequency", "unit_normalize_all",
    "vectors_for_all", "wmdistance", "words_closer_than",
}  # fmt: skip


@pytest.mark.peers
def test_gensim_and_fasttext_are_understood() -> None:
    fasttext = pytest.importorskip("fasttext")
    models = pytest.importorskip("gensim.models")
    for kind in (models.Word2Vec, models.FastText):
        for name in inspect.signature(kind.__init__).parameters:
            assert name in OPTIONS | WITHOUT or peers.setting_advice(name), name
    for name in fasttext.FastText.unsupervised_default:
        assert name in OPTIONS or peers.setting_advice(name), name
    for name in vars(models.KeyedVectors):
        if not name.startswith("_") and name not in WITHOUT:
            assert hasattr(MODEL.vectors, name) or peers.attribute_advice(name), name
