"""What people ask a table of vectors: words, vectors, or several of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.corpus.wordlist import Word, is_integer
from firth.errors import ConfigError
from firth.vectors.matrix import measurable, row_lengths

Query: TypeAlias = "Word | NDArray[Any] | Sequence[Word | NDArray[np.floating]] | None"


def is_one(part: object) -> bool:
    """Whether a thing asked for is one word, known or not (None, NaN and bytes are not)."""
    return isinstance(part, str | bytes) or not hasattr(part, "__iter__")


def is_word(part: object) -> bool:
    """Whether it may be a word of a table."""
    return isinstance(part, str) or is_integer(part)


def parts_of(query: Query, integers: bool) -> list[Any]:
    """Divide a query into words and vectors; `integers`: the words of the table are integers.

    >>> parts_of("cat", False), parts_of(["a", "b"], False), len(parts_of(np.array([5, 7]), True))
    (['cat'], ['a', 'b'], 2)
    """
    if query is None:
        return []
    if is_one(query):
        return [query]
    if isinstance(query, np.ndarray) and query.ndim == 1:
        # An array of words, or a vector; the numbers of a vector may be whole too.
        words = query.dtype.kind in "UTO" or (integers and query.dtype.kind in "iu")
        return list(query) if words else [query]
    return list(query)  # type: ignore[arg-type]


def as_vector(part: Any, look_up: Callable[[Any], Any], dim: int) -> NDArray[np.float64]:
    """Return the vector of a word, which `look_up` finds, or of what is a vector: (dim,).

    Raises
    ------
    ConfigError
        It is none of this length, or holds what cannot be computed with.
    """
    if isinstance(part, float | np.floating) and np.isfinite(part):
        raise ConfigError(f"the query holds {part}, which is no word: give a vector as an array")
    try:
        vector = np.asarray(look_up(part) if is_one(part) else part, dtype=np.float64)
    except (TypeError, ValueError):
        raise ConfigError(
            f"{part!r} is neither a word nor a vector of numbers. To weight words give one "
            'vector, such as 2 * vectors["one"] - vectors["other"]'
        ) from None
    if vector.shape != (dim,):
        raise ConfigError(f"a query vector has shape {vector.shape}; it must be ({dim},)")
    check_vectors(vector[np.newaxis])
    return vector


def check_vectors(vectors: NDArray[Any]) -> None:
    """Refuse vectors, (n, dim), whose lengths are no numbers."""
    if not measurable(row_lengths(vectors)).all():
        raise ConfigError(
            "a query vector holds a value that is not a finite number, or one too large to "
            "compute with"
        )
