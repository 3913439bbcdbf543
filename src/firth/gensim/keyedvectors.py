"""gensim's ``KeyedVectors``: a table of vectors that programs may change.

Two more names of gensim's module are here, ``REAL`` and ``_load_word2vec_format``, since programs
and gensim's tests import them.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from firth.gensim.arrays import prep_vectors, pseudorandom_weak_vector
from firth.gensim.asking import Asking
from firth.gensim.judging import Judging
from firth.gensim.store import Store
from firth.gensim.word2vec_files import Word2VecFiles

__all__ = [
    "REAL",
    "Doc2VecKeyedVectors",
    "EuclideanKeyedVectors",
    "KeyedVectors",
    "Word2VecKeyedVectors",
    "load_word2vec_format",
    "prep_vectors",
    "pseudorandom_weak_vector",
]

REAL = np.float32

_Method = TypeVar("_Method", bound=Callable[..., Any])


def _deprecated(instead: str) -> Callable[[_Method], _Method]:
    """Let a method say what has taken its place."""

    def mark(method: _Method) -> _Method:
        @functools.wraps(method)
        def call(*arguments: Any, **named: Any) -> Any:
            warnings.warn(
                f"{method.__name__} is deprecated since gensim 4: {instead}",
                DeprecationWarning,
                stacklevel=2,
            )
            return method(*arguments, **named)

        return call  # type: ignore[return-value]

    return mark


class KeyedVectors(Asking, Judging, Word2VecFiles, Store):
    """Keys with one vector each, asked and changed as in gensim 4.

    Neighbours are found by firth's search: cosines of float64, ties in the order of the rows.
    Programs may write into ``vectors``; who does so after a search says so with
    ``fill_norms(force=True)``, as in gensim.

    Parameters
    ----------
    vector_size, count, dtype, mapfile_path
        As for :class:`firth.gensim.arrays.Arrays`.

    Examples
    --------
    >>> vectors = KeyedVectors(2)
    >>> vectors.add_vectors(["cat", "dog", "car"], [[1.0, 0.1], [1.0, 0.2], [0.0, 1.0]])
    >>> vectors.most_similar("cat", topn=1)[0][0], vectors.rank("cat", "car")
    ('dog', 2)
    >>> vectors["owl"] = np.array([1.0, 0.15])
    >>> vectors.index_to_key, vectors.doesnt_match(["cat", "dog", "car"])
    (['cat', 'dog', 'car', 'owl'], 'car')
    """

    @_deprecated("write get_vector(key)")
    def word_vec(self, *arguments: Any, **named: Any) -> Any:
        """Return the vector of a key."""
        return self.get_vector(*arguments, **named)

    @_deprecated("write closer_than(key1, key2)")
    def words_closer_than(self, word1: Any, word2: Any) -> Any:
        """Return the keys that are nearer to the first than the second is."""
        return self.closer_than(word1, word2)

    @_deprecated("write fill_norms()")
    def init_sims(self, replace: bool = False) -> None:
        """Compute the lengths of all rows; with `replace`, make all of them 1."""
        self.fill_norms()
        if replace:
            self.unit_normalize_all()

    @classmethod
    def _of_kind(cls, kind: Any) -> Any:
        from firth.gensim.fasttext_vectors import FastTextKeyedVectors

        further = kind == FastTextKeyedVectors._kind and issubclass(FastTextKeyedVectors, cls)
        return FastTextKeyedVectors if further else cls

    def similarity_unseen_docs(self, *_: Any, **__: Any) -> Any:
        """Say that this is asked of a model of documents."""
        raise NotImplementedError("similarity_unseen_docs is asked of a Doc2Vec model, not of this")


Word2VecKeyedVectors = KeyedVectors
Doc2VecKeyedVectors = KeyedVectors
EuclideanKeyedVectors = KeyedVectors


def load_word2vec_format(*arguments: Any, **named: Any) -> Any:
    """Read vectors; see :meth:`KeyedVectors.load_word2vec_format`."""
    return KeyedVectors.load_word2vec_format(*arguments, **named)


def _load_word2vec_format(
    cls: Any, fname: Any, *, binary_chunk_size: Any = None, **how: Any
) -> Any:
    """Do the same for a class; blocks of a file have firth's size, whatever is asked for."""
    return cls.load_word2vec_format(fname, **how)
