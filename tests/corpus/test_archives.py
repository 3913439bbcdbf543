"""Members of archives are read as files of a folder are."""

import gzip
import io
import lzma
import os
import subprocess
import sys
import tarfile
import zipfile
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from firth.corpus import encode, open_corpus
from firth.errors import CorpusError

# Not in the order of their names; hidden ones among them.
FILES = {
    "b.txt": b"b",
    "sub/a.txt.gz": gzip.compress(b"a in sub"),
    "a.txt": "wide été\n".encode("utf-16"),
    ".hidden": b"no",
    "sub/.git/x": b"no",
    "__MACOSX/._a.txt": b"\0\5\x16\7",
}
SENTENCES = [["wide", "été"], ["b"], ["a", "in", "sub"]]


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.mkdir("sub")
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


ARCHIVES = {
    "zip": zipped,
    "stored zip": lambda files: zipped(files, zipfile.ZIP_STORED),
    "tar": tarred,
    "tar.gz": lambda files: tarred(files, "w:gz"),
    "tar.xz": lambda files: lzma.compress(tarred(files)),
    "tar.zst": lambda files: pa.compress(tarred(files), codec="zstd", asbytes=True),
    "zip.gz": lambda files: gzip.compress(zipped(files)),
}


@pytest.fixture(params=ARCHIVES)
def pack(request):
    return ARCHIVES[request.param]


def save(tmp_path, data):
    path = tmp_path / "archive.txt"
    path.write_bytes(data)
    return path


def test_members_are_read_in_the_order_of_their_names(tmp_path, pack):
    assert list(open_corpus(save(tmp_path, pack(FILES)))) == SENTENCES


def test_from_a_pipe(monkeypatch, pack):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(pack(FILES))))
    assert list(open_corpus("-")) == SENTENCES


def test_nothing_stays_in_the_cache_folder(tmp_path, pack, cache_dir):
    list(open_corpus(save(tmp_path, pack(FILES))))
    assert not [name for _, _, names in os.walk(cache_dir) for name in names]


def test_columns_of_members(tmp_path, pack):
    files = {"a.csv": b"id,text\n1,the cat\n", "b.jsonl": b'{"text": "sat"}\n'}
    path = save(tmp_path, pack(files))
    assert list(open_corpus(path, column="text")) == [["the", "cat"], ["sat"]]
    path = save(tmp_path, pack({"a.csv": b"id,text\n1,the cat\n2\n"}))
    with pytest.raises(CorpusError, match=r"archive.txt/a\.csv, row 3: 1 fields"):
        list(open_corpus(path, column="text"))


def test_of_two_members_of_one_name_the_later_counts(tmp_path):
    out = io.BytesIO(tarred({"a": b"old"})[:1024])
    data = out.getvalue() + tarred({"a": b"new"})
    assert list(open_corpus(save(tmp_path, data))) == [["new"]]


def test_encoding_is_kept_until_the_archive_changes(tmp_path):
    path = save(tmp_path, zipped({"a": b"the cat"}))
    assert not encode(path, min_count=1).reused
    assert encode(path, min_count=1).reused
    save(tmp_path, zipped({"a": b"the dog"}))
    again = encode(path, min_count=1)
    assert not again.reused
    assert set(again.vocabulary.words) == {"the", "dog"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.txt": b"%PDF-1.7"}, "archive.txt/a.txt is a PDF file"),
        ({"a.txt": b"a \xff"}, "archive.txt/a.txt: byte 2 is not valid UTF-8"),
        ({"in.zip": zipped({"a": b"a"})}, "an archive within an archive; unpack it"),
        ({".hidden": b"a"}, "there is no file in this archive"),
        ({}, "there is no file in this archive"),
    ],
)
def test_members_that_cannot_be_read(tmp_path, pack, files, message):
    with pytest.raises(CorpusError, match=message):
        list(open_corpus(save(tmp_path, pack(files))))


def as_parquet(table):
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def as_arrow(table):
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


@pytest.mark.parametrize("write", [as_parquet, as_arrow])
def test_tables_in_archives(tmp_path, pack, write):
    text, clicks = pa.table({"t": ["the cat"]}), pa.table({"t": ["x", "y", "z"], "u": [1, 2, 1]})
    files = {"b": write(text), "a": gzip.compress(write(text))}
    assert list(open_corpus(save(tmp_path, pack(files)))) == [["the", "cat"]] * 2
    corpus = open_corpus(save(tmp_path, pack({"x": write(clicks)})), column="t", group_by="u")
    assert list(corpus) == [["x", "z"], ["y"]]
    with pytest.raises(CorpusError, match=r"/b: the file is damaged or cut off"):
        list(open_corpus(save(tmp_path, pack({"b": write(text)[:-9]}))))


@pytest.mark.parametrize("write", [as_parquet, as_arrow])
def test_tables_that_cannot_be_read_in_any_order(tmp_path, write):
    data = write(pa.table({"t": ["the cat"]}))
    assert list(open_corpus(save(tmp_path, gzip.compress(data)))) == [["the", "cat"]]
    read = "import firth, sys; print(list(firth.open_corpus('-')))"
    done = subprocess.run([sys.executable, "-c", read], input=data, capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[['the', 'cat']]"


def test_encrypted_members(tmp_path):
    data = bytearray(zipped({"a.txt": b"the cat"}, zipfile.ZIP_STORED))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(b"a.txt", data.index(signature)) - (30 if flags == 6 else 46)
        data[at + flags] |= 1
    with pytest.raises(CorpusError, match=r"archive.txt/a.txt is encrypted; unpack"):
        list(open_corpus(save(tmp_path, bytes(data))))


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_archives_that_are_cut_off(tmp_path, pack, kept):
    text = os.urandom(30_000).hex().encode()
    data = pack({"a": text, "b": text[::-1]})
    with pytest.raises(CorpusError, match="damaged or cut off"):
        list(open_corpus(save(tmp_path, data[: int(len(data) * kept)])))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_damaged_members_of_a_zip(tmp_path, method):
    data = bytearray(zipped({"a": b"the cat sat " * 999}, method))
    middle = data.index(b"PK\x01\x02") // 2
    data[middle : middle + 9] = b"\x01" * 9
    with pytest.raises(CorpusError, match=r"archive.txt/a: the archive is damaged"):
        list(open_corpus(save(tmp_path, bytes(data))))


def test_damaged_description_in_a_tar(tmp_path):
    data = bytearray(tarred({"a": b"the cat", "b": b"sat"}))
    data[1024 + 20] ^= 0x55
    with pytest.raises(CorpusError, match="the archive is damaged"):
        list(open_corpus(save(tmp_path, bytes(data))))
