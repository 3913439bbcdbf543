"""KeyedVectors: what programs change, ask and save; figures by formula, and by gensim itself."""

from __future__ import annotations

import copy
import io
import logging
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

import firth
from firth.errors import ConfigError, EvaluationError, FormatError, FormatWarning
from firth.gensim import KeyedVectors
from firth.gensim.keyedvectors import prep_vectors, pseudorandom_weak_vector

RNG = np.random.default_rng(11)
MATRIX = RNG.normal(size=(40, 5)).astype(np.float32)
WORDS = [f"w{i}" for i in range(40)]


@pytest.fixture
def kv():
    made = KeyedVectors(5)
    made.add_vectors(WORDS, MATRIX)
    return made


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def ranked(values, left_out=(), n=10):
    order = [i for i in np.argsort(-values, kind="stable") if i not in left_out][:n]
    return [(WORDS[i], pytest.approx(float(values[i]), abs=1e-6)) for i in order]


# Asking -------------------------------------------------------------------------------------------


def test_neighbours_are_those_of_the_formula(kv):
    units = unit(MATRIX.astype(float))
    assert kv.most_similar("w3") == ranked(units @ units[3], {3})
    query = unit((units[1] + 2 * units[2] - units[5]) / 4)
    assert kv.most_similar(["w1", ("w2", 2.0)], "w5", topn=4) == ranked(units @ query, {1, 2, 5}, 4)
    # A vector counts as it is, beside keys of length 1; its own row may be an answer.
    mixed = unit((MATRIX[7].astype(float) + units[1]) / 2)
    assert kv.most_similar([MATRIX[7], "w1"], topn=3) == ranked(units @ mixed, {1}, 3)
    assert kv.most_similar(MATRIX[:2], topn=3) == ranked(units @ unit(MATRIX[:2].mean(0)), (), 3)
    assert np.allclose(kv.most_similar("w3", topn=None), units @ units[3], atol=1e-6)
    assert kv.most_similar("w3", topn=0) == kv.most_similar("w3", topn=np.uint8(0)) == []


def test_only_some_rows_are_searched(kv):
    units = unit(MATRIX.astype(float))
    cosines = units @ units[3]
    inside = np.where((np.arange(40) >= 10) & (np.arange(40) < 20), cosines, -9)
    assert kv.most_similar("w3", clip_start=10, clip_end=20) == ranked(inside)
    first = np.where(np.arange(40) < 6, cosines, -9)
    assert kv.most_similar("w3", restrict_vocab=6, topn=5) == ranked(first, {3}, 5)
    assert len(kv.most_similar("w3", restrict_vocab=6, clip_start=30)) == 5
    assert kv.most_similar("w3", clip_start=40) == []
    assert kv.most_similar(4, topn=2) == kv.similar_by_key("w4", topn=2)


def test_an_indexer_is_asked_for_the_direction(kv):
    class Indexer:
        def most_similar(self, vector, topn):
            return vector, topn

    vector, topn = kv.most_similar("w3", topn=7, indexer=Indexer())
    assert np.allclose(vector, unit(MATRIX[3])) and topn == 7 and vector.dtype == np.float32


def test_products_of_cosines_are_those_of_the_formula(kv):
    units = unit(MATRIX.astype(float))
    half = (1 + units @ units.T) / 2
    values = half[1] * half[2] * half[4] / (half[5] * half[6] + 1e-6)
    assert kv.most_similar_cosmul(["w1", "w2", "w4"], ["w5", "w6"]) == ranked(
        values, {1, 2, 4, 5, 6}
    )
    alone = half[1] / (1 + 1e-6)
    assert kv.most_similar_cosmul("w1", topn=3) == ranked(alone, {1}, 3)
    assert np.allclose(kv.most_similar_cosmul("w1", topn=None), alone, atol=1e-6)
    assert {word for word, _ in kv.most_similar_cosmul("w1", restrict_vocab=4)} == {
        "w0", "w2", "w3",
    }  # fmt: skip
    with pytest.raises(ConfigError, match="the query is empty"):
        kv.most_similar_cosmul(negative=["w1"])


