"""``firth stability``: many models of one text, and what they agree on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.flags import Inputs, Quiet
from firth.cli.messages import say
from firth.cli.options import with_flags_of, with_options
from firth.cli.output import AsJson, as_text, print_json, print_rows
from firth.cli.reading import READING, as_reading, inputs_meant
from firth.cli.train import train
from firth.errors import ConfigError

if TYPE_CHECKING:
    from firth.evaluation.stability import Stability


@with_options
@with_flags_of(train, (*READING, "memory_limit"))
def stability(
    inputs: Inputs,
    *,
    output: Annotated[
        str,
        typer.Option(
            metavar="DIR", help="Where to keep the runs and write the report.", show_default=False
        ),
    ],
    runs: Annotated[int, typer.Option(metavar="N", help="How many models.")] = 20,
    vary: Annotated[
        str,
        typer.Option(
            metavar="seed|text|both",
            help="What is another in each run: the seed, the sample of the text (drawn with "
            "replacement), or both.",
        ),
    ] = "both",
    block: Annotated[
        int,
        typer.Option(
            metavar="LINES", help="Lines that are drawn together; 1 where a line is a document."
        ),
    ] = 1,
    k: Annotated[int, typer.Option("-k", metavar="N", help="Neighbours of each word.")] = 10,
    words: Annotated[
        str,
        typer.Option(
            metavar="N|all",
            help="How many words are asked for their neighbours: five sixths are the most "
            "frequent, the others of all frequencies.",
        ),
    ] = "12000",
    ask: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD",
            help="Show the neighbours of this word; may be given again.",
            show_default=False,
        ),
    ] = None,
    similarity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'A B'",
            help="How similar are A and B? In quotes; may be given again.",
            show_default=False,
        ),
    ] = None,
    nearer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'A B C'",
            help="Is A nearer to B than to C? In quotes; may be given again.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep", help="Keep all vectors of all runs, for `firth compare`; they take room."
        ),
    ] = False,
    average: Annotated[
        bool, typer.Option("--average", help="Save an averaged model, as DIR/average.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on after the last run in DIR that has ended.")
    ] = False,
    quiet: Quiet = False,
    json: AsJson = False,
    **settings: Any,
) -> None:
    """Train many models of INPUT, say what they agree on, and write a report to DIR.

    Each has another seed and another sample of the text, which is read once. Stopped, the same
    command with --resume goes on.
    """
    import firth
    from firth.cli.stop import Terminations, warnings_as_messages
    from firth.evaluation.stability_report import REPORT, write_report

    with Terminations() as stop, warnings_as_messages(), inputs_meant(inputs):
        found = firth.stability(
            inputs,
            runs=runs,
            vary=vary,  # type: ignore[arg-type]  # it is checked
            block=block,
            k=k,
            words=_how_many(words),
            ask=[as_text(word) for word in ask or ()],
            similarities=_groups("--similarity", similarity, 2),
            rankings=_groups("--nearer", nearer, 3),
            output=output,
            keep=keep,
            average=average,
            resume=resume,
            progress=not quiet,
            on_progress=stop,
            **as_reading(settings),
        )
    if found.interrupted:
        say(f"{len(found)} of {runs} runs are in {output}; --resume goes on")
        raise typer.Exit(stop.exit_code)
    write_report(found, Path(output).expanduser())
    if json:
        print_json(_as_json(found, output))
    elif not quiet:
        _print(found)
        say(f"\n{len(found)} runs -> {Path(output) / REPORT}")


def _how_many(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal():
        raise ConfigError(f"--words is {text!r}; it must be a number of words, or all")
    return int(text)


def _groups(flag: str, given: list[str] | None, n: int) -> list[list[str]]:
    """Split what was given in quotes into words."""
    found = [as_text(text).split() for text in given or ()]
    for text, words in zip(given or (), found, strict=True):
        if len(words) != n:
            raise ConfigError(
                f"{flag} is {text!r}; it must be {n} words in quotes, with blanks between them"
            )
    return found


def _print(found: Stability) -> None:
    from firth.evaluation.stability_report import ranking_text

    print_rows(
        [
            ("rank", "words", "shared", "by chance", "unstable"),
            *(
                (
                    f"{band.first:,}-{band.last:,}",
                    f"{band.words:,}",
                    f"{band.overlap:.2f}",
                    f"{band.by_chance:.3f}",
                    f"{band.unstable:.0%}",
                )
                for band in found.bands()
            ),
        ]
    )
    for ranking in found.asked_rankings():
        print(ranking_text(ranking))
    for one, other, its in found.asked_similarities():
        print(f"{one} and {other}: {its.mean:.3f} ({its.low:.3f} to {its.high:.3f})")
    for row in found.what["named"]:
        word = found.vocabulary.words[row]
        near = found.neighbors_of(word)[: found.what["k"]]
        print(f"{word}: " + ", ".join(f"{one.word} {one.runs}/{len(found)}" for one in near))


def _as_json(found: Stability, output: str) -> dict[str, Any]:
    def figures(interval: Any) -> dict[str, float]:
        return {name: round(value, 6) for name, value in interval._asdict().items()}

    named = [found.vocabulary.words[row] for row in found.what["named"]]
    return {
        "folder": output,
        "runs": len(found),
        "bands": [band._asdict() for band in found.bands()],
        "unstable": len(found.unstable),
        "rankings": [
            {**ranking._asdict(), "difference": figures(ranking.difference)}
            for ranking in found.asked_rankings()
        ],
        "similarities": [
            {"word": one, "other": other, **figures(its)}
            for one, other, its in found.asked_similarities()
        ],
        "neighbors": [
            {
                "word": word,
                **found.neighborhood(word)._asdict(),
                "neighbors": [
                    {"word": near.word, "runs": near.runs, "cosine": figures(near.cosine)}
                    for near in found.neighbors_of(word)
                ],
            }
            for word in named
        ],
    }
