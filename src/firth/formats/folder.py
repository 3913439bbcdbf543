"""firth's own folder: a trained model, or vectors alone that came from another program.

::

    vectors.safetensors   the matrices by name: "input", and "ngrams" and "output" where there are
    vocabulary.arrow      columns word (string) and, where they are known, count (int64)
    config.json           "format": "firth-model" or "firth-vectors", and what it needs

Matrices are mapped, so that a million vectors open at once. Vectors alone need no counts, may be in
any order, and have no settings, history or corpus: :func:`firth.load` takes models only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from firth.corpus.vocabulary import Vocabulary
from firth.corpus.vocabulary_file import write_table
from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, FormatError
from firth.files.arrow import read_table
from firth.files.output import check_place
from firth.files.together import PathOf
from firth.formats import native
from firth.formats.contents import Contents, NGrams, ReadOptions, WriteOptions
from firth.formats.transform import first_words
from firth.values import shown
from firth.vectors.unseen import ngram_lengths

#: Words differ in what firth has written.
DISTINCT = True
_FORMAT = {b"format": b"firth words", b"version": b"1"}


def read_path(folder: Path, options: ReadOptions) -> Contents:
    """Read the vectors of a model, or vectors alone."""
    found = native.FILES.read(folder, lambda path_of: _read(folder, path_of))
    return found if options.top is None else first_words(found, options.top)


def _read(folder: Path, path_of: PathOf) -> Contents:
    description = native.read_description(folder, (native.FORMAT_NAME, native.VECTORS_NAME))
    rows, config = description["rows"], description["config"]
    file = path_of(native.VOCABULARY_FILE)
    trained = description["format"] == native.FORMAT_NAME
    if trained:
        vocabulary: Vocabulary = native.read_vocabulary(file)
        words, counts = vocabulary.words, vocabulary.counts
    else:
        words, counts = _read_words(file)
    matrices = native.read_vectors(path_of(native.VECTORS_FILE), rows, check_values=False)
    where = path_of(native.VECTORS_FILE)
    if "input" not in matrices:
        raise FormatError(f"{where}: there is no matrix 'input'")
    for name, matrix in matrices.items():
        if rows[name] == "words" and len(matrix) != len(words):
            raise FormatError(
                f"{where}: {shown(name)} has {len(matrix):,} rows, but there are {len(words):,} "
                "words; the files are not of one model"
            )
    output = matrices.get("output") if rows.get("output") == "words" else None
    return Contents(
        words, matrices["input"], counts, _ngrams(where, matrices, rows, config), output,
        trained=trained,
    )  # fmt: skip


def _ngrams(
    file: Path, matrices: dict[str, Any], rows: dict[str, str], config: dict[str, Any]
) -> NGrams | None:
    name = next((name for name, kind in rows.items() if kind == "ngrams"), None)
    if name is None:
        return None
    try:
        lengths = ngram_lengths(config, len(matrices[name]))
    except FormatError as error:
        raise FormatError(f"{file}: {error}") from error
    return NGrams(matrices[name], *lengths, repeats=config.get("repeats") is True)


def _read_words(file: Path) -> tuple[WordList, Any]:
    table = read_table(file, "list of words")
    kinds = {field.name: str(field.type) for field in table.schema}
    if len(kinds) < len(table.schema):
        raise FormatError(f"{file}: columns {shown(table.schema.names)}; a name stands there twice")
    metadata = table.schema.metadata or {}
    if any(metadata.get(key) != value for key, value in _FORMAT.items()) or kinds not in (
        {"word": "string"},
        {"word": "string", "count": "int64"},
    ):
        raise FormatError(
            f"{file}: expected words of firth-vectors, version 1; found {shown(kinds)}"
        )
    if table["word"].null_count or any(c.null_count for c in table.columns):
        raise FormatError(f"{file}: a word or a count is missing")
    array = table["word"].combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    counts = np.array(table["count"].to_numpy()) if "count" in kinds else None
    if counts is not None and len(counts) and counts.min() < 0:
        raise FormatError(f"{file}: a count is below 0")
    return WordList(array, metadata.get(b"words") == b"integers"), counts


def write_path(folder: Path, contents: Contents, options: WriteOptions) -> None:
    """Write vectors alone; a folder that holds something else is not touched."""
    check_place(folder)
    if folder.is_dir() and not native.is_model(folder) and not native.is_vectors(folder):
        others = [item for item in folder.iterdir() if not native.FILES.is_leftover(item.name)]
        if others:
            raise ConfigError(
                f"{folder} is not empty and holds no vectors of firth; choose a new folder, so "
                "that nothing of yours is overwritten"
            )
    native.FILES.save(folder, lambda path_of, generation: _write(
        path_of, generation, contents, options
    ))  # fmt: skip


def _write(path_of: PathOf, generation: str, contents: Contents, options: WriteOptions) -> None:
    dtype = np.dtype(options.dtype or contents.matrix.dtype)
    matrices, rows = {"input": contents.matrix}, {"input": "words"}
    config: dict[str, Any] = {"dim": contents.matrix.shape[1]}
    ngrams = contents.ngrams
    if ngrams is not None and (ngrams.keys is None or len(ngrams.matrix) == ngrams.buckets):
        matrices["ngrams"], rows["ngrams"] = ngrams.matrix, "ngrams"
        config |= {"min_n": ngrams.min_n, "max_n": ngrams.max_n, "buckets": ngrams.buckets}
        config |= {"repeats": True} if ngrams.repeats else {}
    if contents.output is not None:
        matrices["output"], rows["output"] = contents.output, "words"
    native.write_vectors(path_of(native.VECTORS_FILE), matrices, dtype)
    columns = {"word": contents.words.array.cast(pa.string())}
    if contents.counts is not None:
        columns["count"] = pa.array(contents.counts)
    metadata = _FORMAT | ({b"words": b"integers"} if contents.words.integers else {})
    with path_of(native.VOCABULARY_FILE).open("wb") as file:
        write_table(pa.table(columns).replace_schema_metadata(metadata), file)
    native.write_description(
        path_of(native.CONFIG_FILE),
        {
            "generation": generation,
            "rows": rows,
            "config": config,
            "corpus": {},
            "provenance": {},
            "history": [],
            "loss_curve": [],
        },
        native.VECTORS_NAME,
    )
