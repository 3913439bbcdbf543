"""fastText's binary format: pinned by literal bytes, against a slow twin, against its peers."""

from __future__ import annotations

import bz2
import gzip
import json
import mmap
import pickle
import struct
import textwrap

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firth.corpus.ngrams import hash_ngram, ngrams, number_ngrams
from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, FormatError
from firth.formats import fasttext_file, fasttext_head, fasttext_rows, fasttext_writing
from firth.formats.contents import Contents, NGrams
from firth.formats.reading import read_contents, read_vectors
from firth.formats.recognise import format_of
from firth.formats.writing import write_contents
from firth.vectors import WordVectors
from firth.vectors.unseen import NGramMean

SUPERVISED, SKIPGRAM = 3, 2
HIERARCHICAL, NEGATIVE = 1, 2
WORDS = ["cat", "naïve", "</s>", "日本"]


def args(dim, loss=NEGATIVE, model=SKIPGRAM, bucket=0, minn=0, maxn=0):
    return struct.pack("<12id", dim, 5, 5, 1, 5, 1, loss, model, bucket, minn, maxn, 100, 1e-4)


def entries(words, labels=()):
    named = [(word, 0) for word in words] + [(label, 1) for label in labels]
    pieces = [
        (word if isinstance(word, bytes) else word.encode())
        + b"\0"
        + struct.pack("<qb", max(1, 9 - i), k)
        for i, (word, k) in enumerate(named)
    ]
    return b"".join(pieces)


def dictionary(words, labels=(), pruned=None, versioned=True):
    """Sizes, entries, and (bucket, row) of the buckets that were kept."""
    head = struct.pack("<3iq", len(words) + len(labels), len(words), len(labels), 99)
    kept = -1 if pruned is None else len(pruned)
    tail = b"".join(struct.pack("<2i", *pair) for pair in pruned or ())
    return head + (struct.pack("<q", kept) if versioned else b"") + entries(words, labels) + tail


def dense(matrix):
    return struct.pack("<2q", *matrix.shape) + matrix.astype("<f4").tobytes()


def model(words, rows, output=None, *, labels=(), version=12, **settings):
    """A dense model, as fastText writes it."""
    output = np.zeros((len(words), rows.shape[1])) if output is None else output
    head = struct.pack("<2i", 793712314, version) + args(rows.shape[1], **settings)
    return head + dictionary(words, labels) + b"\0" + dense(rows) + b"\0" + dense(output)


def quantiser(dim, width, centroids):
    """`centroids` is one array, (256, its width), for each part."""
    last = dim % width or width
    figures = struct.pack("<4i", dim, len(centroids), width, last)
    return figures + b"".join(part.astype("<f4").tobytes() for part in centroids)


def quantised(codes, dim, width, centroids, norms=None):
    """`norms` are codes, (m,), and centroids, (256, 1)."""
    head = struct.pack("<B2qi", norms is not None, len(codes), dim, codes.size)
    whole = head + codes.astype("u1").tobytes() + quantiser(dim, width, centroids)
    if norms is not None:
        whole += norms[0].astype("u1").tobytes() + quantiser(1, 1, [norms[1]])
    return whole


def rows_of(n, dim=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)


def mean(word, row, rows, n_words, minn, maxn, bucket, kept=None):
    """The slow twin: fastText's getWordVector (fasttext.cc), in float32 and in its order."""
    found = [rows[row]] if row is not None else []
    for ngram in ngrams(word, max(1, minn), maxn):
        key = hash_ngram(ngram.encode()) % bucket
        key = key if kept is None else kept.get(key)
        if key is not None:
            found.append(rows[n_words + key])
    total = np.zeros(rows.shape[1], np.float32)
    for vector in found:
        total += vector
    return total * np.float32(1 / max(1, len(found)))


