"""Libraries of other people that train with gensim, as they are, with firth in its place."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest
from dropin_programs import PROGRAMS  # of benchmarks/

pytestmark = pytest.mark.peers


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_library_runs_its_example_with_firth(name, tmp_path):
    program = PROGRAMS[name]
    if importlib.util.find_spec(program.module) is None:
        pytest.skip(f"{name} is not installed: {program.install}")
    (tmp_path / "program.py").write_text(program.of_size(), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "firth.gensim", "program.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    module, quality = done.stdout.split()[-2:]
    assert module.startswith("firth.gensim.")
    assert float(quality) >= program.least
