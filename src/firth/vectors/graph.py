"""The exact graph of nearest neighbours of a whole vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.vectors.matrix import FloatMatrix
from firth.vectors.search import Metric, nearest

# Words asked at a time: the matrix is read once for each lot, so few lots where it is mapped.
_AT_ONCE = 16_384


class NeighborGraph(NamedTuple):
    """The nearest neighbours of each of n words.

    Attributes
    ----------
    rows : (n,) int64
        The words, by their rows.
    neighbors : (n, m) int64
        Rows of the neighbours of each, nearest first; -1 where there are fewer than `k`.
    values : (n, m) float64
        Cosines, products or distances.
    """

    rows: NDArray[np.int64]
    neighbors: NDArray[np.int64]
    values: NDArray[np.float64]


def graph_parts(
    matrix: FloatMatrix,
    scales: NDArray[np.float32],
    k: int,
    never: NDArray[np.int64] | None,
    metric: Metric,
) -> Iterator[NeighborGraph]:
    """Yield the graph in pieces, so that it need not be in memory as a whole.

    Parameters
    ----------
    matrix, scales, never, metric
        As for :func:`firth.vectors.search.nearest`; `never` are rows that are not in the graph.
    k : int
        Neighbours wanted of each word.
    """
    rows = np.arange(len(matrix))
    if never is not None:
        rows = np.delete(rows, never)
    for start in range(0, max(1, len(rows)), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        itself = some[:, np.newaxis]
        yield NeighborGraph(
            some, *nearest(matrix, scales, matrix[some], k, itself, never, metric=metric)
        )


def joined(parts: Iterable[NeighborGraph]) -> NeighborGraph:
    """Put the pieces of a graph together."""
    return NeighborGraph(*map(np.concatenate, zip(*parts, strict=True)))


def as_table(words: WordList, graph: NeighborGraph, value: str) -> pa.Table:
    """Turn a piece of a graph into edges: word, neighbor, rank (from 1) and `value`.

    Examples
    --------
    >>> from firth.vectors import WordVectors
    >>> vectors = WordVectors(["a", "b", "c"], [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> as_table(vectors.words, vectors.neighbor_graph(k=1), "cosine").to_pylist()[0]
    {'word': 'a', 'neighbor': 'b', 'rank': 1, 'cosine': 0.7071067811865475}
    """
    known = graph.neighbors >= 0
    word = np.broadcast_to(graph.rows[:, np.newaxis], known.shape)[known]
    rank = np.broadcast_to(np.arange(1, known.shape[1] + 1, dtype=np.int32), known.shape)[known]
    kind = pa.int64() if words.integers else pa.string()
    return pa.table(
        {
            "word": words.array.take(pa.array(word)).cast(kind),
            "neighbor": words.array.take(pa.array(graph.neighbors[known])).cast(kind),
            "rank": rank,
            value: graph.values[known],
        }
    )
