r"""A word is the mean of its own row and the rows of its character n-grams.

(Bojanowski et al. 2017, section 3.2; as fastText does it.) With G the rows of word w, its own
first, n of them::

    v_w      = 1/n Σ_{g in G} z_g
    ∂J/∂z_g  = 1/n ∂J/∂v_w        (``subword_gradient="fasttext"``: ∂J/∂v_w, undivided)

fastText takes the mean but adds the undivided gradient to each row, so that the mean moves as far
as a word of one row would. Divided, it moves by 1/n of that (n is 15 to 20), which at the usual
learning rates is too little; so the undivided one is the default here too.

Rows 0 to V - 1 of the input matrix are the words' own, those of the n-grams follow; see
:mod:`firth.corpus.ngrams` for which there are. The hidden vector is formed once for each centre,
where fastText forms it for each pair.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.config import Choice, Member, Option, TrainConfig, Whole
from firth.corpus.ngrams import number_ngrams, sum_of_rows
from firth.corpus.vocabulary import Vocabulary
from firth.corpus.wordlist import WordList
from firth.kernels.compiler import implements
from firth.training.engine.rows import add_to_rows, gather_sum, prefetch_row
from firth.training.engine.size import RunSize
from firth.training.engine.steps import gather_input, prefetch_input, scatter_input

#: Words, and rows of the matrix, whose sums are taken together.
_BLOCK_WORDS, _BLOCK_ROWS = 4096, 1 << 18


MEMBER = Member(
    "words and their character n-grams, so that unseen words have vectors too",
    options=(
        Option(
            "min_n",
            3,
            Whole(1),
            "Shortest character n-grams, the marks of a word's ends included",
            "Bojanowski et al. 2017, section 3.2",
        ),
        Option("max_n", 6, Whole(0, 255), "Longest character n-grams; 0 for none"),
        Option(
            "buckets",
            2_000_000,
            Whole(0, (1 << 31) - 1),
            "Rows that n-grams share by a hash; 0 gives each n-gram that occurs its own",
            "Bojanowski et al. 2017, section 3.2",
        ),
        Option(
            "subword_gradient",
            "fasttext",
            Choice(
                {
                    "fasttext": "undivided for each row of a word, as fastText does",
                    "exact": "each row's share is divided by their number, as the mean's is",
                }
            ),
            "What goes back to the rows of a word",
        ),
    ),
    tuned=(
        # A word's rows are fetched once for all its pairs: more noise costs little beside that.
        ({}, {"pool_size": 64, "learning_rate": None}),
    ),
    ordered=(("min_n", "max_n"),),
)

#: Learning rates, how many words are enough for them, and for many pairs (:meth:`RunSize.at_most`),
#: by the gradient, and of CBOW. Texts of fewer words that are alike ran away: of 6 and less with
#: the first one, of 25 with the others.
SKIPGRAM_RATES = {"fasttext": (0.03, 8, 1.0), "exact": (0.2, 100, 0.75)}
CBOW_RATE = (0.1, 100, 1.5)


class Subwords(NamedTuple):
    """The rows of each word.

    Attributes
    ----------
    n_rows : int
        Rows of the input matrix: V, and one for each n-gram or bucket that occurs.
    offsets : (V + 1,) int64
        The rows of word w are the entries ``offsets[w]`` to ``offsets[w + 1]``, its own first.
    rows : (total,) int32
        Row numbers.
    weight, back : (V,) dtype
        1/n, and what the update of each row is multiplied by: 1/n or 1.
    """

    n_rows: int
    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    weight: NDArray[Any]
    back: NDArray[Any]

    def word_vectors(self, matrix: NDArray[Any]) -> NDArray[Any]:
        """Return the vectors of the words, (V, stride): what the kernels gather, in NumPy."""
        words, start = len(self.weight), 0
        vectors = np.empty((words, matrix.shape[1]), matrix.dtype)
        while start < words:
            full = np.searchsorted(self.offsets, self.offsets[start] + _BLOCK_ROWS, side="right")
            stop = min(words, start + _BLOCK_WORDS, max(start + 1, int(full) - 1))
            offsets = self.offsets[start : stop + 1]
            rows = self.rows[offsets[0] : offsets[-1]]
            if len(rows) > _BLOCK_ROWS:  # a word of megabytes
                sums = sum_of_rows(matrix, rows)[np.newaxis]
            else:
                sums = np.add.reduceat(matrix[rows], offsets[:-1] - offsets[0], axis=0)
            vectors[start:stop] = sums * self.weight[start:stop, np.newaxis]
            start = stop
        return vectors

    def ngram_vectors(self, matrix: NDArray[Any]) -> NDArray[Any]:
        """Return the vectors of the n-grams, (n_rows - V, stride)."""
        return matrix[len(self.weight) :]

    def visits(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how often each row is visited where words occur so often, (n_rows,)."""
        weights = np.repeat(counts.astype(np.float64), np.diff(self.offsets))
        visits: NDArray[np.float64] = np.bincount(self.rows, weights, self.n_rows).astype(
            np.float64
        )
        return visits

    def slowed(self, parts: NDArray[np.floating]) -> Subwords:
        """Return a unit whose words take these parts of their steps, (V,): 0 to stay.

        A word that takes none moves with the n-grams that others have too.
        """
        return self._replace(back=(self.back * parts).astype(self.back.dtype))

    def begin_words(
        self,
        matrix: NDArray[Any],
        rows: NDArray[np.int64],
        vectors: NDArray[Any],
        known: NDArray[np.int64],
    ) -> None:
        """Let words `rows` have the vectors `known` of others, in place: by rows of their own.

        A vector is the mean of n rows; so the word's own is n times it, less those of the n-grams.
        """
        dim = vectors.shape[1]
        own = matrix[: len(self.weight)]
        own[rows] = 0
        means = self.word_vectors(matrix)
        for start in range(0, len(rows), _BLOCK_WORDS):
            some = rows[start : start + _BLOCK_WORDS]
            rest = vectors[known[start : start + _BLOCK_WORDS]] - means[some, :dim]
            own[some, :dim] = rest / self.weight[some, np.newaxis]

    def begin_ngrams(
        self,
        matrix: NDArray[Any],
        config: TrainConfig,
        words: WordList,
        ngrams: NDArray[Any],
        known_words: WordList,
        known_lengths: tuple[int, int, int],
    ) -> None:
        """Let n-grams of `words` have the vectors that those of other words have, in place."""
        lengths = (config.min_n, config.max_n, config.buckets)
        mine, theirs = (number_ngrams(some, *lengths) for some in (words, known_words))
        if lengths != known_lengths or theirs.n_rows != len(ngrams):
            return  # numbered otherwise: words' own rows make up for it
        names = [
            pa.array(found.keys) if found.texts is None else found.texts for found in (mine, theirs)
        ]
        places = pc.index_in(*names)
        rows = np.flatnonzero(np.asarray(pc.is_valid(places))) + len(self.weight)
        matrix[rows, : ngrams.shape[1]] = ngrams[np.asarray(places.drop_null(), np.int64)]


