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

    Examples
    --------
    >>> size = RunSize.of(TrainConfig(epochs=2, sample=0), Vocabulary(["a", "b"], [7, 3]), 10)
    >>> size.trained, size.visits
    (20, 10.0)
    """

    tokens: int
    trained: int
    visits: float

    @staticmethod
    def of(config: TrainConfig, vocabulary: Vocabulary, tokens: int) -> RunSize:
        """Measure a run on so many tokens of a vocabulary's words.

        A vocabulary may come from another text, so that its counts are taken as frequencies only.
        """
        counts = vocabulary.counts
        kept = float(counts @ vocabulary.keep_probabilities(config.sample)) / float(counts.sum())
        trained = tokens * config.epochs
        return RunSize(tokens, trained, kept * trained / len(vocabulary))
