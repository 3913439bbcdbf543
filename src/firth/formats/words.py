"""Words as bytes, and bytes as words: many at once, without a Python object for each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, FormatError
from firth.formats.source import VectorSource, as_bytes, open_source

#: What is done with words that are not UTF-8.
ERRORS = ("strict", "replace", "latin-1")
#: Words are compared by hashes from so many on.
_MANY_WORDS = 100_000
#: Bytes of words that Arrow needs its larger type for.
_LARGE = 1 << 31
#: Words that are compared at once where some stand twice.
_CODES = 1 << 18
#: Bytes of words that are hashed at once; an odd number, and its inverse modulo 2^64.
_HASHED = 1 << 17
_BASES = 0x9E3779B97F4A7C15, pow(0x9E3779B97F4A7C15, -1, 1 << 64)


def decode_words(
    source: VectorSource,
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    errors: str,
    offset: int,
) -> Any:
    """Make an Arrow array of words that are spans of bytes.

    Parameters
    ----------
    source : VectorSource
        Where they are from, for messages.
    data : (n,) uint8
        Bytes of the file from `offset` on.
    starts, lengths : (words,) int64
        Where each begins, and its length.
    errors : {"strict", "replace", "latin-1"}
        What is done with words that are not UTF-8.
    offset : int
        Where in the file `data` begins.

    Raises
    ------
    FormatError
        A word is not UTF-8.
    """
    from firth.formats.kernels.records import copy_spans

    offsets = np.zeros(len(starts) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    taken = np.empty(max(1, int(offsets[-1])), np.uint8)
    copy_spans(data, starts, lengths, taken, offsets)
    array = pa.LargeStringArray.from_buffers(
        len(starts), pa.py_buffer(offsets), pa.py_buffer(taken)
    )
    try:
        if errors != "latin-1":
            array.validate(full=True)
            return _narrow(array)
    except pa.ArrowInvalid:
        if errors == "strict":
            error = _not_utf8(source, taken, offsets, starts, offset)
            raise error from error.__cause__
    spans = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    encoding = "latin-1" if errors == "latin-1" else "utf-8"
    raw = taken.tobytes()
    array = pa.array([raw[a:b].decode(encoding, "replace") for a, b in spans], pa.large_string())
    return _narrow(array)


def _narrow(array: Any) -> Any:
    """Take half of the memory for places, where they are small: short words have more of these."""
    return array if array.nbytes >= _LARGE else array.cast(pa.string())


def _not_utf8(
    source: VectorSource,
    taken: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    starts: NDArray[np.int64],
    offset: int,
) -> FormatError:
    for i, start in enumerate(starts.tolist()):
        word = taken[offsets[i] : offsets[i + 1]].tobytes()
        try:
            word.decode()
        except UnicodeDecodeError as error:
            shown = word[:40]
            found = FormatError(
                f"{source.path}, byte {offset + start + error.start:,}: the word {shown!r} is not "
                "UTF-8 (word2vec.c cuts long words within a character): "
                'errors="replace" puts a mark there (--errors replace), "latin-1" reads all words '
                "as Latin-1"
            )
            found.__cause__ = error  # what Python says of it, for those who look for that
            return found
    return source.error(offset, "words are not UTF-8")


def read_list(
    path: Path, errors: str = "strict", check: Callable[[int], None] | None = None
) -> WordList:
    """Read words from a text, one a line.

    Parameters
    ----------
    path : Path
        The text.
    errors : {"strict", "replace", "latin-1"}
        What is done with words that are not UTF-8.
    check : callable, optional
        Is told how many lines there are, before they take more memory than the text, and may raise.

    Raises
    ------
    FormatError
        It cannot be read, or a word is not UTF-8.
    """
    with open_source(path) as source:
        data = source.read_all()
        if check is not None:
            check(data.count(b"\n") + (data[-1:] not in (b"", b"\n")))
        if data and not data.endswith(b"\n"):
            data += b"\n"
        array = as_bytes(data)
        ends = np.flatnonzero(array == ord("\n"))
        starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
        carried = (ends > starts) & (array[ends - 1] == ord("\r"))
        lengths = ends - starts - carried
        return joined([decode_words(source, array, starts, lengths, errors, 0)])


def joined(arrays: list[Any]) -> WordList:
    """Make one list of words of the arrays of several pieces."""
    if not arrays:
        return WordList(pa.array([], pa.string()))
    small = sum(array.nbytes for array in arrays) < _LARGE
    kind = pa.string() if small else pa.large_string()
    array = pa.chunked_array([array.cast(kind) for array in arrays]).combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # pyarrow before 19 leaves it so
        array = pa.concat_arrays(array.chunks)
    return WordList(array)


def bytes_of(array: Any) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return words as bytes: where each begins, (n + 1,), and the bytes of all.

    >>> offsets, data = bytes_of(pa.array(["", "an", "e"])[1:])
    >>> offsets.tolist(), data.tobytes()
    ([0, 2, 3], b'ane')
    """
    array = array.cast(pa.large_string())
    _, places, data = array.buffers()
    offsets = np.frombuffer(places, np.int64)[array.offset : array.offset + len(array) + 1]
    known = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return offsets - offsets[0], known[offsets[0] : offsets[-1]]


