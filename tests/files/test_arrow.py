"""Conversions between Arrow and NumPy: they say what Arrow's own say."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.files.arrow import int64_array, numbers_of, read_json, string_scalar, table_of

NUMBERS = st.lists(st.integers(-(2**63), 2**63 - 1))
SCHEMA = pa.schema({"n": pa.int64(), "x": pa.float64()})
ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "n": st.none() | st.integers(-(2**63), 2**63 - 1),
            "x": st.none()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.integers(-99, 99),
        },
    )
)


@given(st.lists(NUMBERS))
def test_numbers_come_back_as_they_went(chunks: list[list[int]]) -> None:
    column = pa.chunked_array([pa.array(chunk, pa.int64()) for chunk in chunks], pa.int64())
    assert numbers_of(column).tolist() == column.to_pylist()
    assert numbers_of(column).dtype == np.int64
    assert numbers_of(column.slice(1)).tolist() == column.slice(1).to_pylist()
    flat = list(chain.from_iterable(chunks))
    assert int64_array(flat).equals(pa.array(flat, pa.int64()))


@given(st.text())
def test_a_string_is_the_same_scalar(text: str) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        with pytest.raises(UnicodeError):
            string_scalar(text)
    else:
        assert string_scalar(text).equals(pa.scalar(text))


@given(ROWS)
def test_rows_of_json_are_the_table_that_arrow_makes(rows: list[dict[str, float]]) -> None:
    assert table_of(rows, SCHEMA).equals(pa.Table.from_pylist(rows, SCHEMA))


def test_a_table_in_many_blocks() -> None:
    rows = [{"n": i, "x": i / 7} for i in range(100_000)]
    assert table_of(rows, SCHEMA)["x"].to_pylist() == [row["x"] for row in rows]


@pytest.mark.parametrize(
    "rows", [[None], [{"n": 1}, None], [3], [{"n": "one"}], [{"n": 2**63}], [{"n": [1]}], [["n"]]]
)
def test_what_is_no_row_is_an_error(rows: list[object]) -> None:
    with pytest.raises((pa.ArrowException, TypeError, ValueError)):
        table_of(rows, SCHEMA)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "numbers"),
    [
        (b"null", [None]),
        (b"\n null\nnull\n", [None, None]),
        (b'null\n{"n": 1}\n', [None, 1]),
        (b'{"n": 1}\nnull', [1, None]),
    ],
)
def test_rows_that_are_null_hold_nothing(data: bytes, numbers: list[int | None]) -> None:
    """The first row too, at which Arrow's reader ends the process."""
    assert read_json(data, SCHEMA)["n"].to_pylist() == numbers


def test_nulls_are_an_error() -> None:
    with pytest.raises(ValueError, match="1 numbers are null"):
        numbers_of(pa.array([1, None]))
