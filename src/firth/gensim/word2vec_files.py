"""word2vec's formats through firth's readers and writers, asked as gensim is asked."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, FormatError, SaveError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.formats.contents import Contents
from firth.formats.reading import read_contents
from firth.formats.source import open_source
from firth.formats.text_rows import write_rows
from firth.formats.word2vec_binary import FORBIDDEN as NOT_BINARY
from firth.formats.word2vec_binary import write_records
from firth.formats.word2vec_text import FORBIDDEN as NOT_TEXT
from firth.formats.words import refuse_words
from firth.gensim.arrays import Arrays
from firth.gensim.given import existing

logger = logging.getLogger("firth.gensim")

_UTF8 = ("utf8", "utf-8")


class Word2VecFiles(Arrays):
    """Keys and vectors that are read from word2vec's formats and written to them."""

    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | Path,
        fvocab: str | Path | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: DTypeLike = np.float32,
        no_header: bool = False,
    ) -> Any:
        """Read vectors of word2vec's text or binary format, or of GloVe's.

        Parameters
        ----------
        fname : str or Path
            The file; it may be compressed.
        fvocab : str or Path, optional
            A text of words with their counts, one a line.
        binary : bool
            It is of the binary format.
        encoding, unicode_errors : str
            How words are encoded, and what is done with those that are not, as for
            ``bytes.decode``.
        limit : int, optional
            Read the first so many vectors.
        datatype : dtype
            Of the vectors in memory.
        no_header : bool
            The text does not say how many vectors follow, as GloVe's do not.

        Raises
        ------
        FormatError
            The file is damaged, or of another format.
        UnicodeDecodeError
            A word is not of the encoding, and `unicode_errors` is ``"strict"``.
        """
        if no_header and binary:
            raise ConfigError("no_header is for text; word2vec's binary format has a header")
        kind = "word2vec-binary" if binary else "glove" if no_header else "word2vec-text"
        words, matrix = _read(fname, kind, encoding, unicode_errors, limit)
        counts = None
        if fvocab is not None:
            known = _read_counts(fvocab, encoding, unicode_errors)
            missing = [word for word in words if word not in known]
            if missing:
                logger.warning("%s has no counts of %d words", fvocab, len(missing))
            counts = [known.get(word, 0) for word in words]
        made = cls(matrix.shape[1], dtype=datatype)
        made._take(words, matrix.astype(datatype, copy=False), counts)
        made.add_lifecycle_event("load_word2vec_format", msg=f"{len(words)} vectors of {fname}")
        return made

    def intersect_word2vec_format(
        self,
        fname: str | Path,
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        """Take the vectors of those keys that are here and in a file.

        Parameters
        ----------
        fname, binary, encoding, unicode_errors
            As for :meth:`load_word2vec_format`.
        lockf : float
            How much training may still move them (``vectors_lockf``): 0 not at all, 1 freely.
        """
        kind = "word2vec-binary" if binary else "word2vec-text"
        words, matrix = _read(fname, kind, encoding, unicode_errors, None)
        if matrix.shape[1] != self.vector_size:
            raise ConfigError(
                f"the vectors of {fname} have {matrix.shape[1]} dimensions, these "
                f"{self.vector_size}; they must be equal"
            )
        pairs = [
            (self.key_to_index[word], row)
            for row, word in enumerate(words)
            if word in self.key_to_index
        ]
        rows, theirs = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        self.vectors[rows] = matrix[theirs]
        factors = getattr(self, "vectors_lockf", np.ones(1, np.float32))
        if len(factors) != len(self):  # one factor stands for all
            factors = np.repeat(factors[:1], len(self))
        factors[rows] = lockf
        self.vectors_lockf: NDArray[Any] = factors
        self._changed()
        self.add_lifecycle_event("intersect_word2vec_format", msg=f"{len(rows)} of {fname}")

    def save_word2vec_format(
        self,
        fname: str | Path,
        fvocab: str | Path | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
    ) -> None:
        """Write keys and vectors in word2vec's text or binary format.

        Parameters
        ----------
        fname : str or Path
            The file; it appears whole, or is as it was.
        fvocab : str or Path, optional
            Write the keys with their counts there.
        binary : bool
            Write the binary format.
        total_vec : int, optional
            What the header says, where more is to be appended.
        write_header : bool
            Write it.
        prefix : str
            Stands before each key.
        append : bool
            Write behind what the file holds.
        sort_attr : str
            The attribute that keys are ordered by, falling.

        Raises
        ------
        ConfigError
            A key cannot be written in this format, such as one with a blank in it.
        SaveError
            The file cannot be written.
        """
        order = np.arange(len(self))
        if sort_attr in self.expandos:
            self.allocate_vecattrs()
            order = np.argsort(-self.expandos[sort_attr].astype(np.float64), kind="stable")
        elif fvocab is not None:
            raise ConfigError(f"fvocab needs the attribute {sort_attr!r}, which the keys lack")
        keys = [f"{prefix}{self.index_to_key[row]}" for row in order]
        contents = Contents(WordList.of(keys), self.vectors[order].astype(np.float32))
        what = "word2vec's binary format" if binary else "word2vec's text format"
        refuse_words(contents.words, *(NOT_BINARY if binary else NOT_TEXT), what)
        header = f"{len(self) if total_vec is None else total_vec} {self.vector_size}\n".encode()

        def write(file: Any) -> None:
            if write_header:
                file.write(header)
            if binary:
                write_records(file, contents)
            else:
                write_rows(file, contents.words.array, contents.matrix)

        if fvocab is not None:
            counts = self.expandos[sort_attr][order].tolist()
            lines = [f"{key} {count}\n" for key, count in zip(keys, counts, strict=True)]
            _write(fvocab, "fvocab", append, lambda file: file.write("".join(lines).encode()))
        _write(fname, "fname", append, write)


def _write(name: str | Path, what: str, append: bool, write: Any) -> None:
    place = given_path(what, name)
    try:
        if append:
            with place.open("ab") as file:
                write(file)
            return
        with atomic_path(place) as temporary, temporary.open("wb") as file:
            write(file)
    except OSError as error:
        raise SaveError(f"{place} cannot be written ({error.strerror or error})") from error


def _read(
    path: str | Path, kind: str, encoding: str, errors: str, limit: int | None
) -> tuple[list[str], NDArray[Any]]:
    """Read words and vectors; firth decodes UTF-8 where that will do, and Python the rest."""
    path = existing("fname", path)
    plain = encoding.lower() in _UTF8 and errors in ("strict", "replace")
    how: dict[str, Any] = {"format": kind, "top": limit or None, "duplicates": "first"}
    try:
        found = read_contents(path, errors=errors if plain else "latin-1", **how)
    except FormatError as error:
        if isinstance(error.__cause__, UnicodeDecodeError):
            raise _as_python(error, error.__cause__) from error
        raise
    words = list(found.words)
    if not plain:  # Latin-1 gives back every byte
        words = [word.encode("latin-1").decode(encoding, errors) for word in words]
    # Files that put no line feed behind vectors may have some before words.
    words = [word.lstrip("\n") for word in words]
    first = dict(zip(reversed(words), range(len(words) - 1, -1, -1), strict=True))
    matrix: NDArray[Any] = found.matrix
    if len(first) < len(words):
        rows = sorted(first.values())
        words, matrix = [words[row] for row in rows], matrix[rows]
    if not matrix.flags.writeable:
        matrix = matrix.copy()
    return words, matrix


def _as_python(error: FormatError, cause: UnicodeDecodeError) -> UnicodeDecodeError:
    """Say it with the error that gensim's programs look for."""
    found = cause.encoding, cause.object, cause.start, cause.end
    return UnicodeDecodeError(*found, f'{error}; here unicode_errors="replace" or "ignore"')


def _read_counts(path: str | Path, encoding: str, errors: str) -> dict[str, int]:
    place = existing("fvocab", path)
    with open_source(place) as source:
        lines = source.read_all().split(b"\n")
    counts: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        fields = line.decode(encoding, errors).split()
        if not fields:
            continue
        if len(fields) != 2 or not fields[1].isdecimal():
            raise FormatError(f"{place}, line {number}: expected a word and its count")
        counts[fields[0]] = int(fields[1])
    return counts
