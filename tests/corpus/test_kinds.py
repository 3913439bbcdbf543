"""What a source is: tables of any library, rows, iterables, and what is no path."""

import json
import os
import re
import sys

import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from firth.corpus import encode, open_corpus
from firth.corpus.kinds import object_blocks
from firth.errors import ConfigError, CorpusError, CorpusWarning
from helpers.libraries import marked

TEXTS = ["the owl hoots", None, "a fox"]
SENTENCES = [["the", "owl", "hoots"], ["a", "fox"]]
TABLE = pa.table(
    {
        "n": [1, 2, 3],
        "note": ["x", "y", "z"],
        "text": TEXTS,
        "walk": pa.array([[3, -4], None, [5]]),
    }
)


def read(source, **options):
    return list(open_corpus(source, **options))


class Stream:
    """A table or a column of a library that nobody has heard of."""

    def __init__(self, data, **names):
        self.data = data
        vars(self).update(names)

    def __arrow_c_stream__(self, requested_schema=None):
        return self.data.__arrow_c_stream__(requested_schema)


class Array:
    """An array of such a library."""

    def __init__(self, data):
        self.data = data

    def __arrow_c_array__(self, requested_schema=None):
        return self.data.__arrow_c_array__(requested_schema)


def duckdb_of(call):
    def make(path):
        connection = pytest.importorskip("duckdb").connect()
        return call(connection, f"select * from '{path}'")

    return make


def pandas_frame(path):
    return pytest.importorskip("pandas").read_parquet(path)


def lazy(path):
    return pytest.importorskip("polars").scan_parquet(path)


def hugging_face(path):
    datasets = pytest.importorskip("datasets")
    return datasets.Dataset(datasets.table.InMemoryTable(TABLE))


TABLES = {
    "a stream": lambda path: Stream(TABLE),
    "an array of structs": lambda path: Array(TABLE.to_struct_array().combine_chunks()),
    "table": lambda path: TABLE,
    "record batch": lambda path: TABLE.to_batches()[0],
    "reader": lambda path: TABLE.to_reader(),
    "chunked structs": lambda path: TABLE.to_struct_array(),
    "dataset": pyarrow.dataset.dataset,
    "scanner": lambda path: pyarrow.dataset.dataset(path).scanner(),
    "rows": lambda path: TABLE.to_pylist(),
    "a generator of rows": lambda path: (row for row in TABLE.to_pylist()),
    "a generator of tables": lambda path: (TABLE.slice(i, 1) for i in range(3)),
    "a list of batches": lambda path: TABLE.to_batches(max_chunksize=2),
    "batches of a file": lambda path: pq.ParquetFile(path).iter_batches(batch_size=2),
    "pandas": pandas_frame,
    "chunks of pandas": lambda path: iter([pandas_frame(path).iloc[i : i + 1] for i in range(3)]),
    "polars": lambda path: lazy(path).collect(),
    "polars, lazy": lazy,
    "duckdb": duckdb_of(lambda connection, query: connection.sql(query)),
    "duckdb reader": duckdb_of(lambda connection, query: connection.sql(query).to_arrow_reader(2)),
    "hugging face": hugging_face,
    "hugging face, shuffled": lambda path: hugging_face(path).select([0, 1, 2]),
    "hugging face, streamed": lambda path: hugging_face(path).to_iterable_dataset(),
    "hugging face, mapped": lambda path: hugging_face(path).to_iterable_dataset().map(dict),
}


@pytest.fixture(params=marked(TABLES))
def table(request, tmp_path):
    pq.write_table(TABLE, tmp_path / "t.parquet")
    return lambda: TABLES[request.param](tmp_path / "t.parquet")


def test_a_column_of_any_table(table):
    assert read(table(), column="text") == SENTENCES
    assert read(table(), column="walk") == [["3", "-4"], ["5"]]
    with pytest.raises(CorpusError, match=r"no (column|key) 'txt'[.;].* '?note"):
        read(table(), column="txt")
    with pytest.raises(CorpusError, match=r"choose one with column="):
        read(table())
    with pytest.raises(CorpusError, match=r"'n' holds int64|item 0 of the \w+ is 1, of type int"):
        read(table(), column="n")


