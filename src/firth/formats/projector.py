r"""The folder of TensorBoard's projector: vectors as text, and what is shown beside the points.

::

    tensors.tsv            v1 \t v2 … vD                a line for each word
    metadata.tsv           word                         a line for each word; with counts, behind
                           word \t count                a first line "word \t count"
    projector_config.pbtxt names both

(tensorboard 2.21, ``projector_plugin.py``.) If metadata.tsv has one column, its first line is the
first word, and if it has more, names of the columns. Blank lines of both files are skipped, so that
a word that is blank would give its place to the next one: it is refused, as are words with tabs and
ends of lines. TensorBoard shows the first 100,000.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.files.folders import atomic_folder
from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.source import BLOCK, as_bytes, new_matrix, open_source
from firth.formats.text_rows import read_numbers, write_rows
from firth.formats.words import bytes_of, decode_words, refuse_words
from firth.values import reason, shown

TITLE = "the folder of TensorBoard's projector"
TENSORS, METADATA, CONFIG = NAMES = ("tensors.tsv", "metadata.tsv", "projector_config.pbtxt")
FORBIDDEN = (
    r"^[\t-\r \x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}"
    r"\x{3000}\x{feff}]*$|[\t\n\r]",
    "a tab or an end of line, or nothing but blanks",
)
_CONFIG = f'embeddings {{\n  tensor_path: "{TENSORS}"\n  metadata_path: "{METADATA}"\n}}\n'
#: Names of the column of counts in files of other programs.
_COUNTS = ("count", "counts", "frequency")
_LINE = re.compile(rb"[^\n]+")
_WHOLE = re.compile(rb"\d{1,18}")
#: A line of tensors.tsv has to be within so many bytes.
_BLOCK = 1 << 24
_MOST_COLUMNS = 100_000
_LARGEST_CONFIG, _LONGEST_NAME = 1 << 20, 255
#: Rows written at once.
_ROWS = 4096


def write_path(path: Path, contents: Contents, options: WriteOptions) -> None:
    """Write the folder, whole or not at all."""
    refuse_words(contents.words, *FORBIDDEN, TITLE)
    counts = contents.counts
    with atomic_folder(path, NAMES) as folder:
        with (folder / TENSORS).open("wb") as file:
            write_rows(file, None, contents.matrix, "\t")
        with (folder / METADATA).open("wb") as file:
            file.write(b"" if counts is None else b"word\tcount\n")
            for start in range(0, len(contents.words), _ROWS):
                labels: Any = contents.words.array.slice(start, _ROWS).cast(pa.large_string())
                columns = [labels]
                if counts is not None:
                    numbers = pa.array(counts[start : start + _ROWS]).cast(pa.large_string())
                    columns.append(numbers)
                end = pa.scalar("\n", pa.large_string())
                tab = pa.scalar("\t", pa.large_string())
                rows = pc.binary_join_element_wise(*columns, tab)
                nothing = pa.scalar("", pa.large_string())
                file.write(bytes_of(pc.binary_join_element_wise(rows, nothing, end))[1].tobytes())
        (folder / CONFIG).write_bytes(_CONFIG.encode())


def read_path(path: Path, options: ReadOptions) -> Contents:
    """Read the one embedding of a folder, or the first words of it."""
    tensors, metadata = _files(path)
    with open_source(tensors) as source:
        most = source.size and source.size // 2 + 1  # a digit and an end of line
    words, counts = _read_labels(metadata, most, options.errors)
    wanted = len(words) if options.top is None else min(options.top, len(words))
    matrix = _read_matrix(tensors, metadata, len(words), wanted)
    return Contents(
        WordList(words.slice(0, wanted)), matrix,
        counts=None if counts is None else counts[:wanted],
    )  # fmt: skip


def _files(path: Path) -> tuple[Path, Path]:
    """Return where vectors and words are, as the configuration says."""
    file = path / CONFIG
    try:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST_CONFIG).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{file}: cannot be read ({reason(error)})") from error
    found = []
    for key, holds in (("tensor_path", "vectors"), ("metadata_path", "words")):
        pattern = rf"^[^#\n]*?\b{key}\s*:\s*(\"[^\"\n]*\"|'[^'\n]*')"
        names = re.findall(pattern, text, re.MULTILINE)
        if len(names) != 1:
            raise FormatError(
                f"{file}: {key} is given {len(names)} times; expected once, as firth reads folders "
                f"with one embedding, whose {holds} are in a file of text"
            )
        name = PurePosixPath(names[0][1:-1])
        bad = {"..", "\0", "\\"} & {*name.parts, *str(name)}
        if name.is_absolute() or bad or len(str(name)) > _LONGEST_NAME:
            raise FormatError(f"{file}: {key} is {shown(name)}; expected a file within the folder")
        found.append(path / name)
    return found[0], found[1]


def _read_matrix(file: Path, metadata: Path, words: int, wanted: int) -> NDArray[np.float32]:
    """Read the first of the vectors, as many as are wanted; all have to be there."""
    with open_source(file) as source:
        first = source.peek(_BLOCK).lstrip(b"\r\n").split(b"\n", 1)[0]
        dim = first.count(b"\t") + 1
        if not first.strip() or dim > _MOST_COLUMNS:
            raise FormatError(f"{file}: there is no line of numbers with tabs between them")
        if source.size is not None and words * 2 * dim - 1 > source.size:
            raise _of_two_folders(metadata, words, f"room for {source.size // (2 * dim):,}")
        matrix = new_matrix(source, wanted, dim)
        rows, more = read_numbers(source, matrix)
    if rows < wanted or (more and wanted == words):
        raise _of_two_folders(metadata, words, "more" if more else f"{rows:,}")
    return matrix


def _of_two_folders(metadata: Path, words: int, vectors: str) -> FormatError:
    return FormatError(
        f"{metadata}: there are {words:,} words, but {vectors} vectors; a first line that names "
        "columns belongs there only if there are several. The files are not of one folder, or one "
        "is cut off"
    )


def _read_labels(file: Path, most: int | None, errors: str) -> tuple[Any, NDArray[np.int64] | None]:
    """Return the words, and counts where a column is named so."""
    with open_source(file) as source:
        data = b"".join(iter(lambda: source.read(BLOCK), b""))
        # Counted first: where lines are in order they take as much memory as the vectors do.
        found, first = 0, b""
        for piece in _LINE.finditer(data):
            if piece[0].strip():
                found, first = found + 1, first or piece[0]
        named = b"\t" in first
        found -= named
        if most and found > most:
            raise _of_two_folders(file, found, f"room for {most:,}")
        if found < 1:
            raise FormatError(f"{file}: there is not a single word in it")
        names = first.removesuffix(b"\r").split(b"\t") if named else []
        column = _column_of_counts(names)
        starts, lengths = np.empty(found, np.int64), np.empty(found, np.int64)
        counts = None if column is None else np.empty(found, np.int64)
        row = -int(named)
        for piece in _LINE.finditer(data):
            if not piece[0].strip():
                continue
            if row >= 0:
                fields = piece[0].removesuffix(b"\r").split(b"\t")
                starts[row], lengths[row] = piece.start(), len(fields[0])
                if counts is not None and column is not None:
                    counts[row] = _count(file, row, fields[column] if column < len(fields) else b"")
            row += 1
        words = decode_words(source, as_bytes(data), starts, lengths, errors, 0)
    return words, counts


def _column_of_counts(names: list[bytes]) -> int | None:
    known = [name.decode("utf-8", "replace").strip().lower() for name in names]
    return next((known.index(name) for name in _COUNTS if name in known[1:]), None)


def _count(file: Path, row: int, text: bytes) -> int:
    if not _WHOLE.fullmatch(text):
        raise FormatError(
            f"{file}: the count of word {row + 1:,} is {text[:40]!r}; expected a whole number"
        )
    return int(text)
