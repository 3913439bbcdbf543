r"""CBOW: the mean of the window's words predicts the word in its middle.

(Mikolov et al. 2013a, section 3.1.) With m words in the window of position t, and v_j the input
vector of the word at position j::

    h       = 1/m Σ_j v_j          (``cbow_mean=False``: Σ_j v_j)
    ∂J/∂v_j = 1/m ∂J/∂h            (``cbow_gradient="word2vec"``: ∂J/∂h, undivided)

The input vectors of a batch's positions, and of `window` more on either side, are gathered once;
the means are sums along a band of that buffer, and their updates go back along the same band. A
word that stands alone has no window: it is not predicted.

word2vec.c, gensim and fastText leave out the division on the way back, so that each word of the
window moves m times as far. The exact gradient wants a larger learning rate (Irsoy, Benton and
Stratos 2021, "Corrected CBOW performs as well as skip-gram").
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.training.blocks import aligned_zeros, band_spread, band_sums, clear
from firth.training.compiler import implements
from firth.training.engine import (
    form_hidden,
    gather_input,
    predicted,
    predicted_range,
    prefetch_input,
    prefetch_inputs,
    scatter_input,
    spread_hidden,
)


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
    rows, d_rows : (batch_size + 2 window, stride)
        Input vectors of the positions in reach, and their updates.
    first, last, skip : (batch_size,) int64
        The rows of each centre's window, and the centre's own, which is left out.
    weight, back : (batch_size,)
        What the sum is multiplied by, there and back: 1/m or 1.
    """

    window: int
    mean: bool
    exact: bool
    rows: NDArray[Any]
    d_rows: NDArray[Any]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    skip: NDArray[np.int64]
    weight: NDArray[Any]
    back: NDArray[Any]

    @property
    def most_predicted(self) -> int:
        """The most positions that one centre predicts: itself."""
        return 1

    @property
    def margin(self) -> int:
        """How far before and behind a chunk predicted positions may lie."""
        return 0


def build(config: TrainConfig) -> Cbow:
    """Make the architecture, with buffers for one thread."""
    size, dtype = config.batch_size, config.dtype
    reach = size + 2 * config.window
    return Cbow(
        config.window,
        config.cbow_mean,
        config.cbow_gradient == "exact",
        aligned_zeros(reach, config.dim, dtype),
        aligned_zeros(reach, config.dim, dtype),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, dtype),
        np.zeros(size, dtype),
    )


@implements(form_hidden, Cbow)
def _form_hidden(architecture: Any, unit: Any, segment: Any, b0: Any, b1: Any, work: Any) -> None:
    band = architecture
    o0 = max(0, b0 - band.window)
    for o in range(o0, min(segment.words.shape[0], b1 + band.window)):
        gather_input(unit, work.input_matrix, segment.words[o], band.rows, o - o0)
    for t in range(b0, b1):
        i, m = t - b0, max(1, segment.last[t] - segment.first[t] - 1)
        band.first[i], band.last[i] = segment.first[t] - o0, segment.last[t] - o0
        band.skip[i] = t - o0
        band.weight[i] = 1 / m if band.mean else 1
        band.back[i] = band.weight[i] if band.exact else 1
    band_sums(band.rows, band.first, band.last, band.skip, band.weight, b1 - b0, work.hidden)


@implements(spread_hidden, Cbow)
def _spread_hidden(architecture: Any, unit: Any, segment: Any, b0: Any, b1: Any, work: Any) -> None:
    band = architecture
    o0, o1 = max(0, b0 - band.window), min(segment.words.shape[0], b1 + band.window)
    clear(band.d_rows, o1 - o0)
    band_spread(work.d_hidden, band.first, band.last, band.skip, band.back, b1 - b0, band.d_rows)
    for o in range(o0, o1):
        scatter_input(unit, work.input_matrix, segment.words[o], band.d_rows, o - o0)


@implements(prefetch_inputs, Cbow)
def _prefetch_inputs(
    architecture: Any, unit: Any, segment: Any, c0: Any, c1: Any, work: Any
) -> None:
    # The first ones were in reach of the chunk before.
    n = segment.words.shape[0]
    for o in range(min(n, c0 + architecture.window), min(n, c1 + architecture.window)):
        prefetch_input(unit, work.input_matrix, segment.words[o])


@implements(predicted_range, Cbow)
def _predicted_range(architecture: Any, segment: Any, c0: Any, c1: Any) -> Any:
    return c0, c1


@implements(predicted, Cbow)
def _predicted(architecture: Any, segment: Any, t: Any) -> Any:
    # A window holds its centre; one of a single word is empty, and nothing is predicted.
    return t, t + min(1, segment.last[t] - segment.first[t] - 1), -1