COLUMNS = {
    "a stream": lambda: Stream(pa.chunked_array([TEXTS])),
    "an array": lambda: Array(pa.array(TEXTS)),
    "array": lambda: pa.array(TEXTS),
    "large strings": lambda: pa.array(TEXTS, pa.large_string()),
    "lists": lambda: pa.array([SENTENCES[0], None, SENTENCES[1]]),
    "list views": lambda: pa.array([*SENTENCES, None], pa.list_view(pa.string())),
    "chunked": lambda: pa.chunked_array([TEXTS[:1], TEXTS[1:]]),
    "none and nan": lambda: iter([*TEXTS, float("nan"), np.float32("nan")]),
    "pandas": lambda: pytest.importorskip("pandas").Series(TEXTS),
    "pandas objects": lambda: pytest.importorskip("pandas").Series(TEXTS, dtype=object),
    "pandas categories": lambda: pytest.importorskip("pandas").Series(TEXTS).astype("category"),
    "pandas lists": lambda: pytest.importorskip("pandas").Series(TEXTS).map(str.split, "ignore"),
    "pandas NA": lambda: iter([*TEXTS, pytest.importorskip("pandas").NA]),
    "polars": lambda: pytest.importorskip("polars").Series(TEXTS),
    "polars lists": lambda: pytest.importorskip("polars").Series([SENTENCES[0], SENTENCES[1]]),
    "hugging face": lambda: hugging_face(None)["text"],
    "arrow scalars": lambda: iter(pa.array(TEXTS[::2])),
    "sentences as arrays": lambda: (array for array in map(pa.array, SENTENCES)),
}


@pytest.mark.parametrize("name", marked(COLUMNS))
def test_a_column_alone(name):
    assert read(COLUMNS[name]()) == SENTENCES
    with pytest.raises(ConfigError, match=r"column is 'text', but .* has no columns: leave it out"):
        read(COLUMNS[name](), column="text")


def test_a_column_that_is_no_text():
    for column in (pa.array([1, 2]), Stream(pa.chunked_array([[1.5]])), Array(pa.array([True]))):
        with pytest.raises(CorpusError, match=r"rows are of type .*; each must be a sentence"):
            read(column)
    assert read(pa.array([None, None], pa.null())) == []


@pytest.mark.peers
def test_other_columns_of_a_frame_may_hold_anything():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": [object(), 1], 7: ["a b", None]})
    assert read(frame, column="7") == read(frame) == [["a", "b"]]
    with pytest.raises(
        CorpusError, match=r"item 1 of the DataFrame \(column x\) is 1, of type int"
    ):
        read(pandas.DataFrame({"x": ["a", 1]}), column="x")


def test_a_frame_that_is_read_lazily_is_never_whole_in_memory():
    made = []

    def batches():
        for number in range(100):
            made.append(number)
            yield pa.record_batch({"x": [f"w{number}"]})

    reader = pa.RecordBatchReader.from_batches(pa.schema({"x": pa.string()}), batches())
    blocks = object_blocks(reader, None)
    for _ in range(3):
        next(blocks)
    assert len(made) < 10


def test_no_library_is_needed(monkeypatch):
    for name in ("pandas", "polars", "duckdb", "datasets"):
        monkeypatch.setitem(sys.modules, name, None)  # as if it were not installed
    assert read(Stream(TABLE), column="text") == SENTENCES
    assert read(iter([*TEXTS, NAN])) == SENTENCES


@pytest.mark.peers
def test_an_empty_stream_without_a_schema():
    stream = hugging_face(None).to_iterable_dataset().filter(lambda row: False).map(dict)
    assert read(stream, column="text") == []


NAN = float("nan")


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([["a", "b"], [7, "c"], ["d"]], "item 1 of the list: token 0 is 7, of type int; .*strings"),
        ([[1, 2], [3, "x"]], "item 1 of the list: token 1 is 'x', of type str; .* are integers"),
        ([[1, 2, 2.0]], "item 0 of the list: token 2 is 2.0, of type float"),
        ([["a", None, 2.0]], "item 0 of the list: token 2 is 2.0, of type float"),
        (
            [[1.0, NAN], [2.0]],
            "token 0 is 1.0, of type float.*a missing value makes all of them floats",
        ),
        ([[True, False]], "token 0 is True, of type bool"),
        ([["a"], [b"b"]], "item 1 of the list: token 0 is b'b', of type bytes"),
        ([[["a"], ["b"]]], "token 0 is .*one level of lists too many"),
        ([["a", "\ud800"]], r"token 1 is '\\ud800', of type str; .* cannot be written as UTF-8"),
        ([[10**40, 1]], "item 0 of the list: token 0 is 1000.*more than 38 digits"),
        ([{"a": 1}], "item 0 of the list is a dictionary with the keys 'a'; choose one with col"),
        ([np.array(5)], "item 0 of the list is array.5.*each must be a sentence"),
        ([1, 2], r"item 0 of the list is 1, of type int; .* for one sentence give \[tokens\]"),
    ],
)
def test_one_bad_item_is_named(items, message):
    with pytest.raises(CorpusError, match=message):
        read(items)


