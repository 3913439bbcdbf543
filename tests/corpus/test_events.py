"""Events, one a row, of tables of every kind → a sentence for each group."""

import contextlib
import csv
import gzip
import io
import json
import re
import subprocess
import sys
from collections import defaultdict
from datetime import date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import firth
from firth.corpus import encode, events, open_corpus
from firth.corpus.events import EventFields, event_blocks
from firth.corpus.options import as_names, refuse_other_options
from firth.corpus.order import Order
from firth.corpus.readers import Block
from firth.errors import ConfigError, CorpusError, CorpusWarning
from helpers.libraries import marked

PLAYS = [
    {"listener": "ann", "song": "s9", "at": 30, "skip": True},
    {"listener": "bo", "song": "s1", "at": 9, "skip": False},
    {"listener": "ann", "song": "a song", "at": 4, "skip": False},
    {"listener": "bo", "song": None, "at": 1, "skip": False},
    {"listener": None, "song": "s1", "at": 2, "skip": False},
    {"listener": "cy", "song": "s1", "at": 5, "skip": True},
    {"listener": "ann", "song": "s1", "at": 10, "skip": False},
]
BY_TIME = [["a song", "s1", "s9"], ["s1"], ["s1"]]
AS_THEY_COME = [["s9", "a song", "s1"], ["s1"], ["s1"]]
FIELDS = {"column": "song", "group_by": "listener", "order_by": "at"}
NO_LISTENER = "1 of 7 rows have no 'listener' and are left out"
TABLE = pa.Table.from_pylist(PLAYS)


