"""Sphinx: formulas as MathML, written when the site is built, and a font for them.

Browsers draw MathML themselves: no script runs, nobody else is asked, and screen readers read it. A
formula that cannot be converted is a warning, so a mistake in one is found by the build.
"""

from __future__ import annotations

from importlib.metadata import files
from pathlib import Path
from typing import Any

from docutils import nodes
from fontTools.subset import Options, Subsetter, load_font, save_font
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging

_CONVERTER = LatexToMathML(annotation=True, fancy_error=False)
_LOG = logging.getLogger(__name__)
#: What formulas are made of: letters, Greek, accents, arrows, operators, brackets, and the letters
#: of mathematics, first and last of each range.
_CHARACTERS = (
    (0x20, 0x7E), (0xA0, 0xFF), (0x2C6, 0x2DD), (0x300, 0x30F), (0x391, 0x3F5), (0x2010, 0x2044),
    (0x2061, 0x2064), (0x20D0, 0x20F0), (0x2100, 0x213F), (0x2190, 0x22FE), (0x2308, 0x230B),
    (0x23B4, 0x23E1), (0x27E6, 0x27EF), (0x1D400, 0x1D49F), (0x1D538, 0x1D56B), (0x1D6A4, 0x1D7CB),
)  # fmt: skip
#: Forms of letters for scripts, without dots for accents, flat accents for capitals.
_FORMS = ["ssty", "dtls", "flac"]


def mathml(formula: str, *, display: bool) -> str:
    """Return a formula in LaTeX as MathML.

    Parameters
    ----------
    formula : str
        As it stands between dollars.
    display : bool
        Whether it stands alone, in the large style.

    Raises
    ------
    LatexError
        It has a command that is not known, or braces that do not match.

    Examples
    --------
    >>> "<msub><mi>v</mi><mi>c</mi></msub>" in mathml("v_c", display=False)
    True
    """
    return _CONVERTER.convert_with_local_state(formula, displaystyle=display)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what draws formulas."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("build-finished", _write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: Any, node: nodes.Element) -> None:
    writer.body.append(_converted(node, display=False))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.Element) -> None:
    # What is wider than a phone is moved sideways, alone.
    writer.body.append(f'<div class="formula">{_converted(node, display=True)}</div>\n')
    raise nodes.SkipNode


def _converted(node: nodes.Element, *, display: bool) -> str:
    try:
        return mathml(node.astext(), display=display)
    except LatexError as error:
        _LOG.warning("formula %r: %s", node.astext(), error, location=node)
        return ""


def _font() -> Path:
    """Return where the font is; the package that holds it is not run."""
    (found,) = (file for file in files("ziamath") or () if file.name == "STIXTwoMath-Regular.ttf")
    return Path(found.locate())


def _write_font(app: Sphinx, error: Exception | None) -> None:
    """Write the part of STIX Two Math that formulas use; most systems have no such font."""
    if error is None and app.builder.format == "html":
        options = Options(flavor="woff", layout_features=_FORMS, name_IDs=["*"])
        font = load_font(str(_font()), options)
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=[c for a, b in _CHARACTERS for c in range(a, b + 1)])
        subsetter.subset(font)
        save_font(font, str(Path(app.outdir) / "_static" / "mathematics.woff"), options)
        font.close()
