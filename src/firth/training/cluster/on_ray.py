"""Nodes on Ray: an actor a machine, results in its object store, faults as it reports them."""

from __future__ import annotations

import dataclasses
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from firth.errors import ConfigError, MissingExtraError
from firth.files.machine import available_cores
from firth.training.cluster.node import Job, Node
from firth.training.cluster.nodes import Member, NodeLost, Reference
from firth.training.cluster.text import Text, opened
from firth.values import shown

#: How long a run that begins waits for other nodes when the first is ready, in seconds.
WAIT_SECONDS = 60.0
#: A machine where no actor could be started, mostly since others have its processors, is asked
#: again after so many seconds; a run that begins with other machines waits so long for it.
AGAIN_SECONDS, BUSY_SECONDS = 1.0, 10.0
#: A machine on which the actor fails so often is left alone.
MOST_FAILURES = 3


@dataclasses.dataclass
class _Started:
    """An actor, and whether it is ready."""

    machine: str
    actor: Any
    ready: Reference
    is_ready: bool = False


class OnRay:
    """The nodes of a Ray cluster.

    Parameters
    ----------
    address : str
        Where it is; ``"local"`` for one of this machine alone, which ends with the run; ``"auto"``
        for the one that this machine belongs to, or else a local one.
    job : Job
        What they do.
    text : Text
        What they train on.
    store_bytes : int
        What the object store of a local one may take.

    Raises
    ------
    MissingExtraError
        Ray is not installed.
    ConfigError
        There is no cluster at the address.
    """

    elsewhere = True

    def __init__(self, address: str, job: Job, text: Text, store_bytes: int) -> None:
        self.ray = _imported()
        self._ours = _connect(self.ray, address, store_bytes)
        self._started: dict[Member, _Started] = {}
        self._failures: dict[str, int] = {}
        self._later: dict[str, float] = {}
        self._trouble = ""
        self._numbers = iter(range(1 << 62))
        here = self.ray.get_runtime_context().get_node_id()
        library = self.ray.remote(Library).options(num_cpus=0, scheduling_strategy=self._at(here))
        self._library = library.remote(text)
        self._job, self._text = self.ray.put(job), text
        self._threads = job.config["threads"]
        # To stop early is heard beside the work; all else is done in turn.
        self._new_actor = self.ray.remote(concurrency_groups={"control": 1})(Actor)

    def members(self, wait: bool) -> list[Member]:
        """Return the nodes that are ready; of a run that begins, wait for them."""
        self._look_for_machines()
        began, first = time.monotonic(), None
        while True:
            self._note_who_is_ready(0.1 if wait else 0.0)
            ready = [member for member, one in self._started.items() if one.is_ready]
            now = time.monotonic()
            first = now if ready and first is None else first
            if not wait or (first is not None and now - first > self._patience(len(ready))):
                return ready
            if not self._started and now - began > WAIT_SECONDS:
                raise NodeLost(
                    f"for {WAIT_SECONDS:.0f} seconds no machine of the Ray cluster has had a "
                    "processor to train with, or others had them all: `ray status` says what "
                    f"there is{self._trouble}"
                )
            if self._later or not self._started:
                time.sleep(0.2)
                self._look_for_machines()

    def _patience(self, ready: int) -> float:
        """Return how long to wait for others when the first is ready, in seconds; below 0: not."""
        if ready < len(self._started):
            return WAIT_SECONDS
        return BUSY_SECONDS if self._later else -1.0

    def call(
        self, member: Member, method: str, *arguments: Any, returns: int = 1
    ) -> list[Reference]:
        """Call a method of a node; return at once."""
        group = {"concurrency_group": "control"} if method == "cut" else {}
        called = self._started[member].actor.do.options(num_returns=returns, **group)
        references = called.remote(method, *arguments)
        return [references] if returns == 1 else list(references)

    def wait(self, references: Sequence[Reference], seconds: float) -> list[Reference]:
        """Wait until one of the results is there, or so long; return those that are."""
        ready, _ = self.ray.wait(
            list(references), num_returns=1, timeout=seconds, fetch_local=False
        )
        if ready and len(references) > 1:
            ready, _ = self.ray.wait(
                list(references), num_returns=len(references), timeout=0, fetch_local=False
            )
        return list(ready)

    def value(self, reference: Reference) -> Any:
        """Return a result, whenever it comes."""
        errors = self.ray.exceptions
        try:
            return self.ray.get(reference)
        except errors.RayTaskError as error:
            cause = error.cause
            if cause is None or isinstance(cause, errors.RayError):
                raise NodeLost(f"a node of the cluster is lost: {cause or error}") from error
            raise cause from error
        except errors.RayError as error:
            raise NodeLost(f"a node of the cluster is lost: {error}") from error

    def share(self, value: Any) -> Reference:
        """Put a value where all nodes find it."""
        return self.ray.put(value)

    def lose(self, member: Member) -> None:
        """Do without a node; another actor is started on its machine, if that is there."""
        lost = self._started.pop(member, None)
        if lost is not None:
            self._failures[lost.machine] = self._failures.get(lost.machine, 0) + 1
            self._end(lost)

    def close(self) -> None:
        """Let all nodes go, and end the cluster if it was begun here."""
        for started in self._started.values():
            self._end(started)
        self._started.clear()
        with suppress(Exception):
            self.ray.kill(self._library)
        if self._ours:
            self.ray.shutdown()

    def _end(self, started: _Started) -> None:
        with suppress(Exception):  # it may be gone already
            self.ray.kill(started.actor)

    def _at(self, machine: str) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        return NodeAffinitySchedulingStrategy(node_id=machine, soft=False)

    def _look_for_machines(self) -> None:
        """Start an actor on each machine that has come, or whose actor is gone."""
        there = {
            node["NodeID"]: int(node["Resources"].get("CPU", 0))
            for node in self.ray.nodes()
            if node["Alive"]
        }
        self._later = {machine: at for machine, at in self._later.items() if machine in there}
        for member, started in list(self._started.items()):
            if started.machine not in there:
                del self._started[member]
        taken = {started.machine for started in self._started.values()}
        for machine, cores in sorted(there.items()):
            failed = self._failures.get(machine, 0) >= MOST_FAILURES
            later = self._later.get(machine, 0.0) > time.monotonic()
            if cores > 0 and machine not in taken and not failed and not later:
                self._later.pop(machine, None)
                self._start(machine, cores)

    def _start(self, machine: str, cores: int) -> None:
        threads = self._threads or cores
        actor = self._new_actor.options(
            num_cpus=min(threads, cores),
            scheduling_strategy=self._at(machine),
        ).remote()
        ready = actor.begin.remote(self._job, self._text, self._library, threads)
        self._started[f"{machine[:8]}-{next(self._numbers)}"] = _Started(machine, actor, ready)

    def _note_who_is_ready(self, seconds: float) -> None:
        pending = {one.ready: member for member, one in self._started.items() if not one.is_ready}
        if not pending:
            return
        ready, _ = self.ray.wait(list(pending), num_returns=1, timeout=seconds)
        for reference in ready:
            member = pending[reference]
            try:
                self.value(reference)
            except NodeLost as error:
                # Mostly because another run has its processors: it is asked again later.
                self._trouble = f". The last of them that failed: {error}"
                started = self._started.pop(member)
                self._later[started.machine] = time.monotonic() + AGAIN_SECONDS
                self._end(started)
            else:
                self._started[member].is_ready = True


