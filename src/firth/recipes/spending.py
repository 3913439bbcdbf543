"""How the classic run's windows are spent: the exercise's steps, and better ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


class Recipe(NamedTuple):
    """How the windows are spent.

    Attributes
    ----------
    name : str
        What it is called in reports.
    rates : callable
        ``rates(iterations) -> (iterations,)``, the step of each iteration for one window.
    adaptive : bool
        Adagrad instead of SGD.
    first_square : float
        What Adagrad's sums of squares start at.
    """

    name: str
    rates: Callable[[int], Matrix]
    adaptive: bool = False
    first_square: float = 0.0


def classic_rates(iterations: int) -> Matrix:
    """Return 0.3 / 50, halved after each 20,000 iterations.

    Examples
    --------
    >>> classic_rates(40_000)[[0, 19_999, 20_000]].tolist()
    [0.006, 0.006, 0.003]
    """
    return 0.3 * 0.5 ** (np.arange(iterations) // 20_000) / 50


def modern_rates(iterations: int) -> Matrix:
    """Return 1, and after 30 % of the way the square root of the part that is left.

    Examples
    --------
    >>> modern_rates(10).round(2).tolist()
    [1.0, 1.0, 1.0, 1.0, 0.93, 0.85, 0.76, 0.65, 0.53, 0.38]
    """
    left = 1 - np.arange(iterations) / iterations
    return np.asarray(np.sqrt(np.minimum(1.0, left / 0.7)))


CLASSIC = Recipe("classic", classic_rates)

MODERN = Recipe("modern", modern_rates, adaptive=True, first_square=3.0)
"""What was tried for it, by the cost at the end (same draws, 10 dimensions, 40,000 iterations).

===========================================================================  ======
SGD, 0.3 / 50 all the way                                                    9.617
SGD, a step 16 times as long (0.1), falling to 0                             7.600
SGD, 25 times (0.15), falling to 0; 50 times diverges                        7.063
Adagrad, one sum a row, step 1, from 0                                       7.229
Adagrad, one sum a row, the best of 49 settings tried                        6.871
Adagrad, one sum a number, step 1, first square 3, falling as the root       6.779
  the same, the first 30 % at the full step                                  6.760
  step 1.5 or 2, first square 5, 6 or 10, other falls                        6.775 - 6.840
===========================================================================  ======
"""
