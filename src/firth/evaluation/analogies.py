"""Word analogies: "Athens is to Greece as Baghdad is to ?", for thousands of questions at once.

The set is questions-words.txt (Mikolov et al., "Efficient Estimation of Word Representations in
Vector Space", 2013, section 4): sections that begin with a line ``: name``, then four words a
line. Sections whose name begins with ``gram`` are syntactic, the others semantic.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import EvaluationError
from firth.evaluation.lines import Comparable, read_lines
from firth.vectors import WordVectors
from firth.vectors.matrix import directions


@dataclasses.dataclass(frozen=True, slots=True)
class AnalogySection:
    """Answers to one kind of question.

    Parameters
    ----------
    name : str
        As the file calls it.
    correct, asked : int
        Questions answered right, and questions whose four words all have vectors.
    unknown : int
        Questions left out since one of the four words has no vector.
    """

    name: str
    correct: int
    asked: int
    unknown: int

    @property
    def accuracy(self) -> float:
        """Part answered right, in [0, 1]; 0 if nothing could be asked."""
        return self.correct / self.asked if self.asked else 0.0

    @property
    def syntactic(self) -> bool:
        """Whether it asks about grammar rather than meaning."""
        return self.name.startswith("gram")


@dataclasses.dataclass(frozen=True, slots=True)
class AnalogyResult:
    """Answers to all questions, by section.

    Parameters
    ----------
    sections : tuple of AnalogySection
        In the order of the file.
    """

    sections: tuple[AnalogySection, ...]

    @property
    def total(self) -> AnalogySection:
        """All questions."""
        return _sum("total", self.sections)

    @property
    def semantic(self) -> AnalogySection:
        """Questions about meaning."""
        return _sum("semantic", [part for part in self.sections if not part.syntactic])

    @property
    def syntactic(self) -> AnalogySection:
        """Questions about grammar."""
        return _sum("syntactic", [part for part in self.sections if part.syntactic])


def evaluate_analogies(
    vectors: WordVectors,
    path: str | Path,
    *,
    restrict_vocab: int | None = 30_000,
    case_insensitive: bool = True,
) -> AnalogyResult:
    """Answer "a is to b as c is to ?" by vector offset (3CosAdd) and count what is right.

    Answers come from the most frequent words, without the three of the question (nor their
    spellings in other case). Questions with a word that has no vector are left out.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words, most frequent first.
    path : str or Path
        UTF-8 text: lines ``: section``, and lines of four words.
    restrict_vocab : int or None
        Only this many of the most frequent words count; None for all.
    case_insensitive : bool
        Words that differ in case only are one word; the more frequent spelling has the vector.

    Returns
    -------
    AnalogyResult
        Counts by section.

    Raises
    ------
    EvaluationError
        The file cannot be read, a line is not four words in a section, or no question has all
        its words in the vocabulary.
    """
    words = Comparable(vectors, restrict_vocab, case_insensitive)
    names, sections, questions = _read(path, words)
    known: NDArray[np.bool_] = np.all(questions >= 0, axis=1)
    if not known.any():
        raise EvaluationError(
            f"{path}: none of {len(questions):,} questions has all four words among the "
            f"{len(words.forms):,} most frequent of the vocabulary"
        )
    asked = questions[known]
    # Spellings that count as one word share a group; a question excludes whole groups.
    group = np.fromiter(map(words.rows.__getitem__, words.forms), np.int64, len(words.forms))
    right = np.zeros(len(questions), dtype=bool)
    answers = answer_all(vectors, group, asked[:, :3])
    right[known] = (answers >= 0) & (group[answers] == asked[:, 3])
    return AnalogyResult(
        tuple(
            AnalogySection(
                name,
                correct=int(right[sections == number].sum()),
                asked=int(known[sections == number].sum()),
                unknown=int((~known[sections == number]).sum()),
            )
            for number, name in enumerate(names)
        )
    )


def _read(
    path: str | Path, known: Comparable
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Read names (S), each question's section (Q,), and its four rows (Q, 4), -1 if unknown."""
    names: list[str] = []
    sections: list[int] = []
    questions: list[list[int]] = []
    for number, line in read_lines(path):
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
        sections.append(len(names) - 1)
        rows = [known.row(word) for word in words]
        questions.append([-1 if row is None else row for row in rows])
    return (
        names,
        np.array(sections, dtype=np.int64),
        np.array(questions, dtype=np.int64).reshape(-1, 4),
    )


def answer_all(
    vectors: WordVectors, group: NDArray[np.int64], questions: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Answer many questions "a is to b as c is to ?" by 3CosAdd.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words.
    group : (n,) int64
        Of each of the first n words, which may be answers, the row that stands for it: words
        that count as one share a row.
    questions : (Q, 3) int64
        Rows of a, b and c, which stand for themselves.

    Returns
    -------
    (Q,) int64
        Row of the best answer to each, without the groups of the question; -1 if there is none.
    """
    a, b, c = (directions(vectors.matrix[rows]) for rows in questions.T)
    members: dict[int, list[int]] = {}
    for row, first in enumerate(group.tolist()):
        members.setdefault(first, []).append(row)
    excluded = [[row for word in words for row in members[word]] for words in questions.tolist()]
    rows, _ = vectors.nearest_rows(b - a + c, 1, excluded=excluded, among=len(group))
    return rows[:, 0]


def _sum(name: str, parts: tuple[AnalogySection, ...] | list[AnalogySection]) -> AnalogySection:
    return AnalogySection(
        name,
        correct=sum(part.correct for part in parts),
        asked=sum(part.asked for part in parts),
        unknown=sum(part.unknown for part in parts),
    )
