"""Tables in memory: out and in without a copy, through Arrow's interface and nothing else."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import firth
from firth.errors import ConfigError, FormatError
from firth.formats.frames import as_table, is_frame
from firth.vectors import WordVectors

MATRIX = np.random.default_rng(7).normal(size=(4, 3)).astype(np.float32)
WORDS = ["the", "ä b", "", "😀"]
COUNTS = [9, 4, 2, 1]


@pytest.fixture
def vectors():
    return WordVectors(WORDS, MATRIX, counts=COUNTS)


class Stream:
    """A table of a library that nobody has heard of, with no more than Arrow's interface."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


class Array:
    """A record batch of such a library."""

    def __init__(self, table):
        self._batch = table.combine_chunks().to_batches()[0]

    def __arrow_c_array__(self, requested_schema=None):
        return self._batch.__arrow_c_array__(requested_schema)


class Lance:
    """What LanceDB's tables have."""

    def __init__(self, table):
        self._table = table

    def to_arrow(self):
        return self._table


class HuggingFace:
    """What Hugging Face's datasets have."""

    def __init__(self, table):
        self._table = table

    def with_format(self, kind):
        return {"arrow": self}[kind]

    def __getitem__(self, key):
        assert key == slice(None)
        return self._table


def other(library, make):
    """A frame of a library that is installed with firth[peers]."""
    return pytest.param(
        lambda table: make(pytest.importorskip(library), table), id=library, marks=pytest.mark.peers
    )


def hugging_face(datasets, table):
    return datasets.Dataset(datasets.table.InMemoryTable(table))


FRAMES = [
    pytest.param(lambda table: table, id="Arrow"),
    pytest.param(Stream, id="a stream"),
    pytest.param(Array, id="an array"),
    pytest.param(lambda table: table.to_reader(), id="a reader"),
    pytest.param(Lance, id="like LanceDB"),
    pytest.param(HuggingFace, id="like Hugging Face"),
    other("polars", lambda polars, table: polars.DataFrame(Stream(table))),
    other("pandas", lambda pandas, table: table.to_pandas()),
    other("duckdb", lambda duckdb, table: duckdb.connect().from_arrow(table)),
    other("datasets", hugging_face),
]


@pytest.mark.parametrize("make", FRAMES)
def test_there_and_back(vectors, make):
    found = firth.read_vectors(make(as_table(vectors)))
    assert list(found.words) == WORDS and found.counts.tolist() == COUNTS
    np.testing.assert_array_equal(found.matrix, MATRIX)
    assert found.matrix.dtype == np.float32 and not found.matrix.flags.writeable


def address(array):
    return array.values.buffers()[1].address


def test_nothing_is_copied(vectors):
    table = pa.table(vectors)
    assert table.schema.names == ["word", "count", "vector"]
    assert address(table["vector"].chunk(0)) == vectors.matrix.ctypes.data
    again = firth.read_vectors(Stream(table))
    assert again.matrix.ctypes.data == vectors.matrix.ctypes.data
    del table, vectors
    np.testing.assert_array_equal(again.matrix, MATRIX)  # who was given it keeps it alive


def test_nothing_is_copied_of_what_was_saved(vectors, tmp_path):
    vectors.save(tmp_path / "vectors")
    mapped = firth.read_vectors(tmp_path / "vectors")
    assert address(pa.table(mapped)["vector"].chunk(0)) == mapped.matrix.ctypes.data


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_that_do_not_lie_together(dtype):
    padded = np.zeros((4, 16), dtype)
    padded[:, :3] = MATRIX
    table = pa.table(WordVectors(WORDS, padded[:, :3]))
    assert table.schema.names == ["word", "vector"]
    assert table["vector"].type == pa.list_(pa.from_numpy_dtype(dtype), 3)
    np.testing.assert_array_equal(firth.read_vectors(table).matrix, MATRIX.astype(dtype))


@pytest.mark.parametrize("ids", [[7, -5], [2**63, 2**64 - 1], [10**30, 3]])
def test_integers_stay_integers(ids):
    table = pa.table(WordVectors(ids, MATRIX[:2]))
    wide = max(ids) >= 2**64
    assert table["word"].to_pylist() == ([str(i) for i in ids] if wide else ids)
    found = firth.read_vectors(table)
    assert list(found.words) == table["word"].to_pylist()
    np.testing.assert_array_equal(found[ids[1] if not wide else "3"], MATRIX[1])


