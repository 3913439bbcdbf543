"""Maps: two coordinates a word, and what they keep.

A map is made once (:func:`make_map`), kept in the folder of its model (:func:`save_map`), and found
there again by whoever draws it (:func:`read_map`), as long as the model has the same vectors::

    map-tsne.safetensors   points (n, 2) float32, clusters (n,) int32, and all else as text

Words are those of the first n rows. A map is a cache: it may come from somebody else, so it is read
with every check, and it can be made again.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth._version import __version__
from firth.errors import ConfigError, FormatError
from firth.files.given import given_path
from firth.files.parsing import parse_json
from firth.files.safetensors import read_metadata, read_safetensors, write_safetensors
from firth.progress import OnProgress
from firth.values import Whole, shown
from firth.vectors import FloatMatrix, WordVectors
from firth.vectors.kept import digest_of
from firth.vectors.matrix import read_only, scales
from firth.vectors.search import nearest
from firth.view.clusters import clusters_of, count_for, names_of
from firth.view.layouts import LAYOUTS, METHODS, Method, checked_method

#: A map is of so many words at most, if nobody says how many: t-SNE compares all with all.
MOST_WORDS = 200_000
#: How many neighbours are looked for on a map, and of how many words.
NEIGHBORS, ASKED = 15, 2_000

_FORMAT, _VERSION = "firth-map", "1"
_LONGEST_NAME = 1_000
_DTYPES = ("F32", "I32")


class Map(NamedTuple):
    """Where words lie on a plane. The arrays are read-only.

    Attributes
    ----------
    points : (n, 2) float32
        Coordinates of the first n words, finite; in no unit.
    clusters : (n,) int32
        The group of each word, from 0, the largest group first.
    names : list of str
        What each group is called: its most typical words. Text of anybody: never HTML.
    method : {"pca", "tsne"}
        How the points were found.
    kept : float
        Part of the true 15 nearest neighbours of a word that are among its 15 nearest on the map,
        the mean of 2,000 words (or of all, if there are fewer), in [0, 1].
    digest : str
        Of the n vectors and their words, 64 hex digits.
    """

    points: NDArray[np.float32]
    clusters: NDArray[np.int32]
    names: list[str]
    method: Method
    kept: float
    digest: str


def make_map(
    vectors: WordVectors,
    method: Method = "pca",
    *,
    top: int = MOST_WORDS,
    clusters: int | None = None,
    on_progress: OnProgress | None = None,
) -> Map:
    """Find two coordinates for each word, and groups of words with names.

    The same vectors give the same map, at any number of threads.

    Parameters
    ----------
    vectors : WordVectors
        The words; finite.
    method : {"pca", "tsne"}
        ``"pca"`` takes no time, and keeps what differs most; ``"tsne"`` takes about a minute for
        50,000 words, and keeps neighbourhoods. See :mod:`firth.view.layouts`.
    top : int
        The first so many words only: usually the most frequent ones.
    clusters : int, optional
        Groups wanted; by default a number that suits the number of words.
    on_progress : callable, optional
        Called with :class:`~firth.progress.Progress` of stages ``"neighbors"`` and ``"layout"``.

    Raises
    ------
    ConfigError
        `top` or `clusters` is below 1, there is no such method, no word, or too few for it.
    MissingExtraError
        The method needs openTSNE, which is not installed.
    FormatError
        A vector holds NaN or infinity.

    Examples
    --------
    >>> vectors = WordVectors(["cat", "dog", "tax"], [[1.0, 0.0], [1.0, 0.5], [0.0, 1.0]])
    >>> found = make_map(vectors)
    >>> found.points.shape, found.clusters.tolist(), found.names, found.kept
    ((3, 2), [0, 0, 0], ['dog, cat, tax'], 1.0)
    """
    method = checked_method(method)
    n = min(Whole(1).check("top", top), len(vectors))
    k = count_for(n) if clusters is None else Whole(1).check("clusters", clusters)
    if n == 0:
        raise ConfigError("there is no word to put on a map")
    _ = vectors.norms  # which says of NaN where it is
    matrix = vectors.matrix[:n]
    points = LAYOUTS[method](matrix, on_progress)
    labels = clusters_of(matrix, k)
    return Map(
        read_only(points),
        read_only(labels),
        names_of(matrix, vectors.words, labels),
        method,
        kept_neighbors(matrix, points),
        map_digest(vectors, n),
    )


def kept_neighbors(matrix: FloatMatrix, points: NDArray[np.float32], asked: int = ASKED) -> float:
    """Return which part of the true neighbours of words are their neighbours on a map.

    Parameters
    ----------
    matrix : (n, dim) float32 or float64
        The vectors; neighbours are by cosine.
    points : (n, 2) float32
        The map.
    asked : int
        Of how many words; they are taken evenly from all.

    Examples
    --------
    >>> plane = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
    >>> line = np.zeros_like(plane)
    >>> directions = plane / np.linalg.norm(plane, axis=1, keepdims=True)
    >>> kept_neighbors(plane, directions), kept_neighbors(plane, line) < 0.3
    (1.0, True)
    """
    n = len(matrix)
    k = min(NEIGHBORS, n - 1)
    if k == 0:
        return 1.0
    rows = np.unique(np.linspace(0, n - 1, min(n, asked)).astype(np.int64))
    itself = rows[:, np.newaxis]
    true, _ = nearest(matrix, scales(matrix), matrix[rows], k, itself)
    drawn, _ = nearest(points, scales(points), points[rows], k, itself, metric="euclidean")
    common = (true[:, :, np.newaxis] == drawn[:, np.newaxis, :]).any(axis=2)
    return float(common.mean())


def map_digest(vectors: WordVectors, n: int) -> str:
    """Return SHA-256 of the first `n` words and their vectors, in hex digits."""
    found = sha256(digest_of(vectors.matrix[:n]).encode())
    for word in vectors.words[:n]:
        text = str(word).encode(errors="surrogatepass")
        found.update(len(text).to_bytes(8, "little") + text)
    return found.hexdigest()


def map_path(place: Path, method: Method) -> Path:
    """Say where the map of a model's folder is kept; of a single file of vectors, beside it.

    >>> map_path(Path("vectors.vec"), "pca").name
    'vectors.vec.map-pca.safetensors'
    """
    name = f"map-{method}.safetensors"
    return place / name if place.is_dir() else place.with_name(f"{place.name}.{name}")


def save_map(found: Map, place: str | Path) -> Path:
    """Keep a map with its model, in place of the one of the same method; return the file.

    Parameters
    ----------
    found : Map
        The map.
    place : str or Path
        The folder of the model, or the file of vectors, which stays as it is.

    Raises
    ------
    OSError
        It cannot be written; what was there is as it was.
    """
    about = {
        "format": _FORMAT,
        "version": _VERSION,
        "firth_version": __version__,
        "method": found.method,
        "kept": repr(float(found.kept)),
        "digest": found.digest,
        "names": json.dumps(found.names),
    }
    path = map_path(given_path("place", place), found.method)
    write_safetensors(path, {"points": found.points, "clusters": found.clusters}, about)
    return path


def read_map(
    place: str | Path, vectors: WordVectors | None = None, method: Method | None = None
) -> Map | None:
    """Find the map that is kept with a model.

    Parameters
    ----------
    place : str or Path
        The folder of the model, or the file of vectors.
    vectors : WordVectors, optional
        The words that it must be of; without them it is not known whether the map still fits.
    method : {"pca", "tsne"}, optional
        How it was made; by default the one that keeps most neighbours.

    Returns
    -------
    Map or None
        None if there is none, or only of other vectors.

    Raises
    ------
    FormatError
        It is damaged, or of a newer version of firth.

    Examples
    --------
    >>> import tempfile
    >>> vectors = WordVectors(["cat", "dog", "tax"], [[1.0, 0.0], [1.0, 0.5], [0.0, 1.0]])
    >>> folder = tempfile.mkdtemp()
    >>> save_map(make_map(vectors), folder).name, read_map(folder, vectors).names
    ('map-pca.safetensors', ['dog, cat, tax'])
    >>> read_map(folder, WordVectors(["cat"], [[0.5]])) is None
    True
    """
    folder = given_path("place", place)
    methods = METHODS if method is None else (checked_method(method),)
    paths = [path for each in methods if (path := map_path(folder, each)).is_file()]
    found = [_read(path) for path in paths]
    fitting = [each for each in found if vectors is None or _is_of(each, vectors)]
    return max(fitting, key=lambda each: each.kept, default=None)


def _is_of(found: Map, vectors: WordVectors) -> bool:
    n = len(found.points)
    return n <= len(vectors) and map_digest(vectors, n) == found.digest


def _read(path: Path) -> Map:
    """Read a map, and believe nothing of it."""
    about = {name: text for name, text in read_metadata(path).items() if isinstance(text, str)}
    if about.get("format") != _FORMAT or about.get("version") != _VERSION:
        raise FormatError(
            f"{path}: format {shown(about.get('format'))}, version {shown(about.get('version'))}; "
            f"this is firth {__version__}, which reads {_FORMAT!r}, version {_VERSION}: make the "
            "map again with `firth map`"
        )
    tensors = read_safetensors(path, _DTYPES, vectors=True)
    problem = _problem(tensors, about)
    if problem is not None:
        raise FormatError(
            f"{path}: {problem}; it is damaged, delete it or make it again with `firth map`"
        )
    return Map(
        tensors["points"],
        tensors["clusters"],
        parse_json(about["names"]),
        checked_method(about["method"]),
        float(about["kept"]),
        about["digest"],
    )


def _problem(tensors: dict[str, NDArray[np.generic]], about: dict[str, str]) -> str | None:
    """Say what is wrong with a map; None if nothing is."""
    points, clusters = tensors.get("points"), tensors.get("clusters")
    if points is None or points.ndim != 2 or points.shape[1] != 2 or points.dtype != np.float32:
        return "there is no matrix 'points' of two float32 a word"
    if not np.isfinite(points).all():
        return "a coordinate is not a finite number"
    if clusters is None or clusters.shape != (len(points),) or clusters.dtype != np.int32:
        return "'clusters' are not one int32 for each word"
    try:
        names, kept = parse_json(about["names"]), float(about["kept"])
    except (KeyError, TypeError, ValueError):
        return "the header does not say what groups are called, and what the map keeps"
    if not isinstance(names, list) or not all(map(_is_name, names)):
        return "the groups have no names"
    if clusters.min() < 0 or clusters.max() >= len(names):
        return f"a group is not among the {len(names):,} that have names"
    if not 0.0 <= kept <= 1.0:
        return f"the part of neighbours kept is {shown(kept)}; it must be within 0 and 1"
    if about.get("method") not in METHODS or "digest" not in about:
        return "the header does not say how it was made, and of what"
    return None


def _is_name(name: object) -> bool:
    try:
        return isinstance(name, str) and len(name.encode()) <= _LONGEST_NAME
    except UnicodeEncodeError:  # half a character, which nothing can show
        return False
