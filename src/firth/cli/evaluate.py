"""``firth evaluate``: models against what people said, and against what came next."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.held_out import of_items, of_links
from firth.cli.judged import as_json, print_report
from firth.cli.output import AsJson, as_text, open_model_or_vectors, print_json, print_rows
from firth.errors import ConfigError, EvaluationError
from firth.files.given import given_path

if TYPE_CHECKING:
    from firth.evaluation.report import Report
    from firth.evaluation.sets import EvaluationSet, HowToJudge
    from firth.model import Model
    from firth.vectors import WordVectors

_ITEMS = "Items and graphs"


def evaluate(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL... SET...",
            help="Models, or files of vectors of other programs; and sets, known by what they "
            "hold: pairs with scores, analogies, categories, outliers, axes, lists of words. "
            "--list says more.",
            show_default=False,
        ),
    ] = None,
    similarity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="A set that is pairs of words with scores; may be given again.",
            show_default=False,
        ),
    ] = None,
    analogies: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="A set that is analogy questions; may be given again.",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="similarity|analogies|categories|outliers|axes|bias",
            help="What all of SET are.",
            show_default="seen from what they hold",
        ),
    ] = None,
    score_column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Column with the scores, if the pairs have a header.",
            show_default="found by its name",
        ),
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            metavar="3cosadd|3cosmul|pairdistance",
            help="How analogies are answered; may be given again.",
            show_default="3cosadd",
        ),
    ] = None,
    test: Annotated[
        list[str] | None,
        typer.Option(
            metavar="weat|rnd|ect|rnsb",
            help="What is asked about lists of words; may be given again. rnsb takes the second "
            "attribute for the negative one.",
            show_default="weat, rnd and ect",
        ),
    ] = None,
    restrict_vocab: Annotated[
        int, typer.Option(metavar="N", help="Analogies use the N most frequent words.")
    ] = 30_000,
    next_item: Annotated[
        str | None,
        typer.Option(
            metavar="INPUT",
            help="Sessions, baskets or events: is the last item of each group found?",
            show_default=False,
            rich_help_panel=_ITEMS,
        ),
    ] = None,
    links: Annotated[
        str | None,
        typer.Option(
            metavar="INPUT",
            help="Held-out edges, two nodes a line: do they score above pairs without an edge?",
            show_default=False,
            rich_help_panel=_ITEMS,
        ),
    ] = None,
    training: Annotated[
        str | None,
        typer.Option(
            metavar="INPUT",
            help="What was learnt, for the baselines: sessions, walks or edges.",
            show_default="of --next-item all but the last items",
            rich_help_panel=_ITEMS,
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Column of items, or key of JSON lines.",
            show_default=False,
            rich_help_panel=_ITEMS,
        ),
    ] = None,
    group_by: Annotated[
        list[str] | None,
        typer.Option(
            "--group-by",
            metavar="NAME",
            help="Rows with the same value in this column are a group; may be given again.",
            show_default=False,
            rich_help_panel=_ITEMS,
        ),
    ] = None,
    order_by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Column that the items of a group are sorted by.",
            show_default="as they come",
            rich_help_panel=_ITEMS,
        ),
    ] = None,
    k: Annotated[
        int,
        typer.Option("-k", metavar="N", help="So many places count.", rich_help_panel=_ITEMS),
    ] = 10,
    groups: Annotated[
        int,
        typer.Option(metavar="N", help="So many groups are asked at most.", rich_help_panel=_ITEMS),
    ] = 10_000,
    save_rest: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write a table of all groups without their last items, to train on: "
            "--column item --group-by group.",
            show_default=False,
            rich_help_panel=_ITEMS,
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option(metavar="N", help="Drawings for intervals and p-values.")
    ] = 1_000,
    level: Annotated[
        float, typer.Option(metavar="P", help="Part of the drawings within an interval.")
    ] = 0.95,
    seed: Annotated[int, typer.Option(metavar="N", help="Of all draws.")] = 1,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write a table too: a name that ends in .csv, .tsv, .parquet or .arrow.",
            show_default=False,
        ),
    ] = None,
    list_sets: Annotated[
        bool, typer.Option("--list", help="Say which sets there are, and where from.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Judge models by sets of any kind, with intervals; several models are compared.

    Similarity and analogies are computed as gensim does.
    """
    if list_sets:
        print_sets()
        return
    from firth.cli.stop import warnings_as_messages
    from firth.evaluation.sets import HowToJudge, open_set
    from firth.files.tables import checked_ending, write_table
    from firth.values import Whole

    place = None if output is None else given_path("--output", output)
    if place is not None:
        checked_ending(place)  # before anything is read
    Whole(1).check("restrict_vocab", restrict_vocab)  # by the name that it has here
    how = HowToJudge(
        methods=_checked_methods(method),
        analogy_vocab=restrict_vocab,
        score_column=score_column and as_text(score_column),
        tests=_checked_tests(test),
        seed=seed,
    )
    models, sources = _divided(paths or [], kind)
    sets = [open_set(source, how, kind=kind) for source in sources]
    sets += [open_set(file, how, kind="similarity") for file in similarity or ()]
    sets += [open_set(file, how, kind="analogies") for file in analogies or ()]
    if not sets and next_item is None and links is None:
        for path in models[:1]:
            if len(models) > 1 and not _is_model(path):
                raise EvaluationError(f"{path} is no model: name models before sets")
        raise EvaluationError(
            "nothing to compare with: give sets behind the model, or --next-item or --links; "
            "firth evaluate --list says which sets there are"
        )
    if not models and (sets or next_item is None):
        raise EvaluationError("there is no model: name one before the sets")
    opened = {name: open_model_or_vectors(path) for name, path in _names(models).items()}
    options = {"draws": draws, "level": level, "seed": seed}
    reading = {
        "column": column and as_text(column),
        "group_by": list(map(as_text, group_by or ())) or None,
        "order_by": order_by and as_text(order_by),
    }
    if save_rest is not None and next_item is None:
        raise ConfigError("--save-rest is for --next-item: give both")
    reports = [_of_sets(opened, sets, how, options)] if sets else []
    with warnings_as_messages():
        if next_item is not None:
            reports.append(
                of_items(opened, next_item, training, reading, save_rest, k, groups, options)
            )
        if links is not None:
            reports.append(of_links(opened, links, training, options))
    report = _together(reports, list(opened))
    if place is not None:
        write_table(place, [report.table()])
    if json:
        print_json(as_json(report))
    else:
        print_report(report)


