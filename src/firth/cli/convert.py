"""``firth convert`` and ``firth check``: vectors from one program to another, and whether whole."""

from __future__ import annotations

from typing import Annotated

import typer

from firth.cli.messages import say
from firth.cli.output import VectorsPath

_FORMAT_HELP = "The format of {}; by default told by its {}."


def convert(
    source: Annotated[
        str, typer.Argument(metavar="SRC", help="A model or a file of vectors.", show_default=False)
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="DST", help="A file, or a folder of firth's own.", show_default=False
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="FORMAT", help=_FORMAT_HELP.format("DST", "name"), show_default=False
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help=_FORMAT_HELP.format("SRC", "content"),
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(metavar="N", help="The first N words only.", show_default=False),
    ] = None,
    words: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The words of a text, one a line; those that SRC does not list are composed.",
            show_default=False,
        ),
    ] = None,
    dim: Annotated[
        int | None,
        typer.Option(metavar="N", help="N dimensions only, the first ones.", show_default=False),
    ] = None,
    pca: Annotated[
        bool,
        typer.Option(
            "--pca",
            help="Turn the vectors onto their principal axes, of which the first keep most.",
        ),
    ] = False,
    dtype: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE",
            help="float64, float32, float16 or int8, where DST has several.",
            show_default=False,
        ),
    ] = None,
    rename: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="What is written for blanks and control characters of words.",
            show_default=False,
        ),
    ] = None,
    errors: Annotated[
        str,
        typer.Option(metavar="HOW", help="Words that are not UTF-8: strict, replace or latin-1."),
    ] = "strict",
    duplicates: Annotated[
        str, typer.Option(metavar="HOW", help="Words that occur twice: refuse or first.")
    ] = "refuse",
) -> None:
    """Convert vectors from any format that firth reads to any that it writes.

    What SRC is, is told by its content; files may be compressed. What DST cannot hold is said.
    """
    from firth.files.given import given_path
    from firth.formats.reading import read_contents
    from firth.formats.registry import FORMATS, format_for
    from firth.formats.words import read_list
    from firth.formats.writing import write_contents

    name = to or format_for(given_path("DST", target))
    # Rows that are not wanted need not be read.
    wanted = None if words is None else read_list(given_path("--words", words))
    contents = read_contents(
        source, format=format, top=top, words=wanted, errors=errors, duplicates=duplicates
    )
    losses = write_contents(
        target, contents, format=name, top=top, dim=dim, pca=pca, dtype=dtype, rename=rename
    )
    for loss in losses:
        say(f"firth: {loss}")
    rows = len(contents.words)
    say(
        f"{rows:,} words, {dim or contents.matrix.shape[1]} dimensions -> {target} "
        f"({FORMATS[name].title})"
    )


def check(path: VectorsPath) -> None:
    """Tell whether a model, or a file of vectors, is whole: every value of it is read."""
    from pathlib import Path

    from firth.files.given import given_path
    from firth.formats import native

    if native.is_model(given_path("MODEL", Path(path))):
        from firth.model import load

        rows, dim = load(path, check_values=True).vectors.matrix.shape
    else:
        from firth.formats.reading import check_values, read_contents

        contents = read_contents(path)
        check_values(path, contents)
        rows, dim = contents.matrix.shape
    print(f"{path} is whole: {rows:,} words, {dim} dimensions")
