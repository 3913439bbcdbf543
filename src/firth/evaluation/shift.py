r"""Which words moved more than chance explains: a permutation test, and the rate of false ones.

If two texts use a word alike, it makes no difference which sentence stands in which of them. So
the sentences of both are divided anew, by chance, P times, and two models are trained each time:
how far a word moves between those is what is chance for this word, with this training.

P is small where each costs two models, and P + 1 movements alone give no p-value below 1 / (P + 1).
So the movements of each word are brought to one scale, and the words of about one frequency lend
each other their permutations, as in SAM (Tusher, Tibshirani and Chu 2001), with a moderated sd
(Smyth 2004)::

    l_w   = log m_w - median_v log m_v                     of what was observed; l_wp alike
    z_w   = (l_w - mean_p l_wp) / sd_p l_wp
    z_wp  = the same for permutation p, with mean and sd of the other P - 1
    p_w   = (1 + #{z_vp ≥ z_w}) / (1 + #{v, p})            v: words of w's frequency band

The median is taken away since two models as a whole come out nearer to each other one time than the
next, and all words with them. So a word is tested for whether it moved more than the texts as a
whole did; that is said apart (:attr:`Shift.overall`). The mean and sd of a permutation are of one
value less than those of what was observed, which makes the test err on the safe side. Benjamini and
Hochberg (1995) then bound the part of false ones among the words that are called moved.

Words move in groups, and a few permutations know few such groups: where nothing had changed, the
most extreme word of the texts was beyond those of all of 8 permutations one time in 7. So no q is
below the p-value of the texts as a whole: the part of the divisions, the true one among them, whose
most extreme z is as large. That is exact whatever depends on what; and a rate of 5 % takes 19
permutations.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import ConfigError

#: Words of a band of frequency.
_BAND = 1_000
#: Values that the common variance counts for. With 10 permutations of a made-up language in which
#: ten words had changed places, in four tests, each word's own variance found 11 of 40, this 40.
_PRIOR = 20
_LEAST = 1e-12


def benjamini_hochberg(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each p-value the least false discovery rate at which it is called a discovery.

    Parameters
    ----------
    p : (n,) float64
        p-values.

    Returns
    -------
    (n,) float64
        Calling those of at most .05 moved, 5 % of them are false, in expectation, at the most
        (Benjamini and Hochberg 1995, for tests that are independent or depend positively).

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.04, 0.001, 0.02, 0.9])).round(4).tolist()
    [0.0533, 0.004, 0.04, 0.9]
    """
    n = len(p)
    order = np.argsort(p, kind="stable")
    adjusted = p[order] * n / np.arange(1, n + 1)
    found = np.empty(n)
    found[order] = np.minimum.accumulate(adjusted[::-1])[::-1]
    return np.minimum(found, 1.0)


