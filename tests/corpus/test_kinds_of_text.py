"""Encodings, line ends, marks and NULs; what is no text; what looks like something else."""

import gzip
import io
import pickle
import sqlite3
import struct
import sys
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.corpus import open_corpus
from firth.corpus.encodings import Decoded
from firth.corpus.lookalikes import warning_for
from firth.corpus.readers import text_blocks
from firth.errors import CorpusError, CorpusWarning, DecodeError

TEXT = "The cat sat\non the mat\r\nété 世界 \U0001f600\n"
SENTENCES = [["The", "cat", "sat"], ["on", "the", "mat"], ["été", "世界", "\U0001f600"]]
ENCODINGS = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


def write(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def marked(text, encoding):
    return ("\ufeff" + text).encode(encoding)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_wide_text_with_a_mark_is_decoded(tmp_path, encoding, pack):
    path = write(tmp_path / "a.txt", pack(marked(TEXT, encoding)))
    assert list(open_corpus(path)) == SENTENCES


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(st.text(st.sampled_from("aé世\U0001f600\n\r "), max_size=30), st.integers(1, 9))
def test_where_wide_text_is_cut_does_not_show(encoding, text, block_bytes):
    class Stream:
        name, read = "f", io.BytesIO(marked(text, encoding)).read

    stream = Decoded(Stream(), encoding, len("\ufeff".encode(encoding)), "strict")
    parts = []
    while data := stream.read(block_bytes):
        parts.append(data)
    assert b"".join(parts).decode() == text


def test_damaged_wide_text_names_the_byte(tmp_path):
    data = marked("ab\n", "utf-16-le") + b"\x00\xdc" + "c\n".encode("utf-16-le")
    path = write(tmp_path / "a.txt", data)
    with pytest.raises(DecodeError, match="byte 8 is not valid UTF-16") as caught:
        list(open_corpus(path))
    assert caught.value.offset == 8
    assert list(open_corpus(path, errors="replace")) == [["ab"], ["\ufffdc"]]
    write(path, marked("ab", "utf-16-le") + b"c")
    with pytest.raises(DecodeError, match="byte 6 is not valid UTF-16"):
        list(open_corpus(path))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", ["the cat sat\n" * 20, "我 喜欢 猫\n" * 20], ids=["latin", "han"])
def test_wide_text_without_a_mark_is_refused(tmp_path, encoding, text):
    path = write(tmp_path / "a.txt", text.encode(encoding))
    for errors in ("strict", "replace"):
        with pytest.raises(CorpusError, match="without a byte-order mark; convert") as caught:
            list(open_corpus(path, errors=errors))
        assert encoding.replace("-", "")[:5].upper() in str(caught.value).replace("-", "")
        assert "replace" not in str(caught.value)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_line_ends(tmp_path, end):
    path = write(tmp_path / "a.txt", f"a b{end}{end}c{end}\ufeffd e{end}")
    assert list(open_corpus(path)) == [["a", "b"], ["c"], ["d", "e"]]
    # One row for one line end, for tokenizers that are functions too.
    rows = []
    list(open_corpus(path, tokenizer=lambda row: rows.append(row) or row.split()))
    assert len(rows) == 4


@pytest.mark.parametrize("size", range(1, 12))
def test_a_line_end_of_two_is_never_cut_in_two(size):
    class Stream:
        name, read = "f", io.BytesIO(b"a\r\nb\r\r\nc\rd\r\n").read

    blocks = [block.data for block in text_blocks(Stream(), size)]
    assert b"".join(blocks) == b"a\r\nb\r\r\nc\rd\r\n"
    assert not any(block.startswith(b"\n") for block in blocks)


def test_nuls_are_blanks_and_that_is_said(tmp_path):
    path = write(tmp_path / "a.txt", "the cat\n" * 100 + "sat\0on\n" + "the mat\n" * 20)
    with pytest.warns(CorpusWarning, match="NUL bytes, the first at byte 803: they are blanks"):
        sentences = list(open_corpus(path))
    assert sentences[100] == ["sat", "on"]


def test_nuls_in_quantity_are_refused(tmp_path):
    path = write(tmp_path / "a.txt", "the cat\0sat\0" * 20)
    with pytest.raises(CorpusError, match=r"40 of the first 240 bytes are NUL.*tr '\\0'"):
        list(open_corpus(path, errors="replace"))


def office(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w>text</w>")


def opendocument(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<text/>")


def database(path):
    connection = sqlite3.connect(path)
    connection.execute("create table t (x)")
    connection.commit()
    connection.close()


def array(path):
    with path.open("wb") as file:
        np.save(file, np.arange(3))


NO_TEXT = {
    "a PDF file": b"%PDF-1.7\n1 0 obj\n",
    r"an image \(PNG\)": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    r"an image \(JPEG\)": b"\xff\xd8\xff\xe0\0\x10JFIF",
    r"an image \(GIF\)": b"GIF89a\x01\0\x01\0\x80",
    r"an office file \(.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20),
    r"an office file \(.docx": office,
    "a document .*opendocument": opendocument,
    "a SQLite database": database,
    "a Python pickle": pickle.dumps(["the", "cat"]),
    "a NumPy array": array,
    "a program": b"\x7fELF\x02\x01\x01" + bytes(20),
    "a safetensors file": struct.pack("<Q", 20) + b'{"__metadata__":{}}',
    "a 7z archive": b"7z\xbc\xaf\x27\x1c\0\x04",
    "binary data of an unknown kind": np.random.default_rng(0).bytes(5000),
}


@pytest.mark.parametrize("what", NO_TEXT)
@pytest.mark.parametrize("column", [None, "text"])
def test_what_is_no_text_is_refused_by_what_it_is(tmp_path, what, column):
    path, content = tmp_path / "file.txt", NO_TEXT[what]
    path.write_bytes(content) if isinstance(content, bytes) else content(path)
    with pytest.raises(CorpusError, match=what) as caught:
        list(open_corpus(path, errors="replace", column=column))
    assert "U+FFFD" not in str(caught.value)


def test_an_interpreter_is_a_program():
    with pytest.raises(CorpusError, match="is a program and no text"):
        list(open_corpus(sys.executable))


@pytest.mark.parametrize(
    "text",
    ["GIF89a is a format", "PK is a key", "BM is short", "RIFF and raff", "ID3 tags", "MZ x"],
)
def test_text_that_begins_with_the_letters_is_text(tmp_path, text):
    assert list(open_corpus(write(tmp_path / "a.txt", text))) == [text.split()]


def test_bytes_of_another_encoding_keep_their_advice(tmp_path):
    path = write(tmp_path / "a.txt", "Füße\n".encode("latin-1") * 50)
    with pytest.raises(DecodeError, match="U\\+FFFD"):
        list(open_corpus(path))


LOOKS_LIKE = {
    "fastText's lines with labels": "__label__pet the cat sat\n__label__bank a bond fell\n",
    "CSV (columns: id, text)": 'id,text\n1,"the cat, sat"\n2,on the mat\n',
    "CSV (columns: id, who)": "id;who\n1;a b\n2;c d\n",
    "tab-separated values (columns: 1": "".join(f"{i}\teng\tThe cat sat.\n" for i in range(1, 9)),
    "JSON lines (keys: id, text)": '{"id": 1, "text": "the cat"}\n{"text": "b"}\n',
    "a JSON document": '[\n  {"text": "the cat"},\n  {"text": "b"}\n]\n',
    "HTML": "<!DOCTYPE html>\n<html><body><p>the cat</p></body></html>\n",
    "HTML or XML": "<p>the cat</p>\n<p>sat</p>\n<b>on</b> <i>the</i>\n<p>mat</p>\n",
    "lists as Python prints them": "['the', 'cat']\n['sat']\n",
}


@pytest.mark.parametrize("what", LOOKS_LIKE)
def test_what_looks_like_something_else_is_said(tmp_path, what):
    first, second = (write(tmp_path / name, LOOKS_LIKE[what]) for name in "ab")
    with pytest.warns(CorpusWarning) as caught:
        assert list(open_corpus([first, second]))
    (warning,) = caught
    assert str(warning.message).startswith(f"{first} looks like {what}")


@pytest.mark.parametrize(
    "text",
    [
        "Yes, we can.\nNo, you can't.\nWell, perhaps.\n" * 9,
        "the cat , a pet\nthe dog , a pet\na cow , a beast\n" * 9,
        "cat,dog\nmilk\nbread,butter,jam\n" * 9,
        "[Music]\n[Applause]\n(laughs)\n",
        "a < b and c > d\nif x </ y\n" * 9,
        '"Quoted," she said.\n"Again," he said, "no."\n' * 9,
        "key: value; other: thing\nno; yes\n" * 9,
        "the cat sat\n" * 99,
        "{ braces } are { here }\n" * 9,
        "write __label__x before\n__label__y in few\nlines\nis fine\nhere\n",
        "[1] first footnote\n[2] second\n",
        "one two\tthree\nfour\n",
        "",
    ],
)
def test_prose_gives_no_warning(tmp_path, text):
    assert warning_for(text, False) is warning_for(text, True) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(open_corpus(write(tmp_path / "a.txt", text)))
