"""floret's table of hashed n-grams: its hash, the table by its bytes, damaged, and beside spaCy."""

from __future__ import annotations

import importlib
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from firth import WordVectors, read_vectors
from firth.cli.root import app
from firth.errors import ConfigError, FormatError, FormatWarning, UnknownWordError
from firth.formats.reading import read_contents, recognised
from firth.formats.registry import FORMATS
from firth.vectors.hashed import HashedMean, murmur_hashes

GOLDEN = b"3 2 2 3 1 2166136261 < >\n0 1 -0.5 \n1 2 0.25 \n2 4 8 \n"
AWKWARD = ["cat", "a", "Straße", "日本語", "👩‍🔬", " ", "e.g.", "</s>", "x" * 70, "a\nb", "\0"]


def lay(tmp_path, data=GOLDEN):
    (tmp_path / "v.floret").write_bytes(data)
    return tmp_path / "v.floret"


def slow_murmur(data, seed):
    """MurmurHash3_x64_128, a step at a time."""
    mask, one, two = (1 << 64) - 1, seed, seed
    first, second = 0x87C37B91114253D5, 0x4CF5AD432745937F

    def turn(value, bits):
        return (value << bits | value >> (64 - bits)) & mask

    def mix(value):
        value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & mask
        value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & mask
        return value ^ value >> 33

    whole = len(data) // 16 * 16
    for at in range(0, whole, 16):
        a, b = (int.from_bytes(data[i : i + 8], "little") for i in (at, at + 8))
        one ^= turn(a * first & mask, 31) * second & mask
        one = ((turn(one, 27) + two) * 5 + 0x52DCE729) & mask
        two ^= turn(b * second & mask, 33) * first & mask
        two = ((turn(two, 31) + one) * 5 + 0x38495AB5) & mask
    a, b = (int.from_bytes(data[whole:][i : i + 8], "little") for i in (0, 8))
    two ^= turn(b * second & mask, 33) * first & mask
    one ^= turn(a * first & mask, 31) * second & mask
    one, two = one ^ len(data), two ^ len(data)
    one = (one + two) & mask
    two = (two + one) & mask
    one, two = mix(one), mix(two)
    one = (one + two) & mask
    return [
        half for value in (one, (two + one) & mask) for half in (value & 0xFFFFFFFF, value >> 32)
    ]


def test_the_hash_of_texts_of_all_lengths():
    data = bytes(np.random.default_rng(1).integers(0, 256, 100, np.uint8))
    texts = [data[start : start + size] for size in range(50) for start in (0, 31)]
    for seed in (0, 1, 2166136261, (1 << 32) - 1):
        assert murmur_hashes(texts, seed).tolist() == [slow_murmur(text, seed) for text in texts]


def test_these_bytes_are_read(tmp_path):
    path = lay(tmp_path)
    assert recognised(path) == "floret"
    vectors = read_vectors(path)
    assert len(vectors) == 0 and vectors.dim == 2 and "an" not in vectors
    parts = [b"<ant>", b"<a", b"an", b"nt", b"t>", b"<an", b"ant", b"nt>"]
    rows = [slow_murmur(part, 2166136261)[0] % 3 for part in parts]
    table = np.array([[1, -0.5], [2, 0.25], [4, 8]])
    np.testing.assert_allclose(vectors["ant"], table[rows].mean(axis=0), rtol=1e-6)
    assert set(rows) == {0, 1, 2}
    for word in ("", "\ud800"):
        with pytest.raises(UnknownWordError):
            vectors[word]
    with pytest.raises(ConfigError, match="list no words, so that none can be an answer"):
        vectors.most_similar("an")


