"""Gather, score, scatter: the one loop that trains everything.

An architecture says which input rows form a hidden vector and which positions it predicts, a unit
which matrix rows stand for a word, an objective how a prediction is scored. Each implements the
steps below in a file of its own; :func:`train_segment` never asks which one it has. Those in
italics are optional: a member that has no such step leaves it out.

=================  ============  =============================================================
step               chosen by     what it does
=================  ============  =============================================================
*gather_inputs*    architecture  gather the input rows that all of a chunk needs
form_hidden        architecture  make a batch's hidden vectors
spread_hidden      architecture  give their updates back to what they were made of
*scatter_inputs*   architecture  add what the chunk's input rows gained to the input matrix
*prefetch_inputs*  architecture  ask for input rows that are needed soon
predicted_range    architecture  positions that a chunk predicts
predicted          architecture  positions that one centre predicts
gather_input       unit          a word's input vector
scatter_input      unit          its update
*prefetch_input*   unit          ask for its rows
*prepare*          objective     draw the next chunk's noise
*prefetch_outputs* objective     ask for a part of the next chunk's output rows
*gather_outputs*   objective     copy the chunk's output rows into small buffers
step               objective     score a batch, update the buffers, give d_hidden
*scatter_outputs*  objective     add what the buffers gained to the output matrix
=================  ============  =============================================================

Output rows are gathered once for a *chunk* of centres; scores and gradients are computed for a
*batch* of them at a time, on the buffers as the batches before have left them. So rows travel
rarely (large chunks) and gradients are fresh (small batches). With one batch size for both (16, no
reuse of buffers) a core did 1.58 million words/s; batches of 8 in chunks of 64 reach 2.22 million,
and 2 points more of analogies, since a noise word that has been pushed away is not pushed again.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.config import TrainConfig
from firth.kernels.compiler import generic, kernel, optional
from firth.training.engine.rows import aligned_zeros, rows_list


class Work(NamedTuple):
    """What one thread computes with.

    Attributes
    ----------
    input_matrix, output_matrix : ndarray
        (rows, stride), shared by all threads.
    hidden, d_hidden : ndarray
        (batch_size + 1, stride), this thread's own; the last row fills blocks up.
    hidden_rows, d_hidden_rows : ndarray
        (batch_size + 1,) int64, where their rows are: lists for the block kernels.
    """

    input_matrix: Any
    output_matrix: Any
    hidden: NDArray[Any]
    d_hidden: NDArray[Any]
    hidden_rows: NDArray[np.int64]
    d_hidden_rows: NDArray[np.int64]

    @classmethod
    def of(cls, inputs: Any, outputs: Any, config: TrainConfig) -> Work:
        """Make one thread's buffers for two matrices."""
        hidden, d_hidden = (
            aligned_zeros(config.batch_size + 1, config.dim, config.dtype) for _ in range(2)
        )
        return cls(inputs, outputs, hidden, d_hidden, rows_list(hidden), rows_list(d_hidden))


@optional
def gather_inputs(architecture: Any, unit: Any, segment: Any, c0: Any, c1: Any, work: Any) -> None:
    """Copy the input rows that chunk c0 to c1 needs into the architecture's buffers."""


@generic
def form_hidden(
    architecture: Any, unit: Any, segment: Any, c0: Any, b0: Any, b1: Any, work: Any
) -> None:
    """Fill ``work.hidden[:b1 - b0]`` with the hidden vectors of positions b0 to b1."""


@generic
def spread_hidden(
    architecture: Any, unit: Any, segment: Any, c0: Any, b0: Any, b1: Any, work: Any
) -> None:
    """Add ``work.d_hidden[:b1 - b0]`` to the input rows that formed the hidden vectors."""


@optional
def scatter_inputs(architecture: Any, unit: Any, segment: Any, c0: Any, c1: Any, work: Any) -> None:
    """Add what the buffers gained since :func:`gather_inputs` to the input matrix."""


@optional
def prefetch_inputs(
    architecture: Any, unit: Any, segment: Any, b0: Any, b1: Any, chunk_size: Any, work: Any
) -> None:
    """Ask for a share of the input rows that are needed after batch b0 to b1, or its chunk."""


@generic
def predicted_range(architecture: Any, segment: Any, c0: Any, c1: Any) -> Any:
    """Return (first, last): the positions that some centre from c0 to c1 may predict."""


@generic
def predicted(architecture: Any, segment: Any, t: Any) -> Any:
    """Return (first, last, skip): centre t predicts positions first to last without `skip`.

    `skip` is -1 if there is none.
    """


@generic
def gather_input(unit: Any, matrix: Any, word: Any, out: Any, at: Any) -> None:
    """Write the input vector of `word` to ``out[at]``."""


