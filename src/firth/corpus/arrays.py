"""Python values → Arrow arrays: tokens, and the values of one key of records."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from firth.corpus.readers import is_text
from firth.corpus.wordlist import is_integer
from firth.errors import CorpusError

# Holds integers of more than 64 bits, signed and not, as none of Arrow's integer types does.
WIDE = pa.decimal128(38, 0)


def is_missing(item: Any) -> bool:
    """Whether a row is empty: None, NaN, or pandas' NA.

    >>> is_missing(None), is_missing(float("nan")), is_missing("")
    (True, True, False)
    """
    if item is None or (isinstance(item, float | np.floating) and math.isnan(item)):
        return True
    pandas = sys.modules.get("pandas")
    return pandas is not None and (item is pandas.NA or item is pandas.NaT)


def token_array(tokens: list[Any]) -> Any | None:
    """Put tokens into an Arrow array; None if they are not all strings or all integers.

    What is missing (None, NaN) is null.

    >>> token_array([1, None, float("nan")]).to_pylist(), token_array([1, "a"])
    ([1, None, None], None)
    """
    array = _array(tokens)
    if array is None and any(map(is_missing, tokens)):
        array = _array([None if is_missing(token) else token for token in tokens])
    return array


def _array(tokens: list[Any]) -> Any | None:
    try:
        array = pa.array(tokens)
    except (pa.ArrowException, UnicodeError, OverflowError, TypeError, ValueError):
        if not all(token is None or is_integer(token) for token in tokens):
            return None
        try:
            array = pa.array([None if t is None else int(t) for t in tokens], WIDE)
        except pa.ArrowException:
            return None
    kind = array.type
    known = is_text(kind) or pa.types.is_integer(kind) or kind in (WIDE, pa.null())
    return array if known else None


def value_array(column: str, values: Sequence[Any], source: str) -> Any:
    """Put one key's values of records into an Arrow array."""
    try:
        return pa.array(values, from_pandas=True)  # NaN is null
    except (pa.ArrowException, UnicodeError, OverflowError, TypeError, ValueError) as error:
        if (array := token_array(list(values))) is not None:
            return array
        raise CorpusError(
            f"{source}: the values of {column!r} are not all of one kind ({error}); write them all "
            "as strings, or all as numbers"
        ) from error
