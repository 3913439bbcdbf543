"""Every format of the registry: what is written is read again, and nothing damaged is believed."""

from __future__ import annotations

import random
import shutil
import string
import warnings
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import firth
from firth import WordVectors, read_vectors
from firth.errors import ConfigError, FirthError, FormatError, FormatWarning
from firth.formats import words
from firth.formats.reading import read_contents, recognised
from firth.formats.registry import FORMATS, format_for
from firth.formats.writing import contents_of, write_contents

#: Formats that are written too, and the name of a file of each.
WRITTEN = {
    name: "v" + (known.endings[0] if known.endings and known.endings[0] != "/" else "")
    for name, known in FORMATS.items()
    if hasattr(known.load(), "write") or hasattr(known.load(), "write_path")
}
written = pytest.mark.parametrize("name", WRITTEN)

AWKWARD = [
    "plain", "Straße", "日本", "👩‍🔬", "a b", "tab\there", "line\nfeed", "carriage\r", "nul\0nul",
    "\u00a0at the edges\u2003", "x" * 10_000, "0.5", "1 2 3", "", " ", "\u0085", "#", '"quoted"',
    "a,b", "</s>", "__label__x", "[UNK]", "\ufeffmark", "-1", "nan",
]  # fmt: skip


def small(words, dim=3, counts=True, seed=0):
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(len(words), dim)).astype(np.float32)
    return WordVectors(words, matrix, counts=np.arange(len(words), 0, -1) if counts else None)


def write(tmp_path, name, vectors):
    """Write vectors over what is there, and return the place."""
    place = tmp_path / WRITTEN[name]
    write_contents(place, contents_of(vectors), format=name)
    return place


def put(tmp_path, name, vectors, **how):
    """Write vectors to a new place, and return it with what was lost."""
    place = tmp_path / WRITTEN[name]
    if place.is_dir():
        shutil.rmtree(place)
    return place, write_contents(place, contents_of(vectors), format=name, **how)


def same(found, vectors, name):
    assert list(found.words) == list(vectors.words)
    near = {"atol": 1e-6} if FORMATS[name].ngrams and name != "firth" else {"rtol": 0}
    np.testing.assert_allclose(found.matrix, vectors.matrix, **near)
    if FORMATS[name].counts:
        assert found.counts.tolist() == vectors.counts.tolist()
    else:
        assert found.counts is None


@written
def test_what_is_written_is_recognised_and_read(name, tmp_path):
    vectors = small(["the", "cat", "sat", "Straße", "日本"])
    place, losses = put(tmp_path, name, vectors)
    assert recognised(place) in {name, "parquet"}  # Arrow's files have the same reader
    same(read_vectors(place), vectors, name)
    same(read_vectors(place, format=name), vectors, name)
    assert any("counts" in loss for loss in losses) != FORMATS[name].counts
    assert list(read_vectors(place, top=2).words) == ["the", "cat"]


@written
def test_every_word_is_read_again_or_refused(name, tmp_path):
    for word in AWKWARD:
        vectors = small(["the", word, "end"])
        try:
            place, _ = put(tmp_path, name, vectors)
        except ConfigError as error:
            message = str(error)
            assert "cannot hold" in message and repr(word)[:40] in message and "rename" in message
            if word.strip(string.whitespace + "\0"):
                place, _ = put(tmp_path, name, vectors, rename="_")
                found = list(read_vectors(place).words)
                assert found[::2] == ["the", "end"] and "_" in found[1]
            continue
        same(read_vectors(place, format=name), vectors, name)


@written
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    words=st.lists(st.text(st.characters(codec="utf-8"), max_size=6), min_size=1, max_size=6,
                   unique=True),
    dim=st.integers(1, 5),
    seed=st.integers(0, 9),
)  # fmt: skip
def test_whatever_can_be_written_comes_back(name, words, dim, seed, tmp_path_factory):
    vectors = small(words, dim, seed=seed)
    try:
        place, _ = put(tmp_path_factory.getbasetemp(), name, vectors)
    except ConfigError:
        return
    same(read_vectors(place, format=name), vectors, name)


@written
def test_every_precision_that_it_says_it_holds(name, tmp_path):
    vectors = small(["the", "cat", "sat"], dim=4)
    for dtype in FORMATS[name].dtypes:
        place, _ = put(tmp_path, name, vectors, dtype=dtype)
        tolerance = {"float16": 2e-3, "int8": 2e-2}.get(dtype, 1e-6)
        np.testing.assert_allclose(read_vectors(place).matrix, vectors.matrix, atol=tolerance)
    with pytest.raises(ConfigError, match=r"dtype is 'float8'; .* holds float"):
        put(tmp_path, name, vectors, dtype="float8")


@written
def test_what_was_opened_stays_as_it_was_when_it_is_written_again(name, tmp_path):
    # A file that is cut off while it is mapped ends the process that mapped it.
    place = write(tmp_path, name, small(["the", "cat", "sat", *map(str, range(5000))]))
    with ExitStack() as stack:
        opened = [stack.enter_context(file.open("rb")) for file in files_of(place)]
        before = [file.read() for file in opened]
        write(tmp_path, name, small(["the", "cat"]))
        for file in opened:
            file.seek(0)
        assert [file.read() for file in opened] == before
    assert list(read_vectors(place, format=name).words) == ["the", "cat"]


