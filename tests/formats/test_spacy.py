"""Vectors of spaCy's pipelines: the folder by its bytes, damaged, and spaCy itself."""

from __future__ import annotations

import importlib
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import ConfigError, FormatError, MissingExtraError
from firth.formats.reading import read_contents, read_vectors
from firth.formats.spacy import SYMBOLS, from_spacy, key_of, read_map, to_spacy
from firth.vectors import WordVectors

ARRAY = b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"
ARRAY = ARRAY.ljust(127) + b"\n"
#: "coffee", "number", a symbol, which spaCy does not list, and "tea", which shares a row.
GOLDEN = {
    "vectors": ARRAY + struct.pack("<4f", 1, -2, 0.5, 0),
    "key2row": bytes.fromhex("83 cf2c6152fc1342ce91 01 cd01b0 00")
    + b"\xcf" + struct.pack(">Q", key_of("tea")) + b"\x01",
    "strings.json": b'[\n  "milk",\n  "coffee",\n  "tea"\n]',
    "vectors.cfg": b'{\n  "mode":"default"\n}',
}  # fmt: skip


def lay(folder, files=GOLDEN, **changed):
    folder.mkdir(exist_ok=True, parents=True)
    for name, data in {**files, **changed}.items():
        (folder / name).write_bytes(data)
    return folder


def test_these_bytes_are_read(tmp_path):
    assert (key_of("coffee"), key_of("number")) == (3197928453018144401, 432)
    lay(tmp_path / "vocab")
    lay(tmp_path, {"meta.json": b"{}", "config.cfg": b""})
    for folder in (tmp_path, tmp_path / "vocab"):
        found = read_contents(folder)
        assert found.words[:] == ["number", "coffee", "tea"]
        assert found.matrix.tolist() == [[1, -2], [0.5, 0], [0.5, 0]]
    assert list(read_vectors(tmp_path, top=2).words) == ["number", "coffee"]


def test_arrays_as_numpy_writes_them(tmp_path):
    values = np.arange(6).reshape(2, 3) / 4
    for made in (values, values.astype("f4"), values.astype("f2"), np.asfortranarray(values)):
        np.save(lay(tmp_path) / "vectors.npy", made)
        (tmp_path / "vectors.npy").replace(tmp_path / "vectors")
        found = read_contents(tmp_path).matrix
        assert found.tolist() == values[[0, 1, 1]].tolist()
        assert found.dtype == (np.float64 if made.dtype == np.float64 else np.float32)


def packed(number):
    """Write a whole number as msgpack does: as short as it can be."""
    if number < 128:
        return bytes([number])
    size = next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size)
    return bytes([{1: 0xCC, 2: 0xCD, 4: 0xCE, 8: 0xCF}[size]]) + number.to_bytes(size, "big")


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 32) - 1)))
def test_maps_of_msgpack(tmp_path_factory, entries):
    path = tmp_path_factory.getbasetemp() / "key2row"
    body = b"".join(map(packed, (n for entry in entries.items() for n in entry)))
    count = len(entries)
    heads = [b"\xdf" + struct.pack(">I", count), b"\xde" + struct.pack(">H", count)]
    for head in heads + ([bytes([0x80 | count])] if count < 16 else []):
        path.write_bytes(head + body)
        assert read_map(path) == entries
        path.write_bytes(head + body + b"\0")
        with pytest.raises(FormatError, match="expected the end behind"):
            read_map(path)


HASHES = {  # as spacy.strings.get_string_id gives them: test_keys_are_spacys
    "": 0, "_": 456, "root": 449, "apple": 8566208034543834098,
}  # fmt: skip


