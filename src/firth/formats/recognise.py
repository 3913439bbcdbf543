"""What a file is that may hold vectors: one table, from the first bytes.

A further format is one entry of `VECTOR_FILES`. Below those stand the kinds
of files that are neither vectors nor text, of :mod:`firth.corpus.recognise`.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from firth.corpus.compression import ByteSource, open_file
from firth.corpus.recognise import HEAD_BYTES, NO_TEXT, archive_kind
from firth.corpus.tables import is_table

_FASTTEXT = b"\xba\x16\x4f\x2f"
_OLD_FASTTEXT = struct.Struct("<12id3iq")
_PICKLE = rb"\x80[\x02-\x05]"
_HEADER = re.compile(rb"(\d{1,12})[ \t](\d{1,6})[ \t]*\r?\n")
_FLORET = rb"\d+ \d+ \d+ \d+ [1-4] \d+ \S+ \S+ ?\r?\n"


class Head(NamedTuple):
    """What is looked at of a file.

    Attributes
    ----------
    data : bytes
        Its beginning, decompressed.
    whole : bool
        That is all of it.
    """

    data: bytes
    whole: bool

    def lines(self, start: int = 0) -> list[bytes]:
        """Return the whole lines from a place on, twenty at most."""
        lines = self.data[start:].split(b"\n", 20)
        return [line.rstrip(b"\r") for line in (lines if self.whole else lines[:-1])[:20] if line]


class Format(NamedTuple):
    """A format of files.

    Attributes
    ----------
    what : str
        Its name, with an article.
    known_by : callable
        Tells from a `Head` whether a file is of it.
    vectors : bool
        The file holds words and their vectors, as text or as numbers.
    reader : str
        The entry of :data:`firth.formats.registry.FORMATS` that reads it, if one does.
    """

    what: str
    known_by: Callable[[Head], bool]
    vectors: bool = True
    reader: str = ""


def _magic(pattern: bytes, *parts: bytes) -> Callable[[Head], bool]:
    """Recognise what begins with a pattern and has other parts near its beginning."""
    begins = re.compile(pattern, re.DOTALL)
    return lambda head: bool(begins.match(head.data)) and all(p in head.data for p in parts)


def _is_floret(head: Head) -> bool:
    """Whether a model with fastText's mark has floret's two fields more.

    At byte 8 + 44 floret has its mode, 1 or 2, and then the number of hashes, 1 to 4; fastText
    has the rate of its updates, 100 by default, and then the eight bytes of a float.
    """
    fields = [int.from_bytes(head.data[start : start + 4], "little") for start in (52, 56)]
    return head.data.startswith(_FASTTEXT) and fields[0] in (1, 2) and 1 <= fields[1] <= 4


def _is_old_fasttext(head: Head) -> bool:
    """Whether a file begins as fastText's before it had a mark: settings, then the dictionary.

    Those of its figures are looked at that can have few values: a loss and a kind of model, from 1
    to 3; entries that are words and labels.
    """
    if len(head.data) < _OLD_FASTTEXT.size:
        return False
    fields = _OLD_FASTTEXT.unpack_from(head.data)
    dim, loss, model, min_n, max_n = (fields[i] for i in (0, 6, 7, 9, 10))
    size, words, labels, tokens = fields[13:]
    return (
        0 < dim < 1 << 16
        and {loss, model} <= {1, 2, 3}
        and min(min_n, max_n, words, labels, tokens) >= 0
        and 0 < size == words + labels
    )


def _is_word2vec_binary(head: Head) -> bool:
    header = _HEADER.match(head.data)
    return header is not None and _is_binary(head.data[header.end() :])


def _is_binary(data: bytes) -> bool:
    """Whether bytes are no text, but for a character that is cut off at the end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return True
    return b"\0" in data


def _is_word2vec_text(head: Head) -> bool:
    header = _HEADER.match(head.data)
    if header is None:
        return False
    lines, dim = head.lines(header.end()), int(header[2])
    return bool(lines) and all(_are_numbers(line.split()[-dim:], dim) for line in lines)


def _is_glove(head: Head) -> bool:
    """Whether each line is a word and numbers, equally many: words of GloVe may hold blanks."""
    lines = [line.split() for line in head.lines()]
    dim = min((len(fields) for fields in lines), default=0) - 1
    named = any(not _are_numbers(fields[:1]) for fields in lines)
    return dim > 1 and named and all(_are_numbers(fields[-dim:]) for fields in lines)


