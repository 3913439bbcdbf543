"""Damaged files for every reader: each is read, or refused with an error for people.

Inputs are mutations of valid files (:mod:`tools.fuzz.mutate`), drawn from a seed. A process reads
them one after the other, and is watched. It is a fault if an input crashes or hangs it, raises what
is not of firth's tree of errors, warns, is told of in a message that no user understands, or takes
more memory than twice the file, the result, and 64 MB::

    python -m tools.fuzz --inputs 10000                       # of each reader
    python -m tools.fuzz --readers fasttext spacy --seconds 600 --seed 7
    python -m tools.fuzz --guided --seconds 600               # what reaches new lines is kept
    python -m tools.fuzz --repeat FOLDER/faults/fasttext-7-123    # one input again

What is a fault is kept, with all of its bytes. The exit code is 1 if there was one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
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
    reports = []
    for name in options.readers:
        job = Job(
            _READERS, name, options.seed, options.first, options.first + options.inputs,
            str(_scratch(folder) / name), str(folder / "faults"), options.guided, options.seconds,
        )  # fmt: skip
        reports.append(run(job, options.hang))
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
    parser.add_argument("--repeat", type=Path, metavar="FOLDER", help="read a kept input again")
    return parser.parse_args()


def _scratch(folder: Path) -> Path:
    """Write inputs where that costs least: into memory, if the system has such a folder."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(dir=memory)) if memory.is_dir() else folder / "scratch"


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
