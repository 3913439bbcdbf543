"""What each way of ``docs/learn/from-numpy-to-the-kernel.md`` takes for one batch.

The code of the page itself is timed, on a batch of the classic run's size::

    python benchmarks/ways.py

20,000 words, 10 dimensions, 130 pairs of 11 rows. The squeezed kernel and the engine draw their own
windows and noise, and so have other numbers of pairs; their times are given for 130.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import firth
from firth.recipes.cs224n import run_classic
from firth.recipes.treebank import Treebank

PAGE = Path(__file__).parents[1] / "docs" / "learn" / "from-numpy-to-the-kernel.md"
WORDS, DIM, PAIRS, NOISE = 20_000, 10, 130, 10
LENGTH, WINDOW = 20, 5  # of the engine's sentences and windows


def page() -> dict[str, Any]:
    """Return what the page's blocks define."""
    namespace: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S):
        if ">>>" not in block:
            exec(block, namespace)
    return namespace


def quickest(step: Callable[[], object], seconds: float = 2.0) -> float:
    """Return the least time of a call in seconds: five calls or more."""
    step()  # compiles
    times: list[float] = []
    while len(times) < 5 or sum(times) < seconds:
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    return min(times)


def sentences(count: int) -> list[list[str]]:
    """Return sentences of words with Zipf's frequencies."""
    rng = np.random.default_rng(0)
    shares = 1 / np.arange(1, WORDS + 1)
    ids = rng.choice(WORDS, (count, LENGTH), p=shares / shares.sum())
    return [[f"w{i}" for i in row] for row in ids]


def squeezed() -> float:
    """Return the classic kernel's time for 130 pairs, with drawing."""
    treebank = Treebank.from_sentences(sentences(6_000))
    runs = [run_classic(treebank, iterations=2_000) for _ in range(5)]
    assert runs[0].floors is not None
    return min(run.seconds for run in runs) / 2_000 / (50 * runs[0].floors.pairs) * PAIRS


def engine() -> float:
    """Return the engine's time for 130 pairs, with drawing and updates, one thread."""
    text = sentences(100_000)
    model = firth.train(
        text, dim=DIM, negative=NOISE, window=WINDOW, pool_size=32, threads=1, epochs=2,
        min_count=1, sample=0, progress=False,
    )  # fmt: skip
    reach = np.arange(1, WINDOW + 1)[:, None]
    place = np.arange(LENGTH)
    pairs = np.minimum(place, reach) + np.minimum(LENGTH - 1 - place, reach)
    speed = model.history["words_per_second"].to_pylist()[-1]  # the first compiles
    return PAIRS / (speed * float(pairs.mean()))


def main() -> None:
    """Print the table."""
    shown = page()
    rows = []
    for number, name in enumerate(("step_by_pairs", "step_by_blocks", "step_by_loops"), start=1):
        problem = shown["problem"](WORDS, DIM, PAIRS, NOISE)
        rows.append((f"{number}. {name}", quickest(lambda p=problem, s=shown[name]: s(*p, 0.1))))
    rows += [("3. squeezed, with drawing", squeezed()), ("4. the engine, with drawing", engine())]
    for name, seconds in rows:
        print(f"| {name} | {1e6 * seconds:,.0f} µs | {rows[0][1] / seconds:,.0f} |")


if __name__ == "__main__":
    main()
