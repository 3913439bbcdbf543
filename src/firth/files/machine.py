"""How much of the machine this process may use."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_ROOT = Path("/")


def available_cores(root: Path = _ROOT) -> int:
    """Return how many cores this process may keep busy, 1 or more.

    These are the cores that it may run on (its affinity mask), and no more than the quota of
    processor time that a container gives it: threads beyond that only wait for each other.

    Parameters
    ----------
    root : Path
        Where the system's ``proc`` and ``sys`` are.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1  # pragma: no cover (macOS, Windows)
    quota = cpu_quota(root)
    return cores if quota is None else max(1, min(cores, math.ceil(quota)))


def cpu_quota(root: Path = _ROOT) -> float | None:
    """Return the quota of processor time of this process's control groups, in cores.

    Linux only. A group's quota holds for all groups in it, so the least on the way to the root
    counts. Both versions are read
    (https://docs.kernel.org/admin-guide/cgroup-v2.html, "CPU Interface Files", and
    https://docs.kernel.org/scheduler/sched-bwc.html): ``cpu.max`` with quota and period in
    microseconds, or ``max`` for none; ``cpu.cfs_quota_us``, -1 for none, and
    ``cpu.cfs_period_us``.

    Parameters
    ----------
    root : Path
        Where the system's ``proc`` and ``sys`` are.

    Returns
    -------
    float or None
        None without a quota.
    """
    found = []
    for folder in _groups(root):
        for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
            with suppress(OSError, ValueError):
                texts = [(folder / name).read_text(encoding="ascii") for name in names]
                quota, period = map(int, " ".join(texts).split())
                if quota > 0 and period > 0:
                    found.append(quota / period)
    return min(found, default=None)


def _groups(root: Path) -> Iterator[Path]:
    """Yield the folders of this process's groups that count processor time, and of those above."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    mounts = root / "sys/fs/cgroup"
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            mount = mounts
        elif "cpu" in controllers.split(","):
            mount = mounts / controllers if (mounts / controllers).is_dir() else mounts / "cpu"
        else:
            continue
        # In a container the path may be the host's, and lead nowhere; the mount is then its group.
        # One that begins with .. is outside what the container sees.
        group = mount / path.strip("/")
        yield from (folder for folder in (group, *group.parents) if folder.is_relative_to(mount))