def test_a_bad_token_is_named_far_into_a_corpus():
    items = [["w"] * 50 for _ in range(20_000)]
    items[17_123][31] = b"w"
    with pytest.raises(CorpusError, match="item 17,123 of the list: token 31 is b'w'"):
        read(items)


WITH_GAPS = [["a", "b", None, "c"], [None, "d"], ["a", None], [None], ["b", None, None, "a"]]
CUT = [["a", "b"], ["c"], ["d"], ["a"], ["b"], ["a"]]
GAPS = "6 tokens are missing .* within lists, the first in .*: the list is taken for two sentences"


def numbered(rows):
    return [[None if x is None else ord(x) for x in row] for row in rows]


def columns_of(library):
    return pytest.importorskip(library).DataFrame({"x": WITH_GAPS})


def json_lines(folder):
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps({"x": row}) + "\n" for row in WITH_GAPS))
    return open_corpus(path, column="x")


def parquet(folder):
    pq.write_table(pa.table({"x": WITH_GAPS}), folder / "rows.parquet")
    return open_corpus(folder / "rows.parquet")


LISTS_WITH_GAPS = {
    "lists": lambda folder: WITH_GAPS,
    "NaN": lambda folder: [[NAN if x is None else x for x in row] for row in WITH_GAPS],
    "pandas NA": lambda folder: [
        [pytest.importorskip("pandas").NA if x is None else x for x in row] for row in WITH_GAPS
    ],
    "tuples of integers": lambda folder: map(tuple, numbered(WITH_GAPS)),
    "large integers": lambda folder: [
        [None if x is None else x + (1 << 70) for x in row] for row in numbered(WITH_GAPS)
    ],
    "NumPy": lambda folder: [np.array(row, object) for row in WITH_GAPS],
    "dictionaries": lambda folder: open_corpus([{"x": row} for row in WITH_GAPS], column="x"),
    "Arrow": lambda folder: pa.array(WITH_GAPS),
    "Arrow, a slice": lambda folder: pa.array([["z", None, "z"], *WITH_GAPS, [None]]).slice(1, 5),
    "Arrow, views": lambda folder: pa.array(WITH_GAPS, pa.list_view(pa.string())),
    "Arrow, dictionary": lambda folder: pa.array(
        WITH_GAPS, pa.list_(pa.dictionary(pa.int8(), pa.string()))
    ),
    "Arrow, dictionary with null": lambda folder: pa.ListArray.from_arrays(
        pa.array([0, 4, 6, 8, 9, 13]),
        pa.DictionaryArray.from_arrays(
            pa.array([0, 1, 4, 2, 4, 3, 0, 4, 4, 1, 4, 4, 0]), ["a", "b", "c", "d", None]
        ),
    ),
    "pandas": lambda folder: columns_of("pandas"),
    "Polars": lambda folder: columns_of("polars"),
    "JSON lines": json_lines,
    "Parquet": parquet,
}


@pytest.mark.parametrize("kind", marked(LISTS_WITH_GAPS))
def test_no_window_reaches_over_a_missing_token(kind, tmp_path):
    make = LISTS_WITH_GAPS[kind]
    with pytest.warns(CorpusWarning, match=GAPS):
        found = list(open_corpus(make(tmp_path)))
    words = {str(ord(word) + wide): word for word in "abcd" for wide in (0, 1 << 70)}
    assert [[words.get(x, x) for x in row] for row in found] == CUT
    with pytest.warns(CorpusWarning, match=GAPS):
        encoded = encode(make(tmp_path), min_count=1, cache=False, block_bytes=1, threads=2)
    assert np.diff(encoded.offsets).tolist() == [2, 1, 1, 1, 1, 1]
    assert any(re.match(GAPS, text) for text in encoded.warnings)


def test_one_missing_token_and_where_it_is():
    with pytest.warns(CorpusWarning, match="1 token is missing .* <list, items 0 to 1>"):
        assert read([["a"], ["b", None, "c"]]) == [["a"], ["b"], ["c"]]


def test_lists_may_be_filled_again():
    def sentences():
        row = []
        for i in range(3):
            row[:] = [f"w{i}"] * (i + 1)
            yield row

    assert read(sentences()) == [["w0"], ["w1"] * 2, ["w2"] * 3]


def test_lists_that_differ_stay_in_order():
    items = [["a"], [], ("b", "c"), [1, 2], "d e", np.array(["f"]), [None, "g"], [], [3]]
    with pytest.warns(CorpusWarning, match="1 token is missing"):
        found = read(items)
    assert found == [["a"], ["b", "c"], ["1", "2"], ["d", "e"], ["f"], ["g"], ["3"]]