def files_of(place):
    return sorted(p for p in place.rglob("*") if p.is_file()) if place.is_dir() else [place]


def outcome(place, name):
    """Read a damaged file: None if it is refused as it should be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = read_vectors(place, format=name)
            _ = found.norms
    except FormatError as error:
        assert place.name in str(error)
        return None
    return found


@written
def test_a_file_that_is_cut_off_is_refused(name, tmp_path):
    vectors = small(["the", "cat", "sat"])
    place, _ = put(tmp_path, name, vectors)
    for file in files_of(place):
        whole = file.read_bytes()
        for size in sorted({*range(0, len(whole), 1 + len(whole) // 300), len(whole) - 2}):
            file.write_bytes(whole[:size])
            found = outcome(place, name)
            # Text may end within a number, and what holds no numbers may be cut.
            assert found is None or found.matrix.shape[1] <= 3 or len(found) <= 3
        file.write_bytes(whole)
    same(read_vectors(place, format=name), vectors, name)


@written
def test_flipped_bits_give_an_error_or_other_numbers(name, tmp_path):
    vectors, draw = small(["the", "cat", "sat"]), random.Random(3)
    place, _ = put(tmp_path, name, vectors)
    for file in files_of(place):
        whole = file.read_bytes()
        for _ in range(150):
            damaged = bytearray(whole)
            for _ in range(draw.choice((1, 1, 4))):
                damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
            file.write_bytes(damaged)
            found = outcome(place, name)
            assert found is None or len(found) <= len(whole)
        file.write_bytes(whole)


@written
def test_files_that_cannot_be_written_stay_as_they_were(name, tmp_path):
    vectors = small(["the", "cat"])
    place, _ = put(tmp_path, name, vectors)
    before = {file: file.read_bytes() for file in files_of(place)}
    with pytest.raises(FirthError):
        write_contents(place, contents_of(vectors), format=name, top=0)
    with pytest.raises(FirthError):
        write_contents(place, contents_of(vectors), format=name, dim=9)
    assert {file: file.read_bytes() for file in files_of(place)} == before
    with pytest.raises(ConfigError):
        write_contents(tmp_path / "no" / "folder" / "v.xyz", contents_of(vectors))


def test_words_that_occur_twice(tmp_path):
    path = tmp_path / "twice.txt"
    path.write_text("3 2\na 1 2\nb 3 4\na 5 6\n")
    message = "word 'a' occurs twice, as vectors 1 and 3 .* duplicates=\"first\""
    with pytest.raises(FormatError, match=message):
        read_vectors(path)
    found = read_vectors(path, duplicates="first")
    assert list(found.words) == ["a", "b"] and found["a"].tolist() == [1, 2]
    for name, value in (("duplicates", "last"), ("errors", "ignore"), ("format", "xml")):
        with pytest.raises(ConfigError, match=value):
            read_vectors(path, **{name: value})


def test_words_are_compared_by_hashes_where_they_are_many(monkeypatch):
    draw = random.Random(1)
    names = sorted({"".join(draw.choices("ab\0é", k=draw.randint(0, 9))) for _ in range(3000)})
    for most in (1, 10**9):
        monkeypatch.setattr(words, "_MANY_WORDS", most)
        assert words.all_differ(pa.array([*names, "last"])[1:])
        assert not words.all_differ(pa.array([*names, names[1234]])[1:])
        assert not words.all_differ(pa.array(["", "a", ""], pa.large_string()))
    # Hashes that are the same are no words that are, and long words have none.
    monkeypatch.setattr(words, "_MANY_WORDS", 1)
    monkeypatch.setattr(words, "_HASHED", 30)
    assert words.all_differ(pa.array(names))
    long = pa.array(["b" * 29, "b" * 30, "b" * 31, "c"])
    assert words.hashes_of(long) is None and words.hashes_of(long[:2]) is not None
    assert words.all_differ(long) and not words.all_differ(pa.array(["d", *long.to_pylist(), "d"]))
    monkeypatch.setattr(words, "hashes_of", lambda array: np.full(len(array), 7, np.uint64))
    assert words.all_differ(pa.array(names)) and not words.all_differ(pa.array(["b", "b"]))


def test_hashes_are_of_words_wherever_they_stand(monkeypatch):
    draw = random.Random(2)
    names = ["".join(draw.choices("ab\0é", k=draw.randint(0, 9))) for _ in range(500)]
    whole = words.hashes_of(pa.array(names))
    monkeypatch.setattr(words, "_HASHED", 40)
    np.testing.assert_array_equal(words.hashes_of(pa.array(["x", *names])[1:]), whole)
    by_name = dict(zip(names, whole.tolist(), strict=True))
    assert [by_name[name] for name in names] == whole.tolist()
    assert len(set(by_name.values())) == len(by_name)


@pytest.mark.parametrize("at_once", [3, 1 << 18])
def test_words_that_stand_twice(at_once, monkeypatch):
    monkeypatch.setattr(words, "_CODES", at_once)
    draw = random.Random(3)
    for n in range(1, 40):
        names = [draw.choice(["", "a", "b", "c", str(draw.random())]) for _ in range(n)]
        array = pa.array(["x", *names], pa.large_string())[1:]
        rows = words.first_of_each(array).tolist()
        assert rows == [i for i, name in enumerate(names) if name not in names[:i]]
        if len(rows) < n:
            row = next(i for i, name in enumerate(names) if name in names[:i])
            assert words.first_twice(array) == (names.index(names[row]), row)


def test_a_name_says_what_is_written():
    assert format_for(Path("a.b/v.VEC")) == "word2vec-text"
    assert format_for(Path("v.glove.txt")) == "glove"
    assert format_for(Path("folder")) == "firth"
    with pytest.raises(ConfigError, match=r"v\.xyz: no format is known by this name"):
        format_for(Path("v.xyz"))


def test_what_is_lost_is_warned_of(tmp_path):
    with pytest.warns(FormatWarning, match="holds no counts"):
        small(["a", "b"]).save(tmp_path / "v.vec")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small(["a", "b"], counts=False).save(tmp_path / "v.vec")
        small(["a", "b"]).save(tmp_path / "v.parquet")


def test_a_model_of_subwords_keeps_them_in_a_folder(tmp_path):
    text = [["walk", "walked", "talk"], ["talking", "talked", "walk"]] * 100
    for buckets in (0, 50, 100_000):
        model = firth.train(
            text, unit="subwords", buckets=buckets, dim=4, min_count=1, epochs=2, sample=0,
            threads=1,
        )  # fmt: skip
        model.vectors.save(tmp_path / "vectors")
        found = read_vectors(tmp_path / "vectors")
        np.testing.assert_array_equal(found["walking"], model.vectors["walking"])
        assert found.counts.tolist() == model.vocabulary.counts.tolist()
        model.save(tmp_path / "model")
        found = read_vectors(tmp_path / "model")
        np.testing.assert_array_equal(found["walking"], model.vectors["walking"])
        with pytest.raises(FormatError, match="holds vectors without a model"):
            firth.load(tmp_path / "vectors")


def test_what_a_model_loses_is_said_where_a_folder_looks_like_one(tmp_path):
    model = firth.Model(["a", "b"], [2, 1], {"input": [[1.0, 0.5], [0.0, 1.0]]})
    model.save(tmp_path / "model")
    contents = read_contents(tmp_path / "model")
    for name, told in (("folder", True), ("v.vec", False), ("v.safetensors", False)):
        losses = write_contents(tmp_path / name, contents)
        assert any("holds no settings and no history" in loss for loss in losses) == told
    again = read_contents(tmp_path / "folder")
    assert write_contents(tmp_path / "again", again) == []


@pytest.mark.parametrize(
    ("name", "instead"),
    [("spacy", r"it: .*firth\.formats\.spacy\.to_spacy\(.*to_disk"), ("floret", "it$")],
)
def test_what_is_not_written_says_how_vectors_come_there(name, instead, tmp_path):
    with pytest.raises(ConfigError, match=f"firth reads .*, but does not write {instead}"):
        write_contents(tmp_path / "x", contents_of(small(["a"])), format=name)


def test_dimensions_that_vary_most_come_first(tmp_path):
    draw = np.random.default_rng(1)
    flat = draw.normal(size=(200, 2)) @ draw.normal(size=(2, 6)) + 1e-4 * draw.normal(size=(200, 6))
    vectors = WordVectors([f"w{i}" for i in range(200)], flat + 0.5)
    vectors.save(tmp_path / "v.npy", dim=3, pca=True)
    found = read_vectors(tmp_path / "v.npy")
    lengths = np.sqrt((found.matrix**2).sum(axis=0))
    assert lengths[0] > lengths[1] > lengths[2]
    for one, other in (("w1", "w2"), ("w7", "w9")):
        # Two axes and the mean's: next to nothing is lost.
        assert found.similarity(one, other) == pytest.approx(
            vectors.similarity(one, other), abs=1e-3
        )
    vectors.save(tmp_path / "v.npy", dim=2)
    np.testing.assert_array_equal(read_vectors(tmp_path / "v.npy").matrix, vectors.matrix[:, :2])


def test_integers_stay_integers_where_a_format_knows_types(tmp_path):
    vectors = WordVectors([7, -5], [[1.0, 0.5], [0.0, 1.0]], counts=[3, 2])
    for name in ("v", "v.parquet", "v.arrow"):
        vectors.save(tmp_path / name)
        assert list(read_contents(tmp_path / name).words) == [7, -5]


def test_a_folder_of_something_else_is_not_written_to(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ConfigError, match="not empty and holds no vectors of firth"):
        small(["a"]).save(tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter.txt"]
