"""A corpus divided into pieces that one thread trains on at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Ranges(NamedTuple):
    """Ranges of tokens that cover a corpus in order, without gap or overlap.

    Attributes
    ----------
    token_start, token_stop : ndarray
        (S,) int64, the tokens of each: ``ids[token_start:token_stop]``.
    first_sentence, last_sentence : ndarray
        (S,) int64, the sentences these tokens belong to, `last_sentence` among them.
    """

    token_start: NDArray[np.int64]
    token_stop: NDArray[np.int64]
    first_sentence: NDArray[np.int64]
    last_sentence: NDArray[np.int64]


def divide(offsets: NDArray[np.int64], max_tokens: int) -> Ranges:
    """Divide sentences into ranges of at most `max_tokens`.

    Whole sentences are packed in order as long as they fit. A sentence longer than `max_tokens`
    gets ranges of its own, of nearly equal size.

    Parameters
    ----------
    offsets : ndarray
        (n_sentences + 1,) int64, where each sentence begins; the last is where all end.
    max_tokens : int
        The largest range, 1 or more.

    Returns
    -------
    Ranges
        Four (S,) arrays.

    Examples
    --------
    >>> ranges = divide(np.array([0, 2, 4, 9]), 4)
    >>> ranges.token_start.tolist(), ranges.last_sentence.tolist()
    ([0, 4, 6], [1, 2, 2])
    """
    return cut_ranges(offsets, pack_sentences(offsets, max_tokens), max_tokens)


def pack_sentences(offsets: NDArray[np.int64], max_tokens: int) -> NDArray[np.int64]:
    """Choose the sentences that ranges of at most `max_tokens` begin with.

    A sentence longer than that is alone.

    Returns
    -------
    ndarray
        (R + 1,) int64 numbers of sentences: range r holds those from ``[r]`` to before
        ``[r + 1]``.

    Examples
    --------
    >>> pack_sentences(np.array([0, 2, 4, 9]), 4).tolist()
    [0, 2, 3]
    """
    # For every sentence at once: where the range that begins with it would end. Then follow these
    # links from sentence 0, one step a range (0.05 µs each, as a list).
    after = np.searchsorted(offsets, offsets[:-1] + max_tokens, side="right") - 1
    links = np.maximum(after, np.arange(1, len(offsets))).tolist()
    place, starts = 0, [0]
    while place < len(links):
        place = links[place]
        starts.append(place)
    return np.array(starts, np.int64)


def cut_ranges(
    offsets: NDArray[np.int64], starts: NDArray[np.int64], max_tokens: int, first_sentence: int = 0
) -> Ranges:
    """Make ranges of packed sentences, and cut those that are a single long sentence.

    Parameters
    ----------
    offsets : ndarray
        (n_sentences + 1,) int64, as for `divide`.
    starts : ndarray
        (R + 1,) int64, as `pack_sentences` returns it.
    max_tokens : int
        The largest range.
    first_sentence : int
        Number of the first of these sentences in the whole corpus.
    """
    begin, end = offsets[starts[:-1]], offsets[starts[1:]]
    pieces = -(-(end - begin) // max_tokens)  # more than one only for a single long sentence
    packed = np.repeat(np.arange(len(begin)), pieces)
    piece = np.arange(len(packed)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    length, count = (end - begin)[packed], pieces[packed]
    return Ranges(
        begin[packed] + piece * length // count,
        begin[packed] + (piece + 1) * length // count,
        starts[:-1][packed] + first_sentence,
        starts[1:][packed] - 1 + first_sentence,
    )