def all_differ(array: Any) -> bool:
    """Whether no word stands in an Arrow array twice.

    Many words are compared by hashes, which are sorted: a million take .1 s, and Arrow's table of
    the words .2 to .6 s and 100 MB. Hashes that are the same decide nothing.
    """
    if len(array) > 2 * _CODES and not all_differ(array[:_CODES]):
        return False  # without room for the hashes of all
    if len(array) >= _MANY_WORDS and (hashes := hashes_of(array)) is not None:
        hashes.sort()
        if (hashes[1:] != hashes[:-1]).all():
            return True
    return bool(pc.count_distinct(array).as_py() == len(array))


def first_of_each(array: Any) -> NDArray[np.int64]:
    """Return the rows in which a word stands that no row before has.

    >>> first_of_each(pa.array(["b", "a", "b", "c"])).tolist()
    [0, 1, 3]
    """
    # Arrow numbers words in the order in which it meets them.
    codes = array.dictionary_encode().indices.to_numpy()
    found, most = [], -1
    for start in range(0, len(codes), _CODES):
        block = codes[start : start + _CODES]
        before = np.maximum.accumulate(np.concatenate([[most], block[:-1]]))
        found.append(start + np.flatnonzero(block > before))
        most = max(most, int(block.max()))
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def first_twice(array: Any) -> tuple[int, int]:
    """Return the first row whose word has stood before, and where; there must be one.

    >>> first_twice(pa.array(["b", "a", "c", "a", "b"]))
    (1, 3)
    """
    n = min(_CODES, len(array))
    while all_differ(array[:n]):
        n *= 2
    rows = first_of_each(array[:n])
    row = int(np.argmax(rows != np.arange(len(rows)))) if rows[-1] != len(rows) - 1 else len(rows)
    return int(pc.index(array, array[row]).as_py()), row


def hashes_of(array: Any) -> NDArray[np.uint64] | None:
    """Return a hash of 64 bits of each word, (n,); None if a word is too long for that.

    Of bytes b it is ``Σ (b[i] + 1) Bⁱ mod 2⁶⁴`` with an odd B, which has an inverse: so the hashes
    of all words of a block are differences of one running sum, each divided by a power of B. Words
    can be made whose hashes are the same, and then these are of no use.

    Examples
    --------
    >>> one, two, other = hashes_of(pa.array(["an", "an", "na"])).tolist()
    >>> one == two != other
    True
    """
    offsets, data = bytes_of(array)
    found = np.empty(len(array), np.uint64)
    powers, inverses = (
        np.multiply.accumulate(np.full(_HASHED + 1, base, np.uint64)) for base in _BASES
    )
    first = 0
    while first < len(found):
        begin = offsets[first]
        last = int(np.searchsorted(offsets, begin + _HASHED, side="right")) - 1
        if last == first:
            return None
        ends = offsets[first : last + 1] - begin
        sums = np.zeros(int(ends[-1]) + 1, np.uint64)
        text = data[begin : offsets[last]].astype(np.uint64) + np.uint64(1)
        np.cumsum(text * powers[: len(text)], out=sums[1:])
        found[first:last] = (sums[ends[1:]] - sums[ends[:-1]]) * inverses[ends[:-1]]
        first = last
    return found


def refuse_words(words: WordList, pattern: str, holds: str, title: str) -> None:
    """Refuse words that a format cannot hold, by the first of them.

    Parameters
    ----------
    words : WordList
        The words.
    pattern : str
        A regular expression for what words may not hold, nor be.
    holds : str
        Says what that is, as in "a blank or line feed".
    title : str
        What the format is called.

    Raises
    ------
    ConfigError
        There is such a word.
    """
    bad = pc.match_substring_regex(words.array, pattern)
    if pc.any(bad).as_py():
        row = pc.index(bad, value=True).as_py()
        many = pc.sum(bad).as_py()
        others = f" (and {many - 1:,} more)" if many > 1 else ""
        raise ConfigError(
            f"{title} cannot hold the word {words.array[row].as_py()!r}{others}, which has {holds}:"
            ' rename="_" writes _ for each such character (--rename _), and other formats, such as '
            ".safetensors or .parquet, hold every word"
        )
