"""firth in another program's time: how good it is then, and when it is as good.

::

    python benchmarks/peers.py wiki-20m.txt.xz --sets eval/ --output results/ --threads 2
    python benchmarks/equal_time.py wiki-20m.txt.xz --sets eval/ --output results/

Takes what peers.py has measured, on the same machine, and trains firth again with other numbers of
epochs: with as many as fit into the seconds that each other program trained for, and with 1, 2, 3
... until the sum of WordSim-353, SimLex-999 and analogies passes that of the best of the others.
Writes equal_time.json and equal_time.md beside results.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from statistics import fmean
from typing import Any

from measure import as_path, plain_text, write_json
from peers import QUALITIES, run_once, warm_up
from peers import quality as shown

#: What a program is judged by, as one number.
SCORES = ("wordsim353", "simlex999", "analogies")

Run = dict[str, Any]


def main() -> None:
    """Run what is wanted, then write both files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("input", type=as_path, help="the text that peers.py was given")
    parser.add_argument("--sets", type=as_path, required=True, help="as for peers.py")
    parser.add_argument("--output", type=as_path, required=True, help="its folder of results")
    parser.add_argument("--scratch", type=as_path, help="folder for the unpacked text")
    options = parser.parse_args()
    options.python, options.firth = {}, {}
    measured = json.loads((options.output / "results.json").read_text(encoding="utf-8"))
    options.mode = measured["settings"]["mode"]
    for name, value in measured["settings"].items():
        setattr(options, name, value)
    text = plain_text(options.input, options.scratch or options.output)
    warm_up(options, text)
    words, found = measured["text"]["words"], []
    for threads in sorted({run["threads"] for run in measured["runs"]}):
        runs = [run for run in measured["runs"] if run["threads"] == threads]

        def train(epochs: int, seed: int, threads: int = threads) -> Run:
            given = {**measured["settings"], "epochs": epochs, "threads": threads, "seed": seed}
            run = run_once("firth", given, text, options)
            run["epochs"] = epochs
            run["words_per_second"] = words * epochs / run["train_seconds"]
            print(
                f"{epochs} epochs, seed {seed}: {run['train_seconds']:.1f} s, {total(run):.3f}",
                file=sys.stderr,
                flush=True,
            )
            return run

        others = sorted({run["program"] for run in runs} - {"firth"})
        speed = fmean(run["words_per_second"] for run in runs if run["program"] == "firth")
        for other in others:
            theirs = [run for run in runs if run["program"] == other]
            seconds = fmean(run["train_seconds"] for run in theirs)
            mine = in_time(train, [run["seed"] for run in theirs], seconds, speed / words)
            found.append({"threads": threads, "other": other, "theirs": theirs, "firth": mine})
        if others:
            best = max(others, key=lambda name: mean_total(runs, name))
            reached = as_good(train, mean_total(runs, best))
            found.append({"threads": threads, "other": best, "reached": reached})
    write_json(options.output / "equal_time.json", {"machine": measured["machine"], "runs": found})
    report = markdown(found)
    (options.output / "equal_time.md").write_text(report, encoding="utf-8")
    print(report)


def in_time(train: Any, seeds: list[int], seconds: float, epochs_per_second: float) -> list[Run]:
    """Train with as many epochs as fit into so many seconds, for each seed."""
    epochs = max(1, int(seconds * epochs_per_second))
    done: list[Run] = []
    for seed in seeds:
        run = train(epochs, seed)
        while run["train_seconds"] > seconds and epochs > 1:
            epochs = max(1, min(epochs - 1, int(epochs * seconds / run["train_seconds"])))
            done = []  # all seeds with the same number
            run = train(epochs, seed)
        done.append(run)
    return done + [train(epochs, seed) for seed in seeds if seed not in {r["seed"] for r in done}]


def as_good(train: Any, wanted: float) -> Run:
    """Train with more and more epochs until the scores' sum passes one."""
    for epochs in range(1, 33):
        run: Run = train(epochs, 1)
        if total(run) > wanted:
            return run
    sys.exit(f"32 epochs do not reach {wanted:.3f}")


def total(run: Run) -> float:
    """Return the sum of a run's scores."""
    return float(sum(run[name] for name in SCORES))


def mean_total(runs: list[Run], program: str) -> float:
    """Return the mean of a program's sums."""
    return fmean(total(run) for run in runs if run["program"] == program)


def markdown(found: list[dict[str, Any]]) -> str:
    """Lay out both tables."""
    lines = [
        "| program | threads | epochs | training, s | WordSim-353 | SimLex-999 | semantic, % | "
        "syntactic, % | analogies, % |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    reached = []
    for entry in found:
        if "reached" in entry:
            run = entry["reached"]
            reached.append(
                f"| {entry['other']} | {entry['threads']} | {run['train_seconds']:.1f} | "
                f"{run['epochs']} |"
            )
            continue
        for name, runs in ((entry["other"], entry["theirs"]), ("firth", entry["firth"])):
            cells = [
                name if name != "firth" else f"firth in {entry['other']}'s time",
                str(entry["threads"]),
                str(runs[0].get("epochs", "")),
                f"{fmean(run['train_seconds'] for run in runs):.1f}",
                *(shown(quality, fmean(run[quality] for run in runs)) for quality in QUALITIES),
            ]
            lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "| as good as | threads | firth's training, s | epochs |",
        "| --- | ---: | ---: | ---: |",
        *reached,
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
