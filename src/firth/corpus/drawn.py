"""Sentences drawn from encoded corpora, without a copy of them: samples of a text to train on.

A drawn corpus is a list of numbers of sentences. What is read of it is read from the files of the
corpora that it is drawn from, a range at a time; so twenty samples of a text cost no more room on
the disk than the text, and the memory of two numbers a sentence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.encoded import EncodedCorpus
from firth.errors import ConfigError, CorpusError
from firth.values import Whole

_SENTENCES_AT_A_TIME = 1 << 20


class _Places(NamedTuple):
    """Where sentences are: the first token of each within all parts, and their lengths."""

    begins: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, parts: Sequence[EncodedCorpus], sentences: NDArray[np.int64]) -> _Places:
        begins = np.empty(len(sentences), np.int64)
        lengths = np.empty(len(sentences), np.int64)
        token = sentence = 0
        for part in parts:
            for first in range(0, part.n_sentences, _SENTENCES_AT_A_TIME):
                stop = min(first + _SENTENCES_AT_A_TIME, part.n_sentences)
                offsets = part.read_offsets(first, stop + 1)
                its = slice(*np.searchsorted(sentences, [sentence + first, sentence + stop]))
                numbers = sentences[its] - (sentence + first)
                begins[its] = offsets[numbers] + token
                lengths[its] = offsets[numbers + 1] - offsets[numbers]
            token, sentence = token + part.n_tokens, sentence + part.n_sentences
        return cls(begins, lengths)


class DrawnCorpus(EncodedCorpus):
    """Some sentences of one or more encoded corpora, each as often as it was drawn.

    They stand in the order of the corpora, so that the disk is read from front to back. Counts of
    words are those of the vocabulary, not of the sample: words are thinned out, and noise is drawn,
    alike in all samples of a text.

    Parameters
    ----------
    parts : sequence of EncodedCorpus
        What is drawn from; all in the ids of one vocabulary.
    sentences : (n,) int
        Numbers of sentences, rising, those of a part after those of the parts before.

    Raises
    ------
    ConfigError
        The numbers do not rise, or are beyond what there is; or the parts have other words.

    Examples
    --------
    >>> from firth.corpus import encode
    >>> corpus = encode([["a", "b"], ["c"], ["b", "a", "c"]], min_count=1)
    >>> drawn = DrawnCorpus([corpus], [0, 0, 2])
    >>> list(drawn.sentences()), drawn.n_tokens
    ([['a', 'b'], ['a', 'b'], ['b', 'a', 'c']], 7)
    """

    def __init__(self, parts: Sequence[EncodedCorpus], sentences: Any) -> None:
        self.parts = tuple(parts)
        self.numbers = np.asarray(sentences, np.int64)
        first = self.parts[0]
        if any(part.vocabulary != first.vocabulary for part in self.parts[1:]):
            raise ConfigError("the corpora that are drawn from must be in ids of one vocabulary")
        total = sum(part.n_sentences for part in self.parts)
        if not len(self.numbers):
            raise CorpusError("no sentence is drawn: there is nothing to train on")
        if (
            self.numbers[0] < 0
            or self.numbers[-1] >= total
            or (self.numbers[1:] < self.numbers[:-1]).any()
        ):
            raise ConfigError(f"numbers of sentences must rise, from 0 to below {total:,}")
        self._begins, lengths = _Places.of(self.parts, self.numbers)
        self._ends = np.concatenate([[0], np.cumsum(lengths)])
        self.folder, self.reused = first.folder, first.reused
        self.vocabulary, self.reading = first.vocabulary, first.reading
        self.warnings = [text for part in self.parts for text in part.warnings]
        self.n_sentences, self.n_tokens = len(self.numbers), int(self._ends[-1])
        raw = sum(part.n_raw_tokens for part in self.parts)
        known = sum(part.n_tokens for part in self.parts)
        self.n_raw_tokens = max(self.n_tokens, round(self.n_tokens * raw / known))
        digest = hashlib.sha256("".join(part.fingerprint for part in self.parts).encode())
        digest.update(np.ascontiguousarray(self.numbers, "<i8").data)
        self.fingerprint = self.source_fingerprint = digest.hexdigest()[:32]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.parts, self.numbers)

    def close(self) -> None:
        """Do nothing: the files belong to the corpora that this is drawn from."""

    @cached_property
    def ids(self) -> NDArray[np.int32]:
        """(n_tokens,) int32, a copy in memory."""
        return self.read(0, self.n_tokens)

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """(n_sentences + 1,) int64: sentence i is ``ids[offsets[i]:offsets[i+1]]``."""
        return self._ends.copy()

    def read(self, start: int, stop: int) -> NDArray[np.int32]:
        """Read a range of ids into a fresh array; safe to call from several threads.

        Parameters
        ----------
        start, stop : int
            0 <= start <= stop <= n_tokens.

        Returns
        -------
        ndarray
            (stop - start,) int32.
        """
        if not 0 <= start <= stop <= self.n_tokens:
            raise IndexError(f"range {start}:{stop} is not within 0:{self.n_tokens}")
        if start == stop:
            return np.zeros(0, np.int32)
        first = int(np.searchsorted(self._ends, start, side="right")) - 1
        last = int(np.searchsorted(self._ends, stop, side="left"))
        low = np.maximum(self._ends[first:last], start)
        lengths = np.minimum(self._ends[first + 1 : last + 1], stop) - low
        begins = self._begins[first:last] + low - self._ends[first:last]
        # From where a token stands in this range to where it stands in the corpora.
        shift = begins - (low - start)
        places = np.arange(stop - start) + np.repeat(shift, lengths)
        return self._gather(places, int(begins.min()), int((begins + lengths).max()))

    def _gather(self, places: NDArray[np.int64], least: int, most: int) -> NDArray[np.int32]:
        """Read tokens by their places; what lies between the least and the most is read once."""
        found = np.empty(len(places), np.int32)
        bounds = np.cumsum([0, *(part.n_tokens for part in self.parts)]).tolist()
        for part, (begin, end) in zip(self.parts, pairwise(bounds), strict=True):
            low, high = max(begin, least), min(end, most)
            if low >= high:
                continue
            ids = part.read(low - begin, high - begin)
            if begin <= least and most <= end:
                whole: NDArray[np.int32] = ids[places - low]
                return whole
            its = (places >= begin) & (places < end)
            found[its] = ids[places[its] - low]
        return found

    def read_offsets(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return ``offsets[start:stop]``, a fresh array."""
        return self._ends[start:stop].copy()


