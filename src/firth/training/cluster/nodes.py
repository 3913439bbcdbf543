"""What a cluster gives to a run: nodes that come and go, calls, results that stay where they are.

A *reference* stands for a result that may not be there yet, and may be on another machine. Given to
a call it becomes the result, which travels from node to node without passing the driver.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Protocol, TypeAlias

from firth.errors import TrainingError
from firth.training.cluster.node import Node

Member: TypeAlias = Hashable
Reference: TypeAlias = Any


class NodeLost(TrainingError):  # noqa: N818 (it is what has happened, and mostly no error)
    """A node has gone, or a result with it.

    Parameters
    ----------
    message : str
        What happened.
    """


class Nodes(Protocol):
    """The nodes of a run."""

    #: Whether they are on machines that a user should hear of.
    elsewhere: bool

    def members(self, wait: bool) -> list[Member]:
        """Return the nodes that are ready to work; of a run that begins, wait for them."""

    def call(
        self, member: Member, method: str, *arguments: Any, returns: int = 1
    ) -> list[Reference]:
        """Call a method of a :class:`~firth.training.cluster.node.Node`; return at once."""

    def wait(self, references: Sequence[Reference], seconds: float) -> list[Reference]:
        """Wait until one of the results is there, or so long; return those that are."""

    def value(self, reference: Reference) -> Any:
        """Return a result, whenever it comes.

        Raises
        ------
        NodeLost
            It will not come.
        BaseException
            What the call raised.
        """

    def share(self, value: Any) -> Reference:
        """Make a value that all nodes can be given."""

    def lose(self, member: Member) -> None:
        """Do without a node: it is gone, or too slow."""

    def close(self) -> None:
        """Let all nodes go."""


class Here:
    """A cluster of one node, in this process: what is done by many is done by it, in turn.

    Parameters
    ----------
    new_node : callable
        Makes the node.
    """

    elsewhere = False

    def __init__(self, new_node: Callable[[], Node]) -> None:
        self._new_node = new_node
        self._node: Node | None = None

    def members(self, wait: bool) -> list[Member]:
        """Return the one node."""
        if self._node is None:
            self._node = self._new_node()
        return [0]

    def call(
        self, member: Member, method: str, *arguments: Any, returns: int = 1
    ) -> list[Reference]:
        """Do it at once."""
        given = (a.value if isinstance(a, _Result) else a for a in arguments)
        result = getattr(self._node, method)(*given)
        return [_Result(value) for value in ([result] if returns == 1 else result)]

    def wait(self, references: Sequence[Reference], seconds: float) -> list[Reference]:
        """Return all: they are there."""
        return list(references)

    def value(self, reference: Reference) -> Any:
        """Return what it stands for."""
        return reference.value

    def share(self, value: Any) -> Reference:
        """Make a reference to it."""
        return _Result(value)

    def lose(self, member: Member) -> None:
        """Do nothing: what is done in this process does not get lost."""

    def close(self) -> None:
        """End its threads."""
        if self._node is not None:
            self._node.close()


class _Result:
    """What a call of this process has given."""

    def __init__(self, value: Any) -> None:
        self.value = value
