"""Word similarity: whether cosines rank pairs of words the way people do.

The sets are lists of pairs that people scored, such as WordSim-353 (Finkelstein et al., "Placing
Search in Context", 2002) and SimLex-999 (Hill, Reichart and Korhonen, "SimLex-999", 2015). The
figures are Spearman's rank correlation and Pearson's between their scores and the cosines.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from firth.errors import EvaluationError
from firth.evaluation.figures import Figure, figures_of
from firth.evaluation.formulas import CORRELATIONS
from firth.evaluation.lines import Comparable
from firth.evaluation.pairs import Pair, read_pairs
from firth.vectors import WordVectors
from firth.vectors.matrix import directions, sums


@dataclasses.dataclass(frozen=True, slots=True)
class SimilarityResult:
    """How cosines agree with the scores people gave.

    Parameters
    ----------
    name : str
        Name of the file without its ending.
    spearman : float
        Rank correlation in [-1, 1]; more is better.
    pearson : float
        Linear correlation in [-1, 1].
    pairs : int
        Pairs that counted.
    unknown : tuple of (str, str)
        Pairs left out since one of the words has no vector.
    figures : tuple of Figure
        Both correlations, over the pairs: what intervals are computed from.
    """

    name: str
    spearman: float
    pearson: float
    pairs: int
    unknown: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...] = dataclasses.field(default=(), repr=False, compare=False)


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
        The correlations, and the pairs that could not be compared.

    Raises
    ------
    EvaluationError
        The file cannot be read, a line is not a pair with a score, it cannot be told which column
        is the score, or fewer than two pairs have both words in the vocabulary.
    """
    known = Comparable(vectors, restrict_vocab, case_insensitive)
    return similarity_of(vectors, known, read_pairs(path, score_column), path)


def similarity_of(
    vectors: WordVectors, known: Comparable, pairs: Sequence[Pair], path: object
) -> SimilarityResult:
    """Compare pairs that have been read; see :func:`evaluate_similarity`."""
    rows: list[tuple[int, int]] = []
    items: list[int] = []
    unknown: list[tuple[str, str]] = []
    for number, pair in enumerate(pairs):
        # As written first: the corpus may have had parts of speech behind its words too.
        first = known.row(pair.first, pair.bare[0])
        second = known.row(pair.second, pair.bare[1])
        if first is None or second is None:
            unknown.append((pair.first, pair.second))
        else:
            rows.append((first, second))
            items.append(number)
    if len(items) < 2:
        raise EvaluationError(
            f"{path}: {len(items)} of {len(pairs)} pairs have both words in the vocabulary; at "
            "least 2 are needed for a rank correlation"
        )
    one, other = (directions(vectors.matrix[list(some)]) for some in zip(*rows, strict=True))
    columns = (np.array([pairs[number].score for number in items]), sums(one * other))
    figures = figures_of(CORRELATIONS, np.array(items), columns)
    spearman, pearson = (figure.value for figure in figures)
    return SimilarityResult(
        Path(str(path)).stem, spearman, pearson, len(items), tuple(unknown), figures
    )
