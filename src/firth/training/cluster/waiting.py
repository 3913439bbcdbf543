"""How long a run waits for a node, and what it does then.

Who has not come when half of the others have, and twice as much time has passed, is slow: it is
asked to stop after the tasks in hand. Who does not answer is lost. So a slow node costs others at
most as much again as they worked, and one that stands still a fixed time, once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from firth.training.cluster.nodes import Member, NodeLost, Nodes, Reference

#: A node is slow when it takes so many times as long as the faster half, but not within so many
#: seconds; it is lost when it has not answered for so long after it was asked to stop, or, in a
#: deterministic run, takes so many times as long for a part as the slowest other.
SLOW, SLOW_SECONDS = 2.0, 0.5
LOST_SECONDS, LOST = 20.0, 4.0
#: Whatever waits for weights of other nodes may take as long as this many bytes a second need.
SLOWEST_BYTES = 5e7
#: Between two looks at what is there.
_TICK = 0.05


class Waiting:
    """Waits for results of nodes.

    Parameters
    ----------
    nodes : Nodes
        Who gives them.
    lost_seconds : float
        Without an answer for so long a node is lost.
    """

    def __init__(self, nodes: Nodes, lost_seconds: float = LOST_SECONDS) -> None:
        self.nodes, self.lost_seconds = nodes, lost_seconds
        self._open: dict[Reference, Member] = {}

    def for_work(self, calls: Mapping[Member, Reference], number: int) -> dict[Member, Any]:
        """Wait for a share of work from each node; stop the slow ones early.

        Raises
        ------
        NodeLost
            One is lost.
        """
        self._open = {reference: member for member, reference in calls.items()}
        results: dict[Member, Any] = {}
        began, limit, asked = time.monotonic(), None, None
        while self._open:
            self._collect(results)
            passed = time.monotonic() - began
            if limit is None and 2 * len(results) >= len(calls):
                limit = max(SLOW * passed, passed + SLOW_SECONDS)
            if self._open and limit is not None and passed > limit and asked is None:
                asked = passed
                for member in self._open.values():
                    self.nodes.call(member, "cut", number)
            if asked is not None and passed > asked + self.lost_seconds:
                raise NodeLost("a node does not answer")
        return results

    def for_parts(
        self, members: Sequence[Member], give: Callable[[Member], Reference | None]
    ) -> Iterator[tuple[Member, Any]]:
        """Give each node a part whenever it is free, until there are none; yield results.

        Raises
        ------
        NodeLost
            One is lost.
        """
        began: dict[Member, float] = {}
        longest = 0.0
        self._open = {}

        def begin(member: Member) -> None:
            reference = give(member)
            if reference is not None:
                self._open[reference] = member
                began[member] = time.monotonic()

        for member in members:
            begin(member)
        while self._open:
            results: dict[Member, Any] = {}
            self._collect(results)
            now = time.monotonic()
            for member, result in results.items():
                longest = max(longest, now - began[member])
                begin(member)
                yield member, result
            limit = max(self.lost_seconds, LOST * longest)
            if longest and any(now - began[member] > limit for member in self._open.values()):
                raise NodeLost("a node does not answer")

    def for_all(
        self, calls: Mapping[Member, Reference], *, fetch: bool = True
    ) -> dict[Member, Any]:
        """Wait for something short from each node, which needs nothing that others still owe.

        Parameters
        ----------
        calls : mapping of member to reference
            What is waited for.
        fetch : bool
            Bring the results here; else they stay where they are, and the values are None.

        Raises
        ------
        NodeLost
            One is lost.
        """
        self._open = {reference: member for member, reference in calls.items()}
        results: dict[Member, Any] = {}
        began = time.monotonic()
        while self._open:
            if self._collect(results, fetch=fetch):
                began = time.monotonic()
            elif time.monotonic() - began > self.lost_seconds:
                raise NodeLost("a node does not answer")
        return results

    def who_is_silent(self) -> set[Member]:
        """Wait until nodes have ended what they do; return those that do not."""
        until = time.monotonic() + self.lost_seconds
        while self._open and time.monotonic() < until:
            for reference in self.nodes.wait(list(self._open), _TICK):
                del self._open[reference]
        silent, self._open = set(self._open.values()), {}
        return silent

    def who_answers(self, members: Sequence[Member], method: str) -> dict[Member, Any]:
        """Ask nodes, and wait for their answers; leave out the lost.

        Who is silent must have been given up before: others may wait for what it owes them.
        """
        calls = {member: self.nodes.call(member, method)[0] for member in members}
        answers: dict[Member, Any] = {}
        open_ = {reference: member for member, reference in calls.items()}
        until = time.monotonic() + self.lost_seconds
        while open_ and time.monotonic() < until:
            for reference in self.nodes.wait(list(open_), _TICK):
                member = open_.pop(reference)
                try:
                    answers[member] = self.nodes.value(reference)
                except NodeLost:
                    continue
        return answers

    def _collect(self, results: dict[Member, Any], *, fetch: bool = True) -> bool:
        """Move results that are there from the open ones; tell whether there were any."""
        found = self.nodes.wait(list(self._open), _TICK)
        for reference in found:
            member = self._open.pop(reference)
            results[member] = self.nodes.value(reference) if fetch else None
        return bool(found)