def _is_table_of_numbers(head: Head) -> bool:
    lines = [line.split(b"\t") for line in head.lines()]
    return len(lines) > 1 and len(lines[0]) > 2 and all(map(_are_numbers, lines))


def _are_numbers(fields: list[bytes], count: int | None = None) -> bool:
    try:
        return len([float(field) for field in fields]) == (len(fields) if count is None else count)
    except ValueError:
        return False


_ARCHIVE, _FLOAT_HEADER = rb"PK\x03\x04", rb".{6}\x00\x00\{[\s\"]"

#: The first that fits decides.
VECTOR_FILES = (
    # The reader of fastText's says what to do with one of floret.
    Format("a model of floret (.bin)", _is_floret, reader="fasttext"),
    Format("a model of fastText (.bin)", _magic(re.escape(_FASTTEXT)), reader="fasttext"),
    Format("a model of fastText of 2016 (.bin)", _is_old_fasttext, reader="fasttext"),
    Format("a file of finalfusion (.fifu)", _magic(rb"FiFu"), reader="finalfusion"),
    Format("a NumPy array (.npy)", _magic(rb"\x93NUMPY"), reader="numpy"),
    Format("a file of NumPy arrays (.npz)", _magic(_ARCHIVE + rb".{26}[^/\\]{1,200}\.npy")),
    Format("a file of PyTorch (.pt, .pth)", _magic(_ARCHIVE, b"/data.pkl")),
    Format("a model of Keras (.keras)", _magic(_ARCHIVE, b"metadata.json")),
    Format("a file of Magnitude", _magic(rb"SQLite format 3\x00", b"magnitude_format")),
    Format("a pickle of gensim", _magic(_PICKLE, b"gensim")),
    Format("a Python pickle", _magic(_PICKLE)),
    Format("a checkpoint of a run of firth", _magic(_FLOAT_HEADER, b"firth-checkpoint"), False),
    Format(
        "a safetensors file of words and vectors",
        _magic(_FLOAT_HEADER, b'"word_offsets"', b'"word_bytes"'),
        reader="safetensors",
    ),
    Format("a safetensors file without words", _magic(_FLOAT_HEADER)),
    Format("an HDF5 file, as Keras writes", _magic(rb"\x89HDF\r\n\x1a\n")),
    Format("a GGUF file", _magic(rb"GGUF[\x01-\x09]\x00\x00\x00")),
    Format(
        "a file of vectors in word2vec's text format, as .vec of fastText",
        _is_word2vec_text,
        reader="word2vec-text",
    ),
    Format(
        "a file of vectors in word2vec's binary format",
        _is_word2vec_binary,
        reader="word2vec-binary",
    ),
    Format("a file of vectors in floret's text format", _magic(_FLORET), reader="floret"),
    Format("a file of vectors in GloVe's text format", _is_glove, reader="glove"),
    Format("a table of numbers without words", _is_table_of_numbers),
    Format("a table (Parquet or Arrow)", lambda head: is_table(head.data), False, "parquet"),
    Format("an archive (zip)", lambda head: archive_kind(head.data) == "zip", False),
    Format("an archive (tar)", lambda head: archive_kind(head.data) == "tar", False),
    *(Format(kind.what, _magic(kind.head.pattern), False) for kind in NO_TEXT),
    Format("an empty file", lambda head: not head.data, False),
    Format("a text", lambda head: not _is_binary(head.data), False),
    Format("binary data of an unknown kind", _magic(b""), False),
)


def format_of(path: Path) -> Format:
    r"""Recognise the format of a file.

    Parameters
    ----------
    path : Path
        A regular file; it may be compressed.

    Returns
    -------
    Format
        The entry of `VECTOR_FILES`; the last if nobody knows.

    Raises
    ------
    CorpusError
        It cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "v.txt"
    >>> _ = path.write_text("2 3\ncat .1 .2 .3\nsat .1 .2 .4\n")
    >>> format_of(path).what
    "a file of vectors in word2vec's text format, as .vec of fastText"
    """
    with open_file(path) as raw:
        source = ByteSource(str(path), raw)
        data = source.peek(HEAD_BYTES)
    head = Head(data, len(data) < HEAD_BYTES)
    found = next(known for known in VECTOR_FILES if known.known_by(head))
    packed = f", compressed ({source.compression})" if source.compression else ""
    return found._replace(what=found.what + packed)
