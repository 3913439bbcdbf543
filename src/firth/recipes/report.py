"""What is written about a classic run: trace, plots, vectors, and the words with numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from firth.vectors import WordVectors

# fmt: off
PLOTTED = (
    "great", "cool", "brilliant", "wonderful", "well", "amazing", "worth", "sweet", "enjoyable",
    "boring", "bad", "dumb", "annoying", "female", "male", "queen", "king", "man", "woman",
    "rain", "snow", "hail", "coffee", "tea",
)
# fmt: on
NEAR = ("enjoyable", "annoying")
JUDGEMENTS = ("bad", "worth", "amazing", "wonderful", "boring", "great")
ANALOGIES = (("man", "king", "woman", "queen"), ("male", "king", "female", "queen"))
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
        ``report.md``, ``cost.csv``, the folder ``model`` in firth's own format, and the plots.

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
        written = [folder / "report.md", folder / "cost.csv", folder / "model"]
        _write_text(written[0], report(result))
        rows = "".join(f"{iteration},{cost!r}\n" for iteration, cost in result.trace)
        _write_text(written[1], "iteration,smoothed_cost\n" + rows)
        save_vectors(result, written[2])
        if plots:
            from firth.recipes.plots import draw_trace, draw_words, plane_coordinates

            known = [word for word in PLOTTED if word in result.words]
            if len(known) > 2:
                rows_known = [result.words.index(word) for word in known]
                coordinates = plane_coordinates(result.center_vectors[rows_known])
                written.append(folder / "word_vectors.png")
                title = f"Centre vectors after {result.iterations:,} iterations ({result.recipe})"
                draw_words(known, coordinates, written[-1], title)
            written.append(folder / "cost.png")
            draw_trace(result.trace, written[-1], f"The {result.recipe} run")
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be written ({error.strerror or error}); name another --output"
        ) from error
    return written


def save_vectors(result: ClassicResult, folder: Path) -> None:
    """Save both matrices as a model of firth: its input and output vectors."""
    from firth.model import Model

    config = {
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
        "seed": SEED,
        "numpy_seed": NUMPY_SEED,
        "smoothed_cost": result.cost,
    }
    matrices = {"input": result.center_vectors, "output": result.outside_vectors}
    Model(result.words, result.counts, matrices, config).save(folder)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Return the cosine of the angle between two vectors, 0 if one has no length.

    Examples
    --------
    >>> cosine(np.array([1.0, 0.0]), np.array([2.0, 2.0])).__round__(4)
    0.7071
    """
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else 0.0


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
    parts += ["## Words that keep the same company", _near(raw, centred)]
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
            lines.append(f"| {word} | {', '.join(f'{w} {_short(c)}' for w, c in near)} |")
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
            f"| cost at convergence around or below {SANITY_COST:g} | {sane} |",
        ]
    )


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
        f"words that occur {MIN_COUNT} times or more (and those named here) is taken off all of "
        "them. What all words share says nothing about any one, yet it can fill a raw cosine.",
        "",
        "| mean over the pairs of | as trained | mean taken off |",
        "| --- | ---: | ---: |",
    ]
    for group in groups:
        values = [
            float(np.mean([vectors.similarity(a, b) for a, b in combinations(group, 2)]))
            for vectors in (raw, centred)
        ]
        lines.append(f"| {', '.join(group)} | {_short(values[0])} | {_short(values[1])} |")
    both = [_short(_mean_cosine(vectors)) for vectors in (raw, centred)]
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
        first = ", ".join(f"{word} {_short(value)}" for word, value in answers[:3])
        lines.append(
            f"| {a} : {b} :: {c} : {d} | {_short(space)} | {_short(drawn)} "
            f"| {place:,} of {len(answers):,} | {first} |"
        )
    if not lines:
        return ""
    head = (
        "Cosine of the two difference vectors, second less first word and fourth less third: 1 is "
        "parallel, 0 square to each other. Two directions drawn at random on a plane have one "
        "above .9 or below -.9 in 29 % of cases, in ten dimensions in 0.02 %.\n\n"
        "| analogy | in 10 dimensions | on the plot | place of the last word | first answers |\n"
        "| --- | ---: | ---: | ---: | --- |\n"
    )
    return head + "\n".join(lines)


def _short(value: float) -> str:
    """Write a cosine as .123."""
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def _write_text(path: Path, text: str) -> None:
    with atomic_path(path) as partial:
        partial.write_text(text, encoding="utf-8")
