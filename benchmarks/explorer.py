"""How fast the explorer is in a browser without a GPU: from a file, and served.

    first    from asking for the page to its first picture
    frame    zooming by a tenth and drawing again
    near     the ten nearest words of one word, by all dimensions

::

    pip install 'firth[browser]'        # and apt-get install chromium
    python benchmarks/explorer.py vectors --words 50000 200000

GPU and WebGL are switched off. Each number of words is measured from a file and served, each time
in a new browser; figures are medians. Words beyond those of the model are its own again, moved a
little, so that any model gives any number.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import firth
from firth import WordVectors
from firth.view.explorer import Server, Shown, save_page
from firth.view.explorer.packing import packed

_FLAGS = ["--disable-gpu", "--disable-software-rasterizer", "--disable-webgl", "--no-sandbox"]
_MEASURE = """() => {
    const pane = firth.panes[0], frame = [], near = [];
    for (let i = 0; i < 31; i++) {
        pane.zoomBy(i % 2 ? 1.1 : 1 / 1.1); pane.frameNow(); frame.push(pane.cost);
    }
    for (let i = 0; i < 15; i++) {
        const start = performance.now();
        firth.table.neighbours(i * 997, 10); near.push(performance.now() - start);
    }
    return { frame, near };
}"""


def main() -> None:
    """Measure, print and write results."""
    options = parse()
    vectors = firth.read_vectors(options.vectors) if options.foreign else open_(options.vectors)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for n in options.words:
            shown = Shown.of(stretched(vectors, n), name="words", top=n)
            page = Path(folder) / "page.html"
            save_page(page, shown)
            size = page.stat().st_size / 1e6
            for way, place in (("file", as_file(page)), ("served", as_served(shown))):
                with place as address:
                    times = [visit(address) for _ in range(options.rounds)]
                found = {key: statistics.median(one[key] for one in times) for key in times[0]}
                results.append({"words": n, "way": way, "megabytes": round(size, 2), **found})
                print(results[-1], flush=True)
    options.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def open_(path: str) -> Any:
    """Return the vectors of a model."""
    return firth.load(path).vectors


def stretched(vectors: Any, n: int) -> WordVectors:
    """Return the first n vectors; if there are fewer, with moved copies of them behind."""
    have = min(n, len(vectors))
    words = list(map(str, vectors.words[:have]))
    parts = [np.array(vectors.matrix[:have], np.float32)]
    draw = np.random.default_rng(1)
    while len(words) < n:
        some = parts[0][: n - len(words)]
        parts.append(some + draw.normal(0, 0.1 * some.std(), some.shape).astype(np.float32))
        words += [f"{word}~{len(parts)}" for word in words[: len(some)]]
    return WordVectors(words, np.concatenate(parts))


@contextmanager
def as_file(page: Path) -> Iterator[str]:
    """Give the address of a file."""
    yield page.as_uri()


@contextmanager
def as_served(shown: Shown) -> Iterator[str]:
    """Serve a page meanwhile."""
    server = Server(packed(shown))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def visit(address: str) -> dict[str, float]:
    """Open a page in a new browser; return seconds, and milliseconds of frames and answers."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        start = time.perf_counter()
        page.goto(address)
        page.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
        first = time.perf_counter() - start
        took = page.evaluate(_MEASURE)
        browser.close()
    found = {key: round(statistics.median(took[key]), 1) for key in ("frame", "near")}
    return {"first": round(first, 2), **found}


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("vectors", help="folder of a model, or with --foreign a file of vectors")
    parser.add_argument("--foreign", action="store_true")
    parser.add_argument("--words", type=int, nargs="+", default=[50_000, 200_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("explorer.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
