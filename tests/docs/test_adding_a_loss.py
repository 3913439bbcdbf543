"""The worked example: what the page says is done in a copy, and the contract test runs on it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.mutations.copy import FAILED, PASSED, Copy
from tools.mutations.fault import Fault

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-loss.md").read_text(encoding="utf-8")
FILE = "src/firth/training/engine/objectives/one_vs_all.py"
CONTRACT, CONFIG = "tests/training/test_contract.py", "tests/training/test_config.py"


def pieces():
    return re.findall(r"^```python one_vs_all.py\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def changes():
    """What each change takes out and puts in: (file, what is there, what is to be there)."""
    for found in re.finditer(r"In `([\w/.]+)`:\n\n```text\n(.*?)^```$", PAGE, re.M | re.S):
        lines = found[2].splitlines()
        yield found[1], *("".join(f"{line[1:]}\n" for line in lines if line[0] == sign)
                          for sign in "-+")  # fmt: skip


def test_what_the_page_replaces_is_there():
    assert FILE in PAGE and len(pieces()) == 3 and len(list(changes())) == 2
    for file, before, _ in changes():
        assert (ROOT / file).read_text(encoding="utf-8").count(before) == 1, file
    compile("\n\n".join(pieces()), FILE, "exec")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    made = Copy(ROOT, tmp_path_factory.mktemp("loss"))
    (made.root / FILE).write_text("\n\n".join(pieces()), encoding="utf-8")
    for file, before, after in changes():
        path = made.root / file
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    assert made.why_not_imported() is None
    return made


@pytest.mark.full
def test_the_loss_of_the_page_keeps_the_contract(copy):
    write = [sys.executable, "tools/write_options.py"]
    subprocess.run(write, cwd=copy.root, env=copy.environment, check=True, timeout=60)
    outcome = copy.test([CONTRACT, CONFIG], 280, "-k", "one_vs_all or is_written", "-rp")
    assert outcome.code == PASSED, outcome.output
    for name in (
        "are_the_gradient_of_the_loss",
        "kernel_is_the_reference",
        "known_neighbours_are_found",
    ):
        assert f"{name}[skipgram-words-one_vs_all]" in outcome.output


@pytest.mark.full
def test_a_wrong_gradient_is_seen(copy):
    fault = Fault("pair-counts-twice", FILE, "+= rate\n", "+= 2 * rate\n", ())
    with copy.with_fault(fault):
        outcome = copy.test([CONTRACT], 280, "-k", "one_vs_all and (gradient or reference)")
    assert outcome.code == FAILED
    for name in ("updates_are_the_gradient_of_the_loss", "kernel_is_the_reference"):
        assert f"FAILED {CONTRACT}::test_{name}[skipgram-words-one_vs_all]" in outcome.output
