"""Mutations of valid files that know how these are made.

An input begins as a valid one. One to four mutations are made of it, each of one file: figures are
set to extremes, parts left out, repeated, swapped, cut off or taken from another file, words
doubled, numbers made infinite, JSON nested and its values exchanged, bits flipped; and then it may
be compressed. Which, is drawn from a generator alone, so that a seed gives the same inputs again.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import struct
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pyarrow as pa

from tools.fuzz.case import Case
from tools.fuzz.structure import layout_of

_EXTREMES = (
    0, 1, -1, 2, 3, 16, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 1 << 24, 2**31 - 1,
    2**31, 2**32 - 1, 2**32, 2**40, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 10**20,
)  # fmt: skip
_NUMBERS = (
    b"nan", b"inf", b"-inf", b"1e999", b"-1e999", b"1e-999", b"3.5e38", b"1e38", b"0x1p3", b"1_0",
    b"--1", b"+", b".", b"1e", "١".encode(), b"1" * 400, b"0." + b"3" * 400, b"", b"-0", b"007",
)  # fmt: skip
_TOKENS = (
    b"\0", b"\n", b"\r\n", b"\r", b" ", b"\t", b"\xff", b"\xed\xa0\x80", b"\xc3", b"\\u0000", b'"',
    b"\\ud800", b"{", b"[", b"]", b"}", b",", b":", b"'", b"#", b"../", b"\xef\xbb\xbf", b"</s>",
    b"PAR1", b"ARROW1", b"PK\x03\x04", b"\x1f\x8b", b"FiFu", b"\x93NUMPY", b"null", b"true",
    "\u2028".encode(), "\U0001f600".encode(),
)  # fmt: skip
#: A file that grows, and one that is decompressed, have so many bytes at most.
_LARGEST, _LARGEST_BOMB = 3 << 20, 24 << 20


def draw_case(random: Random, seeds: Sequence[Case]) -> Case:
    """Draw a valid input and mutate it.

    Parameters
    ----------
    random : Random
        What decides.
    seeds : sequence of Case
        Valid inputs, or those that were found to be of interest.
    """
    case = random.choice(seeds)
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        case = _mutated(random, case, seeds)
    if random.random() < 0.06:
        case = _compressed(random, case)
        if random.random() < 0.4:
            case = _mutated(random, case, seeds)
    return case


def _mutated(random: Random, case: Case, seeds: Sequence[Case]) -> Case:
    if not case.files or random.random() < (0.04 if len(case.files) > 1 else 0.003):
        return _exchanged(random, case)
    name = random.choice(list(case.files))
    data = case.files[name]
    if data is None:
        return case
    if data[:1] in (b"{", b"[") and random.random() < 0.5:
        new = _json(random, data)
    elif data[8:9] == b"{" and random.random() < 0.5:
        new = _json_head(random, data)
    elif random.random() < 0.04:
        new = _spliced(random, data, random.choice(seeds))
    elif random.random() < 0.003:
        new = _grown(random, data)
    else:
        new = random.choice(_ON_BYTES)(random, data)
    return case._replace(files={**case.files, name: new})


def _exchanged(random: Random, case: Case) -> Case:
    """Leave a file out, empty it, put a folder in its place, or give two of them each other's."""
    files = dict(case.files)
    if not files:
        return case
    one, other = random.choice(list(files)), random.choice(list(files))
    match random.randrange(4):
        case 0:
            del files[one]
        case 1:
            files[one] = b""
        case 2:
            files[one] = None
        case _:
            files[one], files[other] = files[other], files[one]
    return case._replace(files=files)


def _figure(random: Random, data: bytes) -> bytes:
    """Set a figure to an extreme, or to one off."""
    figures = layout_of(data).figures
    if not figures:
        return _bits(random, data)
    at, size, kind = random.choice(figures)
    old = data[at : at + size]
    if kind in ("decimal", "octal"):
        value = (
            int(old, 8 if kind == "octal" else 10)
            if size < 30 and old.lstrip(b"-").isdigit()
            else 0
        )
    else:
        value = int.from_bytes(old, "big" if kind == "big" else "little")
    near = (value + 1, value - 1, value * 2, value // 2, -value, len(data), len(data) - at)
    value = random.choice(near if random.random() < 0.5 else _EXTREMES)
    if kind == "decimal":
        new = b"%d" % value if random.random() < 0.8 else random.choice(_NUMBERS)
    elif kind == "octal":
        new = b"%0*o" % (size, value % 8**size)
    else:
        new = (value % (1 << 8 * size)).to_bytes(size, "big" if kind == "big" else "little")
    return _checked(data[:at] + new + data[at + size :])


def _checked(data: bytes) -> bytes:
    """Let the sums over the heads of a tar archive be right again."""
    if data[257:262] != b"ustar":
        return data
    changed = bytearray(data)
    for at in range(0, len(changed) - 511, 512):
        if changed[at + 257 : at + 262] == b"ustar":
            changed[at + 148 : at + 156] = b" " * 8
            changed[at + 148 : at + 156] = b"%06o\0 " % sum(changed[at : at + 512])
    return bytes(changed)


def _bits(random: Random, data: bytes) -> bytes:
    if not data:
        return random.choice(_TOKENS)
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8))):
        # Most figures are near the beginning or the end.
        near = random.choice((len(changed), min(len(changed), 200)))
        place = random.randrange(near)
        place = place if random.random() < 0.6 else len(changed) - 1 - place
        changed[place] ^= 1 << random.randrange(8)
    return bytes(changed)


