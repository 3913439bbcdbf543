"""Signatures that say every keyword by name, where the code says ``**settings``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Container, Mapping
from typing import Any, ForwardRef, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])


def spelled_out(
    kinds: type,
    defaults: Mapping[str, Any] | None = None,
    *,
    without: Container[str] = (),
    unset: bool = False,
) -> Callable[[_Function], _Function]:
    """Give a function that ends in ``**settings`` a signature that names each of them.

    Type checkers and editors read the ``TypedDict`` in ``**settings: Unpack[...]``, where the
    keywords are declared once for all functions that take them; this is for those who look at the
    function itself, such as a notebook's completion, ``help()``, scikit-learn and
    :func:`inspect.signature`.

    Parameters
    ----------
    kinds : TypedDict
        The keywords and their types.
    defaults : mapping, optional
        Those that are not None where they are not given.
    without : container of str
        Keywords that it does not take, or calls something else.
    unset : bool
        Say that all are None where they are not given.

    Examples
    --------
    >>> from typing import TypedDict, Unpack
    >>> class Walk(TypedDict, total=False):
    ...     steps: int
    ...     where: str | None
    >>> @spelled_out(Walk, {"steps": 5})
    ... def walk(start, **how: Unpack[Walk]): ...
    >>> print(str(inspect.signature(walk)).replace("'", ""))
    (start, *, steps: int = 5, where: str | None = None)
    """
    spelled = []
    for name, kind in kinds.__annotations__.items():
        if name in without:
            continue
        annotation, default = _text(kind), (defaults or {}).get(name)
        if unset:
            annotation, default = f"{annotation.removesuffix(' | None')} | None", None
        spelled.append(
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
            )
        )

    def decorate(function: _Function) -> _Function:
        signature = inspect.signature(function)
        own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        function.__signature__ = signature.replace(parameters=[*own, *spelled])  # type: ignore[attr-defined]
        return function

    return decorate


def _text(kind: Any) -> str:
    """Return a type as it was written."""
    return kind.__forward_arg__ if isinstance(kind, ForwardRef) else inspect.formatannotation(kind)
