"""firth and gensim as other kinds of processors would run them, on this one.

::

    pip install 'firth[benchmark]'
    python benchmarks/processors.py wiki-20m.txt.xz --output results/ --modes skipgram,cbow

``NUMBA_CPU_NAME`` and ``NUMBA_CPU_FEATURES`` say which instructions firth's kernels are made of,
``OPENBLAS_CORETYPE`` the same for the products that gensim calls. Clock and caches stay those of
this machine: the table compares instructions, not machines. Each run is a process of its own, on
the first words of the text; all kinds take turns. The table has medians of words per second of a
core's time, which depend less than the clock on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from measure import HERE, as_path, count_words, machine, measure, plain_text, write_json
from programs import MODES

SETTINGS = {"dim": 100, "window": 5, "negative": 5, "sample": 1e-3, "min_count": 5, "seed": 1}

#: What the environment says for each kind, and what kernels are made of then.
KINDS: dict[str, tuple[dict[str, str], str]] = {
    "native": ({}, "as this machine"),
    **{
        name: (
            # The features are empty since Numba would add those of this machine.
            {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": "", "OPENBLAS_CORETYPE": blas},
            instructions,
        )
        for name, blas, instructions in (
            ("skylake-avx512", "SkylakeX", "512 bits, FMA"),
            ("haswell", "Haswell", "256 bits, FMA"),
            ("sandybridge", "Sandybridge", "256 bits"),
            ("x86-64", "Prescott", "128 bits"),
        )
    },
}
PROGRAMS = ("firth", "gensim")


def main() -> None:
    """Measure all that is asked for in turn, then write processors.json and processors.md."""
    options = parse()
    options.output.mkdir(parents=True, exist_ok=True)
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        text = first_lines(plain_text(options.input, options.output), options.lines, scratch)
        words = count_words(text)
        for mode in options.modes:
            for kind in options.kinds:  # kernels are compiled once
                train("firth", mode, kind, text, scratch, options)
            for _ in range(options.rounds):
                for kind in options.kinds:
                    for name in options.programs:
                        report = train(name, mode, kind, text, scratch, options)
                        speed = words * options.epochs / report["train_cpu_seconds"]
                        run = {"program": name, "mode": mode, "kind": kind}
                        runs.append({**run, "words_per_cpu_second": speed})
                        print(
                            f"{name} {mode} {kind}: {speed:,.0f} words a core and second",
                            file=sys.stderr,
                        )
                        results = {"machine": machine(), "words": words, "runs": runs}
                        write_json(options.output / "processors.json", results)
    table = markdown(runs)
    (options.output / "processors.md").write_text(table, encoding="utf-8")
    print(table)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("input", type=as_path, help="plain text, or .xz")
    parser.add_argument("--output", type=as_path, required=True, help="folder for the results")
    parser.add_argument("--lines", type=int, default=40_000, help="of the text, from its start")
    parser.add_argument("--modes", type=_names, default=["skipgram"], help=", ".join(MODES))
    parser.add_argument(
        "--kinds",
        type=_names,
        default=["native", "haswell", "sandybridge", "x86-64"],
        help=f"{', '.join(KINDS)}; not what this machine lacks",
    )
    parser.add_argument("--programs", type=_names, default=list(PROGRAMS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for given, known in (
        (options.modes, MODES),
        (options.kinds, KINDS),
        (options.programs, PROGRAMS),
    ):
        for name in given:
            if name not in known:
                parser.error(f"there is no {name}; known are {', '.join(known)}")
    return options


def _names(text: str) -> list[str]:
    return text.split(",")


def first_lines(text: Path, lines: int, folder: Path) -> Path:
    """Copy the first lines of a text."""
    target = folder / "text.txt"
    with text.open("rb") as source, target.open("wb") as copy:
        copy.writelines(islice(source, lines))
    return target


def train(
    name: str, mode: str, kind: str, text: Path, scratch: Path, options: argparse.Namespace
) -> dict[str, Any]:
    """Train once, in a process of its own; returns its report."""
    settings = {
        **SETTINGS,
        "mode": mode,
        "epochs": options.epochs,
        "threads": options.threads,
        "input": str(text),
        "output": str(scratch / f"saved-{name}"),
    }
    env = {"FIRTH_CACHE_DIR": str(scratch / "cache"), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(HERE / "programs.py"), "train", name, json.dumps(settings)]
    return measure(command, env={**env, **KINDS[kind][0]}).report


def markdown(runs: list[dict[str, Any]]) -> str:
    """Lay out the medians as a Markdown table."""
    speeds: dict[tuple[str, str], dict[str, list[float]]] = {}
    for run in runs:
        of = speeds.setdefault((run["mode"], run["kind"]), {})
        of.setdefault(run["program"], []).append(run["words_per_cpu_second"])
    lines = [
        "| mode | processor | kernels | firth, words per core and second | gensim | ratio |",
        "| --- | --- | --- | ---: | ---: | ---: |",
    ]
    for (mode, kind), of in speeds.items():
        found = {name: median(values) for name, values in of.items()}
        cells = [f"{found[name]:,.0f}" if name in found else "" for name in PROGRAMS]
        ratio = f"{found['firth'] / found['gensim']:.1f}" if len(found) == len(PROGRAMS) else ""
        lines.append(f"| {' | '.join([mode, kind, KINDS[kind][1], *cells, ratio])} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
