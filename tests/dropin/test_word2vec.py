"""Word2Vec: vocabularies, settings, training by firth's engine, locks, callbacks, losses, files."""

from __future__ import annotations

import logging
import math
import pickle

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, CorpusError, FormatError
from firth.gensim import CallbackAny2Vec, KeyedVectors, LineSentence, Word2Vec
from firth.gensim.learning import settings
from firth.gensim.utils import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, save_as_line_sentence

TEXT = [["b", "a", "c"], ["a", "b", "a"], ["c", "a"], [], ["d"]]
#: Skip-gram with negative sampling, whose kernels other tests have too.
SKIPGRAM = {"sg": 1, "vector_size": 12, "min_count": 1, "sample": 0, "workers": 1}


def groups(n=300, seed=3):
    """Sentences of words of one of three groups each."""
    rng = np.random.default_rng(seed)
    rows = [f"{'xyz'[g]}{i}" for g in range(3) for i in range(6)]
    return [[rows[g * 6 + i] for i in rng.integers(0, 6, 8)] for g in rng.integers(0, 3, n)]


SENTENCES = groups()


def trained(sentences=SENTENCES, **given):
    return Word2Vec(sentences, **{**SKIPGRAM, "epochs": 3, **given})


@pytest.fixture(scope="module")
def model():
    return trained(epochs=10)


# Vocabularies ----------------------------------------------------------------------------------


def test_words_are_counted_and_ordered():
    model = Word2Vec(min_count=1)
    model.build_vocab(TEXT, keep_raw_vocab=True)
    assert model.wv.index_to_key == ["a", "b", "c", "d"]
    assert model.wv.expandos["count"].tolist() == [4, 2, 2, 1]
    assert (model.corpus_count, model.corpus_total_words) == (5, 9)
    assert model.raw_vocab == {"a": 4, "b": 2, "c": 2, "d": 1}
    model = Word2Vec(min_count=2, sorted_vocab=0)
    model.build_vocab(iter(TEXT))
    assert model.wv.index_to_key == ["b", "a", "c"] and model.raw_vocab == {}
    model = Word2Vec(min_count=1, sorted_vocab=0)
    model.build_vocab_from_freq({7: 2, 5: 9}, corpus_count=4)
    assert model.wv.index_to_key == [7, 5] and model.corpus_count == 4
    assert model.wv.vectors.shape == model.syn1neg.shape == (2, 100)


def rule(word, count, min_count):
    return {"a": RULE_DISCARD, "d": RULE_KEEP}.get(word, RULE_DEFAULT)


def test_what_limits_a_vocabulary():
    def words(**given):
        how = {name: given.pop(name) for name in ("trim_rule",) if name in given}
        model = Word2Vec(**given)
        model.build_vocab(TEXT, **how)
        return model.wv.index_to_key

    assert words(min_count=2, trim_rule=rule) == ["b", "c", "d"]
    assert words(min_count=1, max_final_vocab=3) == ["a", "b", "c"]
    assert words(min_count=1, max_final_vocab=2) == ["a"]  # b and c occur as often
    assert words(min_count=1, max_vocab_size=2) == ["a", "d"]  # b and c had been forgotten
    assert words(min_count=4, max_final_vocab=9) == ["a"]
    dry = Word2Vec(min_count=1, sample=0.1)
    assert dry.scan_vocab(TEXT) == (9, 5)
    report = dry.prepare_vocab(dry_run=True, min_count=2)
    assert not dry.wv.index_to_key and dry.raw_vocab
    threshold = 0.1 * 8
    part = {c: min(1, math.sqrt(threshold / c) + threshold / c) for c in (4, 2)}
    assert report == {
        "drop_unique": 1, "retain_total": 8, "downsample_unique": 1, "num_retained_words": 3,
        "downsample_total": int(4 * part[4] + 4 * part[2]),
    }  # fmt: skip


