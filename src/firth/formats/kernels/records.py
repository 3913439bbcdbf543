"""Bytes of words and vectors, one behind the other: where they are, and how they come there."""

from __future__ import annotations

from typing import Any

import numpy as np

from firth.training.engine.compiler import kernel

_BLANK, _LINE_FEED = 32, 10


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
    """Copy ``source[starts[i]:starts[i] + lengths[i]]`` to ``target[places[i]:]``, all uint8.

    Places are without a sign: one that could be below 0 would be counted from the end, and asking
    that of each byte made this 60 times as slow.
    """
    for i in range(len(starts)):
        start, place = np.uint64(starts[i]), np.uint64(places[i])
        for j in range(np.uint64(lengths[i])):
            target[place + j] = source[start + j]
