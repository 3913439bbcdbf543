r"""Concept axes: whether words lie along a direction as people place them.

An axis leads from the words at one end (*small*, *little*) to those at the other (*large*, *huge*):

.. math:: v = \overline{u_+} - \overline{u_-}

with the means of unit vectors; a word stands where its cosine with v says (An, Kwak and Ahn,
"SemAxis", ACL 2018, section 3; Kozlowski, Taddy and Evans, "The Geometry of Culture", 2019; Grand,
Blank, Pereira and Fedorenko, "Semantic projection recovers rich human knowledge of multiple object
features from word embeddings", 2022). Figures are correlations with ratings that people gave.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import EvaluationError
from firth.evaluation.figures import Figure, figures_of
from firth.evaluation.formulas import CORRELATIONS
from firth.evaluation.lines import Comparable, read_lines
from firth.evaluation.words import find_words, unit_vectors
from firth.vectors import WordVectors
from firth.vectors.matrix import directions

_SIGNS = ("-", "+")


class Axis(NamedTuple):
    """An axis, and words that people placed along it.

    Attributes
    ----------
    name : str
        What it is called.
    poles : (list of str, list of str)
        The words at its lower and at its upper end.
    words : list of str
        Words along it.
    ratings : list of float
        Where people place each.
    line : int
        Where it begins in its file.
    """

    name: str
    poles: tuple[list[str], list[str]]
    words: list[str]
    ratings: list[float]
    line: int


@dataclasses.dataclass(frozen=True, slots=True)
class AxisResult:
    """How places along axes agree with people's ratings.

    Parameters
    ----------
    name : str
        Name of the file without its ending.
    spearman, pearson : dict of str to float
        Correlations for each axis.
    words : int
        Words that counted.
    unknown : tuple of str
        Words that have no vector, those of axes among them of which a whole end has none.
    figures : tuple of Figure
        The correlations: what intervals are computed from.
    """

    name: str
    spearman: dict[str, float]
    pearson: dict[str, float]
    words: int
    unknown: tuple[str, ...]
    figures: tuple[Figure, ...] = dataclasses.field(default=(), repr=False, compare=False)


def axis_direction(
    vectors: WordVectors, negative: Iterable[str], positive: Iterable[str]
) -> NDArray[np.float64]:
    """Return the direction from some words to others, ``(dim,)``, of length 1.

    Parameters
    ----------
    vectors : WordVectors
        The words.
    negative, positive : iterable of str
        The words at its lower and at its upper end.

    Raises
    ------
    UnknownWordError
        A word has no vector.

    Examples
    --------
    >>> vectors = WordVectors(["small", "large", "mouse"], [[1.0, 0], [0, 1.0], [1.0, 0.2]])
    >>> axis = axis_direction(vectors, ["small"], ["large"])
    >>> bool(vectors["mouse"] @ axis < 0)
    True
    """
    low, high = (directions(vectors[list(words)]).mean(axis=0) for words in (negative, positive))
    found: NDArray[np.float64] = directions((high - low)[np.newaxis])[0]
    return found


def evaluate_axes(
    vectors: WordVectors,
    path: str | Path,
    *,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
) -> AxisResult:
    """Compare where words lie along axes with where people place them.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words, most frequent first.
    path : str or Path
        UTF-8 text: for each axis a line ``: name``, a line ``- word …`` with words of its lower
        end, a line ``+ word …`` with those of its upper end, then lines of a word and a number.
    restrict_vocab : int or None
        Only this many of the most frequent words count; None for all.
    case_insensitive : bool
        "Owl" finds "owl" and the other way round; the more frequent spelling counts.

    Returns
    -------
    AxisResult
        Correlations for each axis.

    Raises
    ------
    EvaluationError
        The file cannot be read or has another layout, or no axis has words at both ends and two
        along it.
    """
    known = Comparable(vectors, restrict_vocab, case_insensitive)
    return axes_of(vectors, known, read_axes(path), path)


def axes_of(
    vectors: WordVectors, known: Comparable, axes: Sequence[Axis], path: object
) -> AxisResult:
    """Compare axes that have been read; see :func:`evaluate_axes`."""
    figures: list[Figure] = []
    unknown: list[str] = []
    n_words = start = 0
    for axis in axes:
        ends = [find_words(known, words).rows for words in axis.poles]
        found = find_words(known, axis.words)
        if min(map(len, ends)) and len(found.rows) > 1:
            low, high = (unit_vectors(vectors, rows).mean(axis=0) for rows in ends)
            along = directions((high - low)[np.newaxis])[0]
            ratings = np.array(axis.ratings)[found.places]
            columns = (unit_vectors(vectors, found.rows) @ along, ratings)
            figures += figures_of(CORRELATIONS, start + found.places, columns, axis.name)
            n_words += len(found.rows)
            unknown += found.unknown(axis.words)
        else:
            unknown += axis.words
        start += len(axis.words)
    if not figures:
        raise EvaluationError(
            f"{path}: no axis has vectors of words at both ends, and of two words along it"
        )
    values = {
        measure: {f.part: f.value for f in figures if f.measure == measure}
        for measure in CORRELATIONS
    }
    return AxisResult(Path(str(path)).stem, **values, words=n_words, unknown=tuple(unknown),
                      figures=tuple(figures))  # fmt: skip


def read_axes(path: str | Path) -> list[Axis]:
    """Read axes with the words along them.

    Raises
    ------
    EvaluationError
        The file cannot be read or has another layout.
    """
    axes: list[Axis] = []
    for number, line in read_lines(path):
        if line.startswith(":"):
            axes.append(Axis(line[1:].strip(), ([], []), [], [], number))
            continue
        fields = line.split()
        if axes and fields[0] in _SIGNS and len(fields) > 1:
            axes[-1].poles[_SIGNS.index(fields[0])].extend(fields[1:])
        elif axes and len(fields) == 2 and math.isfinite(rating := _number(fields[1])):
            axes[-1].words.append(fields[0])
            axes[-1].ratings.append(rating)
        else:
            raise EvaluationError(
                f"{path}, line {number}: {line[:60]!r}: expected ': name', then '- ' and '+ ' with "
                "the words of both ends, then a word and a number"
            )
    for axis in axes:
        if not all(axis.poles):
            raise EvaluationError(
                f"{path}, line {axis.line}: the axis {axis.name!r} has no words at one end; write "
                "them in lines that begin with '- ' and '+ '"
            )
    return axes


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
