r"""Evidence: the sentences in which a word stands, and the words that stand with it.

Of an encoded corpus the ids are read once, some at a time, and compared with the word's: 20 million
take some hundredths of a second, so that no index has to be made and kept.

How strongly another word v goes with it is asked of tokens. N tokens (all but the word itself), of
which K are near it and n_v are v, k of them near::

    log-likelihood   G² = 2 Σ O ln(O / E), over the cells of near or not, v or not (Dunning 1993)
    NPMI             ln(k N / (n_v K)) / -ln(k / N), from -1 to 1 (Bouma 2009)

G² tells how sure it is that they go together, NPMI how much.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.association import association
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.wordlist import WordList
from firth.errors import ConfigError
from firth.values import Whole

_TOKENS_AT_A_TIME, _SENTENCES_AT_A_TIME = 1 << 22, 1 << 16


class Context(NamedTuple):
    """A sentence, or the part of it around a word.

    Attributes
    ----------
    sentence : int
        Its number in the corpus, from 0.
    words : list
        Its words.
    places : tuple of int
        Which of them were asked for.
    cut_before, cut_after : bool
        The sentence begins earlier, or goes on.
    """

    sentence: int
    words: list[Any]
    places: tuple[int, ...]
    cut_before: bool
    cut_after: bool


class Companion(NamedTuple):
    """A word that stands with those asked for.

    Attributes
    ----------
    word : str or int
        The word.
    together, occurrences : int
        Its tokens near them, and all its tokens.
    expected : float
        How many would be near if they had nothing to do with each other.
    log_likelihood : float
        G²; above 10.83 chance gives it once in a thousand words.
    npmi : float
        Normalised pointwise mutual information.
    """

    word: Any
    together: int
    occurrences: int
    expected: float
    log_likelihood: float
    npmi: float


class Contexts(NamedTuple):
    """What :func:`contexts` has found.

    Attributes
    ----------
    words : list
        The words asked for.
    counts : list of int
        How often each occurs.
    sentences : int
        Sentences in which all of them stand.
    of : int
        All sentences.
    expected : float
        Sentences in which two words would both stand if they had nothing to do with each other;
        with one word what there is.
    log_likelihood, npmi : float
        Of two words: how strongly they stand in the same sentences; with one word 0.
    contexts : list of Context
        Some of the sentences, spread evenly over the corpus.
    companions : list of Companion
        The words that stand with them most surely.
    """

    words: list[Any]
    counts: list[int]
    sentences: int
    of: int
    expected: float
    log_likelihood: float
    npmi: float
    contexts: list[Context]
    companions: list[Companion]


def contexts(
    corpus: EncodedCorpus,
    *words: Any,
    n: int = 10,
    width: int | None = 15,
    window: int | None = 5,
    companions: int = 20,
    min_together: int = 3,
    by: str = "log_likelihood",
) -> Contexts:
    """Show in which sentences a word stands, or two words, and which others stand with them.

    Parameters
    ----------
    corpus : EncodedCorpus
        The text.
    *words : str or int
        One word, or two: then sentences in which both stand.
    n : int
        Sentences wanted.
    width : int or None
        Words shown to each side of those asked for; None for whole sentences.
    window : int or None
        With one word, near are words at most so far from it; None for its whole sentences, as it is
        with two words.
    companions : int
        Words wanted that stand near.
    min_together : int
        They stand near so many times at least.
    by : {"log_likelihood", "npmi"}
        What these are sorted by.

    Raises
    ------
    UnknownWordError
        There is no such word.
    ConfigError
        There are no words, or more than two different ones; or an option is something else.

    Examples
    --------
    >>> from firth.corpus import encode
    >>> text = [["the", "cat", "sat"], ["the", "dog", "ran"], ["a", "cat", "ran"]]
    >>> found = contexts(encode(text, min_count=1), "cat", min_together=1)
    >>> found.counts, found.sentences, found.contexts[1].words, found.contexts[1].places
    ([2], 2, ['a', 'cat', 'ran'], (1,))
    >>> found.companions[0].word, found.companions[0].together
    ('a', 1)
    """
    vocabulary = corpus.vocabulary
    ids = [vocabulary.id(word) for word in words]
    if len(set(ids)) not in (1, 2) or len(set(ids)) < len(ids):
        raise ConfigError(f"{len(ids)} words are given; give one, or two different ones")
    n, window = Whole(0).check("n", n), Whole(1, optional=True).check("window", window)
    width = Whole(0, optional=True).check("width", width)
    least = Whole(1).check("min_together", min_together)
    if by not in Companion._fields[4:]:
        raise ConfigError(f"by is {by!r}; it must be log_likelihood or npmi")
    near = np.zeros(len(vocabulary), np.int64)
    found, having = [], np.zeros(len(ids), np.int64)
    for piece in _pieces(corpus):
        has = piece.having(ids)
        having += has.sum(axis=1)
        both = np.flatnonzero(has.all(axis=0))
        found.append(piece.first + both)
        near += piece.near(ids, both, None if len(ids) > 1 else window, len(vocabulary))
    matching = np.concatenate(found)
    total = corpus.n_sentences
    table = association(np.array([len(matching)]), np.array([having[-1]]), int(having[0]), total)
    two = len(ids) > 1
    return Contexts(
        [vocabulary.words[i] for i in ids],
        [int(vocabulary.counts[i]) for i in ids],
        len(matching),
        total,
        float(table.expected[0]) if two else float(len(matching)),
        float(table.log_likelihood[0]) if two else 0.0,
        float(table.npmi[0]) if two else 0.0,
        [_context(corpus, int(number), ids, width) for number in _spread(matching, n)],
        _companions(corpus, ids, near, companions, least, by),
    )


class _Piece(NamedTuple):
    """Some whole sentences.

    Attributes
    ----------
    first : int
        Number of the first.
    ids, sentence : (m,) int
        Their words, and which sentence each is of, from 0.
    offsets : (s + 1,) int64
        Where they begin in `ids`.
    """

    first: int
    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def having(self, ids: list[int]) -> NDArray[np.bool_]:
        """Return which sentences have each of some words, (words, s)."""
        found = np.zeros((len(ids), len(self.offsets) - 1), np.bool_)
        for its, word in zip(found, ids, strict=True):
            its[self._sentences(np.flatnonzero(self.ids == word))] = True
        return found

    def _sentences(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.searchsorted(self.offsets, places, side="right") - 1

    def near(
        self, ids: list[int], sentences: NDArray[np.int64], window: int | None, n_words: int
    ) -> NDArray[np.int64]:
        """Count the words near those asked for, (n_words,); none of them is counted itself."""
        # +1 where a stretch begins, -1 where it ends: within some where the sum is above 0.
        edges = np.zeros(len(self.ids) + 1, np.int32)
        if window is None:
            begins, ends = self.offsets[sentences], self.offsets[sentences + 1]
        else:
            places = np.flatnonzero(self.ids == ids[0])
            its = self._sentences(places)
            begins = np.maximum(places - window, self.offsets[its])
            ends = np.minimum(places + window + 1, self.offsets[its + 1])
        np.add.at(edges, begins, 1)
        np.add.at(edges, ends, -1)
        within = np.cumsum(edges[:-1]) > 0
        found = np.bincount(self.ids[within], minlength=n_words)
        found[ids] = 0
        return found


def _pieces(corpus: EncodedCorpus) -> Iterator[_Piece]:
    """Yield the corpus, some sentences at a time: few tokens, or one sentence."""
    for first in range(0, corpus.n_sentences, _SENTENCES_AT_A_TIME):
        stop = min(first + _SENTENCES_AT_A_TIME, corpus.n_sentences)
        offsets = corpus.read_offsets(first, stop + 1)
        at = 0
        while at < len(offsets) - 1:
            end = int(np.searchsorted(offsets, offsets[at] + _TOKENS_AT_A_TIME, side="right")) - 1
            end = max(at + 1, end)
            ids = corpus.read(int(offsets[at]), int(offsets[end]))
            yield _Piece(first + at, ids, offsets[at : end + 1] - offsets[at])
            at = end


def _spread(numbers: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Choose n of some numbers, evenly."""
    if len(numbers) <= n:
        return numbers
    return numbers[((np.arange(n) + 0.5) * (len(numbers) / max(1, n))).astype(np.int64)]


