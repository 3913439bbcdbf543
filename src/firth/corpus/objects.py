"""Python objects → blocks: strings, or lists of tokens, from any iterable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from firth.corpus.readers import BLOCK_BYTES, Block, as_strings
from firth.errors import CorpusError


def python_blocks(items: Iterable[Any], block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Gather Python objects into blocks: strings, or sequences of tokens.

    Parameters
    ----------
    items : iterable
        Each item one sentence: a string, or an iterable of tokens (strings or integers).
    block_bytes : int
        About how many characters to gather.

    Yields
    ------
    Block
        With an Arrow array of strings, or of lists of strings.

    Raises
    ------
    CorpusError
        An item is neither.

    Examples
    --------
    >>> [b.data.to_pylist() for b in python_blocks(["a b", ["c", "d"], [1]])]
    [['a b'], [['c', 'd']], [['1']]]
    """
    batch: list[Any] = []
    kind = ""
    size = first = 0
    for number, item in enumerate(items):
        row, row_kind, row_size = _row(item, number)
        if batch and (row_kind != kind or size >= block_bytes):
            yield _python_block(batch, kind, first)
            batch, size, first = [], 0, number
        batch.append(row)
        kind = row_kind
        size += row_size
    if batch:
        yield _python_block(batch, kind, first)


def _row(item: Any, number: int) -> tuple[Any, str, int]:
    if isinstance(item, str):
        return item, "text", len(item)
    if not isinstance(item, bytes | bytearray | dict) and isinstance(item, Iterable):
        tokens = list(item)
        # 8: about what a token takes. Integers travel apart from strings, for Arrow to type.
        kind = f"tokens of {type(tokens[0]).__name__}" if tokens else "no tokens"
        return tokens, kind, 8 * len(tokens) + 1
    raise CorpusError(
        f"item {number:,} of the iterable is of type {type(item).__name__}; each must be a "
        "sentence: a string, or a list of tokens"
    )


def _python_block(batch: list[Any], kind: str, first: int) -> Block:
    source = f"<iterable, items {first:,} to {first + len(batch) - 1:,}>"
    try:
        if kind == "text":
            return Block(source, pa.array(batch, pa.string()))
        flat = pa.array([token for tokens in batch for token in tokens])
    except (pa.ArrowException, UnicodeError, OverflowError, TypeError) as error:
        raise CorpusError(
            f"{source}: tokens must be all strings or all integers ({error})"
        ) from error
    offsets = np.zeros(len(batch) + 1, np.int32)
    np.cumsum([len(tokens) for tokens in batch], out=offsets[1:])
    return Block(source, pa.ListArray.from_arrays(pa.array(offsets), as_strings(flat, source)))
