"""Runs on several nodes: what is exchanged, what is the same, what a lost node costs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import firth
from firth.config import TrainConfig
from firth.corpus import EncodedCorpus, encode
from firth.errors import ConfigError, MissingExtraError, TrainingError
from firth.training.cluster import on_ray, text
from firth.training.cluster.crew import Cluster
from firth.training.cluster.replica import Replica, Update, merged
from firth.training.cluster.tasks import cut_off, length, shared_out
from firth.training.engine.directions import STEEPEST, steep
from firth.training.run.loop import Trainer
from firth.training.run.prepare import prepare
from helpers.nodes import Several, trainer

ROUNDS: dict[str, Any] = {"dim": 12, "epochs": 2, "sample": 0.0, "round_length": 12_000}
FIXED = {**ROUNDS, "deterministic": True, "round_parts": 3}


def sentences(n: int = 4000) -> list[list[str]]:
    draw = random.Random(1)
    return [[f"w{min(draw.randrange(80), draw.randrange(80))}" for _ in range(9)] for _ in range(n)]


@pytest.fixture(scope="module")
def corpus() -> Iterator[EncodedCorpus]:
    with encode(sentences(), min_count=1, progress=False) as found:
        yield found


def nodes_of(run: Trainer) -> Several:
    assert isinstance(run.crew, Cluster)
    nodes = run.crew.nodes
    assert isinstance(nodes, Several)
    return nodes


def finish(run: Trainer) -> Trainer:
    run.run()
    nodes_of(run).close()
    return run


# Exchanging ---------------------------------------------------------------------------------------


def update(rows: list[int], visits: list[int], gain: float) -> Update:
    gains = np.full((len(rows), 4), gain, np.float32)
    return Update(np.array(rows, np.int32), np.array(visits, np.int32), gains)


#: Without any rows to tell directions by, all are equally steep.
ALIKE = steep(np.zeros((1, 4), np.float32), 4)


def test_what_is_rare_adds_up_and_what_is_frequent_is_averaged() -> None:
    parts = [update([1, 5], [1, 9], 1.0), update([5, 7], [9, 2], 3.0)]
    rare, frequent = merged(parts, 1e-9, ALIKE), merged(parts, 1e3, ALIKE)
    assert rare.rows.tolist() == frequent.rows.tolist() == [1, 5, 7]
    assert rare.visits.tolist() == [1, 18, 2]
    assert rare.gains[:, 0] == pytest.approx([1, 4, 3])
    assert frequent.gains[:, 0] == pytest.approx([1, 2, 3])


@pytest.mark.parametrize("visits", [[30, 30], [5, 60], [8, 20, 30, 2]])
def test_in_each_direction_a_row_goes_as_far_as_it_would_have_gone_in_turn(
    visits: list[int],
) -> None:
    dim, a = 20, 0.05
    turned, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(dim, dim)))
    lengths = np.array([3.0, 1.0, 0.5, *[0.2] * (dim - 3)])
    others = np.concatenate([lengths[:, None] * turned, -lengths[:, None] * turned])
    directions = steep(others.astype(np.float32), dim)
    to_go = np.ones(dim)  # in each direction as far

    def gone(n: float) -> np.ndarray:
        return (to_go * -np.expm1(-a * (lengths / lengths[0]) ** 2 * n)) @ turned

    row = np.array([0], np.int32)
    updates = [
        Update(row, np.array([n], np.int32), gone(n)[None].astype(np.float32)) for n in visits
    ]
    found = merged(updates, a, directions).gains[0]
    assert found == pytest.approx(gone(sum(visits)), abs=1e-5)


@given(st.integers(1, 40), st.integers(0, 60), st.integers(0, 9))
def test_directions_are_those_of_the_second_moment(dim: int, rows: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    scales = 0.5 ** np.arange(dim)
    matrix = np.zeros((rows, dim + 3), np.float32)
    matrix[:, :dim] = draw.normal(size=(rows, dim)) * scales
    found = steep(matrix, dim)
    exact = np.linalg.eigvalsh(matrix[:, :dim].T.astype(float) @ matrix[:, :dim])[::-1]
    if exact[0] <= 0:
        assert found.steepness.tolist() == [1.0] * (min(dim, STEEPEST) + 1)
        return
    kept = min(dim, STEEPEST)
    assert found.steepness[:kept] == pytest.approx(exact[:kept] / exact[0], abs=0.02)
    assert found.steepness[kept] == pytest.approx(
        exact[kept:].mean() / exact[0] if dim > kept else 0, abs=0.02
    )
    products = found.rows @ found.rows.T
    assert products == pytest.approx(np.diag(np.rint(np.diag(products))), abs=1e-6)


@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax"])
def test_rows_that_are_visited_most_are_looked_at(corpus: EncodedCorpus, objective: str) -> None:
    setup = prepare(TrainConfig(min_count=1, objective=objective, dim=4), corpus)
    _, outputs = setup.frequent(5)
    words = len(corpus.vocabulary)
    expected = [0, 1, 2, 3, 4] if objective == "negative_sampling" else range(words - 6, words - 1)
    assert np.arange(setup.n_output_rows)[outputs].tolist() == list(expected)
    if objective == "hierarchical_softmax":
        assert setup.tables.tree.path(0)[0][0] == words - 2  # where all paths begin


def test_directions_of_matrices_beyond_reason_are_all_alike() -> None:
    assert steep(np.full((3, 4), np.nan, np.float32), 4).steepness.tolist() == [1.0] * 5


@given(st.integers(1, 9), st.integers(0, 300))
def test_each_row_has_one_owner_and_who_it_is_changes_nothing(nodes: int, n: int) -> None:
    matrix = np.zeros((n, 16), np.float32)
    replica = Replica(matrix, 4)
    matrix[:, :4] = np.arange(n * 4).reshape(n, 4)
    replica.visits[: n // 2 * 2] = 3
    (whole,), pieces = replica.take(None, 1), replica.take(None, nodes)
    assert len(pieces) == nodes
    rows = np.concatenate([piece.rows for piece in pieces])
    assert sorted(rows.tolist()) == whole.rows.tolist() == list(range(n // 2 * 2))
    together = merged([whole, whole], 0.1, ALIKE)
    for piece in pieces:
        assert np.array_equal(merged([piece, piece], 0.1, ALIKE).gains, together.gains[piece.rows])


def test_a_replica_goes_back_to_the_last_commit() -> None:
    matrix = np.arange(48, dtype=np.float32).reshape(3, 16)
    before, replica = matrix.copy(), Replica(matrix, 16)
    for _ in range(2):  # the second time the rows are remembered already
        matrix[1] += 1
        replica.visits[1] = 2
        (taken,) = replica.take(np.arange(3) == 1, 1)
        assert taken.rows.tolist() == [1]
        replica.give(Update(taken.rows, taken.visits, taken.gains * 2), final=False)
        matrix[2] += 5
        replica.visits[2] = 1
    assert matrix[1, 0] == before[1, 0] + 4
    replica.restore()
    assert np.array_equal(matrix, before)
    assert not replica.visits.any()
    replica.give(taken, final=True)
    replica.restore()
    assert matrix[1, 0] == before[1, 0] + 1


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=5),
    st.lists(st.floats(0.1, 10), min_size=1, max_size=6),
)
def test_shares_are_all_of_it_in_proportion(sizes: list[int], weights: list[float]) -> None:
    starts = range(0, 100 * len(sizes), 100)
    tasks = [(start, start + size) for start, size in zip(starts, sizes, strict=True) if size]
    shares = shared_out(tasks, weights)
    flat = [task for share in shares for first, stop in share for task in range(first, stop)]
    assert flat == [task for first, stop in tasks for task in range(first, stop)]
    for share, weight in zip(shares, weights, strict=True):
        assert abs(length(share) - weight / sum(weights) * length(tasks)) <= 1
    head, tail = cut_off(tasks, 7)
    assert length(head) == min(7, length(tasks)) and length(head) + length(tail) == length(tasks)


# The same bits ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alone() -> firth.Model:
    """What one machine makes of it."""
    return firth.train(sentences(), min_count=1, threads=1, **FIXED)


def same(run: Trainer, model: firth.Model) -> None:
    assert np.array_equal(run.setup.inputs[:, :12], model.vectors.matrix)
    assert np.array_equal(run.setup.outputs[:, :12], model.output_matrix)
    assert [row.loss for row in run.history()] == model.history["loss"].to_pylist()


@pytest.mark.parametrize(("names", "threads"), [("a", 2), ("ab", 1), ("abcde", 1)])
def test_any_number_of_nodes_gives_the_same_bits(
    corpus: EncodedCorpus, alone: firth.Model, names: str, threads: int
) -> None:
    same(finish(trainer(corpus, names, threads, **FIXED)), alone)


@pytest.mark.parametrize("method", ["train", "merge", "give"])
@pytest.mark.parametrize("member", ["a", "b"])
def test_a_lost_node_changes_no_bit(
    corpus: EncodedCorpus, alone: firth.Model, member: str, method: str
) -> None:
    run = trainer(
        corpus, "ab", **FIXED, loses=lambda *call: call == (member, method, 3), joins={5: "c"}
    )
    same(finish(run), alone)
    assert set(nodes_of(run).calls) >= {("c", "give"), ("ab".replace(member, ""), "give")}


@pytest.mark.parametrize(
    ("member", "method"), [("a", "merge"), ("b", "merge"), ("b", "give"), ("b", "load")]
)
def test_a_node_that_stands_still_takes_no_other_with_it(
    corpus: EncodedCorpus, alone: firth.Model, member: str, method: str
) -> None:
    nth = 1 if method == "load" else 3
    run = trainer(corpus, "ab", **FIXED, stands=lambda *call: call == (member, method, nth))
    assert isinstance(run.crew, Cluster)
    run.crew.waiting.lost_seconds = 0.2
    other = "ab".replace(member, "")
    same(finish(run), alone)
    assert nodes_of(run).calls[other, "give"] > nodes_of(run).calls.get((member, "give"), 0)


def test_the_length_of_rounds_and_their_parts_decide(alone: firth.Model) -> None:
    for other in ({"round_length": 24_000}, {"round_parts": 2}, {"round_length": None}):
        settings = {**FIXED, **other}
        model = firth.train(sentences(), min_count=1, threads=1, **settings)
        assert not np.array_equal(model.vectors.matrix, alone.vectors.matrix)
    assert alone.config["round_length"] == 12_000


# Losing and joining -------------------------------------------------------------------------------


@pytest.mark.full  # the kernels of threads that count visits are compiled for these alone
@pytest.mark.parametrize("method", ["train", "merge", "give", "state", "load"])
@pytest.mark.parametrize("nth", [1, 2, 6])
def test_each_task_counts_once_whoever_gets_lost(
    corpus: EncodedCorpus, method: str, nth: int
) -> None:
    who = "a" if method == "state" else "b"  # the first is asked for it
    run = trainer(
        corpus, "abc", **ROUNDS, loses=lambda *call: call == (who, method, nth), joins={4: "d"}
    )
    states = {}
    nodes, close = nodes_of(run), nodes_of(run).close
    nodes.close = lambda: states.update({m: n.state() for m, n in nodes.alive.items()}) or close()  # type: ignore[method-assign]
    finish(run)
    tokens = [row.words for row in run.history()]
    assert tokens == [corpus.n_tokens, 2 * corpus.n_tokens]
    assert run.recorder.tokens == 2 * corpus.n_tokens
    for inputs, outputs in states.values():
        assert np.array_equal(inputs, run.setup.inputs[:, :12])
        assert np.array_equal(outputs, run.setup.outputs[:, :12])
    assert set(states) >= {"a", "b", "c", "d"} - {who}


@pytest.mark.full
def test_nodes_learn_what_one_machine_learns(corpus: EncodedCorpus) -> None:
    plain = firth.train(sentences(), min_count=1, threads=1, dim=12, epochs=2, sample=0.0)
    loss = finish(trainer(corpus, "ab", **ROUNDS)).history()[-1].loss
    assert loss is not None and abs(loss - plain.history["loss"][-1].as_py()) < 0.02


@pytest.mark.full
def test_one_node_exchanges_nothing_until_another_comes(corpus: EncodedCorpus) -> None:
    run = trainer(corpus, "a", **ROUNDS, joins={6: "b"})
    seen = []
    run.on_progress = lambda record: seen.append((record.nodes, record.exchanged))  # type: ignore[func-returns-value]
    finish(run)
    assert all(nodes == 2 for nodes, exchanged in seen if exchanged)
    assert seen[-1][0] == 2 and seen[-1][1] > 0


def test_a_run_without_any_node_left_says_how_to_go_on(corpus: EncodedCorpus) -> None:
    run = trainer(corpus, "ab", **FIXED, loses=lambda member, method, n: method == "merge")
    with pytest.raises(TrainingError, match=r"all nodes .* are lost.*--resume"):
        run.run()


def test_a_run_goes_on_from_a_checkpoint_with_other_nodes(
    tmp_path: Path, alone: firth.Model
) -> None:
    def stop(record: Any) -> bool:
        return record.stage == "train" and record.words > 0

    settings = {"min_count": 1, "output": tmp_path / "m", **FIXED}
    first = firth.train(sentences(), threads=2, on_progress=stop, **settings)
    assert first.interrupted
    again = firth.train(sentences(), threads=1, resume=True, **settings)
    assert np.array_equal(again.vectors.matrix, alone.vectors.matrix)


# The text -----------------------------------------------------------------------------------------


def test_a_node_that_does_not_see_the_text_keeps_it_on_its_own_disk(
    corpus: EncodedCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(text, "BLOCK_BYTES", 10_000)
    there = text.Text.of(corpus)
    asked = []

    def block(name: str, start: int) -> bytes:
        asked.append(name)
        return there.block(name, start)

    assert text.opened(there, block).folder == corpus.folder and not asked
    elsewhere = there._replace(folder=str(tmp_path / "nothing"))
    for _ in range(2):  # the second time it is there
        found = text.opened(elsewhere, block)
        assert found.folder.parent == tmp_path / "corpora"
        assert np.array_equal(found.ids, corpus.ids)
        found.close()
    assert len(asked) == sum(-(-size // 10_000) for size in there.sizes.values())


# What is refused ----------------------------------------------------------------------------------


def test_rounds_want_a_cluster_or_determinism() -> None:
    with pytest.raises(ConfigError, match="round_length is 5, but on one machine"):
        firth.train(sentences(9), round_length=5)
    with pytest.raises(ConfigError, match="round_parts means something with deterministic=True"):
        firth.train(sentences(9), round_parts=5)
    for wrong in ("", 7):
        with pytest.raises(ConfigError, match='it must be "auto", "local", or the host'):
            firth.train(sentences(9), cluster=wrong)  # type: ignore[arg-type]


def test_without_ray_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'firth\[ray\]'"):
        on_ray._imported()
    with pytest.raises(MissingExtraError):
        firth.train(sentences(900), min_count=1, cluster="auto")
