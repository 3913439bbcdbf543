"""What several models of one text agree on, and what is chance.

Neighbours and similarities change with the seed and with the sample of the text. So they are given
over runs: how many have a neighbour, the interval that holds 95 % of the runs' similarities, and
how often one word was nearer than another. Antoniak and Mimno (2018) ask for just this: several
models, on bootstrap samples of the documents, whenever distances are evidence.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.corpus.vocabulary import Vocabulary
from firth.errors import EvaluationError
from firth.evaluation.over_runs import Band, Neighbor, Neighborhood, Ranking, RunInterval
from firth.evaluation.overlap import Chance, by_chance, counted, overlaps
from firth.evaluation.runs import Run, RunFiles

#: Words are put together by their ranks of frequency: up to each of these, and the rest.
BANDS = (1_000, 5_000, 20_000, 50_000)
#: A neighbourhood is chance if so large a part of those of two different words overlaps as much.
CHANCE = 0.05


class Stability:
    """What runs agree on. Made by :func:`firth.stability`; `open` reads what that has kept.

    Parameters
    ----------
    vocabulary : Vocabulary
        The V words.
    runs : sequence of Run
        Two or more.
    what : mapping
        What the runs are of: ``asked``, ``pairs``, ``k``, ``rankings``, and how they were made.
    interrupted : bool
        Fewer runs than wanted have ended.

    Attributes
    ----------
    rows : (n,) int64
        The words that were asked, by their rows.
    neighbors, cosines : (runs, n, k)
        Their neighbours in each run, and how near these are.
    """

    def __init__(
        self, vocabulary: Vocabulary, runs: list[Run], what: dict[str, Any], interrupted: bool
    ) -> None:
        if len(runs) < 2:
            raise EvaluationError(
                f"{len(runs)} of {what['runs']} runs ended, and what is stable takes two to tell"
            )
        self.vocabulary, self.what, self.interrupted = vocabulary, what, interrupted
        self.rows = np.asarray(what["asked"], np.int64)
        self.neighbors = np.stack([run.neighbors for run in runs])
        self.cosines = np.stack([run.cosines for run in runs])
        self._similarities = np.stack([run.similarities for run in runs])
        self._pairs = {tuple(sorted(pair)): i for i, pair in enumerate(what["pairs"])}

    @classmethod
    def open(cls, folder: str | Path) -> Stability:
        """Open a folder in which runs were kept.

        Raises
        ------
        FormatError
            It holds no runs, or damaged ones.
        EvaluationError
            Fewer than two runs have ended.
        """
        files = RunFiles(folder, "folder")
        what, done = files.what(), files.done()
        runs = [files.read(number) for number in done]
        return cls(files.vocabulary(), runs, what, len(runs) < what["runs"])

    def __len__(self) -> int:
        return len(self.neighbors)

    def __repr__(self) -> str:
        return f"<Stability: {len(self)} runs, {len(self.rows):,} words asked>"

    @property
    def words(self) -> list[Any]:
        """The words that were asked, the most frequent first."""
        return self.vocabulary.words.take(self.rows)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each asked word occurs, (n,)."""
        return self.vocabulary.counts[self.rows]

    @cached_property
    def overlap(self) -> NDArray[np.float64]:
        """Mean overlap of the k nearest over all pairs of runs, (n,), from 0 to 1."""
        return overlaps(self.neighbors)

    @cached_property
    def chance(self) -> Chance:
        """What overlap is chance at each word's frequency; see :mod:`firth.evaluation.overlap`."""
        return by_chance(self.neighbors, self.counts, self.overlap)

    @property
    def unstable(self) -> list[Any]:
        """Words whose neighbourhoods are chance at this size of the text."""
        return self.vocabulary.words.take(self.rows[self.chance.p > CHANCE])

    def neighbors_of(self, word: Any) -> list[Neighbor]:
        """Return a word's neighbours in any run: those of the most runs first, then the nearest.

        Raises
        ------
        UnknownWordError
            There is no such word.
        EvaluationError
            It was not asked; name it with ``ask=``.
        """
        place = self._place(word)
        its, cosines = self.neighbors[:, place], self.cosines[:, place]
        found = [
            Neighbor(self.vocabulary.words[other], runs, RunInterval.of(cosines[its == other]))
            for other, runs in counted(self.neighbors, place)
        ]
        return sorted(found, key=lambda one: (-one.runs, -one.cosine.mean))

    def neighborhood(self, word: Any) -> Neighborhood:
        """Return how stable a word's neighbourhood is; raises as :meth:`neighbors_of`."""
        place, chance = self._place(word), self.chance
        return Neighborhood(
            word,
            int(self.counts[place]),
            float(self.overlap[place]),
            float(chance.mean[place]),
            float(chance.p[place]),
        )

    def neighbor_table(self) -> pa.Table:
        """Return a row for each asked word and each neighbour that two runs or more have."""
        runs, n, k = self.neighbors.shape
        word = np.broadcast_to(np.arange(n)[:, np.newaxis], (runs, n, k)).ravel()
        other, cosine = self.neighbors.ravel(), self.cosines.ravel()
        word, other, cosine = word[other >= 0], other[other >= 0], cosine[other >= 0]
        order = np.lexsort((other, word))
        word, other, cosine = word[order], other[order], cosine[order]
        first = np.flatnonzero((np.diff(word, prepend=-1) != 0) | (np.diff(other, prepend=-1) != 0))
        times = np.diff(first, append=len(word))
        columns = word[first], other[first], np.add.reduceat(cosine, first) / times
        low, high = (how.reduceat(cosine, first) for how in (np.minimum, np.maximum))
        kept = np.flatnonzero(times > 1)
        kept = kept[np.lexsort((-columns[2][kept], -times[kept], columns[0][kept]))]
        array = self.vocabulary.words.array
        return pa.table(
            {
                "word": array.take(pa.array(self.rows[columns[0][kept]])),
                "neighbor": array.take(pa.array(columns[1][kept])),
                "runs": times[kept],
                "cosine": columns[2][kept],
                "least": low[kept],
                "most": high[kept],
            }
        )

    def similarity(self, first: Any, second: Any) -> RunInterval:
        """Return the similarity of two words over the runs, if it was asked for.

        Raises
        ------
        UnknownWordError, EvaluationError
            There is no such word; or the pair was not named.
        """
        return RunInterval.of(self._of_pair(first, second))

    def ranking(self, word: Any, nearer: Any, than: Any) -> Ranking:
        """Tell in how many runs a word is nearer to one word than to another."""
        difference = self._of_pair(word, nearer) - self._of_pair(word, than)
        wins = int((difference > 0).sum())
        return Ranking(word, nearer, than, wins, len(self), RunInterval.of(difference))

    def asked_similarities(self) -> list[tuple[Any, Any, RunInterval]]:
        """Return all pairs that were named, with their similarities."""
        words = self.vocabulary.words
        return [
            (words[a], words[b], RunInterval.of(self._similarities[:, i]))
            for i, (a, b) in enumerate(self.what["pairs"][: self.what["n_pairs"]])
        ]

    def asked_rankings(self) -> list[Ranking]:
        """Return all rankings that were named."""
        words = self.vocabulary.words
        return [self.ranking(*(words[row] for row in rows)) for rows in self.what["rankings"]]

    def bands(self) -> list[Band]:
        """Return figures by frequency."""
        edges = [0, *(edge for edge in BANDS if edge < len(self.vocabulary)), len(self.vocabulary)]
        counts, found = self.vocabulary.counts, []
        for first, last in pairwise(edges):
            its = slice(*np.searchsorted(self.rows, [first, last]))
            overlap = self.overlap[its]
            if not len(overlap):
                continue
            low, high = np.quantile(overlap, [0.1, 0.9]).tolist()
            chance = self.chance
            found.append(
                Band(
                    first + 1, last, int(counts[last - 1]), int(counts[first]), len(overlap),
                    float(overlap.mean()), low, high, float(chance.mean[its].mean()),
                    float((chance.p[its] > CHANCE).mean()),
                )
            )  # fmt: skip
        return found

    def table(self) -> pa.Table:
        """Return a row for each asked word: its overlap, and what is chance."""
        array = self.vocabulary.words.array.take(pa.array(self.rows))
        return pa.table(
            {
                "word": array,
                "count": self.counts,
                "overlap": self.overlap,
                "chance": self.chance.mean,
                "chance_95": self.chance.high,
                "p": self.chance.p,
                "unstable": self.chance.p > CHANCE,
            }
        )

    def _place(self, word: Any) -> int:
        row = self.vocabulary.id(word)
        place = int(np.searchsorted(self.rows, row))
        if place == len(self.rows) or self.rows[place] != row:
            raise EvaluationError(
                f"neighbours of {word!r} were not kept: give ask=[{word!r}] (--ask), or words=None "
                "(--words all)"
            )
        return place

    def _of_pair(self, first: Any, second: Any) -> NDArray[np.float64]:
        key = tuple(sorted([self.vocabulary.id(first), self.vocabulary.id(second)]))
        if key not in self._pairs:
            raise EvaluationError(
                f"the similarity of {first!r} and {second!r} was not kept: name the pair when the "
                "runs are made (similarities=, --similarity)"
            )
        found: NDArray[np.float64] = self._similarities[:, self._pairs[key]]
        return found
