"""Write the tables of ``docs/coming-from.md``: what calls of other programs are in firth.

Run it after one of these has changed: ``python -m tools.coming_from``. gensim's calls come from
``firth.gensim.calls``, its settings from ``firth.config.peers``, which answers who types them, all
others from ``tools/coming_from/lines.py``. The tests fail as long as the page differs.
"""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterable
from pathlib import Path

from firth.config.peers import setting_advice
from firth.gensim import FastText, Word2Vec
from firth.gensim.calls import CALLS as VECTORS
from firth.gensim.calls import FASTTEXT, WORD2VEC, table
from tools.coming_from.lines import CALLS, FLAGS, Line

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coming-from.md"
BEGIN, END = "<!-- {}: written by tools.coming_from -->", "<!-- end of {} -->"


def rows(title: str, lines: Iterable[Line]) -> str:
    """Return a table in Markdown.

    >>> print(rows("there", [Line("-ws N", "--window N")]).splitlines()[-1])
    | `-ws N` | `--window N` | |
    """
    made = [f"| {title} | firth | |", "| --- | --- | --- |"]
    for line in lines:
        theirs = ", ".join(f"`{part}`" for part in _parts(line.theirs))
        ours = f"`{line.ours}`" if line.ours else "—"
        made.append(f"| {theirs} | {ours} |{f' {line.note} ' if line.note else ' '}|")
    return "\n".join(made)


def _parts(text: str) -> list[str]:
    """Divide names side by side; a call, with its brackets, stays whole."""
    return [text] if "(" in text else text.split(", ")


def settings() -> str:
    """Return the table of gensim's settings, as firth answers who types them.

    >>> settings().splitlines()[2]
    '| `sentences` | the text comes first, without a name: firth.train(text, ...) |'
    """
    made = ["| gensim | firth |", "| --- | --- |"]
    names = dict.fromkeys(
        name for kind in (Word2Vec, FastText) for name in inspect.signature(kind).parameters
    )
    for name in names:
        advice = setting_advice(name) or f"firth calls it {name}"
        made.append(f"| `{name}` | {advice.replace('firth calls it ', '').replace('|', ' or ')} |")
    return "\n".join(made)


def tables() -> dict[str, str]:
    """Return all tables, by the names of their places on the page."""
    return {
        "settings of gensim": settings(),
        "Word2Vec": table(WORD2VEC),
        "FastText": table(FASTTEXT),
        "KeyedVectors": table(VECTORS),
        **{name: rows(name, lines) for name, lines in {**FLAGS, **CALLS}.items()},
    }


def renewed(text: str) -> str:
    """Return the page with its tables renewed.

    Raises
    ------
    ValueError
        A table has no place, or two.
    """
    for name, made in tables().items():
        begin, end = BEGIN.format(name), END.format(name)
        parts = re.split(f"{re.escape(begin)}\n.*?{re.escape(end)}", text, flags=re.DOTALL)
        if len(parts) != 2:
            raise ValueError(f"{PAGE.name} has {len(parts) - 1} places for {name}: {begin} … {end}")
        text = f"{begin}\n\n{made}\n\n{end}".join(parts)
    return text


def main() -> None:
    """Write the page."""
    argparse.ArgumentParser(
        prog="python -m tools.coming_from", description=(__doc__ or "").partition("\n")[0]
    ).parse_args()
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
