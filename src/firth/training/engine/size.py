"""How large a run is: what members fit settings to that were left to the text."""

from __future__ import annotations

from typing import NamedTuple

from firth.config import ARCHITECTURES, TrainConfig
from firth.corpus.vocabulary import Vocabulary

#: With so many words more of them make no step safer, see :meth:`RunSize.at_most`.
MANY_WORDS = 512


class RunSize(NamedTuple):
    """What is known of a run before it begins.

    Attributes
    ----------
    tokens : int
        Tokens of the corpus that are in the vocabulary.
    trained : int
        The same, all epochs together.
    visits : float
        How often a word of the vocabulary is visited in the run, on average: kept tokens, all
        epochs together, by the number of words.
    words : int
        Words of the vocabulary.
    pairs : float
        Pairs of a centre, on average, in the longest sentence at the most: whose gradients are
        added up.

    Examples
    --------
    >>> vocabulary = Vocabulary(["a", "b"], [7, 3])
    >>> size = RunSize.of(TrainConfig(epochs=2, sample=0), vocabulary, 10, longest=4)
    >>> size.trained, size.visits, size.pairs
    (20, 10.0, 3.0)
    """

    tokens: int
    trained: int
    visits: float
    words: int
    pairs: float

    def at_most(
        self, rate: float, words: int, *, largest: float | None = None, times: float = 1.5
    ) -> float:
        """Return a learning rate that is smaller with fewer words than so many, or wide windows.

        Gradients of a batch are taken at the same weights and added up. With V words a row gets
        the gradients of 1/V of the batch at once, and a hidden vector those of all its pairs: where
        V is small or pairs are many that is a step of many times the rate, and the numbers run
        away. Found by trying, random, frequent and rare, and grouped words, V 4 to 2,000, windows
        of 5 to 200 and baskets of up to 500 items: runs end well up to about ``V^(1/3) largest
        times / pairs``, from 512 words on no further.

        Parameters
        ----------
        rate : float
            The rate that suits.
        words : int
            So many words are enough for it.
        largest, times : float
            What the bound for many pairs is a multiple of, by default the rate, and how much.

        Examples
        --------
        >>> size = RunSize(tokens=100, trained=500, visits=50.0, words=8, pairs=2.0)
        >>> size.at_most(0.1, words=16), size.at_most(0.1, words=4)
        (0.05, 0.1)
        >>> round(size._replace(pairs=60.0).at_most(0.1, words=4), 6)
        0.005
        """
        rate_of_few = rate * min(1.0, self.words / words)
        if self.pairs <= 1:  # a window's mean or sum, which counts once
            return rate_of_few
        steady: float = times * min(self.words, MANY_WORDS) ** (1 / 3) / self.pairs
        return min(rate_of_few, steady * (rate if largest is None else largest))

    @staticmethod
    def of(config: TrainConfig, vocabulary: Vocabulary, tokens: int, longest: int) -> RunSize:
        """Measure a run on so many tokens of a vocabulary's words, in sentences of so many.

        A vocabulary may come from another text, so that its counts are taken as frequencies only.
        """
        counts = vocabulary.counts
        kept = float(counts @ vocabulary.keep_probabilities(config.sample)) / float(counts.sum())
        trained = tokens * config.epochs
        words = len(vocabulary)
        pairs = ARCHITECTURES.module(config.architecture).build(config).mean_pairs
        pairs = max(1.0, min(pairs, longest - 1.0))
        return RunSize(tokens, trained, kept * trained / words, words, pairs)
