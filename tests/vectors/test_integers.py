"""What was trained as integers is asked, answered, saved and loaded as integers."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import firth
from firth import Model, Vocabulary, WordVectors, encode
from firth.cli.output import as_rows
from firth.corpus import open_corpus
from firth.errors import ConfigError, FormatError, UnknownWordError
from firth.evaluation.lines import Comparable

IDS = [7, -5, 2**64 - 1, 0, -(2**63), 10**30]
NODES = WordVectors(IDS, np.eye(6, 3) + 0.1)


@pytest.mark.parametrize("kind", [int, str, np.int64, np.int8, np.uint64])
def test_one_id_in_any_spelling(kind):
    seven = kind(7)
    assert seven in NODES and kind(8) not in NODES
    assert NODES.index(seven) == 0
    assert NODES[seven].tolist() == NODES.matrix[0].tolist()
    assert NODES[[seven, -5]].tolist() == NODES.matrix[:2].tolist()
    assert NODES.similarity(seven, seven) == 1
    found = NODES.most_similar([seven, -5], negative=seven, k=9)
    assert {word for word, _ in found} == set(IDS) - {7, -5}
    assert all(type(word) is int for word, _ in found)
    assert found == NODES.most_similar([7, -5], 7, 9)
    assert NODES.analogy(seven, -5, 0) == NODES.analogy(7, -5, 0)
    with pytest.raises(UnknownWordError, match=r"^'?8'? is not in the vocabulary$"):
        NODES.index(kind(8))


def test_all_ids():
    assert list(NODES) == IDS and NODES.words == IDS and NODES.words[2:4] == IDS[2:4]
    for row, number in enumerate(IDS):
        assert NODES.index(number) == NODES.index(str(number)) == row
        assert number not in [word for word, _ in NODES.most_similar(number)]
    for other in ("07", "7.0", "+7", " 7", "cat", "", "٧", None, (), 7.5, float("nan")):
        assert other not in NODES
    with pytest.raises(UnknownWordError, match=r"'cat' is not in the vocabulary$"):
        NODES["cat"]


def test_an_array_is_a_vector_or_ids():
    ids = np.array([7, -5])
    assert NODES[ids].tolist() == NODES[[7, -5]].tolist()
    assert NODES.most_similar(ids) == NODES.most_similar([7, -5])
    assert NODES.most_similar(NODES[7])[0][0] == 7
    assert NODES.most_similar([NODES[7], -5]) == [
        answer for answer in NODES.most_similar([NODES[7], NODES[-5]]) if answer[0] != -5
    ]
    words = WordVectors(["a", "b"], np.eye(2))
    assert words.most_similar(np.array([0, 1]))[0] == ("b", 1.0)
    assert words.most_similar(np.array(["a"]))[0][0] == "b"


def test_words_are_not_asked_as_integers():
    words = WordVectors(["5", "x"], np.eye(2))
    assert 5 not in words and "5" in words
    with pytest.raises(UnknownWordError, match="5 is not in the vocabulary; did you mean '5'"):
        words[5]
    vocabulary = Vocabulary(["5", "x"], [2, 1])
    assert 5 not in vocabulary and vocabulary.ids([5, 6]).tolist() == [-1, -1]
    with pytest.raises(ConfigError, match=r"must be strings .*, or all integers"):
        WordVectors(["5", 6], np.eye(2))


def test_a_word_that_has_no_row_is_composed():
    asked = []

    def compose(word):
        asked.append(word)
        return np.ones(2)

    assert WordVectors([5], np.eye(1, 2), unseen=compose)[6].tolist() == [1, 1]
    assert WordVectors([5], np.eye(1, 2), unseen=compose)[["5", 6]].tolist() == [[1, 0], [1, 1]]
    assert asked == ["6", "6"]
    with pytest.raises(UnknownWordError):
        WordVectors(["5"], np.eye(1, 2), unseen=compose)[5]


@given(st.dictionaries(st.integers(-(2**64), 2**64), st.integers(1, 9), min_size=1))
def test_vocabulary_of_integers(tmp_path_factory, counts):
    vocabulary = Vocabulary.from_counts(counts)
    assert dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)) == counts
    path = tmp_path_factory.mktemp("v") / "v.arrow"
    vocabulary.save(path)
    loaded = Vocabulary.load(path)
    assert loaded == vocabulary and loaded.words.integers
    some = list(counts)
    assert [loaded.id(n) for n in some] == loaded.ids(some).tolist()
    assert loaded.ids(some).tolist() == loaded.ids(map(str, some)).tolist()
    assert loaded.merge(vocabulary).words == vocabulary.words
    strings = Vocabulary(vocabulary.words.array, vocabulary.counts)
    assert strings != vocabulary and not loaded.merge(strings).words.integers


def test_ids_of_arrays():
    vocabulary = Vocabulary(pa.array([9, 2], pa.uint64()), [1, 2])
    for asked in (np.array([2, 8, 9]), pa.array([2, 8, 9]), ["2", "8", "9"], vocabulary.words):
        found = vocabulary.ids(asked).tolist()
        assert found == ([0, 1] if asked is vocabulary.words else [0, -1, 1])


def test_the_file_says_that_words_are_integers(tmp_path):
    path = tmp_path / "v.arrow"
    Vocabulary([2, 10], [1, 2]).save(path)
    table = pa.ipc.open_file(path.read_bytes()).read_all()
    assert table.schema.metadata[b"words"] == b"integers"
    assert table["word"].to_pylist() == ["10", "2"]
    damaged = table.set_column(0, "word", pa.array(["10", "2b"]))
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(damaged.cast(table.schema))
    with pytest.raises(FormatError, match="words should be integers; some are not"):
        Vocabulary.load(path)


@pytest.mark.parametrize(
    "source",
    [
        [[7, -5], [2**64 - 1, 7]],
        [np.array([7, -5]), np.array([2**64 - 1], np.uint64), []],
        pa.array([[7, 2], [-5]]),
        pa.table({"walk": pa.array([[7, 2**64 - 1]], pa.list_(pa.uint64()))}),
    ],
    ids=["lists", "numpy", "arrow", "table"],
)
def test_a_corpus_of_integers(source, tmp_path):
    with encode(open_corpus(source), min_count=1) as encoded:
        assert encoded.vocabulary.words.integers and 7 in encoded.vocabulary
        assert 7 in next(encoded.sentences())
        with encode(list(encoded.sentences()), min_count=1) as again:
            assert again.fingerprint == encoded.fingerprint
            assert again.vocabulary == encoded.vocabulary
    for mixed in ([[7], ["x"]], [["7", "8"]], iter(["7 8"])):
        with encode(open_corpus(mixed), min_count=1) as encoded:
            assert not encoded.vocabulary.words.integers and "7" in encoded.vocabulary


def test_integers_in_a_file_are_found_in_the_cache_as_integers(tmp_path):
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"walk": [[7, 8]]}), tmp_path / "w.parquet")
    for reused in (False, True):
        with encode(tmp_path / "w.parquet", min_count=1, cache=tmp_path / "cache") as encoded:
            assert encoded.reused is reused and encoded.vocabulary.words == [7, 8]


def test_a_model_remembers_the_kind(tmp_path):
    model = Model([7, -5], [1, 2], {"input": [[1.0, 0.0], [0.0, 1.0]]})
    model.save(tmp_path / "m")
    loaded = firth.load(tmp_path / "m")
    assert loaded.vectors.words == [-5, 7] and loaded.vocabulary.id(7) == 1
    assert loaded.vectors[7].tolist() == [1.0, 0.0]
    assert loaded.vectors.most_similar(np.int32(-5), k=1) == [(7, 0.0)]


def test_printing_and_evaluating_integers(tmp_path):
    assert as_rows([(5, 0.5), (-7, 0.25)]) == [("5", "0.5000"), ("-7", "0.2500")]
    nodes = WordVectors([5, 6, -7], np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]))
    known = Comparable(nodes, 2, case_insensitive=True)
    assert known.forms == ["5", "6"] and known.rows == {"5": 0, "6": 1}
