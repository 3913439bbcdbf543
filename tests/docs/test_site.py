"""The site's pages: laid out from the repository, generated from the code, checked when built."""

from __future__ import annotations

import ast
import re

import pytest

import firth
from firth.config import REGISTRIES, Choice, every_option
from helpers.blocks import ROOT, blocks_of
from tools.site.api import MODULES, api_pages, names, resolve
from tools.site.check import check, read_page
from tools.site.layout import CONTENTS, RESERVED, lay_out, place, read_contents
from tools.site.members import flag_of, members_block, settings_page


@pytest.fixture(scope="module")
def site():
    return lay_out()


# Pages of the repository --------------------------------------------------------------------------


def test_every_page_of_the_docs_is_in_the_table_of_contents(site):
    text = (ROOT / CONTENTS).read_text(encoding="utf-8")
    lists = {page for page in site if "```{toctree}" in site[page]}
    _, sections = read_contents(text, {page: site[page] for page in site if page not in lists})
    listed = [page for section in sections for page in section.pages]
    own = [page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")]
    assert set(own) - {"README.md"} <= set(listed)
    assert len(listed) == len(set(listed))
    for section in sections:
        assert section.page in site
        assert all(page in site for page in section.pages)


def test_no_page_has_the_name_of_one_of_the_generator():
    for name in RESERVED:
        with pytest.raises(ValueError, match="Sphinx writes a page of this name"):
            place(f"docs/{name}")
        assert place(f"docs/howto/{name}") == f"howto/{name}"


def test_a_section_takes_pages_that_it_has_no_row_for():
    text = (
        "# firth\n\n## Start\n\n[a](a.md)\n\n## How to\n\n| [b](b.md#x), [h](howto/h.md) | |\n\n"
        "<!-- also: howto/* -->\n\n## Nothing\n\n<!-- also: zh/* -->\n"
    )
    pages = {
        "a.md": "# A",
        "b.md": "# B",
        "howto/c.md": "# C",
        "howto/a.md": "# CA",
        "howto/h.md": "",
    }
    head, sections = read_contents(text, pages)
    # A page of the section's name stays, and so does the list of its pages.
    assert read_contents(text, {**pages, "how-to.md": ""})[1][1].page == "how-to-all.md"
    assert head == "# firth\n\n"
    assert [(one.title, one.page, one.pages) for one in sections] == [
        ("Start", "a.md", ("a.md",)),
        ("How to", "how-to.md", ("b.md", "howto/h.md", "howto/a.md", "howto/c.md")),
    ]


@pytest.fixture
def repository(tmp_path):
    """A repository with little in it."""
    for path, text in {
        "CONTRIBUTING.md": "# Contributing\n\n[built](docs/architecture.md#rooms)\n",
        "docs/README.md": "# firth\n\nAll.\n\n## Build\n\n[a](architecture.md), [m](members.md)\n",
        "docs/members.md": "# Members\n\n<!-- options: written by tools/write_options.py -->\n| |\n"
        "<!-- end of options -->\n",
        "docs/architecture.md": "# Architecture\n\n[code](../src/one.py), [room](../src), "
        "[us](../CONTRIBUTING.md)\n`[not](a-link.md)`\n\n```text\n[nor](this.md)\n```\n"
        "[open $K$](learn/page.html) [far](https://example.org/)\n\n"
        "<!-- shown: learn/page.html -->\n",
        "docs/learn/page.html": "<p>Above.<main>\n\nTo [try](it.md)\n</main>",
        "docs/learn/deep.md": "# Deep\n\n[up](../architecture.md) [code](../../src/one.py)\n",
        "src/one.py": '"""One thing.\n\n```sh\n```\n"""\n',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def test_links_lead_to_where_things_are_in_the_site(repository):
    pages = lay_out(repository)
    page = pages["architecture.md"]
    assert "[code](source/src/one.py.md), [room](source/src.md), [us](contributing.md)" in page
    assert "`[not](a-link.md)`" in page and "[nor](this.md)" in page
    assert '<a href="learn/page.html">open $K$</a>' in page
    assert "[far](https://example.org/)" in page
    assert "[up](../architecture.md) [code](../source/src/one.py.md)" in pages["learn/deep.md"]
    assert "[built](architecture.md#rooms)" in pages["contributing.md"]
    assert "| `one.py` | One thing. |" in pages["source/src.md"]
    assert '"""One thing.\n\n```sh\n```\n"""\n~~~' in pages["source/src/one.py.md"]
    assert "[a](architecture.md), [m](members.md)" in pages["index.md"]
    assert "Build <build.md>" in pages["index.md"]
    assert "\narchitecture.md\nmembers.md\n```" in pages["build.md"]


def test_what_a_page_of_html_has_to_try_stands_on_pages_that_show_it(repository):
    shown = "````{raw} html\n<main>\n\nTo [try](it.md)\n</main>\n````\n"
    assert lay_out(repository)["architecture.md"].endswith(f"\n\n{shown}")
    (repository / "docs" / "learn" / "page.html").unlink()
    (repository / "docs" / "architecture.md").write_text("<!-- shown: learn/page.html -->")
    with pytest.raises(FileNotFoundError, match=r"architecture.md shows learn/page.html; there"):
        lay_out(repository)


def test_the_slider_stands_on_the_learn_pages(site):
    for page in ("learn/word2vec-from-scratch.md", "zh/word2vec-from-scratch.md"):
        assert '<main class="gradient-step">' in site[page], page


def test_a_link_that_leads_nowhere_is_told_with_its_page(repository):
    (repository / "docs" / "architecture.md").write_text("[gone](../src/two.py)", encoding="utf-8")
    with pytest.raises(FileNotFoundError, match=r"docs/architecture.md links to \.\./src/two.py"):
        lay_out(repository)


def test_a_page_that_no_section_lists_stands_alone(repository):
    pages = lay_out(repository)
    assert pages["contributing.md"].startswith("---\norphan: true\n---\n\n# Contributing")
    assert pages["architecture.md"].startswith("# Architecture")


# Pages from the code ------------------------------------------------------------------------------


def test_every_option_has_its_place_among_the_settings():
    sections = re.split(r"^### ", settings_page(), flags=re.MULTILINE)
    entries = {part.partition("\n")[0]: part for part in sections[1:]}
    for _, option in every_option():
        said = entries[option.name]
        assert f"`{flag_of(option)}`" in said and option.help in said
        assert option.default is None or f"- Default: `{option.default!r}`\n" in said
        values = option.kind.choices if isinstance(option.kind, Choice) else [option.kind.values]
        assert all(value in said for value in values)


def test_the_flags_of_the_settings_are_those_of_the_command():
    from typer.main import get_command

    from firth.cli.root import app

    train = get_command(app).get_command(None, "train")
    flags = {
        flag for parameter in train.params for flag in parameter.opts + parameter.secondary_opts
    }
    for _, option in every_option():
        named = re.findall(r"--[a-z-]+", flag_of(option))
        assert set(named) <= flags
        theirs = next(p for p in train.params if p.name == option.name)
        assert set(named) == set(theirs.opts + theirs.secondary_opts)


def test_every_member_has_a_row_with_links_to_its_options(site):
    rows = members_block().splitlines()[2:]
    members = [member for registry in REGISTRIES for member in registry.values()]
    assert len(rows) == len(members)
    for row, member in zip(rows, members, strict=True):
        assert member.summary in row
        for option in member.options:
            assert f"(settings.md#{option.name})" in row
            assert f"\n### {option.name}\n" in site["settings.md"]
    assert members_block() in site["members.md"]
    assert "Of every run:" not in site["members.md"]


def test_every_public_name_has_a_page():
    pages = api_pages()
    for name in firth.__all__:
        if name != "__version__":
            assert f"api/firth.{name}.rst" in pages, name
    for page in (*names(), *MODULES):
        assert f"   {page}\n" in pages["api/index.rst"]


def test_what_pages_import_is_in_the_reference():
    undocumented = set()
    for page in (ROOT / "docs").rglob("*.md"):
        for block in blocks_of(page):
            if block.language == "python" and ">>>" not in block.source:
                for node in ast.walk(ast.parse(block.source)):
                    if isinstance(node, ast.ImportFrom) and str(node.module).startswith("firth."):
                        undocumented.add(node.module)
    undocumented -= set(MODULES)
    # What the classic run, and how kernels draw, are made of is told by the pages themselves.
    assert all(name.startswith(("firth.recipes.", "firth.training.")) for name in undocumented)


def test_a_name_is_found_by_whatever_docstrings_call_it():
    assert resolve("firth.evaluation.Figure") == "firth.evaluation.figures.Figure"
    assert resolve("numpy.ndarray.shape") is not None
    assert resolve("firth.evaluation.Figur") is None
    assert resolve("nowhere.at_all") is None


# The built site -----------------------------------------------------------------------------------

GOOD = '<a href="b.html#there">b</a><a href="https://example.org/x">x</a><img src="a.png">'
BAD = {
    '<a href="c.html">': "a.html links to c.html; there is no such file",
    '<a href="b.html#gone">': "a.html links to b.html#gone; there is no such heading",
    '<a href="#gone">': "a.html links to #gone; there is no such heading",
    '<a href="https:///x">': "a.html links to https:///x, which is no address of a page",
    '<a href="javascript:alert()">': "no address of a page",
    '<img src="b.png">': "a.html loads b.png; there is no such file",
    '<script src="https://cdn.example/x.js">': "asks another host: https://cdn.example/x.js",
    '<link rel="stylesheet" href="//cdn.example/x.css">': "asks another host: //cdn.example/x.css",
    '<link rel="preconnect" href="https://fonts.example">': "asks another host",
    '<img srcset="a.png 1x, https://cdn.example/2.png 2x">': "asks another host: https://cdn",
    "<style>@import 'https://cdn.example/x.css';</style>": "asks another host: https://cdn",
    '<p style="background: url(https://cdn.example/x.png)">': "asks another host: https://cdn",
    '<iframe src="https://example.org/"></iframe>': "asks another host: https://example.org/",
    '<meta http-equiv="refresh" content="0; url=https://example.org/">': "asks another host",
    '<svg><use href="https://cdn.example/x.svg#a"/></svg>': "asks another host",
}


@pytest.fixture
def built(tmp_path):
    """A site of two pages in which all is well."""
    (tmp_path / "a.html").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.html").write_text('<h1 id="there">b</h1>', encoding="utf-8")
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "a.css").write_text("a {background: url(a.png)} /* url(x.png) */", encoding="utf-8")
    return tmp_path


def test_a_site_in_which_all_is_well(built):
    assert check(built) == []
    assert check(built / "nothing") == [f"{built / 'nothing'} has no page"]


@pytest.mark.parametrize(("html", "said"), BAD.items())
def test_what_is_wrong_with_a_page_is_said(built, html, said):
    (built / "a.html").write_text(GOOD + html, encoding="utf-8")
    found = check(built)
    assert len(found) == 1 and said in found[0], found


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ('@import url("https://fonts.example/css");', "a.css asks another host: https://fonts"),
        ("@font-face {src: url(//fonts.example/x.woff2)}", "a.css asks another host: //fonts"),
        ("a {background: url(gone.png)}", "a.css loads gone.png; there is no such file"),
    ],
)
def test_what_is_wrong_with_a_style_is_said(built, style, said):
    (built / "a.css").write_text(style, encoding="utf-8")
    found = check(built)
    assert len(found) == 1 and found[0].startswith(said), found


def test_what_tells_of_other_pages_loads_nothing():
    page = read_page(
        '<link rel="canonical" href="https://example.org/a"><link rel="next" href="b">'
    )
    assert page.loaded == () and page.followed == ("https://example.org/a", "b")


def test_places():
    assert place("docs/howto/a.md") == "howto/a.md"
    assert place("README.md") == place("docs/README.md") == "index.md"
