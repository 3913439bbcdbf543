"""Drawing noise words: the inverse of the cumulative distribution, with a guide table.

The cumulative distribution is cut into equal strips of probability; the guide table holds where
each begins, so that a draw looks at one or two entries (Chen and Asau 1974, "On generating random
variates from an empirical distribution"). Unlike an alias table the map is monotone, so that
stratified draws stay possible; it needs one random number a draw and is as fast.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.kernels.compiler import kernel
from firth.training.engine.rng import unit


class NoiseTable(NamedTuple):
    """A distribution over words, ready for draws.

    Attributes
    ----------
    cumulative : ndarray
        (V,) float64; word i owns the numbers below entry i and not below entry i - 1.
    guide : ndarray
        (G + 1,) int32; the word that owns g / G.
    """

    cumulative: NDArray[np.float64]
    guide: NDArray[np.int32]


def noise_table(distribution: NDArray[np.float64]) -> NoiseTable:
    """Make a table from probabilities, (V,), that sum to 1.

    Examples
    --------
    >>> table = noise_table(np.array([0.5, 0.25, 0.25]))
    >>> table.cumulative[:2].tolist()
    [0.5, 0.75]
    """
    cumulative = np.cumsum(distribution)
    cumulative /= cumulative[-1]
    # Rounding must not leave a number below 1 that nobody owns.
    cumulative[-1] = 2.0
    strips = 1 << max(8, len(distribution).bit_length())
    guide = np.searchsorted(cumulative, np.arange(strips + 1) / strips, side="right")
    return NoiseTable(cumulative, np.minimum(guide, len(distribution) - 1).astype(np.int32))


@kernel
def draw_word(table: Any, key: Any, position: Any) -> Any:
    """Return the noise word that belongs to `position` of stream `key`."""
    u = unit(key, position)
    word = np.int64(table.guide[np.int64(u * (table.guide.shape[0] - 1))])
    while table.cumulative[word] <= u:
        word += 1
    return word
