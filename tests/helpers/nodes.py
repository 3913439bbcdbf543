"""A cluster of nodes in this process, some of which get lost at a moment that the test names."""

from __future__ import annotations

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
    """The result of a call, or that it will not come."""

    def __init__(self, value: Any = None, lost: bool = False) -> None:
        self.value, self.lost = value, lost


class Several:
    """Nodes that do at once what they are asked to.

    Parameters
    ----------
    new_node : callable
        Makes one.
    names : str
        A letter each.
    loses : callable
        ``loses(member, method, n)`` tells whether a node gets lost at its n-th call of a method.
    joins : dict
        How many rounds there have been when these nodes join.
    """

    elsewhere = True

    def __init__(
        self,
        new_node: Callable[[], Node],
        names: str,
        loses: Callable[[str, str, int], bool] = lambda *_: False,
        joins: dict[int, str] | None = None,
    ) -> None:
        self.new_node, self.loses, self.joins = new_node, loses, joins or {}
        self.alive = {name: new_node() for name in names}
        self.calls: dict[tuple[str, str], int] = {}
        self.asked = 0

    def members(self, wait: bool) -> list[Any]:
        self.asked += 1
        for name in self.joins.pop(self.asked, ""):
            self.alive[name] = self.new_node()
        return list(self.alive)

    def call(self, member: Any, method: str, *arguments: Any, returns: int = 1) -> list[Any]:
        n = self.calls[member, method] = self.calls.get((member, method), 0) + 1
        if self.loses(member, method, n):
            self.lose(member)
        lost = any(isinstance(a, Promise) and a.lost for a in arguments)
        if member not in self.alive or lost:
            return [Promise(lost=True) for _ in range(returns)]
        given = (a.value if isinstance(a, Promise) else a for a in arguments)
        result = getattr(self.alive[member], method)(*given)
        return [Promise(value) for value in ([result] if returns == 1 else result)]

    def wait(self, references: Any, seconds: float) -> list[Any]:
        return list(references)

    def value(self, reference: Any) -> Any:
        if reference.lost:
            raise NodeLost("lost")
        return reference.value

    def share(self, value: Any) -> Any:
        return Promise(value)

    def lose(self, member: Any) -> None:
        node = self.alive.pop(member, None)
        if node is not None:
            node.close()

    def close(self) -> None:
        for name in list(self.alive):
            self.lose(name)


def trainer(corpus: EncodedCorpus, names: str, threads: int = 1, **settings: Any) -> Trainer:
    """Make a run on nodes of these names; the rest goes to :class:`Several` or to the settings."""
    given = {name: settings.pop(name) for name in ("loses", "joins") if name in settings}
    config = TrainConfig(min_count=1, threads=threads, **settings)
    setup = prepare(config, corpus)
    nodes = Several(lambda: Node(prepare(config, corpus)), names, **given)
    return Trainer(setup, crew=Cluster(setup, nodes))