def test_comparisons_are_those_of_the_formula(kv):
    units = unit(MATRIX.astype(float))
    cosines = units @ units[3]
    assert kv.similarity("w3", "w3") == 1 and kv.distance("w3", "w3") == 0
    assert kv.similarity("w3", "w9") == pytest.approx(cosines[9], abs=1e-6)
    assert np.allclose(kv.distances("w3"), 1 - cosines, atol=1e-6)
    assert np.allclose(kv.distances(MATRIX[3], ["w9", "w1"]), 1 - cosines[[9, 1]], atol=1e-6)
    nearer = [w for w, c in zip(WORDS, cosines, strict=True) if c > cosines[9] and w != "w3"]
    assert kv.closer_than("w3", "w9") == nearer and kv.rank("w3", "w9") == len(nearer) + 1
    assert kv.most_similar_to_given("w3", ["w9", "w3"]) == "w3"
    means = MATRIX[[0, 1]].mean(0), MATRIX[[4]].mean(0)
    assert kv.n_similarity(["w0", "w1", "none"], ["w4"]) == pytest.approx(
        float(np.dot(*map(unit, means))), abs=1e-6
    )
    centre = unit(units[[3, 9, 1]].mean(axis=0))
    odd = min((3, 9, 1), key=lambda i: units[i] @ centre)
    assert kv.doesnt_match(["w3", "w9", "w1"]) == WORDS[odd]
    assert kv.relative_cosine_similarity("w3", "w9", 4) == pytest.approx(
        cosines[9] / sum(value for _, value in kv.most_similar("w3", topn=4)), abs=1e-6
    )


def test_a_vector_of_zeros_is_near_to_nothing(kv):
    kv["w0"] = np.zeros(5)
    assert kv.similarity("w0", "w1") == 0 and kv.distances("w1")[0] == 1
    assert dict(kv.most_similar("w1", topn=40))["w0"] == 0
    assert not kv.get_vector("w0", norm=True).any() and not kv.get_normed_vectors()[0].any()
    assert {value for _, value in kv.most_similar("w0")} == {0.0}


def test_cosines_of_huge_and_tiny_numbers():
    kv = KeyedVectors(2, dtype=np.float64)
    kv.add_vectors(["a", "b", "c"], [[1e200, 0], [1e-200, 1e-200], [3e-200, 0]])
    assert kv.similarity("a", "b") == pytest.approx(0.5**0.5)
    assert kv.similarity("a", "c") == 1 and kv.distance("b", "b") == 0


def test_what_is_wrong_is_said(kv, caplog):
    with pytest.raises(KeyError, match="'w41' is not in the vocabulary; did you mean 'w1'"):
        kv["w41"]
    for call in (lambda: kv.most_similar("none"), lambda: kv.most_similar(["w1"], ["none"]),
                 lambda: kv.similarity("w1", "none"), lambda: kv.distances("none"),
                 lambda: kv.most_similar(77)):  # fmt: skip
        with pytest.raises(KeyError):
            call()
    with pytest.raises(ValueError, match="the query is empty"):
        kv.most_similar()
    with pytest.raises(ConfigError, match=r"must be \(5,\)"):
        kv.most_similar([np.ones(3)])
    with pytest.raises(ConfigError, match=r"it must be a key, an array, or \(key, weight\)"):
        kv.most_similar([["w1", 1, 2]])
    with pytest.raises(ZeroDivisionError):
        kv.n_similarity([], ["w1"])
    with pytest.raises(ConfigError, match="none of the words"):
        kv.doesnt_match(["none"])
    with pytest.raises(ConfigError, match=r"give document\.split"):
        kv.wmdistance("w1 w2", ["w3"])
    with pytest.raises(ConfigError, match=r"must be \(2, 5\)"):
        kv.add_vectors(["a", "b"], np.ones((2, 4)))
    with caplog.at_level(logging.WARNING, "firth.gensim"):
        assert kv.doesnt_match(["w1", "none"]) == "w1"
    assert "none" in caplog.text
    for name, instead in (("vocab", "key_to_index"), ("index2word", "index_to_key"),
                          ("vectors_norm", "get_normed_vectors")):  # fmt: skip
        with pytest.raises(AttributeError, match=instead):
            getattr(kv, name)
    kv.vectors[2, 3] = np.nan
    with pytest.raises(FormatError, match="vector of 'w2'"):
        kv.most_similar("w1")


