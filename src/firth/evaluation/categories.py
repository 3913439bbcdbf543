"""Categorisation: whether words of a category lie together, as people group them.

Words are divided into as many clusters as there are categories, by k-means of their directions, and
the clusters compared with the categories: by purity, the usual figure (Baroni, Dinu and Kruszewski,
"Don't count, predict!", ACL 2014, section 3), and by the adjusted Rand index, which is about 0 by
chance whatever the number of clusters. Intervals are over words, with the clusters as they are.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import EvaluationError, MissingExtraError
from firth.evaluation.figures import Figure, figures_of
from firth.evaluation.formulas import adjusted_rand, purity
from firth.evaluation.lines import Comparable, read_lines, text_files
from firth.evaluation.words import find_words, unit_vectors
from firth.files.given import given_path
from firth.values import Whole
from firth.vectors import WordVectors

# The best of so many starts counts: less depends on where the first centres happen to be.
_STARTS = 10
_HEADER = {
    "concept", "word", "term", "item", "exemplar", "category", "class", "cluster", "categories",
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class CategoryResult:
    """How clusters of vectors agree with categories.

    Parameters
    ----------
    name : str
        Name of the file or folder, without an ending.
    purity : float
        Part of the words that are of the commonest category of their cluster, in (0, 1].
    adjusted_rand : float
        Agreement above chance: 1 for the same groups, about 0 by chance.
    words : int
        Words that counted.
    categories : int
        Categories of these words, and clusters that were made.
    unknown : tuple of str
        Words that have no vector.
    figures : tuple of Figure
        Both: what intervals are computed from.
    """

    name: str
    purity: float
    adjusted_rand: float
    words: int
    categories: int
    unknown: tuple[str, ...]
    figures: tuple[Figure, ...] = dataclasses.field(default=(), repr=False, compare=False)


def evaluate_categories(
    vectors: WordVectors,
    path: str | Path,
    *,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    seed: int = 1,
) -> CategoryResult:
    """Group words by their vectors, and compare the groups with those that people made.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words, most frequent first.
    path : str or Path
        AP, BLESS, Battig and the like: a file with words and their categories in two columns, in
        either order; BLESS as published (the concept and its class, then relations); or a folder
        with a file .txt for each category, a word a line.
    restrict_vocab : int or None
        Only this many of the most frequent words count; None for all.
    case_insensitive : bool
        "Owl" finds "owl" and the other way round; the more frequent spelling counts.
    seed : int
        Where k-means starts.

    Returns
    -------
    CategoryResult
        Purity and adjusted Rand index.

    Raises
    ------
    EvaluationError
        The file cannot be read or has another layout, or words of fewer than two categories have
        vectors.
    MissingExtraError
        scikit-learn is not installed: ``pip install 'firth[sklearn]'``.
    """
    known = Comparable(vectors, restrict_vocab, case_insensitive)
    return categories_of(vectors, known, read_categories(path), path, seed)


def categories_of(
    vectors: WordVectors,
    known: Comparable,
    grouped: Sequence[tuple[str, str]],
    path: object,
    seed: int,
) -> CategoryResult:
    """Group words that have been read; see :func:`evaluate_categories`."""
    seed = Whole(0, 2**32 - 1).check("seed", seed)
    words = [word for word, _ in grouped]
    found = find_words(known, words)
    _, category = np.unique([grouped[place][1] for place in found.places], return_inverse=True)
    n = int(category.max(initial=-1)) + 1
    if n < 2:
        raise EvaluationError(
            f"{path}: {len(found.rows)} of {len(words)} words have a vector, of {n} categories; "
            "words of at least 2 categories are needed"
        )
    clusters = _clusters(unit_vectors(vectors, found.rows), n, seed)
    columns = (clusters, category.astype(np.int64))
    formulas = {"purity": purity, "adjusted_rand": adjusted_rand}
    figures = figures_of(formulas, found.places, columns)
    pure, rand = (figure.value for figure in figures)
    return CategoryResult(
        Path(str(path)).stem, pure, rand, len(found.rows), n, found.unknown(words), figures
    )


def _clusters(directions: NDArray[np.float64], n: int, seed: int) -> NDArray[np.int64]:
    try:
        from sklearn.cluster import KMeans
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "sklearn") from error
    made = KMeans(n, n_init=_STARTS, random_state=seed).fit(directions)
    return np.asarray(made.labels_, dtype=np.int64)


def read_categories(path: str | Path) -> list[tuple[str, str]]:
    """Read words with their categories, each pair of both once.

    Raises
    ------
    EvaluationError
        The file cannot be read, or is no list of words and categories.
    """
    place = given_path("path", path)
    if place.is_dir():
        return [
            (fields[0], file.stem)
            for file in text_files(place)
            for fields in _rows(file)
            if fields[0].casefold() not in _HEADER
        ]
    rows = _rows(path)
    if rows and {field.casefold() for field in rows[0][:2]} <= _HEADER:
        rows = rows[1:]
    if not rows or min(map(len, rows)) < 2:
        raise EvaluationError(
            f"{path}: expected a word and its category in each line, separated by tabs, commas or "
            "blanks"
        )
    first, second = (list(column) for column in zip(*(row[:2] for row in rows), strict=True))
    if len(set(first)) < len(set(second)):  # there are fewer categories than words
        first, second = second, first
    return list(dict.fromkeys(zip(first, second, strict=True)))


def _rows(path: str | Path) -> list[list[str]]:
    """Split lines at tabs if there are any, or at commas, or at blanks."""
    lines = [line.rstrip() for _, line in read_lines(path)]
    for separator in ("\t", ","):
        if lines and all(separator in line for line in lines):
            return [
                [field.strip() for field in row] for row in csv.reader(lines, delimiter=separator)
            ]
    return [line.split() for line in lines]
