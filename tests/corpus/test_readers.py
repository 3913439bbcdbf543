"""Every kind of input gives the same sentences, wherever blocks are cut."""

import bz2
import gzip
import io
import lzma
import os
import re
import socket
import sys
import time
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather

from firth.corpus import TOKENIZERS, Corpus, open_corpus
from firth.corpus.compression import ByteSource, open_bytes
from firth.corpus.readers import text_blocks
from firth.errors import ConfigError, CorpusError, DecodeError

TEXT = "The cat sat\n\non the mat\r\n  été ΟΔΟΣ \u3000x\x1cy \n"
SENTENCES = [["The", "cat", "sat"], ["on", "the", "mat"], ["été", "ΟΔΟΣ", "x", "y"]]


def zstd(data):
    return pa.compress(data, codec="zstd", asbytes=True)


COMPRESS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd}


def write(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def read_blocks(data, block_bytes, **options):
    """All sentences of `data`, read with a given block size."""
    corpus = Corpus((), **options)
    sentences, current = [], []
    blocks = list(text_blocks(ByteSource("f", io.BytesIO(data)), block_bytes))
    for batch in map(corpus.tokenize, blocks):
        start = 0
        tokens = batch.tokens.to_pylist()
        for row, length in enumerate(batch.lengths, 1):
            current += [token for token in tokens[start : start + length] if token]
            start += length
            if row < len(batch.lengths) or not batch.continues:
                sentences.append(current)
                current = []
    assert not current
    return [sentence for sentence in sentences if sentence], blocks


def lines_of(text):
    return re.split("\r\n|\r|\n", text)


def test_plain_text(tmp_path):
    assert list(open_corpus(write(tmp_path / "a.txt", TEXT))) == SENTENCES
    assert list(open_corpus(str(write(tmp_path / "b.txt", TEXT.rstrip())))) == SENTENCES


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whitespace_is_str_split(text):
    got, _ = read_blocks(text.encode(), 1 << 16)
    # Byte-order marks at the start of lines are none of their text, and NULs are blanks.
    lines = [line.lstrip("\ufeff").replace("\0", " ") for line in lines_of(text)]
    assert got == [line.split() for line in lines if line.split()]


def test_every_white_space_character_splits():
    spaces = [chr(c) for c in range(sys.maxunicode) if chr(c).isspace() and chr(c) not in "\r\n"]
    assert len(spaces) > 20
    got, _ = read_blocks("".join(f"a{space}b" for space in spaces).encode(), 1 << 16)
    assert got == [["a"] + ["ba"] * (len(spaces) - 1) + ["b"]]


def rows_before(data, behind):
    """One row, with `behind` next to it in memory."""
    offsets = np.array([0, len(data)], np.int32)
    return pa.StringArray.from_buffers(1, pa.py_buffer(offsets), pa.py_buffer(data + behind))


@pytest.mark.parametrize("behind", [b"\xff\xff", b"\x80", b"a", b" ", b"\0"])
@pytest.mark.parametrize("row", [b"a b\n", b"a b \r\n", b"a b", "a b\u3000".encode()])
def test_what_lies_behind_the_last_row_does_not_matter(row, behind):
    (tokens,) = TOKENIZERS["whitespace"](rows_before(row, behind)).to_pylist()
    assert [token for token in tokens if token] == ["a", "b"]


@given(
    st.text(st.sampled_from("ab\n \r\té\u3000\u2028\ufeff\0\U0001f600"), max_size=60),
    st.integers(1, 20),
)
def test_block_size_does_not_show(text, block_bytes):
    lines = [line.lstrip("\ufeff").replace("\0", " ") for line in lines_of(text)]
    got, blocks = read_blocks(text.encode(), block_bytes)
    assert got == [line.split() for line in lines if line.split()]
    assert all(block.data.endswith((b"\n", b"\r")) for block in blocks[:-1] if not block.continues)


def test_long_line_in_bounded_blocks():
    line = b"word " * 50_000
    got, blocks = read_blocks(line + b"\nnext", 4096)
    assert [len(sentence) for sentence in got] == [50_000, 1]
    assert max(len(block.data) for block in blocks) < 2 * 4096


def test_text_without_white_space_takes_time_in_proportion_to_its_length():
    def seconds(megabytes):
        stream = ByteSource("f", io.BytesIO(b"abcdefgh" * (megabytes << 17)))
        started = time.perf_counter()
        (block,) = text_blocks(stream, 1 << 14)
        assert len(block.data) == megabytes << 20
        return time.perf_counter() - started

    # 16 times, or 256 times if all that is held were copied with every block.
    assert seconds(32) < 60 * min(seconds(2) for _ in range(3))


def test_long_line_does_not_run_into_the_next_file(tmp_path):
    write(tmp_path / "a", "x " * 30)
    write(tmp_path / "b", "y")
    corpus = open_corpus(tmp_path)
    blocks = list(corpus.blocks(block_bytes=10))
    assert [block.continues for block in blocks[-2:]] == [False, False]


def test_token_longer_than_a_block():
    got, _ = read_blocks(b"a " + b"x" * 1000 + b" b", 16)
    assert got == [["a", "x" * 1000, "b"]]


@pytest.mark.parametrize("name", COMPRESS)
def test_compression_by_magic_bytes_under_a_wrong_name(tmp_path, name):
    path = write(tmp_path / "plain.txt", COMPRESS[name](TEXT.encode()))
    with open_bytes(path) as stream:
        assert stream.compression == name
    assert list(open_corpus(path)) == SENTENCES
    # Two members, one after the other, as `cat` makes them.
    write(path, COMPRESS[name](b"a b") + COMPRESS[name](b" c\n"))
    assert list(open_corpus(path)) == [["a", "b", "c"]]


def test_plain_text_under_a_compressed_name(tmp_path):
    assert list(open_corpus(write(tmp_path / "a.gz", TEXT))) == SENTENCES


def test_magic_bytes_literally():
    for magic, name in [
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh9", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
    ]:
        assert COMPRESS[name](b"x").startswith(magic)
        assert ByteSource("f", io.BytesIO(COMPRESS[name](b"x"))).compression == name


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damaged_compressed_data(tmp_path, name, damage):
    rng = np.random.default_rng(0)
    data = COMPRESS[name](rng.bytes(20_000).hex().encode())
    middle = len(data) // 2
    data = data[:middle] if damage == "cut" else data[:middle] + b"\xff" * 99 + data[middle + 99 :]
    path = write(tmp_path / "text", data)
    if damage == "flipped" and name == "zstd":
        pytest.skip("zstd frames made by Arrow carry no checksum")
    with pytest.raises(CorpusError, match=f"the {name} data is damaged or cut off"):
        list(open_corpus(path))


def test_byte_order_mark(tmp_path):
    path = write(tmp_path / "a.txt", b"\xef\xbb\xbfthe cat\n")
    assert list(open_corpus(path)) == [["the", "cat"]]


def test_invalid_utf8_names_file_and_offset(tmp_path):
    path = write(
        tmp_path / "a.txt.gz", gzip.compress(b"\xef\xbb\xbf" + b"ok\n" * 10 + b"a \xff b\n")
    )
    with pytest.raises(DecodeError, match=r"a\.txt\.gz: byte 35 is not valid UTF-8") as caught:
        list(open_corpus(path))
    assert caught.value.offset == 35
    assert list(open_corpus(path, errors="replace"))[-1] == ["a", "\ufffd", "b"]
    for block_bytes in (3, 7, 16):
        with pytest.raises(DecodeError) as caught:
            read_blocks(b"ok\n" * 10 + b"a \xff b\n", block_bytes)
        assert caught.value.offset == 32


def test_lower_case(tmp_path):
    path = write(tmp_path / "a.txt", TEXT)
    assert list(open_corpus(path, lowercase=True))[2] == ["été", "οδοσ", "x", "y"]
    assert list(open_corpus([["The", "Cat"]], lowercase=True)) == [["the", "cat"]]


def test_tokenizer_may_be_any_function(tmp_path):
    path = write(tmp_path / "a.txt", "a-b\nc\n")
    corpus = open_corpus(path, tokenizer=lambda line: line.strip().split("-"))
    assert list(corpus) == [["a", "b"], ["c"]]
    with pytest.raises(ConfigError, match="'whitespace', 'unicode'"):
        open_corpus(path, tokenizer="white")
    with pytest.raises(ConfigError, match="errors is 'ignore'"):
        open_corpus(path, errors="ignore")


@pytest.mark.parametrize("text", ["BZh is one", "BZh9", "PAR1 is one", "PAR1\nx", "ARROW1 is"])
def test_text_that_begins_like_another_format_is_text(tmp_path, text):
    path = write(tmp_path / "f", text)
    assert list(open_corpus(path)) == [line.split() for line in text.split("\n")]


@pytest.mark.skipif(os.name == "nt", reason="no such files there")
def test_pipes_and_sockets_in_a_folder_are_left_out(tmp_path):
    text = write(tmp_path / "text", "a b")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(tmp_path / "socket"))
    (tmp_path / "linked").symlink_to(tmp_path / "pipe")
    assert open_corpus(tmp_path).inputs == open_corpus(f"{tmp_path}/*").inputs == (text,)
    assert list(open_corpus(tmp_path)) == [["a", "b"]]
    text.unlink()
    with pytest.raises(CorpusError, match="no file in this folder"):
        open_corpus(tmp_path)
    with pytest.raises(CorpusError, match="no file matches"):
        open_corpus(f"{tmp_path}/**")
    with pytest.raises(CorpusError, match="cannot read"):
        list(open_corpus(tmp_path / "socket"))