def test_old_names_work_and_say_so(kv):
    with pytest.warns(DeprecationWarning, match="get_vector"):
        assert (kv.word_vec("w1") == kv["w1"]).all()
    with pytest.warns(DeprecationWarning, match="closer_than"):
        assert kv.words_closer_than("w1", "w2") == kv.closer_than("w1", "w2")
    with pytest.warns(DeprecationWarning, match="fill_norms"):
        kv.init_sims(replace=True)
    assert np.allclose(np.linalg.norm(kv.vectors, axis=1), 1)


def test_mean_vectors(kv):
    units = unit(MATRIX.astype(float))
    assert np.allclose(kv.get_mean_vector(["w1", "none", "w2"]), units[[1, 2]].mean(0))
    weighted = kv.get_mean_vector(["w1", "w2"], weights=[1, -3], pre_normalize=False)
    assert np.allclose(weighted, (MATRIX[1] - 3 * MATRIX[2]) / 4, atol=1e-6)
    assert weighted.dtype == np.float32
    assert np.linalg.norm(kv.get_mean_vector(["w1", "w2"], post_normalize=True)) == pytest.approx(1)
    with pytest.raises(KeyError):
        kv.get_mean_vector(["none"], ignore_missing=False)
    with pytest.raises(ValueError, match="at least one key"):
        kv.get_mean_vector([])
    with pytest.raises(ValueError, match="2 keys, but weights"):
        kv.get_mean_vector(["w1", "w2"], [1])


def test_the_word_movers_distance_is_firths(kv):
    vectors = firth.WordVectors(WORDS, MATRIX)
    movers = firth.documents.WordMovers(vectors)
    first, second = ["w1", "w2", "w2"], ["w7", "w1"]
    assert kv.wmdistance([*first, "none"], second) == pytest.approx(movers.distance(first, second))
    raw = firth.documents.WordMovers(vectors, unit=False)
    assert kv.wmdistance(first, second, norm=False) == pytest.approx(raw.distance(first, second))
    assert kv.wmdistance(["none"], second) == float("inf")


# Changing -----------------------------------------------------------------------------------------


def test_changes_are_seen_by_the_next_search(kv):
    assert kv.most_similar("w3", topn=1)[0][0] != "w8"
    kv["w8"] = MATRIX[3]
    assert kv.most_similar("w3", topn=1) == [("w8", pytest.approx(1.0))]
    kv.vectors = kv.vectors[::-1].copy()
    assert kv.most_similar("w36", topn=1) == [("w31", pytest.approx(1.0))]
    kv.vectors[0] = 5 * kv.vectors[36]
    kv.fill_norms(force=True)
    assert {word for word, _ in kv.most_similar("w36", topn=2)} == {"w31", "w0"}
    assert np.allclose(kv.norms, np.linalg.norm(kv.vectors, axis=1))
    kv.add_vectors("new", kv.vectors[36])
    assert "new" in dict(kv.most_similar("w36", topn=3))
    kv.unit_normalize_all()
    assert np.allclose(np.linalg.norm(kv.vectors, axis=1), 1)


def test_adding_and_replacing():
    kv = KeyedVectors(2, count=2)
    assert kv.index_to_key == [None, None] and kv.add_vector("a", [1, 2]) == 0
    assert kv.add_vector("b", [3, 4]) == 1 and len(kv) == 2
    with pytest.warns(UserWarning, match="add many at once"):
        assert kv.add_vector("c", [5, 6]) == 2
    kv.add_vectors(["a", "d", "d"], [[9, 9], [7, 8], [0, 0]])
    assert kv.vectors.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    kv.add_vectors(["a", "e", "e"], [[9, 9], [7, 8], [0, 0]], replace=True)
    assert kv["a"].tolist() == [9, 9] and kv["e"].tolist() == [0, 0]
    assert kv.key_to_index == {key: row for row, key in enumerate(kv.index_to_key)}
    kv[["a", "f"]] = [[1, 1], [2, 2]]
    assert kv[["a", "f"]].tolist() == [[1, 1], [2, 2]] and kv.vectors.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        kv["a"][0] = 3


