"""How good vectors are at every size: firth beside gensim, on text, click logs and walks.

::

    pip install 'firth[benchmark]'
    export FIRTH_TEST_DATA=data        # with eval/, wiki/, sst/; novels and Bible come with firth
    python benchmarks/quality.py --json results.jsonl --quick
    python benchmarks/quality.py --json results.jsonl --data austen-half,clicks-thin \\
        --model skipgram,cbow --epochs 5,20 --seeds 5 --set learning_rate=0.025

Each run is a process of its own (trial.py). Every run is a line of the JSON file, written when it
ends, so an interrupted benchmark goes on where it was, and nothing is trained twice. A run counts
for the code that made it: change firth's training, and firth's runs are made anew, gensim's stay.
Neighbours, of which those of two seeds are compared, and the data go to folders beside the file.

Tables are Markdown: means ± half of the 95 % interval over the seeds, and what each program has
more than the peer. datasets.py has the data, measures.py and heldout.py the measures.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from cells import (
    Cell,
    Program,
    code_of,
    code_of_judges,
    every_model,
    loss_is_comparable,
    members,
    parse_program,
    parse_settings,
    settings_of,
)
from datasets import DATASETS, data_folder, prepare
from intervals import Estimate, of_pairs, of_values
from measure import HERE, machine, measure
from measures import by_band, shared
from programs import COMMON
from tables import Estimates, Place, Row, differences_table, means_table
from truth import Truth

QUICK = {
    "data": ["austen-quarter", "clicks-thin"],
    "model": ["skipgram", "cbow"],
    "epochs": [5],
    "seeds": 3,
}
SCRIPT = str(HERE / "trial.py")


class Runs:
    """The runs of a JSON file, each with what decided it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.nearest = path.with_name(f"{path.stem}-nearest")
        self.nearest.mkdir(parents=True, exist_ok=True)
        self.found: dict[str, dict[str, Any]] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.endswith("}"):  # not one that an interruption cut off
                    run = json.loads(line)
                    self.found[_key(run["run"])] = run

    def nearest_file(self, run: dict[str, Any]) -> Path:
        """Where a run's nearest words are kept."""
        return self.nearest / f"{hashlib.sha256(_key(run).encode()).hexdigest()[:16]}.npy"

    def get(self, run: dict[str, Any]) -> dict[str, Any] | None:
        """Return a run that was made before, with its nearest words."""
        return self.found.get(_key(run)) if self.nearest_file(run).exists() else None

    def add(self, run: dict[str, Any], report: dict[str, Any]) -> None:
        """Add a run to the file."""
        whole = {"run": run, **report}
        before = self.path.read_bytes()[-1:] if self.path.exists() else b""
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n" if before not in (b"", b"\n") else "")
            file.write(json.dumps(whole) + "\n")
        self.found[_key(run)] = whole


def main() -> None:
    """Make the runs that are missing, then print the tables."""
    options = parse()
    runs = Runs(options.json)
    scratch = options.scratch or options.json.with_name(f"{options.json.stem}-data")
    folders = {name: prepare(name, scratch) for name in options.data}
    truths = {name: Truth(folder) for name, folder in folders.items()}
    places: dict[Place, list[tuple[Cell, list[dict[str, Any]]]]] = {}
    for cell in cells(options):
        wanted = [describe(cell, seed, truths[cell.data], options) for seed in options.seeds]
        if seeds := [run for run in wanted if run is not None]:
            places.setdefault((cell.data, cell.model, cell.epochs), []).append((cell, seeds))
    if not options.report:
        make_missing(places, runs, truths, options)
    results = {
        place: estimates
        for place, found in places.items()
        if (estimates := estimate(found, runs, truths[place[0]]))
    }
    print(markdown(results, truths, options))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    say = parser.add_argument
    say("--json", type=Path, required=True, help="file of runs, one a line; goes on with it")
    say("--data", help=f"some of {', '.join(DATASETS)}; all by default")
    say("--model", help="members with + between, such as cbow,skipgram+softmax; or all")
    say("--epochs", help="numbers, 1 to 50 make sense; 5 by default")
    say("--seeds", type=int, help="seeds 1 to N; 5 by default")
    say("--quick", action="store_true", help="small data, 3 seeds, where nothing else is said")
    say("--programs", default="firth,gensim", help="some of firth, gensim, gensim-equal")
    say("--set", action="append", default=[], metavar="NAME=VALUE,…", help="firth with settings")
    say("--gensim", action="append", default=[], metavar="NAME=VALUE,…", help="so for gensim")
    say("--common", default="", metavar="NAME=VALUE,…", help=f"for all: {', '.join(COMMON[:5])}")
    say("--peer", default="gensim", help="the program that others are compared with, as titled")
    say("--threads", type=int, default=2, help="of firth and gensim-equal; gensim's own are 3")
    say("--scratch", type=Path, help="folder for the data; beside the JSON file by default")
    say("--report", action="store_true", help="train nothing, print what is there")
    options = parser.parse_args()
    try:
        settle(options)
    except ValueError as error:
        parser.error(str(error))
    return options


