"""Where in a file its figures are, and where one part of it ends and another begins.

A file is known by its first bytes, as readers know it. What has no layout here is taken as text, or
as whole numbers near its beginning and its end, which is where most formats have them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

#: Bytes at either end of a file in which any four may be a figure.
_NEAR = 1600
_DECIMAL = re.compile(rb"-?\d+")
#: A run of blanks is looked at from its beginning alone: megabytes of them take for ever from each.
_PIECE = re.compile(rb"(?<![ \t\r])[ \t\r]*[\n \t,:{}\[\]\"]")
#: Places of one kind that are looked at in a file.
_MOST = 4000


class Figure(NamedTuple):
    """A number in a file.

    Attributes
    ----------
    at, size : int
        Where it is, and how many bytes it has.
    kind : {"little", "big", "decimal", "octal"}
        How it is written.
    """

    at: int
    size: int
    kind: str = "little"


class Layout(NamedTuple):
    """The places of a file at which a mutation means something.

    Attributes
    ----------
    figures : tuple of Figure
        Its numbers.
    cuts : tuple of int
        Where parts begin and end; 0 and the length are among them.
    text : bool
        It is text.
    """

    figures: tuple[Figure, ...]
    cuts: tuple[int, ...]
    text: bool


@lru_cache(maxsize=512)
def layout_of(data: bytes) -> Layout:
    r"""Find the places of a file.

    Examples
    --------
    >>> found = layout_of(b"2 1\na 5\nb 6\n")
    >>> [figure.at for figure in found.figures], found.cuts[:4]
    ([0, 2, 6, 10], (0, 2, 4, 6))
    """
    text = b"\0" not in data[:4096] and not data.startswith((b"PAR1", b"FiFu", b"PK", b"\x93"))
    figures, cuts = [], {0, len(data)}
    if text:
        found = islice(_DECIMAL.finditer(data), _MOST)
        figures = [Figure(m.start(), len(m[0]), "decimal") for m in found]
        cuts.update(m.end() for m in islice(_PIECE.finditer(data), _MOST))
        return Layout(tuple(figures), tuple(sorted(cuts)), text)
    try:
        for figure in islice(_walk(data), _MOST):
            figures.append(figure)
            cuts |= {figure.at, figure.at + figure.size}
    except (struct.error, IndexError, ValueError):
        pass  # it was of this format up to here
    # Numbers in the decimal heads of binary files: word2vec's, NumPy's.
    head = tuple(Figure(m.start(), len(m[0]), "decimal") for m in _DECIMAL.finditer(data[:128]))
    if not figures:
        unknown = _near_the_ends(len(data))
        return unknown._replace(figures=(*unknown.figures, *head))
    return _within(len(data), (*figures, *head), cuts)


def _within(length: int, figures: Iterable[Figure], cuts: set[int]) -> Layout:
    whole = tuple(figure for figure in figures if 0 <= figure.at <= length - figure.size)
    return Layout(whole, tuple(sorted(cut for cut in cuts if cut <= length)), False)


@lru_cache(maxsize=4096)
def _near_the_ends(length: int) -> Layout:
    """Take any four bytes near either end of a file for a figure: that depends on its length."""
    places = {*range(0, min(length, _NEAR) - 3, 4)}
    places |= {*range(max(0, length - _NEAR) // 4 * 4, length - 3, 4)}
    figures = [Figure(at, size) for at in sorted(places) for size in (4, 8)]
    figures += [Figure(length - 8, 4), Figure(length - 10, 4)]
    return _within(length, figures, {0, length, *places})


def _fasttext(data: bytes) -> Iterator[Figure]:
    at = 0
    for size in (4,) * 14 + (8,) + (4,) * 3 + (8, 8):
        yield Figure(at, size)
        at += size
    entries, _, _ = struct.unpack_from("<3i", data, 64)
    kept = struct.unpack_from("<q", data, 84)[0]
    for _ in range(entries):
        at = data.index(b"\0", at)
        yield from (Figure(at, 1), Figure(at + 1, 8), Figure(at + 9, 1))
        at += 10
    for _ in range(max(0, kept)):
        yield from (Figure(at, 4), Figure(at + 4, 4))
        at += 8
    for _ in range(2):
        yield Figure(at, 1)
        quantised = data[at]
        at += 1
        if not quantised:
            rows, columns = struct.unpack_from("<2q", data, at)
            yield from (Figure(at, 8), Figure(at + 8, 8), Figure(at + 16, 4))
            at += 16 + 4 * rows * columns
            continue
        rows, columns, size = struct.unpack_from("<2qi", data, at + 1)
        yield from (Figure(at, 1), Figure(at + 1, 8), Figure(at + 9, 8), Figure(at + 17, 4))
        at += 21
        for n, dim in ((size, columns), (rows, 1)):
            yield Figure(at, 1)
            at += n
            yield from (Figure(at + 4 * i, 4) for i in range(5))
            at += 16 + 1024 * dim


def _finalfusion(data: bytes) -> Iterator[Figure]:
    (count,) = struct.unpack_from("<I", data, 8)
    at = 12 + 4 * count
    yield from (Figure(4 * i, 4) for i in range(at // 4))
    while at < len(data):
        kind, size = struct.unpack_from("<IQ", data, at)
        yield from (Figure(at, 4), Figure(at + 4, 8), Figure(at + 12, 8))
        yield from (Figure(at + 20 + 4 * i, 4) for i in range(3 if kind == 7 else 2))
        if kind in (1, 7):
            place = at + (20 if kind == 1 else 32)
            for _ in range(struct.unpack_from("<Q", data, at + 12)[0]):
                yield Figure(place, 4)
                place += 4 + struct.unpack_from("<I", data, place)[0]
        at += 12 + size


def _zip(data: bytes) -> Iterator[Figure]:
    #: Sizes of the fields behind each mark (PKWARE, APPNOTE.TXT, 4.3.7, 4.3.12 and 4.3.16).
    fields = {
        b"PK\3\4": (2, 2, 2, 2, 2, 4, 4, 4, 2, 2),
        b"PK\1\2": (2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4),
        b"PK\5\6": (2, 2, 2, 2, 4, 4, 2),
    }
    for found in re.finditer(rb"PK(\x01\x02|\x03\x04|\x05\x06)", data):
        at = found.end()
        for size in fields[found[0]]:
            yield Figure(at, size)
            at += size


def _tar(data: bytes) -> Iterator[Figure]:
    for at in range(0, len(data) - 511, 512):
        if data[at + 257 : at + 262] == b"ustar":
            # Mode, owner, group, size, time; then the sum over all, the kind, and versions.
            for place, size in ((100, 7), (108, 7), (116, 7), (124, 11), (136, 11), (148, 6)):
                yield Figure(at + place, size, "octal")
            yield from (Figure(at + 156, 1), Figure(at + 257, 8), Figure(at + 124, 8, "big"))


def _numpy(data: bytes) -> Iterator[Figure]:
    yield from (Figure(6, 1), Figure(7, 1), Figure(8, 2), Figure(8, 4))
    end = 10 + struct.unpack_from("<H", data, 8)[0]
    yield from (Figure(m.start(), len(m[0]), "decimal") for m in _DECIMAL.finditer(data[:end]))
    yield Figure(end, 4)


def _safetensors(data: bytes) -> Iterator[Figure]:
    yield Figure(0, 8)
    end = 8 + struct.unpack_from("<Q", data, 0)[0]
    yield from (Figure(m.start(), len(m[0]), "decimal") for m in _DECIMAL.finditer(data[:end]))
    yield Figure(end, 4)


def _walk(data: bytes) -> Iterator[Figure]:
    """Walk through a file of a layout that is known here; through none, if it is of no such."""
    if data[257:262] == b"ustar":
        return _tar(data)
    if data[8:9] == b"{" and struct.unpack_from("<Q", data)[0] < len(data):
        return _safetensors(data)
    walks = {b"\xba\x16\x4f\x2f": _fasttext, b"FiFu": _finalfusion, b"PK\3\4": _zip,
             b"\x93NUMPY": _numpy}  # fmt: skip
    return next((walk(data) for magic, walk in walks.items() if data.startswith(magic)), iter(()))
