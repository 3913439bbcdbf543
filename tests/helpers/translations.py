"""What a page and its translation must have in common, section by section.

A sentence cannot be compared with its translation. What is not language can: levels of headings,
blocks of code without comments, formulas without their words, numbers, code in lines, links,
answers to unfold. Headings and blocks come in the same order in every language; what stands in
sentences does not, so it is counted.
"""

from __future__ import annotations

import ast
import doctest
import os.path
import re
import shlex
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
LINK = re.compile(r"(?<=\]\()[^)\s]+(?=\))|(?<=<)https?://[^>]+(?=>)")
CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
FORMULA = re.compile(r"\$([^$]+)\$")
TAG = re.compile(r"</?(?:details|summary)>")
NUMBER = re.compile(
    r"(?<![A-Za-z\d.,])(?:(?<!\w)[-−])?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
)


class Section(NamedTuple):
    """What can be compared of a heading and of all below it, up to the next."""

    title: str
    level: int
    blocks: list[str]
    counted: dict[str, Counter[str]]


def numbers(text: str) -> Counter[str]:
    """Count the numbers of a text by what they are worth: .5 is 0.5, and 1,000 is 1000.

    Digits of a name are none: word2vec, MT19937.
    """
    found = (number.replace(",", "").replace("−", "-") for number in NUMBER.findall(text))
    return Counter(f"{Decimal(number).normalize():f}" for number in found)


def prose(text: str) -> str:
    """Return a page without its blocks, line for line; their comments look like headings."""
    return FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)


def slug(title: str) -> str:
    """Return the anchor of a heading, as forges make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _wordless(formula: str) -> str:
    return " ".join(re.sub(r"\\text\{[^}]*\}", r"\\text{}", formula).split())


def _bare(language: str, source: str) -> str:
    """Return a block as it runs: without comments."""
    if language == "math":
        return _wordless(source)
    if language == "sh":
        return "\n".join(" ".join(shlex.split(line, comments=True)) for line in source.split("\n"))
    if language != "python":
        return source
    if examples := doctest.DocTestParser().get_examples(source):
        return "\n".join(f"{_bare(language, each.source)}\n{each.want}" for each in examples)
    return ast.unparse(ast.parse(source))


def _target(link: str, page: Path, folder: Path) -> str:
    """Return where a link leads from a folder of translations.

    A page that has a translation there stands for it; a heading is known by its place.
    """
    if "://" in link:
        return link
    path, _, anchor = link.partition("#")
    to = Path(os.path.normpath(page.parent / path)) if path else page
    if anchor:
        titles = [found[2] for found in HEADING.finditer(prose(to.read_text(encoding="utf-8")))]
        slugs = [slug(title) for title in titles]
        place = f"heading {slugs.index(anchor) + 1}" if anchor in slugs else "no such heading"
        anchor = f"#{anchor if place.startswith('no') else ''} ({place})"
    if to.parent == page.parent and (folder / to.name).exists():
        to = folder / to.name
    return f"{os.path.relpath(to, folder)}{anchor}"


def sections(text: str, page: Path, folder: Path) -> list[Section]:
    """Take apart the text of a page that is translated in a folder, or stands there."""
    lines, made = text.splitlines(keepends=True), []
    starts = [number for number, line in enumerate(prose(text).splitlines()) if HEADING.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = "".join(lines[start:end])
        heading = HEADING.match(part)
        assert heading
        rest, counted = prose(part), {}
        found = [_target(link, page, folder) for link in LINK.findall(rest)]
        counted["links"] = Counter(found)
        rest = LINK.sub("", rest)
        counted["code"] = Counter(" ".join(each[2].split()) for each in CODE.finditer(rest))
        rest = CODE.sub("", rest)
        counted["formulas"] = Counter(map(_wordless, FORMULA.findall(rest)))
        rest = FORMULA.sub("", rest)
        counted["numbers"] = numbers(rest)
        counted["answers"] = Counter(TAG.findall(rest))
        blocks = [f"{each[1]}\n{_bare(each[1], each[2])}" for each in FENCE.finditer(part)]
        made.append(Section(heading[2], len(heading[1]), blocks, counted))
    return made


def differences(originals: list[Section], translated: list[Section]) -> list[str]:
    """Say in which sections a translation differs from the original, and how."""
    levels = [[section.level for section in page] for page in (originals, translated)]
    if levels[0] != levels[1]:
        titles = [[f"{'#' * each.level} {each.title}" for each in page]
                  for page in (originals, translated)]  # fmt: skip
        return [f"the headings differ: {titles[0]}, translated {titles[1]}"]
    said = []
    for one, other in zip(originals, translated, strict=True):
        where = f"{one.title!r}, translated {other.title!r}"
        if len(one.blocks) != len(other.blocks):
            said.append(f"{where}: {len(one.blocks)} blocks, {len(other.blocks)} in translation")
        for block, its_twin in zip(one.blocks, other.blocks, strict=False):
            if block != its_twin:
                said.append(f"{where}: a block differs:\n{block}\n--- translated:\n{its_twin}")
        for kind, count in one.counted.items():
            lost, new = count - other.counted[kind], other.counted[kind] - count
            if lost or new:
                only = f"only in the original {dict(lost)}, only in the translation {dict(new)}"
                said.append(f"{where}: {kind} differ: {only}")
    return said
