"""A column of CSV, tab-separated values and JSON lines."""

import csv
import gzip
import io
import json
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.corpus import encode, open_corpus
from firth.errors import CorpusError

ROWS = [("1", "the cat, sat", "x"), ("2", 'a "quoted"\nword', "y"), ("3", "", "z"), ("4", "NA", "")]
SENTENCES = [["the", "cat,", "sat"], ["a", '"quoted"', "word"], ["NA"]]


def write(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def table(delimiter=",", end="\r\n"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerows([("id", "text", "who"), *ROWS])
    return out.getvalue()


def json_lines():
    return "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text, _ in ROWS)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [table(), table("\t"), table(";", "\n"), table("|"), table().rstrip(), json_lines()],
    ids=["csv", "tsv", "semicolon", "bar", "no last line end", "jsonl"],
)
def test_a_column_of_text(tmp_path, text, encoding, pack):
    path = write(tmp_path / "f.txt", pack(text.encode(encoding)))
    assert list(open_corpus(path, column="text")) == SENTENCES


@pytest.mark.parametrize("text", [table(), json_lines()], ids=["csv", "jsonl"])
def test_a_column_of_standard_input(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))
    assert list(open_corpus("-", column="text")) == SENTENCES


@given(
    st.lists(st.text(st.sampled_from('ab",;\n\r \té'), max_size=20), min_size=1, max_size=8),
    st.sampled_from([",", "\t", ";", "|"]),
)
def test_whatever_csv_writes_is_read(tmp_path_factory, rows, delimiter):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([("id", "text"), *enumerate(rows)])
    path = write(tmp_path_factory.getbasetemp() / "f.csv", out.getvalue())
    assert list(open_corpus(path, column="text")) == [r.split() for r in rows if r.split()]


@pytest.mark.parametrize("block_bytes", [1, 7, 64, 1 << 20])
@pytest.mark.parametrize("text", [table(), json_lines()], ids=["csv", "jsonl"])
def test_block_size_does_not_show(tmp_path, text, block_bytes):
    path = write(tmp_path / "f", text * 1)
    whole = encode(open_corpus(path, column="text"), min_count=1, cache=False)
    cut = encode(
        open_corpus(path, column="text"), min_count=1, cache=False, block_bytes=block_bytes
    )
    assert cut.fingerprint == whole.fingerprint


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [{"x": ["the", "cat"]}, {"x": None}, {"y": 1}, {"x": ["on the"]}],
            [["the", "cat"], ["on the"]],
        ),
        ([{"x": []}, {"x": [5, 7]}], [["5", "7"]]),
        ([{"y": "y" * 300_000, "x": ["a"]}, {"x": ["b"] * 60_000}], [["a"], ["b"] * 60_000]),
        ([{"y": {"x": 1}, "x": "a\nb"}], [["a", "b"]]),
        ([{"x": "a"}, {"x": "été \U0001f600"}], [["a"], ["été", "\U0001f600"]]),
    ],
)
def test_values_of_json_lines(tmp_path, rows, expected):
    text = "\n\n".join(json.dumps(row) for row in rows)
    assert list(open_corpus(write(tmp_path / "f", text), column="x")) == expected


@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize(("row", "count"), [("5", 1), ("5,a,b,c", 4)])
def test_ragged_rows_name_file_and_line(tmp_path, delimiter, row, count):
    text = (
        table(delimiter)
        + row.replace(",", delimiter)
        + "\r\n"
        + "6,x,y\r\n".replace(",", delimiter)
    )
    path = write(tmp_path / "f.csv", text)
    with pytest.raises(CorpusError, match=rf"f\.csv, line 7: {count} fields, but .* has 3 \(id"):
        list(open_corpus(path, column="text"))


def test_ragged_rows_of_a_pipe_name_the_row(monkeypatch):
    data = io.BytesIO((table() + "5\n").encode())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=data))
    with pytest.raises(CorpusError, match="<stdin>, row 6: 1 fields"):
        list(open_corpus("-", column="text"))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ('{"text": "a",}', "no JSON"),
        ('{"text": "a"', "no JSON"),
        ("plain", "no JSON"),
        ("[1]", "list; expected one object a line"),
        ('{"text": 5}', "column 'text' is '5'; expected a string"),
        ('{"text": ["a"]}', "expected a string"),
    ],
)
@pytest.mark.parametrize("n_before", [0, 3, 3000])
def test_bad_json_names_file_and_line(tmp_path, bad, message, n_before):
    text = '\n{"text": "a"}\n' + '{"text": "the cat sat on the mat"}\n' * n_before + bad + "\n"
    path = write(tmp_path / "f.jsonl", text)
    with pytest.raises(CorpusError, match=rf"f\.jsonl, line {n_before + 3:,}: .*{message}"):
        list(open_corpus(path, column="text"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (table(), r"f, line 1: there is no column 'txt'\. Columns: id, text, who"),
        (json_lines(), r"f, line 1: there is no key 'txt', .*Keys: id, text"),
        ("id,txt,txt\n1,2,3\n", "several columns are called 'txt'"),
        ("the cat\nsat, on the mat\n", "is no table .* leave column='txt' out"),
        ("", "is no table"),
        ("txt", "is no table"),
        ('[{"txt": 1},\n{"txt": 2}]', "begins with a JSON array"),
    ],
)
def test_missing_columns(tmp_path, text, message):
    with pytest.raises(CorpusError, match=message):
        list(open_corpus(write(tmp_path / "f", text), column="txt"))


def test_a_table_without_a_row_has_no_sentence(tmp_path):
    assert list(open_corpus(write(tmp_path / "f.csv", "id,text\n"), column="text")) == []


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("n_rows", [3, 2_000_000])
def test_an_open_quote_is_an_error(tmp_path, end, n_rows):
    for header in ("id,text", "text,who"):
        text = header + '\n1,"the cat\n' + "2,on the mat\n" * n_rows + "3,end" + end
        with pytest.raises(CorpusError, match=r"quote (is )?left open"):
            list(open_corpus(write(tmp_path / "f.csv", text), column="text"))


def test_a_last_row_of_several_lines(tmp_path):
    for last in ('1,"the\ncat"', '"1\n2","the\ncat"\n', '1,"the\ncat"  \n\n'):
        path = write(tmp_path / "f.csv", "id,text\n" + last)
        assert list(open_corpus(path, column="text")) == [["the", "cat"]]


@pytest.mark.parametrize("text", ["id,text\n1,a \xff\n", '{"text": "a \xff"}\n'])
def test_bytes_that_are_not_utf8(tmp_path, text):
    path = write(tmp_path / "f", text.encode("latin-1"))
    with pytest.raises(CorpusError, match="not valid UTF-8"):
        list(open_corpus(path, column="text"))
    assert list(open_corpus(path, column="text", errors="replace")) == [["a", "\ufffd"]]
