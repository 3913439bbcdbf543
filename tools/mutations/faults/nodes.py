"""Faults of runs on several nodes: what is merged, agreed on, given back and waited for."""

from __future__ import annotations

from tools.mutations.fault import fault

_ROOM = "training/cluster/"
_TESTS = "training/test_cluster.py"
_LOST = f"{_TESTS}::test_a_lost_node_changes_no_bit"

FAULTS = (
    fault(
        "updates-added-without-weight",
        "training/engine/merging.py",
        "gone / share if share > gone else 1.0",
        "1.0",
        f"{_TESTS}::test_what_is_rare_adds_up_and_what_is_frequent_is_averaged",
    ),
    fault(
        "directions-merged-all-alike",
        "training/engine/updates.py",
        "along[k] *= part_of_sum(a[k], seen, p, total) - others",
        "along[k] *= 0.0",
        f"{_TESTS}::test_in_each_direction_a_row_goes_as_far_as_it_would_have_gone_in_turn",
    ),
    fault(
        "directions-of-another-moment",
        f"{_ROOM}node.py",
        "self.commits, self._directions = commits, None",
        "self.commits = commits",
        _LOST,
    ),
    fault(
        "directions-not-at-right-angles",
        "training/engine/directions.py",
        "rows[k, j] -= shared * rows[other, j]",
        "rows[k, j] -= 0.0 * rows[other, j]",
        f"{_TESTS}::test_directions_are_those_of_the_second_moment",
    ),
    fault(
        "rows-not-given-back-before-the-next-part",
        f"{_ROOM}replica.py",
        "copy_rows(self.agreed, update.rows, self.now)",
        "copy_rows(self.now, update.rows, self.now)",
        f"{_TESTS}::test_any_number_of_nodes_gives_the_same_bits",
    ),
    fault(
        "restored-without-what-was-agreed-on-since",
        f"{_ROOM}replica.py",
        "self.agreed[rows] = values",
        "self.now[rows] = values",
        f"{_TESTS}::test_a_replica_goes_back_to_the_last_commit",
    ),
    fault(
        "rows-remembered-twice",
        f"{_ROOM}replica.py",
        "new = np.setdiff1d(rows, kept, assume_unique=True)",
        "new = rows",
        f"{_TESTS}::test_a_replica_goes_back_to_the_last_commit",
    ),
    fault(
        "round-not-begun-again-by-those-who-are-left",
        f"{_ROOM}crew.py",
        'self._who_is_left(self._members, "restore")',
        'self._who_is_left(self._members, "at")',
        _LOST,
    ),
    fault(
        "round-done-twice-when-some-had-agreed",
        f"{_ROOM}crew.py",
        "if newest == self._commits:",
        "if newest >= self._commits:",
        _LOST,
    ),
    fault(
        "slow-nodes-never-stopped",
        f"{_ROOM}waiting.py",
        "passed > limit and asked is None",
        "passed > limit and asked is not None",
        "training/test_waiting.py::test_who_takes_twice_as_long_is_stopped",
    ),
    fault(
        "silent-nodes-waited-for",
        f"{_ROOM}waiting.py",
        "silent, self._open = set(self._open.values()), {}",
        "silent, self._open = set[Member](), {}",
        "training/test_waiting.py::test_who_does_not_answer_is_lost",
    ),
    fault(
        "others-given-up-with-the-silent-one",
        f"{_ROOM}waiting.py",
        "silent, self._open = set(self._open.values()), {}",
        "silent, self._open = set(), self._open",
        f"{_TESTS}::test_a_node_that_stands_still_takes_no_other_with_it",
    ),
    fault(
        "text-of-another-run-taken-for-this-one",
        f"{_ROOM}text.py",
        "if corpus.fingerprint != fingerprint:",
        "if corpus.fingerprint == fingerprint:",
        f"{_TESTS}::test_a_node_that_does_not_see_the_text_keeps_it_on_its_own_disk",
    ),
)