def test_attributes_of_keys(kv):
    for i, key in enumerate(WORDS):
        kv.set_vecattr(key, "count", 100 + i % 7)
    kv.add_vectors(["x"], [np.ones(5)], extras={"count": np.array([500])})
    assert kv.get_vecattr("x", "count") == 500 and kv.get_vecattr("w8", "count") == 101
    with pytest.raises(TypeError, match="holds int64; it cannot hold float64"):
        kv.set_vecattr("w1", "count", 1.5)
    kv.set_vecattr("w2", "note", "text")
    assert kv.get_vecattr("w2", "note") == "text" and kv.get_vecattr("w1", "note") == 0
    before = {key: kv[key].tolist() for key in kv.index_to_key}
    kv.most_similar("w1")
    kv.sort_by_descending_frequency()
    counts = kv.expandos["count"].tolist()
    assert counts == sorted(counts, reverse=True) and kv.index_to_key[0] == "x"
    assert {key: kv[key].tolist() for key in kv.index_to_key} == before
    assert kv.most_similar("w1", topn=1)[0][0] != "w1"
    some = kv.vectors_for_all(["w9", "none", "w1", "w9"], copy_vecattrs=True)
    assert some.index_to_key == ["w9", "w1"] and some.get_vecattr("w9", "count") == 102
    assert len(kv.vectors_for_all([])) == 0


def test_more_rows_are_small_and_random(kv):
    kv.index_to_key.append("more")
    kv.key_to_index["more"] = 40
    kv.resize_vectors(seed=3)
    assert (kv.vectors[:40] == MATRIX).all() and 0 < abs(kv["more"]).max() <= 0.2
    assert (prep_vectors((41, 5), MATRIX, seed=3) == kv.vectors).all()
    weak = pseudorandom_weak_vector(10, "a", hashfxn=len)
    assert (weak == pseudorandom_weak_vector(10, "b", hashfxn=len)).all()
    assert 0 < abs(weak).max() <= 0.05


def test_numbers_are_keys_or_rows():
    kv = KeyedVectors(2)
    kv.add_vectors([7, 0], [[1, 2], [3, 4]])
    assert kv[7].tolist() == [1, 2] and kv[0].tolist() == [3, 4]  # a key counts more than a row
    assert kv[np.int64(1)].tolist() == [3, 4] and 2 not in kv


def test_copies_and_pickles_are_whole(kv):
    kv.most_similar("w1")
    for other in (copy.deepcopy(kv), pickle.loads(pickle.dumps(kv))):
        assert other.most_similar("w1") == kv.most_similar("w1")
        other["w1"] = np.zeros(5)
        assert kv["w1"].any()


# Files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("binary", [False, True])
def test_word2vec_files_go_there_and_back(kv, tmp_path, binary):
    kv.expandos["count"] = np.arange(40)
    path, counts = tmp_path / "v", tmp_path / "counts"
    kv.save_word2vec_format(path, fvocab=counts, binary=binary)
    other = KeyedVectors.load_word2vec_format(path, fvocab=counts, binary=binary)
    assert other.index_to_key == WORDS[::-1] and (other["w5"] == MATRIX[5]).all()
    assert other.get_vecattr("w5", "count") == 5
    some = KeyedVectors.load_word2vec_format(path, binary=binary, limit=3, datatype=np.float64)
    assert some.index_to_key == ["w39", "w38", "w37"] and some.vectors.dtype == np.float64
    assert some.expandos["count"].tolist() == [3, 2, 1]
    # Several tables in one file, as gensim's Doc2Vec writes them.
    kv.save_word2vec_format(path, binary=binary, total_vec=80, prefix="*")
    kv.save_word2vec_format(path, binary=binary, write_header=False, append=True, prefix="_")
    both = KeyedVectors.load_word2vec_format(str(path), binary=binary)
    assert len(both) == 80 and (both["_w5"] == both["*w5"]).all()
    assert firth.read_vectors(path)["*w5"].tolist() == MATRIX[5].tolist()


