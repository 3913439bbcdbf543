"""How long many models take: `firth stability` beside gensim, and a comparison of two models.

    stability   so many runs of one epoch on bootstrap samples, with neighbours of 12,000 words, and
                the report; from the text on
    gensim      so many runs of one epoch, training alone, from its own file of sentences
    compare     two models aligned, the words that moved most with their neighbours, changed pairs
    contexts    sentences and companions of a frequent, a usual and a rare word, once the text is
                encoded

``--prefix`` takes the first words of the text only.
"""

from __future__ import annotations

import argparse
import json
import lzma
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import firth
from firth.corpus import contexts, encode
from firth.evaluation import Stability, compare
from firth.evaluation.stability_report import write_report


def main() -> None:
    """Measure, print and write results."""
    options = parse()
    options.output.mkdir(parents=True, exist_ok=True)
    text = plain(options.text, options.output, options.prefix)
    seconds: dict[str, float] = {}
    how = {"dim": options.dim, "epochs": 1, "threads": options.threads}
    found = timed(seconds, f"stability, {options.runs} runs", lambda: stability(text, options, how))
    if options.peer_runs:
        timed(
            seconds,
            f"gensim, {options.peer_runs} runs",
            lambda: by_gensim(text, options.peer_runs, options.dim, options.threads),
        )
    models = [firth.train(text, seed=seed, **how).vectors for seed in (1, 2)]
    timed(seconds, "compare", lambda: compared(*models))
    corpus = encode(text, min_count=1)
    words = found.vocabulary.words
    for place in (0, min(500, len(words) - 1), len(words) - 1):
        timed(
            seconds, f"contexts of {words[place]}", lambda word=words[place]: contexts(corpus, word)
        )
    bands = [band._asdict() for band in found.bands()]
    results = {"words": len(words), "seconds": seconds, "bands": bands}
    (options.output / "results.json").write_text(json.dumps(results, indent=2))
    print(f"\n{len(words):,} words, dim {options.dim}")
    for task, used in seconds.items():
        print(f"{task:32}{used:10.2f} s")
    for band in found.bands():
        print(
            f"ranks {band.first:,} to {band.last:,}: shared {band.overlap:.2f}, by chance "
            f"{band.by_chance:.3f}, unstable {band.unstable:.0%}"
        )


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("text", type=Path, help="text, a sentence a line; may end in .xz")
    parser.add_argument("--output", type=Path, required=True, help="folder for the results")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--peer-runs", type=int, default=3, help="of gensim; 0 for none")
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--prefix", type=int, help="words of the text that are taken")
    return parser.parse_args()


def plain(text: Path, folder: Path, words: int | None) -> Path:
    """Unpack the text, or its first words, so that nobody's decompression counts."""
    path, left = folder / "text.txt", words
    opener: Callable[..., Any] = lzma.open if text.suffix == ".xz" else Path.open
    with opener(text, "rt", encoding="utf-8") as lines, path.open("w", encoding="utf-8") as out:
        for line in lines:
            out.write(line)
            if left is not None:
                left -= line.count(" ") + 1
                if left <= 0:
                    break
    return path


def timed(seconds: dict[str, float], task: str, work: Callable[[], Any]) -> Any:
    """Do some work and keep how long it took."""
    started = time.perf_counter()
    found = work()
    seconds[task] = time.perf_counter() - started
    print(f"{task}: {seconds[task]:.2f} s", flush=True)
    return found


def stability(text: Path, options: argparse.Namespace, how: dict[str, Any]) -> Stability:
    """Train all runs and write the report."""
    folder = options.output / f"runs-{time.time_ns()}"
    found = firth.stability(text, runs=options.runs, output=folder, cache=False, **how)
    write_report(found, folder)
    return found


def by_gensim(text: Path, runs: int, dim: int, threads: int) -> None:
    """Train gensim's models with the same settings."""
    from gensim.models import Word2Vec

    for seed in range(1, runs + 1):
        Word2Vec(
            corpus_file=str(text), vector_size=dim, window=5, negative=5, sample=1e-3, min_count=5,
            sg=1, epochs=1, workers=threads, seed=seed,
        )  # fmt: skip


def compared(first: Any, second: Any) -> None:
    """Do what `firth compare A B` does."""
    found = compare(first, second)
    words = found.moved(20)
    found.local(words)
    for word in words:
        found.neighbors(word, 5)
    found.pairs(10)
    found.table()


if __name__ == "__main__":
    main()
