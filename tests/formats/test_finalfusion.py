"""finalfusion's format: by its bytes, chunk by chunk, and damaged."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.corpus.ngrams import hash_ngram, ngrams
from firth.errors import ConfigError, FormatError
from firth.formats.contents import Contents
from firth.formats.reading import read_contents, read_vectors
from firth.formats.writing import write_contents

#: Two words, vectors of length 1, and their lengths 5 and 2, with chunk 5 before.
GOLDEN = bytes.fromhex(
    "46694675 00000000 04000000 05000000 01000000 02000000 06000000"  # FiFu, 0, four chunks
    "05000000 0500000000000000 613d27c327"  # a = 'Ã'
    "01000000 1500000000000000 0200000000000000 03000000 636174 02000000 c3a4"  # cat, ä
    "02000000 2200000000000000 0200000000000000 02000000 0a000000 0000"
    "9a99193f cdcc4cbf 00000000 0000803f"  # (0.6, -0.8), (0, 1)
    "06000000 1800000000000000 0200000000000000 0a000000 00000000 0000a040 00000040"
)


def chunk(kind, data):
    return struct.pack("<IQ", kind, len(data)) + data


def text(words):
    data = [word if isinstance(word, bytes) else word.encode() for word in words]
    return b"".join(struct.pack("<I", len(word)) + word for word in data)


def fifu(words, matrix, norms=None, ngrams=None, about=b"", top=None):
    """Write a file as finalfusion-rust does."""
    kinds = [5] * bool(about) + [1 if ngrams is None else 7, 2] + [6] * (norms is not None)
    data = b"FiFu" + struct.pack(f"<II{len(kinds)}I", 0, len(kinds), *kinds)
    data += chunk(5, about) if about else b""
    head = struct.pack("<Q", len(words)) + (b"" if ngrams is None else struct.pack("<III", *ngrams))
    data += chunk(kinds[-2 if norms is None else -3], head + text(words))
    matrix = np.asarray(matrix, "<f4")
    for kind, head, numbers in (
        (2, struct.pack("<QII", *matrix.shape, 10), matrix),
        (6, None if norms is None else struct.pack("<QI", len(norms), 10), norms),
    ):
        if head is not None:
            padding = bytes(4 - (len(data) + 12 + len(head)) % 4)
            data += chunk(kind, head + padding + np.asarray(numbers, "<f4").tobytes())
    return data


def read(folder, data, **options):
    path = folder / "v.fifu"
    path.write_bytes(data)
    return read_contents(path, **options)


def test_these_bytes_are_read(tmp_path):
    found = read(tmp_path, GOLDEN)
    assert found.words[:] == ["cat", "ä"]
    np.testing.assert_allclose(found.matrix, [[3, -4], [0, 2]], rtol=1e-6)
    matrix = np.array([[0.6, -0.8], [0, 1]], np.float32)
    assert fifu(["cat", "ä"], matrix, [5, 2], about=GOLDEN[40:45]) == GOLDEN
    assert len(read(tmp_path, gzip.compress(GOLDEN)).words) == 2
    assert read(tmp_path, GOLDEN, top=1).words[:] == ["cat"]
    assert read(tmp_path, GOLDEN, top=1).matrix.shape == (1, 2)


AWKWARD = ["", " ", "a b", "\n", "\t", "a\0b", "😀", "x" * 10_000, "\u00a0q\u2003"]


@settings(deadline=None)
@given(st.lists(st.text(max_size=9) | st.sampled_from(AWKWARD), min_size=1, unique=True),
       st.booleans(), st.binary(max_size=6))  # fmt: skip
def test_words_of_every_kind(tmp_path_factory, words, lengths, about):
    matrix = np.random.default_rng(len(words)).normal(size=(len(words), 3)).astype(np.float32)
    norms = np.arange(len(words), dtype=np.float32) if lengths else None
    found = read(tmp_path_factory.getbasetemp(), fifu(words, matrix, norms, about=about))
    assert found.words[:] == words
    np.testing.assert_array_equal(
        found.matrix, matrix if norms is None else matrix * norms[:, None]
    )


def test_words_that_are_not_utf_8(tmp_path):
    data = fifu(["a", b"\xe9t\xe9"], np.eye(2))
    with pytest.raises(FormatError, match=r"byte 49: the word b'.xe9t.xe9' is not UTF-8"):
        read(tmp_path, data)
    assert read(tmp_path, data, errors="latin-1").words[:] == ["a", "été"]


def test_the_hash_is_fasttexts():
    """Buckets that finalfusion's authors had from fastText (src/compat/fasttext/indexer.rs)."""
    found = sorted(hash_ngram(text.encode()) % 2_000_000 for text in ngrams("Daniël", 3, 6))
    assert found == [
        69886, 84537, 338340, 441697, 448390, 468430, 504093, 573175, 749365, 804851, 811506,
        991985, 1022467, 1105725, 1249224, 1418443, 1493412, 1880616,
    ]  # fmt: skip


