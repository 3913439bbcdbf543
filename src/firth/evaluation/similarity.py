"""Word similarity: whether cosines rank pairs of words the way people do.

The sets are lists of pairs that people scored, such as WordSim-353 (Finkelstein et al., "Placing
Search in Context", 2002) and SimLex-999 (Hill, Reichart and Korhonen, "SimLex-999", 2015). The
figure is Spearman's rank correlation between their scores and the cosines.
"""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.errors import EvaluationError
from firth.evaluation.lines import comparable, read_lines
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
) -> SimilarityResult:
    """Compare the cosines of word pairs with the scores people gave them.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words, most frequent first.
    path : str or Path
        UTF-8 text, a pair a line: word, tab, word, tab, score. Lines that begin with ``#`` are
        comments.
    restrict_vocab : int or None
        Only this many of the most frequent words count; None for all.
    case_insensitive : bool
        "Arafat" finds "arafat" and the other way round; the more frequent spelling counts.

    Returns
    -------
    SimilarityResult
        The correlation, and the pairs that could not be compared.

    Raises
    ------
    EvaluationError
        The file cannot be read, a line is not a pair with a score, or fewer than two pairs have
        both words in the vocabulary.
    """
    _, rows = comparable(vectors, restrict_vocab, case_insensitive)
    scores: list[float] = []
    cosines: list[float] = []
    unknown: list[tuple[str, str]] = []
    for number, line in read_lines(path):
        if line.startswith("#"):
            continue
        first, second, score = _parse(path, number, line)
        keys = (first.upper(), second.upper()) if case_insensitive else (first, second)
        if keys[0] in rows and keys[1] in rows:
            words = [vectors.words[rows[key]] for key in keys]
            scores.append(score)
            cosines.append(vectors.similarity(*words))
        else:
            unknown.append((first, second))
    if len(scores) < 2:
        raise EvaluationError(
            f"{path}: {len(scores)} of {len(scores) + len(unknown)} pairs have both words in the "
            "vocabulary; at least 2 are needed for a rank correlation"
        )
    return SimilarityResult(Path(path).stem, spearman(scores, cosines), len(scores), tuple(unknown))


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """Spearman's rank correlation, with average ranks for ties.

    Parameters
    ----------
    first, second : (n,) numbers
        The two rankings.

    Returns
    -------
    float
        Pearson's correlation of the ranks, in [-1, 1]; 0 if one of them is constant.

    Examples
    --------
    >>> spearman([1, 2, 3, 4], [10, 20, 40, 30])
    0.8
    """
    a, b = average_ranks(first), average_ranks(second)
    a -= a.mean()
    b -= b.mean()
    norm = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / norm if norm > 0 else 0.0


def average_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Rank numbers from 1; equal numbers share the mean of the ranks they take up.

    Parameters
    ----------
    values : (n,) numbers
        What to rank.

    Returns
    -------
    (n,) float64
        The ranks.

    Examples
    --------
    >>> average_ranks([30, 10, 10, 20]).tolist()
    [4.0, 1.5, 1.5, 3.0]
    """
    _, group, sizes = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    middle: NDArray[np.float64] = last - (sizes - 1) / 2
    return middle[group]


def _parse(path: str | Path, number: int, line: str) -> tuple[str, str, float]:
    parts = line.split("\t")
    try:
        first, second, score = (part.strip() for part in parts)
        value = float(score)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise EvaluationError(
            f"{path}, line {number}: {line[:60]!r}; expected word, tab, word, tab, score"
        )
    return first, second, value
