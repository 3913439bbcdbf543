"""``firth tune``: settings that fit a text, found within a time."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.flags import Inputs, Quiet
from firth.cli.messages import say
from firth.cli.options import with_flags_of, with_options
from firth.cli.output import AsJson, print_json, print_rows
from firth.cli.reading import READING, as_reading, inputs_meant
from firth.cli.train import train

if TYPE_CHECKING:
    from firth.tuning.result import Score, Tuning


@with_options
@with_flags_of(train, (*READING, "memory_limit"))
def tune(
    inputs: Inputs,
    *,
    output: Annotated[
        str,
        typer.Option(
            metavar="DIR",
            help="Where to keep the trials, and to save the model and what was found.",
            show_default=False,
        ),
    ],
    budget: Annotated[
        str,
        typer.Option(metavar="30min|2h", help="The time for all of it.", show_default=False),
    ],
    metric: Annotated[
        str,
        typer.Option(
            metavar="FILE|next-item|next-item-cosine|loss",
            help="What settings are judged by: an evaluation set, as for `firth evaluate`; the hit "
            "rate at ten of what held-out users came to next; or the held-out loss.",
            show_default=False,
        ),
    ],
    also: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OPTION",
            help="Try the values of this option too, such as architecture; may be given again.",
            show_default=False,
        ),
    ] = None,
    held_out: Annotated[
        float,
        typer.Option(
            metavar="PART",
            help="What part of the lines is held out to choose by, and as many to judge the "
            "choice.",
        ),
    ] = 0.05,
    trials: Annotated[
        int | None,
        typer.Option(metavar="N", help="Try no more than this.", show_default="as time allows"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the trials in DIR.")] = False,
    quiet: Quiet = False,
    json: AsJson = False,
    **settings: Any,
) -> None:
    """Find settings that fit INPUT, and train a model with them, as DIR/model.

    Options of training that are given stay as they are; numbers that are not given are searched.
    Stopped, the same command with --resume goes on.
    """
    import firth
    from firth.cli.stop import Terminations, warnings_as_messages

    given = as_reading(settings)
    with Terminations() as stop, warnings_as_messages(), inputs_meant(inputs):
        found = firth.tune(
            inputs,
            budget=budget,
            metric=metric,
            also=also or (),
            held_out=held_out,
            trials=trials,
            output=output,
            resume=resume,
            progress=not quiet,
            on_progress=stop,
            on_note=None if quiet else say,
            **given,
        )
    if found.interrupted:
        say(f"{len(found.trials)} trials are in {output}; --resume goes on")
        raise typer.Exit(stop.exit_code)
    if json:
        print_json({"folder": output, **found.to_dict()})
    elif not quiet:
        _print(found, inputs, output)


def _print(found: Tuning, inputs: list[str], output: str) -> None:
    from firth.api.tuning import MODEL, PICTURE, TRIALS

    best, defaults = found.trials[found.best], found.trials[0]
    print_rows(
        [
            ("option", "best", "default", "mattered"),
            *(
                (
                    name,
                    _number(value),
                    _number(defaults.values.get(name)),
                    f"{found.importance[name]:.0%}" if name in found.importance else "",
                )
                for name, value in best.values.items()
            ),
        ]
    )
    assert found.final is not None
    final, measure = found.final, found.measure
    print(f"\n{measure} on {found.items} that nothing was chosen by:")
    rows = [("  best", *_cells(final.best)), ("  defaults", *_cells(final.defaults))]
    if final.difference is not None:
        rows.append(("  difference", *_cells(final.difference)))
    print_rows(rows)
    print(
        f"{len(found.trials)} trials; the best is {found.verdict}. {found.rivals} others came "
        "within its interval by what was chosen by."
    )
    folder = Path(output)
    say(f"\n{folder / MODEL}, {folder / TRIALS}, {folder / PICTURE}")
    say(f"To train on all lines, add the other flags that you gave: {_command(found, inputs)}")


def _cells(score: Score | Any) -> tuple[str, str]:
    return f"{score.value:.4f}", f"[{score.low:.4f}, {score.high:.4f}]"


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _command(found: Tuning, inputs: list[str]) -> str:
    """Write the command that trains with the best settings on everything."""
    from firth.cli.options import as_flags

    return shlex.join(["firth", "train", *inputs, "--output", "DIR", *as_flags(found.changed)])
