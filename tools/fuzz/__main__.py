"""Damaged files for every reader: each is read, or refused with an error for people.

Inputs are mutations of valid files (:mod:`tools.fuzz.mutate`), drawn from a seed. A process reads
them one after the other, and is watched. It is a fault if an input crashes or hangs it, raises what
is not of firth's tree of errors, warns, is told of in a message that no user understands, or takes
more memory than twice the file, the result, and 64 MB::

    python -m tools.fuzz --inputs 10000                       # of each reader
    python -m tools.fuzz --readers fasttext spacy --seconds 600 --seed 7
    python -m tools.fuzz --guided --seconds 600               # what reaches new lines is kept
    python -m tools.fuzz --folder FOLDER --inputs 1000000 --go-on # in stretches, as time allows
    python -m tools.fuzz --repeat FOLDER/faults/fasttext-7-123    # one input again

What is a fault is kept, with all of its bytes. The exit code is 1 if there was one. With `--go-on`
each reader begins behind the last input that it read with this folder and seed, and what came of
all of them is added up, until there are as many as `--inputs` says.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from tools.fuzz.case import kept, put
from tools.fuzz.child import Job
from tools.fuzz.judge import judge
from tools.fuzz.readers import READERS
from tools.fuzz.watch import Report, run

_READERS = "tools.fuzz.readers"
_HEAD = ("reader", "inputs", "a second", "read", "refused", "faults", "crashes", "hangs",
         "memory (MB)", "lines")  # fmt: skip


def main() -> int:
    """Run the inputs that were asked for; return the exit code."""
    options = _options()
    if options.repeat is not None:
        return _repeat(options.repeat)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="firth-fuzz-"))
    print(f"fuzz: seed {options.seed}, faults in {folder / 'faults'}", flush=True)
    print("| " + " | ".join(_HEAD) + " |\n|" + " --- |" * len(_HEAD), flush=True)
    reports, scratch = [], _scratch(folder, options.go_on)
    for name in options.readers:
        first, last = options.first, options.first + options.inputs
        so_far = Report(name)
        if options.go_on:
            so_far = _so_far(folder, options.seed, name)
            first = min(last, first + so_far.inputs)
        job = Job(
            _READERS, name, options.seed, first, last, str(scratch / name), str(folder / "faults"),
            options.guided, options.seconds,
        )  # fmt: skip
        reports.append(so_far + run(job, options.hang))
        if options.go_on:
            _totals(folder, options.seed, name).write_text(json.dumps(reports[-1]._asdict()))
        print(_row(reports[-1]), flush=True)
    _summary(folder / "faults")
    return 0 if all(report.right for report in reports) else 1


def _options() -> argparse.Namespace:
    title = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=title)
    parser.add_argument("--readers", nargs="+", metavar="NAME", choices=READERS, default=[*READERS])
    parser.add_argument("--inputs", type=int, default=10**9, help="so many for each reader")
    parser.add_argument("--seconds", type=float, default=60.0, help="or so long for each; 60")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--hang", type=float, default=10.0, help="seconds that are too many; 10")
    parser.add_argument("--guided", action="store_true", help="mutate what reaches new lines")
    parser.add_argument("--folder", type=Path, help="where faults are kept")
    parser.add_argument("--go-on", action="store_true", help="behind what FOLDER has seen read")
    parser.add_argument("--repeat", type=Path, metavar="FOLDER", help="read a kept input again")
    return parser.parse_args()


def _scratch(folder: Path, stays: bool) -> Path:
    """Write inputs where that costs least: into memory, if the system has such a folder.

    Where the run goes on another time, the valid inputs are made once.
    """
    memory = Path("/dev/shm")
    if not memory.is_dir():
        return folder / "scratch"
    if stays:
        return memory / f"firth-fuzz-{sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"
    return Path(tempfile.mkdtemp(dir=memory))


def _totals(folder: Path, seed: int, reader: str) -> Path:
    return folder / f"{reader}-{seed}.json"


def _so_far(folder: Path, seed: int, reader: str) -> Report:
    """Return what came of the inputs before."""
    place = _totals(folder, seed, reader)
    if not place.exists():
        return Report(reader)
    return Report(**json.loads(place.read_text(encoding="utf-8")))


def _row(report: Report) -> str:
    cells = (
        report.reader, f"{report.inputs:,}", f"{report.inputs / max(report.seconds, 1e-9):,.0f}",
        f"{report.read:,}", f"{report.refused:,}", report.faults, report.crashes, report.hangs,
        f"{report.memory / (1 << 20):.0f}", report.lines or "",
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def _summary(faults: Path) -> None:
    """Say of each cause where an input of it is kept."""
    causes: dict[str, str] = {}
    counts = Counter[str]()
    for place in sorted(faults.glob("*/case.json")):
        about = json.loads(place.read_text(encoding="utf-8"))
        cause = f"{about['reader']}: {about['cause']}"
        causes.setdefault(cause, f"{place.parent.name}\n{about['text'][-1500:]}")
        counts[cause] += 1
    for cause, text in causes.items():
        print(f"\n{cause} ({counts[cause]} kept)\n  {text}", flush=True)


def _repeat(folder: Path) -> int:
    """Read an input that was kept, in this process: a crash or hang is then here."""
    case, about = kept(folder)
    reader = import_module(about["module"]).READERS[about["reader"]]
    with tempfile.TemporaryDirectory() as place:
        path = put(case, Path(place) / "files")
        for _ in range(2):  # what is loaded at first use takes memory of its own
            outcome = judge(reader.read, case, path, Path(place) / "files")
    print(f"{about['reader']}: {outcome.kind}\n{outcome.text}")
    return 1 if outcome.fault else 0


if __name__ == "__main__":
    sys.exit(main())
