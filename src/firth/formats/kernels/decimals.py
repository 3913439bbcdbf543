"""Lines of a word and numbers in decimal, read from the right."""

from __future__ import annotations

from typing import Any

import numpy as np

from firth.training.engine.compiler import kernel

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
#: From here on another digit could overflow.
_MANY = (1 << 63) // 10 - 1


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
        while end > begin and _is_blank(data[end - 1]):
            end -= 1
        states[i] = UNUSUAL
        if end == begin:
            states[i] = EMPTY
            word_ends[i] = begin
            continue
        # Backwards over the numbers; words may hold blanks.
        place, found = end, 0
        while found < dim and place > begin:
            while place > begin and not _is_blank(data[place - 1]):
                place -= 1
            found += 1
            first = place
            if found < dim:
                while place > begin and _is_blank(data[place - 1]):
                    place -= 1
        if found < dim or place == begin:
            continue
        word_ends[i] = place - 1
        at, read = first, 0
        while read < dim:
            while at < end and _is_blank(data[at]):
                at += 1
            at = _number(data, at, end, powers, out, i, read)
            if at < 0:
                break
            read += 1
        if read == dim and at == end:
            states[i] = READ


@kernel
def _is_blank(byte: Any) -> Any:
    return byte == _BLANK or byte == _TAB or byte == _RETURN  # noqa: PLR1714 (two comparisons)


@kernel
def _number(data: Any, at: Any, end: Any, powers: Any, out: Any, row: Any, column: Any) -> Any:
    """Read a number, and return the place behind it; -1 if it is not a plain one."""
    negative = False
    if at < end and (data[at] == _MINUS or data[at] == _PLUS):
        negative = data[at] == _MINUS
        at += 1
    whole, digits, exponent, behind = np.int64(0), 0, 0, 0
    while at < end:
        byte = data[at]
        if _ZERO <= byte <= _NINE:
            if whole > _MANY:
                return -1
            whole = whole * 10 + (byte - _ZERO)
            digits += 1
            exponent -= behind
        elif byte == _POINT and behind == 0:
            behind = 1
        else:
            break
        at += 1
    if digits == 0:
        return -1
    if at < end and (data[at] == _SMALL_E or data[at] == _LARGE_E):
        at += 1
        below = False
        if at < end and (data[at] == _MINUS or data[at] == _PLUS):
            below = data[at] == _MINUS
            at += 1
        power, digits = 0, 0
        while at < end and _ZERO <= data[at] <= _NINE and digits < 4:
            power = power * 10 + (data[at] - _ZERO)
            digits += 1
            at += 1
        if digits == 0:
            return -1
        exponent += -power if below else power
    if at < end and not _is_blank(data[at]):
        return -1
    if whole > _EXACT or exponent > 22 or exponent < -22:
        if whole != 0:
            return -1
        exponent = 0
    value = whole * powers[exponent] if exponent >= 0 else whole / powers[-exponent]
    out[row, column] = np.float32(-value if negative else value)
    if value > 3e38:
        return -1
    return at
