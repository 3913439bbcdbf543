"""gensim's ``FastTextKeyedVectors``: vectors that are means of rows, also of words never seen."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from firth.corpus.ngrams import NGramRows, number_ngrams
from firth.errors import ConfigError, FormatError
from firth.gensim.arrays import prep_vectors
from firth.gensim.keyedvectors import KeyedVectors
from firth.gensim.store import PREFIX
from firth.vectors.unseen import NGramMean

__all__ = ["FastTextKeyedVectors"]

logger = logging.getLogger("firth.gensim")

#: Words composed at once, and rows looked at.
_WORDS, _ROWS = 2048, 1 << 16
_NUMBERS = ("min_n", "max_n", "bucket")


class FastTextKeyedVectors(KeyedVectors):
    """Words with vectors that are means of their own row and those of their character n-grams.

    (Bojanowski et al. 2017, section 3.2.) n-grams share `bucket` rows by fastText's hash. Rows of
    buckets that no word of the vocabulary falls into are zeros, where gensim's are random.

    Parameters
    ----------
    vector_size : int
        Length of each vector.
    min_n, max_n : int
        Shortest and longest n-grams.
    bucket : int
        How many rows n-grams have; 0 for none.
    count, dtype
        As for :class:`KeyedVectors`.

    Attributes
    ----------
    vectors_vocab : (V, vector_size) array
        The words' own rows.
    vectors_ngrams : (bucket, vector_size) array
        Rows of buckets. After a change by hand :meth:`adjust_vectors` composes the vectors anew.

    Examples
    --------
    >>> vectors = FastTextKeyedVectors(2, min_n=3, max_n=3, bucket=50)
    >>> vectors.index_to_key, vectors.key_to_index = ["was"], {"was": 0}
    >>> vectors.resize_vectors()
    >>> "wasp" in vectors, "wasp" in vectors.key_to_index, vectors["wasp"].shape
    (True, False, (2,))
    """

    _kind = "FastTextKeyedVectors"
    #: n-grams are hashed as fastText does it.
    compatible_hash = True

    def __init__(
        self,
        vector_size: int,
        min_n: int,
        max_n: int,
        bucket: int,
        count: int = 0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(vector_size, count, dtype)
        self.min_n, self.max_n = min_n, max_n
        self.bucket = bucket if max_n >= min_n else 0
        self.vectors_vocab: NDArray[Any] = np.zeros((count, vector_size), dtype)
        self.vectors_ngrams: NDArray[Any] = np.zeros((0, vector_size), np.float32)
        self._numbered: NGramRows | None = None
        for name in ("vectors_lockf", "vectors_vocab_lockf", "vectors_ngrams_lockf"):
            setattr(self, name, np.ones(1, np.float32))

    def __contains__(self, key: Any) -> bool:
        return True if self.bucket else self.has_index_for(key)

    @property
    def buckets_word(self) -> list[NDArray[np.int64]]:
        """Buckets of the n-grams of each word."""
        found = self._numbers()
        keys = found.keys if found.keys is not None else np.zeros(0, np.int64)
        bounds = found.offsets[1:-1]
        return np.split(keys[found.rows], bounds)

    def get_vector(self, key: Any, norm: bool = False) -> NDArray[Any]:
        """Return the vector of a word, ``(dim,)``: of one never seen the mean of its n-grams.

        Raises
        ------
        UnknownWordError
            It was never seen, and there are no n-grams.
        """
        if self.get_index(key, -1) >= 0:
            return super().get_vector(key, norm)
        if not self.bucket:
            raise self._unknown(key)
        lengths = max(1, self.min_n), self.max_n, self.bucket
        found = NGramMean((), self.vectors_ngrams, *lengths)(str(key))
        if found is None:
            logger.warning("%r has no n-grams: its vector is 0", key)
            return np.zeros(self.vector_size, np.float32)
        length = np.linalg.norm(found) if norm else 1.0
        return found / (length if length > 0 else 1.0)

    def get_sentence_vector(self, sentence: Any) -> NDArray[Any]:
        """Return the mean of the unit vectors of words, ``(dim,)``."""
        return self.get_mean_vector(sentence)

    # Rows ------------------------------------------------------------------------------------

    def _numbers(self) -> NGramRows:
        if self._numbered is None or len(self._numbered.offsets) != len(self) + 1:
            self.recalc_char_ngram_buckets()
        assert self._numbered is not None
        return self._numbered

    def recalc_char_ngram_buckets(self) -> None:
        """Find the n-grams of all words anew."""
        words = list(map(str, self.index_to_key))
        max_n = self.max_n if self.bucket else 0
        self._numbered = number_ngrams(words, max(1, self.min_n), max_n, max(1, self.bucket))

    def resize_vectors(self, seed: int = 0) -> None:
        """Make rows for all words and their n-grams; new ones are small and random."""
        known = len(self.vectors_vocab)
        shape = (len(self.index_to_key), self.vector_size)
        self.vectors_vocab = prep_vectors(shape, self.vectors_vocab, seed=seed)
        self.vectors_vocab[known:] /= 2
        self.allocate_vecattrs()
        self.recalc_char_ngram_buckets()
        if self.bucket:
            self._resize_ngrams(seed + 1)
        self.adjust_vectors()

    def _resize_ngrams(self, seed: int) -> None:
        if self.vectors_ngrams.shape != (self.bucket, self.vector_size):
            # Rows that are never written take no memory.
            self.vectors_ngrams = np.zeros((self.bucket, self.vector_size), np.float32)
        keys = self._numbers().keys
        assert keys is not None
        new = keys[~self.vectors_ngrams[keys].any(axis=1)]
        random = np.random.default_rng(seed).random((len(new), self.vector_size), np.float32)
        self.vectors_ngrams[new] = (random - 0.5) / self.vector_size

    def adjust_vectors(self) -> None:
        """Compose the vectors of all words of their rows."""
        self._changed()
        if not self.bucket:
            self.vectors = self.vectors_vocab
            return
        found, start = self._numbers(), 0
        assert found.keys is not None
        self.vectors = np.empty_like(self.vectors_vocab)
        for start in range(0, len(self), _WORDS):
            offsets = found.offsets[start : start + _WORDS + 1]
            counts = np.diff(offsets)
            total = self.vectors_vocab[start : start + _WORDS].astype(np.float32)
            some = counts > 0
            if some.any():
                rows = self.vectors_ngrams[found.keys[found.rows[offsets[0] : offsets[-1]]]]
                total[some] += np.add.reduceat(rows, (offsets[:-1] - offsets[0])[some], axis=0)
            total /= (counts + 1).astype(np.float32)[:, np.newaxis]
            self.vectors[start : start + _WORDS] = total

    # Files -----------------------------------------------------------------------------------

    @classmethod
    def from_gensim(cls, vectors: Any) -> Any:
        """Take what a ``FastTextKeyedVectors`` of gensim itself has; copies."""
        made = cls(vectors.vector_size, vectors.min_n, vectors.max_n, vectors.bucket)
        made._take(list(vectors.index_to_key), np.array(vectors.vectors), None)
        made.expandos = {name: np.array(values) for name, values in vectors.expandos.items()}
        made.vectors_vocab = np.array(vectors.vectors_vocab)
        if made.bucket:
            made.vectors_ngrams = np.array(vectors.vectors_ngrams)
        return made

    @classmethod
    def from_firth(cls, vectors: Any) -> Any:
        """Say where else to go: firth's vectors hold no rows of words apart."""
        raise ConfigError(
            "vectors of firth have no rows of words and of buckets apart: save them as fastText's "
            ".bin and load that with load_facebook_vectors, or take KeyedVectors.from_firth"
        )

    def _further_arrays(self) -> dict[str, NDArray[Any]]:
        locks = ("vectors_vocab_lockf", "vectors_ngrams_lockf")
        return {**super()._further_arrays(), **{name: getattr(self, name) for name in locks}}

    def _laid_out(self) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
        tensors, metadata, about = super()._laid_out()
        tensors[PREFIX + "vectors_vocab"] = np.asarray(self.vectors_vocab, np.float32)
        keys = self._held_buckets()
        if len(keys):
            tensors[PREFIX + "buckets"] = keys
            tensors[PREFIX + "vectors_ngrams"] = self.vectors_ngrams[keys]
        return tensors, metadata, {**about, **{name: getattr(self, name) for name in _NUMBERS}}

    def _held_buckets(self) -> NDArray[np.int64]:
        """Return the buckets whose rows are not 0."""
        found = [
            start + np.flatnonzero(self.vectors_ngrams[start : start + _ROWS].any(axis=1))
            for start in range(0, len(self.vectors_ngrams), _ROWS)
        ]
        return np.concatenate([np.zeros(0, np.int64), *found])

    @classmethod
    def _of_size(cls, dim: int, dtype: Any, about: dict[str, Any]) -> Any:
        numbers = [about.get(name) for name in _NUMBERS]
        if any(type(number) is not int or not 0 <= number < 1 << 31 for number in numbers):
            raise FormatError(
                f"the file says min_n, max_n, bucket = {numbers}; expected three numbers, as "
                "FastTextKeyedVectors have them: load other vectors with KeyedVectors.load"
            )
        min_n, max_n, bucket = numbers
        return cls(dim, min_n, max_n, bucket, dtype=dtype)  # type: ignore[arg-type]

    def _complete_from(self, place: Path, tensors: dict[str, Any], mmap: str | None) -> None:
        own = tensors.get(PREFIX + "vectors_vocab")
        if own is None or own.shape != self.vectors.shape or own.dtype != np.float32:
            raise FormatError(f"{place}: vectors_vocab is missing, or no rows as of vectors")
        self.vectors_vocab = own.copy() if mmap is None else own
        keys, rows = (tensors.get(PREFIX + name) for name in ("buckets", "vectors_ngrams"))
        if not self.bucket:
            return
        self.vectors_ngrams = np.zeros((self.bucket, self.vector_size), np.float32)
        if keys is None or rows is None:
            return
        if (
            keys.dtype != np.int64
            or rows.shape != (*keys.shape, self.vector_size)
            or keys.ndim != 1
            or not len(keys)
            or keys.min() < 0
            or keys.max() >= self.bucket
        ):
            raise FormatError(
                f"{place}: the rows of n-grams are damaged: expected one for each bucket that is "
                f"named, from 0 to {self.bucket - 1:,}"
            )
        self.vectors_ngrams[keys] = rows
