"""Threads that wait for each other within a phase, and runs that end early between phases."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from firth.training.run.team import Phase, Team

THREADS = 3


class Meeting:
    """A worker whose tasks wait until all tasks of the phase have been taken."""

    def __init__(self, barrier: threading.Barrier, started: threading.Event) -> None:
        self.barrier, self.started = barrier, started

    def run(self, phase: Phase, task: int) -> None:
        self.started.set()
        self.barrier.wait()


def phases(n: int) -> Iterator[Phase]:
    for k in range(n):
        yield Phase(range(THREADS), "before", range(k, k + 1))


def within(seconds: float, function: Callable[[], Any]) -> None:
    """Fail instead of waiting for ever."""
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it hangs"


@pytest.mark.parametrize("moment", range(20))
def test_a_team_that_is_closed_at_any_moment_ends(moment: int) -> None:
    barrier, started = threading.Barrier(THREADS), threading.Event()
    team = Team(THREADS, lambda: Meeting(barrier, started))
    team.start()
    team.begin(phases(10_000))
    started.wait(10)
    threading.Event().wait(moment / 2000)
    within(20, team.close)


def test_a_thread_whose_worker_cannot_be_made_sends_the_others_away() -> None:
    barrier, started, made = threading.Barrier(THREADS), threading.Event(), iter(range(99))

    def new_worker() -> Meeting:
        if next(made) == 1:
            raise MemoryError("no room for buffers")
        return Meeting(barrier, started)

    team = Team(THREADS, new_worker, barrier.abort)
    team.start()
    team.begin(phases(5))
    with pytest.raises((MemoryError, threading.BrokenBarrierError)):
        while not team.wait(5):
            pass
    within(20, team.close)


STOPPED = """
import sys, firth
from firth.training.run.rounds import rounds
rounds.ROUNDS = 1
text = [[f"w{i * i % 97}" for i in range(k, k + 9)] for k in range(6000)]
calls = iter(range(10**6))
def fail(record):
    if record.stage == "train" and next(calls) == 3:
        raise ValueError("mine")
try:
    firth.train(text, dim=4, min_count=1, epochs=10_000, deterministic=True, threads=2,
                on_progress=fail)
except ValueError as error:
    print(error)
"""


def test_an_exception_in_a_callback_ends_a_deterministic_run() -> None:
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", STOPPED], capture_output=True, text=True, timeout=120, check=True
        )
        assert done.stdout == "mine\n"
