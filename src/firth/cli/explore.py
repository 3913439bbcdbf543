"""``firth explore``: words on a map, in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from firth.cli.messages import say
from firth.cli.output import VectorsPath, open_model, open_vectors
from firth.errors import ConfigError
from firth.files.given import given_path

if TYPE_CHECKING:
    from firth.view.explorer import Shown
    from firth.view.explorer.sentences import Sentences


def explore(
    path: VectorsPath,
    other: Annotated[
        str | None,
        typer.Argument(
            metavar="OTHER", help="Another model, to be compared with it.", show_default=False
        ),
    ] = None,
    *,
    html: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write the page as one file instead, which works without a network.",
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="The first N words: the most frequent ones.",
            show_default="50000 in a file, 200000 if served",
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="What the page calls the model; give it twice for two.",
            show_default="the names of the folders",
        ),
    ] = None,
    corpus: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The model's text: the page shows sentences of it.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(metavar="N", help="Port of 127.0.0.1.", show_default="a free one")
    ] = 0,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
) -> None:
    """Look at vectors: words on a map, neighbours, analogies, axes; two models side by side.

    The page is served to this computer alone until Ctrl-C, or written to a file.
    """
    from firth.view.explorer import save_page
    from firth.view.explorer.packing import packed
    from firth.view.explorer.page import MOST_IN_A_FILE, check_file
    from firth.view.maps import MOST_WORDS

    if html is not None and corpus is not None:
        raise ConfigError(
            "--corpus and --html do not go together: a page in a file holds no text; leave one out"
        )
    if not 0 <= port <= 65_535:
        raise ConfigError(f"--port is {port}; it must be between 0 and 65535")
    if html is not None:
        check_file(given_path("--html", html))
    most = (MOST_WORDS if html is None else MOST_IN_A_FILE) if top is None else top
    paths = [each for each in (path, other) if each is not None]
    names = [*(name or ()), *[None] * len(paths)]
    models = [_shown(each, given, most) for each, given in zip(paths, names, strict=False)]
    sentences = None if corpus is None else _sentences(path, corpus)
    if len(models) > 1:
        say("firth: comparing the neighbours of all words that both models have")
    if html is None:
        _serve(packed(*models, sentences=sentences is not None), port, sentences, open_)
        return
    size = save_page(html, *models)
    words = " and ".join(f"{shown.n:,}" for shown in models)
    say(f"{words} words, {size / 1e6:,.1f} MB -> {html}")


def _shown(path: str, name: str | None, top: int) -> Shown:
    from firth.view.explorer import Shown

    place = given_path("MODEL", path)
    # A name, and never the path: the page may be sent to anybody.
    shown = Shown.of(open_vectors(path), name=name or place.resolve().name, top=top, place=place)
    if shown.n < min(top, len(shown.vectors)):
        say(
            f"firth: the map that is kept with {shown.name} has its first {shown.n:,} words, and "
            f"so has the page; for more: firth map {path} --method {shown.map.method}"
        )
    if shown.map.method == "pca" and shown.n > 2_000:
        kept = f"{100 * shown.map.kept:.1f} %"
        say(
            f"firth: the map of {shown.name} shows principal components, which keep {kept} of "
            f"neighbours; one that keeps more is made once: firth map {path} --method tsne"
        )
    return shown


def _sentences(path: str, corpus: str) -> Sentences:
    from firth.documents.reading import WordReader
    from firth.formats import native
    from firth.view.explorer.sentences import Sentences

    of_firth = native.is_model(given_path("MODEL", path))
    reader = WordReader(open_model(path) if of_firth else open_vectors(path))
    return Sentences(reader.corpus(corpus))


def _serve(data: bytes, port: int, sentences: Sentences | None, open_: bool) -> None:
    import webbrowser
    from contextlib import suppress

    from firth.view.explorer.server import Server

    with Server(data, port, sentences) as server:
        print(server.url, flush=True)
        say("firth: the page is there until Ctrl-C")
        if open_:
            with suppress(webbrowser.Error, OSError):
                webbrowser.open(server.url)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
