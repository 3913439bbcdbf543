"""Runs the process that reads inputs, sees it crash or hang, and goes on behind the input."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tools.fuzz.case import keep, take
from tools.fuzz.child import STATE, Job

#: How often the process is looked at.
_POLL = 0.05
#: It is given up if it does not get so far as to read its first input.
_START = 300.0
#: An input hangs if it keeps a processor so long as is said, or if it waits so many times as long.
_TIMES = 5
#: So many crashes and hangs are enough.
_ENOUGH = 20


class Report(NamedTuple):
    """What came of the inputs of a reader.

    Attributes
    ----------
    reader : str
        Its name.
    inputs, read, refused : int
        How many there were, and what came of those that are right.
    faults, crashes, hangs : int
        How many were not.
    memory : int
        Bytes taken at most, apart from twice the file and what the result holds.
    seconds : float
        How long it took.
    lines : int
        Lines reached, where that was counted.
    """

    reader: str
    inputs: int = 0
    read: int = 0
    refused: int = 0
    faults: int = 0
    crashes: int = 0
    hangs: int = 0
    memory: int = 0
    seconds: float = 0.0
    lines: int = 0

    def __add__(self, other: object) -> Report:
        """Add what came of further inputs of the same reader."""
        if not isinstance(other, Report):
            return NotImplemented
        most = {
            name: max(getattr(self, name), getattr(other, name)) for name in ("memory", "lines")
        }
        pairs = zip(self._fields[1:], self[1:], other[1:], strict=True)
        return Report(self.reader, **({name: a + b for name, a, b in pairs} | most))

    @property
    def right(self) -> bool:
        """Whether there was no fault at all."""
        return not (self.faults or self.crashes or self.hangs)


def run(job: Job, hang: float = 10.0) -> Report:
    """Have the inputs of a job read.

    Parameters
    ----------
    job : Job
        What is to be done; its folders need not exist.
    hang : float
        Seconds of a processor after which an input is taken to hang; or five times as many,
        whatever it does.
    """
    scratch, faults = Path(job.scratch), Path(job.faults)
    scratch.mkdir(parents=True, exist_ok=True)
    faults.mkdir(parents=True, exist_ok=True)
    (scratch / "state").write_bytes(bytes(STATE.size))
    started, crashes, hangs, first = time.monotonic(), 0, 0, job.first
    while first < job.last and crashes + hangs < _ENOUGH:
        left = job.seconds - (time.monotonic() - started)
        if left <= 0:
            break
        code, number = _once(job._replace(first=first, seconds=left), scratch, hang)
        if code == 0:
            first = job.last
            break
        crashes, hangs = crashes + (code is not None), hangs + (code is None)
        kind = "hang" if code is None else f"crash ({_named(code)})"
        _keep(job, number, kind, scratch, faults)
        if number < 0:
            break  # a valid input, or none at all
        first = number + 1
    _, _, read, refused, wrong, memory, lines = STATE.unpack((scratch / "state").read_bytes())
    inputs = read + refused + wrong + crashes + hangs
    took = time.monotonic() - started
    return Report(job.reader, inputs, read, refused, wrong, crashes, hangs, memory, took, lines)


def _once(job: Job, scratch: Path, hang: float) -> tuple[int | None, int]:
    """Run a process; return its exit code, None if it hung, and the input it was at."""
    (scratch / "job.json").write_text(json.dumps(job._asdict()), encoding="utf-8")
    state = scratch / "state"
    state.write_bytes(
        STATE.pack(-(1 << 40), time.monotonic(), *STATE.unpack(state.read_bytes())[2:])
    )
    path = os.pathsep.join(entry for entry in sys.path if entry)
    last: tuple[float, ...] | None = None
    used = 0.0
    with (scratch / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.fuzz.child", str(scratch / "job.json")],
            env={**os.environ, "PYTHONPATH": path},
            stdout=errors,
            stderr=errors,
        )
        try:
            while (code := process.poll()) is None:
                time.sleep(_POLL)
                number, begun, *_ = found = STATE.unpack(state.read_bytes())
                if found != last:
                    # It may have been looked at while it was written: that counts for nothing.
                    last, used = found, _processor_seconds(process.pid)
                    continue
                waited = time.monotonic() - begun
                busy = _processor_seconds(process.pid) - used
                # Where others keep the processor, an input may wait for long.
                endless = waited > _TIMES * hang and not runnable(process.pid)
                late = busy > hang or endless if number >= 0 else waited > _START
                if late and process.poll() is None:
                    if sys.platform != "win32":
                        process.send_signal(signal.SIGUSR1)  # say where it is
                        time.sleep(0.5)
                    break
        finally:
            process.kill()
            process.wait()
    return code, STATE.unpack(state.read_bytes())[0]


def _processor_seconds(process: int) -> float:
    """Return how long a process has had a processor, where the system tells (``proc(5)``)."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def runnable(process: int) -> bool:
    """Whether a thread of a process has a processor, or waits for nothing but that one."""
    for place in Path(f"/proc/{process}/task").glob("*/stat"):
        with suppress(OSError):
            if place.read_text().rpartition(")")[2].split()[0] == "R":
                return True
    return False


def _named(code: int) -> str:
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit code {code}"


def _keep(job: Job, number: int, kind: str, scratch: Path, faults: Path) -> None:
    said = [
        (scratch / name).read_text(encoding="utf-8", errors="replace")[-3000:]
        for name in ("errors", "stacks")
        if (scratch / name).exists()
    ]
    place = faults / f"{job.reader}-{job.seed}-{number}"
    shutil.rmtree(place, ignore_errors=True)
    with suppress(OSError, ValueError):
        opened, options, plain = json.loads((scratch / "about.json").read_text(encoding="utf-8"))
        case = take(scratch / "files", opened, options=options, plain=plain)
        keep(
            case, place, module=job.module, reader=job.reader, seed=job.seed, number=number,
            kind=kind, text="\n".join(said), cause=kind,
        )  # fmt: skip
