r"""GloVe's text format: no header, a word and its vector a line.

::

    word v1 v2 … vD\n

(stanfordnlp/GloVe, ``src/glove.c``, ``save_params``; with ``-write-header 1`` it is word2vec's
text.) The published files hold words with blanks, such as ``. . .`` of 840B: lines are read from
the right, with as many numbers as the shortest of the first lines and of the last has. It holds no
counts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.source import VectorSource, new_matrix, open_source
from firth.formats.text_rows import BLOCK, LONGEST_LINE, read_rows, write_rows
from firth.formats.word2vec_text import FORBIDDEN
from firth.formats.words import refuse_words

_FIELD = re.compile(rb"[^ \t\r]+")
#: Lines at the beginning that are looked at.
_LINES = 1000


def read(source: VectorSource, options: ReadOptions) -> Contents:
    """Read all of it, or the first vectors."""
    rows, dim = _measure(source.path, options.top)
    return read_rows(source, new_matrix(source, rows, dim), 1, options)


def _measure(path: Path, top: int | None) -> tuple[int, int]:
    """Count the lines and the numbers in each, in a first pass over the file."""
    lines, last, dim = 0, b"", 0
    with open_source(path) as source:
        while data := source.read(BLOCK):
            text = last + data
            if not lines:
                whole = text.split(b"\n", _LINES)[:-1] or [text]
                dim = min((_fields(line) for line in whole if line.strip(b" \t\r")), default=0) - 1
            lines += data.count(b"\n")
            last = text[text.rstrip(b"\r\n").rfind(b"\n") + 1 :]
            if len(last) > LONGEST_LINE:
                raise source.error(source.offset - len(last), "a line has no end")
            if top is not None and lines >= top:
                return top, dim
        empty = len(last) - len(last.rstrip(b"\r\n"))
        ends = last[len(last) - empty :].count(b"\n")
        lines = lines - ends + bool(last.strip(b"\r\n"))
        if lines < 1 or dim < 1:
            raise source.error(0, "there is no line with a word and numbers")
        # The shortest line: a number is a blank and a digit; a word may be empty.
        if lines * (2 * dim + 1) - 1 > source.offset:
            raise source.error(
                source.offset,
                f"the file ends, but {lines:,} lines of {dim:,} numbers, as the first ones have, "
                "take more",
            )
        return (lines if top is None else min(lines, top)), dim


def _fields(line: bytes) -> int:
    """Count what stands between blanks, without a list of it: a line may have megabytes."""
    return sum(1 for _ in _FIELD.finditer(line))


def write(file: BinaryIO, contents: Contents, options: WriteOptions) -> None:
    """Write all of it; numbers have the digits that give them back, no more."""
    refuse_words(contents.words, *FORBIDDEN, "GloVe's text format")
    write_rows(file, contents.words.array, contents.matrix)
