"""``firth train``: text in, a model folder out."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.flags import Column, Errors, Quiet
from firth.cli.messages import say
from firth.cli.options import with_options
from firth.cli.output import as_text, print_json
from firth.errors import ConfigError, CorpusError
from firth.files.given import given_path
from firth.values import shown

if TYPE_CHECKING:
    from firth.model import Model


@with_options
def train(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Text (plain, .gz, .zst, .bz2, .xz, .zip, .tar), CSV, JSON lines, Parquet or "
            "Arrow; files, folders, globs, addresses in stores (s3://...), or - for standard "
            "input. One line is one sentence.",
            show_default=False,
        ),
    ],
    *,
    output: Annotated[
        str,
        typer.Option(metavar="DIR", help="Where to save the model.", show_default=False),
    ],
    no_output_vectors: Annotated[
        bool,
        typer.Option(
            "--no-output-vectors",
            help="Leave the output vectors out of DIR: about half the size, but no predictions.",
        ),
    ] = False,
    start_from: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Go on from these vectors, of any format: their words stay, new ones are added.",
            show_default=False,
            rich_help_panel="Going on",
        ),
    ] = None,
    freeze: Annotated[
        str | None,
        typer.Option(
            metavar="all|none|N|FILE",
            help="Vectors of --start-from that stay as they are: all, the N first (the most "
            "frequent), or those of the words in this file. The others move as far as the new "
            "text's share of their occurrences; with none, wherever it puts them.",
            show_default=False,
            rich_help_panel="Going on",
        ),
    ] = None,
    validation: Annotated[
        str | None,
        typer.Option(
            metavar="PART|FILE",
            help="Measure a held-out loss: on this part of INPUT, such as 0.01, or on a file.",
            show_default=False,
            rich_help_panel="Long runs",
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            metavar="EPOCHS",
            help="Stop when the held-out loss has not fallen for so long.",
            show_default=False,
            rich_help_panel="Long runs",
        ),
    ] = None,
    checkpoint_every: Annotated[
        str | None,
        typer.Option(
            metavar="10min|1s|5000000w|never",
            help="How often the run is saved, in DIR.",
            show_default="10min",
            rich_help_panel="Long runs",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on from the newest checkpoint in DIR; start if there is none.",
            rich_help_panel="Long runs",
        ),
    ] = False,
    memory_limit: Annotated[
        str | None,
        typer.Option(
            metavar="8GB",
            help="Refuse to take more memory than this.",
            show_default="what is available",
            rich_help_panel="Long runs",
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="auto|local|ADDRESS",
            help="Train on the nodes of a Ray cluster: its address; local is one of this machine "
            "alone; auto the one that this machine belongs to, or else a local one.",
            show_default="this machine's threads",
            rich_help_panel="Long runs",
        ),
    ] = None,
    cache: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Keep the encoded text here.",
            show_default="see firth cache",
            rich_help_panel="Long runs",
        ),
    ] = None,
    no_cache: Annotated[
        bool,
        typer.Option(
            "--no-cache", help="Do not keep the encoded text.", rich_help_panel="Long runs"
        ),
    ] = False,
    tokenizer: Annotated[
        str | None,
        typer.Option(
            metavar="whitespace|unicode|package.module:function",
            help="How lines are split into words.",
            show_default="whitespace",
        ),
    ] = None,
    lowercase: Annotated[bool, typer.Option("--lowercase", help="Make letters small.")] = False,
    lowercase_locale: Annotated[
        str | None,
        typer.Option(
            metavar="tr|az", help="Make letters small as in this language.", show_default=False
        ),
    ] = None,
    normalize: Annotated[
        str | None,
        typer.Option(
            metavar="NFC|NFKC",
            help="Write text, and later the words asked for, in this normal form of Unicode.",
            show_default="as it is",
        ),
    ] = None,
    column: Column = None,
    group_by: Annotated[
        list[str] | None,
        typer.Option(
            "--group-by",
            metavar="NAME",
            help="Read events: rows with the same value in this column (or in these; give it "
            "several times) make one sentence of the items in --column.",
            show_default=False,
        ),
    ] = None,
    order_by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Column that the events of a sentence are sorted by.",
            show_default="as they come",
        ),
    ] = None,
    errors: Errors = None,
    quiet: Quiet = False,
    log_json: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Append progress to FILE as JSON lines; - for standard error, instead of text.",
            show_default=False,
            rich_help_panel="Long runs",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
    **settings: Any,
) -> None:
    """Train word vectors on INPUT and save them to DIR.

    Ctrl-C, SIGTERM and SIGHUP stop cleanly and save what has been learnt; the same command with
    --resume goes on from there.
    """
    if quiet and log_json == "-":
        raise ConfigError("--quiet and --log-json - contradict each other; give one of them")
    if no_cache and cache is not None:
        raise ConfigError("--cache and --no-cache contradict each other; give one of them")
    run(
        inputs,
        output,
        style=False if quiet else "json" if log_json == "-" else True,
        json=json,
        quiet=quiet,
        log_json=None if log_json == "-" else log_json,
        output_vectors=not no_output_vectors,
        resume=resume,
        tokenizer=name_or_function(tokenizer),
        lowercase=lowercase_locale or lowercase or None,
        normalize=normalize,
        column=column and as_text(column),
        group_by=list(map(as_text, group_by or ())) or None,
        order_by=order_by and as_text(order_by),
        errors=errors,
        start_from=start_from,
        freeze=_what_stays(freeze),
        validation=_part_or_file(validation),
        patience=patience,
        checkpoint_every=checkpoint_every,
        memory_limit=memory_limit,
        cluster=cluster,
        cache=False if no_cache else cache,
        **settings,
    )


def _part_or_file(text: str | None) -> float | str | None:
    """Read ``--validation``: what looks like a number is one."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _what_stays(text: str | None) -> Any:
    """Read ``--freeze``: all, none, a number, or a file of words."""
    if text in (None, "all", "none"):
        return text
    if text.isdecimal():
        return int(text)
    from firth.formats.words import read_list

    path = given_path("--freeze", text)
    if not path.exists():
        raise ConfigError(
            f"--freeze is {shown(text)}; it must be all, none, a number of words, or a file of "
            "words, one a line"
        )
    return read_list(path)


