"""Intervals cover what they claim to cover."""

from __future__ import annotations

import numpy as np
import pytest
from intervals import Estimate, difference, of_pairs, of_values


def test_the_interval_of_a_difference_is_welchs():
    apart = difference(of_values([3.0, 4.0, 8.0]), of_values([1.0, 2.0, 3.0, 2.0]))
    a, b = 7 / 3, (2 / 3) / 4  # variances of the two means
    assert apart.mean == pytest.approx(3.0)
    assert apart.error == pytest.approx(np.sqrt(a + b))
    assert apart.freedom == pytest.approx((a + b) ** 2 / (a**2 / 2 + b**2 / 3))
    assert apart.half == pytest.approx(4.303 * np.sqrt(a + b))
    assert not apart.sure


def test_one_seed_has_no_interval_and_decides_nothing():
    apart = difference(of_values([9.0]), of_values([1.0, 2.0, 3.0]))
    assert apart == Estimate(7.0) and apart.half is None and not apart.sure


def test_runs_that_agree_to_the_bit_differ_for_sure():
    assert difference(of_values([2.0, 2.0]), of_values([1.0, 1.0])).sure
    assert not difference(of_values([1.0, 1.0]), of_values([1.0, 1.0])).sure


@pytest.mark.parametrize("n", [2, 3, 5, 12])
def test_intervals_cover_the_truth_19_times_in_20(n, seed):
    draw = np.random.default_rng(seed)
    covered = []
    for _ in range(2_000):
        own, its = draw.normal(1.0, 1.0, n), draw.normal(0.0, 1.0, n)
        apart = difference(of_values(own.tolist()), of_values(its.tolist()))
        covered.append(abs(apart.mean - 1.0) <= apart.half)
    # Welch's interval is too long rather than too short where there are few.
    assert 0.93 < np.mean(covered) <= (1 if n < 5 else 0.98)


@pytest.mark.parametrize("n", [3, 5, 9])
def test_intervals_over_pairs_of_runs_cover_the_truth(n, seed):
    # What two runs share depends on both: here the sum of what each brings, and chance.
    draw = np.random.default_rng(seed)
    covered = []
    for _ in range(1_000):
        brought, chance = draw.normal(0, 1, n), draw.normal(0, 0.5, (n, n))
        found = of_pairs(n, lambda a, b, x=brought, e=chance: {"s": x[a] + x[b] + e[a, b]})["s"]
        covered.append(abs(found.mean) <= found.half)
    assert 0.92 < np.mean(covered) < 0.99


def test_pairs_of_two_runs_are_one_pair():
    assert of_pairs(2, lambda a, b: {"s": 0.25, "t": 1.0}) == {
        "s": Estimate(0.25),
        "t": Estimate(1.0),
    }
