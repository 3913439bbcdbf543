"""Random draws that are pure functions of (seed, purpose, epoch, position).

A counter-based generator: the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast
splittable pseudorandom number generators", section 4) applied to ``key + position · γ``. There is
no state, so results depend neither on the order of the draws nor on the thread that makes them,
and a checkpoint has nothing to keep.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from firth.kernels.compiler import kernel

#: What a draw is for; draws of different purposes at one position are independent.
SUBSAMPLE, WINDOW, NOISE = 1, 2, 3

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MASK = (1 << 64) - 1


def stream_key(seed: int, purpose: int, epoch: int) -> np.uint64:
    """Return the key of one stream of draws.

    Examples
    --------
    >>> int(stream_key(1, NOISE, 0)) == int(stream_key(1, NOISE, 0))
    True
    >>> int(stream_key(1, NOISE, 0)) == int(stream_key(1, WINDOW, 0))
    False
    """
    key = 0
    for part in (seed, purpose, epoch):
        key = _mix_python(key + (part + 1) * int(_GAMMA))
    return np.uint64(key)


def _mix_python(z: int) -> int:
    z &= _MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & _MASK
    return z ^ (z >> 31)


@kernel
def bits(key: Any, position: Any) -> Any:
    """Return 64 random bits for `position` (int) of stream `key` (uint64)."""
    z = key + np.uint64(position) * _GAMMA
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def unit(key: Any, position: Any) -> Any:
    """Return a float64 in [0, 1) for `position` of stream `key`, with 53 random bits."""
    return float(bits(key, position) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
