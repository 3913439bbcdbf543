"""What of a model goes onto the page.

Directions are kept as bytes with a scale a row: x ≈ s q, q whole numbers from -127 to 127. For
50,000 words of 100 numbers that is 5 MB instead of 20, and of the ten nearest words 98 to 99 % are
the same ten. (One scale for all: 98.1 %; half bytes: 81 %; 64 of 100 principal axes: 78 %. So
numbers are rounded, and dimensions are never left out.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError
from firth.files.given import given_path
from firth.model import Model
from firth.values import Whole
from firth.vectors import FloatMatrix, WordVectors
from firth.vectors.matrix import directions, scales
from firth.vectors.search import nearest
from firth.view.maps import MOST_WORDS, NEIGHBORS, Map, make_map, read_map

#: Words whose neighbours by bytes are compared with the true ones; neighbours of each.
_ASKED, _K = 1_000, 10
_LARGEST = 127
_BLOCK_ROWS = 16_384


class Shown(NamedTuple):
    """A model as the page shows it.

    Attributes
    ----------
    name : str
        What the page calls it.
    vectors : WordVectors
        Its words.
    map : Map
        Where the first of them lie: so many are on the page.
    """

    name: str
    vectors: WordVectors
    map: Map

    @classmethod
    def of(
        cls,
        model: Model | WordVectors,
        *,
        name: str = "model",
        top: int = MOST_WORDS,
        place: str | Path | None = None,
    ) -> Shown:
        """Take a model with its map: one that is kept with it, or principal components.

        Parameters
        ----------
        model : Model or WordVectors
            The words.
        name : str
            What the page calls it.
        top : int
            The first so many words, 200,000 at most.
        place : str or Path, optional
            Where the model is kept, and perhaps a map of it.

        Raises
        ------
        ConfigError
            It is no model, there is no word, or `top` is out of range.
        FormatError
            A vector holds NaN or infinity; or the map that is kept is damaged.

        Examples
        --------
        >>> vectors = WordVectors(["cat", "dog", "tax"], [[1.0, 0.0], [1.0, 0.5], [0.0, 1.0]])
        >>> shown = Shown.of(vectors, name="pets", top=2)
        >>> shown.name, shown.map.method, shown.words
        ('pets', 'pca', ['cat', 'dog'])
        """
        vectors = model.vectors if isinstance(model, Model) else model
        if not isinstance(vectors, WordVectors):
            raise ConfigError(
                f"the model is of type {type(model).__name__}; give what firth.load, firth.train "
                "or firth.read_vectors returned"
            )
        top = min(Whole(1).check("top", top), MOST_WORDS)
        if not len(vectors):
            raise ConfigError("there is no word to show: these vectors list none")
        _ = vectors.norms  # which says of NaN where it is
        kept = None if place is None else read_map(given_path("place", place), vectors)
        found = make_map(vectors, "pca", top=top) if kept is None else _first(kept, top)
        return cls(name, vectors, found)

    @property
    def n(self) -> int:
        """How many words are on the page."""
        return len(self.map.points)

    @property
    def words(self) -> list[str]:
        """The words on the page, as text."""
        return [str(word) for word in self.vectors.words[: self.n]]

    @property
    def matrix(self) -> FloatMatrix:
        """Their vectors, (n, dim)."""
        return self.vectors.matrix[: self.n]


def _first(found: Map, top: int) -> Map:
    """Return the map of the first words of a map: they lie where they lay."""
    if len(found.points) <= top:
        return found
    return found._replace(points=found.points[:top], clusters=found.clusters[:top])


def as_bytes(matrix: FloatMatrix) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Write each row as whole numbers from -127 to 127 and a scale.

    Parameters
    ----------
    matrix : (n, dim) float32 or float64
        Finite rows.

    Returns
    -------
    numbers : (n, dim) int8
        Row i of the matrix is about ``scales[i] * numbers[i]``: no number is wrong by more than
        half a scale.
    scales : (n,) float32
        0 where the row is. All are divided by one power of two if float32 does not hold them.

    Examples
    --------
    >>> numbers, scales = as_bytes(np.array([[1.0, -0.5], [0.0, 0.0]]))
    >>> numbers.tolist(), scales.round(4).tolist()
    ([[127, -64], [0, 0]], [0.007899999618530273, 0.0])
    >>> bool(np.isfinite(as_bytes(np.array([[1e300, -1e300]]))[1]).all())
    True
    """
    n, dim = matrix.shape
    numbers, steps = np.empty((n, dim), dtype=np.int8), np.empty(n)
    for start in range(0, n, _BLOCK_ROWS):
        rows = matrix[start : start + _BLOCK_ROWS].astype(np.float64)
        largest = np.abs(rows).max(axis=1, initial=0.0)
        step = np.where(largest > 0, largest, 1.0) / _LARGEST
        numbers[start : start + len(rows)] = np.rint(rows / step[:, np.newaxis])
        steps[start : start + len(rows)] = np.where(largest > 0, step, 0.0)
    beyond = max(0, int(np.frexp(steps.max(initial=0.0))[1]) - np.finfo(np.float32).maxexp + 1)
    return numbers, np.ldexp(steps, -beyond).astype(np.float32)