def saved(tmp_path, data, name="m.bin"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_literal_bytes(tmp_path):
    """One word of one character, one n-gram of it: <a has hash 1,748,947,061, so bucket 1 of 2."""
    data = (
        b"\xba\x16\x4f\x2f\x0c\0\0\0"
        b"\x02\0\0\0\x05\0\0\0\x05\0\0\0\x01\0\0\0\x05\0\0\0\x01\0\0\0\x02\0\0\0\x02\0\0\0"
        b"\x02\0\0\0\x03\0\0\0\x03\0\0\0\x64\0\0\0\x2d\x43\x1c\xeb\xe2\x36\x1a\x3f"
        b"\x01\0\0\0\x01\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
        b"a\0\x07\0\0\0\0\0\0\0\0"
        b"\0\x03\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0"
        b"\0\0\x80\x3f\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0\x40\0\0\0\0"
        b"\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\x3f\0\0\0\x3f"
    )
    found = read_contents(saved(tmp_path, data))
    # (1 + 2) / 2: its own row, and that of <a>.
    assert found.matrix.tolist() == [[1.5, 0.0]]
    assert (found.words == ["a"], found.counts.tolist()) == (True, [7])
    assert found.output.tolist() == [[0.5, 0.5]]
    assert found.ngrams.matrix.tolist() == [[2.0, 0.0], [2.0, 0.0]]
    assert found.ngrams[1:] == (3, 3, 2, None, True)
    write_contents(tmp_path / "again.bin", found)
    assert (tmp_path / "again.bin").read_bytes() == data


@pytest.mark.parametrize("version", [11, 12])
@pytest.mark.parametrize(("minn", "maxn"), [(3, 6), (1, 2), (0, 3)])
def test_dense(tmp_path, version, minn, maxn):
    rows, output = rows_of(4 + 40), rows_of(4, seed=1)
    data = model(WORDS, rows, output, version=version, bucket=40, minn=minn, maxn=maxn)
    vectors, found = (read(saved(tmp_path, data)) for read in (read_vectors, read_contents))
    for row, word in enumerate(WORDS):
        own = mean(word, row, rows, 4, minn, maxn, 40)
        assert vectors[word].tolist() == own.tolist()
    assert vectors["</s>"].tolist() == rows[2].tolist()
    for word in ("cats", "größe", "x"):
        np.testing.assert_allclose(vectors[word], mean(word, None, rows, 4, minn, maxn, 40), 1e-6)
    assert vectors.counts.tolist() == [9, 8, 7, 6]
    np.testing.assert_array_equal(found.output, output)
    assert found.ngrams.matrix.flags.writeable is found.output.flags.writeable is False


def is_map(array):
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array.obj if isinstance(array, memoryview) else array, mmap.mmap)


@pytest.mark.parametrize("shift", range(4))
def test_maps_at_any_offset(tmp_path, shift):
    """The rows of a map begin where the dictionary ends; processors like multiples of four."""
    words = ["cat", "x" * (1 + shift)]
    rows = rows_of(2 + 50, 19)
    found = read_contents(saved(tmp_path, model(words, rows, bucket=50, minn=2, maxn=4)))
    assert is_map(found.ngrams.matrix)
    np.testing.assert_array_equal(found.ngrams.matrix, rows[2:])
    for row, word in enumerate(words):
        assert found.matrix[row].tolist() == mean(word, row, rows, 2, 2, 4, 50).tolist()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_compressed(tmp_path, pack, monkeypatch):
    monkeypatch.setattr(fasttext_file, "BLOCK", 64)  # many pieces
    monkeypatch.setattr(fasttext_head, "BLOCK", 32)
    words = [f"word{i}" for i in range(99)]
    rows, output = rows_of(99 + 40), rows_of(99, seed=1)
    data = model(words, rows, output, bucket=40, minn=3, maxn=4)
    # Under two names: what is mapped must not be written to.
    parts = {"m.bin": data, "m.bin.packed": pack(data)}
    found = [read_contents(saved(tmp_path, part, name)) for name, part in parts.items()]
    for name in ("matrix", "counts", "output"):
        np.testing.assert_array_equal(getattr(found[0], name), getattr(found[1], name))
    np.testing.assert_array_equal(found[0].ngrams.matrix, found[1].ngrams.matrix)
    assert found[0].words == found[1].words
    with pytest.raises(FormatError, match=r"damaged or cut off|ends after"):
        read_contents(saved(tmp_path, pack(data)[:-30]))
    with pytest.raises(FormatError, match=r"takes .* but the file ends after"):
        read_contents(saved(tmp_path, pack(data[:-30])))


def test_without_ngrams(tmp_path):
    """Rows of n-grams of words may follow (bucket), but they are no n-grams of characters."""
    for bucket in (0, 7):
        rows = rows_of(4 + bucket)
        found = read_contents(saved(tmp_path, model(WORDS, rows, bucket=bucket)))
        np.testing.assert_array_equal(found.matrix, rows[:4])
        assert found.ngrams is None
    vectors = read_vectors(saved(tmp_path, model(WORDS, rows, bucket=7)))
    assert "cats" not in vectors and vectors._unseen is None


def test_before_versions(tmp_path):
    rows, output = rows_of(4 + 9), rows_of(4, seed=1)
    data = args(3, bucket=9, minn=2, maxn=3) + dictionary(WORDS, versioned=False)
    path = saved(tmp_path, data + dense(rows) + dense(output))
    assert format_of(path).reader == "fasttext"
    found = read_contents(path)
    np.testing.assert_array_equal(found.output, output)
    for row, word in enumerate(WORDS):
        assert found.matrix[row].tolist() == mean(word, row, rows, 4, 2, 3, 9).tolist()