def as_csv(delimiter):
    out = io.StringIO()
    writer = csv.DictWriter(out, PLAYS[0], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(PLAYS)
    return out.getvalue().encode()


def as_file(name, data):
    def make(folder):
        (folder / name).write_bytes(data)
        return folder / name

    return make


def as_parquet(folder):
    pq.write_table(TABLE, folder / "t.parquet", row_group_size=2)
    return folder / "t.parquet"


def as_arrow(folder):
    with pa.ipc.new_stream(folder / "t.arrows", TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=3)
    return folder / "t.arrows"


JSON_LINES = "".join(json.dumps(row) + "\n" for row in PLAYS).encode()
SOURCES = {
    "CSV": as_file("t.csv", as_csv(",")),
    "CSV, semicolons": as_file("t.csv", as_csv(";")),
    "TSV, compressed": as_file("t.tsv.gz", gzip.compress(as_csv("\t"))),
    "UTF-16": as_file("t.txt", as_csv(",").decode().encode("utf-16")),
    "JSON lines": as_file("t.jsonl", JSON_LINES),
    "Parquet": as_parquet,
    "Arrow": as_arrow,
    "table": lambda folder: TABLE,
    "batches": lambda folder: iter(TABLE.to_batches(max_chunksize=2)),
    "reader": lambda folder: TABLE.to_reader(max_chunksize=2),
    "dataset": lambda folder: pyarrow.dataset.dataset(as_parquet(folder)),
    "categories": lambda folder: TABLE.set_column(
        0, "listener", TABLE["listener"].dictionary_encode()
    ).set_column(1, "song", TABLE["song"].dictionary_encode()),
    "large strings": lambda folder: TABLE.cast(
        pa.schema(
            [(f.name, f.type if i > 1 else pa.large_string()) for i, f in enumerate(TABLE.schema)]
        )
    ),
    "string views": lambda folder: TABLE.cast(
        pa.schema(
            [(f.name, f.type if i > 1 else pa.string_view()) for i, f in enumerate(TABLE.schema)]
        )
    ),
    "dictionaries": lambda folder: PLAYS,
    "generator": lambda folder: (row for row in PLAYS),
    "pandas": lambda folder: pytest.importorskip("pandas").DataFrame(PLAYS),
    "pandas categories": lambda folder: (
        pytest.importorskip("pandas").DataFrame(PLAYS).astype({"song": "category"})
    ),
    "polars": lambda folder: pytest.importorskip("polars").DataFrame(PLAYS),
    "polars, lazy": lambda folder: pytest.importorskip("polars").LazyFrame(PLAYS),
    "duckdb": lambda folder: (
        pytest.importorskip("duckdb").connect().sql(f"select * from '{as_parquet(folder)}'")
    ),
    "datasets": lambda folder: pytest.importorskip("datasets").Dataset.from_list(PLAYS),
}


@pytest.mark.parametrize("kind", marked(SOURCES))
def test_every_kind_of_table(kind, tmp_path):
    with pytest.warns(CorpusWarning, match=NO_LISTENER):
        assert list(open_corpus(SOURCES[kind](tmp_path), **FIELDS)) == BY_TIME


def test_rows_stay_as_they_come_without_an_order():
    with pytest.warns(CorpusWarning, match=NO_LISTENER):
        assert list(open_corpus(TABLE, column="song", group_by=["listener"])) == AS_THEY_COME


def test_more_groups_than_16_bits_tell_apart():
    users = np.arange(2**16 + 3).repeat(2)[::-1]
    table = pa.table({"u": np.roll(users, 1), "i": users})
    sentences = list(open_corpus(table, column="i", group_by="u"))
    assert sentences[:2] == [["65538", "0"], ["65538", "65537"]]
    assert len(sentences) == 2**16 + 3 and set(map(len, sentences)) == {2}


def test_groups_of_all_files_together(tmp_path):
    (tmp_path / "monday.csv").write_text("u,i\n1,a\n2,x\n1,b\n")
    (tmp_path / "tuesday.csv").write_text("i,u\nc,1\n")
    assert list(open_corpus(tmp_path, column="i", group_by="u")) == [["a", "b", "c"], ["x"]]


def test_groups_of_several_columns():
    rows = [
        ("a", "bc", "x"),
        ("ab", "c", "y"),
        ("a", "bc", "z"),
        ("a", "", "none"),
        ("1", None, "n"),
    ]
    records = [{"u": u, "day": day, "i": item} for u, day, item in rows]
    with pytest.warns(CorpusWarning, match="2 of 5 rows have no 'u' or 'day'"):
        assert list(open_corpus(records, column="i", group_by=("u", "day"))) == [["x", "z"], ["y"]]


@pytest.mark.parametrize("ids", [[7, -2, 7], [2**64 - 1, 7, 2**64 - 1], np.uint8([7, 3, 7])])
def test_ids_stay_integers(ids):
    rows = [{"u": 1, "i": i} for i in ids]
    vocabulary = encode(open_corpus(rows, column="i", group_by="u"), min_count=1).vocabulary
    assert vocabulary.words[0] == int(ids[0]) and int(ids[1]) in vocabulary
    table = pa.table({"u": ["x", "x"], "i": ["7", "8"]})
    assert (
        encode(open_corpus(table, column="i", group_by="u"), min_count=1).vocabulary.words[0] == "7"
    )


# A small language of rows: few groups and times, so that they meet.
ROWS = st.lists(
    st.tuples(
        st.integers(0, 4), st.none() | st.integers(-3, 3), st.none() | st.sampled_from("abc")
    ),
    max_size=40,
)


@given(ROWS, st.integers(1, 9), st.integers(0, 5), st.integers(1, 7), st.booleans())
def test_events_are_grouped_and_sorted_as_by_hand(rows, per_block, more_rows, tokens, ordered):
    expected = defaultdict(list)
    for user, at, item in rows:
        if item is not None:
            expected[user].append((np.inf if at is None or not ordered else at, item))
    records = pa.array(
        [{"item": item, "user": user, "at": at} for user, at, item in rows],
        pa.struct([("item", pa.string()), ("user", pa.int64()), ("at", pa.int64())]),
    )
    blocks = [Block("b", records[i : i + per_block]) for i in range(0, len(rows), per_block)]
    fields = EventFields("item", ("user",), "at" if ordered else None)
    with pytest.MonkeyPatch.context() as patch:
        largest = max(map(len, expected.values()), default=0)
        patch.setattr(events, "SORTED_ROWS", largest + more_rows)
        patch.setattr(events, "_BLOCK_TOKENS", tokens)
        found, unfinished, told = [], False, []
        for block in event_blocks(blocks, fields, told.append):
            lists = block.data.to_pylist()
            assert sum(map(len, lists)) <= tokens
            if unfinished:
                found[-1] += lists.pop(0)
            found += lists
            unfinished = block.continues
    assert not unfinished and not told
    assert found == [
        [item for _, item in sorted(group, key=lambda event: event[0])]
        for group in expected.values()
    ]


def order_of(*blocks, folder):
    order = Order(folder, "when")
    with contextlib.ExitStack() as stack:
        stack.callback(order.remove)
        for block in blocks:
            order.append(block if isinstance(block, pa.Array) else pa.array(block), "log")
        order.finish()
        n = sum(map(len, blocks))
        # However it is read.
        keys = np.concatenate([order.read(i, i + 1) for i in range(n)])
        np.testing.assert_array_equal(keys, order.read(0, n))
    assert list(folder.iterdir()) == []
    return np.argsort(keys, kind="stable").tolist()


NOON = datetime(2026, 1, 31, 12)


ORDERED = {
    "integers": ([[3, 1], [2]], [1, 2, 0]),
    "numbers": ([[0.5, -np.inf, -0.5, float("nan"), -2.0, 0.25]], [1, 4, 2, 5, 0, 3]),
    "texts of numbers": ([["10", " 9 ", ""], ["-1"]], [3, 1, 0, 2]),
    "numbers after integers": ([["10", "-3", "9"], [None], ["9.5", "-4"]], [5, 1, 2, 4, 0, 3]),
    "larger than 63 bits": ([pa.array([2**63 + 4096, 5], pa.uint64())], [1, 0]),
    "decimals": ([pa.array([3, 1], pa.decimal128(9, 2))], [1, 0]),
    "booleans": ([[True, False]], [1, 0]),
    "categories": ([pa.array(["10", "9"]).dictionary_encode()], [1, 0]),
    "times": ([[NOON, None], [NOON - timedelta(days=1)]], [2, 0, 1]),
    "days": ([[date(2026, 2, 1), date(1926, 2, 1)]], [1, 0]),
    "times of day": ([[time(23), time(1)]], [1, 0]),
    "durations": ([[timedelta(5), timedelta(1)]], [1, 0]),
    "days after times": ([[NOON], [date(2026, 1, 31)]], [1, 0]),
    "texts of times": ([["2026-01-31 12:00:00", "2026-01-31T11:59:59.5"]], [1, 0]),
    "texts of times with zones": (
        [["2026-01-31T12:00:00Z", "2026-01-31T12:30:00+01:00"]],
        [1, 0],
    ),
    "texts of fine times": (
        [["2026-01-31T12:00:00.000000002", "2026-01-31T12:00:00.000000001"]],
        [1, 0],
    ),
    "text": (
        [[None], ["2026-01-31 12:00:00 UTC", ""], ["2025-01-31 12:00:00 UTC"]],
        [3, 1, 0, 2],
    ),
    "numbers after text": ([["p10", "p9"], ["10"]], [2, 0, 1]),
    "nothing": ([[None, None], [None]], [0, 1, 2]),
}


@pytest.mark.parametrize("kind", ORDERED)
def test_what_can_be_ordered(kind, tmp_path):
    blocks, expected = ORDERED[kind]
    assert order_of(*blocks, folder=tmp_path) == expected


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([["1", "2"], ["3", "soon"]], "'when' holds 'soon', where the rows before hold integers"),
        ([[1.5], ["soon"]], "'when' holds 'soon', where the rows before hold numbers"),
        ([[NOON], [5]], "'when' holds 5, where the rows before hold times"),
        (
            [["31/01/2026 12:00"]],
            "'31/01/2026 12:00', which is ordered neither .* 2026-01-31 23:59",
        ),
        ([["1.2.26"]], "'1.2.26', which is ordered neither as a number nor as text"),
        ([[b"\xff"]], "'when' holds binary, which has no order"),
        ([[[1]]], "'when' holds list<.*, which has no order"),
    ],
)
def test_what_has_no_order(blocks, message, tmp_path):
    with pytest.raises(CorpusError, match=message):
        order_of(*blocks, folder=tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"group_by": "listener"}, r"give column= \(--column\) too, the column of the items"),
        ({"column": "song", "order_by": "at"}, r"sorts the rows of a group: give group_by="),
        ({"column": "song", "group_by": "song"}, "name one column twice: 'song', 'song'"),
        (FIELDS | {"order_by": "listener"}, "name one column twice"),
        (FIELDS | {"group_by": 3}, "group_by is 3; it must be the name of a column, or a list"),
        (FIELDS | {"order_by": 3}, "order_by is 3; it must be the name of a column"),
        (FIELDS | {"tokenizer": "unicode"}, "each item is one token, which tokenizer='unicode'"),
    ],
)
def test_options_that_do_not_fit_together(options, message):
    with pytest.raises(ConfigError, match=message):
        open_corpus(TABLE, **options)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (pa.table({"song": ["a"], "listener": [1]}), "there is no column 'at'. Columns: song"),
        ([{"song": "a", "at": 1}], "item 0 of the list has no key 'listener'; it has 'song', 'at'"),
        ([{"song": ["a"], "listener": 1, "at": 1}], "of type list<item: string> are neither"),
        ([{"song": 1.5, "listener": 1, "at": 1}], "tokens of type double are neither"),
        ([{"song": "a", "listener": [1], "at": 1}], "'listener' holds list<.*cannot be grouped"),
        (
            [{"song": "a", "listener": 1, "at": 1}, {"song": "a", "listener": "x", "at": 1}],
            "the values of 'listener' are not all of one kind .* write them all as strings",
        ),
        (
            pa.table({"song": [["a"]], "listener": [1], "at": [1]}),
            "column 'song' holds list<.*it must hold strings or integers, one a row",
        ),
        (
            pa.table({"song": ["a"], "listener": [[1]], "at": [1]}),
            "column 'listener' holds list<.*it must hold one value a row",
        ),
    ],
)
def test_tables_that_hold_no_such_events(source, message):
    with pytest.raises(CorpusError, match=message):
        list(open_corpus(source, **FIELDS))


