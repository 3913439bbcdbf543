"""The full softmax beside the NumPy reference: the same windows, the same vocabulary.

::

    python benchmarks/softmax.py datasetSentences.txt --output results/

The text is the treebank's file of sentences (a header, then a number and a sentence a line), or
any text with ``--plain``. firth trains one epoch on all of it; the reference computes loss and
gradients of some of its windows and goes one step. Figures are microseconds a window (a centre
with all words that it predicts) and the ratio.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from measure import as_path, machine, write_json


def main() -> None:
    """Measure both, then write softmax.json and print it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("input", type=as_path)
    parser.add_argument("--output", type=as_path, required=True, help="folder for the results")
    parser.add_argument("--plain", action="store_true", help="the text has no header and numbers")
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--window", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--windows", type=int, default=9, help="windows for the reference")
    options = parser.parse_args()
    sentences = read(options.input, plain=options.plain)
    fast, vocabulary = engine_seconds(sentences, options)
    slow = reference_seconds(sentences, vocabulary, options)
    results = {
        "machine": machine(),
        "vocabulary": len(vocabulary),
        "dim": options.dim,
        "window": options.window,
        "threads": options.threads,
        "engine_microseconds": fast * 1e6,
        "reference_microseconds": slow * 1e6,
        "ratio": slow / fast,
    }
    options.output.mkdir(parents=True, exist_ok=True)
    write_json(options.output / "softmax.json", results)
    json.dump(results, sys.stdout, indent=2)
    print()


def read(path: Path, *, plain: bool) -> list[list[str]]:
    """Split a text into lower-case words, sentence by sentence."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if not plain:
        lines = [line.split("\t", 1)[1] for line in lines[1:]]
    return [line.lower().split() for line in lines]


def engine_seconds(
    sentences: list[list[str]], options: argparse.Namespace
) -> tuple[float, list[str]]:
    """Train one epoch; return seconds a window, and the vocabulary."""
    import firth

    last: dict[str, Any] = {}
    model = firth.train(
        iter(sentences),
        on_progress=lambda record: last.__setitem__(record.stage, record),
        objective="softmax",
        dim=options.dim,
        window=options.window,
        threads=options.threads,
        epochs=1,
        min_count=1,
        sample=0.0,
    )
    return last["train"].elapsed / sum(map(len, sentences)), list(model.vectors.words)


def reference_seconds(
    sentences: list[list[str]], vocabulary: list[str], options: argparse.Namespace
) -> float:
    """Return the median seconds of a step on windows of a random width, as in training."""
    import numpy as np

    from firth.reference import skipgram_loss_and_gradients

    rows = {word: row for row, word in enumerate(vocabulary)}
    draw = np.random.default_rng(1)
    centers = draw.uniform(-0.5, 0.5, (len(rows), options.dim)) / options.dim
    outsides = np.zeros_like(centers)
    long_enough = [sentence for sentence in sentences if len(sentence) > 2 * options.window]
    seconds = []
    for number in draw.choice(len(long_enough), options.windows, replace=False):
        sentence = long_enough[number]
        t, width = options.window, int(draw.integers(1, options.window + 1))
        near = sentence[t - width : t] + sentence[t + 1 : t + 1 + width]
        start = time.perf_counter()
        _, by_centers, by_outsides = skipgram_loss_and_gradients(
            rows[sentence[t]], [rows[word] for word in near], centers, outsides
        )
        centers -= 0.04 * by_centers
        outsides -= 0.04 * by_outsides
        seconds.append(time.perf_counter() - start)
    return median(seconds)


if __name__ == "__main__":
    main()