def test_a_word_with_more_parts_than_are_taken_at_once():
    matrix = np.random.default_rng(0).normal(size=(50, 3))
    compose = HashedMean(matrix, 1, 4, 4, 3, ("«", "»"))
    words = ["ab" * 3000, "", "c"]
    assert len(compose._parts(words[0])) * 4 > 1 << 14
    rows = [
        [half % 50 for part in compose._parts(word) for half in slow_murmur(part, 3)]
        for word in (words[0][:40], "c")
    ]
    found = compose.many([words[0][:40], "", "c"])
    np.testing.assert_allclose(found[[0, 2]], [matrix[row].mean(axis=0) for row in rows])
    assert not found[1].any()
    long = compose.many(words)
    np.testing.assert_array_equal(long[2], found[2])
    np.testing.assert_allclose(long[0], compose(words[0]))


def test_words_that_are_asked_for_make_a_table_of_words(tmp_path):
    path = lay(tmp_path)
    vectors = read_vectors(path)
    chosen = read_vectors(path, words=["an", "Straße", "an apple"], top=2)
    assert list(chosen.words) == ["an", "Straße"] and chosen.counts is None
    np.testing.assert_array_equal(chosen["Straße"], vectors["Straße"])
    np.testing.assert_array_equal(chosen["an apple"], vectors["an apple"])
    assert chosen.most_similar("an", k=1)[0][0] == "Straße"
    with pytest.warns(FormatWarning, match="holds no hashed n-grams"):
        chosen.save(tmp_path / "v.vec")
    np.testing.assert_array_equal(read_vectors(tmp_path / "v.vec")["an"], vectors["an"])
    with pytest.raises(ConfigError, match=r"not a single word to write: .*--words FILE"):
        vectors.save(tmp_path / "v.vec")


def test_the_command_takes_words_from_a_text(tmp_path):
    (tmp_path / "words.txt").write_text("an\nStraße\n", encoding="utf-8")
    arguments = [str(lay(tmp_path)), str(tmp_path / "v.vec")]
    done = CliRunner().invoke(app, ["convert", *arguments, "--words", str(tmp_path / "words.txt")])
    assert done.exit_code == 0, done.output
    assert list(read_vectors(tmp_path / "v.vec").words) == ["an", "Straße"]


def test_words_of_tables_that_list_theirs(tmp_path):
    vectors = WordVectors(["b", "a", "c"], np.eye(3, dtype=np.float32), counts=[3, 2, 1])
    vectors.save(tmp_path / "v.parquet")
    found = read_vectors(tmp_path / "v.parquet", words=["c", "b"])
    assert list(found.words) == ["c", "b"] and found.counts.tolist() == [1, 3]
    assert found.matrix.tolist() == [[0, 0, 1], [1, 0, 0]]
    with pytest.raises(UnknownWordError, match="'d'"):
        read_vectors(tmp_path / "v.parquet", words=["c", "d"])
    for words in (["c", "c"], [], "c", ["c", None], ["c", 5]):
        with pytest.raises(ConfigError, match="words"):
            read_vectors(tmp_path / "v.parquet", words=words)
    numbers = WordVectors([7, 5], np.eye(2, dtype=np.float32))
    numbers.save(tmp_path / "n.parquet")
    assert list(read_vectors(tmp_path / "n.parquet", words=[5]).words) == [5]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"3 2 2 3 1", b"0 2 2 3 1", "there are 0 buckets"),
        (b"3 2 2 3 1", b"3 0 2 3 1", "there are 0 dimensions"),
        (b"3 2 2 3 1", b"3 2 0 3 1", "min_n is 0; expected 1 to 3"),
        (b"3 2 2 3 1", b"3 2 4 3 1", "min_n is 4; expected 1 to 3"),
        (b"3 2 2 3 1", b"3 2 2 999 1", "max_n is 999; expected 1 to 255"),
        (b"3 2 2 3 1", b"3 2 2 3 5", "hashes is 5; expected 1 to 4"),
        (b"2166136261", b"4294967296", "seed is 4,294,967,296"),
        (b"3 2 2", b"9999999 2 2", "9,999,999 rows of 2 numbers need"),
        (b"< >", b"<", "begins with buckets, dimensions"),
        (b"< >", b"\xff >", "marks of a word are not UTF-8"),
        (b"\n1 2", b"\n2 2", "line 3: the row is called '2'; expected 1"),
        (b"2 4 8 \n", b"", "need 17 bytes or more|ends after 2 vectors"),
        (b"2 4 8 \n", b"2 4 8 \n3 1 1\n", "more lines than the 3"),
        (b"4 8", b"4 inf", "not finite"),
        (b"4 8", b"4", "line 4"),
    ],
)
def test_damage_is_said(old, new, problem, tmp_path):
    assert GOLDEN.count(old) == 1
    path = lay(tmp_path, GOLDEN.replace(old, new))
    with pytest.raises(FormatError, match=problem) as error:
        read_vectors(path, format="floret")
    assert str(path) in str(error.value)


