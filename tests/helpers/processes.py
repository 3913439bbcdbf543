"""Processes that a test waits for, but not for ever."""

from __future__ import annotations

import subprocess


def ended(process: subprocess.Popen[str], said: str | None = None) -> tuple[str, str]:
    """Wait for the end of a process that got a signal; return what it printed since.

    Who does not end is killed: leaving a ``with`` waits for ever.
    """
    try:
        return process.communicate(said, timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
