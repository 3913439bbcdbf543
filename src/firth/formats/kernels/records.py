"""Bytes of words and vectors, one behind the other: where they are, and how they come there."""

from __future__ import annotations

from typing import Any

import numpy as np

from firth.kernels.compiler import kernel

_BLANK, _LINE_FEED = 32, 10
_EXPONENT = 0x7F800000


@kernel
def find_records(
    data: Any, at: Any, size: Any, line_feed: Any, starts: Any, lengths: Any
) -> tuple[Any, Any]:
    """Find records of a word, a blank and `size` bytes of numbers, whole ones only.

    Parameters
    ----------
    data : (n,) uint8
        Bytes that begin with a record at `at`.
    at, size : int
        Where to begin; bytes of a vector.
    line_feed : bool
        A line feed stands behind each vector.
    starts, lengths : (most,) int64
        Take the place of each word, and its length in bytes.

    Returns
    -------
    found, at : int
        How many there are, and where the first that is not whole begins. Where a line feed is
        missing, no more are found.
    """
    found, end = 0, len(data)
    while found < len(starts):
        place = at
        while place < end and data[place] != _BLANK:
            place += 1
        behind = place + 1 + size
        if behind + line_feed > end:
            break
        if line_feed and data[behind] != _LINE_FEED:
            break
        starts[found] = at
        lengths[found] = place - at
        found += 1
        at = behind + line_feed
    return found, at


@kernel
def copy_spans(source: Any, starts: Any, lengths: Any, target: Any, places: Any) -> None:
    """Copy ``source[starts[i]:starts[i] + lengths[i]]`` to ``target[places[i]:]``, all uint8."""
    for i in range(len(starts)):
        start, place, size = starts[i], places[i], lengths[i]
        _copy(source[start : start + size], target[place : place + size])


@kernel
def _copy(source: Any, target: Any) -> None:
    """Copy bytes.

    Views whose places are counted from 0 are copied in vectors: 15 GB/s. With places in the whole
    array, which could be below 0 and then count from its end, it was .5 GB/s.
    """
    for j in range(len(target)):
        target[j] = source[j]


@kernel
def copy_rows(source: Any, places: Any, target: Any, bits: Any) -> Any:
    """Copy rows of float32 from where they are among bytes; return the first that is not finite.

    One pass: a row that was copied is still in the cache when its numbers are looked at.

    Parameters
    ----------
    source : (n,) uint8
        The bytes.
    places : (rows,) int64
        Where each row begins there.
    target : (rows, 4 dim) uint8
        Takes the rows.
    bits : (rows, dim) uint32
        The same memory. A number that is not finite has all bits of its exponent.

    Returns
    -------
    int
        The first row with a value that is not finite, behind which nothing is copied; -1 if there
        is none.
    """
    for i in range(len(places)):
        place = places[i]
        _copy(source[place : place + target.shape[1]], target[i])
        numbers, largest = bits[i], np.uint32(0)
        for j in range(len(numbers)):
            largest = max(largest, numbers[j] & np.uint32(_EXPONENT))
        if largest == np.uint32(_EXPONENT):
            return i
    return -1


@kernel
def lay_records(text: Any, offsets: Any, numbers: Any, out: Any) -> Any:
    """Lay out records: a word, a blank, the bytes of its numbers, a line feed.

    Parameters
    ----------
    text : (n,) uint8
        The words, one behind the other.
    offsets : (rows + 1,) int64
        Where each begins.
    numbers : (rows, size) uint8
        Their numbers, as bytes.
    out : (m,) uint8
        Takes the records.

    Returns
    -------
    int
        How many bytes they are.
    """
    at, size = 0, numbers.shape[1]
    for i in range(len(numbers)):
        start, end = offsets[i], offsets[i + 1]
        _copy(text[start:end], out[at : at + end - start])
        at += end - start
        out[at] = _BLANK
        _copy(numbers[i], out[at + 1 : at + 1 + size])
        at += size + 2
        out[at - 1] = _LINE_FEED
    return at
