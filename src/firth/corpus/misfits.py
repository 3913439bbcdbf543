"""What is wrong with items that are no sentences, for error messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from firth.corpus.arrays import is_missing, token_array
from firth.corpus.wordlist import is_integer
from firth.errors import CorpusError


def no_columns(column: str, what: str) -> str:
    """Say that `column` does not apply."""
    return (
        f"column is {column!r}, but {what} has no columns: leave it out, or give a table or rows "
        "as dictionaries"
    )


def bad_item(item: Any, name: str, number: int) -> CorpusError:
    """Say that an item is no sentence."""
    hint = ""
    if isinstance(item, bytes | bytearray | memoryview):
        hint = "; decode it, or open the file as text, or give its path"
    elif isinstance(item, int | np.integer):
        hint = "; for one sentence give [tokens]"
    return CorpusError(
        f"item {number:,} of the {name} is {shown(item)}; each must be a "
        f"sentence: a string, or a list of tokens{hint}"
    )


def bad_token(rows: Sequence[list[Any]], numbers: Sequence[int], name: str) -> CorpusError:
    """Say which token of some rows is not of the kind that the others are."""
    flat = [token for tokens in rows for token in tokens]
    n_integers = sum(map(is_integer, flat))
    n_strings = sum(isinstance(token, str) for token in flat)
    integers = 2 * n_integers > len(flat)
    for number, tokens in zip(numbers, rows, strict=True):
        for place, token in enumerate(tokens):
            # One that cannot be written stands for itself: Arrow refuses it among its like too.
            good = is_integer(token) if integers else isinstance(token, str)
            if is_missing(token) or (good and token_array([token]) is not None):
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
            elif is_integer(token) and integers:
                hint = "it has more than 38 digits"
            elif isinstance(token, str) and not integers:
                hint = "it cannot be written as UTF-8"
            else:
                hint = f"write it as {'an integer' if integers else 'a string'}, or leave it out"
            return CorpusError(
                f"item {number:,} of the {name}: token {place:,} is {shown(token)}; tokens must "
                f"be all strings or all integers{f', and most here are {kind}' if most else ''}: "
                f"{hint}"
            )
    return CorpusError(f"the {name}: tokens must be all strings or all integers")


def _is_sentence(token: Any) -> bool:
    return " " in token if isinstance(token, str) else hasattr(token, "__iter__")


def bad_text(texts: Sequence[str], numbers: Sequence[int], name: str) -> CorpusError:
    """Say which of some texts cannot be written."""
    for number, text in zip(numbers, texts, strict=True):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return CorpusError(
                f"item {number:,} of the {name}: letter {error.start:,} is "
                f"{text[error.start]!r}, which cannot be written as UTF-8"
            )
    return CorpusError(f"the {name}: items {numbers[0]:,} to {numbers[-1]:,} are too long")


def shown(item: Any) -> str:
    """Write an item, shortened, and its type."""
    text = repr(item)
    return f"{text if len(text) <= 60 else text[:50] + '...'}, of type {type(item).__name__}"
