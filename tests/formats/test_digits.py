"""Numbers as text: they come back to the bit, in as few digits as Arrow's."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pytest

from firth.formats.kernels.digits import MOST_BYTES
from firth.formats.text_rows import write_rows


def written(matrix, words=None, between="\t"):
    file = io.BytesIO()
    write_rows(file, words, np.asarray(matrix, np.float32), between)
    return file.getvalue().decode()


def texts(matrix):
    return [line.split("\t") for line in written(matrix).splitlines()]


def digits(text):
    return len(text.split("e")[0].replace(".", "").strip("-0"))


def test_numbers_of_all_kinds_as_arrow_writes_them():
    numbers = np.array(
        [0, -0.0, 1, -1, 0.5, 1e-5, 1.1e-5, 123456789, 1e9, 1.5e9, 9.999999e8, 1e15, 9e14, 0.1,
         1e-12, 1.2e-12, -3.4e-7, 16777216, 33554432, 999999.94, 0.00012345, 9.9999998e-5,
         10, 100000, 0.001, 8388609, 1.17549435e-7], np.float32,
    )  # fmt: skip
    assert texts([numbers]) == [pa.array(numbers).cast(pa.string()).to_pylist()]


@pytest.mark.parametrize("low, high", [(-12, 15), (-6, 6), (-1, 0)])
def test_random_numbers_come_back_to_the_bit(low, high):
    draw = np.random.default_rng(high)
    least, most = (np.array([10.0**e], np.float32).view(np.uint32)[0] for e in (low, high))
    matrix = draw.integers(least, most, (200, 300), np.uint32).view(np.float32)
    matrix *= draw.choice([-1, 1], matrix.shape).astype(np.float32)
    found = texts(matrix)
    again = np.array([[float(text) for text in row] for row in found]).astype(np.float32)
    np.testing.assert_array_equal(again.view(np.uint32), matrix.view(np.uint32))
    theirs = pa.array(matrix.ravel()).cast(pa.string()).to_pylist()
    ours = [text for row in found for text in row]
    longer = sum(digits(one) > digits(other) for one, other in zip(ours, theirs, strict=True))
    assert longer <= 0.02 * matrix.size  # where the shortest is not the nearest one
    assert max(map(len, ours)) < MOST_BYTES


@pytest.mark.parametrize("rare", [1e-13, 3e38, 1e-45, 1.1e15])
def test_numbers_that_take_another_way(rare):
    matrix = np.array([[0.5, rare], [rare, -0.25]], np.float32)
    value = str(pa.array(matrix[:1, 1]).cast(pa.string())[0])
    assert texts(matrix) == [["0.5", value], [value, "-0.25"]]
    assert written(matrix, pa.array(["é", "b"]), " ") == f"é 0.5 {value}\nb {value} -0.25\n"


def test_many_rows_stay_in_order():
    matrix = np.arange(9000 * 2).reshape(-1, 2) / 4
    matrix[4000] = 1e-20, 1
    words = pa.array(["", *(f"w{i}" for i in range(9000))])[1:]
    lines = written(matrix, words, " ").splitlines()
    assert [line.split()[0] for line in lines] == words.to_pylist()
    numbers = np.array([list(map(float, line.split()[1:])) for line in lines], np.float32)
    np.testing.assert_array_equal(numbers, matrix.astype(np.float32))
