"""Are two words nearer than chance? Against words that occur as often, and from start to start.

Words that occur alike have moved alike in a short run, so a raw cosine says little. Here every word
is taken relative to the mean of its *controls*, the words that occur as often, and the pair's
cosine is ranked among those with the controls. 1 is nearer than all of them; .50 is chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from firth.recipes.cs224n import ClassicResult
from firth.recipes.plots import plane_coordinates
from firth.values import Whole

# fmt: off
PLOTTED = (
    "great", "cool", "brilliant", "wonderful", "well", "amazing", "worth", "sweet", "enjoyable",
    "boring", "bad", "dumb", "annoying", "female", "male", "queen", "king", "man", "woman",
    "rain", "snow", "hail", "coffee", "tea",
)
# fmt: on
PAIRS = (
    ("enjoyable", "annoying"),
    ("amazing", "wonderful"),
    ("great", "boring"),
    ("bad", "worth"),
    ("rain", "snow"),
    ("coffee", "tea"),
    ("man", "woman"),
    ("king", "queen"),
)  # fmt: skip
ANALOGIES = (("man", "king", "woman", "queen"), ("male", "king", "female", "queen"))
CONTROLS = 100

Rows = npt.NDArray[np.intp]


def cosine(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    """Return the cosine of the angle between two vectors, 0 if one has no length.

    Examples
    --------
    >>> cosine(np.array([1.0, 0.0]), np.array([2.0, 2.0])).__round__(4)
    0.7071
    """
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else 0.0


def short(value: float) -> str:
    """Write a cosine as .123."""
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def controls(counts: npt.NDArray[np.int64], row: int, least: int = CONTROLS) -> Rows:
    """Return the rows of the words that occur as often as one, without it.

    As many as `least` are taken, those whose counts are nearest, and all that are as near as the
    last of them.

    Examples
    --------
    >>> controls(np.array([9, 3, 3, 4, 3]), row=1, least=2).tolist()
    [2, 4]
    """
    away = np.abs(counts - counts[row])
    away[row] = np.iinfo(away.dtype).max
    limit = np.sort(away)[min(Whole(1).check("least", least), len(away) - 1) - 1]
    return np.flatnonzero(away <= limit)


def standing(result: ClassicResult, a: str, b: str) -> float:
    """Return the share of b's controls that a is less near to than to b, and the reverse: mean.

    Parameters
    ----------
    result : ClassicResult
        The run.
    a, b : str
        Two words of its vocabulary.

    Returns
    -------
    float
        0 to 1; .5 is what two words get that have nothing to do with each other.
    """
    rows = [result.words.index(word) for word in (a, b)]
    peers = [controls(result.counts, row) for row in rows]
    vectors = result.center_vectors
    means = [vectors[near].mean(axis=0) for near in peers]
    shares = []
    for one, other in ((0, 1), (1, 0)):
        mine = vectors[rows[one]] - means[one]
        among = vectors[np.setdiff1d(peers[other], rows)] - means[other]
        cosines = np.array([cosine(mine, row) for row in among])
        pair = cosine(mine, vectors[rows[other]] - means[other])
        shares.append(float(np.mean(cosines < pair) + np.mean(cosines == pair) / 2))
    return sum(shares) / 2


def on_the_plot(result: ClassicResult, analogy: Sequence[str]) -> float:
    """Return the cosine of an analogy's two differences on the plane of the plotted words."""
    known = [word for word in PLOTTED if word in result.words]
    rows = [result.words.index(word) for word in known]
    plane = dict(zip(known, plane_coordinates(result.center_vectors[rows]), strict=True))
    a, b, c, d = (plane[word] for word in analogy)
    return cosine(b - a, d - c)


def known_pairs(result: ClassicResult) -> list[tuple[str, str]]:
    """Return the pairs that the vocabulary has."""
    words = set(result.words)
    return [pair for pair in PAIRS if words.issuperset(pair)]


def starts_table(results: Sequence[ClassicResult]) -> str:
    """Write how near the pairs are in several runs, in Markdown.

    Parameters
    ----------
    results : sequence of ClassicResult
        Runs on the same data from different seeds.

    Returns
    -------
    str
        A row for each pair, with the words' counts, and for each analogy.
    """
    first = results[0]
    seeds = ["published" if run.seed is None else f"seed {run.seed}" for run in results]
    heads = ["pair, or analogy on the plot", "counts", *seeds, "mean"]
    lines = [heads, ["---", "---", *["---:"] * (len(results) + 1)]]
    lines.append(["cost at the end", "", *(f"{run.cost:.2f}" for run in results), ""])
    for pair in known_pairs(first):
        values = [standing(run, *pair) for run in results]
        lines.append([", ".join(pair), _counts(first, pair), *_values(values)])
    for analogy in ANALOGIES:
        if set(first.words).issuperset(analogy):
            values = [on_the_plot(run, analogy) for run in results]
            name = "{} : {} :: {} : {}".format(*analogy)
            lines.append([name, _counts(first, analogy), *_values(values)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def standing_table(result: ClassicResult) -> str:
    """Write how near the pairs are in one run, in Markdown; empty if it knows none of them."""
    pairs = known_pairs(result)
    if not pairs:
        return ""
    lines = [
        f"Each word relative to the mean of those that occur as often ({CONTROLS} or more): the "
        "share of these that its partner is nearer than, the mean of both directions. Words that "
        "have nothing to do with each other get .500. One run is one draw: "
        "`firth reproduce cs224n --starts 5`.",
        "",
        "| pair | counts | nearer than |",
        "| --- | --- | ---: |",
    ]
    lines += [
        f"| {', '.join(pair)} | {_counts(result, pair)} | {short(standing(result, *pair))} |"
        for pair in pairs
    ]
    return "\n".join(lines)


def _counts(result: ClassicResult, words: Sequence[str]) -> str:
    return ", ".join(f"{result.counts[result.words.index(word)]:,}" for word in words)


def _values(values: list[float]) -> list[str]:
    return [f"{value:.2f}".replace("0.", ".", 1) for value in [*values, sum(values) / len(values)]]
