"""Compiled reading says what Arrow says."""

import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import firth.corpus.numbered
import firth.corpus.word_table
from firth.corpus import encode, open_corpus
from firth.corpus.lexicon import Lexicon
from firth.corpus.numbered import Effort, numbered
from firth.corpus.readers import Block
from firth.errors import CorpusError, DecodeError

SPACES = "".join(c for c in map(chr, range(0x110000)) if c.isspace())
#: White space, what is nearly that, words of less and more than eight bytes, their beginnings.
PIECES = [
    *SPACES, *"\0\x08\x0e\x1b\x7f\x80\x84\x86\u00a1\u167f\u1681\u1fff\u200b\u2027\u202a\u2060",
    "\u2fff", "\u3001", "\U0001f600", "é", "a", "b", "seventy", "eightees", "nineteen9",
    "a word of sixteen", "internationalisation", "日本語", "İSTANBUL",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def found(corpus, block, compiled):
    """What a block is, without empty tokens, which only Arrow has."""
    its = numbered(corpus, block, compiled)
    words, ids, at = its.dictionary.to_pylist(), its.ids.tolist(), 0
    rows = []
    for length in its.lengths.tolist():
        rows.append([words[i] for i in ids[at : at + length] if words[i]])
        at += length
    assert at == len(ids) and len(set(words)) == len(words)
    its.dictionary.validate(full=True)
    assert its.ids.dtype == np.int32 and its.lengths.dtype == its.counts.dtype == np.int64
    assert its.counts.tolist() == np.bincount(its.ids, minlength=len(words)).tolist()
    return [word for word in words if word], rows, its.continues, its.integers


def test_compiled_code_knows_every_white_space():
    text = "".join(f"{chr(code)}x" for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    assert found(open_corpus(["-"]), Block("t", text.replace("\r", " ").encode()), True)[1] == [
        line.split() for line in text.replace("\r", " ").split("\n")
    ]


@settings(max_examples=200, deadline=None)
@given(texts, st.sampled_from([{}, {"lowercase": True}, {"normalize": "NFKC"}]), st.booleans())
@example("a" * 7 + "\u00a0", {}, True)
@example("seventy seventy\tseventy\n.", {}, False)
@example("\u3000", {}, True)
def test_compiled_numbers_are_those_of_arrow(text, options, continues):
    corpus = open_corpus(["-"], **options)
    for data in (
        text.encode(),
        pa.array([text, "", text])[1:],
        pa.chunked_array([[text]]).chunk(0),
    ):
        block = Block("t", data, 0, continues)
        assert found(corpus, block, True) == found(corpus, block, False)


def test_rows_without_a_byte_between_them():
    rows = pa.array(["a", "b", None, "ab", "a", "", "b "] * 3)
    expected = [["a"], ["b"], [], ["ab"], ["a"], [], ["b"]] * 3
    assert found(open_corpus(["-"]), Block("t", rows), True)[1] == expected


def test_a_table_that_grows_within_a_block():
    """Hashes that begin alike, and more words than the table has room for at first."""
    words = [f"w{i}" for i in range(20_000)] * 2
    text = " ".join(words).encode()
    assert found(open_corpus(["-"]), Block("t", text), True)[:2] == (words[:20_000], [words])
    short = [chr(a) + chr(b) for a in range(33, 127) for b in range(33, 127)]
    rows = pa.array(short)
    assert found(open_corpus(["-"]), Block("t", rows), True)[0] == short


@pytest.mark.parametrize("key", [0, 1 << 63 | 12345])
def test_words_whose_hashes_are_alike(key, monkeypatch):
    """Words of eight letters, found by going back from hashes that differ in 20 bits of 64."""
    monkeypatch.setattr(firth.corpus.word_table, "KEY", np.uint64(key))
    golden, half = 0x9E3779B97F4A7C15, np.uint64(32)
    codes = np.arange(1 << 20, dtype=np.uint64) << np.uint64(12) | np.uint64(1 << 32)
    eights = (codes ^ codes >> half) * np.uint64(pow(golden, -1, 1 << 64)) ^ np.uint64(8)
    letters = eights.astype("<u8").view(np.uint8).reshape(-1, 8)
    words = letters[((letters > 32) & (letters < 127)).all(axis=1)]
    assert len(words) > 99
    words = [word.tobytes().decode() for word in words]
    assert found(open_corpus(["-"]), Block("t", pa.array(words * 2)), True)[0] == words
    lexicon = Lexicon()
    lexicon.add(pa.array(words), np.ones(len(words), np.int64))
    assert lexicon.merge(compiled=True)[0].tolist() == list(range(len(words)))


def test_hashes_cannot_be_foreseen():
    """Words that share a slot where hashes begin with 0: half a million would take hours."""
    assert firth.corpus.word_table.KEY != 0
    golden, half = 0x9E3779B97F4A7C15, np.uint64(32)
    codes = np.arange(1 << 22, dtype=np.uint64) << np.uint64(24)
    eights = (codes ^ codes >> half) * np.uint64(pow(golden, -1, 1 << 64)) ^ np.uint64(8)
    words = eights.astype("<u8").view(np.uint8).reshape(-1, 8)[:500_000]
    offsets = np.arange(0, 8 * len(words) + 1, 8, np.int32)
    array = pa.StringArray.from_buffers(
        len(words), pa.py_buffer(offsets), pa.py_buffer(words.tobytes())
    )
    lexicon = Lexicon()
    began = time.process_time()
    lexicon.add(array, np.ones(len(words), np.int64))
    assert lexicon.merge(compiled=True)[0].tolist() == list(range(len(words)))
    assert time.process_time() - began < 20


def test_bytes_that_are_not_utf_8(tmp_path):
    block = Block("t", b"a b\xff c")
    with pytest.raises(DecodeError):
        numbered(open_corpus(["-"]), block, True)
    replaced = found(open_corpus(["-"], errors="replace"), block, True)
    assert replaced[1] == [["a", "b\ufffd", "c"]]


lists = st.lists(st.lists(st.text("abé", max_size=9), unique=True, max_size=9), max_size=9)


@settings(deadline=None)
@given(lists, st.booleans(), st.integers(0, 9))
def test_compiled_lexicon_is_that_of_arrow(blocks, wide, switch):
    """Whenever it begins to be compiled."""
    kind = pa.large_string() if wide else pa.string()
    one, two = Lexicon(kind), Lexicon(kind)
    places = [[], []]
    for number, words in enumerate(blocks):
        counts = np.arange(1, len(words) + 1)
        for lexicon, its, compiled in ((one, places[0], False), (two, places[1], number >= switch)):
            lexicon.add(pa.array(words, kind), counts)
            its += [place.tolist() for place in lexicon.merge(compiled)]
    assert two.words.type == kind
    two.words.validate(full=True)
    assert places[0] == places[1]
    assert one.words.to_pylist() == two.words.to_pylist()
    assert one.counts.tolist() == two.counts.tolist()


def test_a_lexicon_without_a_word():
    lexicon = Lexicon()
    lexicon.merge(compiled=True)
    assert lexicon.due and lexicon.words.to_pylist() == []


def test_a_lexicon_that_grows():
    lexicon = Lexicon()
    for start in range(0, 90_000, 9_000):
        words = pa.array([f"word {i}" for i in range(start, start + 18_000)])
        lexicon.add(words, np.ones(18_000, np.int64))
        (places,) = lexicon.merge(compiled=True)
        np.testing.assert_array_equal(places, np.arange(start, start + 18_000))
    assert lexicon.words.to_pylist() == [f"word {i}" for i in range(99_000)]
    assert lexicon.counts.tolist() == [1] * 9_000 + [2] * 81_000 + [1] * 9_000


def test_more_words_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(firth.corpus.word_table, "MOST", 20)
    lexicon = Lexicon()
    lexicon.add(pa.array(["a", "b" * 15]), np.ones(2, np.int64))
    lexicon.merge(compiled=True)
    lexicon.add(pa.array(["b" * 15, "c" * 15]), np.ones(2, np.int64))
    with pytest.raises(CorpusError, match=r"too many distinct words, more than 2 \(.* bytes\)"):
        lexicon.merge(compiled=True)


def files_of(encoded):
    return {path.name: path.read_bytes() for path in encoded.folder.iterdir()}


@pytest.mark.parametrize("options", [{}, {"tokenizer": "unicode"}, {"lowercase": True}])
def test_files_are_the_same_whoever_reads(tmp_path, monkeypatch, options):
    """By Arrow, by compiled code, and by both in turn: the same bytes."""
    rng = np.random.default_rng(3)
    path = tmp_path / "a.txt"
    lines = [" ".join(f"Wörd{n}" for n in rng.zipf(1.3, 12) % 5000) for _ in range(4000)]
    path.write_text("\r\n".join(lines), encoding="utf-8")
    seen = []
    for much in (1 << 40, 300_000, 0):
        monkeypatch.setattr(firth.corpus.numbered, "MUCH", much)
        # The size is not known beforehand, so that it is found out on the way.
        monkeypatch.setattr("firth.corpus.sources.Corpus.n_bytes", None)
        for threads in (1, 3):
            corpus = open_corpus(path, **options)
            with encode(corpus, min_count=2, cache=False, threads=threads, block_bytes=9_999) as e:
                seen.append(files_of(e))
    assert all(other == seen[0] for other in seen)


def test_compiled_code_is_used_where_there_is_much(monkeypatch):
    blocks = [Block("t", b"x" * 40), Block("t", pa.array(["x" * 40]))]
    monkeypatch.setattr(firth.corpus.numbered, "MUCH", 50)
    effort = Effort(0)
    assert [effort.compiled for _ in effort.watch(blocks)] == [False, True]
    effort = Effort(50)
    assert [effort.compiled for _ in effort.watch(blocks)] == [True, True]
    monkeypatch.setattr("firth.kernels.compiler.COMPILES", False)
    effort = Effort(50)
    assert [effort.compiled for _ in effort.watch(blocks)] == [False, False]
