"""A graph in which nearest neighbours are found by walking: HNSW, as faiss builds it.

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
Navigable Small World graphs", IEEE TPAMI 2020 (arXiv 1603.09320): every row is linked to some that
are near it; a search goes from row to row, always on from the nearest ones seen, until nothing
nearer is left among the `ef` best.

Each row keeps all the ``2 m`` links there is room for. By default faiss drops links that a detour
replaces (section 4 of the paper, "heuristic"). That costs more than it saves where vectors crowd,
as those of rare words do: on 82,531 trained vectors with m 16 and ef 64 it found .79 of the ten
neighbours of the 500 most frequent words, where full lists found .94.

All rows are added in one call. Then the graph has the same bytes at any number of threads; after
several calls it has not.

This module alone knows faiss, which comes with the extra ``firth[index]``. faiss trusts the bytes
of an index: damaged ones crash the process, or worse. So nothing here opens a file;
:mod:`firth.vectors.kept` decides which bytes can be trusted.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, MissingExtraError
from firth.files.machine import available_cores
from firth.vectors.matrix import FloatMatrix, directions

# Rows taken at once: 16,384 rows of 300 float64 values are 39 MB.
_BLOCK_ROWS = 16_384
# Fewer than these are not worth a thread of their own: threads of faiss wait for each other busily.
_ROWS_A_THREAD, _QUERIES_A_THREAD = 5_000, 32


class Graph:
    """Links between the rows of a matrix, by the angles between them.

    Parameters
    ----------
    index : faiss.IndexHNSWFlat
        The links, with the unit vectors as its storage.
    storage : faiss.IndexFlatIP, optional
        The storage, if the index does not own it.
    """

    def __init__(self, index: Any, storage: Any = None) -> None:
        self._index, self._storage = index, storage

    @classmethod
    def build(
        cls, matrix: FloatMatrix, m: int, ef_construction: int, threads: int | None = None
    ) -> Self:
        """Link every row to about ``2 m`` near ones.

        While this runs, the unit vectors are in memory twice, ``8 V dim`` bytes, and the links,
        ``8 m V`` bytes.

        Parameters
        ----------
        matrix : (V, dim) float32 or float64
            The rows, finite; of any lengths.
        m : int
            Half the links of a row; 2 or more.
        ef_construction : int
            How many near rows are looked at for each; 1 or more.
        threads : int, optional
            By default as many as there are cores, if there is work for them. The graph is the same.

        Raises
        ------
        MissingExtraError
            faiss is not installed.
        """
        faiss = imported()
        index = faiss.IndexHNSWFlat(matrix.shape[1], m, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = ef_construction
        index.keep_max_size_level0 = True
        units = np.empty(matrix.shape, dtype=np.float32)
        for start, block in _unit_blocks(matrix):
            units[start : start + len(block)] = block
        with _threads(faiss, threads or _share(len(matrix), _ROWS_A_THREAD)):
            index.add(units)
        return cls(index)

    @classmethod
    def from_bytes(cls, data: bytes, matrix: FloatMatrix) -> Self:
        """Take links that :meth:`to_bytes` wrote, for the same matrix.

        Raises
        ------
        FormatError
            They are no links, or of another number of rows. This does not make foreign bytes safe.
        MissingExtraError
            faiss is not installed.
        """
        faiss = imported()
        try:
            index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except RuntimeError as error:
            raise FormatError(f"faiss cannot read it ({str(error).splitlines()[0]})") from error
        n_rows, dim = matrix.shape
        if not isinstance(index, faiss.IndexHNSWFlat) or index.storage is not None:
            raise FormatError("it holds an index of another kind")
        if (index.ntotal, index.d) != (n_rows, dim):
            raise FormatError(
                f"it holds {index.ntotal:,} vectors of {index.d}; expected {n_rows:,} of {dim}"
            )
        storage = faiss.IndexFlatIP(dim)
        for _, block in _unit_blocks(matrix):
            storage.add(block)
        index.storage, index.own_fields = storage, False
        return cls(index, storage)

    def to_bytes(self) -> bytes:
        """Return the links, without the vectors: these are in the matrix."""
        faiss = imported()
        found: NDArray[np.uint8] = faiss.serialize_index(self._index, faiss.IO_FLAG_SKIP_STORAGE)
        return found.tobytes()

    def candidates(self, queries: NDArray[np.float64], n: int, ef: int) -> NDArray[np.int64]:
        """Find rows that may be among the `n` nearest.

        Parameters
        ----------
        queries : (q, dim) float64
            Of length 1.
        n : int
            Rows wanted for each.
        ef : int
            How many of the best rows are kept in mind while searching; `n` at least.

        Returns
        -------
        (q, n) int64
            Row numbers, all different, in no order to rely on; -1 where no more were found.
        """
        faiss = imported()
        parameters = faiss.SearchParametersHNSW(efSearch=max(ef, n))
        with _threads(faiss, _share(len(queries), _QUERIES_A_THREAD)):
            _, rows = self._index.search(queries.astype(np.float32), n, params=parameters)
        found: NDArray[np.int64] = rows
        return found


def imported() -> Any:
    """Import faiss.

    Raises
    ------
    MissingExtraError
        It is not installed.
    """
    try:
        with warnings.catch_warnings():
            # Of SWIG's own types, in some versions of Python.
            warnings.simplefilter("ignore", DeprecationWarning)
            return importlib.import_module("faiss")
    except ImportError as error:
        raise MissingExtraError("faiss", "index") from error


def _unit_blocks(matrix: FloatMatrix) -> Iterator[tuple[int, NDArray[np.float32]]]:
    for start in range(0, len(matrix), _BLOCK_ROWS):
        yield start, directions(matrix[start : start + _BLOCK_ROWS]).astype(np.float32)


def _share(n: int, each: int) -> int:
    return min(available_cores(), 1 + n // each)


@contextmanager
def _threads(faiss: Any, threads: int) -> Iterator[None]:
    """Let faiss use so many threads: by itself it knows no quota of a container."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(threads)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
