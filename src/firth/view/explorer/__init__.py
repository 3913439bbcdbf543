"""The explorer: a page on which people look at vectors, and ask them things.

::

    contents.py    what of a model goes onto the page: words, counts, a map, directions as bytes
    comparing.py   two models: which neighbours a word keeps
    packing.py     all of it as one string of bytes
    page.py        the page: one file of its own, or a frame in a notebook
    server.py      the page, served to this computer alone
    sentences.py   sentences of a text that show a word
    page.html      the page without data; its source is in explorer/, at the root of the project
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth.lazy import lazy_names

if TYPE_CHECKING:
    from firth.view.explorer.contents import Shown
    from firth.view.explorer.page import Frame, explore, save_page
    from firth.view.explorer.server import Server

_HOMES = {
    "Frame": "firth.view.explorer.page",
    "Server": "firth.view.explorer.server",
    "Shown": "firth.view.explorer.contents",
    "explore": "firth.view.explorer.page",
    "save_page": "firth.view.explorer.page",
}

__all__ = ["Frame", "Server", "Shown", "explore", "save_page"]

__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
