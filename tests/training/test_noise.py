"""The noise table: the right word for every number, whatever the distribution."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from firth.training.engine.noise import draw_word, noise_table
from firth.training.engine.rng import NOISE, stream_key
from helpers import naive

KEY = stream_key(3, NOISE, 0)


@numba.njit
def counts_of(table, key, n):
    counts = np.zeros(table.cumulative.size, np.int64)
    for position in range(n):
        counts[draw_word(table, key, position)] += 1
    return counts


def zipf(n):
    weights = np.arange(1, n + 1) ** -0.75
    return weights / weights.sum()


DISTRIBUTIONS = {
    "one word": np.ones(1),
    "two words": np.array([0.5, 0.5]),
    "one dominant": np.array([0.999] + [0.001 / 40] * 40),
    "dominant last": np.array([0.001 / 40] * 40 + [0.999]),
    "many": zipf(500),
    "rare ones first": zipf(500)[::-1],
    "strip borders": np.full(256, 1 / 256),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_draws_follow_the_distribution(name):
    distribution, n = DISTRIBUTIONS[name], 400_000
    counts = counts_of(noise_table(distribution), KEY, n)
    assert counts.sum() == n
    if len(distribution) > 1:
        assert abs(naive.chi_square(counts, n * distribution)) < 5


def test_the_distribution_test_can_fail():
    n, distribution = 400_000, zipf(500)
    counts = counts_of(noise_table(distribution**1.02), KEY, n)
    assert naive.chi_square(counts, n * distribution) > 5


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_draws_are_those_of_a_linear_search(name):
    table = noise_table(DISTRIBUTIONS[name])
    for position in range(300):
        assert draw_word(table, KEY, position) == naive.draw_word(
            DISTRIBUTIONS[name], KEY, position
        )


def test_a_large_vocabulary():
    distribution, n = zipf(200_000), 2_000_000
    counts = counts_of(noise_table(distribution), KEY, n)
    groups = np.array_split(np.arange(200_000), 300)
    observed = [counts[group].sum() for group in groups]
    assert abs(naive.chi_square(observed, [n * distribution[group].sum() for group in groups])) < 5


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_guide_never_starts_past_the_owner(name):
    table = noise_table(DISTRIBUTIONS[name])
    strips = len(table.guide) - 1
    for g in range(strips):
        for u in (g / strips, np.nextafter((g + 1) / strips, 0)):  # both ends of the strip
            owner = np.searchsorted(table.cumulative, u, side="right")
            assert table.guide[int(u * strips)] <= owner < len(table.cumulative)
