r"""word2vec's text format, which fastText's ``.vec`` files have too.

::

    V D\n
    word v1 v2 … vD\n          V times; word2vec.c and fastText put a blank before the line feed

(word2vec.c, lines 571 to 579; fastText, ``vector.cc`` and ``fasttext.cc``.) It holds no counts.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.source import VectorSource, new_matrix
from firth.formats.text_rows import read_rows, write_rows
from firth.formats.words import refuse_words

#: What no word may hold, as a regular expression, and in words.
FORBIDDEN = (r"[ \t\n\r]|^$", "a blank, tab or line feed, or is empty")
_HEADER = re.compile(rb"(\d{1,12})[ \t](\d{1,6})[ \t]*\r?\n")
#: Bytes in which a header has to end.
_HEAD = 64


def read(source: VectorSource, options: ReadOptions) -> Contents:
    """Read all of it, or the first vectors."""
    rows, dim = read_header(source, "word2vec's text format")
    # The shortest line: a number is a blank and a digit; a word may be empty.
    source.need(rows * (2 * dim + 1) - 1, f"{rows:,} lines of {dim:,} numbers")
    rows = rows if options.top is None else min(rows, options.top)
    return read_rows(source, new_matrix(source, rows, dim), 2, options)


def read_header(source: VectorSource, title: str) -> tuple[int, int]:
    """Read the first line: how many vectors there are, and of how many numbers."""
    header = _HEADER.match(source.peek(_HEAD))
    if header is None or not int(header[1]) or not int(header[2]):
        start = source.peek(_HEAD)[:40]
        raise source.error(
            0, f"{title} begins with the number of words and of dimensions; found {start!r}"
        )
    source.read(header.end())
    return int(header[1]), int(header[2])


def write(file: BinaryIO, contents: Contents, options: WriteOptions) -> None:
    """Write all of it; numbers have the digits that give them back, no more."""
    refuse_words(contents.words, *FORBIDDEN, "word2vec's text format")
    rows, dim = contents.matrix.shape
    file.write(b"%d %d\n" % (rows, dim))
    write_rows(file, contents.words.array, contents.matrix)
