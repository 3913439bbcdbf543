"""Damaged texts, tables, archives, encoded corpora and checkpoints: refused, and in which words."""

from __future__ import annotations

import io
import json
import shutil
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import pyarrow as pa
import pytest

from firth.corpus.compression import ByteSource
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.json_lines import json_blocks
from firth.corpus.sources import open_corpus
from firth.errors import CorpusError, FormatError
from firth.files.safetensors import write_safetensors
from firth.training.run.checkpoint import Checkpoint, Checkpointer

TEXT = ["the cat sat", "the dog sat", "a cat"] * 3


def refused(path, message, **options):
    with pytest.raises(CorpusError, match=message) as raised:
        list(open_corpus(path, **options))
    assert path.name in str(raised.value) and "Error" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("errors", ["strict", "replace"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("bad", [1 << 30, -1 << 30])
def test_strings_that_lead_out_of_their_memory(errors, stream, bad, tmp_path):
    offsets = pa.py_buffer(struct.pack("<3i", 0, bad, 2))
    array = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"ab")])
    table = pa.RecordBatch.from_arrays([array], ["text"])
    path = tmp_path / "t.arrow"
    with path.open("wb") as file, (pa.ipc.new_stream if stream else pa.ipc.new_file)(
        file, table.schema
    ) as writer:  # fmt: skip
        writer.write_batch(table)
    refused(path, "t.arrow: the file is damaged or cut off", errors=errors)


def test_text_of_a_table_that_is_not_utf8_may_be_replaced(tmp_path):
    array = pa.array([b"a \xff", b"b"]).view(pa.string())
    path = tmp_path / "t.arrow"
    with path.open("wb") as file, pa.ipc.new_file(file, pa.schema([("t", pa.string())])) as writer:
        writer.write_batch(pa.RecordBatch.from_arrays([array], ["t"]))
    assert list(open_corpus(path, errors="replace")) == [["a", "�"], ["b"]]
    refused(path, "text that is not valid UTF-8")


@pytest.mark.parametrize("place", [0, 1, 3000])
def test_json_that_is_nested_beyond_reason(place, tmp_path):
    lines = ['{"text": "the cat"}'] * 3001
    lines[place] = '{"text": ' + "[" * 100_000
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(lines))
    refused(path, f"t.jsonl, line {place + 1:,}: no JSON", column="text")


def test_a_ragged_row_that_is_not_utf8(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"text,n\na,1\nb\xff,2,3\n")
    refused(path, "line 3: 3 fields, but the first row has 2", column="text")


def zipped(*members, flags=0, method=None):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    data = bytearray(file.getvalue())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.index(mark) + place
        data[at] |= flags
        if method is not None:
            data[at + 2 : at + 4] = method.to_bytes(2, "little")
    return bytes(data)


def test_documents_in_archives(tmp_path):
    path = tmp_path / "t.zip"
    path.write_bytes(zipped(("mimetype", b"application/epub+zip")))
    refused(path, r"is a document \(application/epub\+zip\)")
    path.write_bytes(zipped(("mimetype", b"x" * 99), flags=1))
    refused(path, "t.zip/mimetype is encrypted; unpack the archive with its password")
    path.write_bytes(zipped(("mimetype", b"x"), method=99))
    text = refused(path, "t.zip/mimetype is packed in a way that is not known here")
    assert "compression" in text and "unpack the archive first" in text


def test_of_a_document_no_more_is_unpacked_than_is_shown(tmp_path, monkeypatch):
    taken = []
    unpack = zipfile.ZipExtFile.read

    def read(self, size=-1):
        taken.append(size)
        return unpack(self, size)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", read)
    path = tmp_path / "t.zip"
    path.write_bytes(zipped(("mimetype", b"\0" * 10_000_000)))
    refused(path, "is a document")
    assert taken == [80]


def test_names_in_archives_that_follow_each_other_without_end(tmp_path):
    path = tmp_path / "t.tar"
    about = tarfile.TarInfo("a")
    about.type = tarfile.GNUTYPE_LONGNAME
    path.write_bytes(about.tobuf(tarfile.GNU_FORMAT) * 5000 + bytes(1024))
    refused(path, "t.tar: the archive is damaged or cut off")


def test_xz_that_asks_for_four_gigabytes(tmp_path, monkeypatch):
    import lzma

    packed = bytearray(lzma.compress(b"the cat\n", preset=0))
    packed[16] = 40  # the size of the dictionary, 4 GiB - 1 (xz file format, 5.3.1)
    packed[20:24] = zlib.crc32(packed[12:20]).to_bytes(4, "little")
    path = tmp_path / "t.xz"
    path.write_bytes(packed)
    # Whether there is so much memory, or seems to be, is up to the system.
    monkeypatch.setattr(lzma.LZMAFile, "read", lambda *_: (_ for _ in ()).throw(MemoryError()))
    refused(path, "the xz data is damaged or cut off .it takes more memory than there is")