def test_keys():
    assert {word: key_of(word) for word in HASHES} == HASHES
    assert len(set(SYMBOLS)) == len(SYMBOLS) == 457


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("vectors.cfg", b'{"mode": "hash"}', "mode of the vectors is 'hash'; firth reads 'def"),
        ("vectors.cfg", b"[]", "mode of the vectors is None"),
        ("vectors", b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False", "of floats"),
        ("vectors", b"\x80\x04\x95", "expected a NumPy array"),
        ("vectors", GOLDEN["vectors"][:-1], "end at byte 144, but the file has 143"),
        ("vectors", GOLDEN["vectors"] + b"\0", "end at byte 144, but the file has 145"),
        ("vectors", GOLDEN["vectors"].replace(b"(2, 2)", b"(9, 9)"), "end at byte 452"),
        ("vectors", ARRAY.replace(b"(2, 2)", b"(0, 0)"), "holds no vectors"),
        ("vectors", ARRAY + struct.pack("<4f", 1, 2, np.nan, 0), "of 'coffee' holds a value"),
        ("key2row", b"\x80", "holds no vectors"),
        ("key2row", b"", "byte 0: found b''; expected a map"),
        ("key2row", b"\xdf\xff\xff\xff\xff\1", "byte 6: found b''; expected a whole number"),
        ("key2row", b"\x91\1", "expected a map of msgpack"),
        ("key2row", b"\x81\xa1a\0", "byte 1: .* expected a whole number"),
        ("key2row", b"\x81\1\xff", "byte 2: .* expected a whole number"),
        ("key2row", b"\x82\1\0\1\1", "byte 3: .* expected another key"),
        ("key2row", b"\x81\1\2", "leads to row 2, but vectors has 2 rows"),
        ("key2row", b"\x81\xce\x7f\0\0\0\0", "1 of 1 keys, such as 2130706432, are of no word"),
        ("strings.json", b'["tea"]', "1 of 3 keys, such as 3197928453018144401, are of no word"),
        ("strings.json", b'{"tea": 1}', "expected a list of strings"),
        ("strings.json", b'["tea", 1]', "expected a list of strings"),
        ("strings.json", b'["\\ud800"]', "is no text"),
        ("strings.json", b"[" * 100_000, "nested too deeply"),
    ],
)
def test_damage_is_named(tmp_path, name, damage, message):
    lay(tmp_path, **{name: damage})
    with pytest.raises(FormatError, match=message) as caught:
        read_contents(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("name", GOLDEN)
def test_files_that_are_cut_off_or_changed(tmp_path, name):
    """Either it is refused, or it is a folder that somebody might have written."""
    lay(tmp_path)
    whole = GOLDEN[name]
    for size in range(len(whole)):
        (tmp_path / name).write_bytes(whole[:size])
        with pytest.raises(FormatError, match=str(tmp_path)):
            read_contents(tmp_path)
    for i in range(len(whole)):
        for bit in range(8):
            (tmp_path / name).write_bytes(whole[:i] + bytes([whole[i] ^ 1 << bit]) + whole[i + 1 :])
            try:
                found = read_contents(tmp_path)
                assert len(found.matrix) == len(found.words) >= 1
            except FormatError as error:
                assert str(tmp_path) in str(error)


def test_a_file_that_is_missing(tmp_path):
    for name in ("vectors", "key2row", "strings.json"):
        lay(tmp_path)
        (tmp_path / name).unlink()
        with pytest.raises(FormatError, match=rf"{name}: cannot be read"):
            read_contents(tmp_path, format="spacy")


def test_without_spacy(monkeypatch):
    def absent(name, *_):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(MissingExtraError, match=r"needs spacy.* 'firth\[spacy\]'"):
        to_spacy(WordVectors(["a"], [[1.0]]), None)


AWKWARD = [
    "number",
    "root",
    "_",
    "",
    " ",
    "a b",
    "\n",
    "\0x",
    "x" * 10_000,
    "😀",
    "\u00a0q\u2003",
    "DATE",
]


@pytest.mark.peers
def test_keys_are_spacys():
    strings = pytest.importorskip("spacy.strings")
    symbols = pytest.importorskip("spacy.symbols")
    assert tuple(sorted(symbols.IDS, key=symbols.IDS.get)) == SYMBOLS
    assert {word: strings.get_string_id(word) for word in HASHES} == HASHES

    @settings(deadline=None, max_examples=500)
    @given(st.text(max_size=40) | st.sampled_from(AWKWARD))
    def same(word):
        assert key_of(word) == strings.get_string_id(word)

    same()


@pytest.mark.peers
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_into_a_pipeline_and_back(tmp_path, dtype):
    spacy = pytest.importorskip("spacy")
    matrix = np.random.default_rng(0).normal(size=(len(AWKWARD), 5)).astype(np.float32)
    vectors = WordVectors(AWKWARD, matrix.astype(dtype))
    nlp = spacy.blank("en")
    old = nlp("DATE 😀")[0]
    to_spacy(vectors, nlp)
    for word, row in zip(AWKWARD, matrix, strict=True):
        np.testing.assert_array_equal(nlp.vocab.get_vector(word), row)
    doc = nlp("The root number 😀 nobody")
    assert [token.has_vector for token in doc] == [False, True, True, True, False]
    np.testing.assert_array_equal(doc[1].vector, vectors["root"].astype(np.float32))
    np.testing.assert_array_equal(old.vector, vectors["DATE"].astype(np.float32))
    again = from_spacy(nlp)
    assert list(again.words) == AWKWARD
    np.testing.assert_array_equal(again.matrix, matrix)
    nlp.to_disk(tmp_path / "nlp")
    nlp.vocab.to_disk(tmp_path / "vocabulary")
    for folder in ("nlp", "vocabulary"):
        read = read_vectors(tmp_path / folder)
        assert list(read.words) == AWKWARD
        np.testing.assert_array_equal(read.matrix, matrix)
    loaded = spacy.load(tmp_path / "nlp")
    np.testing.assert_array_equal(loaded("root")[0].vector, doc[1].vector)


@pytest.mark.peers
def test_a_pruned_pipeline_shares_rows(tmp_path):
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("en")
    matrix = np.array([[1, 0], [0, 1], [1, 0.1], [0.1, 1]], np.float32)
    to_spacy(WordVectors(["a", "b", "c", "number"], matrix), nlp)
    nlp.vocab.prune_vectors(2)
    nlp.to_disk(tmp_path / "nlp")
    found, loaded = read_vectors(tmp_path / "nlp"), from_spacy(nlp)
    assert list(found.words) == list(loaded.words) and len(found) == 4
    np.testing.assert_array_equal(found.matrix, loaded.matrix)
    for word in found:
        np.testing.assert_array_equal(found[word], nlp.vocab.get_vector(word))
    nlp.vocab.vectors.add(1 << 60, row=0)
    with pytest.raises(ConfigError, match=r"1 of the 5 keys .* 1152921504606846976, are of no str"):
        from_spacy(nlp)


@pytest.mark.peers
def test_pipelines_without_vectors_of_words(tmp_path):
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("en")
    with pytest.raises(ConfigError, match="en_pipeline has no vectors"):
        from_spacy(nlp)
    nlp.to_disk(tmp_path / "nlp")
    with pytest.raises(FormatError, match="holds no vectors"):
        read_contents(tmp_path / "nlp")
    from spacy.vectors import Vectors

    nlp.vocab.vectors = Vectors(
        strings=nlp.vocab.strings, data=np.ones((9, 2), "f4"), mode="floret", minn=3, maxn=5
    )
    nlp.to_disk(tmp_path / "floret")
    for found in (from_spacy(nlp), read_vectors(tmp_path / "floret")):
        assert not len(found) and found["any"].tolist() == [1, 1]
    with pytest.raises(ConfigError, match=r"vector of 'a' is not finite in single precision"):
        to_spacy(WordVectors(["a"], np.array([[1e300]])), nlp)
