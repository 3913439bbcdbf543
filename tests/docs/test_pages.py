"""The Python blocks of every page are run, in order, in one namespace a page."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page):
    text = page.read_text(encoding="utf-8")
    return [(text.count("\n", 0, found.start(1)) + 1, found[1]) for found in BLOCK.finditer(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_the_code_of_a_page_runs_and_says_what_the_page_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "page"}
    code = blocks(page)
    for line, source in code:
        if ">>>" in source:
            test = doctest.DocTestParser().get_doctest(
                source, namespace, page.name, str(page), line - 1
            )
            test.globs = namespace  # not the copy: later blocks go on from here
            said = []
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
            failed = runner.run(test, out=said.append, clear_globs=False).failed
            assert not failed, "".join(said)
        else:
            # Blank lines in front, so that a traceback names the line of the page.
            exec(compile("\n" * (line - 1) + source, str(page), "exec"), namespace)
    assert not code or any("assert" in source or ">>>" in source for _, source in code), (
        f"{page.name} has code, but nothing in it is checked"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
