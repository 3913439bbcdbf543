"""``firth shift``: which words two texts use differently, tested by permutation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.flags import Quiet
from firth.cli.messages import say
from firth.cli.options import with_flags_of, with_options
from firth.cli.output import AsJson, print_json, print_rows
from firth.cli.reading import READING, as_reading, inputs_meant
from firth.cli.train import train
from firth.files.given import given_path

if TYPE_CHECKING:
    from firth.evaluation.shift import Shift


@with_options
@with_flags_of(train, (*READING, "memory_limit"))
def shift(
    first: Annotated[
        str,
        typer.Argument(metavar="A", help="A text, as for `firth train`.", show_default=False),
    ],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.", show_default=False)],
    *,
    permutations: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="How often the lines of both are divided anew; each takes as long as training on "
            "both.",
        ),
    ] = 20,
    block: Annotated[
        int,
        typer.Option(metavar="LINES", help="Lines that stay together; 1 where one is a document."),
    ] = 1,
    rate: Annotated[
        float,
        typer.Option(metavar="PART", help="So many of the words shown may be false, at the most."),
    ] = 0.05,
    n: Annotated[int, typer.Option("-n", metavar="N", help="Words shown.")] = 20,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Save the models of A and B, and words.csv with all words.",
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
    json: AsJson = False,
    **settings: Any,
) -> None:
    """Show the words that A and B use differently, beyond what chance explains.

    Models of A and B are compared with models of the same lines, divided anew by chance.
    """
    import firth
    from firth.cli.stop import Terminations, warnings_as_messages
    from firth.errors import EvaluationError
    from firth.files.tables import write_table
    from firth.values import Real

    rate = Real(0, 1).check("--rate", rate)
    with Terminations() as stop, warnings_as_messages(), inputs_meant([first, second]):
        try:
            found = firth.shift(
                first,
                second,
                permutations=permutations,
                block=block,
                output=output,
                progress=not quiet,
                on_progress=stop,
                **as_reading(settings),
            )
        except EvaluationError as error:
            if stop.asked is None:
                raise
            say(f"firth: {error}")
            raise typer.Exit(stop.exit_code) from error
    if output is not None:
        write_table(given_path("--output", output) / "words.csv", [found.table()])
    if json:
        print_json(_as_json(found, rate))
    elif not quiet:
        _print(found, rate, n)


def _as_json(found: Shift, rate: float) -> dict[str, Any]:
    moved = len(found.moved(rate))
    return {
        "words": len(found.words),
        "permutations": found.permutations,
        "overall": round(found.overall, 4),
        "rate": rate,
        "moved": found.table().slice(0, moved).to_pylist(),
    }


def _print(found: Shift, rate: float, n: int) -> None:
    moved = len(found.moved(rate))
    print(
        f"{moved:,} of {len(found.words):,} words moved; at most {rate:.0%} of these are expected "
        f"to be false.\nThe median word moved {found.overall:.2f} times as far as by chance."
    )
    if not moved:
        return
    print()
    print_rows(
        [
            ("word", "in A", "in B", "moved", "x chance", "q"),
            *(
                (
                    str(row["word"]),
                    f"{row['count_first']:,}",
                    f"{row['count_second']:,}",
                    f"{row['movement']:.3f}",
                    f"{row['ratio']:.1f}",
                    f"{row['q']:.2g}",
                )
                for row in found.table().slice(0, min(moved, n)).to_pylist()
            ),
        ]
    )