def permutation_p(
    observed: NDArray[np.float64],
    permuted: NDArray[np.float64],
    frequency: NDArray[np.floating] | NDArray[np.integer],
) -> tuple[NDArray[np.float64], float]:
    """Return p-values of movements, (n,), and that of the texts as a whole.

    Parameters
    ----------
    observed : (n,) float64
        How far each word moved between the two texts.
    permuted : (P, n) float64
        And between two texts of which each holds sentences of both; P is 4 or more.
    frequency : (n,) numbers
        How frequent the words are; only the order counts.

    Raises
    ------
    ConfigError
        There are fewer than four permutations.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> observed = random.gamma(2.0, size=1000)
    >>> observed[7] = 100.0
    >>> p, whole = permutation_p(observed, random.gamma(2.0, size=(10, 1000)), np.arange(1000))
    >>> int(p.argmin()), bool(p[7] < 0.001), bool(0.03 < (p < 0.05).mean() < 0.07)
    (7, True, True)
    >>> round(whole, 3)
    0.091
    """
    count, n = permuted.shape
    if count < 4:
        raise ConfigError(
            f"{count} permutations do not say how much movement varies by chance: give 4 or more"
        )
    logs, level = _levelled(permuted), _levelled(observed)
    total, squares = logs.sum(axis=0), (logs**2).sum(axis=0)
    found = _scaled(level, total, squares, count)
    chance = _scaled(logs, total - logs, squares - logs**2, count - 1)
    order = np.argsort(frequency, kind="stable")
    p = np.empty(n)
    for its in np.array_split(order, max(1, n // _BAND)):
        lent = np.sort(chance[:, its].ravel())
        reached = len(lent) - np.searchsorted(lent, found[its], side="left")
        p[its] = (1 + reached) / (1 + len(lent))
    as_extreme = int((chance.max(axis=1) >= found.max()).sum())
    return p, (1 + as_extreme) / (1 + count)


def _levelled(movements: NDArray[np.float64]) -> NDArray[np.float64]:
    logs = np.log(np.maximum(movements, _LEAST))
    found: NDArray[np.float64] = logs - np.median(logs, axis=-1, keepdims=True)
    return found


def _scaled(
    values: NDArray[np.float64], total: NDArray[np.float64], squares: NDArray[np.float64], n: int
) -> NDArray[np.float64]:
    """Return values less the mean of n others, over their standard deviation.

    That of a few values is itself a matter of chance; so it is drawn towards the median of all
    words' variances, as if that had been seen in `_PRIOR` more values (Smyth 2004).
    """
    variance = np.maximum(squares - total**2 / n, 0.0) / (n - 1)
    common = np.median(variance, axis=-1, keepdims=True)
    variance = ((n - 1) * variance + _PRIOR * common) / (n - 1 + _PRIOR)
    return (values - total / n) / np.sqrt(np.maximum(variance, _LEAST))


class Shift:
    """Which words moved between two texts, and how sure that is. Made by :func:`firth.shift`.

    Attributes
    ----------
    words : WordList
        (n,) the words that occur often enough in both.
    counts : (2, n) int64
        How often, in each.
    movement : (n,) float64
        1 - cosine after alignment.
    by_chance : (n,) float64
        The mean over the permutations.
    p, q : (n,) float64
        p-values, and the false discovery rate at which a word is called moved.
    permutations : int
        How many there were.
    whole : float
        The p-value of the texts as a whole: that no word moved. No q is below it.
    overall : float
        The median movement, over the median of the medians of the permutations: 1 where the texts
        as a whole are no farther from each other than by chance.
    """

    def __init__(
        self,
        words: WordList,
        counts: NDArray[np.int64],
        observed: NDArray[np.float64],
        permuted: NDArray[np.float64],
    ) -> None:
        self.words, self.counts, self.movement = words, counts, observed
        self.permutations = len(permuted)
        self.overall = float(np.median(observed) / np.median(np.median(permuted, axis=1)))
        self.by_chance = permuted.mean(axis=0)
        self.p, self.whole = permutation_p(observed, permuted, counts.min(axis=0))
        self.q = np.maximum(benjamini_hochberg(self.p), self.whole)

    def __repr__(self) -> str:
        return f"<Shift: {len(self.words):,} words, {self.permutations} permutations>"

    def moved(self, rate: float = 0.05) -> list[str]:
        """Return the words that moved, those first that are surest.

        Parameters
        ----------
        rate : float
            The part of them that may be false, in expectation.
        """
        order = self._order()
        return self.words.take(order[self.q[order] <= rate])

    def table(self) -> pa.Table:
        """Return a row for each word, those that moved first."""
        order = self._order()
        return pa.table(
            {
                "word": self.words.array.take(pa.array(order)),
                "count_first": self.counts[0, order],
                "count_second": self.counts[1, order],
                "movement": self.movement[order],
                "by_chance": self.by_chance[order],
                "ratio": self.movement[order] / np.maximum(self.by_chance[order], _LEAST),
                "p": self.p[order],
                "q": self.q[order],
            }
        )

    def _order(self) -> NDArray[np.int64]:
        ratio = self.movement / np.maximum(self.by_chance, _LEAST)
        return np.lexsort((-ratio, self.p))
