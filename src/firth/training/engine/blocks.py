"""The dense block kernels: every floating-point operation that takes time in training.

Buffers are laid out as :mod:`firth.training.engine.rows` says. Each docstring has the NumPy line
that says the same; ``tests/training/test_blocks.py`` compares the two.

Each sum is made of LANES partial sums, added up by halves, whatever the processor's registers hold:
where it has fused multiply and add, the bits are the same.

Measured on one core of a Zen 4 server (peak 118 GFLOP/s in float32), stride 112, 32 × 32 rows:
``scores`` 106 GFLOP/s, ``accumulate`` 95 to 102. The same tiles written as scalar loops and left to
LLVM's vectoriser reached 60 and 48 to 65: horizontal sums one by one, accumulators in memory.
"""

from __future__ import annotations

from typing import Any

from firth.kernels.compiler import kernel
from firth.training.engine.lanes import (
    add,
    fma,
    fold_4,
    load,
    load_at,
    number,
    store,
    store_at,
    sum_groups,
    zeros,
)
from firth.training.engine.processor import LANES, LANES2, LANES4, processor

#: A register holds so many partial sums; if fewer than LANES, kernels go over the rows again.
PART = processor().lanes
#: Tiles that fit into 32 registers, or into 16; 4 rows of scores in 16 are half as fast.
HEIGHT, TILE = (4, 4 * PART) if processor().registers == 32 else (2, 2 * PART)


def _dots_of(height: int) -> Any:
    """Make the kernel for `height` (4 or 2) rows of A, 4 rows of B, and PART columns of each LANES.

    It returns the sums of each group of four lanes, see :func:`fold_4`.
    """
    four = height == 4

    @kernel
    def dots(a: Any, i: Any, b: Any, k: Any, begin: Any, stride: Any, out: Any) -> Any:
        a0, a1 = number(a, i), number(a, i + 1)
        a2, a3 = (number(a, i + 2), number(a, i + 3)) if four else (a0, a1)
        b0, b1, b2, b3 = number(b, k), number(b, k + 1), number(b, k + 2), number(b, k + 3)
        s00 = s01 = s02 = s03 = zeros(out, PART)
        s10 = s11 = s12 = s13 = zeros(out, PART)
        s20 = s21 = s22 = s23 = zeros(out, PART)
        s30 = s31 = s32 = s33 = zeros(out, PART)
        for j in range(begin, stride, LANES):
            x0, x1 = load_at(out, b0, j, PART), load_at(out, b1, j, PART)
            x2, x3 = load_at(out, b2, j, PART), load_at(out, b3, j, PART)
            y = load_at(out, a0, j, PART)
            s00, s01 = fma(y, x0, s00), fma(y, x1, s01)
            s02, s03 = fma(y, x2, s02), fma(y, x3, s03)
            y = load_at(out, a1, j, PART)
            s10, s11 = fma(y, x0, s10), fma(y, x1, s11)
            s12, s13 = fma(y, x2, s12), fma(y, x3, s13)
            if four:
                y = load_at(out, a2, j, PART)
                s20, s21 = fma(y, x0, s20), fma(y, x1, s21)
                s22, s23 = fma(y, x2, s22), fma(y, x3, s23)
                y = load_at(out, a3, j, PART)
                s30, s31 = fma(y, x0, s30), fma(y, x1, s31)
                s32, s33 = fma(y, x2, s32), fma(y, x3, s33)
        t0, t1 = fold_4(s00, s01, s02, s03), fold_4(s10, s11, s12, s13)
        if not four:
            return t0, t1, t0, t1
        return t0, t1, fold_4(s20, s21, s22, s23), fold_4(s30, s31, s32, s33)

    return dots


def _sums_of(height: int, step: int) -> Any:
    """Make the kernel as :func:`_dots_of` does, for PART columns of each `step`.

    Halves are added as :func:`sum_groups` adds those of a register: the order of the sums, and so
    their last digits, are the same whatever the width of a register.
    """
    if step == LANES:
        return _dots_of(height)
    each = _sums_of(height, 2 * step)

    @kernel
    def sums(a: Any, i: Any, b: Any, k: Any, begin: Any, stride: Any, out: Any) -> Any:
        t0, t1, t2, t3 = each(a, i, b, k, begin, stride, out)
        u0, u1, u2, u3 = each(a, i, b, k, begin + step, stride, out)
        return add(t0, u0), add(t1, u1), add(t2, u2), add(t3, u3)

    return sums


def _scores_of(height: int) -> Any:
    """Make the kernel for `height` rows of A, 4 or 2, and all rows of B."""
    four = height == 4
    sums = _sums_of(height, PART)

    @kernel
    def score_rows(a: Any, i: Any, b: Any, n: Any, stride: Any, out: Any, width: Any) -> None:
        for k in range(0, n, 4):
            t0, t1, t2, t3 = sums(a, i, b, k, 0, stride, out)
            store(out, i * width + k, sum_groups(t0))
            store(out, (i + 1) * width + k, sum_groups(t1))
            if four:
                store(out, (i + 2) * width + k, sum_groups(t2))
                store(out, (i + 3) * width + k, sum_groups(t3))

    return score_rows


_scores_of_most, _scores_of_2 = _scores_of(HEIGHT), _scores_of(2)


@kernel
def scores(a: Any, m: Any, b: Any, n: Any, stride: Any, out: Any) -> None:
    """``out[:m * n].reshape(m, n)[:] = A @ B.T``, A and B the m and n rows of lists `a` and `b`.

    The rows are `stride` numbers of the type of `out`; m is a multiple of 2, n of 4.
    """
    i = 0
    while i + HEIGHT <= m:
        _scores_of_most(a, i, b, n, stride, out, n)
        i += HEIGHT
    if i < m:
        _scores_of_2(a, i, b, n, stride, out, n)


@kernel
def lower_scores(a: Any, m: Any, stride: Any, out: Any) -> None:
    """``out[:m * m].reshape(m, m) = A @ A.T``, of each row what is left of the diagonal.

    Up to 4 numbers from the diagonal on are overwritten. m is a multiple of 4.
    """
    for i in range(0, m, HEIGHT):
        _scores_of_most(a, i, a, (i | 3) + 1, stride, out, m)


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
    tile4, tile2, tile1 = _tile(height, TILE), _tile(height, TILE // 2), _tile(height, TILE // 4)

    @kernel
    def add_strip(out: Any, i: Any, factors: Any, row: Any, step: Any, rows: Any, n: Any, stride: Any) -> None:  # fmt: skip  # noqa: E501
        j = 0
        while j + TILE <= stride:
            tile4(out, i, factors, row, step, rows, n, j)
            j += TILE
        if j + TILE // 2 <= stride:
            tile2(out, i, factors, row, step, rows, n, j)
            j += TILE // 2
        if j + TILE // 4 <= stride:
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
def accumulate_lower(out: Any, m: Any, factors: Any, rows: Any, stride: Any) -> None:
    """``OUT += tril(factors[:m * m].reshape(m, m), -1) @ ROWS``, m a multiple of 4.

    Of the rest of the square, the 4 × 4 numbers around the diagonal must be 0.
    """
    for i in range(0, m, 4):
        _strip4(out, i, factors, m, 1, rows, i + 3, stride)


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
            store(out, k, sum_groups(fold_4(a0, a1, a2, a3)))
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
