"""All commands under one roof."""

from __future__ import annotations

from typing import Annotated, ClassVar

import typer

from firth._version import __version__
from firth.cli.advice import Command, Commands, QueryCommand, TrainCommand


class _Commands(Commands):
    later: ClassVar = {
        "train": ("firth.cli.train", TrainCommand),
        "neighbors": ("firth.cli.query", QueryCommand),
        "index": ("firth.cli.index", Command),
        "predict": ("firth.cli.query", QueryCommand),
        "analogy": ("firth.cli.query", QueryCommand),
        "info": ("firth.cli.query", Command),
        "map": ("firth.cli.map", Command),
        "plot": ("firth.cli.plot", Command),
        "convert": ("firth.cli.convert", Command),
        "check": ("firth.cli.convert", Command),
        "embed": ("firth.cli.embed", Command),
        "explore": ("firth.cli.explore", Command),
        "evaluate": ("firth.cli.evaluate", Command),
        "stability": ("firth.cli.stability", TrainCommand),
        "tune": ("firth.cli.tune", TrainCommand),
        "compare": ("firth.cli.compare", Command),
        "shift": ("firth.cli.shift", TrainCommand),
        "contexts": ("firth.cli.contexts", QueryCommand),
        "demo": ("firth.cli.demo", Command),
        "cache": ("firth.cli.cache", Command),
    }


app = typer.Typer(
    name="firth",
    cls=_Commands,
    help="Train word vectors on a CPU, fast, and ask them things.",
    epilog="Start with `firth demo`.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(
    "reproduce",
    help="Repeat published runs digit for digit; `firth reproduce --help` lists them.",
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": [],
    },
)
def reproduce(context: typer.Context) -> None:
    """Hand over to the recipes' own commands, which are imported only then."""
    from firth.recipes.cli import app as recipes

    recipes(args=context.args, prog_name="firth reproduce")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"firth {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Train word vectors on a CPU, fast, and ask them things."""
