"""Analogy questions, as they are published.

- Google (Mikolov et al., "Efficient Estimation of Word Representations in Vector Space", 2013,
  section 4): lines ``: section``, then four words a line. Sections whose name begins with ``gram``
  are syntactic, the others semantic.
- MSR (Mikolov, Yih and Zweig, "Linguistic Regularities in Continuous Space Word Representations",
  2013): ``good better rough JJ_JJR rougher``, or two files, ``….questions`` and ``….answers``; also
  four words a line without sections.
- BATS (Gladkova, Drozd and Matsuoka, "Analogy-based Detection of Morphological and Semantic
  Relations with Word Embeddings", 2016): a folder of folders of files of pairs. Any two pairs of a
  file make a question; answers that are as good stand behind one another, with ``/`` between.
  Or one such file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from firth.errors import EvaluationError
from firth.evaluation.lines import read_lines, text_files
from firth.files.given import given_path


class Question(NamedTuple):
    """A question "a is to b as c is to ?".

    Attributes
    ----------
    section : int
        The section that it is in.
    given : (str, str, str)
        a, b and c.
    answers : tuple of str
        Right answers.
    """

    section: int
    given: tuple[str, str, str]
    answers: tuple[str, ...]


class Questions(NamedTuple):
    """Questions by section.

    Attributes
    ----------
    names : list of str
        The sections.
    groups : list of str
        What kind of section each is; empty strings if the set has no kinds.
    questions : list of Question
        All questions.
    """

    names: list[str]
    groups: list[str]
    questions: list[Question]


def read_questions(path: str | Path) -> Questions:
    """Read a set of questions in any of these layouts.

    Parameters
    ----------
    path : str or Path
        A file in UTF-8, or a folder; lines that begin with ``#`` are comments.

    Raises
    ------
    EvaluationError
        It cannot be read, or a line is no question.
    """
    place = given_path("path", path)
    if place.is_dir():
        files = text_files(place)
        return _from_pairs(files, ["" if f.parent == place else f.parent.name for f in files])
    lines = list(read_lines(path))
    if place.suffix in (".questions", ".answers"):
        return _from_two(place.with_suffix(".questions"), place.with_suffix(".answers"))
    if any(line.startswith(":") for _, line in lines):
        return _in_sections(path, lines)
    if lines and len(lines[0][1].split()) == 2:
        return _from_pairs([place], [""])
    return _in_columns(path, lines)


def _in_sections(path: str | Path, lines: Sequence[tuple[int, str]]) -> Questions:
    names: list[str] = []
    questions: list[Question] = []
    for number, line in lines:
        if line.startswith(":"):
            names.append(line[1:].strip())
            continue
        words = line.split()
        if len(words) != 4:
            raise EvaluationError(
                f"{path}, line {number}: {line[:60]!r} has {len(words)} words; expected four, or "
                "a section that begins with ': '"
            )
        if not names:
            raise EvaluationError(
                f"{path}, line {number}: a question before the first section (': name')"
            )
        questions.append(_question(len(names) - 1, words))
    groups = ["syntactic" if name.startswith("gram") else "semantic" for name in names]
    return Questions(names, groups, questions)


def _question(section: int, words: Sequence[str]) -> Question:
    a, b, c, answer = words
    return Question(section, (a, b, c), (answer,))


def _in_columns(path: str | Path, lines: Sequence[tuple[int, str]]) -> Questions:
    """Read four words a line, or five fields of which the fourth is the section."""
    names: dict[str, int] = {}
    questions = []
    for number, line in lines:
        words = line.split()
        if len(words) not in (4, 5):
            raise EvaluationError(
                f"{path}, line {number}: {line[:60]!r} has {len(words)} words; expected four, or "
                "five, the fourth of which is the name of a section"
            )
        name = words.pop(3) if len(words) == 5 else Path(path).stem
        questions.append(_question(names.setdefault(name, len(names)), words))
    return Questions(list(names), [""] * len(names), questions)


def _from_two(asked: Path, answered: Path) -> Questions:
    questions, answers = list(read_lines(asked)), list(read_lines(answered))
    if len(questions) != len(answers):
        raise EvaluationError(
            f"{asked} has {len(questions):,} lines, {answered} has {len(answers):,}: they must be "
            "as many questions as answers"
        )
    joined = [
        (number, f"{line} {answer}")
        for (number, line), (_, answer) in zip(questions, answers, strict=True)
    ]
    return _in_columns(asked, joined)


def _from_pairs(files: Sequence[Path], groups: list[str]) -> Questions:
    questions: list[Question] = []
    for section, file in enumerate(files):
        pairs = list(_pairs(file))
        questions += [
            Question(section, (a, b[0], c), d) for (a, b), (c, d) in permutations(pairs, 2)
        ]
    return Questions([file.stem for file in files], groups, questions)


def _pairs(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for number, line in read_lines(file):
        fields = line.split()
        if len(fields) != 2:
            raise EvaluationError(
                f"{file}, line {number}: {line[:60]!r} has {len(fields)} words; expected a word "
                "and what it leads to, several of these with / between them"
            )
        yield fields[0], tuple(filter(None, fields[1].split("/")))
