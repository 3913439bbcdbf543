"""What settings are tried on: growing parts of a text, and two parts that nobody learns from.

Sentences are drawn by lot, without a copy of any. Those of the *validation* part choose the
settings. The best of many figures is better than it deserves, since chance is among what was
chosen (Cawley and Talbot, "On Over-fitting in Model Selection and Subsequent Selection Bias in
Performance Evaluation", JMLR 2010); so those of the *final* part, which no choice depends on, say
how good they are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firth.corpus import EncodedCorpus
from firth.corpus.drawn import DrawnCorpus
from firth.errors import ConfigError

#: Each part is so many times as large as the one before; of trials on one, one in so many goes on
#: (Li et al., "Hyperband", JMLR 2018, section 3: 3 or 4).
ETA = 3
#: How many parts there are at most. A third of a third has few of what is rare.
MOST_PARTS = 3
#: A part has so many tokens, and so many sentences are held out, at least; and at most.
FEWEST_TOKENS, FEWEST_HELD_OUT, MOST_HELD_OUT = 20_000, 50, 10_000
_PURPOSE = 7_001


class Parts(NamedTuple):
    """A text divided.

    Attributes
    ----------
    growing : tuple of EncodedCorpus
        Parts to learn from, each within the next; the last is all that trials may learn from.
    whole : EncodedCorpus
        What the settings chosen are trained on: all but the final part.
    validation, final : EncodedCorpus or None
        What is held out for the choice, and after it.
    """

    growing: tuple[EncodedCorpus, ...]
    whole: EncodedCorpus
    validation: EncodedCorpus | None = None
    final: EncodedCorpus | None = None


def divide(corpus: EncodedCorpus, held_out: float, seed: int) -> Parts:
    """Divide a text by lot.

    Parameters
    ----------
    corpus : EncodedCorpus
        The text.
    held_out : float
        What part of the sentences each of the two parts has that are held out; 0 for none, where
        settings are judged by something else.
    seed : int
        Of the lot.

    Raises
    ------
    ConfigError
        There are too few sentences to hold some out.

    Examples
    --------
    >>> from firth.corpus import encode
    >>> corpus = encode([["a", "b"], ["b", "c"]] * 30_000, min_count=1)
    >>> parts = divide(corpus, 0.05, seed=1)
    >>> [part.n_sentences for part in parts.growing]
    [18000, 54000]
    >>> parts.validation.n_sentences, parts.final.n_sentences, parts.whole.n_sentences
    (3000, 3000, 57000)
    """
    n = corpus.n_sentences
    order = np.random.default_rng([seed, _PURPOSE]).permutation(n)
    aside = min(MOST_HELD_OUT, round(n * held_out))
    if held_out and (aside < FEWEST_HELD_OUT or n - 2 * aside < 2):
        raise ConfigError(
            f"held_out is {held_out:g}, which of {n:,} sentences is twice {aside:,}; "
            f"{FEWEST_HELD_OUT} or more are needed each, and some to learn from: give another "
            "part, more text, or an evaluation set as the metric. One line is one sentence"
        )

    def drawn(start: int, stop: int) -> EncodedCorpus:
        if (start, stop) == (0, n):
            return corpus
        return DrawnCorpus([corpus], np.sort(order[start:stop]))

    first = 2 * aside
    learnt = drawn(first, n)
    growing = [learnt]
    while len(growing) < MOST_PARTS and growing[0].n_tokens >= ETA * FEWEST_TOKENS:
        smaller = (n - first) // ETA ** len(growing)
        if smaller < FEWEST_HELD_OUT:
            break
        growing.insert(0, drawn(first, first + smaller))
    if not aside:
        return Parts(tuple(growing), corpus)
    return Parts(tuple(growing), drawn(aside, n), drawn(aside, first), drawn(0, aside))
