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

from firth.kernels.compiler import kernel
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
def part_of_sum(gone: Any, share: Any, squares: Any, lengths: Any, square: Any) -> Any:
    """Return the part of a sum of long updates that counts: what they share of it, and the rest.

    Tried on 5 million words of Wikipedia, 3 epochs, rounds of 306,000, one seed: held-out loss in
    nats, and the sum of WordSim-353, SimLex-999 and analogies (one machine: 2.465, .951). Two
    nodes: this 2.466, .945; by visits alone 2.477, .852, with a fifth of the curvature 2.469, .909,
    with a hundredth 2.463, .954, but four nodes diverge with a twenty-fifth; each update projected
    off the sum of those before it 2.491, .893; the sum scaled to the length that updates of
    different directions would give it 2.489, .892. Four nodes: this 2.473, .896.

    Parameters
    ----------
    gone : float
        What part of its way all visits go, one after the other.
    share : float
        What parts of it the updates go, each by itself, added up.
    squares, lengths : float
        The squared lengths of the updates, and their lengths, added up.
    square : float
        The squared length of their sum.
    """
    if not share > gone > 0:
        return 1.0
    least, sum_ = squares / (lengths * lengths), squares / square
    # From 0, where all point into one direction, to 1, where each has one of its own.
    apart = min(1.0, max(0.0, (sum_ - least) / (1.0 - least))) if least < 1.0 else 0.0
    return gone / share + (1.0 - gone / share) * apart
