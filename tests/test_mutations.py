"""The faults that ``python -m tools.mutations`` makes are of the code as it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tools.mutations.fault import DoesNotApplyError, Fault
from tools.mutations.faults.catalogue import FAULTS

ROOT = Path(__file__).resolve().parents[1]


def test_every_fault_applies_and_leaves_python() -> None:
    outdated = []
    for fault in FAULTS:
        try:
            changed = fault.applied((ROOT / fault.file).read_text(encoding="utf-8"))
            compile(changed, fault.name, "exec")
        except (DoesNotApplyError, SyntaxError, OSError) as error:
            outdated.append(f"{fault.name}: {error}")
    assert outdated == []


def test_names_differ() -> None:
    assert {name: n for name, n in Counter(fault.name for fault in FAULTS).items() if n > 1} == {}


def test_the_tests_are_there() -> None:
    for fault in FAULTS:
        assert fault.tests, fault.name
        for test in fault.tests:
            file, _, function = test.partition("::")
            assert (ROOT / file).exists(), test
            assert not function or f"def {function}(" in (ROOT / file).read_text("utf-8"), test


def test_a_fault_that_is_out_of_date_says_so() -> None:
    fault = Fault("one-too-many", "a.py", "< n", "<= n", ())
    for source in ("while i <= n:", "while i < n and j < n:"):
        with pytest.raises(DoesNotApplyError, match=r"a.py holds '< n' \d times, not once"):
            fault.applied(source)
