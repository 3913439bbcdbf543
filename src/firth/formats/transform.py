"""What is done to vectors on their way to a file: fewer words or dimensions, other words."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.wordlist import Word, WordList
from firth.errors import ConfigError
from firth.formats.contents import Contents
from firth.values import shown
from firth.vectors.components import SecondMoment
from firth.vectors.matrix import FloatMatrix

#: What is replaced: blanks of Unicode (tabs and line feeds too) and control characters. Arrow's
#: expressions know those of ASCII only, unless they are named.
BLANKS = (
    r"[\s\x00-\x1f\x7f-\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)

#: Rows taken at once.
_ROWS = 16_384


def first_words(contents: Contents, top: int) -> Contents:
    """Keep the first `top` words; what words without a row are composed of stays."""
    if top >= len(contents.words):
        return contents
    return contents._replace(
        words=WordList(contents.words.array.slice(0, top), contents.words.integers),
        matrix=contents.matrix[:top],
        counts=None if contents.counts is None else contents.counts[:top],
        output=None if contents.output is None else contents.output[:top],
    )


def chosen(contents: Contents, words: Sequence[Word]) -> Contents:
    """Take some words, in this order: their rows, or vectors that are composed for them.

    Counts and output vectors stay where every one of them is listed.

    Raises
    ------
    ConfigError
        There is none, or one stands there twice, or is no word.
    UnknownWordError
        One is not listed, and nothing composes its vector.
    """
    try:
        if isinstance(words, str):
            raise TypeError
        wanted = WordList.of(words)
    except (pa.ArrowException, UnicodeError, TypeError) as error:
        raise ConfigError(
            f"words is {shown(words)}; it must be a list of strings, or of integers"
        ) from error
    if not len(wanted) or wanted.array.null_count or len(wanted.array.unique()) < len(wanted):
        raise ConfigError(
            f"words holds {len(wanted):,} words, {len(wanted.array.unique()):,} different ones; it "
            "must hold one or more, each once, and none may be missing"
        )
    places = pc.index_in(wanted.array, contents.words.array.cast(wanted.array.type))
    rows = places.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    listed = rows >= 0
    if listed.all():
        return contents._replace(
            words=wanted,
            matrix=contents.matrix[rows],
            counts=None if contents.counts is None else contents.counts[rows],
            output=None if contents.output is None else contents.output[rows],
        )
    matrix = np.empty((len(rows), contents.matrix.shape[1]), contents.matrix.dtype)
    matrix[listed] = contents.matrix[rows[listed]]
    others = np.flatnonzero(~listed)
    matrix[others] = _composed(contents, wanted.array.take(pa.array(others)).to_pylist())
    return contents._replace(words=wanted, matrix=matrix, counts=None, output=None)


def _composed(contents: Contents, words: list[str]) -> FloatMatrix:
    """Compose the vectors of words that are not listed, (n, dim)."""
    compose = contents.composition()
    found = [None if compose is None else compose(word) for word in words]
    unknown = next((word for word, one in zip(words, found, strict=True) if one is None), None)
    if unknown is not None:
        raise contents.words.unknown(unknown)
    return np.stack([vector for vector in found if vector is not None])


def renamed(contents: Contents, mark: str) -> Contents:
    """Put a mark in place of each blank of Unicode and each control character in words.

    Raises
    ------
    ConfigError
        The mark is no printable text without blanks; or two words would be the same.
    """
    if not mark or not mark.isprintable() or re.search(r"\s", mark):
        raise ConfigError(f"rename is {mark!r}; it must be printable, without blanks, such as '_'")
    array = contents.words.array
    changed = pc.replace_substring_regex(array, BLANKS, mark)
    empty = pc.equal(changed, "")
    changed = pc.if_else(empty, mark, changed)
    if len(changed.unique()) < len(array.unique()):
        counted = changed.value_counts()
        twice = counted.filter(pc.greater(counted.field("counts"), 1)).field("values")[0]
        raise ConfigError(
            f"with {mark!r} for blanks several words become {twice.as_py()!r}: choose another mark"
        )
    return contents._replace(words=WordList(changed, contents.words.integers))


def projected(contents: Contents, dim: int, *, pca: bool) -> Contents:
    """Keep `dim` dimensions: the first ones, or those in which vectors are longest.

    With `pca` all vectors, of n-grams and output vectors too, are turned alike before, onto the
    principal axes about the origin: no other `dim` axes keep as much of lengths, angles and scores
    (Eckart and Young 1936). The mean is not taken off, which would change cosines.

    Raises
    ------
    ConfigError
        There are not so many dimensions.
    """
    before = contents.matrix.shape[1]
    if dim > before:
        raise ConfigError(f"dim is {dim}, but the vectors have only {before} dimensions")
    axes, ngrams = _axes(contents.matrix, dim) if pca else None, contents.ngrams
    if ngrams is not None:
        ngrams = ngrams._replace(matrix=_turned(ngrams.matrix, dim, axes))
    output = None if contents.output is None else _turned(contents.output, dim, axes)
    return contents._replace(
        matrix=_turned(contents.matrix, dim, axes), ngrams=ngrams, output=output
    )


def _turned(matrix: FloatMatrix, dim: int, axes: NDArray[np.float64] | None) -> FloatMatrix:
    found = np.empty((len(matrix), dim), matrix.dtype)
    for start in range(0, len(matrix), _ROWS):
        rows = matrix[start : start + _ROWS]
        found[start : start + _ROWS] = rows[:, :dim] if axes is None else rows @ axes
    return found


def _axes(matrix: FloatMatrix, dim: int) -> NDArray[np.float64]:
    """Return the principal axes about the origin, (columns, dim), the longest first."""
    moment = SecondMoment(matrix.shape[1])
    for start in range(0, len(matrix), _ROWS):
        moment.add(matrix[start : start + _ROWS])
    return moment.components(dim).T
