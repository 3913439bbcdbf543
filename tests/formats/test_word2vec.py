"""Text and binary files of word2vec, fastText, gensim and GloVe, by their bytes and their traps."""

from __future__ import annotations

import gzip
import lzma
import math
import re
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth import WordVectors, read_vectors
from firth.errors import ConfigError, FormatError
from firth.formats import text_rows
from firth.formats.source import BLOCK


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


A, B = floats(0.25, -0.5), floats(1, 1e-7)
BINARY = {
    "word2vec.c": b"2 2\nthe " + A + b"\ncat " + B + b"\n",
    "gensim": b"2 2\nthe " + A + b"cat " + B,
    "without the last line feed": b"2 2\nthe " + A + b"\ncat " + B,
}
TEXT = {
    "word2vec.c": b"2 2\nthe 0.250000 -0.500000 \ncat 1.000000 0.0000001 \n",
    "gensim": b"2 2\nthe 0.25 -0.5\ncat 1.0 1e-07\n",
    "without the last line feed": b"2 2\nthe 0.25 -0.5\ncat 1 1e-7",
    "tabs, Windows": b"2\t2\r\nthe\t.25\t-.5\r\ncat\t+1.\t1E-7\r\n",
    "empty lines at the end": b"2 2\nthe 0.25 -0.5\ncat 1 1e-7\n\n\n",
    "GloVe": b"the 0.25 -0.5\ncat 1 0.0000001\n",
    "GloVe, no last line feed": b"the 0.25 -0.5\ncat 1 0.0000001",
}


def read(tmp_path, data, **how):
    path = tmp_path / "v"
    path.write_bytes(data)
    return read_vectors(path, **how)


