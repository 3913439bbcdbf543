"""Commands that say what to write where a command line cannot be right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from firth.config.peers import command_advice, flag_advice
from firth.errors import ConfigError


class Command(TyperCommand):
    """A command that refuses empty arguments: those of variables that nobody has set."""

    def advice(self, words: Sequence[str]) -> str | None:
        """Say what to write instead of `words`, those behind the command; None if unknown."""
        return None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take a command line; where it cannot be understood, look for advice first."""
        words = list(args)
        try:
            rest = super().parse_args(ctx, args)
        except Exception:
            advice = self.advice(words)
            if advice is None:
                raise
            raise ConfigError(advice) from None
        for parameter in self.params:
            given = ctx.params.get(parameter.name)
            if "" in (given if isinstance(given, list | tuple) else (given,)):
                named = parameter.opts[0] if parameter.opts[0][0] == "-" else parameter.metavar
                raise ConfigError(
                    f"{named} is empty, as from a variable that is not set: give it a value, or "
                    "leave it out"
                )
        return rest


class Commands(TyperGroup):
    """All commands, which know what those of other programs are called here.

    The module of each is imported when its command is asked for: who asks for neighbours does not
    wait for all options of training. `later` names the module, where the command's function has
    the command's name; or a Typer has it, whose commands are commands of this one.
    """

    later: ClassVar[dict[str, tuple[str, type[Command]]]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Name all commands, in the order in which help shows them."""
        return [*self.later, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Make a command, or find one that was made before."""
        if cmd_name in self.later and cmd_name not in self.commands:
            module, kind = self.later[cmd_name]
            alone = getattr(import_module(module), cmd_name)
            if not isinstance(alone, typer.Typer):
                function, alone = alone, typer.Typer(add_completion=False)
                alone.command(cmd_name, cls=kind)(function)
            self.commands[cmd_name] = typer.main.get_command(alone)
            self.commands[cmd_name].name = cmd_name
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is meant."""
        if self.get_command(ctx, args[0]) is None and (advice := command_advice(args[0])):
            raise ConfigError(f"there is no command {args[0]!r}: {advice}")
        return super().resolve_command(ctx, args)


class TrainCommand(Command):
    """A command that knows what other programs call its flags."""

    def advice(self, words: Sequence[str]) -> str | None:
        """Look for another program's flag."""
        return flag_advice(words, {flag for parameter in self.params for flag in parameter.opts})


class QueryCommand(Command):
    """A command that is asked for words, which may be negative numbers."""

    def advice(self, words: Sequence[str]) -> str | None:
        """Look for a negative number that was taken for an option."""
        negative = next((word for word in words if re.fullmatch(r"-\d+", word)), None)
        if negative is None or "--" in words:
            return None
        return (
            f"{negative} was taken for an option: put -- before words that begin with -, and "
            f"options before it: firth {self.name} DIR -- {negative}"
        )
