"""The words of a set, as a table of vectors has them: what every kind of set looks up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.lines import Comparable
from firth.evaluation.pairs import without_part_of_speech
from firth.vectors import WordVectors
from firth.vectors.matrix import directions


class Found(NamedTuple):
    """Those words of a list that have vectors.

    Attributes
    ----------
    places : (n,) int64
        Which words of the list.
    rows : (n,) int64
        Their rows.
    """

    places: NDArray[np.int64]
    rows: NDArray[np.int64]

    def unknown(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the words of the list that have none."""
        here = set(self.places.tolist())
        return tuple(word for place, word in enumerate(words) if place not in here)


def find_words(known: Comparable, words: Sequence[str]) -> Found:
    """Look for words as written; then without a part of speech that all have; then with blanks.

    Parameters
    ----------
    known : Comparable
        The words of a table.
    words : sequence of str
        Those of a set; ``New_York`` finds ``new york`` too.

    Examples
    --------
    >>> vectors = WordVectors(["cat", "new york"], [[1.0], [2.0]])
    >>> found = find_words(Comparable(vectors, None, True), ["New_York", "owl", "cat"])
    >>> found.places.tolist(), found.rows.tolist(), found.unknown(["New_York", "owl", "cat"])
    ([0, 2], [1, 0], ('owl',))
    """
    bare = without_part_of_speech(words)
    rows = [
        known.row(word, short, re.sub("_", " ", word))
        for word, short in zip(words, bare, strict=True)
    ]
    places = [place for place, row in enumerate(rows) if row is not None]
    return Found(
        np.array(places, dtype=np.int64),
        np.array([row for row in rows if row is not None], dtype=np.int64),
    )


def unit_vectors(vectors: WordVectors, rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the vectors of some rows, brought to length 1: (n, dim)."""
    return directions(vectors.matrix[rows])
