"""How fast plain text is read: split, counted and numbered, without the cache of encoded texts.

::

    python benchmarks/reading.py wiki-20m.txt.xz --output results/

Beside the texts given there are two of the same length that are made, one that repeats 10,000
words and one with a million distinct ones. Each figure is of a process of its own, which reads a
text several times: the first time is apart, as compiled code is loaded then, and in an empty cache
of kernels made.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measure import as_path, count_words, machine, plain_text, write_json
from scaling import zipf_text

import firth


def main() -> None:
    """Measure what is asked for, then write reading.json and reading.md."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("inputs", type=as_path, nargs="*", help="texts")
    parser.add_argument("--output", type=as_path, required=True, help="folder for the results")
    parser.add_argument("--tokens", type=int, default=20_000_000, help="of the texts made here")
    parser.add_argument("--rounds", type=int, default=4, help="how often a process reads a text")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(read(**json.loads(options.one))))
        return
    options.output.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        texts = {path.name: plain_text(path, options.output) for path in options.inputs}
        for size in (10_000, 1_000_000):
            made = Path(scratch) / f"zipf-{size}.txt"
            texts[f"{size:,} distinct words"] = zipf_text(made, size, options.tokens)
        for name, path in texts.items():
            words = count_words(path)
            for min_count in (5, 1):
                for threads in (1, 2):
                    how = {"path": str(path), "threads": threads, "min_count": min_count}
                    one = json.dumps({**how, "rounds": options.rounds})
                    command = [sys.executable, __file__, "--output", ".", "--one", one]
                    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                    row = {"text": name, "words": words, **how, **json.loads(found.stdout)}
                    rows.append(row)
                    print(json.dumps(row), file=sys.stderr, flush=True)
    write_json(options.output / "reading.json", {"machine": machine(), "runs": rows})
    (options.output / "reading.md").write_text(markdown(rows), encoding="utf-8")
    print(markdown(rows))


def read(path: str, threads: int, min_count: int, rounds: int) -> dict[str, Any]:
    """Read a text several times in this process."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        options = {"min_count": min_count, "threads": threads, "cache": False}
        with firth.encode(path, progress=False, **options) as encoded:
            seconds.append(time.perf_counter() - start)
            vocabulary = len(encoded.vocabulary)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    least = min(seconds[1:], default=seconds[0])
    return {"vocabulary": vocabulary, "first": seconds[0], "least": least, "peak_megabytes": peak}


def markdown(rows: list[dict[str, Any]]) -> str:
    """Lay out the rows as a Markdown table."""
    lines = [
        "| text | min_count | vocabulary | threads | million words/s | the first time | peak, MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        rates = [row["words"] / row[name] / 1e6 for name in ("least", "first")]
        lines.append(
            f"| {row['text']} | {row['min_count']} | {row['vocabulary']:,} | {row['threads']} | "
            f"{rates[0]:.1f} | {rates[1]:.1f} | {row['peak_megabytes']:,.0f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
