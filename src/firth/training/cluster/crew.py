"""The nodes of a cluster as who does a run's work: rounds, exchanges, and what becomes of the lost.

A *round* is a stretch of an epoch's tasks. All nodes begin it with the same weights, train shares
of it side by side, and exchange what rows gained: each row has an owner, who merges all that was
made of it (:mod:`firth.training.engine.merging`) and hands the result to everybody. At the end of a
round all rows are *agreed on*, which is a commit: what came after it is done again if a node gets
lost, and nothing else. Who holds what is the same on all nodes then, so any of them may own any
row, take any share, leave or join.

Two ways to divide a round:

- By default each node has one share, as large as it is fast, trained by its threads on one copy of
  the weights (Hogwild). Within a round the rows that are visited most are exchanged several times,
  the more frequent the more often (pWord2Vec's graded synchronisation: Ji et al. 2016). A node that
  is too slow is stopped after the tasks in hand; others do the rest.
- A deterministic round has ``round_parts`` parts, whoever does them; each begins with the weights
  of the round's beginning and is trained in the rounds of one machine. So the bits are the same at
  any number of nodes, one included, and threads.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from firth.config import TrainConfig
from firth.training.cluster.node import Report
from firth.training.cluster.nodes import Member, NodeLost, Nodes, Reference
from firth.training.cluster.tasks import Tasks, cut_off, length, shared_out, trailing
from firth.training.cluster.waiting import LOST_SECONDS, SLOWEST_BYTES, Waiting
from firth.training.engine.merging import STEEPEST_CURVATURE
from firth.training.run.setup import Setup
from firth.training.run.tally import Counts
from firth.training.run.team import Phase, Team
from firth.training.run.threads import Add
from firth.training.run.worker import Worker

Done = list[tuple[int, Counts]]

#: Tokens of a round, and fewer for short texts, which are cut into at least so many rounds.
ROUND_TOKENS, FEWEST_ROUNDS = 4_000_000, 16
#: Unless a length was asked for, rounds grow until exchanging takes at most this part of the time.
EXCHANGE_SHARE = 0.1
#: Exchanges of a round, the last of which is of all rows, and rows of the smallest of the others.
STEPS, FREQUENT = 4, 1024


def round_length(config: TrainConfig, n_tokens: int) -> int:
    """Return the tokens of a round: what was asked for, or what fits a text of so many.

    Examples
    --------
    >>> round_length(TrainConfig(), 16_000_000), round_length(TrainConfig(), 10**12)
    (1000000, 4000000)
    """
    if config.round_length is not None:
        return int(config.round_length)
    return max(1, min(ROUND_TOKENS, n_tokens // FEWEST_ROUNDS))


class Cluster:
    """The nodes that share a run.

    Parameters
    ----------
    setup : Setup
        The run, with the driver's own matrices.
    nodes : Nodes
        Who trains.
    """

    def __init__(self, setup: Setup, nodes: Nodes) -> None:
        config, schedule = setup.config, setup.schedule
        self.setup, self.nodes = setup, nodes
        self.parts = config.round_parts if config.deterministic else 0
        self.round = max(
            1, self.parts, round(round_length(config, schedule.epoch_tokens) / schedule.task_tokens)
        )
        self._shortest, self._longest = self.round, schedule.per_epoch // FEWEST_ROUNDS
        self._adapts = not config.deterministic and config.round_length is None
        self.curvature = STEEPEST_CURVATURE * setup.architecture.build(config).mean_pairs
        weights = setup.inputs.nbytes + setup.outputs.nbytes
        self.waiting = Waiting(nodes, LOST_SECONDS + weights / SLOWEST_BYTES)
        self.exchanged, self._exchange_seconds = 0, 0.0
        self._members: list[Member] = []
        self._commits = self._number = 0
        self._alone = self._ranked = False
        self._speed: dict[Member, float] = {}
        self._almost: tuple[Done, Tasks] = ([], [])

    # As the crew of a trainer ---------------------------------------------------------------------

    def team(self, add: Add) -> Team:
        """Make the thread that drives the nodes."""
        return Team(1, lambda: _Driver(self, add))

    def phases(self, first: int, stop: int) -> Iterator[Phase]:
        """Yield rounds."""
        task = first
        while task < stop:
            tasks = range(task, min(task + self.round, stop))
            yield Phase(range(1), "before", tasks)
            task = tasks.stop

    def warm_up(self) -> None:
        """Wait until the nodes are ready."""
        self.nodes.members(wait=True)

    def fetch(self) -> None:
        """Bring the driver's matrices up to date."""
        for member in self._members:
            call = {member: self.nodes.call(member, "state")[0]}
            try:
                state = self.waiting.for_all(call)[member]
            except NodeLost:
                continue
            for matrix, values in zip((self.setup.inputs, self.setup.outputs), state, strict=True):
                if not np.may_share_memory(matrix, values):
                    matrix[:, : values.shape[1]] = values
            return
        if self._members:
            raise NodeLost(_ALL_LOST)

    def measure(self, worker: Worker, number: int) -> Counts:
        """Measure a range of a worker's text on the driver's matrices."""
        return worker.measure(number, self.setup.inputs, self.setup.outputs)

    def facts(self) -> dict[str, Any]:
        """Return how many nodes there are, and what they have sent each other."""
        if not self.nodes.elsewhere:
            return {}
        return {"nodes": len(self._members), "exchanged": self.exchanged}

    # A round --------------------------------------------------------------------------------------

    def train(self, tasks: range) -> Done:
        """Have a round trained; return what its tasks report."""
        left: Tasks = [(tasks.start, tasks.stop)]
        counts: Done = []
        began, self._exchange_seconds = time.monotonic(), 0.0
        while left:
            self._welcome()
            try:
                done, left = self._attempt(left)
            except NodeLost:
                if not self._recover():
                    continue
                done, left = self._almost
            counts += done
        if self._adapts and len(tasks) == self.round:
            self._adapt(time.monotonic() - began)
        return counts

    def _adapt(self, seconds: float) -> None:
        """Make the next rounds as long as exchanging in this one, which took so long, wants it."""
        wanted = self._exchange_seconds / max(seconds, 1e-9) / EXCHANGE_SHARE
        longer = round(self.round * min(2.0, max(0.5, wanted)))
        self.round = max(min(self._shortest, self._longest), min(longer, self._longest), 1)

    def _attempt(self, left: Tasks) -> tuple[Done, Tasks]:
        """Train and exchange until a commit; return what was done and what is left."""
        schedule = self.setup.schedule
        a = self.curvature * schedule.rate(schedule.tokens_before(left[0][0]))
        if self.parts:
            return self._in_parts(left, a)
        done: Done = []
        steps = min(STEPS, max(1, length(left) // (2 * len(self._members))))
        if len(self._members) == 1:
            steps = 1
        for step in range(1, steps + 1):
            now, left = cut_off(left, -(-length(left) // (steps + 1 - step)))
            most = None if step == steps or not self._ranked else FREQUENT << trailing(step)
            counts, rest, pieces = self._side_by_side(now, most)
            done, left = done + counts, rest + left
            if len(self._members) == 1:
                self._alone = True
                continue
            if most is None:
                # What is agreed on completely is done for good, whatever is left of the round.
                self._almost = done, left
            self._exchange(a, pieces, final=most is None)
            if most is None:
                return done, left
        return done, left

    def _side_by_side(
        self, tasks: Tasks, most: int | None
    ) -> tuple[Done, Tasks, list[list[Reference]]]:
        """Have each node train a share; return reports, what is left, and pieces by node."""
        members, nodes = self._members, len(self._members)
        owners = nodes if nodes > 1 else 0
        self._number += 1
        typical = float(np.mean(list(self._speed.values()))) if self._speed else 1.0
        weights = [self._speed.get(member, typical) for member in members]
        shares = shared_out(tasks, weights)
        calls = {
            member: self.nodes.call(
                member, "train", self._number, share, owners, most, False, returns=1 + owners
            )
            for member, share in zip(members, shares, strict=True)
        }
        done: Done = []
        left: Tasks = []
        first = {member: references[0] for member, references in calls.items()}
        reports = self.waiting.for_work(first, self._number)
        for member in members:
            report = reports[member]
            done += report.counts
            left += report.left
            self._note(member, report)
        return done, left, [calls[member][1:] for member in members]

    def _in_parts(self, left: Tasks, a: float) -> tuple[Done, Tasks]:
        """Have the parts of a deterministic round trained, by whoever is free."""
        nodes = len(self._members)
        ranges = shared_out(left, [1.0] * self.parts)
        self._number += 1
        queue = list(range(self.parts))
        pieces: dict[int, list[Reference]] = {}
        done: Done = []

        def give(member: Member) -> Reference | None:
            if not queue:
                return None
            part = queue.pop(0)
            report, *pieces[part] = self.nodes.call(
                member, "train", self._number, ranges[part], nodes, None, True, returns=1 + nodes
            )
            return report

        for member, report in self.waiting.for_parts(self._members, give):
            done += report.counts
            self._note(member, report)
        self._almost = done, []
        self._exchange(a, [pieces[part] for part in range(self.parts)], final=True)
        return done, []

    def _exchange(self, a: float, pieces: list[list[Reference]], *, final: bool) -> None:
        """Have each node merge its rows of all updates, and give them to everybody."""
        members, began = self._members, time.monotonic()
        merges = [
            self.nodes.call(member, "merge", a, *(piece[owner] for piece in pieces), returns=2)
            for owner, member in enumerate(members)
        ]
        updates = [update for _, update in merges]
        commits = self._commits + 1 if final else None
        calls = {m: self.nodes.call(m, "give", commits, *updates)[0] for m in members}
        # First what needs nobody else: who does not answer then is who stands still.
        sizes = self.waiting.for_all(
            {member: size for member, (size, _) in zip(members, merges, strict=True)}
        )
        self.waiting.for_all(calls)
        self.exchanged += sum(sizes.values()) * (len(members) - 1)
        self._exchange_seconds += time.monotonic() - began
        if final:
            self._commits += 1
            self._ranked = True

    def _note(self, member: Member, report: Report) -> None:
        """Note how fast a node is, and what it sends."""
        if report.seconds > 0 and report.tokens:
            speed, before = report.tokens / report.seconds, self._speed.get(member)
            self._speed[member] = speed if before is None else (speed + before) / 2
        if report.nbytes:
            own = report.nbytes[self._members.index(member)]
            self.exchanged += sum(report.nbytes) - own

    # Who is there ---------------------------------------------------------------------------------

    def _welcome(self) -> None:
        """Give nodes that have come what the others have, or the driver if there are none."""
        here = self.nodes.members(wait=not self._members)
        new = [member for member in here if member not in self._members]
        # Whoever is not ready any more, such as one that was started anew, has lost what it had.
        self._members = [member for member in self._members if member in here]
        if new:
            self._load(new)
            self._ranked = False
        if not self._members:
            raise NodeLost(_ALL_LOST)

    def _load(self, new: list[Member]) -> None:
        """Give nodes what those that are there have; whoever gets lost over it is left out."""
        for member in new:
            while True:
                leader = self._members[0] if self._members else None
                try:
                    self._copy(leader, member)
                except NodeLost:
                    here = [one for one in (leader, member) if one is not None]
                    answers = self._who_is_left(here, "at")
                    if member in answers and leader not in answers:
                        continue  # from the next one
                else:
                    self._members.append(member)
                break

    def _copy(self, leader: Member | None, member: Member) -> None:
        """Give a node what another has, or the driver."""
        state = self._state(leader)
        if leader is not None:
            self.waiting.for_all({leader: state}, fetch=False)
        self.waiting.for_all({member: self.nodes.call(member, "load", state, self._commits)[0]})

    def _state(self, leader: Member | None) -> Reference:
        """Return the weights that nodes begin with: another's, or at the beginning the driver's."""
        if leader is not None:
            if self._alone:
                # What it has was compared with nobody's: from now on it is.
                self._alone = False
                self.nodes.call(leader, "commit", self._commits)
            return self.nodes.call(leader, "state")[0]
        if self._commits or self._alone:
            raise NodeLost(_ALL_LOST)
        dim = self.setup.config.dim
        return self.nodes.share((self.setup.inputs[:, :dim], self.setup.outputs[:, :dim]))

    def _lose(self, member: Member) -> None:
        self.nodes.lose(member)
        self._speed.pop(member, None)
        self._members = [one for one in self._members if one != member]

    def _who_is_left(self, members: list[Member], method: str) -> dict[Member, Any]:
        """Ask nodes for something short, and do without those that do not answer."""
        for member in self.waiting.who_is_silent() & set(members):
            self._lose(member)
            members = [one for one in members if one != member]
        answers = self.waiting.who_answers(members, method)
        for member in set(members) - set(answers):
            self._lose(member)
        return answers

    def _recover(self) -> bool:
        """Do without who is lost, and bring the others to one point; tell whether it is a commit.

        A node may have got lost after others had agreed on all rows: then it is done, and who has
        not heard of it gets what they have. Else all go back to the last commit.
        """
        for member in self._members:
            self.nodes.call(member, "cut", self._number)
        at = self._who_is_left(self._members, "at")
        if not self._members:
            raise NodeLost(_ALL_LOST)
        newest = max(at.values())
        if newest == self._commits:
            self._who_is_left(self._members, "restore")
            return False
        self._commits = newest
        behind = [member for member in self._members if at[member] < newest]
        self._members = [member for member in self._members if at[member] == newest]
        if behind:
            self._load(behind)
            self._ranked = False
        return True


class _Driver:
    """The one thread of the driver."""

    def __init__(self, cluster: Cluster, add: Add) -> None:
        self.cluster, self.add = cluster, add

    def run(self, phase: Phase, share: int) -> None:
        for task, counts in self.cluster.train(phase.tasks):
            self.add(task, counts)


_ALL_LOST = (
    "all nodes of the cluster are lost, and with them what they have learnt since the run was last "
    "saved; the same call with resume=True (--resume) goes on from the newest checkpoint in the "
    "output folder, if there is one"
)
