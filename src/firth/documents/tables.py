"""Vectors of documents → files, one batch after the other.

::

    .parquet           columns vector (fixed_size_list<float>) and, if wanted, text
    .arrow, .feather   the same
    .npy               the vectors, (n, dim)
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa

from firth.documents.batch import EncodedDocuments, NoneKnown
from firth.documents.encoder import DocumentEncoder
from firth.errors import ConfigError, CorpusError
from firth.files.given import given_path
from firth.files.tables import TABLE_WRITERS, whole_file
from firth.vectors.components import SecondMoment

Add = Callable[[EncodedDocuments], None]


class Layout(NamedTuple):
    """What the rows of a file are.

    Attributes
    ----------
    dim : int
        Length of each vector.
    dtype : numpy.dtype
        float32 or float64.
    texts : bool
        The documents stand beside their vectors.
    counts : bool
        So do the numbers of their words.
    """

    dim: int
    dtype: np.dtype[Any]
    texts: bool
    counts: bool = False

    @property
    def schema(self) -> Any:
        """As Arrow has it."""
        text = [("text", pa.string())] if self.texts else []
        vector = ("vector", pa.list_(pa.from_numpy_dtype(self.dtype), self.dim))
        counts = [("n_known", pa.int64()), ("n_words", pa.int64())] if self.counts else []
        return pa.schema([*text, vector, *counts])

    def rows(self, batch: EncodedDocuments) -> Any:
        """Make Arrow's rows of a batch."""
        values = pa.array(np.ascontiguousarray(batch.vectors).ravel())
        columns = {
            "text": pa.array(batch.texts, pa.string()) if self.texts else None,
            "vector": pa.FixedSizeListArray.from_arrays(values, self.dim),
            "n_known": pa.array(batch.n_known),
            "n_words": pa.array(batch.n_words),
        }
        return pa.record_batch([columns[name] for name in self.schema.names], schema=self.schema)

    def batch(self, rows: Any) -> EncodedDocuments:
        """Make a batch of rows that :meth:`rows` made, with counts."""
        return EncodedDocuments(
            rows["vector"].flatten().to_numpy().reshape(len(rows), self.dim),
            rows["n_known"].to_numpy(),
            rows["n_words"].to_numpy(),
            rows["text"].to_pylist() if self.texts else None,
        )


@contextmanager
def _table(ending: str, file: BinaryIO, layout: Layout) -> Iterator[Add]:
    with TABLE_WRITERS[ending](file, layout.schema) as writer:
        yield lambda batch: writer.write_batch(layout.rows(batch))


@contextmanager
def _numpy(file: BinaryIO, layout: Layout) -> Iterator[Add]:
    n = 0

    def head() -> None:
        # NumPy leaves room for the number of rows to grow, so that all heads are of one length.
        shape, dtype = (n, layout.dim), layout.dtype.newbyteorder("<")
        description = {"descr": dtype.str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, description)

    def add(batch: EncodedDocuments) -> None:
        nonlocal n
        n += len(batch.vectors)
        file.write(np.ascontiguousarray(batch.vectors, layout.dtype.newbyteorder("<")).data)

    head()
    begin = file.tell()
    yield add
    file.seek(0)
    head()
    if file.tell() != begin:
        raise AssertionError("the head of the file has grown into its numbers")


#: Ending of a name → how such a file is written.
WRITERS: dict[str, Callable[[BinaryIO, Layout], Any]] = {
    **{ending: partial(_table, ending) for ending in (".parquet", ".arrow", ".feather")},
    ".npy": _numpy,
}


def write_documents(
    encoder: DocumentEncoder, texts: Any, path: str | Path, *, keep_texts: bool = False
) -> NoneKnown:
    """Write the vectors of documents to a file, a row each, in their order.

    Documents are read once, some thousands at a time. If the encoder has yet to find what they have
    in common, their vectors wait in a nameless file beside the new one until it is known.

    Parameters
    ----------
    encoder : DocumentEncoder
        Makes the vectors.
    texts
        As for :meth:`DocumentEncoder.encode`.
    path : str or Path
        Where to; the name ends in ``.parquet``, ``.arrow``, ``.feather`` or ``.npy``. A file there
        is replaced when the new one is whole.
    keep_texts : bool
        Write the documents too; ``.npy`` has no place for them.

    Returns
    -------
    NoneKnown
        How many documents there were, and how many have vectors of zeros.

    Raises
    ------
    ConfigError
        The name ends in something else, or `keep_texts` does not fit it.
    CorpusError
        There is no document; or one cannot be read.
    SaveError
        The file cannot be written; what was there before is as it was.

    Examples
    --------
    >>> from firth.vectors import WordVectors
    >>> path = Path(tempfile.mkdtemp()) / "vectors.npy"
    >>> encoder = DocumentEncoder(WordVectors(["a", "b"], [[1.0, 2.0], [3.0, 4.0]]))
    >>> write_documents(encoder, ["a b", "c"], path).text
    '1 of 2 documents got zeros: 1 without a word that has a vector'
    >>> np.load(path).tolist()
    [[2.0, 3.0], [0.0, 0.0]]
    """
    place = given_path("path", path)
    write = writer_for(place, keep_texts)
    layout = Layout(encoder.dim, encoder.vectors.matrix.dtype, keep_texts)
    said = NoneKnown()
    with whole_file(place) as file:
        with write(file, layout) as add:
            for batch in _counted(_encoded(encoder, texts, place.parent, layout), said):
                add(batch)
        if not said.n:
            raise CorpusError(f"{_named(texts)}: there is no document in it, not even a line")
    return said


def writer_for(path: Path, keep_texts: bool) -> Callable[[BinaryIO, Layout], Any]:
    """Return how a file is written, by the ending of its name.

    Raises
    ------
    ConfigError
        No format ends so, it holds no texts, or the path is a folder.
    """
    ending = path.suffix.lower()
    if ending not in WRITERS:
        raise ConfigError(f"{path}: the name must end in one of {', '.join(WRITERS)}")
    if keep_texts and ending == ".npy":
        raise ConfigError(f"{path}: NumPy's format holds no texts; write .parquet or .arrow")
    if path.is_dir():
        raise ConfigError(f"{path} is a folder; vectors of documents are one file")
    return WRITERS[ending]


def _encoded(
    encoder: DocumentEncoder, texts: Any, folder: Path, layout: Layout
) -> Iterator[EncodedDocuments]:
    if not encoder.remove or encoder.components is not None:
        yield from encoder.batches(texts, keep_texts=layout.texts)
        return
    moment = SecondMoment(encoder.dim)
    counted = layout._replace(counts=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        with pa.ipc.new_stream(file, counted.schema) as writer:
            for batch in encoder.raw_batches(texts, keep_texts=layout.texts):
                moment.add(batch.vectors)
                writer.write_batch(counted.rows(batch))
        if moment.n:
            encoder.fit_moment(moment)
        file.seek(0)
        with pa.ipc.open_stream(file) as waiting:
            for rows in waiting:
                batch = counted.batch(rows)
                yield batch._replace(vectors=encoder.without_components(batch.vectors))


def _counted(batches: Iterable[EncodedDocuments], said: NoneKnown) -> Iterator[EncodedDocuments]:
    for batch in batches:
        said.add(batch)
        yield batch


def _named(texts: Any) -> str:
    return str(getattr(texts, "name", None) or f"<{type(texts).__name__}>")
