"""Functions of numbers, over flat arrays of them; nothing here calls the C library but the loss.

Libraries differ in the last digit of ``exp``, and one library differs between processors. What a
weight depends on is therefore written out here, in operations whose results are defined: see
:mod:`firth.training.engine.processor`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from firth.kernels.compiler import kernel
from firth.training.engine.lanes import (
    add,
    copies,
    fma,
    load,
    multiply,
    number,
    power_of_two,
    store,
    subtract,
    sum_lanes,
    zeros,
)
from firth.training.engine.processor import LANES


@kernel
def _power_and_rest(x: Any) -> Any:
    """Return 2^k and e^r - 1 with ``exp(x) = 2^k e^r``, x of 0 or less, k whole, r small.

    r is at most ½ log 2 in size; log 2 in two parts, the first of so few bits that k times it is
    exact; e^r - 1 by its Taylor polynomial of degree 13, whose rest is below 1e-17.
    """
    x = max(x, -708.0)
    k = np.int32(fma(x, 1.4426950408889634, -0.5))
    whole = np.float64(k)
    r = fma(whole, -6.93147180369123816490e-01, x)
    r = fma(whole, -1.90821492927058770002e-10, r)
    p = 1 / 6227020800.0
    p = fma(p, r, 1 / 479001600.0)
    p = fma(p, r, 1 / 39916800.0)
    p = fma(p, r, 1 / 3628800.0)
    p = fma(p, r, 1 / 362880.0)
    p = fma(p, r, 1 / 40320.0)
    p = fma(p, r, 1 / 5040.0)
    p = fma(p, r, 1 / 720.0)
    p = fma(p, r, 1 / 120.0)
    p = fma(p, r, 1 / 24.0)
    p = fma(p, r, 1 / 6.0)
    p = fma(p, r, 0.5)
    return power_of_two(x, k), fma(p * r, r, r)


@kernel
def exponential(x: Any) -> Any:
    """``exp(x)`` in float64 for x of 0 or less, branch-free; 3e-308 below -708, NaN for NaN."""
    power, rest = _power_and_rest(x)
    return fma(power, rest, power)


@kernel
def expm1(x: Any) -> Any:
    """``exp(x) - 1`` in float64 for x of 0 or less, branch-free; NaN for NaN."""
    power, rest = _power_and_rest(x)
    return fma(power, rest, power - 1.0)


@kernel
def exponentials(values: Any, n: Any) -> None:
    """``values[:n] = exp(values[:n])`` for values of 0 or less, in place, branch-free.

    In float32 as :func:`exponential`, of degree 7: within 2e-7 of the truth, relatively, down to
    -87, below which the result is 1.6e-38.
    """
    single = values.dtype.type
    if values.itemsize == 8:
        for i in range(n):
            values[i] = exponential(np.float64(values[i]))
        return
    for i in range(n):
        x = max(values[i], single(-87.0))
        k = np.int32(fma(x, single(1.44269504), single(-0.5)))
        whole = single(k)
        r = fma(whole, single(-0.693359375), x)
        r = fma(whole, single(2.12194440e-4), r)
        p = single(1.98412698e-4)
        p = fma(p, r, single(1.38888889e-3))
        p = fma(p, r, single(8.33333333e-3))
        p = fma(p, r, single(4.16666667e-2))
        p = fma(p, r, single(1.66666667e-1))
        p = fma(p, r, single(0.5))
        p = fma(p, r, single(1.0))
        p = fma(p, r, single(1.0))
        values[i] = p * power_of_two(x, k)


@kernel
def sigmoids(values: Any, n: Any) -> None:
    """``values[:n] = 1 / (1 + exp(-values[:n]))``, in place, branch-free.

    In float32 σ(x) = ½ + ½ tanh(x/2) with a rational minimax approximation of tanh of degree 13/6
    on ±7.9 (the coefficients that Eigen uses): within 2e-7 of the truth, and it vectorises, which
    ``exp`` does not.
    """
    single = values.dtype.type
    if values.itemsize == 8:
        for i in range(n):
            wide = np.float64(values[i])
            e = exponential(-abs(wide))
            values[i] = (1.0 if wide >= 0 else e) / (1.0 + e)
        return
    half, limit = single(0.5), single(7.9)
    for i in range(n):
        x = min(max(values[i] * half, -limit), limit)
        s = x * x
        p = single(-2.76076847742355e-16)
        p = fma(p, s, single(2.00018790482477e-13))
        p = fma(p, s, single(-8.60467152213735e-11))
        p = fma(p, s, single(5.12229709037114e-08))
        p = fma(p, s, single(1.48572235717979e-05))
        p = fma(p, s, single(6.37261928875436e-04))
        p = fma(p, s, single(4.89352455891786e-03))
        q = single(1.19825839466702e-06)
        q = fma(q, s, single(1.18534705686654e-04))
        q = fma(q, s, single(2.26843463243900e-03))
        q = fma(q, s, single(4.89352518554385e-03))
        values[i] = fma(half * x, p / q, half)


@kernel
def softplus(x: Any) -> Any:
    """``log(1 + exp(x))`` in float64, finite for every finite x; NaN for NaN.

    For the loss that is shown only, whose last digits may differ between C libraries.
    """
    wide = np.float64(x)
    return max(wide, 0.0) + math.log1p(math.exp(-abs(wide))) if wide == wide else wide  # noqa: PLR0124


@kernel
def sum_numbers(values: Any, n: Any) -> Any:
    """``values[:n].sum()``, always in the same order."""
    lanes = zeros(values, LANES)
    whole = n // LANES * LANES
    for i in range(0, whole, LANES):
        lanes = add(lanes, load(values, i, LANES))
    total = sum_lanes(lanes)
    for i in range(whole, n):
        total += number(values, i)
    return total


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
