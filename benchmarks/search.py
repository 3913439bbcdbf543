"""How fast neighbours are found: firth beside gensim, and beside NumPy's product alone.

Vectors are random, in clusters, as those of words are; words are made up.

    one         most_similar of one word after the other
    many        the ten nearest of 1,000 words at once
    graph       the fifteen nearest of every word of the first 80,000
    command     `firth neighbors MODEL WORD`, the whole process

``numpy`` is the product with `argpartition`, block by block; ``product`` the product alone.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import firth
from firth.vectors import WordVectors

HERE = Path(__file__).parent
_BLOCK = 2048
_BATCH = 512


def main() -> None:
    """Measure, print and write results."""
    options = parse()
    options.output.mkdir(parents=True, exist_ok=True)
    words, matrix = made(options.words, options.dim)
    counts = np.maximum(5, 1e8 / np.arange(1, len(words) + 1)).astype(np.int64)
    folder = options.output / "model"
    firth.Model(words, counts.tolist(), {"input": matrix}).save(folder)
    matrix.flags.writeable = False
    vectors = WordVectors(words, matrix)
    asked = [words[row] for row in np.random.default_rng(2).integers(0, len(words), 1000)]
    graph = WordVectors(words[: options.graph], matrix[: options.graph])
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    queries = unit[[vectors.index(word) for word in asked]]
    tasks: dict[str, dict[str, Callable[[], Any]]] = {
        "one": {"firth": lambda: [vectors.most_similar(word) for word in asked[:20]]},
        "many": {
            "firth": lambda: vectors.most_similar_many(asked),
            "product": lambda: product(queries, unit),
            "numpy": lambda: by_numpy(queries, unit, 10),
        },
        "graph": {
            "firth": lambda: graph.neighbor_graph(k=15),
            "product": lambda: product(unit[: options.graph], unit[: options.graph]),
        },
        "command": {"firth": lambda: command(folder, asked[0])},
    }
    peer = by_gensim(words, matrix)
    if peer is not None:
        tasks["one"]["gensim"] = lambda: [peer.most_similar(word) for word in asked[:20]]
        tasks["many"]["gensim"] = lambda: [peer.most_similar(word) for word in asked[:100]] * 10
    seconds: dict[str, dict[str, list[float]]] = {
        task: {name: [] for name in programs} for task, programs in tasks.items()
    }
    for round_ in range(options.rounds + 1):  # the first one warms up
        for task, programs in tasks.items():
            for name, run in programs.items():
                start = time.perf_counter()
                run()
                used = time.perf_counter() - start
                if task == "one":
                    used /= 20
                if (task, name) == ("many", "gensim"):
                    used *= 10  # a tenth of the words is asked
                if round_:
                    seconds[task][name].append(used)
    results = {"words": options.words, "dim": options.dim, "seconds": seconds}
    (options.output / "results.json").write_text(json.dumps(results, indent=2))
    print(f"{options.words:,} words x {options.dim}; seconds, medians of {options.rounds}\n")
    for task, programs in seconds.items():
        best = statistics.median(programs["firth"])
        for name, times in programs.items():
            median = statistics.median(times)
            print(f"{task:8}{name:8}{median:10.4f}{median / best:8.2f} x firth")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--output", type=Path, required=True, help="folder for the results")
    parser.add_argument("--words", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--graph", type=int, default=80_000, help="words of the graph")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def made(n: int, dim: int) -> tuple[list[str], Any]:
    """Make words of 3 to 12 letters, and their vectors in a thousand clusters, (n, dim)."""
    rng = np.random.default_rng(1)
    letters = np.frombuffer(b"eeetaoinshrdlucm", dtype="S1").astype(str)
    seen: dict[str, None] = {}
    while len(seen) < n:
        lengths = rng.integers(3, 13, n)
        drawn = "".join(rng.choice(letters, int(lengths.sum())))
        ends = np.cumsum(lengths)
        seen.update(dict.fromkeys(drawn[a:b] for a, b in zip(ends - lengths, ends, strict=True)))
    centres = rng.normal(size=(1000, dim)).astype(np.float32)
    matrix = rng.normal(size=(n, dim)).astype(np.float32)
    matrix += centres[rng.integers(0, 1000, n)]
    return list(seen)[:n], matrix


def product(queries: Any, unit: Any) -> None:
    """All scores, and nothing else."""
    for start in range(0, len(unit), _BLOCK):
        rows = unit[start : start + _BLOCK].T
        for first in range(0, len(queries), _BATCH):
            np.matmul(queries[first : first + _BATCH], rows)


def by_numpy(queries: Any, unit: Any, k: int) -> Any:
    """Find the k best by `argpartition` of each query's scores."""
    found = []
    for first in range(0, len(queries), 100):
        scores = queries[first : first + 100] @ unit.T
        best = np.argpartition(-scores, k, axis=1)[:, :k]
        found.append(best)
    return np.concatenate(found)


def by_gensim(words: list[str], matrix: Any) -> Any:
    """Give gensim the same words, if it is installed."""
    try:
        from gensim.models import KeyedVectors
    except ImportError:
        return None
    peer = KeyedVectors(matrix.shape[1])
    peer.add_vectors(words, matrix)
    return peer


def command(folder: Path, word: str) -> None:
    """Ask for one word's neighbours in a process of its own."""
    subprocess.run(
        [sys.executable, "-m", "firth", "neighbors", str(folder), word],
        check=True,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
