"""What `firth tune` finds beside the defaults, and whether it keeps to its time.

    clicks-thin …   logs and walks of corpora.py, a session a line
    shop            events as public logs of shops have them (RetailRocket's columns): a CSV file of
                    timestamp, visitorid, event and itemid, in the order of time, most visitors
                    with a single event and some with hundreds
    text:METRIC     the first million words of the Wikipedia sample, by an evaluation set

Each data set is tuned within ``--budget``; the table has the figure of the best settings and of the
defaults on users (or items) that nothing was chosen by.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from clicks import draw_sessions, make_shop
from corpora import DATASETS, prepare

import firth

#: Visits of a visitor: a power law, as that of most logs.
_VISITS = 1 / np.arange(1, 101) ** 2.2
_EVENTS = ("view", "addtocart", "transaction")


def main() -> None:
    """Tune, print a table, and write results."""
    options = parse()
    options.output.mkdir(parents=True, exist_ok=True)
    results = []
    for name in options.data:
        source, given = source_of(name, options.output)
        firth.train(source, epochs=1, output=None, **given)  # kernels are compiled, text is cached
        folder = options.output / f"tuned-{name.replace(':', '-').replace('/', '_')}"
        began = time.monotonic()
        found = firth.tune(
            source, budget=options.budget, metric=metric_of(name), output=folder,
            threads=options.threads, on_note=print, **given,
        )  # fmt: skip
        took = time.monotonic() - began
        final = found.final
        assert final is not None
        results.append({"data": name, "seconds": took, **found.to_dict()})
        difference = final.difference
        apart = "" if difference is None else f"{difference.low:+.4f} to {difference.high:+.4f}"
        print(
            f"{name}: {took:.1f} s of {options.budget}, {len(found.trials)} trials; "
            f"{found.measure} best {final.best.value:.4f}, defaults {final.defaults.value:.4f}, "
            f"difference {apart}; {found.changed}\n",
            flush=True,
        )
        (options.output / "tuning.json").write_text(json.dumps(results, indent=1))


def metric_of(name: str) -> str:
    """Return what a data set is judged by."""
    return name.partition(":")[2] or "next-item"


def source_of(name: str, scratch: Path) -> tuple[Any, dict[str, Any]]:
    """Return what is tuned on, and how it is read."""
    if name == "shop":
        return shop(scratch / "events.csv"), {
            "column": "itemid", "group_by": "visitorid", "order_by": "timestamp",
        }  # fmt: skip
    if name.startswith("text:"):
        name = "wiki-1m"
    return prepare(name, scratch) / "train.txt", {}


def shop(path: Path, n_clicks: int = 400_000, seed: int = 1) -> Path:
    """Write events of visitors, most of whom come once, in the order of time."""
    if path.exists():
        return path
    draw = np.random.default_rng([seed, 2])
    sessions = draw_sessions(make_shop(n_items=15_000, exponent=1.0), n_clicks, seed)
    lengths = np.diff(sessions.offsets)
    # Some only look at one thing: their sessions are cut.
    once = draw.random(len(lengths)) < 0.4
    kept = np.arange(len(sessions.items)) - np.repeat(sessions.offsets[:-1], lengths)
    here = (kept == 0) | ~np.repeat(once, lengths)
    visits = draw.choice(np.arange(1, 101), len(lengths), p=_VISITS / _VISITS.sum())
    visitor = np.repeat(np.arange(len(visits)), visits)[: len(lengths)]
    began = draw.integers(0, 10**9, len(lengths))
    when = np.repeat(began, lengths) + 30_000 * kept
    order = np.argsort(when[here], kind="stable")
    events = draw.choice(_EVENTS, int(here.sum()), p=(0.96, 0.03, 0.01))
    table = pa.table(
        {
            "timestamp": when[here][order],
            "visitorid": np.repeat(visitor, lengths)[here][order],
            "event": events,
            "itemid": sessions.items[here][order],
        }
    )
    pyarrow.csv.write_csv(table, path)
    return path


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    names = [name for name in DATASETS if name.startswith(("clicks", "walks"))]
    parser.add_argument("data", nargs="+", help=f"{', '.join(names)}, shop or text:FILE")
    parser.add_argument("--budget", default="2min")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