def test_words_are_added(model):
    model = pickle.loads(pickle.dumps(model))
    before, output, n = model.wv.vectors.copy(), model.syn1neg.copy(), len(model.wv)
    model.build_vocab([["new", "x0", "newer", "x0"]], update=True)
    assert model.wv.index_to_key[n:] == ["new", "newer"] or model.wv.index_to_key[n:] == [
        "newer", "new",
    ]  # fmt: skip
    assert np.array_equal(model.wv.vectors[:n], before)
    assert np.array_equal(model.syn1neg[:n], output) and not model.syn1neg[n:].any()
    assert model.wv.get_vecattr("x0", "count") == sum(s.count("x0") for s in SENTENCES) + 2
    start = model.wv.vectors.copy()
    model.train([["new", "x0", "newer", "x0"]] * 40, total_examples=40, epochs=2)
    moved = (model.wv.vectors != start).any(axis=1)
    known = {model.wv.index_to_key[row] for row in np.flatnonzero(moved)}
    assert known == {"new", "x0", "newer"}  # and no other: it is trained from where it was
    with pytest.raises(RuntimeError, match="call build_vocab without update"):
        Word2Vec().build_vocab(TEXT, update=True)


def test_what_is_no_corpus(tmp_path):
    model = Word2Vec(min_count=1)
    model.build_vocab(TEXT)
    text = tmp_path / "text"
    text.write_text("a b\n")
    for given in ({}, {"corpus_file": str(text), "corpus_iterable": TEXT}, {"corpus_file": 5},
                  {"corpus_iterable": 5}, {"corpus_file": str(tmp_path)},
                  {"corpus_iterable": (s for s in TEXT)}, {"corpus_iterable": [None]}):  # fmt: skip
        with pytest.raises(TypeError):
            model.train(total_examples=1, epochs=2, **given)
    for empty in ([], [[]], [["a"]]):
        with pytest.raises(RuntimeError, match="no vocabulary"):
            Word2Vec(empty)
    with pytest.raises(CorpusError, match="is not valid UTF-8"):
        (tmp_path / "bad").write_bytes(b"a \xff b\n" * 9)
        Word2Vec(corpus_file=str(tmp_path / "bad"))
    with pytest.raises(ConfigError, match="str\\(word\\)"):
        model.build_vocab_from_freq({"a": 1, 2: 1})
    with pytest.raises(ValueError, match="epochs"):
        model.train(TEXT, total_examples=5)
    with pytest.raises(ValueError, match="total_examples"):
        model.train(TEXT, epochs=5)
    with pytest.raises(ValueError, match="hs and negative"):
        Word2Vec(TEXT, min_count=1, negative=0)


def test_strings_are_letters_with_a_word_of_warning(caplog):
    model = Word2Vec(min_count=1)
    model.build_vocab(["aab", ["c"]])
    assert model.wv.index_to_key == ["a", "b", "c"]
    assert "text.split()" in caplog.text


# Settings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"architecture": "cbow", "cbow_mean": True, "unit": "words", "dynamic_window": True,
              "negative": 5, "noise_exponent": 0.75, "learning_rate": None, "threads": 1,
              "rate_exponent": 0.5, "end_learning_rate": 0.0001, "min_count": 1, "seed": 1}),
        ({"alpha": 0.025}, {"learning_rate": 0.025, "rate_exponent": 0.0}),
        ({"alpha": 0.05, "min_alpha": 0.01, "sg": 1},
         {"learning_rate": 0.05, "end_learning_rate": 0.01, "architecture": "skipgram"}),
        ({"cbow_mean": 0, "ns_exponent": -1, "negative": 3, "shrink_windows": False},
         {"cbow_mean": False, "noise_exponent": -1.0, "negative": 3, "dynamic_window": False}),
        ({"hs": 1}, {"objective": "hierarchical_softmax"}),
        ({"window": 7, "vector_size": 9, "epochs": 2, "sample": 1e-4, "seed": 9},
         {"window": 7, "dim": 9, "epochs": 2, "sample": 1e-4, "seed": 9}),
        ({"sample": 0}, {"sample": 0.0}),
        ({"sample": 10}, {"sample": 26 / 1000}),  # a count: ten times the golden ratio squared
    ],
)  # fmt: skip
def test_settings_in_firths_words(given, expected):
    found = settings(Word2Vec(workers=1, **given), total=1000).to_dict()
    assert {name: found[name] for name in expected} == expected


