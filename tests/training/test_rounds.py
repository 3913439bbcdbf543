"""Threads that meet in compiled code, and what they are told to do between meetings."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import firth
from firth.config import TrainConfig
from firth.corpus import encode
from firth.kernels.compiler import kernel
from firth.training.run.loop import Trainer
from firth.training.run.prepare import prepare
from firth.training.run.rounds import rounds
from firth.training.run.rounds.barrier import abandon, meet, new_barrier, take
from firth.training.run.rounds.rounds import RoundsWorker
from firth.training.run.rounds.shards import SHARDS


@kernel
def count_up(barrier, threads, times, cells, thread, errors):
    """Each thread writes its cell, meets, and looks whether all have written theirs."""
    for i in range(1, times + 1):
        cells[8 * thread] = i
        if not meet(barrier, threads):
            return
        for other in range(threads):
            errors[thread] += cells[8 * other] != i
        if not meet(barrier, threads):
            return


def start(threads, target):
    workers = [threading.Thread(target=target, args=(n,), daemon=True) for n in range(threads)]
    for worker in workers:
        worker.start()
    return workers


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_all_meet_before_anyone_goes_on(threads):
    barrier, cells, errors = new_barrier(), np.zeros(8 * threads), np.zeros(threads)
    workers = start(threads, lambda n: count_up(barrier, threads, 200, cells, n, errors))
    for worker in workers:
        worker.join(60)
    assert not any(worker.is_alive() for worker in workers)
    assert not errors.any()
    assert (cells[::8] == 200).all()


def test_who_waits_for_somebody_that_will_not_come_is_sent_away():
    barrier, errors = new_barrier(), np.zeros(3)
    workers = start(2, lambda n: count_up(barrier, 3, 5, np.zeros(24), n, errors))
    time.sleep(0.05)
    assert all(worker.is_alive() for worker in workers)
    abandon(barrier)
    for worker in workers:
        worker.join(60)
    assert not any(worker.is_alive() for worker in workers)


def test_every_number_is_taken_once_between_meetings():
    barrier, taken, lock = new_barrier(), [], threading.Lock()

    def work(_):
        for _ in range(50):
            number = take(barrier)
            with lock:
                taken.append(number)
        meet(barrier, 4)

    for worker in start(4, work):
        worker.join(60)
    assert sorted(taken) == list(range(200))
    assert take(barrier) == 0


def trainer(**settings):
    text = [[f"w{i * i % 97}" for i in range(k, k + 9)] for k in range(4000)]
    config = TrainConfig(deterministic=True, **{"dim": 4, "epochs": 2, **settings})
    return Trainer(prepare(config, encode(text, min_count=1)))


def test_a_plan_has_the_rates_and_texts_of_its_tasks():
    run = trainer(threads=1)
    corpus, schedule, ranges = run.setup.corpus, run.setup.schedule, run.setup.schedule.ranges
    assert schedule.per_epoch > 3 * SHARDS
    tasks = range(schedule.per_epoch + SHARDS, schedule.per_epoch + 3 * SHARDS)
    plan = RoundsWorker(run.crew.rounds, lambda counts: None).plan(tasks)
    for shard, task in enumerate(tasks):
        epoch, number = schedule.place(task)
        assert epoch == 1
        begin, end = (
            int(bound) for bound in (ranges.token_start[number], ranges.token_stop[number])
        )
        before = schedule.tokens_before(task)
        expected = [schedule.rate(before), schedule.rate(before + end - begin)]
        assert plan.rates[shard].tolist() == expected  # to the last bit
        assert (plan.bounds[shard] + plan.start).tolist() == [begin, end]
        ids = plan.ids[plan.bounds[shard, 0] : plan.bounds[shard, 1]]
        np.testing.assert_array_equal(ids, corpus.read(begin, end))
        first, last = ranges.first_sentence[number], ranges.last_sentence[number]
        np.testing.assert_array_equal(
            plan.offsets[plan.sentences[shard, 0] : plan.sentences[shard, 1]],
            corpus.read_offsets(int(first), int(last) + 2),
        )


def test_how_many_rounds_a_call_makes_changes_nothing(monkeypatch):
    text = [[f"w{i * i % 97}" for i in range(k, k + 9)] for k in range(4000)]
    options = {"dim": 4, "min_count": 1, "epochs": 1, "deterministic": True, "threads": 2}
    whole = firth.train(iter(text), **options)
    monkeypatch.setattr(rounds, "ROUNDS", 1)
    assert np.array_equal(whole.vectors.matrix, firth.train(iter(text), **options).vectors.matrix)


def test_a_thread_that_fails_ends_the_run_and_nobody_waits(monkeypatch):
    run, real = trainer(threads=2), RoundsWorker.plan
    calls = iter(range(10**6))

    def plan(self, tasks):
        if next(calls) == 3:
            raise OSError("the disk is gone")
        return real(self, tasks)

    monkeypatch.setattr(RoundsWorker, "plan", plan)
    monkeypatch.setattr(rounds, "ROUNDS", 1)
    with pytest.raises(OSError, match="the disk is gone"):
        run.run()
