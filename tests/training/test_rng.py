"""Draws: pure, uniform, independent between purposes, and the same for ever."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from firth.training.engine.rng import NOISE, SUBSAMPLE, WINDOW, bits, stream_key, unit
from helpers import naive

KEYS = [np.uint64(key) for key in (0, 1, 2**64 - 1)]


@numba.njit
def many(key, positions):
    out = np.empty(positions.size, np.uint64)
    for i in range(positions.size):
        out[i] = bits(key, positions[i])
    return out


@numba.njit
def many_units(key, positions):
    out = np.empty(positions.size, np.float64)
    for i in range(positions.size):
        out[i] = unit(key, positions[i])
    return out


def test_values_never_change():
    # The published stream of SplitMix64 with seed 0.
    assert [hex(draw) for draw in many(np.uint64(0), np.arange(1, 4))] == [
        "0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4", "0x6c45d188009454f",
    ]  # fmt: skip
    # A change here changes every model trained with every seed.
    assert (SUBSAMPLE, WINDOW, NOISE) == (1, 2, 3)
    assert stream_key(1, NOISE, 0) == 0xFE9E92EA93C586F5
    assert stream_key(2**63 - 1, WINDOW, 9) == 0x602E4F515605D4C8
    assert many(stream_key(1, NOISE, 0), np.array([12345]))[0] == 0x51D510410A7DC79A
    assert many_units(stream_key(1, NOISE, 0), np.array([12345]))[0] == 0.31965734088816244


@pytest.mark.parametrize("key", KEYS)
def test_compiled_draws_are_those_of_python_integers(key):
    positions = np.array([0, 1, 2, 77, 2**31, 2**40 + 3, 2**62])
    assert many(key, positions).tolist() == [naive.bits(key, p) for p in positions.tolist()]
    assert many_units(key, positions).tolist() == [naive.unit(key, p) for p in positions.tolist()]
    for purpose in (SUBSAMPLE, WINDOW, NOISE):
        assert stream_key(5, purpose, 3) == naive.stream_key(5, purpose, 3)


def test_a_draw_depends_on_its_place_alone():
    positions = np.random.default_rng(0).permutation(1000)
    key = stream_key(7, NOISE, 2)
    forward = many(key, np.arange(1000))
    np.testing.assert_array_equal(many(key, positions), forward[positions])
    assert 0.0 <= many_units(key, positions).min() < many_units(key, positions).max() < 1.0


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
@pytest.mark.parametrize("purpose", [SUBSAMPLE, WINDOW, NOISE])
def test_draws_are_uniform(seed, purpose):
    draws = many(stream_key(seed, purpose, 0), np.arange(1 << 17))
    for shift in (0, 24, 32, 56):  # low, middle and high bits
        counts = np.bincount(((draws >> np.uint64(shift)) & np.uint64(255)).astype(int))
        assert abs(naive.chi_square(counts, np.full(256, len(draws) / 256))) < 5


def test_the_uniformity_test_can_fail():
    u = many_units(stream_key(1, NOISE, 0), np.arange(1 << 17)) ** 1.05
    counts = np.bincount((u * 256).astype(int), minlength=256)
    assert naive.chi_square(counts, np.full(256, len(u) / 256)) > 5


def joint(a, b):
    """z-score of the 16 x 16 table of two streams of draws."""
    cells = (a >> np.uint64(60)).astype(int) * 16 + (b >> np.uint64(60)).astype(int)
    return abs(naive.chi_square(np.bincount(cells, minlength=256), np.full(256, len(a) / 256)))


def test_purposes_epochs_seeds_and_neighbours_are_independent():
    positions = np.arange(1 << 17)
    first = many(stream_key(1, SUBSAMPLE, 0), positions)
    for seed, purpose, epoch in [(1, WINDOW, 0), (1, NOISE, 0), (1, SUBSAMPLE, 1), (2, 1, 0)]:
        assert joint(first, many(stream_key(seed, purpose, epoch), positions)) < 5
    for lag in (1, 2, 11, 32):
        assert joint(first[:-lag], first[lag:]) < 5
    assert joint(first, first) > 5  # so the table can tell


def test_streams_have_keys_of_their_own():
    keys = {
        int(stream_key(seed, purpose, epoch))
        for seed in range(50)
        for purpose in (SUBSAMPLE, WINDOW, NOISE)
        for epoch in range(50)
    }
    assert len(keys) == 50 * 3 * 50
