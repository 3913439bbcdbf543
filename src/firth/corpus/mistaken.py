"""Strings that are taken for paths: those that are none, and texts among them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from glob import has_magic
from pathlib import Path
from typing import Any

from firth.corpus.compression import STDIN
from firth.corpus.objects import is_missing
from firth.corpus.paths import is_path
from firth.errors import CorpusError
from firth.files.given import path_problem

_LOOKED_AT = 1000
_TO_PASS_TEXTS = "to pass texts, give an iterator of them, iter(texts), or lists of tokens"


def is_path_list(source: Any) -> bool:
    """Whether an object is taken for a list of paths.

    >>> is_path_list(["a.txt", "b.txt"]), is_path_list([["a"]]), is_path_list(iter(["a b"]))
    (True, False, False)
    """
    return (
        isinstance(source, list | tuple)
        and any(map(is_path, source[:_LOOKED_AT]))
        and all(is_path(item) or is_missing(item) for item in source)
    )


def checked_path(source: Any) -> Any:
    """Return a path if something is there; else say what it was taken for, and what to do.

    Raises
    ------
    CorpusError
        It is empty, stands for nothing, or names a user that there is not.

    Examples
    --------
    >>> checked_path("-")
    '-'
    """
    problem = _problem(source)
    if problem is None:
        return source
    if _looks_like_text(source):
        problem += ", and it looks like a text"
    raise CorpusError(
        f"{_shown(source)}: {problem}. A string is taken for a path; to pass the text itself, give "
        "iter([text])"
    )


def checked_paths(source: Sequence[Any]) -> Sequence[Any]:
    """Return a list of paths if something is there for each of them.

    Raises
    ------
    CorpusError
        One stands for nothing; or none does, and most hold blanks, so that they must be texts.
    """
    for place, item in enumerate(source):
        problem = "it is no path" if is_missing(item) else _problem(item)
        if problem is None:
            continue
        some = [item for item in source[:_LOOKED_AT] if is_path(item) and str(item).strip()]
        n_texts = sum(map(_looks_like_text, some))
        if 2 * n_texts >= len(some) > 0 and not any(map(_exists, some)):
            raise CorpusError(
                f"these are {len(source):,} strings such as {_shown(some[0])}. Strings in a list "
                f"are taken for paths, but they look like texts: {_TO_PASS_TEXTS}"
            )
        raise CorpusError(
            f"item {place:,} of the list, {_shown(item)}: {problem}. Strings in a list are taken "
            f"for paths; {_TO_PASS_TEXTS}"
        )
    return source


def _problem(source: Any) -> str | None:
    problem = path_problem(source)
    if problem is not None:
        return problem
    path = os.fspath(source)
    if path == STDIN or _exists(path):
        return None
    if has_magic(path) and not _looks_like_text(path):
        return None  # a glob; who expands it says if nothing matches
    return "there is no such file or folder"


def _exists(source: Any) -> bool:
    with suppress(OSError):  # names that are too long exist nowhere
        return path_problem(source) is None and Path(source).expanduser().exists()
    return False


def _looks_like_text(source: Any) -> bool:
    """Whether a string holds white space, or more than a file's name may."""
    if not isinstance(source, str):
        return False
    has_space = any(letter.isspace() for letter in source[:4096])
    names = source[:4096].encode(errors="replace").split(b"/")
    return has_space or max(map(len, names)) > 255


def _shown(item: Any) -> str:
    """Show a path whole, of which the end says most, and of a text the beginning."""
    text = str(item) if isinstance(item, os.PathLike) else repr(item)
    if len(text) <= 60 or (is_path(item) and not _looks_like_text(item)):
        return text
    return f"{text[:50]}... ({len(item) if isinstance(item, str) else len(text):,} characters)"
