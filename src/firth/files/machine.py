"""How much of the machine this process may use, and sharing work among its cores."""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

_ROOT = Path("/")

T = TypeVar("T")
R = TypeVar("R")


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


class Stopped(Exception):  # noqa: N818 (nothing is wrong; another part has ended the work)
    """Raised in a part of some work when another part has failed."""


def shares(n: int, parts: int) -> list[slice]:
    """Cut n things into so many parts, and no more than there are things.

    >>> shares(5, 2), shares(1, 2)
    ([slice(0, 2, None), slice(2, 5, None)], [slice(0, 1, None)])
    """
    parts = min(parts, n)
    return [slice(i * n // parts, (i + 1) * n // parts) for i in range(parts)]


def in_threads(work: Callable[[T, Callable[[], None]], None], parts: Sequence[T]) -> None:
    """Do each part of some work in a thread of its own, the first in this one.

    These are all the threads that there are: a product of NumPy's runs in the one that asks for it.

    Parameters
    ----------
    work : callable
        Takes a part, and a function that it calls now and then: that raises :class:`Stopped` if
        another part has failed, or if Ctrl-C was pressed.
    parts : sequence
        What to do.

    Raises
    ------
    BaseException
        What the first part to fail raised; the others have ended.

    Examples
    --------
    >>> done = []
    >>> in_threads(lambda part, check: done.append(part), [1, 2, 3])
    >>> sorted(done)
    [1, 2, 3]
    """
    failed: list[BaseException] = []

    def check() -> None:
        if failed:
            raise Stopped

    def run(part: T) -> None:
        try:
            work(part, check)
        except Stopped:
            pass
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(part,)) for part in parts[1:]]
    with one_blas_thread():
        try:
            for thread in threads:
                thread.start()
            for part in parts[:1]:
                run(part)
            for thread in threads:
                thread.join()
        except BaseException as error:  # Ctrl-C
            failed.append(error)
            raise
    if failed:
        raise failed[0]


class InPlace(Executor):
    """Workers that are none: whatever is handed in is done at once, in the thread that does so.

    Where there is little to do, threads take longer to begin than the work does.

    Examples
    --------
    >>> with InPlace() as pool:
    ...     pool.submit(max, 3, 4).result()
    4
    """

    def submit(self, fn: Callable[..., T], /, *given: Any, **named: Any) -> Future[T]:
        """Call it, and return what came of it."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*given, **named))
        except BaseException as error:
            future.set_exception(error)
        return future


def workers(threads: int) -> Executor:
    """Return threads that work is handed to; for one of them, none but the caller's."""
    return InPlace() if threads == 1 else ThreadPoolExecutor(threads)


def in_order(work: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """Yield what some work makes of each item, in their order, while threads do the next ones.

    Parameters
    ----------
    work : callable
        Takes an item.
    items : iterable
        Is asked for the next one when there is a thread for it: no more than ``threads + 1`` have
        been begun and not yielded, so that so many blocks of memory can be used in turn.
    threads : int
        How many work; with one, and a caller that does something with each result, two are busy.

    Examples
    --------
    >>> list(in_order(lambda x: x * x, range(4), 2))
    [0, 1, 4, 9]
    """
    begun: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) > threads:
                yield begun.popleft().result()
        for future in begun:
            yield future.result()


class _BlasThreads:
    """How many threads a library of linear algebra may use: one, while anybody wants that."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wanted = 0
        self.libraries: Any = None
        self.limit: Any = None

    def take(self) -> None:
        with self.lock:
            if not self.wanted:
                if self.libraries is None:
                    from threadpoolctl import ThreadpoolController

                    self.libraries = ThreadpoolController().select(user_api="blas")
                self.limit = self.libraries.limit(limits=1)
            self.wanted += 1

    def give_back(self) -> None:
        with self.lock:
            self.wanted -= 1
            if not self.wanted:
                self.limit.restore_original_limits()


_blas_threads = _BlasThreads()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let NumPy's products run in the thread that asks for them, so that threads are ours.

    Threads of OpenBLAS wait for each other busily. When another process has one of the cores, each
    product waits for it: 80,000 x 80,000 scores took 70 s instead of 8.

    Examples
    --------
    >>> with one_blas_thread():
    ...     pass
    """
    _blas_threads.take()
    try:
        yield
    finally:
        _blas_threads.give_back()
