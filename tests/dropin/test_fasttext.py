"""FastText: vectors as means of rows, words never seen, files of firth's and of Facebook's."""

from __future__ import annotations

import numpy as np
import pytest

import firth
from firth.corpus.ngrams import hash_ngram, ngrams
from firth.errors import ConfigError, FormatError, UnknownWordError
from firth.gensim import FastText, FastTextKeyedVectors, KeyedVectors, Word2Vec
from firth.gensim.fasttext import (
    ft_ngram_hashes,
    load_facebook_model,
    load_facebook_vectors,
    save_facebook_model,
)

SENTENCES = [["walk", "walks", "walked", "on"], ["talk", "talks", "talked", "on"]] * 40
#: Skip-gram with negative sampling and n-grams, whose kernels other tests have too.
SMALL = {"sg": 1, "vector_size": 12, "min_count": 1, "sample": 0, "workers": 1, "bucket": 500,
         "min_n": 3, "max_n": 4, "epochs": 3}  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return FastText(SENTENCES, **SMALL)


def buckets(word):
    return [hash_ngram(text.encode()) % 500 for text in ngrams(word, 3, 4)]


def test_vectors_are_means_of_rows(model):
    wv = model.wv
    assert wv.vectors_ngrams.shape == (500, 12) and wv.vectors_vocab.shape == (7, 12)
    for row, word in enumerate(wv.index_to_key):
        rows = [wv.vectors_vocab[row], *wv.vectors_ngrams[buckets(word)]]
        assert wv[word] == pytest.approx(np.mean(rows, axis=0), abs=1e-6)
        assert wv.buckets_word[row].tolist() == buckets(word) == ft_ngram_hashes(word, 3, 4, 500)
    used = {bucket for word in wv.index_to_key for bucket in buckets(word)}
    assert set(np.flatnonzero(wv.vectors_ngrams.any(axis=1)).tolist()) == used


def test_words_never_seen_are_means_of_ngrams(model):
    wv = model.wv
    expected = wv.vectors_ngrams[buckets("walking")].mean(axis=0)
    assert wv["walking"] == pytest.approx(expected, abs=1e-6)
    assert np.linalg.norm(wv.get_vector("walking", norm=True)) == pytest.approx(1)
    assert "walking" in wv and "walking" not in wv.key_to_index
    assert wv.most_similar("walking", topn=1)[0][0].startswith("walk")
    assert not wv[""].any()
    assert model.predict_output_word(["walking", "walk"]) == model.predict_output_word(["walk"])
    whole = FastText(SENTENCES, **{**SMALL, "max_n": 0})
    assert whole.wv.bucket == 0 and "walking" not in whole.wv
    with pytest.raises(UnknownWordError):
        whole.wv["walking"]


def test_what_is_learnt_before_stays(model, tmp_path):
    model.save(tmp_path / "a")
    found = Word2Vec.load(tmp_path / "a")
    assert type(found) is FastText and type(found.wv) is FastTextKeyedVectors
    for name in ("vectors", "vectors_vocab", "vectors_ngrams"):
        assert np.array_equal(getattr(found.wv, name), getattr(model.wv, name))
    before = found.wv.vectors_vocab.copy()
    held = found.wv.vectors_ngrams.copy()
    found.build_vocab([["walking", "on", "walking"]], update=True)
    assert np.array_equal(found.wv.vectors_vocab[:7], before)
    there = held.any(axis=1)
    assert np.array_equal(found.wv.vectors_ngrams[there], held[there])
    new = set(buckets("walking")) - set(np.flatnonzero(there).tolist())
    assert new and found.wv.vectors_ngrams[sorted(new)].any(axis=1).all()
    found.wv.vectors_vocab_lockf = np.zeros(1, np.float32)
    start = found.wv.vectors.copy()
    found.train(SENTENCES, total_examples=80, epochs=1)
    assert np.array_equal(found.wv.vectors, start)
    found.wv.vectors_ngrams_lockf = np.zeros(1, np.float32)
    with pytest.raises(ConfigError, match="vectors_vocab_lockf"):
        found.train(SENTENCES, total_examples=80, epochs=1)


