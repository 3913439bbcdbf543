"""firth beside gensim and fastText: same text, same settings, same machine, one run.

::

    pip install 'firth[benchmark]'
    python benchmarks/peers.py wiki-20m.txt.xz --sets eval/ --output results/ --threads 1,2

Each run is a process of its own, from raw text to saved vectors. Words per second are raw words
of the text times epochs over training seconds (``programs.py`` says what these hold). The tables
are means over the seeds; results.json keeps every run. An interrupted benchmark goes on with
``--resume``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import fmean
from typing import Any

from measure import HERE, as_path, count_words, machine, measure, plain_text, write_json
from programs import MODES, PROGRAMS

SETTINGS = {"dim": 100, "window": 5, "negative": 5, "sample": 1e-3, "min_count": 5, "epochs": 3}
QUALITIES = ("wordsim353", "simlex999", "semantic", "syntactic", "analogies")


def main() -> None:
    """Run what is missing, then write results.json and results.md."""
    options = parse()
    options.output.mkdir(parents=True, exist_ok=True)
    if options.scratch is not None:
        options.scratch.mkdir(parents=True, exist_ok=True)
    file = options.output / "results.json"
    settings = {"mode": options.mode, **{name: getattr(options, name) for name in SETTINGS}}
    text = plain_text(options.input, options.scratch or options.output)
    results: dict[str, Any] = {
        "machine": machine(),
        "text": {"name": options.input.name, "words": count_words(text)},
        "settings": settings,
        "runs": [],
    }
    if file.exists():
        if not options.resume:
            sys.exit(f"{file} exists; go on with --resume, or choose another --output")
        before = json.loads(file.read_text(encoding="utf-8"))
        for key in ("text", "settings"):
            if before[key] != results[key]:
                sys.exit(f"{file} was measured with {key} {before[key]}, not {results[key]}")
        results["runs"] = before["runs"]
    done = {(run["program"], run["threads"], run["seed"]) for run in results["runs"]}
    if "firth" in options.programs and not options.cold:
        warm_up(options, text)
    # Seeds outermost: after one round every program has a figure, however early it is stopped,
    # and slow changes of the machine's speed meet all programs alike.
    for seed in options.seeds:
        for threads in options.threads:
            for name in options.programs:
                if (name, threads, seed) in done:
                    continue
                given = {**settings, "threads": threads, "seed": seed}
                run = run_once(name, given, text, options)
                run["words_per_second"] = (
                    results["text"]["words"] * settings["epochs"] / run["train_seconds"]
                )
                results["runs"].append(run)
                write_json(file, results)
                print(
                    f"{name} threads {threads} seed {seed}: "
                    f"{run['words_per_second']:,.0f} words/s, "
                    f"wall {run['wall_seconds']:.1f} s, {run['peak_megabytes']:.0f} MB",
                    file=sys.stderr,
                    flush=True,
                )
    report = markdown(results)
    (options.output / "results.md").write_text(report, encoding="utf-8")
    print(report)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("input", type=as_path, help="plain text, or .xz")
    parser.add_argument("--output", type=as_path, required=True, help="folder for the results")
    parser.add_argument(
        "--sets",
        type=as_path,
        help="folder with wordsim353.tsv, simlex999.txt, questions-words.txt; quality is left "
        "out without it",
    )
    parser.add_argument("--mode", choices=MODES, default="skipgram", help="what is trained")
    parser.add_argument("--scratch", type=as_path, help="folder for the unpacked text")
    parser.add_argument("--programs", type=_names, default=list(PROGRAMS))
    parser.add_argument("--threads", type=_numbers, default=[1, 2])
    parser.add_argument("--seeds", type=_numbers, default=[1, 2, 3])
    for name, default in SETTINGS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    parser.add_argument(
        "--firth", action="append", default=[], metavar="NAME=VALUE", help="a setting for firth"
    )
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="PROGRAM=PATH",
        help="interpreter for a program that is installed elsewhere",
    )
    parser.add_argument("--resume", action="store_true", help="go on with the runs in --output")
    parser.add_argument("--cold", action="store_true", help="do not compile the kernels first")
    options = parser.parse_args()
    options.firth = {
        name: _value(value) for name, _, value in (item.partition("=") for item in options.firth)
    }
    options.python = dict(item.split("=", 1) for item in options.python)
    return options


def run_once(
    name: str, settings: dict[str, Any], text: Path, options: argparse.Namespace
) -> dict[str, Any]:
    """Train, save and judge once."""
    program = PROGRAMS[name]
    python = options.python.get(name, sys.executable)
    script = str(HERE / "programs.py")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        saved = str(Path(scratch, "saved"))
        given = {**settings, "input": str(text), "output": saved}
        if name == "firth":
            given["firth"] = options.firth
        # Kernels are compiled once per installation and stay; a corpus that was numbered by an
        # earlier run would be work left out.
        cache = (options.scratch or options.output) / "firth-cache"
        shutil.rmtree(cache / "corpora", ignore_errors=True)
        env = {
            "FIRTH_CACHE_DIR": str(cache.resolve()),
            "OMP_NUM_THREADS": str(settings["threads"]),
            "OPENBLAS_NUM_THREADS": str(settings["threads"]),
        }
        measured = measure(
            [python, script, "train", name, json.dumps(given)], marks=program.marks, env=env
        )
        run = {
            "program": name,
            "threads": settings["threads"],
            "seed": settings["seed"],
            **measured.report,
            "wall_seconds": measured.wall_seconds,
            "cpu_seconds": measured.cpu_seconds,
            "peak_megabytes": measured.peak_megabytes,
            "load_before": load,
        }
        if program.seconds is not None:
            run["train_seconds"] = program.seconds(measured.marks)
            run["prepare_seconds"] = measured.marks[program.marks[0]]
        if options.sets is not None:
            vectors = str(Path(scratch, "vectors"))
            measure([python, script, "export", name, saved, vectors])
            run.update(
                measure([sys.executable, script, "score", vectors, str(options.sets)]).report
            )
    return run


def warm_up(options: argparse.Namespace, text: Path) -> None:
    """Let firth compile its kernels, as it does once after installation."""
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch, text.open("rb") as lines:
        sample = Path(scratch, "sample.txt")
        sample.write_bytes(lines.read(1 << 20))
        run = run_once(
            "firth",
            {
                "mode": options.mode,
                **{name: getattr(options, name) for name in SETTINGS},
                "threads": 1,
                "seed": 1,
            },
            sample,
            argparse.Namespace(**{**vars(options), "sets": None}),
        )
    print(
        f"kernels ready after {run.get('compile_seconds', 0.0):.1f} s (once per installation)",
        file=sys.stderr,
    )


def markdown(results: dict[str, Any]) -> str:
    """Lay out the means over seeds as Markdown tables."""
    groups: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for run in results["runs"]:
        groups.setdefault((run["threads"], run["program"]), []).append(run)
    rows = {
        key: {
            name: fmean(values)
            for name in ("words_per_second", "wall_seconds", "peak_megabytes", *QUALITIES)
            if (values := [run[name] for run in groups[key] if name in run])
        }
        for key in sorted(groups)
    }
    about, settings = results["machine"], results["settings"]
    lines = [
        f"{results['text']['name']}: {results['text']['words']:,} words; "
        + ", ".join(f"{name} {value}" for name, value in settings.items()),
        "",
        f"{about['processor']}, {about['cores']} cores, {about['system']}, "
        f"Python {about['python']}; "
        + ", ".join(sorted({f"{run['program']} {run['version']}" for run in results["runs"]})),
        "",
        "| program | threads | seeds | words/s in training | whole process, s | peak memory, MB | "
        "WordSim-353 | SimLex-999 | semantic, % | syntactic, % | analogies, % |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for (threads, name), row in rows.items():
        cells = [
            name,
            str(threads),
            str(len(groups[threads, name])),
            f"{row['words_per_second']:,.0f}",
            f"{row['wall_seconds']:.1f}",
            f"{row['peak_megabytes']:,.0f}",
            *(quality(name, row.get(name)) for name in QUALITIES),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    ratios = [
        f"| {name} | {threads} | {mine['words_per_second'] / row['words_per_second']:.1f} x | "
        f"{row['wall_seconds'] / mine['wall_seconds']:.1f} x |"
        for (threads, name), row in rows.items()
        if name != "firth" and (mine := rows.get((threads, "firth")))
    ]
    if ratios:
        lines += [
            "",
            "| firth against | threads | in training | whole process |",
            "| --- | ---: | ---: | ---: |",
            *ratios,
        ]
    lines += [
        "",
        "Words/s are raw words of the text times epochs over training seconds, after the "
        "vocabulary is known; whole process is raw text to saved vectors, interpreter start "
        "included, with firth's kernels compiled before (once per installation).",
    ]
    return "\n".join(lines) + "\n"


def quality(name: str, value: float | None) -> str:
    """Write a score as the tables do."""
    if value is None:
        return "-"
    return f"{value:.3f}" if name in ("wordsim353", "simlex999") else f"{value * 100:.1f}"


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - set(PROGRAMS)
    if unknown:
        raise argparse.ArgumentTypeError(
            f"{', '.join(sorted(unknown))}: expected some of {', '.join(PROGRAMS)}"
        )
    return names


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
