"""Runs on Ray: nodes that come, go, stop and stand still; a driver that is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firth
from firth.config import TrainConfig
from firth.corpus import EncodedCorpus, encode
from firth.errors import ConfigError
from firth.training.cluster.crew import Cluster
from firth.training.cluster.node import Job
from firth.training.cluster.on_ray import OnRay
from firth.training.cluster.text import Text
from firth.training.run.loop import Trainer
from firth.training.run.prepare import prepare

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("default")]

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'firth[ray]'")

SETTINGS: dict[str, Any] = {"dim": 12, "min_count": 1, "epochs": 4, "sample": 0.0}
ROUNDS: dict[str, Any] = {**SETTINGS, "round_length": 40_000}
FIXED: dict[str, Any] = {**ROUNDS, "deterministic": True, "round_parts": 4}
NODE = {"num_cpus": 1, "object_store_memory": 150_000_000}


def sentences(n: int = 40_000) -> list[list[str]]:
    draw = random.Random(1)
    return [[f"w{min(draw.randrange(80), draw.randrange(80))}" for _ in range(9)] for _ in range(n)]


@pytest.fixture(scope="module")
def corpus() -> Iterator[EncodedCorpus]:
    with encode(sentences(), min_count=1, progress=False) as found:
        yield found


@pytest.fixture(scope="module")
def alone() -> firth.Model:
    """What one machine makes of it."""
    return firth.train(sentences(), threads=1, **FIXED)


@pytest.fixture(scope="module")
def machines() -> Iterator[Any]:
    """A head without processors, and two machines of one each."""
    from ray.cluster_utils import Cluster as Machines

    there = Machines(
        initialize_head=True, head_node_args={**NODE, "num_cpus": 0, "include_dashboard": False}
    )
    for _ in range(2):
        there.add_node(**NODE)
    ray.init(address=there.address, log_to_driver=False, logging_level="error")
    yield there
    ray.shutdown()
    there.shutdown()


@pytest.fixture
def begin(machines: Any, corpus: EncodedCorpus) -> Iterator[Callable[..., Trainer]]:
    """Make a run on all machines that are there; it is closed at the end."""
    made = []

    def new(**settings: Any) -> Trainer:
        setup = prepare(TrainConfig(**settings, threads=1), corpus)
        job = Job(setup.config.to_dict(), 0.0, None, None)
        nodes = OnRay(machines.address, job, Text.of(corpus), 0)
        made.append(nodes)
        run = Trainer(setup, crew=Cluster(setup, nodes))
        run.compile()
        return run

    yield new
    for nodes in made:
        nodes.close()


def crew(run: Trainer) -> Any:
    return run.crew


def processes(run: Trainer) -> list[int]:
    nodes = crew(run).nodes
    return [nodes.value(nodes.call(one, "process")[0]) for one in nodes.members(wait=False)]


def once(run: Trainer, deed: Callable[[], object]) -> None:
    """Do it when training has begun."""
    done: list[object] = []

    def look(record: Any) -> None:
        if record.words > 0 and not done:
            done.append(deed() or True)

    run.on_progress = look


def same(run: Trainer, model: firth.Model) -> None:
    assert np.array_equal(run.setup.inputs[:, :12], model.vectors.matrix)
    assert np.array_equal(run.setup.outputs[:, :12], model.output_matrix)
    assert [row.loss for row in run.history()] == model.history["loss"].to_pylist()


def test_two_nodes_give_the_bits_of_one_machine(
    machines: Any, corpus: EncodedCorpus, alone: firth.Model
) -> None:
    records: list[Any] = []
    model = firth.train(
        corpus,
        cluster=machines.address,
        on_progress=records.append,
        **{**FIXED, "threads": 2},
    )
    assert np.array_equal(model.vectors.matrix, alone.vectors.matrix)
    assert np.array_equal(model.output_matrix, alone.output_matrix)
    assert records[-1].nodes == 2 and records[-1].exchanged > 0


def test_a_killed_actor_costs_a_round_and_no_bit(
    begin: Callable[..., Trainer], alone: firth.Model
) -> None:
    run = begin(**FIXED)
    first = processes(run)
    once(run, lambda: os.kill(first[0], signal.SIGKILL))
    run.run()
    same(run, alone)
    assert len(crew(run).nodes._failures) == 1  # another was begun in its place


def test_a_machine_goes_and_another_comes(
    begin: Callable[..., Trainer], machines: Any, alone: firth.Model
) -> None:
    extra = machines.add_node(**NODE)
    run = begin(**FIXED)
    assert len(processes(run)) == 3
    once(
        run, lambda: (machines.remove_node(extra, allow_graceful=False), machines.add_node(**NODE))
    )
    run.run()
    same(run, alone)


def test_nobody_waits_for_a_node_that_stands_still(begin: Callable[..., Trainer]) -> None:
    run = begin(**ROUNDS)
    crew(run).waiting.lost_seconds = 5.0
    still = processes(run)[0]
    once(run, lambda: os.kill(still, signal.SIGSTOP))
    began = time.monotonic()
    try:
        run.run()
    finally:
        os.kill(still, signal.SIGKILL)
    assert time.monotonic() - began < 60
    assert run.recorder.tokens == run.setup.schedule.total_tokens


class Other:
    """A process of somebody else."""

    def here(self) -> bool:
        return True


def test_a_run_waits_for_processors_that_others_have(begin: Callable[..., Trainer]) -> None:
    free = int(ray.cluster_resources()["CPU"])  # other tests may have added machines
    others = [ray.remote(num_cpus=1)(Other).remote() for _ in range(free)]
    assert all(ray.get([other.here.remote() for other in others]))
    threading.Timer(4.0, lambda: [ray.kill(other) for other in others]).start()
    began = time.monotonic()
    run = begin(**ROUNDS)
    assert time.monotonic() - began > 3
    assert 1 <= len(processes(run)) <= free


def test_nodes_learn_what_one_machine_learns(begin: Callable[..., Trainer]) -> None:
    run = begin(**ROUNDS)
    run.run()
    plain = firth.train(sentences(), threads=1, **SETTINGS)
    loss = run.history()[-1].loss
    assert loss is not None and abs(loss - plain.history["loss"][-1].as_py()) < 0.02


COMMAND = [sys.executable, "-c", "import sys, firth.cli; sys.exit(firth.cli.main())", "train"]


def command(text: Path, output: Path, address: str, *more: str) -> list[str]:
    settings = [
        "--dim", "12", "--min-count", "1", "--epochs", "4", "--sample", "0", "--deterministic",
        "--round-length", "40000", "--round-parts", "4", "--quiet",
    ]  # fmt: skip
    return [*COMMAND, str(text), "--output", str(output), "--cluster", address, *settings, *more]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("\n".join(" ".join(sentence) for sentence in sentences()))
    return path


def test_a_killed_driver_goes_on_to_the_same_bits(
    machines: Any, alone: firth.Model, written: Path, tmp_path: Path
) -> None:
    output = tmp_path / "model"
    every = ("--checkpoint-every", "50000w")
    first = subprocess.Popen(command(written, output, machines.address, *every))
    until = time.monotonic() + 60
    while not list(output.glob("checkpoints/task-*")) and time.monotonic() < until:
        time.sleep(0.02)
    first.kill()
    first.wait()
    assert list(output.glob("checkpoints/task-*"))
    assert not (output / "config.json").exists()
    done = subprocess.run(
        command(written, output, machines.address, *every, "--resume"),
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    model = firth.load(output)
    assert np.array_equal(model.vectors.matrix, alone.vectors.matrix)


def test_ctrl_c_saves_and_leaves_no_process(written: Path, tmp_path: Path, heard: None) -> None:
    output = tmp_path / "model"
    arguments = command(written, output, "local", "--epochs", "500")
    arguments.remove("--quiet")
    run = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert run.stderr is not None
    lines: list[str] = []
    with run, run.stderr:
        for line in run.stderr:
            lines.append(line)
            if line.startswith("Training"):
                break
        time.sleep(2)
        os.killpg(run.pid, signal.SIGINT)
        lines.extend(run.stderr)
        assert run.wait(60) == 130, lines
    assert firth.load(output).interrupted, lines
    assert not any("Traceback" in line for line in lines), lines
    time.sleep(1)
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)


def test_an_address_where_nobody_answers(run_firth: Any, written: Path, tmp_path: Path) -> None:
    done = run_firth(
        "train", written, "--output", tmp_path / "m", "--cluster", "127.0.0.1:1", "--quiet"
    )
    assert done.returncode == 2
    assert "no Ray cluster answers at 127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr


def test_more_than_a_node_has_is_refused_with_figures(machines: Any, corpus: EncodedCorpus) -> None:
    with pytest.raises(ConfigError, match=r"needs about .* \(input vectors .*; lower dim"):
        firth.train(corpus, cluster=machines.address, memory_limit="100k", **ROUNDS)