class Rounding(NamedTuple):
    """What is lost by writing numbers as bytes.

    Attributes
    ----------
    recall : float
        Part of the ten nearest words that is found, in [0, 1].
    error : float
        The largest error of a cosine with one of the ten nearest words.
    words : int
        How many words were asked.
    """

    recall: float
    error: float
    words: int


def rounding_of(matrix: FloatMatrix, numbers: NDArray[np.int8]) -> Rounding:
    """Measure what is lost by writing numbers as bytes.

    Half of the words asked are the most frequent, which people ask for and whose neighbours are
    many and close; the others are taken evenly from all.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    >>> found = rounding_of(rows, as_bytes(rows)[0])
    >>> found.recall > 0.95, found.error < 0.02, found.words
    (True, True, 50)
    """
    n = len(matrix)
    k = min(_K, n - 1)
    if k == 0:
        return Rounding(1.0, 0.0, n)
    some = np.linspace(0, n - 1, min(n, _ASKED // 2)).astype(np.int64)
    rows = np.unique(np.concatenate([np.arange(min(n, _ASKED // 2)), some]))
    whole = numbers.astype(np.float32)
    itself = rows[:, np.newaxis]
    true, cosines = nearest(matrix, scales(matrix), matrix[rows], k, itself)
    found, _ = nearest(whole, scales(whole), whole[rows], k, itself)
    common = (true[:, :, np.newaxis] == found[:, np.newaxis, :]).any(axis=2)
    near = directions(whole[true.ravel()]).reshape(*true.shape, -1)
    rounded = np.einsum("rkd,rd->rk", near, directions(whole[rows]))
    error = np.abs(rounded - cosines).max()
    return Rounding(float(common.mean()), float(error), len(rows))


def blocks_of(shown: Shown) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a page says of a model, and its arrays and words by name."""
    numbers, steps = as_bytes(shown.matrix)
    rounding = rounding_of(shown.matrix, numbers)
    facts = {
        "name": shown.name,
        "words": shown.n,
        "of": len(shown.vectors),
        "dim": shown.vectors.dim,
        "map": {"method": shown.map.method, "kept": shown.map.kept, "k": NEIGHBORS},
        "clusters": shown.map.names,
        "rounding": {"k": _K, **rounding._asdict()},
    }
    counts = shown.vectors.counts
    blocks: dict[str, Any] = {
        "words": shown.words,
        "points": _within_one(shown.map.points),
        "clusters": shown.map.clusters.astype(np.uint16),
        "vectors": numbers,
        "scales": steps,
    }
    if counts is not None:
        blocks["counts"] = counts[: shown.n].astype(np.float64)
    return facts, blocks


def _within_one(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Move and shrink a map so that it lies around 0, within about -1 to 1; it keeps its shape."""
    wide = points.astype(np.float64)
    wide -= wide.mean(axis=0)
    largest = np.abs(wide).max(initial=0.0)
    return (wide / (largest or 1.0)).astype(np.float32)