def build(config: TrainConfig, vocabulary: Vocabulary, tokens: int) -> Subwords:
    """Make the unit for a vocabulary of V words, however many of them stand in the text."""
    words = len(vocabulary)
    found = number_ngrams(vocabulary.words, config.min_n, config.max_n, config.buckets)
    offsets = found.offsets + np.arange(words + 1)
    own = np.zeros(offsets[-1], np.bool_)
    own[offsets[:-1]] = True
    rows = np.empty(offsets[-1], np.int32)
    rows[own] = np.arange(words)
    np.add(found.rows, np.int32(words), out=found.rows)  # in place, for they are many
    rows[~own] = found.rows
    weight = (1 / np.diff(offsets)).astype(config.dtype)
    back = weight if config.subword_gradient == "exact" else np.ones_like(weight)
    return Subwords(words + found.n_rows, offsets, rows, weight, back)


def fit(config: TrainConfig, size: RunSize) -> dict[str, Any]:
    """Return settings that fit a run of this size, for those that are None."""
    cbow = config.architecture == "cbow"
    rate, words, times = CBOW_RATE if cbow else SKIPGRAM_RATES[config.subword_gradient]
    return {"learning_rate": size.at_most(rate, words, times=times)}


def most_input_rows(config: TrainConfig, unit: Subwords, tokens: int) -> int:
    """Return how many input rows a text of so many tokens visits at the most."""
    lengths = np.sort(np.diff(unit.offsets))
    return int(lengths[-tokens:].sum())


@implements(gather_input, Subwords)
def _gather_input(unit: Any, matrix: Any, word: Any, out: Any, at: Any) -> None:
    rows = unit.rows[unit.offsets[word] : unit.offsets[word + 1]]
    gather_sum(matrix, rows, unit.weight[word], out, at)


@implements(scatter_input, Subwords)
def _scatter_input(unit: Any, matrix: Any, word: Any, delta: Any, at: Any) -> None:
    rows = unit.rows[unit.offsets[word] : unit.offsets[word + 1]]
    add_to_rows(matrix, rows, unit.back[word], delta, at)


@implements(prefetch_input, Subwords)
def _prefetch_input(unit: Any, matrix: Any, word: Any) -> None:
    for i in range(unit.offsets[word], unit.offsets[word + 1]):
        prefetch_row(matrix, unit.rows[i])
