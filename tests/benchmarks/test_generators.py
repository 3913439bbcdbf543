"""Logs and walks are drawn from the truth that they come with."""

from __future__ import annotations

import numpy as np
import pytest
from clicks import MOVES, draw_sessions, make_shop
from walks import draw_walks, make_graph

from firth.evaluation import spearman

SHOP = make_shop(n_items=2_000, n_areas=4, leaves_per_area=5)
LOG = draw_sessions(SHOP, 200_000, seed=3)


def steps(sessions):
    """Consecutive items of one session."""
    first = np.ones(len(sessions.items), bool)
    first[sessions.offsets[:-1]] = False
    following = np.flatnonzero(first)
    return sessions.items[following - 1], sessions.items[following]


def test_areas_have_leaves_and_companions_share_a_leaf():
    assert np.all(np.diff(SHOP.leaf) >= 0) and len(set(SHOP.leaf.tolist())) == 20
    assert np.array_equal(SHOP.area, SHOP.leaf // 5)
    assert np.all(SHOP.leaf[SHOP.companions] == SHOP.leaf[:, None])
    assert np.all(SHOP.companions != np.arange(2_000)[:, None])


def test_a_log_is_as_long_as_asked_for_and_its_sessions_have_2_to_10_clicks():
    lengths = np.diff(LOG.offsets)
    assert 200_000 <= len(LOG.items) == LOG.offsets[-1] < 200_010
    assert lengths.min() == 2 and lengths.max() == 10
    # A geometric fall by a quarter.
    assert (lengths == 3).sum() / (lengths == 2).sum() == pytest.approx(0.75, rel=0.05)


def test_the_seed_decides():
    again, other = (draw_sessions(SHOP, 200_000, seed) for seed in (3, 4))
    assert np.array_equal(LOG.items, again.items)
    assert not np.array_equal(LOG.items[:1000], other.items[:1000])


def test_clicks_follow_popularity_leaves_areas_and_companions():
    counts = np.bincount(LOG.items, minlength=2_000)
    assert spearman(np.diff(SHOP.cumulative), counts) > 0.8
    before, after = steps(LOG)
    assert not np.any(before == after)
    beside = (SHOP.companions[before] == after[:, None]).any(axis=1).mean()
    leaf = (SHOP.leaf[before] == SHOP.leaf[after]).mean()
    area = (SHOP.area[before] == SHOP.area[after]).mean()
    # What is drawn from a wider range may fall into the narrower too: 20 leaves, 4 areas, of
    # which one session in a leaf of popular items sees more than its share.
    assert MOVES[0] < beside < MOVES[0] + 0.1
    assert sum(MOVES[:2]) < leaf < sum(MOVES[:2]) + 0.1
    assert sum(MOVES[:3]) < area < sum(MOVES[:3]) + 0.1


def test_walks_go_along_edges_and_mostly_stay_in_a_community():
    graph = make_graph(n_nodes=500, n_communities=5, mixing=0.2)
    walks = draw_walks(graph, per_node=20, length=10, seed=1)
    sources = np.repeat(np.arange(500), np.diff(graph.starts))
    edges = set(zip(sources.tolist(), graph.neighbours.tolist(), strict=True))
    assert edges == {(b, a) for a, b in edges}
    before, after = (some.tolist() for some in steps(walks))
    assert set(zip(before, after, strict=True)) <= edges
    assert np.array_equal(np.bincount(walks.items[::10]), np.full(500, 20))
    inside = (graph.community[before] == graph.community[after]).mean()
    assert inside == pytest.approx(0.8 + 0.2 / 5, abs=0.03)
