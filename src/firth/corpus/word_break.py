"""Word boundaries of Unicode: UAX #29, "Unicode Text Segmentation", section 4.1.

The rules look at pairs of characters, once marks, joiners and other invisible characters (class
EXTEND) are left out, and at one more character on each side of an apostrophe, full stop, comma and
their kin. So a block is divided by table look-ups over all its characters at once.

One thing is left to the side: what a joiner puts behind a word together with an emoji (WB3c). No
emoji is a word here, so the word ends before it.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# The classes, named as in table 3 of the annex. IDEOGRAPH is what the annex leaves among "Other",
# but is a word by itself: Han, Hiragana, and letters of scripts whose words only a dictionary
# finds, such as Thai; ² and ½ too. MIDLETTER is ":" and its kin, MIDNUM "," and its kin; of both
# kinds are MIDNUMLET (".", "’") and QUOTE ("'").
OTHER, EXTEND, LETTER, HEBREW, NUMERIC, KATAKANA, CONNECTOR, IDEOGRAPH = range(8)
MIDLETTER, MIDNUM, MIDNUMLET, QUOTE, DOUBLE_QUOTE = range(8, 13)
_N_CLASSES = 16

_CATEGORIES = {
    "Lu": LETTER, "Ll": LETTER, "Lt": LETTER, "Lm": LETTER, "Lo": LETTER, "Nl": LETTER,
    "Mn": EXTEND, "Mc": EXTEND, "Me": EXTEND, "Cf": EXTEND,
    "Nd": NUMERIC, "No": IDEOGRAPH, "Pc": CONNECTOR,
}  # fmt: skip

# Letters whose class follows from their script, as ranges of code points, both ends included.
_SCRIPTS = {
    HEBREW: "5D0-5F2 FB1D-FB4F",
    KATAKANA: "30A1-30FA 30FC-30FF 31F0-31FF FF66-FF9D 1AFF0-1AFFE 1B000 1B120-1B122 1B155 "
    "1B164-1B167 3031-3035",
    IDEOGRAPH: "3041-309F 1B001-1B11F 1B132 1B150-1B152 "  # Hiragana
    "3006 3007 3021-3029 3038-303A 3400-4DBF 4E00-9FFF F900-FAFF 16FF2-16FF6 17000-18DFF "
    "1B170-1B2FF "  # Han, Tangut, Nüshu, Khitan
    "E00-EFF 1000-109F 1780-17FF 1950-19DF 1A20-1AAF A9E0-A9FF AA60-AADF 11700-1174F",  # Thai, Lao,
    # Burmese, Khmer, Tai Le, New Tai Lue, Tai Tham, Tai Viet, Ahom
}

# What category and script do not tell.
_LISTED = {
    OTHER: "200B",
    EXTEND: "FF9E FF9F 1F3FB-1F3FF E0001-E01EF",
    IDEOGRAPH: "20000-3FFFF",
    LETTER: "2C2-2C5 2D2-2D7 2DE 2DF 2E5-2EB 2ED 2EF-2FF 55A-55C 55E 58A 5F3 A708-A716 A720 A721 "
    "A789 A78A AB5B 24B6-24E9 1F130-1F149 1F150-1F169 1F170-1F189",
    NUMERIC: "66B",
    KATAKANA: "309B 309C 30A0 32D0-32FE 3300-3357",
    CONNECTOR: "202F",
    MIDLETTER: "3A B7 387 55F 5F4 2027 FE13 FE55 FF1A",
    MIDNUM: "2C 3B 37E 589 60C 60D 66C 7F8 2044 FE10 FE14 FE50 FE54 FF0C FF1B",
    MIDNUMLET: "2E 2018 2019 2024 FE52 FF07 FF0E",
    QUOTE: "27",
    DOUBLE_QUOTE: "22",
}


def _characters(ranges: str) -> NDArray[np.intp]:
    bounds = [[int(end, 16) for end in part.split("-")] for part in ranges.split()]
    return np.concatenate([np.arange(ends[0], ends[-1] + 1) for ends in bounds])


@cache
def classes() -> NDArray[np.uint8]:
    """Class of every code point, (0x110000,) uint8; made at first use, in some 50 ms.

    Categories are those of the Unicode tables of this Python (`unicodedata.unidata_version`).
    """
    # Only these two planes have characters of several categories.
    names = map(unicodedata.category, map(chr, range(0x20000)))
    table = np.zeros(0x110000, np.uint8)
    table[:0x20000] = [_CATEGORIES.get(name, OTHER) for name in names]
    letters = table == LETTER
    for number, ranges in _SCRIPTS.items():
        members = _characters(ranges)
        table[members[letters[members]]] = number
    for number, ranges in _LISTED.items():
        table[_characters(ranges)] = number
    table.setflags(write=False)
    return table


def _pairs() -> NDArray[np.bool_]:
    """Whether no boundary is between two classes: WB5, 8 to 10, 13, 13a, 13b and 7a."""
    joined = np.zeros((_N_CLASSES, _N_CLASSES), bool)
    alphanumeric = (LETTER, HEBREW, NUMERIC)
    for first, second in product(alphanumeric, alphanumeric):
        joined[first, second] = True
    joined[KATAKANA, KATAKANA] = joined[CONNECTOR, CONNECTOR] = True
    for number in (*alphanumeric, KATAKANA):
        joined[number, CONNECTOR] = joined[CONNECTOR, number] = True
    joined[HEBREW, QUOTE] = True
    return joined.ravel()


def _any_of(*numbers: int) -> NDArray[np.bool_]:
    members = np.zeros(_N_CLASSES, bool)
    members[list(numbers)] = True
    return members


_JOINED = _pairs()
_WORD = _any_of(LETTER, HEBREW, NUMERIC, KATAKANA, IDEOGRAPH)
_ALPHABETIC = _any_of(LETTER, HEBREW)
_INNER = _any_of(MIDLETTER, MIDNUM, MIDNUMLET, QUOTE, DOUBLE_QUOTE)
_BETWEEN_LETTERS = _any_of(MIDLETTER, MIDNUMLET, QUOTE)
_BETWEEN_DIGITS = _any_of(MIDNUM, MIDNUMLET, QUOTE)


def split_unicode_words(rows: Any) -> Any:
    """Divide rows at the word boundaries of Unicode; keep what holds a letter or a digit.

    Parameters
    ----------
    rows : pyarrow.StringArray
        (n,) text.

    Returns
    -------
    pyarrow.ListArray
        (n,) lists of words.

    Examples
    --------
    >>> split_unicode_words(pa.array(["«Don't!» 3.14 a.1 x_y ❤️"])).to_pylist()
    [["Don't", '3.14', 'a', '1', 'x_y']]
    """
    # Between rows there must be a boundary, and it is where a line ends. One in front saves every
    # rule from asking whether there is a character before.
    data, ends = _joined_by_newlines(rows)
    first_bytes, of = _classes_in(data)
    kept = np.flatnonzero(of != EXTEND)
    of = of[kept]
    starts = np.flatnonzero(_boundaries(of))
    held = _WORD[of[starts]]
    # Words that begin with connectors: __init__. Most words do not.
    doubtful = np.flatnonzero(of[starts] == CONNECTOR)
    if len(doubtful):
        whole = np.append(np.flatnonzero(_WORD[of]), len(of))
        following = whole[np.searchsorted(whole, starts[doubtful])]
        held[doubtful] = following < np.append(starts, len(of))[doubtful + 1]
    bounds = np.append(first_bytes[kept[starts]], len(data)).astype(np.int32)
    segments = pa.StringArray.from_buffers(len(starts), pa.py_buffer(bounds), pa.py_buffer(data))
    words = np.flatnonzero(held)
    offsets = np.zeros(len(rows) + 1, np.int32)
    offsets[1:] = np.searchsorted(bounds[words], ends)
    return pa.ListArray.from_arrays(pa.array(offsets), segments.take(pa.array(words)))


def _joined_by_newlines(rows: Any) -> tuple[bytes, NDArray[np.int64]]:
    r"""Return ``"\n" + row + "\n" + …``, and where each row ends in it."""
    rows = pa.concat_arrays([pa.array([""], rows.type), rows])
    rows = pc.binary_join_element_wise(rows, "", "\n")
    _, offsets, data = rows.buffers()
    ends = np.frombuffer(offsets, np.int32)[rows.offset + 1 : rows.offset + len(rows) + 1]
    return data.to_pybytes()[: int(ends[-1])], ends[1:].astype(np.int64)


def _classes_in(data: bytes) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Find the first byte of every character, and its class."""
    units = np.frombuffer(data, np.uint8)
    if data.isascii():
        return np.arange(len(units)), classes()[units]
    points = np.frombuffer(data.decode().encode("utf-32-le"), "<u4")
    return np.flatnonzero((units & 0xC0) != 0x80), classes()[points]


def _boundaries(of: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether a boundary is in front of each character, given all their classes, none EXTEND."""
    joined = np.zeros(len(of), bool)
    joined[1:] = _JOINED[of[:-1] * np.uint8(_N_CLASSES) + of[1:]]
    # WB6, 7, 7b, 7c, 11, 12: the first and the last character are line ends, so all have both.
    inner = np.flatnonzero(_INNER[of])
    before, middle, after = of[inner - 1], of[inner], of[inner + 1]
    inside = _BETWEEN_LETTERS[middle] & _ALPHABETIC[before] & _ALPHABETIC[after]
    inside |= _BETWEEN_DIGITS[middle] & (before == NUMERIC) & (after == NUMERIC)
    inside |= (middle == DOUBLE_QUOTE) & (before == HEBREW) & (after == HEBREW)
    joined[inner[inside]] = joined[inner[inside] + 1] = True
    return ~joined
