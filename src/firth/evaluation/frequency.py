"""What is usual for words of one frequency.

Rare words move more than frequent ones, whatever they mean: their vectors were learnt from less. So
what a word did is compared with what others of its frequency did.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Words to each side, in the order of frequency, that say what is usual; of few words a twentieth.
_SIDE, _PART, _LEAST = 200, 20, 10
#: Places along the order of frequency where it is looked up; between them it is interpolated.
_PLACES = 400
#: The median distance to the median, times this, is the standard deviation of normal values.
_NORMAL = 1.4826


def usual(
    values: NDArray[np.float64], frequency: NDArray[np.floating] | NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the median of words of about each word's frequency, and their spread, (n,) each.

    The spread is the median distance from the median, scaled to be the standard deviation where
    values are normal: a few words that moved far change neither.

    Parameters
    ----------
    values : (n,) float64
        A figure a word.
    frequency : (n,) numbers
        How frequent each is, in any unit; only the order counts.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> frequency = random.integers(5, 10_000, 5_000)
    >>> middle, spread = usual(random.normal(1 / np.sqrt(frequency), 0.01), frequency)
    >>> bool(abs(middle[frequency > 9_000].mean() - 0.01) < 0.003), bool(0.008 < spread.mean())
    (True, True)
    """
    n = len(values)
    order = np.argsort(frequency, kind="stable")
    side = min(_SIDE, max(_LEAST, n // _PART))
    width = min(2 * side + 1, n)
    windows = np.lib.stride_tricks.sliding_window_view(values[order], width)
    places = np.unique(np.linspace(0, n - 1, min(_PLACES, n)).astype(np.int64))
    near = windows[np.clip(places - width // 2, 0, n - width)]
    medians = np.median(near, axis=1)
    spreads = _NORMAL * np.median(np.abs(near - medians[:, np.newaxis]), axis=1)
    middle, spread = np.empty(n), np.empty(n)
    middle[order] = np.interp(np.arange(n), places, medians)
    spread[order] = np.interp(np.arange(n), places, spreads)
    return middle, spread
