"""What ``docs/learn/in-thirty-lines.md`` says of its program: how fast it is, what it finds.

::

    python benchmarks/thirty.py          # half a minute

The text is the first half of *Emma*, from the novels that come with firth; `firth train` has all of
them. Uniform noise is the third of the page's errors.
"""

from __future__ import annotations

import lzma
import re
import time
from pathlib import Path
from typing import Any

import numpy as np

import firth
from firth.corpus import sample_paths

PROGRAM = Path(__file__).parents[1] / "docs" / "learn" / "skipgram.py"
NOISE = re.compile(r"noise = .*")
UNIFORM = "noise = rng.integers(len(counts), size=K * len(outside))"
HALF, EPOCHS = 80_000, 5
ASKED = ("sister", "letter")


def novels() -> list[str]:
    """Return the words of the novels, *Emma* first."""
    path = next(path for path in sample_paths() if path.name.startswith("austen"))
    words = lzma.decompress(path.read_bytes()).decode("utf-8").split()
    return words[words.index("emma") :]


def functions(*, uniform: bool) -> dict[str, Any]:
    """Return the program's functions, right or with uniform noise; both matrices are returned."""
    code = PROGRAM.read_text(encoding="utf-8").replace("return V\n", "return V, U\n")
    namespace: dict[str, Any] = {"__name__": "skipgram"}
    exec(NOISE.sub(UNIFORM, code) if uniform else code, namespace)
    return namespace


def learnt(text: list[str], *, uniform: bool) -> tuple[dict[str, str], float]:
    """Return figures of what the program learns, by name, and the seconds that it took."""
    program = functions(uniform=uniform)
    began = time.perf_counter()
    words, counts, ids = program["read"](" ".join(text))
    V, U = program["train"](ids, counts, epochs=EPOCHS)
    seconds = time.perf_counter() - began
    frequent = np.argsort(-counts)[:100]
    unit = V / np.linalg.norm(V, axis=1, keepdims=True)
    figures = {
        "mean cosine of two words": f"{np.mean(unit @ unit.T):.2f}",
        "mean score of the 100 most frequent words": f"{np.mean(V @ U[frequent].T):.1f}",
    }
    for word in ASKED:
        nearest = np.argsort(-(unit @ unit[words.index(word)]))[1:6]
        figures[word] = " ".join(words[i] for i in nearest)
    return figures, seconds


def main() -> None:
    """Print each figure under a name."""
    text = novels()
    half = text[:HALF]
    print(f"share of *the* that stays: {(1e-3 * HALF / half.count('the')) ** 0.5:.0%}")
    taken = []
    for uniform in (False, True):
        figures, seconds = learnt(half, uniform=uniform)
        taken.append(seconds)
        print(f"uniform noise: {uniform}; {seconds:.0f} seconds")
        for name, figure in figures.items():
            print(f"  {name}: {figure}")
    speed = EPOCHS * HALF / taken[0]
    model = firth.train(
        [text[i : i + 1000] for i in range(0, len(text), 1000)],
        dim=50, window=5, negative=5, epochs=EPOCHS, sample=1e-3, threads=1, progress=False,
    )  # fmt: skip
    theirs = max(model.history["words_per_second"].to_pylist())
    print(f"words a second: {speed:,.0f}; of firth, one thread: {theirs:,.0f}")
    print(f"times as fast: {theirs / speed:.0f}")


if __name__ == "__main__":
    main()
