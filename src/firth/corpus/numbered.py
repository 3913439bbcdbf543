"""Blocks → their tokens as numbers of a block's own distinct words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.corpus.readers import Block
from firth.corpus.sources import Corpus
from firth.corpus.tokenized import rows_of_text
from firth.corpus.word_table import text_of

#: Bytes of text from which on compiled code is worth its loading, .3 seconds (Zen 5): what Arrow
#: takes on two cores for 8 million words.
MUCH = 64 << 20


class Effort:
    """Whether there is so much to read that compiled code is worth its loading.

    Parameters
    ----------
    n_bytes : int
        How much there will be, as far as that is known.

    Attributes
    ----------
    compiled : bool
        It is worth it, and loaded.

    Examples
    --------
    >>> effort = Effort(0)
    >>> len(list(effort.watch([Block("a text", b"the cat")]))), effort.compiled
    (1, False)
    """

    def __init__(self, n_bytes: int) -> None:
        self._n_bytes, self._n_read = n_bytes, 0
        self.compiled = False

    def watch(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Yield blocks, and add up how long they are."""
        for block in blocks:
            if not self.compiled:
                data = block.data
                self._n_read += len(data) if isinstance(data, bytes) else data.nbytes
                if max(self._n_bytes, self._n_read) >= MUCH:
                    from firth.kernels import compiler

                    self.compiled = compiler.COMPILES
            yield block


class Numbered(NamedTuple):
    """A block's tokens as numbers of its own dictionary.

    Attributes
    ----------
    ids : ndarray
        (n,) int32, the numbers, by first occurrence.
    lengths : ndarray
        (n_rows,) int64, how many tokens each row has.
    dictionary : pyarrow.StringArray
        (k,) the distinct words.
    counts : ndarray
        (k,) int64, how often each occurs.
    continues, integers, gaps
        As :class:`firth.corpus.tokenized.TokenBatch` has them.
    source : str
        Where the block is from.
    """

    ids: NDArray[np.int32]
    lengths: NDArray[np.int64]
    dictionary: Any
    counts: NDArray[np.int64]
    continues: bool
    integers: bool
    gaps: int
    source: str


def numbered(corpus: Corpus, block: Block, compiled: bool) -> Numbered:
    """Split a block into tokens and number them; safe to call from several threads.

    Parameters
    ----------
    corpus : Corpus
        What the block is of.
    block : Block
        Text or tokens.
    compiled : bool
        Let compiled code split at white space, where the corpus asks for that. The result is the
        same, but for empty tokens, which count for nothing.

    Examples
    --------
    >>> from firth.corpus import open_corpus
    >>> found = numbered(open_corpus(["-"]), Block("a text", b"the cat the mat"), False)
    >>> found.ids.tolist(), found.lengths.tolist(), found.dictionary.to_pylist()
    ([0, 1, 0, 2], [4], ['the', 'cat', 'mat'])
    """
    if compiled and corpus.tokenizer == "whitespace":
        rows = rows_of_text(block, corpus.how)
        if rows is not None:
            found = _number_rows(rows)
            return Numbered(*found, block.continues, block.integers, 0, block.source)
    batch = corpus.tokenize(block)
    encoded = batch.tokens.dictionary_encode()
    ids = encoded.indices.to_numpy()
    counts = np.bincount(ids, minlength=len(encoded.dictionary))
    return Numbered(
        ids,
        batch.lengths,
        encoded.dictionary,
        counts,
        batch.continues,
        batch.integers,
        batch.gaps,
        block.source,
    )


def _number_rows(rows: Any) -> tuple[NDArray[np.int32], NDArray[np.int64], Any, NDArray[np.int64]]:
    from firth.corpus.kernels.words import PADDING, WordTable, number_rows, slots_for

    data, starts = text_of(rows)
    n_bytes = int(starts[-1] - starts[0])
    # A token has a byte, and one behind it if it is not the last of its row. Of distinct ones a
    # few have one byte or two.
    most = (n_bytes + len(rows)) // 2
    most_words = min(most, n_bytes // 3 + (1 << 16) + (1 << 8))
    table = WordTable(
        np.empty(slots_for(most_words), np.uint64),
        np.empty(n_bytes + PADDING, np.uint8),
        np.empty(most_words + 1, np.int64),
    )
    table.offsets[0] = 0
    counts, ids = np.empty(most_words, np.int64), np.empty(most, np.int32)
    lengths = np.empty(len(rows), np.int64)
    n_tokens, n_words = number_rows(data, starts, table, counts, ids, lengths)
    # Copies, since most of these is room that was not used.
    ends = table.offsets[: n_words + 1].astype(np.int32)
    dictionary = pa.StringArray.from_buffers(
        n_words, pa.py_buffer(ends), pa.py_buffer(table.text[: ends[-1]].copy())
    )
    return ids[:n_tokens].copy(), lengths, dictionary, counts[:n_words].copy()
