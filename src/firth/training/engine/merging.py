"""How much of each update counts where several were made from the same start.

If the updates of a row are small against its way to the optimum, their sum is what one after the
other would have done. If each has brought the row near its optimum, the sum overshoots by as many
times as there are updates, and grows from merge to merge; their mean is right then (local SGD with
parameter averaging: Stich 2019, "Local SGD converges fast and communicates little"). Near an
optimum, n visits bring a row 1 - exp(-a n) of the way, where a is the learning rate times the
curvature. So one after the other go 1 - exp(-a Σ n_s) of it, and all from one start together
Σ (1 - exp(-a n_s)). Each update is multiplied by the one divided by the other: 1 for a row that is
visited seldom, one over their number for one that is visited all the time.

Updates of many thousand words, as nodes of a cluster exchange them, are not near an optimum in all
directions: they agree on the steep ones, where each of them has arrived, and have gone a little
along many others, each along its own. So only what they share is weighed so, and the more they
differ in direction the more of the sum counts (:func:`part_of_sum`); that is what GraphWord2Vec's
combiner does by projecting each update off the others (Gill et al. 2019), but whatever their order,
and not to rows that are visited seldom, whose updates are alike at first since all have far to go.
"""

from __future__ import annotations

from typing import Any

from firth.training.engine.compiler import kernel
from firth.training.engine.functions import expm1


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
