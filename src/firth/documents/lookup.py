"""Words → where their vectors are: a row of the matrix, or what a word without a row is made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, UnknownWordError
from firth.vectors import WordVectors
from firth.vectors.matrix import read_only

#: Numbers of composed vectors that are kept between pieces of a text: 32 MB of float64.
_KEPT = 1 << 22
#: Words whose places are remembered between pieces.
_REMEMBERED = 1 << 20


class Lookup:
    """Finds vectors by places: rows of the matrix, and behind them those that were composed.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words.

    Examples
    --------
    >>> vectors = WordVectors(["a", "b"], [[1.0], [2.0]], unseen=lambda word: np.array([9.0]))
    >>> lookup = Lookup(vectors)
    >>> places = lookup.places(["b", "new", "a", ""])
    >>> places.tolist(), lookup.rows(places[:3]).tolist()
    ([1, 2, 0, -1], [[2.0], [9.0], [1.0]])
    """

    def __init__(self, vectors: WordVectors) -> None:
        self.vectors = vectors
        self._forget()

    def _forget(self) -> None:
        self._places: dict[str, int] = {}
        self._rows: list[NDArray[np.float64]] = []
        self._composed = read_only(np.empty((0, self.vectors.dim)))

    @property
    def composed(self) -> NDArray[np.float64]:
        """Vectors of words without a row, ``(n_composed, dim)`` float64, in order of places."""
        if len(self._composed) < len(self._rows):
            self._composed = read_only(np.stack(self._rows))
        return self._composed

    def limit(self) -> None:
        """Forget composed vectors, and their places, if there are many; a text has no end."""
        if len(self._rows) * self.vectors.dim > _KEPT or len(self._places) > _REMEMBERED:
            self._forget()

    def places(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Return the place of each word, (n,); -1 of those that have no vector, and of ``""``."""
        # Texts have the same words again and again: so they are found at once.
        found = list(map(self._places.get, words))
        for number, place in enumerate(found):
            if place is None:
                word = words[number]
                found[number] = self._places[word] = self._place(word)
        return np.array(found, np.int64)

    def _place(self, word: str) -> int:
        if not word:
            return -1
        try:
            return self.vectors.index(word)
        except UnknownWordError:
            if self.vectors.unseen is None:
                return -1
        try:
            row = self.vectors[word]
        except UnknownWordError:
            return -1
        self._rows.append(np.asarray(row, np.float64))
        return len(self.vectors) + len(self._rows) - 1

    def rows(self, places: NDArray[np.int64], unit: bool = False) -> NDArray[np.float64]:
        """Return the vectors at these places, ``(n, dim)`` float64, of length 1 if `unit`; a copy.

        Vectors of zeros stay zeros.

        Raises
        ------
        FormatError
            One holds NaN or infinity.
        """
        n = len(self.vectors)
        known = places < n
        if known.all():
            found = self.vectors.matrix[places].astype(np.float64)
        else:
            found = np.empty((len(places), self.vectors.dim))
            found[known] = self.vectors.matrix[places[known]]
            found[~known] = self.composed[places[~known] - n]
        if not np.isfinite(found).all():
            raise FormatError(
                "a vector of a word holds a value that is not a finite number, so that it has no "
                "distance from others; train or convert the vectors again"
            )
        if unit:
            lengths = self.lengths(places)
            found /= np.where(lengths > 0, lengths, 1.0)[:, np.newaxis]
        return found

    def lengths(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return their Euclidean lengths, ``(n,)``."""
        n = len(self.vectors)
        known = places < n
        if known.all():
            return self.vectors.norms[places]
        found = np.empty(len(places))
        found[known] = self.vectors.norms[places[known]]
        found[~known] = np.linalg.norm(self.composed[places[~known] - n], axis=1)
        return found
