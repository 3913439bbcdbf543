"""Words asked for in one normal form of Unicode, found in another."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from numpy.typing import NDArray

from firth.corpus.letters import FORMS, Form


def normal(word: Any, form: Form) -> Any:
    r"""Put a word into a normal form; what is no string stays what it is.

    >>> normal("cafe\u0301", "NFC") == "caf\u00e9", normal(7, "NFC")
    (True, 7)
    """
    plain = not isinstance(word, str) or word.isascii()
    return word if plain else unicodedata.normalize(form, word)


class NormalIndex(dict[str, int]):
    r"""Rows by word, where every word is found by whatever spelling has its normal form.

    Parameters
    ----------
    rows : mapping of str to int
        Rows of words, which are in that form.
    form : str
        One of :data:`firth.corpus.letters.FORMS`.

    Examples
    --------
    >>> rows = NormalIndex({"caf\u00e9": 3}, "NFC")
    >>> rows["cafe\u0301"], "cafe\u0301" in rows, rows.get("cafe")
    (3, True, None)
    """

    def __init__(self, rows: Mapping[str, int], form: Form) -> None:
        super().__init__(rows)
        self.form = form

    def __getitem__(self, word: str) -> int:
        return super().__getitem__(normal(word, self.form))

    def __contains__(self, word: object) -> bool:
        return super().__contains__(normal(word, self.form))

    def get(self, word: str, default: Any = None) -> Any:
        """Return the row of a word, or `default`."""
        return super().get(normal(word, self.form), default)


def asked_in(
    form: Form, unseen: Callable[[str], NDArray[Any] | None]
) -> Callable[[str], NDArray[Any] | None]:
    """Compose vectors of unseen words as they are written in a normal form."""
    return partial(_composed, form, unseen)  # unlike a lambda it can be pickled


def _composed(
    form: Form, unseen: Callable[[str], NDArray[Any] | None], word: str
) -> NDArray[Any] | None:
    return unseen(unicodedata.normalize(form, word))


def form_of(reading: object) -> Form | None:
    """Find the normal form in what a model says of how its text was read.

    >>> form_of({"normalize": "NFC"}), form_of(None)
    ('NFC', None)
    """
    form = reading.get("normalize") if isinstance(reading, Mapping) else None
    return next((known for known in FORMS if known == form), None)
