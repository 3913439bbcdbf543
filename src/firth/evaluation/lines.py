"""Reading evaluation sets, and finding their words whatever their case."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from firth.errors import EvaluationError
from firth.files.given import given_path
from firth.values import Whole
from firth.vectors import WordVectors


def read_lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 file that hold something, with their numbers from 1.

    Raises
    ------
    EvaluationError
        The file cannot be read, or is not UTF-8.
    """
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            yield number, line


def read_text(path: str | Path) -> str:
    """Read a UTF-8 file.

    Raises
    ------
    EvaluationError
        It cannot be read, or is not UTF-8.
    """
    try:
        return given_path("path", path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(
            f"{path}: byte {error.start:,} is not valid UTF-8; convert the file to UTF-8"
        ) from error


class Comparable:
    """The words of a table in the form in which they are compared with those of a set.

    Of several words that differ in case only, the most frequent (first) one counts.

    Parameters
    ----------
    vectors : WordVectors
        Words and vectors, most frequent first.
    restrict_vocab : int or None
        How many of the most frequent words count; None for all.
    case_insensitive : bool
        Compare upper-case forms.

    Attributes
    ----------
    forms : list of str
        The form of each of these words.
    rows : dict of str to int
        The row of each form.

    Raises
    ------
    ConfigError
        `restrict_vocab` is below 1.
    """

    def __init__(
        self, vectors: WordVectors, restrict_vocab: int | None, case_insensitive: bool
    ) -> None:
        restrict_vocab = Whole(1, optional=True).check("restrict_vocab", restrict_vocab)
        self._normalize, self._upper = vectors.normalize, case_insensitive
        words = map(str, vectors.words[:restrict_vocab])
        # The words of a model are in its normal form already.
        self.forms = [word.upper() for word in words] if case_insensitive else list(words)
        last = len(self.forms) - 1
        # Backwards, so that the first of equal forms is the one that stays.
        self.rows = dict(zip(reversed(self.forms), range(last, -1, -1), strict=True))

    def row(self, *spellings: str) -> int | None:
        """Return the row of the first of several spellings that has one; None if none has."""
        for word in spellings:
            key = unicodedata.normalize(self._normalize, word) if self._normalize else word
            row = self.rows.get(key.upper() if self._upper else key)
            if row is not None:
                return row
        return None
