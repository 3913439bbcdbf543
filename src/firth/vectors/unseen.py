"""Vectors for words that have no row of their own, composed of what they are made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.corpus.ngrams import hash_ngram, ngrams, number_ngrams


class UnseenWords:
    """Vectors for words outside a vocabulary: the mean of their n-grams' vectors.

    Parameters
    ----------
    words : sequence of str
        The V words that the n-grams were numbered for.
    matrix : (n_rows, dim)
        Vectors of the n-grams, in the order of :func:`number_ngrams`.
    min_n, max_n, buckets : int
        As in :func:`number_ngrams`.

    Examples
    --------
    >>> unseen = UnseenWords(["was"], np.array([[1.0], [2.0], [3.0]]), 3, 3, 0)
    >>> unseen("wasp").tolist()        # <wa and was are known, asp and sp> are not
    [1.5]
    >>> unseen("hello") is None
    True
    """

    def __init__(
        self,
        words: Sequence[str],
        matrix: NDArray[np.float32] | NDArray[np.float64],
        min_n: int,
        max_n: int,
        buckets: int,
    ) -> None:
        self.words = words
        self.matrix = matrix
        self.min_n, self.max_n, self.buckets = min_n, max_n, buckets
        self._rows: dict[int | bytes, int] | None = None

    @property
    def rows(self) -> dict[int | bytes, int]:
        """Row of each bucket, or of each n-gram; numbered again when first asked for."""
        if self._rows is None:
            found = number_ngrams(self.words, self.min_n, self.max_n, self.buckets)
            if found.keys is not None:
                names = found.keys.tolist()
            else:
                names = [] if found.texts is None else found.texts.to_pylist()
            self._rows = {name: row for row, name in enumerate(names)}
        return self._rows

    def __call__(self, word: str) -> NDArray[np.floating] | None:
        """Return the vector of `word`, (dim,); None if none of its n-grams is known."""
        texts = [text.encode() for text in ngrams(word, self.min_n, self.max_n)]
        names = [hash_ngram(text) % self.buckets for text in texts] if self.buckets else texts
        known = [self.rows[name] for name in names if name in self.rows]
        return np.asarray(self.matrix[known]).mean(axis=0) if known else None
