"""The parts of the exercise, where each is explained, and what is said of one."""

from __future__ import annotations

from dataclasses import dataclass

PAGE = "docs/learn/word2vec-from-scratch.md"


@dataclass(frozen=True)
class Part:
    """A part of the exercise.

    Attributes
    ----------
    name : str
        ``1a`` to ``1f``, or 2.
    role, output
        Which function returns it, and in which place.
    quantity : str
        What it is.
    heading : str
        Where the page explains it.
    """

    name: str
    role: str
    output: int
    quantity: str
    heading: str


_PAIR_LOSS = "1a. Cross-entropy is the naive-softmax loss"
_CENTER = "1b. The gradient with respect to the centre vector"
_OUTSIDE = "1c. The gradient with respect to the outside vectors"
_SIGMOID = "1d. The sigmoid and its derivative"
_SAMPLING = "1e. Negative sampling"
_WINDOW = "1f. A whole window"

PARTS = (
    Part("1a", "naive", 0, "naive softmax, J", _PAIR_LOSS),
    Part("1b", "naive", 1, "naive softmax, ∂J/∂v_c", _CENTER),
    Part("1c", "naive", 2, "naive softmax, ∂J/∂U", _OUTSIDE),
    Part("1d", "sigmoid", 0, "σ(x)", _SIGMOID),
    Part("1e", "negative", 0, "negative sampling, J", _SAMPLING),
    Part("1e", "negative", 1, "negative sampling, ∂J/∂v_c", _SAMPLING),
    Part("1e", "negative", 2, "negative sampling, ∂J/∂U", _SAMPLING),
    Part("1f", "skipgram", 0, "skip-gram, J", _WINDOW),
    Part("1f", "skipgram", 1, "skip-gram, ∂J/∂V", _WINDOW),
    Part("1f", "skipgram", 2, "skip-gram, ∂J/∂U", _WINDOW),
    Part("2", "sgd", 0, "where gradient descent ends", "Learning"),
)
TWIN = {
    "naive": "naive_softmax_loss_and_gradients",
    "sigmoid": "sigmoid",
    "negative": "negative_sampling_loss_and_gradients",
    "skipgram": "skipgram_loss_and_gradients",
    "sgd": "sgd",
}


@dataclass(frozen=True)
class Verdict:
    """What is said of one quantity.

    Attributes
    ----------
    part, quantity : str
        Which one.
    right : bool or None
        None: the program has not the function, or a fault in another place ends it.
    says : str
        What is wrong, or empty.
    read : str
        Where it is explained.
    """

    part: str
    quantity: str
    right: bool | None
    says: str
    read: str
