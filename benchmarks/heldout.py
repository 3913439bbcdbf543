"""The held-out loss of negative sampling, the same way for vectors of any program.

J = -log σ(u_o · h) - K E_q[log σ(-u_n · h)] for each pair, with the formula of
:func:`firth.reference.negative_sampling_loss_and_gradients`; windows, subsampling and a large pool
of noise words are drawn once and are the same for all. A skip-gram pair counts by the chance that
a window whose width is drawn reaches so far. That is the same in both directions, so it does not
matter that gensim learns to predict the centre from its neighbours and firth the neighbours from
the centre.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from measures import Floats, Ids, Vectors
from numpy.typing import NDArray

WINDOW, NEGATIVE, EXPONENT, SAMPLE = 5, 5, 0.75, 1e-3
POOL = 1_000
AT_ONCE = 4_096


class Text(NamedTuple):
    """Held-out text: n words, the sentence of each, and the width drawn for its window."""

    words: Ids
    sentences: Ids
    widths: Ids
    noise: Ids


def make_text(sentences: Iterable[Sequence[int]], counts: Ids, least: int) -> Text:
    """Thin out frequent words, leave out those that training leaves out (or never saw: -1)."""
    draw = np.random.default_rng(1)
    lengths, words = [], []
    for sentence in sentences:
        lengths.append(len(sentence))
        words.extend(sentence)
    flat, number = np.array(words, np.int64), np.repeat(np.arange(len(lengths)), lengths)
    kept = np.where(counts >= least, counts, 0)
    share = np.maximum(kept, 1) / (SAMPLE * kept.sum())
    chance = np.where(kept > 0, (np.sqrt(share) + 1) / share, 0.0)  # as in word2vec.c
    there = (flat >= 0) & (draw.random(len(flat)) < chance[flat])
    weights = np.where(kept > 0, kept, 0.0) ** EXPONENT
    noise = draw.choice(len(counts), POOL, p=weights / weights.sum())
    widths = draw.integers(1, WINDOW + 1, there.sum())
    return Text(flat[there], number[there], widths, noise)


def held_out_loss(vectors: Vectors, text: Text, n_words: int, architecture: str) -> float | None:
    """Return the mean J a pair (skip-gram) or a window (CBOW) in nats; None without pairs.

    Words that the vectors do not have are left out, so it compares vectors of the same words only.
    """
    assert vectors.outputs is not None
    rows = vectors.rows(n_words)
    known = rows[text.words] >= 0
    centers, numbers = rows[text.words[known]], text.sentences[known]
    noise = vectors.outputs[rows[text.noise][rows[text.noise] >= 0]]
    total, weight = 0.0, np.zeros(len(centers))
    if architecture == "cbow":
        hidden, weight = _window_means(vectors.inputs[centers], numbers, text.widths[known])
        scores = np.einsum("nd,nd->n", hidden, vectors.outputs[centers])
        total = float(softplus(-scores) @ weight)
    else:
        hidden = vectors.inputs[centers]
        for near, far in _neighbours(numbers):
            part = (WINDOW + 1 - (far.start - near.start)) / WINDOW
            inside = numbers[near] == numbers[far]
            for one, other in ((near, far), (far, near)):
                outsides = vectors.outputs[centers[other]]
                scores = np.einsum("nd,nd->n", hidden[one], outsides)
                total += part * float(softplus(-scores) @ inside)
                weight[one] += part * inside
    for start in range(0, len(hidden), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        each = softplus(hidden[some] @ noise.T).mean(axis=1)
        total += NEGATIVE * float(each @ weight[some])
    return total / float(weight.sum()) if weight.any() else None


def softplus(x: Floats) -> NDArray[np.float64]:
    """``-log σ(-x)`` in float64, without overflow."""
    value: NDArray[np.float64] = np.logaddexp(0.0, x.astype(np.float64))
    return value


def _neighbours(numbers: Ids) -> Iterable[tuple[slice, slice]]:
    """Yield two slices for each distance: all positions, and those so much further on."""
    n = len(numbers)
    for distance in range(1, min(WINDOW, n - 1) + 1):
        yield slice(0, n - distance), slice(distance, n)


def _window_means(
    inputs: Floats, numbers: Ids, widths: Ids
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean of each window (n, dim), and 1 for those that have a word, else 0: (n,)."""
    total, found = np.zeros(inputs.shape), np.zeros(len(inputs))
    for near, far in _neighbours(numbers):
        distance = far.start - near.start
        same = numbers[near] == numbers[far]
        for one, other in ((near, far), (far, near)):
            inside = (same & (widths[one] >= distance)).astype(float)
            total[one] += inside[:, None] * inputs[other]
            found[one] += inside
    return total / np.maximum(found, 1)[:, None], np.minimum(found, 1)
