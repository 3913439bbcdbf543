"""Neighbours in a matrix that is larger than memory, mapped from its file.

Vectors are random, words are whole numbers. Memory is what the process holds of its own at most
(``RssAnon`` of /proc/self/status): pages of the file come and go, as the system likes.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from measure import as_path, machine

from firth.corpus.wordlist import WordList
from firth.vectors import WordVectors

#: Rows drawn at once.
_BLOCK = 100_000


def main() -> None:
    """Write the matrix if it is not there, ask, print."""
    options = parse()
    size = options.words * options.dim * 4
    if not options.file.exists() or options.file.stat().st_size != size:
        draw(options.file, options.words, options.dim)
    matrix = np.memmap(options.file, np.float32, "r", shape=(options.words, options.dim))
    names = pa.array(np.arange(options.words)).cast(pa.string())
    vectors = WordVectors(WordList(names, integers=True), matrix)
    began = own_memory()
    found: dict[str, Any] = {
        "machine": machine(),
        "matrix, GB": size / 1e9,
        "memory, GB": memory_total() / 1e9,
    }
    asked = np.random.default_rng(2).integers(0, options.words, 1000).tolist()
    for name, ask in (
        ("the first word", lambda: vectors.most_similar(asked[0])),
        ("another word", lambda: vectors.most_similar(asked[1])),
        ("1,000 words at once", lambda: vectors.most_similar_many(asked)),
    ):
        seconds, most = watched(ask)
        found[name] = {"seconds": round(seconds, 1), "own memory, MB": round((most - began) / 1e6)}
        print(name, found[name], flush=True)
    print(json.dumps(found, indent=2))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=as_path, help="where the matrix is, or is to be")
    parser.add_argument("--words", type=int, default=75_000_000)
    parser.add_argument("--dim", type=int, default=100)
    return parser.parse_args()


def draw(path: Path, words: int, dim: int) -> None:
    """Write random vectors."""
    generator = np.random.default_rng(1)
    with path.open("wb") as file:
        for start in range(0, words, _BLOCK):
            rows = min(_BLOCK, words - start)
            file.write(generator.standard_normal((rows, dim), np.float32).data)


def watched(ask: Callable[[], Any]) -> tuple[float, int]:
    """Return how long something took, and the most memory that the process held of its own."""
    most, done = [own_memory()], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            most[0] = max(most[0], own_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    try:
        ask()
    finally:
        seconds = time.perf_counter() - began
        done.set()
        watcher.join()
    return seconds, most[0]


def own_memory() -> int:
    """Return the bytes that are no pages of files."""
    return _figure(Path("/proc/self/status"), "RssAnon")


def memory_total() -> int:
    """Return the bytes of the machine."""
    return _figure(Path("/proc/meminfo"), "MemTotal")


def _figure(path: Path, name: str) -> int:
    lines = path.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))


if __name__ == "__main__":
    main()
