"""Vectors for words that have no row of their own, composed of what they are made of.

A way to compose is a :class:`Composition`, and a line in :data:`COMPOSITIONS`, by what the rows
stand for that it is composed of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from firth.corpus.ngrams import (
    LONGEST_WORD,
    NGramRows,
    hash_ngram,
    ngrams,
    number_ngrams,
    occurrences,
    sum_of_rows,
)
from firth.errors import FormatError
from firth.values import shown
from firth.vectors.matrix import FloatMatrix

#: No program has longer n-grams; a word has one for each place and length.
_LONGEST_NGRAM = 1 << 10


class Composition(Protocol):
    """Gives vectors to words that have no row."""

    def __call__(self, word: str) -> NDArray[np.floating] | None:
        """Return the vector of `word`, (dim,); None if nothing that it is made of is known."""

    def check(self) -> None:
        """Raise FormatError if matrix and vocabulary do not fit; as slow as the first use."""


def ngram_lengths(config: Mapping[str, Any], rows: int) -> tuple[int, int, int]:
    """Return ``min_n``, ``max_n`` and ``buckets`` of the settings that a file holds.

    Parameters
    ----------
    config : mapping
        The settings.
    rows : int
        How many vectors of n-grams there are.

    Raises
    ------
    FormatError
        They are not there, or no such numbers, or there are more rows than buckets.

    Examples
    --------
    >>> ngram_lengths({"min_n": 3, "max_n": 6, "buckets": 0}, 9)
    (3, 6, 0)
    """
    names = ("min_n", "max_n", "buckets")
    found = [config.get(name) for name in names]
    least, most, buckets = (value if type(value) is int else -1 for value in found)
    if not (1 <= least <= most <= _LONGEST_NGRAM and 0 <= buckets < 1 << 31):
        told = ", ".join(f"{n} {shown(v)}" for n, v in zip(names, found, strict=True))
        raise FormatError(
            f"there are vectors of n-grams, but the settings say {told}; expected whole numbers, "
            f"lengths from 1 to {_LONGEST_NGRAM:,}, the shorter one first, and 0 buckets or more"
        )
    if 0 < buckets < rows:
        raise FormatError(
            f"there are vectors of {rows:,} n-grams, but only {buckets:,} buckets; each bucket has "
            "one vector at most"
        )
    return least, most, buckets


class NGramMean:
    """Vectors for words outside a vocabulary: the mean of their n-grams' vectors.

    Parameters
    ----------
    words : sequence of str
        The V words that the n-grams were numbered for.
    matrix : (n_rows, dim)
        Vectors of the n-grams, in the order of :func:`number_ngrams`.
    min_n, max_n, buckets : int
        As in :func:`number_ngrams`.
    keys : (n_rows,) int64, optional
        The bucket of each row, where another program has numbered them; every bucket has a row if
        there are as many rows as buckets.
    repeats : bool
        In words of more than 64 characters too an n-gram counts as often as it occurs, as in
        fastText; in firth's own models each row counts once there.

    Examples
    --------
    >>> compose = NGramMean(["was"], np.array([[1.0], [2.0], [3.0]]), 3, 3, 0)
    >>> compose("wasp").tolist()        # <wa and was are known, asp and sp> are not
    [1.5]
    >>> compose("hello") is None
    True
    """

    def __init__(
        self,
        words: Sequence[str],
        matrix: FloatMatrix,
        min_n: int,
        max_n: int,
        buckets: int,
        keys: NDArray[np.int64] | None = None,
        repeats: bool = False,
    ) -> None:
        self.words = words
        self.matrix = matrix
        self.min_n, self.max_n, self.buckets = min_n, max_n, buckets
        self.keys, self.repeats = keys, repeats
        self._rows: Mapping[Any, int] | None = None
        if keys is not None:
            self._rows = {key: row for row, key in enumerate(keys.tolist())}
        elif len(matrix) == buckets > 0:
            self._rows = _Itself()

    @classmethod
    def from_config(
        cls, words: Sequence[str], matrix: FloatMatrix, config: Mapping[str, Any]
    ) -> Self:
        """Make it from the settings of a model.

        Raises
        ------
        FormatError
            The settings lack the lengths of n-grams, or there are more rows than buckets.
        """
        return cls(words, matrix, *ngram_lengths(config, len(matrix)))

    @property
    def rows(self) -> Mapping[Any, int]:
        """Row of each bucket, or of each n-gram; numbered again when first asked for.

        Raises
        ------
        FormatError
            The words have another number of n-grams than the matrix has rows.
        """
        if self._rows is None:
            try:
                found = number_ngrams(self.words, self.min_n, self.max_n, self.buckets)
            except MemoryError as error:
                raise FormatError(
                    f"n-grams of {self.min_n} to {self.max_n} characters in {self.buckets:,} "
                    f"buckets take more memory than there is, for {len(self.matrix):,} vectors; "
                    "the settings are damaged"
                ) from error
            if found.n_rows != len(self.matrix):
                raise FormatError(
                    f"there are vectors of {len(self.matrix):,} n-grams, but the words have "
                    f"{found.n_rows:,} (min_n {self.min_n}, max_n {self.max_n}, "
                    f"buckets {self.buckets:,}); vocabulary and vectors are not of one model"
                )
            self._rows = {name: row for row, name in enumerate(_names_of(found))}
        return self._rows

    def check(self) -> None:
        """Raise FormatError unless each n-gram of the words has one row."""
        _ = self.rows

    def __call__(self, word: str) -> NDArray[np.floating] | None:
        """Return the vector of `word`, (dim,); None if none of its n-grams is known."""
        total: NDArray[np.floating] | None = None
        n = 0
        with np.errstate(over="ignore", invalid="ignore"):
            for names in self._names(word):
                known = [self.rows[name] for name in names if name in self.rows]
                if known:
                    some = sum_of_rows(self.matrix, np.array(known))
                    total = some if total is None else total + some
                    n += len(known)
            if total is None:
                return None
            mean: NDArray[np.floating] = (total / n).astype(self.matrix.dtype)
        # A mapped matrix may be larger than memory: it is looked at where it is asked.
        if not np.isfinite(mean).all():
            raise FormatError(
                f"the vectors of the n-grams of {shown(word)} hold a value that is not finite, or "
                "add up to none: the file that they are from is damaged, copy or train it again"
            )
        return mean

    def _names(self, word: str) -> Iterable[Iterable[int | bytes]]:
        """Return the bucket of each n-gram, or each n-gram itself, in batches if they are many."""
        if len(word) + 2 <= LONGEST_WORD:
            texts = [text.encode() for text in ngrams(word, self.min_n, self.max_n)]
            buckets = self.buckets
            return [[hash_ngram(text) % buckets for text in texts] if buckets else texts]
        if self.repeats:
            return occurrences(word, self.min_n, self.max_n, self.buckets)
        return [_names_of(number_ngrams([word], self.min_n, self.max_n, self.buckets))]


class _Itself(dict[int, int]):
    """The mapping of every bucket to the row of the same number."""

    def __missing__(self, bucket: int) -> int:
        return bucket

    def __contains__(self, bucket: object) -> bool:
        return True


def _names_of(found: NGramRows) -> list[int | bytes]:
    """Return what each row stands for, in the order of the rows."""
    if found.keys is not None:
        return list(found.keys.tolist())
    return [] if found.texts is None else list(found.texts.to_pylist())


COMPOSITIONS: dict[str, Callable[[Sequence[str], FloatMatrix, Mapping[str, Any]], Composition]] = {
    "ngrams": NGramMean.from_config,
}
"""Ways to compose, by what rows stand for: (words, matrix, settings of the model) → composition."""
