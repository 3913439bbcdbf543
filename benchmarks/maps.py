"""How long a map takes, and what it keeps: firth beside openTSNE alone, in one process.

    neighbors   firth's exact graph of 60 neighbours
    given       openTSNE's part when it is given this graph: affinities and layout
    map         `make_map` as a whole: neighbours, layout, clusters, names, what is kept
    own         with --own, openTSNE by itself: its own search (approximate), affinities, layout

The ratio is that of `map` to `given`: what a map costs beyond what openTSNE needs for the same
affinities. Both are of the same call, so that a busy machine cannot favour one of them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import firth
from firth.files.machine import available_cores
from firth.vectors.matrix import directions
from firth.view import layouts, maps


def main() -> None:
    """Measure, print and write results."""
    options = parse()
    vectors = firth.read_vectors(options.vectors) if options.foreign else open_(options.vectors)
    n = min(options.words, len(vectors))
    spent: dict[str, float] = {}
    layouts._graph = timed("neighbors", spent, layouts._graph)
    layouts._arranged = timed("given", spent, layouts._arranged)
    make = timed("map", spent, maps.make_map)
    found = make(vectors, "tsne", top=n)
    every = maps.kept_neighbors(vectors.matrix[:n], found.points, asked=n)
    drawn = {"words": n, "dim": vectors.dim, "cores": available_cores(), "seconds": spent}
    drawn |= {"ratio": spent["map"] / spent["given"], "kept": found.kept, "kept_of_all": every}
    flat = maps.make_map(vectors, "pca", top=n)
    drawn["kept_by_pca"] = flat.kept
    if options.own:
        points = timed("own", spent, own)(vectors.matrix[:n])
        drawn["kept_by_own"] = maps.kept_neighbors(vectors.matrix[:n], points)
    print(json.dumps(drawn, indent=1))
    options.output.write_text(json.dumps(drawn, indent=1) + "\n")


def open_(path: str) -> Any:
    """Return the vectors of a model."""
    return firth.load(path).vectors


def timed(name: str, spent: dict[str, float], work: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that does the same, and says how long it took."""

    def run(*given: Any, **named: Any) -> Any:
        start = time.perf_counter()
        result = work(*given, **named)
        spent[name] = round(time.perf_counter() - start, 3)
        print(f"{name:10} {spent[name]:8.1f} s", flush=True)
        return result

    return run


def own(matrix: NDArray[np.floating]) -> NDArray[np.float32]:
    """Lay out with openTSNE alone, as its documentation does it."""
    from openTSNE import TSNE

    rows = directions(matrix)
    how = TSNE(metric="cosine", n_jobs=available_cores(), random_state=0)
    return np.asarray(how.fit(rows), dtype=np.float32)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vectors", help="folder of a model, or with --foreign a file of vectors")
    parser.add_argument("--foreign", action="store_true")
    parser.add_argument("--words", type=int, default=80_000)
    parser.add_argument("--own", action="store_true", help="let openTSNE work alone too")
    parser.add_argument("--output", type=Path, default=Path("maps.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
