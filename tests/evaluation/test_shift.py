"""Which words moved: the rate of false ones, of made-up movements and of texts."""

from __future__ import annotations

import numpy as np
import pytest

from firth.corpus import WordList
from firth.errors import ConfigError
from firth.evaluation import Shift, benjamini_hochberg
from firth.evaluation.shift import permutation_p


def movements(random, n, times, scale):
    """Movements whose spread and size differ from word to word, as those of words do."""
    return np.exp(random.normal(np.log(scale), 0.4, (times, n)) + random.normal(0, 0.2, (times, 1)))


def test_benjamini_and_hochbergs_is_scipys():
    stats = pytest.importorskip("scipy.stats")
    p = np.random.default_rng(0).uniform(size=200) ** 2
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))


def test_false_ones_are_as_rare_as_promised():
    random = np.random.default_rng(1)
    n, calls, shares = 1500, 0, []
    for _ in range(40):
        scale = random.uniform(0.01, 0.5, n)
        observed = movements(random, n, 1, scale)[0]
        p, _ = permutation_p(observed, movements(random, n, 12, scale), random.integers(5, 900, n))
        calls += bool((benjamini_hochberg(p) <= 0.1).any())
        shares.append((p <= 0.05).mean())
    assert calls <= 9  # of 40; at a rate of .1, more than that happen once in a hundred times
    assert 0.03 < np.mean(shares) < 0.06


def test_what_moved_is_found():
    random = np.random.default_rng(2)
    scale = random.uniform(0.01, 0.2, 2000)
    observed = movements(random, 2000, 1, scale)[0]
    observed[:40] *= 12
    p, whole = permutation_p(observed, movements(random, 2000, 20, scale), np.arange(2000))
    assert whole == pytest.approx(1 / 21)
    found = np.flatnonzero(benjamini_hochberg(p) <= 0.05)
    assert (found < 40).sum() >= 35 and (found >= 40).sum() <= 6


def test_all_words_moving_alike_is_no_words_shift():
    random = np.random.default_rng(3)
    scale = random.uniform(0.01, 0.2, 1000)
    observed = 5 * movements(random, 1000, 1, scale)[0]
    p, whole = permutation_p(observed, movements(random, 1000, 10, scale), np.arange(1000))
    assert (p <= 0.05).mean() < 0.08 and whole > 1 / 11


def test_words_that_move_in_groups_are_false_no_more_often_than_promised():
    random, false = np.random.default_rng(4), 0
    for _ in range(60):  # ten groups: at a rate of .2, with what p-values of words alone say
        levels = np.repeat(random.normal(0, 0.5, (10, 10)), 30, axis=1)
        every = np.exp(levels + random.normal(0, 0.1, levels.shape))
        shift = Shift(WordList.of([f"w{i}" for i in range(300)]), np.ones((2, 300), int),
                      every[0], every[1:])  # fmt: skip
        false += bool(shift.moved(0.2))
        assert shift.q.min() >= shift.whole >= 0.1
    assert false <= 19  # more than that happen once in a hundred times


def test_few_permutations_say_nothing():
    with pytest.raises(ConfigError, match="3 permutations"):
        permutation_p(np.ones(5), np.ones((3, 5)), np.arange(5))
