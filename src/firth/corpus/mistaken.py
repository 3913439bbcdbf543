"""What was given for something else: strings for paths, and texts for paths or for words."""

from __future__ import annotations

import inspect
import os
from collections.abc import Sequence
from contextlib import suppress
from glob import has_magic
from pathlib import Path
from typing import Any

import numpy as np

from firth.corpus.arrays import is_missing
from firth.corpus.compression import STDIN
from firth.corpus.paths import is_path
from firth.corpus.stores import is_address
from firth.errors import CorpusError
from firth.files.given import path_problem

_LOOKED_AT = 1000
_SAMPLE = 200
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
    problem = input_problem(source)
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
        problem = "it is no path" if is_missing(item) else input_problem(item)
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


def nothing_to_read(source: Any) -> CorpusError:
    """Say that an object is no source, and what to do with it.

    Examples
    --------
    >>> def sentences():
    ...     yield ["the", "cat"]
    >>> str(nothing_to_read(sentences))
    'sentences is a function and no corpus: give what it returns, sentences()'
    """
    if inspect.isroutine(source) or inspect.isclass(source):
        name = source.__name__
        what = f"function and no corpus: give what it returns, {name}()"
        if inspect.isclass(source):
            what = f"class and no corpus: give an object of it, {name}(...)"
        return CorpusError(f"{name} is a {what}")
    advice = (
        "give paths, a table (anything with Arrow's interface: pandas, Polars, DuckDB, ...), or an "
        "iterable of sentences"
    )
    if hasattr(source, "__getitem__") and hasattr(source, "__len__"):
        advice += ", such as (texts[i] for i in range(len(texts)))"
    return CorpusError(
        f"a corpus cannot be read from an object of type {type(source).__name__}; {advice}"
    )


def whole_texts(words: Any) -> str | None:
    """Say so if many words seem to be texts: rows of a table were taken for lists of words.

    Parameters
    ----------
    words : pyarrow.StringArray
        (n,) distinct words.

    Examples
    --------
    >>> import pyarrow as pa
    >>> whole_texts(pa.array(["new york", "the", "cat"])) is None
    True
    >>> whole_texts(pa.array(["7", "the cat sat", "8", "the dog ran"]))[:51]
    "Words such as 'the cat sat' seem to be whole texts:"
    """
    some = words.take(np.arange(0, len(words), -(-len(words) // _SAMPLE) or 1)).to_pylist()
    texts = [word for word in some if len(word.split()) > 2]
    # One of five: tables of texts have other columns too, and names of things few words.
    if 5 * len(texts) < len(some) or not texts:
        return None
    return (
        f"Words such as {_shown(texts[0])} seem to be whole texts: lists are taken for lists of "
        "words as they are. Give the texts alone, iter(texts), or split them; of a table choose a "
        "column with column="
    )


def input_problem(source: Any) -> str | None:
    """Say why nothing can be read from a path; None if something is there, or it is a glob.

    >>> input_problem("-") is None, input_problem("no/such")
    (True, 'there is no such file or folder')
    """
    problem = path_problem(source)
    if problem is not None:
        return problem
    path = os.fspath(source)
    if path == STDIN or is_address(path) or _exists(path):
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