def test_folders_lists_and_globs(tmp_path):
    for name, text in [("b.txt", "b"), ("sub/a.txt", "a"), (".hidden/x", "no"), ("sub/.x", "no")]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / name, text)
    assert list(open_corpus(tmp_path)) == [["b"], ["a"]]
    assert list(open_corpus([tmp_path / "sub", str(tmp_path / "b.txt")])) == [["a"], ["b"]]
    assert list(open_corpus(f"{tmp_path}/*.txt")) == [["b"]]
    assert list(open_corpus(f"{tmp_path}/**/*.txt")) == [["b"], ["a"]]
    assert list(open_corpus(f"{tmp_path}/**")) == [["b"], ["a"]]
    write(tmp_path / "odd[1].txt", "odd")
    assert list(open_corpus(tmp_path / "odd[1].txt")) == [["odd"]]


def test_missing_input(tmp_path):
    with pytest.raises(CorpusError, match="no such file or folder"):
        open_corpus(tmp_path / "none.txt")
    deep = tmp_path / "/".join(["a-folder-with-a-long-name"] * 5) / "none.txt"
    for path in (deep, str(deep), [deep], [str(deep)]):
        with pytest.raises(CorpusError, match=re.escape(str(deep)) + ".*: there is no such file"):
            open_corpus(path)
    with pytest.raises(CorpusError, match="no file matches"):
        open_corpus(f"{tmp_path}/*.txt")
    with pytest.raises(CorpusError, match="no file in this folder"):
        open_corpus(tmp_path)
    with pytest.raises(CorpusError, match="object of type int"):
        open_corpus(3)
    path = write(tmp_path / "gone", "x")
    corpus = open_corpus(path)
    path.unlink()
    with pytest.raises(CorpusError, match="gone: there is no such file"):
        list(corpus)


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstd])
def test_standard_input(monkeypatch, compress):
    data = io.BytesIO(compress(TEXT.encode()))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=data))
    assert list(open_corpus("-")) == SENTENCES


