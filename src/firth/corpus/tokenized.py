"""Blocks of a source → their tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.arrays import WIDE
from firth.corpus.gaps import cut_at_gaps
from firth.corpus.letters import Form, as_compared
from firth.corpus.readers import Block, as_strings, text_rows
from firth.corpus.tables import is_list
from firth.corpus.tokenizers import row_tokenizer


class TokenBatch(NamedTuple):
    """The tokens of one block.

    Attributes
    ----------
    tokens : pyarrow.StringArray
        (n,) tokens. Empty strings among them are no tokens; whoever counts leaves them out.
    lengths : ndarray
        (n_rows,) int64, how many of `tokens` each sentence has.
    continues : bool
        The last sentence goes on in the next batch.
    integers : bool
        The tokens were given as integers.
    gaps : int
        Missing tokens within lists: empty strings here, each the last of its sentence.
    """

    tokens: Any
    lengths: NDArray[np.int64]
    continues: bool
    integers: bool = False
    gaps: int = 0


class HowToSplit(NamedTuple):
    """What is done with a block; as :func:`firth.corpus.open_corpus` takes it."""

    tokenizer: str | Callable[[str], list[str]]
    normalize: Form | None
    lowercase: bool | str
    errors: str


def rows_of_text(block: Block, how: HowToSplit) -> Any | None:
    """Return a block's rows as they are to be split, (n,) string; None if they are split already.

    Raises
    ------
    DecodeError
        The block is not UTF-8.
    """
    rows = block.data
    if isinstance(rows, bytes):
        rows = text_rows(block, how.errors)
    elif is_list(rows.type):
        return None
    else:
        rows = as_strings(rows, block.source, how.errors)
    return as_compared(rows, how.normalize, how.lowercase)


def tokenized(block: Block, how: HowToSplit, cut: bool) -> TokenBatch:
    """Turn a block into tokens; see :meth:`firth.corpus.Corpus.tokenize`."""
    integers, gaps = block.integers, None
    rows = rows_of_text(block, how)
    if rows is not None:
        lists = row_tokenizer(how.tokenizer)(rows)
        tokens = lists.flatten()
    else:
        lists = block.data
        values = lists.flatten()
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        gaps = values if values.null_count else None
        integers |= values.type == WIDE or bool(pa.types.is_integer(values.type))
        values = values.cast(pa.string()) if values.type == WIDE else values
        tokens = as_strings(values, block.source, how.errors)
        tokens = as_compared(tokens, how.normalize, how.lowercase)
    counts = pc.list_value_length(lists).fill_null(0).to_numpy(zero_copy_only=False)
    lengths = counts.astype(np.int64)
    if gaps is None or not cut:
        return TokenBatch(tokens, lengths, block.continues, integers)
    lengths = cut_at_gaps(gaps, lengths)
    return TokenBatch(tokens, lengths, block.continues, integers, gaps.null_count)
