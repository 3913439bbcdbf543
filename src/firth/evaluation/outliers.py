r"""Outlier detection: which word of a list does not belong to the others.

Camacho-Collados and Navigli, "Find the word that does not belong", RepEval 2016: to each cluster W
one word is added that is none of it. The *compactness* of W without w is the mean cosine of all
pairs of what is left; the outlier is found if W is most compact without it. As

.. math:: c(W \setminus w) \propto \sum_{u \ne v \in W} u \cdot v - 2 \sum_{v \ne w} w \cdot v

that is the word with the least sum of cosines to the others.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import EvaluationError
from firth.evaluation.figures import Figure
from firth.evaluation.formulas import share
from firth.evaluation.lines import Comparable, files_of, read_text
from firth.evaluation.words import find_words, unit_vectors
from firth.files.given import given_path
from firth.vectors import WordVectors

# What is left of a cluster must have a pair.
_FEWEST = 2


class Cluster(NamedTuple):
    """Words that belong together, and some that do not belong to them.

    Attributes
    ----------
    members, outliers : list of str
        The words.
    """

    members: list[str]
    outliers: list[str]


@dataclasses.dataclass(frozen=True, slots=True)
class OutlierResult:
    """How often the word that does not belong was found.

    Parameters
    ----------
    name : str
        Name of the file or folder, without an ending.
    accuracy : float
        Part of the outliers that were found, in [0, 1].
    position : float
        How far back outliers stood when words are ordered by how well they fit, on average: 1 if
        all were last ("outlier position percentage", as a part).
    outliers : int
        Outliers that counted.
    unknown : tuple of str
        Outliers that have no vector, or fewer than two words of whose cluster have one.
    missing : int
        Members of clusters that have no vector; they were left out.
    figures : tuple of Figure
        Both: what intervals are computed from. The outliers of a cluster are drawn together.
    """

    name: str
    accuracy: float
    position: float
    outliers: int
    unknown: tuple[str, ...]
    missing: int
    figures: tuple[Figure, ...] = dataclasses.field(default=(), repr=False, compare=False)


def evaluate_outliers(
    vectors: WordVectors,
    path: str | Path,
    *,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
) -> OutlierResult:
    """Find the word that does not belong, in many lists.

    Parameters
    ----------
    vectors : WordVectors
        The ``V`` words, most frequent first.
    path : str or Path
        A folder as that of 8-8-8 or of a language of WikiSem500: files .txt with the words of a
        cluster, an empty line, and outliers; or one such file.
    restrict_vocab : int or None
        Only this many of the most frequent words count; None for all.
    case_insensitive : bool
        "Owl" finds "owl" and the other way round; the more frequent spelling counts.

    Returns
    -------
    OutlierResult
        Accuracy, and how far back outliers stood.

    Raises
    ------
    EvaluationError
        The files cannot be read or have another layout, or no outlier has a vector, with two words
        of its cluster.
    """
    known = Comparable(vectors, restrict_vocab, case_insensitive)
    return outliers_of(vectors, known, read_clusters(path), path)


def outliers_of(
    vectors: WordVectors, known: Comparable, clusters: Sequence[Cluster], path: object
) -> OutlierResult:
    """Find the outliers of clusters that have been read; see :func:`evaluate_outliers`."""
    items: list[int] = []
    units: list[int] = []
    before: list[float] = []
    unknown: list[str] = []
    start = missing = 0
    for number, cluster in enumerate(clusters):
        members = find_words(known, cluster.members)
        outliers = find_words(known, cluster.outliers)
        missing += len(cluster.members) - len(members.rows)
        if len(members.rows) < _FEWEST:
            unknown += cluster.outliers
        else:
            unknown += outliers.unknown(cluster.outliers)
            items += (start + outliers.places).tolist()
            units += [number] * len(outliers.rows)
            before += _positions(
                unit_vectors(vectors, members.rows), unit_vectors(vectors, outliers.rows)
            ).tolist()
        start += len(cluster.outliers)
    if not items:
        raise EvaluationError(
            f"{path}: none of {start:,} outliers has a vector, with two words of its cluster"
        )
    position = np.array(before)
    ones = np.ones(len(items))
    figures = tuple(
        Figure(measure, np.array(items), (column, ones), share, units=np.array(units))
        for measure, column in (("accuracy", (position == 1.0) * 1.0), ("position", position))
    )
    accuracy, mean = (figure.value for figure in figures)
    return OutlierResult(
        Path(str(path)).stem, accuracy, mean, len(items), tuple(unknown), missing, figures
    )


def _positions(members: NDArray[np.float64], outliers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each outlier the part of the cluster's words that fit better: (n,).

    >>> _positions(np.array([[1.0, 0.0], [0.8, 0.6]]), np.array([[0.0, 1.0], [1.0, 0.0]])).tolist()
    [1.0, 0.0]
    """
    among = members @ members.T
    inside = among.sum(axis=1) - np.diagonal(among)
    to_outliers = members @ outliers.T
    # A word that fits as badly as the outlier does not fit better.
    better = inside[:, np.newaxis] + to_outliers > to_outliers.sum(axis=0) + 1e-12
    found: NDArray[np.float64] = better.mean(axis=0)
    return found


def read_clusters(path: str | Path) -> list[Cluster]:
    """Read clusters with their outliers.

    Raises
    ------
    EvaluationError
        A file cannot be read, or holds no cluster, an empty line and outliers.
    """
    return [_cluster(file) for file in files_of(given_path("path", path))]


def _cluster(file: Path) -> Cluster:
    cluster = as_cluster(read_text(file))
    if cluster is None:
        raise EvaluationError(
            f"{file}: expected the words of a cluster, a line each, an empty line, and outliers"
        )
    return cluster


def as_cluster(text: str) -> Cluster | None:
    r"""Return the cluster that a text holds; None if it has another layout.

    >>> as_cluster("\nTea\nMilk\n\nStone\n"), as_cluster("a b\n\nc d e\n")
    (Cluster(members=['Tea', 'Milk'], outliers=['Stone']), None)
    """
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            blocks[-1].append(line.strip())
        elif blocks[-1]:
            blocks.append([])
    blocks = [block for block in blocks if block]
    if len(blocks) != 2 or len(blocks[0]) < _FEWEST or any("\t" in w for b in blocks for w in b):
        return None
    words = [word for block in blocks for word in block]
    # Names of several words have _ between them; a blank in most lines is another layout.
    if 2 * sum(" " in word for word in words) > len(words):
        return None
    return Cluster(*blocks)
