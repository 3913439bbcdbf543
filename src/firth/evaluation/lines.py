"""Reading evaluation sets, and finding their words whatever their case."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from firth.errors import EvaluationError
from firth.files.given import given_path
from firth.values import Whole
from firth.vectors import WordVectors

#: No set that was published has a hundredth of so many bytes.
LARGEST = 64 << 20


def read_lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 file that say something, with their numbers from 1.

    Lines that begin with ``#`` are comments.

    Raises
    ------
    EvaluationError
        As for :func:`read_text`.
    """
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def read_text(path: str | Path) -> str:
    """Read a UTF-8 file.

    Raises
    ------
    EvaluationError
        It cannot be read, is not UTF-8, or is larger than any set; that is then not read.
    """
    try:
        with given_path("path", path).open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise EvaluationError(
                f"{path}: larger than {LARGEST >> 20} MB, which no evaluation set is; name a file "
                "of questions, pairs or lists, not the text of a model"
            )
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(
            f"{path}: byte {error.start:,} is not valid UTF-8; convert the file to UTF-8"
        ) from error


def files_of(place: Path) -> list[Path]:
    """Return the files of a set: those of a folder, or the one that was named.

    Raises
    ------
    EvaluationError
        A folder has none.
    """
    return text_files(place) if place.is_dir() else [place]


def text_files(folder: Path) -> list[Path]:
    """Return the files of a folder, and of the folders in it, that are called .txt, in order.

    Raises
    ------
    EvaluationError
        There are none.
    """
    found = sorted(
        path
        for path in folder.rglob("*.txt")
        if not any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)
    )
    if not found:
        raise EvaluationError(f"{folder}: there are no files .txt in it, nor in its folders")
    return found


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
