"""Link prediction: whether held-out edges of a graph score above pairs that are no edges.

The figure is the area under the ROC curve: how often a held-out edge scores higher than a pair of
nodes without an edge, equal scores counting half (Liben-Nowell and Kleinberg, "The Link-Prediction
Problem for Social Networks", 2007; Grover and Leskovec, "node2vec", 2016, section 4.4). Beside it
stand two baselines of the former, from the graph that was learnt: *popularity*, the product of the
two numbers of neighbours (preferential attachment), and *co-occurrence*, common neighbours.
Intervals are over held-out edges; the pairs they are compared with stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import EvaluationError
from firth.evaluation.figures import Bootstrap, Figure
from firth.evaluation.formulas import share
from firth.evaluation.report import Report, report_on
from firth.evaluation.sets import Judged
from firth.model import Model
from firth.values import Whole
from firth.vectors import WordVectors
from firth.vectors.matrix import directions

Edge = tuple[str, str]
#: Scores pairs; None where a node is unknown.
Score = Callable[[Sequence[Edge]], NDArray[np.float64]]

# So many times as many pairs of nodes as are wanted: all of them are looked at. In larger graphs
# they are drawn, so often at most.
_FEW, _TRIES = 20, 20


def evaluate_links(
    models: Mapping[str, Model | WordVectors],
    edges: Iterable[Sequence[Any]],
    *,
    training: Iterable[Sequence[Any]] | None = None,
    pairs: int = 10_000,
    draws: int = 1_000,
    level: float = 0.95,
    seed: int = 1,
) -> Report:
    """Compare held-out edges with pairs of nodes that have none.

    Parameters
    ----------
    models : mapping of str to Model or WordVectors
        By name. Pairs are scored by cosine; of a `Model` with output vectors of nodes also by the
        products of either's input and the other's output vector ("in-out").
    edges : iterable of pairs of str or of int
        Held-out edges, whose direction makes no difference; of longer items the first two count.
    training : iterable of sequences, optional
        Walks, or edges, that were learnt: nodes next to each other have an edge. Without them
        there are no baselines, and any edge that was learnt may be taken for a pair that has none.
    pairs : int
        Pairs without an edge that are drawn at most.
    draws, level, seed
        Of the intervals: as for :func:`firth.evaluation.evaluate`.

    Returns
    -------
    Report
        Rows for every way to score, the baselines among them, and all differences.

    Raises
    ------
    EvaluationError
        There are no edges, no pairs without an edge, or no model knows any.
    """
    bootstrap, pairs = Bootstrap(draws, level, seed).checked(), Whole(1).check("pairs", pairs)
    held = list(dict.fromkeys(_edge(str(edge[0]), str(edge[1])) for edge in edges if len(edge) > 1))
    learnt = None if training is None else _graph(training)
    without = _pairs_without(held, learnt or {}, pairs, bootstrap.seed)
    if not held or not without:
        raise EvaluationError(
            f"{len(held):,} held-out edges and {len(without):,} pairs without an edge; one of each "
            "is needed at least"
        )
    scores: dict[str, Score] = {}
    for name, model in models.items():
        scores.update(_scores(name, model))
    if learnt is not None:
        scores.update(_baselines(learnt))
    judged = {name: _judged(score, held, without) for name, score in scores.items()}
    return report_on(list(scores), {"links": "links"}, {"links": judged}, bootstrap)


def _edge(first: str, second: str) -> Edge:
    return (first, second) if first <= second else (second, first)


def _graph(walks: Iterable[Sequence[Any]]) -> dict[str, set[str]]:
    """Return the neighbours of each node: those next to it in a walk.

    >>> sorted(_graph([["a", "b", "c"]])["b"])
    ['a', 'c']
    """
    near: dict[str, set[str]] = {}
    for walk in walks:
        for first, second in pairwise(map(str, walk)):
            near.setdefault(first, set()).add(second)
            near.setdefault(second, set()).add(first)
    return near


def _pairs_without(
    held: Sequence[Edge], learnt: Mapping[str, set[str]], pairs: int, seed: int
) -> list[Edge]:
    """Draw different pairs of different nodes that have no edge, neither learnt nor held out."""
    nodes = sorted({node for edge in held for node in edge} | set(learnt))
    taken = set(held)
    rng = np.random.default_rng(seed)

    def free(edge: Edge) -> bool:
        return edge[0] != edge[1] and edge not in taken and edge[1] not in learnt.get(edge[0], ())

    if len(nodes) ** 2 <= _FEW * pairs:  # where most are taken, drawing finds few
        every = list(filter(free, combinations(nodes, 2)))
        chosen = rng.permutation(len(every))[:pairs].tolist()
        return [every[place] for place in chosen]
    found: dict[Edge, None] = {}
    for _ in range(_TRIES):
        drawn = rng.integers(0, len(nodes), (pairs, 2)).tolist()
        edges = (_edge(nodes[first], nodes[second]) for first, second in drawn)
        found |= dict.fromkeys(filter(free, edges))
        if len(found) >= pairs:
            break
    return list(found)[:pairs]


def _judged(
    score: Score, held: Sequence[Edge], without: Sequence[Edge]
) -> Judged | EvaluationError:
    scores, others = score(held), score(without)
    known = np.flatnonzero(~np.isnan(scores))
    others = np.sort(others[~np.isnan(others)])
    if not len(known) or not len(others):
        return EvaluationError("no edge, or no pair without one, has two nodes that are known")
    ends = [np.searchsorted(others, scores[known], side=side) for side in ("left", "right")]
    above = (ends[0] + ends[1]) / (2 * len(others))
    figure = Figure("auc", known, (above, np.ones(len(known))), share)
    return Judged((figure,), {"": len(held) - len(known)})


def _scores(name: str, model: Model | WordVectors) -> Iterator[tuple[str, Score]]:
    vectors = model.vectors if isinstance(model, Model) else model
    unit = directions(vectors.matrix)
    rows = {str(word): row for row, word in enumerate(vectors.words)}

    def scored(
        first: NDArray[Any], second: NDArray[Any], pairs: Sequence[Edge]
    ) -> NDArray[np.float64]:
        places = np.array([[rows.get(node, -1) for node in pair] for pair in pairs])
        found = np.full(len(pairs), np.nan)
        known = np.flatnonzero((places >= 0).all(axis=1))
        a, b = places[known].T
        found[known] = np.einsum("nd,nd->n", first[a], second[b])
        found[known] += np.einsum("nd,nd->n", second[a], first[b])
        return found

    yield f"{name} (cosine)", lambda pairs: scored(unit, unit, pairs)
    if isinstance(model, Model) and model.rows.get("output") == "words":
        output = model.matrices["output"]
        yield f"{name} (in-out)", lambda pairs: scored(vectors.matrix, output, pairs)


def _baselines(learnt: Mapping[str, set[str]]) -> Iterator[tuple[str, Score]]:
    def each(pairs: Sequence[Edge], score: Callable[[set[str], set[str]], int]) -> Any:
        near = [(learnt.get(first, set()), learnt.get(second, set())) for first, second in pairs]
        return np.array([score(*some) for some in near], dtype=np.float64)

    yield "popularity", lambda pairs: each(pairs, lambda a, b: len(a) * len(b))
    yield "co-occurrence", lambda pairs: each(pairs, lambda a, b: len(a & b))
