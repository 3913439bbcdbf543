"""Two coordinates for each vector: one function a method, and the table that names them.

What all of them look at is where vectors point, not how long they are, as neighbours do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from firth.errors import ConfigError, MissingExtraError
from firth.files.machine import available_cores, one_blas_thread
from firth.progress import OnProgress, Progress, Stage
from firth.vectors.components import SecondMoment
from firth.vectors.graph import NeighborGraph, graph_parts, joined
from firth.vectors.matrix import FloatMatrix, directions, scales

Method: TypeAlias = Literal["pca", "tsne"]
METHODS: tuple[Method, ...] = get_args(Method)
#: What methods are called in text.
TITLES: dict[Method, str] = {"pca": "PCA", "tsne": "t-SNE"}

#: How many neighbours count as near, more or less; t-SNE is given three times as many.
PERPLEXITY = 20
#: Fewer words than this have no neighbourhoods.
LEAST_FOR_TSNE = 10
_BLOCK_ROWS = 16_384
_FEW_WORDS = 2_000
_STEPS_BETWEEN_REPORTS = 10


class _Phase(NamedTuple):
    """Some steps of t-SNE.

    Attributes
    ----------
    growth : float
        What the picture is made larger by before the first of them.
    steps : int
        How many.
    exaggeration : float
        So many times more than it should neighbours are drawn together.
    """

    growth: float
    steps: int
    exaggeration: float


# Early exaggeration, and the layout. With many words the picture grows slowly, and still does after
# a thousand steps; made larger at once, it soon keeps what it would after hundreds of steps more.
# docs/pictures.md says what was tried.
_PHASES = (
    _Phase(1.0, 100, 12.0),
    _Phase(1.0, 50, 1.0),
    _Phase(1.5, 100, 1.0),
    _Phase(1.5, 100, 1.0),
    _Phase(1.3, 100, 1.0),
    _Phase(1.2, 60, 1.0),
)
_STEPS = sum(phase.steps for phase in _PHASES)


def pca(matrix: FloatMatrix, on_progress: OnProgress | None = None) -> NDArray[np.float32]:
    """Turn vectors so that the two directions in which they differ most lie on the paper.

    Parameters
    ----------
    matrix : (n, dim) float32 or float64
        The vectors; their directions are what counts.
    on_progress : callable, optional
        Not called: this takes no time.

    Returns
    -------
    (n, 2) float32
        Coordinates; the mean is at (0, 0).

    Examples
    --------
    >>> pca(np.array([[1.0, 0, 0], [-1, 0, 0], [0, 2, 0], [0, -2, 0], [1, 0, 0]])).shape
    (5, 2)
    """
    n, dim = matrix.shape
    blocks = [slice(start, start + _BLOCK_ROWS) for start in range(0, n, _BLOCK_ROWS)]
    mean = sum(directions(matrix[block]).sum(axis=0) for block in blocks) / n
    moment = SecondMoment(dim)
    for block in blocks:
        moment.add(directions(matrix[block]) - mean)
    axes = moment.components(2)
    points = np.zeros((n, 2), dtype=np.float32)
    with one_blas_thread():
        for block in blocks:
            points[block, : len(axes)] = (directions(matrix[block]) - mean) @ axes.T
    return points


def tsne(matrix: FloatMatrix, on_progress: OnProgress | None = None) -> NDArray[np.float32]:
    """Put words side by side whose vectors are near: t-SNE, of firth's exact neighbours.

    The method is van der Maaten and Hinton, "Visualizing Data using t-SNE" (JMLR 9, 2008), made
    fast by interpolation (Linderman et al., Nature Methods 16, 2019), as openTSNE has it. It starts
    from the picture of :func:`pca`, so that the same vectors give the same map, and is made larger
    on the way.

    Parameters
    ----------
    matrix : (n, dim) float32 or float64
        The vectors; their directions are what counts.
    on_progress : callable, optional
        Called with records of stages ``"neighbors"`` and ``"layout"``; if it returns True during
        the second, the map is what there is then.

    Returns
    -------
    (n, 2) float32
        Coordinates.

    Raises
    ------
    ConfigError
        There are fewer than 10 words.
    MissingExtraError
        openTSNE is not installed.
    """
    n = len(matrix)
    if n < LEAST_FOR_TSNE:
        raise ConfigError(
            f"t-SNE needs {LEAST_FOR_TSNE} words or more, and here are {n}; method='pca' draws any "
            "number"
        )
    library = _open_tsne()
    perplexity = min(PERPLEXITY, (n - 1) / 3)
    graph = _graph(matrix, int(3 * perplexity), on_progress)
    return _arranged(library, graph, perplexity, pca(matrix), on_progress)


LAYOUTS: dict[Method, Callable[[FloatMatrix, OnProgress | None], NDArray[np.float32]]] = {
    "pca": pca,
    "tsne": tsne,
}


def checked_method(method: str) -> Method:
    """Return a method's name.

    Raises
    ------
    ConfigError
        It is none of :data:`METHODS`.
    """
    if method not in METHODS:
        raise ConfigError(f"method is {method!r}; it must be one of {', '.join(METHODS)}")
    return method


def _graph(matrix: FloatMatrix, k: int, on_progress: OnProgress | None) -> NeighborGraph:
    """Find the `k` exact neighbours of each word, and say how far that is."""
    n = len(matrix)
    report = on_progress or (lambda record: None)
    report(Progress("neighbors", total_words=n))
    clock = _Clock()
    parts = []
    for part in graph_parts(matrix, scales(matrix), k, None, "cosine"):
        parts.append(part)
        report(clock.record("neighbors", int(part.rows[-1]) + 1, n))
    return joined(parts)


def _arranged(
    library: Any,
    graph: NeighborGraph,
    perplexity: float,
    begin: NDArray[np.float32],
    on_progress: OnProgress | None,
) -> NDArray[np.float32]:
    """Let openTSNE arrange words by their neighbours, beginning with a small picture of them."""
    # Their number does not change a bit. Threads that wait for one another all the time are slower
    # than one: 60 words took 7.4 s of two cores, .09 s of one.
    threads = available_cores() if len(begin) > _FEW_WORDS else 1
    affinities = library.affinity.PerplexityBasedNN(
        knn_index=library.nearest_neighbors.PrecomputedNeighbors(
            # What openTSNE takes for distances between directions; the chords between their ends
            # kept .346 of true neighbours where these kept .351 (20,000 words of Wikipedia).
            graph.neighbors,
            1.0 - graph.values,
        ),
        perplexity=perplexity,
        n_jobs=threads,
    )
    small = begin.astype(np.float64)
    small *= 1e-4 / max(float(small[:, 0].std()), np.finfo(float).tiny)
    reporter = None if on_progress is None else _Reporter(len(small), on_progress)
    picture = library.TSNE(
        n_jobs=threads,
        random_state=0,
        callbacks=reporter,
        callbacks_every_iters=_STEPS_BETWEEN_REPORTS,
    ).prepare_initial(affinities=affinities, initialization=small)
    for phase in _PHASES:
        if reporter is None or not reporter.stopped:
            picture *= phase.growth
            picture.optimize(phase.steps, inplace=True, exaggeration=phase.exaggeration)
    return np.asarray(picture, dtype=np.float32)


class _Reporter:
    """Tells how far t-SNE is: what openTSNE calls now and then."""

    def __init__(self, n: int, on_progress: OnProgress) -> None:
        self._n, self._report = n, on_progress
        self._clock, self._done, self.stopped = _Clock(), 0, False
        on_progress(Progress("layout", total_words=n * _STEPS, epochs=_STEPS))

    def __call__(self, iteration: int, error: float, embedding: object) -> bool:
        self._done += _STEPS_BETWEEN_REPORTS
        record = self._clock.record("layout", self._n * self._done, self._n * _STEPS)
        self.stopped = bool(self._report(replace(record, epoch=self._done, epochs=_STEPS)))
        return self.stopped


class _Clock:
    """Knows when some work began, and how long it will take at this speed."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    def record(self, stage: Stage, done: int, total: int) -> Progress:
        """Say how much is done."""
        elapsed = max(time.perf_counter() - self._started, 1e-9)
        speed = done / elapsed
        return Progress(
            stage,
            words=done,
            total_words=total,
            words_per_second=speed,
            elapsed=elapsed,
            eta=(total - done) / speed,
        )


def _open_tsne() -> Any:
    try:
        import openTSNE
        import openTSNE.affinity
        import openTSNE.nearest_neighbors
    except ImportError as error:
        raise MissingExtraError("openTSNE", "map") from error
    return openTSNE
