"""The page: written to one file, put into a notebook, or served."""

from __future__ import annotations

import base64
import zlib
from html import escape
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from firth.errors import ConfigError, SaveError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.model import Model
from firth.vectors import WordVectors
from firth.view.explorer.contents import Shown
from firth.view.explorer.packing import packed

#: Words of a page that is one file: 50,000 x 100 are about 7 MB.
MOST_IN_A_FILE = 50_000
#: Words of a page within a notebook, which keeps it in its own file.
MOST_IN_A_NOTEBOOK = 10_000
_DATA = b"<!--data-->"
_SOURCE = b"{source}"


def page_of(source: str, content: bytes = b"") -> bytes:
    """Return the page.

    Parameters
    ----------
    source : str
        Where it may ask for anything, in the words of a content security policy.
    content : bytes
        Its data, in base64; without them it asks the server that it comes from.
    """
    page = resources.files("firth.view.explorer").joinpath("page.html").read_bytes()
    return page.replace(_SOURCE, source.encode(), 1).replace(_DATA, content, 1)


def page_with(data: bytes) -> bytes:
    """Return the page as one file: it asks nothing of anybody.

    Parameters
    ----------
    data : bytes
        What :func:`~firth.view.explorer.packing.packed` gives.
    """
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    content = base64.b64encode(deflate.compress(data) + deflate.flush())
    return page_of("'none'", content)


def save_page(
    path: str | Path,
    model: Model | WordVectors | Shown,
    other: Model | WordVectors | Shown | None = None,
    *,
    top: int = MOST_IN_A_FILE,
) -> int:
    """Write the explorer as one file, which works from a disk, without a network.

    Parameters
    ----------
    path : str or Path
        The file.
    model : Model, WordVectors or Shown
        The words; as a :class:`~firth.view.explorer.contents.Shown` they have a name and a map of
        their own.
    other : Model, WordVectors or Shown, optional
        Another model, to be compared.
    top : int
        The first so many words of each.

    Returns
    -------
    int
        Bytes of the file.

    Raises
    ------
    ConfigError
        As :meth:`~firth.view.explorer.contents.Shown.of`; or two models have no words in common.
    SaveError
        The file cannot be written; what was there before is as it was.

    Examples
    --------
    >>> import tempfile
    >>> vectors = WordVectors(["cat", "dog", "tax"], [[1.0, 0.0], [1.0, 0.5], [0.0, 1.0]])
    >>> file = Path(tempfile.mkdtemp()) / "pets.html"
    >>> save_page(file, vectors) == file.stat().st_size
    True
    """
    place = given_path("path", path)
    check_file(place)
    shown = [as_shown(each, top) for each in (model, other) if each is not None]
    page = page_with(packed(*shown))
    try:
        with atomic_path(place) as temporary:
            temporary.write_bytes(page)
    except OSError as error:
        raise SaveError(f"{place} cannot be written ({error.strerror or error})") from error
    return len(page)


def check_file(place: Path) -> None:
    """Make sure that a page can go there, before long work begins.

    Raises
    ------
    ConfigError
        There is a folder of this name.
    SaveError
        There is no folder to put it in.
    """
    if place.is_dir():
        raise ConfigError(f"{place} is a folder; the page is one file: name it, such as page.html")
    if not place.absolute().parent.is_dir():
        raise SaveError(f"{place} cannot be written: there is no folder {place.parent}")


def as_shown(model: Model | WordVectors | Shown, top: int) -> Shown:
    """Take what people give as what is shown."""
    return model if isinstance(model, Shown) else Shown.of(model, top=top)


class Frame(NamedTuple):
    """The explorer within a notebook: a frame of its own, which asks nothing of anybody.

    Attributes
    ----------
    page : bytes
        The whole page.
    height : int
        Of the frame, in pixels.
    """

    page: bytes
    height: int

    def _repr_html_(self) -> str:
        """Return the frame, as notebooks show it."""
        # A frame with srcdoc needs no file and no server, so it works wherever the notebook does;
        # the sandbox keeps it from the notebook, and lets it save files.
        return (
            f'<iframe srcdoc="{escape(self.page.decode())}" sandbox="allow-scripts '
            f'allow-downloads" style="width:100%;height:{self.height}px;border:1px solid #ccc;'
            'border-radius:6px" title="firth explore"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<explorer page: {len(self.page):,} bytes, shown in a notebook>"


def explore(
    model: Model | WordVectors | Shown,
    other: Model | WordVectors | Shown | None = None,
    *,
    top: int = MOST_IN_A_NOTEBOOK,
    height: int = 640,
) -> Frame:
    """Show the explorer below the cell of a notebook.

    Parameters
    ----------
    model, other : Model, WordVectors or Shown
        The words, and another model to be compared.
    top : int
        The first so many words of each: the notebook's file keeps them, about 140 bytes a word of
        100 numbers.
    height : int
        Pixels.

    Returns
    -------
    Frame
        What notebooks show.

    Examples
    --------
    >>> vectors = WordVectors(["cat", "dog", "tax"], [[1.0, 0.0], [1.0, 0.5], [0.0, 1.0]])
    >>> explore(vectors)._repr_html_().startswith("<iframe srcdoc=")
    True
    """
    shown = [as_shown(each, top) for each in (model, other) if each is not None]
    return Frame(page_with(packed(*shown)), height)
