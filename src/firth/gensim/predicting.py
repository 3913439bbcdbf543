"""What gensim's models say of words in their contexts: predictions, and the scores of sentences."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import VocabularyError
from firth.gensim.state import State

logger = logging.getLogger("firth.gensim")


class Predicting(State):
    """Asks output vectors."""

    def predict_output_word(
        self, context_words_list: Sequence[Any], topn: int = 10
    ) -> list[tuple[Any, float]] | None:
        """Predict the word in the middle of others, as gensim does: by a softmax of all scores.

        Parameters
        ----------
        context_words_list : sequence of words or rows
            The words around it; those without a row are left out.
        topn : int
            Answers wanted.

        Returns
        -------
        list of (word, float), or None
            The likeliest first; None if no word is known.

        Raises
        ------
        RuntimeError
            The model was not trained by negative sampling.
        """
        if not self.negative or self.hs or "syn1neg" not in self.__dict__:
            raise RuntimeError(
                "predict_output_word needs output vectors of words: train with negative above 0 "
                "and hs=0"
            )
        rows = [self.wv.get_index(word, -1) for word in context_words_list]
        rows = [row for row in rows if row >= 0]
        if not rows:
            logger.warning("no word of the context is in the vocabulary")
            return None
        hidden = self.wv.vectors[rows].sum(axis=0, dtype=np.float64)
        if self.cbow_mean:
            hidden /= len(rows)
        scores = self.syn1neg @ hidden
        likely = np.exp(scores - scores.max())
        likely /= likely.sum()
        best = np.argsort(-likely, kind="stable")[:topn]
        return [(self.wv.index_to_key[row], float(likely[row])) for row in best.tolist()]

    def score(
        self, sentences: Iterable[Sequence[Any]], total_sentences: int = 1_000_000, **_: Any
    ) -> NDArray[np.float32]:
        """Return the log probability of sentences, (n,) float32, in a tree that was trained.

        Σ ln P(w | context) over all words and, in skip-gram, over all words of their windows, which
        have the full width (Taddy 2015, "Document Classification by Inversion of Distributed
        Language Representations").

        Parameters
        ----------
        sentences : iterable of lists of words
            Words without a row are left out.
        total_sentences : int
            Not needed.

        Raises
        ------
        RuntimeError
            There is no vocabulary, or the model was not trained with ``hs=1``.
        """
        if not self.wv.key_to_index:
            raise VocabularyError("there is no vocabulary yet: call build_vocab first")
        if not self.hs:
            raise RuntimeError("score needs a tree of words: train with hs=1 and negative=0")
        known = self.wv.key_to_index
        found = [
            self._score([known[word] for word in sentence if word in known])
            for sentence in sentences
        ]
        return np.array(found, np.float32)

    def _score(self, rows: list[int]) -> float:
        vectors, total = self.wv.vectors[rows].astype(np.float64), 0.0
        points, codes = self.wv.expandos["point"], self.wv.expandos["code"]
        for at, row in enumerate(rows):
            first = max(0, at - self.window)
            around = np.delete(vectors[first : at + self.window + 1], at - first, axis=0)
            if not len(around):
                continue
            if not self.sg:
                around = around.sum(axis=0, keepdims=True) / (len(around) if self.cbow_mean else 1)
            scores = around @ self.syn1[points[row]].T * (1.0 - 2.0 * codes[row])
            total -= float(np.logaddexp(0, -scores).sum())
        return total

    def get_latest_training_loss(self) -> float:
        """Return the loss of the last call of `train` so far: Σ J of all pairs, in nats.

        Between two epochs it grows by the loss of one, as in gensim. It is summed exactly, where
        gensim's single precision stands still at some point.
        """
        return self.running_training_loss

    def init_sims(self, replace: bool = False) -> None:
        """Compute the lengths of all vectors; with `replace`, make all of them 1."""
        self.wv.init_sims(replace=replace)
