"""All commands under one roof."""

from __future__ import annotations

from typing import Annotated

import typer

from firth._version import __version__
from firth.cli import cache, convert, demo, embed, evaluate, index, query, train
from firth.cli.advice import Command, Commands, QueryCommand, TrainCommand

app = typer.Typer(
    name="firth",
    cls=Commands,
    help="Train word vectors on a CPU, fast, and ask them things.",
    epilog="Start with `firth demo`.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("train", cls=TrainCommand)(train.train)
app.command("neighbors", cls=QueryCommand)(query.neighbors)
app.command("index", cls=Command)(index.index)
app.command("predict", cls=QueryCommand)(query.predict)
app.command("analogy", cls=QueryCommand)(query.analogy)
app.command("info", cls=Command)(query.info)
app.command("convert", cls=Command)(convert.convert)
app.command("check", cls=Command)(convert.check)
app.command("embed", cls=Command)(embed.embed)
app.command("evaluate", cls=Command)(evaluate.evaluate)
app.command("demo", cls=Command)(demo.demo)
app.command("cache", cls=Command)(cache.cache)


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
