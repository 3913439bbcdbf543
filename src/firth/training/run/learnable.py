"""What a corpus has to learn from: an error before a run if it is nothing, a warning if little.

A word is learnt from its neighbours. Words that stand alone in their sentences have none, and
subsampling can take away what there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus import EncodedCorpus
from firth.corpus.mistaken import whole_texts
from firth.errors import CorpusError
from firth.training.run.setup import Setup

#: Sentences looked at together.
_SENTENCES = 1 << 20
#: Pairs that a word should be trained on, on average and in all epochs. A word that occurs 5 times
#: in long sentences has 150 by default; below some 20, where a vector points is chance. Of up to
#: 200 the loss says what was learnt. Words of known groups, of the three nearest those that are of
#: the same group (4 groups of 5 words, 10 of 10, and 50 of 20 were alike): 50 pairs a word, chance
#: to 10 % more, the loss as of vectors that know nothing; 100 pairs, 11 to 60 % where the loss was
#: above 0.93 of that, and 89 to 100 % where it was below 0.7; 200 pairs, 87 to 100 %, below 0.86.
FEW_PAIRS, SOME_PAIRS, HARDLY_LEARNT = 20, 200, 0.95
#: Letters of scripts that are written without blanks between words: Thai, Lao, Burmese, Khmer,
#: kana, Chinese characters.
_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]{4}"
)


class Figures(NamedTuple):
    """What was read, and what is left of it.

    Attributes
    ----------
    sentences, alone : int
        Sentences with a word of the vocabulary, and those of them with one alone.
    read, known : int
        Words that were read, and those of them that are in the vocabulary.
    """

    sentences: int
    alone: int
    read: int
    known: int

    @classmethod
    def of(cls, corpus: EncodedCorpus) -> Figures:
        """Count."""
        alone = sum(int((lengths < 2).sum()) for lengths in _lengths(corpus))
        return cls(corpus.n_sentences, alone, corpus.n_raw_tokens, corpus.n_tokens)

    def __str__(self) -> str:
        known = f"{self.known:,} of {self.read:,} words read are in the vocabulary"
        return f"{known}; {self.alone:,} of {self.sentences:,} sentences have one of them alone"


def refuse_single_words(corpus: EncodedCorpus) -> None:
    """Refuse a corpus without any pair of words.

    Raises
    ------
    CorpusError
        No sentence has two words that are in the vocabulary, or there is one word alone. The
        message has figures, and the likeliest cause.
    """
    if not any(lengths.max(initial=0) > 1 for lengths in _lengths(corpus)):
        raise CorpusError(
            "there is nothing to learn from, for no word has a neighbour: none of "
            f"{corpus.n_sentences:,} sentences has two words of the vocabulary "
            f"({Figures.of(corpus)}). {_cause(corpus)}"
        )
    if len(corpus.vocabulary) == 1:
        others = corpus.n_raw_tokens > corpus.n_tokens
        raise CorpusError(
            f"there is nothing to learn from: {corpus.vocabulary.words[0]!r} is the only word of "
            f"the vocabulary, and vectors tell words apart ({Figures.of(corpus)}). "
            + ("Lower min_count, or raise max_vocabulary" if others else "Give a text with others")
        )


def _lengths(corpus: EncodedCorpus) -> Iterator[NDArray[np.int64]]:
    """Yield how many words sentences have, for some of them at a time."""
    total = corpus.n_sentences
    for first in range(0, total, _SENTENCES):
        yield np.diff(corpus.read_offsets(first, min(first + _SENTENCES, total) + 1))


def _cause(corpus: EncodedCorpus) -> str:
    """Say what is most likely wrong with a corpus whose words stand alone, and what to do."""
    if texts := whole_texts(corpus.vocabulary.words.array):
        return texts
    frequent = corpus.vocabulary.words[:100]
    long = [word for word in frequent if _WITHOUT_BLANKS.search(word)]
    if 2 * len(long) > len(frequent):
        shown = long[0] if len(long[0]) <= 20 else long[0][:20] + "…"
        return (
            f"The words seem to be written without blanks between them (such as {shown!r}): give a "
            "function that splits them as tokenizer= (--tokenizer module:function); "
            "docs/reading.md shows one for Chinese, Japanese and Thai"
        )
    if 2 * corpus.n_tokens < corpus.n_raw_tokens:
        return "Most words are too rare: lower min_count, raise max_vocabulary, or give more text"
    return (
        "One line, or one item of a list, is one sentence: put words that belong together into one "
        "line, and a list of words into a list of such lists"
    )


def no_pairs(setup: Setup) -> str:
    """Say why a run had not one pair to learn from, though some sentence has two words."""
    left, texts = _thinned_out(setup), whole_texts(setup.corpus.vocabulary.words.array)
    advice = texts or "Raise sample, give 0 to keep all words, or give more text"
    return (
        f"there was nothing to learn from: {Figures.of(setup.corpus)}; of these about {left:,.0f} "
        f"are left in an epoch after subsampling (sample is {setup.config.sample:g}), and no two "
        f"of them within a sentence. {advice}. Nothing was saved"
    )


def few_pairs(setup: Setup, pairs: int, loss: float) -> str | None:
    """Say that words had few neighbours to learn from, and what helps; None if they had enough.

    Parameters
    ----------
    setup : Setup
        The run.
    pairs : int
        What it was trained on, all epochs together.
    loss : float
        Mean J a pair at its end, in nats.
    """
    words, known = len(setup.corpus.vocabulary), setup.untrained_loss
    if pairs >= FEW_PAIRS * words and (
        pairs >= SOME_PAIRS * words or loss <= HARDLY_LEARNT * known
    ):
        return None
    figures = Figures.of(setup.corpus)
    few = _few(pairs, words, figures)
    if pairs >= FEW_PAIRS * words:
        few += f" (the loss is {loss:.2f}, and {known:.2f} if nothing had been learnt)"
    if texts := whole_texts(setup.corpus.vocabulary.words.array):
        return f"{few}. {texts}"
    if 2 * figures.alone > figures.sentences:
        advice = "put more words into a sentence"
    elif 2 * _thinned_out(setup) < figures.known:
        advice = f"raise sample (it is {setup.config.sample:g}; 0 keeps all words)"
    else:
        advice = "give more text or epochs, or raise min_count"
    return f"{few}. To learn more, {advice}"


def _few(pairs: int, words: int, figures: Figures) -> str:
    return (
        f"a word was trained on {pairs / words:.1f} pairs of neighbours on average, in all epochs "
        f"together ({pairs:,} pairs, {words:,} words; {figures}): its neighbours are chance"
    )


def _thinned_out(setup: Setup) -> float:
    """Return how many tokens an epoch keeps, in expectation."""
    return float(setup.corpus.vocabulary.counts @ (setup.keep / 2.0**32))
