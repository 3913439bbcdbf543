"""A table of distinct words that grows: far faster than Arrow where there are very many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike, NDArray

#: Arrow counts bytes of strings, and their numbers in dictionaries, in 32 bits with a sign.
MOST = (1 << 31) - 1


class WordTableError(ValueError):
    """There is no room for so many words."""


class GrowingTable:
    """Distinct words in order of first occurrence, with counts, found by compiled code.

    Parameters
    ----------
    kind : pyarrow.DataType
        Of the words: string or large_string.

    Examples
    --------
    >>> table = GrowingTable(pa.string())
    >>> table.add(pa.array(["the", "cat"]), np.array([2, 1])).tolist()
    [0, 1]
    >>> table.add(pa.array(["cat", "sat"]), np.array([1, 1])).tolist()
    [1, 2]
    >>> table.words.to_pylist(), table.counts.tolist()
    (['the', 'cat', 'sat'], [2, 2, 1])
    """

    def __init__(self, kind: Any) -> None:
        from firth.corpus.kernels.words import WordTable, slots_for

        self._kind = kind
        self._n_words = 0
        self._table = WordTable(
            np.zeros(slots_for(0), np.uint64), np.zeros(0, np.uint8), np.zeros(1, np.int64)
        )
        self._counts = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return self._n_words

    @property
    def words(self) -> Any:
        """The words, a pyarrow array of (n,) strings."""
        wide = pa.types.is_large_string(self._kind)
        offsets = self._table.offsets[: len(self) + 1].astype(np.int64 if wide else np.int32)
        text = self._table.text[: offsets[-1]]
        kind = pa.LargeStringArray if wide else pa.StringArray
        return kind.from_buffers(len(self), pa.py_buffer(offsets), pa.py_buffer(text))

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each occurs, (n,)."""
        return self._counts[: len(self)]

    def add(self, words: Any, counts: NDArray[np.int64]) -> NDArray[np.int32]:
        """Add distinct words (k,), a pyarrow array of strings, which occur counts (k,) times.

        Returns
        -------
        ndarray
            (k,) int32, their places in `words`.

        Raises
        ------
        WordTableError
            There would be too many.
        """
        from firth.corpus.kernels.words import merge_words

        data, offsets = text_of(words)
        self._reserve(len(words), int(offsets[-1] - offsets[0]))
        places, codes = np.empty(len(words), np.int32), np.empty(len(words), np.uint64)
        self._n_words = merge_words(
            data, offsets, counts, self._table, self._counts, len(self), codes, places
        )
        return places

    def _reserve(self, n_words: int, n_bytes: int) -> None:
        from firth.corpus.kernels.words import PADDING, WordTable, refill, slots_for

        slots, text, offsets = self._table
        n_words += len(self)
        n_bytes += int(offsets[len(self)])
        if n_words > MOST or (n_bytes > MOST and not pa.types.is_large_string(self._kind)):
            raise WordTableError(f"{n_words:,} words of {n_bytes:,} bytes")
        n_slots = slots_for(n_words)
        self._counts = _longer(self._counts, n_words)
        self._table = WordTable(
            slots if n_slots <= len(slots) else np.empty(n_slots, np.uint64),
            _longer(text, n_bytes + PADDING),
            _longer(offsets, n_words + 1),
        )
        if n_slots > len(slots):
            refill(self._table, n_slots, len(self))


def text_of(strings: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the bytes behind an Arrow array of strings, and where each begins, (n + 1,) int64.

    Both are read-only, as compiled code is compiled anew for what can be written.

    >>> data, offsets = text_of(pa.array(["the", "cat"]))
    >>> data.tobytes()[:6], offsets.tolist()
    (b'thecat', [0, 3, 6])
    """
    width: DTypeLike = np.int64 if pa.types.is_large_string(strings.type) else np.int32
    _, ends, text = strings.buffers()
    data = (
        np.frombuffer(text, np.uint8) if text is not None and text.size else np.zeros(0, np.uint8)
    )
    offsets = np.zeros(1, np.int64)
    if len(strings):
        offsets = np.frombuffer(ends, width)[strings.offset : strings.offset + len(strings) + 1]
        offsets = offsets.astype(np.int64, copy=False)
    data.flags.writeable = offsets.flags.writeable = False
    return data, offsets


def _longer(array: NDArray[Any], length: int) -> NDArray[Any]:
    """Return an array with room for `length` values and more, zeros behind those that are there."""
    if length <= len(array):
        return array
    longer = np.zeros(length + length // 2, array.dtype)
    longer[: len(array)] = array
    return longer