def test_files_of_vectors(model, tmp_path):
    model.wv.save(tmp_path / "v")
    found = KeyedVectors.load(tmp_path / "v")
    assert type(found) is FastTextKeyedVectors
    assert np.array_equal(found["walking"], model.wv["walking"])
    plain = firth.WordVectors(["a"], np.ones((1, 2), np.float32))
    plain.save(tmp_path / "p.safetensors")
    with pytest.raises(FormatError, match="min_n"):
        FastTextKeyedVectors.load(tmp_path / "p.safetensors")
    whole = (tmp_path / "v").read_bytes()
    assert whole.count(b'\\"bucket\\": 500') == 1
    (tmp_path / "w").write_bytes(whole.replace(b'\\"bucket\\": 500', b'\\"bucket\\": 100'))
    with pytest.raises(FormatError, match="from 0 to 99"):
        KeyedVectors.load(tmp_path / "w")


@pytest.mark.parametrize("given", [{}, {"hs": 1, "negative": 0}, {"max_n": 0}])
def test_facebooks_format_and_back(given, tmp_path, model):
    made = FastText(SENTENCES, **{**SMALL, **given}) if given else model
    one, two = tmp_path / "one.bin", tmp_path / "two.bin"
    save_facebook_model(made, one)
    found = load_facebook_model(one)
    save_facebook_model(found, two)
    assert one.read_bytes() == two.read_bytes()
    for name in ("vector_size", "window", "epochs", "min_count", "negative", "hs", "sg", "sample"):
        assert getattr(found, name) == getattr(made, name)
    assert found.wv.index_to_key == made.wv.index_to_key
    assert np.allclose(found.wv.vectors, made.wv.vectors, atol=1e-7)
    name = "syn1" if made.hs else "syn1neg"
    assert np.array_equal(getattr(found, name), getattr(made, name))
    read = firth.read_vectors(one)  # firth's own reader of the format
    assert read["walked"] == pytest.approx(made.wv["walked"], abs=1e-6)
    if not given:
        assert read["walking"] == pytest.approx(made.wv["walking"], abs=1e-6)
        vectors = load_facebook_vectors(one)
        assert np.array_equal(vectors["walking"], found.wv["walking"])
    found.train(SENTENCES, total_examples=80, epochs=1)
    assert not np.array_equal(found.wv.vectors, made.wv.vectors)


def test_what_is_no_model_of_facebook(model, tmp_path):
    with pytest.raises(ConfigError, match="UTF-8"):
        save_facebook_model(model, tmp_path / "a.bin", encoding="latin-1")
    save_facebook_model(model, tmp_path / "a.bin")
    whole = (tmp_path / "a.bin").read_bytes()
    (tmp_path / "b.bin").write_bytes(whole[:-9])
    with pytest.raises(FormatError):
        load_facebook_model(tmp_path / "b.bin")
    bad = whole.replace(b"walked\0", b"walk\xe9d\0")
    (tmp_path / "c.bin").write_bytes(bad)
    assert "walk\\xe9d" in load_facebook_vectors(tmp_path / "c.bin").key_to_index
    assert "walkéd" in load_facebook_vectors(tmp_path / "c.bin", encoding="latin-1").key_to_index
    with pytest.raises(NotImplementedError):
        FastText(word_ngrams=2)


@pytest.mark.peers
def test_gensim_reads_what_is_written(model, tmp_path):
    peer = pytest.importorskip("gensim.models.fasttext")
    save_facebook_model(model, tmp_path / "a.bin")
    theirs = peer.load_facebook_model(tmp_path / "a.bin")
    for word in (*model.wv.index_to_key, "walking"):
        assert theirs.wv[word] == pytest.approx(model.wv[word], abs=1e-6)
    ours = FastText.from_gensim(theirs)
    assert np.array_equal(ours.syn1neg, model.syn1neg)
    assert ours.wv["walking"] == pytest.approx(model.wv["walking"], abs=1e-6)
