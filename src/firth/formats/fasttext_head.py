"""What a model of fastText begins with: the settings that made it, and its dictionary."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.formats.fasttext_file import ModelFile
from firth.formats.source import BLOCK, as_bytes
from firth.formats.words import decode_words, joined

#: The first four bytes of a model; models of 2016 have none.
MAGIC, VERSION = 793712314, 12
#: Dimensions, window, epochs, least count, negatives, word n-grams, loss, model, buckets, min_n,
#: max_n, rate of updates; the threshold of subsampling.
SETTINGS = struct.Struct("<12id")
#: Of fields 0 to 11: name, least and greatest value. n-grams longer than any that firth trains are
#: taken for damage, since the time that they take grows with their lengths.
_RANGES = {
    0: ("dim", 1, 1 << 24),
    6: ("loss", 1, 4),
    7: ("model", 1, 3),
    8: ("bucket", 0, (1 << 31) - 1),
    9: ("minn", 0, 255),
    10: ("maxn", 0, 255),
}
HIERARCHICAL, SUPERVISED = 1, 3
#: Bytes of an entry without a word, and the most that a word has.
_ENTRY, _LONGEST_WORD = 10, 1 << 24
#: Bytes of floret's settings before the two fields that fastText lacks.
_FLORET = 44


class Settings(NamedTuple):
    """The settings that matter to who reads vectors.

    Attributes
    ----------
    dim, loss, model, buckets, min_n, max_n : int
        As in the file.
    versioned : bool
        It has a mark and a version, and so the fields that came with them.
    fields : tuple of 13 numbers
        All of them, as they are in the file.
    """

    dim: int
    loss: int
    model: int
    buckets: int
    min_n: int
    max_n: int
    versioned: bool
    fields: tuple[Any, ...]

    @property
    def has_ngrams(self) -> bool:
        """Whether words have n-grams at all."""
        return max(1, self.min_n) <= self.max_n


class Dictionary(NamedTuple):
    """Words and labels; of `top` words only these.

    Attributes
    ----------
    words : WordList
        V words as strings.
    counts : (V,) int64
        How often each occurred.
    text : (n,) uint8
        The words as they are in the file, each between ``<`` and ``>``.
    offsets : (V + 1,) int64
        Where each begins there.
    n_words, n_labels : int
        How many words the file has, and labels.
    pruned : ((k,) int64, (k,) int64), optional
        The buckets that were kept, rising, and their rows; None if none was left out.
    """

    words: WordList
    counts: NDArray[np.int64]
    text: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    n_words: int
    n_labels: int
    pruned: tuple[NDArray[np.int64], NDArray[np.int64]] | None


def read_settings(file: ModelFile) -> Settings:
    """Read them, and see that they can be."""
    head = file.exactly(8, "the mark and the version")
    magic, version = struct.unpack("<2i", head)
    versioned = magic == MAGIC
    if not versioned:
        file.put_back(head)
    elif version not in (11, VERSION):
        raise FormatError(
            f"{file.path}, byte 4: the version is {version:,}; firth reads fastText's versions 11 "
            f"and {VERSION}, and the format before there were versions"
        )
    elif _is_floret(file.peek(_FLORET + 8)):
        raise FormatError(
            f"{file.path} is a model of floret (.bin), which firth does not read: floret writes "
            "the vectors of its words to a .vec beside it, and its save_floret_vectors a table of "
            "all rows (.floret), from which any word has a vector: firth reads both"
        )
    start = file.offset
    fields = SETTINGS.unpack(file.exactly(SETTINGS.size, "the settings"))
    for place, (name, least, greatest) in _RANGES.items():
        if not least <= fields[place] <= greatest:
            raise file.error(
                start + 4 * place,
                f"{name} is {fields[place]:,}; expected {least:,} to {greatest:,}"
                + ("" if versioned else ", if this is a model of fastText from before versions"),
            )
    dim, loss, model, buckets, min_n, max_n = (fields[place] for place in _RANGES)
    if version == 11 and model == SUPERVISED:
        max_n = 0  # such models were trained without, whatever they say
    found = Settings(dim, loss, model, buckets, min_n, max_n, versioned, fields)
    if found.has_ngrams and not buckets:
        raise file.error(
            start + 32,
            f"bucket is 0, but words have n-grams of {min_n} to {max_n} characters; expected 1 or "
            "more",
        )
    return found


def _is_floret(data: bytes) -> bool:
    """Whether there are a mode and a number of hashes, where fastText has 100 and half a float."""
    if len(data) < _FLORET + 8:
        return False
    mode, hashes = struct.unpack_from("<2i", data, _FLORET)
    return mode in (1, 2) and 1 <= hashes <= 4


def read_dictionary(
    file: ModelFile, settings: Settings, top: int | None, errors: str
) -> Dictionary:
    """Read it to its end; keep the first `top` words."""
    start = file.offset
    size, n_words, n_labels, _ = file.unpack("<3iq", "the sizes of the dictionary")
    if min(size, n_words, n_labels) < 0 or size != n_words + n_labels:
        raise file.error(
            start, f"{size:,} entries are {n_words:,} words and {n_labels:,} labels; expected a sum"
        )
    n_pruned = -1
    if settings.versioned:
        (n_pruned,) = file.unpack("<q", "the number of kept buckets")
        if not -1 <= n_pruned <= settings.buckets:
            raise file.error(
                file.offset - 8,
                f"{n_pruned:,} buckets were kept; expected -1 for all, or 0 to "
                f"{settings.buckets:,}",
            )
    file.need(size * _ENTRY + max(0, n_pruned) * 8, f"{size:,} entries of a dictionary")
    found = _read_entries(file, size, n_words, size if top is None else min(top, size), errors)
    pruned = _read_pruned(file, settings, n_pruned) if n_pruned >= 0 else None
    return found._replace(n_words=n_words, n_labels=n_labels, pruned=pruned)


def _read_entries(file: ModelFile, size: int, n_words: int, kept: int, errors: str) -> Dictionary:
    from firth.formats.kernels.subwords import BEHIND, find_entries

    strings: list[Any] = []
    counts, lengths = [np.zeros(0, np.int64)], [np.zeros(1, np.int64)]
    texts = [np.zeros(0, np.uint8)]
    begin, row, labels, rest = file.offset, 0, 0, b""
    while row < size:
        offset = file.offset - len(rest)
        data = rest + file.read(BLOCK)
        array, last = as_bytes(data), len(data) == len(rest)
        most = min(size - row, len(data) // _ENTRY + 1)
        starts, sizes = np.empty(most, np.int64), np.empty(most, np.int64)
        found, at = find_entries(array, starts, sizes)
        starts, sizes = starts[:found], sizes[:found]
        behind = (starts + sizes + 1)[:, np.newaxis] + np.arange(BEHIND)
        numbers = array[behind]
        labels += _check_entries(file, numbers, offset + behind[:, 0], row)
        new = min(found, kept - row)
        if new > 0:
            starts, sizes = starts[:new], sizes[:new]
            strings.append(decode_words(file, array, starts, sizes, errors, offset))
            counts.append(np.ascontiguousarray(numbers[:new, :8]).view("<i8")[:, 0])
            lengths.append(sizes + 2)
            texts.append(between_marks(array, starts, sizes))
        row += found
        rest = data[at:]
        if row < size and (last or len(rest) > _LONGEST_WORD):
            what = "ends within" if last else f"has no zero for {len(rest):,} bytes behind"
            raise file.error(offset + at, f"the file {what} word {row + 1:,} of {size:,}")
    file.put_back(rest)
    if labels != size - n_words:
        raise file.error(
            begin, f"{labels:,} of {size:,} entries are labels; expected {size - n_words:,}"
        )
    offsets = np.cumsum(np.concatenate(lengths))
    whole = joined(strings), np.concatenate(counts), np.concatenate(texts), offsets
    return Dictionary(*whole, n_words, labels, None)


def between_marks(
    data: NDArray[np.uint8], starts: NDArray[np.int64], sizes: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Copy words that are spans of bytes, each between ``<`` and ``>``."""
    from firth.formats.kernels.records import copy_spans

    ends = np.cumsum(sizes + 2)
    text = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    text[ends - sizes - 2], text[ends - 1] = ord("<"), ord(">")
    copy_spans(data, starts, sizes, text, ends - sizes - 1)
    return text