def test_a_column_of_rows():
    rows = [{"id": 1, "text": "a b"}, {"id": 2, "text": None}, {"text": ["c", "d"]}]
    assert read(rows, column="text") == [["a", "b"], ["c", "d"]]
    with pytest.raises(CorpusError, match="item 2 of the list has no key 'id'; it has 'text'"):
        read([{"id": "x"}, None, rows[2]], column="id")
    with pytest.raises(ConfigError, match=r"no columns: leave .* Item 1 is 'b', of type str"):
        read(({"x": "a"}, "b"), column="x")
    with pytest.raises(ConfigError, match="column is 3; it must be the name"):
        open_corpus(rows, column=3)


def test_dictionaries_and_bytes_are_no_sentences():
    with pytest.raises(CorpusError, match=r"a dict with the keys 'a', 'b' is no sequence.*list\("):
        open_corpus({"a": "x", "b": "y"})
    with pytest.raises(CorpusError, match=r"type bytes: give the path of a file, or.*decode"):
        open_corpus(b"a b")
    with pytest.raises(CorpusError, match="Table is a class and no corpus"):
        open_corpus(pa.Table)


# Paths, and what is mistaken for them ------------------------------------------------------------


@pytest.mark.parametrize(
    "texts",
    [
        ["an owl hoots", "a fox"],
        ("an owl hoots", "a fox"),
        ["who hoots?", "an owl [sic]"],
        ["hu " * 200, "x"],
        ["~20 owls", "~ 3 foxes", "x"],
        ["an owl\nhoots", "x"],
        ["an \0 owl", "a fox"],
        ["an \udcff owl", "x"],
        ["猫が好き" * 30, "犬"],
        ["", "an owl"],
        ["an owl", None, NAN, "a fox"],
    ],
)
def test_a_list_of_texts(texts):
    with pytest.raises(CorpusError, match=r"look like texts: to pass texts.*iter\(texts\)"):
        open_corpus(texts)


def test_a_list_of_paths_of_which_one_is_wrong(tmp_path):
    good = tmp_path / "my text.txt"
    good.write_text("a b")
    assert read([good, str(good)]) == [["a", "b"]] * 2
    ways = r".*Strings in a list are taken for paths; to pass texts, .*iter\(texts\)"
    for bad, message in [
        ("and/or", "item 1 of the list, 'and/or': there is no such file or folder"),
        ("an owl", "item 1 of the list, 'an owl': there is no such file"),
        ("", "item 1 of the list, '': the path is empty; for the current folder give '.'"),
        (None, "item 1 of the list, None: it is no path"),
        ("~nobody-of-that-name/x", "there is no user 'nobody-of-that-name' with a home"),
    ]:
        with pytest.raises(CorpusError, match=message + ways):
            open_corpus([str(good), bad])


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "'': the path is empty; for the current folder give '.'"),
        (" \n", "the path is empty"),
        ("none.txt", "'none.txt': there is no such file or folder. A string is taken for a path"),
        ("an owl", "'an owl': there is no such file or folder, and it looks like a text"),
        ("an owl? yes", "looks like a text"),
        ("an owl\nhoots", "looks like a text"),
        ("owl" * 100, r"'owlowl.*\.\.\. \(300 characters\): .* looks like a text"),
        ("an owl hoots " * 10_000, r"\(130,000 characters\): .*looks like a text"),
        ("a\0b", "no file has a name with a NUL"),
        ("~nobody-of-that-name", "there is no user 'nobody-of-that-name' with a home folder"),
        ("~20 owls", "there is no user '20 owls' with a home .* looks like a text"),
    ],
)
def test_a_path_that_is_none(path, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(CorpusError, match=message) as raised:
        open_corpus(path)
    assert "to pass the text itself, give iter([text])" in str(raised.value)
    assert not isinstance(raised.value.__cause__ or raised.value.__context__, OSError)


def test_paths_that_look_odd_but_exist(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("an owl hoots", "odd [1].txt"):
        (tmp_path / name).write_text("a b")
        assert read(name) == [["a", "b"]]
    assert read(".") == [["a", "b"]] * 2
    with os.scandir(os.fsencode(tmp_path)) as entries, pytest.raises(CorpusError, match="of bytes"):
        open_corpus(next(entries))


def test_a_token_of_any_integer():
    ids = [2**64 - 1, -5, 0, -(2**63)]
    assert read([ids, [1]]) == [[str(i) for i in ids], ["1"]]
    assert read([np.array(ids[:1], np.uint64), np.array([-5, 0])]) == [[str(ids[0])], ["-5", "0"]]
    assert encode([ids], min_count=1).n_tokens == 4