def bootstrap(corpus: EncodedCorpus, seed: int | Sequence[int], block: int = 1) -> DrawnCorpus:
    """Draw as many sentences as a corpus has, with replacement (Efron 1979).

    Parameters
    ----------
    corpus : EncodedCorpus
        What to draw from.
    seed : int or sequence of int
        0 or more; of several each counts.
    block : int
        Sentences that are drawn together, one after the other, 1 or more: of texts whose documents
        take some lines each, the lines of one are no independent observations (Künsch 1989).

    Raises
    ------
    ConfigError
        There are fewer than two blocks.

    Examples
    --------
    >>> from firth.corpus import encode
    >>> corpus = encode([[str(i)] for i in range(6)], min_count=1)
    >>> [sentence[0] for sentence in bootstrap(corpus, seed=2, block=2).sentences()]
    ['0', '0', '1', '1', '4', '5']
    """
    block = Whole(1).check("block", block)
    blocks = -(-corpus.n_sentences // block)
    if blocks < 2:
        raise ConfigError(
            f"the text has {corpus.n_sentences:,} sentences, which is one block of {block:,}: it "
            "cannot be drawn again; give a smaller block, or vary the seed alone"
        )
    drawn = np.random.default_rng(seed).integers(0, blocks, blocks)
    numbers = np.sort((drawn[:, np.newaxis] * block + np.arange(block)).ravel())
    return DrawnCorpus([corpus], numbers[numbers < corpus.n_sentences])


def split(
    parts: Sequence[EncodedCorpus], seed: int | Sequence[int], block: int = 1
) -> tuple[DrawnCorpus, DrawnCorpus]:
    """Divide the sentences of two corpora anew, by chance, in two of the same sizes.

    Parameters
    ----------
    parts : two EncodedCorpus
        In the ids of one vocabulary.
    seed : int or sequence of int
        0 or more; of several each counts.
    block : int
        Sentences that stay together.

    Examples
    --------
    >>> from firth.corpus import encode
    >>> corpus = encode([[str(i)] for i in range(4)], min_count=1)
    >>> [list(half.sentences()) for half in split([corpus, corpus], seed=2)]
    [[['2'], ['1'], ['2'], ['3']], [['0'], ['1'], ['3'], ['0']]]
    """
    block = Whole(1).check("block", block)
    counts = [-(-part.n_sentences // block) for part in parts]
    lengths = np.concatenate(
        [
            np.minimum(block, part.n_sentences - block * np.arange(n))  # the last may be shorter
            for part, n in zip(parts, counts, strict=True)
        ]
    )
    chosen = np.zeros(len(lengths), np.bool_)
    chosen[np.random.default_rng(seed).permutation(len(lengths))[: counts[0]]] = True
    of_first = np.repeat(chosen, lengths)
    return (
        DrawnCorpus(parts, np.flatnonzero(of_first)),
        DrawnCorpus(parts, np.flatnonzero(~of_first)),
    )
