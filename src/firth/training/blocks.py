"""The dense block kernels: every floating-point operation that takes time in training.

All buffers are C-contiguous 2-D arrays whose rows are ``stride`` numbers long: ``dim`` rounded up
to a multiple of :data:`ROW`, the rest zero (see :func:`aligned_zeros`). Each docstring has the
NumPy line that says the same; ``tests/training/test_blocks.py`` compares the two.

Measured on one core of a Zen 4 server (peak 118 GFLOP/s in float32), stride 112, 32 × 32 rows:
``scores`` 106 GFLOP/s, ``accumulate`` 95 to 102. The same tiles written as scalar loops and left to
LLVM's vectoriser reached 60 and 48 to 65: horizontal sums one by one, accumulators in memory.
"""

from __future__ import annotations

import math
from typing import Any

import llvmlite.binding
import numba
import numpy as np
from numpy.typing import NDArray

from firth.training.compiler import generic, implements, kernel
from firth.training.lanes import (
    add,
    fma,
    load,
    power_of_two,
    prefetch,
    store,
    subtract,
    sum_each_of_4,
    zeros,
)

#: Rows are padded to a multiple of this many numbers: one 64-byte cache line of float32.
ROW = 16


def _lanes() -> int:
    """Return how many float32 fill a vector register of this machine, at least 8."""
    features = numba.config.CPU_FEATURES
    if features is None:
        return 16 if llvmlite.binding.get_host_cpu_features().get("avx512f") else 8
    return 16 if "+avx512f" in features else 8


LANES = _lanes()
LANES2, LANES4 = 2 * LANES, 4 * LANES


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


@kernel
def scores(hidden: Any, noise: Any, n: Any, out: Any) -> None:
    """``out[:n] = hidden[:n] @ noise.T``, n and the rows of `noise` multiples of 4."""
    stride = hidden.shape[1]
    width = noise.shape[0]
    for h in range(0, n, 4):
        h0 = h * stride
        h1, h2, h3 = h0 + stride, h0 + 2 * stride, h0 + 3 * stride
        for p in range(0, width, 4):
            n0 = p * stride
            n1, n2, n3 = n0 + stride, n0 + 2 * stride, n0 + 3 * stride
            a00 = a01 = a02 = a03 = zeros(hidden, LANES)
            a10 = a11 = a12 = a13 = zeros(hidden, LANES)
            a20 = a21 = a22 = a23 = zeros(hidden, LANES)
            a30 = a31 = a32 = a33 = zeros(hidden, LANES)
            for j in range(0, stride, LANES):
                x0, x1 = load(noise, n0 + j, LANES), load(noise, n1 + j, LANES)
                x2, x3 = load(noise, n2 + j, LANES), load(noise, n3 + j, LANES)
                y = load(hidden, h0 + j, LANES)
                a00, a01, a02, a03 = (
                    fma(y, x0, a00),
                    fma(y, x1, a01),
                    fma(y, x2, a02),
                    fma(y, x3, a03),
                )
                y = load(hidden, h1 + j, LANES)
                a10, a11, a12, a13 = (
                    fma(y, x0, a10),
                    fma(y, x1, a11),
                    fma(y, x2, a12),
                    fma(y, x3, a13),
                )
                y = load(hidden, h2 + j, LANES)
                a20, a21, a22, a23 = (
                    fma(y, x0, a20),
                    fma(y, x1, a21),
                    fma(y, x2, a22),
                    fma(y, x3, a23),
                )
                y = load(hidden, h3 + j, LANES)
                a30, a31, a32, a33 = (
                    fma(y, x0, a30),
                    fma(y, x1, a31),
                    fma(y, x2, a32),
                    fma(y, x3, a33),
                )
            store(out, h * width + p, sum_each_of_4(a00, a01, a02, a03))
            store(out, (h + 1) * width + p, sum_each_of_4(a10, a11, a12, a13))
            store(out, (h + 2) * width + p, sum_each_of_4(a20, a21, a22, a23))
            store(out, (h + 3) * width + p, sum_each_of_4(a30, a31, a32, a33))


