"""Vectors and models as notebooks show them: a few facts, in HTML that nothing can break out of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import islice
from typing import Any

#: Words that are shown; characters of each, and of a value.
_WORDS, _WIDEST = 12, 60


def as_html(title: str, facts: Mapping[str, Any], words: Iterable[Any]) -> str:
    """Return a heading, a table of facts, and the first words.

    Parameters
    ----------
    title : str
        What it is.
    facts : mapping
        Names and values; those that are None are left out.
    words : iterable
        Text of anybody.

    Examples
    --------
    >>> print(as_html("2 words", {"dimensions": 3}, ["<b>", "a"]))
    <div><strong>2 words</strong><table><tbody><tr><th scope="row">dimensions</th><td>3</td></tr>\
<tr><th scope="row">words</th><td><bdi>&lt;b&gt;</bdi>, <bdi>a</bdi></td></tr></tbody></table></div>
    """
    rows = [(name, escape(_cut(value))) for name, value in facts.items() if value is not None]
    first = [str(word) for word in islice(words, _WORDS + 1)]
    if first:
        # Isolated, so that a word that is read from the right turns no other one around.
        named = [f"<bdi>{escape(_cut(word))}</bdi>" for word in first[:_WORDS]]
        rows.append(("words", ", ".join(named + ["…"] * (len(first) > _WORDS))))
    cells = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{value}</td></tr>' for name, value in rows
    )
    return f"<div><strong>{escape(title)}</strong><table><tbody>{cells}</tbody></table></div>"


def _cut(value: Any) -> str:
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"
