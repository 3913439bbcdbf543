"""How much of each update counts where several were made from the same start.

If the updates of a row are small against its way to the optimum, their sum is what one after the
other would have done. If each has brought the row near its optimum, the sum overshoots by as many
times as there are updates, and grows from merge to merge; their mean is right then (local SGD with
parameter averaging: Stich 2019, "Local SGD converges fast and communicates little"). Near an
optimum, n visits bring a row 1 - exp(-a n) of the way, where a is the learning rate times the
curvature. So one after the other go 1 - exp(-a Σ n_s) of it, and all from one start together
Σ (1 - exp(-a n_s)). Each update is multiplied by the one divided by the other: 1 for a row that is
visited seldom, one over their number for one that is visited all the time.

Updates of many thousand words, as nodes of a cluster exchange them, are near an optimum in some
directions only: in the steepest a row has arrived after some ten visits, in most others it has far
to go after thousands. One weight for all of them either overshoots in the first or learns too
little in the others. So long updates are weighed in each direction by its own ``a``
(:func:`part_of_sum`); which directions are steep is seen from the rows that these rows meet
(:mod:`firth.training.engine.directions`).
"""

from __future__ import annotations

from typing import Any

from firth.kernels.compiler import kernel
from firth.training.engine.functions import expm1

#: Curvature of one pair's loss in the steepest direction, for long updates. On 5 million words of
#: Wikipedia, 3 epochs, rounds of 306,000, seed 1 the sum of WordSim-353, SimLex-999 and analogies
#: was .954 on one machine. Nodes, at 1/6, 1/3 and 2/3: four .933, .928, .921, eight -, .917, .915.
#: Eight diverge at 1/6 if curvatures are underestimated 3 to 20 times, so not the least. One weight
#: for all directions, at 1/6, with that part of an update added in which it differs from the
#: others: two .915 (in directions at 1/3: .946), four .868. Only the steepest direction weighed and
#: the others nearly added: two .953, four and eight diverge.
STEEPEST_CURVATURE = 1.0 / 3.0


@kernel
def way(a: Any, visits: Any) -> Any:
    """Return what part of its way to the optimum a row goes in so many visits."""
    return -expm1(-a * visits)


@kernel
def fill_ways(a: Any, ways: Any) -> None:
    """``ways[i, n] = way(a[i], n)``."""
    for i in range(ways.shape[0]):
        for n in range(ways.shape[1]):
            ways[i, n] = way(a[i], n)


@kernel
def part_to_add(a: Any, visits: Any, total: Any) -> Any:
    """Return the factor for one of equal updates of `visits` visits each, `total` together.

    1 where there is nothing to weigh: a is 0, or there is one update only.
    """
    if a * visits <= 0 or total <= visits:
        return 1.0
    return way(a, total) / (way(a, visits) * (total / visits))


@kernel
def part_of_sum(a: Any, seen: Any, p: Any, total: Any) -> Any:
    """Return the part of a sum of long updates that counts, in a direction of this `a`.

    Parameters
    ----------
    a : float
        See :func:`way`.
    seen : (updates, m) int
        Visits of rows by each update.
    p : int
        The row.
    total : int
        Its visits by all of them.
    """
    share = 0.0
    for s in range(seen.shape[0]):
        share += way(a, seen[s, p])
    gone = way(a, total)
    return gone / share if share > gone else 1.0
