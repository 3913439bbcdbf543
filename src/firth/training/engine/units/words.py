r"""One input row a word, with steps that are smaller the more often a word is visited.

A word that is visited n times in a run, that is count · probability of being kept · epochs, takes
steps of its input vector that are ``min(1, (v / n)^a)`` of the learning rate, a the rate exponent
and v the visits up to which steps are whole. Adagrad's steps fall so with the visits made (Duchi,
Hazan and Singer 2011, section 1.3, a = 1/2), and counts say before the run how many there will be:
nothing has to be kept for each row.

One rate for all words suits none: rare words need large steps to get anywhere in the visits that
they have, and with such steps frequent words end where the last of their contexts left them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import Member, Option, Real, TrainConfig
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.compiler import implements
from firth.training.engine.rows import add_part_of_row, copy_row, prefetch_row
from firth.training.engine.size import RunSize
from firth.training.engine.steps import gather_input, prefetch_input, scatter_input

MEMBER = Member(
    "one vector a word",
    options=(
        Option(
            "rate_exponent",
            0.5,
            Real(0, 1),
            "Steps of a word's input vector shrink with its visits in the run to this power; 0 for "
            "equal steps",
            "Duchi et al. 2011, section 1.3",
            expert=True,
        ),
        Option(
            "rate_visits",
            None,
            Real(0, open_ends=True, optional=True),
            "Words with at most so many visits take whole steps; by default as many as fit the "
            "text",
            expert=True,
        ),
    ),
)
#: Without another wish, words take whole steps up to so many visits, and on texts of more tokens
#: than these up to more: in large texts visits differ, and large steps teach. Found by trying,
#: texts and logs of .1 to 5 million tokens, and 20 million words, where 5,000 visits are right.
WHOLE_STEPS, SHORT_TEXT, GROWTH = 100.0, 4_000_000, 2.45

#: Rows moved at once.
_ROWS = 65_536


class WholeWords(NamedTuple):
    """Row i of the input matrix is the vector of word i.

    Attributes
    ----------
    n_rows : int
        Rows of the input matrix.
    steps : ndarray
        (V,) dtype, what part of the learning rate each row takes.
    """

    n_rows: int
    steps: NDArray[Any]

    def word_vectors(self, matrix: NDArray[Any]) -> NDArray[Any]:
        """Return the vectors of the words, (V, stride): the matrix itself."""
        return matrix

    def ngram_vectors(self, matrix: NDArray[Any]) -> None:
        """Return nothing: there are no n-grams."""

    def slowed(self, parts: NDArray[np.floating]) -> WholeWords:
        """Return a unit whose words take these parts of their steps, (V,): 0 to stay."""
        return self._replace(steps=(self.steps * parts).astype(self.steps.dtype))

    def begin_words(
        self,
        matrix: NDArray[Any],
        rows: NDArray[np.int64],
        vectors: NDArray[Any],
        known: NDArray[np.int64],
    ) -> None:
        """Let words `rows` have the vectors `known` of others, in place."""
        for start in range(0, len(rows), _ROWS):
            some = known[start : start + _ROWS]
            matrix[rows[start : start + _ROWS], : vectors.shape[1]] = vectors[some]

    def begin_ngrams(self, matrix: NDArray[Any], *known: Any) -> None:
        """Do nothing: there are no n-grams."""


def build(config: TrainConfig, vocabulary: Vocabulary, tokens: int) -> WholeWords:
    """Make the unit for a vocabulary of V words, of which so many stand in the text: V rows."""
    shares = vocabulary.counts / vocabulary.total
    visits = shares * tokens * vocabulary.keep_probabilities(config.sample) * config.epochs
    steps = parts_of_rate(visits, config.rate_exponent, config.rate_visits or WHOLE_STEPS)
    return WholeWords(len(vocabulary), steps.astype(config.dtype))


def fit(config: TrainConfig, size: RunSize) -> dict[str, Any]:
    """Return settings that fit a run of this size, for those that are None."""
    visits = WHOLE_STEPS * max(1.0, size.tokens / SHORT_TEXT) ** GROWTH
    return {"rate_visits": float(round(visits))}


def parts_of_rate(
    visits: NDArray[np.floating], exponent: float, whole: float
) -> NDArray[np.float64]:
    """Return what part of the learning rate words take that are visited so often, (V,).

    Examples
    --------
    >>> parts_of_rate(np.array([20.0, 100.0, 400.0]), exponent=0.5, whole=100.0).tolist()
    [1.0, 1.0, 0.5]
    """
    parts: NDArray[np.float64] = (whole / np.maximum(visits, whole)) ** exponent
    return parts


def most_input_rows(config: TrainConfig, unit: WholeWords, tokens: int) -> int:
    """Return how many input rows a text of so many tokens visits at the most."""
    return tokens


@implements(gather_input, WholeWords)
def _gather_input(unit: Any, matrix: Any, word: Any, out: Any, at: Any) -> None:
    copy_row(matrix, word, out, at)


@implements(scatter_input, WholeWords)
def _scatter_input(unit: Any, matrix: Any, word: Any, delta: Any, at: Any) -> None:
    add_part_of_row(matrix, word, unit.steps[word], delta, at)


@implements(prefetch_input, WholeWords)
def _prefetch_input(unit: Any, matrix: Any, word: Any) -> None:
    prefetch_row(matrix, word)
