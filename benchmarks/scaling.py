"""How memory and the cost per word grow with the text and with the vocabulary.

::

    python benchmarks/scaling.py --output results/                        # vocabulary sizes
    python benchmarks/scaling.py wiki-20m.txt.xz --copies 10 --output results/

Vocabulary sizes are measured on synthetic text whose words follow the law of Zipf and
Mandelbrot, p(rank) ~ 1 / (rank + 2.7): the same number of tokens, drawn from 10,000, 100,000 and
1,000,000 words. Copies measure memory: the same file, given once and given N times.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from measure import HERE, Measured, as_path, count_words, machine, measure, plain_text, write_json

SETTINGS = {"dim": 100, "window": 5, "negative": 5, "sample": 1e-3, "min_count": 1}


def main() -> None:
    """Measure what is asked for, then write scaling.json and scaling.md."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("input", type=as_path, nargs="?", help="text for --copies")
    parser.add_argument("--output", type=as_path, required=True, help="folder for the results")
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument(
        "--vocabularies", type=lambda text: [int(part) for part in text.split(",")],
        default=[10_000, 100_000, 1_000_000],
    )  # fmt: skip
    parser.add_argument("--tokens", type=int, default=10_000_000, help="of the synthetic texts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=1)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if options.input is not None:
            text = plain_text(options.input, options.output)
            rows = [
                run(f"{copies} x {options.input.name}", [text] * copies, scratch, options, 5)
                for copies in (1, options.copies)
            ]
        else:
            rows = []
            for size in options.vocabularies:
                text = zipf_text(scratch / f"zipf-{size}.txt", size, options.tokens)
                rows.append(run(f"{size:,} words of vocabulary", [text], scratch, options, 1))
                text.unlink()
    name = "copies" if options.input is not None else "vocabulary"
    results = {"machine": machine(), "threads": options.threads, "runs": rows}
    write_json(options.output / f"scaling-{name}.json", results)
    report = markdown(rows)
    (options.output / f"scaling-{name}.md").write_text(report, encoding="utf-8")
    print(report)


def run(
    title: str, texts: list[Path], scratch: Path, options: argparse.Namespace, min_count: int
) -> dict[str, Any]:
    """Train firth once on `texts`, in a process of its own."""
    words = sum(count_words(text) for text in set(texts)) * len(texts) // len(set(texts))
    settings = {
        **SETTINGS,
        "min_count": min_count,
        "epochs": options.epochs,
        "threads": options.threads,
        "seed": 1,
        "input": [str(text) for text in texts],
        "output": str(scratch / "model"),
    }
    with tempfile.TemporaryDirectory(dir=scratch) as cache:
        measured: Measured = measure(
            [sys.executable, str(HERE / "programs.py"), "train", "firth", json.dumps(settings)],
            env={"FIRTH_CACHE_DIR": cache},
        )
    report = measured.report
    row = {
        "text": title,
        "words": words,
        "vocabulary": report["vocabulary"],
        "train_nanoseconds_per_word": report["train_seconds"] / (words * options.epochs) * 1e9,
        "prepare_nanoseconds_per_word": report["prepare_seconds"] / words * 1e9,
        "wall_seconds": measured.wall_seconds,
        "peak_megabytes": measured.peak_megabytes,
    }
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def zipf_text(path: Path, vocabulary: int, tokens: int) -> Path:
    """Write a text of `tokens` words in which each of `vocabulary` words occurs at least once."""
    script = str(HERE / "programs.py")
    measure([sys.executable, script, "zipf", str(path), str(vocabulary), str(tokens)])
    return path


def markdown(rows: list[dict[str, Any]]) -> str:
    """Lay out the rows as a Markdown table."""
    lines = [
        "| text | words | vocabulary | training, ns a word | reading, ns a word | "
        "whole process, s | peak memory, MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        cells = [
            row["text"],
            f"{row['words']:,}",
            f"{row['vocabulary']:,}",
            f"{row['train_nanoseconds_per_word']:,.0f}",
            f"{row['prepare_nanoseconds_per_word']:,.0f}",
            f"{row['wall_seconds']:.1f}",
            f"{row['peak_megabytes']:,.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
