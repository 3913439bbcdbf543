"""gensim's ``Word2Vec``, trained by firth."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from firth.gensim.counting import TrimRule, check_corpus, encoded
from firth.gensim.model_files import ModelFiles
from firth.gensim.predicting import Predicting
from firth.gensim.sentences import MAX_WORDS_IN_BATCH
from firth.gensim.state import ALPHA
from firth.gensim.training import Training

__all__ = ["FAST_VERSION", "MAX_WORDS_IN_BATCH", "Word2Vec"]

logger = logging.getLogger("firth.gensim")

#: Programs look whether the fast code is there: it is.
FAST_VERSION = 1


class Word2Vec(Training, Predicting, ModelFiles):
    """Vectors of words, with gensim 4's arguments, methods and attributes, trained by firth.

    Parameters
    ----------
    sentences : iterable of lists of words, optional
        The corpus: words are strings, or whole numbers. It is read once. Without a corpus the model
        waits for :meth:`build_vocab` and :meth:`train`.
    corpus_file : path, optional
        Or a text, a sentence a line, which is read fastest.
    vector_size : int
        Length of the vectors.
    alpha, min_alpha : float
        Learning rates of the begin and the end. Where `alpha` is not given, it is the one that
        firth fits to the text.
    window : int
        Words to each side, at most; 1 to 1,000.
    min_count : int
        Words that occur fewer times are left out.
    max_vocab_size : int, optional
        Forget rare words while counting when there are more; not needed for the memory's sake.
    sample : float
        Words more frequent than this part of the corpus are thinned out.
    seed : int
        Of every random draw. With one worker the same gives the same vectors, in every process.
    workers : int
        Threads; no more than there are cores.
    sg : {0, 1}
        1 for skip-gram, 0 for CBOW.
    hs : {0, 1}
        1 for hierarchical softmax; then `negative` counts for nothing.
    negative : int
        Noise words of a pair.
    ns_exponent : float
        Noise words are drawn by their count to this power; -1 to 1.
    cbow_mean : {0, 1}
        1 for the mean of a window's vectors, 0 for their sum.
    epochs : int
        Passes over the corpus.
    trim_rule : callable, optional
        Says which words the vocabulary keeps; see :meth:`build_vocab`.
    sorted_vocab : {0, 1}
        0 keeps the words in the order in which they occur.
    callbacks : sequence of CallbackAny2Vec
        Told of begins and ends.
    comment : str, optional
        Kept as an attribute.
    max_final_vocab : int, optional
        At most so many words, by a larger `min_count`.
    shrink_windows : bool
        Draw the width of each window from 1 to `window`; else all have the full one.
    hashfxn, null_word, batch_words, compute_loss
        Not needed: taken, and without effect.

    Attributes
    ----------
    wv : KeyedVectors
        The words and their vectors.
    syn1neg, syn1 : (V, vector_size) arrays
        Output vectors of words, and of the nodes of the tree.
    corpus_count, corpus_total_words : int
        Sentences and words of the corpus of the vocabulary.

    Raises
    ------
    ConfigError
        A setting is out of range; a ``ValueError``.
    VocabularyError
        No word is left to train; a ``RuntimeError``.

    Examples
    --------
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 20
    >>> model = Word2Vec(sentences, vector_size=8, min_count=1, sample=0, workers=1)
    >>> model.wv.index_to_key, model.wv["cat"].shape
    (['sat', 'the', 'cat', 'dog'], (8,))
    """

    _kind = "Word2Vec"

    def __init__(
        self,
        sentences: Any = None,
        corpus_file: Any = None,
        vector_size: int = 100,
        alpha: float = ALPHA,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[[Any], int] = hash,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: TrimRule | None = None,
        sorted_vocab: int = 1,
        batch_words: int = MAX_WORDS_IN_BATCH,
        compute_loss: bool = False,
        callbacks: Sequence[Any] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
    ) -> None:
        self._begin(dict(locals()))

    def _begin(self, given: dict[str, Any]) -> None:
        """Take what the constructor was given; train, if there is a corpus.

        It is read once for the vocabulary and for training.
        """
        self._set({name: given[name] for name in given if name not in _NO_SETTINGS})
        self.hashfxn = given["hashfxn"]
        sentences, corpus_file = given["sentences"], given["corpus_file"]
        trim_rule, callbacks = given["trim_rule"], given["callbacks"]
        if sentences is None and corpus_file is None:
            for name in ("trim_rule", "callbacks"):
                if given[name]:
                    logger.warning(
                        "%s is not kept: give it to build_vocab or train, where a model is made "
                        "without a corpus",
                        name,
                    )
        else:
            check_corpus(sentences, corpus_file, passes=int(self.epochs) + 1)
            with encoded(sentences, corpus_file, self.workers) as (text, count):
                self._build(text, count, trim_rule=trim_rule)
                self._check_training(self.epochs, self.corpus_count, self.corpus_total_words)
                self._train(text, callbacks)
        self.add_lifecycle_event("created", params=str(self))


# What constructors take that is no setting of training, of FastText too.
_NO_SETTINGS = (
    "self", "sentences", "corpus_file", "hashfxn", "trim_rule", "callbacks", "__class__",
    "word_ngrams", "min_n", "max_n", "bucket",
)  # fmt: skip
