"""How fast vectors go in and out: firth beside the programs whose formats they are.

::

    pip install 'firth[benchmark]' safetensors
    python benchmarks/formats.py --output results/ --words 1000000 --dim 300 --rounds 3

Vectors are random, words look like words. Each reading and each writing is a process of its own, in
turn; times are of the call alone, after the imports and, with firth, after its kernels have been
compiled and loaded. Files have been written just before: they come from memory, not from the disk.
Memory is what the largest resident set of the process, as the kernel counts it, grows by during the
call, in multiples of the matrix too; pages of mapped files count. firth waits until what it writes
is on the disk (fsync), so the others are made to wait too; with --output on a file system in memory
the disk is left out. The table has medians, and ratios of them.

One format is done after the other, and its files are removed: at 1,000,000 x 300 text
takes 3.5 GB for each program, fastText's model 4.8 GB, and no process more memory than 12 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from measure import as_path, machine, measure, write_json

#: Format → the name of its file, who else writes it, and who reads it where that is another.
FILES = {
    "firth": ("v", ""),
    "word2vec-binary": ("v.w2v", "gensim"),
    "word2vec-text": ("v.vec", "gensim"),
    "glove": ("v.glove", "gensim"),
    "fasttext": ("v.bin", "gensim", "fasttext"),
    "safetensors": ("v.safetensors", "safetensors"),
    "numpy": ("v.npy", "numpy"),
    "parquet": ("v.parquet", "pyarrow"),
}
#: Vectors asked for of a model of fastText, which are composed then, by firth as by fastText.
ASKED = 1000
#: What each does; fastText writes what it has trained only, so it reads firth's file.
ACTS = ("write", "read")
#: Rows of n-grams that a model of fastText has.
BUCKETS = 2_000_000


def main() -> None:
    """Measure in turn, then write formats.json and formats.md."""
    if len(sys.argv) > 2 and sys.argv[1] == "act":
        act(*sys.argv[2:6], int(sys.argv[6]), int(sys.argv[7]), Path(sys.argv[8]))
        return
    options = parse()
    options.output.mkdir(parents=True, exist_ok=True)
    runs: list[dict[str, Any]] = []
    for name in options.formats:
        for round_ in range(options.rounds):
            for what in ACTS:
                for program in filter(None, ("firth", peer(name, what))):
                    found = run(program, what, name, options)
                    runs.append({"round": round_, **found})
                    print(
                        f"{program} {what} {name}: {found['seconds']:.2f} s, "
                        f"{found['megabytes']:,.0f} MB",
                        file=sys.stderr,
                        flush=True,
                    )
        for path in options.output.glob(FILES[name][0] + "*"):
            remove(path)
        # What there is so far is kept if a later format does not end.
        write_json(
            options.output / "formats.json",
            {"machine": machine(), "words": options.words, "dim": options.dim, "runs": runs},
        )
    text = markdown(runs, options)
    (options.output / "formats.md").write_text(text, encoding="utf-8")
    print(text)


def peer(name: str, what: str) -> str:
    """Return who else reads or writes a format."""
    peers = FILES[name][1:]
    return peers[-1] if what == "read" else peers[0]


def remove(path: Path) -> None:
    """Remove a file, or a folder of vectors."""
    if path.is_dir():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    elif path.suffix not in (".json", ".md"):
        path.unlink()


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
    if program not in ("firth", "fasttext"):
        path += ".peer"
    if what == "write" and Path(path).exists():
        # A file that is replaced when the new one is whole would take other memory for it, which
        # the system may have to fetch first; one that is written over takes its own again.
        remove(Path(path))
    size = (str(options.words), str(options.dim))
    found = measure([sys.executable, __file__, "act", program, what, name, path, *size])
    return {
        "program": program,
        "act": what,
        "format": name,
        "seconds": found.report["seconds"],
        "megabytes": found.peak_megabytes - found.report["megabytes_before"],
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
    matrix = draw.standard_normal((words, dim), dtype=np.float32)
    matrix *= 0.1  # in place: what is in memory for a moment would count
    return names, matrix


def act(program: str, what: str, name: str, path: str, words: int, dim: int, report: Path) -> None:
    """Do one thing, and report how long it took, and how large the process was before."""
    made = vectors(words, dim) if what == "write" else vectors(8, 8)
    call = PROGRAMS[program](what, name, path, *made)
    before, start = peak_megabytes(), time.perf_counter()
    kept = call()
    if what == "write" and program != "firth":
        for file in Path(path).parent.glob(Path(path).name + "*"):
            sync(file)
    seconds = time.perf_counter() - start
    del kept
    report.write_text(
        json.dumps({"seconds": seconds, "megabytes_before": before}), encoding="utf-8"
    )


def sync(path: Path) -> None:
    """Wait until a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def peak_megabytes() -> float:
    """Return the largest resident set of this process so far."""
    import resource

    unit = 1e6 if sys.platform == "darwin" else 1e3  # macOS counts bytes, Linux kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def with_firth(what: str, name: str, path: str, words: list[str], matrix: Any) -> Callable[[], Any]:
    """Read or write with firth."""
    import tempfile

    import numpy as np

    from firth import WordVectors, read_vectors
    from firth.corpus.wordlist import WordList
    from firth.formats.contents import Contents, NGrams
    from firth.formats.writing import write_contents

    with tempfile.TemporaryDirectory() as folder:  # kernels are compiled once
        small = Path(folder) / FILES[name][0]
        eye = np.eye(2, dtype=np.float32)
        some = NGrams(eye, 3, 6, 2) if name == "fasttext" else None
        write_contents(small, Contents(WordList.of(["a", "bcd"]), eye, ngrams=some), format=name)
        read_vectors(small)
        WordVectors(["a", "b"], eye).most_similar("a")
    if what == "read" and name == "fasttext":
        return lambda: read_vectors(path)[words[:ASKED]]
    if what == "read":
        return lambda: read_vectors(path)
    ngrams = None
    if name == "fasttext":
        buckets = np.zeros((BUCKETS, matrix.shape[1]), np.float32)
        ngrams = NGrams(buckets, 3, 6, len(buckets))
    contents = Contents(WordList.of(words), matrix, ngrams=ngrams)
    return lambda: write_contents(path, contents, format=name)


