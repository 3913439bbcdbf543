"""Which words may be answers: the most frequent, those of a list, those of a pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.corpus.wordlist import Word, WordList
from firth.errors import ConfigError
from firth.values import Whole

#: The first so many words; some words; or a regular expression that words hold.
Among: TypeAlias = "int | Iterable[Word] | re.Pattern[str] | None"


def rows_left_out(
    words: WordList, among: Among, row_of: Callable[[Word], int]
) -> NDArray[np.int64] | None:
    """Return the rows that are no answers, rising; None if all are.

    Parameters
    ----------
    words : WordList
        All words, in the order of the rows.
    among : int, iterable of words, re.Pattern or None
        Which may be answers; see :data:`Among`.
    row_of : callable
        Gives the row of a word, or raises UnknownWordError.

    Raises
    ------
    ConfigError
        No word is left, or `among` is none of these.
    UnknownWordError
        A word of the list has no row.

    Examples
    --------
    >>> words = WordList.of(["the", "cat", "sat"])
    >>> [rows_left_out(words, among, None).tolist() for among in (2, re.compile("at$"))]
    [[2], [0]]
    """
    if among is None:
        return None
    keep = np.zeros(len(words), bool)
    if isinstance(among, re.Pattern):
        keep[:] = [among.search(word) is not None for word in words.strings()]
    elif isinstance(among, str):
        raise ConfigError(
            f"among is {among!r}: give a list of words, re.compile({among!r}) for the words that "
            "match, or a number for the first so many"
        )
    elif isinstance(among, Iterable):
        rows = [row_of(word) for word in among]
        keep[rows] = True
    else:
        keep[: Whole(1).check("among", among)] = True
    if not keep.any():
        raise ConfigError("among leaves no word that could be an answer")
    return np.flatnonzero(~keep)
