"""Pairs of words with scores, as they are published: every set has a layout of its own.

WordSim-353 has a header and commas or tabs; SimLex-999 a header, parts of speech and several
columns of numbers; MEN blanks, and parts of speech as endings (``sun-n``); SimVerb-3500 no header,
and parts of speech between words and score; Rare Words the score and then those of each rater;
RG-65 semicolons. Columns are told apart by what they hold, and by name where there is a header.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from firth.errors import EvaluationError
from firth.evaluation.lines import read_lines

_SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", "": "blanks"}
_WORD_NAME = re.compile(r"(word|term|item|lemma|w)[ _-]?([12ab]|one|two|i|ii)", re.IGNORECASE)
# The first that a header has is the score; "Assoc(USF)" and "SD(SimLex)" of SimLex-999 are none.
_SCORE_NAMES = (
    r"simlex-?999",
    r"human ?\(mean\)",
    r"(human|gold|average|avg|mean)?[ _-]?(score|rating|similarity|relatedness)",
    r"mean|average|avg|human|gold",
)
_PART_OF_SPEECH = re.compile(r"[a-z]|nn|vb|jj|rb|noun|verb|adj|adv|adjective|adverb", re.IGNORECASE)
_ENDING = re.compile(rf"(?<=.)[-_/#]({_PART_OF_SPEECH.pattern})$", re.IGNORECASE)


class Pair(NamedTuple):
    """Two words and how alike people find them.

    Attributes
    ----------
    first, second : str
        The words as written.
    bare : (str, str)
        The words without the part of speech behind them; the same where there is none.
    score : float
        More is more alike.
    """

    first: str
    second: str
    bare: tuple[str, str]
    score: float


class _Row(NamedTuple):
    number: int
    line: str
    fields: list[str]


def read_pairs(path: str | Path, score_column: str | None = None) -> list[Pair]:
    """Read the pairs of a file.

    Parameters
    ----------
    path : str or Path
        UTF-8 text, a pair a line, fields separated by tabs, semicolons, commas or blanks. Lines
        that begin with ``#`` are comments.
    score_column : str, optional
        The column of scores, as the header calls it.

    Returns
    -------
    list of Pair
        In the order of the file.

    Raises
    ------
    EvaluationError
        The file cannot be read; a line is not a pair with a score; or it cannot be told which
        column is the score.
    """
    lines = list(read_lines(path))
    separator = _separator([line for _, line in lines])
    rows = [_Row(number, line, _fields(line, separator)) for number, line in lines]
    header = _header(rows) if rows else None
    data = rows[1:] if header else rows
    if not data:
        raise EvaluationError(f"{path}: 0 of 0 pairs; the file holds none")
    width = len((header or data[0]).fields)
    layout = f"in a file of {width} columns separated by {_SEPARATORS[separator]}"
    if width < 3:
        _refuse(path, header or data[0], "expected two words and a score, separated by tabs, "
                "commas, semicolons or blanks")  # fmt: skip
    for row in data:
        if len(row.fields) != width:
            _refuse(path, row, f"it has {len(row.fields)}, {layout}")
    columns: list[tuple[str, ...]] = list(zip(*(row.fields for row in data), strict=True))
    names = header.fields if header else []
    first, second = _word_columns(columns, names)
    place = _score_column(path, columns, names, second, score_column)
    label = f"column {place + 1}" + (f", {names[place]!r}" if names else "")
    for row in data:
        if not math.isfinite(_number(row.fields[place])):
            _refuse(path, row, f"{row.fields[place]!r} is no score ({label}, {layout}); if this "
                    "line is a header, put # in front of it")  # fmt: skip
    words = (*columns[first], *columns[second])
    bare = dict(zip(words, without_part_of_speech(words), strict=True))
    return [
        Pair(a, b, (bare[a], bare[b]), _number(score))
        for a, b, score in zip(columns[first], columns[second], columns[place], strict=True)
    ]


def without_part_of_speech(words: Sequence[str]) -> list[str]:
    """Return words without the part of speech behind them, if all of them have one.

    >>> without_part_of_speech(["sun-n", "go-v"]), without_part_of_speech(["plan-b", "red"])
    (['sun', 'go'], ['plan-b', 'red'])
    """
    ended = all(map(_ENDING.search, words))
    return [_ENDING.sub("", word) for word in words] if ended else list(words)


def _refuse(path: str | Path, row: _Row, why: str) -> NoReturn:
    raise EvaluationError(f"{path}, line {row.number}: {row.line[:60]!r}: {why}")


def _separator(lines: Sequence[str]) -> str:
    """Find what divides most lines into three or more; blanks if nothing else does."""
    for separator in _SEPARATORS:
        if 2 * sum(len(_fields(line, separator)) >= 3 for line in lines) >= len(lines):
            return separator
    return ""


def _fields(line: str, separator: str) -> list[str]:
    line = line.rstrip()  # columns without a name or value at the end
    if not separator:
        return line.split()
    if separator == "\t":
        return [field.strip() for field in line.split("\t")]
    return [field.strip() for field in next(csv.reader([line], delimiter=separator))]


def _number(text: str) -> float:
    """Read a score, also with a decimal comma; NaN if it is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


def _is_numeric(column: Sequence[str]) -> bool:
    """Tell whether a column holds numbers, one mistake among them notwithstanding."""
    return 2 * sum(not math.isnan(_number(field)) for field in column) > len(column)


def _header(rows: Sequence[_Row]) -> _Row | None:
    """Return the first row if it names columns as published sets do."""
    names = rows[0].fields
    if any(_WORD_NAME.fullmatch(name) for name in names[:3]):
        return rows[0]
    named = any(re.fullmatch(name, names[-1], re.IGNORECASE) for name in _SCORE_NAMES)
    return rows[0] if named else None


def _word_columns(columns: Sequence[Sequence[str]], names: Sequence[str]) -> tuple[int, int]:
    """Find the two columns of words: by name, or else the first that hold words, not codes."""
    words = [place for place, name in enumerate(names) if _WORD_NAME.fullmatch(name)]
    if len(words) < 2:
        text = [place for place, column in enumerate(columns) if not _is_numeric(column)]
        words = [n for n in text if not all(map(_PART_OF_SPEECH.fullmatch, columns[n]))]
        words = words if len(words) > 1 else text if len(text) > 1 else [0, 1]
    return words[0], words[1]


def _score_column(
    path: str | Path,
    columns: Sequence[Sequence[str]],
    names: Sequence[str],
    behind: int,
    wanted: str | None,
) -> int:
    folded = [name.casefold() for name in names]
    if wanted is not None:
        if wanted.casefold() not in folded:
            has = f"its columns are {', '.join(map(repr, names))}" if names else "it has no header"
            raise EvaluationError(f"{path} has no column {wanted!r}: {has}")
        return folded.index(wanted.casefold())
    for pattern in _SCORE_NAMES:
        for place, name in enumerate(folded):
            if re.fullmatch(pattern, name):
                return place
    # Without names the first is the mean: those of single raters stand behind it.
    numeric = [n for n, column in enumerate(columns) if n > behind and _is_numeric(column)]
    if names and len(numeric) > 1:
        raise EvaluationError(
            f"{path} has several columns of numbers ({', '.join(names[n] for n in numeric)}): name "
            "the one with the scores, score_column=NAME (--score-column NAME)"
        )
    return numeric[0] if numeric else len(columns) - 1
