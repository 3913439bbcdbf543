"""Training of gensim's models, by firth."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus import EncodedCorpus
from firth.errors import ConfigError, VocabularyError
from firth.gensim.building import Building
from firth.gensim.counting import check_corpus, encoded
from firth.gensim.learning import learn

if TYPE_CHECKING:
    from firth.training.run.setup import Setup

logger = logging.getLogger("firth.gensim")


class Training(Building):
    """Trains the weights of a model."""

    def train(
        self,
        corpus_iterable: Any = None,
        corpus_file: Any = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: bool = False,
        callbacks: Sequence[Any] = (),
        **how: Any,
    ) -> tuple[int, int]:
        """Train on a corpus, from the weights that the model has.

        Parameters
        ----------
        corpus_iterable : iterable of lists of words, optional
            The corpus; it is read once, and trained on `epochs` times.
        corpus_file : path, optional
            Or a text, a sentence a line.
        total_examples, total_words : int
            One of them must be given, as in gensim; firth counts for itself.
        epochs : int
            How often to go through it.
        start_alpha, end_alpha : float, optional
            Learning rates of the begin and the end, which are the model's from here on.
        compute_loss : bool
            Kept as an attribute: the loss is always measured.
        callbacks : sequence of CallbackAny2Vec
            Told of begins and ends.
        word_count, queue_factor, report_delay, how
            Not needed.

        Returns
        -------
        words, raw_words : int
            Words that were trained on, as many as are expected to be left when frequent ones are
            thinned out, and words of the corpus; all epochs together.

        Raises
        ------
        ConfigError
            A setting cannot be honoured, `epochs` or both totals are missing; a ``ValueError``.
        VocabularyError
            There is no vocabulary yet; a ``RuntimeError``.
        TypeError
            Both corpora, or neither, are given; or it is none.
        """
        self.alpha = start_alpha or self.alpha
        self.min_alpha = end_alpha or self.min_alpha
        self.compute_loss = compute_loss
        self._check_training(epochs, total_examples, total_words)
        check_corpus(corpus_iterable, corpus_file, passes=int(epochs or 0))
        self.epochs = int(epochs or 0)
        with encoded(corpus_iterable, corpus_file, self.workers) as (text, _):
            return self._train(text, callbacks)

    def _train(self, text: EncodedCorpus | None, callbacks: Sequence[Any]) -> tuple[int, int]:
        self._complete()
        self.running_training_loss = 0.0
        started = time.perf_counter()
        for callback in callbacks:
            callback.on_train_begin(self)
            callback.on_epoch_begin(self)
        found = None if text is None else learn(self, text, callbacks)
        self.total_train_time += time.perf_counter() - started
        self.train_count += 1
        self.min_alpha_yet_reached = min(self.min_alpha_yet_reached, float(self.min_alpha))
        words, raw = (0, 0) if found is None else (found.words, found.raw_words)
        self.add_lifecycle_event("train", msg=f"{self.epochs} epochs of {raw} words in all")
        for callback in callbacks:
            callback.on_train_end(self)
        return words, raw

    def _check_training(self, epochs: Any, total_examples: Any, total_words: Any) -> None:
        if not self.hs and not self.negative:
            raise ConfigError(
                "hs and negative are both 0, so that nothing would be trained: give negative=5, or "
                "hs=1"
            )
        if self.hs and self.negative:
            logger.warning(
                "Both hierarchical softmax and negative sampling are activated. firth trains by "
                "one of them: here by hierarchical softmax. Write negative=0 for it alone, or hs=0 "
                "for negative sampling"
            )
        if self.alpha > self.min_alpha_yet_reached:
            logger.warning("Effective 'alpha' higher than previous training cycles")
        if not self.wv.key_to_index or not len(self.wv.vectors):
            raise VocabularyError(
                "there is no vocabulary to train: call build_vocab first, or give more text or a "
                f"smaller min_count (it is {self.min_count})"
            )
        if total_words is None and total_examples is None:
            raise ConfigError(
                "give total_examples or total_words: total_examples=model.corpus_count if it is "
                "the corpus that the vocabulary is from"
            )
        if epochs is None or epochs <= 0:
            raise ConfigError(f"epochs is {epochs}; give the number of passes: epochs=model.epochs")

    def _complete(self) -> None:
        """Make sure that there are weights for all words, and that they can be written."""
        if not self.wv.vectors.flags.writeable:  # a map of a file
            self.wv.vectors = self.wv.vectors.copy()
        self.wv.allocate_vecattrs(["count"], [int])
        shape = (len(self.wv), self.layer1_size)
        for name, there in (("syn1", self.hs), ("syn1neg", self.negative)):
            held = self.__dict__.get(name)
            if not there:
                continue
            if held is None or held.shape != shape:
                setattr(self, name, np.zeros(shape, np.float32))
            elif not held.flags.writeable:
                setattr(self, name, held.copy())

    # What vectors are made of ----------------------------------------------------------------

    def _unit(self) -> dict[str, Any]:
        """Return the settings that say what a word is made of."""
        return {"unit": "words"}

    def _rates(self) -> NDArray[np.float64] | None:
        """Return what part of its steps each word takes, (V,), from ``wv.vectors_lockf``."""
        return spread(getattr(self.wv, "vectors_lockf", np.ones(1)), len(self.wv))

    def _put_inputs(self, setup: Setup, order: NDArray[np.int64]) -> None:
        """Let a run begin with the model's vectors."""
        setup.inputs[:, : self.vector_size] = self.wv.vectors[order]

    def _take_inputs(self, setup: Setup, order: NDArray[np.int64]) -> None:
        """Give the model the vectors of a run."""
        self.wv.vectors[order] = setup.inputs[:, : self.vector_size]
        self.wv._changed()


def spread(factors: NDArray[Any], rows: int) -> NDArray[np.float64] | None:
    """Return a factor for each row, where there may be fewer than rows; None if all are 1.

    >>> spread(np.array([1.0, 0.0]), 3).tolist(), spread(np.ones(1), 3)
    ([1.0, 0.0, 1.0], None)
    """
    if (factors == 1).all():
        return None
    return np.asarray(factors, np.float64)[np.arange(rows) % len(factors)]
