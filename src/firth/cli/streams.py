"""The standard streams, whatever state the caller left them in; this imports nothing of firth."""

from __future__ import annotations

import io
import os
import sys


def prepare_streams() -> None:
    """Make the streams such that no print ends the program.

    Streams that were closed before the start (``2>&-``) get a place where all is forgotten. But
    ``sys.stdin`` stays None, so that who reads it is told. A character that a stream's encoding
    lacks is written as its escape: words are of all scripts, and names of files any bytes.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            # The lowest free number, so that no other file becomes a standard stream.
            handle = os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
            if number:
                setattr(sys, name, open(handle, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif number and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def forget_output() -> None:
    """Let what is not yet written go nowhere; Python would complain once more at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
