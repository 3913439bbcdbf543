"""What a program may be told while gensim's models train."""

from __future__ import annotations

from typing import Any

__all__ = ["CallbackAny2Vec"]


class CallbackAny2Vec:
    """Base of callbacks: a subclass has those of these methods that it needs.

    The model that they get has the vectors of that moment, and may be asked and saved. What a
    callback raises ends the training; the model keeps what was learnt until then.

    Examples
    --------
    >>> from firth.gensim import Word2Vec
    >>> class Count(CallbackAny2Vec):
    ...     epochs = 0
    ...     def on_epoch_end(self, model):
    ...         self.epochs += 1
    >>> count = Count()
    >>> model = Word2Vec([["a", "b", "c"]] * 9, min_count=1, epochs=3, sample=0, callbacks=[count])
    >>> count.epochs
    3
    """

    def on_train_begin(self, model: Any) -> None:
        """Hear that training begins."""

    def on_epoch_begin(self, model: Any) -> None:
        """Hear that a pass over the corpus begins."""

    def on_epoch_end(self, model: Any) -> None:
        """Hear that a pass over the corpus has ended."""

    def on_train_end(self, model: Any) -> None:
        """Hear that training has ended."""
