r"""How good vectors are at every size: firth beside gensim, on text, click logs and walks.

::

    pip install 'firth[benchmark]'
    export FIRTH_TEST_DATA=data        # with eval/, wiki/, sst/; novels and Bible come with firth
    python benchmarks/quality.py --json results.jsonl --quick
    python benchmarks/quality.py --json results.jsonl --data austen-half,clicks-thin \
        --model skipgram,cbow --epochs 5,20 --seeds 5 --set learning_rate=0.025

Each run is a process of its own (trial.py). Every run is a line of the JSON file, written when it
ends, so an interrupted benchmark goes on where it was, and nothing is trained twice. A run counts
for the code that made it: change firth's training, and firth's runs are made anew, gensim's stay.
Neighbours, of which those of two seeds are compared, and the data go to folders beside the file.

gensim trains by its own defaults (sentences, three threads), gensim-equal with firth's settings in
its fastest mode. Tables are Markdown: means ± half of the 95 % interval over the seeds, what firth
has more than each, and where it is below. corpora.py has the data, measures.py and heldout.py the
measures.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cells import (
    EQUAL,
    PROGRAMS,
    Cell,
    code_of,
    code_of_judges,
    every_model,
    loss_is_comparable,
    members,
    parse_program,
    parse_settings,
    settings_of,
)
from corpora import DATASETS, data_folder, prepare
from measure import HERE, machine, measure
from runs import Run, Runs
from tables import Estimates, Place, differences_tables, means_table
from truth import Truth

QUICK: dict[str, Any] = {
    "data": ["austen-quarter", "clicks-thin"],
    "model": ["skipgram", "cbow"],
    "epochs": [5],
    "programs": ["firth", "gensim"],
    "seeds": 3,
}
SCRIPT = str(HERE / "trial.py")

#: The cells of each place, and the runs of each cell, a seed each.
Plan = Mapping[Place, Mapping[Cell, list[Run]]]


def main() -> None:
    """Make the runs that are missing, then print the tables."""
    options = parse()
    runs = Runs(options.json)
    scratch = options.scratch or options.json.with_name(f"{options.json.stem}-data")
    truths = {name: Truth(prepare(name, scratch)) for name in options.data}
    plan: dict[Place, dict[Cell, list[Run]]] = {}
    for cell in cells(options):
        seeds = [describe(cell, seed, truths[cell.data], options) for seed in options.seeds]
        if made := [run for run in seeds if run is not None]:
            plan.setdefault((cell.data, cell.model, cell.epochs), {})[cell] = made
    if not options.report:
        make_missing(plan, runs, truths, options)
    results = {
        place: {
            cell.program.title: rows
            for cell, seeds in found.items()
            if (rows := runs.estimate(seeds, truths[cell.data]))
        }
        for place, found in plan.items()
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
    say("--seeds", help="seeds 1 to N; 5 by default; 3 give every measure an interval")
    say("--quick", action="store_true", help="small data, few runs, where nothing else is said")
    say("--programs", help="some of firth, gensim, gensim-equal; all by default")
    say("--set", action="append", default=[], metavar="NAME=VALUE,…", help="firth with settings")
    say("--gensim", action="append", default=[], metavar="NAME=VALUE,…", help="so for gensim")
    say("--common", default="", metavar="NAME=VALUE,…", help=f"for all: {', '.join(EQUAL)}")
    say("--peer", help="what others are compared with, as a table has it; every gensim by default")
    say("--threads", type=int, default=2, help="of firth and gensim-equal; gensim has 3 of its own")
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
        raise ValueError(f"there is no data set {', '.join(unknown)}: there are {list(DATASETS)}")
    options.model = _list(options.model) or quick.get("model") or ["skipgram", "cbow"]
    if options.model == ["all"]:
        options.model = every_model()
    for model in options.model:
        members(model)
    options.epochs = _numbers("--epochs", options.epochs) or quick.get("epochs") or [5]
    seeds = _numbers("--seeds", options.seeds) or [quick.get("seeds") or 5]
    options.seeds = range(1, 1 + seeds[0])
    options.common = parse_settings(options.common)
    if unknown := set(options.common) - set(EQUAL):
        raise ValueError(f"{', '.join(unknown)} is not common to all: there are {', '.join(EQUAL)}")
    given = [f"firth:{text}" for text in options.set]
    given += [f"gensim:{text}" for text in options.gensim]
    named = _list(options.programs) or quick.get("programs") or PROGRAMS
    options.programs = [parse_program(text) for text in [*named, *given]]
    options.code = {program.name: code_of(program) for program in options.programs}
    options.judges = code_of_judges()


def cells(options: argparse.Namespace) -> Iterator[Cell]:
    """Yield all cells, the first ones those of the last data set and of few epochs."""
    for data in sorted(options.data, key=list(DATASETS).index, reverse=True):
        for epochs in sorted(options.epochs):
            for model in options.model:
                for program in options.programs:
                    yield Cell(data, model, program, epochs)


def describe(cell: Cell, seed: int, truth: Truth, options: argparse.Namespace) -> Run | None:
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
        "comparable": loss_is_comparable(cell, options.common),
        "code": options.code[cell.program.name],
        "judges": options.judges,
    }


def make_missing(
    plan: Plan, runs: Runs, truths: Mapping[str, Truth], options: argparse.Namespace
) -> None:
    """Train what is not in the file; programs take turns, so they meet the same load."""
    warm: set[str] = set()
    for found in plan.values():
        for number in range(len(options.seeds)):
            for cell, seeds in found.items():
                run = seeds[number]
                if run in runs:
                    continue
                kernels = f"{cell.model} {cell.program.title}"
                if run["program"] == "firth" and kernels not in warm:
                    warm.add(kernels)
                    start(run, runs, truths[cell.data], warm_up=True)
                report = start(run, runs, truths[cell.data], warm_up=False)
                about = {"machine": machine(), "load_before": report["load_before"]}
                runs.add(run, about, report["measures"])
                print(
                    f"{cell.data} {cell.model} epochs {cell.epochs} {cell.program.title} seed "
                    f"{number + 1}: {report['measures']['speed']['all']:,.0f} words/s",
                    file=sys.stderr,
                    flush=True,
                )


def start(run: Run, runs: Runs, truth: Truth, *, warm_up: bool) -> dict[str, Any]:
    """Make a run in a process of its own, or only the kernels that it needs."""
    specification = {
        "program": run["program"],
        "settings": run["settings"],
        "comparable": run["comparable"],
        "architecture": members(run["model"])["architecture"],
        "data": str(truth.folder),
        "sets": str(data_folder() / "eval"),
        "nearest": str(runs.nearest_file(run)),
        "warm_up": warm_up,
    }
    return measure([sys.executable, SCRIPT, json.dumps(specification)]).report


def markdown(
    results: Mapping[Place, Estimates], truths: Mapping[str, Truth], options: argparse.Namespace
) -> str:
    """Lay out all tables."""
    about = machine()
    parts = [
        f"{about['processor']}, {about['cores']} cores, Python {about['python']}; "
        + ", ".join(f"{name} {code}" for name, code in options.code.items())
        + f"; mean ± half of the 95 % interval over up to {len(options.seeds)} seeds."
    ]
    for (data, model, epochs), estimates in results.items():
        facts = truths[data].about
        parts += [
            f"### {data}, {model}, epochs {epochs}",
            f"{facts['words']:,} words, {facts['vocabulary']:,} of the vocabulary "
            "occur 5 times or more",
            means_table(estimates),
        ]
    titles = [program.title for program in options.programs]
    peers = [options.peer] if options.peer else [t for t in titles if t.startswith("gensim")]
    return "\n\n".join([*parts, differences_tables(results, peers)])


def _numbers(name: str, text: str | None) -> list[int]:
    numbers = [int(part) if part.isdecimal() else 0 for part in _list(text)]
    if 0 in numbers:
        raise ValueError(f"{name} is {text}; it must be 1 or more")
    return numbers


def _list(text: str | None) -> list[str]:
    return text.split(",") if text else []


if __name__ == "__main__":
    main()