def test_words_that_are_not_listed_are_composed(tmp_path):
    matrix = np.random.default_rng(5).normal(size=(2 + 11, 3)).astype(np.float32)
    path = tmp_path / "v.fifu"
    path.write_bytes(fifu(["cat", "dog"], matrix, [2, 1], ngrams=(3, 4, 11)))
    for top in (None, 1):
        found = read_vectors(path, top=top)
        np.testing.assert_array_equal(found["cat"], matrix[0] * 2)
        rows = [2 + hash_ngram(text.encode()) % 11 for text in ngrams("cats", 3, 4)]
        np.testing.assert_allclose(found["cats"], matrix[rows].mean(axis=0), rtol=1e-5)
    rows = [2 + hash_ngram(text.encode()) % 11 for text in ngrams("dog", 3, 4)]
    np.testing.assert_allclose(found["dog"], matrix[rows].mean(axis=0), rtol=1e-5)  # not among top


def test_it_is_not_written(tmp_path):
    with pytest.raises(ConfigError, match="reads finalfusion's format, but does not write it"):
        write_contents(tmp_path / "v.fifu", Contents(read(tmp_path, GOLDEN).words, np.eye(2)))


@pytest.mark.parametrize(
    ("kind", "what"),
    [(3, "own buckets"), (4, "compressed vectors"), (8, "a list of n-grams"), (9, "floret's")],
)
def test_other_chunks_are_refused_by_name(tmp_path, kind, what):
    data = b"FiFu" + struct.pack("<4I", 0, 2, kind if kind != 4 else 1, kind if kind == 4 else 2)
    with pytest.raises(FormatError, match=rf"{what}.* \(chunk {kind}\).* convert"):
        read(tmp_path, data)


def replaced(data, at, value):
    return data[:at] + value + data[at + len(value) :]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (replaced(GOLDEN, 4, b"\1"), "version 1 of finalfusion"),
        (replaced(GOLDEN, 8, b"\xff\xff"), "65,535 chunks; expected 16 at most"),
        (replaced(GOLDEN, 16, b"\2"), r"chunks are \[5, 2, 2, 6\]; expected 1 or 7"),
        (replaced(GOLDEN, 28, b"\1"), "chunk 1 stands where the header announces chunk 5"),
        (replaced(GOLDEN, 32, b"\xff" * 8), "byte 40: the bytes of chunk 5 need 18,4"),
        (replaced(GOLDEN, 57, b"\xff" * 8), "18,446,744,073,709,551,615 words in 13 bytes"),
        (replaced(GOLDEN, 57, b"\3"), "words end after 2 of 3"),
        (replaced(GOLDEN, 57, b"\1"), "words end at byte 72, not here"),
        (replaced(GOLDEN, 65, b"\4"), "the words end "),
        (replaced(GOLDEN, 90, b"\3"), "3 rows of 2 numbers; expected 1 number or more, and rows"),
        (replaced(GOLDEN, 98, b"\0"), "2 rows of 0 numbers"),
        (replaced(GOLDEN, 98, b"\3"), "2 vectors of 3 numbers|was to end"),
        (replaced(GOLDEN, 102, b"\x0b"), "numbers of kind 11; expected 10"),
        (replaced(GOLDEN, 108, b"\0\0\xc0\x7f"), "vector of word 1 holds a value that is not a"),
        (replaced(GOLDEN, 136, b"\5"), "5 lengths for 2 words"),
        (replaced(GOLDEN, 128, b"\x19"), "bytes of chunk 6 need 25 bytes"),
        (GOLDEN + b"\0", "bytes follow the last chunk"),
        (fifu(["a"], np.eye(3), ngrams=(4, 3, 2)), "n-grams of 4 to 3 characters in 2 buckets"),
        (fifu(["a"], np.eye(1), ngrams=(3, 3, 0)), "in 0 buckets"),
        (fifu(["a"], np.eye(3), ngrams=(3, 3, 1)), "for 1 words and 1 buckets"),
        (fifu(["a"], [[1], [np.inf]], ngrams=(3, 3, 1)), "vector of bucket 1 holds a value"),
    ],
)
def test_damage_is_named(tmp_path, data, message):
    with pytest.raises(FormatError, match=message) as caught:
        read(tmp_path, data, format="finalfusion")
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("data", [GOLDEN, fifu(["a", "b"], np.eye(4, 2), [1, 2], (3, 4, 2))])
@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_files_that_are_cut_off_or_changed(tmp_path, data, packed):
    """Either it is refused, or it is a file that somebody might have written."""
    for size in range(len(data)):
        with pytest.raises(FormatError):
            read(tmp_path, packed(data[:size]), format="finalfusion")
    for i in range(len(data)):
        for bit in range(8) if packed is bytes else (0, 7):
            changed = data[:i] + bytes([data[i] ^ 1 << bit]) + data[i + 1 :]
            try:
                found = read(tmp_path, packed(changed), format="finalfusion")
                assert found.matrix.shape[0] == len(found.words) == 2
            except FormatError as error:
                assert str(tmp_path) in str(error)