def pipeline(folder, **changed):
    """A pipeline with floret's vectors, as spaCy saves it; spaCy is not needed."""
    settings = {
        "mode": "floret", "minn": 2, "maxn": 3, "hash_count": 1, "hash_seed": 2166136261,
        "bow": "<", "eow": ">", "attr": 65, **changed,
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    np.save(folder / "vectors.npy", np.array([[1, -0.5], [2, 0.25], [4, 8]], np.float32))
    (folder / "vectors.npy").replace(folder / "vectors")
    (folder / "key2row").write_bytes(b"\x80")
    (folder / "strings.json").write_text("[]")
    (folder / "vectors.cfg").write_text(json.dumps(settings))
    return folder


def test_a_pipeline_of_spacy_with_such_vectors(tmp_path):
    found = read_vectors(pipeline(tmp_path / "vocab"))
    np.testing.assert_array_equal(found["an"], read_vectors(lay(tmp_path))["an"])
    for changed, problem in (
        ({"minn": 0}, "min_n is 0"),
        ({"hash_seed": "1"}, "expected whole numbers minn, maxn"),
        ({"bow": None}, "expected whole numbers minn, maxn"),
        ({"eow": "\ud800"}, "expected whole numbers minn, maxn"),
    ):
        with pytest.raises(FormatError, match=problem):
            read_contents(pipeline(tmp_path / "vocab", **changed))


def test_every_format_says_that_it_does_not_hold_them(tmp_path):
    with pytest.warns(FormatWarning, match="hashed n-grams"):
        read_vectors(lay(tmp_path), words=["an"]).save(tmp_path / "folder")
    assert not hasattr(FORMATS["floret"].load(), "write")


@pytest.mark.peers
@pytest.mark.parametrize("settings", [(2, 5, 2, 2166136261, "<", ">"), (1, 3, 4, 7, "BOW", "€")])
def test_spacy_gives_the_same_vectors(settings, tmp_path):
    spacy = importlib.import_module("spacy")
    table = importlib.import_module("spacy.vectors").Vectors
    from firth.formats.spacy import from_spacy

    matrix = np.random.default_rng(0).normal(size=(97, 6)).astype(np.float32)
    lines = [f"{row} {' '.join(map(str, values))} " for row, values in enumerate(matrix.tolist())]
    text = "\n".join([f"97 6 {' '.join(map(str, settings))}", *lines, ""])
    ours = read_vectors(lay(tmp_path, text.encode()))
    nlp = spacy.blank("en")
    for word in AWKWARD:
        nlp.vocab.strings.add(word)
    names = ("minn", "maxn", "hash_count", "hash_seed", "bow", "eow")
    nlp.vocab.vectors = table(
        strings=nlp.vocab.strings, data=matrix, mode="floret",
        **dict(zip(names, settings, strict=True)),
    )  # fmt: skip
    expected = nlp.vocab.vectors.get_batch(AWKWARD)
    nlp.to_disk(tmp_path / "pipeline")
    for found in (ours, from_spacy(nlp), read_vectors(tmp_path / "pipeline")):
        np.testing.assert_allclose([found[word] for word in AWKWARD], expected, atol=1e-5)
