"""Readers of texts: what is a sentence, and that they can be read again."""

from __future__ import annotations

import gzip
import io

import pytest

from firth.errors import ConfigError, DecodeError
from firth.gensim import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from firth.gensim.utils import deaccent, simple_preprocess, to_unicode, tokenize

TEXT = "the cat\u2003sat\n\non the mat of the house\nend"
READ = [["the", "cat", "sat"], ["on", "the", "mat", "of", "the", "house"], ["end"]]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"first file\n"))
    return tmp_path


def test_lines(folder):
    for source in (folder / "b.txt", str(folder / "b.txt"), io.StringIO(TEXT),
                   io.BytesIO(TEXT.encode())):  # fmt: skip
        lines = LineSentence(source)
        assert list(lines) == list(lines) == READ
        assert list(LineSentence(source, limit=2)) == READ[:1]
        short = list(LineSentence(source, max_sentence_length=4))
        assert short[1:3] == [READ[1][:4], READ[1][4:]]  # nothing is lost
    (folder / "b.txt").write_bytes(b"caf\xe9\n")
    with pytest.raises(DecodeError, match=r"b\.txt: byte 3"):
        list(LineSentence(folder / "b.txt"))


def test_folders(folder):
    lines = PathLineSentences(folder)
    assert list(lines) == list(lines) == [["first", "file"], *READ]
    assert list(PathLineSentences(folder / "b.txt", limit=1)) == READ[:1]
    with pytest.raises(ConfigError, match="neither a file nor a folder"):
        PathLineSentences(folder / "none")


def test_a_text_that_is_one_line(folder, monkeypatch):
    monkeypatch.setattr("firth.gensim.sentences._BLOCK", 7)
    words = [word for sentence in READ for word in sentence]
    read = list(Text8Corpus(folder / "b.txt", max_sentence_length=4))
    assert read == [words[:4], words[4:8], words[8:]]


def test_browns_corpus(tmp_path):
    (tmp_path / "ca01").write_text("The/at Fulton/np-tl said/vbd ./. n't/a/b x\n\n!/.\n")
    assert list(BrownCorpus(tmp_path)) == [["the/at", "fulton/np", "said/vb"]]


def test_words_of_a_text():
    assert simple_preprocess("Čas_1 I'm a \u00e9t\u00e9!", deacc=True) == ["cas_", "ete"]
    assert simple_preprocess("_private abcdefghijklmnop ok") == ["ok"]
    assert list(tokenize(b"A b\xff", errors="ignore")) == ["A", "b"]
    assert to_unicode("a") == "a" and deaccent(b"\xc3\xa9") == "e"


@pytest.mark.peers
def test_all_of_it_equals_gensim(folder):
    word2vec = pytest.importorskip("gensim.models.word2vec")
    utils = pytest.importorskip("gensim.utils")
    for longest in (1, 4, 100):
        for kind in (LineSentence, Text8Corpus):
            known = getattr(word2vec, kind.__name__)
            (folder / "b.txt").write_text(TEXT.replace("\n", " \n"), encoding="utf-8")
            path = str(folder / "b.txt")
            assert list(kind(path, longest)) == list(known(path, longest)), kind
        known = word2vec.PathLineSentences(str(folder), longest)
        assert list(PathLineSentences(folder, longest)) == list(known)
    for text in ("Čas_1 I'm a été 9lives _x", "straße ﬁne 中文 abcdefghijklmnopq"):
        for accents in (False, True):
            assert simple_preprocess(text, accents) == utils.simple_preprocess(text, accents)