def settle(options: argparse.Namespace) -> None:
    """Turn what was given into lists, with defaults for the rest."""
    quick = QUICK if options.quick else {}
    options.data = _list(options.data) or quick.get("data") or list(DATASETS)
    if unknown := set(options.data) - set(DATASETS):
        raise ValueError(f"there is no data set {', '.join(unknown)}; see --help")
    options.model = _list(options.model) or quick.get("model") or ["skipgram", "cbow"]
    if options.model == ["all"]:
        options.model = every_model()
    for model in options.model:
        members(model)
    options.epochs = [int(n) for n in _list(options.epochs)] or quick.get("epochs") or [5]
    options.seeds = range(1, 1 + (options.seeds or quick.get("seeds") or 5))
    options.common = parse_settings(options.common)
    if unknown := set(options.common) - set(COMMON[:5]):
        raise ValueError(f"not all programs have {', '.join(unknown)}; see --help")
    given = [f"firth:{text}" for text in options.set]
    given += [f"gensim:{text}" for text in options.gensim]
    options.programs = [parse_program(text) for text in [*_list(options.programs), *given]]
    options.code = {program: code_of(Program(program, {})) for program in ("firth", "gensim")}
    options.judges = code_of_judges()


def cells(options: argparse.Namespace) -> Iterator[Cell]:
    """Yield all cells, small data and few epochs first."""
    for data in sorted(options.data, key=list(DATASETS).index, reverse=True):
        for epochs in sorted(options.epochs):
            for model in options.model:
                for program in options.programs:
                    yield Cell(data, model, program, epochs)


def describe(
    cell: Cell, seed: int, truth: Truth, options: argparse.Namespace
) -> dict[str, Any] | None:
    """Say all that decides a run; None if the program has no such model."""
    settings = settings_of(cell, seed, options.threads, options.common)
    if settings is None:
        return None
    return {
        "data": cell.data,
        "content": truth.about["digest"],
        "model": cell.model,
        "program": cell.program.name,
        "settings": settings,
        "code": options.code[cell.program.name],
        "judges": options.judges,
    }


def make_missing(
    places: dict[Place, list[tuple[Cell, list[dict[str, Any]]]]],
    runs: Runs,
    truths: dict[str, Truth],
    options: argparse.Namespace,
) -> None:
    """Train what is not in the file; programs take turns, so they meet the same load."""
    warm: set[str] = set()
    about = machine()
    for found in places.values():
        for number in range(len(options.seeds)):
            for cell, seeds in found:
                run = seeds[number]
                if runs.get(run) is not None:
                    continue
                specification = {
                    "program": run["program"],
                    "settings": run["settings"],
                    "data": str(truths[cell.data].folder),
                    "architecture": members(cell.model)["architecture"],
                    "sets": str(data_folder() / "eval"),
                    "comparable": loss_is_comparable(cell, options.common),
                    "nearest": str(runs.nearest_file(run)),
                }
                kernels = f"{cell.model} {cell.program.title}"
                if run["program"] == "firth" and kernels not in warm:
                    warm.add(kernels)
                    start(specification | {"warm_up": True})
                report = start(specification)
                runs.add(run, {"machine": about, **report})
                speed = report["measures"]["speed"]["all"]
                print(
                    f"{cell.data} {cell.model} epochs {cell.epochs} {cell.program.title} seed "
                    f"{run['settings']['seed']}: {speed:,.0f} words/s",
                    file=sys.stderr,
                    flush=True,
                )


def start(specification: dict[str, Any]) -> dict[str, Any]:
    """Make one run in a process of its own."""
    return measure([sys.executable, SCRIPT, json.dumps(specification)]).report


def estimate(found: list[tuple[Cell, list[dict[str, Any]]]], runs: Runs, truth: Truth) -> Estimates:
    """Average over the seeds that there are; compare neighbours of all pairs of them."""
    estimates: dict[str, dict[Row, Estimate]] = {}
    for cell, seeds in found:
        made = [(run, report) for run in seeds if (report := runs.get(run)) is not None]
        if not made:
            continue
        values: dict[Row, list[float]] = {}
        for _, report in made:
            for name, bands in report["measures"].items():
                for band, value in bands.items():
                    values.setdefault((name, band), []).append(value)
        rows = {row: of_values(some) for row, some in values.items()}
        near = [np.load(runs.nearest_file(run)).astype(np.int64) for run, _ in made]
        if len(near) > 1:
            pairs = {
                (a, b): by_band(shared(near[a], near[b]), truth.counts[truth.asked])
                for a in range(len(near))
                for b in range(a + 1, len(near))
            }
            for band in pairs[0, 1]:
                rows["shared", band] = of_pairs(
                    len(near), lambda a, b, band=band: pairs[a, b][band]
                )
        estimates[cell.program.title] = rows
    return estimates


def markdown(
    results: dict[Place, Estimates], truths: dict[str, Truth], options: argparse.Namespace
) -> str:
    """Lay out all tables."""
    about = machine()
    parts = [
        f"{about['processor']}, {about['cores']} cores, Python {about['python']}; firth "
        f"{options.code['firth']}, gensim {options.code['gensim']}; mean ± half of the 95 % "
        f"interval over up to {len(options.seeds)} seeds."
    ]
    for (data, model, epochs), estimates in results.items():
        facts = truths[data].about
        parts.append(
            f"### {data}, {model}, {epochs} epochs\n\n{facts['words']:,} words, "
            f"{facts['vocabulary']:,} different ones that occur 5 times or more\n\n"
            + means_table(estimates)
        )
    table, below = differences_table(results, options.peer)
    parts.append(f"### Less {options.peer}\n\n{table}\n\n{below} below.")
    return "\n\n".join(parts)


def _key(run: dict[str, Any]) -> str:
    return json.dumps(run, sort_keys=True)


def _list(text: str | None) -> list[str]:
    return text.split(",") if text else []


if __name__ == "__main__":
    main()
