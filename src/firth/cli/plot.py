"""``firth plot``: pictures of vectors, each a command of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from firth.cli.advice import Command
from firth.cli.output import VectorsPath, as_asked, as_text, open_model, open_vectors
from firth.errors import ConfigError

if TYPE_CHECKING:
    from firth.vectors import WordVectors

plot = typer.Typer(
    help="Draw vectors: words, analogies, axes, losses, neighbours, maps, drift, intervals.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Output: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="FILE", help="The picture: a .png, .svg or .pdf file.", show_default=False
    ),
]
Title: TypeAlias = Annotated[
    str | None, typer.Option(metavar="TEXT", help="What stands above.", show_default=False)
]
Words: TypeAlias = Annotated[
    list[str], typer.Argument(metavar="WORD...", help="The words.", show_default=False)
]
SomeWords: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="WORD...", help="Words to name.", show_default=False),
]


@plot.command(cls=Command)
def words(path: VectorsPath, words: Words, *, output: Output, title: Title = None) -> None:
    """Draw words in boxes on the two singular vectors on which they differ most."""
    from firth.view import plot_words

    place, vectors = _checked(output), open_vectors(path)
    _draw(
        place,
        lambda: plot_words(vectors, _asked(vectors, words), title=as_text(title or "")),
    )


@plot.command(cls=Command)
def analogies(
    path: VectorsPath,
    pairs: Annotated[
        list[str],
        typer.Argument(
            metavar="A:B...", help="Pairs of words: man:woman king:queen.", show_default=False
        ),
    ],
    *,
    output: Output,
    title: Title = None,
) -> None:
    """Draw pairs of words as arrows; say how parallel they are, and what chance would give."""
    from firth.view import plot_analogies

    place, vectors = _checked(output), open_vectors(path)
    asked = []
    for pair in pairs:
        first, second = _asked(vectors, _divided(pair, "A:B"))
        asked.append((first, second))
    _draw(place, lambda: plot_analogies(vectors, asked, title=as_text(title or "")))


@plot.command(cls=Command)
def axes(
    path: VectorsPath,
    words: Words,
    *,
    across: Annotated[
        str,
        typer.Option(
            metavar="LOW:HIGH",
            help="The axis, from the mean of some words to that of others: man,boy:woman,girl.",
            show_default=False,
        ),
    ],
    up: Annotated[
        str | None,
        typer.Option(metavar="LOW:HIGH", help="A second one, upwards.", show_default=False),
    ] = None,
    output: Output,
    title: Title = None,
) -> None:
    """Draw words along one axis that you name, or between two."""
    from firth.view import plot_axes

    place, vectors = _checked(output), open_vectors(path)

    def axis(text: str, flag: str) -> Any:
        low, high = _divided(text, f"{flag} LOW:HIGH")
        return [_asked(vectors, [w for w in end.split(",") if w]) for end in (low, high)]

    first = axis(across, "--across")
    second = None if up is None else axis(up, "--up")
    _draw(
        place,
        lambda: plot_axes(
            vectors, _asked(vectors, words), first, second, title=as_text(title or "")
        ),
    )


@plot.command(cls=Command)
def losses(
    folders: Annotated[
        list[str], typer.Argument(metavar="DIR...", help="Saved models.", show_default=False)
    ],
    *,
    output: Output,
    title: Title = None,
) -> None:
    """Draw the losses of one or more runs over the words that they have read."""
    from firth.view import plot_losses

    place = _checked(output)
    runs = {as_text(folder): open_model(folder) for folder in folders}
    _draw(place, lambda: plot_losses(runs, title=as_text(title or "")))


@plot.command(cls=Command)
def neighbors(
    path: VectorsPath,
    words: Words,
    *,
    k: Annotated[int, typer.Option("-k", metavar="N", help="Neighbours of each word.")] = 5,
    output: Output,
    title: Title = None,
) -> None:
    """Draw the cosines of words and their nearest neighbours, all with all."""
    from firth.view import plot_neighbors

    place, vectors = _checked(output), open_vectors(path)
    _draw(
        place,
        lambda: plot_neighbors(vectors, _asked(vectors, words), k, title=as_text(title or "")),
    )


@plot.command(cls=Command)
def map(
    path: VectorsPath,
    words: SomeWords = None,
    *,
    method: Annotated[
        str | None,
        typer.Option(
            metavar="pca|tsne",
            help="Which map that `firth map` made.",
            show_default="the one that keeps most",
        ),
    ] = None,
    output: Output,
    title: Title = None,
) -> None:
    """Draw the map that `firth map` made, with the names of its groups or with words."""
    from firth.view import plot_map, read_map
    from firth.view.layouts import checked_method

    place, vectors = _checked(output), open_vectors(path)
    how = None if method is None else checked_method(method)
    found = read_map(path, vectors, how)
    if found is None:
        which = "" if how is None else f" --method {how}"
        raise ConfigError(
            f"{path} has no such map of these vectors; make one first: firth map {path}{which}"
        )
    _draw(
        place,
        lambda: plot_map(found, vectors, _asked(vectors, words or []), title=as_text(title or "")),
    )


@plot.command(cls=Command)
def drift(
    path: VectorsPath,
    other: Annotated[
        str,
        typer.Argument(
            metavar="OTHER", help="The later model, or the other text's.", show_default=False
        ),
    ],
    words: SomeWords = None,
    *,
    k: Annotated[
        int, typer.Option("-k", metavar="N", help="Words to name, if none are given.")
    ] = 15,
    output: Output,
    title: Title = None,
) -> None:
    """Draw how far words moved from one model to OTHER, beside all words of their frequency."""
    from firth.view import plot_drift

    place, before, after = _checked(output), open_vectors(path), open_vectors(other)
    _draw(
        place,
        lambda: plot_drift(
            before, after, _asked(after, words or []), k=k, title=as_text(title or "")
        ),
    )


@plot.command(cls=Command)
def intervals(
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="A .csv or .tsv file with columns name, value, low, high, and perhaps note.",
            show_default=False,
        ),
    ],
    *,
    output: Output,
    label: Annotated[str, typer.Option(metavar="TEXT", help="What the values are.")] = "cosine",
    title: Title = None,
) -> None:
    """Draw the values of a TABLE with their intervals."""
    from firth.view import plot_intervals
    from firth.view.tables import read_intervals

    place, found = _checked(output), read_intervals(table)
    _draw(
        place,
        lambda: plot_intervals(**found, label=as_text(label), title=as_text(title or "")),
    )


def _checked(output: str) -> Path:
    """Check where the picture goes, and that it can be drawn, before anything is opened."""
    from firth.files.given import given_path
    from firth.view.plots.figure import checked_ending, require_matplotlib

    place = given_path("--output", output)
    checked_ending(place)
    require_matplotlib()
    return place


def _draw(place: Path, make: Callable[[], Any]) -> None:
    """Make a figure and write it."""
    from firth.cli.stop import warnings_as_messages
    from firth.view import save_figure

    with warnings_as_messages():
        save_figure(make(), place)


def _asked(vectors: WordVectors, words: list[str]) -> list[str | int]:
    return [as_asked(vectors, word) for word in words]


def _divided(text: str, form: str) -> list[str]:
    """Divide A:B.

    >>> _divided("man:woman", "A:B")
    ['man', 'woman']
    """
    parts = text.split(":")
    if len(parts) != 2 or not all(parts):
        raise ConfigError(f"{text!r} is not of the form {form}, two parts with one colon between")
    return parts
