"""Predictions: from contexts to the words that a model expects there.

The hidden vector of a context is the mean of the input vectors of its words, as CBOW forms it in
training; their sum for a CBOW that was trained with ``cbow_mean=False``. A skip-gram model, which
was trained on one word at a time, is asked in the same way, as gensim does. What is made of hidden
vectors is in :mod:`firth.vectors.scoring`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.wordlist import Word, WordList
from firth.errors import ConfigError, FormatError, UnknownWordError
from firth.values import Flag, Whole, plain
from firth.vectors.query import is_one
from firth.vectors.scoring import Scorer
from firth.vectors.table import WordVectors

#: So many contexts are answered together: their hidden vectors, and no scores but of blocks.
_CONTEXTS_AT_ONCE = 4_096


class Prediction(NamedTuple):
    """A word that a model expects in a context.

    Attributes
    ----------
    word : str or int
        The word.
    score : float
        Input · output vectors; or, with hierarchical softmax, the logarithm of the probability.
    probability : float or None
        Its probability among all words of the vocabulary. None where the objective has none, as
        negative sampling.
    """

    word: Any
    score: float
    probability: float | None


class Predictor:
    """Predicts words of contexts from input vectors and a scorer.

    Parameters
    ----------
    vectors : WordVectors
        Input vectors of the V words; they compose those of unseen words if they can.
    scorer : Scorer
        What scores hidden vectors.
    mean : bool
        A hidden vector is the mean of the context's vectors, else their sum.
    """

    def __init__(self, vectors: WordVectors, scorer: Scorer, mean: bool) -> None:
        self.vectors, self.scorer, self.mean = vectors, scorer, mean

    def __call__(
        self,
        context: Any,
        k: int,
        exclude: Iterable[Word] | Word,
        exclude_context: bool,
        skip_unknown: bool,
    ) -> Any:
        """Answer one context, or several; see :meth:`firth.Model.predict`."""
        k = Whole(1).check("k", k)
        exclude_context = Flag().check("exclude_context", exclude_context)
        skip_unknown = Flag().check("skip_unknown", skip_unknown)
        contexts, single = as_contexts(context)
        never = self._rows(_words(exclude))
        found: list[list[Prediction]] = []
        for start in range(0, len(contexts), _CONTEXTS_AT_ONCE):
            some = contexts[start : start + _CONTEXTS_AT_ONCE]
            hidden = _Hidden(self.vectors)
            for number, words in enumerate(some, start):
                hidden.add(words, skip_unknown, "" if single else f"in context {number:,}; ")
            excluded = hidden.rows if exclude_context else None
            best = self.scorer.best(hidden.vectors(self.mean), k, never, excluded)
            found += self._predictions(*best)
        return found[0] if single else found

    def _rows(self, words: Sequence[Any]) -> NDArray[np.int64]:
        """Return the rows of words, rising; what has none is never an answer anyway."""
        rows = set()
        for word in words:
            with suppress(UnknownWordError):
                rows.add(self.vectors.index(word))
        return np.array(sorted(rows), dtype=np.int64)

    def _predictions(
        self, rows: NDArray[np.int64], scores: NDArray[Any], probabilities: NDArray[Any] | None
    ) -> Iterable[list[Prediction]]:
        names = WordList.of(self.vectors.words).take(np.maximum(rows, 0).ravel())
        k = rows.shape[1]
        for place, count in enumerate(np.count_nonzero(rows >= 0, axis=1).tolist()):
            begin = place * k
            some = [None] * count
            if probabilities is not None:
                some = probabilities[place, :count].tolist()
            answers = (names[begin : begin + count], scores[place, :count].tolist(), some)
            yield [Prediction(*answer) for answer in zip(*answers, strict=True)]


def as_contexts(given: Any) -> tuple[list[list[Any]], bool]:
    """Return contexts as lists of words, and whether one was given, not a list of several.

    Raises
    ------
    ConfigError
        A context is empty, or there are words beside lists of words.

    Examples
    --------
    >>> as_contexts("cat"), as_contexts([["the", "cat"], np.array([7, 8])])
    (([['cat']], True), ([['the', 'cat'], [7, 8]], False))
    """
    items = _words(given)
    inside = [not is_one(item) for item in items]
    if not items:
        raise ConfigError("the context is empty; give one word at least")
    if not any(inside):
        return [items], True
    if not all(inside):
        word = items[inside.index(False)]
        raise ConfigError(
            f"{word!r} stands beside lists of words; give one list of words, or lists alone"
        )
    contexts = list(map(_words, items))
    if not all(contexts):
        raise ConfigError(f"context {contexts.index([]):,} is empty; leave it out")
    return contexts, False


def _words(given: Any) -> list[Any]:
    """Return the words of a context in any form: one word, a list, an array of any library."""
    given = plain(given)
    if is_one(given):
        return [given]
    if isinstance(given, np.ndarray):
        return list(given) if given.ndim > 1 else given.tolist()
    return list(map(plain, given))


class _Hidden:
    """Hidden vectors of contexts that are given one after the other.

    Attributes
    ----------
    rows : list of lists of int
        For each context the rows of its words that have one.
    """

    def __init__(self, vectors: WordVectors) -> None:
        self.table = vectors
        self.rows: list[list[int]] = []
        self._places: list[int] = []  # rows; then, from V on, places in `_composed`
        self._composed: list[NDArray[Any]] = []
        self._starts: list[int] = []

    def add(self, words: Sequence[Any], skip_unknown: bool, where: str) -> None:
        """Add a context.

        Raises
        ------
        UnknownWordError
            One of its words has no vector, or none has one if unknown words are to be skipped.
        """
        begin, unknown = len(self._places), None
        self._starts.append(begin)
        for word in words:
            try:
                self._places.append(self._place(word))
            except UnknownWordError as error:
                unknown = error
                if not skip_unknown:
                    break
        if unknown is not None and (not skip_unknown or len(self._places) == begin):
            remedy = "skip_unknown=True (--skip-unknown) leaves out words that are not known"
            if skip_unknown:
                remedy = "no word of the context is known: leave it out"
            unknown.add_note(where + remedy)
            raise unknown
        self.rows.append([row for row in self._places[begin:] if row < len(self.table)])

    def _place(self, word: Any) -> int:
        try:
            return self.table.index(word)
        except UnknownWordError:
            composed = self.table[word]  # raises the same if it cannot be composed
        self._composed.append(composed)
        return len(self.table) + len(self._composed) - 1

    def vectors(self, mean: bool) -> NDArray[np.float64]:
        """Return the mean of each context's vectors, or their sum, ``(n, dim)``.

        Raises
        ------
        FormatError
            A vector holds NaN or infinity.
        """
        places, starts = np.array(self._places), np.array(self._starts)
        found = np.empty((len(places), self.table.dim))
        own = places < len(self.table)
        found[own] = self.table.matrix[places[own]]
        if self._composed:
            found[~own] = np.stack(self._composed)[places[~own] - len(self.table)]
        hidden: NDArray[np.float64] = np.add.reduceat(found, starts, axis=0)
        if mean:
            hidden /= np.diff(starts, append=len(places))[:, np.newaxis]
        if not np.isfinite(hidden).all():
            raise FormatError(
                "the vector of a context's word holds a value that is not a finite number; what it "
                "predicts means nothing, so train or convert it again"
            )
        return hidden