TABLE = pa.table(
    {
        "id": [1.5, 2.5, 3.5],
        "text": ["the cat", None, "sat\non"],
        "tokens": [["the", "cat"], None, ["sat", "on the"]],
        "items": pa.array([[10, 20], [], [10]]),
    }
)


def write_stream(table, path):
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


def write_ipc(table, path):
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


TABLE_WRITERS = {
    "parquet": pq.write_table,
    "stream": write_stream,
    "file": write_ipc,
    "feather": feather.write_feather,
}


@pytest.fixture(params=[*TABLE_WRITERS, "memory"])
def table_source(request, tmp_path):
    if request.param == "memory":
        return TABLE
    if request.param == "feather":
        pytest.importorskip("pyarrow.feather")
    path = tmp_path / "table.bin"
    TABLE_WRITERS[request.param](TABLE, path)
    return path


def test_columns(table_source):
    def read(column):
        return list(open_corpus(table_source, column=column))

    assert read("text") == [["the", "cat"], ["sat", "on"]]
    assert read("tokens") == [["the", "cat"], ["sat", "on the"]]
    assert read("items") == [["10", "20"], ["10"]]
    with pytest.raises(CorpusError, match=r"no column 'txt'\. Columns: id \(double\), text"):
        read("txt")
    with pytest.raises(CorpusError, match="column 'id' holds double"):
        read("id")
    with pytest.raises(CorpusError, match="several columns of text"):
        read(None)


