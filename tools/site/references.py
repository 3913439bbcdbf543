"""Sphinx: where names in docstrings lead, and which language a page is in."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from tools.site.api import resolve

#: Folders of pages in another language, with its tag.
LANGUAGES = {"zh": "zh-CN"}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what finds names, and what names languages."""
    app.connect("missing-reference", _defined)
    app.connect("html-page-context", _language)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _defined(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Node | None:
    """Lead to where a thing is documented, by whatever name; name it only, if it is nowhere.

    What does not exist at all stays unresolved, which is a warning.
    """
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    around = f"{node.get('py:module')}.{node.get('py:class')}"
    # Where it is handed out, everywhere, and where what speaks of it is defined.
    homes = [around, str(node.get("py:module")), "", (resolve(around) or "").rpartition(".")[0]]
    for home in homes:
        name = resolve(f"{home}.{target}".lstrip("."))
        if name is not None:
            domain = env.get_domain("py")
            found = domain.resolve_any_xref(
                env,
                node["refdoc"],
                app.builder,
                name,
                node,
                content,
            )
            return found[0][1] if found else content
    return None


def _language(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.Node | None
) -> None:
    context["language"] = LANGUAGES.get(page.partition("/")[0], "en")
