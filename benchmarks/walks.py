"""Random walks on a graph whose communities are planted (a degree-corrected block model).

Nodes are numbered community by community. Their weights fall by rank as in clicks.py. The first
end of an edge is any node in proportion to weight; the other is of the same community, or with
chance `mixing` any node. A walk goes from each node to one of its neighbours, all alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from clicks import Sessions, bounds, cumulated, draw_between, zipf
from numpy.typing import NDArray


class Graph(NamedTuple):
    """A graph of n nodes; the neighbours of i are ``neighbours[starts[i]:starts[i + 1]]``."""

    community: NDArray[np.int64]
    neighbours: NDArray[np.int64]
    starts: NDArray[np.int64]


def make_graph(
    n_nodes: int = 5_000,
    n_communities: int = 50,
    degree: float = 20.0,
    mixing: float = 0.3,
    exponent: float = 0.6,
    seed: int = 1,
) -> Graph:
    """Draw a graph; every node has a neighbour.

    Examples
    --------
    >>> graph = make_graph(n_nodes=200, n_communities=4, degree=10)
    >>> len(graph.neighbours), int(np.diff(graph.starts).min()) > 0
    (2400, True)
    """
    draw = np.random.default_rng([seed, 0])
    community = np.sort(np.arange(n_nodes) % n_communities)
    cumulative = cumulated(zipf(draw, n_nodes, exponent))
    first, last = bounds(community)
    n_edges = int(n_nodes * degree / 2)
    zero, one = np.zeros(n_edges), np.ones(n_edges)
    # One edge for each node, so that none is alone; the others where the weights are.
    ends = np.concatenate([np.arange(n_nodes), draw_between(draw, cumulative, zero, one)])
    inside = draw.random(len(ends)) >= mixing
    low = np.where(inside, cumulative[first[ends]], 0.0)
    high = np.where(inside, cumulative[last[ends]], 1.0)
    others = draw_between(draw, cumulative, low, high)
    sources, targets = np.concatenate([ends, others]), np.concatenate([others, ends])
    order = np.argsort(sources, kind="stable")
    starts = np.searchsorted(sources[order], np.arange(n_nodes + 1))
    return Graph(community, targets[order], starts)


def draw_walks(graph: Graph, per_node: int, length: int, seed: int) -> Sessions:
    """Begin `per_node` walks of `length` nodes at each node, in a random order.

    Examples
    --------
    >>> graph = make_graph(n_nodes=200, n_communities=4, degree=10)
    >>> walks = draw_walks(graph, per_node=2, length=5, seed=1)
    >>> len(walks.items), walks.offsets[:3].tolist()
    (2000, [0, 5, 10])
    """
    draw = np.random.default_rng([seed, 1])
    current = draw.permutation(np.tile(np.arange(len(graph.community)), per_node))
    walks = np.empty((len(current), length), np.int64)
    for step in range(length):
        walks[:, step] = current
        degree = graph.starts[current + 1] - graph.starts[current]
        place = np.minimum((draw.random(len(current)) * degree).astype(np.int64), degree - 1)
        current = graph.neighbours[graph.starts[current] + place]
    return Sessions(walks.ravel(), np.arange(0, walks.size + 1, length))