def _overwritten(random: Random, data: bytes) -> bytes:
    """Write an extreme, or a number that is not finite, over any bytes."""
    at = random.randrange(len(data) + 1)
    at = random.choice((at, at // 4 * 4))
    bad = random.choice((float("nan"), float("inf"), -float("inf"), 3e38, 1e300, 1e-45))
    size = random.choice((1, 2, 4, 4, 8))
    if random.random() < 0.5 or size == 1:
        new = (random.choice(_EXTREMES) % (1 << 8 * size)).to_bytes(size, "little")
    else:
        layouts = {2: "<e", 4: "<f", 8: "<d"}
        finite = abs(bad) < 1e300 and size == 2
        new = struct.pack(layouts[size], 6e4 if finite or (bad == 1e300 and size < 8) else bad)
    return data[:at] + new + data[at + len(new) :]


def _span(random: Random, data: bytes) -> tuple[int, int]:
    """Draw a part: from one place to another, near it most of the times."""
    cuts = layout_of(data).cuts
    first = random.randrange(len(cuts))
    far = len(cuts) if random.random() < 0.2 else 8
    last = min(len(cuts) - 1, first + 1 + random.randrange(far))
    begin, end = cuts[first], cuts[last]
    if random.random() < 0.15:
        begin += random.choice((-1, 1))
    return max(0, min(begin, end)), end


def _cut_off(random: Random, data: bytes) -> bytes:
    at = random.choice(layout_of(data).cuts) if random.random() < 0.7 else random.randrange(
        len(data) + 1
    )  # fmt: skip
    return data[: max(0, at + random.choice((0, 0, -1, 1)))]


def _left_out(random: Random, data: bytes) -> bytes:
    begin, end = _span(random, data)
    return data[:begin] + data[end:]


def _repeated(random: Random, data: bytes) -> bytes:
    begin, end = _span(random, data)
    times = random.choice((1, 1, 2, 20))
    return data[:end] + data[begin:end] * times + data[end:]


def _swapped(random: Random, data: bytes) -> bytes:
    (a, b), (c, d) = sorted((_span(random, data), _span(random, data)))
    c, d = max(b, c), max(b, c, d)
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def _doubled(random: Random, data: bytes) -> bytes:
    """Write a part over another: a word occurs twice, a figure stands where another should."""
    (a, b), (c, d) = _span(random, data), _span(random, data)
    new = data[a:b] if random.random() < 0.5 else data[a : a + d - c]
    return data[:c] + new + data[d:]


def _put_in(random: Random, data: bytes) -> bytes:
    at = random.choice(layout_of(data).cuts)
    kind = random.randrange(4)
    if kind == 0:
        new = random.randbytes(random.choice((1, 4, 8, 100)))
    elif kind == 1:
        new = bytes(random.choice((1, 4, 8, 64, 1000)))
    else:
        new = random.choice(_TOKENS) * random.choice((1, 1, 1, 2, 50, 3000))
    return data[:at] + new + data[at:]


def _number(random: Random, data: bytes) -> bytes:
    """Write a number that is not plain in place of one, or any number."""
    figures = [figure for figure in layout_of(data).figures if figure.kind == "decimal"]
    if not figures:
        return _overwritten(random, data)
    at, size, _ = random.choice(figures)
    long = b"1" * random.choice((19, 30, 5000)) + random.choice((b"", b"x", b".", b"e", b"e5"))
    new = long if random.random() < 0.15 else random.choice(_NUMBERS)
    return data[:at] + new + data[at + size :]


_ON_BYTES: tuple[Callable[[Random, bytes], bytes], ...] = (
    _figure, _figure, _figure, _bits, _bits, _overwritten, _cut_off, _left_out, _repeated, _swapped,
    _doubled, _put_in, _number,
)  # fmt: skip


def _spliced(random: Random, data: bytes, other: Case) -> bytes:
    """Let a file begin as one and end as another."""
    found = [content for content in other.files.values() if content]
    if not found:
        return data
    end = random.choice(found)
    return data[: random.choice(layout_of(data).cuts)] + end[random.choice(layout_of(end).cuts) :]


def _grown(random: Random, data: bytes) -> bytes:
    """Repeat a part very often."""
    begin, end = _span(random, data)
    part = data[begin:end] if end > begin and random.random() < 0.6 else random.choice(_TOKENS)
    times = random.choice((1000, 100_000, _LARGEST)) // len(part)
    return data[:end] + part * times + data[end:]


def _compressed(random: Random, case: Case) -> Case:
    """Compress a file, or put many zeros behind it first."""
    names = [name for name, data in case.files.items() if data is not None]
    if not names:
        return case
    name = random.choice(names)
    data = case.files[name] or b""
    if random.random() < 0.01:
        data += random.choice((b"\0", b"\n", b" ", b"a 1\n", b"9")) * (_LARGEST_BOMB // 4)
        pack = random.choice((_gzip, _xz, _zstd))  # bzip2 takes minutes where all is the same
    else:
        pack = random.choice((_gzip, _bzip2, _xz, _zstd))
    return case._replace(files={**case.files, name: pack(data)}, plain=max(case.plain, len(data)))


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


def _bzip2(data: bytes) -> bytes:
    return bz2.compress(data, 1)


def _xz(data: bytes) -> bytes:
    # Its usual tables take longer to be set up than all else that is done with an input.
    kind = {"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 14}
    return lzma.compress(data, filters=[kind])


def _zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, "zstd", asbytes=True))


def _json_head(random: Random, data: bytes) -> bytes:
    """Mutate the JSON that a safetensors file begins with, and say how long it is."""
    size = int.from_bytes(data[:8], "little")
    head = data[8 : 8 + size]
    new = _json(random, head)
    if random.random() < 0.5:
        new += b" " * (len(head) - len(new))
    return len(new).to_bytes(8, "little") + new + data[8 + size :]


def _json(random: Random, data: bytes) -> bytes:
    """Exchange a value of JSON, or nest it."""
    try:
        return _exchanged_value(random, data)
    except (ValueError, RecursionError):  # it is none, or nested too deeply
        return random.choice(_ON_BYTES)(random, data)


def _exchanged_value(random: Random, data: bytes) -> bytes:
    tree = json.loads(data)
    places = list(_places(tree))
    if not places:
        return data
    holder, key = random.choice(places)
    mark = "\ue000mark\ue000"
    old = holder[key]
    match random.randrange(5):
        case 0 if isinstance(holder, dict):
            del holder[key]
            return _dumped(tree)
        case 1 if isinstance(holder, dict):
            other = random.choice(places)[1]
            holder[other if isinstance(other, str) else "x"] = holder.pop(key)
            return _dumped(tree)
        case 2 if isinstance(holder, dict):  # twice
            holder[mark] = random.choice(_VALUES)
            return _dumped(tree).replace(_dumped(mark), _dumped(key))
        case 3:
            holder[key] = _other(random, old, places)
            return _dumped(tree)
        case _:
            holder[key] = mark
            text = _dumped(tree)
            return text.replace(_dumped(mark), random.choice(_RAW))


_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.5, -0.0, "", "x", "\0", "\ud800", "é" * 300, [], {}, [[]],
    [None], {"": None}, {"a": {"b": []}}, [1, 2, 3], ["a"], *_EXTREMES,
)  # fmt: skip
_RAW = (
    b"1e999", b"-1e999", b"NaN", b"Infinity", b"1e-999", b"1" * 5000, b"[" * 100_000,
    b'{"a":' * 9000, b"[" * 900 + b"]" * 900, b'"\\ud800"', b'"\xff"', b'"\n"', b"", b"'a'",
    b"0.1e1", b"[,]", b'"' + b"y" * 100_000 + b'"', b"[" + b"0," * 30_000 + b"0]",
)  # fmt: skip


def _other(random: Random, old: Any, places: Sequence[tuple[Any, Any]]) -> Any:
    if type(old) is int and random.random() < 0.5:
        return random.choice((old + 1, old - 1, old * 2, -old, float(old), str(old), [old]))
    if random.random() < 0.3:
        holder, key = random.choice(places)
        return json.loads(json.dumps(holder[key]))
    return random.choice(_VALUES)


def _dumped(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=True).encode()


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """List where the values of a tree are, up to a thousand of them."""
    found: list[tuple[Any, Any]] = []
    todo = [tree]
    while todo and len(found) < 1000:
        holder = todo.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                todo.append(holder[key])
    return found
