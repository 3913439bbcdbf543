"""Nearest neighbours in a large vocabulary without looking at all of it.

:meth:`firth.vectors.WordVectors.approximate` gives :class:`ApproximateVectors`: the same words, and
answers from an index (:mod:`firth.vectors.hnsw`), which looks at some thousand rows however many
there are. What it finds is compared again in float64, so cosines are those of the exact search, bit
for bit, and what was found stands in the right order. What may be missing is a neighbour.

How many are missing depends on how frequent a word is: frequent words are far from all others, so
that no way leads straight to their neighbours. And frequent words are asked for most. So recall is
measured where the index is made, by bands of frequency, against the exact search, and so is whether
the index is any faster.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from firth.errors import CacheWarning, ConfigError, FormatError
from firth.values import Whole
from firth.vectors import kept
from firth.vectors.among import Among
from firth.vectors.hnsw import Graph, imported
from firth.vectors.matrix import directions, sums
from firth.vectors.search import Metric
from firth.vectors.table import WordVectors

# Recall at ten of the 500 most frequent words, and milliseconds a word, by m and ef_search; seconds
# to build; 82,531 trained vectors of 100, one thread, ef_construction 128:
#   m    64          128         256         512         build
#   12   .913 .075   .937 .141   .961 .264   .975 .553    13
#   16   .932 .096   .951 .183   .969 .340   .982 .647    15
#   24   .949 .104   .965 .200   .978 .365                20
M = 24
EF_CONSTRUCTION = 128
EF_SEARCH = 256

# float32 may put a row behind another that is as near; some more than are asked for.
_SPARE = 8
# Where more of the rows than one in so many would have to be found, looking at all is as fast.
_FEWEST = 32
# Queries at a time: their candidates are compared together.
_AT_ONCE = 1_024

# What recall is measured with: neighbours, words of a band, where bands end, words one at a time.
_NEAREST = 10
_SAMPLED = 500
_EDGES = (500, 1_000, 10_000, 100_000)
_ONE_BY_ONE = 20


class HowToIndex(TypedDict, total=False):
    """What :meth:`firth.vectors.WordVectors.approximate` takes."""

    m: int
    ef_construction: int
    ef_search: int
    keep: bool
    tell: Callable[[str], None] | None


class Band(NamedTuple):
    """How many of the nearest neighbours are found for words of about one frequency.

    Attributes
    ----------
    first, last : int
        The words' ranks by frequency, from 1.
    words : int
        How many of them were asked for.
    recall : float
        Which part of their ten nearest neighbours was found, 0 to 1.
    """

    first: int
    last: int
    words: int
    recall: float


class Speed(NamedTuple):
    """Milliseconds a query: medians, one word at a time, and some hundred together."""

    one: float
    one_exact: float
    many: float
    many_exact: float


class IndexFacts(NamedTuple):
    """What an index is, and what was measured of it when it was made.

    Attributes
    ----------
    m, ef_construction, ef_search : int
        Its parameters.
    n_bytes : int
        Its size on the disk; in memory the vectors come on top, ``4 V dim`` bytes.
    build_seconds : float
        How long it took to make it.
    opened_in : float or None
        How many seconds it took to find and open it; None if it was made just now.
    folder : Path or None
        Where it is kept, if it is.
    recall : tuple of Band
        How much is found, by frequency.
    speed : Speed
        How long it takes.
    """

    m: int
    ef_construction: int
    ef_search: int
    n_bytes: int
    build_seconds: float
    opened_in: float | None
    folder: Path | None
    recall: tuple[Band, ...]
    speed: Speed


class ApproximateVectors(WordVectors):
    """Words and vectors whose neighbours are looked for in an index.

    Made by :meth:`firth.vectors.WordVectors.approximate`. ``most_similar``, ``most_similar_many``,
    ``nearest_rows`` and ``analogy`` (3CosAdd) ask the index. The exact search answers, as before,
    where an index cannot: other metrics and methods, `among`, vectors of zeros, where more than one
    in 32 of all words is wanted; and ``neighbor_graph``.

    Parameters
    ----------
    exact : WordVectors
        The vectors.
    graph : firth.vectors.hnsw.Graph
        Links between them.
    ef_search : int
        How many of the best rows are kept in mind while searching.

    Attributes
    ----------
    exact : WordVectors
        The same, searched exactly.
    index_facts : IndexFacts
        What the index is, and what was measured.
    """

    index_facts: IndexFacts

    def __init__(self, exact: WordVectors, graph: Graph, ef_search: int) -> None:
        self.__dict__.update(exact.__dict__)
        self.exact = exact
        self._graph = graph
        self._ef_search = ef_search

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_graph": self._graph.to_bytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._graph = Graph.from_bytes(state["_graph"], self.matrix)

    def _nearest(
        self,
        queries: NDArray[np.float64],
        k: int,
        excluded: Sequence[Sequence[int]] | NDArray[np.integer] | None,
        among: Among,
        metric: Metric,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        most_excluded = max(map(len, excluded), default=0) if excluded is not None else 0
        fetched = k + most_excluded + _SPARE
        if among is not None or metric != "cosine" or fetched * _FEWEST > len(self):
            return self.exact._nearest(queries, k, excluded, among, metric)
        rows = np.empty((len(queries), k), dtype=np.int64)
        cosines = np.empty((len(queries), k))
        for start in range(0, len(queries), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            without = None if excluded is None else excluded[some]
            rows[some], cosines[some] = self._found(queries[some], k, without, fetched)
        short = np.flatnonzero(rows[:, -1] < 0)
        if short.size:
            without = None if excluded is None else [excluded[query] for query in short.tolist()]
            rows[short], cosines[short] = self.exact._nearest(
                queries[short], k, without, None, metric
            )
        return rows, cosines

    def _found(
        self,
        queries: NDArray[np.float64],
        k: int,
        excluded: Sequence[Sequence[int]] | NDArray[np.integer] | None,
        fetched: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the best of what the index finds; -1 where that is not enough, (n, k) each."""
        pointing = directions(queries)
        rows = self._graph.candidates(pointing, fetched, self._ef_search)
        rows[~pointing.any(axis=1)] = -1  # all is equally near, and the first rows are the answer
        for query, some in enumerate(() if excluded is None else excluded):
            # A word is no answer to itself: mostly this is one row, and isin takes its time.
            out = rows[query] == some[0] if len(some) == 1 else np.isin(rows[query], some)
            rows[query, out] = -1
        known = np.nonzero(rows >= 0)
        terms = directions(self.matrix[rows[known]])
        terms *= pointing[known[0]]
        cosines = np.full(rows.shape, -np.inf)
        cosines[known] = np.clip(sums(terms), -1.0, 1.0)
        best = np.lexsort((rows, -cosines), axis=-1)[:, :k]
        return np.take_along_axis(rows, best, axis=1), np.take_along_axis(cosines, best, axis=1)


