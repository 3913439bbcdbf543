"""The words of a corpus with their counts, most frequent first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from firth.corpus import vocabulary_file
from firth.corpus.mistaken import whole_texts
from firth.corpus.wordlist import Word, WordList
from firth.errors import ConfigError, CorpusError
from firth.files.given import given_path
from firth.values import Real, Whole


def _keep_word2vec(frequency: NDArray[np.float64], sample: float) -> NDArray[np.float64]:
    ratio = sample / frequency
    return np.minimum(1.0, np.sqrt(ratio) + ratio)


def _keep_paper(frequency: NDArray[np.float64], sample: float) -> NDArray[np.float64]:
    return np.minimum(1.0, np.sqrt(sample / frequency))


KEEP_FORMULAS: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.float64]]] = {
    "word2vec": _keep_word2vec,
    "paper": _keep_paper,
}
"""Formulas of subsampling: (V,) relative frequencies, threshold → (V,) keep probabilities."""


class Vocabulary:
    """Words and counts, ordered by count (largest first), then by word (by code points).

    A word's id is its place in that order. Words may be integers, such as the nodes of a graph:
    then they are asked for, and answered, as integers (in the order of their digits).

    Parameters
    ----------
    words : iterable of str or of int, or pyarrow array
        (n,) distinct words in any order.
    counts : array_like
        (n,) how often each occurs, 1 or more.
    min_count : int
        Words with a smaller count are left out.
    max_vocabulary : int, optional
        At most this many words are kept, the first in order.

    Attributes
    ----------
    words : WordList
        (V,) the words: a sequence, as memory-lean as an Arrow array.
    counts : ndarray
        (V,) int64, read-only.
    total : int
        Sum of `counts`.

    Raises
    ------
    CorpusError
        No word is left, or words are repeated.
    ConfigError
        `min_count` or `max_vocabulary` is below 1.

    Examples
    --------
    >>> vocabulary = Vocabulary(["cat", "the", "mat"], [2, 5, 2])
    >>> list(vocabulary.words), vocabulary.id("mat"), "dog" in vocabulary
    (['the', 'cat', 'mat'], 2, False)
    >>> nodes = Vocabulary([7, -5], [1, 2])
    >>> nodes.words, nodes.id(7), 7 in nodes, nodes.ids([-5, 8]).tolist()
    (WordList([-5, 7], 2 words), 1, True, [0, -1])
    """

    def __init__(
        self,
        words: Any,
        counts: ArrayLike,
        *,
        min_count: int = 1,
        max_vocabulary: int | None = None,
    ) -> None:
        min_count, max_vocabulary = limits(min_count, max_vocabulary)
        given = WordList.of(words)
        array = given.array
        figures = np.asarray(counts, np.int64)
        if figures.shape != (len(array),):
            raise CorpusError(
                f"there are {len(array):,} words and counts of shape {figures.shape}; "
                "each word needs one count"
            )
        rank = rank_words(array, figures, min_count, max_vocabulary)
        if not len(rank):
            raise nothing_left(array, figures, min_count)
        self._set(WordList(array.take(pa.array(rank)), given.integers), figures[rank])
        if pc.count_distinct(self.words.array).as_py() != len(self):
            raise CorpusError("the words of a vocabulary must be distinct; some are repeated")

    def _set(self, words: WordList, counts: NDArray[np.int64]) -> None:
        counts.flags.writeable = False
        self.words = words
        self.counts = counts
        self.total = int(counts.sum())
        self._ids: dict[Any, int] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_ids": None}  # found again from the words

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.counts.flags.writeable = False  # a copy of a read-only array can be written

    @classmethod
    def from_counts(
        cls, counts: Mapping[Any, int], *, min_count: int = 1, max_vocabulary: int | None = None
    ) -> Vocabulary:
        """Make a vocabulary of a mapping from words to counts, such as a ``Counter``.

        >>> from collections import Counter
        >>> Vocabulary.from_counts(Counter("abracadabra"), min_count=2).words
        WordList(['a', 'b', 'r'], 3 words)
        """
        figures = np.fromiter(counts.values(), np.int64, len(counts))
        return cls(list(counts), figures, min_count=min_count, max_vocabulary=max_vocabulary)

    @classmethod
    def in_order(cls, words: Any, counts: ArrayLike) -> Vocabulary:
        """Make a vocabulary of words whose order is known: words of one count stay as they stand.

        Parameters
        ----------
        words : iterable of str or of int, or pyarrow array
            (n,) distinct words, the most frequent first.
        counts : array_like
            (n,) how often each occurs, 1 or more.

        Raises
        ------
        CorpusError
            There is no word, or words and counts are not as they must be.

        Examples
        --------
        >>> list(Vocabulary.in_order(["the", "mat", "cat"], [5, 2, 2]).words)
        ['the', 'mat', 'cat']
        """
        given, figures = WordList.of(words), np.array(counts, np.int64)
        if figures.shape != (len(given),) or not len(given):
            raise CorpusError(
                f"there are {len(given):,} words and counts of shape {figures.shape}; each word "
                "needs one count, and there must be one word at least"
            )
        if figures[-1] < 1 or (figures[1:] > figures[:-1]).any():
            raise CorpusError("counts must be 1 or more, and fall: the most frequent word is first")
        vocabulary = cls.__new__(cls)
        vocabulary._set(given, figures)
        return vocabulary

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._table or self.words.find(self._table, word) is not None

    def __repr__(self) -> str:
        return f"Vocabulary({len(self):,} words, {self.total:,} tokens)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vocabulary):
            return NotImplemented
        return self.words == other.words and bool(np.array_equal(self.counts, other.counts))

    __hash__ = None  # type: ignore[assignment]

    @property
    def _table(self) -> dict[Any, int]:
        # Built on the first look-up only: training never needs it, and it costs 150 bytes a word.
        if self._ids is None:
            self._ids = {word: number for number, word in enumerate(self.words)}
        return self._ids

    def id(self, word: Word) -> int:
        """Find a word's id. Integers are asked for as integers, or in digits (``"-5"``).

        Raises
        ------
        UnknownWordError
            The word is not in the vocabulary; the error suggests near spellings.
        """
        number = self._table.get(word)  # first, for speed
        if number is None:
            number = self.words.find(self._table, word)
        if number is None:
            raise self.words.unknown(word)
        return number

    def ids(self, words: Iterable[Word]) -> NDArray[np.int32]:
        """Find the ids of many words at once.

        Parameters
        ----------
        words : iterable of str or of int, or pyarrow array
            (n,) words.

        Returns
        -------
        ndarray
            (n,) int32 ids, -1 for words that are not in the vocabulary.

        Examples
        --------
        >>> Vocabulary(["a", "b"], [2, 1]).ids(["b", "x", "a"])
        array([ 1, -1,  0], dtype=int32)
        """
        asked = WordList.of(words)
        if asked.integers and not self.words.integers:
            return np.full(len(asked), -1, np.int32)
        found = pc.index_in(asked.array, value_set=self.words.array).fill_null(-1)
        return np.array(found, np.int32)

    def keep_probabilities(self, sample: float, formula: str = "word2vec") -> NDArray[np.float64]:
        """Give the probability with which subsampling keeps an occurrence of each word.

        With f the word's share of all tokens and t = `sample`:

        - ``"word2vec"``: min(1, sqrt(t/f) + t/f), as word2vec.c computes it (``ReadWord`` callers:
          ``(sqrt(cn / (sample * train_words)) + 1) * (sample * train_words) / cn``), and fastText
          and gensim after it;
        - ``"paper"``: min(1, sqrt(t/f)), as Mikolov et al. 2013b print it (Distributed
          Representations of Words and Phrases, section 2.3, formula 5).

        Parameters
        ----------
        sample : float
            Threshold t; 0 keeps everything.
        formula : str
            A name in `KEEP_FORMULAS`.

        Returns
        -------
        ndarray
            (V,) float64.

        Raises
        ------
        ConfigError
            `sample` is negative or not a number, or the formula unknown.

        Examples
        --------
        >>> Vocabulary(["a", "b"], [9, 1]).keep_probabilities(0.1).round(3)
        array([0.444, 1.   ])
        """
        sample = Real(0).check("sample", sample)
        if formula not in KEEP_FORMULAS:
            names = ", ".join(map(repr, KEEP_FORMULAS))
            raise ConfigError(f"formula is {formula!r}; it must be one of {names}")
        if sample == 0:
            return np.ones(len(self))
        return KEEP_FORMULAS[formula](self.counts / self.total, sample)

    def noise_distribution(self, exponent: float = 0.75) -> NDArray[np.float64]:
        """Give the probability of each word as noise: count to the power `exponent`, normalised.

        Parameters
        ----------
        exponent : float
            0.75 in Mikolov et al. 2013b (section 2.2) and word2vec.c; 0.5 in fastText; 0 is
            uniform, 1 the words' own frequency; below 0, rare words are more likely than frequent
            ones (for items, Caselles-Dupré et al. 2018, "Word2vec applied to recommendation").

        Returns
        -------
        ndarray
            (V,) float64, sum 1.

        Raises
        ------
        ConfigError
            `exponent` is not finite.

        Examples
        --------
        >>> Vocabulary(["a", "b"], [4, 1]).noise_distribution(0.5)
        array([0.66666667, 0.33333333])
        """
        exponent = Real(-math.inf).check("exponent", exponent)
        # Relative to the likeliest word's count, so that large exponents cannot overflow.
        parts = self.counts / self.counts[0 if exponent >= 0 else -1]
        # NumPy's powers of float64 differ between processors in the last digit. Those of long
        # doubles do not, and are more exact.
        weights = (parts.astype(np.longdouble) ** exponent).astype(np.float64)
        return np.asarray(weights / weights.sum())

    def merge(
        self, other: Vocabulary, *, min_count: int = 1, max_vocabulary: int | None = None
    ) -> Vocabulary:
        """Add up two vocabularies into a new one.

        Ids change, because the order does; ``merged.ids(old.words)`` tells where the old words are.

        >>> merged = Vocabulary(["a", "b"], [2, 1]).merge(Vocabulary(["b", "c"], [4, 1]))
        >>> list(merged.words), merged.counts.tolist()
        (['b', 'a', 'c'], [5, 2, 1])
        """
        both = pa.concat_arrays([self.words.array, other.words.array]).dictionary_encode()
        place = both.indices.to_numpy()
        counts = np.zeros(len(both.dictionary), np.int64)
        np.add.at(counts, place, np.concatenate([self.counts, other.counts]))
        integers = self.words.integers and other.words.integers
        words = WordList(both.dictionary, integers)
        return Vocabulary(words, counts, min_count=min_count, max_vocabulary=max_vocabulary)

    def save(self, path: str | Path) -> None:
        """Write an Arrow IPC file with the columns ``word`` (string) and ``count`` (int64).

        Where words are integers, the file's metadata say so (``words``: ``integers``).
        The file appears whole or not at all.
        """
        vocabulary_file.write(given_path("path", path), self.words, self.counts)

    @classmethod
    def load(cls, path: str | Path) -> Vocabulary:
        """Read what `save` wrote.

        Raises
        ------
        FormatError
            There is no such file, or it is damaged, or not a vocabulary.
        """
        vocabulary = cls.__new__(cls)
        vocabulary._set(*vocabulary_file.read(given_path("path", path)))
        return vocabulary


def rank_words(
    array: Any, counts: NDArray[np.int64], min_count: int, max_vocabulary: int | None
) -> NDArray[np.int64]:
    """Choose words and order them.

    Parameters
    ----------
    array : pyarrow string array
        (n,) words.
    counts : ndarray
        (n,) int64; words with a count below 1 are left out in any case.
    min_count, max_vocabulary : int
        As for `Vocabulary`.

    Returns
    -------
    ndarray
        (V,) int64 places in `array`, in the order of the vocabulary.
    """
    kept = np.flatnonzero(counts >= max(min_count, 1))
    if max_vocabulary is not None and len(kept) > max_vocabulary:
        # Only what can be among the first needs sorting by word.
        least = np.partition(counts[kept], len(kept) - max_vocabulary)[len(kept) - max_vocabulary]
        kept = kept[counts[kept] >= least]
    table = pa.table({"word": array.take(pa.array(kept)), "count": pa.array(counts[kept])})
    order = pc.sort_indices(table, sort_keys=[("count", "descending"), ("word", "ascending")])
    return np.asarray(kept[order.to_numpy()[:max_vocabulary]], np.int64)


def limits(min_count: Any, max_vocabulary: Any) -> tuple[int, int | None]:
    """Check what limits a vocabulary, and return plain numbers."""
    least = Whole(1).check("min_count", min_count)
    return least, Whole(1, optional=True).check("max_vocabulary", max_vocabulary)


def nothing_left(words: Any, counts: NDArray[np.int64], min_count: int) -> CorpusError:
    """Say, with figures, why `min_count` leaves none of `words` (n,) with `counts` (n,)."""
    distinct = int((counts > 0).sum())
    if not distinct:
        return CorpusError("there is not a single word to make a vocabulary of")
    return CorpusError(
        f"no word is left: of {distinct:,} distinct words the most frequent occurs "
        f"{int(counts.max()):,} times, and min_count is {min_count}"
        + (f". {texts}" if (texts := whole_texts(words)) else ": lower it")
    )
