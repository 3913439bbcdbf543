"""Files of vectors of documents: every format, whole or not at all, read by their own readers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import firth
from firth.documents import DocumentEncoder, encoder
from firth.documents.tables import WRITERS, write_documents
from firth.errors import ConfigError, CorpusError, SaveError

WORDS = ["the", "cat", "sat", "on", "mat"]
TEXTS = ["the cat", "", "sat on the mat", "dog", "cat cat"] * 3


def vectors(dtype=np.float32):
    matrix = np.random.default_rng(5).standard_normal((5, 3)).astype(dtype)
    return firth.WordVectors(WORDS, matrix, counts=[50, 9, 5, 40, 3])


def read(path):
    """Vectors and texts, as the formats' own libraries read them."""
    if path.suffix == ".npy":
        return np.load(path), None
    table = pq.read_table(path) if path.suffix == ".parquet" else pa.ipc.open_file(path).read_all()
    rows = table["vector"].combine_chunks()
    texts = table["text"].to_pylist() if "text" in table.schema.names else None
    return rows.flatten().to_numpy().reshape(len(rows), -1), texts


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighting", ["mean", "sif"])
def test_a_file_holds_what_encode_gives(tmp_path, monkeypatch, ending, dtype, weighting):
    monkeypatch.setattr(encoder, "_BATCH", 3 * 4)  # four documents at a time
    made = DocumentEncoder(vectors(dtype), weighting=weighting)
    path, texts = tmp_path / f"v{ending}", ending != ".npy"
    said = write_documents(made, iter(TEXTS), path, keep_texts=texts)
    assert (said.n, said.n_empty, said.n_unknown) == (15, 3, 3)
    with pytest.warns(match="6 of 15 documents got zeros"):
        expected = made.encode(TEXTS)
    found, kept = read(path)
    assert found.dtype == dtype and np.array_equal(found, expected)
    assert kept == (TEXTS if texts else None)
    assert list(tmp_path.iterdir()) == [path]
    if texts:
        write_documents(made, TEXTS, path)
        assert read(path)[1] is None


def test_the_head_of_numpy_s_format_is_that_of_numpy(tmp_path):
    write_documents(DocumentEncoder(vectors()), TEXTS, tmp_path / "v.npy")
    np.save(tmp_path / "w.npy", np.load(tmp_path / "v.npy"))
    assert (tmp_path / "w.npy").read_bytes() == (tmp_path / "v.npy").read_bytes()


@pytest.mark.parametrize("weighting", ["mean", "sif"])
@pytest.mark.parametrize("ending", WRITERS)
def test_what_fails_leaves_the_old_file(tmp_path, monkeypatch, weighting, ending):
    def broken():
        yield from TEXTS
        yield 5

    monkeypatch.setattr(encoder, "_BATCH", 3 * 4)
    path = tmp_path / f"v{ending}"
    path.write_text("old")
    made = DocumentEncoder(vectors(), weighting=weighting)
    with pytest.raises(CorpusError, match="item 15 of the generator is 5"):
        write_documents(made, broken(), path)
    with pytest.raises(CorpusError, match="<list>: there is no document in it, not even a line"):
        write_documents(made, [], path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_names_and_places_are_checked_first(tmp_path):
    made = DocumentEncoder(vectors())
    with pytest.raises(ConfigError, match=r"must end in one of \.parquet, \.arrow"):
        write_documents(made, TEXTS, tmp_path / "v.csv")
    with pytest.raises(ConfigError, match="NumPy's format holds no texts"):
        write_documents(made, TEXTS, tmp_path / "v.npy", keep_texts=True)
    (tmp_path / "folder.npy").mkdir()
    with pytest.raises(ConfigError, match="is a folder"):
        write_documents(made, TEXTS, tmp_path / "folder.npy")
    with pytest.raises(SaveError, match="what was there is as it was"):
        write_documents(made, TEXTS, tmp_path / "nowhere" / "v.npy")


def test_documents_of_unknown_words_alone_are_zeros(tmp_path):
    made = DocumentEncoder(vectors(), weighting="sif")
    said = write_documents(made, ["dog", "dogs"], tmp_path / "v.npy")
    assert "2 of 2 documents got zeros" in said.text and "lowercase=" in said.text
    assert not np.load(tmp_path / "v.npy").any()
