"""Functions named on the command line: ``package.module:function``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from firth.corpus.spelling import near_spellings
from firth.errors import ConfigError


def import_function(option: str, name: str) -> Any:
    """Import what a name stands for; modules of the current folder are found too.

    Parameters
    ----------
    option : str
        The option that has this value, for messages.
    name : str
        ``package.module:function``; behind the colon there may be further dots.

    Raises
    ------
    ConfigError
        There is no such module, it cannot be imported, has nothing of that name, or that cannot
        be called.

    Examples
    --------
    >>> import_function("tokenizer", "re:split")("-", "a-b")
    ['a', 'b']
    """
    module_name, _, path = name.partition(":")
    where = f"{option} is {name!r}"
    if not all(part.isidentifier() for part in (*module_name.split("."), *path.split("."))):
        raise ConfigError(f"{where}; a function of a module is written package.module:function")
    found: Any = _import(where, module_name)
    for part in path.split("."):
        if not hasattr(found, part):
            near = near_spellings(part, [n for n in dir(found) if not n.startswith("_")])
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            owner = getattr(found, "__name__", type(found).__name__)
            raise ConfigError(f"{where}, but {owner} has no {part}{hint}")
        found = getattr(found, part)
    if not callable(found):
        raise ConfigError(f"{where}, which is no function but of type {type(found).__name__}")
    return found


def _import(where: str, module: str) -> Any:
    # A program that is installed, unlike `python -m`, does not look into the current folder.
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise ConfigError(f"{where}, but {module} needs the module {error.name}") from error
        raise ConfigError(
            f"{where}, but there is no module {error.name}: neither in the current folder ({here}) "
            f"nor installed for {sys.executable}"
        ) from error
    except Exception as error:
        raise ConfigError(
            f"{where}, but importing {module} failed: {type(error).__name__}: {error}"
        ) from error
