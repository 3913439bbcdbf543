"""Figures of drawn items: against loops that draw and compute one by one; against known answers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.errors import ConfigError, EvaluationError
from firth.evaluation.correlation import pearson, spearman
from firth.evaluation.figures import Bootstrap, Figure
from firth.evaluation.formulas import (
    adjusted_rand,
    linear_correlation,
    purity,
    rank_correlation,
    share,
)

RNG = np.random.default_rng(5)


def drawn_items(weights):
    """The items of a drawing, one by one."""
    return np.repeat(np.arange(weights.shape[0]), weights.astype(int))


@pytest.mark.parametrize(
    ("formula", "slow"), [(rank_correlation, spearman), (linear_correlation, pearson)]
)
def test_correlations_of_drawings_equal_those_of_their_items(formula, slow) -> None:
    weights = RNG.multinomial(30, np.full(30, 1 / 30), 40).astype(float)
    first, second = RNG.integers(0, 6, 30).astype(float), RNG.normal(size=30)
    for drawing, value in zip(weights, formula(weights, first, second), strict=True):
        items = drawn_items(drawing)
        assert value == pytest.approx(slow(first[items], second[items]), abs=1e-12)


def naive_rand(clusters, categories, weights):
    """The index by all pairs of different items, each as often as both were drawn together."""
    one = other = both = every = 0.0
    for a, b in combinations(range(len(clusters)), 2):
        n = weights[a] * weights[b]
        one += n * (clusters[a] == clusters[b])
        other += n * (categories[a] == categories[b])
        both += n * (clusters[a] == clusters[b] and categories[a] == categories[b])
        every += n
    chance = one * other / every if every else 0.0
    most = (one + other) / 2
    return 1.0 if most <= chance else (both - chance) / (most - chance)


groups = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 3)), min_size=2, max_size=9
)


@given(groups)
def test_agreement_of_groupings_equals_its_definition(rows) -> None:
    clusters, categories, counts = (np.array(column) for column in zip(*rows, strict=True))
    weights = np.stack([counts, np.ones(len(counts), int)]).astype(float)
    if not counts.sum():
        weights = weights[1:]
    rand, pure = adjusted_rand(weights, clusters, categories), purity(weights, clusters, categories)
    for drawing, one, other in zip(weights, rand, pure, strict=True):
        assert one == pytest.approx(naive_rand(clusters, categories, drawing), abs=1e-9)
        items = drawn_items(drawing)
        largest = [
            np.bincount(categories[items][clusters[items] == c]).max()
            for c in set(clusters[items].tolist())
        ]
        assert other == pytest.approx(sum(largest) / len(items))


def accuracy(right, units=None) -> Figure:
    right = np.asarray(right, dtype=float)
    return Figure("accuracy", np.arange(len(right)), (right, np.ones(len(right))), share,
                  units=units)  # fmt: skip


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(200):
        some = np.random.default_rng(seed).random(80) < 0.3
        low, high = Bootstrap(400, 0.9, seed).interval(accuracy(some))
        inside += low <= 0.3 <= high
    assert 160 <= inside <= 195  # of 180


def test_what_is_alike_is_drawn_together_and_means_the_same() -> None:
    right = np.arange(3000) % 3 == 0
    together = Bootstrap(4000).drawn([accuracy(right)])[0]
    # Units of one item each are drawn one by one.
    singly = Bootstrap(1000).drawn([accuracy(right[:1500])])[0]
    assert together.mean() == pytest.approx(1 / 3, abs=1e-3)
    assert together.std() == pytest.approx(np.sqrt(2 / 9 / 3000), rel=0.06)
    assert singly.std() == pytest.approx(np.sqrt(2 / 9 / 1500), rel=0.12)


def test_items_of_a_unit_are_drawn_together() -> None:
    """Ten questions that are right or wrong together tell as much as one."""
    right = np.repeat(RNG.random(100) < 0.5, 10)
    alone = Bootstrap(2000).drawn([accuracy(right)])[0].std()
    joined = Bootstrap(2000).drawn([accuracy(right, np.repeat(np.arange(100), 10))])[0].std()
    assert joined == pytest.approx(np.sqrt(10) * alone, rel=0.1)


def test_differences_are_on_items_that_both_know_with_the_same_drawings() -> None:
    first = accuracy(RNG.random(300) < 0.6)
    second = first.take(np.arange(50, 300))
    found = Bootstrap().difference(first, second)
    assert found == (0.0, 0.0, 0.0, 1.0, 250)  # they are right and wrong together
    assert Bootstrap().difference(first.take(np.arange(5)), second) is None
    better = accuracy(np.ones(300))
    sure = Bootstrap(999).difference(better, first)
    assert sure is not None and sure.pvalue == pytest.approx(2 / 1000) and sure.low > 0.3
    with pytest.raises(EvaluationError, match="different items"):
        Bootstrap().drawn([first, second])


def test_chance_differences_are_rarely_called_real() -> None:
    called = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        two = (accuracy(rng.random(60) < 0.5) for _ in range(2))
        found = Bootstrap(300, seed=seed).difference(*two)
        assert found is not None
        called += found.pvalue < 0.05
        assert found.pvalue >= 0.05 or not found.low < 0 < found.high
    assert called <= 22  # of 10 expected


@pytest.mark.parametrize(
    ("given", "message"),
    [({"draws": 0}, "draws is 0"), ({"level": 1}, "level is 1"), ({"seed": -1}, "seed is -1")],
)
def test_settings_out_of_range(given, message) -> None:
    with pytest.raises(ConfigError, match=message):
        Bootstrap(**given).checked()