def _check_entries(
    file: ModelFile, numbers: NDArray[np.uint8], places: NDArray[np.int64], row: int
) -> int:
    """Look at counts and kinds, (n, 9) bytes; return how many are labels."""
    kinds, negative = numbers[:, 8], numbers[:, 7] > 127
    wrong = np.flatnonzero((kinds > 1) | negative)
    if len(wrong):
        i = int(wrong[0])
        count = int.from_bytes(numbers[i, :8].tobytes(), "little", signed=True)
        raise file.error(
            int(places[i]),
            f"entry {row + i + 1:,} of the dictionary has count {count:,} and kind {kinds[i]}; "
            "expected a count from 0, and 0 for a word or 1 for a label",
        )
    return int(np.count_nonzero(kinds))


def _read_pruned(
    file: ModelFile, settings: Settings, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read which buckets were kept, and their rows; fastText writes them in any order."""
    start = file.offset
    pairs = file.array(size, 2, size, "<i4", f"{size:,} kept buckets").astype(np.int64)
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    keys, rows = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
    for name, values, limit in (("bucket", keys, settings.buckets), ("row", rows, size)):
        bad = values[(values < 0) | (values >= limit)]
        if len(bad):
            raise file.error(
                start, f"{name} {bad[0]:,} is among the kept buckets; expected 0 to {limit - 1:,}"
            )
    if (np.diff(keys) == 0).any():
        raise file.error(start, f"bucket {keys[:-1][np.diff(keys) == 0][0]:,} was kept twice")
    return keys, rows