def test_labels(tmp_path):
    """fastText takes for a label's own row the one of its number, a bucket's."""
    labels, rows = ["__label__a", "__label__b"], rows_of(4 + 9)
    kind = {"model": SUPERVISED, "loss": 3, "labels": labels, "bucket": 9}
    path = saved(tmp_path, model(WORDS, rows, rows_of(2), minn=2, maxn=3, **kind))
    found = read_contents(path)
    assert found.words == WORDS + labels and found.output is None
    for row, word in enumerate(WORDS + labels):
        assert found.matrix[row].tolist() == mean(word, row, rows, 4, 2, 3, 9).tolist()
    # Classifiers of version 11 have no n-grams, whatever they say.
    path = saved(tmp_path, model(WORDS, rows, rows_of(2), minn=2, maxn=3, version=11, **kind))
    found = read_contents(path)
    np.testing.assert_array_equal(found.matrix, rows[:6])
    assert found.ngrams is None
    # Without so many buckets there is no such row.
    kind["bucket"] = 1
    found = read_contents(saved(tmp_path, model(WORDS, rows[:5], rows_of(2), maxn=3, **kind)))
    for row, word in ((4, labels[0]), (None, labels[1])):
        expected = mean(word, row, rows[:5], 4, 0, 3, 1)
        assert found.matrix[4 + (row is None)].tolist() == expected.tolist()
    kind["bucket"] = 0
    found = read_contents(saved(tmp_path, model(WORDS, rows[:4], rows_of(2), **kind)))
    assert found.matrix[4:].tolist() == [[0, 0, 0], [0, 0, 0]]


def test_output_is_kept_where_words_have_it(tmp_path):
    rows = rows_of(4)
    path = saved(tmp_path, model(WORDS, rows, loss=HIERARCHICAL))
    assert read_contents(path).output is None
    path = saved(tmp_path, model(WORDS, rows, labels=["__label__a"]))  # as wiki.fr.bin
    assert read_contents(path).output is None