def test_a_rate_that_is_changed_is_one_that_is_given():
    model = Word2Vec()
    assert model.alpha == 0.025 and settings(model, 1).learning_rate is None
    model.alpha -= 0.005
    assert settings(model, 1).learning_rate == pytest.approx(0.02)
    with pytest.raises(ConfigError, match="window is 2000"):
        settings(Word2Vec(window=2000), 1)
    model.train_count = 1
    assert settings(model, 1).seed != settings(Word2Vec(), 1).seed  # each call draws anew


# Training --------------------------------------------------------------------------------------


def test_words_of_a_group_are_near(model):
    found = [model.wv.most_similar(word, topn=5) for word in model.wv.index_to_key]
    same = [near[0] == word[0] for word, most in zip(model.wv.index_to_key, found, strict=True)
            for near, _ in most]  # fmt: skip
    assert np.mean(same) > 0.9
    assert str(model) == "Word2Vec<vocab=18, vector_size=12, alpha=0.025>"


def test_one_step_and_two_and_a_file_give_the_same(tmp_path):
    one = trained()
    two = Word2Vec(**SKIPGRAM)
    two.build_vocab(SENTENCES)
    words = two.train(SENTENCES, total_examples=two.corpus_count, epochs=3)
    assert words == (3 * 8 * 300, 3 * 8 * 300)
    save_as_line_sentence(SENTENCES, tmp_path / "text")
    others = [two, trained(None, corpus_file=str(tmp_path / "text")),
              trained(LineSentence(str(tmp_path / "text")))]  # fmt: skip
    for other in others:
        assert np.array_equal(one.wv.vectors, other.wv.vectors)
        assert np.array_equal(one.syn1neg, other.syn1neg)
    assert not np.array_equal(one.wv.vectors, trained(seed=2).wv.vectors)


def test_integers_are_words():
    model = trained([[1, 2, 30], [2, 1, 30]] * 20)
    assert sorted(model.wv.index_to_key) == [1, 2, 30] and model.wv[30].shape == (12,)


def test_locked_vectors_stay(model):
    model = pickle.loads(pickle.dumps(model))
    before = model.wv.vectors.copy()
    model.wv.vectors_lockf = np.ones(len(model.wv), np.float32)
    model.wv.vectors_lockf[[2, 5]] = 0
    model.train(SENTENCES, total_examples=300, epochs=1, start_alpha=0.05)
    moved = (model.wv.vectors != before).any(axis=1)
    assert np.flatnonzero(~moved).tolist() == [2, 5]


class Told(CallbackAny2Vec):
    def __init__(self):
        self.events, self.norms, self.losses = [], [], []

    def on_train_begin(self, model):
        self.events.append("<")

    def on_epoch_begin(self, model):
        self.events.append("(")

    def on_epoch_end(self, model):
        self.events.append(")")
        self.norms.append(float(np.linalg.norm(model.wv.vectors)))
        self.losses.append(model.get_latest_training_loss())

    def on_train_end(self, model):
        self.events.append(">")


def test_callbacks_see_the_model_on_its_way():
    told = Told()
    model = trained(callbacks=[told])
    assert "".join(told.events) == "<()()()>"
    assert len(set(told.norms)) == 3
    assert told.norms[-1] == float(np.linalg.norm(model.wv.vectors))
    epochs = np.diff([0, *told.losses])
    assert epochs[0] > epochs[1] > epochs[2] > 0
    assert told.losses[-1] == model.get_latest_training_loss()


def test_what_a_callback_raises_ends_the_training():
    class Enough(CallbackAny2Vec):
        def on_epoch_end(self, model):
            raise LookupError("enough")

    model = Word2Vec(**SKIPGRAM)
    model.build_vocab(SENTENCES)
    before = model.wv.vectors.copy()
    with pytest.raises(LookupError, match="enough"):
        model.train(SENTENCES, total_examples=300, epochs=9, callbacks=[Enough()])
    assert (model.wv.vectors != before).any()