COLUMNS = {
    "lists": pa.array(MATRIX.tolist(), pa.list_(pa.float32())),
    "large lists": pa.array(MATRIX.tolist(), pa.large_list(pa.float32())),
    "half": pa.array([row.astype(np.float16) for row in MATRIX], pa.list_(pa.float16(), 3)),
    "pieces": pa.chunked_array(
        [pa.array(MATRIX[a:b].tolist(), pa.list_(pa.float32(), 3)) for a, b in [(0, 1), (1, 4)]]
    ),
    "a slice": pa.array([[0.0] * 3, *MATRIX.tolist()], pa.list_(pa.float32(), 3)).slice(1),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_lists_of_any_kind(kind):
    words = pa.array(WORDS).dictionary_encode() if kind == "lists" else pa.array(WORDS)
    table = pa.table({"note": ["x"] * 4, "vector": COLUMNS[kind], "word": words})
    found = firth.read_vectors(table)
    assert list(found.words) == WORDS and found.counts is None
    np.testing.assert_allclose(found.matrix, MATRIX, atol=1e-3 if kind == "half" else 0)
    assert found.matrix.dtype == np.float32


def test_some_words(vectors):
    assert list(firth.read_vectors(Stream(pa.table(vectors)), top=2).words) == WORDS[:2]
    found = firth.read_vectors(pa.table(vectors), words=["😀", "the"])
    np.testing.assert_array_equal(found.matrix, MATRIX[[3, 0]])
    twice = pa.concat_tables([pa.table(vectors)] * 2)
    with pytest.raises(FormatError, match=r"<Table>: the word 'the' occurs twice"):
        firth.read_vectors(twice)
    assert len(firth.read_vectors(twice, duplicates="first")) == 4


def table(**changed):
    columns = {"word": ["a", "b"], "vector": [[1.0, 2.0], [3.0, 4.0]]}
    return pa.table({name: value for name, value in {**columns, **changed}.items() if value})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (table(vector=None), r"<Table>: a table with the columns \['word'\]; expected one named"),
        (table(word=["a", None]), "a word is missing"),
        (table(vector=[[1.0, 2.0], None]), "a vector is missing"),
        (table(word=[1.5, 2.5]), "the column word holds double; expected strings or integers"),
        (table(vector=[[1.0], [1.0, 2.0]]), "not all of one length"),
        (table(vector=[[1.0, None], [1.0, 2.0]]), "not all of one length, or have gaps"),
        (table(vector=[[1, 2], [3, 4]]), "column vector holds list<.*int64>; expected lists of f"),
        (table(vector=["x", "y"]), "column vector holds string"),
        (table(vector=[[1.0, np.inf], [1.0, 2.0]]), "vector of 'a' holds a value .* not a finite"),
        (table(count=[1, -1]), "a count is below 0"),
        (table(count=["x", "y"]), "no table of words and vectors"),
        (table().slice(0, 0), "not a single vector"),
        (pa.chunked_array([["a"]]), "no table of words and vectors"),
    ],
)
def test_what_is_no_table_of_vectors(wrong, message):
    with pytest.raises(FormatError, match=message):
        firth.read_vectors(wrong)


def test_pieces_of_different_lengths():
    pieces = [pa.array([row], pa.list_(pa.float32())) for row in ([1.0], [1.0, 2.0])]
    with pytest.raises(FormatError, match="vectors are not all of one length"):
        firth.read_vectors(pa.table({"word": ["a", "b"], "vector": pa.chunked_array(pieces)}))


def test_options_of_files(vectors):
    with pytest.raises(ConfigError, match="format is that of a file, and this is a table"):
        firth.read_vectors(pa.table(vectors), format="arrow")
    with pytest.raises(ConfigError, match=r"path is \[1\]: it is of type list"):
        firth.read_vectors([1])
    assert not is_frame(pa.Table) and not is_frame("a.parquet")


@pytest.mark.peers
def test_polars_shares_the_memory(vectors):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(vectors)
    assert frame.schema["vector"] == polars.Array(polars.Float32, 3)
    assert firth.read_vectors(frame).matrix.ctypes.data == vectors.matrix.ctypes.data


@pytest.mark.peers
def test_duckdb_asks_vectors_as_they_are(vectors):
    duckdb = pytest.importorskip("duckdb")
    query = "select word from vectors order by array_cosine_similarity(vector, ?::float[3]) desc"
    found = duckdb.connect().execute(query, [MATRIX[1].tolist()]).fetchall()
    assert [word for (word,) in found] == [w for w, _ in vectors.most_similar(MATRIX[1], k=4)]