def test_files_that_hold_no_such_events(tmp_path):
    path = tmp_path / "t"
    for text, message in [
        ("song,at\na,1\nb,2\n", "line 1: there is no column 'listener'. Columns: song, at"),
        ("song,listener,at,at\na,1,1,1\n", "line 1: several columns are called 'at'"),
        ('{"song": "a", "at": 1}\n', "there is no key 'listener'"),
        (
            '{"song": "a", "at": 1, "listener": 1}\n{"song": "a", "at": 1, "listener": "x"}\n',
            "line 1: column 'listener' is '1'; expected a string",
        ),
    ]:
        path.write_text(text)
        with pytest.raises(CorpusError, match=message):
            list(open_corpus(path, **FIELDS))
    rows = [{"song": "a", "at": 1, "listener": 1}] * 9000 + [
        {"song": "a", "at": 1, "listener": "x"}
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(
        CorpusError, match="line 9,001: column 'listener' is 'x'; expected an integer"
    ):
        list(open_corpus(path, **FIELDS))


def test_one_group_of_too_many_rows_is_refused(monkeypatch):
    monkeypatch.setattr(events, "SORTED_ROWS", 2)
    rows = [{"i": "a", "country": c} for c in ["nz", "fr", "fr", "fr"]]
    with pytest.raises(
        CorpusError, match="group 'fr' of 'country' has 3 of 4 rows; one group may have 2"
    ):
        list(open_corpus(rows, column="i", group_by="country"))


LITTLE_ROOM = """
import resource
from pathlib import Path
from firth.corpus import encode, open_corpus
from firth.errors import CorpusError
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, resource.RLIM_INFINITY))
rows = [{"i": i % 7, "u": i % 5} for i in range(2000)]
corpus = open_corpus(rows, column="i", group_by="u")
for cache in (None, Path("own")):
    try:
        encode(corpus, min_count=1, cache=cache)
    except CorpusError as error:
        print(error)
try:
    list(corpus)
except OSError as error:
    print(error)
"""


def test_what_the_disk_refuses_is_said_with_its_remedy_and_nothing_is_left(
    run_python, cache_dir, tmp_path
):
    pytest.importorskip("resource")
    lines = run_python(LITTLE_ROOM).stdout.splitlines()
    where = r"temporary/firth-\w+/(items|groups)\.numbers"
    assert re.search(where + ": File too large; set FIRTH_CACHE_DIR to a folder that", lines[0])
    assert re.search(where + ": File too large; give another folder as cache=", lines[1])
    assert re.search(where, lines[2]) and len(lines) == 3
    assert [p for top in (cache_dir, tmp_path / "own") for p in top.rglob("*") if p.is_file()] == []


def test_the_cache_knows_the_grouping(tmp_path, cache_dir):
    path = as_file("t.csv", b"u,v,i\n1,2,a\n1,3,b\n")(tmp_path)
    sizes = []
    for by in ("u", "v", ["u", "v"], "u"):
        with encode(open_corpus(path, column="i", group_by=by), min_count=1) as encoded:
            sizes.append((len(encoded.offsets) - 1, encoded.reused))
            assert encoded.reading["group_by"] == ([by] if isinstance(by, str) else by)
            with pytest.raises(ConfigError, match=r"been encoded with group_by=\['"):
                firth.train(encoded, group_by="w")
            refuse_other_options({"group_by": as_names(by)}, encoded.reading, "encoded")
    assert sizes == [(1, False), (2, False), (2, False), (1, True)]


def test_progress_is_told_while_rows_are_gathered():
    told = []
    rows = [{"i": f"w{n % 7}", "u": n % 3} for n in range(100)]
    corpus = open_corpus(rows, column="i", group_by="u")
    encode(corpus, min_count=1, block_bytes=1000, on_progress=told.append)
    gathered = [progress.n_tokens for progress in told if progress.phase == "group"]
    assert len(gathered) > 2 and gathered == sorted(gathered) and gathered[-1] == 100


MEMORY = """
import resource, sys
import numpy as np, pyarrow as pa
import firth
from firth.corpus import encode, events, open_corpus
events.SORTED_ROWS = 1 << 17
def tables(n):
    random = np.random.default_rng(1)
    for _ in range(n):
        user, item, at = random.integers(0, 20000, (3, 1 << 16))
        yield pa.table({"user": user, "item": item, "at": at})
corpus = open_corpus(tables(int(sys.argv[1])), column="item", group_by="user", order_by="at")
encode(corpus, min_count=1, cache=False).close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_rows():
    pytest.importorskip("resource")

    def peak(n):
        run = [sys.executable, "-c", MEMORY, str(n)]
        return int(subprocess.run(run, check=True, capture_output=True, text=True).stdout)

    # 0.5 and 4 million rows: 8 and 64 MB of numbers.
    assert peak(64) < 1.1 * peak(8)
