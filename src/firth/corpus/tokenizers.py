"""Rows of text → lists of tokens, as Arrow arrays.

A further tokenizer is one entry of `TOKENIZERS`. Any callable ``str -> list[str]`` serves as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from firth.corpus.word_break import split_unicode_words
from firth.errors import ConfigError

RowTokenizer = Callable[[Any], Any]
"""Rows (n,) string -> (n,) list<string>; empty strings among the tokens count for nothing."""


def split_whitespace(rows: Any) -> Any:
    r"""Split at runs of white space, exactly as ``str.split()`` does.

    Arrow's UTF-8 splitter agrees with ``str.isspace`` for every code point. Its ASCII splitter
    does not (it misses U+001C to U+001F), and is no faster: 23.1 against 23.3 million words/s.

    That splitter looks at the character behind a row that ends in white space, and takes
    ``"word\n"`` for one token if no valid character is there (seen with Arrow 26, at the end of
    the last row). A row put behind the last one costs a copy: 1 % of the time.

    >>> split_whitespace(pa.array(["the  cat", "sat"])).to_pylist()
    [['the', 'cat'], ['sat']]
    """
    guarded = pa.concat_arrays([rows, pa.array(["."], rows.type)])
    return pc.utf8_split_whitespace(guarded).slice(0, len(rows))


TOKENIZERS: dict[str, RowTokenizer] = {
    "whitespace": split_whitespace,
    "unicode": split_unicode_words,
}


def row_tokenizer(tokenizer: str | Callable[[str], list[str]]) -> RowTokenizer:
    """Find the tokenizer of a name, or make one of a callable.

    Parameters
    ----------
    tokenizer : str or callable
        A name in `TOKENIZERS`, or a function from a row of text to its tokens.

    Returns
    -------
    callable
        From an Arrow array of strings to an Arrow array of lists of strings.

    Raises
    ------
    ConfigError
        The name is not known.

    Examples
    --------
    >>> row_tokenizer(list)(pa.array(["abc"])).to_pylist()
    [['a', 'b', 'c']]
    """
    if callable(tokenizer):
        function = tokenizer
        return lambda rows: _apply(function, rows)
    if tokenizer not in TOKENIZERS:
        names = ", ".join(map(repr, TOKENIZERS))
        raise ConfigError(
            f"tokenizer is {tokenizer!r}; it must be one of {names}, or a function "
            "str -> list[str] (on the command line: package.module:function)"
        )
    return TOKENIZERS[tokenizer]


def _apply(function: Callable[[str], list[str]], rows: Any) -> Any:
    lists = []
    for line in rows.to_pylist():
        row = line.removesuffix("\n").removesuffix("\r")  # segmenters take line ends for words
        tokens: Any = function(row)
        if not isinstance(tokens, list):
            tokens = _as_list(function, row, tokens)
        lists.append(tokens)
    flat = [token for tokens in lists for token in tokens]
    if not all(issubclass(kind, str) for kind in set(map(type, flat))):
        token = next(token for token in flat if not isinstance(token, str))
        raise _refused(function, f"returned a token that is {_shown(token)}")
    try:
        values = pa.array(flat, pa.string())
    except UnicodeError as error:
        raise _refused(function, f"returned a token that UTF-8 cannot write ({error})") from error
    offsets = np.zeros(len(lists) + 1, np.int32)
    np.cumsum([len(tokens) for tokens in lists], out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _as_list(function: Any, row: str, tokens: Any) -> list[str]:
    """Take any iterable but strings, whose items would be letters, and what has no order."""
    if isinstance(tokens, Iterable) and not isinstance(tokens, str | bytes | Mapping | Set):
        return list(tokens)
    raise _refused(function, f"returned {_shown(tokens)} for the line {_short(row)}")


def _refused(function: Any, found: str) -> ConfigError:
    return ConfigError(
        f"the tokenizer {getattr(function, '__qualname__', function)} {found}; it must return a "
        "list of strings, the words of the line"
    )


def _shown(value: object) -> str:
    return "None" if value is None else f"{_short(value)} (of type {type(value).__name__})"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