def _tile(width: int) -> Any:
    """Make the kernel that adds to 4 rows × `width` columns, held in registers."""

    @kernel
    def add_tile(out: Any, at: Any, factors: Any, f: Any, row: Any, step: Any, b: Any, rows: Any, n: Any) -> None:  # fmt: skip  # noqa: E501
        stride = out.shape[1]
        x0, x1 = load(out, at, width), load(out, at + stride, width)
        x2, x3 = load(out, at + 2 * stride, width), load(out, at + 3 * stride, width)
        for _ in range(n):
            y = load(rows, b, width)
            x0 = fma(factors[f], y, x0)
            x1 = fma(factors[f + row], y, x1)
            x2 = fma(factors[f + 2 * row], y, x2)
            x3 = fma(factors[f + 3 * row], y, x3)
            b += stride
            f += step
        store(out, at, x0)
        store(out, at + stride, x1)
        store(out, at + 2 * stride, x2)
        store(out, at + 3 * stride, x3)

    return add_tile


_tile4, _tile2, _tile1 = _tile(LANES4), _tile(LANES2), _tile(LANES)


@kernel
def _accumulate(out: Any, m: Any, factors: Any, row: Any, step: Any, rows: Any, n: Any) -> None:
    stride = out.shape[1]
    flat = factors.reshape(-1)
    for r in range(0, m, 4):
        at, f, j = r * stride, r * row, 0
        while j + LANES4 <= stride:
            _tile4(out, at + j, flat, f, row, step, j, rows, n)
            j += LANES4
        if j + LANES2 <= stride:
            _tile2(out, at + j, flat, f, row, step, j, rows, n)
            j += LANES2
        if j + LANES <= stride:
            _tile1(out, at + j, flat, f, row, step, j, rows, n)


@kernel
def accumulate(out: Any, m: Any, factors: Any, rows: Any, n: Any) -> None:
    """``out[:m] += factors[:m, :n] @ rows[:n]``, m a multiple of 4."""
    _accumulate(out, m, factors, factors.shape[1], 1, rows, n)


@kernel
def accumulate_transposed(out: Any, m: Any, factors: Any, rows: Any, n: Any) -> None:
    """``out[:m] += factors[:n, :m].T @ rows[:n]``, m a multiple of 4."""
    _accumulate(out, m, factors, 1, factors.shape[1], rows, n)


@kernel
def span_scores(hidden: Any, targets: Any, first: Any, last: Any, n: Any, out: Any) -> Any:
    """``out = concatenate([targets[first[t]:last[t]] @ hidden[t] for t in range(n)])``.

    Up to 3 rows of `targets` past a span's end are read, and up to 3 numbers past the end of `out`
    written. Returns how many scores there are.
    """
    stride = hidden.shape[1]
    flat = hidden.reshape(-1)
    k = 0
    for t in range(n):
        h = t * stride
        for o in range(first[t], last[t], 4):
            o0 = o * stride
            o1, o2, o3 = o0 + stride, o0 + 2 * stride, o0 + 3 * stride
            a0 = a1 = a2 = a3 = zeros(hidden, LANES)
            for j in range(0, stride, LANES):
                x = load(flat, h + j, LANES)
                a0 = fma(x, load(targets, o0 + j, LANES), a0)
                a1 = fma(x, load(targets, o1 + j, LANES), a1)
                a2 = fma(x, load(targets, o2 + j, LANES), a2)
                a3 = fma(x, load(targets, o3 + j, LANES), a3)
            store(out, k, sum_each_of_4(a0, a1, a2, a3))
            k += min(4, last[t] - o)
    return k


def _span_kernels(width: int) -> tuple[Any, Any]:
    """Make the two span updates for columns j to j + width, held in registers."""

    @kernel
    def hidden_part(targets: Any, o: Any, factors: Any, k: Any, end: Any, out: Any, h: Any) -> None:
        y = zeros(out, width)
        for i in range(k, end):
            y = fma(factors[i], load(targets, o, width), y)
            o += targets.shape[1]
        store(out, h, y)

    @kernel
    def targets_part(hidden: Any, h: Any, factors: Any, k: Any, end: Any, out: Any, o: Any) -> None:
        x = load(hidden, h, width)
        for i in range(k, end):
            store(out, o, fma(factors[i], x, load(out, o, width)))
            o += out.shape[1]

    return hidden_part, targets_part


_hidden4, _targets4 = _span_kernels(LANES4)
_hidden2, _targets2 = _span_kernels(LANES2)
_hidden1, _targets1 = _span_kernels(LANES)


