"""What a file of vectors holds, whatever its format: what readers return and writers take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.vectors.matrix import FloatMatrix, RowsLater
from firth.vectors.unseen import Composition, NGramMean

#: Rows looked at together.
_ROWS = 4096


class NGrams(NamedTuple):
    """Vectors of n-grams, of which words without a row are composed as in fastText.

    Attributes
    ----------
    matrix : (n, dim) float32 or float64
        The vectors.
    min_n, max_n : int
        Lengths of n-grams, in characters.
    buckets : int
        An n-gram's hash modulo this is its bucket; 0 where each n-gram has a row of its own.
    keys : (n,) int64, optional
        The bucket of each row, rising; None where row i is of bucket i, `buckets` in all.
    repeats : bool
        In long words too an n-gram counts as often as it occurs.
    """

    matrix: FloatMatrix
    min_n: int
    max_n: int
    buckets: int
    keys: NDArray[np.int64] | None = None
    repeats: bool = False


class Contents(NamedTuple):
    """Words, their vectors, and what else a file may hold.

    Attributes
    ----------
    words : WordList
        V words, in the order of the rows; readers need not have made sure that they differ.
    matrix : (V, dim) float32 or float64
        Their vectors; it may be a map of the file.
    counts : (V,) int64, optional
        How often each word occurred.
    ngrams : NGrams, optional
        Vectors of n-grams.
    output : (V, dim) float32 or float64, optional
        Output vectors of the words.
    unseen : Composition, optional
        What else gives vectors to words without a row.
    trained : bool
        They are of a model of firth, which has settings and a history beside them.
    """

    words: WordList
    matrix: FloatMatrix
    counts: NDArray[np.int64] | None = None
    ngrams: NGrams | None = None
    output: FloatMatrix | None = None
    unseen: Composition | None = None
    trained: bool = False

    def composition(self) -> Composition | None:
        """Return what gives vectors to words without a row."""
        if self.ngrams is None:
            return self.unseen
        return NGramMean(self.words, *self.ngrams)


class Opened(NamedTuple):
    """What a file holds whose vectors are computed when somebody asks for them.

    Attributes
    ----------
    words : WordList
        V words, in the order of the rows; readers need not have made sure that they differ.
    rows : RowsLater
        Their vectors.
    counts : (V,) int64, optional
        How often each word occurred.
    ngrams : NGrams, optional
        Vectors of n-grams.
    """

    words: WordList
    rows: RowsLater
    counts: NDArray[np.int64] | None = None
    ngrams: NGrams | None = None


def infinite_row(matrix: FloatMatrix) -> int | None:
    """Return the first row that holds a value that is not a finite number; None if none does.

    It takes hardly longer than to read the matrix: 17 GB a second, once that is in memory.

    Examples
    --------
    >>> infinite_row(np.array([[1.0], [np.nan]], np.float32)), infinite_row(np.ones((2, 1)))
    (1, None)
    """
    for start in range(0, len(matrix), _ROWS):
        finite = np.isfinite(matrix[start : start + _ROWS])
        if not finite.all():
            return start + int(finite.all(axis=1).argmin())
    return None


class ReadOptions(NamedTuple):
    """How a file is read.

    Attributes
    ----------
    top : int, optional
        The first so many words only; files have the most frequent ones first.
    errors : {"strict", "replace", "latin-1"}
        Words that are not UTF-8 are refused; get a mark for what is not; or are read as Latin-1,
        all of them.
    """

    top: int | None = None
    errors: str = "strict"


class WriteOptions(NamedTuple):
    """How a file is written.

    Attributes
    ----------
    dtype : {"float32", "float64", "float16", "int8"}, optional
        Precision of the numbers; by default that of the matrix, or float32 where the format has
        no other.
    """

    dtype: str | None = None