def test_text_without_a_header(kv, tmp_path):
    kv.save_word2vec_format(tmp_path / "v", write_header=False)
    other = KeyedVectors.load_word2vec_format(tmp_path / "v", no_header=True)
    assert (other.vectors == kv.vectors).all() and other.index_to_key == WORDS
    with pytest.raises(ConfigError, match="no_header is for text"):
        KeyedVectors.load_word2vec_format(tmp_path / "v", no_header=True, binary=True)


def test_words_that_are_not_utf8(tmp_path):
    path = tmp_path / "v"
    path.write_bytes(b"2 1\n\xe3\x81x 1\ncaf\xe9 2\n")

    def words(**how):
        return KeyedVectors.load_word2vec_format(path, **how).index_to_key

    with pytest.raises(UnicodeDecodeError, match="unicode_errors="):
        words()
    assert words(unicode_errors="ignore") == ["x", "caf"]
    assert words(unicode_errors="replace") == ["�x", "caf�"]
    assert words(encoding="latin-1")[1] == "café"
    with pytest.raises(FormatError, match="begins with the number of words"):
        KeyedVectors.load_word2vec_format(io_path(tmp_path, b"cat 1\n"))


def io_path(folder, data):
    (folder / "other").write_bytes(data)
    return folder / "other"


def test_words_that_are_twice_count_once(tmp_path):
    path = io_path(tmp_path, b"3 1\na 1\nb 2\na 3\n")
    kv = KeyedVectors.load_word2vec_format(path)
    assert kv.index_to_key == ["a", "b"] and kv.vectors.tolist() == [[1], [2]]


def test_vectors_of_another_file_are_taken(kv, tmp_path):
    path = io_path(tmp_path, b"2 5\nw3 1 2 3 4 5\nnone 1 1 1 1 1\n")
    kv.intersect_word2vec_format(path, lockf=0.25)
    assert kv["w3"].tolist() == [1, 2, 3, 4, 5] and (kv["w4"] == MATRIX[4]).all()
    assert kv.vectors_lockf[3] == 0.25 and kv.vectors_lockf[4] == 1 and len(kv) == 40
    with pytest.raises(ConfigError, match="1 dimensions, these 5"):
        kv.intersect_word2vec_format(io_path(tmp_path, b"1 1\nw3 1\n"))


def test_saving_takes_all_of_it_along(kv, tmp_path):
    kv.expandos["count"] = np.arange(40, 0, -1)
    kv.expandos["sample_int"] = np.arange(40, dtype=np.uint32)
    kv.expandos["weight"] = np.linspace(0, 1, 40, dtype=np.float32)
    kv.expandos["note"] = np.array(["x"] * 40, dtype=object)
    kv.vectors_lockf = np.full(40, 0.5, np.float32)
    path = tmp_path / "kv.model"
    with pytest.warns(FormatWarning, match="not saved: note"):
        kv.save(path, separately=["vectors"], pickle_protocol=4)
    other = KeyedVectors.load(path)
    assert other.index_to_key == WORDS and (other.vectors == MATRIX).all()
    for name in ("count", "sample_int", "weight"):
        assert (other.expandos[name] == kv.expandos[name]).all()
        assert other.expandos[name].dtype == kv.expandos[name].dtype
    assert (other.vectors_lockf == 0.5).all()
    other["w1"] = np.zeros(5)
    mapped = KeyedVectors.load(str(path), mmap="r")
    assert not mapped.vectors.flags.writeable and mapped["w1"].any()
    assert mapped.most_similar("w1") == kv.most_similar("w1")
    assert firth.read_vectors(path).counts[0] == 40  # firth's own reader opens it
    half = KeyedVectors(2, dtype=np.float16)
    half.add_vectors(["a", "b"], [[1, 2], [2, 1]])
    half.save(path)
    assert KeyedVectors.load(path).vectors.dtype == np.float16
    assert KeyedVectors.load(path).most_similar("a") == half.most_similar("a") != []