@kernel
def span_hidden(targets: Any, first: Any, last: Any, n: Any, factors: Any, out: Any) -> None:
    """``out[t] = factors[span t] @ targets[first[t]:last[t]]``, t below n.

    `factors` are laid out as :func:`span_scores` lays out its scores.
    """
    stride = targets.shape[1]
    k = 0
    for t in range(n):
        end = k + last[t] - first[t]
        h, o, j = t * stride, first[t] * stride, 0
        while j + LANES4 <= stride:
            _hidden4(targets, o + j, factors, k, end, out, h + j)
            j += LANES4
        if j + LANES2 <= stride:
            _hidden2(targets, o + j, factors, k, end, out, h + j)
            j += LANES2
        if j + LANES <= stride:
            _hidden1(targets, o + j, factors, k, end, out, h + j)
        k = end


@kernel
def span_targets(hidden: Any, first: Any, last: Any, n: Any, factors: Any, out: Any) -> None:
    """``out[first[t]:last[t]] += outer(factors[span t], hidden[t])``, t below n."""
    stride = out.shape[1]
    k = 0
    for t in range(n):
        end = k + last[t] - first[t]
        h, o, j = t * stride, first[t] * stride, 0
        while j + LANES4 <= stride:
            _targets4(hidden, h + j, factors, k, end, out, o + j)
            j += LANES4
        if j + LANES2 <= stride:
            _targets2(hidden, h + j, factors, k, end, out, o + j)
            j += LANES2
        if j + LANES <= stride:
            _targets1(hidden, h + j, factors, k, end, out, o + j)
        k = end


@kernel
def sigmoids(values: Any, n: Any) -> None:
    """``values[:n] = 1 / (1 + exp(-values[:n]))``, in place, branch-free.

    In float32 σ(x) = ½ + ½ tanh(x/2) with a rational minimax approximation of tanh of degree 13/6
    on ±7.9 (the coefficients that Eigen uses): within 2e-7 of the truth, and it vectorises, which
    ``exp`` does not.
    """
    if values.itemsize == 8:
        for i in range(n):
            values[i] = 1.0 / (1.0 + math.exp(-values[i]))
        return
    half, limit = np.float32(0.5), np.float32(7.9)
    for i in range(n):
        x = min(max(values[i] * half, -limit), limit)
        s = x * x
        p = np.float32(-2.76076847742355e-16)
        p = p * s + np.float32(2.00018790482477e-13)
        p = p * s + np.float32(-8.60467152213735e-11)
        p = p * s + np.float32(5.12229709037114e-08)
        p = p * s + np.float32(1.48572235717979e-05)
        p = p * s + np.float32(6.37261928875436e-04)
        p = p * s + np.float32(4.89352455891786e-03)
        q = np.float32(1.19825839466702e-06)
        q = q * s + np.float32(1.18534705686654e-04)
        q = q * s + np.float32(2.26843463243900e-03)
        q = q * s + np.float32(4.89352518554385e-03)
        values[i] = half + half * x * p / q


@kernel
def softplus(x: Any) -> Any:
    """``log(1 + exp(x))`` in float64, finite for every finite x; NaN for NaN."""
    wide = np.float64(x)
    return max(wide, 0.0) + math.log1p(math.exp(-abs(wide))) if wide == wide else wide  # noqa: PLR0124


@kernel
def clear(buffer: Any, rows: Any) -> None:
    """``buffer[:rows] = 0``."""
    zero = zeros(buffer, LANES)
    for j in range(0, rows * buffer.shape[1], LANES):
        store(buffer, j, zero)


@generic
def rows_of(matrix: Any) -> Any:
    """Return the array that rows are read from and written to."""


@generic
def place_of(matrix: Any, row: Any) -> Any:
    """Return where in :func:`rows_of` a row is."""


@generic
def shared_place_of(matrix: Any, row: Any) -> Any:
    """Return (array, place) to fetch a row from ahead of its use."""


@generic
def whole_of(matrix: Any) -> Any:
    """Return an array of all rows in their order, to be read and written."""


@implements(whole_of, None)
def _whole_of_array(matrix: Any) -> Any:
    return matrix


@implements(rows_of, None)
def _rows_of_array(matrix: Any) -> Any:
    return matrix


@implements(place_of, None)
def _place_of_array(matrix: Any, row: Any) -> Any:
    return row


@implements(shared_place_of, None)
def _shared_place_of_array(matrix: Any, row: Any) -> Any:
    return matrix, row


@kernel
def copy_row(matrix: Any, row: Any, out: Any, at: Any) -> None:
    """``out[at] = matrix[row]``."""
    place, rows, stride = place_of(matrix, row), rows_of(matrix), out.shape[1]
    for j in range(0, stride, LANES):
        store(out, at * stride + j, load(rows, place * stride + j, LANES))


