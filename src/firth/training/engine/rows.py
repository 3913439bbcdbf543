"""Rows: how buffers are laid out, and the kernels that move rows between them and the matrices.

All buffers are C-contiguous 2-D arrays whose rows are ``stride`` numbers long: ``dim`` rounded up
to a multiple of :data:`ROW`, the rest zero (see :func:`aligned_zeros`). What a row of a matrix is
depends on the matrix, a plain array or one with private copies
(:mod:`firth.training.run.rounds.shards`): the generic functions here say where it lies. Each
docstring has the NumPy line that says the same; ``tests/training/test_blocks.py`` compares the two.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.kernels.compiler import generic, implements, kernel
from firth.training.engine.lanes import (
    add,
    address,
    fma,
    load,
    load_at,
    prefetch,
    store,
    store_at,
    subtract,
    zeros,
)
from firth.training.engine.processor import LANES, LANES4

#: Rows are padded to a multiple of this many numbers: one cache line, in bytes, of float32.
ROW, CACHE_LINE = 16, 64


def aligned_zeros(rows: int, dim: int, dtype: str) -> NDArray[Any]:
    """Make a matrix of zeros, (rows, stride), 64-byte aligned, dim rounded up to whole rows.

    Examples
    --------
    >>> aligned_zeros(3, 100, "float32").shape
    (3, 112)
    """
    stride = -(-dim // ROW) * ROW
    item = np.dtype(dtype).itemsize
    memory = np.zeros(rows * stride * item + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + rows * stride * item].view(dtype).reshape(rows, stride)


def rows_list(array: NDArray[Any]) -> NDArray[np.int64]:
    """List the addresses of all rows of an array, (n,).

    What :func:`scores` and the accumulations work on are such lists, so that the rows of one block
    may come from several arrays, in any order. Whoever keeps a list keeps the arrays.
    """
    return array.ctypes.data + array.strides[0] * np.arange(len(array), dtype=np.int64)


@kernel
def clear(buffer: Any, rows: Any) -> None:
    """``buffer[:rows] = 0``."""
    zero = zeros(buffer, LANES)
    for j in range(0, rows * buffer.shape[1], LANES):
        store(buffer, j, zero)


@generic
def address_of(matrix: Any, row: Any) -> Any:
    """Return the address of a row, to be read and written."""


@generic
def shared_address_of(matrix: Any, row: Any) -> Any:
    """Return the address to fetch a row from ahead of its use."""


@generic
def row_bytes(matrix: Any) -> Any:
    """Return the size of a row."""


@implements(address_of, None)
def _address_of_array(matrix: Any, row: Any) -> Any:
    return address(matrix, row * matrix.shape[1])


@implements(shared_address_of, None)
def _shared_address_of_array(matrix: Any, row: Any) -> Any:
    return address(matrix, row * matrix.shape[1])


@implements(row_bytes, None)
def _row_bytes_of_array(matrix: Any) -> Any:
    return matrix.shape[1] * matrix.itemsize


@kernel
def list_rows(matrix: Any, first: Any, n: Any, listed: Any) -> None:
    """``listed[:n] = rows_list(matrix)[first : first + n]``."""
    for i in range(n):
        listed[i] = address_of(matrix, first + i)


@kernel
def copy_from(source: Any, out: Any, at: Any) -> None:
    """``out[at] = row`` for the row at address `source`."""
    stride = out.shape[1]
    for j in range(0, stride, LANES):
        store(out, at * stride + j, load_at(out, source, j, LANES))


@kernel
def copy_row(matrix: Any, row: Any, out: Any, at: Any) -> None:
    """``out[at] = matrix[row]``."""
    copy_from(address_of(matrix, row), out, at)


@kernel
def copy_row_twice(matrix: Any, row: Any, out: Any, start: Any, at: Any) -> Any:
    """``out[at] = start[at] = matrix[row]``; returns where ``matrix[row]`` is."""
    source, stride = address_of(matrix, row), out.shape[1]
    for j in range(0, stride, LANES):
        x = load_at(out, source, j, LANES)
        store(out, at * stride + j, x)
        store(start, at * stride + j, x)
    return source


@kernel
def add_gain(target: Any, now: Any, start: Any, at: Any) -> None:
    """``row += now[at] - start[at]`` for the row at address `target`."""
    stride = now.shape[1]
    for j in range(0, stride, LANES):
        k = at * stride + j
        gain = subtract(load(now, k, LANES), load(start, k, LANES))
        store_at(now, target, j, add(load_at(now, target, j, LANES), gain))


@kernel
def add_part_of_gain(target: Any, now: Any, start: Any, at: Any, part: Any) -> None:
    """``row += part * (now[at] - start[at])`` for the row at address `target`."""
    stride = now.shape[1]
    for j in range(0, stride, LANES):
        k = at * stride + j
        gain = subtract(load(now, k, LANES), load(start, k, LANES))
        store_at(now, target, j, fma(part, gain, load_at(now, target, j, LANES)))


@kernel
def subtract_row(now: Any, row: Any, start: Any, at: Any) -> None:
    """``now[row] -= start[at]``."""
    stride = now.shape[1]
    for j in range(0, stride, LANES):
        i = row * stride + j
        store(now, i, subtract(load(now, i, LANES), load(start, at * stride + j, LANES)))


@kernel
def add_row(matrix: Any, row: Any, delta: Any, at: Any) -> None:
    """``matrix[row] += delta[at]``."""
    target, stride = address_of(matrix, row), delta.shape[1]
    for j in range(0, stride, LANES):
        x = load(delta, at * stride + j, LANES)
        store_at(delta, target, j, add(load_at(delta, target, j, LANES), x))


@kernel
def add_part_of_row(matrix: Any, row: Any, part: Any, delta: Any, at: Any) -> None:
    """``matrix[row] += part * delta[at]``."""
    target, stride = address_of(matrix, row), delta.shape[1]
    for j in range(0, stride, LANES):
        x = load(delta, at * stride + j, LANES)
        store_at(delta, target, j, fma(part, x, load_at(delta, target, j, LANES)))


@kernel
def add_multiple(out: Any, at: Any, factor: Any, rows: Any, row: Any) -> None:
    """``out[at] += factor * rows[row]``."""
    stride = out.shape[1]
    for j in range(0, stride, LANES):
        k = at * stride + j
        store(out, k, fma(factor, load(rows, row * stride + j, LANES), load(out, k, LANES)))


@kernel
def prefetch_row(matrix: Any, row: Any) -> None:
    """Ask for all cache lines of ``matrix[row]``."""
    start = shared_address_of(matrix, row)
    for j in range(0, row_bytes(matrix), CACHE_LINE):
        prefetch(start + j)


@generic
def sum_rows(matrix: Any, rows: Any, weight: Any, out: Any, at: Any) -> None:
    """Do what :func:`gather_sum` says, for one kind of matrix."""


@implements(sum_rows, None)
def _sum_rows_array(matrix: Any, rows: Any, weight: Any, out: Any, at: Any) -> None:
    stride = matrix.shape[1]
    zero = zeros(matrix, LANES)
    j = 0
    while j + LANES4 <= stride:
        y = zeros(matrix, LANES4)
        for r in rows:
            y = add(y, load(matrix, r * stride + j, LANES4))
        store(out, at * stride + j, fma(weight, y, zeros(matrix, LANES4)))
        j += LANES4
    while j < stride:
        z = zero
        for r in rows:
            z = add(z, load(matrix, r * stride + j, LANES))
        store(out, at * stride + j, fma(weight, z, zero))
        j += LANES


@kernel
def gather_sum(matrix: Any, rows: Any, weight: Any, out: Any, at: Any) -> None:
    """``out[at] = weight * matrix[rows].sum(axis=0)``."""
    sum_rows(matrix, rows, weight, out, at)


@kernel
def add_to_rows(matrix: Any, rows: Any, weight: Any, delta: Any, at: Any) -> None:
    """``matrix[r] += weight * delta[at]`` for each r of `rows`, as often as it is there."""
    stride = delta.shape[1]
    flat = delta.reshape(-1)
    for r in rows:
        target = address_of(matrix, r)
        for j in range(0, stride, LANES):
            x = load(flat, at * stride + j, LANES)
            store_at(flat, target, j, fma(weight, x, load_at(flat, target, j, LANES)))
