"""firth and gensim where sentences are short: sessions of 2 to 10 clicks.

::

    pip install 'firth[benchmark]'
    python benchmarks/short_sentences.py --output results/ --rounds 3

A centre has 2.6 pairs here, and 4 or more in text: what is done once for each centre, however few
its pairs, weighs more. Three things are measured, each run a process of its own, in turn:

- training alone, from a file, after the vocabulary is known,
- the whole process, from the file to saved vectors,
- from sessions in memory, a Python list of lists, to the trained model.

The log is made by ``clicks.py``. The table has medians, and ratios of them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from statistics import median
from typing import Any

from corpora import DATASETS, prepare
from measure import HERE, as_path, count_words, machine, measure, write_json

SETTINGS = {"dim": 100, "window": 5, "negative": 5, "sample": 1e-3, "min_count": 5, "seed": 1}
PROGRAMS = ("firth", "gensim")
#: What is compared → whether it is of the runs from a list, and the figure of a run.
RATIOS = {
    "training alone, from a file": (False, "train_seconds"),
    "whole process, file to saved vectors": (False, "wall_seconds"),
    "from a list of lists": (True, "call_seconds"),
}


def main() -> None:
    """Measure in turn, then write short_sentences.json and short_sentences.md."""
    options = parse()
    options.output.mkdir(parents=True, exist_ok=True)
    text = prepare(options.data, options.output) / "train.txt"
    words = count_words(text)
    run("firth", False, text, options)  # kernels are compiled once
    runs: list[dict[str, Any]] = []
    for _ in range(options.rounds):
        for listed in (False, True):
            for name in PROGRAMS:
                found = {"program": name, "listed": listed, **run(name, listed, text, options)}
                runs.append(found)
                print(
                    f"{name} from a {'list' if listed else 'file'}: training "
                    f"{found['train_seconds']:.1f} s, call {found['call_seconds']:.1f} s, "
                    f"process {found['wall_seconds']:.1f} s",
                    file=sys.stderr,
                    flush=True,
                )
                results = {"machine": machine(), "words": words, "runs": runs}
                write_json(options.output / "short_sentences.json", results)
    report = markdown(runs)
    (options.output / "short_sentences.md").write_text(report, encoding="utf-8")
    print(report)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--output", type=as_path, required=True, help="folder for the results")
    parser.add_argument("--data", choices=DATASETS, default="clicks-thick")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def run(name: str, listed: bool, text: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Train and save once, in a process of its own."""
    saved = options.output / "saved"
    settings = {
        **SETTINGS,
        "epochs": options.epochs,
        "threads": options.threads,
        "input": str(text),
        "listed": listed,
        "output": str(saved / name),
    }
    shutil.rmtree(saved, ignore_errors=True)
    saved.mkdir()
    # A log that was numbered by an earlier run would be work left out.
    cache = options.output / "firth-cache"
    shutil.rmtree(cache / "corpora", ignore_errors=True)
    command = [sys.executable, str(HERE / "programs.py"), "train", name, json.dumps(settings)]
    env = {"FIRTH_CACHE_DIR": str(cache.resolve()), "OPENBLAS_NUM_THREADS": "1"}
    measured = measure(command, env=env)
    shutil.rmtree(saved)
    return {**measured.report, "wall_seconds": measured.wall_seconds}


def markdown(runs: list[dict[str, Any]]) -> str:
    """Lay out the medians and their ratios as a Markdown table.

    Examples
    --------
    >>> run = {"listed": False, "train_seconds": 2.0, "wall_seconds": 3.0, "call_seconds": 2.5}
    >>> slow = {**run, "program": "gensim", "train_seconds": 24.0}
    >>> print(markdown([{**run, "program": "firth"}, slow]).splitlines()[2])
    | training alone, from a file | 2.00 | 24.0 | 12.0 |
    """
    lines = ["| | firth, s | gensim, s | ratio |", "| --- | ---: | ---: | ---: |"]
    for title, (listed, figure) in RATIOS.items():
        values = {
            name: [r[figure] for r in runs if (r["program"], r["listed"]) == (name, listed)]
            for name in PROGRAMS
        }
        if all(values.values()):
            own, its = (median(values[name]) for name in PROGRAMS)
            lines.append(f"| {title} | {own:.2f} | {its:.1f} | {its / own:.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
