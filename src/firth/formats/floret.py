r"""floret's text table: rows for the hashes of n-grams, of which words of any kind are composed.

::

    buckets dim min_n max_n hashes seed begin end\n
    row v1 v2 … vD\n                                 for each bucket, from 0; a blank may follow vD

(explosion/floret, ``src/fasttext.cc``, ``saveVectors``; it is what ``spacy init vectors --mode
floret`` reads. `begin` and `end` are the marks around words.) There is no list of words in it: what
is read has no words, and gives vectors to those that are asked for (:mod:`firth.vectors.hashed`).
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.formats.contents import Contents, ReadOptions
from firth.formats.source import VectorSource, new_matrix
from firth.formats.text_rows import read_rows
from firth.values import reason, shown
from firth.vectors.hashed import MOST_HASHES, HashedMean

_HEADER = re.compile(rb"((?:\d{1,10} ){6})(\S{1,200}) (\S{1,200}) ?\r?\n")
#: Bytes in which a header has to end.
_HEAD = 512
#: n-grams longer than any that floret trains are taken for damage.
_LONGEST_NGRAM = 255


def read(source: VectorSource, options: ReadOptions) -> Contents:
    """Read the table; it has no words, so that `top` of them are none."""
    start = source.peek(_HEAD)
    header = _HEADER.match(start)
    if header is None:
        raise source.error(
            0,
            "floret's table begins with buckets, dimensions, min_n, max_n, hashes, seed, and the "
            f"marks of a word; found {start[:60]!r}",
        )
    buckets, dim, min_n, max_n, hashes, seed = map(int, header[1].split())
    for name, value, most in (("buckets", buckets, (1 << 31) - 1), ("dimensions", dim, 1 << 20)):
        if not 1 <= value <= most:
            raise source.error(0, f"there are {value:,} {name}; expected 1 to {most:,}")
    try:
        marks = header[2].decode(), header[3].decode()
    except UnicodeDecodeError as error:
        raise source.error(0, f"the marks of a word are not UTF-8 ({reason(error)})") from error
    if problem := wrong_hashing(min_n, max_n, hashes, seed):
        raise source.error(0, problem)
    source.read(header.end())
    source.need(buckets * (2 * dim + 2) - 1, f"{buckets:,} rows of {dim:,} numbers")
    table = read_rows(source, new_matrix(source, buckets, dim), 2, ReadOptions())
    _check_numbers(source, table.words)
    table.matrix.flags.writeable = False
    return of_table(HashedMean(table.matrix, min_n, max_n, hashes, seed, marks))


def of_table(compose: HashedMean) -> Contents:
    """Return what a table of hashes holds: no words, and vectors of any."""
    nothing = WordList(pa.array([], pa.string()))
    return Contents(nothing, compose.matrix[:0], unseen=compose)


def wrong_hashing(min_n: int, max_n: int, hashes: int, seed: int) -> str:
    """Say which setting of floret's is out of its range; "" if none is."""
    ranges = (
        ("max_n", max_n, 1, _LONGEST_NGRAM),
        ("min_n", min_n, 1, max_n),
        ("hashes", hashes, 1, MOST_HASHES),
        ("seed", seed, 0, (1 << 32) - 1),
    )
    return next(
        (
            f"{name} is {value:,}; expected {least:,} to {most:,}"
            for name, value, least, most in ranges
            if not least <= value <= most
        ),
        "",
    )


def _check_numbers(source: VectorSource, found: WordList) -> None:
    """Make sure that rows are numbered from 0."""
    expected = pa.array(np.arange(len(found))).cast(found.array.type)
    if not found.array.equals(expected):
        row = int(np.argmin(pc.equal(found.array, expected).to_numpy(zero_copy_only=False)))
        raise FormatError(
            f"{source.path}, line {row + 2:,}: the row is called {shown(found[row])}; expected "
            f"{row}, as rows are numbered from 0"
        )