@kernel
def copy_row_twice(matrix: Any, row: Any, out: Any, start: Any, at: Any) -> None:
    """``out[at] = start[at] = matrix[row]``."""
    place, rows, stride = place_of(matrix, row), rows_of(matrix), out.shape[1]
    for j in range(0, stride, LANES):
        x = load(rows, place * stride + j, LANES)
        store(out, at * stride + j, x)
        store(start, at * stride + j, x)


@kernel
def add_gain(matrix: Any, row: Any, now: Any, start: Any, at: Any) -> None:
    """``matrix[row] += now[at] - start[at]``."""
    place, rows, stride = place_of(matrix, row), rows_of(matrix), now.shape[1]
    for j in range(0, stride, LANES):
        i, k = place * stride + j, at * stride + j
        gain = subtract(load(now, k, LANES), load(start, k, LANES))
        store(rows, i, add(load(rows, i, LANES), gain))


@kernel
def add_row(matrix: Any, row: Any, delta: Any, at: Any) -> None:
    """``matrix[row] += delta[at]``."""
    place, rows, stride = place_of(matrix, row), rows_of(matrix), delta.shape[1]
    for j in range(0, stride, LANES):
        i = place * stride + j
        store(rows, i, add(load(rows, i, LANES), load(delta, at * stride + j, LANES)))


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
    rows, place = shared_place_of(matrix, row)
    stride, line = rows.shape[1], 64 // rows.itemsize
    for j in range(0, stride, line):
        prefetch(rows, place * stride + j)


@kernel
def exponentials(values: Any, n: Any) -> None:
    """``values[:n] = exp(values[:n])`` for values of 0 or less, in place, branch-free.

    In float32 e^x = 2^k e^r with k whole and |r| ≤ ½ log 2, e^r by its Taylor polynomial of degree
    7 and log 2 in two parts: within 2e-7 of the truth, relatively, down to -87, below which the
    result is 1.6e-38; and it vectorises, which ``exp`` does not.
    """
    if values.itemsize == 8:
        for i in range(n):
            values[i] = math.exp(values[i])
        return
    for i in range(n):
        x = max(values[i], np.float32(-87.0))
        k = np.int32(x * np.float32(1.44269504) - np.float32(0.5))
        whole = np.float32(k)
        r = x - whole * np.float32(0.693359375)
        r = r + whole * np.float32(2.12194440e-4)
        p = np.float32(1.98412698e-4)
        p = p * r + np.float32(1.38888889e-3)
        p = p * r + np.float32(8.33333333e-3)
        p = p * r + np.float32(4.16666667e-2)
        p = p * r + np.float32(1.66666667e-1)
        p = p * r + np.float32(0.5)
        p = p * r + np.float32(1.0)
        p = p * r + np.float32(1.0)
        values[i] = p * power_of_two(k)


@kernel
def band_sums(rows: Any, first: Any, last: Any, skip: Any, weight: Any, n: Any, out: Any) -> None:
    """``out[t] = weight[t] * sum(rows[o] for o in range(first[t], last[t]) if o != skip[t])``."""
    stride = rows.shape[1]
    zero = zeros(rows, LANES)
    for t in range(n):
        for j in range(0, stride, LANES):
            y = zero
            for o in range(first[t], skip[t]):
                y = add(y, load(rows, o * stride + j, LANES))
            for o in range(skip[t] + 1, last[t]):
                y = add(y, load(rows, o * stride + j, LANES))
            store(out, t * stride + j, fma(weight[t], y, zero))


@kernel
def band_spread(
    d_out: Any, first: Any, last: Any, skip: Any, weight: Any, n: Any, d_rows: Any
) -> None:
    """``d_rows[o] += weight[t] * d_out[t]`` for each o that :func:`band_sums` adds to out[t]."""
    stride = d_out.shape[1]
    zero = zeros(d_out, LANES)
    for t in range(n):
        for j in range(0, stride, LANES):
            y = fma(weight[t], load(d_out, t * stride + j, LANES), zero)
            for o in range(first[t], skip[t]):
                store(d_rows, o * stride + j, add(y, load(d_rows, o * stride + j, LANES)))
            for o in range(skip[t] + 1, last[t]):
                store(d_rows, o * stride + j, add(y, load(d_rows, o * stride + j, LANES)))


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
        place, target = place_of(matrix, r), rows_of(matrix)
        for j in range(0, stride, LANES):
            i = place * stride + j
            x = load(flat, at * stride + j, LANES)
            store(target, i, fma(weight, x, load(target, i, LANES)))
