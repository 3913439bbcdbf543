from __future__ import annotations

import io
import urllib.error
import zipfile

import numpy as np
import pytest

from firth.errors import CorpusError
from firth.recipes import treebank as tb


def test_its_figures(sentences_file):
    bank = tb.load_treebank(sentences_file)
    assert (len(bank.offsets) - 1, len(bank.words), bank.n_words) == (11_855, 19_539, 227_246)
    assert bank.is_original
    assert (bank.words[0], bank.words[-1]) == ("the", "UNK")
    assert tb.load_treebank(sentences_file.parent).words == bank.words


def test_words_are_split_lowered_and_numbered_as_they_come():
    bank = tb.Treebank.from_bytes("sentence_index\tsentence\n1\tÉtat of\xa0A of\r\n2\ta\n".encode())
    assert bank.words == ["état", "of", "a", "UNK"]
    assert bank.tokens.tolist() == [0, 1, 2, 1, 2]
    assert bank.offsets.tolist() == [0, 4, 5]
    assert bank.counts.tolist() == [1, 2, 2, 1]
    assert not bank.is_original


def test_noise_table_is_the_walk_along_the_cumulative_shares(small_treebank):
    slots = 10_000
    shares = np.array([float(count) ** 0.75 for count in small_treebank.counts])
    edges = np.cumsum(shares / np.sum(shares)) * slots
    expected, word = [], 0
    for slot in range(slots):
        while slot > edges[word]:
            word += 1
        expected.append(word)
    np.testing.assert_array_equal(small_treebank.noise_table(slots), expected)


def test_reject_probabilities(small_treebank):
    bank = small_treebank
    got = bank.reject_probabilities(1e-2)
    for count, probability in zip(bank.counts, got, strict=True):
        assert probability == max(0, 1 - np.sqrt(1e-2 * bank.n_words / count))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "treebank" / "datasetSentences.txt"


def archive(content, name="stanfordSentimentTreebank/datasetSentences.txt"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("__MACOSX/._datasetSentences.txt", b"fork")
        file.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def known(monkeypatch):
    """A small file in the place of the treebank's, with its checksum."""
    content = b"sentence_index\tsentence\n1\tA fine film\n"
    import hashlib

    monkeypatch.setattr(tb, "SENTENCES_SHA256", hashlib.sha256(content).hexdigest())
    return content


def test_it_is_fetched_once_and_then_cached(cache, known):
    asked = []

    def fetch(url):
        asked.append(url)
        return archive(known)

    for _ in range(2):
        assert tb.load_treebank(fetch=fetch).words == ["a", "fine", "film", "UNK"]
    assert asked == ["https://nlp.stanford.edu/~socherr/stanfordSentimentTreebank.zip"]
    assert [path.name for path in cache.parent.iterdir()] == ["datasetSentences.txt"]


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, monkeypatch, known):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "file"))
    assert tb.load_treebank(fetch=lambda url: archive(known)).n_words == 4


def test_no_network_and_no_file_tells_both_ways(cache):
    def fetch(url):
        raise urllib.error.URLError("no route")

    with pytest.raises(CorpusError, match=r"(?s)no route.*network.*--data"):
        tb.load_treebank(fetch=fetch)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (archive(b"another text"), r"not the treebank's.*12 bytes.*expected 1,290,263 bytes"),
        (archive(b"", name="other.txt"), "holds no datasetSentences.txt"),
        (b"<html>moved</html>", "did not send a zip archive"),
    ],
)
def test_what_is_fetched_is_checked(cache, sent, message):
    with pytest.raises(CorpusError, match=message):
        tb.load_treebank(fetch=lambda url: sent)
    assert not cache.exists()


def test_a_local_file_is_checked(tmp_path):
    with pytest.raises(CorpusError, match="No such file"):
        tb.load_treebank(tmp_path / "none.txt")
    (tmp_path / "datasetSentences.txt").write_text("1\tshort\n")
    with pytest.raises(CorpusError, match="SHA-256"):
        tb.load_treebank(tmp_path)


def test_a_copy_with_line_ends_of_windows_is_the_same(tmp_path, known):
    copy = tmp_path / "datasetSentences.txt"
    copy.write_bytes(known.replace(b"\n", b"\r\n"))
    assert tb.load_treebank(copy).words == ["a", "fine", "film", "UNK"]
    copy.write_bytes(known.replace(b"\n", b"\r"))
    with pytest.raises(CorpusError, match="SHA-256"):
        tb.load_treebank(copy)


def test_an_empty_corpus_is_refused():
    with pytest.raises(CorpusError, match="no words"):
        tb.Treebank.from_bytes(b"sentence_index\tsentence\n")
