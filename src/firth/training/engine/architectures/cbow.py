r"""CBOW: the mean of the window's words predicts the word in its middle.

(Mikolov et al. 2013a, section 3.1.) With m words in the window of position t, and v_j the input
vector of the word at position j::

    h       = 1/m Σ_j v_j          (``cbow_mean=False``: Σ_j v_j)
    ∂J/∂v_j = 1/m ∂J/∂h            (``cbow_gradient="word2vec"``: ∂J/∂h, undivided)

The input vectors of a chunk's positions, and of `window` more on either side, are gathered once;
the means are sums over spans of that buffer, and their updates go back to the same spans, so that
a batch begins where the one before has left the buffer. A word that stands alone has no window: it
is not predicted.

word2vec.c, gensim and fastText leave out the division on the way back, so that each word of the
window moves m times as far. The exact gradient wants a larger learning rate (Irsoy, Benton and
Stratos 2021, "Corrected CBOW performs as well as skip-gram").
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import Choice, Flag, Member, Option, TrainConfig
from firth.kernels.compiler import implements, kernel
from firth.training.engine.blocks import span_hidden, span_targets
from firth.training.engine.functions import fill
from firth.training.engine.processor import LANES
from firth.training.engine.rows import aligned_zeros, copy_row, subtract_row
from firth.training.engine.size import RunSize
from firth.training.engine.steps import (
    form_hidden,
    gather_input,
    gather_inputs,
    predicted,
    predicted_range,
    prefetch_input,
    prefetch_inputs,
    scatter_input,
    scatter_inputs,
    spread_hidden,
)

MEMBER = Member(
    "the mean of the window's words predicts the centre word",
    options=(
        Option(
            "cbow_mean",
            True,
            Flag(off="cbow-sum"),
            "The hidden vector is the mean of the window's vectors, else their sum",
            "Mikolov et al. 2013a, section 3.1",
        ),
        Option(
            "cbow_gradient",
            "word2vec",
            Choice(
                {
                    "exact": "each word's share is divided by their number, as the mean's is",
                    "word2vec": "undivided for each word, as word2vec.c, gensim and fastText do",
                }
            ),
            "What goes back to the words of a mean",
            "İrsoy et al. 2021, section 2",
            when={"cbow_mean": True},
        ),
    ),
    tuned=(
        # A pair a word instead of six: fewer noise words do.
        ({}, {"chunk_size": 128, "batch_size": 32}),
    ),
)
#: With negative sampling steps are whole up to so many visits of a word, on average, and fall with
#: their fourth root to the least. Found by trying, texts, logs and walks of .05 to 2.5 million
#: tokens, 5 to 50 epochs, and 20 million words: .1 is right for 200 visits, .075 for 500, .05 for
#: 2,000. Exact gradients want twice as much.
LARGEST_RATE, LEAST_RATE, WHOLE_VISITS = 0.1, 0.04, 200.0
#: And they are smaller with fewer words than these. Random text of 2 to 25 words, 80 to 16,000
#: tokens: at .1 it ran away up to 10 words, in rounds of the deterministic mode up to 25.
ENOUGH_WORDS = 50
#: Sums of a window are as much longer.
RATE_OF_SUMS = 0.05


def twin(
    rows: NDArray[Any], member: NDArray[Any], *, mean: bool = True, exact: bool = True
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return hidden vectors, and the matrix that sends their updates back: the kernels in NumPy.

    Parameters
    ----------
    rows : (n_o, dim)
        Input vectors of the positions in reach.
    member : (n_h, n_o)
        1 where position o is in the window of centre t, else 0.
    mean, exact : bool
        ``cbow_mean``; ``cbow_gradient == "exact"``.

    Returns
    -------
    hidden : (n_h, dim)
        Mean or sum of each window; 0 for an empty one.
    back : (n_h, n_o)
        ``d_rows = back.T @ d_hidden``.

    Examples
    --------
    >>> hidden, back = twin(np.array([[1.0], [3.0]]), np.array([[1, 1], [0, 1]]))
    >>> hidden.ravel().tolist(), back.tolist()
    ([2.0, 3.0], [[0.5, 0.5], [0.0, 1.0]])
    """
    m = np.maximum(member.sum(axis=1, keepdims=True), 1) if mean else 1.0
    return (member / m) @ rows, member / m if exact else member / 1.0


class Cbow(NamedTuple):
    """CBOW with windows of at most `window` words to each side, and a thread's buffers.

    Attributes
    ----------
    window : int
        Largest half-width.
    mean, exact : bool
        Whether the hidden vector is a mean, and whether the gradient is that of a mean.
    rows, start : (chunk_size + 2 window, stride)
        Input vectors of the positions in reach, as updated and as gathered.
    first, last : (batch_size,) int64
        The rows of each centre's window, the centre's own included.
    weights : (batch_size * (2 window + 1) + LANES,)
        What each row of each window is multiplied by, on the way there: 1/m or 1; 0 for the
        centre's own.
    back : (batch_size * (2 window + 1) + LANES,)
        And on the way back, where that differs.
    """

    window: int
    mean: bool
    exact: bool
    rows: NDArray[Any]
    start: NDArray[Any]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    weights: NDArray[Any]
    back: NDArray[Any]

    @property
    def most_predicted(self) -> int:
        """The most positions that one centre predicts: itself."""
        return 1

    @property
    def mean_pairs(self) -> float:
        """Pairs that a word stands in each time it occurs, on average."""
        return 1.0

    @property
    def margin(self) -> int:
        """How far before and behind a chunk predicted positions may lie."""
        return 0


