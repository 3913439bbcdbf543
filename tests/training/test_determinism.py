"""``deterministic=True``: the same bits whatever the threads; the engine on private rows."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firth
from firth.training.run.rounds.shards import Overlay, PrivateRows, forget, is_in, merge
from helpers.members import ALL_BUT_CLASSIC_FULL


def sentences(seed: int = 1, n: int = 3000) -> list[list[str]]:
    draw = random.Random(seed)
    return [[f"w{min(draw.randrange(80), draw.randrange(80))}" for _ in range(9)] for _ in range(n)]


def train(threads: int, **settings: Any) -> firth.Model:
    return firth.train(
        sentences(), dim=12, min_count=1, epochs=2, threads=threads, deterministic=True, **settings
    )


@pytest.mark.parametrize("names", ALL_BUT_CLASSIC_FULL)
def test_any_number_of_threads_gives_the_same_bits(names: tuple[str, str, str]) -> None:
    settings = dict(zip(("architecture", "unit", "objective"), names, strict=True))
    first = train(1, **settings)
    for threads in (1, 2, 3, 8):
        again = train(threads, **settings)
        assert np.array_equal(first.vectors.matrix, again.vectors.matrix)
        assert np.array_equal(first.output_matrix, again.output_matrix)
        assert first.history["loss"].equals(again.history["loss"])


def test_the_command_line_writes_the_same_file(run_firth: Any, tmp_path: Path) -> None:
    """In processes of their own, with other hashes, threads and ways of reading."""
    text = tmp_path / "text.txt"
    text.write_text("\n".join(" ".join(sentence) for sentence in sentences()))
    packed = tmp_path / "text.txt.gz"
    packed.write_bytes(gzip.compress(text.read_bytes()))
    files = []
    for source, threads, seed in ((text, 1, "1"), (text, 2, "77"), (packed, 3, "5")):
        output = tmp_path / f"m{threads}"
        done = run_firth(
            "train", source, "--output", output, "--deterministic", "--threads", threads,
            "--dim", "12", "--min-count", "1", "--epochs", "2", "--quiet",
            env={"PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        files.append((output / "vectors.safetensors").read_bytes())
    assert files[0] == files[1] == files[2]


def test_it_learns_as_well_as_one_thread() -> None:
    plain = firth.train(sentences(), dim=12, min_count=1, epochs=5, threads=1)
    fixed = firth.train(sentences(), dim=12, min_count=1, epochs=5, threads=2, deterministic=True)
    assert fixed.history["loss"][-1].as_py() <= plain.history["loss"][-1].as_py() + 0.05


def visited(rows: dict[int, list[tuple[int, float, int]]], a: float, parts: int) -> np.ndarray:
    """Merge: for each row, (shard, gain, visits); return the first column of the matrix."""
    matrix = np.ones((6, 16), np.float32)
    store = PrivateRows.of(matrix, 16, 6)
    for row, entries in rows.items():
        for shard, gain, visits in entries:
            place = int(store.used[shard, 0])
            store.row[shard, place], store.visits[shard, place] = row, visits
            store.private[shard * 6 + place] = matrix[row] + np.float32(gain)
            store.used[shard, 0] += 1
    ways = -np.expm1(-a * np.arange(2))  # longer numbers of visits are not in the table
    for part in range(parts):
        merge(store, 3, a, ways, part, parts)
    assert (store.newest == -1).all()
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
    store = PrivateRows.of(np.zeros((6, 16), np.float32), 16, 6)
    slot = np.full(6, -1, np.int32)
    slot[4], store.row[0, 0], store.used[0, 0] = 0, 4, 1
    overlay = Overlay(
        store.shared, slot, store.private[:6], store.row[0], store.visits[0], store.used[0]
    )
    forget(overlay)
    assert (overlay.slot == -1).all()


@pytest.mark.parametrize("parts", [1, 2, 3, 8])
def test_each_row_is_in_one_part(parts: int) -> None:
    counts = [sum(bool(is_in(row, part, parts)) for row in range(4000)) for part in range(parts)]
    assert sum(counts) == 4000
    assert min(counts) > 3500 / parts


def test_validation_compiles_no_second_engine(run_python: Any) -> None:
    script = """
import firth
from firth.training.engine.steps import train_segment
text = [[f"w{i * i % 37}" for i in range(k, k + 9)] for k in range(300)]
firth.train(text, dim=4, min_count=1, epochs=2, sample=0, deterministic=True, validation=0.2)
assert len(train_segment.overloads) == 1, train_segment.signatures
"""
    run_python(script)


def text_of_groups(groups: int = 50, size: int = 20, tokens: int = 40_000) -> list[list[str]]:
    """Sentences of ten words of one group each; within it, words fall off after Zipf's law."""
    draw, share = np.random.default_rng(5), 1 / np.arange(1, size + 1)
    return [
        [f"g{group}w{word}" for word in draw.choice(size, 10, p=share / share.sum())]
        for group in draw.integers(groups, size=tokens // 10)
    ]


def members_found(model: firth.Model) -> float:
    """Return what part of the five nearest of each word are of its group."""
    vectors = model.vectors.matrix / np.linalg.norm(model.vectors.matrix, axis=1, keepdims=True)
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -1)
    group = np.array([word.split("w")[0] for word in model.vectors.words])
    return float((group[np.argsort(-cosine, axis=1)[:, :5]] == group[:, None]).mean())


def test_little_text_teaches_rounds_as_much() -> None:
    options: dict[str, Any] = {"dim": 16, "min_count": 1, "sample": 0.0, "epochs": 1, "threads": 1}
    text = text_of_groups()
    alone, rounds = (
        members_found(firth.train(text, **options, deterministic=is_in_rounds))
        for is_in_rounds in (False, True)
    )
    assert alone > 0.9
    assert rounds > alone - 0.05
