"""Python objects → blocks: strings, lists of tokens, and rows as dictionaries, of any iterable."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from firth.corpus.frames import is_table
from firth.corpus.readers import BLOCK_BYTES, Block, is_text
from firth.corpus.tables import Columns
from firth.corpus.wordlist import is_integer
from firth.errors import ConfigError, CorpusError, CorpusWarning

# Holds integers of more than 64 bits, signed and not, as none of Arrow's integer types does.
WIDE = pa.decimal128(38, 0)
# What is neither missing nor a table nor a row, for speed.
_PLAIN = {str, list, tuple, np.ndarray}


def is_missing(item: Any) -> bool:
    """Whether a row is empty: None, NaN, or pandas' NA.

    >>> is_missing(None), is_missing(float("nan")), is_missing("")
    (True, True, False)
    """
    if item is None or (isinstance(item, float | np.floating) and math.isnan(item)):
        return True
    pandas = sys.modules.get("pandas")
    return pandas is not None and (item is pandas.NA or item is pandas.NaT)


def no_columns(column: str, what: str) -> str:
    """Say that `column` does not apply."""
    return (
        f"column is {column!r}, but {what} has no columns: leave it out, or give a table or rows "
        "as dictionaries"
    )


def python_blocks(
    items: Iterable[Any],
    name: str = "iterable",
    columns: Columns = (),
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[Block | Any]:
    """Gather Python objects into blocks.

    Parameters
    ----------
    items : iterable
        Each item one sentence: a string, or an iterable of tokens (strings or integers); or a row,
        a mapping with such sentences; None and NaN are no sentence; or a table.
    name : str
        What messages call it.
    columns : tuple of str
        The key of rows, or the keys of records.
    block_bytes : int
        About how many characters to gather.

    Yields
    ------
    Block
        With an Arrow array of strings, or of lists of strings or integers; or of records.
    object
        A table, as it was given.

    Raises
    ------
    CorpusError
        An item is none of these; the message names it.
    ConfigError
        `columns` are given, but the items are no rows.

    Examples
    --------
    >>> [b.data.to_pylist() for b in python_blocks(["a b", ["c", "d"], None, [1]])]
    [['a b'], [['c', 'd']], [[1]]]
    >>> [b.data.to_pylist() for b in python_blocks([{"id": 7, "text": "a b"}], columns=("text",))]
    [['a b']]
    """
    batch: list[Any] = []
    numbers: list[int] = []
    kind = ""
    size = 0
    records = len(columns) > 1
    unordered = False
    for number, item in enumerate(items):
        row, plain = item, type(item) in _PLAIN
        if not plain:
            if isinstance(item, set | frozenset) and not unordered:
                unordered = True
                warnings.warn(
                    f"item {number:,} of the {name} is a set, and sets have no order: "
                    "neighbours in it are chance, and strings stand in another order in each "
                    "process; give a list, sorted(tokens)",
                    CorpusWarning,
                    stacklevel=2,
                )
            if is_missing(item):
                continue
            if type(item) is not dict and is_table(item):
                if batch:
                    yield _block(batch, numbers, kind, name, columns)
                    batch, numbers, size = [], [], 0
                yield item
                continue
        if columns or (not plain and isinstance(item, Mapping)):
            values = _values(item, columns, name, number)
            row = values if records else values[0]
            if is_missing(row):
                continue
        if records:
            # 24: about what a record takes.
            row_kind, row_size = "records", 24 * len(columns)
        else:
            row, row_kind, row_size = _row(row, name, number)
        if batch and (row_kind != kind or size >= block_bytes):
            yield _block(batch, numbers, kind, name, columns)
            batch, numbers, size = [], [], 0
        batch.append(row)
        numbers.append(number)
        kind = row_kind
        size += row_size
    if batch:
        yield _block(batch, numbers, kind, name, columns)


def _values(item: Any, columns: Columns, name: str, number: int) -> list[Any]:
    if not isinstance(item, Mapping):
        what = f"an iterable ({name})"
        raise ConfigError(f"{no_columns(columns[0], what)}. Item {number:,} is {_shown(item)}")
    keys = ", ".join(map(repr, item))
    if not columns:
        raise CorpusError(
            f"item {number:,} of the {name} is a dictionary with the keys {keys}; "
            "choose one with column="
        )
    try:
        return [item[column] for column in columns]
    except KeyError as error:
        raise CorpusError(
            f"item {number:,} of the {name} has no key {error}; it has {keys}"
        ) from None


def _row(item: Any, name: str, number: int) -> tuple[Any, str, int]:
    if isinstance(item, str):
        return item, "text", len(item)
    if isinstance(item, pa.Scalar):
        return _row(item.as_py(), name, number)
    if not isinstance(item, bytes | bytearray | memoryview | Mapping) and hasattr(item, "__iter__"):
        try:
            tokens = item.to_pylist() if hasattr(item, "to_pylist") else list(item)
        except TypeError:  # an array without an axis
            tokens = None
        if tokens is not None:
            # 8: about what a token takes. Integers travel apart from strings, for Arrow to type.
            kind = f"tokens of {type(tokens[0]).__name__}" if tokens else "no tokens"
            return tokens, kind, 8 * len(tokens) + 1
    hint = ""
    if isinstance(item, bytes | bytearray | memoryview):
        hint = "; decode it, or open the file as text, or give its path"
    elif isinstance(item, int | np.integer):
        hint = "; for one sentence give [tokens]"
    raise CorpusError(
        f"item {number:,} of the {name} is {_shown(item)}; each must be a "
        f"sentence: a string, or a list of tokens{hint}"
    )


def _block(batch: list[Any], numbers: list[int], kind: str, name: str, columns: Columns) -> Block:
    source = f"<{name}, items {numbers[0]:,} to {numbers[-1]:,}>"
    if kind == "records":
        arrays = [
            _values_of(column, values, source)
            for column, values in zip(columns, zip(*batch, strict=True), strict=True)
        ]
        return Block(source, pa.StructArray.from_arrays(arrays, list(columns)))
    if kind == "text":
        try:
            return Block(source, pa.array(batch, pa.string()))
        except (pa.ArrowException, UnicodeError):
            raise _bad_text(batch, numbers, name) from None
    flat = _tokens([token for tokens in batch for token in tokens])
    if flat is None:
        raise _bad_token(batch, numbers, name)
    offsets = np.zeros(len(batch) + 1, np.int32)
    np.cumsum([len(tokens) for tokens in batch], out=offsets[1:])
    return Block(source, pa.ListArray.from_arrays(pa.array(offsets), flat))


def _values_of(column: str, values: Sequence[Any], source: str) -> Any:
    """Put one key's values of records into an Arrow array."""
    try:
        return pa.array(values, from_pandas=True)  # NaN is null
    except (pa.ArrowException, UnicodeError, OverflowError, TypeError, ValueError) as error:
        there = [value for value in values if not is_missing(value)]
        if (wide := _tokens(there)) is not None:
            places = iter(range(len(there)))
            return wide.take(
                pa.array([None if is_missing(v) else next(places) for v in values], pa.int64())
            )
        raise CorpusError(
            f"{source}: the values of {column!r} are not all of one kind ({error}); write them all "
            "as strings, or all as numbers"
        ) from error


