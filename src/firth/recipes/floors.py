"""What models cost that know nothing about pairs of words: how low the classic run should come.

Windows and noise words are counted as they are drawn on average, not as one run drew them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from firth.recipes.kernel import Sentences

REACH, NOISE = 5, 10

Array = npt.NDArray[np.float64]


class Floors(NamedTuple):
    """Costs of a window, in nats.

    Attributes
    ----------
    pairs : float
        Pairs of a window.
    coins : float
        Every score 0: each of a pair's 11 questions is a coin toss. The run starts here.
    one_in_eleven : float
        Every question is answered alike, with the share of yes.
    frequencies : float
        Each word has its own share of yes, whatever the centre word: the best that biases can do.
    """

    pairs: float
    coins: float
    one_in_eleven: float
    frequencies: float


def floors(sentences: Sentences, shares: Array) -> Floors:
    """Return what models cost that know nothing about pairs of words.

    Parameters
    ----------
    sentences : Sentences
        The training sentences.
    shares : ndarray (V,)
        How likely each word is to be drawn as noise.

    Returns
    -------
    Floors
        A word w is outside a_w times a window; as noise it comes ``b_w = K Σ_{o≠w} a_o q_w /
        (1 - q_o)`` times, since noise equal to o is drawn again. The best single answer for it is
        ``σ = a / (a + b)``.

    Examples
    --------
    >>> from firth.recipes.kernel import Sentences
    >>> two = Sentences(np.array([0, 1]), np.array([0, 2]))
    >>> round(floors(two, np.array([0.5, 0.5])).coins, 4)  # one pair, 11 log 2
    7.6246
    """
    outside = outside_counts(sentences, len(shares))
    pairs = float(outside.sum())
    refused = outside / (1 - shares)
    noise = NOISE * shares * (refused.sum() - refused)
    yes = 1 / (1 + NOISE)
    return Floors(
        pairs,
        pairs * (1 + NOISE) * float(np.log(2)),
        pairs * float(-np.log(yes) - NOISE * np.log(1 - yes)),
        _best(outside, noise),
    )


def outside_counts(sentences: Sentences, n_words: int) -> Array:
    """Return how often each word is an outside word of a window, on average: (V,).

    A window's half-width is 1 to 5, as likely each; then a sentence, then a word of it; words equal
    to the centre are left out, and a window without any is drawn again with the same half-width.
    """
    tokens, offsets = sentences
    lengths = np.diff(offsets)
    where = np.repeat(np.arange(len(lengths)), lengths)
    weight = np.repeat(1.0 / lengths, lengths) / len(lengths)
    near = [_near(tokens, where, distance) for distance in range(1, REACH + 1)]
    filled = np.zeros(len(tokens), bool)
    chance = []  # that a window of this half-width is not drawn again
    for left, right in near:
        filled |= left | right
        chance.append(float(weight[filled].sum()))
    outside = np.zeros(n_words)
    for distance, (left, right) in enumerate(near, start=1):
        share = sum(1 / one for one in chance[distance - 1 :]) / REACH
        for mask, step in ((left, -distance), (right, distance)):
            centers = np.flatnonzero(mask)
            outside += share * np.bincount(
                tokens[centers + step], weights=weight[centers], minlength=n_words
            )
    return outside


def _near(
    tokens: npt.NDArray[np.integer], where: npt.NDArray[np.integer], distance: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which words have another word so far to the left, and to the right."""
    pair = (where[distance:] == where[:-distance]) & (tokens[distance:] != tokens[:-distance])
    none = np.zeros(min(distance, len(tokens)), bool)
    return np.concatenate((none, pair)), np.concatenate((pair, none))


def _best(yes: Array, no: Array) -> float:
    """Return ``-Σ yes log(yes / (yes + no)) + no log(no / (yes + no))``."""
    total = 0.0
    for part in (yes, no):
        some = part > 0
        total -= float(np.sum(part[some] * np.log(part[some] / (yes + no)[some])))
    return total
