"""Draw for draw what CPython's random draws."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.recipes.mersenne import WORDS, bit_length, draw_below, draw_unit, draw_word, seed_state


@given(st.one_of(st.integers(-10, 10), st.integers(-(2**70), 2**70)))
@settings(deadline=None, max_examples=30)
def test_seeding(seed):
    expected = random.Random(seed).getstate()[1]
    state = seed_state(seed)
    assert state[:WORDS].tolist() == list(expected[:-1])


def test_a_seed_longer_than_the_state():
    seed = 3**20_000
    expected = random.Random(seed)
    state = seed_state(seed)
    assert [int(draw_word(state)) for _ in range(5)] == [expected.getrandbits(32) for _ in range(5)]


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 1000, 2**20, 1_000_000, 2**31, 2**32 - 1])
def test_randint(n):
    state, expected = seed_state(31415), random.Random(31415)
    drawn = [int(draw_below(state, n)) for _ in range(700)]
    assert drawn == [expected.randint(0, n - 1) for _ in range(700)]


def test_all_kinds_of_draws_mixed_over_several_blocks():
    state, expected = seed_state(0), random.Random(0)
    for _ in range(1000):
        assert draw_unit(state) == expected.random()
        assert draw_below(state, 7) == expected.randint(0, 6)
        assert draw_word(state) == expected.getrandbits(32)


def test_a_copy_of_the_state_goes_on_alike():
    state = seed_state(1)
    draw_unit(state)
    copy = state.copy()
    assert [draw_unit(state) for _ in range(900)] == [draw_unit(copy) for _ in range(900)]


def test_bit_length():
    values = [0, 1, 2, 3, 4, 255, 256, 2**32]
    assert [int(bit_length(np.int64(value))) for value in values] == [
        v.bit_length() for v in values
    ]
