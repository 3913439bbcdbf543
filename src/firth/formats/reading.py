"""Vectors of any program: what a file is, is found out from its content, and then it is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from firth.config.peers import takes
from firth.corpus.compression import is_regular
from firth.corpus.wordlist import Word, WordList
from firth.errors import ConfigError, CorpusError, FormatError
from firth.files.given import given_path
from firth.formats import native
from firth.formats.contents import Contents, Opened, ReadOptions, infinite_row
from firth.formats.frames import is_frame, read_frame
from firth.formats.recognise import format_of
from firth.formats.registry import FORMATS, format_named
from firth.formats.source import open_source
from firth.formats.strangers import no_model, reader_of
from firth.formats.transform import chosen, first_words
from firth.formats.words import ERRORS, all_differ, first_of_each, first_twice
from firth.values import Whole, shown
from firth.vectors import WordVectors
from firth.vectors.unseen import NGramMean

#: What is done with a word that occurs twice.
DUPLICATES = ("refuse", "first")


@takes
def read_vectors(
    path: Any,
    *,
    format: str | None = None,
    top: int | None = None,
    words: Sequence[Word] | None = None,
    errors: str = "strict",
    duplicates: str = "refuse",
) -> WordVectors:
    r"""Read words and their vectors from a file or folder of any program that firth knows.

    What it is, is told by its content, whatever its name; files may be compressed (gzip, bzip2, xz,
    Zstandard). Nothing in it can run code: pickles are refused. Every figure of a header is checked
    against the length of the file before memory is taken.

    Parameters
    ----------
    path : str, Path or table
        A model of firth, or a file of one of the formats of ``docs/formats.md``. Or a table in
        memory with columns `word`, `vector` and perhaps `count`: pandas, Polars, DuckDB, LanceDB,
        Hugging Face datasets, Arrow, and whatever else has Arrow's interface.
    format : str, optional
        The name of the format, where it is not to be found out.
    top : int, optional
        Read the first so many words only; files have the most frequent ones first.
    words : sequence of str or int, optional
        Take these words, in this order: their rows, and vectors that are composed for those that
        are not listed, where the file has n-grams. Tables of floret list none.
    errors : {"strict", "replace", "latin-1"}
        Words that are not UTF-8 are refused; get a mark for what is not; or are read as Latin-1,
        all of them.
    duplicates : {"refuse", "first"}
        A word that occurs twice is an error, or its first vector counts.

    Returns
    -------
    WordVectors
        In the order of the file; with counts where the file has them, and with vectors for words
        that it does not list where it has n-grams.

    Raises
    ------
    FormatError
        The file is damaged, or of no format that can be read; the message says where, what was
        found and what was expected.
    UnknownWordError
        One of `words` has no vector.
    ConfigError
        A setting is none of those above.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "vectors.txt"
    >>> _ = path.write_text("2 3\ncat .1 .2 .3\nsat .1 .2 .4\n")
    >>> read_vectors(path)
    <WordVectors: 2 words, 3 dimensions, float32>
    """
    place, options = _given(path, top if words is None else None, errors, duplicates)
    module: Any = None if is_frame(place) else _module(place, format)
    if words is None and hasattr(module, "open_path"):
        opened: Opened = module.open_path(place, options)
        if len(opened.words) and all_differ(opened.words.array):
            unseen = None if opened.ngrams is None else NGramMean(opened.words, *opened.ngrams)
            return WordVectors(opened.words, opened.rows, unseen=unseen, counts=opened.counts)
    found = read_contents(
        path, format=format, top=top, words=words, errors=errors, duplicates=duplicates
    )
    matrix = found.matrix
    if matrix.flags.writeable:
        matrix.flags.writeable = False  # nobody else has it: it need not be copied
    return WordVectors(found.words, matrix, unseen=found.composition(), counts=found.counts)


def read_contents(
    path: Any,
    *,
    format: str | None = None,
    top: int | None = None,
    words: Sequence[Word] | None = None,
    errors: str = "strict",
    duplicates: str = "refuse",
) -> Contents:
    """Read all that a file holds; see :func:`read_vectors`."""
    top = Whole(1, optional=True).check("top", top)
    place, options = _given(path, top if words is None else None, errors, duplicates)
    if is_frame(place):
        if format is not None:
            raise ConfigError("format is that of a file, and this is a table: leave it out")
        found = _distinct(f"<{type(place).__name__}>", read_frame(place, options), duplicates)
    else:
        found = _read_place(place, _module(place, format), options, duplicates)
    if words is None:
        return found
    found = chosen(found, words)
    return found if top is None else first_words(found, top)


def _given(path: Any, top: Any, errors: str, duplicates: str) -> tuple[Any, ReadOptions]:
    """Check what is to be read, and how."""
    place = path if is_frame(path) else given_path("path", path)
    top = Whole(1, optional=True).check("top", top)
    for name, value, allowed in (
        ("errors", errors, ERRORS),
        ("duplicates", duplicates, DUPLICATES),
    ):
        if value not in allowed:
            raise ConfigError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
    return place, ReadOptions(top, errors)


def _module(place: Path, format: str | None) -> Any:
    """Return what reads a file."""
    return (FORMATS[recognised(place)] if format is None else format_named(format)).load()


def _read_place(place: Path, module: Any, options: ReadOptions, duplicates: str) -> Contents:
    if hasattr(module, "read_path"):
        found: Contents = module.read_path(place, options)
    else:
        with open_source(place) as source:
            found = module.read(source, options)
    return found if hasattr(module, "DISTINCT") else _distinct(place, found, duplicates)


def check_values(path: str | Path, found: Contents) -> None:
    """Read every value that was read from a file or is mapped, and refuse what means nothing.

    Readers look at all that they take into memory; matrices that they map would have to be read in
    full, so that a million vectors would not open at once.

    Raises
    ------
    FormatError
        A value is not a finite number, or a word occurs twice.
    """
    ngrams = None if found.ngrams is None else found.ngrams.matrix
    for what, matrix in (("vector", found.matrix), ("n-gram", ngrams), ("output", found.output)):
        row = None if matrix is None else infinite_row(matrix)
        if row is not None:
            whose = f" of the word {shown(found.words[row])}" if what != "n-gram" else ""
            raise FormatError(
                f"{path}: {what} {row + 1:,}{whose} holds a value that is not a finite number; the "
                "file is damaged, copy or train it again"
            )
    _distinct(Path(path), found, "refuse")


def recognised(path: Path) -> str:
    """Name the entry of the registry that reads what is at a path.

    Raises
    ------
    FormatError
        None does; the message says what it is.
    """
    if native.is_model(path) or native.is_vectors(path):
        return "firth"
    try:
        if path.is_dir():
            reader = reader_of(path)
        else:
            reader = format_of(path).reader if is_regular(path) else ""
    except (CorpusError, OSError):
        reader = ""
    if not reader:
        raise no_model(path)
    return reader


def _distinct(path: Path | str, found: Contents, duplicates: str) -> Contents:
    """Make sure that no word occurs twice, or keep the first of each."""
    array = found.words.array
    if found.unseen is not None and not len(array):
        return found
    if not len(array):
        raise FormatError(f"{path}: there is not a single vector in it")
    if all_differ(array):
        return found
    if duplicates == "refuse":
        first, row = first_twice(array)
        raise FormatError(
            f"{path}: the word {shown(array[row].as_py())} occurs twice, as vectors {first + 1:,} "
            f"and {row + 1:,} ({len(array) - pc.count_distinct(array).as_py():,} such words): "
            'duplicates="first" keeps the first of each (--duplicates first)'
        )
    rows = first_of_each(array)
    return found._replace(
        words=WordList(array.take(rows), found.words.integers),
        matrix=found.matrix[rows],
        counts=None if found.counts is None else found.counts[rows],
        output=None if found.output is None else found.output[rows],
    )
