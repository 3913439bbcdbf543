"""``firth compare``: models side by side: which words moved, how far, between which neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.messages import say
from firth.cli.output import AsJson, as_text, open_vectors, print_json, print_rows
from firth.errors import ConfigError
from firth.files.given import given_path

if TYPE_CHECKING:
    from firth.evaluation.comparing import Comparison


def compare(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="A B [C...]",
            help="Models, files of vectors, or folders of `firth stability --keep`; the others are "
            "compared with the first.",
            show_default=False,
        ),
    ],
    *,
    word: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD",
            help="Show this word; may be given again.",
            show_default="those that moved most",
        ),
    ] = None,
    n: Annotated[int, typer.Option("-n", metavar="N", help="Words shown.")] = 20,
    k: Annotated[int, typer.Option("-k", metavar="N", help="Neighbours shown of each.")] = 5,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="score|movement|chance",
            help="What words are sorted by: against words of the same frequency, as it is, or "
            "against how far they move between runs of one text (with --keep).",
            show_default="chance with runs, else score",
        ),
    ] = None,
    min_count: Annotated[
        int,
        typer.Option(metavar="N", help="Show only words that occur so often in both."),
    ] = 1,
    anchors: Annotated[
        str | None,
        typer.Option(
            metavar="N|FILE",
            help="Align by the first N words that both have, or by the words of this file.",
            show_default="all that both have",
        ),
    ] = None,
    weights: Annotated[
        str,
        typer.Option(
            metavar="equal|frequency", help="How much words count when models are aligned."
        ),
    ] = "equal",
    centred: Annotated[
        bool, typer.Option("--centred", help="Take each model's mean away first.")
    ] = False,
    consecutive: Annotated[
        bool, typer.Option("--consecutive", help="Compare each with the one before it.")
    ] = False,
    pairs: Annotated[
        int, typer.Option(metavar="N", help="Pairs shown whose similarity changed most.")
    ] = 10,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write all words, to a table that ends in .csv, .tsv, .parquet or .arrow.",
            show_default=False,
        ),
    ] = None,
    aligned: Annotated[
        str | None,
        typer.Option(
            metavar="OUT",
            help="Write the vectors of A in the space of B, to a file or a folder as `firth "
            "convert` writes them.",
            show_default=False,
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Align models by rotation, and show the words that moved most, with their neighbours in each.

    Movement is 1 - cosine after alignment; local is how a word's similarities with its own
    neighbours changed, which needs no alignment.
    """
    if len(paths) < 2:
        raise ConfigError("one model is given; name two or more to compare")
    if len(paths) > 2 and (output is not None or aligned is not None):
        raise ConfigError("--output and --aligned are for two models; give them two at a time")
    from firth.cli.stop import warnings_as_messages
    from firth.files.tables import checked_ending, write_table

    if output is not None:
        checked_ending(given_path("--output", output))  # before anything is read
    firsts = paths[:-1] if consecutive else paths[:1] * (len(paths) - 1)
    documents = []
    for number, (one, other) in enumerate(zip(firsts, paths[1:], strict=True)):
        found = _compared(one, other, _anchors(anchors), weights, centred)
        order = by or ("score" if found.chance is None else "chance")
        words = [as_text(text) for text in word or ()] or _moved(found, n, order, min_count)
        document = {
            "first": one,
            "second": other,
            "words_in_both": len(found),
            "words": _rows(found, words, k),
            "pairs": [pair._asdict() for pair in found.pairs(pairs)] if pairs else [],
        }
        documents.append(document)
        if not json:
            if number:
                print()
            _print(document)
        if output is not None:
            written = write_table(given_path("--output", output), [found.table(order)])
            say(f"{written:,} words -> {output}")
        if aligned is not None:
            with warnings_as_messages():
                found.turned().save(aligned)
            say(f"{one} in the space of {other} -> {aligned}")
    if json:
        print_json(documents)


def _anchors(text: str | None) -> Any:
    """Read ``--anchors``: a number, or a file of words."""
    if text is None or text.isdecimal():
        return text and int(text)
    from firth.formats.words import read_list

    return read_list(given_path("--anchors", text))


def _compared(one: str, other: str, anchors: Any, weights: str, centred: bool) -> Comparison:
    from firth.evaluation.comparing import compare as compare_vectors

    (first, its), (second, theirs) = map(_opened, (one, other))
    found = compare_vectors(
        first,
        second,
        anchors=anchors,
        weights=weights,  # type: ignore[arg-type]  # it is checked
        centred=centred,
    )
    return found.with_runs(its, theirs) if its and theirs else found


def _opened(path: str) -> tuple[Any, list[Any]]:
    """Open vectors; of a folder of runs their mean, and the runs."""
    from firth.evaluation.averaging import averaged
    from firth.evaluation.runs import RunFiles
    from firth.vectors import WordVectors

    files = RunFiles(path, "A")
    if not files.exists:
        return open_vectors(path), []
    runs = [files.read(number).vectors for number in files.done()]
    if not runs or any(matrix is None for matrix in runs):
        raise ConfigError(
            f"{path} holds runs without their vectors: make them anew with `firth stability --keep`"
        )
    vocabulary = files.vocabulary()
    mean = averaged([matrix for matrix in runs if matrix is not None], vocabulary.counts)
    return WordVectors(vocabulary.words, mean, counts=vocabulary.counts), runs


def _moved(found: Comparison, n: int, by: str, min_count: int) -> list[Any]:
    order = found.order(by)
    if min_count > 1:
        if found.counts is None:
            raise ConfigError(
                "--min-count needs counts of words, and one of the models has none: leave it out"
            )
        order = order[found.counts.min(axis=0)[order] >= min_count]
    return found.words.take(order[:n])


def _rows(found: Comparison, words: Sequence[Any], k: int) -> list[dict[str, Any]]:
    """Return what is shown of each word."""
    rows = []
    for word, local in zip(words, found.local(words), strict=True):
        row = {**found.figures(word), "local": float(local)}
        row["neighbors_first"], row["neighbors_second"] = found.neighbors(word, k)
        rows.append(row)
    return rows


def _print(document: dict[str, Any]) -> None:
    print(
        f"{Path(document['first']).name} and {Path(document['second']).name}: "
        f"{document['words_in_both']:,} words in both\n"
    )
    rows = document["words"]
    runs = any("ratio" in row for row in rows)
    head = ["word", "moved", *(["95 % of the runs", "x chance"] if runs else []), "score", "local"]
    print_rows(
        [
            [*head, "near in the first", "near in the second"],
            *(
                [
                    str(row["word"]),
                    f"{row['movement']:.3f}",
                    *(
                        [f"{row['low']:.3f} to {row['high']:.3f}", f"{row['ratio']:.1f}"]
                        if runs
                        else []
                    ),
                    f"{row['score']:.1f}",
                    f"{row['local']:.3f}",
                    ", ".join(map(str, row["neighbors_first"])),
                    ", ".join(map(str, row["neighbors_second"])),
                ]
                for row in rows
            ),
        ]
    )
    if document["pairs"]:
        print("\nPairs whose similarity changed most")
        print_rows(
            [
                (
                    str(pair["word"]),
                    str(pair["other"]),
                    f"{pair['first']:.2f}",
                    f"{pair['second']:.2f}",
                )
                for pair in document["pairs"]
            ],
            indent="  ",
        )
