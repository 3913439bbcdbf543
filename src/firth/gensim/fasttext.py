"""gensim's ``FastText``, trained by firth."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus.ngrams import hash_ngram, ngrams
from firth.errors import ConfigError
from firth.gensim.counting import TrimRule
from firth.gensim.facebook import (
    load_facebook_model,
    load_facebook_vectors,
    save_facebook_model,
)
from firth.gensim.fasttext_vectors import FastTextKeyedVectors
from firth.gensim.sentences import MAX_WORDS_IN_BATCH
from firth.gensim.state import ALPHA
from firth.gensim.training import spread
from firth.gensim.word2vec import FAST_VERSION, Word2Vec

if TYPE_CHECKING:
    from firth.training.run.setup import Setup

__all__ = [
    "FAST_VERSION",
    "FastText",
    "FastTextKeyedVectors",
    "ft_ngram_hashes",
    "load_facebook_model",
    "load_facebook_vectors",
    "save_facebook_model",
]


class FastText(Word2Vec):
    """Vectors of words and of their character n-grams, with gensim 4's arguments, by firth.

    Parameters
    ----------
    min_n, max_n : int
        Shortest and longest n-grams; none if `max_n` is smaller.
    bucket : int
        Rows that n-grams share by a hash; 0 for none.
    word_ngrams : int
        Must be 1, as in gensim.
    sentences, corpus_file, sg, hs, vector_size, alpha, window, min_count, max_vocab_size, sample, \
seed, workers, min_alpha, negative, ns_exponent, cbow_mean, hashfxn, epochs, null_word, \
sorted_vocab, trim_rule, batch_words, callbacks, max_final_vocab, shrink_windows
        As for :class:`Word2Vec`.

    Attributes
    ----------
    wv : FastTextKeyedVectors
        The words, their vectors, and those of words never seen.

    Examples
    --------
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 20
    >>> model = FastText(sentences, vector_size=8, min_count=1, sample=0, workers=1, bucket=100)
    >>> model.wv["cats"].shape, "cats" in model.wv.key_to_index
    ((8,), False)
    """

    _kind = "FastText"
    #: min_n, max_n, bucket.
    _ngrams: tuple[int, int, int] = (3, 6, 2_000_000)

    def __init__(
        self,
        sentences: Any = None,
        corpus_file: Any = None,
        sg: int = 0,
        hs: int = 0,
        vector_size: int = 100,
        alpha: float = ALPHA,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        word_ngrams: int = 1,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[[Any], int] = hash,
        epochs: int = 5,
        null_word: int = 0,
        min_n: int = 3,
        max_n: int = 6,
        sorted_vocab: int = 1,
        bucket: int = 2_000_000,
        trim_rule: TrimRule | None = None,
        batch_words: int = MAX_WORDS_IN_BATCH,
        callbacks: Sequence[Any] = (),
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
    ) -> None:
        if word_ngrams != 1:
            raise NotImplementedError("word_ngrams must be 1: n-grams of words are not supported")
        self.word_ngrams, self._ngrams = word_ngrams, (int(min_n), int(max_n), int(bucket))
        self._begin(dict(locals()))

    def _new_vectors(self) -> FastTextKeyedVectors:
        return FastTextKeyedVectors(self.vector_size, *self._ngrams)

    def _resize(self, known: int) -> None:
        self.wv.resize_vectors(seed=self.seed)

    def _complete(self) -> None:
        super()._complete()
        for name in ("vectors_vocab", "vectors_ngrams"):
            held = getattr(self.wv, name)
            if not held.flags.writeable:  # a map of a file
                setattr(self.wv, name, held.copy())

    def _unit(self) -> dict[str, Any]:
        wv = self.wv
        if not wv.bucket:
            return {"unit": "words"}
        lengths = {"min_n": max(1, wv.min_n), "max_n": wv.max_n, "buckets": wv.bucket}
        return {"unit": "subwords", **lengths}

    def _rates(self) -> NDArray[np.float64] | None:
        if (self.wv.vectors_ngrams_lockf != 1).any():
            raise ConfigError(
                "vectors_ngrams_lockf is not all 1, but n-grams cannot be held back alone: use "
                "vectors_vocab_lockf, which holds back words with their n-grams"
            )
        return spread(self.wv.vectors_vocab_lockf, len(self.wv))

    def _put_inputs(self, setup: Setup, order: NDArray[np.int64]) -> None:
        wv, dim, words = self.wv, self.vector_size, len(order)
        setup.inputs[:words, :dim] = wv.vectors_vocab[order]
        if wv.bucket:
            setup.inputs[words:, :dim] = wv.vectors_ngrams[wv._numbers().keys]

    def _take_inputs(self, setup: Setup, order: NDArray[np.int64]) -> None:
        wv, dim, words = self.wv, self.vector_size, len(order)
        wv.vectors_vocab[order] = setup.inputs[:words, :dim]
        if wv.bucket:
            wv.vectors_ngrams[wv._numbers().keys] = setup.inputs[words:, :dim]
        wv.adjust_vectors()

    def estimate_memory(
        self, vocab_size: int | None = None, report: dict[str, int] | None = None
    ) -> dict[str, int]:
        """Estimate the bytes that a model takes, as gensim does.

        Parameters
        ----------
        vocab_size, report
            As for :meth:`Word2Vec.estimate_memory`.

        Returns
        -------
        dict of str to int
            ``vocab``, ``syn0_vocab``, ``syn0_ngrams``, ``buckets_word``, ``syn1`` or ``syn1neg``,
            and ``total``.
        """
        words, row, found = len(self.wv), self.vector_size * 4, report or {}
        found["vocab"] = words * (700 if self.hs else 500)
        found["syn0_vocab"] = words * row
        for name, there in (("syn1", self.hs), ("syn1neg", self.negative)):
            if there:
                found[name] = words * row
        if self.wv.bucket:
            found["syn0_ngrams"] = self.wv.bucket * row
            found["buckets_word"] = 64 + 100 * words + 4 * len(self.wv._numbers().rows)
        found["total"] = sum(found.values())
        return found

    @classmethod
    def load_fasttext_format(cls, model_file: str | Path, encoding: str = "utf8") -> Any:
        """Load a model of fastText; :func:`load_facebook_model` does it too."""
        warnings.warn(
            "load_fasttext_format is deprecated since gensim 3.8: write load_facebook_model(path)",
            DeprecationWarning,
            stacklevel=2,
        )
        return load_facebook_model(model_file, encoding)


def ft_ngram_hashes(word: str, minn: int, maxn: int, num_buckets: int) -> list[int]:
    """Return the buckets of a word's n-grams, by fastText's hash.

    >>> ft_ngram_hashes("was", 3, 3, 2_000_000)
    [724319, 1959538, 1039177]
    """
    found = ngrams(word, max(1, minn), maxn)
    return [hash_ngram(text.encode()) % num_buckets for text in found]


def _unpack(
    m: NDArray[Any], num_rows: int, hash2index: Mapping[int, int], seed: int = 1, fill: Any = None
) -> NDArray[Any]:
    """Return a row for each of so many buckets: those of `m`, and `fill` or small random ones.

    gensim's tests import this.
    """
    shape = (num_rows, *m.shape[1:])
    random = np.random.default_rng(seed).uniform(-1 / m.shape[1], 1 / m.shape[1], shape)
    found: NDArray[Any] = random if fill is None else np.full(shape, fill)
    found[list(hash2index)] = m[list(hash2index.values())]
    return found.astype(np.float32)
