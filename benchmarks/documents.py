"""How fast documents become vectors, and are compared: firth beside gensim.

::

    pip install 'firth[benchmark]'
    python benchmarks/documents.py text.txt --lines 20000 --pairs 500 --rounds 5

Vectors are random, one for each word of the text; times do not depend on what they say. Lines are
documents. Programs take turns in one process, each on one thread; times are of the processor, so
that other work on the machine shows less, without imports and the compiling and loading of kernels,
medians of all rounds. Means and distances are compared too: they must be the same.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from measure import as_path, machine


def main() -> None:
    """Measure in turn, and print a table."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is imported
    options = parse()
    lines = options.text.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line.strip()][: options.lines]
    texts = [line.split() for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text.txt"
        path.write_text("\n".join(lines * options.copies), encoding="utf-8")
        rows = measured(path, texts, options)
    words = sum(map(len, texts))
    print(
        f"{len(texts):,} documents of {words / len(texts):.0f} words, dim {options.dim}, "
        f"{machine()['processor']}\n"
    )
    print("| what | firth, s | gensim, s | ratio |\n| --- | ---: | ---: | ---: |")
    for name, ours, theirs in rows:
        other = "| |" if theirs is None else f"{theirs:.4f} | {theirs / ours:.1f} |"
        print(f"| {name} | {ours:.4f} | {other}")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    say = parser.add_argument
    say("text", type=as_path, help="a text, a document a line")
    say("--lines", type=int, default=20_000, help="so many lines of it")
    say("--copies", type=int, default=1, help="encode them so many times over")
    say("--pairs", type=int, default=500, help="so many distances")
    say("--dim", type=int, default=100)
    say("--rounds", type=int, default=5)
    return parser.parse_args()


def measured(
    path: Path, texts: list[list[str]], options: argparse.Namespace
) -> list[tuple[str, float, float | None]]:
    """Return what was done, with the seconds of firth and of gensim."""
    import numpy as np
    from gensim.models import KeyedVectors

    import firth
    from firth.documents import DocumentEncoder, WordMovers
    from firth.documents.tables import write_documents

    counts = Counter(word for text in texts for word in text)
    words = [word for word, _ in counts.most_common()]
    matrix = np.random.default_rng(0).standard_normal((len(words), options.dim), np.float32)
    vectors = firth.WordVectors(words, matrix, counts=[counts[word] for word in words])
    keyed = KeyedVectors(options.dim)
    keyed.add_vectors(words, matrix)
    draw = random.Random(0)
    pairs = [draw.sample(texts, 2) for _ in range(options.pairs)]
    encoder, movers = DocumentEncoder(vectors), WordMovers(vectors)
    sif = DocumentEncoder(vectors, weighting="sif")
    bags = movers.bags(texts)
    output = path.with_suffix(".parquet")

    def loop() -> Any:
        with path.open(encoding="utf-8") as lines:
            return [np.mean([keyed[w] for w in line.split() if w in keyed], axis=0)
                    for line in lines]  # fmt: skip

    def rows() -> Any:
        index = keyed.key_to_index
        with path.open(encoding="utf-8") as lines:
            return [keyed.vectors[[index[w] for w in line.split() if w in index]].mean(axis=0)
                    for line in lines]  # fmt: skip

    def ours() -> Any:
        return encoder.encode(firth.open_corpus(path))

    def distances() -> Any:
        return [movers.distance(*pair) for pair in pairs]

    def theirs() -> Any:
        return [keyed.wmdistance(*pair) for pair in pairs]

    assert np.allclose(ours(), loop(), atol=1e-5)
    assert np.allclose(distances(), theirs(), atol=1e-5)
    some = [pair[0] for pair in pairs[:20]]
    acts: list[tuple[str, Callable[[], Any], Callable[[], Any] | None]] = [
        ("means, beside a loop over words", ours, loop),
        ("means, beside a loop over documents", ours, rows),
        ("sif, fitted on these", lambda: sif.fit_encode(firth.open_corpus(path)), None),
        (
            "means, to Parquet",
            lambda: write_documents(encoder, firth.open_corpus(path), output),
            None,
        ),
        (f"word mover's distance, {len(pairs):,} pairs", distances, theirs),
        (
            f"the nearest 10 of all, {len(some)} times",
            lambda: [movers.nearest(text, bags) for text in some],
            None,
        ),
        (
            f"one with all, {min(2, len(some))} times",
            lambda: [movers.distances(text, bags) for text in some[:2]],
            None,
        ),
    ]
    taken: dict[str, list[tuple[float, float | None]]] = {}
    for round_ in range(options.rounds):
        for name, act, peer in acts:
            found = timed(act), None if peer is None else timed(peer)
            taken.setdefault(name, []).append(found)
        print(f"round {round_ + 1}", file=sys.stderr, flush=True)
    return [
        (
            name,
            median(own for own, _ in found),
            median(peer for _, peer in found if peer is not None) if found[0][1] else None,
        )
        for name, found in taken.items()
    ]


def timed(act: Callable[[], Any]) -> float:
    """Return how many seconds a call takes."""
    start = time.process_time()
    act()
    return time.process_time() - start


if __name__ == "__main__":
    main()
