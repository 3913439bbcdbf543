"""Run a program as a process of its own and measure it from outside."""

from __future__ import annotations

import dataclasses
import json
import lzma
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from firth.files.given import given_path

HERE = Path(__file__).parent


def as_path(path: str) -> Path:
    """Read a path on the command line, where shells leave ``--output=~/x`` as it is."""
    return given_path("path", path)


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """One process, start to end.

    Parameters
    ----------
    wall_seconds : float
        From before the process starts (interpreter and imports included) to after its end.
    cpu_seconds : float
        User and system time of all its threads.
    peak_megabytes : float
        Largest resident set, as the kernel counts it for this process alone.
    marks : dict of str to float
        Seconds (since the start) at which each of the awaited texts appeared on standard error.
    report : dict
        What the process wrote to the file that it was given.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float
    marks: dict[str, float]
    report: dict[str, Any]


def measure(
    command: Sequence[str], *, marks: Sequence[str] = (), env: Mapping[str, str] | None = None
) -> Measured:
    """Run `command` with a report file as its last argument.

    The caller should stay small: a process starts as a copy of its parent, and the kernel counts
    the parent's size at that moment too. That is why nothing here loads vectors or NumPy.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.
    marks : sequence of str
        Texts whose first appearance on standard error is timed.
    env : mapping, optional
        Additions to the environment.

    Returns
    -------
    Measured
        The figures.

    Raises
    ------
    RuntimeError
        The process failed; the message ends with its standard error.
    """
    handle, name = tempfile.mkstemp(suffix=".json")
    os.close(handle)
    start = time.perf_counter()
    process = subprocess.Popen(
        [*command, name], stderr=subprocess.PIPE, env={**os.environ, **(env or {})}
    )
    assert process.stderr is not None
    seen: dict[str, float] = {}
    text: list[str] = []
    reader = threading.Thread(
        target=_watch, args=(process.stderr, marks, start, seen, text), daemon=True
    )
    reader.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        raise
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    reader.join()
    process.stderr.close()
    try:
        if process.returncode:
            raise RuntimeError(
                f"{' '.join(command)} ended with {process.returncode}:\n{''.join(text)[-2000:]}"
            )
        report = json.loads(Path(name).read_text(encoding="utf-8"))
    finally:
        Path(name).unlink()
    unit = 1e6 if sys.platform == "darwin" else 1e3  # macOS counts bytes, Linux kilobytes
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, seen, report)


def _watch(
    stream: IO[bytes],
    marks: Sequence[str],
    start: float,
    seen: dict[str, float],
    text: list[str],
) -> None:
    tail = ""
    while block := os.read(stream.fileno(), 65536):
        now = time.perf_counter() - start
        piece = block.decode(errors="replace")
        text.append(piece)
        tail += piece
        for mark in marks:
            if mark not in seen and mark in tail:
                seen[mark] = now
        tail = tail[-200:]  # a mark may be cut by the end of a block


def plain_text(source: Path, folder: Path) -> Path:
    """Unpack an .xz file once, so that every program reads the same plain text."""
    if source.suffix != ".xz":
        return source
    target = folder / source.stem
    if not target.exists():
        part = target.with_suffix(".part")
        with lzma.open(source) as packed, part.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
        part.rename(target)
    return target


def count_words(text: Path) -> int:
    """Count what white space separates: the raw words that every program is charged with."""
    with text.open("rb") as lines:
        return sum(len(line.split()) for line in lines)


def machine() -> dict[str, Any]:
    """Describe the machine, for the head of a table."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return {
        "processor": name,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def write_json(path: Path, value: object) -> None:
    """Write JSON so that an interruption leaves the old file or the new."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    part.replace(path)
