"""How long a run waits for a node: the slow are stopped, the silent are lost."""

from __future__ import annotations

import time
from typing import Any

import pytest

from firth.training.cluster import waiting
from firth.training.cluster.nodes import NodeLost
from firth.training.cluster.waiting import Waiting


class Timed:
    """Nodes whose calls take so many seconds, and less when they are cut."""

    elsewhere = True

    def __init__(self, seconds: dict[str, float], heeds: bool = True) -> None:
        self.began, self.seconds, self.heeds = time.monotonic(), dict(seconds), heeds
        self.cut: list[str] = []

    def call(self, member: Any, method: str, *arguments: Any, returns: int = 1) -> list[Any]:
        if method == "cut":
            self.cut.append(member)
            if self.heeds:
                self.seconds[member] = 0.0
        return [member]

    def wait(self, references: Any, seconds: float) -> list[Any]:
        time.sleep(0.01)
        passed = time.monotonic() - self.began
        return [one for one in references if passed >= self.seconds[one]]

    def value(self, reference: Any) -> Any:
        return f"of {reference}"

    def members(self, wait: bool) -> list[Any]:
        return list(self.seconds)

    def share(self, value: Any) -> Any:
        return value

    def lose(self, member: Any) -> None:
        del self.seconds[member]

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "SLOW_SECONDS", 0.05)


def test_who_takes_twice_as_long_is_stopped() -> None:
    nodes = Timed({"a": 0.1, "b": 0.15, "c": 60.0})
    results = Waiting(nodes).for_work({name: name for name in "abc"}, 1)
    assert results == {name: f"of {name}" for name in "abc"}
    assert nodes.cut == ["c"]
    assert time.monotonic() - nodes.began < 2


def test_who_is_a_little_slower_is_waited_for() -> None:
    nodes = Timed({"a": 0.3, "b": 0.4})
    Waiting(nodes).for_work({"a": "a", "b": "b"}, 1)
    assert not nodes.cut


def test_who_does_not_answer_is_lost() -> None:
    nodes = Timed({"a": 0.05, "b": 60.0}, heeds=False)
    patience = Waiting(nodes, lost_seconds=0.3)
    with pytest.raises(NodeLost):
        patience.for_work({"a": "a", "b": "b"}, 1)
    assert patience.who_is_silent() == {"b"}
    assert set(patience.who_answers(["a"], "at")) == {"a"}
    with pytest.raises(NodeLost):
        patience.for_all({"a": "a", "b": "b"})
    assert time.monotonic() - nodes.began < 5


def test_parts_go_to_who_is_free() -> None:
    nodes = Timed({"a": 0.0, "b": 0.3})
    left, done = list(range(5)), []

    def give(member: Any) -> Any:
        return (left and (left.pop(), member)[1]) or None

    for member, _ in Waiting(nodes).for_parts(["a", "b"], give):
        done.append(member)
    assert not left
    assert done.count("a") == 4 and done.count("b") == 1


def test_a_part_that_never_ends_is_a_lost_node() -> None:
    nodes = Timed({"a": 0.0, "b": 60.0})
    parts = iter("ab")
    with pytest.raises(NodeLost):
        list(Waiting(nodes, 0.2).for_parts(["a", "b"], lambda member: next(parts, None)))
