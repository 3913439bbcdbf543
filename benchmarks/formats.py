"""How fast vectors go in and out: firth beside the programs whose formats they are.

::

    pip install 'firth[benchmark]'
    python benchmarks/formats.py --output results/ --words 1000000 --dim 300 --rounds 3

Vectors are random, words look like words. Each reading and each writing is a process of its own, in
turn; times are of the call alone, after the imports and, with firth, after its kernels have been
compiled and loaded. Files have been read once before: they come from memory, not from the disk.
Memory is the peak of the whole process, less what it is without the call: for reading also in
multiples of the matrix. The table has medians, and ratios of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from measure import as_path, machine, measure, write_json

#: Format → the name of its file, and who else reads and writes it.
FILES = {
    "firth": ("v", ""),
    "word2vec-binary": ("v.w2v", "gensim"),
    "word2vec-text": ("v.vec", "gensim"),
    "glove": ("v.glove", "gensim"),
    "fasttext": ("v.bin", "fasttext"),
    "numpy": ("v.npy", ""),
    "parquet": ("v.parquet", ""),
}
ACTS = ("write", "read")


def main() -> None:
    """Measure in turn, then write formats.json and formats.md."""
    if len(sys.argv) > 2 and sys.argv[1] == "act":
        act(*sys.argv[2:6], int(sys.argv[6]), int(sys.argv[7]), Path(sys.argv[8]))
        return
    options = parse()
    options.output.mkdir(parents=True, exist_ok=True)
    runs: list[dict[str, Any]] = []
    for round_ in range(options.rounds):
        for name in options.formats:
            for program in filter(None, ("firth", FILES[name][1])):
                if program == "fasttext":
                    acts: tuple[str, ...] = ("read",)  # it writes what it has trained only
                else:
                    acts = ACTS
                for what in ("nothing", *acts):
                    found = run(program, what, name, options)
                    runs.append({"round": round_, **found})
                    print(
                        f"{program} {what} {name}: {found['seconds']:.2f} s, "
                        f"{found['megabytes']:,.0f} MB",
                        file=sys.stderr,
                        flush=True,
                    )
    write_json(
        options.output / "formats.json",
        {"machine": machine(), "words": options.words, "dim": options.dim, "runs": runs},
    )
    text = markdown(runs, options)
    (options.output / "formats.md").write_text(text, encoding="utf-8")
    print(text)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    say = parser.add_argument
    say("--output", type=as_path, required=True, help="folder for files and results")
    say("--words", type=int, default=1_000_000)
    say("--dim", type=int, default=300)
    say("--rounds", type=int, default=3)
    say("--formats", type=lambda text: text.split(","), default=list(FILES))
    return parser.parse_args()


def run(program: str, what: str, name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Run one reading or writing as a process of its own."""
    path = str(options.output / FILES[name][0])
    if what == "read" and program != "firth" and name != "fasttext":
        path += ".peer"
    if what == "write" and program != "firth":
        path += ".peer"
    size = (str(options.words), str(options.dim))
    found = measure([sys.executable, __file__, "act", program, what, name, path, *size])
    return {
        "program": program,
        "act": what,
        "format": name,
        "seconds": found.report["seconds"],
        "megabytes": found.peak_megabytes,
        "matrix_megabytes": options.words * options.dim * 4 / 1e6,
    }


def vectors(words: int, dim: int) -> tuple[list[str], Any]:
    """Make words of 1 to 14 letters, all different, and a matrix."""
    import numpy as np

    draw = np.random.default_rng(0)
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    lengths = np.clip(draw.gamma(4, 1.6, words).astype(int), 1, 14)
    text = "".join(letters[draw.zipf(1.3, int(lengths.sum())) % 26])
    ends = np.cumsum(lengths).tolist()
    names = [
        f"{text[end - size : end]}{number}"
        for number, (end, size) in enumerate(zip(ends, lengths.tolist(), strict=True))
    ]
    return names, draw.standard_normal((words, dim), dtype=np.float32) / 10


def act(program: str, what: str, name: str, path: str, words: int, dim: int, report: Path) -> None:
    """Do one thing, and report how long it took."""
    made = vectors(words, dim) if what == "write" else vectors(8, 8)
    function = {"firth": with_firth, "gensim": with_gensim, "fasttext": with_fasttext}[program]
    seconds = function(what, name, path, *made)
    report.write_text(json.dumps({"seconds": seconds}), encoding="utf-8")


def with_firth(what: str, name: str, path: str, words: list[str], matrix: Any) -> float:
    """Read or write with firth."""
    import tempfile

    import numpy as np

    from firth import WordVectors, read_vectors
    from firth.corpus.wordlist import WordList
    from firth.formats.contents import Contents, NGrams
    from firth.formats.writing import write_contents

    with tempfile.TemporaryDirectory() as folder:  # kernels are compiled once
        small = Path(folder) / FILES[name][0]
        WordVectors(["a", "b"], np.eye(2, dtype=np.float32)).save(small, format=name)
        read_vectors(small)
    start = time.perf_counter()
    if what == "read":
        read_vectors(path)
    elif what == "write":
        ngrams = None
        if name == "fasttext":
            buckets = np.zeros((2_000_000, matrix.shape[1]), np.float32)
            ngrams = NGrams(buckets, 3, 6, len(buckets))
        contents = Contents(WordList.of(words), matrix, ngrams=ngrams)
        start = time.perf_counter()
        write_contents(path, contents, format=name)
    return time.perf_counter() - start


def with_gensim(what: str, name: str, path: str, words: list[str], matrix: Any) -> float:
    """Read or write with gensim."""
    from gensim.models import KeyedVectors

    options = {"binary": name == "word2vec-binary"}
    if what == "write":
        keyed = KeyedVectors(matrix.shape[1])
        keyed.add_vectors(words, matrix)
    start = time.perf_counter()
    if what == "read":
        KeyedVectors.load_word2vec_format(path, no_header=name == "glove", **options)
    elif what == "write":
        keyed.save_word2vec_format(path, write_header=name != "glove", **options)
    return time.perf_counter() - start


def with_fasttext(what: str, name: str, path: str, words: list[str], matrix: Any) -> float:
    """Read with fastText."""
    import fasttext

    start = time.perf_counter()
    if what == "read":
        fasttext.load_model(path)
    return time.perf_counter() - start


def markdown(runs: list[dict[str, Any]], options: argparse.Namespace) -> str:
    """Write a table of medians and ratios."""

    def middle(program: str, what: str, name: str, key: str) -> float | None:
        found = [
            r[key] for r in runs if (r["program"], r["act"], r["format"]) == (program, what, name)
        ]
        return median(found) if found else None

    lines = [
        f"{options.words:,} words x {options.dim}, {machine()['processor']}, medians of "
        f"{options.rounds}:",
        "",
        "| format | act | firth, s | peer, s | ratio | memory of firth, MB | of the matrix |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in options.formats:
        for what in ("read", "write"):
            ours = middle("firth", what, name, "seconds")
            peer = middle(FILES[name][1], what, name, "seconds") if FILES[name][1] else None
            used = middle("firth", what, name, "megabytes")
            idle = middle("firth", "nothing", name, "megabytes")
            if ours is None or used is None or idle is None:
                continue
            matrix = options.words * options.dim * 4 / 1e6
            lines.append(
                f"| {name} | {what} | {ours:.2f} | "
                + (f"{FILES[name][1]} {peer:.2f} | {peer / ours:.1f}" if peer else "| ")
                + f" | {used - idle:,.0f} | {(used - idle) / matrix:.2f} |"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
