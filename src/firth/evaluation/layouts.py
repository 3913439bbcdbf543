"""How files of evaluation sets look: what tells one kind from another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from firth.evaluation.bias.word_sets import as_word_set
from firth.evaluation.lines import read_text
from firth.evaluation.outliers import as_cluster
from firth.evaluation.pairs import without_part_of_speech

# So many lines of a file are looked at.
_LOOKED_AT = 200


class Head(NamedTuple):
    """The beginning of a file, for recognition."""

    path: Path
    text: str
    lines: list[str]

    @property
    def fields(self) -> list[list[str]]:
        """The lines cut at tabs, commas or semicolons; at blanks where there are none."""
        for separator in ("\t", ";", ","):
            if all(separator in line for line in self.lines):
                return [[field.strip() for field in line.split(separator)] for line in self.lines]
        return [line.split() for line in self.lines]


def head_of(path: Path) -> Head:
    """Return the beginning of a file.

    Raises
    ------
    EvaluationError
        It cannot be read.
    """
    said = [line.rstrip() for line in read_text(path).splitlines() if not line.startswith("#")]
    return Head(path, "\n".join(said).lstrip("\n"), _looked_at([line for line in said if line]))


def _looked_at(lines: Sequence[str]) -> list[str]:
    """Return lines from all over a file; the first, which may be a header, only if it is short."""
    body = lines[1:] if len(lines) > 3 else lines
    step = max(1, len(body) // _LOOKED_AT)
    return list(body[::step])


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def _mostly(head: Head, test: Callable[[list[str]], bool]) -> bool:
    rows = head.fields
    return bool(rows) and 2 * sum(map(test, rows)) > len(rows)


def is_axes(head: Head) -> bool:
    """Whether axes begin, and have ends."""
    return head.text.startswith(":") and "\n+ " in head.text


def is_analogies(head: Head) -> bool:
    """Whether lines are questions, or pairs of which questions can be made."""
    words = [line.split() for line in head.lines if not line.startswith(":")]
    if head.path.suffix in (".questions", ".answers") or head.text.startswith(":"):
        return True
    widths = {len(some) for some in words}
    if widths == {5}:
        return all("_" in some[3] for some in words)
    if widths == {2}:  # pairs: each word leads to another
        return all(2 * len(set(column)) > len(words) for column in zip(*words, strict=True))
    if widths != {4} or any(_is_number(word) for some in words for word in some):
        return False
    first = [some[0] for some in words]
    return without_part_of_speech(first) == first  # those of BLESS have one


def is_similarity(head: Head) -> bool:
    """Whether most lines have words and numbers."""
    return _mostly(
        head,
        lambda row: (
            len(row) > 2 and any(map(_is_number, row)) and not all(map(_is_number, row[1:]))
        ),
    )


def is_categories(head: Head) -> bool:
    """Whether one of the first two columns has few different values."""
    rows = head.fields
    if not rows or min(map(len, rows)) < 2 or is_similarity(head):
        return False
    columns = [{row[place] for row in rows} for place in (0, 1)]
    return min(map(len, columns)) * 2 <= len(rows)


def is_bias(head: Head) -> bool:
    """Whether there are lists of targets and attributes."""
    return as_word_set("", head.text) is not None


def is_outliers(head: Head) -> bool:
    """Whether there are words, an empty line, and words."""
    return as_cluster(head.text) is not None