@generic
def scatter_input(unit: Any, matrix: Any, word: Any, delta: Any, at: Any) -> None:
    """Add ``delta[at]`` to the input rows of `word`."""


@optional
def prefetch_input(unit: Any, matrix: Any, word: Any) -> None:
    """Ask for the input rows of `word`."""


@optional
def prepare(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    """Draw what chunk c0 to c1 needs into `slot` (0 or 1)."""


@optional
def prefetch_outputs(
    objective: Any,
    architecture: Any,
    segment: Any,
    c0: Any,
    c1: Any,
    slot: Any,
    part: Any,
    parts: Any,
    work: Any,
) -> None:
    """Ask for the output rows of chunk c0 to c1: share `part` of `parts`."""


@optional
def gather_outputs(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    """Copy the output rows that chunk c0 to c1 needs into the objective's buffers."""


@generic
def step(
    objective: Any,
    architecture: Any,
    segment: Any,
    c0: Any,
    b0: Any,
    b1: Any,
    rate: Any,
    measure: Any,
    work: Any,
) -> Any:
    """Score batch b0 to b1 of the chunk that begins at c0.

    Updates the buffers by -rate times their gradients and leaves -rate · ∂J/∂hidden in
    ``work.d_hidden``, all gradients at the same weights; only an objective whose member says
    ``sequential`` may move output rows within the batch. Returns (pairs, loss): the number of
    (centre, outside) pairs, and their summed J in nats if `measure` is True, else 0.
    """


@optional
def scatter_outputs(
    objective: Any, architecture: Any, segment: Any, c0: Any, c1: Any, slot: Any, work: Any
) -> None:
    """Add what the buffers gained since :func:`gather_outputs` to the output matrix."""


@kernel
def train_segment(
    architecture: Any,
    unit: Any,
    objective: Any,
    segment: Any,
    chunk_size: Any,
    batch_size: Any,
    first_rate: Any,
    last_rate: Any,
    measure_every: Any,
    work: Any,
) -> Any:
    """Train on a segment, chunk by chunk, batch by batch.

    Parameters
    ----------
    architecture, unit, objective : NamedTuple
        The members, by whose classes the steps are chosen.
    segment : Segment
        Kept tokens and windows.
    chunk_size : int
        Centre positions whose output rows are gathered together.
    batch_size : int
        Centre positions whose gradients are taken at the same weights.
    first_rate, last_rate : float
        Learning rate at the start and the end of the segment, linear between.
    measure_every : int
        The loss is measured on the first batch of one chunk in so many: later batches meet noise
        words that their chunk has trained on, and would look better than they are. 0 for never.
    work : Work
        Matrices and buffers.

    Returns
    -------
    pairs, measured_pairs : int
        Pairs trained on, and those of them whose loss was measured.
    loss : float
        Sum of J over the measured pairs, in nats.
    """
    n = segment.words.shape[0]
    pairs, measured_pairs, loss = 0, 0, 0.0
    if n > 0:
        prepare(objective, architecture, segment, 0, min(n, chunk_size), 0, work)
    for chunk in range((n + chunk_size - 1) // chunk_size):
        c0 = chunk * chunk_size
        c1 = min(n, c0 + chunk_size)
        rate = first_rate + (last_rate - first_rate) * (c0 / n)
        gather_inputs(architecture, unit, segment, c0, c1, work)
        gather_outputs(objective, architecture, segment, c0, c1, chunk & 1, work)
        c2 = min(n, c1 + chunk_size)
        if c1 < c2:
            prepare(objective, architecture, segment, c1, c2, (chunk + 1) & 1, work)
        parts = (c1 - c0 + batch_size - 1) // batch_size
        for part in range(parts):
            b0 = c0 + part * batch_size
            b1 = min(c1, b0 + batch_size)
            measure = part == 0 and measure_every > 0 and chunk % measure_every == 0
            form_hidden(architecture, unit, segment, c0, b0, b1, work)
            # Rows travel from memory while others are computed: a few with each batch, since all
            # at once would fill the processor's queue of outstanding loads.
            prefetch_inputs(architecture, unit, segment, b0, b1, chunk_size, work)
            if c1 < c2:
                prefetch_outputs(
                    objective, architecture, segment, c1, c2, (chunk + 1) & 1, part, parts, work
                )
            batch_pairs, batch_loss = step(
                objective, architecture, segment, c0, b0, b1, rate, measure, work
            )
            spread_hidden(architecture, unit, segment, c0, b0, b1, work)
            pairs += batch_pairs
            if measure:
                measured_pairs += batch_pairs
                loss += batch_loss
        scatter_outputs(objective, architecture, segment, c0, c1, chunk & 1, work)
        scatter_inputs(architecture, unit, segment, c0, c1, work)
    return pairs, measured_pairs, loss
