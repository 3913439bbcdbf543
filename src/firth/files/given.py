"""Paths as people give them: arguments, flags, variables of the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from firth.errors import ConfigError


def given_path(name: str, value: Any) -> Path:
    """Return the path that somebody means; a ``~`` at its beginning is a home folder.

    Everything that a person names goes through here, since nobody else may have done so: shells
    leave ``--output=~/m`` as it is, and Python, containers and configuration files all of them.

    Parameters
    ----------
    name : str
        What the person calls it, such as ``"output"``.
    value : str or PathLike
        What was given.

    Raises
    ------
    ConfigError
        It is no path, or empty; or there is no such user, or no home folder.

    Examples
    --------
    >>> given_path("output", "models/first").parts
    ('models', 'first')
    >>> given_path("output", "")
    Traceback (most recent call last):
    ...
    firth.errors.ConfigError: output is '': the path is empty; for the current folder give '.'
    """
    problem = path_problem(value)
    if problem is not None:
        shown = os.fspath(value) if isinstance(value, os.PathLike) else value
        raise ConfigError(f"{name} is {shown!r}: {problem}")
    return Path(value).expanduser()


def path_problem(value: Any) -> str | None:
    """Say why `value` cannot be the path of anything; None if it can.

    Examples
    --------
    >>> path_problem("~/m"), path_problem("a.txt"), path_problem(b"a.txt")
    (None, None, 'it is a path of bytes; give os.fsdecode(path)')
    """
    if not isinstance(value, bytes | str | os.PathLike):
        return f"it is of type {type(value).__name__}; a path is a string or a Path"
    path = os.fspath(value)
    if isinstance(path, bytes):
        return "it is a path of bytes; give os.fsdecode(path)"
    if not path.strip():
        return "the path is empty; for the current folder give '.'"
    if "\0" in path:
        return "no file has a name with a NUL in it"
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        encoding = sys.getfilesystemencoding()
        return f"no file has this name here, where names are written in {encoding}"
    return _home_problem(path) if path.startswith("~") else None


def _home_problem(path: str) -> str | None:
    try:
        home = Path(Path(path).parts[0]).expanduser()
    except RuntimeError:
        home = Path()
    if home.is_absolute() and os.environ.get("HOME") != "":
        return None
    if user := Path(path).parts[0][1:]:
        return (
            f"there is no user {user!r} with a home folder; for a file of this name write ./ "
            "before it"
        )
    return (
        "there is no home folder: HOME is not the path of one, and the system knows none for this "
        "user; set HOME, or write the path without ~"
    )
