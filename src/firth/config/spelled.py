"""Signatures that say every option by name, where the code says ``**settings``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Container
from typing import Any, TypeVar

from firth.config.config import every_option

_Function = TypeVar("_Function", bound=Callable[..., Any])


def spelled_out(
    function: _Function, *, without: Container[str] = (), unset: bool = False
) -> _Function:
    """Give a function with ``**settings`` a signature that names every option of training.

    Type checkers and editors read :class:`~firth.config.TrainSettings`; this is for those who look
    at the function itself, such as a notebook's completion, ``help()``, scikit-learn and
    :func:`inspect.signature`.

    Parameters
    ----------
    function : callable
        Gets the signature.
    without : container of str
        Options that it does not take, or calls something else.
    unset : bool
        Say that options are None where they are not given, in place of their defaults.

    Examples
    --------
    >>> @spelled_out
    ... def train(source, **settings): ...
    >>> inspect.signature(train).parameters["negative"]
    <Parameter "negative: 'int' = 5">
    """
    signature = inspect.signature(function)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    options = {option.name: option for _, option in every_option() if option.name not in without}
    spelled = []
    for name, option in options.items():
        annotation, default = option.kind.annotation, option.default
        if unset:
            annotation, default = f"{annotation.removesuffix(' | None')} | None", None
        spelled.append(
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
            )
        )
    function.__signature__ = signature.replace(parameters=[*own, *spelled])  # type: ignore[attr-defined]
    return function