def _tokens(tokens: list[Any]) -> Any | None:
    """Put tokens into an Arrow array; None if they are not all strings or all integers."""
    try:
        flat = pa.array(tokens)
    except (pa.ArrowException, UnicodeError, OverflowError, TypeError, ValueError):
        if not all(map(is_integer, tokens)):
            return None
        try:
            flat = pa.array([int(token) for token in tokens], WIDE)
        except pa.ArrowException:
            return None
    kind = flat.type
    known = is_text(kind) or pa.types.is_integer(kind) or kind in (WIDE, pa.null())
    return flat if known and not flat.null_count else None


def _bad_token(batch: list[Any], numbers: list[int], name: str) -> CorpusError:
    flat = [token for tokens in batch for token in tokens]
    n_integers = sum(map(is_integer, flat))
    n_strings = sum(isinstance(token, str) for token in flat)
    integers = 2 * n_integers > len(flat)
    for number, tokens in zip(numbers, batch, strict=True):
        for place, token in enumerate(tokens):
            # One that cannot be written stands for itself: Arrow refuses it among its like too.
            good = is_integer(token) if integers else isinstance(token, str)
            if good and _tokens([token]) is not None:
                continue
            kind = "integers" if integers else "strings"
            most = max(n_integers, n_strings) > len(flat) // 2 > 0
            if len(tokens) == 2 and is_integer(tokens[0]) and _is_sentence(tokens[1]):
                hint = "of pairs of an id and a text give the texts alone"
            elif isinstance(token, tuple):
                hint = "write what is one token as one string, or take one level of lists away"
            elif isinstance(token, bytes):
                hint = "decode it, token.decode()"
            elif isinstance(token, float | np.floating) and float(token).is_integer():
                hint = "write ids as integers, int(token); a missing value makes all of them floats"
            elif isinstance(token, list | np.ndarray):
                hint = "there is one level of lists too many"
            elif is_missing(token):
                hint = "leave it out"
            elif is_integer(token) and integers:
                hint = "it has more than 38 digits"
            elif isinstance(token, str) and not integers:
                hint = "it cannot be written as UTF-8"
            else:
                hint = f"write it as {'an integer' if integers else 'a string'}, or leave it out"
            return CorpusError(
                f"item {number:,} of the {name}: token {place:,} is {_shown(token)}; tokens must "
                f"be all strings or all integers{f', and most here are {kind}' if most else ''}: "
                f"{hint}"
            )
    return CorpusError(f"the {name}: tokens must be all strings or all integers")


def _is_sentence(token: Any) -> bool:
    return " " in token if isinstance(token, str) else hasattr(token, "__iter__")


def _bad_text(batch: list[str], numbers: list[int], name: str) -> CorpusError:
    for number, text in zip(numbers, batch, strict=True):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return CorpusError(
                f"item {number:,} of the {name}: letter {error.start:,} is "
                f"{text[error.start]!r}, which cannot be written as UTF-8"
            )
    return CorpusError(f"the {name}: items {numbers[0]:,} to {numbers[-1]:,} are too long")


def _shown(item: Any) -> str:
    text = repr(item)
    return f"{text if len(text) <= 60 else text[:50] + '...'}, of type {type(item).__name__}"
