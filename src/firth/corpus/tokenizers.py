"""Rows of text → lists of tokens, as Arrow arrays.

A further tokenizer is one entry of `TOKENIZERS`. Any callable ``str -> list[str]`` serves as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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


# What stands between words: two or more characters that are no letter, mark or digit; or a single
# one, unless it is an apostrophe; or an apostrophe at either end of the row. RE2 has no lookaround,
# so the inner apostrophe is what this does *not* match.
_BETWEEN_WORDS = r"[^\pL\pM\pN]{2,}|[^\pL\pM\pN'’]|^['’]|['’]$"


def split_unicode_words(rows: Any) -> Any:
    """Keep runs of letters, marks and digits, with single apostrophes inside them.

    Everything else separates: punctuation, hyphens, underscores, symbols. An apostrophe (``'`` or
    ``’``) belongs to a word only when a letter, mark or digit stands on both its sides.

    RE2 does 1.5 million words/s on each core without holding the interpreter's lock; Python's
    ``re.findall`` did 2.3 million, but on one core in all.

    >>> split_unicode_words(pa.array(["Don't 'quote' well-known l’été!"])).to_pylist()
    [["Don't", 'quote', 'well', 'known', 'l’été', '']]
    """
    return pc.split_pattern_regex(rows, _BETWEEN_WORDS)


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
            f"tokenizer is {tokenizer!r}; it must be one of {names}, or a function str -> list[str]"
        )
    return TOKENIZERS[tokenizer]


def _apply(function: Callable[[str], list[str]], rows: Any) -> Any:
    lists = [list(function(row)) for row in rows.to_pylist()]
    flat = [token for tokens in lists for token in tokens]
    try:
        values = pa.array(flat, pa.string())
    except (pa.ArrowException, TypeError, UnicodeError) as error:
        raise ConfigError(
            f"the tokenizer must return strings, and did not ({error}); "
            "it is a function str -> list[str]"
        ) from error
    offsets = np.zeros(len(lists) + 1, np.int32)
    np.cumsum([len(tokens) for tokens in lists], out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def lower(strings: Any) -> Any:
    """Lower-case every character by Unicode's simple mapping, whatever its neighbours.

    That is ``str.lower`` but for the final sigma (always σ), the dotted capital İ (i) and letters
    newer than the Unicode tables at hand.

    >>> lower(pa.array(["THE Café"])).to_pylist()
    ['the café']
    """
    return pc.utf8_lower(strings)
