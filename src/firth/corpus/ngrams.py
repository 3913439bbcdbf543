r"""Character n-grams of words, as fastText builds them, and their numbers.

(Bojanowski, Grave, Joulin and Mikolov 2017, "Enriching word vectors with subword information",
section 3.2.) A word is put between the marks ``<`` and ``>``; its n-grams are all runs of min_n to
max_n characters, in the order of their beginnings, except a mark alone. One that occurs twice in a
word counts twice. ``</s>``, fastText's end of a sentence, has none.

An n-gram's row is ``FNV-1a(UTF-8 bytes) mod buckets``. fastText's hash, of 32 bits, takes each byte
as a signed char, so that a byte above 127 flips the upper 24 bits as well; models depend on it.
Of the buckets only those that a word of the vocabulary falls into are given rows here: the others
would never be trained, and in fastText add noise to the vectors of words never seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

END_OF_SENTENCE = "</s>"
_BASIS, _PRIME = 2166136261, 16777619
#: Words whose n-grams are found at once: some 50 MB. For a million words, all at
#: once took 5.4 GB and 50 s to keep 208 MB, in blocks it takes 0.6 GB and 7 s.
_BLOCK_WORDS = 8192


def ngrams(word: str, min_n: int, max_n: int) -> list[str]:
    """Return the n-grams of a word, in fastText's order.

    Examples
    --------
    >>> ngrams("was", 3, 4)
    ['<wa', '<was', 'was', 'was>', 'as>']
    """
    if word == END_OF_SENTENCE:
        return []
    marked = f"<{word}>"
    size = len(marked)
    return [
        marked[i : i + n]
        for i in range(size)
        for n in range(min_n, min(max_n, size - i) + 1)
        if n > 1 or 0 < i < size - 1
    ]


def hash_ngram(text: bytes) -> int:
    """Return fastText's hash of 32 bits: FNV-1a with signed bytes.

    Examples
    --------
    >>> hash_ngram(b"<wa"), hash_ngram("ä".encode())
    (930724319, 939155682)
    """
    value = _BASIS
    for byte in text:
        signed = byte | 0xFFFFFF00 if byte > 127 else byte
        value = (value ^ signed) * _PRIME & 0xFFFFFFFF
    return value


class NGramRows(NamedTuple):
    """The n-grams of every word of a vocabulary, numbered.

    Attributes
    ----------
    offsets : (V + 1,) int64
        The n-grams of word w are the entries ``offsets[w]`` to ``offsets[w + 1]`` of `rows`.
    rows : (total,) int32
        Row numbers from 0 to ``n_rows - 1``.
    n_rows : int
        Different rows.
    keys : (n_rows,) int64, or None
        The bucket of each row, rising; None without buckets.
    texts : pyarrow.LargeBinaryArray or None
        The n-gram of each row, as UTF-8; None with buckets.
    """

    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]
    n_rows: int
    keys: NDArray[np.int64] | None
    texts: pa.LargeBinaryArray | None


def number_ngrams(words: Sequence[str], min_n: int, max_n: int, buckets: int) -> NGramRows:
    """Find the n-grams of all words at once.

    Parameters
    ----------
    words : sequence of str
        The V words.
    min_n, max_n : int
        Lengths in characters, marks included; max_n = 0 for none.
    buckets : int
        How many buckets the hash has; 0 gives each different n-gram a row of its own.

    Examples
    --------
    >>> numbered = number_ngrams(["was", "wasp"], 3, 3, 2_000_000)
    >>> numbered.offsets.tolist(), numbered.n_rows
    ([0, 3, 7], 5)
    >>> numbered.keys[numbered.rows[:3]].tolist()
    [724319, 1959538, 1039177]
    """
    blocks = _blocks(words, min_n, max_n)
    counts: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    coded: list[NDArray[np.int32]] = []
    if buckets:
        for block in blocks:
            counts.append(block.counts)
            coded.append((_hash_all(block) % np.uint32(buckets)).astype(np.int32))
        numbers = np.zeros(buckets, np.int32)
        for ids in coded:
            numbers[ids] = 1
        keys = np.flatnonzero(numbers)
        numbers[keys] = np.arange(len(keys), dtype=np.int32)
        n_rows, texts = len(keys), None
        starts = [0] * len(coded)
    else:
        found = [pa.array([], pa.large_binary())]
        for block in blocks:
            counts.append(block.counts)
            encoded = _texts(block).dictionary_encode()
            found.append(encoded.dictionary)
            coded.append(encoded.indices.to_numpy(zero_copy_only=False))
        # Those of all blocks are few, and in the order in which they occur first.
        merged = pa.concat_arrays(found).dictionary_encode()
        numbers = merged.indices.to_numpy(zero_copy_only=False)
        keys, texts, n_rows = None, merged.dictionary, len(merged.dictionary)
        starts = np.cumsum([len(dictionary) for dictionary in found]).tolist()
    for i, ids in enumerate(coded):  # one by one, since two of each would be much
        coded[i] = numbers[ids + np.int32(starts[i])]
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    rows = np.concatenate([np.zeros(0, np.int32), *coded])
    return NGramRows(offsets, rows, n_rows, keys, texts)


class _Block(NamedTuple):
    """The n-grams of some words: each is ``data[begin[i]:end[i]]``, `counts` of them a word."""

    data: NDArray[np.uint8]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    counts: NDArray[np.int64]


def _blocks(words: Iterable[str], min_n: int, max_n: int) -> Iterator[_Block]:
    """Find the n-grams of so many words at a time that memory does not matter."""
    left = iter(words)
    while some := list(islice(left, _BLOCK_WORDS)):
        yield _find(some, min_n, max_n)


def _find(words: Sequence[str], min_n: int, max_n: int) -> _Block:
    marked = [b"" if word == END_OF_SENTENCE else f"<{word}>".encode() for word in words]
    data = np.frombuffer(b"".join(marked), np.uint8)
    ends = np.cumsum(np.fromiter(map(len, marked), np.int64, len(marked)))
    starts = np.flatnonzero((data & 0xC0) != 0x80)  # where characters begin
    owner = np.searchsorted(ends, starts, side="right")
    edges = np.append(starts, len(data))
    first = np.append(True, owner[1:] != owner[:-1])[: len(starts)]
    last = np.append(owner[1:] != owner[:-1], True)[: len(starts)]
    characters, lengths = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for n in range(min_n, min(max_n, len(starts)) + 1):
        inside = owner[: len(starts) - n + 1] == owner[n - 1 :]
        if n == 1:
            inside &= ~(first | last)
        found = np.flatnonzero(inside)
        characters.append(found)
        lengths.append(np.full(len(found), n))
    at, n_characters = np.concatenate(characters), np.concatenate(lengths)
    order = np.lexsort((n_characters, at))
    at, n_characters = at[order], n_characters[order]
    begin, end = edges[at], edges[at + n_characters]
    return _Block(data, begin, end, np.bincount(owner[at], minlength=len(marked)))


def _hash_all(block: _Block) -> NDArray[np.uint32]:
    """Hash each n-gram, byte after byte for all at once."""
    data, begin, end, _ = block
    signed = data.view(np.int8).astype(np.int32).view(np.uint32)
    value = np.full(len(begin), _BASIS, np.uint32)
    for k in range(int((end - begin).max(initial=0))):
        active = np.flatnonzero(begin + k < end)
        value[active] = (value[active] ^ signed[begin[active] + k]) * np.uint32(_PRIME)
    return value


def _texts(block: _Block) -> pa.LargeBinaryArray:
    data, begin, end, _ = block
    lengths = end - begin
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    where = np.repeat(begin - offsets[:-1], lengths) + np.arange(offsets[-1])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data[where])]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(begin), buffers)
