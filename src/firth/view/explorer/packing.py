"""The bytes of a page: a head that says what is where, and blocks of numbers and words.

::

    8 bytes   FIRTHEX1
    4 bytes   length of the head, little-endian
    head      JSON; blanks behind it, so that blocks begin at a multiple of 8
    blocks    arrays, little-endian, or JSON; each begins at a multiple of 8
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.json_text import json_text
from firth.view.explorer.comparing import compare
from firth.view.explorer.contents import Shown, blocks_of

_MAGIC = b"FIRTHEX1"
_TYPES = {"i1": "i8", "u1": "u8", "u2": "u16", "i4": "i32", "f4": "f32", "f8": "f64"}


def packed(first: Shown, second: Shown | None = None, *, sentences: bool = False) -> bytes:
    """Return all that the page shows.

    Parameters
    ----------
    first : Shown
        The model.
    second : Shown, optional
        Another one, beside it.
    sentences : bool
        The server that the page comes from can be asked for sentences.

    Raises
    ------
    ConfigError
        The two models have no words in common.
    """
    compared, blocks = None, {}
    if second is not None:
        second, compared, arrays = compare(first, second)
        blocks = {f"c.{name}": array for name, array in arrays.items()}
    models = []
    for number, shown in enumerate(filter(None, (first, second))):
        facts, arrays = blocks_of(shown)
        models.append(facts)
        blocks |= {f"{number}.{name}": array for name, array in arrays.items()}
    head = {"version": 1, "models": models, "compared": compared, "sentences": sentences}
    return joined(head, blocks)


def joined(head: dict[str, Any], blocks: dict[str, Any]) -> bytes:
    r"""Join a head and its blocks: arrays, or whatever JSON can hold.

    >>> found = joined({"a": 1}, {"x": np.array([1, 2], dtype=np.int8), "y": ["b"]})
    >>> found[:8], found[-16:-8], found[-8:]
    (b'FIRTHEX1', b'\x01\x02\x00\x00\x00\x00\x00\x00', b'["b"]\x00\x00\x00')
    """
    places: dict[str, dict[str, Any]] = {}
    parts, at = [], 0
    for name, block in blocks.items():
        kind, content = _written(block)
        places[name] = {"at": at, "length": len(content), "type": kind}
        padding = -len(content) % 8
        parts.append(content + bytes(padding))
        at += len(content) + padding
    text = json_text(head | {"blocks": places}, ensure_ascii=False).encode()
    text += b" " * (-(len(_MAGIC) + 4 + len(text)) % 8)
    return b"".join([_MAGIC, len(text).to_bytes(4, "little"), text, *parts])


def _written(content: Any) -> tuple[str, bytes]:
    if not isinstance(content, np.ndarray):
        return "json", json_text(content, ensure_ascii=False).encode()
    array: NDArray[Any] = np.ascontiguousarray(content)
    if sys.byteorder == "big":
        array = array.byteswap()
    return _TYPES[array.dtype.str[1:]], array.tobytes()