class Library:
    """The encoded text on the driver's machine, for nodes that do not see its disk."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def block(self, name: str, start: int) -> bytes:
        """Read a block of a file."""
        return self.text.block(name, start)


class Actor:
    """A node within a process of its own; calls of one kind are done one after the other."""

    def __init__(self) -> None:
        self.node: Node | None = None

    def begin(self, job: Job, text: Text, library: Any, threads: int) -> None:
        """Get ready: the text, the matrices, the kernels."""
        ray = _imported()
        corpus = opened(text, lambda name, start: ray.get(library.block.remote(name, start)))
        self.node = Node.of(job, corpus, threads)

    def do(self, method: str, *arguments: Any) -> Any:
        """Call a method of the node."""
        return getattr(self.node, method)(*arguments)


def _imported() -> Any:
    try:
        import ray
        import ray.exceptions
    except ImportError as error:
        raise MissingExtraError("ray", "ray") from error
    return ray


def _connect(ray: Any, address: str, store_bytes: int) -> bool:
    """Connect to a cluster; tell whether it was begun here and ends with the run."""
    if ray.is_initialized():
        return False
    quiet = {"log_to_driver": False, "logging_level": "error", "configure_logging": True}
    if address not in ("auto", "local"):
        _refuse_nobody(address)
    with _own_signals():
        try:
            if address != "local":
                ray.init(address=address, **quiet)
                return True
        except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
            if address != "auto":
                raise _nobody(address, error) from error
        ray.init(
            address="local",
            num_cpus=available_cores(),
            object_store_memory=store_bytes,
            include_dashboard=False,
            **quiet,
        )
    return True


def _refuse_nobody(address: str) -> None:
    """Refuse an address where nothing answers: Ray would ask for minutes, and tell of each time."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "//" in address:
        raise ConfigError(
            f'cluster is {shown(address)}; it must be "auto", "local", or the host and the port of '
            "a Ray cluster that this machine belongs to, such as 10.0.0.1:6379"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise _nobody(address, error) from error


def _nobody(address: str, error: Exception) -> ConfigError:
    return ConfigError(
        f"no Ray cluster answers at {address} ({error}): begin one there with `ray start --head`, "
        "or give local for this machine alone"
    )


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep how this process handles signals: Ray installs handlers of its own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
