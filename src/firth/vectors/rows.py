"""Words → rows: a table's words are found without a dictionary at first, and in their own form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from firth.corpus.letters import Form
from firth.corpus.wordlist import Word, WordList
from firth.errors import ConfigError
from firth.vectors.forms import NormalIndex, normal

# Words are looked for one by one at first where there are more than so many; so many times.
_FEW_WORDS = 20_000
_MOST_SCANS = 16


class Rows:
    """The rows of words.

    Parameters
    ----------
    words : sequence of str or of int
        In the order of the rows.
    normalize : {"NFC", "NFKC"} or None
        The normal form of Unicode that they are in; those asked for are put into it.

    Attributes
    ----------
    words : WordList
        The words.

    Raises
    ------
    ConfigError
        A word occurs twice, or is neither a string nor an integer.

    Examples
    --------
    >>> rows = Rows(["cat", "dog"], None)
    >>> rows.find("dog"), rows.find("owl"), rows.of("cat")
    (1, None, 0)
    """

    def __init__(self, words: Sequence[Word], normalize: Form | None) -> None:
        self.normalize = normalize
        self._rows: dict[Any, int] | None = None
        self._scans = 0
        # The words of a Vocabulary are distinct, and opening a model should not cost a
        # dictionary of all its words before one is looked up.
        if isinstance(words, WordList):
            self.words = words
        else:
            self.words = _as_words(words)
            _ = self._index

    @property
    def _index(self) -> dict[Any, int]:
        if self._rows is None:
            rows = {word: row for row, word in enumerate(self.words)}
            if len(rows) != len(self.words):
                twice = next(word for row, word in enumerate(self.words) if rows[word] != row)
                raise ConfigError(f"the word {twice!r} occurs twice; each word has one row")
            self._rows = rows if self.normalize is None else NormalIndex(rows, self.normalize)
        return self._rows

    def find(self, word: object) -> int | None:
        """Return the row of a word; None if it has none."""
        if self._rows is None and len(self.words) > _FEW_WORDS and self._scans < _MOST_SCANS:
            # One pass over the words takes some milliseconds, a dictionary of a million half a
            # second: a script that asks for one word should not wait for that.
            self._scans += 1
            key = word if self.normalize is None else normal(word, self.normalize)
            return self.words.scan(key)
        return self.words.find(self._index, word)

    def of(self, word: Word) -> int:
        """Return the row of a word; see :meth:`firth.vectors.WordVectors.index`."""
        try:
            row = None if self._rows is None else self._rows.get(word)  # first, for speed
            if row is None:
                row = self.find(word)
        except TypeError:  # it has no hash
            raise TypeError(
                f"this takes one word, a string or an integer, not a {type(word).__name__}"
            ) from None
        if row is None:
            raise self.words.unknown(word)
        return row

    def __getstate__(self) -> dict[str, Any]:
        # Rows are found again from the words.
        return {**self.__dict__, "_rows": None}


def _as_words(words: Sequence[Word]) -> WordList:
    try:
        found = WordList.of(words)
    except (pa.ArrowException, UnicodeError) as error:
        raise ConfigError(
            f"the words must be strings that UTF-8 can write, or all integers ({error})"
        ) from error
    if found.array.null_count:
        raise ConfigError("the words must be strings or integers; one of them is None")
    return found