def with_gensim(
    what: str, name: str, path: str, words: list[str], matrix: Any
) -> Callable[[], Any]:
    """Read or write with gensim."""
    from gensim.models import KeyedVectors

    if name == "fasttext":
        return with_gensims_fasttext(path, words, matrix)
    binary, header = name == "word2vec-binary", name != "glove"
    if what == "read":
        return lambda: KeyedVectors.load_word2vec_format(path, binary=binary, no_header=not header)
    keyed = KeyedVectors(matrix.shape[1])
    keyed.index_to_key, keyed.vectors = words, matrix  # add_vectors would copy the matrix
    keyed.key_to_index = {word: row for row, word in enumerate(words)}
    return lambda: keyed.save_word2vec_format(path, binary=binary, write_header=header)


def with_gensims_fasttext(path: str, words: list[str], matrix: Any) -> Callable[[], Any]:
    """Write a model of fastText with gensim, of the same parts as firth's; none is trained."""
    import numpy as np
    from gensim.models.fasttext import FastText, save_facebook_model

    model = FastText(vector_size=matrix.shape[1], bucket=BUCKETS, min_n=3, max_n=6)
    model.wv.index_to_key = words
    model.wv.key_to_index = {word: row for row, word in enumerate(words)}
    model.wv.expandos["count"] = np.ones(len(words), np.int64)
    model.wv.vectors_vocab, model.syn1neg = matrix, np.zeros_like(matrix)
    model.wv.vectors_ngrams = np.zeros((BUCKETS, matrix.shape[1]), np.float32)
    model.corpus_total_words = len(words)
    return lambda: save_facebook_model(model, path)


def with_fasttext(
    what: str, name: str, path: str, words: list[str], matrix: Any
) -> Callable[[], Any]:
    """Read with fastText."""
    import fasttext

    def read() -> Any:
        model = fasttext.load_model(path)
        return [model.get_word_vector(word) for word in words[:ASKED]]

    return read


def with_numpy(what: str, name: str, path: str, words: list[str], matrix: Any) -> Callable[[], Any]:
    """Read or write an array, and the words beside it."""
    import numpy as np

    beside = Path(path + ".txt")

    def read() -> Any:
        return beside.read_text(encoding="utf-8").split("\n"), np.load(path + ".npy")

    def write() -> None:
        beside.write_text("\n".join(words), encoding="utf-8")
        np.save(path + ".npy", matrix)

    return read if what == "read" else write


def with_safetensors(
    what: str, name: str, path: str, words: list[str], matrix: Any
) -> Callable[[], Any]:
    """Read or write with the library of Hugging Face; words as one tensor of bytes."""
    import numpy as np
    from safetensors.numpy import load_file, save_file

    def read() -> Any:
        tensors = load_file(path)
        return bytes(tensors["words"]).decode().split("\n"), tensors["vectors"]

    def write() -> None:
        text = np.frombuffer("\n".join(words).encode(), np.uint8)
        save_file({"vectors": matrix, "words": text}, path)

    return read if what == "read" else write


def with_pyarrow(
    what: str, name: str, path: str, words: list[str], matrix: Any
) -> Callable[[], Any]:
    """Read or write Parquet with Arrow alone."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def read() -> Any:
        table = pq.read_table(path)
        column = table["vector"].combine_chunks()
        return table["word"].to_pylist(), column.flatten().to_numpy().reshape(len(table), -1)

    def write() -> None:
        lists = pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])
        pq.write_table(pa.table({"word": words, "vector": lists}), path)

    return read if what == "read" else write


PROGRAMS = {
    "firth": with_firth,
    "gensim": with_gensim,
    "fasttext": with_fasttext,
    "numpy": with_numpy,
    "safetensors": with_safetensors,
    "pyarrow": with_pyarrow,
}


def markdown(runs: list[dict[str, Any]], options: argparse.Namespace) -> str:
    """Write a table of medians and ratios."""

    def middle(program: str, what: str, name: str, key: str) -> float | None:
        found = [
            r[key] for r in runs if (r["program"], r["act"], r["format"]) == (program, what, name)
        ]
        return median(found) if found else None

    matrix = options.words * options.dim * 4 / 1e6
    lines = [
        f"{options.words:,} words x {options.dim} ({matrix:,.0f} MB), {machine()['processor']}, "
        f"{machine()['cores']} cores, medians of {options.rounds}; memory beyond what is there "
        "before the call:",
        "",
        "| format | act | firth, s | peer, s | ratio | memory of firth, MB | of the matrix | "
        "of the peer |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in options.formats:
        for what in ("read", "write"):
            other = peer(name, what)
            ours, used = (middle("firth", what, name, key) for key in ("seconds", "megabytes"))
            theirs, its = (middle(other, what, name, key) for key in ("seconds", "megabytes"))
            if ours is None or used is None:
                continue
            beside = f"{other} {theirs:.2f} | {theirs / ours:.1f}" if theirs is not None else " | "
            lines.append(
                f"| {name} | {what} | {ours:.2f} | {beside} | {used:,.0f} | {used / matrix:.2f} | "
                + (f"{its / matrix:.2f} |" if its is not None else "|")
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
