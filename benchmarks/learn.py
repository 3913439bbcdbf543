"""Every figure of ``docs/learn/the-classic-run.md``, worked out again.

The treebank is not firth's to ship, so its file is named::

    python benchmarks/learn.py datasetSentences.txt            # some ten seconds
    python benchmarks/learn.py datasetSentences.txt --all      # with the runs of other steps

Prints each figure under a name, as the page writes it. The tests look for the quick ones on the
page (``tests/recipes/test_learn_figures.py``). The table of five starts is printed by ``firth
reproduce cs224n --starts 5``, the table of softmax and negative sampling by ``firth reproduce
cost``, the one of four ways by ``benchmarks/ways.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from math import acos, pi

import numpy as np

from firth.recipes import kernel
from firth.recipes.cs224n import ClassicResult, make_stream, run_classic
from firth.recipes.floors import floors
from firth.recipes.spending import MODERN, Recipe
from firth.recipes.standing import PLOTTED, standing
from firth.recipes.treebank import Treebank, load_treebank

BATCHES = 500  # enough for a share to two digits
Figures = Iterator[tuple[str, str]]


def of_the_plane() -> Figures:
    """Figures that need no data."""
    for cosine in (0.9, 0.957):
        yield f"random directions with a cosine above {cosine}", f"{acos(cosine) / pi:.0%}"
    yield "and beyond .9 both ways", f"{2 * acos(0.9) / pi:.0%}"


def of_the_treebank(treebank: Treebank) -> Figures:
    """Figures of the corpus and of the windows drawn from it."""
    counts = dict(zip(treebank.words, treebank.counts.tolist(), strict=True))
    for word in ("the", "film"):
        yield f"count of {word}", f"{counts[word]:,}"
    for word in ("coffee", "tea", "king", "queen"):
        yield f"count of {word}", f"{counts[word]}"
    frequent = {word for word, count in counts.items() if count >= 20}
    yield "words that occur 20 times or more", f"{len(frequent):,}"
    yield "with the plotted ones", f"{len(frequent | set(PLOTTED)):,}"
    yield "plotted ones among them that are rarer", f"{len(set(PLOTTED) - frequent)}"
    stream, first_reach = make_stream(treebank)
    sentences = stream.sentences
    yield "training sentences", f"{len(sentences.offsets) - 1:,}"
    yield (
        "words of a training sentence",
        f"{len(sentences.tokens) / (len(sentences.offsets) - 1):.0f}",
    )
    known = floors(sentences, treebank.noise_shares())
    yield "pairs of a window", f"{known.pairs:.4f}"
    yield "pairs of a batch", f"{50 * known.pairs:.0f}"
    yield "coin tosses", f"{known.coins:.2f}"
    yield "one in eleven", f"{known.one_in_eleven:.2f}"
    yield "word frequencies alone", f"{known.frequencies:.2f}"
    shares, moved = [], []
    batch = kernel.empty_batch()
    for number in range(1, BATCHES + 1):
        kernel.draw_batch(stream, first_reach if number == 1 else 0, batch)
        pairs = int(batch.bounds[kernel.BATCH])
        if number in (1, 10):
            yield f"pairs of batch {number}", f"{pairs}"
        shares.append(_in_several_windows(batch, pairs))
        moved.append(len(np.unique(batch.rows[: pairs * kernel.GROUP])))
    yield "outside vectors that a batch moves", f"{round(np.mean(moved), -2):,.0f}"
    yield "rows of a batch that are in more than one window", f"{np.mean(shares):.0%}"


def _in_several_windows(batch: kernel.Batch, pairs: int) -> float:
    """Return the share of a batch's outside rows that more than one of its windows has."""
    window = np.repeat(np.arange(kernel.BATCH), np.diff(batch.bounds) * kernel.GROUP)
    rows, _ = np.unique(np.stack((batch.rows[: pairs * kernel.GROUP], window)), axis=1)
    _, windows = np.unique(rows, return_counts=True)
    return float(np.mean(windows > 1))


def of_the_run(result: ClassicResult) -> Figures:
    """Figures of the published run."""
    iterations, costs = (np.array(column) for column in zip(*result.trace, strict=True))
    yield "first below 10", f"{iterations[np.argmax(costs < 10)]:,}"
    yield "last above 10", f"{iterations[np.flatnonzero(costs > 10)[-1]]:,}"
    # old = .95 older + .05 new, solved for new
    fresh = (costs[1:] - 0.95 * costs[:-1]) / 0.05
    yield "mean cost of the last 5,000 iterations", f"{fresh[iterations[1:] > 35_000].mean():.2f}"
    asked = set(PLOTTED)
    rows = [
        row
        for row, (word, count) in enumerate(zip(result.words, result.counts, strict=True))
        if count >= 20 or word in asked
    ]
    vectors = result.center_vectors[rows]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    own = 1 - float(np.sum(unit.mean(axis=0) ** 2))
    yield "what is a word's own of its squared length", f"{own:.1%}".replace("0.", ".", 1)
    yield "and of its length", f"{own**0.5:.0%}"
    for pair in (("enjoyable", "annoying"), ("amazing", "wonderful"), ("king", "queen")):
        yield f"standing of {pair[0]}, {pair[1]}", f"{standing(result, *pair):.3f}".lstrip("0")


def of_other_steps(treebank: Treebank) -> Figures:
    """Costs of the runs that spend the windows better; slow."""
    falling = Recipe("sgd", lambda n: 0.15 * (1 - np.arange(n) / n))
    for name, recipe in (("SGD, 25 times the step", falling), ("modern", MODERN)):
        yield f"{name}: cost at the end", f"{run_classic(treebank, recipe=recipe).cost:.3f}"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", help="the treebank's datasetSentences.txt")
    parser.add_argument("--all", action="store_true", help="the runs of other steps too")
    options = parser.parse_args()
    treebank = load_treebank(options.data)
    kinds = [of_the_plane(), of_the_treebank(treebank), of_the_run(run_classic(treebank))]
    if options.all:
        kinds.append(of_other_steps(treebank))
    for figures in kinds:
        for name, figure in figures:
            print(f"{name}: {figure}")


if __name__ == "__main__":
    main()
