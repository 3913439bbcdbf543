"""Commands that ask a saved model something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from firth.cli.messages import say
from firth.cli.output import (
    Answers,
    AsJson,
    ModelFolder,
    VectorsPath,
    as_asked,
    as_json,
    as_rows,
    as_text,
    open_model,
    open_vectors,
    predictions_as_json,
    predictions_as_rows,
    print_json,
    print_rows,
)
from firth.errors import ConfigError
from firth.files.given import given_path
from firth.values import Whole

if TYPE_CHECKING:
    from firth.vectors import WordVectors
    from firth.vectors.among import Among


Top: TypeAlias = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Answers are of the first N words: the most frequent ones.",
        show_default=False,
    ),
]
Where: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="REGEX",
        help="Answers are of the words that match, such as 'ing$'.",
        show_default=False,
    ),
]


def neighbors(
    path: VectorsPath,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORD...", help="One or more words.", show_default=False),
    ] = None,
    k: Answers = 10,
    top: Top = None,
    where: Where = None,
    metric: Annotated[
        str, typer.Option(metavar="HOW", help="What is near: cosine, dot or euclidean.")
    ] = "cosine",
    all: Annotated[
        bool, typer.Option("--all", help="The neighbours of all words, into a table.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="With --all: a table that ends in .parquet, .arrow, .csv or .tsv.",
            show_default=False,
        ),
    ] = None,
    approximate: Annotated[
        bool,
        typer.Option("--approximate", help="Ask an index: see `firth index`; it may miss some."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Show the words whose vectors are nearest to each WORD, with their cosines.

    Or write the neighbours of all words: the exact graph, an edge a row.
    """
    from firth.vectors.search import checked_metric

    near = checked_metric(metric)
    if approximate:
        _check_approximate(all, near, top, where)
    if all or output is not None:
        if words or not all or output is None:
            raise ConfigError(
                "--all and --output go together, without words: firth neighbors MODEL --all "
                "--output graph.parquet"
            )
        vectors = open_vectors(path)
        edges = vectors.save_neighbor_graph(
            output, k, among=_among(vectors, top, where), metric=near
        )
        say(f"{edges:,} edges -> {output}")
        return
    if not words:
        raise ConfigError("no word is given; name one, or take all by --all --output FILE")
    vectors = open_vectors(path)
    asked = [as_asked(vectors, word) for word in words]
    if approximate:
        from firth.cli.index import open_indexed

        vectors = open_indexed(vectors)
    each = vectors.most_similar_many(asked, k=k, among=_among(vectors, top, where), metric=near)
    found = list(zip(asked, each, strict=True))
    if json:
        print_json([{"word": word, "neighbors": as_json(answers, near)} for word, answers in found])
        return
    for number, (word, answers) in enumerate(found):
        if len(found) > 1:
            print(("\n" if number else "") + str(word))
        print_rows(as_rows(answers), indent="  " if len(found) > 1 else "")


def _check_approximate(all: bool, metric: str, top: int | None, where: str | None) -> None:
    """Refuse what an index cannot answer."""
    for given, flag in (
        (all, "--all"),
        (metric != "cosine", f"--metric {metric}"),
        (top is not None, "--top"),
        (where is not None, "--where"),
    ):
        if given:
            raise ConfigError(
                f"{flag} and --approximate do not go together: an index knows the angles between "
                "all words, and nothing else; leave one of them out"
            )


def _among(vectors: WordVectors, top: int | None, where: str | None) -> Among:
    """Return which words may be answers."""
    import re

    if where is None:
        return top
    try:
        pattern = re.compile(as_text(where))
    except re.error as error:
        raise ConfigError(f"--where is {where!r}, no regular expression: {error}") from error
    if top is None:
        return pattern
    first = vectors.words[: Whole(1).check("--top", top)]
    return [word for word in first if pattern.search(str(word))]