def approximate(
    vectors: WordVectors,
    *,
    m: int = M,
    ef_construction: int = EF_CONSTRUCTION,
    ef_search: int = EF_SEARCH,
    keep: bool = True,
    tell: Callable[[str], None] | None = None,
) -> ApproximateVectors:
    """Find or make an index; see :meth:`firth.vectors.WordVectors.approximate`."""
    m = Whole(2, 256).check("m", m)
    ef_construction = Whole(1, 10_000).check("ef_construction", ef_construction)
    ef_search = Whole(1, 10_000).check("ef_search", ef_search)
    if isinstance(vectors, ApproximateVectors):
        vectors = vectors.exact
    if not vectors.matrix.size:
        raise ConfigError(f"{vectors!r} holds no vector that an index could be made of")
    wanted = kept.Wanted(m, ef_construction, str(imported().__version__))
    _ = vectors._held.scales  # that all is finite
    begin = time.perf_counter()
    matrix, opened_in = vectors.matrix, None
    found = kept.find(matrix, wanted) if keep else kept.Found("")
    graph, links, folder, build_seconds = None, found.links, found.folder, 0.0
    if folder is not None:
        try:
            build_seconds = float(found.record["build_seconds"])
            graph = Graph.from_bytes(links, matrix)
            opened_in = time.perf_counter() - begin
        except (FormatError, KeyError, TypeError, ValueError) as error:
            found = kept.reject(found, str(error))
    if graph is None:
        _tell_of_building(f"an index of {len(vectors):,} words is built", found.why_not, tell)
        begin = time.perf_counter()
        graph = Graph.build(matrix, m, ef_construction)
        build_seconds = time.perf_counter() - begin
        links = graph.to_bytes()
        folder = None
    made = ApproximateVectors(vectors, graph, ef_search)
    measured = _measured_before(found.record, ef_search)
    if measured is None:
        measured = measure(made)
        about = {"build_seconds": build_seconds, "measured": _as_record(ef_search, *measured)}
        if folder is not None:
            kept.amend(folder, about)
        elif keep:
            folder = kept.keep(matrix, found.digest, wanted, links, about)
    facts = (m, ef_construction, ef_search, len(links), build_seconds, opened_in, folder)
    made.index_facts = IndexFacts(*facts, *measured)
    return made


