r"""Vectors of any word from a small table, by several hashes of its n-grams: as in floret.

(Boyd and Warmerdam 2022, "floret: lightweight, robust word vectors"; Tito Svenstrup, Hansen and
Winther 2017, "Hash Embeddings for Efficient Word Representations"; spaCy 3.8, ``vectors.pyx``.)
There is no list of words. A word w is put between its marks; its parts are that whole, and all runs
of min_n to max_n characters in it. Each part has h rows, and the vector is the mean of all::

    rows(part) = (low₁, high₁, low₂, high₂)[:h] mod buckets      halves of a hash of 128 bits

where the hash is MurmurHash3_x64_128 of the part's UTF-8 (Austin Appleby, public domain,
``MurmurHash3.cpp``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.vectors.matrix import FloatMatrix

_FIRST, _SECOND = np.uint64(0x87C37B91114253D5), np.uint64(0x4CF5AD432745937F)
_MIX = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
#: Hashes that there are at most, and rows that are added at once.
MOST_HASHES = 4
_ROWS_AT_ONCE = 1 << 14


class HashedMean:
    """Vectors of words as the mean of the rows that the hashes of their parts lead to.

    Parameters
    ----------
    matrix : (buckets, dim) float32 or float64
        The table.
    min_n, max_n : int
        Lengths of n-grams, in characters, marks included; from 1.
    hashes : int
        Rows of each part, 1 to 4.
    seed : int
        Of the hash, from 0 and below 2^32.
    marks : (str, str)
        What stands before and behind each word.

    Examples
    --------
    >>> compose = HashedMean(np.array([[1.0], [2.0], [4.0]]), 2, 3, 1, 2166136261)
    >>> compose("an").round(3).tolist(), compose("") is None
    ([3.5], True)
    """

    def __init__(
        self,
        matrix: FloatMatrix,
        min_n: int,
        max_n: int,
        hashes: int,
        seed: int,
        marks: tuple[str, str] = ("<", ">"),
    ) -> None:
        self.matrix = matrix
        self.min_n, self.max_n, self.hashes, self.seed = min_n, max_n, hashes, seed
        self.marks = marks

    def check(self) -> None:
        """Do nothing: a table fits any words."""

    def __call__(self, word: str) -> NDArray[np.floating] | None:
        """Return the vector of `word`, (dim,); None for the empty one, and for what is no text."""
        try:
            return self.many([word])[0] if word else None
        except UnicodeEncodeError:  # half a surrogate pair
            return None

    def many(self, words: Sequence[str]) -> FloatMatrix:
        """Return the vectors of words, (n, dim); zeros for the empty one, as in spaCy."""
        found = np.zeros((len(words), self.matrix.shape[1]), self.matrix.dtype)
        block: list[int] = []
        parts: list[list[bytes]] = []
        waiting = 0
        for place, word in enumerate(words):
            if not word:
                continue
            block.append(place)
            parts.append(self._parts(word))
            waiting += len(parts[-1]) * self.hashes
            if waiting >= _ROWS_AT_ONCE:
                self._add(found, block, parts)
                block, parts, waiting = [], [], 0
        self._add(found, block, parts)
        return found

    def _parts(self, word: str) -> list[bytes]:
        whole = f"{self.marks[0]}{word}{self.marks[1]}"
        runs = (
            whole[start : start + n]
            for n in range(self.min_n, self.max_n + 1)
            for start in range(len(whole) - n + 1)
        )
        return [text.encode() for text in (whole, *runs)]

    def _add(self, found: FloatMatrix, places: list[int], parts: list[list[bytes]]) -> None:
        """Put the vectors of some words into their rows of `found`."""
        hashed = murmur_hashes([text for texts in parts for text in texts], self.seed)
        rows = (hashed[:, : self.hashes] % np.uint32(len(self.matrix))).reshape(-1)
        at = 0
        for place, texts in zip(places, parts, strict=True):
            n = len(texts) * self.hashes
            total = np.zeros(found.shape[1])
            for start in range(at, at + n, _ROWS_AT_ONCE):
                some = rows[start : min(start + _ROWS_AT_ONCE, at + n)]
                total += self.matrix[some].sum(axis=0, dtype=np.float64)
            found[place] = total / n
            at += n


def murmur_hashes(texts: Sequence[bytes], seed: int) -> NDArray[np.uint32]:
    """Return MurmurHash3_x64_128 of each text as four numbers, ``(n, 4)``, low halves first.

    Texts of one length are hashed together.

    Examples
    --------
    >>> text = b"The quick brown fox jumps over the lazy dog"
    >>> [f"{value:08x}" for value in murmur_hashes([text], 0)[0]]
    ['bc071b6c', 'e34bbc7b', 'c49a9347', '7a433ca9']
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    found = np.empty((len(texts), 2), "<u8")
    for size in np.unique(lengths).tolist():
        places = np.flatnonzero(lengths == size)
        padded = np.zeros((len(places), (size // 16 + 1) * 16), np.uint8)
        together = b"".join([texts[place] for place in places.tolist()])
        padded[:, :size] = np.frombuffer(together, np.uint8).reshape(len(places), size)
        found[places] = _hash_alike(padded.view("<u8"), size, seed)
    return found.view("<u4")


def _hash_alike(blocks: NDArray[np.uint64], size: int, seed: int) -> NDArray[np.uint64]:
    """Hash texts of `size` bytes, padded with zeros, ``(n, 2 m) uint64``, to ``(n, 2)``."""
    one = np.full(len(blocks), seed, np.uint64)
    two = one.copy()
    last = blocks.shape[1] - 2
    for at in range(0, last, 2):
        one ^= _scrambled(blocks[:, at], _FIRST, 31, _SECOND)
        one = (_turned(one, 27) + two) * np.uint64(5) + np.uint64(0x52DCE729)
        two ^= _scrambled(blocks[:, at + 1], _SECOND, 33, _FIRST)
        two = (_turned(two, 31) + one) * np.uint64(5) + np.uint64(0x38495AB5)
    # What is left; nothing is scrambled to nothing.
    two ^= _scrambled(blocks[:, last + 1], _SECOND, 33, _FIRST) ^ np.uint64(size)
    one ^= _scrambled(blocks[:, last], _FIRST, 31, _SECOND) ^ np.uint64(size)
    one += two
    two += one
    one, two = _mixed(one), _mixed(two)
    one += two
    two += one
    return np.stack([one, two], axis=1)


def _scrambled(
    value: NDArray[np.uint64], before: np.uint64, bits: int, behind: np.uint64
) -> NDArray[np.uint64]:
    return _turned(value * before, bits) * behind


def _turned(value: NDArray[np.uint64], bits: int) -> NDArray[np.uint64]:
    """Turn the bits of each number to the left."""
    return value << np.uint64(bits) | value >> np.uint64(64 - bits)


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    shift = np.uint64(33)
    for factor in _MIX:
        value = (value ^ value >> shift) * factor
    return value ^ value >> shift
