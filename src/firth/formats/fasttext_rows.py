"""The vectors of a model of fastText, composed of the rows of words and of their n-grams."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from firth.files.machine import available_cores
from firth.formats.contents import NGrams
from firth.formats.fasttext_file import ModelFile
from firth.formats.fasttext_head import Dictionary, Settings
from firth.formats.fasttext_sums import NO_KEYS, Adder, ngram_adder
from firth.formats.source import new_matrix
from firth.values import shown

#: Numbers added up for the words of a file: so many at most, and so many more for each byte of it.
#: Two million words with n-grams of 3 to 6 characters, in 300 dimensions, take 10 a byte.
_ADDITIONS, _ADDITIONS_A_BYTE = 3_000_000_000, 1000
#: Words composed at once.
_WORDS = 2048


def uses_ngrams(settings: Settings, dictionary: Dictionary) -> bool:
    """Whether vectors are composed of n-grams too."""
    kept = dictionary.pruned is None or len(dictionary.pruned[0]) > 0
    return settings.has_ngrams and kept


class ComposedRows:
    """The vectors of all words: what :class:`firth.vectors.matrix.RowsLater` says.

    A label is taken as fastText takes it: its "own" row is the one of its number, which is a
    bucket's. Without such a row it has none.

    Parameters
    ----------
    file : ModelFile
        What it is read from, to be named in errors; it may be closed.
    settings : Settings
        The lengths of n-grams.
    dictionary : Dictionary
        The words.
    matrix : (rows, dim) float32
        The rows of words, then of buckets.
    begin : int
        The byte at which they begin.

    Raises
    ------
    FormatError
        Words are so long that their n-grams would take hours.
    """

    def __init__(
        self,
        file: ModelFile,
        settings: Settings,
        dictionary: Dictionary,
        matrix: NDArray[np.float32],
        begin: int,
    ) -> None:
        self.file, self.settings, self.dictionary = file, settings, dictionary
        self.matrix, self.begin = matrix, begin
        self.shape = (len(dictionary.words), settings.dim)
        self.dtype = np.dtype(np.float32)
        self._refuse_endless()
        self._add = self._adder()

    def rows(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Compose the vectors of some words, (n, dim)."""
        found = np.empty((len(places), self.shape[1]), np.float32)
        for i, place in enumerate(places.tolist()):
            self._compose(place, found[i : i + 1])
        return found

    def whole(self) -> NDArray[np.float32]:
        """Compose the vectors of all words, (V, dim), in threads."""
        vectors = new_matrix(self.file, *self.shape)

        def compose(start: int) -> None:
            self._compose(start, vectors[start : start + _WORDS])

        with ThreadPoolExecutor(available_cores()) as pool:
            for _ in pool.map(compose, range(0, len(vectors), _WORDS)):
                pass
        return vectors

    def ngrams(self) -> NGrams | None:
        """Return what vectors of unseen words are composed of."""
        settings, dictionary = self.settings, self.dictionary
        if not uses_ngrams(settings, dictionary):
            return None
        rows, keys = self.matrix[dictionary.n_words :], None
        if dictionary.pruned is not None:
            keys, places = dictionary.pruned
            if not np.array_equal(places, np.arange(len(rows))):
                rows = rows[places]
        least = max(1, settings.min_n)
        return NGrams(rows, least, settings.max_n, settings.buckets, keys, repeats=True)

    def _compose(self, start: int, part: NDArray[np.float32]) -> None:
        """Put the vectors of the words from `start` on into `part`."""
        own = self.matrix[start : start + len(part)]
        part[: len(own)], part[len(own) :] = own, 0
        counts = self._add(start, part)
        counts[: len(own)] += 1
        with np.errstate(all="ignore"):  # what is not finite is refused below
            part *= (1 / np.maximum(counts, 1)).astype(np.float32)[:, np.newaxis]
        if not np.isfinite(part).all():
            row = start + int(np.flatnonzero(~np.isfinite(part).all(axis=1))[0])
            raise self.file.error(
                self.begin,
                f"the vector of the word {shown(self.dictionary.words[row])} ({row + 1:,} of "
                f"{self.shape[0]:,}), or of an n-gram of it, holds a value that is not finite",
            )

    def _refuse_endless(self) -> None:
        """Refuse words so long that n-grams would take hours: time is bounded by the file."""
        settings, dictionary = self.settings, self.dictionary
        if not uses_ngrams(settings, dictionary):
            return
        sizes = np.diff(dictionary.offsets)
        lengths = settings.max_n - max(1, settings.min_n) + 1
        n_rows = int((sizes * np.minimum(sizes, lengths)).sum())
        if n_rows * settings.dim > _ADDITIONS + _ADDITIONS_A_BYTE * self.file.offset:
            raise self.file.error(
                self.begin,
                f"the longest word has {sizes.max() - 2:,} bytes, and n-grams have "
                f"{settings.min_n} to {settings.max_n} characters, so that up to {n_rows:,} rows "
                f"of {settings.dim:,} numbers are to be added up; no model that was trained takes "
                "so many",
            )

    def _adder(self) -> Adder:
        settings, dictionary = self.settings, self.dictionary
        if not uses_ngrams(settings, dictionary):
            return lambda start, part: np.zeros(len(part), np.int64)
        numbers = settings.min_n, settings.max_n, settings.buckets, dictionary.n_words
        keys, places = (NO_KEYS, NO_KEYS) if dictionary.pruned is None else dictionary.pruned
        where = (*numbers, keys, places, 0)
        return ngram_adder(dictionary.text, dictionary.offsets, where, self.matrix)
