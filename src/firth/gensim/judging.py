"""gensim's two evaluations: its reading of the files, and its way to report, on firth's figures."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import EvaluationError
from firth.evaluation.analogies import answer_all
from firth.evaluation.correlation import Correlation, correlations
from firth.evaluation.lines import Comparable
from firth.formats.source import open_source
from firth.gensim.arrays import Arrays
from firth.gensim.comparing import cosine
from firth.gensim.given import existing
from firth.vectors import WordVectors
from firth.vectors.matrix import read_only

logger = logging.getLogger("firth.gensim")


class Judging(Arrays):
    """Keys and vectors that are judged by what people said."""

    def evaluate_word_pairs(
        self,
        pairs: str | Path,
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[Correlation, Correlation, float]:
        """Correlate cosines of word pairs with the scores that people gave them.

        Parameters
        ----------
        pairs : str or Path
            A text with two words and a score a line; ``#`` begins a comment.
        delimiter, encoding : str
            What stands between the three; how the text is encoded.
        restrict_vocab : int or None
            The first so many keys count.
        case_insensitive : bool
            Words that differ in case only are one, of which the first counts.
        dummy4unknown : bool
            Pairs with an unknown word count with a cosine of 0, rather than not at all.

        Returns
        -------
        pearson, spearman : (float, float)
            Correlations, each with its p-value.
        oov_ratio : float
            Percentage of pairs with an unknown word.

        Raises
        ------
        EvaluationError
            No pair could be compared; a ``ValueError``.
        """
        known = self._comparable(restrict_vocab, case_insensitive)
        scores: list[float] = []
        found: list[float] = []
        unknown = 0
        for number, line in _lines(pairs, encoding):
            if line.startswith("#"):
                continue
            try:
                first, second, score = line.split(delimiter)
                wanted = float(score)
            except ValueError:
                logger.info("line %d of %s is no pair with a score", number, pairs)
                continue
            rows = known.row(first), known.row(second)
            if rows[0] is None or rows[1] is None:
                unknown += 1
                if not dummy4unknown:
                    continue
                found.append(0.0)
            else:
                found.append(cosine(self.vectors[rows[0]], self.vectors[rows[1]]))
            scores.append(wanted)
        if len(scores) < 2:
            raise EvaluationError(
                f"{pairs}: {len(scores)} pairs could be compared ({unknown} have unknown words), "
                f"and at least 2 are needed; expected two words and a score, with {delimiter!r} "
                "between them"
            )
        pearson, spearman = correlations(scores, found)
        share = 100 * unknown / (len(scores) + (0 if dummy4unknown else unknown))
        self.log_evaluate_word_pairs(pearson, spearman, share, pairs)
        return pearson, spearman, share

    def evaluate_word_analogies(
        self,
        analogies: str | Path,
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[dict[str, Any]]]:
        """Answer "a is to b as c is to ?" by vector offset.

        Parameters
        ----------
        analogies : str or Path
            A text: lines ``: section``, and lines of four words.
        restrict_vocab, case_insensitive, dummy4unknown
            As for :meth:`evaluate_word_pairs`; questions with an unknown word are wrong, or left
            out.
        similarity_function : str
            Not used, as in gensim 4.

        Returns
        -------
        score : float
            Part of the questions answered right.
        sections : list of dict
            ``section``, and lists of questions, ``correct`` and ``incorrect``; all of them in the
            last.

        Raises
        ------
        EvaluationError
            There is no question; a ``ValueError``.
        """
        known = self._comparable(restrict_vocab, case_insensitive)
        sections: list[dict[str, Any]] = []
        asked: list[tuple[int, tuple[str, ...], list[int]]] = []
        n_questions = 0
        for number, line in _lines(analogies, "utf8"):
            words = tuple((line.upper() if case_insensitive else line).split())
            if line.startswith(": "):
                name = line.lstrip(": ").strip()
                sections.append({"section": name, "correct": [], "incorrect": []})
            elif not sections:
                raise EvaluationError(
                    f"{analogies}, line {number}: a question before the first section (': name')"
                )
            elif len(words) != 4:
                logger.info("line %d of %s is no question of four words", number, analogies)
            else:
                n_questions += 1
                rows = [known.row(word) for word in words]
                if None not in rows:
                    asked.append(
                        (len(sections) - 1, words, [row for row in rows if row is not None])
                    )
                elif dummy4unknown:
                    sections[-1]["incorrect"].append(words)
        if not n_questions:
            raise EvaluationError(f"{analogies}: there is not one question of four words")
        for (place, words, _), right in zip(asked, self._answered(asked, known), strict=True):
            sections[place]["correct" if right else "incorrect"].append(words)
        sections.append(_total(sections))
        for section in sections:
            self.log_accuracy(section)
        total = sections[-1]
        n_asked = len(total["correct"]) + len(total["incorrect"])
        return (len(total["correct"]) / n_asked if n_asked else 0.0), sections

    def _answered(
        self, asked: list[tuple[int, tuple[str, ...], list[int]]], known: Comparable
    ) -> NDArray[np.bool_]:
        """Say of each question whether the answer is right."""
        if not asked:
            return np.zeros(0, bool)
        group = np.fromiter(map(known.rows.__getitem__, known.forms), np.int64, len(known.forms))
        rows = np.array([rows for _, _, rows in asked], dtype=np.int64)
        answers = answer_all(self._words(), group, rows[:, :3])
        return np.asarray((answers >= 0) & (group[answers] == rows[:, 3]))

    def _comparable(self, restrict_vocab: int | None, case_insensitive: bool) -> Comparable:
        return Comparable(self._words(), restrict_vocab, case_insensitive)

    def _words(self) -> WordVectors:
        """Return the vectors to be asked, not copied."""
        return WordVectors(list(map(str, self.index_to_key)), read_only(self._searched().matrix))

    @staticmethod
    def log_evaluate_word_pairs(
        pearson: Correlation, spearman: Correlation, oov: float, pairs: Any
    ) -> None:
        """Log what :meth:`evaluate_word_pairs` found."""
        logger.info("Pearson %.4f, Spearman %.4f, against %s", pearson[0], spearman[0], pairs)
        logger.info("%.1f%% of the pairs have unknown words", oov)

    @staticmethod
    def log_accuracy(section: dict[str, Any]) -> None:
        """Log how many questions of a section were answered right."""
        right, wrong = len(section["correct"]), len(section["incorrect"])
        if right + wrong:
            share = 100 * right / (right + wrong)
            logger.info("%s: %.1f%% (%d/%d)", section["section"], share, right, right + wrong)


def _total(sections: list[dict[str, Any]]) -> dict[str, Any]:
    parts = {
        name: [words for section in sections for words in section[name]]
        for name in ("correct", "incorrect")
    }
    return {"section": "Total accuracy", **parts}


def _lines(path: str | Path, encoding: str) -> list[tuple[int, str]]:
    """Return the lines of a text, which may be compressed, with their numbers from 1."""
    place = existing("path", path)
    with open_source(place) as source:
        data = source.read_all()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{place}: byte {error.start:,} is not {encoding}") from error
    return [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
