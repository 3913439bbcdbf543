"""gensim's readers of texts: sentences as lists of words, one after the other, as often as wanted.

Words are what blanks of Unicode divide; files may be compressed with whatever firth reads.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from firth.corpus.compression import ByteSource, open_bytes
from firth.errors import ConfigError, DecodeError
from firth.files.given import given_path

__all__ = [
    "MAX_WORDS_IN_BATCH",
    "BrownCorpus",
    "LineSentence",
    "PathLineSentences",
    "Text8Corpus",
]

#: Words of a sentence at most, if nothing else is said.
MAX_WORDS_IN_BATCH = 10_000
_BLOCK = 1 << 20


class LineSentence:
    r"""The lines of a text as sentences.

    Parameters
    ----------
    source : str, Path or file object
        The text; a file object must have ``seek``.
    max_sentence_length : int
        Longer lines are several sentences.
    limit : int, optional
        The first so many lines.

    Examples
    --------
    >>> list(LineSentence(io.StringIO("the cat sat\n\non it\n"), max_sentence_length=2))
    [['the', 'cat'], ['sat'], ['on', 'it']]
    """

    def __init__(
        self,
        source: Any,
        max_sentence_length: int = MAX_WORDS_IN_BATCH,
        limit: int | None = None,
    ) -> None:
        self.source, self.max_sentence_length, self.limit = source, max_sentence_length, limit

    def __iter__(self) -> Iterator[list[str]]:
        if not hasattr(self.source, "seek"):
            lines: Iterable[Any] = _lines(given_path("source", self.source))
        else:
            self.source.seek(0)
            lines = self.source
        yield from _cut(lines, self.max_sentence_length, self.limit, self.source)


class PathLineSentences:
    """The lines of all files of a folder as sentences, the files in the order of their names.

    Parameters
    ----------
    source : str or Path
        The folder, or one file.
    max_sentence_length, limit
        As for :class:`LineSentence`, which each file is read by.

    Attributes
    ----------
    input_files : list of str
        The files.
    """

    def __init__(
        self,
        source: str | Path,
        max_sentence_length: int = MAX_WORDS_IN_BATCH,
        limit: int | None = None,
    ) -> None:
        self.source, self.max_sentence_length, self.limit = source, max_sentence_length, limit
        place = given_path("source", source)
        if place.is_dir():
            self.input_files = sorted(str(path) for path in place.iterdir())
        elif place.is_file():
            self.input_files = [str(place)]
        else:
            raise ConfigError(f"source is {str(source)!r}, which is neither a file nor a folder")

    def __iter__(self) -> Iterator[list[str]]:
        for path in self.input_files:
            yield from LineSentence(path, self.max_sentence_length, self.limit)


class Text8Corpus:
    """A text that is one line, such as text8, cut into sentences of equal length.

    Parameters
    ----------
    fname : str or Path
        The text.
    max_sentence_length : int
        Words of a sentence.
    """

    def __init__(self, fname: str | Path, max_sentence_length: int = MAX_WORDS_IN_BATCH) -> None:
        self.fname, self.max_sentence_length = fname, max_sentence_length

    def __iter__(self) -> Iterator[list[str]]:
        words = (word for piece in _pieces(given_path("fname", self.fname)) for word in piece)
        while sentence := list(itertools.islice(words, self.max_sentence_length)):
            yield sentence


class BrownCorpus:
    """The Brown corpus as NLTK has it: files of a folder, words with their parts of speech.

    Words are ``word/TA`` with the first two letters of the tag; what has no tag of letters, such
    as punctuation, is left out.

    Parameters
    ----------
    dirname : str or Path
        The folder.
    """

    def __init__(self, dirname: str | Path) -> None:
        self.dirname = dirname

    def __iter__(self) -> Iterator[list[str]]:
        for path in sorted(given_path("dirname", self.dirname).iterdir()):
            if path.is_file():
                for tokens in LineSentence(path):
                    tagged = [token.split("/") for token in tokens if token.count("/") == 1]
                    known = [(word, tag[:2]) for word, tag in tagged if tag[:2].isalpha()]
                    words = [f"{word.lower()}/{tag}" for word, tag in known]
                    if words:
                        yield words


def _cut(lines: Iterable[Any], longest: int, limit: int | None, source: Any) -> Iterator[list[str]]:
    """Divide lines into words, and long ones into several sentences."""
    for line in itertools.islice(lines, limit):
        words = (line if isinstance(line, str) else _text(line, source)).split()
        for start in range(0, len(words), longest):
            yield words[start : start + longest]


class _Raw(io.RawIOBase):
    """Decompressed bytes as a file of Python, which knows lines."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _lines(path: Path) -> Iterator[bytes]:
    with open_bytes(path) as source:
        yield from io.BufferedReader(_Raw(source), _BLOCK)


def _pieces(path: Path) -> Iterator[list[str]]:
    """Yield the words of a file, some at a time; none is cut."""
    rest = b""
    with open_bytes(path) as source:
        while data := source.read(_BLOCK):
            rest += data
            end = max(rest.rfind(b" "), rest.rfind(b"\n")) + 1
            yield _text(rest[:end], path).split()
            rest = rest[end:]
    yield _text(rest, path).split()


def _text(data: bytes, source: Any) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DecodeError(str(source), error.start, error.reason) from error