def predict(
    folder: ModelFolder,
    words: Annotated[
        list[str],
        typer.Argument(metavar="WORD...", help="The words of one context.", show_default=False),
    ],
    k: Answers = 10,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD",
            help="What is never an answer; give it several times for several.",
            show_default=False,
        ),
    ] = None,
    exclude_context: Annotated[
        bool, typer.Option("--exclude-context", help="The words given are no answers.")
    ] = False,
    skip_unknown: Annotated[
        bool, typer.Option("--skip-unknown", help="Leave out words that have no vector.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show the words that the model expects among WORD...: a word in a gap, the next item.

    With their probabilities, or with their scores where the objective has no probabilities.
    """
    model = open_model(folder)
    context = [as_asked(model.vectors, word) for word in words]
    answers = model.predict(
        context,
        k=k,
        exclude=[as_asked(model.vectors, word) for word in exclude or ()],
        exclude_context=exclude_context,
        skip_unknown=skip_unknown,
    )
    if json:
        print_json({"context": context, "predictions": predictions_as_json(answers)})
    else:
        print_rows(predictions_as_rows(answers))


def analogy(
    path: VectorsPath,
    a: Annotated[str, typer.Argument(metavar="A", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", show_default=False)],
    c: Annotated[str, typer.Argument(metavar="C", show_default=False)],
    *,
    k: Answers = 10,
    method: Annotated[
        str, typer.Option(metavar="HOW", help="How: 3cosadd, 3cosmul or pairdistance.")
    ] = "3cosadd",
    top: Top = None,
    where: Where = None,
    json: AsJson = False,
) -> None:
    """Answer "A is to B as C is to ?", with cosines, or the scores of another method."""
    from firth.vectors.analogy import checked_method

    vectors = open_vectors(path)
    asked = {name: as_asked(vectors, word) for name, word in (("a", a), ("b", b), ("c", c))}
    among = _among(vectors, top, where)
    how = checked_method(method)
    answers = vectors.analogy(asked["a"], asked["b"], asked["c"], k, method=how, among=among)
    if json:
        score = "cosine" if how == "3cosadd" else "score"
        print_json(asked | {"answers": as_json(answers, score)})
    else:
        print_rows(as_rows(answers))


def info(folder: VectorsPath, json: AsJson = False) -> None:
    """Show what a model is: its matrices, corpus, settings, what made it, and losses."""
    from firth.formats import native

    place = given_path("MODEL", folder)
    if not native.is_model(place):
        _vectors_info(folder, json)
        return
    model, files = open_model(folder), place.iterdir()
    history = model.history.to_pylist()
    if json:
        print_json(
            {
                "folder": folder,
                "words": len(model.vectors),
                "dim": model.vectors.dim,
                "dtype": str(model.vectors.matrix.dtype),
                "bytes": sum(file.stat().st_size for file in files if file.is_file()),
                "interrupted": model.interrupted,
                "matrices": {
                    name: {"rows": kind, "shape": list(model.matrices[name].shape)}
                    for name, kind in model.rows.items()
                },
                "corpus": model.corpus,
                "config": model.config,
                "provenance": model.provenance,
                "history": history,
                "loss_curve": model.loss_curve.to_pylist(),
            }
        )
        return
    state = ", stopped before its end" if model.interrupted else ""
    print(
        f"{len(model.vectors):,} words, {model.vectors.dim} dimensions, "
        f"{model.vectors.matrix.dtype}{state}"
    )
    print("\nMatrices")
    print_rows(
        (
            (name, f"{len(model.matrices[name]):,} x {model.matrices[name].shape[1]:,}", kind)
            for name, kind in model.rows.items()
        ),
        indent="  ",
    )
    sections = {"Corpus": model.corpus, "Settings": model.config, "Made by": model.provenance}
    for title, content in sections.items():
        if content:
            print(f"\n{title}")
            print_rows(_items(content), indent="  ")
    if history:
        print("\nHistory")
        print_rows(
            [
                ("epoch", "words", "loss", "learning rate", "words/s"),
                *(
                    (
                        str(row["epoch"]),
                        f"{row['words']:,}",
                        "-" if row["loss"] is None else f"{row['loss']:.4f}",
                        "-" if row["learning_rate"] is None else f"{row['learning_rate']:.5f}",
                        "-"
                        if row["words_per_second"] is None
                        else f"{row['words_per_second']:,.0f}",
                    )
                    for row in history
                ),
            ],
            indent="  ",
        )


def _vectors_info(path: str, json: bool) -> None:
    """Show what a file of vectors of another program is."""
    from firth.formats.reading import read_vectors, recognised
    from firth.formats.registry import FORMATS

    known = FORMATS[recognised(given_path("MODEL", path))]
    vectors = read_vectors(path)
    composes = vectors.unseen is not None
    if json:
        print_json(
            {
                "path": path,
                "format": known.title,
                "words": len(vectors),
                "dim": vectors.dim,
                "dtype": str(vectors.matrix.dtype),
                "counts": vectors.counts is not None,
                "ngrams": composes,
            }
        )
        return
    print(f"{len(vectors):,} words, {vectors.dim} dimensions, {vectors.matrix.dtype}")
    print_rows(
        [
            ("format", known.title),
            ("counts", _shown(vectors.counts is not None)),
            ("n-grams", _shown(composes)),
        ],
        indent="  ",
    )


def _items(content: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield names with values as people read them; what is within an object after its name."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _items(value, f"{prefix}{name}.")
        else:
            yield prefix + name, _shown(value)


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return f"{value:,}" if isinstance(value, int) else str(value)