def print_sets() -> None:
    """Print which sets there are, and where from."""
    from firth.evaluation.bias import word_sets
    from firth.evaluation.published import PUBLISHED
    from firth.evaluation.sets import KINDS

    print("Kinds of sets, known by what they hold:")
    print_rows(((name, kind.layout) for name, kind in KINDS.items()), indent="  ")
    print("\nLists of words that come with firth, by name:")
    for name, words in word_sets().items():
        print(f"  {name}: {', '.join(words.targets)} x {', '.join(words.attributes)}")
        print(f"      {words.source}; {words.about}")
    print("\nPublished sets that do not come with firth; give their path:")
    for published in PUBLISHED.values():
        print(f"  {published.title} ({published.kind}; {published.paper}): {published.found_at}")


def _checked_methods(given: list[str] | None) -> Any:
    from firth.vectors.analogy import checked_method

    return tuple(map(checked_method, dict.fromkeys(given or ("3cosadd",))))


def _checked_tests(given: list[str] | None) -> Any:
    from firth.evaluation.bias.judging import DEFAULT_TESTS, checked_tests

    return tuple(checked_tests(dict.fromkeys(given or DEFAULT_TESTS)))


def _divided(paths: list[str], kind: str | None) -> tuple[list[str], list[str]]:
    """Tell models from sets; the first is a model, unless it is the name of a word set."""
    from firth.evaluation.bias import word_sets

    models = [path for n, path in enumerate(paths) if path not in word_sets() and
              (n == 0 or _is_model(path))]  # fmt: skip
    return models, [path for path in paths if path not in models]


def _is_model(path: str) -> bool:
    from firth.errors import CorpusError
    from firth.formats import native
    from firth.formats.recognise import format_of
    from firth.formats.strangers import reader_of

    place = given_path("SET", path)
    if native.is_model(place):
        return True
    if place.is_dir():
        return bool(reader_of(place))
    try:
        found = format_of(place)
    except (OSError, CorpusError):
        return False
    return found.vectors or bool(found.reader)


def _names(paths: Iterable[str]) -> dict[str, str]:
    """Name models by their files, or by their paths if two have one name."""
    given = list(dict.fromkeys(paths))
    names = [Path(path).name if Path(path).is_dir() else Path(path).stem for path in given]
    return {
        (name or path) if names.count(name) == 1 else path: path
        for name, path in zip(names, given, strict=True)
    }


def _of_sets(
    models: dict[str, Any], sets: list[EvaluationSet], how: HowToJudge, options: dict[str, Any]
) -> Report:
    from firth.evaluation import evaluate as judge

    return judge({name: _vectors(model) for name, model in models.items()}, sets, how=how,
                 **options)  # fmt: skip


def _vectors(model: Model | WordVectors) -> WordVectors:
    from firth.model import Model

    return model.vectors if isinstance(model, Model) else model


def _together(reports: list[Report], models: list[str]) -> Report:
    """Put reports together; those of items have models of their own."""
    import dataclasses

    first = reports[0]
    for other in reports[1:]:
        first = dataclasses.replace(
            first,
            models=tuple(dict.fromkeys((*models, *first.models, *other.models))),
            rows=first.rows + other.rows,
            differences=first.differences + other.differences,
            left_out=first.left_out | other.left_out,
            notes=first.notes + other.notes,
        )
    return first
