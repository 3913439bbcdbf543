"""Cores that a process may use, under quotas as containers set them."""

import os
from contextlib import nullcontext

import pytest

from firth.config import TrainConfig
from firth.corpus import encode as encode_text
from firth.files import machine
from firth.files.machine import available_cores, cpu_quota, in_threads


def fake(root, groups, files):
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return root


VERSION_1 = "12:cpu,cpuacct:/docker/abc\n3:memory:/docker/abc\n1:name=systemd:/docker/abc\n"


@pytest.mark.parametrize(
    ("groups", "files", "quota"),
    [
        ("0::/\n", {"cpu.max": "150000 100000"}, 1.5),
        ("0::/\n", {"cpu.max": "max 100000"}, None),
        ("0::/\n", {}, None),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000", "a/cpu.max": "50000 100000"}, 0.5),
        ("0::/a/b\n", {"a/b/cpu.max": "200000 100000", "a/cpu.max": "300000 100000"}, 2.0),
        # The host's path, which the container does not see; and one outside of its view.
        ("0::/docker/abc\n", {"cpu.max": "100000 50000"}, 2.0),
        ("0::/../other\n", {"cpu.max": "100000 50000"}, 2.0),
        (
            VERSION_1,
            {
                "cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "250000",
                "cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000",
                "cpu,cpuacct/cpu.cfs_quota_us": "-1",
                "cpu,cpuacct/cpu.cfs_period_us": "100000",
            },
            2.5,
        ),
        (VERSION_1, {"cpu/cpu.cfs_quota_us": "1000", "cpu/cpu.cfs_period_us": "100000"}, 0.01),
        (VERSION_1, {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        # Both versions at once: the processors are counted in the first.
        ("4:cpu:/x\n0::/x\n", {"cpu/x/cpu.cfs_quota_us": "3", "cpu/x/cpu.cfs_period_us": "2"}, 1.5),
        ("0::/\n", {"cpu.max": "nonsense"}, None),
        ("", {"cpu.max": "100000 100000"}, None),
    ],
)
def test_quotas_of_control_groups(tmp_path, groups, files, quota):
    assert cpu_quota(fake(tmp_path, groups, files)) == quota


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity on this system")
@pytest.mark.parametrize(
    ("limit", "cores"),
    [("10 100000", 1), ("100001 100000", 2), ("900000 100000", 4), ("max 100000", 4)],
)
def test_a_part_of_a_core_counts_as_one_and_affinity_holds_too(tmp_path, monkeypatch, limit, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 4, 5})
    assert available_cores(fake(tmp_path, "0::/\n", {"cpu.max": limit})) == cores


def test_without_control_groups(tmp_path):
    assert cpu_quota(tmp_path) is None
    assert available_cores(tmp_path) >= 1


def test_reading_and_training_both_ask(tmp_path, monkeypatch):
    root = fake(tmp_path, "0::/\n", {"cpu.max": "250000 100000"})
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    monkeypatch.setattr(machine, "cpu_quota", lambda given, real=cpu_quota: real(root))
    assert TrainConfig().n_threads == 3
    seen = []
    monkeypatch.setattr(
        "firth.corpus.numbering._in_order",
        lambda f, items, threads: seen.append(threads) or nullcontext(map(f, items)),
    )
    encode_text([["a"]], min_count=1)
    assert seen == [3, 3]


@pytest.mark.parametrize("n", [1, 2])
def test_threads_of_ours_are_all_that_there_are(n, blas_threads):
    seen = []
    in_threads(lambda part, check: seen.append(blas_threads()), range(n))
    assert seen == [{1}] * n and blas_threads() == {2}
