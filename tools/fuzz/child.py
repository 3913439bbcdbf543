"""The process that reads inputs. It may crash, hang, or run out of memory: it is watched.

python -m tools.fuzz.child JOB.json
"""

from __future__ import annotations

import faulthandler
import json
import mmap
import shutil
import signal
import struct
import sys
import time
import warnings
from collections import Counter
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tools.fuzz.case import Case, keep, kept, put
from tools.fuzz.judge import Memory, Outcome, judge, shape
from tools.fuzz.mutate import draw_case
from tools.fuzz.reached import Reached

#: The number of the input that is being read, when that began, how many were read and were refused,
#: faults, bytes of memory, and lines reached.
STATE = struct.Struct("<qd5q")
#: The number where no input is being read.
_BETWEEN = -(1 << 40)
#: Bytes of what is said of an input, with blanks behind it, so that it is written at once.
_ABOUT = 1 << 10
#: Address space that inputs may take beyond what the process has.
_ROOM = 2 << 30
#: What inputs of interest are called, and how large they may be.
_FOUND, _LARGEST_KEPT = "found-", 1 << 15
#: Faults of one cause that are kept.
_KEPT = 3


class Job(NamedTuple):
    """What a process does.

    Attributes
    ----------
    module, reader : str
        Where ``READERS`` is, and which of them.
    seed, first, last : int
        Inputs are drawn by their numbers, from `first` to before `last`.
    scratch, faults : str
        Folders for what is written meanwhile, and for faults.
    guided : bool
        Inputs that reach new lines are mutated further.
    seconds : float
        No input is begun later than this after the first.
    """

    module: str
    reader: str
    seed: int
    first: int
    last: int
    scratch: str
    faults: str
    guided: bool = False
    seconds: float = float("inf")


class Worker:
    """Reads the inputs of a job, one after the other."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.reader = import_module(job.module).READERS[job.reader]
        self.scratch, self.faults = Path(job.scratch), Path(job.faults)
        self.valid: list[Case] = []
        self.seeds = self._seeds()
        self.reached: Reached | None = None
        self.tally = Counter[str]()
        self.shapes = Counter[str]()
        self.memory = 0
        self._before: Case | None = None
        self.about = (self.scratch / "about.json").open("wb", buffering=0)
        with (self.scratch / "state").open("r+b") as file:
            self.state = mmap.mmap(file.fileno(), STATE.size)
        _, _, self.tally["read"], self.tally["refused"], self.tally["fault"], self.memory, _ = (
            STATE.unpack_from(self.state)
        )

    def _seeds(self) -> list[Case]:
        """Make the valid inputs, or load those that a process before this one has made."""
        done = self.scratch / "seeds.made"
        made = self.scratch / "seeds"
        if not done.exists():
            shutil.rmtree(made, ignore_errors=True)
            number = 0
            for which, seeds in enumerate(self.reader.seeds):
                folder = self.scratch / f"making-{which}"
                folder.mkdir(parents=True)
                for case in seeds(folder):
                    keep(case, made / f"{number:04}")
                    number += 1
                shutil.rmtree(folder)
            done.touch()
        # What was found to be of interest since lies there too, and comes last.
        folders = sorted(made.iterdir())
        self.valid = [kept(folder)[0] for folder in folders if not folder.name.startswith(_FOUND)]
        found = [kept(folder)[0] for folder in folders if folder.name.startswith(_FOUND)]
        return [*self.valid, *found]

    def run(self) -> None:
        """Read all inputs."""
        warnings.simplefilter("ignore")
        for number, case in enumerate(self.seeds):  # whatever is loaded or compiled at first use
            self._judge(-1 - number, case)
        self._strictly()
        started = time.monotonic()
        for number in range(self.job.first, self.job.last):
            if time.monotonic() - started > self.job.seconds:
                break
            random = Random(f"{self.job.seed} {self.job.reader} {number}")
            guided = self.job.guided and random.random() < 0.5
            case = draw_case(random, self.seeds if guided else self.valid)
            case = case._replace(options={**case.options, **self.reader.options(random)})
            before = 0 if self.reached is None else len(self.reached.lines)
            outcome = self._judge(number, case)
            self._count(number, case, outcome)
            new = self.reached is not None and len(self.reached.lines) > before
            small = case.size < _LARGEST_KEPT
            if self.job.guided and small and (new or self.shapes[shape(outcome)] == 1):
                self.seeds.append(case)
                keep(case, self.scratch / "seeds" / f"{_FOUND}{number:012}")

    def _strictly(self) -> None:
        """From here on warnings are errors, memory is bounded, and lines are watched."""
        firth = import_module("firth.errors")
        warnings.simplefilter("error")
        for name in ("CorpusWarning", "FormatWarning", "CheckpointWarning"):
            warnings.simplefilter("ignore", getattr(firth, name))
        with suppress(ImportError):
            pyarrow: Any = import_module("pyarrow")
            pyarrow.set_cpu_count(1)
        if sys.platform != "win32":
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            with suppress(OSError, ValueError):
                pages = int(Path("/proc/self/statm").read_text().split()[0])
                room = pages * mmap.PAGESIZE + _ROOM
                resource.setrlimit(resource.RLIMIT_AS, (room, room))
        if self.job.guided:
            self.reached = Reached()
            self.reached.start()

    def _judge(self, number: int, case: Case) -> Outcome:
        folder = self.scratch / "files"
        path = put(case, folder, self._before)
        self._before = case
        about = json.dumps([case.opened, dict(case.options), case.plain])
        self.about.seek(0)
        self.about.write(about.encode().ljust(_ABOUT))
        self._tell(number)
        outcome = judge(self.reader.read, case, path, folder)
        self._tell(_BETWEEN)
        return outcome

    def _count(self, number: int, case: Case, outcome: Outcome) -> None:
        self.tally["fault" if outcome.fault else outcome.kind] += 1
        self.memory = max(self.memory, outcome.memory)
        cause = shape(outcome)
        self.shapes[cause] += 1
        if outcome.fault and self.shapes[cause] <= _KEPT:
            keep(
                case, self.faults / f"{self.job.reader}-{self.job.seed}-{number}",
                module=self.job.module, reader=self.job.reader, seed=self.job.seed, number=number,
                kind=outcome.kind, text=outcome.text, cause=cause,
            )  # fmt: skip

    def _tell(self, number: int) -> None:
        lines = 0 if self.reached is None else len(self.reached.lines)
        counts = (self.tally["read"], self.tally["refused"], self.tally["fault"])
        STATE.pack_into(self.state, 0, number, time.monotonic(), *counts, self.memory, lines)


def main() -> None:
    """Read the inputs of the job that is named."""
    job = Job(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    with (Path(job.scratch) / "stacks").open("w") as stacks:
        faulthandler.enable(stacks)
        if sys.platform != "win32":
            faulthandler.register(signal.SIGUSR1, stacks)
        Memory()
        Worker(job).run()


if __name__ == "__main__":
    main()
