r"""Character n-grams of words, as fastText builds them, and their numbers.

(Bojanowski, Grave, Joulin and Mikolov 2017, "Enriching word vectors with subword information",
section 3.2.) A word is put between the marks ``<`` and ``>``; its n-grams are all runs of min_n to
max_n characters, in the order of their beginnings, except a mark alone. One that occurs twice in a
word counts twice, as in fastText. ``</s>``, fastText's end of a sentence, has none.

Words of more than 64 characters are no words of a language: a line of dashes, a sequence of DNA, a
file in Base64, up to megabytes. Of these each row counts once. A row that stands in a word c times
is moved c times for each step, and counts c times in the word's vector, which so moves by c² steps:
500 times the same letter, 200 times in a text, made training diverge. It also bounds a word's rows
by the number of buckets.

An n-gram's row is ``FNV-1a(UTF-8 bytes) mod buckets``. fastText's hash, of 32 bits, takes each byte
as a signed char, so that a byte above 127 flips the upper 24 bits as well; models depend on it.
Of the buckets only those that a word of the vocabulary falls into are given rows here: the others
would never be trained, and in fastText add noise to the vectors of words never seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

END_OF_SENTENCE = "</s>"
_BASIS, _PRIME = 2166136261, 16777619
#: Words whose n-grams are found at once: some 50 MB. For a million words, all at
#: once took 5.4 GB and 50 s to keep 208 MB, in blocks it takes 0.6 GB and 7 s.
_BLOCK_WORDS = 8192
#: And so many characters at the most: a word that has more is cut into pieces.
_BLOCK_CHARACTERS = 1 << 17
#: Fewer if their n-grams would have more bytes than these together (as ASCII).
_BLOCK_BYTES, _LEAST_CHARACTERS = 1 << 22, 1 << 10
#: Rows of a matrix that are added at once: at 300 dimensions 20 MB.
_ROWS_AT_ONCE = 1 << 14
#: Characters, marks included, of the longest word in which an n-gram counts as often as it occurs.
LONGEST_WORD = 64


def ngrams(word: str, min_n: int, max_n: int) -> list[str]:
    """Return the n-grams of a word, in fastText's order; those of a long word once.

    Examples
    --------
    >>> ngrams("was", 3, 4)
    ['<wa', '<was', 'was', 'was>', 'as>']
    """
    if word == END_OF_SENTENCE:
        return []
    marked = f"<{word}>"
    size = len(marked)
    found = [
        marked[i : i + n]
        for i in range(size)
        for n in range(min_n, min(max_n, size - i) + 1)
        if n > 1 or 0 < i < size - 1
    ]
    return found if size <= LONGEST_WORD else list(dict.fromkeys(found))


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
        The n-grams of word w are the entries ``offsets[w]`` to ``offsets[w + 1]`` of `rows`; those
        of a long word are in no order that matters.
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
    counts: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    coded: list[NDArray[np.int32]] = []
    found = [pa.array([], pa.large_binary())]
    for some in _blocks(words, _most_characters(min_n, max_n)):
        ids, figures, names = _number(some, min_n, max_n, buckets)
        coded.append(ids)
        counts.append(figures)
        if names is not None:
            found.append(names)
    if buckets:
        numbers = np.zeros(buckets, np.int32)
        for ids in coded:
            numbers[ids] = 1
        keys = np.flatnonzero(numbers)
        numbers[keys] = np.arange(len(keys), dtype=np.int32)
        n_rows, texts = len(keys), None
        starts = [0] * len(coded)
    else:
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


def occurrences(word: str, min_n: int, max_n: int, buckets: int) -> Iterator[list[Any]]:
    """Yield the n-grams of a word of any length, some at a time, as often as each occurs.

    They are bytes, or the buckets of these if there are any.

    Examples
    --------
    >>> list(occurrences("aaa", 2, 2, 0))
    [[b'<a', b'aa', b'aa', b'a>']]
    """
    for piece in _pieces(word, min_n, max_n, _most_characters(min_n, max_n)):
        yield (_hash_all(piece, buckets) if buckets else _texts(piece)).tolist()


def sum_of_rows(matrix: NDArray[Any], rows: NDArray[np.integer]) -> NDArray[Any]:
    """Add up rows of a matrix, however many: (dim,), in float64 if they are more than a few.

    Examples
    --------
    >>> sum_of_rows(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 1])).tolist()
    [6.0, 8.0]
    """
    if len(rows) <= _ROWS_AT_ONCE:
        few: NDArray[Any] = np.asarray(matrix[rows]).sum(axis=0)
        return few
    total = np.zeros(matrix.shape[1])
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        total += matrix[rows[start : start + _ROWS_AT_ONCE]].sum(axis=0, dtype=np.float64)
    return total


def _most_characters(min_n: int, max_n: int) -> int:
    """Return how many characters are looked at together."""
    each = sum(range(min_n, max_n + 1))
    return min(_BLOCK_CHARACTERS, max(_LEAST_CHARACTERS, _BLOCK_BYTES // max(1, each)))


def _blocks(words: Iterable[str], most: int) -> Iterator[list[str]]:
    """Divide words so that memory does not matter; one of more characters than `most` is alone."""
    some: list[str] = []
    size = 0
    for word in words:
        if some and (len(some) == _BLOCK_WORDS or size + len(word) > most):
            yield some
            some, size = [], 0
        some.append(word)
        size += len(word)
    if some:
        yield some


def _number(
    words: Sequence[str], min_n: int, max_n: int, buckets: int
) -> tuple[NDArray[np.int32], NDArray[np.int64], pa.LargeBinaryArray | None]:
    """Find the n-grams of a block: a number for each, how many each word has, what is numbered.

    The numbers are buckets, or places in what is returned last.
    """
    most = _most_characters(min_n, max_n)
    if len(words) == 1 and len(words[0]) > most:
        pieces = _pieces(words[0], min_n, max_n, most)
        ids, names = _distinct_buckets(pieces, buckets) if buckets else _distinct_texts(pieces)
        return ids, np.array([len(ids)]), names
    marked = ["" if word == END_OF_SENTENCE else f"<{word}>" for word in words]
    block = _find(marked, min_n, max_n)
    if buckets:
        ids, names = _hash_all(block, buckets), None
    else:
        encoded = _texts(block).dictionary_encode()
        ids, names = encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary
    lengths = np.fromiter(map(len, marked), np.int64, len(marked))
    ids, counts = _once(ids, block.counts, lengths > LONGEST_WORD)
    return ids, counts, names


def _once(
    ids: NDArray[np.int32], counts: NDArray[np.int64], long: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Leave each number once, in rising order, in the words that are long.

    Examples
    --------
    >>> ids, counts = np.array([5, 5, 7, 2, 7], np.int32), np.array([2, 3])
    >>> [part.tolist() for part in _once(ids, counts, np.array([False, True]))]
    [[5, 5, 2, 7], [2, 2]]
    """
    if not long.any():
        return ids, counts
    owner = np.repeat(np.arange(len(counts)), counts)
    which = np.flatnonzero(long[owner])
    distinct = np.unique(owner[which] << 32 | ids[which])
    owners = distinct >> 32
    left = counts.copy()
    left[long] = np.bincount(owners, minlength=len(counts))[long]
    # A word's distinct numbers take the first of its places.
    before = np.searchsorted(owners, owners)
    places = (np.cumsum(counts) - counts)[owners] + np.arange(len(owners)) - before
    kept = ~long[owner]
    kept[places] = True
    ids = ids.copy()
    ids[places] = distinct & 0xFFFFFFFF
    return ids[kept], left


