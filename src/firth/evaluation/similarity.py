"""Word similarity: whether cosines rank pairs of words the way people do.

The sets are lists of pairs that people scored, such as WordSim-353 (Finkelstein et al., "Placing
Search in Context", 2002) and SimLex-999 (Hill, Reichart and Korhonen, "SimLex-999", 2015). The
figure is Spearman's rank correlation between their scores and the cosines.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from firth.errors import EvaluationError
from firth.evaluation.correlation import spearman
from firth.evaluation.lines import Comparable
from firth.evaluation.pairs import read_pairs
from firth.vectors import WordVectors


@dataclasses.dataclass(frozen=True, slots=True)
class SimilarityResult:
    """How cosines agree with the scores people gave.

    Parameters
    ----------
    name : str
        Name of the file without its ending.
    spearman : float
        Rank correlation in [-1, 1]; more is better.
    pairs : int
        Pairs that counted.
    unknown : tuple of (str, str)
        Pairs left out since one of the words has no vector.
    """

    name: str
    spearman: float
    pairs: int
    unknown: tuple[tuple[str, str], ...]


def evaluate_similarity(
    vectors: WordVectors,
    path: str | Path,
    *,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    score_column: str | None = None,
) -> SimilarityResult:
    """Compare the cosines of word pairs with the scores people gave them.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words, most frequent first.
    path : str or Path
        WordSim-353, SimLex-999, MEN and the like as published: UTF-8 text, a pair a line, fields
        separated by tabs, commas, semicolons or blanks; parts of speech in columns or behind the
        words (``sun-n``) are seen. Lines that begin with ``#`` are comments.
    restrict_vocab : int or None
        Only this many of the most frequent words count; None for all.
    case_insensitive : bool
        "Arafat" finds "arafat" and the other way round; the more frequent spelling counts.
    score_column : str, optional
        The column of scores, as the header calls it; by default the one that holds them in
        published sets.

    Returns
    -------
    SimilarityResult
        The correlation, and the pairs that could not be compared.

    Raises
    ------
    EvaluationError
        The file cannot be read, a line is not a pair with a score, it cannot be told which column
        is the score, or fewer than two pairs have both words in the vocabulary.
    """
    known = Comparable(vectors, restrict_vocab, case_insensitive)
    scores: list[float] = []
    cosines: list[float] = []
    unknown: list[tuple[str, str]] = []
    for pair in read_pairs(path, score_column):
        # As written first: the corpus may have had parts of speech behind its words too.
        found = [known.row(pair.first, pair.bare[0]), known.row(pair.second, pair.bare[1])]
        if None in found:
            unknown.append((pair.first, pair.second))
        else:
            scores.append(pair.score)
            words = [vectors.words[row] for row in found if row is not None]
            cosines.append(vectors.similarity(*words))
    if len(scores) < 2:
        raise EvaluationError(
            f"{path}: {len(scores)} of {len(scores) + len(unknown)} pairs have both words in the "
            "vocabulary; at least 2 are needed for a rank correlation"
        )
    return SimilarityResult(Path(path).stem, spearman(scores, cosines), len(scores), tuple(unknown))
