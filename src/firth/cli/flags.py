"""Flags that several commands have, declared once."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

Inputs: TypeAlias = Annotated[
    list[str],
    typer.Argument(metavar="INPUT...", help="Text, as for `firth train`.", show_default=False),
]
Column: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Column of a table (Parquet, Arrow, CSV) or key of JSON lines to read.",
        show_default=False,
    ),
]
Errors: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="strict|replace",
        help="What to do with bytes that are not UTF-8.",
        show_default="strict",
    ),
]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing.")]
NoProgress: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
