"""Flags of ``firth train`` made from the declared options of training."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Annotated, Any

import typer

from firth.config import Choice, Flag, Option, Real, Whole, every_option

_TYPES: dict[type, type] = {Whole: int, Real: float, Choice: str, Flag: bool}


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command with ``**settings`` a flag for every option of training.

    Only options that are given on the command line are passed on: the defaults are those of
    :class:`~firth.config.TrainConfig`, shown in the help but not repeated.

    Parameters
    ----------
    command : callable
        A command of Typer; what it takes as ``**settings`` are options by name.
    """
    own = [
        parameter.replace(annotation=annotation)
        for parameter, annotation in _annotated(command)
        if parameter.kind is not parameter.VAR_KEYWORD
    ]
    options = {option.name: (whose, option) for whose, option in every_option()}
    # Panels stand in the order of their first flags.
    in_order = sorted(options.values(), key=lambda found: found[1].expert)
    flags = [_flag(whose, option) for whose, option in in_order]

    @wraps(command)
    def call(**given: Any) -> None:
        left_out = [name for name in options if given[name] is None]
        command(**{name: value for name, value in given.items() if name not in left_out})

    parameters = [*own, *flags]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {p.name: p.annotation for p in parameters}
    return call


def as_flags(settings: Mapping[str, Any]) -> list[str]:
    """Write settings as they are given on a command line.

    Examples
    --------
    >>> as_flags({"dim": 50, "dynamic_window": False, "noise_exponent": -0.5})
    ['--dim', '50', '--fixed-window', '--noise-exponent', '-0.5']
    """
    kinds = {option.name: option.kind for _, option in every_option()}
    found: list[str] = []
    for name, value in settings.items():
        kind, flag = kinds[name], "--" + name.replace("_", "-")
        if not isinstance(kind, Flag):
            found += [flag, f"{value:g}" if isinstance(value, float) else str(value)]
        else:
            found.append(flag if value else f"--{kind.off or 'no-' + flag[2:]}")
    return found


def with_flags_of(
    other: Callable[..., None], names: Iterable[str]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command with ``**settings`` flags that another command has, as they are there.

    Those that are not given are left out of what the command gets.

    Parameters
    ----------
    other : callable
        The command that has them.
    names : iterable of str
        The names of its parameters.
    """
    theirs = {parameter.name: parameter for parameter, _ in _annotated(other)}
    hints = typing.get_type_hints(other, include_extras=True)
    taken = [theirs[name].replace(annotation=hints[name]) for name in names]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [
            parameter.replace(annotation=hint)
            for parameter, hint in _annotated(command)
            if parameter.kind is not parameter.VAR_KEYWORD
        ]
        parameters = [*own, *taken]

        @wraps(command)
        def call(**given: Any) -> None:
            missing = [one.name for one in taken if given.get(one.name) in (None, False, [])]
            command(**{name: value for name, value in given.items() if name not in missing})

        call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        call.__annotations__ = {p.name: p.annotation for p in parameters}
        return call

    return decorate


def _annotated(command: Callable[..., None]) -> list[tuple[inspect.Parameter, Any]]:
    hints = typing.get_type_hints(command, include_extras=True)
    return [(p, hints[p.name]) for p in inspect.signature(command).parameters.values()]


def _flag(whose: str, option: Option) -> inspect.Parameter:
    """Make the parameter from which Typer makes a flag."""
    kind = option.kind
    flag = "--" + option.name.replace("_", "-")
    names = [flag]
    if isinstance(kind, Flag) and (kind.off or option.default):
        names = [f"{flag}/--{kind.off or 'no-' + flag[2:]}"]
    text = option.help
    if isinstance(kind, Choice):
        text = f"{option.help}: {kind.values}"
    default = option.default
    if isinstance(default, bool):
        default = "yes" if default else None
    registry, _, member = whose.partition(" ")
    only = f"With --{registry} {member}" if whose else ""
    if option.expert and only:
        text = f"{only}: {text}"
    described = typer.Option(
        *names,
        help=f"{text}.",
        metavar="|".join(kind.choices) if isinstance(kind, Choice) else None,
        show_default=False if default is None else str(default),
        rich_help_panel="Expert" if option.expert else only or "Training",
    )
    return inspect.Parameter(
        option.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[_TYPES[type(kind)] | None, described],
    )
