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

from typing import Any

import numpy as np

from firth.training.engine.compiler import kernel


@kernel
def transport(
    costs: Any, supply: Any, demand: Any, flow: Any, u: Any, v: Any, reach: Any, via: Any
) -> Any:
    """Find the cheapest flow, and return what it costs.

    Parameters
    ----------
    costs : (n, m) float64
        Of a unit from a row to a column, 0 or more.
    supply : (n,) int64
        What the rows have; used up.
    demand : (m,) int64
        What the columns take, in all as much; used up.
    flow : (n, m) int64
        Zeros; takes the flow.
    u, v : (n,), (m,) float64
        Take the duals, whose ``u[i] + v[j] <= costs[i, j]`` but for rounding, with equality where
        something flows: the proof that nothing is cheaper.
    reach : (2, n + m) float64
        For work: how far rows and columns are from what is left, and which are settled.
    via : (n + m,) int64
        For work: the node before each.

    Returns
    -------
    float
        The sum over all flows.
    """
    n, m = costs.shape
    _begin(costs, supply, demand, flow, u, v)
    while True:
        end = _search(costs, supply, demand, flow, u, v, reach, via)
        if end < 0:
            break
        _turn_duals(u, v, reach, reach[0, n + end])
        _push(supply, demand, flow, via, end)
    total = 0.0
    for i in range(n):
        for j in range(m):
            if flow[i, j] > 0:
                total += flow[i, j] * costs[i, j]
    return total


@kernel
def _begin(costs: Any, supply: Any, demand: Any, flow: Any, u: Any, v: Any) -> None:
    """Find the duals of the cheapest row of each column, and send what can be sent for them."""
    n, m = costs.shape
    for j in range(m):
        v[j] = costs[0, j]
        for i in range(1, n):
            v[j] = min(v[j], costs[i, j])
    for i in range(n):
        u[i] = costs[i, 0] - v[0]
        for j in range(1, m):
            u[i] = min(u[i], costs[i, j] - v[j])
    for i in range(n):
        for j in range(m):
            if costs[i, j] - v[j] <= u[i]:
                sent = min(supply[i], demand[j])
                flow[i, j] += sent
                supply[i] -= sent
                demand[j] -= sent


@kernel
def _search(
    costs: Any, supply: Any, demand: Any, flow: Any, u: Any, v: Any, reach: Any, via: Any
) -> Any:
    """Find the column nearest to any row with supply that still takes something; -1 if none."""
    n, m = costs.shape
    left = False
    for node in range(n + m):
        reach[0, node], reach[1, node], via[node] = np.inf, 0.0, -1
    for i in range(n):
        if supply[i] > 0:
            reach[0, i] = 0.0
            left = True
            _settle_row(costs, u, v, reach, via, i)
    while left:
        nearest = -1
        for j in range(m):
            open_ = reach[1, n + j] == 0.0
            if open_ and (nearest < 0 or reach[0, n + j] < reach[0, n + nearest]):
                nearest = j
        reach[1, n + nearest] = 1.0
        if demand[nearest] > 0:
            return nearest
        # Back over what flows into it, which costs nothing by the duals.
        for i in range(n):
            if flow[i, nearest] > 0 and reach[1, i] == 0.0:
                reach[0, i] = reach[0, n + nearest]
                via[i] = n + nearest
                _settle_row(costs, u, v, reach, via, i)
    return -1


@kernel
def _settle_row(costs: Any, u: Any, v: Any, reach: Any, via: Any, i: Any) -> None:
    """Go from a row, whose distance is known, to all columns."""
    n, m = costs.shape
    reach[1, i] = 1.0
    for j in range(m):
        far = reach[0, i] + max(costs[i, j] - v[j] - u[i], 0.0)
        if far < reach[0, n + j] and reach[1, n + j] == 0.0:
            reach[0, n + j] = far
            via[n + j] = i


@kernel
def _turn_duals(u: Any, v: Any, reach: Any, far: Any) -> None:
    """Let what lies on shortest paths cost nothing, and nothing less than that."""
    n, m = len(u), len(v)
    for i in range(n):
        if reach[1, i] == 1.0:
            u[i] += far - reach[0, i]
    for j in range(m):
        if reach[1, n + j] == 1.0:
            v[j] -= far - reach[0, n + j]


@kernel
def _push(supply: Any, demand: Any, flow: Any, via: Any, end: Any) -> None:
    """Send along the path to a column what it takes, the row has, and can be taken back."""
    n = len(supply)
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