@pytest.fixture(scope="module")
def encoded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoded")
    with encode(open_corpus(iter(TEXT)), min_count=1, cache=folder / "cache") as corpus:
        shutil.copytree(corpus.folder, folder / "whole")
    return folder / "whole"


def manifest(folder, **changes):
    file = folder / "corpus.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def numbers(folder, name, dtype, place, value):
    found = np.fromfile(folder / name, dtype)
    found[place] = value
    found.tofile(folder / name)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: manifest(f, n_tokens=float("inf")), "'n_tokens' is inf; expected a whole"),
        (lambda f: manifest(f, version=[5]), "'version' is .5.; expected a whole number"),
        (lambda f: manifest(f, reading=7), "'reading' is 7; expected an object"),
        (lambda f: manifest(f, warnings={}), "'warnings' is {}; expected a list"),
        (lambda f: manifest(f, fingerprint=None), "'fingerprint' is None; expected a text"),
        (lambda f: (f / "corpus.json").write_text("[]"), r"corpus.json: found \[\]; expected an"),
        (lambda f: (f / "corpus.json").write_bytes(b'{"\xff'), "byte 2 is not UTF-8"),
        (lambda f: manifest(f, version=4), "is of version 4, not 6: encode it again"),
        (lambda f: numbers(f, "ids.int32", "<i4", 3, -1), "ids.int32 is damaged"),
        (lambda f: numbers(f, "ids.int32", "<i4", -1, 5), "ids.int32 is damaged"),
        (lambda f: numbers(f, "offsets.int64", "<i8", 0, -2), "offsets.int64 is damaged"),
        (lambda f: numbers(f, "offsets.int64", "<i8", -1, 2**40), "offsets.int64 is damaged"),
        (lambda f: numbers(f, "offsets.int64", "<i8", 2, 0), "offsets.int64 is damaged"),
        # The differences of these are beyond 64 bits, and look as if they rose.
        (
            lambda f: numbers(f, "offsets.int64", "<i8", slice(2, 4), [2**61, -(2**63) + 2**55]),
            "offsets.int64 is damaged",
        ),
    ],
)
def test_encoded_corpora(damage, message, encoded, tmp_path):
    folder = shutil.copytree(encoded, tmp_path / "c")
    with EncodedCorpus.open(folder) as corpus:
        assert len(corpus.vocabulary) == 5 and len(list(corpus.sentences())) == len(TEXT)
    damage(folder)
    with pytest.raises(FormatError, match=message) as raised, EncodedCorpus.open(folder) as corpus:
        list(corpus.sentences())
    assert str(folder) in str(raised.value) and "Error" not in str(raised.value)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"position": float("inf")}, "'position' is inf; expected a whole number"),
        ({"run": None}, "'run' is None; expected an object"),
        ({"made_by": []}, "'made_by' is ..; expected an object"),
        ({"state": 5}, "'state' is 5; expected an object"),
        ({"format": 7}, "'format' is 7; expected a text"),
        ({"format_version": 2}, "of format 'firth-checkpoint' 2, written by firth '0'"),
        ([], "found ..; expected an object"),
    ],
)
def test_checkpoints(header, message, tmp_path):
    matrix = np.eye(2, dtype=np.float32)
    run = Checkpointer(tmp_path, {"dim": 2}, {"firth": "0"})
    assert run.write(Checkpoint(5, matrix, matrix, {}), 9)
    (file,) = (tmp_path / "checkpoints").iterdir()
    whole = {
        "format": "firth-checkpoint", "format_version": 1, "made_by": {"firth": "0"},
        "position": 5, "run": {"dim": 2}, "state": {},
    }  # fmt: skip
    said = whole | header if header else header
    write_safetensors(file, {"input": matrix, "output": matrix}, {"firth": json.dumps(said)})
    with pytest.raises(FormatError, match=message) as raised:
        run.newest()
    assert file.name in str(raised.value) and "Error" not in str(raised.value)
    write_safetensors(file, {"input": matrix, "output": matrix}, {"firth": json.dumps(whole)})
    found = run.newest()
    assert found is not None and found.position == 5


def test_lines_of_json_that_are_null_hold_no_text():
    """At the beginning of what is read at once too, where Arrow's reader ends the process."""
    lines = b'{"text": "a b"}\n' + b"null\n" * 9 + b'{"text": "c"}\n'
    blocks = json_blocks(ByteSource("t", io.BytesIO(lines)), ("text",), [], 16)
    rows = [row for block in blocks for row in block.data.to_pylist() if row is not None]
    assert len(lines) > 3 * 16 and rows == ["a b", "c"]