def name_or_function(text: str | None) -> Any:
    """Read ``--tokenizer``: what has a colon is a function of a module."""
    if text is None or ":" not in text:
        return text
    from firth.corpus.imported import import_function

    return import_function("tokenizer", text)


def run(
    inputs: Any,
    output: str,
    *,
    style: Any,
    json: bool = False,
    quiet: bool = False,
    log_json: str | None = None,
    **options: Any,
) -> Any:
    """Train and save, with a progress display; the body of ``train`` and ``demo``.

    Parameters
    ----------
    inputs : list of str
        Files, folders, globs, or ``"-"``.
    output : str
        Model folder; checked before anything is read.
    style : bool or str
        How :class:`~firth.progress.ProgressDisplay` shows progress.
    json, quiet : bool
        Print a summary as JSON, or nothing.
    log_json : str, optional
        File to append progress and history to, as JSON lines.
    **options
        Passed to :func:`firth.train`.

    Returns
    -------
    Model
        The trained model, saved.

    Raises
    ------
    typer.Exit
        With code 130 after Ctrl-C, 143 after SIGTERM (the model is saved nonetheless).
    """
    import firth
    from firth.callbacks import JsonLog, together
    from firth.cli.stop import Terminations, warnings_as_messages
    from firth.corpus.mistaken import input_problem
    from firth.progress import ProgressDisplay

    with ExitStack() as stack:
        stop = stack.enter_context(Terminations())
        stack.enter_context(warnings_as_messages())
        show = stack.enter_context(ProgressDisplay(style))
        watchers: list[Any] = [show, stop]
        if log_json is not None:
            log = stack.enter_context(JsonLog(log_json))
            watchers.append(log)
            options["on_epoch"] = log.on_epoch
        try:
            model: Model = firth.train(
                inputs, output=output, progress=False, on_progress=together(*watchers), **options
            )
        except CorpusError as error:
            # Here nobody means a text: what Python's function advises for those would not help.
            for path in (*inputs, options.get("validation")):
                if isinstance(path, str) and (problem := input_problem(path)):
                    raise CorpusError(f"{path}: {problem}") from error
            raise
    _summarise(model, output, json=json, quiet=quiet)
    if model.interrupted:
        raise typer.Exit(stop.exit_code)
    return model


def _summarise(model: Model, output: str, *, json: bool, quiet: bool) -> None:
    history = model.history.to_pylist()
    loss = history[-1]["loss"] if history else None
    if json:
        print_json(
            {
                "output": output,
                "words": len(model.vectors),
                "dim": model.vectors.dim,
                "loss": loss,
                "words_per_second": history[-1]["words_per_second"] if history else None,
                "interrupted": model.interrupted,
            }
        )
    elif not quiet:
        if model.interrupted:
            say("Stopped. What has been learnt so far is saved:")
        ending = "" if loss is None else f", loss {loss:.4f}"
        say(f"{output}: {len(model.vectors):,} words, {model.vectors.dim} dimensions{ending}")
        if model.interrupted:
            say("Go on where it stopped: the same command with --resume")
        else:
            say(f"Ask it: firth neighbors {output} WORD")
