"""``deterministic=True``: the same bits whatever the threads; the engine on private rows."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import firth
from firth.config import ARCHITECTURES, OBJECTIVES, UNITS
from firth.training.shards import Store, forget, merge


def sentences(seed: int = 1, n: int = 3000) -> list[list[str]]:
    draw = random.Random(seed)
    return [[f"w{min(draw.randrange(80), draw.randrange(80))}" for _ in range(9)] for _ in range(n)]


def train(threads: int, **settings: Any) -> firth.Model:
    return firth.train(
        sentences(), dim=12, min_count=1, epochs=2, threads=threads, deterministic=True, **settings
    )


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_any_number_of_threads_gives_the_same_bits(
    architecture: str, objective: str, unit: str
) -> None:
    settings = {"architecture": architecture, "objective": objective, "unit": unit}
    first = train(1, **settings)
    for threads in (1, 2, 3, 8):
        again = train(threads, **settings)
        assert np.array_equal(first.vectors.matrix, again.vectors.matrix)
        assert np.array_equal(first.output_matrix, again.output_matrix)
        assert first.history["loss"].equals(again.history["loss"])


def test_it_learns_as_well_as_one_thread() -> None:
    plain = firth.train(sentences(), dim=12, min_count=1, epochs=5, threads=1)
    fixed = firth.train(sentences(), dim=12, min_count=1, epochs=5, threads=2, deterministic=True)
    assert fixed.history["loss"][-1].as_py() <= plain.history["loss"][-1].as_py() + 0.05


def visited(rows: dict[int, list[tuple[int, float, int]]], a: float, parts: int) -> np.ndarray:
    """Merge: for each row, (shard, gain, visits); return the first column of the matrix."""
    matrix = np.ones((6, 16), np.float32)
    store = Store.of(matrix, 16)
    for row, entries in rows.items():
        for shard, gain, visits in entries:
            slot = np.full(6, -1, np.int64)
            place = int(store.used[shard, 0])
            store.row[shard, place], store.visits[shard, place] = row, visits
            store.private[shard * 6 + place] = matrix[row] + np.float32(gain)
            store.used[shard, 0] += 1
            assert (slot == -1).all()
    for part in range(parts):
        merge(store, 3, a, part, parts)
    assert not store.total.any()
    assert not store.share.any()
    return matrix[:, 0]


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_merge_adds_what_is_rare_and_averages_what_is_frequent(parts: int) -> None:
    rows = {
        1: [(0, 0.5, 2)],
        2: [(0, 1.0, 1), (1, 3.0, 1), (2, 5.0, 1)],
    }
    few = visited(rows, 1e-9, parts)
    assert few[[0, 1, 3]].tolist() == [1.0, 1.5, 1.0]
    assert few[2] == pytest.approx(1 + 9, rel=1e-5)
    assert visited(rows, 1e3, parts)[2] == pytest.approx(1 + 3, rel=1e-5)


def test_a_shard_forgets_its_map() -> None:
    store = Store.of(np.zeros((6, 16), np.float32), 16)
    overlay = store.overlay(0, np.full(6, -1, np.int64))
    overlay.row[0], overlay.used[0], overlay.slot[4] = 4, 1, 7 << 32
    overlay.row[0] = 4
    forget(overlay)
    assert (overlay.slot == -1).all()
    assert overlay.visits[0] == 7
