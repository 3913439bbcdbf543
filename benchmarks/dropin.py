"""gensim's programs, unchanged, by ``python`` and by ``python -m firth.gensim``.

Trains ``gensim.models.Word2Vec`` on a text (``corpus_file=``, ``LineSentence`` and lists of words),
and runs libraries that train with gensim (:mod:`dropin_programs`), as far as they are installed.
Seconds are those of ``Word2Vec(...)`` and ``train`` alone, reading and counting words included;
kernels are loaded before, and firth finds no text in its cache.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from dropin_programs import PROGRAMS
from measure import as_path, count_words, machine, plain_text, write_json

MODES = {"skipgram": 1, "cbow": 0}
SOURCES = {
    "file": "{'corpus_file': text}",
    "lines": "{'sentences': LineSentence(text)}",
    "lists": "{'sentences': [line.split() for line in open(text, encoding='utf-8')]}",
}
SIDES = {"gensim": [], "firth": ["-m", "firth.gensim"]}

#: Adds up the seconds that are spent in gensim's class, whosever it is, calls within calls once.
_CLOCK = """
import functools, os, sys, tempfile, time
import gensim
from gensim.models import Word2Vec
from gensim.models.word2vec import LineSentence
words = [[f"w{i % 50}" for i in range(j, j + 40)] for j in range(99)]
Word2Vec(words, min_count=1, vector_size=DIM, sg=SG, workers=WORKERS)
_cache = tempfile.TemporaryDirectory()
os.environ["FIRTH_CACHE_DIR"] = _cache.name
spent, depth = [0.0], [0]
def clocked(method):
    @functools.wraps(method)
    def call(*arguments, **named):
        start, depth[0] = time.perf_counter(), depth[0] + 1
        try:
            return method(*arguments, **named)
        finally:
            depth[0] -= 1
            spent[0] += time.perf_counter() - start if not depth[0] else 0
    return call
for name in ("__init__", "train", "build_vocab"):
    setattr(Word2Vec, name, clocked(getattr(Word2Vec, name)))
"""
_TRAIN = """
text = TEXT
corpus = SOURCE
model = Word2Vec(**corpus, vector_size=DIM, sg=SG, workers=WORKERS, epochs=EPOCHS)
"""


def run(side: str, code: str, folder: Path) -> float:
    """Run a program; returns the seconds that it spent in Word2Vec."""
    program = folder / "program.py"
    report = folder / "report"
    end = f"\nopen({str(report)!r}, 'w').write(str(spent[0]))\n"
    program.write_text(code + end, encoding="utf-8")
    subprocess.run(
        [sys.executable, *SIDES[side], str(program)],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != "FIRTH_CACHE_DIR"},
    )
    return float(report.read_text("utf-8"))


def filled(code: str, **values: Any) -> str:
    """Put values in the places of their names."""
    for name, value in values.items():
        code = code.replace(name, str(value))
    return code


def cases(text: Path, options: argparse.Namespace) -> dict[str, str]:
    """Return the programs by name."""
    fixed = {"DIM": options.dim, "WORKERS": options.threads, "EPOCHS": options.epochs}
    found = {}
    for mode in options.modes:
        for source in options.sources:
            given = {"SOURCE": SOURCES[source], "TEXT": repr(str(text)), "SG": MODES[mode]}
            found[f"{mode}, {source}"] = filled(_CLOCK + _TRAIN, **given, **fixed)
    for name in options.programs:
        if importlib.util.find_spec(PROGRAMS[name].module) is None:
            print(f"{name} is not installed: {PROGRAMS[name].install}", file=sys.stderr)
            continue
        clock = filled(_CLOCK, DIM=32, SG=1, WORKERS=1)
        found[name] = clock + PROGRAMS[name].of_size(options.size)
    return found


def main() -> None:
    """Run all, alternating, and print the medians."""
    options = parse()
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.output) as scratch:
        folder = Path(scratch).resolve()
        text = first_lines(plain_text(options.input, folder), options.lines, folder)
        words = count_words(text)
        seconds: dict[str, dict[str, list[float]]] = {}
        for name, code in cases(text, options).items():
            for _ in range(options.rounds):
                for side in SIDES:
                    taken = run(side, code, folder)
                    seconds.setdefault(name, {}).setdefault(side, []).append(taken)
                    print(f"{name}: {side} {taken:.2f} s", file=sys.stderr)
            write_json(
                options.output / "dropin.json",
                {"machine": machine(), "words": words, "epochs": options.epochs,
                 "threads": options.threads, "seconds": seconds},
            )  # fmt: skip
    table = markdown(seconds)
    (options.output / "dropin.md").write_text(table, encoding="utf-8")
    print(table)


def markdown(seconds: dict[str, dict[str, list[float]]]) -> str:
    """Return the medians as a table.

    Examples
    --------
    >>> print(markdown({"cbow, file": {"gensim": [6.0, 4.0, 5.0], "firth": [0.5]}}))
    | program | gensim s | firth s | times as fast |
    | --- | --- | --- | --- |
    | cbow, file | 5.00 | 0.50 | 10.0 |
    """
    lines = ["| program | gensim s | firth s | times as fast |", "| --- | --- | --- | --- |"]
    for name, sides in seconds.items():
        theirs, ours = (statistics.median(sides[side]) for side in SIDES)
        lines.append(f"| {name} | {theirs:.2f} | {ours:.2f} | {theirs / ours:.1f} |")
    return "\n".join(lines)


def first_lines(text: Path, lines: int | None, folder: Path) -> Path:
    """Copy the first lines of a text, or all."""
    target = folder / "some.txt"
    with text.open("rb") as source, target.open("wb") as copy:
        copy.writelines(islice(source, lines))
    return target


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("input", type=as_path, help="plain text, or .xz")
    parser.add_argument("--output", type=as_path, required=True, help="folder for the results")
    parser.add_argument("--lines", type=int, help="of the text, from its start; by default all")
    for name, known in (("modes", MODES), ("sources", SOURCES), ("programs", PROGRAMS)):
        parser.add_argument(
            f"--{name}", nargs="*", choices=list(known), default=list(known), metavar="NAME",
            help=", ".join(known),
        )  # fmt: skip
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--size", type=int, default=10, help="of examples, in their own sizes")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
