"""One input row a word."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

from firth.config import Member, TrainConfig
from firth.corpus.vocabulary import Vocabulary
from firth.training.engine.compiler import implements
from firth.training.engine.rows import add_row, copy_row, prefetch_row
from firth.training.engine.steps import gather_input, prefetch_input, scatter_input

MEMBER = Member("one vector a word")


class WholeWords(NamedTuple):
    """Row i of the input matrix is the vector of word i.

    Attributes
    ----------
    n_rows : int
        Rows of the input matrix.
    """

    n_rows: int

    def word_vectors(self, matrix: NDArray[Any]) -> NDArray[Any]:
        """Return the vectors of the words, (V, stride): the matrix itself."""
        return matrix

    def ngram_vectors(self, matrix: NDArray[Any]) -> None:
        """Return nothing: there are no n-grams."""


def build(config: TrainConfig, vocabulary: Vocabulary) -> WholeWords:
    """Make the unit for a vocabulary of V words: V rows."""
    return WholeWords(len(vocabulary))


def most_input_rows(config: TrainConfig, unit: WholeWords, tokens: int) -> int:
    """Return how many input rows a text of so many tokens visits at the most."""
    return tokens


@implements(gather_input, WholeWords)
def _gather_input(unit: Any, matrix: Any, word: Any, out: Any, at: Any) -> None:
    copy_row(matrix, word, out, at)


@implements(scatter_input, WholeWords)
def _scatter_input(unit: Any, matrix: Any, word: Any, delta: Any, at: Any) -> None:
    add_row(matrix, word, delta, at)


@implements(prefetch_input, WholeWords)
def _prefetch_input(unit: Any, matrix: Any, word: Any) -> None:
    prefetch_row(matrix, word)
