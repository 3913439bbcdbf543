"""Check a built site: no page asks another host, and every link leads somewhere.

Links to other hosts are what a reader follows by a click, and are looked at for their form alone:
the check needs no network. What a page loads by itself must lie in the site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

#: Attributes with an address, by element; only `a` and `area` wait for a click.
_LOADED = {
    "audio": ("src",), "embed": ("src",), "iframe": ("src",), "image": ("href", "xlink:href"),
    "img": ("src", "srcset"), "input": ("src",), "link": ("href",), "object": ("data",),
    "script": ("src",), "source": ("src", "srcset"), "track": ("src",), "use": ("href",),
    "video": ("src", "poster"),
}  # fmt: skip
_FOLLOWED = {"a": ("href",), "area": ("href",)}
#: Kinds of `link` that load nothing, but say where a page belongs.
_TOLD = {"author", "canonical", "copyright", "index", "license", "next", "prev", "search"}
_IN_STYLE = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']""")
_SCHEMES = ("http", "https")


class Page(NamedTuple):
    """What a page has that matters here.

    Attributes
    ----------
    anchors : frozenset of str
        What links to it may end with.
    loaded : tuple of str
        Addresses that a browser asks for by itself.
    followed : tuple of str
        Addresses of links.
    """

    anchors: frozenset[str]
    loaded: tuple[str, ...]
    followed: tuple[str, ...]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.loaded: list[str] = []
        self.followed: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self._style = tag == "style"
        self.anchors |= {held[name] for name in ("id", "name") if held.get(name)}
        self.loaded += _in_style(held.get("style", ""))
        kinds = set(held.get("rel", "").split())
        told = tag == "link" and bool(kinds) and kinds <= _TOLD
        for name in _LOADED.get(tag, ()) + _FOLLOWED.get(tag, ()):
            if name in held:
                several = held[name].split(",") if name == "srcset" else [held[name]]
                addresses = [one.split()[0] if name == "srcset" else one for one in several]
                (self.followed if tag in _FOLLOWED or told else self.loaded).extend(addresses)
        refresh = held.get("http-equiv", "").lower() == "refresh"
        if refresh and "url=" in held.get("content", "").lower():
            self.loaded.append(re.split("url=", held["content"], flags=re.I)[1])

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if self._style:
            self.loaded += _in_style(data)


def read_page(html: str) -> Page:
    """Return what a page loads, where it leads, and which anchors it has.

    Examples
    --------
    >>> read_page('<a id="x" href="b.html">b</a><img src="a.png">')
    Page(anchors=frozenset({'x'}), loaded=('a.png',), followed=('b.html',))
    """
    reader = _Reader()
    reader.feed(html)
    return Page(frozenset(reader.anchors), tuple(reader.loaded), tuple(reader.followed))


def check(folder: Path) -> list[str]:
    """Return what is wrong with a built site, a sentence each; nothing if all is well.

    Parameters
    ----------
    folder : Path
        Where the site is.
    """
    # What themes put beside their styles is no page.
    paths = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts]
    pages = {path.resolve(): read_page(path.read_text(encoding="utf-8")) for path in paths}
    if not pages:
        return [f"{folder} has no page"]
    wrong = []
    for path, page in pages.items():
        name = path.relative_to(folder.resolve()).as_posix()
        wrong += [f"{name} {said}" for said in _of_page(path, page, pages)]
    for path in sorted(folder.rglob("*.css")):
        name = path.relative_to(folder).as_posix()
        style = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
        wrong += [f"{name} {said}" for said in _of_loaded(path.resolve(), _in_style(style))]
    return wrong


def _of_page(path: Path, page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    yield from _of_loaded(path, page.loaded)
    for address in page.followed:
        parts = urlsplit(address)
        if parts.scheme == "mailto" and "@" in parts.path:
            continue
        if parts.scheme or parts.netloc:
            if parts.scheme not in _SCHEMES or "." not in parts.netloc or " " in address:
                yield f"links to {address}, which is no address of a page"
            continue
        to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        to = to / "index.html" if to.is_dir() else to
        if not to.exists():
            yield f"links to {address}; there is no such file"
        elif parts.fragment and to in pages and unquote(parts.fragment) not in pages[to].anchors:
            yield f"links to {address}; there is no such heading"


def _of_loaded(path: Path, addresses: Iterator[str] | list[str] | tuple[str, ...]) -> Iterator[str]:
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme == "data" or not (parts.scheme or parts.netloc or parts.path):
            continue
        if parts.scheme or parts.netloc:
            yield f"asks another host: {address}"
        elif not (path.parent / unquote(parts.path)).exists():
            yield f"loads {address}; there is no such file"


def _in_style(style: str) -> list[str]:
    return [found[1] or found[2] for found in _IN_STYLE.finditer(style)]
