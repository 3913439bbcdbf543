"""What is written about a classic run: trace, plots, vectors, and the words with numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.errors import ConfigError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.recipes.cs224n import (
    COPIES,
    NOTES_COST,
    NOTES_SECONDS,
    NUMPY_SEED,
    SANITY_COST,
    SEED,
    ClassicResult,
)
from firth.recipes.standing import ANALOGIES, PLOTTED, cosine, short, standing_table

if TYPE_CHECKING:
    from firth.vectors import WordVectors

NEAR = ("enjoyable", "annoying")
JUDGEMENTS = ("bad", "worth", "amazing", "wonderful", "boring", "great")
MIN_COUNT = 20  # neighbours are looked for among words seen at least so often


def write_outputs(result: ClassicResult, folder: str | Path, *, plots: bool = True) -> list[Path]:
    """Write everything about a run into a folder.

    Parameters
    ----------
    result : ClassicResult
        The run.
    folder : path
        Made if it does not exist.
    plots : bool
        Draw `word_vectors.png` and `cost.png` (needs Matplotlib).

    Returns
    -------
    list of Path
        ``report.md``, ``cost.csv``, two folders in firth's own format (``model``, to be asked, and
        ``trained``, the matrices as they are), and the plots.

    Raises
    ------
    MissingExtraError
        Plots are wanted and Matplotlib is not there.
    ConfigError
        The folder cannot be written.
    """
    folder = given_path("folder", folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [folder / name for name in ("report.md", "cost.csv", "model", "trained")]
        _write_text(written[0], report(result))
        rows = "".join(f"{iteration},{cost!r}\n" for iteration, cost in result.trace)
        _write_text(written[1], "iteration,smoothed_cost\n" + rows)
        save_centred(result, written[2])
        save_vectors(result, written[3])
        if plots:
            from firth.recipes.plots import draw_trace, draw_words, plane_coordinates

            known = [word for word in PLOTTED if word in result.words]
            if len(known) > 2:
                rows_known = [result.words.index(word) for word in known]
                coordinates = plane_coordinates(result.center_vectors[rows_known])
                written.append(folder / "word_vectors.png")
                title = (
                    f"Centre vectors after {result.iterations:,} iterations ({result.recipe}), "
                    "and how often each word occurs"
                )
                labels = [
                    f"{word} {result.counts[row]:,}"
                    for word, row in zip(known, rows_known, strict=True)
                ]
                draw_words(labels, coordinates, written[-1], title)
            written.append(folder / "cost.png")
            draw_trace(result.trace, written[-1], f"The {result.recipe} run", result.floors)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be written ({error.strerror or error}); name another --output"
        ) from error
    return written


def save_vectors(result: ClassicResult, folder: Path) -> None:
    """Save both matrices, as trained, as a model of firth: its input and output vectors."""
    from firth.model import Model

    matrices = {"input": result.center_vectors, "output": result.outside_vectors}
    Model(result.words, result.counts, matrices, _config(result)).save(folder)


def save_centred(result: ClassicResult, folder: Path) -> None:
    """Save the frequent words' centre vectors minus their mean, as a model that can be asked.

    As trained, all vectors point the same way (the mean cosine is .995): whoever asks these for
    neighbours is told that each word is near to all others.
    """
    from firth.model import Model

    frequent = _frequent(result)
    counts = dict(zip(result.words, result.counts.tolist(), strict=True))
    words = list(frequent)
    config = {**_config(result), "centred": True, "min_count": MIN_COUNT}
    matrices = {"input": frequent.matrix - frequent.matrix.mean(axis=0)}
    Model(words, np.array([counts[word] for word in words]), matrices, config).save(folder)


def _config(result: ClassicResult) -> dict[str, Any]:
    return {
        "recipe": "cs224n",
        "variant": result.recipe,
        "architecture": "skipgram",
        "objective": "negative_sampling",
        "dim": result.center_vectors.shape[1],
        "window": 5,
        "negative": 10,
        "iterations": result.iterations,
        "windows_per_iteration": 50,
        "copies": COPIES,
        "seed": SEED if result.seed is None else result.seed,
        "numpy_seed": NUMPY_SEED if result.seed is None else result.seed,
        "smoothed_cost": result.cost,
    }


def report(result: ClassicResult) -> str:
    """Say in Markdown what the run did and what its words say.

    Parameters
    ----------
    result : ClassicResult
        The run.

    Returns
    -------
    str
        The report; what the words of the vocabulary do not allow is left out.
    """
    from firth.vectors import WordVectors

    parts = [f"# The {result.recipe} run", _run_table(result)]
    if result.comparison:
        rows = [
            f"| {iteration:,} | {expected:.6f} | {got:.6f} | "
            f"{'yes' if f'{got:.6f}' == f'{expected:.6f}' else 'NO'} |"
            for iteration, expected, got in result.comparison
        ]
        head = "| iteration | published | here | same digits |\n| ---: | ---: | ---: | --- |\n"
        parts += ["## Against the published trace", head + "\n".join(rows)]
    raw = _frequent(result)
    centred = WordVectors(list(raw), raw.matrix - raw.matrix.mean(axis=0))
    parts += ["## Words that keep the same company", _near(raw, centred), standing_table(result)]
    parts += ["## Two analogies", _analogies(result, centred)]
    parts += ["## Neighbours", neighbour_table(centred, PLOTTED)]
    return "\n\n".join(part for part in parts if part) + "\n"


def neighbour_table(vectors: WordVectors, words: Sequence[str], k: int = 5) -> str:
    """Return a Markdown table of the nearest words with their cosines.

    Examples
    --------
    >>> from firth.vectors import WordVectors
    >>> vectors = WordVectors(["tea", "coffee", "rain"], [[1.0, 0.1], [1.0, 0.0], [0.0, 1.0]])
    >>> print(neighbour_table(vectors, ["tea", "hail"], k=1))
    | word | nearest |
    | --- | --- |
    | tea | coffee .995 |
    """
    lines = ["| word | nearest |", "| --- | --- |"]
    for word in words:
        if word in vectors:
            near = vectors.most_similar(word, k=k)
            lines.append(f"| {word} | {', '.join(f'{w} {short(c)}' for w, c in near)} |")
    return "\n".join(lines) if len(lines) > 2 else ""


def _run_table(result: ClassicResult) -> str:
    sane = "yes" if result.sane else "NO"
    resumed = f", resumed at {result.resumed_at:,}" if result.resumed_at else ""
    return "\n".join(
        [
            "| | |",
            "| --- | --- |",
            f"| iterations of 50 windows | {result.iterations:,}{resumed} |",
            f"| words, dimensions | {len(result.words):,}, {result.center_vectors.shape[1]} |",
            f"| seconds | {result.seconds:.1f} (the notes' program: {NOTES_SECONDS:,}) |",
            f"| smoothed cost | {result.cost:.6f} (the notes: {NOTES_COST}) |",
            *_floor_rows(result),
            f"| cost at convergence around or below {SANITY_COST:g} | {sane} |",
        ]
    )


def _floor_rows(result: ClassicResult) -> list[str]:
    """Say what models cost that know nothing about pairs of words."""
    if result.floors is None:
        return []
    return [
        f"| pairs of a window, on average | {result.floors.pairs:.3f} |",
        f"| cost of coin tosses | {result.floors.coins:.2f} |",
        f"| cost of one answer, yes in one of eleven | {result.floors.one_in_eleven:.2f} |",
        f"| cost of one answer a word, by frequencies alone | {result.floors.frequencies:.2f} |",
    ]


def _frequent(result: ClassicResult) -> WordVectors:
    """Return the centre vectors of words that were seen often enough to have a place."""
    from firth.vectors import WordVectors

    asked = {*PLOTTED, *(word for analogy in ANALOGIES for word in analogy)}
    rows = [
        row
        for row, (word, count) in enumerate(zip(result.words, result.counts, strict=True))
        if count >= MIN_COUNT or word in asked
    ]
    return WordVectors([result.words[row] for row in rows], result.center_vectors[rows])


def _near(raw: WordVectors, centred: WordVectors) -> str:
    """Compare opposites, and words of judgement, with all pairs of words."""
    groups = [group for group in (NEAR, JUDGEMENTS) if all(word in raw for word in group)]
    if not groups:
        return ""
    lines = [
        f"Cosines of centre vectors, as trained and after the mean vector of the {len(raw):,} "
        f"words that occur {MIN_COUNT} times or more (and those named here) is subtracted from all "
        "of them. What all words share says nothing about any one, yet it can fill a raw cosine.",
        "",
        "| mean over the pairs of | as trained | centred |",
        "| --- | ---: | ---: |",
    ]
    for group in groups:
        values = [
            float(np.mean([vectors.similarity(a, b) for a, b in combinations(group, 2)]))
            for vectors in (raw, centred)
        ]
        lines.append(f"| {', '.join(group)} | {short(values[0])} | {short(values[1])} |")
    both = [short(_mean_cosine(vectors)) for vectors in (raw, centred)]
    lines.append(f"| all words | {both[0]} | {both[1]} |")
    return "\n".join(lines)


def _mean_cosine(vectors: WordVectors) -> float:
    """Return the mean cosine over all pairs of different words."""
    unit = vectors.matrix / np.maximum(vectors.norms, 1e-300)[:, None]
    total, n = unit.sum(axis=0), len(unit)
    return float((total @ total - n) / (n * (n - 1)))


def _analogies(result: ClassicResult, centred: WordVectors) -> str:
    """Say how parallel the sides are, in space and on the plot, and what 3CosAdd answers."""
    from firth.recipes.plots import plane_coordinates

    known = [word for word in PLOTTED if word in centred]
    if len(known) < 3:
        return ""
    rows = [result.words.index(word) for word in known]
    plane = dict(zip(known, plane_coordinates(result.center_vectors[rows]), strict=True))
    lines = []
    for a, b, c, d in ANALOGIES:
        if not all(word in plane for word in (a, b, c, d)):
            continue
        space = cosine(centred[b] - centred[a], centred[d] - centred[c])
        drawn = cosine(plane[b] - plane[a], plane[d] - plane[c])
        answers = centred.analogy(a, b, c, k=len(centred))
        place = [word for word, _ in answers].index(d) + 1
        first = ", ".join(f"{word} {short(value)}" for word, value in answers[:3])
        lines.append(
            f"| {a} : {b} :: {c} : {d} | {short(space)} | {short(drawn)} "
            f"| {place:,} of {len(answers):,} | {first} |"
        )
    if not lines:
        return ""
    head = (
        "Cosine of the two difference vectors, second word minus first and fourth minus third: 1 "
        "is parallel, 0 orthogonal. Two directions drawn at random on a plane have one above .9 in "
        "14 % of cases, in ten dimensions in 0.01 %.\n\n"
        "| analogy | in 10 dimensions | on the plot | place of the last word | first answers |\n"
        "| --- | ---: | ---: | ---: | --- |\n"
    )
    return head + "\n".join(lines)


def _write_text(path: Path, text: str) -> None:
    with atomic_path(path) as partial:
        partial.write_text(text, encoding="utf-8")
