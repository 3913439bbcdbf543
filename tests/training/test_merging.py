"""How much of each update counts: the limits, and what lies between them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.training.engine.merging import part_to_add, way

rates = st.floats(1e-6, 10)
visits = st.floats(0.01, 1e4)


@given(rates, visits)
def test_one_update_counts_whole(a: float, n: float) -> None:
    assert part_to_add(a, n, n) == 1.0


@given(rates, visits, st.integers(2, 64))
def test_between_a_mean_and_a_sum(a: float, n: float, updates: int) -> None:
    part = part_to_add(a, n, updates * n)
    assert 1 / updates - 1e-9 <= part <= 1 + 1e-9
    # Together they go as far as all visits one after the other would have gone.
    assert updates * part * way(a, n) == pytest.approx(1 - math.exp(-a * updates * n), rel=1e-6)


def test_the_limits() -> None:
    assert part_to_add(1e-9, 1.0, 8.0) == pytest.approx(1.0)
    assert part_to_add(1.0, 1e6, 8e6) == pytest.approx(1 / 8)


@pytest.mark.parametrize("a", [0.0, -0.1])
def test_at_a_rate_of_0_nothing_is_weighed(a: float) -> None:
    assert part_to_add(a, 3.0, 6.0) == 1.0
