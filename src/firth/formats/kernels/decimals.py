"""Lines of a word and numbers in decimal, read from the right."""

from __future__ import annotations

from typing import Any

import numpy as np

from firth.kernels.compiler import kernel

#: What became of a line. READ: its word and its numbers stand in the arrays. UNUSUAL: that takes
#: Python, which says what is wrong or reads numbers that are not plain.
READ, UNUSUAL, EMPTY = 0, 1, 2

#: 10^0 to 10^22 are exact in double precision: one product or quotient with a whole number below
#: 2^53 is rounded once, so that it is the number that the digits say (Clinger 1990, "How to read
#: floating point numbers accurately", section 3).
POWERS = np.array([float(10**i) for i in range(23)])

_BLANK, _TAB, _RETURN = 32, 9, 13
_PLUS, _MINUS, _POINT, _ZERO, _NINE = 43, 45, 46, 48, 57
_SMALL_E, _LARGE_E = 101, 69
#: Whole numbers up to this are exact in double precision.
_EXACT = 1 << 53
#: A number that was rounded twice in double precision lies between its products with these.
BELOW, ABOVE = 1 - 2.0**-51, 1 + 2.0**-51
#: Between these, float32 has all its digits.
_SMALLEST, _LARGEST = 2.0**-126, 3e38


@kernel
def parse_lines(
    data: Any, starts: Any, ends: Any, powers: Any, out: Any, word_ends: Any, states: Any
) -> None:
    """Read lines ``data[starts[i]:ends[i]]`` of a word, a blank and as many numbers as `out` has.

    Parameters
    ----------
    data : (n,) uint8
        Bytes of whole lines.
    starts, ends : (lines,) int64
        Where each begins, and where it ends, without its line feed.
    powers : (23,) float64
        `POWERS`.
    out : (lines, dim) float32
        Takes the numbers.
    word_ends : (lines,) int64
        Takes the place behind each word.
    states : (lines,) int8
        Takes what became of each.
    """
    dim = out.shape[1]
    for i in range(len(starts)):
        begin, end = starts[i], ends[i]
        while end > begin and _is_blank(_byte(data, end - 1)):
            end -= 1
        states[i] = UNUSUAL
        if end == begin:
            states[i] = EMPTY
            word_ends[i] = begin
            continue
        # A word without blanks ends at the first one, and nothing but numbers follows.
        place = begin
        while place < end and not _is_blank(_byte(data, place)):
            place += 1
        if place + 1 < end and not _is_blank(_byte(data, place + 1)):
            word_ends[i] = place
            if _numbers(data, place + 1, end, powers, out, i):
                states[i] = READ
                continue
        # Backwards over the numbers: the word may hold blanks.
        place, found, first = end, 0, end
        while found < dim and place > begin:
            while place > begin and not _is_blank(_byte(data, place - 1)):
                place -= 1
            found += 1
            first = place
            if found < dim:
                while place > begin and _is_blank(_byte(data, place - 1)):
                    place -= 1
        if found < dim or place == begin:
            continue
        word_ends[i] = place - 1
        if _numbers(data, first, end, powers, out, i):
            states[i] = READ


@kernel
def parse_numbers(data: Any, starts: Any, ends: Any, powers: Any, out: Any, states: Any) -> None:
    """Read lines ``data[starts[i]:ends[i]]`` of as many numbers as `out` has, tabs between them.

    What it takes is what :func:`parse_lines` takes, without words.
    """
    dim = out.shape[1]
    for i in range(len(starts)):
        begin, end = starts[i], ends[i]
        tabs = 0
        for place in range(begin, end):
            tabs += _byte(data, place) == _TAB
        while end > begin and _is_blank(_byte(data, end - 1)):
            end -= 1
        states[i] = UNUSUAL
        # Where two numbers had a blank between them, or none, another line would have more tabs.
        if tabs == dim - 1 and _numbers(data, begin, end, powers, out, i):
            states[i] = READ


@kernel
def _numbers(data: Any, at: Any, end: Any, powers: Any, out: Any, row: Any) -> Any:
    """Read the numbers of a row; whether there are as many as it takes, and all of them plain."""
    for column in range(out.shape[1]):
        while at < end and _is_blank(_byte(data, at)):
            at += 1
        at = _number(data, at, end, powers, out, row, column)
        if at < 0:
            return False
    return at == end


@kernel
def _byte(data: Any, place: Any) -> Any:
    """Return a byte at a place that is known to be within: it need not be compared with 0."""
    return data[np.uint64(place)]


@kernel
def _is_blank(byte: Any) -> Any:
    return byte == _BLANK or byte == _TAB or byte == _RETURN  # noqa: PLR1714 (two comparisons)


@kernel
def _number(data: Any, at: Any, end: Any, powers: Any, out: Any, row: Any, column: Any) -> Any:
    """Read a number, and return the place behind it; -1 if it is not a plain one."""
    negative = False
    if at < end and (_byte(data, at) == _MINUS or _byte(data, at) == _PLUS):
        negative = _byte(data, at) == _MINUS
        at += 1
    whole, first, point = np.int64(0), at, np.int64(-1)
    while at < end:
        digit = np.int64(_byte(data, at)) - _ZERO
        if 0 <= digit <= 9:
            whole = whole * 10 + digit
        elif digit == _POINT - _ZERO and point < 0:
            point = at
        else:
            break
        at += 1
    digits = at - first - (point >= 0)
    # More could overflow, or be more than double precision holds.
    if digits == 0 or digits > 18:
        return -1
    exponent = point + 1 - at if point >= 0 else np.int64(0)
    if at < end and (_byte(data, at) == _SMALL_E or _byte(data, at) == _LARGE_E):
        at += 1
        below = False
        if at < end and (_byte(data, at) == _MINUS or _byte(data, at) == _PLUS):
            below = _byte(data, at) == _MINUS
            at += 1
        power, digits = np.int64(0), np.int64(0)
        while at < end and _ZERO <= _byte(data, at) <= _NINE and digits < 4:
            power = power * 10 + (np.int64(_byte(data, at)) - _ZERO)
            digits += 1
            at += 1
        if digits == 0:
            return -1
        exponent += -power if below else power
    if at < end and not _is_blank(_byte(data, at)):
        return -1
    if exponent > 22 or exponent < -22:
        if whole != 0:
            return -1
        exponent = np.int64(0)
    value = whole * powers[exponent] if exponent >= 0 else whole / powers[-exponent]
    # Rounded twice: the number lies between these two, as does what Python would read.
    if whole > _EXACT and np.float32(value * BELOW) != np.float32(value * ABOVE):
        return -1
    if value > _LARGEST or (whole != 0 and value < _SMALLEST):
        return -1
    out[row, column] = np.float32(-value if negative else value)
    return at
