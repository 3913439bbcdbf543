"""What a model of gensim knows of itself: its settings, its vectors, what it was trained on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.gensim.counting import NOTHING, Counted
from firth.gensim.keyedvectors import KeyedVectors
from firth.gensim.lifecycle import Lifecycle

logger = logging.getLogger("firth.gensim")


class Fitted(float):
    """A learning rate that nobody has given: firth's own for the text takes its place.

    It is gensim's default for whoever looks, and computing with it gives a number that counts.

    >>> Fitted(0.025), isinstance(Fitted(0.025) - 0.005, Fitted)
    (0.025, False)
    """

    __slots__ = ()


ALPHA = Fitted(0.025)

#: Settings by gensim's names, with gensim's defaults. They are attributes, and are saved.
DEFAULTS: dict[str, Any] = {
    "vector_size": 100, "alpha": ALPHA, "window": 5, "min_count": 5, "max_vocab_size": None,
    "sample": 1e-3, "seed": 1, "workers": 3, "min_alpha": 0.0001, "sg": 0, "hs": 0, "negative": 5,
    "ns_exponent": 0.75, "cbow_mean": 1, "epochs": 5, "null_word": 0, "sorted_vocab": 1,
    "batch_words": 10_000, "compute_loss": False, "comment": None, "max_final_vocab": None,
    "shrink_windows": True,
}  # fmt: skip
#: What a model has learnt of itself, with what it begins with.
PROGRESS: dict[str, Any] = {
    "corpus_count": 0, "corpus_total_words": 0, "train_count": 0, "total_train_time": 0.0,
    "running_training_loss": 0.0, "min_alpha_yet_reached": 0.025, "effective_min_count": 0,
}  # fmt: skip
#: Methods of gensim's that subclasses replace in order to train in another way.
_INSIDE = (
    "_do_train_job", "_do_train_epoch", "_train_epoch", "_train_epoch_corpusfile", "_scan_vocab",
    "_worker_loop", "_get_next_alpha",
)  # fmt: skip
_WHOLE = ("vector_size", "window", "workers", "sg", "hs", "negative", "cbow_mean")


class State(Lifecycle):
    """Settings, vectors and counts; the parts of a model build on it.

    Attributes
    ----------
    wv : KeyedVectors
        Words and vectors.
    syn1 : (V, vector_size) array
        Vectors of the inner nodes of the tree, with ``hs=1``; the last row is none's.
    syn1neg : (V, vector_size) array
        Output vectors of the words, with ``negative`` above 0.
    """

    wv: Any
    syn1: NDArray[Any]
    syn1neg: NDArray[Any]
    vector_size: int
    layer1_size: int
    alpha: float
    min_alpha: float
    min_alpha_yet_reached: float
    window: int
    workers: int
    epochs: int
    sg: int
    hs: int
    negative: int
    ns_exponent: float
    cbow_mean: int
    shrink_windows: bool
    sample: float
    seed: int
    min_count: int
    max_vocab_size: int | None
    max_final_vocab: int | None
    sorted_vocab: int
    effective_min_count: int
    corpus_count: int
    corpus_total_words: int
    train_count: int
    total_train_time: float
    running_training_loss: float
    compute_loss: bool

    def _set(self, settings: Mapping[str, Any]) -> None:
        """Take settings by gensim's names, and begin.

        Raises
        ------
        ConfigError
            A subclass replaces a part of gensim's training, which firth does not call.
        """
        own = [name for name in _INSIDE if hasattr(self, name)]
        if own:
            raise ConfigError(
                f"{type(self).__name__} replaces {', '.join(own)}, parts of gensim's own training "
                "that firth has nothing for: run this program without firth.gensim"
            )
        for name, value in (DEFAULTS | PROGRESS | dict(settings)).items():
            setattr(self, name, int(value) if name in _WHOLE else value)
        if not isinstance(self.alpha, Fitted):
            self.alpha = float(self.alpha)
        if "min_alpha_yet_reached" not in settings:
            self.min_alpha_yet_reached = float(self.alpha)
        self.layer1_size = self.vector_size
        self.random = np.random.RandomState(self.seed)
        self._raw: Counted = NOTHING
        self.load = _on_the_class
        self.wv = self._new_vectors()

    def _new_vectors(self) -> Any:
        """Return vectors for no word yet, all of which training may move."""
        made = KeyedVectors(self.vector_size)
        made.vectors_lockf = np.ones(1, np.float32)
        return made

    @property
    def raw_vocab(self) -> dict[Any, int]:
        """Counts of all words of the text; empty once a vocabulary is made of them."""
        return self._raw.to_dict()

    @raw_vocab.setter
    def raw_vocab(self, counts: Mapping[Any, int] | None) -> None:
        self._raw = NOTHING if counts is None else Counted.of(counts)

    @property
    def cum_table(self) -> NDArray[np.uint32]:
        """Where each word ends in the noise distribution, (V,), of 2^31 - 1."""
        counts = np.maximum(self.wv.expandos["count"], 1).astype(np.float64)
        ends = np.cumsum(counts ** float(self.ns_exponent))
        return np.asarray(np.round(ends / ends[-1] * (2**31 - 1)), np.uint32)

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<vocab={len(self.wv)}, vector_size={self.wv.vector_size}, "
            f"alpha={self.alpha}>"
        )

    def _settings(self) -> dict[str, Any]:
        """Return what a file keeps of it, as JSON can hold it."""
        found = {name: getattr(self, name) for name in DEFAULTS | PROGRESS}
        found["alpha"] = None if isinstance(self.alpha, Fitted) else self.alpha
        plain = (bool, int, float, str, type(None))
        return {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in found.items()
            if isinstance(value, (*plain, np.generic))
        }


def _on_the_class(*_: Any, **__: Any) -> NoReturn:
    """Stand in the place of `load` on a model: it makes a new one, so it is asked of the class."""
    raise AttributeError("load makes a new model: call it on the class, Word2Vec.load(file)")
