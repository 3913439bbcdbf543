"""The files that pages speak of: each is made when a command of a page first names it."""

from __future__ import annotations

import gzip
import lzma
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from firth.corpus import sample_paths
from helpers import programs


@cache
def _novels() -> str:
    """Return a part of the sample texts, with all that they say of queens."""
    texts = [lzma.decompress(path.read_bytes()).decode() for path in sample_paths()]
    queens = [line for text in texts for line in text.splitlines() if "queen" in line]
    return "\n".join([*(text[:300_000] for text in texts), *queens])


def _text(begin: int, end: int | None = None) -> Callable[[Path], object]:
    return lambda path: path.write_text(_novels()[begin:end], encoding="utf-8")


def _lines(*lines: str) -> Callable[[Path], object]:
    return lambda path: path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "samples.txt").write_text(_novels().lower(), encoding="utf-8")


def _model(path: Path) -> None:
    import firth

    lines = [line.split() for line in _novels().lower().splitlines()]
    firth.train(lines, output=path, epochs=1, min_count=2, threads=1, progress=False)


def _converted(path: Path) -> None:
    """Write vectors as the program does whose file this is."""
    whole = path.with_name(path.name.removesuffix(".gz"))
    there = path.with_name("vectors")
    if not there.exists():
        _model(there)
    run = "import sys, firth.cli; sys.exit(firth.cli.main())"
    subprocess.run([sys.executable, "-c", run, "convert", str(there), str(whole)], check=True)
    if whole != path:
        path.write_bytes(gzip.compress(whole.read_bytes(), 1))
        whole.unlink()


def _clicks(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [(i % 50, i, f"item{i * i % 29}") for i in range(2_000)]
    session, time, item = zip(*rows, strict=True)
    pq.write_table(pa.table({"session": session, "time": time, "item": item}), path)


_SLIP = programs.LOOPS.replace("outsideVectors.T @ error", "error")

#: How each is made, by its name on pages.
FILES: dict[str, Callable[[Path], object]] = {
    "text": _folder,
    "text.txt": _text(0, 100_000),
    "novels.txt": _text(0, 100_000),
    "other.txt": _text(200_000, 220_000),
    "lines.txt": _text(0, 2_000),
    "1990.txt": _text(0, 100_000),
    "2020.txt": _text(200_000, 300_000),
    "texts.gz": lambda path: path.write_bytes(gzip.compress(_novels()[:2_000].encode())),
    "reviews.csv": _lines("stars,text", "5,a very fine house", "1,there was no letter"),
    "clicks.parquet": _clicks,
    "chinese.txt": _lines(*["我喜欢可爱的猫和狗"] * 20),
    "japanese.txt": _lines(*["私は可愛い猫と犬が好きです。"] * 20),
    "thai.txt": _lines(*["ฉันรักแมวและสุนัข"] * 20),
    "wordsim353.tsv": _lines("king\tlord\t8", "man\twoman\t7", "day\tnight\t6", "house\tsea\t1"),
    "questions-words.txt": _lines(
        ": family", "father mother son daughter", "man woman son daughter"
    ),
    "vectors": _model,
    "model": _model,
    "model.vec": _converted,
    "glove.6B.100d.txt": _converted,
    "crawl-300d-2M.vec": _converted,
    "GoogleNews-vectors-negative300.bin.gz": _converted,
    "word2vec.py": _lines(_SLIP.partition("def sgd")[0]),
    "sgd.py": _lines("import numpy as np\n\n\ndef sgd" + programs.LOOPS.partition("def sgd")[2]),
}


def provide(folder: Path, words: list[str]) -> None:
    """Make what a command reads, unless it is there; what it writes stays its own."""
    for before, word in zip(["", *words], words, strict=False):
        name = word.rstrip("/")
        if name in FILES and before != "--output" and not (folder / name).exists():
            FILES[name](folder / name)
