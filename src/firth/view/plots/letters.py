"""Which letters can be drawn, and what stands for those that cannot be seen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

#: Characters of a word that a figure shows.
_WIDEST = 40
# Letters of Arabic and Indic scripts look otherwise beside these, which are drawn as nothing.
_JOINERS = "\u200c\u200d"
# It has a box for every character, and says nothing by it.
_NO_FONT = "Last Resort"


def readable(word: object) -> str:
    r"""Write a word as a figure can: cut if it is long, in one line, nothing that acts unseen.

    Control characters, and marks that turn the direction of writing, become U+FFFD.

    Examples
    --------
    >>> readable("new\nline"), readable("a" * 50), readable(5)
    ('new\ufffdline', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…', '5')
    """
    text = str(word)
    if len(text) > _WIDEST:
        text = text[: _WIDEST - 1] + "…"
    return "".join(
        "\ufffd" if unicodedata.category(c)[0] in "CZ" and c not in (" ", *_JOINERS) else c
        for c in text
    )


def missing_letters(texts: Iterable[str]) -> tuple[list[str], set[str]]:
    """Find fonts for texts, beside the one that is always there.

    Returns
    -------
    families : list of str
        Names of fonts to look into, in this order, for what DejaVu Sans does not have.
    missing : set of str
        Letters that no font has.
    """
    letters = {c for text in texts for c in text if c not in _JOINERS}
    left = {c for c in letters if ord(c) not in _letters_of(_path_of_default())}
    families: list[str] = []
    if not left:
        return families, left
    for family, path in _installed():
        found = {c for c in left if ord(c) in _letters_of(path)}
        if found:
            families.append(family)
            left -= found
        if not left:
            break
    return families, left


def _path_of_default() -> str:
    from matplotlib import font_manager

    return str(font_manager.findfont("DejaVu Sans", fallback_to_default=True))


def _installed() -> list[tuple[str, str]]:
    """Return upright fonts of normal weight and their files: those without serifs first."""
    from matplotlib import font_manager

    found = {
        entry.name: str(entry.fname)
        for entry in sorted(font_manager.fontManager.ttflist, key=lambda entry: str(entry.fname))
        if entry.style == "normal"
        and entry.weight in (400, "normal", "regular")
        and not entry.name.startswith(_NO_FONT)
    }
    return sorted(found.items(), key=lambda entry: ("Sans" not in entry[0], entry[0]))


@cache
def _letters_of(path: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    try:
        font: Any = FT2Font(path)
        return frozenset(font.get_charmap())
    except (OSError, RuntimeError):  # no longer there, or damaged
        return frozenset()
