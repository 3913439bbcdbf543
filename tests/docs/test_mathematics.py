"""Formulas as MathML, and the font for them: what the site needs the extra firth[docs] for."""

from __future__ import annotations

import re
from types import SimpleNamespace
from unicodedata import east_asian_width

import pytest

from helpers.blocks import PAGES, blocks_of

pytest.importorskip("math_core", reason="needs the extra firth[docs]")
pytest.importorskip("sphinx", reason="needs the extra firth[docs]")

from tools.site import mathematics


def test_a_command_that_is_not_known_is_an_error():
    with pytest.raises(mathematics.LatexError, match="nabbla"):
        mathematics.mathml(r"\nabbla J", display=False)


def test_the_font_has_what_formulas_are_made_of(tmp_path):
    from fontTools.ttLib import TTFont

    (tmp_path / "_static").mkdir()
    builder = SimpleNamespace(format="html")
    mathematics._write_font(SimpleNamespace(builder=builder, outdir=tmp_path), None)
    file = tmp_path / "_static" / "mathematics.woff"
    assert file.stat().st_size < 400_000
    known = set(TTFont(file).getBestCmap())
    for page in PAGES:
        formulas = [block.source for block in blocks_of(page) if block.language == "math"]
        text = re.sub(r"^```\w.*?^```$|`[^`\n]+`", "", page.read_text("utf-8"), flags=re.M | re.S)
        for formula in formulas + re.findall(r"\$([^$\n]+)\$", text):
            drawn = mathematics.mathml(formula, display=False).partition("<annotation")[0]
            letters = {letter for letter in re.sub(r"<[^>]*>", "", drawn) if letter.isprintable()}
            # Words of other scripts, in \text, have fonts of their own, and so have their points.
            unknown = {letter for letter in letters if ord(letter) not in known}
            strange = {letter for letter in unknown if not letter.isalpha()}
            strange -= {letter for letter in strange if east_asian_width(letter) in "FW"}
            assert strange == set(), page.name
