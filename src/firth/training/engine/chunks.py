"""Sentences as chunks: which tokens are kept, how wide windows are, what is computed together.

A *segment* is a run of the corpus that one call of the engine trains on. :func:`lay_out` draws its
subsampling and windows; the engine then takes the kept tokens in *chunks* of consecutive positions,
several short sentences together. No window crosses a sentence's end.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.kernels.compiler import kernel
from firth.training.engine.rng import bits


class Segment(NamedTuple):
    """The kept tokens of one run of the corpus, and their windows.

    Attributes
    ----------
    words : ndarray
        (n,) int32, ids of the kept tokens, in order.
    position : ndarray
        (n,) int64, where each stood in the encoded corpus: the key of its draws.
    first, last : ndarray
        (n,) int32, each token's window in this segment: ``words[first[t]:last[t]]`` without t.
    """

    words: NDArray[np.int32]
    position: NDArray[np.int64]
    first: NDArray[np.int32]
    last: NDArray[np.int32]

    @classmethod
    def empty(cls, tokens: int) -> Segment:
        """Make room for `tokens` tokens."""
        return cls(
            np.empty(tokens, np.int32),
            np.empty(tokens, np.int64),
            np.empty(tokens, np.int32),
            np.empty(tokens, np.int32),
        )

    def head(self, n: int) -> Segment:
        """Return the first `n` kept tokens, without a copy."""
        return Segment(self.words[:n], self.position[:n], self.first[:n], self.last[:n])


@kernel
def lay_out(
    ids: Any,
    start: Any,
    offsets: Any,
    keep: Any,
    widths: Any,
    subsample_key: Any,
    window_key: Any,
    segment: Any,
) -> Any:
    """Draw subsampling and windows for one run of the corpus.

    Parameters
    ----------
    ids : (m,) int32
        The tokens, the first of them at position `start` of the corpus.
    start : int
        Position of ``ids[0]``.
    offsets : (s + 1,) int64
        Where the sentences that touch this run begin; the last entry ends the last one.
    keep : (V,) uint64
        Probability of keeping each word, times 2^32.
    widths : (int, int)
        Least and largest half-width; each token's is drawn uniformly from these.
    subsample_key, window_key : uint64
        Streams of draws.
    segment : Segment
        Filled from its start.

    Returns
    -------
    int
        How many tokens are kept.
    """
    n: Any = 0
    least, choices = widths[0], np.uint64(widths[1] - widths[0] + 1)
    stop = start + ids.shape[0]
    for s in range(offsets.shape[0] - 1):
        begin = n
        for position in range(max(start, offsets[s]), min(stop, offsets[s + 1])):
            word = ids[position - start]
            draw = bits(window_key, position) >> np.uint64(32)
            # Written before it is known whether the token stays: cheaper than a branch that the
            # processor cannot foresee.
            segment.words[n] = word
            segment.position[n] = position
            segment.first[n] = least + np.int64((draw * choices) >> np.uint64(32))
            n += np.int64((bits(subsample_key, position) >> np.uint64(32)) < keep[word])
        for t in range(begin, n):
            width = segment.first[t]
            segment.first[t] = max(begin, t - width)
            segment.last[t] = min(n, t + width + 1)
    return n
