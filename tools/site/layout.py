"""Lay out the pages of the site: those of the repository, moved, and those that are generated.

The Markdown of ``docs/`` is written to be read where it is, on the forge; it is the one source. On
the way into the site only links change: to pages by their new place, to code by a page that shows
it. ``docs/README.md`` is the table of contents, each of its sections an entry of the site's bar; a
comment ``<!-- also: howto/* settings.md -->`` in a section adds pages that it has no row for, and
``<!-- shown: page.html -->`` on a page is the place of what that page of HTML has to try.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tools.site.api import api_pages
from tools.site.members import members_block, settings_page
from tools.site.source import source_page
from tools.write_options import BEGIN, END

ROOT = Path(__file__).resolve().parents[2]
CONTENTS = "docs/README.md"
#: Pages that Sphinx makes: one of ours would be lost without a word.
RESERVED = {"genindex.md", "index.md", "py-modindex.md", "search.md"}
ORPHAN = "---\norphan: true\n---\n\n"

#: A fence or a piece of code, which stay as they are; else the target of a link.
_LINK = re.compile(r"^(?:```|~~~).*?^(?:```|~~~)$|`[^`\n]+`|\]\(([^)\s]+)\)", re.M | re.S)
_OPENED = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s:]+\.html)\)")
#: A page of HTML whose `main` stands here; on the forge, which shows no scripts, nothing does.
_SHOWN = re.compile(r"^<!-- shown: (\S+) -->$", re.M)
_ALSO = re.compile(r"^<!-- also: (.*) -->$", re.M)


class Section(NamedTuple):
    """A section of the table of contents.

    Attributes
    ----------
    title : str
        Its heading, and its entry of the bar.
    body : str
        What stands below the heading, without comments.
    pages : tuple of str
        The pages that it leads to, in order, by their place in the site.
    page : str
        Its own page: the only one that it leads to, or a list of them.
    """

    title: str
    body: str
    pages: tuple[str, ...]
    page: str


def lay_out(root: Path = ROOT) -> dict[str, str]:
    """Return all pages of the site by their place in it.

    Parameters
    ----------
    root : Path
        The repository.

    Returns
    -------
    dict of str
        Text, Markdown or reStructuredText, by path.

    Raises
    ------
    FileNotFoundError
        A link leads to a file that there is not; it says on which page.
    """
    written = {path: (root / path).read_text(encoding="utf-8") for path in _sources(root)}
    contents = written.pop(CONTENTS)
    generated = {"settings.md": settings_page(), **api_pages()}
    pages: dict[str, str] = {}
    shown: set[str] = set()
    for path, text in written.items():
        pages[place(path)], code = _moved(text, path, root)
        shown |= code
    block = (
        f"{members_block()}\n\nAll options, each with what it may be: [settings](settings.md).\n"
    )
    pages["members.md"] = _replaced(pages["members.md"], block)
    head, sections = read_contents(contents, {**pages, **generated})
    listed = {page for section in sections for page in section.pages}
    for path in written:
        if "/" not in path and place(path) not in listed:
            pages[place(path)] = ORPHAN + pages[place(path)]
    pages |= generated
    for path in sorted(shown):
        pages[place(path)] = ORPHAN + source_page(root, path)
    pages |= _sections(head, sections, pages, root)
    return pages


def place(path: str) -> str:
    """Return where a file of the repository is in the site.

    Examples
    --------
    >>> place("docs/learn/images/a.png"), place("docs/README.md"), place("CONTRIBUTING.md")
    ('learn/images/a.png', 'index.md', 'contributing.md')
    >>> place("src/firth/model.py")
    'source/src/firth/model.py.md'
    """
    if path in (CONTENTS, "README.md"):
        return "index.md"
    if path.startswith("docs/"):
        page = path.removeprefix("docs/")
        if page in RESERVED:
            raise ValueError(f"{path}: Sphinx writes a page of this name; give it another")
        return page
    if "/" not in path and path.endswith(".md"):
        return path.lower()
    return f"source/{path}.md"


def read_contents(text: str, pages: Mapping[str, str]) -> tuple[str, list[Section]]:
    """Split the table of contents into what stands above its sections, and these.

    Parameters
    ----------
    text : str
        The Markdown of ``docs/README.md``.
    pages : mapping of str
        All pages that there are, by their place in the site.
    """
    head, *parts = re.split(r"^## ", text, flags=re.M)
    rows = [list(_pages_of(part, pages)) for part in parts]
    taken = {page for found in rows for page in found}
    sections = []
    for part, found in zip(parts, rows, strict=True):
        title, _, body = part.partition("\n")
        patterns = [one for comment in _ALSO.findall(body) for one in comment.split()]
        also = [
            page
            for pattern in patterns
            for page in sorted(pages)
            if fnmatch.fnmatch(page, pattern) and page not in taken
        ]
        taken |= set(also)
        if found or also:
            own = re.sub(r"[^a-z]+", "-", title.lower()).strip("-")
            page = f"{own}.md" if f"{own}.md" not in pages else f"{own}-all.md"
            led = (*found, *also)
            body = _ALSO.sub("", body).strip()
            sections.append(Section(title, body, led, led[0] if len(led) == 1 else page))
    return head, sections


def title_of(text: str) -> str:
    """Return the heading of a page, Markdown or reStructuredText."""
    found = re.search(r"^# (.*)$|^(\S.*)\n===", text, re.M)
    return (found[1] or found[2]) if found else ""


def _sources(root: Path) -> Iterator[str]:
    for path in [*root.glob("*.md"), *(root / "docs").rglob("*.md")]:
        if path != root / "README.md":
            yield path.relative_to(root).as_posix()


def _pages_of(part: str, pages: Mapping[str, str]) -> Iterator[str]:
    seen = set()
    for target in re.findall(r"\]\(([^)\s#]+)", part):
        page = place(_normal(CONTENTS, target))
        if page in pages and page not in seen:
            seen.add(page)
            yield page


def _normal(path: str, target: str) -> str:
    """Return where a link of a file leads, from the top of the repository."""
    joined = os.path.normpath(PurePosixPath(path).parent / target)
    return Path(joined).as_posix()


def _moved(text: str, path: str, root: Path) -> tuple[str, set[str]]:
    """Return a page with its links as they are in the site, and the code that they lead to."""
    code: set[str] = set()
    folder = PurePosixPath(place(path)).parent

    def there(target: str) -> str:
        address, mark, anchor = target.partition("#")
        if not address or re.match(r"[a-z]+:", address):
            return target
        to = _normal(path, address)
        if not (root / to).exists():
            raise FileNotFoundError(f"{path} links to {target}; there is no {to}")
        if place(to).startswith("source/"):
            code.add(to)
        return os.path.relpath(place(to), folder) + mark + anchor

    def link(found: re.Match[str]) -> str:
        return f"]({there(found[1])})" if found[1] else found[0]

    def shown(found: re.Match[str]) -> str:
        page = root / _normal(path, found[1])
        if not page.exists():
            raise FileNotFoundError(f"{path} shows {found[1]}; there is no such page")
        (main,) = re.findall(r"<main.*</main>", page.read_text(encoding="utf-8"), re.S)
        return f"````{{raw}} html\n{main}\n````"

    # Sphinx would offer a page of HTML for download; it is to be opened.
    text = _OPENED.sub(lambda found: f'<a href="{there(found[2])}">{found[1]}</a>', text)
    return _SHOWN.sub(shown, _LINK.sub(link, text)), code


def _replaced(text: str, block: str) -> str:
    before, rest = text.split(BEGIN)
    return f"{before}{block}{rest.split(END)[1]}"


def _sections(
    head: str, sections: list[Section], pages: Mapping[str, str], root: Path
) -> dict[str, str]:
    """Return the front page, and a page for each section that leads to several."""
    made, front = {}, [_moved(head, CONTENTS, root)[0].strip()]
    for section in sections:
        body, _ = _moved(section.body, CONTENTS, root)
        more = [page for page in section.pages if f"]({page}" not in body]
        rows = "\n".join(f"- [{title_of(pages[page])}]({page})" for page in more)
        body = f"{body}\n\n{rows}".strip()
        front.append(f"## [{section.title}]({section.page})\n\n{body}")
        if len(section.pages) > 1:
            made[section.page] = f"# {section.title}\n\n{body}\n\n{_tree(section.pages)}"
    entries = [f"{section.title} <{section.page}>" for section in sections]
    return {**made, "index.md": "\n\n".join([*front, _tree(entries)])}


def _tree(entries: list[str] | tuple[str, ...]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", "", *entries, "```", ""])
