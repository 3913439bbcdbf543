"""Printing results: aligned columns for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from firth.model import Model

ModelFolder: TypeAlias = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder of a saved model.", show_default=False)
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Answers: TypeAlias = Annotated[int, typer.Option("-k", metavar="N", help="Answers wanted.")]


def open_model(folder: Path) -> Model:
    """Load a model; the numerical libraries are imported here, not for ``--help``."""
    from firth.model import load

    return load(folder)


def print_json(value: object) -> None:
    """Print one JSON document, words as they are written (not as escapes)."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_rows(rows: Iterable[Sequence[str]], *, indent: str = "") -> None:
    """Print rows with columns aligned; what looks like a number stands to the right.

    Examples
    --------
    >>> print_rows([("queen", "0.81"), ("prince", "0.8")])
    queen   0.81
    prince   0.8
    """
    table = [list(row) for row in rows]
    if not table:
        return
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = [
            cell.rjust(width) if cell[:1].isdigit() or cell[:1] == "-" else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ]
        print((indent + "  ".join(cells)).rstrip())


def as_json(answers: Iterable[tuple[str | int, float]]) -> list[dict[str, object]]:
    """Turn pairs (word, cosine) into objects."""
    return [{"word": word, "cosine": round(cosine, 6)} for word, cosine in answers]


def as_rows(answers: Iterable[tuple[str | int, float]]) -> list[tuple[str, str]]:
    """Turn pairs (word, cosine) into cells."""
    return [(str(word), f"{cosine:.4f}") for word, cosine in answers]
