"""The dense block kernels: every floating-point operation that takes time in training.

Buffers are laid out as :mod:`firth.training.engine.rows` says. Each docstring has the NumPy line
that says the same; ``tests/training/test_blocks.py`` compares the two.

Measured on one core of a Zen 4 server (peak 118 GFLOP/s in float32), stride 112, 32 × 32 rows:
``scores`` 106 GFLOP/s, ``accumulate`` 95 to 102. The same tiles written as scalar loops and left to
LLVM's vectoriser reached 60 and 48 to 65: horizontal sums one by one, accumulators in memory.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from firth.training.engine.compiler import kernel
from firth.training.engine.lanes import (
    copies,
    fma,
    load,
    load_at,
    multiply,
    number,
    power_of_two,
    store,
    store_at,
    subtract,
    sum_each_of_4,
    zeros,
)
from firth.training.engine.rows import LANES, LANES2, LANES4


def _scores_of(height: int) -> Any:
    """Make the kernel for `height` rows of A, 4 or 2, and all rows of B."""
    four = height == 4

    @kernel
    def score_rows(a: Any, i: Any, b: Any, n: Any, stride: Any, out: Any) -> None:
        a0, a1 = number(a, i), number(a, i + 1)
        a2, a3 = (number(a, i + 2), number(a, i + 3)) if four else (a0, a1)
        for k in range(0, n, 4):
            b0, b1, b2, b3 = number(b, k), number(b, k + 1), number(b, k + 2), number(b, k + 3)
            s00 = s01 = s02 = s03 = zeros(out, LANES)
            s10 = s11 = s12 = s13 = zeros(out, LANES)
            s20 = s21 = s22 = s23 = zeros(out, LANES)
            s30 = s31 = s32 = s33 = zeros(out, LANES)
            for j in range(0, stride, LANES):
                x0, x1 = load_at(out, b0, j, LANES), load_at(out, b1, j, LANES)
                x2, x3 = load_at(out, b2, j, LANES), load_at(out, b3, j, LANES)
                y = load_at(out, a0, j, LANES)
                s00, s01 = fma(y, x0, s00), fma(y, x1, s01)
                s02, s03 = fma(y, x2, s02), fma(y, x3, s03)
                y = load_at(out, a1, j, LANES)
                s10, s11 = fma(y, x0, s10), fma(y, x1, s11)
                s12, s13 = fma(y, x2, s12), fma(y, x3, s13)
                if four:
                    y = load_at(out, a2, j, LANES)
                    s20, s21 = fma(y, x0, s20), fma(y, x1, s21)
                    s22, s23 = fma(y, x2, s22), fma(y, x3, s23)
                    y = load_at(out, a3, j, LANES)
                    s30, s31 = fma(y, x0, s30), fma(y, x1, s31)
                    s32, s33 = fma(y, x2, s32), fma(y, x3, s33)
            store(out, i * n + k, sum_each_of_4(s00, s01, s02, s03))
            store(out, (i + 1) * n + k, sum_each_of_4(s10, s11, s12, s13))
            if four:
                store(out, (i + 2) * n + k, sum_each_of_4(s20, s21, s22, s23))
                store(out, (i + 3) * n + k, sum_each_of_4(s30, s31, s32, s33))

    return score_rows


_scores_of4, _scores_of2 = _scores_of(4), _scores_of(2)


@kernel
def scores(a: Any, m: Any, b: Any, n: Any, stride: Any, out: Any) -> None:
    """``out[:m * n].reshape(m, n)[:] = A @ B.T``, A and B the m and n rows of lists `a` and `b`.

    The rows are `stride` numbers of the type of `out`; m is a multiple of 2, n of 4.
    """
    for i in range(0, m - 2, 4):
        _scores_of4(a, i, b, n, stride, out)
    if m & 2:
        _scores_of2(a, m - 2, b, n, stride, out)


def _tile(height: int, width: int) -> Any:
    """Make the kernel that adds to `height` (4 or 2) rows × `width` columns, held in registers."""
    four = height == 4

    @kernel
    def add_tile(out: Any, i: Any, factors: Any, row: Any, step: Any, rows: Any, n: Any, j: Any) -> None:  # fmt: skip  # noqa: E501
        a0, a1 = number(out, i), number(out, i + 1)
        a2, a3 = (number(out, i + 2), number(out, i + 3)) if four else (a0, a1)
        x0, x1 = load_at(factors, a0, j, width), load_at(factors, a1, j, width)
        x2, x3 = load_at(factors, a2, j, width), load_at(factors, a3, j, width)
        f = i * row
        for k in range(n):
            y = load_at(factors, number(rows, k), j, width)
            x0 = fma(number(factors, f), y, x0)
            x1 = fma(number(factors, f + row), y, x1)
            if four:
                x2 = fma(number(factors, f + 2 * row), y, x2)
                x3 = fma(number(factors, f + 3 * row), y, x3)
            f += step
        store_at(factors, a0, j, x0)
        store_at(factors, a1, j, x1)
        if four:
            store_at(factors, a2, j, x2)
            store_at(factors, a3, j, x3)

    return add_tile


def _strip(height: int) -> Any:
    """Make the kernel that adds to `height` whole rows, tile after tile."""
    tile4, tile2, tile1 = _tile(height, LANES4), _tile(height, LANES2), _tile(height, LANES)

    @kernel
    def add_strip(out: Any, i: Any, factors: Any, row: Any, step: Any, rows: Any, n: Any, stride: Any) -> None:  # fmt: skip  # noqa: E501
        j = 0
        while j + LANES4 <= stride:
            tile4(out, i, factors, row, step, rows, n, j)
            j += LANES4
        if j + LANES2 <= stride:
            tile2(out, i, factors, row, step, rows, n, j)
            j += LANES2
        if j + LANES <= stride:
            tile1(out, i, factors, row, step, rows, n, j)

    return add_strip


_strip4, _strip2 = _strip(4), _strip(2)


@kernel
def _accumulate(
    out: Any, m: Any, factors: Any, row: Any, step: Any, rows: Any, n: Any, stride: Any
) -> None:
    for i in range(0, m - 2, 4):
        _strip4(out, i, factors, row, step, rows, n, stride)
    if m & 2:
        _strip2(out, m - 2, factors, row, step, rows, n, stride)


@kernel
def accumulate(out: Any, m: Any, factors: Any, width: Any, rows: Any, n: Any, stride: Any) -> None:
    """``OUT += factors.reshape(-1, width)[:m, :n] @ ROWS``, of the m and n rows of two lists.

    m is a multiple of 2. The rows of `out` differ, but for those whose factors are 0; they are
    `stride` numbers of the type of `factors`.
    """
    _accumulate(out, m, factors, width, 1, rows, n, stride)


@kernel
def accumulate_transposed(
    out: Any, m: Any, factors: Any, width: Any, rows: Any, n: Any, stride: Any
) -> None:
    """``OUT += factors.reshape(-1, width)[:n, :m].T @ ROWS``, otherwise as :func:`accumulate`."""
    _accumulate(out, m, factors, 1, width, rows, n, stride)


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
            y = fma(number(factors, i), load(targets, o, width), y)
            o += targets.shape[1]
        store(out, h, y)

    @kernel
    def targets_part(hidden: Any, h: Any, factors: Any, k: Any, end: Any, out: Any, o: Any) -> None:
        x = load(hidden, h, width)
        for i in range(k, end):
            store(out, o, fma(number(factors, i), x, load(out, o, width)))
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
def fill(values: Any, at: Any, n: Any, value: Any) -> None:
    """``values[at : at + n] = value``, and up to ``LANES - 1`` numbers past the end.

    For short runs of changing length: a loop over exactly n numbers takes three times as long.
    """
    same = copies(values, value, LANES)
    for i in range(at, at + n, LANES):
        store(values, i, same)


@kernel
def clear_numbers(values: Any, at: Any, n: Any) -> None:
    """``values[at : at + n] = 0``, n a multiple of 4."""
    for i in range(at, at + n, 4):
        store(values, i, zeros(values, 4))


@kernel
def logistic_factors(values: Any, n: Any, width: Any, labels: Any, rates: Any) -> None:
    """``v[:] = labels[:width] - v * rates[:width]`` for ``v = values[: n * width]`` in n rows.

    `width` is a multiple of 4.
    """
    for i in range(0, n * width, width):
        for k in range(0, width, 4):
            step = multiply(load(values, i + k, 4), load(rates, k, 4))
            store(values, i + k, subtract(load(labels, k, 4), step))


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
