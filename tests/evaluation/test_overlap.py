"""Overlaps of neighbourhoods, counted with sets, and what chance is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from firth.evaluation.overlap import by_chance, chance_overlaps, counted, overlaps

RANDOM = np.random.default_rng(0)


def draw(runs, n, k, words):
    """Neighbours without repetition."""
    return np.stack(
        [[RANDOM.choice(words, k, replace=False) for _ in range(n)] for _ in range(runs)]
    )


@pytest.mark.parametrize("runs", [2, 5])
def test_overlap_is_that_of_sets(runs):
    neighbors = draw(runs, 30, 4, 12)
    neighbors[1:, 7] = neighbors[0, 7]
    neighbors[0, 3, 2:] = -1  # this run has two neighbours only
    sets = [[set(row[row >= 0].tolist()) for row in run] for run in neighbors]
    pairs = list(combinations(range(runs), 2))
    wanted = [np.mean([len(sets[r][w] & sets[s][w]) / 4 for r, s in pairs]) for w in range(30)]
    assert overlaps(neighbors) == pytest.approx(wanted)
    assert overlaps(neighbors)[7] == 1.0
    partners = RANDOM.permutation(30)
    between = [
        np.mean([len(sets[r][w] & sets[s][partners[w]]) / 4
                 for r in range(runs) for s in range(runs)])
        for w in range(30)
    ]  # fmt: skip
    assert chance_overlaps(neighbors, partners) == pytest.approx(between)


def test_hubs_are_chance_and_agreement_is_not():
    n, runs, k = 400, 6, 5
    neighbors = draw(runs, n, k, 3000)
    neighbors[:, :, 0] = 3000  # a hub: everybody's neighbour, in all runs
    stable = np.arange(0, n, 4)
    neighbors[:, stable, 1:] = draw(1, len(stable), k - 1, 3000)
    chance = by_chance(neighbors, RANDOM.integers(5, 1000, n), overlaps(neighbors))
    rest = np.delete(np.arange(n), stable)
    assert chance.mean == pytest.approx(0.2, abs=0.01)
    assert (chance.p[stable] < 0.01).all()
    assert (chance.p[rest] > 0.05).mean() > 0.9


def test_few_words_have_chance_too():
    neighbors = draw(3, 2, 1, 9)
    chance = by_chance(neighbors, np.array([5, 5]), overlaps(neighbors))
    assert np.isfinite(chance.mean).all() and ((chance.p > 0) & (chance.p <= 1)).all()


def test_neighbours_are_counted_over_runs():
    assert counted(np.array([[[4, -1]], [[4, 2]]]), 0) == [(4, 2), (2, 1)]
