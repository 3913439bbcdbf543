"""A minute of chaos; ``python -m tools.chaos --seconds 1800 --all`` is half an hour of more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.full
@pytest.mark.skipif(os.name == "nt", reason="no such signals there")
def test_disturbed_runs_keep_what_was_promised(seed: int) -> None:
    print(f"python -m tools.chaos --seed {seed}")
    done = subprocess.run(
        [sys.executable, "-m", "tools.chaos", "--seconds", "60", "--seed", str(seed)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=ROOT,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
