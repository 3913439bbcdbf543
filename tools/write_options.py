"""Write what follows from the declared options: the typed signature, and the tables of the docs.

Run it after an option or a member has changed: ``python tools/write_options.py``. The tests fail as
long as what it would write differs from what is there.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firth.config import Option

ROOT = Path(__file__).resolve().parents[1]
SIGNATURE = ROOT / "src" / "firth" / "config" / "signature.py"
MEMBERS_PAGE = ROOT / "docs" / "members.md"
EXPERT = "For experts, whose defaults fit:"
BEGIN, END = "<!-- options: written by tools/write_options.py -->", "<!-- end of options -->"

_HEAD = '''"""The options as types, for editors and type checkers.

Written by ``tools/write_options.py`` from the declarations of all members; not to be edited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict


class TrainSettings(TypedDict, total=False):
    """What :func:`firth.train` and :class:`~firth.config.TrainConfig` take by name."""
'''
_ATTRIBUTES = '''

class Settings:
    """What a :class:`~firth.config.TrainConfig` has as attributes."""

    __slots__ = ()

    if TYPE_CHECKING:
'''


def signature() -> str:
    """Return the text of ``firth/config/signature.py``."""
    from firth.config import every_option

    options = {option.name: (whose, option) for whose, option in every_option()}
    lines = [_HEAD]
    for whose, option in options.values():
        lines.append(f"    {option.name}: {option.kind.annotation}")
        lines += _docstring(whose, option)
    attributes = [
        f"        {name}: {option.kind.annotation}" for name, (_, option) in options.items()
    ]
    return "\n".join(lines) + "\n" + _ATTRIBUTES + "\n".join(attributes) + "\n"


def _docstring(whose: str, option: Option) -> Iterator[str]:
    owner = f" With the {whose}." if whose else ""
    source = f" ({option.source}.)" if option.source else ""
    text = f"{option.help}: {option.kind.values}.{owner} By default {option.default!r}.{source}"
    lines = textwrap.wrap(f'"""{text}"""', 96)
    if len(lines) > 1:
        lines = [*textwrap.wrap(f'"""{text}', 96), '"""']
    return (f"    {line}" for line in lines)


def table() -> str:
    """Return the tables of options, a section for each who declares some; experts' come last."""
    from firth.config import every_option

    sections: dict[str, list[str]] = {}
    for whose, option in every_option():
        default = "" if option.default is None else f"`{option.default!r}`"
        if isinstance(option.default, str):
            default = f"`{option.default}`"
        owner = f", with the {whose.replace(' ', ' `')}`" if option.expert and whose else ""
        only = "".join(f", with `{name}={value!r}`" for name, value in option.when.items())
        source = f" ({option.source})" if option.source else ""
        values = option.kind.values.replace("|", "\\|")
        row = f"| `{option.name}` | {default} | {values} | {option.help}{owner}{only}{source} |"
        sections.setdefault(EXPERT if option.expert else whose, []).append(row)
    parts = []
    for whose, rows in sorted(sections.items(), key=lambda section: section[0] == EXPERT):
        kind, _, name = whose.partition(" ")
        title = f"With the {kind} `{name}`:" if whose else "Of every run:"
        title = EXPERT if whose == EXPERT else title
        parts.append(
            "\n".join(
                [title, "", "| option | default | values | |", "| --- | --- | --- | --- |", *rows]
            )
        )
    return "\n\n".join(parts)


def page() -> str:
    """Return the text of ``docs/members.md`` with its tables renewed."""
    text = MEMBERS_PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def main() -> None:
    """Write both files."""
    if not SIGNATURE.exists():
        SIGNATURE.write_text(_HEAD + _ATTRIBUTES + "        pass\n", encoding="utf-8")
    SIGNATURE.write_text(signature(), encoding="utf-8")
    MEMBERS_PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