def test_other_files_are_loaded_or_refused(kv, tmp_path):
    firth.WordVectors(["a", "b"], [[1.0], [2.0]]).save(tmp_path / "folder")
    assert KeyedVectors.load(tmp_path / "folder").index_to_key == ["a", "b"]
    with (tmp_path / "old.kv").open("wb") as file:
        pickle.dump({"gensim.models.keyedvectors": kv.vectors}, file)
    with pytest.raises(FormatError, match=r"could run any code.*from_gensim"):
        KeyedVectors.load(tmp_path / "old.kv")
    for load in (KeyedVectors.load, KeyedVectors.load_word2vec_format):
        with pytest.raises(FileNotFoundError):
            load(tmp_path / "none")
    with pytest.raises(ConfigError, match="not a single vector"):
        KeyedVectors(3).save(tmp_path / "empty")
    kv.save(tmp_path / "new")
    data = (tmp_path / "new").read_bytes()
    (tmp_path / "new").write_bytes(data.replace(b"float32", b"float99"))
    with pytest.raises(FormatError, match="header's 'gensim' is damaged"):
        KeyedVectors.load(tmp_path / "new")


def test_a_word_that_a_format_cannot_hold_changes_nothing(kv, tmp_path):
    path = io_path(tmp_path, b"before")
    kv.add_vectors(["two words"], [np.ones(5)])
    with pytest.raises(ConfigError, match="'two words'"):
        kv.save_word2vec_format(path)
    assert path.read_bytes() == b"before"
    with pytest.raises(ConfigError, match="fvocab needs the attribute 'count'"):
        kv.save_word2vec_format(path, fvocab=tmp_path / "counts")


# Judging ------------------------------------------------------------------------------------------


def test_word_pairs(kv, tmp_path, caplog):
    units = unit(MATRIX.astype(float))
    rows = [(1, 2), (3, 4), (5, 6), (7, 8)]
    lines = ["# a comment", *(f"W{a}\tw{b}\t{s}" for s, (a, b) in enumerate(rows)), "w1\tnone\t9"]
    path = io_path(tmp_path, "\n".join([*lines, "no pair", "w1\tw2\tmuch"]).encode())
    pearson, spearman, unknown = kv.evaluate_word_pairs(path)
    cosines = [units[a] @ units[b] for a, b in rows]
    assert pearson[0] == pytest.approx(np.corrcoef(range(4), cosines)[0, 1], abs=1e-6)
    assert -1 <= spearman.statistic <= 1 and 0 < pearson.pvalue < 1
    assert unknown == 20.0
    dummies = kv.evaluate_word_pairs(path, dummy4unknown=True)
    assert dummies[0][0] == pytest.approx(
        np.corrcoef([0, 1, 2, 3, 9], [*cosines, 0])[0, 1], abs=1e-6
    )
    with pytest.raises(EvaluationError, match="0 pairs could be compared"):
        kv.evaluate_word_pairs(path, case_insensitive=False, restrict_vocab=2)
    assert kv.evaluate_word_pairs(io_path(tmp_path, b"w1,w2,1\nw3,w4,2\n"), delimiter=",")[2] == 0


def test_word_analogies(tmp_path):
    kv = KeyedVectors(3)
    kv.add_vectors(
        ["man", "woman", "king", "queen", "Queen"],
        [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [0, 1, 1]],
    )
    text = ": family\nman king woman queen\nman woman king king\nnot four\nman woman king none\n"
    path = io_path(tmp_path, (text + ": none\n").encode())
    score, sections = kv.evaluate_word_analogies(path)
    assert score == 0.5 and [part["section"] for part in sections] == [
        "family", "none", "Total accuracy",
    ]  # fmt: skip
    assert sections[0]["correct"] == [("MAN", "KING", "WOMAN", "QUEEN")]
    assert sections[2]["incorrect"] == sections[0]["incorrect"]
    assert kv.evaluate_word_analogies(path, dummy4unknown=True)[0] == pytest.approx(1 / 3)
    exact = kv.evaluate_word_analogies(path, case_insensitive=False)
    assert exact[1][0]["correct"] == [("man", "king", "woman", "queen")]
    for text, said in (("a b c d\n", "before the first section"), (": a\n", "not one question")):
        with pytest.raises(EvaluationError, match=said):
            kv.evaluate_word_analogies(io_path(tmp_path, text.encode()))