@pytest.mark.parametrize(
    "kind",
    [pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
    ids=str,
)
def test_kinds_of_strings(kind):
    rows = pa.array(["a b", None, "c"]).cast(kind)
    assert list(open_corpus(pa.table({"x": rows}))) == [["a", "b"], ["c"]]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_column_that_is_not_utf8(kind):
    raw = pa.array([b"a \xff b"], pa.large_binary() if kind == pa.large_string() else pa.binary())
    table = pa.table({"x": raw.view(kind)})
    with pytest.raises(CorpusError, match=r"\(column x\)>: text that is not valid UTF-8"):
        list(open_corpus(table))
    assert list(open_corpus(table, errors="replace")) == [["a", "\ufffd", "b"]]


def test_kinds_of_lists():
    values = [["a", "b"], ["c", "d"]]
    for kind in (pa.large_list(pa.large_string()), pa.list_(pa.string(), 2)):
        table = pa.table({"x": pa.array(values, kind)})
        assert list(open_corpus(table)) == values
        assert list(open_corpus(table.slice(1))) == values[1:]


@pytest.mark.parametrize("name", ["parquet", "stream", "file"])
def test_damaged_tables(tmp_path, name):
    path = tmp_path / "table.bin"
    TABLE_WRITERS[name](TABLE, path)
    write(path, path.read_bytes()[:-200])
    with pytest.raises(CorpusError, match="damaged or cut off"):
        list(open_corpus(path, column="text"))


def test_column_of_a_text_file(tmp_path):
    with pytest.raises(CorpusError, match="has no columns: leave column='x' out"):
        list(open_corpus(write(tmp_path / "a.txt", "x"), column="x"))


def test_iterables():
    def sentences():
        yield "the cat"
        yield ("sat", "on the")
        yield np.array(["mat"])
        yield []
        yield [7, 8]

    expected = [["the", "cat"], ["sat", "on the"], ["mat"], ["7", "8"]]
    assert list(open_corpus(sentences())) == expected
    many = [[str(i)] for i in range(10_000)] + ["x"]
    assert list(open_corpus(iter(many))) == [*many[:-1], ["x"]]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([b"bytes"], "item 0 of the list_iterator is b'bytes', of type bytes; .* decode it"),
        (["ok", 3], r"item 1 of the list_iterator is 3, of type int; .* give \[tokens\]"),
        ([["a", 3]], "all strings or all integers"),
        ([[3.5]], "token 0 is 3.5, of type float"),
        (["x", "a\ud800"], "item 1 of the list_iterator: letter 1 is .*, which cannot be written"),
    ],
)
def test_bad_items(items, message):
    with pytest.raises(CorpusError, match=message):
        list(open_corpus(iter(items)))


def test_open_corpus_keeps_a_corpus():
    corpus = open_corpus([["a"]], lowercase=True)
    assert open_corpus(corpus) is corpus
    assert open_corpus(corpus, lowercase=True, tokenizer="whitespace") is corpus


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"lowercase": False},
            "lowercase is False, but the corpus has been opened with lowerc",
        ),
        ({"column": "text"}, "column is 'text', but .* column=None already: leave it out here, or"),
        ({"tokenizer": str.split}, "tokenizer is 'str.split', but .* tokenizer='whitespace' alr"),
        ({"errors": "replace"}, "give it where the corpus is opened"),
    ],
)
def test_options_beside_an_open_corpus_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        open_corpus(open_corpus([["A"]], lowercase=True), **options)


def test_an_iterable_has_no_columns():
    for rows in ([["a"]], iter(["a"]), (word for word in ["a"])):
        with pytest.raises(ConfigError, match=r"'x', but an iterable \(\w+\) has no columns"):
            list(open_corpus(rows, column="x"))