def fit(config: TrainConfig, size: RunSize) -> dict[str, Any]:
    """Return settings that fit a run of this size, for those that are None."""
    rate = LARGEST_RATE * (WHOLE_VISITS / max(WHOLE_VISITS, size.visits)) ** 0.25
    exact = config.cbow_mean and config.cbow_gradient == "exact"
    rate = (2 if exact else 1) * max(LEAST_RATE, rate) if config.cbow_mean else RATE_OF_SUMS
    return {"learning_rate": size.at_most(rate, ENOUGH_WORDS)}


def build(config: TrainConfig) -> Cbow:
    """Make the architecture, with buffers for one thread."""
    size, dtype = config.batch_size, config.dtype
    reach, most = config.chunk_size + 2 * config.window, size * (2 * config.window + 1) + LANES
    return Cbow(
        config.window,
        config.cbow_mean,
        config.cbow_mean and config.cbow_gradient == "exact",
        aligned_zeros(reach, config.dim, dtype),
        aligned_zeros(reach, config.dim, dtype),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(most, dtype),
        np.zeros(most, dtype),
    )


@kernel
def in_reach(band: Any, segment: Any, c0: Any, c1: Any) -> Any:
    """Return (first, last): the positions whose input vectors a chunk needs."""
    return max(0, c0 - band.window), min(segment.words.shape[0], c1 + band.window)


@implements(gather_inputs, Cbow)
def _gather_inputs(architecture: Any, unit: Any, segment: Any, c0: Any, c1: Any, work: Any) -> None:
    o0, o1 = in_reach(architecture, segment, c0, c1)
    for o in range(o0, o1):
        gather_input(unit, work.input_matrix, segment.words[o], architecture.rows, o - o0)
        copy_row(architecture.rows, o - o0, architecture.start, o - o0)


@implements(form_hidden, Cbow)
def _form_hidden(
    architecture: Any, unit: Any, segment: Any, c0: Any, b0: Any, b1: Any, work: Any
) -> None:
    band, number = architecture, work.hidden.dtype.type
    o0, k = max(0, c0 - band.window), 0
    for t in range(b0, b1):
        first, last = segment.first[t], segment.last[t]
        size, skip = last - first, k + t - first
        band.first[t - b0], band.last[t - b0] = first - o0, last - o0
        weight = number(1) / number(max(1, size - 1)) if band.mean else number(1)
        fill(band.weights, k, size, weight)
        band.weights[skip] = 0
        if band.mean and not band.exact:
            fill(band.back, k, size, number(1))
            band.back[skip] = 0
        k += size
    span_hidden(band.rows, band.first, band.last, b1 - b0, band.weights, work.hidden)


@implements(spread_hidden, Cbow)
def _spread_hidden(
    architecture: Any, unit: Any, segment: Any, c0: Any, b0: Any, b1: Any, work: Any
) -> None:
    band = architecture
    back = band.back if band.mean and not band.exact else band.weights
    span_targets(work.d_hidden, band.first, band.last, b1 - b0, back, band.rows)


@implements(scatter_inputs, Cbow)
def _scatter_inputs(
    architecture: Any, unit: Any, segment: Any, c0: Any, c1: Any, work: Any
) -> None:
    o0, o1 = in_reach(architecture, segment, c0, c1)
    for o in range(o0, o1):
        subtract_row(architecture.rows, o - o0, architecture.start, o - o0)
        scatter_input(unit, work.input_matrix, segment.words[o], architecture.rows, o - o0)


@implements(prefetch_inputs, Cbow)
def _prefetch_inputs(
    architecture: Any, unit: Any, segment: Any, b0: Any, b1: Any, chunk_size: Any, work: Any
) -> None:
    # The next chunk's share; the first ones are in reach of this chunk too.
    n, ahead = segment.words.shape[0], chunk_size + architecture.window
    for o in range(min(n, b0 + ahead), min(n, b1 + ahead)):
        prefetch_input(unit, work.input_matrix, segment.words[o])


@implements(predicted_range, Cbow)
def _predicted_range(architecture: Any, segment: Any, c0: Any, c1: Any) -> Any:
    return c0, c1


@implements(predicted, Cbow)
def _predicted(architecture: Any, segment: Any, t: Any) -> Any:
    # A window holds its centre; one of a single word is empty, and nothing is predicted.
    return t, t + min(1, segment.last[t] - segment.first[t] - 1), -1
