"""Adding up the rows of words' n-grams, as fastText composes vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: A function of a place and of rows: adds to these the rows of the n-grams of the words from that
#: place on, and returns how many n-grams each has.
Adder: TypeAlias = Callable[[int, NDArray[Any]], NDArray[np.int64]]
#: min_n, max_n, buckets, the row of the first n-gram, keys, places, and what a missing one counts.
Rows: TypeAlias = tuple[int, int, int, int, NDArray[np.int64], NDArray[np.int64], int]
NO_KEYS: NDArray[np.int64] = np.zeros(0, np.int64)
#: Numbers of rows that a thread collects.
_WAITING = 512


def ngram_adder(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], rows: Rows, matrix: NDArray[Any]
) -> Adder:
    """Make a function that adds the n-grams of words; see `add_ngrams` for what it takes."""
    from firth.formats.kernels.subwords import add_ngrams

    def add(start: int, part: NDArray[Any]) -> NDArray[np.int64]:
        counts, waiting = np.zeros(len(part), np.int64), np.empty(_WAITING, np.int64)
        bounds = offsets[start : start + len(part) + 1]
        add_ngrams(text, bounds, *rows, matrix, waiting, part, counts)
        return counts

    return add
