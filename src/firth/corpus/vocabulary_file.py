"""The file of a vocabulary: Arrow IPC, columns ``word`` (string) and ``count`` (int64)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.files.arrow import numbers_of, read_table
from firth.files.atomic import atomic_path

_FORMAT = {b"format": b"firth vocabulary", b"version": b"1"}
# Beside these where words are integers. The column is one of strings all the same: ids may need
# more than 64 bits, and who does not know this entry reads words.
_INTEGERS = {b"words": b"integers"}


def write(path: Path, words: WordList, counts: NDArray[np.int64]) -> None:
    """Write words with their counts; see :meth:`firth.Vocabulary.save`."""
    metadata = {**_FORMAT, b"total": str(counts.sum()).encode()}
    metadata |= _INTEGERS if words.integers else {}
    table = pa.table({"word": words.array, "count": pa.array(counts)})
    # Opened by Python: Arrow takes no names that are not UTF-8.
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        write_table(table.replace_schema_metadata(metadata), file)


def read(path: Path) -> tuple[WordList, NDArray[np.int64]]:
    """Read words with their counts, with every check; see :meth:`firth.Vocabulary.load`."""
    table = read_table(path, "vocabulary file")
    metadata = table.schema.metadata or {}
    if metadata.get(b"format") != _FORMAT[b"format"]:
        raise FormatError(f"{path}: an Arrow file, but not a vocabulary saved by firth")
    if metadata.get(b"version") != _FORMAT[b"version"]:
        version = metadata.get(b"version", b"?")[:20].decode(errors="replace")
        raise FormatError(
            f"{path}: vocabulary version {version}; this firth reads version 1: install "
            "a newer firth"
        )
    if sorted((field.name, str(field.type)) for field in table.schema) != [
        ("count", "int64"),
        ("word", "string"),
    ]:
        raise FormatError(f"{path}: expected columns word: string, count: int64")
    array = table["word"].combine_chunks()
    known = not table["count"].null_count
    counts = numbers_of(table["count"]) if known else np.empty(0, np.int64)
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.chunks else pa.array([], pa.string())
    total = metadata.get(b"total", b"").decode(errors="replace")[:20]
    if (
        not len(array)
        or array.null_count
        or not known
        or counts.min() < 1
        or (counts[1:] > counts[:-1]).any()
        or str(counts.sum()) != total
    ):
        raise FormatError(
            f"{path}: the counts are damaged (they must be 1 or more, fall, and add up to "
            f"{total or 'the total'})"
        )
    integers = metadata.get(b"words") == _INTEGERS[b"words"]
    if integers and not pc.all(pc.match_substring_regex(array, r"^(0|-?[1-9]\d*)$")).as_py():
        raise FormatError(f"{path}: the words should be integers; some are not")
    return WordList(array, integers), counts


def write_table(table: Any, file: Any) -> None:
    """Write a table to an open file in the Arrow IPC file format."""
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
