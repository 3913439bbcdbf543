"""Two models side by side: which words moved, how far, and between which neighbours.

Two distances, as Hamilton, Leskovec and Jurafsky (2016b, section 3) tell them apart:

- global: 1 - cos(R x_w, y_w), after alignment (:mod:`firth.evaluation.alignment`). It tells that
  everything around a word moved, too.
- local: how a word's similarities with its own nearest neighbours changed. With n_1 … n_m the k
  nearest in either model and ``s_j = cos(w, n_j)`` in each, it is ``1 - cos(s, s')``. It needs no
  alignment.

Rare words move more than frequent ones by chance alone. So movement is also given in units of
chance: against words of the same frequency, and, where several runs of each text are given, against
how far the same word moves between two runs of one text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, EvaluationError
from firth.evaluation.alignment import Alignment, Weighting, align, anchor_weights
from firth.evaluation.frequency import usual
from firth.values import Whole, is_number
from firth.vectors import WordVectors
from firth.vectors.matrix import FloatMatrix, directions, scales
from firth.vectors.search import nearest

#: Neighbours that the local distance is about, as in Hamilton, Leskovec and Jurafsky (2016b).
LOCAL = 25
_LEAST = 1e-12


class Chance(NamedTuple):
    """What several runs of each text say of movement.

    Attributes
    ----------
    within : (n,) float64
        How far each word moves between two runs of one text: the mean over pairs of runs, of words
        of its frequency.
    low, high : (n,) float64
        2.5th and 97.5th percentile of the movement between a run of the first text and one of the
        second.
    """

    within: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class Pair(NamedTuple):
    """Two words whose similarity changed."""

    word: Any
    other: Any
    first: float
    second: float


class Comparison:
    """Two models in the words that both have. Made by :func:`compare`.

    Attributes
    ----------
    words : WordList
        (n,) the words, in the order of the first model.
    rows : (2, n) int64
        Their rows in each model.
    counts : (2, n) int64, or None
        How often they occur, where both models know it.
    alignment : Alignment
        From the first to the second.
    movement : (n,) float64
        The global distance; with runs the mean over pairs of a run of each text.
    usual, score : (n,) float64
        The median movement of words of the same frequency; and how far beyond it this word's is, in
        standard deviations of theirs.
    chance : Chance or None
        What runs say, if they were given.
    """

    def __init__(
        self,
        first: WordVectors,
        second: WordVectors,
        rows: NDArray[np.int64],
        anchors: NDArray[np.int64],
        weights: Weighting,
        centred: bool,
    ) -> None:
        self.first, self.second, self.rows = first, second, rows
        words = WordList.of(first.words)
        self.words = WordList(words.array.take(pa.array(rows[0])), words.integers)
        known = first.counts is not None and second.counts is not None
        self.counts = (
            np.stack([first.counts[rows[0]], second.counts[rows[1]]])  # type: ignore[index]
            if known
            else None
        )
        self._matrices = first.matrix[rows[0]], second.matrix[rows[1]]
        self._how = anchors, weights, centred
        self.alignment, movement = self._moved(*self._matrices)
        self._measure(movement)
        self.chance: Chance | None = None

    def _measure(self, movement: NDArray[np.float64]) -> None:
        self.movement = movement
        self.usual, spread = usual(movement, self.frequency)
        self.score = (movement - self.usual) / np.maximum(spread, _LEAST)

    def __len__(self) -> int:
        return len(self.words)

    def __repr__(self) -> str:
        return f"<Comparison: {len(self):,} words in both models>"

    @property
    def frequency(self) -> NDArray[np.float64]:
        """How frequent words are: the lesser count, or the order of the rows if none is known."""
        found = -self.rows.sum(axis=0) if self.counts is None else self.counts.min(axis=0)
        return np.asarray(found, np.float64)

    def _moved(
        self, first: FloatMatrix, second: FloatMatrix
    ) -> tuple[Alignment, NDArray[np.float64]]:
        anchors, weights, centred = self._how
        counts = (None, None) if self.counts is None else self.counts[:, anchors]
        mass = anchor_weights(weights, *counts)
        found = align(first[anchors], second[anchors], mass, centred=centred)
        return found, found.moved(first, second)

    def with_runs(self, first: Sequence[FloatMatrix], second: Sequence[FloatMatrix]) -> Comparison:
        """Say what is chance by several runs of each text; return this comparison.

        Parameters
        ----------
        first, second : sequences of (V, dim) floats
            Vectors of runs, in the rows of the models that are compared; two or more of each.

        Raises
        ------
        EvaluationError
            There are fewer than two runs of one, or they are of other words.
        """
        for name, runs, model in (("first", first, self.first), ("second", second, self.second)):
            if len(runs) < 2 or any(len(matrix) != len(model) for matrix in runs):
                raise EvaluationError(
                    f"of the {name} model there are {len(runs)} runs; two or more are needed, of "
                    f"its {len(model):,} words"
                )
        between = [
            self._moved(a[self.rows[0]], b[self.rows[1]])[1]
            for a, b in zip(first, second, strict=False)
        ]
        within = [
            self._moved(one[rows], other[rows])[1]
            for runs, rows in ((first, self.rows[0]), (second, self.rows[1]))
            for one, other in pairwise(runs)
        ]
        # As far as single runs: their mean is nearer to that of others than they are themselves.
        self._measure(np.mean(between, axis=0))
        low, high = np.quantile(between, [0.025, 0.975], axis=0)
        middle, _ = usual(np.mean(within, axis=0), self.frequency)
        self.chance = Chance(middle, low, high)
        return self

    def order(self, by: str = "score") -> NDArray[np.int64]:
        """Return places of words, those that moved most first.

        Parameters
        ----------
        by : {"score", "movement", "chance"}
            Against words of the same frequency; as it is; or against chance, which needs runs.

        Raises
        ------
        ConfigError
            There is no such order, or no runs.
        """
        figures = {"score": self.score, "movement": self.movement}
        if self.chance is not None:
            figures["chance"] = self.movement / np.maximum(self.chance.within, _LEAST)
        if by not in figures:
            raise ConfigError(f"by is {by!r}; it must be one of {', '.join(figures)}")
        return np.argsort(-figures[by], kind="stable")

    def moved(self, n: int = 20, by: str = "score") -> list[Any]:
        """Return the n words that moved most."""
        return self.words.take(self.order(by)[: Whole(1).check("n", n)])

    def figures(self, word: Any) -> dict[str, Any]:
        """Return what the table has of a word, by name."""
        return self._columns(np.array([self._place(word)])).to_pylist()[0]  # type: ignore[no-any-return]

    def neighbors(self, word: Any, k: int = 10) -> tuple[list[Any], list[Any]]:
        """Return the k nearest words in each model, among those that both have."""
        place = self._place(word)
        found, _ = self._nearest(np.array([place]), k)
        first, second = (self.words.take(rows[0][rows[0] >= 0]) for rows in found)
        return first, second

    def local(self, words: Iterable[Any], k: int = LOCAL) -> NDArray[np.float64]:
        """Return the local distance of some words, (n,), from 0 to 2."""
        places = np.array([self._place(word) for word in words], np.int64)
        found, _ = self._nearest(places, k)
        distances = np.empty(len(places))
        for i, place in enumerate(places):
            near = np.union1d(found[0][i], found[1][i])
            near = near[near >= 0]
            similar = [
                directions(matrix[near]) @ directions(matrix[[place]])[0]
                for matrix in self._matrices
            ]
            lengths = np.linalg.norm(similar[0]) * np.linalg.norm(similar[1])
            cosine = float(similar[0] @ similar[1]) / max(float(lengths), _LEAST)
            distances[i] = 1.0 - min(1.0, cosine)
        return distances

    def pairs(self, n: int = 20, *, top: int = 2_000, k: int = 10) -> list[Pair]:
        """Return pairs of words whose similarity changed most, those first.

        Parameters
        ----------
        n : int
            How many.
        top : int
            Pairs of one of the first so many words, with its k nearest in either model.
        k : int
            Neighbours.
        """
        asked = np.arange(min(top, len(self)))
        found, _ = self._nearest(asked, k)
        one = np.repeat(asked, 2 * min(k, len(self) - 1))
        other = np.concatenate(found, axis=1).ravel()
        edges = np.unique(np.sort(np.stack([one, other]), axis=0)[:, other >= 0], axis=1)
        ends = [
            np.einsum("pd,pd->p", directions(matrix[edges[0]]), directions(matrix[edges[1]]))
            for matrix in self._matrices
        ]
        best = np.argsort(-np.abs(ends[1] - ends[0]), kind="stable")[:n]
        return [
            Pair(
                self.words[int(edges[0, i])], self.words[int(edges[1, i])],
                float(ends[0][i]), float(ends[1][i]),
            )
            for i in best
        ]  # fmt: skip

    def turned(self) -> WordVectors:
        """Return all words of the first model in the space of the second: as explorers show it.

        Lengths are kept, and so are the angles among them.
        """
        matrix = self.alignment.turned(self.first.matrix).astype(self.first.matrix.dtype)
        return WordVectors(
            self.first.words, matrix, counts=self.first.counts, normalize=self.first.normalize
        )

    def table(self, by: str = "score") -> pa.Table:
        """Return a row for each word that both have, those that moved most first."""
        return self._columns(self.order(by))

    def _columns(self, order: NDArray[np.int64]) -> pa.Table:
        columns: dict[str, Any] = {"word": self.words.array.take(pa.array(order))}
        if self.counts is not None:
            columns |= {"count_first": self.counts[0, order], "count_second": self.counts[1, order]}
        columns |= {
            "movement": self.movement[order],
            "usual": self.usual[order],
            "score": self.score[order],
        }
        if self.chance is not None:
            within = self.chance.within[order]
            columns |= {
                "low": self.chance.low[order],
                "high": self.chance.high[order],
                "chance": within,
                "ratio": self.movement[order] / np.maximum(within, _LEAST),
            }
        return pa.table(columns)

    @cached_property
    def _places(self) -> dict[Any, int]:
        return {word: place for place, word in enumerate(self.words)}

    def _place(self, word: Any) -> int:
        place = self.words.find(self._places, word)
        if place is None:
            if word in self.first or word in self.second:
                which = "first" if word in self.first else "second"
                raise EvaluationError(f"{word!r} is in the {which} model only")
            self.first.index(word)  # which says what there is instead
        assert place is not None
        return place

    def _nearest(
        self, places: NDArray[np.int64], k: int
    ) -> tuple[list[NDArray[np.int64]], list[NDArray[np.float64]]]:
        """Find neighbours of words in both models, among the words that both have."""
        k = Whole(1).check("k", k)
        found = [
            nearest(matrix, known, matrix[places], k, places[:, np.newaxis])
            for matrix, known in zip(self._matrices, self._scales, strict=True)
        ]
        return [rows for rows, _ in found], [values for _, values in found]

    @cached_property
    def _scales(self) -> list[NDArray[np.float32]]:
        return [scales(matrix) for matrix in self._matrices]


def compare(
    first: WordVectors,
    second: WordVectors,
    *,
    anchors: int | Iterable[Any] | None = None,
    weights: Weighting = "equal",
    centred: bool = False,
) -> Comparison:
    """Align two models, and say how far each word that both have moved.

    Parameters
    ----------
    first, second : WordVectors or Model
        The models; their dimensions may differ.
    anchors : int or iterable of words, optional
        Words that they are aligned by: so many of the first that both have, or these. All that both
        have by default.
    weights : {"equal", "frequency"}
        How much anchors count: all alike, or by the square root of how often they occur.
    centred : bool
        Take the mean of the anchors away first, in each model.

    Raises
    ------
    EvaluationError
        They have no word in common, or none of the anchors.
    ConfigError
        An option is something else.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> matrix = random.normal(size=(300, 8))
    >>> words = [f"w{i}" for i in range(300)]
    >>> turn = np.linalg.qr(random.normal(size=(8, 8)))[0]
    >>> other = matrix @ turn + random.normal(size=(300, 8)) / 20
    >>> other[[5, 9]] = other[[9, 5]]                                # two words changed places
    >>> sorted(compare(WordVectors(words, matrix), WordVectors(words, other)).moved(2))
    ['w5', 'w9']
    """
    one, other = (getattr(model, "vectors", model) for model in (first, second))
    for name, model in (("first", one), ("second", other)):
        if not isinstance(model, WordVectors):
            raise ConfigError(
                f"{name} is {type(model).__name__}; it must be WordVectors or a Model"
            )
    places = pc.index_in(WordList.of(one.words).array, WordList.of(other.words).array)
    shared = np.flatnonzero(np.asarray(pc.is_valid(places)))
    if not len(shared):
        raise EvaluationError("the models have no word in common: there is nothing to compare")
    rows = np.stack([shared, np.asarray(places.drop_null(), np.int64)])
    return Comparison(one, other, rows, _anchors(anchors, one, rows[0]), weights, centred)


def _anchors(anchors: Any, model: WordVectors, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return places of the anchors among the words that both have."""
    if anchors is None:
        return np.arange(len(rows))
    if is_number(anchors):
        return np.arange(min(Whole(1).check("anchors", anchors), len(rows)))
    if isinstance(anchors, str) or not isinstance(anchors, Iterable):
        raise ConfigError(
            f"anchors is {anchors!r}; it must be a number of words, or a list of words"
        )
    wanted = np.array([model.index(word) for word in anchors], np.int64)
    places = np.flatnonzero(np.isin(rows, wanted))
    if not len(places):
        raise EvaluationError("none of the anchors is in both models")
    return places
