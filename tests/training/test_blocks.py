"""Each block kernel against the NumPy line of its docstring, on random shapes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from firth.training.engine import blocks, functions
from firth.training.engine import rows as moves
from firth.training.engine.processor import LANES

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
DTYPES = list(TOLERANCE)
DIMS = [1, 2, 15, 16, 17, 31, 33, 48, 63, 64, 65, 100, 112, 127, 128, 130]


def rows(generator, n, dim, dtype):
    """A buffer as the engine makes it: padded with zeros, aligned."""
    made = moves.aligned_zeros(n, dim, dtype)
    made[:, :dim] = generator.normal(0, 1, (n, dim))
    return made


def wide(*arrays):
    return [array.astype(np.float64) for array in arrays]


def agree(got, want, size, dtype):
    """Within the tolerance, relative to the sizes of what was added up."""
    np.testing.assert_array_less(
        np.abs(got - want), TOLERANCE[dtype] * np.maximum(size, 1e-3) + 1e-300
    )


def shapes(seed):
    generator = np.random.default_rng(seed)
    for dim in DIMS:
        yield generator, dim, 4 * int(generator.integers(1, 9)), 4 * int(generator.integers(1, 9))


def some(generator, m, n):
    """A list of m different rows of n, in any order."""
    return generator.permutation(n)[:m].astype(np.int64)


def halves(generator, n):
    """An even number, n or two less: blocks of 4 rows, and of 2."""
    return n - 2 * int(generator.integers(0, 2))


def check_scores(dtype):
    for generator, dim, most, n in shapes(1):
        m = halves(generator, most)
        a, b = rows(generator, m + 4, dim, dtype), rows(generator, n + 3, dim, dtype)
        a_rows, b_rows = some(generator, m, m + 4), generator.integers(0, n + 3, n)
        places_a, places_b = moves.rows_list(a)[a_rows], moves.rows_list(b)[b_rows]
        out = np.full(m * n + 1, 7, dtype)
        blocks.scores(places_a, m, places_b, n, a.shape[1], out)
        x, y = wide(a[a_rows], b[b_rows])
        agree(out[:-1].reshape(m, n), x @ y.T, np.abs(x) @ np.abs(y).T, dtype)
        assert out[-1] == 7


def check_accumulate(dtype):
    for generator, dim, full, most in shapes(2):
        m = halves(generator, full)
        n = most - int(generator.integers(0, 4))  # any number of rows may be added
        source = rows(generator, n + 2, dim, dtype)
        listed = generator.integers(0, n + 2, n)
        given = moves.rows_list(source)[listed]
        for transposed in (False, True):
            out = rows(generator, m + 4, dim, dtype)
            before, out_rows = out.copy(), some(generator, m, m + 4)
            to = moves.rows_list(out)[out_rows]
            shape = (n + 1, m + 4) if transposed else (m + 4, n + 1)
            factors = generator.normal(0, 1, shape).astype(dtype)
            flat, width, stride = factors.reshape(-1), shape[1], out.shape[1]
            if transposed:
                blocks.accumulate_transposed(to, m, flat, width, given, n, stride)
                (f,) = wide(factors[:n, :m].T)
            else:
                blocks.accumulate(to, m, flat, width, given, n, stride)
                (f,) = wide(factors[:m, :n])
            start, add = wide(before[out_rows], source[listed])
            agree(out[out_rows], start + f @ add, np.abs(start) + np.abs(f) @ np.abs(add), dtype)
            others = np.setdiff1d(np.arange(m + 4), out_rows)
            np.testing.assert_array_equal(out[others], before[others])
            assert (out[:, dim:] == 0).all()  # the padding stays zero


def check_triangle(dtype):
    for generator, dim, m, _ in shapes(9):
        a = rows(generator, m, dim, dtype)
        square = np.full(m * m + 1, 7, dtype)
        blocks.lower_scores(moves.rows_list(a), m, a.shape[1], square)
        (x,) = wide(a)
        lower = np.tril_indices(m, -1)
        got, size = square[:-1].reshape(m, m), np.abs(x) @ np.abs(x).T
        agree(got[lower], (x @ x.T)[lower], size[lower], dtype)
        assert square[-1] == 7
        factors = generator.normal(0, 1, (m, m)).astype(dtype)
        for t in range(m):  # what lies beyond is never read
            factors[t, t : t // 4 * 4 + 4] = 0
            factors[t, t // 4 * 4 + 4 :] = np.nan
        out, add = rows(generator, m, dim, dtype), rows(generator, m, dim, dtype)
        before = out.copy()
        listed = moves.rows_list(out), moves.rows_list(add)
        blocks.accumulate_lower(listed[0], m, factors.reshape(-1), listed[1], out.shape[1])
        f, start, y = wide(np.tril(np.nan_to_num(factors), -1), before, add)
        agree(out, start + f @ y, np.abs(start) + np.abs(f) @ np.abs(y), dtype)


def check_lists(dtype):
    made = rows(np.random.default_rng(7), 9, 20, dtype)
    listed = np.zeros(6, np.int64)
    moves.list_rows(made, 3, 5, listed)
    np.testing.assert_array_equal(listed, [*moves.rows_list(made)[3:8], 0])
    assert moves.rows_list(made)[3] == made[3:].ctypes.data


def check_numbers(dtype):
    for generator, _, n, width in shapes(8):
        values = np.full(n * width + 8 + LANES, 7, dtype)
        functions.fill(values, 3, n, values.dtype.type(2))
        assert (values[:3] == 7).all()
        assert (values[3 : 3 + n] == 2).all()
        assert (values[3 + n + LANES - 1 :] == 7).all()
        values[:] = 7
        functions.clear_numbers(values, 4, n)
        assert (values[4 : 4 + n] == 0).all()
        assert (np.delete(values, np.s_[4 : 4 + n]) == 7).all()
        values[:] = generator.random(len(values))
        before = values.copy()
        labels, rates = generator.random((2, width)).astype(dtype)
        functions.logistic_factors(values, n, width, labels, rates)
        want = labels - before[: n * width].reshape(n, width).astype(np.float64) * rates
        agree(values[: n * width].reshape(n, width), want, np.ones_like(want), dtype)
        np.testing.assert_array_equal(values[n * width :], before[n * width :])


def spans(generator, n, n_targets):
    first = generator.integers(0, n_targets, n)
    last = np.minimum(n_targets, first + generator.integers(0, 12, n))  # empty ones too
    return first.astype(np.int64), last.astype(np.int64)


def check_spans(dtype):
    for generator, dim, n, n_targets in shapes(3):
        hidden = rows(generator, n, dim, dtype)
        targets = rows(generator, n_targets + 3, dim, dtype)
        first, last = spans(generator, n, n_targets)
        count = int(np.sum(last - first))
        out = np.full(count + 4, 7, dtype)
        assert blocks.span_scores(hidden, targets, first, last, n, out) == count
        h, u = wide(hidden, targets)
        want = [u[first[t] : last[t]] @ h[t] for t in range(n)]
        size = [np.abs(u[first[t] : last[t]]) @ np.abs(h[t]) for t in range(n)]
        agree(out[:count], np.concatenate(want), np.concatenate(size), dtype)
        assert out[count + 3] == 7  # at most 3 numbers past the end

        factors = generator.normal(0, 1, count + 4).astype(dtype)
        d_hidden = rows(generator, n + 1, dim, dtype)  # overwritten, but for the last row
        d_targets = rows(generator, n_targets + 3, dim, dtype)
        want_h, want_u, f = wide(d_hidden, d_targets, factors)
        size_h, size_u = np.abs(want_h), np.abs(want_u)
        k = 0
        for t in range(n):
            span, own = slice(first[t], last[t]), f[k : k + last[t] - first[t]]
            want_h[t] = own @ u[span]
            want_u[span] += np.outer(own, h[t])
            size_h[t] = np.abs(own) @ np.abs(u[span])
            size_u[span] += np.abs(np.outer(own, h[t]))
            k += len(own)
        blocks.span_hidden(targets, first, last, n, factors, d_hidden)
        blocks.span_targets(hidden, first, last, n, factors, d_targets)
        agree(d_hidden, want_h, size_h, dtype)
        agree(d_targets, want_u, size_u, dtype)
        assert (d_hidden[:, dim:] == 0).all()
        assert (d_targets[:, dim:] == 0).all()


def check_rows(dtype):
    for generator, dim, n, m in shapes(4):
        matrix, out = rows(generator, n, dim, dtype), rows(generator, m, dim, dtype)
        want, row, at = out.copy(), int(generator.integers(n)), int(generator.integers(m))
        moves.copy_row(matrix, row, out, at)
        want[at] = matrix[row]
        moves.copy_from(matrix[row:].ctypes.data, out, (at + 1) % m)
        want[(at + 1) % m] = matrix[row]
        np.testing.assert_array_equal(out, want)
        want = matrix.copy()
        want[row] += out[m - 1]
        moves.add_row(matrix, row, out, m - 1)
        np.testing.assert_array_equal(matrix, want)
        part = out.dtype.type(0.25)
        want[row] += part * out[m - 1]  # exact in binary, but for the sum
        moves.add_part_of_row(matrix, row, part, out, m - 1)
        agree(matrix, want.astype(np.float64), np.abs(want) + 1, dtype)
        want = matrix.copy()
        moves.prefetch_row(matrix, row)  # changes nothing
        np.testing.assert_array_equal(matrix, want)
        now, start = rows(generator, m, dim, dtype), rows(generator, m, dim, dtype)
        others = np.delete(now, at, axis=0), np.delete(start, at, axis=0)
        assert moves.copy_row_twice(matrix, row, now, start, at) == matrix[row:].ctypes.data
        np.testing.assert_array_equal([now[at], start[at]], [matrix[row]] * 2)
        np.testing.assert_array_equal([np.delete(x, at, axis=0) for x in (now, start)], others)
        now[at] += out[at]
        want[row] += now[at] - start[at]
        moves.add_gain(matrix[row:].ctypes.data, now, start, at)
        np.testing.assert_array_equal(matrix, want)
        gain, part = now[at] - start[at], now.dtype.type(0.25)
        moves.add_part_of_gain(matrix[row:].ctypes.data, now, start, at, part)
        want[row] += part * gain  # exact in binary, but for the sum
        agree(matrix, want.astype(np.float64), np.abs(want) + 1, dtype)
        want = matrix.copy()
        moves.subtract_row(now, at, start, at)
        np.testing.assert_array_equal(now[at], gain)
        factor = matrix.dtype.type(generator.normal())
        before, add = wide(out[at], factor * matrix[row].astype(np.float64))
        moves.add_multiple(out, at, factor, matrix, row)
        agree(out[at], before + add, np.abs(before) + np.abs(add), dtype)
        want[: n - 1] = 0
        moves.clear(matrix, n - 1)
        np.testing.assert_array_equal(matrix, want)


def check_sigmoids(dtype):
    x = np.concatenate([np.linspace(-20, 20, 40_001), [0.0]]).astype(dtype)
    values = np.append(x, np.array([7, 7], dtype))
    functions.sigmoids(values, len(x))
    truth = 1 / (1 + np.exp(-x.astype(np.float64)))
    assert np.abs(values[: len(x)] - truth).max() <= (3e-7 if dtype == "float32" else 1e-15)
    assert values[len(x) - 1] == 0.5
    assert (values[len(x) :] == 7).all()


def check_many_rows(dtype):
    for generator, dim, n, m in shapes(6):
        matrix, out = rows(generator, n, dim, dtype), rows(generator, m, dim, dtype)
        chosen = generator.integers(0, n, 2 * n).astype(np.int32)  # some of them twice
        at, weight = int(generator.integers(m)), matrix.dtype.type(generator.random())
        given, delta, w = wide(matrix, out, np.array(weight))
        want, size = given.copy(), np.abs(given)
        np.add.at(want, chosen, w * delta[at])
        np.add.at(size, chosen, w * np.abs(delta[at]))
        others = np.delete(out, at, axis=0)
        moves.gather_sum(matrix, chosen, weight, out, at)
        parts = given[chosen]
        agree(out[at], w * parts.sum(axis=0), w * np.abs(parts).sum(axis=0), dtype)
        np.testing.assert_array_equal(np.delete(out, at, axis=0), others)
        out[at] = delta[at]
        moves.add_to_rows(matrix, chosen, weight, out, at)
        agree(matrix, want, size, dtype)
        assert (matrix[:, dim:] == 0).all()


def check_exponentials(dtype):
    x = np.concatenate([np.linspace(-87, 0, 40_001), -np.logspace(-9, 1, 500)]).astype(dtype)
    values = np.append(x, np.array([7, 7], dtype))
    functions.exponentials(values, len(x))
    truth = np.exp(x.astype(np.float64))
    error = np.abs(values[: len(x)] - truth) / truth
    assert error.max() <= (2e-7 if dtype == "float32" else 1e-15)
    assert values[40_000] == 1
    assert (values[len(x) :] == 7).all()
    ends = np.array([-100, -1e30, -np.inf, np.nan], dtype)
    functions.exponentials(ends, len(ends))
    assert (ends[:3] >= 0).all()
    assert (ends[:3] < 2e-38).all()
    assert np.isnan(ends[3])


def check_float64_exponentials(dtype):
    """``exponential`` and ``expm1``, which are float64 whatever the weights are."""
    assert dtype
    for x in (0.0, -1e-300, -1e-9, -0.3466, -0.3465, -1.0, -17.3, -88.0, -300.5, -707.9):
        assert functions.exponential(x) == pytest.approx(math.exp(x), rel=4e-16, abs=0)
        assert functions.expm1(x) == pytest.approx(math.expm1(x), rel=1e-15, abs=0)
    assert 0 <= functions.exponential(-1e9) < 1e-307
    assert functions.expm1(-np.inf) == -1
    assert np.isnan(functions.exponential(np.nan))
    assert np.isnan(functions.expm1(np.nan))


def check_sums(dtype):
    """The sum is made of LANES partial sums, halves first; what is left over is added singly."""
    for n in (0, 1, 15, 16, 17, 40, 64):
        values = np.random.default_rng(n).random(n + 2).astype(dtype)
        whole = n // LANES * LANES
        parts = np.zeros(LANES, dtype)
        for row in values[:whole].reshape(-1, LANES):
            parts += row
        while len(parts) > 1:
            parts = parts[: len(parts) // 2] + parts[len(parts) // 2 :]
        want = parts[0]
        for value in values[whole:n]:
            want += value
        assert functions.sum_numbers(values, n) == want


CHECKS = [
    check_scores,
    check_accumulate,
    check_triangle,
    check_lists,
    check_numbers,
    check_spans,
    check_rows,
    check_many_rows,
    check_sigmoids,
    check_exponentials,
    check_float64_exponentials,
    check_sums,
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("check", CHECKS)
def test_kernel_is_its_numpy_line(check, dtype):
    check(dtype)


@pytest.mark.parametrize(
    ("module", "name"), [(blocks, "blocks"), (functions, "functions"), (moves, "moves")]
)
def test_no_kernel_is_left_out(module, name):
    """Each public function of the modules is called somewhere in this file."""
    public = [kernel for kernel, thing in vars(module).items() if hasattr(thing, "py_func")]
    own = [k for k in public if vars(module)[k].__module__ == module.__name__ and k[0] != "_"]
    assert len(own) >= 6
    text = Path(__file__).read_text(encoding="utf-8")
    assert [kernel for kernel in own if f"{name}.{kernel}(" not in text] == []


@pytest.mark.parametrize("dtype", DTYPES)
def test_sigmoids_saturate_and_let_nan_through(dtype):
    ends = np.array([-1e30, -1000, -100, 100, 1000, 1e30, -np.inf, np.inf, np.nan], dtype)
    functions.sigmoids(ends, len(ends))
    np.testing.assert_allclose(ends[[0, 1, 2, 6]], 0, atol=3e-7)
    np.testing.assert_allclose(ends[[3, 4, 5, 7]], 1, atol=3e-7)
    assert (ends[:8] >= -1e-7).all()
    assert (ends[:8] <= 1 + 1e-7).all()
    assert np.isnan(ends[8])


@pytest.mark.parametrize("dtype", DTYPES)
def test_softplus_at_all_sizes(dtype):
    for x in np.array([-1e4, -800, -50, -1, -1e-9, 0, 1e-9, 1, 50, 800, 1e4], dtype):
        assert functions.softplus(x) == pytest.approx(np.logaddexp(0, np.float64(x)), rel=1e-14)
    assert functions.softplus(np.array([np.inf], dtype)[0]) == np.inf
    assert np.isnan(functions.softplus(np.array([np.nan], dtype)[0]))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("dim", [1, 16, 17, 130])
def test_buffers_are_aligned_and_padded(dim, dtype):
    for n in (0, 1, 3):
        made = moves.aligned_zeros(n, dim, dtype)
        assert made.shape == (n, -(-dim // 16) * 16)
        assert made.flags.c_contiguous
        assert made.ctypes.data % 64 == 0 or n == 0
        assert not made.any()