def test_the_loss_is_that_of_all_pairs():
    model = trained(shrink_windows=False, window=2, alpha=1e-6, min_alpha=1e-7, compute_loss=True)
    pairs = 3 * 300 * sum(min(7, i + 2) - max(0, i - 2) for i in range(8))
    expected = pairs * 6 * math.log(2)  # vectors that know nothing
    assert model.get_latest_training_loss() == pytest.approx(expected, rel=1e-4)


def test_nothing_to_learn_is_said_and_changes_nothing(caplog):
    model = Word2Vec(**SKIPGRAM)
    model.build_vocab(TEXT)
    before = model.wv.vectors.copy()
    for text in ([["a"], ["b"]], [["unknown"]], []):
        caplog.clear()
        assert model.train(text, total_examples=2, epochs=2) == (0, 0)
        assert "Nothing was learnt" in caplog.text or not text
    assert np.array_equal(model.wv.vectors, before)
    sampled = Word2Vec([["a", "b"]] * 3, min_count=1, sample=1e-9, vector_size=12, workers=1, sg=1)
    assert np.isfinite(sampled.wv.vectors).all() and "Nothing was learnt" in caplog.text


def test_rising_rates_and_both_objectives_are_warned_of(caplog):
    model = trained(epochs=1)
    model.train(SENTENCES, total_examples=300, epochs=1)
    assert "higher than previous" in caplog.text
    with pytest.raises(RuntimeError, match="hs=0"):
        trained(hs=1, negative=5, sentences=SENTENCES[:20]).predict_output_word(["x0"])
    assert "here by hierarchical softmax" in caplog.text


def test_vectors_from_elsewhere_are_trained_on(model):
    other = Word2Vec(**SKIPGRAM)
    other.wv = KeyedVectors.from_firth(model.wv.to_firth())
    before = other.wv.vectors.copy()
    other.train(SENTENCES, total_examples=300, epochs=1, start_alpha=0.01)
    assert 0 < np.abs(other.wv.vectors - before).max() < 1
    fresh = Word2Vec(**SKIPGRAM)
    fresh.reset_from(model)
    assert fresh.wv.key_to_index == model.wv.key_to_index and not fresh.syn1neg.any()


def test_a_subclass_that_replaces_gensims_training_is_refused():
    class Own(Word2Vec):
        def _do_train_job(self, sentences, alpha, inits):
            return 0, 0

    with pytest.raises(ConfigError, match=r"_do_train_job, parts.*without firth"):
        Own()


# Questions -------------------------------------------------------------------------------------


def test_predictions_are_a_softmax_of_all_words(model):
    rows = [model.wv.key_to_index[word] for word in ("x0", "x1")]
    scores = np.exp(model.syn1neg.astype(float) @ model.wv.vectors[rows].astype(float).mean(axis=0))
    found = model.predict_output_word(["x0", rows[1], "unknown"], topn=18)
    likely = dict(zip(model.wv.index_to_key, scores / scores.sum(), strict=True))
    assert [value for _, value in found] == sorted((v for _, v in found), reverse=True)
    assert dict(found) == pytest.approx(likely, rel=1e-4)
    assert [word[0] for word, _ in found[:4]] == ["x"] * 4
    assert model.predict_output_word(["unknown"]) is None


def naive_score(model, sentence):
    """Σ log P(w | v), path by path: each word of a window predicts the word in its middle."""
    total, wv = 0.0, model.wv
    for i, word in enumerate(sentence):
        path = zip(wv.get_vecattr(word, "point"), wv.get_vecattr(word, "code"), strict=True)
        around = [
            wv[sentence[j]]
            for j in range(max(0, i - model.window), min(len(sentence), i + model.window + 1))
            if j != i
        ]
        hidden = around if model.sg else [np.mean(around, axis=0)]
        for node, code in path:
            for h in hidden:
                x = float(model.syn1[node] @ h) * (1 - 2 * int(code))
                total -= math.log1p(math.exp(-x))
    return total


