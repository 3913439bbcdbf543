"""Where words that are new begin: among the words that stand around them.

A word that no model knows would begin by chance. The text says more: the mean of the vectors of the
words around it, near ones and rare ones counting more, is a direction that its own vector will have
much of. Its length is what words of its frequency have.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.corpus import EncodedCorpus

#: Words to either side. One pass over the text, this many tokens at a time.
REACH, _TOKENS = 5, 1 << 20
#: A word that makes up this part of the text counts half (Arora, Liang and Ma 2017, section 3).
HALF = 1e-4
#: Pairs whose vectors are added up together, and bins of frequency that lengths are taken from.
_PAIRS, _BINS = 1 << 16, 16


def means_of_neighbours(
    corpus: EncodedCorpus, vectors: NDArray[np.floating], known: NDArray[np.bool_]
) -> NDArray[np.floating]:
    """Return for each word that is not known a weighted sum of known ones around it, (n_new, dim).

    A neighbour at distance d of relative frequency p counts HALF / (HALF + p) / d. Rows of words
    that no known word stands near are 0.

    Examples
    --------
    >>> from firth.corpus import encode
    >>> corpus = encode([["a", "new", "b"], ["a", "b"]], min_count=1)
    >>> words = corpus.vocabulary.words[:]
    >>> known = np.array([word != "new" for word in words])
    >>> sums = means_of_neighbours(corpus, np.eye(3), known)
    >>> words, (sums > 0).tolist()
    (['a', 'b', 'new'], [[True, True, False]])
    """
    vocabulary = corpus.vocabulary
    rarity = HALF / (HALF + vocabulary.counts / vocabulary.total)
    place = np.cumsum(~known) - 1
    sums = np.zeros((int(np.count_nonzero(~known)), vectors.shape[1]), vectors.dtype)
    ranges = corpus.ranges(_TOKENS)
    for start, stop, first, last in zip(
        ranges.token_start,
        ranges.token_stop,
        ranges.first_sentence,
        ranges.last_sentence,
        strict=True,
    ):
        ids = corpus.read(int(start), int(stop))
        offsets = corpus.read_offsets(int(first), int(last) + 2)
        ends = np.searchsorted(offsets[1:], np.arange(start, stop), side="right")
        for distance in range(1, REACH + 1):
            near, far = slice(0, -distance), slice(distance, None)
            together = ends[near] == ends[far]
            for one, other in ((near, far), (far, near)):
                found = together & ~known[ids[one]] & known[ids[other]]
                of, by = place[ids[one][found]], ids[other][found]
                _add(sums, of, by, rarity[by] / distance, vectors)
    return sums


def _add(
    sums: NDArray[np.floating],
    of: NDArray[np.int64],
    by: NDArray[np.int32],
    weights: NDArray[np.float64],
    vectors: NDArray[np.floating],
) -> None:
    """Add weights · vectors[by] to sums[of]; words stand in `of` many times."""
    order = np.argsort(of, kind="stable")
    for begin in range(0, len(order), _PAIRS):
        some = order[begin : begin + _PAIRS]
        starts = np.flatnonzero(np.diff(of[some], prepend=-1))
        parts = weights[some, np.newaxis] * vectors[by[some]]
        sums[of[some][starts]] += np.add.reduceat(parts, starts)


def lengths_by_count(
    counts: NDArray[np.int64], lengths: NDArray[np.floating], of: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return what length words of counts `of` have, from those of words that are known.

    Examples
    --------
    >>> lengths_by_count(np.array([90, 10, 9]), np.array([3.0, 1.0, 1.0]), np.array([9])).tolist()
    [1.0]
    """
    order = np.argsort(counts, kind="stable")
    bins = np.array_split(order, min(_BINS, len(order)))
    centres = [np.log(counts[some]).mean() for some in bins]
    found: NDArray[np.float64] = np.interp(
        np.log(of), centres, [lengths[some].mean() for some in bins]
    )
    return found
