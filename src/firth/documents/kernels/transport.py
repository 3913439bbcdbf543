r"""The optimal transport of whole amounts: from rows to columns, as cheap as can be.

::

    minimise    sum_ij costs[i, j] flow[i, j]
    such that   sum_j flow[i, j] = supply[i],   sum_i flow[i, j] = demand[j],   flow >= 0

By successive shortest paths (Ahuja, Magnanti and Orlin, "Network Flows", 1993, section 9.7), with
duals such that no reduced cost ``costs[i, j] - u[i] - v[j]`` is below 0 (Edmonds and Karp 1972).
Each search begins at all rows that still have something; the duals that it begins with are those of
Jonker and Volgenant, "A Shortest Augmenting Path Algorithm for Dense and Sparse Linear Assignment
Problems", 1987. Amounts are whole numbers: nothing of them is lost to rounding, and it must end.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np

from firth.training.engine.compiler import kernel


class Paths(NamedTuple):
    """What a transport leaves, and room for its searches; all may be larger than need be.

    Attributes
    ----------
    flow : (n, m) int64
        What goes from each row to each column.
    u, v : (n,), (m,) float64
        The duals, ``u[i] + v[j] <= costs[i, j]`` but for rounding, with equality where something
        flows: the proof that nothing is cheaper.
    reach : (n + m,) float64
        How far rows, and columns behind them, are from what is left.
    settled : (n + m,) bool
        Whether that is known.
    via : (n + m,) int64
        The node before each; -1 for none.
    """

    flow: Any
    u: Any
    v: Any
    reach: Any
    settled: Any
    via: Any

    @classmethod
    def of(cls, n: int, m: int) -> Self:
        """Make it for `n` rows and `m` columns."""
        return cls(
            np.empty((n, m), np.int64), np.empty(n), np.empty(m),
            np.empty(n + m), np.empty(n + m, np.bool_), np.empty(n + m, np.int64),
        )  # fmt: skip


@kernel
def transport(n: Any, m: Any, costs: Any, supply: Any, demand: Any, paths: Any) -> Any:
    """Find the cheapest flow, and return what it costs.

    Parameters
    ----------
    n, m : int
        How many rows and columns of the following count.
    costs : (n, m) float64
        Of a unit from a row to a column, 0 or more.
    supply, demand : (n,), (m,) int64
        What the rows have, and the columns take, in all the same; used up.
    paths : Paths
        Takes the flow and the duals.

    Returns
    -------
    float
        The sum over all flows.
    """
    _begin(n, m, costs, supply, demand, paths)
    while True:
        end = _search(n, m, costs, supply, demand, paths)
        if end < 0:
            break
        _turn_duals(n, m, paths, paths.reach[n + end])
        _push(n, supply, demand, paths, end)
    total = 0.0
    for i in range(n):
        for j in range(m):
            if paths.flow[i, j] > 0:
                total += paths.flow[i, j] * costs[i, j]
    return total


@kernel
def _begin(n: Any, m: Any, costs: Any, supply: Any, demand: Any, paths: Any) -> None:
    """Find the duals of the cheapest row of each column, and send what can be sent for them."""
    flow, u, v = paths.flow, paths.u, paths.v
    for j in range(m):
        v[j] = np.inf
    for i in range(n):
        for j in range(m):
            v[j] = min(v[j], costs[i, j])
    for i in range(n):
        u[i] = np.inf
        for j in range(m):
            u[i] = min(u[i], costs[i, j] - v[j])
    for i in range(n):
        for j in range(m):
            flow[i, j] = 0
            if costs[i, j] - v[j] <= u[i]:
                sent = min(supply[i], demand[j])
                flow[i, j] = sent
                supply[i] -= sent
                demand[j] -= sent


@kernel
def _search(n: Any, m: Any, costs: Any, supply: Any, demand: Any, paths: Any) -> Any:
    """Find the column nearest to any row with supply that still takes something; -1 if none."""
    reach, settled, via = paths.reach, paths.settled, paths.via
    left = False
    for node in range(n + m):
        reach[node], settled[node], via[node] = np.inf, False, -1
    for i in range(n):
        if supply[i] > 0:
            left = True
            _settle_row(n, m, costs, paths, i, 0.0)
    while left:
        nearest = -1
        for j in range(m):
            if not settled[n + j] and (nearest < 0 or reach[n + j] < reach[n + nearest]):
                nearest = j
        settled[n + nearest] = True
        if demand[nearest] > 0:
            return nearest
        # Back over what flows into it, which costs nothing by the duals.
        for i in range(n):
            if paths.flow[i, nearest] > 0 and not settled[i]:
                via[i] = n + nearest
                _settle_row(n, m, costs, paths, i, reach[n + nearest])
    return -1


@kernel
def _settle_row(n: Any, m: Any, costs: Any, paths: Any, i: Any, far: Any) -> None:
    """Go from a row, whose distance is known, to all columns."""
    paths.reach[i] = far
    paths.settled[i] = True
    begin = far - paths.u[i]
    for j in range(m):
        # What is settled is no farther than this row: rounding alone could say so.
        further = max(costs[i, j] - paths.v[j] + begin, far)
        if further < paths.reach[n + j] and not paths.settled[n + j]:
            paths.reach[n + j] = further
            paths.via[n + j] = i


@kernel
def _turn_duals(n: Any, m: Any, paths: Any, far: Any) -> None:
    """Let what lies on shortest paths cost nothing, and nothing less than that."""
    for i in range(n):
        if paths.settled[i]:
            paths.u[i] += far - paths.reach[i]
    for j in range(m):
        if paths.settled[n + j]:
            paths.v[j] -= far - paths.reach[n + j]


@kernel
def _push(n: Any, supply: Any, demand: Any, paths: Any, end: Any) -> None:
    """Send along the path to a column what it takes, the row has, and can be taken back."""
    flow, via = paths.flow, paths.via
    amount, node = demand[end], n + end
    while via[node] >= 0:
        before = via[node]
        if node < n:  # back from the column `before`
            amount = min(amount, flow[node, before - n])
        node = before
    amount = min(amount, supply[node])
    supply[node] -= amount
    demand[end] -= amount
    node = n + end
    while via[node] >= 0:
        before = via[node]
        if node < n:
            flow[node, before - n] -= amount
        else:
            flow[before, node - n] += amount
        node = before
