"""Processes of their own, which share the kernels that the tests have compiled."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.fixture
def run_python(tmp_path):
    """Run a piece of Python in a new process; return what it did."""

    def run(code, *arguments, env=None, check=True):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=tmp_path,
            timeout=300,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
        )
        assert done.returncode == 0 or not check, done.stderr
        return done

    return run


@pytest.fixture
def run_firth(run_python):
    """Run the command line in a new process."""
    start = "import sys, firth.cli; sys.argv[0] = 'firth'; sys.exit(firth.cli.main())"
    return lambda *arguments, env=None: run_python(start, *arguments, env=env, check=False)
