"""The classic run: word vectors from the Stanford Sentiment Treebank, digit for digit.

The exercise behind it is Stanford's CS224n, assignment 2: skip-gram with negative sampling, 10
dimensions, 40,000 iterations of 50 windows. Two public runs of it report the same cost at the end,
9.812206. `CLASSIC` meets it; `MODERN` of `firth.recipes.spending` spends the same windows better.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from firth.errors import CorpusError, TrainingError
from firth.files.given import given_path
from firth.files.output import check_writable
from firth.recipes.checkpoint import CHECKPOINT_FILE, Snapshot
from firth.recipes.floors import Floors, floors
from firth.recipes.spending import CLASSIC, Recipe
from firth.recipes.treebank import Treebank, load_treebank
from firth.values import Real, Whole

if TYPE_CHECKING:
    from firth.recipes.kernel import Stream

SEED, NUMPY_SEED = 31415, 9265
ITERATIONS = 40_000
COPIES = 30
STRETCH = 400  # iterations between looks at the clock, about 20 ms
EXPECTED = {10: 19.061546, 39980: 9.813174, 39990: 9.854022, 40000: 9.812206}
NOTES_COST, NOTES_SECONDS = 6.836423, 10_327
SANITY_COST = 10.0

Matrix = npt.NDArray[np.float64]
Report = Callable[[int, float], None]


@dataclass(frozen=True)
class ClassicResult:
    """What `run_classic` leaves.

    Attributes
    ----------
    recipe : str
        ``"classic"`` or ``"modern"``.
    words : list of str
        The V words.
    counts : ndarray (V,) int64
        Their counts.
    center_vectors, outside_vectors : ndarray (V, 10) float64
        Both matrices.
    trace : list of (int, float)
        Iteration and smoothed cost, every 10 iterations.
    seconds : float
        Time spent in training, the parts before an interruption included.
    resumed_at : int
        The iteration that a checkpoint gave back, or 0.
    iterations : int
        Batches of 50 windows.
    comparison : list of (int, float, float)
        Iteration, published cost, and the cost here.
    seed : int or None
        Of start and draws; None for the published ones.
    floors : Floors
        What models cost that know nothing about pairs of words.
    """

    recipe: str
    words: list[str]
    counts: npt.NDArray[np.int64]
    center_vectors: Matrix
    outside_vectors: Matrix
    trace: list[tuple[int, float]]
    seconds: float
    resumed_at: int
    iterations: int
    comparison: list[tuple[int, float, float]] = field(default_factory=list)
    seed: int | None = None
    floors: Floors | None = None

    @property
    def cost(self) -> float:
        """The smoothed cost at the end."""
        return self.trace[-1][1] if self.trace else float("nan")

    @property
    def sane(self) -> bool:
        """The cost is where it should be at convergence, around 10 or below."""
        return self.cost <= SANITY_COST

    @property
    def matches(self) -> bool | None:
        """Every published cost is met to all digits; None if there is none to compare."""
        if not self.comparison:
            return None
        return all(f"{got:.6f}" == f"{expected:.6f}" for _, expected, got in self.comparison)


def run_classic(
    data: Treebank | str | Path | None = None,
    output: str | Path | None = None,
    *,
    recipe: Recipe = CLASSIC,
    iterations: int = ITERATIONS,
    seed: int | None = None,
    on_progress: Report | None = None,
    checkpoint_seconds: float = 1.0,
) -> ClassicResult:
    """Train the classic word vectors.

    Parameters
    ----------
    data : Treebank, path or None
        The corpus, or what `load_treebank` takes.
    output : path, optional
        A folder for the checkpoint. If it holds one, the run goes on from it and ends at the same
        digits; at the end it is removed.
    recipe : Recipe
        `CLASSIC` or `MODERN`.
    iterations : int
        Batches of 50 windows, a multiple of 10.
    seed : int, optional
        Of both generators, for another start and other draws; the published seeds by default.
    on_progress : callable, optional
        ``on_progress(iteration, smoothed cost)``, every 10 iterations.
    checkpoint_seconds : float
        Seconds between checkpoints.

    Returns
    -------
    ClassicResult
        Vectors, trace, time.

    Raises
    ------
    CorpusError
        The treebank cannot be had, or leaves nothing to train on.
    ConfigError
        A number is out of range, the checkpoint is of another run, or the folder
        cannot be written.
    FormatError
        The checkpoint is damaged.
    TrainingError
        The cost is no longer finite.
    KeyboardInterrupt
        Passed on, with a note that says where the run goes on.
    """
    seed = None if seed is None else Whole(0, 2**32 - 1).check("seed", seed)
    iterations = Whole(10, multiple=10).check("iterations", iterations)
    checkpoint_seconds = Real(0).check("checkpoint_seconds", checkpoint_seconds)
    treebank = data if isinstance(data, Treebank) else load_treebank(data)
    from firth.recipes import kernel

    n_words = len(treebank.words)
    stream, first_reach = make_stream(treebank, SEED if seed is None else seed)
    path = None
    if output is not None:
        folder = given_path("output", output)
        check_writable(folder)
        path = folder / CHECKPOINT_FILE
    name = _fingerprint(treebank, recipe, iterations, seed)
    snapshot = None if path is None else Snapshot.read(path, name)
    if snapshot is None:
        first = np.random.RandomState(NUMPY_SEED if seed is None else seed).rand(
            n_words, kernel.DIM
        )
        snapshot = Snapshot(
            state=stream.state,
            center=(first - 0.5) / kernel.DIM,
            outside=np.zeros((n_words, kernel.DIM)),
            squares=np.full(
                (2, n_words if recipe.adaptive else 0, kernel.DIM), recipe.first_square
            ),
            costs=np.zeros(0),
            seconds=0.0,
        )
    start = resumed_at = len(snapshot.costs) * kernel.REPORT_EVERY
    stream = stream._replace(state=snapshot.state)
    parameters = kernel.Parameters(
        *map(_padded, (snapshot.center, snapshot.outside, *snapshot.squares))
    )
    costs = np.concatenate((snapshot.costs, np.zeros((iterations - start) // 10)))
    rates = recipe.rates(iterations)
    batch = kernel.empty_batch()

    def advance(begin: int, end: int) -> None:
        stretch = kernel.Stretch(
            rates[begin:end],
            costs[begin // 10 : end // 10],
            recipe.adaptive,
            first_reach if begin == 0 else 0,
        )
        kernel.run_batches(stream, parameters, stretch, batch)

    advance(start, start)  # compiles, or fetches from the cache, before the clock starts
    trace = smooth(snapshot.costs)
    began = time.perf_counter() - snapshot.seconds
    saved = time.perf_counter()
    try:
        while start < iterations:
            end = min(start + STRETCH, iterations)
            advance(start, end)
            for iteration in range(start + 10, end + 1, 10):
                trace.append((iteration, _smoothed(trace, costs[iteration // 10 - 1])))
                if on_progress is not None:
                    on_progress(*trace[-1])
            start = end
            if not np.isfinite(costs[start // 10 - 1]):
                raise TrainingError(
                    f"the cost is {costs[start // 10 - 1]} at iteration {start:,} (largest weight "
                    f"{np.nanmax(np.abs(parameters.center)):.3g}); use a smaller step"
                )
            due = time.perf_counter() - saved >= checkpoint_seconds
            if path is not None and due and start < iterations:
                center, outside, *squares = (matrix[:, : kernel.DIM] for matrix in parameters)
                seconds = time.perf_counter() - began
                so_far = costs[: start // 10]
                Snapshot(stream.state, center, outside, np.array(squares), so_far, seconds).write(
                    path, name
                )
                saved = time.perf_counter()
    except KeyboardInterrupt as stop:
        if path is not None:
            kept = Snapshot.read(path, name)  # what is there, whenever the signal came
            stop.add_note(
                "nothing was saved yet; run again to begin anew"
                if kept is None
                else f"run again to go on from iteration {len(kept.costs) * 10:,}"
            )
        raise
    seconds = time.perf_counter() - began
    if path is not None:
        path.unlink(missing_ok=True)
    classic = recipe.name == CLASSIC.name and treebank.is_original and seed is None
    got = dict(trace)
    return ClassicResult(
        recipe=recipe.name,
        words=treebank.words,
        counts=treebank.counts,
        center_vectors=parameters.center[:, : kernel.DIM].copy(),
        outside_vectors=parameters.outside[:, : kernel.DIM].copy(),
        trace=trace,
        seconds=seconds,
        resumed_at=resumed_at,
        iterations=iterations,
        comparison=[(i, cost, got[i]) for i, cost in EXPECTED.items() if classic and i in got],
        seed=seed,
        floors=floors(stream.sentences, treebank.noise_shares()),
    )


def make_stream(treebank: Treebank, seed: int = SEED) -> tuple[Stream, int]:
    """Draw the training sentences as the published run does.

    Parameters
    ----------
    treebank : Treebank
        The corpus.
    seed : int
        Of the generator.

    Returns
    -------
    stream : Stream
        Sentences, noise table, and the generator after that.
    first_reach : int
        The half-width of the first window: it is drawn before the sentences are.
    """
    from firth.recipes import kernel
    from firth.recipes.mersenne import draw_below, seed_state

    if len(treebank.words) >= kernel.NO_WORD:
        raise CorpusError(
            f"the corpus has {len(treebank.words):,} different words; the classic run's tables "
            f"take {kernel.NO_WORD - 1:,}. Use firth.train for other corpora"
        )
    state = seed_state(seed)
    first_reach = 1 + int(draw_below(state, kernel.REACH))
    room = kernel.Sentences(
        np.empty(len(treebank.tokens) * COPIES, np.uint16),
        np.zeros((len(treebank.offsets) - 1) * COPIES + 1, np.int64),
    )
    sentences = kernel.Sentences(treebank.tokens, treebank.offsets)
    written = kernel.subsample(state, sentences, treebank.reject_probabilities(), COPIES, room)
    offsets = room.offsets[: written + 1].copy()
    tokens = room.tokens[: offsets[-1]].copy()
    # Without two different neighbours anywhere, the search for a window would not end.
    differ = np.flatnonzero(tokens[1:] != tokens[:-1]) + 1
    if np.isin(differ, offsets, invert=True).sum() == 0:
        raise CorpusError(
            "no sentence of the corpus has two different words left after subsampling; the "
            "classic run needs the treebank's sentences"
        )
    table = np.full(kernel.TABLE_SLOTS, kernel.NO_WORD, np.uint16)
    noise = treebank.noise_table()
    table[: len(noise)] = noise
    return kernel.Stream(kernel.Sentences(tokens, offsets), table, state), first_reach


def smooth(costs: Matrix) -> list[tuple[int, float]]:
    """Return iteration and smoothed cost of every report: the first, then 0.95 old + 0.05 new.

    Examples
    --------
    >>> smooth(np.array([20.0, 10.0]))
    [(10, 20.0), (20, 19.5)]
    """
    trace: list[tuple[int, float]] = []
    for report, cost in enumerate(costs, start=1):
        trace.append((report * 10, _smoothed(trace, cost)))
    return trace


def _smoothed(trace: list[tuple[int, float]], cost: float) -> float:
    return 0.95 * trace[-1][1] + 0.05 * float(cost) if trace else float(cost)


def _padded(matrix: Matrix) -> Matrix:
    """Return a copy with rows of 16 numbers, the first at a multiple of 64 bytes."""
    from firth.recipes.kernel import ROW

    room = np.zeros(matrix.shape[0] * ROW + 8)
    start = -room.ctypes.data % 64 // 8
    rows = room[start : start + matrix.shape[0] * ROW].reshape(matrix.shape[0], ROW)
    rows[:, : matrix.shape[1]] = matrix
    return rows


def _fingerprint(treebank: Treebank, recipe: Recipe, iterations: int, seed: int | None) -> str:
    """Name the run that a checkpoint belongs to."""
    digest = hashlib.sha256(treebank.tokens.tobytes() + treebank.offsets.tobytes())
    digest.update(recipe.rates(iterations).tobytes())
    digest.update(f"{recipe.adaptive} {recipe.first_square} {seed}".encode())
    return digest.hexdigest()