@pytest.mark.parametrize("normed", [False, True])
@pytest.mark.parametrize("width", [2, 3, 5])
@pytest.mark.parametrize("quantised_output", [False, True])
def test_quantised(tmp_path, normed, width, quantised_output):
    rng, dim, pruned = np.random.default_rng(0), 5, [(7, 0), (3, 2), (38, 1)]
    widths = [width] * (dim // width) + [dim % width] * (dim % width > 0)
    centroids = [rng.normal(size=(256, part)).astype(np.float32) for part in widths]
    codes = rng.integers(0, 256, (4 + 3, len(widths)))
    norms = rng.integers(0, 256, 7), rng.normal(size=(256, 1)).astype(np.float32)
    rows = np.hstack([part[codes[:, i]] for i, part in enumerate(centroids)])
    if normed:
        rows *= norms[1][norms[0]]
    whole = quantised(codes, dim, width, centroids, norms if normed else None)
    output = quantised(codes[:1], dim, width, centroids) if quantised_output else dense(rows[:1])
    data = (
        struct.pack("<2i", 793712314, 12)
        + args(dim, model=SUPERVISED, bucket=40, minn=2, maxn=4)
        + dictionary(WORDS, ["__label__x"], pruned)
        + b"\1" + whole + bytes([quantised_output]) + output
    )  # fmt: skip
    path = saved(tmp_path, data)
    vectors, kept = read_vectors(path), dict(pruned)
    for row, word in enumerate([*WORDS, "__label__x"]):
        assert vectors[word].tolist() == mean(word, row, rows, 4, 2, 4, 40, kept).tolist()
    ngram = next(
        w for w in map(str, range(99_999)) if not mean(w, None, rows, 4, 2, 4, 40, kept).any()
    )
    assert vectors._unseen(ngram) is None
    ngram = next(w for w in map(str, range(99_999)) if mean(w, None, rows, 4, 2, 4, 40, kept).any())
    np.testing.assert_allclose(vectors[ngram], mean(ngram, None, rows, 4, 2, 4, 40, kept), 1e-6)
    assert read_contents(path).ngrams.keys.tolist() == [3, 7, 38]


def test_quantised_without_ngrams(tmp_path):
    """None was kept: words are their own rows, whatever n-grams the settings name."""
    centroids, codes = [rows_of(256, 3)], np.arange(4)[:, np.newaxis]
    data = (
        struct.pack("<2i", 793712314, 12) + args(3, model=SUPERVISED, bucket=40, minn=2, maxn=4)
        + dictionary(WORDS, pruned=[]) + b"\1" + quantised(codes, 3, 3, centroids)
        + b"\0" + dense(np.zeros((0, 3)))
    )  # fmt: skip
    found = read_contents(saved(tmp_path, data))
    np.testing.assert_array_equal(found.matrix, centroids[0][:4])
    assert found.ngrams is None


def test_top(tmp_path):
    rows, output = rows_of(4 + 9), rows_of(4, seed=1)
    words = ["cat", "naïve", b"\xff", "dog"]
    path = saved(tmp_path, model(words, rows, output, bucket=9, minn=2, maxn=3))
    found = read_contents(path, top=2)  # what is not read may be no UTF-8
    assert found.words == ["cat", "naïve"] and found.counts.tolist() == [9, 8]
    np.testing.assert_array_equal(found.output, output[:2])
    np.testing.assert_array_equal(found.ngrams.matrix, rows[4:])
    assert found.matrix[1].tolist() == mean("naïve", 1, rows, 4, 2, 3, 9).tolist()


def test_words_that_are_not_utf8(tmp_path):
    rows = rows_of(2 + 9)
    path = saved(tmp_path, model(["cat", b"caf\xc3"], rows, bucket=9, minn=2, maxn=2))
    with pytest.raises(FormatError, match=r"byte 108: the word b'caf\\xc3' is not UTF-8"):
        read_contents(path)
    assert read_contents(path, errors="replace").words == ["cat", "caf\ufffd"]
    found = read_contents(path, errors="latin-1")
    assert found.words == ["cat", "cafÃ"]
    # Its n-grams are of its bytes, as fastText takes them.
    parts = [b"<c", b"ca", b"af", b"f\xc3>"[:2], b"\xc3>"]
    expected = [rows[1], *(rows[2 + hash_ngram(part) % 9] for part in parts)]
    np.testing.assert_allclose(found.matrix[1], np.mean(expected, axis=0), 1e-5)


def test_long_words(tmp_path):
    """Longer than a block, and than the rows that are collected at once."""
    words = ["x" * 5000, "日" * 700 + "<>"]
    rows = rows_of(2 + 40)
    found = read_contents(saved(tmp_path, model(words, rows, bucket=40, minn=1, maxn=3)))
    for row, word in enumerate(words):
        marked = f"<{word}>"
        spans = [(i, n) for i in range(len(marked)) for n in (1, 2, 3) if i + n <= len(marked)]
        parts = [marked[i : i + n] for i, n in spans if n > 1 or 0 < i < len(marked) - 1]
        own = [rows[row], *(rows[2 + hash_ngram(part.encode()) % 40] for part in parts)]
        np.testing.assert_allclose(found.matrix[row], np.mean(own, axis=0), 1e-3, 1e-5)


def test_floret_is_refused(tmp_path):
    head = struct.pack("<2i", 793712314, 12)
    fields = struct.pack("<14id", 3, 5, 5, 1, 5, 1, 2, 2, 9, 2, 3, 2, 1, 100, 1e-4)
    path = saved(tmp_path, head + fields + dictionary(WORDS) + b"\0" + dense(rows_of(13)))
    with pytest.raises(FormatError, match=r"is a model of floret .* \.vec"):
        read_contents(path)
    with pytest.raises(FormatError, match="is a model of floret"):
        read_contents(path, format="fasttext")


GOLDEN = model(["cat", "ß"], rows_of(2 + 3, 2), rows_of(2, 2), bucket=3, minn=2, maxn=3)
_CENTROIDS = [rows_of(256, 1), rows_of(256, 1)]
SMALL = (
    struct.pack("<2i", 793712314, 12) + args(2, model=SUPERVISED, bucket=9, minn=2, maxn=3)
    + dictionary(["cat", "ß"], ["__label__x"], [(1, 0)]) + b"\1"
    + quantised(np.eye(3, 2), 2, 1, _CENTROIDS, (np.arange(3), _CENTROIDS[0]))
    + b"\1" + quantised(np.eye(1, 2), 2, 1, _CENTROIDS)
)  # fmt: skip
OLD = (
    args(2, bucket=3, minn=2, maxn=3) + dictionary(["cat", "ß"], versioned=False)
    + dense(rows_of(5, 2)) + dense(rows_of(2, 2))
)  # fmt: skip


@pytest.mark.parametrize("data", [GOLDEN, SMALL, OLD], ids=["dense", "quantised", "old"])
def test_truncation(tmp_path, data):
    read_contents(saved(tmp_path, data), format="fasttext")
    step = 1 if len(data) < 1000 else 37
    for size in [*range(0, min(len(data), 250)), *range(250, len(data), step)]:
        path = saved(tmp_path, data[:size])
        with pytest.raises(FormatError, match=r"m.bin, byte [\d,]+: "):
            read_contents(path, format="fasttext")
    with pytest.raises(FormatError, match="expected the end of the file"):
        read_contents(saved(tmp_path, data + b"x"), format="fasttext")


@pytest.mark.parametrize("data", [GOLDEN, SMALL, OLD], ids=["dense", "quantised", "old"])
@settings(max_examples=300, deadline=None)
@given(drawn=st.data())
def test_damage(tmp_path_factory, data, drawn):
    """A message or vectors, and nothing else; most places are near the beginning."""
    places = st.integers(0, min(len(data), 400) - 1) | st.integers(0, len(data) - 1)
    damaged = bytearray(data)
    for place in drawn.draw(st.lists(places, min_size=1, max_size=3)):
        damaged[place] = drawn.draw(st.integers(0, 255) | st.sampled_from([0, 255, 128, 127]))
    path = saved(tmp_path_factory.getbasetemp(), bytes(damaged))
    for content in (bytes(damaged), gzip.compress(damaged, 1)):
        path.write_bytes(content)
        try:
            found = read_contents(path, format="fasttext", errors="replace", duplicates="first")
        except FormatError as error:
            assert str(path) in str(error)
        else:
            assert len(found.matrix) == len(found.words) and np.isfinite(found.matrix).all()


def field(place, layout, value, data=GOLDEN):
    return data[:place] + struct.pack(layout, value) + data[place + struct.calcsize(layout) :]


DAMAGED = {
    "version": (field(4, "<i", 13), r"byte 4: the version is 13; firth reads fastText's versions"),
    "dim": (field(8, "<i", 0), "byte 8: dim is 0; expected 1 to 16,777,216"),
    "no bucket": (field(40, "<i", 0), "byte 40: bucket is 0, but words have n-grams of 2 to 3"),
    "maxn": (field(48, "<i", 256), "byte 48: maxn is 256; expected 0 to 255"),
    "sizes": (field(68, "<i", 1), "byte 64: 2 entries are 1 words and 0 labels; expected a sum"),
    "huge": (
        GOLDEN[:64] + struct.pack("<3i", 2**31 - 1, 2**31 - 1, 0) + GOLDEN[76:],
        r"2,147,483,647 entries of a dictionary need 21,474,836,470 bytes or more, but only",
    ),
    "kept": (field(84, "<q", 4), "byte 84: 4 buckets were kept; expected -1 for all, or 0 to 3"),
    "dense and pruned": (field(84, "<q", 0), "0 buckets were kept, though .* is not quantised"),
    "kind": (field(104, "<b", 2), "entry 1 of the dictionary has count 9 and kind 2; expected a"),
    "count": (field(96, "<q", -2), "entry 1 of the dictionary has count -2 and kind 0; expected"),
    "label": (field(104, "<b", 1), "1 of 2 entries are labels; expected 0"),
    "flag": (field(117, "<B", 7), "byte 117: whether the matrix is quantised is 7; expected 0 or"),
    "rows": (field(118, "<q", 6), "byte 118: the input matrix is 6 x 2; expected 5 x 2"),
    "overflow": (field(118, "<q", 2**62), "expected 5 x 2"),
    "output": (field(175, "<q", 3), "byte 175: the output matrix is 3 x 2; expected 2 x 2"),
    "not finite": (field(134, "<f", np.inf), "word 'cat' .* holds a value that is not finite"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_messages(tmp_path, kind):
    data, expected = DAMAGED[kind]
    with pytest.raises(FormatError, match=expected) as caught:
        read_contents(saved(tmp_path, data))
    assert str(tmp_path / "m.bin") in str(caught.value)


def test_messages_of_quantised(tmp_path):
    pairs = SMALL.index(b"\1" + struct.pack("<B2q", 1, 3, 2)) - 8
    at = pairs + 9 + 17
    for data, expected in (
        (field(pairs, "<i", 9, SMALL), "bucket 9 is among the kept buckets; expected 0 to 8"),
        (field(pairs + 4, "<i", 1, SMALL), "row 1 is among the kept buckets; expected 0 to 0"),
        (field(at, "<i", 7, SMALL), f"byte {at}: 7 codes for 3 rows of 2 numbers"),
        (field(at + 4 + 6, "<i", 3, SMALL), r"is quantised as dim, parts, width, last width = \(3"),
        (field(at + 26, "<f", np.nan, SMALL), "a centroid of the input matrix is not a finite"),
    ):
        with pytest.raises(FormatError, match=expected):
            read_contents(saved(tmp_path, data))


def test_oversized_in_a_compressed_file(tmp_path):
    """Its length is not known, so that memory is what ends it, or the file does."""
    data = field(40, "<i", 2**31 - 1)
    data = data[:118] + struct.pack("<2q", 2**31 + 1, 2) + data[134:]
    with pytest.raises(FormatError, match=r"more than memory holds|ends after"):
        read_contents(saved(tmp_path, gzip.compress(data)))


def contents(words, dim=5, buckets=50, lengths=(2, 4), keys=None, seed=0, **more):
    matrix = rows_of(len(words), dim, seed)
    n = buckets if keys is None else len(keys)
    grams = NGrams(rows_of(n, dim, seed + 1), *lengths, buckets, keys) if buckets else None
    return Contents(WordList.of(words), matrix, ngrams=grams, **more)


AWKWARD = ["two words", "x\ny", "\t", "", "</s>", "<", ">", "ß", "\U0010ffff", "a\u0301", "\u2028"]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)


@settings(deadline=None)
@given(
    words=st.lists(texts, min_size=1, max_size=8, unique=True),
    lengths=st.tuples(st.integers(1, 4), st.integers(1, 9)).map(sorted),
    buckets=st.integers(0, 30),
    counts=st.none() | st.integers(0, 2**40),
)
@example(words=AWKWARD, lengths=[1, 3], buckets=7, counts=0)
def test_round_trip(tmp_path_factory, words, lengths, buckets, counts):
    path = tmp_path_factory.getbasetemp() / "round.bin"
    numbers = None if counts is None else np.arange(len(words)) + counts
    given_ = contents(
        words, buckets=buckets, lengths=lengths, counts=numbers, output=rows_of(len(words), 5)
    )
    assert write_contents(path, given_) == []
    found = read_contents(path)
    assert found.words == words
    np.testing.assert_allclose(found.matrix, given_.matrix, 1e-4, 1e-4)
    np.testing.assert_array_equal(found.output, given_.output)
    assert (
        found.counts.tolist() == [1] * len(words)
        if numbers is None
        else [max(1, n) for n in numbers.tolist()]
    )
    assert (found.ngrams is None) == (not buckets)
    if buckets:
        assert found.ngrams[1:] == given_.ngrams._replace(repeats=True)[1:]
        np.testing.assert_array_equal(found.ngrams.matrix, given_.ngrams.matrix)


def test_buckets_without_rows(tmp_path):
    """They are zeros, and count: the row of a word makes up for them, that of no other does."""
    words = ["cat", "größe"]
    keys = number_ngrams(words, 2, 3, 5000).keys[::2]
    given_ = contents(words, buckets=5000, lengths=(2, 3), keys=keys)
    write_contents(tmp_path / "m.bin", given_)
    found = read_contents(tmp_path / "m.bin")
    np.testing.assert_allclose(found.matrix, given_.matrix, 1e-5, 1e-6)
    whole = np.zeros((5000, 5), np.float32)
    whole[keys] = given_.ngrams.matrix
    np.testing.assert_array_equal(found.ngrams.matrix, whole)


def test_what_cannot_be_written(tmp_path):
    path = tmp_path / "m.bin"
    given_ = contents(["cat", "a\0b"])
    with pytest.raises(ConfigError, match=r"the word 'a\\x00b', which has a zero byte: rename="):
        write_contents(path, given_)
    write_contents(path, given_, rename="_")
    assert read_contents(path).words == ["cat", "a_b"]
    explicit = given_._replace(ngrams=given_.ngrams._replace(buckets=0))
    losses = write_contents(path, explicit, rename="_")
    assert losses[-1].startswith("fastText's binary format holds n-grams by buckets, not these")
    assert read_contents(path).ngrams is None
    large = contents(["cat"])
    large = large._replace(matrix=np.full((1, 5), 3e38, np.float32))
    with pytest.raises(ConfigError, match=r"the vector of the word 'cat': as the mean .* beyond"):
        write_contents(path, large)
    with pytest.raises(ConfigError, match=r"vectors of 49 n-grams, but the words have 2;"):
        write_contents(path, contents(["a"])._replace(ngrams=NGrams(rows_of(49, 5), 2, 3, 50)))


def test_written_in_blocks(tmp_path, monkeypatch):
    words = [f"w{i}" for i in range(50)]
    keys = np.array([0, 6, 7, 13, 14, 29])
    one = contents(words, buckets=30, keys=keys, output=rows_of(50, 5))
    write_contents(tmp_path / "a.bin", one)
    monkeypatch.setattr(fasttext_writing, "_ROWS", 7)
    write_contents(tmp_path / "b.bin", one)
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()
    before = read_contents(tmp_path / "a.bin").matrix
    monkeypatch.setattr(fasttext_rows, "_WORDS", 7)
    np.testing.assert_array_equal(read_contents(tmp_path / "a.bin").matrix, before)


def test_vectors_are_composed_when_they_are_wanted(tmp_path, monkeypatch):
    words = [f"w{i}" for i in range(100)]
    write_contents(tmp_path / "a.bin", contents(words, buckets=30, keys=np.arange(30)))
    whole = read_contents(tmp_path / "a.bin").matrix
    composed = []
    before = fasttext_rows.ComposedRows._compose

    def compose(self, start, part):
        composed.append((start, len(part)))
        before(self, start, part)

    monkeypatch.setattr(fasttext_rows.ComposedRows, "_compose", compose)
    vectors = read_vectors(tmp_path / "a.bin")
    assert (len(vectors), vectors.dim, repr(vectors)) == (
        100, 5, "<WordVectors: 100 words, 5 dimensions, float32>"
    )  # fmt: skip
    assert "w7" in vectors and vectors["new"].shape == (5,) and composed == []
    one, some = vectors["w7"], vectors[["w2", "w99"]]
    assert composed == [(7, 1), (2, 1), (99, 1)]
    assert not one.flags.writeable and some.flags.writeable
    np.testing.assert_array_equal([one, *some], whole[[7, 2, 99]])
    copied = pickle.loads(pickle.dumps(read_vectors(tmp_path / "a.bin")))
    np.testing.assert_array_equal(copied.matrix, whole)
    composed.clear()
    for word in words:  # not one by one for ever
        vectors[word]
    assert 1 < len(composed) < 10 and composed[-1] == (0, 100)
    np.testing.assert_array_equal(vectors.matrix, whole)
    assert not vectors.matrix.flags.writeable and composed[-1] == (0, 100)
    composed.clear()
    assert vectors["w3"].tolist() == whole[3].tolist()
    assert vectors.most_similar("w3", k=2) == copied.most_similar("w3", k=2)
    assert composed == []


def test_double_precision_and_turned_matrices(tmp_path):
    """What comes of other formats, or of a change of axes, need not lie as rows do."""
    given_ = contents(["cat", "dog"])
    turned = given_._replace(
        matrix=np.asfortranarray(given_.matrix.astype(np.float64)),
        ngrams=given_.ngrams._replace(matrix=np.asfortranarray(given_.ngrams.matrix)),
        output=np.asfortranarray(rows_of(2, 5)),
    )
    write_contents(tmp_path / "a.bin", given_._replace(output=rows_of(2, 5)))
    write_contents(tmp_path / "b.bin", turned)
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


WRITTEN = {
    "plain": contents(AWKWARD, buckets=0),
    "counts that do not fall": contents(AWKWARD, counts=np.arange(len(AWKWARD))),
    "n-grams": contents(AWKWARD, output=rows_of(len(AWKWARD), 5)),
    "n-grams of one": contents(AWKWARD, lengths=(1, 3)),
    "buckets that occur": contents(
        AWKWARD, buckets=9999, keys=number_ngrams(AWKWARD, 2, 4, 9999).keys
    ),
}


@pytest.mark.peers
@pytest.mark.parametrize("kind", WRITTEN)
def test_fasttext_reads_what_is_written(tmp_path, kind):
    peer, given_, path = pytest.importorskip("fasttext"), WRITTEN[kind], tmp_path / "m.bin"
    write_contents(path, given_)
    theirs, ours = peer.load_model(str(path)), read_vectors(path)
    assert theirs.get_words() == AWKWARD
    for row, word in enumerate(AWKWARD):
        vector = theirs.get_word_vector(word)
        np.testing.assert_allclose(vector, given_.matrix[row], 1e-5, 1e-5)
        np.testing.assert_array_equal(vector, ours[word])
    if given_.ngrams is not None:
        for word in ("unseen", "größer", "日本語", "x" * 60, "xy" * 400):
            np.testing.assert_allclose(theirs.get_word_vector(word), ours[word], 1e-4, 1e-6)
    else:
        theirs.get_subword_id("cat")  # divides by the number of buckets


@pytest.mark.parametrize("long", ["ab" * 50, "größe" * 40, "x" * 3000])
def test_long_words_that_are_not_listed_count_every_ngram(long, tmp_path):
    rows = rows_of(97, 5)
    given_ = contents(["a"])._replace(ngrams=NGrams(rows, 2, 3, 97))
    write_contents(tmp_path / "m.bin", given_)
    marked = f"<{long}>"
    parts = [marked[i : i + n] for i in range(len(marked)) for n in (2, 3) if i + n <= len(marked)]
    assert len(set(parts)) < len(parts)
    expected = rows[[hash_ngram(part.encode()) % 97 for part in parts]].mean(axis=0)
    found = read_vectors(tmp_path / "m.bin")
    np.testing.assert_allclose(found[long], expected, rtol=1e-4, atol=1e-5)
    found.save(tmp_path / "folder")
    np.testing.assert_array_equal(read_vectors(tmp_path / "folder")[long], found[long])
    # firth's own models count each row once there.
    once = WordVectors(["a"], rows[:1], unseen=NGramMean(["a"], rows, 2, 3, 97))
    assert np.abs(once[long] - expected).max() > 0.01


@pytest.mark.peers
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("kind", WRITTEN)
def test_gensim_reads_what_is_written(tmp_path, kind, whole):
    peer = pytest.importorskip("gensim.models.fasttext")
    given_, path = WRITTEN[kind], tmp_path / "m.bin"
    write_contents(path, given_)
    ours = read_vectors(path)
    if whole:
        model_ = peer.load_facebook_model(str(path))
        output = np.zeros_like(given_.matrix) if given_.output is None else given_.output
        np.testing.assert_array_equal(model_.syn1neg, output)
        theirs = model_.wv
    else:
        theirs = peer.load_facebook_vectors(str(path))
    assert theirs.index_to_key == AWKWARD
    for row, word in enumerate(AWKWARD):
        if word != "</s>" or given_.ngrams is None:  # gensim adds n-grams to that too
            np.testing.assert_allclose(theirs[word], given_.matrix[row], 1e-5, 1e-5)
    if given_.ngrams is not None:
        for word in ("unseen", "größer", "日本語", "x" * 60, "xy" * 400):
            np.testing.assert_allclose(theirs[word], ours[word], 1e-4, 1e-6)


TEXT = "was naïve größe 日本語 banana a ß 🎉x cats cat dogs dog runs ran\n" * 30


@pytest.fixture
def trained(tmp_path, run_python):
    """Train with fasttext-modern 0.10, which takes it for granted that new memory is zero.

    Where it is not, it has NaN, mostly: glibc is told to clear it.
    """
    peer = pytest.importorskip("fasttext")
    code = """
        import fasttext, json, sys
        kind, quantise, to = json.loads(sys.argv[1])
        train = getattr(fasttext, kind.pop("train"))
        model = train(**kind, dim=7, minCount=1, epoch=1, thread=1, verbose=0, lr=0.01)
        if quantise is not None:
            model.quantize(kind["input"], **quantise)
        model.save_model(to)
    """

    def train(text, quantise=None, train="train_unsupervised", **kind):
        source, path = tmp_path / "text", str(tmp_path / "m.bin")
        source.write_text(text, encoding="utf-8")
        asked = json.dumps([{"train": train, "input": str(source), **kind}, quantise, path])
        run_python(textwrap.dedent(code), asked, env={"MALLOC_PERTURB_": "255"})
        return peer.load_model(path)

    return train


@pytest.mark.peers
@pytest.mark.parametrize(
    "kind",
    [{"minn": 2, "maxn": 4, "bucket": 500}, {"minn": 0, "maxn": 0}, {"bucket": 5000},
     {"minn": 1, "maxn": 3, "bucket": 9, "loss": "hs"}, {"model": "cbow", "loss": "softmax"}],
)  # fmt: skip
def test_what_fasttext_trained(tmp_path, trained, kind):
    theirs = trained(TEXT, t=1, **kind)
    ours, found = read_vectors(tmp_path / "m.bin"), read_contents(tmp_path / "m.bin")
    words, counts = theirs.get_words(include_freq=True)
    assert ours.words == words and ours.counts.tolist() == counts.tolist() and "</s>" in words
    for word in words:
        np.testing.assert_array_equal(ours[word], theirs.get_word_vector(word))
    if kind.get("loss") == "hs":
        assert found.output is None
    else:
        np.testing.assert_array_equal(found.output, theirs.get_output_matrix())
    if kind.get("maxn", 6):
        for word in ("unseen", "größer", "日本", "x" * 60, "xy" * 400):
            np.testing.assert_allclose(ours[word], theirs.get_word_vector(word), 1e-4, 1e-6)
    write_contents(tmp_path / "n.bin", found)
    again = read_contents(tmp_path / "n.bin")
    np.testing.assert_allclose(again.matrix, found.matrix, 1e-5, 1e-6)


@pytest.mark.peers
@pytest.mark.parametrize("kind", [{"minn": 2, "maxn": 4, "bucket": 900}, {"wordNgrams": 2}, {}])
@pytest.mark.parametrize(
    "small", [None, {}, {"qnorm": True, "cutoff": 300}, {"cutoff": 300, "qout": True, "dsub": 3}]
)
def test_classifiers_of_fasttext(tmp_path, trained, kind, small):
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in rng.permutation(400)]
    lines = [" ".join([f"__label__{i % 300}", "größe", *rng.choice(words, 9)]) for i in range(900)]
    theirs = trained("\n".join(lines) + "\n", small, "train_supervised", **kind)
    ours = read_vectors(tmp_path / "m.bin")
    assert ours.words == theirs.words + theirs.labels
    for word in theirs.words:
        np.testing.assert_array_equal(ours[word], theirs.get_word_vector(word))
    for word in ("w1x", "größer"):
        vector = ours._unseen(word) if ours._unseen else None
        vector = np.zeros(7) if vector is None else vector
        np.testing.assert_allclose(vector, theirs.get_word_vector(word), 1e-4, 1e-6)


@pytest.mark.peers
def test_what_gensim_saved(tmp_path):
    peer = pytest.importorskip("gensim.models.fasttext")
    sentences = [line.split() for line in TEXT.splitlines()]
    theirs = peer.FastText(sentences, vector_size=7, min_count=1, epochs=1, bucket=500, workers=1)
    peer.save_facebook_model(theirs, str(tmp_path / "m.bin"))
    ours = read_vectors(tmp_path / "m.bin")
    assert ours.words == theirs.wv.index_to_key
    for word in (*ours.words, "unseen", "größer"):
        np.testing.assert_allclose(ours[word], theirs.wv[word], 1e-4, 1e-6)


@pytest.mark.peers
@pytest.mark.parametrize("mode", ["fasttext", "floret"])
def test_what_floret_trained_is_refused(tmp_path, mode):
    peer = pytest.importorskip("floret")
    text = tmp_path / "text"
    text.write_text(TEXT, encoding="utf-8")
    theirs = peer.train_unsupervised(
        str(text), mode=mode, hashCount=2, bucket=500, dim=7, minCount=1, epoch=1, verbose=0
    )
    theirs.save_model(str(tmp_path / "m.bin"))
    with pytest.raises(FormatError, match="is a model of floret"):
        read_contents(tmp_path / "m.bin")
