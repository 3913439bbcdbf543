"""Reading evaluation sets, and finding their words whatever their case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from firth.errors import EvaluationError
from firth.values import Whole
from firth.vectors import WordVectors


def read_lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 file that hold something, with their numbers from 1.

    Raises
    ------
    EvaluationError
        The file cannot be read, or is not UTF-8.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(
            f"{path}: byte {error.start:,} is not valid UTF-8; convert the file to UTF-8"
        ) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, line


def comparable(
    vectors: WordVectors, restrict_vocab: int | None, case_insensitive: bool
) -> tuple[list[str], dict[str, int]]:
    """Put the words of a table into the form in which they are compared.

    Of several words that differ in case only, the most frequent (first) one counts.

    Parameters
    ----------
    vectors : WordVectors
        Words and vectors, most frequent first.
    restrict_vocab : int or None
        How many of the most frequent words count; None for all.
    case_insensitive : bool
        Compare upper-case forms.

    Returns
    -------
    forms : list of str
        The form of each of these words.
    rows : dict of str to int
        The row of each form.
    """
    restrict_vocab = Whole(1, optional=True).check("restrict_vocab", restrict_vocab)
    forms = list(map(str, vectors.words[:restrict_vocab]))
    if case_insensitive:
        forms = [word.upper() for word in forms]
    last = len(forms) - 1
    # Backwards, so that the first of equal forms is the one that stays.
    return forms, dict(zip(reversed(forms), range(last, -1, -1), strict=True))
