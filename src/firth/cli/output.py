"""Printing results: aligned columns for people, JSON for programs."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from firth.json_text import json_text

if TYPE_CHECKING:
    from firth.model import Model
    from firth.vectors import Prediction, WordVectors

ModelFolder: TypeAlias = Annotated[
    str, typer.Argument(metavar="DIR", help="Folder of a saved model.", show_default=False)
]
VectorsPath: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A saved model, or a file of vectors of another program.",
        show_default=False,
    ),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]
#: Characters of a word that people are shown.
_WIDEST = 60

Answers: TypeAlias = Annotated[int, typer.Option("-k", metavar="N", help="Answers wanted.")]


def open_model(folder: str) -> Model:
    """Load a model; the numerical libraries are imported here, not for ``--help``."""
    from firth.model import load

    return load(folder)


def open_vectors(path: str) -> WordVectors:
    """Open the vectors of a model, or of a file of another program."""
    from firth.model import Model

    found = open_model_or_vectors(path)
    return found.vectors if isinstance(found, Model) else found


def open_model_or_vectors(path: str) -> Model | WordVectors:
    """Open a model, which knows how its text was read, or vectors of another program."""
    from firth.files.given import given_path
    from firth.formats import native

    if native.is_model(given_path("MODEL", path)):
        return open_model(path)
    from firth.formats.reading import read_vectors

    return read_vectors(path)


def as_text(argument: str) -> str:
    r"""Return an argument as the text it is meant as.

    Where the locale is ASCII, Python keeps the other bytes of arguments as lone surrogates; words
    and columns are Unicode.

    Examples
    --------
    >>> as_text("stra\udcc3\udc9fe"), as_text("straße")
    ('straße', 'straße')
    """
    try:
        return argument.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:  # bytes of another encoding
        return argument


def print_json(value: object) -> None:
    """Print one JSON document, words as they are written: as escapes only where they have to be."""
    text = json_text(value, ensure_ascii=False, indent=2)
    try:
        # JSON is UTF-8, and names of files need not be.
        as_escapes = codecs.lookup(sys.stdout.encoding).name != "utf-8" or not text.encode()
    except UnicodeEncodeError:
        as_escapes = True
    print(json_text(value, indent=2) if as_escapes else text)


def print_rows(rows: Iterable[Sequence[str]], *, indent: str = "") -> None:
    """Print rows with columns aligned; what looks like a number stands to the right.

    Examples
    --------
    >>> print_rows([("queen", "0.81"), ("prince", "0.8")])
    queen   0.81
    prince   0.8
    >>> print_rows([("女王", "0.81"), ("prince", "0.8")])
    女王    0.81
    prince   0.8
    """
    table = [list(row) for row in rows]
    if not table:
        return
    widths = [max(map(_columns, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = []
        for cell, width in zip(row, widths, strict=True):
            blanks = " " * (width - _columns(cell))
            is_number = cell[:1].isdigit() or cell[:1] == "-"
            cells.append(blanks + cell if is_number else cell + blanks)
        print((indent + "  ".join(cells)).rstrip())


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese letters take two each."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def as_asked(vectors: WordVectors, word: str) -> str | int:
    """Return a word of the command line as the model has it: an integer, or in its normal form."""
    text = as_text(word)
    known: str | int = vectors.words[vectors.index(text)] if text in vectors else text
    return known


def as_json(
    answers: Iterable[tuple[str | int, float]], name: str = "cosine"
) -> list[dict[str, object]]:
    """Turn pairs (word, cosine) into objects; `name` is what the numbers are called."""
    return [{"word": word, name: round(value, 6)} for word, value in answers]


def as_rows(answers: Iterable[tuple[str | int, float]]) -> list[tuple[str, str]]:
    """Turn pairs (word, cosine) into cells; words that no line holds are cut.

    Examples
    --------
    >>> as_rows([("queen", 0.81), ("=" * 1000, 0.5)])[1][0][-30:]
    '==========… (1,000 characters)'
    """
    return [(_cut(str(word)), f"{cosine:.4f}") for word, cosine in answers]


def predictions_as_json(answers: Iterable[Prediction]) -> list[dict[str, object]]:
    """Turn predictions into objects; `probability` is null where there is none."""
    return [
        {
            "word": word,
            "score": round(score, 6),
            "probability": None if probability is None else float(f"{probability:.6g}"),
        }
        for word, score, probability in answers
    ]


def predictions_as_rows(answers: Iterable[Prediction]) -> list[tuple[str, str]]:
    """Turn predictions into cells: words with probabilities, or with scores where there are none.

    Examples
    --------
    >>> from firth.vectors import Prediction
    >>> predictions_as_rows([Prediction("queen", -2.3, 0.1), Prediction("king", 4.5, None)])
    [('queen', '0.1'), ('king', '4.5000')]
    """
    return [
        (_cut(str(word)), f"{score:.4f}" if probability is None else f"{probability:.4g}")
        for word, score, probability in answers
    ]


def _cut(word: str) -> str:
    return word if len(word) <= _WIDEST else f"{word[:_WIDEST]}… ({len(word):,} characters)"