def _tell_of_building(what: str, why: str, tell: Callable[[str], None] | None) -> None:
    line = f"{why}: {what} anew" if why else what
    if tell is not None:
        tell(line)
    elif why:
        warnings.warn(line, CacheWarning, stacklevel=4)


def measure(vectors: ApproximateVectors) -> tuple[tuple[Band, ...], Speed]:
    """Compare an index with the exact search.

    A neighbour counts as found if what was found is as near: of words with the same vector it
    makes no difference which is found.

    Returns
    -------
    bands : tuple of Band
        Recall of up to 500 words each: the most frequent ones, and some of those up to rank 1,000,
        10,000, 100,000 and the rest. Words go by their counts, or by rows where there are none.
    speed : Speed
        Medians of the bands, and of twenty words.
    """
    counts = vectors.counts
    ranked = np.arange(len(vectors)) if counts is None else np.argsort(-counts, kind="stable")
    k = min(_NEAREST, max(1, len(vectors) - 1))
    draw = np.random.default_rng(0)
    edges = [0, *(edge for edge in _EDGES if edge < len(vectors)), len(vectors)]
    bands, many, many_exact, asked = [], [], [], []
    for first, last in pairwise(edges):
        some = ranked[first:last]
        if len(some) > _SAMPLED:
            some = some[np.sort(draw.choice(len(some), _SAMPLED, replace=False))]
        seconds, cosines = _timed(vectors, some, k)
        seconds_exact, truth = _timed(vectors.exact, some, k)
        found = np.count_nonzero(cosines >= truth[:, -1:], axis=1) / k
        bands.append(Band(first + 1, last, len(some), float(found.mean())))
        many.append(seconds / len(some))
        many_exact.append(seconds_exact / len(some))
        asked.append(some)
    singles = np.concatenate(asked)
    singles = singles[np.linspace(0, len(singles) - 1, _ONE_BY_ONE).astype(int)][:, np.newaxis]
    one, one_exact = (
        median(_timed(searched, word, k)[0] for word in singles)
        for searched in (vectors, vectors.exact)
    )
    speed = (1e3 * seconds for seconds in (one, one_exact, median(many), median(many_exact)))
    return tuple(bands), Speed(*speed)


def _timed(
    vectors: WordVectors, rows: NDArray[np.int64], k: int
) -> tuple[float, NDArray[np.float64]]:
    """Return the seconds that the neighbours of some words take, and their cosines."""
    queries = vectors.matrix[rows].astype(np.float64)
    begin = time.perf_counter()
    _, cosines = vectors._nearest(queries, k, rows[:, np.newaxis], None, "cosine")
    return time.perf_counter() - begin, cosines


def _as_record(ef_search: int, bands: Iterable[Band], speed: Speed) -> dict[str, Any]:
    return {
        "ef_search": ef_search,
        "recall": [band._asdict() for band in bands],
        "speed": speed._asdict(),
    }


def _measured_before(
    record: Mapping[str, Any], ef_search: int
) -> tuple[tuple[Band, ...], Speed] | None:
    """Return what was measured when the index was made, if it was asked in the same way then."""
    try:
        measured = record["measured"]
        if measured["ef_search"] != ef_search:
            return None
        return tuple(Band(**band) for band in measured["recall"]), Speed(**measured["speed"])
    except (KeyError, TypeError):
        return None
