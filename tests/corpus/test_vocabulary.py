"""Order, look-up, probabilities and the file."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.corpus import Vocabulary
from firth.errors import ConfigError, CorpusError, FormatError, UnknownWordError

counters = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 5), min_size=1
)


@given(counters, st.integers(1, 3), st.none() | st.integers(1, 5))
def test_order_and_limits(counts, min_count, max_vocabulary):
    expected = sorted(
        ((word, n) for word, n in counts.items() if n >= min_count), key=lambda x: (-x[1], x[0])
    )[:max_vocabulary]
    if not expected:
        with pytest.raises(
            CorpusError, match=rf"min_count is {min_count}(: lower it|\. Words such as)"
        ):
            Vocabulary.from_counts(counts, min_count=min_count)
        return
    vocabulary = Vocabulary.from_counts(counts, min_count=min_count, max_vocabulary=max_vocabulary)
    assert list(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)) == expected
    assert vocabulary.ids([w for w, _ in expected]).tolist() == list(range(len(expected)))
    assert [vocabulary.id(w) for w, _ in expected] == list(range(len(expected)))


@given(counters, counters)
def test_merge_adds_counts(a, b):
    merged = Vocabulary.from_counts(a).merge(Vocabulary.from_counts(b))
    assert merged == Vocabulary.from_counts(Counter(a) + Counter(b))


def test_look_up():
    vocabulary = Vocabulary(["walking", "talking", "the"], [3, 2, 9])
    assert "walking" in vocabulary and "walk" not in vocabulary and 3 not in vocabulary
    assert vocabulary.ids(pa.array(["the", "no"])).tolist() == [0, -1]
    assert vocabulary.ids([]).dtype == np.int32
    with pytest.raises(UnknownWordError, match="did you mean 'walking'"):
        vocabulary.id("walkin")
    with pytest.raises(UnknownWordError, match="did you mean 'the'"):
        vocabulary.id("THE")
    words = vocabulary.words
    assert words[1:] == ["walking", "talking"] and words[-1] == "talking"
    assert words == ("the", "walking", "talking") and words != ["the"]
    assert list(words).index("talking") == words.index("talking")
    with pytest.raises(IndexError):
        words[3]


def test_keep_probabilities():
    vocabulary = Vocabulary(["a", "b", "c"], [900, 90, 10])
    f = np.array([0.9, 0.09, 0.01])
    # word2vec.c: (sqrt(cn / (sample * train_words)) + 1) * (sample * train_words) / cn
    scaled = 0.02 * 1000
    cn = vocabulary.counts
    expected = np.minimum(1, (np.sqrt(cn / scaled) + 1) * scaled / cn)
    np.testing.assert_allclose(vocabulary.keep_probabilities(0.02), expected, rtol=1e-14)
    np.testing.assert_allclose(
        vocabulary.keep_probabilities(0.02, "paper"), np.minimum(1, np.sqrt(0.02 / f)), rtol=1e-14
    )
    assert vocabulary.keep_probabilities(0).tolist() == [1, 1, 1]
    for bad in (-1e-3, float("nan"), float("inf")):
        with pytest.raises(ConfigError, match=r"it must be (a number, )?0 or more"):
            vocabulary.keep_probabilities(bad)
    with pytest.raises(ConfigError, match="'word2vec', 'paper'"):
        vocabulary.keep_probabilities(1e-3, "gensim")


def test_noise_distribution():
    vocabulary = Vocabulary(["a", "b"], [16, 1])
    np.testing.assert_allclose(vocabulary.noise_distribution(), [8 / 9, 1 / 9], rtol=1e-15)
    assert vocabulary.noise_distribution(0).tolist() == [0.5, 0.5]
    assert vocabulary.noise_distribution(400).sum() == 1
    # Below 0 the order is the other way round.
    np.testing.assert_allclose(vocabulary.noise_distribution(-0.5), [1 / 5, 4 / 5], rtol=1e-15)
    np.testing.assert_allclose(vocabulary.noise_distribution(-1), [1 / 17, 16 / 17], rtol=1e-15)
    many = Vocabulary(map(str, range(1000)), np.arange(1, 1001) ** 5)
    for exponent in (-1.0, -1000.0, -1e300):
        distribution = many.noise_distribution(exponent)
        assert np.isclose(distribution.sum(), 1) and (np.diff(distribution) >= 0).all()
    with pytest.raises(ConfigError, match="finite"):
        vocabulary.noise_distribution(float("nan"))


@pytest.mark.parametrize(
    ("words", "counts", "message"),
    [
        (["a", "a"], [1, 1], "repeated"),
        (["a"], [1, 2], r"1 words and counts of shape \(2,\)"),
        ([], [], "not a single word"),
        (["a"], [0], "not a single word"),
    ],
)
def test_bad_vocabularies(words, counts, message):
    with pytest.raises(CorpusError, match=message):
        Vocabulary(words, counts)


def test_bad_limits():
    with pytest.raises(ConfigError, match="min_count is 0"):
        Vocabulary(["a"], [1], min_count=0)
    with pytest.raises(ConfigError, match="max_vocabulary is 0"):
        Vocabulary(["a"], [1], max_vocabulary=0)


def test_counts_cannot_be_changed():
    vocabulary = Vocabulary(["a"], [1])
    with pytest.raises(ValueError, match="read-only"):
        vocabulary.counts[0] = 2


@given(counters)
def test_save_and_load(tmp_path_factory, counts):
    path = tmp_path_factory.mktemp("v") / "vocabulary.arrow"
    vocabulary = Vocabulary.from_counts(counts)
    vocabulary.save(path)
    assert Vocabulary.load(path) == vocabulary
    assert [p.name for p in path.parent.iterdir()] == ["vocabulary.arrow"]


def test_file_is_plain_arrow(tmp_path):
    path = tmp_path / "v.arrow"
    Vocabulary(["b", "é"], [3, 1]).save(path)
    assert path.read_bytes()[:8] == b"ARROW1\0\0"
    with pa.OSFile(str(path)) as file:
        table = pa.ipc.open_file(file).read_all()
    assert table.to_pydict() == {"word": ["b", "é"], "count": [3, 1]}
    assert table.schema.metadata == {
        b"format": b"firth vocabulary",
        b"version": b"1",
        b"total": b"4",
    }


def test_a_failed_save_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "v.arrow"
    Vocabulary(["old"], [1]).save(path)

    def fail(table, file):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr("firth.corpus.vocabulary_file.write_table", fail)
    with pytest.raises(OSError, match="disk full"):
        Vocabulary(["new"], [1]).save(path)
    assert list(Vocabulary.load(path).words) == ["old"]
    assert len(list(tmp_path.iterdir())) == 1


def test_damaged_files(tmp_path):
    path = tmp_path / "v.arrow"
    with pytest.raises(FormatError, match=r"v\.arrow: not a readable vocabulary"):
        Vocabulary.load(path)
    Vocabulary(["b", "a"], [3, 1]).save(path)
    whole = path.read_bytes()
    for cut in range(0, len(whole), 97):
        path.write_bytes(whole[:cut])
        with pytest.raises(FormatError):
            Vocabulary.load(path)


@pytest.mark.parametrize(
    ("columns", "metadata", "message"),
    [
        ({"word": ["a"], "count": [1]}, None, "not a vocabulary saved by firth"),
        ({"word": ["a"], "count": [1]}, {"version": "2"}, "version 2"),
        ({"word": ["a"], "count": [1.0]}, {}, "expected columns"),
        ({"word": ["a"], "count": [1]}, {"total": "5"}, "add up to 5"),
        ({"word": ["a", "b"], "count": [1, 2]}, {"total": "3"}, "counts are damaged"),
        ({"word": ["a"], "count": [0]}, {"total": "0"}, "counts are damaged"),
        ({"word": ["a", None], "count": [2, 1]}, {"total": "3"}, "counts are damaged"),
    ],
)
def test_foreign_files(tmp_path, columns, metadata, message):
    path = tmp_path / "v.arrow"
    table = pa.table(columns)
    if metadata is not None:
        base = {"format": "firth vocabulary", "version": "1", "total": "1"}
        table = table.replace_schema_metadata({**base, **metadata})
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(FormatError, match=message):
        Vocabulary.load(path)
