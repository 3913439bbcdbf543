"""One seed for all that tests draw, and processes that share the kernels the tests compiled."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_info, threadpool_limits

import firth
from firth.files.places import cache_folder
from helpers.blocks import PLACES, counted

# No deadline for single examples: the first compiles or imports, and machines are shared.
settings.register_profile("firth", deadline=None)
settings.load_profile("firth")

#: Another in every session, unless it is given.
SEED = int(os.environ.get("FIRTH_TEST_SEED") or random.SystemRandom().randrange(10**6))
# The processes that share the tests (pytest-xdist) have one seed.
os.environ["FIRTH_TEST_SEED"] = str(SEED)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Let Hypothesis draw from the seed too, unless it was given one of its own."""
    if config.getoption("hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(SEED)


def pytest_terminal_summary(terminalreporter):
    """Say how to draw the same again, and what of the pages' code is run where."""
    terminalreporter.write_line(f"FIRTH_TEST_SEED={SEED} draws the same")
    count = counted()
    said = ", ".join(f"{count[place]} {what}" for place, what in PLACES.items())
    terminalreporter.write_line(f"blocks of code on pages: {said}")


@pytest.fixture
def seed():
    """The session's seed."""
    return SEED


@pytest.fixture
def own_cache(tmp_path):
    """A cache of one test's own, which holds the kernels that tests compiled, and no texts."""
    folder, kernels = tmp_path / "cache of this test", cache_folder("kernels")
    # Where this test is the first to train, it compiles for all.
    firth.train([["the", "cat", "sat"]] * 40, dim=8, min_count=1, sample=0.0, threads=1)
    if kernels.is_dir():
        # Others may be writing there: what they have not finished is left out.
        unfinished = shutil.ignore_patterns("*.tmp*", "tmp.*")
        shutil.copytree(kernels, folder / "kernels", ignore=unfinished, copy_function=_link)
    return folder


def _link(source, target):
    with suppress(FileNotFoundError):
        os.link(source, target)


@pytest.fixture
def heard():
    """Let new processes hear the signals that ``nohup``, or a shell's ``&``, ignores."""
    some = {getattr(signal, name, signal.SIGINT) for name in ("SIGINT", "SIGHUP", "SIGQUIT")}
    ignored = [sent for sent in some if signal.getsignal(sent) == signal.SIG_IGN]
    for sent in ignored:
        signal.signal(sent, signal.SIG_DFL)
    yield
    for sent in ignored:
        signal.signal(sent, signal.SIG_IGN)


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


@pytest.fixture
def blas_threads():
    """Let products have two threads; give a function that says how many they have just now."""
    with threadpool_limits(2, "blas"):
        blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        if not blas or any(pool["num_threads"] != 2 for pool in blas):
            pytest.skip("this NumPy's products have one thread in any case")
        yield lambda: {p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"}
