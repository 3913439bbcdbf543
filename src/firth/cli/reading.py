"""What commands that read text take from ``firth train``: flags of reading, and their values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from firth.cli.output import as_text
from firth.cli.train import name_or_function
from firth.errors import ConfigError, CorpusError

#: Flags of ``firth train`` that say how text is read.
READING = (
    "tokenizer", "lowercase", "lowercase_locale", "normalize", "column", "group_by", "order_by",
    "errors", "cache", "no_cache",
)  # fmt: skip


def as_reading(settings: dict[str, Any]) -> dict[str, Any]:
    """Turn flags of reading, among other settings, into what functions of Python take."""
    found = dict(settings)
    if found.pop("no_cache", False):
        if "cache" in found:
            raise ConfigError("--cache and --no-cache contradict each other; give one of them")
        found["cache"] = False
    locale = found.pop("lowercase_locale", None)
    if locale is not None:
        found["lowercase"] = locale
    turn: dict[str, Callable[[Any], Any]] = {
        "tokenizer": name_or_function,
        "column": as_text,
        "order_by": as_text,
        "group_by": lambda names: [as_text(name) for name in names],
    }
    return {name: turn.get(name, lambda value: value)(value) for name, value in found.items()}


@contextmanager
def inputs_meant(inputs: list[str]) -> Iterator[None]:
    """Say of inputs that cannot be read what is wrong with them on a command line.

    There nobody means a text: what the functions of Python advise for those would not help.
    """
    from firth.corpus.mistaken import input_problem

    try:
        yield
    except CorpusError as error:
        for path in inputs:
            if problem := input_problem(path):
                raise CorpusError(f"{path}: {problem}") from error
        raise