def test_scores_are_log_probabilities():
    model = trained(hs=1, negative=0, epochs=2, window=2)
    for sg in (1, 0):
        model.sg = sg
        found = model.score([["x0", "x1", "y0"], ["z1", "z2"], ["unknown"]])
        expected = [naive_score(model, ["x0", "x1", "y0"]), naive_score(model, ["z1", "z2"]), 0]
        assert found == pytest.approx(expected, rel=1e-4)
    assert len(model.syn1) == len(model.wv) and not model.syn1[-1].any()
    assert model.syn1[:-1].any(axis=1).all()
    with pytest.raises(RuntimeError, match="hs=1"):
        Word2Vec(SENTENCES[:9], min_count=1).score(SENTENCES)


# Files -----------------------------------------------------------------------------------------


def test_saved_models_are_the_same(model, tmp_path):
    path = tmp_path / "a.model"
    model.save(path, sep_limit=0)
    for mmap in (None, "r"):
        found = Word2Vec.load(path, mmap=mmap)
        assert np.array_equal(found.wv.vectors, model.wv.vectors)
        assert np.array_equal(found.syn1neg, model.syn1neg)
        assert found.wv.index_to_key == model.wv.index_to_key
        assert found._settings() == model._settings()
        assert settings(found, 9) == settings(model, 9)  # the rate is still firth's own
        found.train(SENTENCES, total_examples=300, epochs=1)
        assert not np.array_equal(found.wv.vectors, model.wv.vectors)
    assert Word2Vec.load(path).wv["x0"].tolist() == firth.read_vectors(path)["x0"].tolist()
    assert KeyedVectors.load(path).index_to_key == model.wv.index_to_key
    with pytest.raises(AttributeError, match="on the class"):
        model.load(path)


def test_what_holds_no_model_is_refused(model, tmp_path):
    path = tmp_path / "kept"
    model.wv.save(path)
    with pytest.raises(AttributeError, match=r"KeyedVectors\.load"):
        Word2Vec.load(path)
    model.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    with pytest.raises(FormatError):
        Word2Vec.load(path)
    for old, new in ((b'\\"window\\": 5', b'\\"window\\": []'), (b"Word2Vec", b"WordVecs")):
        assert whole.count(old) == 1
        path.write_bytes(whole.replace(old, new) if len(old) == len(new) else whole)
        if len(old) == len(new):
            with pytest.raises(FormatError, match="of the kind 'WordVecs'"):
                Word2Vec.load(path)
    (tmp_path / "old").write_bytes(pickle.dumps(["gensim.models.word2vec"]))
    with pytest.raises(FormatError, match="from_gensim"):
        Word2Vec.load(tmp_path / "old")
    with pytest.raises(FileNotFoundError):
        Word2Vec.load(tmp_path / "none")
    with pytest.raises(RuntimeError, match="build_vocab"):
        Word2Vec().save(path)


@pytest.mark.peers
@pytest.mark.parametrize("given", [{}, {"hs": 1, "negative": 0}])
def test_models_of_gensim_go_on(given, tmp_path):
    peer = pytest.importorskip("gensim.models.word2vec")
    theirs = peer.Word2Vec(SENTENCES, **{**SKIPGRAM, "window": 3, **given})
    ours = Word2Vec.from_gensim(theirs)
    assert np.array_equal(ours.wv.vectors, theirs.wv.vectors)
    assert (ours.window, ours.sg, ours.corpus_count) == (3, 1, 300)
    if given:
        assert ours.score(SENTENCES[:5]) == pytest.approx(theirs.score(SENTENCES[:5]), rel=0.05)
    else:
        found = dict(ours.predict_output_word(["x0", "x1"], topn=5))
        assert found == pytest.approx(dict(theirs.predict_output_word(["x0", "x1"], topn=5)))
    before = ours.wv.vectors.copy()
    ours.train(SENTENCES, total_examples=300, epochs=1)
    assert 0 < np.abs(ours.wv.vectors - before).max() < 1


def test_log_says_how_epochs_went(caplog):
    caplog.set_level(logging.INFO, "firth.gensim")
    trained(epochs=2)
    assert caplog.text.count("EPOCH") == 2