def _distinct_buckets(pieces: Iterable[_Block], buckets: int) -> tuple[NDArray[np.int32], None]:
    """Return the buckets of a word that is cut into pieces, each once, in rising order."""
    seen = np.zeros(buckets, np.bool_)
    for piece in pieces:
        seen[_hash_all(piece, buckets)] = True
    return np.flatnonzero(seen).astype(np.int32), None


def _distinct_texts(
    pieces: Iterable[_Block],
) -> tuple[NDArray[np.int32], pa.LargeBinaryArray]:
    """Return the n-grams of a word that is cut into pieces, each once, and their numbers."""
    texts = pa.array([], pa.large_binary())
    waiting: list[pa.LargeBinaryArray] = []
    for piece in pieces:
        waiting.append(_texts(piece).unique())
        if sum(map(len, waiting)) > len(texts):  # so that each is merged a few times only
            texts, waiting = pa.concat_arrays([texts, *waiting]).unique(), []
    texts = pa.concat_arrays([texts, *waiting]).unique()
    return np.arange(len(texts), dtype=np.int32), texts


class _Block(NamedTuple):
    """The n-grams of some words, in the order of their beginnings.

    Attributes
    ----------
    data : (n_bytes,) uint8
        The words' characters in UTF-8.
    edges : (n_characters + 1,) int64
        Where in `data` each begins, and the end.
    at, n_characters : (total,) int64
        Of each n-gram the character that it begins with, and its length in characters.
    counts : (n_words,) int64
        How many each word has.
    """

    data: NDArray[np.uint8]
    edges: NDArray[np.int64]
    at: NDArray[np.int64]
    n_characters: NDArray[np.int64]
    counts: NDArray[np.int64]


