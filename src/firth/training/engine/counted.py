"""A matrix that knows how often each of its rows was visited.

For who trains a while on matrices of their own and exchanges what was learnt afterwards: which rows
have changed, and how far each has gone on its way (:mod:`firth.training.engine.merging`). Visits
are counted as :class:`firth.training.run.rounds.shards.Overlay` counts them: each time a row is
read or written. Threads that count the same row at the same moment may lose one of the two, as
Hogwild loses an update.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.kernels.compiler import implements
from firth.training.engine.lanes import add, address, fma, load_at, store, zeros
from firth.training.engine.processor import LANES
from firth.training.engine.rows import address_of, row_bytes, shared_address_of, sum_rows


class Counted(NamedTuple):
    """A matrix and the visits of its rows.

    Attributes
    ----------
    shared : (rows, stride)
        The matrix.
    visits : (rows,) int32
        How often each row was read or written.
    """

    shared: NDArray[Any]
    visits: NDArray[np.int32]


@implements(address_of, Counted)
def _address_of_counted(matrix: Any, row: Any) -> Any:
    matrix.visits[row] += 1
    return address(matrix.shared, row * matrix.shared.shape[1])


@implements(shared_address_of, Counted)
def _shared_address_of_counted(matrix: Any, row: Any) -> Any:
    return address(matrix.shared, row * matrix.shared.shape[1])


@implements(row_bytes, Counted)
def _row_bytes_of_counted(matrix: Any) -> Any:
    return matrix.shared.shape[1] * matrix.shared.itemsize


@implements(sum_rows, Counted)
def _sum_rows_counted(matrix: Any, rows: Any, weight: Any, out: Any, at: Any) -> None:
    stride = out.shape[1]
    for r in rows:
        matrix.visits[r] += 1
    for j in range(0, stride, LANES):
        total = zeros(out, LANES)
        for r in rows:
            total = add(total, load_at(out, shared_address_of(matrix, r), j, LANES))
        store(out, at * stride + j, fma(weight, total, zeros(out, LANES)))
