"""A cluster of nodes in this process, some of which get lost at a moment that the test names."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from firth.config import TrainConfig
from firth.corpus import EncodedCorpus
from firth.training.cluster.crew import Cluster
from firth.training.cluster.node import Node
from firth.training.cluster.nodes import NodeLost
from firth.training.run.loop import Trainer
from firth.training.run.prepare import prepare


class Promise:
    """The result of a call: not there yet, there, or never to come."""

    def __init__(self, value: Any = None, *, there: bool = True) -> None:
        self.value, self.there, self.lost = value, there, False

    def come(self, value: Any) -> None:
        self.value, self.there = value, True

    def lose(self) -> None:
        self.lost = self.there = True


class Several:
    """Nodes that do what they are asked to one thing after the other, when what it needs is there.

    Parameters
    ----------
    new_node : callable
        Makes one.
    names : str
        A letter each.
    loses, stands : callable
        ``loses(member, method, n)`` tells whether a node gets lost at its n-th call of a method;
        ``stands`` whether it stands still from there on.
    joins : dict
        How many rounds there have been when these nodes join.
    """

    elsewhere = True

    def __init__(
        self,
        new_node: Callable[[], Node],
        names: str,
        loses: Callable[[str, str, int], bool] = lambda *_: False,
        stands: Callable[[str, str, int], bool] = lambda *_: False,
        joins: dict[int, str] | None = None,
    ) -> None:
        self.new_node, self.loses, self.stands, self.joins = new_node, loses, stands, joins or {}
        self.alive = {name: new_node() for name in names}
        self.still: set[str] = set()
        self.queues: dict[str, deque[tuple[str, tuple[Any, ...], list[Promise]]]] = {}
        self.calls: dict[tuple[str, str], int] = {}
        self.asked = 0

    def members(self, wait: bool) -> list[Any]:
        self.asked += 1
        for name in self.joins.pop(self.asked, ""):
            self.alive[name] = self.new_node()
        return list(self.alive)

    def call(self, member: Any, method: str, *arguments: Any, returns: int = 1) -> list[Any]:
        n = self.calls[member, method] = self.calls.get((member, method), 0) + 1
        promises = [Promise(there=False) for _ in range(returns)]
        if self.loses(member, method, n):
            self.lose(member)
        if self.stands(member, method, n):
            self.still.add(member)
        if member not in self.alive:
            for promise in promises:
                promise.lose()
        elif method == "cut":
            self.alive[member].cut(*arguments)
        else:
            self.queues.setdefault(member, deque()).append((method, arguments, promises))
            self._work()
        return promises

    def _work(self) -> None:
        """Have done what can be done."""
        while any(self._do_next(member) for member in list(self.alive)):
            pass

    def _do_next(self, member: str) -> bool:
        queue = self.queues.get(member)
        if not queue or member in self.still:
            return False
        method, arguments, promises = queue[0]
        needed = [argument for argument in arguments if isinstance(argument, Promise)]
        if not all(promise.there for promise in needed):
            return False
        queue.popleft()
        if any(promise.lost for promise in needed):
            for promise in promises:
                promise.lose()
            return True
        given = (a.value if isinstance(a, Promise) else a for a in arguments)
        result = getattr(self.alive[member], method)(*given)
        for promise, value in zip(
            promises, [result] if len(promises) == 1 else result, strict=True
        ):
            promise.come(value)
        return True

    def wait(self, references: Any, seconds: float) -> list[Any]:
        there = [reference for reference in references if reference.there]
        if not there:
            time.sleep(seconds)
        return there

    def value(self, reference: Any) -> Any:
        assert reference.there, "this would wait forever"
        if reference.lost:
            raise NodeLost("lost")
        return reference.value

    def share(self, value: Any) -> Any:
        return Promise(value)

    def lose(self, member: Any) -> None:
        node = self.alive.pop(member, None)
        if node is not None:
            node.close()
        for _, _, promises in self.queues.pop(member, ()):
            for promise in promises:
                promise.lose()
        self._work()

    def close(self) -> None:
        for name in list(self.alive):
            self.lose(name)


def trainer(corpus: EncodedCorpus, names: str, threads: int = 1, **settings: Any) -> Trainer:
    """Make a run on nodes of these names; the rest goes to :class:`Several` or to the settings."""
    given = {name: settings.pop(name) for name in ("loses", "stands", "joins") if name in settings}
    config = TrainConfig(min_count=1, threads=threads, **settings)
    setup = prepare(config, corpus)
    nodes = Several(lambda: Node(prepare(config, corpus)), names, **given)
    return Trainer(setup, crew=Cluster(setup, nodes))
