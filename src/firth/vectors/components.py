"""The directions that most vectors share, found without having all of them in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firth.files.machine import one_blas_thread


class SecondMoment:
    r"""Adds up :math:`\sum_d v_d v_d^T` over vectors that come in batches.

    Its eigenvectors are the right singular vectors of the matrix of all vectors, which need not be
    in memory at once: ``dim x dim`` numbers are.

    Parameters
    ----------
    dim : int
        Length of the vectors.

    Examples
    --------
    >>> moment = SecondMoment(2)
    >>> moment.add(np.array([[3.0, 0.0], [0.0, 1.0]]))
    >>> moment.add(np.array([[2.0, 0.0]]))
    >>> moment.n, moment.components(1).tolist()
    (3, [[1.0, 0.0]])
    """

    def __init__(self, dim: int) -> None:
        self.sum = np.zeros((dim, dim))
        self.n = 0

    def add(self, vectors: NDArray[np.floating]) -> None:
        """Add vectors, ``(n, dim)``."""
        rows = vectors.astype(np.float64)
        with one_blas_thread():  # its order of adding depends on how many there are
            self.sum += rows.T @ rows
        self.n += int(rows.any(axis=1).sum())

    def components(self, k: int) -> NDArray[np.float64]:
        """Return the first `k` directions, ``(k, dim)``, of length 1, the strongest first.

        Both signs of a direction are right; the one is returned whose largest number is above 0.
        """
        with one_blas_thread():
            _, directions = np.linalg.eigh(self.sum)  # by rising eigenvalue
        found = np.ascontiguousarray(directions[:, ::-1][:, :k].T)
        largest = np.abs(found).argmax(axis=1)
        found *= np.where(found[np.arange(len(found)), largest] < 0, -1.0, 1.0)[:, np.newaxis]
        return found
