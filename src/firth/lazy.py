"""Packages whose public names are imported when they are first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NoReturn


def lazy_names(
    package: str, homes: Mapping[str, str], unknown: Callable[[str], NoReturn] | None = None
) -> Callable[[str], Any]:
    """Make the ``__getattr__`` of a package.

    Parameters
    ----------
    package : str
        Its name.
    homes : mapping of str to str
        For each public name the module that has it; for a module of the package, that module.
    unknown : callable, optional
        Raises `AttributeError` for a name that is not among them.

    Examples
    --------
    >>> find = lazy_names("firth", {"errors": "firth.errors", "load": "firth.model"})
    >>> find("errors").__name__, find("load").__name__
    ('firth.errors', 'load')
    """

    def find(name: str) -> Any:
        if name not in homes:
            if unknown is not None:
                unknown(name)
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(homes[name])
        value = module if homes[name] == f"{package}.{name}" else getattr(module, name)
        setattr(sys.modules[package], name, value)
        return value

    return find
