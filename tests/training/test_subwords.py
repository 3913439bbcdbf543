"""Subwords: fastText's n-grams and hash, the unit's kernels, and words never seen."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import firth
import firth.corpus.ngrams
from firth.config import TrainConfig
from firth.corpus.ngrams import hash_ngram, ngrams, number_ngrams
from firth.errors import ConfigError, UnknownWordError
from firth.training.engine.units import subwords
from firth.vectors.unseen import NGramMean
from helpers import naive
from helpers.harness import Engine, ranked

#: Buckets of 2,000,000 by fastText 0.10, min_n 3, max_n 6.
PINNED = {
    "was": [724319, 439108, 318990, 1959538, 1407908, 1039177],
    "été": [1908133, 59617, 999949, 187927, 196363, 1291535],
    "a": [1087600],
    "ß": [1574705],
    "🎉x": [1440101, 364353, 73575],
    "</s>": [],
}


def test_ngrams_are_in_order_with_marks():
    assert ngrams("ab", 1, 3) == ["<a", "<ab", "a", "ab", "ab>", "b", "b>"]
    assert ngrams("ab", 3, 0) == []
    assert ngrams("anana", 3, 3).count("ana") == 2


@pytest.mark.parametrize("word", PINNED)
def test_buckets_are_fasttexts(word):
    found = [hash_ngram(text.encode()) % 2_000_000 for text in ngrams(word, 3, 6)]
    assert found == PINNED[word]


@pytest.mark.parametrize(("min_n", "max_n", "buckets"), [(3, 6, 2_000_000), (1, 3, 50), (2, 2, 1)])
def test_all_at_once_is_one_by_one(min_n, max_n, buckets):
    words = [*PINNED, "banana", "日本語", "naïve"]
    numbered = number_ngrams(words, min_n, max_n, buckets)
    explicit = number_ngrams(words, min_n, max_n, 0)
    assert numbered.n_rows == len(set(numbered.rows.tolist()))
    for row, word in enumerate(words):
        part = slice(numbered.offsets[row], numbered.offsets[row + 1])
        texts = [text.encode() for text in ngrams(word, min_n, max_n)]
        assert numbered.keys[numbered.rows[part]].tolist() == [
            hash_ngram(text) % buckets for text in texts
        ]
        assert [explicit.texts[int(i)].as_py() for i in explicit.rows[part]] == texts


def test_no_ngrams_at_all():
    for buckets in (0, 100):
        numbered = number_ngrams(["a", "b"], 3, 0, buckets)
        assert (numbered.n_rows, numbered.offsets.tolist()) == (0, [0, 0, 0])


@pytest.mark.peers
@pytest.mark.parametrize(
    ("min_n", "max_n", "buckets"), [(3, 6, 2_000_000), (1, 3, 1000), (2, 4, 9)]
)
def test_fasttext_agrees(min_n, max_n, buckets, tmp_path):
    import fasttext

    text = tmp_path / "text"
    text.write_text("was naïve größe 日本語 banana a ß 🎉x </s>\n" * 9, encoding="utf-8")
    model = fasttext.train_unsupervised(
        str(text), minn=min_n, maxn=max_n, bucket=buckets, dim=4, minCount=1, epoch=1, thread=1,
        verbose=0,
    )  # fmt: skip
    for word in model.words:
        ids = (np.asarray(model.get_subwords(word)[1])[1:] - len(model.words)).tolist()
        assert [hash_ngram(t.encode()) % buckets for t in ngrams(word, min_n, max_n)] == ids


DTYPES = [pytest.param("float64", 1e-12, marks=pytest.mark.full), ("float32", 1e-5)]


@pytest.mark.parametrize(("dtype", "near"), DTYPES)
@pytest.mark.parametrize("gradient", ["exact", "fasttext"])
@pytest.mark.parametrize("architecture", ["skipgram", pytest.param("cbow", marks=pytest.mark.full)])
def test_kernels_are_the_reference(dtype, near, gradient, architecture):
    sentences = ranked(np.random.default_rng(0), 8, [9, 1, 6])
    engine = Engine(
        sentences, unit="subwords", subword_gradient=gradient, architecture=architecture,
        objective="softmax", dtype=dtype, buckets=30, dim=150, scale=0.1,
        **({"cbow_gradient": "exact"} if architecture == "cbow" else {}),
    )  # fmt: skip
    result, segment = engine.run(), engine.segment()
    compose = naive.UNITS["subwords"](engine)
    loss, by_rows, by_outputs = naive.chunk_loss_and_gradients(engine, segment)
    assert result.loss == pytest.approx(loss, rel=near)
    np.testing.assert_allclose(result.output_matrix, engine.outputs - by_outputs, atol=near * 9)
    if gradient == "fasttext":  # undivided: what reaches a word, to every row as often as it is in
        by_words = np.linalg.lstsq(compose.T, by_rows, rcond=None)[0]
        by_rows = (compose / compose[:, : len(compose)].max(axis=1, keepdims=True)).T @ by_words
    np.testing.assert_allclose(result.input_matrix, engine.inputs - by_rows, atol=near * 9)


def test_word_vectors_are_the_means():
    engine = Engine([[0, 1, 2], [0, 1], [0]], unit="subwords", buckets=0, dim=5)
    compose = np.zeros((3, engine.unit.n_rows))
    for word in range(3):
        rows = engine.unit.rows[engine.unit.offsets[word] : engine.unit.offsets[word + 1]]
        np.add.at(compose[word], rows, 1 / len(rows))
    found = engine.unit.word_vectors(engine.inputs)
    np.testing.assert_allclose(found, compose @ engine.inputs, atol=1e-14)
    assert isinstance(engine.unit, subwords.Subwords)


@pytest.fixture(scope="module", params=[5000, 0], ids=["buckets", "explicit"])
def model(request):
    sentences = [["walk", "walked", "talk"], ["talking", "talked", "walk"]] * 100
    return firth.train(
        sentences, unit="subwords", buckets=request.param, dim=6, min_count=1, epochs=2, threads=1,
        min_n=3, max_n=4, sample=0,
    )  # fmt: skip


def test_words_never_seen_have_vectors(model, tmp_path):
    vectors = model.vectors
    assert "walking" not in vectors
    assert vectors["walking"].shape == (6,)
    assert vectors[["walk", "walking"]].shape == (2, 6)
    assert -1 <= vectors.similarity("walk", "walking") <= 1
    assert len(vectors.most_similar("walking", k=3)) == 3
    assert len(vectors.analogy("talk", "talking", "walks", k=2)) == 2
    model.save(tmp_path / "m")
    again = firth.load(tmp_path / "m").vectors
    np.testing.assert_array_equal(again["walking"], vectors["walking"])
    with pytest.raises(UnknownWordError):
        vectors["xyz"]
    with pytest.raises(UnknownWordError):
        vectors.most_similar("xyz")


def test_an_unseen_word_is_the_mean_of_its_known_ngrams(model):
    config = model.config
    numbered = number_ngrams(
        model.vocabulary.words, config["min_n"], config["max_n"], config["buckets"]
    )
    assert len(model.ngram_matrix) == numbered.n_rows
    unseen = NGramMean(model.vocabulary.words, np.eye(numbered.n_rows), 3, 4, config["buckets"])
    weights = unseen("walks")
    assert np.count_nonzero(weights) >= 5  # <wa <wal wal walk alk
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(
        model.vectors["walks"], weights @ model.ngram_matrix, rtol=1e-4, atol=1e-7
    )


def test_lengths_that_contradict_each_other_are_refused():
    with pytest.raises(ConfigError, match="min_n is 5 and max_n 4"):
        TrainConfig(unit="subwords", min_n=5, max_n=4)
    TrainConfig(unit="subwords", min_n=5, max_n=0)


@pytest.mark.parametrize("buckets", [0, 50, 2_000_000])
def test_ngrams_are_numbered_in_blocks(buckets, monkeypatch):
    words = [f"w{i % 7}é{i}" for i in range(100)] + ["</s>", "a", ""]
    whole = number_ngrams(words, 2, 4, buckets)
    monkeypatch.setattr(firth.corpus.ngrams, "_BLOCK_WORDS", 8)
    parts = number_ngrams(iter(words), 2, 4, buckets)
    for one, other in zip(whole, parts, strict=True):
        assert np.array_equal(one, other)
    by_word = np.split(parts.rows, parts.offsets[1:-1])
    for word, rows in zip(words, by_word, strict=True):
        texts = [text.encode() for text in ngrams(word, 2, 4)]
        if buckets:
            assert parts.keys[rows].tolist() == [hash_ngram(text) % buckets for text in texts]
        else:
            assert [parts.texts[row].as_py() for row in rows.tolist()] == texts


def test_numbering_takes_little_more_than_what_is_kept():
    words = [f"{i:x}word{i * 7919 % 10_007}" for i in range(60_000)]
    tracemalloc.start()
    try:
        found = number_ngrams(words, 3, 6, 100_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    kept = found.offsets.nbytes + found.rows.nbytes
    assert kept > 10e6
    assert peak < 3 * kept + 60e6


# Words of megabytes -------------------------------------------------------------------------------

#: Letters, marks of two to four bytes, one letter alone, four letters: tokens as they come.
LONG = ["abcde" * 90, "".join(map(chr, range(0x4E00, 0x4F00))), "é🎉x" * 99, "=" * 300, "ACGT" * 80]


def distinct(word, min_n, max_n, buckets):
    """The n-grams of a long word by the definition, one by one."""
    texts = {text.encode() for text in ngrams(word, min_n, max_n)}
    return {hash_ngram(text) % buckets for text in texts} if buckets else texts


@pytest.mark.parametrize("buckets", [0, 50, 2_000_000])
@pytest.mark.parametrize(("min_n", "max_n"), [(3, 6), (1, 2), (1, 1), (2, 70), (5, 3)])
@pytest.mark.parametrize("most", [1 << 17, 333, 80, 67], ids="pieces of {}".format)
def test_a_long_word_has_each_row_once_however_it_is_cut(buckets, min_n, max_n, most, monkeypatch):
    if min_n > max_n:
        max_n = 0
    for name in ("_BLOCK_CHARACTERS", "_LEAST_CHARACTERS"):
        monkeypatch.setattr(firth.corpus.ngrams, name, most)
    words = ["a", *LONG, "banana", LONG[0][:64], LONG[0][:62], "</s>", *LONG[:2]]
    found = number_ngrams(words, min_n, max_n, buckets)
    names = found.keys if buckets else np.array(found.texts.to_pylist(), object)
    for word, rows in zip(words, np.split(found.rows, found.offsets[1:-1]), strict=True):
        texts = [text.encode() for text in ngrams(word, min_n, max_n)]
        all_of_them = [hash_ngram(text) % buckets for text in texts] if buckets else texts
        if len(word) + 2 > 64:
            assert len(set(rows.tolist())) == len(rows)
            assert set(names[rows]) == distinct(word, min_n, max_n, buckets)
        else:  # as often as it is in, in order
            assert list(names[rows]) == all_of_them
    assert found.n_rows == len(set(found.rows.tolist()))


def test_a_letter_repeated_for_a_line_does_not_make_training_diverge():
    line = "=" * 500
    drawn = np.random.default_rng(0).integers(0, 97, (2000, 8))
    sentences = [[f"w{number}" for number in row] for row in drawn.tolist()]
    for sentence in sentences[::20]:
        sentence[3] = line
    settings = {"min_count": 1, "dim": 8, "epochs": 2, "sample": 0, "threads": 1, "buckets": 5000}
    model = firth.train(sentences, unit="subwords", learning_rate=0.1, **settings)
    assert model.history["loss"].to_pylist()[-1] < 4.16
    assert np.abs(model.vectors[line]).max() < 10


@pytest.mark.parametrize("buckets", [0, 3000])
def test_long_words_are_composed_of_the_rows_they_were_trained_with(buckets, monkeypatch):
    words = ["walk", "=" * 100, "abc" * 50]
    numbered = number_ngrams(words, 3, 4, buckets)
    unseen = NGramMean(words, np.eye(numbered.n_rows, dtype=np.float32), 3, 4, buckets)
    for blocks in (1 << 14, 5):
        monkeypatch.setattr(firth.corpus.ngrams, "_ROWS_AT_ONCE", blocks)
        for word, rows in zip(words, np.split(numbered.rows, numbered.offsets[1:-1]), strict=True):
            weights = unseen(word)
            assert weights.dtype == np.float32
            assert np.flatnonzero(weights).tolist() == sorted(set(rows.tolist()))
            if len(word) > 64:
                np.testing.assert_allclose(weights[rows], 1 / len(rows), rtol=1e-6)
    assert unseen("xyz" * 30) is None


def test_word_vectors_are_the_same_whatever_is_added_at_once(monkeypatch):
    engine = Engine([[0, 1, 2], [0, 1], [0], [3, 4]], unit="subwords", buckets=0, dim=5)
    expected = engine.unit.word_vectors(engine.inputs)
    for rows in (1, 4, 7, 20):
        monkeypatch.setattr(subwords, "_BLOCK_ROWS", rows)
        np.testing.assert_allclose(engine.unit.word_vectors(engine.inputs), expected, atol=1e-14)


@pytest.mark.parametrize("buckets", [2_000_000, 0])
def test_what_a_long_word_takes_grows_with_its_letters_and_no_more(buckets):
    letters = np.random.default_rng(0).integers(97, 123, 3_000_000, dtype=np.uint8)
    word = letters.tobytes().decode()
    tracemalloc.start()
    try:
        found = number_ngrams([word], 3, 6 if buckets else 4, buckets)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found.rows) == found.n_rows <= (buckets or 26**3 + 26**4 + 4)
    assert peak < 10 * len(word) + 120e6  # all its n-grams at once took 620 bytes a letter


def train_with(token, tmp_path, source, **settings):
    """Train on normal words with `token` among them, save, load and ask."""
    sentences = [[f"w{i * j % 7}" for j in range(1, 9)] for i in range(400)]
    sentences[5][3] = sentences[300][2] = token
    if source == "text":
        text = tmp_path / "text"
        text.write_text("\n".join(map(" ".join, sentences)) + "\n", encoding="utf-8")
    model = firth.train(
        text if source == "text" else sentences, unit="subwords", min_count=1, dim=8, epochs=1,
        sample=0, threads=1, output=tmp_path / "model", cache=False, **settings,
    )  # fmt: skip
    loaded = firth.load(tmp_path / "model").vectors
    assert token in loaded
    np.testing.assert_array_equal(loaded[token], model.vectors[token])
    assert len(loaded.most_similar("w1", k=3)) == 3
    assert np.isfinite(loaded[token + "x"]).all()
    with pytest.raises(UnknownWordError) as unknown:
        loaded.index(token + "x")
    assert len(str(unknown.value)) < 1000


@pytest.mark.parametrize("source", ["text", "tokens"])
@pytest.mark.parametrize("tokenizer", ["whitespace", "unicode"])
def test_a_token_of_a_megabyte_trains(source, tokenizer, tmp_path):
    letters = np.random.default_rng(0).integers(97, 123, 1_000_000, dtype=np.uint8)
    options = {"tokenizer": tokenizer} if source == "text" else {}
    train_with(letters.tobytes().decode(), tmp_path, source, **options)


@pytest.mark.full
@pytest.mark.parametrize("source", ["text", "tokens"])
def test_a_token_of_fifty_megabytes_trains(source, tmp_path):
    letters = np.random.default_rng(0).integers(97, 123, 50_000_000, dtype=np.uint8)
    train_with(letters.tobytes().decode(), tmp_path, source)