@pytest.mark.parametrize("data", [*BINARY.values(), *TEXT.values()], ids=[*BINARY, *TEXT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_golden_files(data, pack, tmp_path):
    found = read(tmp_path, pack(data))
    assert list(found.words) == ["the", "cat"]
    assert found.matrix.tobytes() == A + B
    assert list(read(tmp_path, pack(data), top=1).words) == ["the"]


def test_golden_bytes_are_written(tmp_path):
    vectors = WordVectors(["the", "cat"], np.frombuffer(A + B, "<f4").reshape(2, 2))
    written = {"v.w2v": BINARY["word2vec.c"], "v.vec": b"2 2\nthe 0.25 -0.5\ncat 1 1e-7\n"}
    written["v.glove"] = written["v.vec"].split(b"\n", 1)[1]
    for name, data in written.items():
        vectors.save(tmp_path / name)
        assert (tmp_path / name).read_bytes() == data


def test_words_with_blanks_are_read_from_the_right(tmp_path):
    data = "3 2\n. . . 1 2\n\u00a0x\u2003 3 4\n 5 6\n".encode()
    found = read(tmp_path, data)
    assert list(found.words) == [". . .", "\u00a0x\u2003", ""]
    assert found.matrix.ravel().tolist() == [1, 2, 3, 4, 5, 6]
    # GloVe's have no header: the shortest line tells how many numbers there are.
    glove = b". . . 1 2\nat name@domain.com 3 4\nthe 5 6\n"
    assert list(read(tmp_path, glove).words) == [". . .", "at name@domain.com", "the"]


def test_a_word_that_begins_with_a_line_feed(tmp_path):
    vectors = WordVectors(["a", "b"], np.eye(2, dtype=np.float32))
    data = b"2 1\na " + floats(1) + b"\n\nb " + floats(2) + b"\n"
    assert list(read(tmp_path, data).words) == ["a", "\nb"]
    with pytest.raises(ConfigError, match="line feed at its beginning"):
        WordVectors(["a", "\nb"], vectors.matrix).save(tmp_path / "v.w2v")


def test_words_that_are_cut_within_a_character(tmp_path):
    cut = "é".encode()[:1]
    for data in (b"1 1\nx" + cut + b" " + floats(1) + b"\n", b"1 1\nx" + cut + b" 0.5\n"):
        with pytest.raises(FormatError, match=r"byte 5: the word b'x\\xc3' is not UTF-8"):
            read(tmp_path, data)
        assert list(read(tmp_path, data, errors="replace").words) == ["x\ufffd"]
        assert list(read(tmp_path, data, errors="latin-1").words) == ["xÃ"]


WRONG = {
    b"1000000000 300\nthe " + A: "need 1,201,000,000,000 bytes or more, but only 12 follow",
    b"1000000 300\nthe 1 2\n": "1,000,000 lines of 300 numbers need 600,999,999 bytes",
    b"2 2\nthe " + A + b"\ncat " + B[:-1]: "byte 17: the file ends within vector 2 of 2",
    b"2 2\nthe " + A + b"cat " + B[:-1]: "byte 16: the file ends within vector 2 of 2",
    b"2 2\nthe " + A: "need 18 bytes or more, but only 12 follow",
    b"2 2\nthe " + A + b"\ncat " + B + b"\nmore": "b'more' follows the last vector",
    b"3 1\nabcd " + floats(1) + b"\nb " + floats(2) + b"c " + floats(3):
        "no line feed follows vector 2 of 3, as one follows the first",
    b"1 2\nthe " + floats(math.nan, 1) + b"\n": "vector 1 holds a value that is not a finite",
    b"2 2\nthe 1 2\n" + b"cat 3\n": r"line 3 \(byte 12\): there are 1 fields behind the word",
    b"2 2\nthe 1 2\ncat 3 x4\n": r"line 3 \(byte 12\): 'x4' is no number",
    b"2 2\nthe 1 2\ncat 3 1_0\n": "'1_0' is no number",
    b"2 2\nthe 1 2\ncat 3 nan\n": "is not finite in single precision",
    b"2 2\nthe 1 2\ncat 3 1e39\n": "is not finite in single precision",
    b"3 2\nthe 1 2\n\ncat 3 4\n": r"line 3 \(byte 12\): the line is empty",
    b"3 2\nthe 1 2\ncat 3 4\n" + b"\n" * 9: "the file ends after 2 vectors; expected 3",
    b"1 2\nthe 1 2\ncat 3 4\n": "byte 12: there are more lines than the 1 vectors announced",
}  # fmt: skip


@pytest.mark.parametrize(("data", "message"), WRONG.items(), ids=map(str, range(len(WRONG))))
def test_what_is_wrong_is_said_and_where(data, message, tmp_path):
    kind = "word2vec-binary" if b"\0" in data else "word2vec-text"
    with pytest.raises(FormatError, match=re.escape(str(tmp_path / "v")) + ".*" + message):
        read(tmp_path, data, format=kind)


def test_a_compressed_header_does_not_take_memory(tmp_path):
    for head in (b"999999999999 999999\nthe 1 2\n", b"99999999999 300\nthe " + A * 9):
        with pytest.raises(FormatError, match=r"announces|more than memory|ends"):
            read(tmp_path, gzip.compress(head), format="word2vec-binary")


@settings(deadline=None)
@given(
    st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=30)
)
def test_numbers_come_back_to_the_bit(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "numbers.vec"
    WordVectors(["w"], np.array([values], np.float32)).save(path)
    assert read_vectors(path).matrix.tobytes() == np.array(values, "<f4").tobytes()


@settings(deadline=None)
@given(st.lists(st.one_of(
    st.floats(-1e38, 1e38).map(repr), st.floats(-1e38, 1e38).map("{:.20f}".format),
    st.integers(-(10**30), 10**30).map(str), st.decimals(-1000, 1000, places=25).map(str),
    st.sampled_from(["0.", ".5", "-.0", "1e-400", "00012", "9007199254740993", "1E+05", "5e-45"]),
), min_size=2, max_size=9))  # fmt: skip
def test_numbers_are_what_python_reads(tmp_path_factory, texts):
    path = tmp_path_factory.getbasetemp() / "texts.vec"
    path.write_text(f"1 {len(texts)}\nw {' '.join(texts)}\n")
    expected = np.array([float(text) for text in texts]).astype(np.float32)
    assert read_vectors(path).matrix[0].tobytes() == expected.tobytes()


def test_files_of_many_pieces(tmp_path, monkeypatch):
    """Records and lines that lie across the edges of what is read at once."""
    draw = np.random.default_rng(0)
    words = [f"w{i}" + "x" * int(draw.integers(0, 90)) for i in range(3000)]
    vectors = WordVectors(words, draw.normal(size=(3000, 11)).astype(np.float32))
    for name in ("v.vec", "v.w2v", "v.glove"):
        vectors.save(tmp_path / name)
        for block in (1000, 4096, BLOCK):
            for module in ("text_rows", "word2vec_binary", "glove", "source"):
                monkeypatch.setattr(f"firth.formats.{module}.BLOCK", block)
            found = read_vectors(tmp_path / name)
            assert list(found.words) == words
            np.testing.assert_array_equal(found.matrix, vectors.matrix)
            assert list(read_vectors(tmp_path / name, top=777).words) == words[:777]


def test_a_line_without_an_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(text_rows, "LONGEST_LINE", 10_000)
    monkeypatch.setattr(text_rows, "BLOCK", 1000)
    with pytest.raises(FormatError, match="line 2 has more than 10,000 bytes"):
        read(tmp_path, b"2 2\n" + b"x" * 20_000 + b" 1 2\ny 3 4\n")


# Other programs -----------------------------------------------------------------------------------


@pytest.fixture
def vectors():
    draw = np.random.default_rng(2)
    words = ["the", "Straße", "日本", "x" * 300, "0.5", "👩‍🔬"]
    return WordVectors(words, draw.normal(size=(6, 7)).astype(np.float32))


@pytest.mark.peers
# gensim leaves files without a header open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ["v.vec", "v.w2v", "v.glove"])
def test_gensim_reads_what_is_written_and_writes_what_is_read(name, vectors, tmp_path):
    keyed = pytest.importorskip("gensim.models").KeyedVectors
    path = tmp_path / name
    vectors.save(path)
    options = {"binary": name == "v.w2v", "no_header": name == "v.glove"}
    theirs = keyed.load_word2vec_format(str(path), **options)
    assert list(theirs.index_to_key) == list(vectors.words)
    np.testing.assert_array_equal(theirs.vectors, vectors.matrix)
    theirs.save_word2vec_format(
        str(path), binary=options["binary"], write_header=not options["no_header"]
    )
    ours = read_vectors(path)
    assert list(ours.words) == list(vectors.words)
    np.testing.assert_array_equal(ours.matrix, vectors.matrix)
