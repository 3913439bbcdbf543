"""Rows of text → numbers of words: split at white space, hashed and looked up in one pass.

What Arrow does in two steps (`firth.corpus.tokenizers.split_whitespace`, ``dictionary_encode``),
without writing the tokens down in between: 57 against 22 ns a word of Wikipedia, on one core of a
Zen 5 server.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from firth.corpus.kernels.eight import fetch, load_eight, lowest_bit
from firth.kernels.compiler import kernel

#: How many slots are in use at first: those of a small table stay in the nearest cache.
FEWEST_SLOTS = 4096
#: Bytes behind the words of a table, so that the last can be read eight bytes at a time too.
PADDING = 8

_EIGHT_BLANKS_AND_ONE = np.uint64(0x2121212121212121)
_HIGHEST_BITS = np.uint64(0x8080808080808080)
_LOWER_HALF = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
#: How many words ahead memory is asked for.
_AHEAD = 8
#: 2^64 divided by the golden ratio, odd (Knuth, The Art of Computer Programming 3, 6.4).
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class WordTable(NamedTuple):
    """Distinct words, and a hash table of their numbers.

    Attributes
    ----------
    slots : (2^k,) uint64
        The upper half of a word's hash, and below it the word's number plus 1; 0 if it is free.
        More than twice as many as there may be words.
    text : (m,) uint8
        The words, one behind the other.
    offsets : (most + 1,) int64
        Where each begins; the first is 0.
    """

    slots: Any
    text: Any
    offsets: Any


def slots_for(n_words: int) -> int:
    """Return how many slots a table of `n_words` words needs.

    >>> slots_for(10), slots_for(4096)
    (4096, 16384)
    """
    return max(FEWEST_SLOTS, 1 << (2 * n_words).bit_length())


@kernel
def number_rows(
    data: Any, rows: Any, table: WordTable, counts: Any, ids: Any, lengths: Any
) -> tuple[Any, Any]:
    """Split rows at white space, as ``str.split`` does, and number the words as they first come.

    Parameters
    ----------
    data : (n,) uint8
        The rows in UTF-8, one behind the other.
    rows : (n_rows + 1,) int64
        Where each begins.
    table : WordTable
        Empty: its slots may hold anything.
    counts : (most,) int64
        Takes how often each word occurs.
    ids : (most tokens,) int32
        Takes the number of each token's word.
    lengths : (n_rows,) int64
        Takes how many tokens each row has.

    Returns
    -------
    n_tokens, n_words : int
        How many there are.
    """
    slots, n_tokens, n_words = FEWEST_SLOTS, 0, 0
    table.slots[:slots] = 0
    for row in range(len(lengths)):
        at, stop, before = rows[row], rows[row + 1], n_tokens
        while at < stop:
            blank = _blank(data, at, stop)
            if blank:
                at += blank
                continue
            end = _token_end(data, at, stop)
            word = _number(table, slots, n_words, data, at, end, _hash(data, at, end))
            if word == n_words:
                counts[word] = 0
                n_words += 1
                if 2 * n_words >= slots:
                    slots *= 2
                    refill(table, slots, n_words)
            counts[word] += 1
            ids[n_tokens] = word
            n_tokens += 1
            at = end
        lengths[row] = n_tokens - before
    return n_tokens, n_words


@kernel
def merge_words(
    data: Any,
    offsets: Any,
    counts: Any,
    table: WordTable,
    totals: Any,
    n_words: Any,
    codes: Any,
    places: Any,
) -> Any:
    """Add words with counts to a table, behind those that are there.

    Parameters
    ----------
    data : (n,) uint8
        The words, one behind the other.
    offsets : (k + 1,) int64
        Where each begins.
    counts : (k,) int64
        How often each occurs.
    table : WordTable
        With room for all of them.
    totals : (most,) int64
        Counts of the table's words, to which these are added; 0 where there is no word yet.
    n_words : int
        How many words the table has.
    codes : (k,) uint64
        Takes their hashes.
    places : (k,) int32
        Takes their numbers in the table.

    Returns
    -------
    int
        How many words the table has then.
    """
    slots, last = len(table.slots), len(counts) - 1
    mask = np.uint64(slots - 1)
    for i in range(len(counts)):
        codes[i] = _hash(data, offsets[i], offsets[i + 1])
    for i in range(len(counts)):
        # A large table is in no cache: what will be looked at is asked for in time, in steps.
        fetch(table.slots, np.int64(codes[min(i + 3 * _AHEAD, last)] & mask))
        likely = _likely(table, codes[min(i + 2 * _AHEAD, last)] & mask)
        fetch(table.offsets, likely)
        fetch(totals, likely)
        fetch(table.text, table.offsets[_likely(table, codes[min(i + _AHEAD, last)] & mask)])
        word = _number(table, slots, n_words, data, offsets[i], offsets[i + 1], codes[i])
        n_words += word == n_words
        totals[word] += counts[i]
        places[i] = word
    return n_words


@kernel
def _likely(table: Any, place: Any) -> Any:
    """Return the word of a slot, whether or not it is the one that is looked for."""
    return max(0, np.int64(table.slots[place] & _LOWER_HALF) - 1)


@kernel
def refill(table: WordTable, slots: Any, n_words: Any) -> None:
    """Put the words of a table into its first `slots` slots, whatever these hold."""
    table.slots[:slots] = 0
    mask = np.uint64(slots - 1)
    for word in range(n_words):
        code = _hash(table.text, table.offsets[word], table.offsets[word + 1])
        place = code & mask
        while table.slots[place]:
            place = (place + np.uint64(1)) & mask
        table.slots[place] = _slot(code, word)


@kernel
def _slot(code: Any, word: Any) -> Any:
    return (code >> _HALF) << _HALF | np.uint64(word + 1)


@kernel
def _number(
    table: Any, slots: Any, n_words: Any, data: Any, start: Any, end: Any, code: Any
) -> Any:
    """Return the number of the word ``data[start:end]``: `n_words` if it is new, and now there."""
    mask = np.uint64(slots - 1)
    place = code & mask
    while table.slots[place]:
        slot = table.slots[place]
        if slot >> _HALF == code >> _HALF:
            word = np.int64(slot & _LOWER_HALF) - 1
            if _same(data, start, end, table.text, table.offsets[word], table.offsets[word + 1]):
                return word
        place = (place + np.uint64(1)) & mask
    table.slots[place] = _slot(code, n_words)
    at = table.offsets[n_words]
    for i in range(end - start):
        table.text[at + i] = data[start + i]
    table.offsets[n_words + 1] = at + end - start
    return n_words


@kernel
def _hash(data: Any, start: Any, end: Any) -> Any:
    code = np.uint64(end - start)
    for at in range(start, end, 8):
        code = (code ^ _eight(data, at, end)) * _GOLDEN
        code ^= code >> _HALF
    return code


@kernel
def _same(data: Any, start: Any, end: Any, text: Any, begin: Any, behind: Any) -> Any:
    if end - start != behind - begin:
        return False
    for i in range(0, end - start, 8):
        if _eight(data, start + i, end) != _eight(text, begin + i, behind):
            return False
    return True


@kernel
def _eight(data: Any, at: Any, end: Any) -> Any:
    """Read eight bytes, and 0 for those from `end` on."""
    if at + 8 > len(data):
        few = np.uint64(0)
        for i in range(min(8, end - at)):
            few |= np.uint64(data[at + i]) << np.uint64(8 * i)
        return few
    eight = load_eight(data, at)
    if end - at < 8:
        eight &= (np.uint64(1) << np.uint64(8 * (end - at))) - np.uint64(1)
    return eight


@kernel
def _token_end(data: Any, at: Any, stop: Any) -> Any:
    """Return where the token that begins at `at` ends."""
    while at + 8 <= len(data):
        eight = load_eight(data, at)
        # The highest bit of each byte that may be a blank: those below 33 and above 127. What is
        # carried from one byte to the next spoils those behind the first only.
        doubtful = ((eight - _EIGHT_BLANKS_AND_ONE) & ~eight | eight) & _HIGHEST_BITS
        if doubtful:
            at += lowest_bit(doubtful) >> 3
            break
        at += 8
    while at < stop and not _blank(data, at, stop):
        at += 1
    return min(at, stop)


@kernel
def _blank(data: Any, at: Any, stop: Any) -> Any:
    """Return how many bytes the white space at `at` has, as ``str.isspace`` knows it; 0 if none."""
    first = data[at]
    if first < 128:
        return np.int64(9 <= first <= 13 or 28 <= first <= 32)
    if first == 0xC2 and at + 2 <= stop:
        return 2 * np.int64(data[at + 1] == 0x85 or data[at + 1] == 0xA0)
    if 0xE1 <= first <= 0xE3 and at + 3 <= stop:
        code = (np.int64(data[at + 1]) - 0x80) * 64 + np.int64(data[at + 2]) - 0x80
        code += (np.int64(first) - 0xE0) * 4096
        known = code in (0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
        return 3 * np.int64(known or 0x2000 <= code <= 0x200A)
    return np.int64(0)