def _context(corpus: EncodedCorpus, number: int, ids: list[int], width: int | None) -> Context:
    start, stop = corpus.read_offsets(number, number + 2).tolist()
    sentence = corpus.read(start, stop)
    places = np.flatnonzero(np.isin(sentence, ids))
    first, last = 0, len(sentence)
    if width is not None:
        # Of two words, those that are nearest to each other.
        span = _nearest_places(sentence, ids)
        first, last = max(0, min(span) - width), min(len(sentence), max(span) + width + 1)
    words = corpus.vocabulary.words
    shown = WordList(words.array.take(sentence[first:last]), words.integers)[:]
    inside = places[(places >= first) & (places < last)] - first
    return Context(number, shown, tuple(inside.tolist()), first > 0, last < len(sentence))


def _nearest_places(sentence: NDArray[np.int32], ids: list[int]) -> tuple[int, int]:
    """Return where the words stand: the first, or the two that are nearest to each other."""
    first, last = (np.flatnonzero(sentence == word) for word in (ids[0], ids[-1]))
    after = np.clip(np.searchsorted(last, first), 0, len(last) - 1)
    before = np.maximum(after - 1, 0)
    choices = np.concatenate([last[after], last[before]])
    best = int(np.argmin(np.abs(choices - np.tile(first, 2))))
    return int(first[best % len(first)]), int(choices[best])


def _companions(
    corpus: EncodedCorpus, ids: list[int], near: NDArray[np.int64], n: int, least: int, by: str
) -> list[Companion]:
    """Return the words that stand near more often than by chance, the strongest first."""
    counts = corpus.vocabulary.counts.copy()
    total = corpus.n_tokens - int(counts[ids].sum())
    counts[ids] = 0
    found = association(near, counts, int(near.sum()), max(1, total))
    chosen = np.flatnonzero((near >= least) & (near > found.expected))
    figures = {"log_likelihood": found.log_likelihood, "npmi": found.npmi}[by]
    best = chosen[np.argsort(-figures[chosen], kind="stable")][:n]
    words = corpus.vocabulary.words
    return [
        Companion(
            words[int(i)], int(near[i]), int(counts[i]), float(found.expected[i]),
            float(found.log_likelihood[i]), float(found.npmi[i]),
        )
        for i in best
    ]  # fmt: skip
