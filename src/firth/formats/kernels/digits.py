"""Numbers in single precision as decimals, with the digits that give them back and no more."""

from __future__ import annotations

from typing import Any

import numpy as np

from firth.formats.kernels.decimals import ABOVE, BELOW
from firth.kernels.compiler import kernel

#: A number takes no more bytes with what stands behind it: a sign, ten digits, and "0.0000" or a
#: point and an exponent.
MOST_BYTES = 18

_MINUS, _POINT, _ZERO, _SMALL_E, _LINE_FEED = 45, 46, 48, 101, 10
#: Digits that may do (all decimals of six digits are different numbers), and that always do.
_FEWEST, _MOST = 6, 9
#: Numbers between these are written here: powers of ten that they need are exact.
_LEAST, _LARGEST = 1e-12, 1e15
#: 30103 / 100000 is log10(2), nearly.
_LOG, _ONE = 30103, 100000


@kernel
def write_lines(
    text: Any, offsets: Any, numbers: Any, bits: Any, powers: Any, between: Any, out: Any
) -> Any:
    """Write a word and its numbers a line.

    Parameters
    ----------
    text : (n,) uint8
        The words, one behind the other.
    offsets : (rows + 1,) int64, or (0,)
        Where each begins; empty for numbers alone.
    numbers : (rows, dim) float32
        Finite numbers.
    bits : (rows, dim) uint32
        The same memory.
    powers : (23,) float64
        :data:`firth.formats.kernels.decimals.POWERS`.
    between : int
        The byte between word and numbers.
    out : (m,) uint8
        Takes the lines: room for `MOST_BYTES` for each number, and one for each word.

    Returns
    -------
    int
        How many bytes they are; -1 if a number is so large or small that it takes another way.
    """
    at, dim = 0, numbers.shape[1]
    for i in range(len(numbers)):
        if len(offsets):
            for j in range(offsets[i], offsets[i + 1]):
                out[at] = text[j]
                at += 1
            out[at] = between
            at += 1
        for column in range(dim):
            at = _write(numbers[i, column], bits[i, column], powers, out, at)
            if at < 0:
                return -1
            out[at] = between
            at += 1
        out[at - 1] = _LINE_FEED
    return at


@kernel
def _write(number: Any, bits: Any, powers: Any, out: Any, at: Any) -> Any:
    """Write a number and return the place behind it; -1 if it is too large or small."""
    if bits >> np.uint32(31):
        out[at] = _MINUS
        at += 1
    size = abs(np.float64(number))
    if size == 0:
        out[at] = _ZERO
        return at + 1
    if size < _LEAST or size > _LARGEST:
        return -1
    # 10^e <= size, as a rule; where it is wrong by one there is a digit more, or less.
    two = np.int64(bits >> np.uint32(23) & np.uint32(255)) - 127
    e = two * _LOG // _ONE
    if e >= 0 and size >= powers[e + 1]:
        e += 1
    for digits in range(_FEWEST, _MOST + 2):
        places = digits - 1 - e
        if places >= 0:
            whole = np.int64(size * powers[places] + 0.5)
            value = whole / powers[places]
        else:
            whole = np.int64(size / powers[-places] + 0.5)
            value = whole * powers[-places]
        # As readers see it who round once: the decimal lies between these two.
        if np.float32(value * BELOW) == np.float32(size) == np.float32(value * ABOVE):
            return _lay(whole, places, out, at)
    return -1


@kernel
def _lay(whole: Any, places: Any, out: Any, at: Any) -> Any:
    """Write ``whole / 10^places``, and return the place behind it."""
    while whole % 10 == 0:
        whole //= 10
        places -= 1
    n, rest = 1, whole // 10
    while rest > 0:
        rest //= 10
        n += 1
    point = n - places  # digits before it
    if 0 < point <= _MOST:
        if places <= 0:
            _digits(whole, n, out, at, np.int64(-1))
            for i in range(-places):
                out[at + n + i] = _ZERO
            return at + point
        _digits(whole, n, out, at, point)
        return at + n + 1
    if -4 <= point <= 0:
        out[at], out[at + 1] = _ZERO, _POINT
        for i in range(-point):
            out[at + 2 + i] = _ZERO
        _digits(whole, n, out, at + 2 - point, np.int64(-1))
        return at + 2 - point + n
    _digits(whole, n, out, at, 1 if n > 1 else np.int64(-1))
    at += n + (n > 1)
    out[at] = _SMALL_E
    exponent = point - 1
    if exponent < 0:
        out[at + 1] = _MINUS
        at += 1
        exponent = -exponent
    if exponent > 9:
        out[at + 1] = _ZERO + exponent // 10
        at += 1
    out[at + 1] = _ZERO + exponent % 10
    return at + 2


@kernel
def _digits(whole: Any, n: Any, out: Any, at: Any, point: Any) -> None:
    """Write `n` digits, and a point behind the first `point` of them if that is not below 0."""
    place = at + n - (point < 0)
    for left in range(n, 0, -1):
        if left == point:
            out[place] = _POINT
            place -= 1
        out[place] = _ZERO + whole % 10
        whole //= 10
        place -= 1
