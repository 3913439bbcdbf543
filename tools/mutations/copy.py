"""A copy of the repository, in which faults are made and tests are run."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from tools.mutations.fault import Fault

#: pytest's exit codes (https://docs.pytest.org/en/stable/reference/exit-codes.html).
PASSED, FAILED = 0, 1


class Outcome(NamedTuple):
    """What came of a run of tests.

    Attributes
    ----------
    code : int or None
        pytest's exit code; None if the time was over.
    seconds : float
        How long it took.
    output : str
        What it printed.
    """

    code: int | None
    seconds: float
    output: str

    @property
    def failed(self) -> str:
        """The first test that failed."""
        found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", self.output, re.MULTILINE)
        return found[1] if found else "a test"


class Copy:
    """The tracked files of a repository, as they are on the disk, in another folder.

    The kernels that tests compile there are kept there too: Numba knows them by the path of their
    source, so that the user's cache has none for a copy, and would keep those of each copy.

    Parameters
    ----------
    repository : Path
        The root of a work tree of git.
    folder : Path
        Where the copy is made; what an earlier copy has left is used again.
    """

    def __init__(self, repository: Path, folder: Path) -> None:
        self.root = folder / "repository"
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(self.root / "src"),
            "FIRTH_CACHE_DIR": str(folder / "cache"),
        }
        shutil.rmtree(self.root, ignore_errors=True)
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=repository, capture_output=True, check=True
        ).stdout
        for name in map(os.fsdecode, filter(None, listed.split(b"\0"))):
            if (repository / name).exists():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                # With its times, by which compiled code is known.
                shutil.copy2(repository / name, self.root / name)

    def why_not_imported(self) -> str | None:
        """Say which firth is imported in the copy, if it is another; None if it is the copy's."""
        code = "import firth; print(firth.__file__)"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        found = done.stdout.strip()
        if done.returncode == 0 and Path(found).is_relative_to(self.root):
            return None
        return f"the tests would import {found or done.stderr}, not what is in {self.root}"

    @contextmanager
    def with_fault(self, fault: Fault) -> Iterator[None]:
        """Make a fault, and take it back."""
        path = self.root / fault.file
        source, status = path.read_bytes(), path.stat()
        path.write_text(fault.applied(source.decode()), encoding="utf-8", newline="")
        try:
            yield
        finally:
            path.write_bytes(source)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def test(self, tests: Sequence[str], seconds: float, *options: str) -> Outcome:
        """Run tests in a process of its own, and end all that it started when time is over."""
        started = time.monotonic()
        alone = ("-p", "no:cacheprovider", "-n", "0")
        command = [sys.executable, "-m", "pytest", *alone, *options, *tests]
        with subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=seconds)
                code: int | None = process.returncode
            except subprocess.TimeoutExpired:
                output, code = "", None
            finally:
                _end_group(process)
        return Outcome(code, time.monotonic() - started, output)


def _end_group(process: subprocess.Popen[str]) -> None:
    """End what is left of a process and of those that it started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
