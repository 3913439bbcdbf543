"""Word analogies: "Athens is to Greece as Baghdad is to ?", for thousands of questions at once.

The layouts of sets are in :mod:`firth.evaluation.questions`, the ways to answer in
:mod:`firth.vectors.analogy`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import EvaluationError
from firth.evaluation.figures import Figure
from firth.evaluation.formulas import share
from firth.evaluation.lines import Comparable
from firth.evaluation.questions import Questions, read_questions
from firth.vectors import WordVectors
from firth.vectors.analogy import Method, checked_method
from firth.vectors.analogy_many import best_is_right
from firth.vectors.matrix import directions


@dataclasses.dataclass(frozen=True, slots=True)
class AnalogySection:
    """Answers to one kind of question.

    Parameters
    ----------
    name : str
        As the file calls it.
    correct, asked : int
        Questions answered right, and questions whose words all have vectors.
    unknown : int
        Questions left out since one of the given words, or every right answer, has no vector.
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
    groups : tuple of AnalogySection
        Sections of a kind taken together: semantic and syntactic ones, the folders of BATS.
    name : str
        Name of the file without its ending.
    method : {"3cosadd", "3cosmul", "pairdistance"}
        How they were answered.
    figures : tuple of Figure
        Accuracies, of all questions and of each part: what intervals are computed from. Questions
        that begin with the same pair are drawn together, as they are right or wrong together.
    """

    sections: tuple[AnalogySection, ...]
    groups: tuple[AnalogySection, ...] = ()
    name: str = ""
    method: Method = "3cosadd"
    figures: tuple[Figure, ...] = dataclasses.field(default=(), repr=False, compare=False)

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


class _Known(NamedTuple):
    """Questions as rows of a table.

    Attributes
    ----------
    asked : (n,) int64
        Those whose words are known.
    given : (n, 3) int64
        Rows of their a, b and c.
    right : list of n lists of int
        Groups of their right answers.
    """

    asked: NDArray[np.int64]
    given: NDArray[np.int64]
    right: list[list[int]]


def evaluate_analogies(
    vectors: WordVectors,
    path: str | Path,
    *,
    restrict_vocab: int | None = 30_000,
    case_insensitive: bool = True,
    method: Method = "3cosadd",
) -> AnalogyResult:
    """Answer "a is to b as c is to ?" and count what is right.

    Answers come from the most frequent words, without the three of the question (nor their
    spellings in other case). Questions with a word that has no vector are left out.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words, most frequent first.
    path : str or Path
        Google's questions, those of MSR, or a folder of pairs as BATS has it, in UTF-8; see
        :mod:`firth.evaluation.questions`.
    restrict_vocab : int or None
        Only this many of the most frequent words count; None for all.
    case_insensitive : bool
        Words that differ in case only are one word; the more frequent spelling has the vector.
    method : {"3cosadd", "3cosmul", "pairdistance"}
        How they are answered: :mod:`firth.vectors.analogy` has the formulas.

    Returns
    -------
    AnalogyResult
        Counts by section.

    Raises
    ------
    EvaluationError
        The file cannot be read, a line is no question, or no question has all its words in the
        vocabulary.
    """
    method = checked_method(method)
    words = Comparable(vectors, restrict_vocab, case_insensitive)
    return analogies_of(vectors, words, read_questions(path), path, method)


def analogies_of(
    vectors: WordVectors,
    words: Comparable,
    questions: Questions,
    path: object,
    method: Method,
) -> AnalogyResult:
    """Answer questions that have been read; see :func:`evaluate_analogies`."""
    known = _known(words, questions)
    if not len(known.asked):
        raise EvaluationError(
            f"{path}: none of {len(questions.questions):,} questions has all four words among the "
            f"{len(words.forms):,} most frequent of the vocabulary"
        )
    # Spellings that count as one word share a group; a question excludes whole groups.
    group = np.fromiter(map(words.rows.__getitem__, words.forms), np.int64, len(words.forms))
    right = _answered_right(vectors, group, known, method)
    place: dict[tuple[str, str], int] = {}
    pair = [place.setdefault(q.given[:2], len(place)) for q in questions.questions]
    return _counted(
        questions, known.asked, right, np.array(pair, np.int64), Path(str(path)).stem, method
    )


def _known(words: Comparable, questions: Questions) -> _Known:
    rows = {
        word: -1 if (row := words.row(word)) is None else row
        for question in questions.questions
        for word in (*question.given, *question.answers)
    }
    asked, given, right = [], [], []
    for number, question in enumerate(questions.questions):
        some = [rows[word] for word in question.given]
        answers = [rows[word] for word in question.answers if rows[word] >= 0]
        if answers and min(some) >= 0:
            asked.append(number)
            given.append(some)
            right.append(answers)
    return _Known(np.array(asked, np.int64), np.array(given, np.int64).reshape(-1, 3), right)


def _answered_right(
    vectors: WordVectors, group: NDArray[np.int64], known: _Known, method: Method
) -> NDArray[np.bool_]:
    if method == "3cosadd":
        answers = answer_all(vectors, group, known.given)
        found = [
            answer >= 0 and int(group[answer]) in right
            for answer, right in zip(answers.tolist(), known.right, strict=True)
        ]
        return np.array(found, dtype=bool)
    members = _members(group)
    never = [[row for word in words for row in members[word]] for words in known.given.tolist()]
    answers_of = [[row for word in words for row in members[word]] for words in known.right]
    return best_is_right(vectors.matrix, known.given, answers_of, never, method, len(group))


def _members(group: NDArray[np.int64]) -> dict[int, list[int]]:
    """Return the rows of each group."""
    members: dict[int, list[int]] = {}
    for row, first in enumerate(group.tolist()):
        members.setdefault(first, []).append(row)
    return members


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
    members = _members(group)
    excluded = [[row for word in words for row in members[word]] for words in questions.tolist()]
    rows, _ = vectors.nearest_rows(b - a + c, 1, excluded=excluded, among=len(group))
    return rows[:, 0]


def _counted(
    questions: Questions,
    asked: NDArray[np.int64],
    right: NDArray[np.bool_],
    pair: NDArray[np.int64],
    name: str,
    method: Method,
) -> AnalogyResult:
    section_of = np.array([q.section for q in questions.questions], dtype=np.int64)
    whole = Figure(
        method, asked, (right.astype(float), np.ones(len(asked))), share, units=pair[asked]
    )

    def part(name: str, sections: Iterable[int]) -> tuple[AnalogySection, Figure]:
        inside = np.isin(section_of, list(sections))
        here = np.flatnonzero(inside[asked])
        counts = AnalogySection(
            name, int(right[here].sum()), len(here), int(inside.sum()) - len(here)
        )
        return counts, dataclasses.replace(whole.take(here), part=name)

    parts = [part(name, [number]) for number, name in enumerate(questions.names)]
    kinds = [kind for kind in dict.fromkeys(questions.groups) if kind]
    groups = [
        part(kind, [n for n, other in enumerate(questions.groups) if other == kind])
        for kind in kinds
    ]
    figures = [whole, *(figure for some in (groups, parts) for _, figure in some)]
    return AnalogyResult(
        tuple(counts for counts, _ in parts),
        tuple(counts for counts, _ in groups),
        name,
        method,
        tuple(figure for figure in figures if len(figure.items)),
    )


def _sum(name: str, parts: Sequence[AnalogySection]) -> AnalogySection:
    return AnalogySection(
        name,
        correct=sum(part.correct for part in parts),
        asked=sum(part.asked for part in parts),
        unknown=sum(part.unknown for part in parts),
    )
