"""CPython's random numbers, drawn inside compiled kernels.

A published run can only be met digit for digit by drawing its random numbers one for one.
Here is the generator behind CPython's ``random``: MT19937 (Matsumoto and Nishimura, *Mersenne
Twister*, ACM TOMACS 8(1), 1998), with the three things that ``random`` makes of its 32-bit words:

======================  =====================================================================
``getrandbits(k)``      the upper ``k`` bits of one word (k ≤ 32)
``randint(0, n - 1)``   ``getrandbits(n.bit_length())``, drawn again until it is below ``n``
``random()``            27 bits of one word and 26 of the next: a double in [0, 1) on 53 bits
======================  =====================================================================

The generator is one array, so that it can be handed to a kernel and stored in a checkpoint:
``state (STATE_SIZE,) uint32`` holds the 624 words of the recurrence, then the same words
tempered and ready to be drawn, then the position of the next one.

A whole block is tempered when it is refilled, not one word at each draw: the compiler uses vectors
and a word costs 0.18 ns (Zen 4, one core). What remains is the bookkeeping of `draw_word`, 3.9 ns,
because the position goes through memory; a kernel with an inner loop of draws keeps it in a
register instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from firth.kernels.compiler import kernel

WORDS = 624
SHIFT = 397
POSITION = 2 * WORDS
STATE_SIZE = 2 * WORDS + 1

State = npt.NDArray[np.uint32]


def seed_state(seed: int) -> State:
    """Return the generator as ``random.seed(seed)`` leaves it.

    Parameters
    ----------
    seed : int
        Any integer; as in CPython its sign does not matter.

    Returns
    -------
    ndarray (1249,) uint32
        The state that the kernels of this module draw from and advance.

    Notes
    -----
    ``init_by_array`` of the authors' 2002 reference version: the seed's 32-bit digits, lowest
    first, are stirred into a state filled by a linear congruential generator.

    Examples
    --------
    >>> import random
    >>> state = seed_state(31415)
    >>> random.seed(31415)
    >>> [draw_below(state, 1000) for _ in range(3)] == [random.randint(0, 999) for _ in range(3)]
    True
    """
    mask = 0xFFFFFFFF
    magnitude = abs(seed)
    key = [(magnitude >> shift) & mask for shift in range(0, magnitude.bit_length() or 1, 32)]
    words = [19650218]
    for i in range(1, WORDS):
        words.append((1812433253 * (words[-1] ^ (words[-1] >> 30)) + i) & mask)
    i = 1
    for step in range(max(WORDS, len(key))):
        j = step % len(key)
        mixed = (words[i - 1] ^ (words[i - 1] >> 30)) * 1664525
        words[i] = ((words[i] ^ mixed) + key[j] + j) & mask
        i += 1
        if i == WORDS:
            words[0] = words[-1]
            i = 1
    for _ in range(WORDS - 1):
        mixed = (words[i - 1] ^ (words[i - 1] >> 30)) * 1566083941
        words[i] = ((words[i] ^ mixed) - i) & mask
        i += 1
        if i == WORDS:
            words[0] = words[-1]
            i = 1
    words[0] = 0x80000000
    state = np.zeros(STATE_SIZE, np.uint32)
    state[:WORDS] = words
    state[POSITION] = WORDS  # nothing is ready yet: the first draw refills
    return state


@kernel
def refill(state: State) -> None:
    """Advance the recurrence by a block of 624 words and temper them.

    Word i is made of words i, i + 1 and i + 397 (wrapping round), so every word up to 227 before
    it is known: the loops are free of dependencies within a vector.
    """
    upper, lower, matrix = np.uint32(0x80000000), np.uint32(0x7FFFFFFF), np.uint32(0x9908B0DF)
    one, zero = np.uint32(1), np.uint32(0)
    for i in range(WORDS - SHIFT):
        y = (state[i] & upper) | (state[i + 1] & lower)
        state[i] = state[i + SHIFT] ^ (y >> one) ^ (matrix if y & one else zero)
    for i in range(WORDS - SHIFT, WORDS - 1):
        y = (state[i] & upper) | (state[i + 1] & lower)
        state[i] = state[i - (WORDS - SHIFT)] ^ (y >> one) ^ (matrix if y & one else zero)
    y = (state[WORDS - 1] & upper) | (state[0] & lower)
    state[WORDS - 1] = state[SHIFT - 1] ^ (y >> one) ^ (matrix if y & one else zero)
    for i in range(WORDS):
        y = state[i]
        y ^= y >> np.uint32(11)
        y ^= (y << np.uint32(7)) & np.uint32(0x9D2C5680)
        y ^= (y << np.uint32(15)) & np.uint32(0xEFC60000)
        y ^= y >> np.uint32(18)
        state[WORDS + i] = y
    state[POSITION] = zero


@kernel
def draw_word(state: State) -> Any:
    """Return the next 32 bits: ``random.getrandbits(32)``."""
    if state[POSITION] >= WORDS:
        refill(state)
    word = state[WORDS + state[POSITION]]
    state[POSITION] += np.uint32(1)
    return word


@kernel
def bit_length(n: int) -> int:
    """Return ``n.bit_length()`` for n ≥ 0."""
    bits = 0
    while n > 0:
        n >>= 1
        bits += 1
    return bits


@kernel
def draw_below(state: State, n: int) -> Any:
    """Return ``random.randint(0, n - 1)``, uniform, for 1 ≤ n < 2**32.

    The bits are those of ``n``, not of ``n - 1``: a power of two wastes half of its draws, and
    ``randint(0, 0)`` draws until it gets a 0. A published run depends on it.
    """
    shift = np.uint32(32 - bit_length(n))
    value = np.int64(draw_word(state) >> shift)
    while value >= n:
        value = np.int64(draw_word(state) >> shift)
    return value


@kernel
def draw_unit(state: State) -> float:
    """Return ``random.random()``: a multiple of 2**-53 in [0, 1)."""
    high = np.float64(draw_word(state) >> np.uint32(5))
    low = np.float64(draw_word(state) >> np.uint32(6))
    return (high * 67108864.0 + low) * (1.0 / 9007199254740992.0)
