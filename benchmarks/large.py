"""Texts larger than one thinks: time and memory of a word, and what is left open.

::

    python benchmarks/large.py --scratch /large/disk --json large.json
    python benchmarks/large.py --scratch /large/disk --words 20 --files 1000 --vocabulary 500000 \
        --gigabytes 0.5

Made up, the same each time, written file by file: `--words` million words of a vocabulary of
`--vocabulary`, each as frequent as its rank says (Zipf 1), in `--files` files; and one file of
`--gigabytes`. Each is trained on once, and a quarter and a half of it too, each in a process of its
own. A row says what reading (counting and numbering) and training took for a million words, in
seconds and in processor seconds (which a busy machine changes less), the peak of memory, and how
many file handles and threads there are more than before. What was made is removed at the end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from measure import as_path, machine, measure, write_json

LINE = 20
#: Words that are drawn together, of the one file; a multiple of a line.
BLOCK = 1_000_000
#: What the one file and its numbered form take of a disk, in bytes of the file.
ON_DISK = 2.0


def main() -> None:
    """Make the texts, train on them, print the table."""
    options = parse()
    if options.trial:
        trial(json.loads(options.trial[0]), options.trial[1])
        return
    options.scratch.mkdir(parents=True, exist_ok=True)
    wanted = options.gigabytes * 1e9 * ON_DISK + options.words * 1e6 * 12
    free = shutil.disk_usage(options.scratch).free
    if wanted > 0.8 * free:
        sys.exit(f"{wanted / 1e9:,.0f} GB are wanted, {free / 1e9:,.0f} are free: ask for less")
    rows: list[dict[str, Any]] = []
    for kind, make in (("files", make_files), ("one file", make_one)):
        paths = make(options)
        for part in (0.25, 0.5, 1.0):
            row = one(kind, paths, part, options)
            rows.append(row)
            print(json.dumps(row), file=sys.stderr, flush=True)
            if options.json:
                write_json(options.json, {"machine": machine(), "rows": rows})
        for path in paths:
            path.unlink()
    print(markdown(rows))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    say = parser.add_argument
    say("--scratch", type=as_path, default=Path("large"), help="folder for the texts")
    say("--json", type=as_path, help="write all rows to this file too")
    say("--words", type=float, default=200, help="million words of the many files")
    say("--files", type=int, default=10_000)
    say("--vocabulary", type=int, default=5_000_000)
    say("--gigabytes", type=float, default=20, help="of the one file")
    say("--dim", type=int, default=32)
    say("--threads", type=int, default=2)
    say("--trial", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def lines(words: pa.Array, n: int, seed: int) -> str:
    """Draw n words, word k in proportion to 1/k, in lines."""
    random = np.random.default_rng(seed).random(n)
    ids = np.minimum(len(words) ** random, len(words)).astype(np.int64) - 1
    starts = np.append(np.arange(0, n, LINE), n).astype(np.int32)
    drawn = pa.ListArray.from_arrays(starts, words.take(pa.array(ids)))
    return "\n".join(pc.binary_join(drawn, " ").to_pylist()) + "\n"


def names(n: int) -> pa.Array:
    """Name n words."""
    return pc.binary_join_element_wise("w", pa.array(range(n)).cast(pa.string()), "")


def make_files(options: argparse.Namespace) -> list[Path]:
    """Write the many files."""
    words, each = names(options.vocabulary), round(options.words * 1e6 / options.files)
    paths = [options.scratch / f"part{number:05}.txt" for number in range(options.files)]
    for number, path in enumerate(paths):
        path.write_text(lines(words, each, number), encoding="utf-8")
    return paths


def make_one(options: argparse.Namespace) -> list[Path]:
    """Write the one file, of a vocabulary of 100,000, block by block."""
    words, path, block = names(100_000), options.scratch / "one.txt", 0
    with path.open("w", encoding="utf-8") as file:
        while file.tell() < options.gigabytes * 1e9:
            file.write(lines(words, BLOCK, block))
            block += 1
    return [path]


def one(kind: str, paths: list[Path], part: float, options: argparse.Namespace) -> dict[str, Any]:
    """Train on the first part of a text, in a process of its own."""
    several = len(paths) > 1
    some = paths[: max(1, round(part * len(paths)))]
    cut = options.scratch / "cut.txt"
    if not several and part < 1:
        with paths[0].open("rb") as whole, cut.open("wb") as copy:
            left = round(part * paths[0].stat().st_size)
            while left > 0 and (piece := whole.read(min(left, 1 << 24))):
                left -= copy.write(piece)
        some = [cut]
    listed = options.scratch / "listed.json"
    listed.write_text(json.dumps([str(path) for path in some]), encoding="utf-8")
    specification = {"listed": str(listed), "dim": options.dim, "threads": options.threads}
    command = [sys.executable, __file__, "--scratch", str(options.scratch), "--trial"]
    measured = measure([*command, json.dumps(specification)])
    size = sum(path.stat().st_size for path in some)
    cut.unlink(missing_ok=True)
    listed.unlink()
    own = {"kind": kind, "files": len(some), "megabytes": round(size / 1e6)}
    return {**own, **measured.report, "peak": round(measured.peak_megabytes)}


def trial(specification: dict[str, Any], report: str) -> None:
    """Read and train once; write times, and what is left open."""
    import firth

    paths = json.loads(Path(specification["listed"]).read_text(encoding="utf-8"))
    given = {"dim": specification["dim"], "threads": specification["threads"], "epochs": 1}
    quick = {"min_count": 1, "sample": 0.0, "cache": False, "progress": False}
    firth.train(
        iter([["a", "b"] * 20] * 20), **given, **quick
    )  # compiles, and opens what stays open
    before = opened()
    start, used = time.perf_counter(), time.process_time()
    with firth.encode(paths, min_count=1, cache=False, progress=False) as corpus:
        read, read_used = time.perf_counter() - start, time.process_time() - used
        model = firth.train(corpus, min_count=1, progress=False, **given)
        trained = time.perf_counter() - start - read
        train_used = time.process_time() - used - read_used
        words, vocabulary = corpus.n_raw_tokens, len(model.vectors)
    del model, corpus
    after = opened()
    found = {
        "words": words,
        "vocabulary": vocabulary,
        "read": read / words * 1e6,
        "train": trained / words * 1e6,
        "read_used": read_used / words * 1e6,
        "train_used": train_used / words * 1e6,
        "handles": after[0] - before[0],
        "threads": after[1] - before[1],
    }
    Path(report).write_text(json.dumps(found), encoding="utf-8")


def opened() -> tuple[int, int]:
    """Count this process's open files (0 where /proc is missing) and its threads."""
    handles = Path("/proc/self/fd")
    return len(list(handles.iterdir())) if handles.exists() else 0, len(threading.enumerate())


def markdown(rows: list[dict[str, Any]]) -> str:
    """Lay out the table."""
    head = [
        "text", "files", "MB", "million words", "vocabulary", "reading, s a million words",
        "training", "reading, processor s", "training, processor s", "peak memory, MB",
        "handles left", "threads left",
    ]  # fmt: skip
    table = [head, ["---"] + ["---:"] * (len(head) - 1)]
    for row in rows:
        table.append(
            [
                row["kind"],
                f"{row['files']:,}",
                f"{row['megabytes']:,}",
                f"{row['words'] / 1e6:,.1f}",
                f"{row['vocabulary']:,}",
                f"{row['read']:.2f}",
                f"{row['train']:.2f}",
                f"{row['read_used']:.2f}",
                f"{row['train_used']:.2f}",
                f"{row['peak']:,}",
                str(row["handles"]),
                str(row["threads"]),
            ]
        )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in table)


if __name__ == "__main__":
    main()
