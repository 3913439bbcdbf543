"""How large a run is: what members fit settings to that were left to the text."""

from __future__ import annotations

from typing import NamedTuple

from firth.config import TrainConfig
from firth.corpus.vocabulary import Vocabulary


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

    Examples
    --------
    >>> size = RunSize.of(TrainConfig(epochs=2, sample=0), Vocabulary(["a", "b"], [7, 3]), 10)
    >>> size.trained, size.visits
    (20, 10.0)
    """

    tokens: int
    trained: int
    visits: float
    words: int

    def at_most(self, rate: float, words: int) -> float:
        """Return a learning rate that is smaller where there are fewer than so many words.

        Gradients of a batch are taken at the same weights and added up. With V words a row gets
        the gradients of 1/V of the batch at once: where V is small that is a step of many times
        the rate, and the numbers run away.

        Examples
        --------
        >>> size = RunSize(tokens=100, trained=500, visits=50.0, words=10)
        >>> size.at_most(0.1, words=20), size.at_most(0.1, words=5)
        (0.05, 0.1)
        """
        return rate * min(1.0, self.words / words)

    @staticmethod
    def of(config: TrainConfig, vocabulary: Vocabulary, tokens: int) -> RunSize:
        """Measure a run on so many tokens of a vocabulary's words.

        A vocabulary may come from another text, so that its counts are taken as frequencies only.
        """
        counts = vocabulary.counts
        kept = float(counts @ vocabulary.keep_probabilities(config.sample)) / float(counts.sum())
        trained = tokens * config.epochs
        return RunSize(tokens, trained, kept * trained / len(vocabulary), len(vocabulary))