def _pieces(word: str, min_n: int, max_n: int, size: int) -> Iterator[_Block]:
    """Find the n-grams of a long word, those that begin in `size` characters at a time."""
    marked = f"<{word}>"
    for start in range(0, len(marked), size):
        stop = start + size
        piece = marked[start : stop + max(max_n, 1) - 1]
        yield _find([piece], min_n, max_n, size, start == 0, stop >= len(marked))


def _find(
    marked: Sequence[str],
    min_n: int,
    max_n: int,
    n_starts: int | None = None,
    begins: bool = True,
    ends: bool = True,
) -> _Block:
    """Find the n-grams of words between their marks, or of a piece of one.

    Of a piece, `n_starts` is the number of characters that an n-gram may begin with, and `begins`
    and `ends` say whether it has the marks.
    """
    encoded = [word.encode() for word in marked]
    data = np.frombuffer(b"".join(encoded), np.uint8)
    starts = np.flatnonzero((data & 0xC0) != 0x80)  # where characters begin
    lengths = np.fromiter(map(len, marked), np.int64, len(marked))
    stops = np.cumsum(lengths)  # of each word, in characters
    # Characters from each to the end of its word.
    left = np.repeat(stops, lengths) - np.arange(len(starts))
    if n_starts is not None:
        left[n_starts:] = 0
    longest = min(max_n, int(left.max(initial=0)))
    inside = left[:, np.newaxis] >= np.arange(min_n, longest + 1)
    if min_n == 1 and inside.shape[1]:
        words = lengths > 0
        inside[(stops - lengths)[words], 0] &= not begins
        inside[stops[words] - 1, 0] &= not ends
    at, n_characters = np.nonzero(inside)
    owner = np.repeat(np.arange(len(marked)), lengths)
    counts = np.bincount(owner[at], minlength=len(marked))
    return _Block(data, np.append(starts, len(data)), at, n_characters + min_n, counts)


def _hash_all(block: _Block, buckets: int) -> NDArray[np.int32]:
    """Return the bucket of each n-gram: the hashes that begin with each character, as they grow."""
    data, edges, at, n_characters, _ = block
    signed = data.view(np.int8).astype(np.int32).view(np.uint32)
    value = np.full(len(edges) - 1, _BASIS, np.uint32)
    hashes = np.empty(len(at), np.uint32)
    widest = int(np.diff(edges).max(initial=0))
    for n in range(1, int(n_characters.max(initial=0)) + 1):
        value = value[: len(edges) - n]  # the last have no n characters
        begin, end = edges[n - 1 : -1], edges[n:]
        for k in range(widest):
            if k == 0:
                value = (value ^ signed[begin]) * np.uint32(_PRIME)
            else:
                more = np.flatnonzero(begin + k < end)
                value[more] = (value[more] ^ signed[begin[more] + k]) * np.uint32(_PRIME)
        grown = np.flatnonzero(n_characters == n)
        hashes[grown] = value[at[grown]]
    return (hashes % np.uint32(buckets)).astype(np.int32)


def _texts(block: _Block) -> pa.LargeBinaryArray:
    begin, end = block.edges[block.at], block.edges[block.at + block.n_characters]
    lengths = end - begin
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    where = np.repeat(begin - offsets[:-1], lengths) + np.arange(offsets[-1])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(block.data[where])]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(begin), buffers)