# Beside gensim ------------------------------------------------------------------------------------


@pytest.fixture
def theirs():
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")
    made = keyedvectors.KeyedVectors(5)
    made.add_vectors(WORDS, MATRIX)
    return made


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`")
def test_answers_equal_gensims(kv, theirs):
    asked = [
        ("most_similar", "w3"), ("most_similar", ["w1", ("w2", 0.5)], ["w4"]),
        ("most_similar", "w3", None, 4, 5, 20), ("most_similar_cosmul", ["w1", "w2"], ["w3"]),
        ("similar_by_vector", MATRIX[7] * 3), ("rank", "w1", "w2"), ("closer_than", "w1", "w2"),
        ("similarity", "w1", "w2"), ("distance", "w1", "w2"), ("distances", "w3"),
        ("n_similarity", ["w1", "w2"], ["w3"]), ("doesnt_match", ["w1", "w2", "w3"]),
        ("rank_by_centrality", ["w1", "w2", "w3"]), ("get_mean_vector", ["w1", "w2"], [1, -2]),
        ("relative_cosine_similarity", "w1", "w2"), ("most_similar", "w5", None, None),
        ("wmdistance", ["w1", "w2"], ["w3", "w1"]), ("get_vector", "w1", True),
        ("most_similar_to_given", "w1", ["w2", "w3"]),
    ]  # fmt: skip
    for name, *arguments in asked:
        ours, known = (getattr(kv, name)(*arguments) for kv in (kv, theirs))
        if isinstance(known, list) and known and isinstance(known[0], tuple):
            ours, known = (
                [part for pair in found for part in pair if not isinstance(part, str)]
                + [part for pair in found for part in pair if isinstance(part, str)]
                for found in (ours, known)
            )
            assert ours[len(ours) // 2 :] == known[len(ours) // 2 :], name
            ours, known = ours[: len(ours) // 2], known[: len(known) // 2]
        if isinstance(known, str | list) and (not known or isinstance(known[0], str)):
            assert ours == known, name
        else:
            assert np.allclose(ours, known, atol=1e-6), name


@pytest.mark.peers
def test_what_gensim_has_is_taken(theirs):
    theirs.set_vecattr("w3", "count", 5)
    kv = KeyedVectors.from_gensim(theirs)
    assert kv.get_vecattr("w3", "count") == 5 and (kv.vectors == theirs.vectors).all()


@pytest.mark.peers
def test_judgements_equal_gensims():
    keyedvectors = pytest.importorskip("gensim.models.keyedvectors")
    data = os.environ.get("FIRTH_TEST_DATA")
    if data is None:
        pytest.skip("FIRTH_TEST_DATA does not name a folder with eval/ (evaluation sets)")
    sets = Path(data, "eval")
    lines = (sets / "questions-words.txt").read_text(encoding="utf-8").splitlines()
    words = dict.fromkeys(word for line in lines if line[0] != ":" for word in line.split())
    for line in (sets / "wordsim353.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        words.update(dict.fromkeys(line.split("\t")[:2]))
    matrix = RNG.normal(size=(len(words), 3)).astype(np.float32)
    tables = []
    for kind in (KeyedVectors, keyedvectors.KeyedVectors):
        kv = kind(3)
        kv.add_vectors(list(words), matrix)
        tables.append(kv)
    ours, known = (kv.evaluate_word_pairs(str(sets / "wordsim353.tsv")) for kv in tables)
    assert np.allclose([*ours[0], *ours[1], ours[2]], [*known[0], *known[1], known[2]], atol=1e-6)
    ours, known = (
        kv.evaluate_word_analogies(str(sets / "questions-words.txt"), restrict_vocab=700)
        for kv in tables
    )
    assert ours == known and known[0] > 0


def test_streams_are_no_files():
    with pytest.raises((ConfigError, TypeError)):
        KeyedVectors.load_word2vec_format(io.BytesIO(b"1 1\na 1\n"))
