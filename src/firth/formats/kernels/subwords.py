"""Entries of fastText's dictionary, and sums of the rows of words' n-grams."""

from __future__ import annotations

from typing import Any

import numpy as np

from firth.kernels.compiler import kernel

#: Bytes behind the zero that ends a word: how often it occurred, as int64, and what it is.
BEHIND = 9

#: fastText's hash, FNV-1a of 32 bits; bytes above 127 count as signed, with 24 bits set above.
_BASIS, _PRIME, _MASK, _SIGN = 2166136261, 16777619, 0xFFFFFFFF, 0xFFFFFF00
_LESS, _SLASH, _SMALL_S, _GREATER = 60, 47, 115, 62


@kernel
def find_entries(data: Any, starts: Any, lengths: Any) -> tuple[Any, Any]:
    """Find entries of a word, a zero and nine bytes more, whole ones only.

    Parameters
    ----------
    data : (n,) uint8
        Bytes that begin with an entry.
    starts, lengths : (most,) int64
        Take the place of each word, and its length in bytes.

    Returns
    -------
    found, at : int
        How many there are, and where the first that is not whole begins.
    """
    found, at, end = 0, 0, len(data)
    while found < len(starts):
        place = at
        while place < end and data[place] != 0:
            place += 1
        if place + BEHIND >= end:
            break
        starts[found] = at
        lengths[found] = place - at
        found += 1
        at = place + BEHIND + 1
    return found, at


@kernel
def add_ngrams(
    text: Any, offsets: Any, min_n: Any, max_n: Any, buckets: Any, first: Any, keys: Any,
    places: Any, missing: Any, matrix: Any, waiting: Any, out: Any, counts: Any,
) -> None:  # fmt: skip
    """Add the rows of each word's n-grams to its row of `out`, in fastText's order.

    Words are taken as bytes, whatever they are: a character begins at each byte but those that go
    on one in UTF-8. In words of any length an n-gram counts as often as it occurs.

    Parameters
    ----------
    text : (n,) uint8
        The words, each between the marks ``<`` and ``>``.
    offsets : (words + 1,) int64
        Where each begins.
    min_n, max_n, buckets : int
        Lengths of n-grams, and what the hash is taken modulo.
    first : int
        Row of the first n-gram.
    keys, places : (k,) int64
        Buckets that have rows, rising, and the row of each counted from `first`; both empty if
        each bucket has the row of its number.
    missing : {0, 1}
        What an n-gram without a row counts.
    matrix : (rows, dim) floats
        The rows.
    waiting : (m,) int64
        Room for row numbers; of the thread alone.
    out : (words, dim) floats
        What is added to. The sum is formed in its precision, one row after the other.
    counts : (words,) int64
        Takes how many n-grams each word has.
    """
    for word in range(len(offsets) - 1):
        begin, end = offsets[word], offsets[word + 1]
        counts[word], n_waiting = 0, 0
        if _ends_sentence(text, begin, end):
            continue
        for i in range(begin, end):
            if _goes_on(text[i]):
                continue
            value, j, n = np.int64(_BASIS), i, 1
            while j < end and n <= max_n:
                value = _hashed(value, text[j])
                j += 1
                while j < end and _goes_on(text[j]):
                    value = _hashed(value, text[j])
                    j += 1
                if n >= min_n and not (n == 1 and (i == begin or j == end)):
                    row = _row_of(value % buckets, keys, places)
                    counts[word] += 1 if row >= 0 else missing
                    if row >= 0:
                        waiting[n_waiting] = first + row
                        n_waiting += 1
                        if n_waiting == len(waiting):
                            _add_rows(matrix, waiting, n_waiting, out, word)
                            n_waiting = 0
                n += 1
        _add_rows(matrix, waiting, n_waiting, out, word)


@kernel
def _goes_on(byte: Any) -> Any:
    return byte & 0xC0 == 0x80


@kernel
def _hashed(value: Any, byte: Any) -> Any:
    signed = np.int64(byte)
    if byte > 127:
        signed |= _SIGN
    return (value ^ signed) * _PRIME & _MASK


@kernel
def _ends_sentence(text: Any, begin: Any, end: Any) -> Any:
    """Whether a word between its marks is ``</s>``, which has no n-grams."""
    if end - begin != 6:
        return False
    a, b, c, d = text[begin + 1], text[begin + 2], text[begin + 3], text[begin + 4]
    return a == _LESS and b == _SLASH and c == _SMALL_S and d == _GREATER


@kernel
def _row_of(bucket: Any, keys: Any, places: Any) -> Any:
    """Return the row of a bucket, -1 if it has none."""
    if len(keys) == 0:
        return bucket
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) >> 1
        if keys[middle] < bucket:
            low = middle + 1
        else:
            high = middle
    return places[low] if low < len(keys) and keys[low] == bucket else -1


@kernel
def _add_rows(matrix: Any, rows: Any, n: Any, out: Any, at: Any) -> None:
    """``for row in rows[:n]: out[at] += matrix[row]``, four at a time: the sum stays in order."""
    k, dim = 0, out.shape[1]
    while k + 4 <= n:
        a, b, c, d = rows[k], rows[k + 1], rows[k + 2], rows[k + 3]
        for j in range(dim):
            out[at, j] = (out[at, j] + matrix[a, j]) + matrix[b, j] + matrix[c, j] + matrix[d, j]
        k += 4
    while k < n:
        a = rows[k]
        for j in range(dim):
            out[at, j] += matrix[a, j]
        k += 1
