"""Columns of frames and arrays of any library, as Arrow has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from firth.errors import ConfigError
from firth.values import reason, shown


def checked_columns(estimator: Any, X: Any, *, reset: bool) -> list[Any]:
    """Return the columns of a frame or array; check that they are those of :meth:`fit`.

    Parameters
    ----------
    estimator : estimator
        Remembers the columns, as every estimator of scikit-learn does.
    X : frame, or (n, m) array
        What it was given.
    reset : bool
        Whether to remember, or to compare.

    Returns
    -------
    list of pyarrow.Array or pyarrow.ChunkedArray
        Missing values (None, NaN) are null.

    Raises
    ------
    ConfigError
        Arrow has no type for what a column holds.
    ValueError, TypeError
        It is no table, or not the same columns; as scikit-learn says it.
    """
    frame = hasattr(X, "__arrow_c_stream__") or hasattr(X, "iloc")
    if not frame:
        X = check_array(X, dtype=None, ensure_all_finite=False, estimator=estimator)
    if reset and X.shape[0] < 2:
        raise ConfigError(
            f"X has {X.shape[0]} sample(s); items are learnt from others beside them, so there "
            "must be 2 or more"
        )
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    try:
        if hasattr(X, "iloc"):  # older pandas has no interface of Arrow
            return [pa.array(X.iloc[:, i], from_pandas=True) for i in range(X.shape[1])]
        if frame:
            return list(pa.table(X).columns)
        return [pa.array(column, from_pandas=True) for column in X.T]
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise ConfigError(
            f"a column holds what is no item, nor anything else that a table can hold: "
            f"{reason(error)}"
        ) from error


def place_of(estimator: Any, name: str, column: Any, n: int) -> int:
    """Return the number of a column that a parameter names, or numbers.

    Raises
    ------
    ConfigError
        There is no such column.
    """
    names = list(getattr(estimator, "feature_names_in_", ()))
    if isinstance(column, str):
        if column in names:
            return names.index(column)
        known = f"they are {', '.join(map(repr, names))}" if names else "they have no names"
        raise ConfigError(f"{name} is {column!r}, but X has no such column; {known}")
    if isinstance(column, bool) or not isinstance(column, int | np.integer):
        raise ConfigError(f"{name} is {shown(column)}; it must be the name or number of a column")
    if not -n <= column < n:
        raise ConfigError(
            f"{name} is column {column}, but X has {n:,} feature(s); give a column of items, and "
            "one that says which rows belong together"
        )
    return int(column) % n


def as_items(column: Any) -> Any:
    """Return a column of items as strings, or as integers if all are.

    Whole numbers are the same items whatever type they have: 3.0 is 3. NaN is missing.

    Raises
    ------
    ConfigError
        They are lists, or anything else that has no text.

    Examples
    --------
    >>> as_items(pa.array([3.0, 2.5, None])).to_pylist(), as_items(pa.array([3, 4])).to_pylist()
    (['3', '2.5', None], [3, 4])
    """
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if pa.types.is_integer(column.type):
        return column
    if pa.types.is_floating(column.type):
        return _numbers(pc.cast(column, pa.float64()))
    try:
        return pc.cast(column, pa.string())
    except pa.ArrowException as error:
        raise ConfigError(
            f"a column holds {column.type}, of which Arrow makes no text: items and groups are "
            "strings, numbers, dates or the like"
        ) from error


def _numbers(column: Any) -> Any:
    """Write floats, those that are whole as integers are written."""
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    exact = pc.less(pc.abs(column), float(1 << 53))
    whole = pc.and_(exact, pc.equal(column, pc.trunc(column)))
    integers = pc.cast(pc.if_else(whole, column, 0.0), pa.int64())
    return pc.if_else(whole, pc.cast(integers, pa.string()), pc.cast(column, pa.string()))
