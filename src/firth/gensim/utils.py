"""What programs that train words take from ``gensim.utils``, where gensim is not installed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from firth.files.atomic import atomic_path
from firth.files.given import given_path

__all__ = [
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "any2unicode",
    "deaccent",
    "keep_vocab_item",
    "save_as_line_sentence",
    "simple_preprocess",
    "to_unicode",
    "tokenize",
]

#: What a rule may say of a word: as its count decides, leave it out, or keep it.
RULE_DEFAULT, RULE_DISCARD, RULE_KEEP = 0, 1, 2

_LETTERS = re.compile(r"[^\W\d]+")


def to_unicode(text: str | bytes, encoding: str = "utf8", errors: str = "strict") -> str:
    r"""Return a text as a string.

    >>> to_unicode(b"caf\xc3\xa9")
    'café'
    """
    return text if isinstance(text, str) else str(text, encoding, errors=errors)


any2unicode = to_unicode


def deaccent(text: str | bytes) -> str:
    """Take the accents off letters.

    >>> deaccent("Šéf chomutovských")
    'Sef chomutovskych'
    """
    parts = unicodedata.normalize("NFD", to_unicode(text))
    bare = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    return unicodedata.normalize("NFC", bare)


def tokenize(
    text: str | bytes,
    lowercase: bool = False,
    deacc: bool = False,
    encoding: str = "utf8",
    errors: str = "strict",
    to_lower: bool = False,
    lower: bool = False,
) -> Iterator[str]:
    """Yield the runs of letters of a text.

    >>> list(tokenize("It's 9 o'clock", lower=True))
    ['it', 's', 'o', 'clock']
    """
    text = to_unicode(text, encoding, errors)
    text = text.lower() if lowercase or to_lower or lower else text
    return (found[0] for found in _LETTERS.finditer(deaccent(text) if deacc else text))


def simple_preprocess(
    doc: str | bytes, deacc: bool = False, min_len: int = 2, max_len: int = 15
) -> list[str]:
    """Return the words of a text in lower case, without very short and very long ones.

    >>> simple_preprocess("I like the Beatles' 1967 album.")
    ['like', 'the', 'beatles', 'album']
    """
    words = tokenize(doc, lower=True, deacc=deacc, errors="ignore")
    return [word for word in words if min_len <= len(word) <= max_len and word[0] != "_"]


def keep_vocab_item(
    word: Any, count: int, min_count: int, trim_rule: Callable[[Any, int, int], int] | None = None
) -> bool:
    """Tell whether a word belongs into a vocabulary: by its count, or by a rule.

    >>> keep_vocab_item("cat", 1, 2), keep_vocab_item("cat", 1, 2, lambda *word: RULE_KEEP)
    (False, True)
    """
    said = RULE_DEFAULT if trim_rule is None else trim_rule(word, count, min_count)
    return bool(count >= min_count) if said == RULE_DEFAULT else said == RULE_KEEP


def save_as_line_sentence(corpus: Iterable[Iterable[Any]], filename: str | Path) -> None:
    """Write sentences as the lines of a text, words between blanks."""
    with (
        atomic_path(given_path("filename", filename)) as temporary,
        temporary.open("w", encoding="utf-8", newline="\n") as file,
    ):
        file.writelines(" ".join(map(to_unicode, sentence)) + "\n" for sentence in corpus)
