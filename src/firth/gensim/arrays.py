"""Keys, their vectors and their attributes, as gensim keeps them: arrays that may be written.

Where :class:`firth.WordVectors` hands out what cannot be changed, gensim's programs change what
they have. So nothing is kept of `vectors` but what a search needs, and that until the array is
replaced, a method changes it, or ``fill_norms(force=True)`` says that somebody wrote into it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from firth.errors import ConfigError
from firth.gensim.keys import Key, Keys, is_key
from firth.vectors import WordVectors
from firth.vectors.matrix import FloatMatrix, checked_scales, read_only, row_lengths


class Searched(NamedTuple):
    """What a search needs, and of which array it is.

    Attributes
    ----------
    source : (V, dim)
        The array as it was given.
    matrix : (V, dim) float32 or float64
        The same numbers.
    scales : (V,) float32
        What :func:`firth.vectors.matrix.scales` says of them.
    """

    source: NDArray[Any]
    matrix: FloatMatrix
    scales: NDArray[np.float32]


class Arrays(Keys):
    """Keys with one vector each, in arrays that their owner may change.

    Parameters
    ----------
    vector_size : int
        Length of each vector.
    count : int
        Rows that are there from the beginning, for keys that :meth:`add_vector` brings.
    dtype : dtype
        Of the vectors.
    mapfile_path : str, optional
        Kept as an attribute.

    Attributes
    ----------
    vectors : (V, vector_size) array
        One row a key.
    index_to_key, key_to_index : list, dict
        Keys by row, and rows by key.
    expandos : dict of str to (V,) array
        Further attributes of each key, such as ``"count"``.
    norms : (V,) array or None
        Lengths of the rows, once :meth:`fill_norms` was called.
    """

    def __init__(
        self,
        vector_size: int,
        count: int = 0,
        dtype: DTypeLike = np.float32,
        mapfile_path: str | None = None,
    ) -> None:
        self.vector_size = vector_size
        super().__init__(count)
        self.next_index = 0
        self.vectors: NDArray[Any] = np.zeros((count, vector_size), dtype=dtype)
        self.mapfile_path = mapfile_path
        self._changed()

    def __str__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_search": None}

    # Vectors ---------------------------------------------------------------------------------

    def __getitem__(self, key_or_keys: Any) -> NDArray[Any]:
        """Vector of a key ``(dim,)``, read-only; or of several, ``(n, dim)``, a copy."""
        if is_key(key_or_keys):
            return self.get_vector(key_or_keys)
        return np.vstack([self.get_vector(key) for key in key_or_keys])

    def get_vector(self, key: Any, norm: bool = False) -> NDArray[Any]:
        """Return the vector of a key, ``(dim,)``, read-only; of length 1 if `norm`."""
        row = self.get_index(key)
        if not norm:
            return read_only(self.vectors[row])
        self.fill_norms()
        assert self.norms is not None
        length = self.norms[row]
        return read_only(self.vectors[row] / (length if length > 0 else 1))

    def __setitem__(self, keys: Any, weights: Any) -> None:
        """Give a key, or a list of them, new vectors; those that are not there are added."""
        if not isinstance(keys, list):
            keys, weights = [keys], np.asarray(weights).reshape(1, -1)
        self.add_vectors(keys, weights, replace=True)

    def add_vector(self, key: Key, vector: ArrayLike) -> int:
        """Add one vector, in the next row that was allocated and is free; return its row."""
        row = self.next_index
        if row < len(self) and self.index_to_key[row] is None:
            self.index_to_key[row], self.key_to_index[key] = key, row
            self.vectors[row] = vector
            self._changed()
        else:
            row = len(self)
            warnings.warn(
                "each vector that is added alone copies all others: add many at once with "
                "add_vectors, or allocate rows with KeyedVectors(vector_size, count)",
                UserWarning,
                stacklevel=2,
            )
            self.add_vectors([key], [vector])
            self.allocate_vecattrs()
        self.next_index = row + 1
        return row

    def add_vectors(
        self,
        keys: Any,
        weights: Any,
        extras: Mapping[str, NDArray[Any]] | None = None,
        replace: bool = False,
    ) -> None:
        """Add vectors of many keys at once.

        Parameters
        ----------
        keys : key, or sequence of n keys
            Theirs.
        weights : (n, dim) numbers
            The vectors; ``(dim,)`` for a single key.
        extras : mapping of str to (n,) array, optional
            Attributes of the keys, by name.
        replace : bool
            Keys that are there get the new vectors; else they stay as they are.

        Raises
        ------
        ConfigError
            The shape of the weights is another.
        """
        if is_key(keys):
            keys, weights = [keys], np.asarray(weights).reshape(1, -1)
        weights, extras = np.asarray(weights, dtype=self.vectors.dtype), dict(extras or {})
        if weights.shape != (len(keys), self.vector_size):
            raise ConfigError(
                f"the vectors have shape {weights.shape}; they must be "
                f"({len(keys)}, {self.vector_size}), one row a key"
            )
        rows = np.empty(len(keys), dtype=np.int64)
        before = len(self.index_to_key)
        for place, key in enumerate(keys):
            row = self.key_to_index.setdefault(key, len(self.index_to_key))
            rows[place] = row
            if row == len(self.index_to_key):
                self.index_to_key.append(key)
        added = np.zeros((len(self.index_to_key) - before, self.vector_size), self.vectors.dtype)
        self.vectors = np.concatenate([self.vectors, added])
        # In reverse, so that the first of equal keys counts where none is to be replaced.
        taken = np.arange(len(rows)) if replace else np.flatnonzero(rows >= before)[::-1]
        self.vectors[rows[taken]] = weights[taken]
        self.allocate_vecattrs(list(extras), [extra.dtype for extra in extras.values()])
        self.allocate_vecattrs()
        for name, extra in extras.items():
            self.expandos[name][rows[taken]] = extra[taken]
        self._changed()

    def resize_vectors(self, seed: int = 0) -> None:
        """Make as many rows as there are keys; new ones are small and random."""
        shape = (len(self.index_to_key), self.vector_size)
        self.vectors = prep_vectors(shape, self.vectors, seed=seed)
        self.allocate_vecattrs()
        self._changed()

    def sort_by_descending_frequency(self) -> None:
        """Put the keys, and all that is theirs, in the order of falling counts."""
        if not len(self):
            return
        # Of equal counts the later key comes first, as in gensim.
        order = np.lexsort((-np.arange(len(self)), -self.expandos["count"].astype(np.int64)))
        self.allocate_vecattrs()
        self.index_to_key = [self.index_to_key[row] for row in order]
        self.key_to_index = {key: row for row, key in enumerate(self.index_to_key)}
        self.expandos = {name: values[order] for name, values in self.expandos.items()}
        if len(self.vectors):
            self.vectors = self.vectors[order]
        self._changed()

    # Lengths ---------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Forget what was computed from the vectors."""
        self.norms: NDArray[Any] | None = None
        self._search: Searched | None = None

    def fill_norms(self, force: bool = False) -> None:
        """Compute the lengths of all rows, if that was not done; `force` after a change by hand."""
        if force:
            self._changed()
        if self.norms is None:
            self.norms = row_lengths(self.vectors).astype(self.vectors.dtype)

    def get_normed_vectors(self) -> NDArray[Any]:
        """Return all vectors with length 1, ``(V, dim)``; rows of zeros stay zeros."""
        self.fill_norms()
        assert self.norms is not None
        return self.vectors / np.where(self.norms > 0, self.norms, 1)[:, np.newaxis]

    def unit_normalize_all(self) -> None:
        """Give all vectors length 1, in place."""
        self.vectors[:] = self.get_normed_vectors()
        self._changed()

    def _searched(self) -> Searched:
        """Return what a search needs, computed when it is first needed."""
        known = self._search
        if known is None or known.source is not self.vectors:
            held = self.vectors.dtype in (np.float32, np.float64)
            matrix = self.vectors if held else self.vectors.astype(np.float32)
            found = checked_scales(
                matrix, lambda row: f"the vector of {self.index_to_key[row]!r} (row {row:,})"
            )
            known = self._search = Searched(self.vectors, matrix, found)
        return known

    # firth's own -----------------------------------------------------------------------------

    @classmethod
    def from_firth(cls, vectors: WordVectors) -> Any:
        """Take words, vectors and counts of :class:`firth.WordVectors`; a copy."""
        made = cls(vectors.dim, dtype=vectors.matrix.dtype)
        made._take(list(vectors.words), vectors.matrix.copy(), vectors.counts)
        return made

    @classmethod
    def from_gensim(cls, vectors: Any) -> Any:
        """Take keys, vectors and attributes of a ``KeyedVectors`` of gensim itself; a copy."""
        made = cls(vectors.vector_size, dtype=vectors.vectors.dtype)
        made._take(list(vectors.index_to_key), np.array(vectors.vectors), None)
        made.expandos = {name: np.array(values) for name, values in vectors.expandos.items()}
        return made

    def to_firth(self) -> WordVectors:
        """Return the same words and vectors as :class:`firth.WordVectors`; a copy."""
        counts = self.expandos.get("count")
        whole = counts is not None and counts.dtype.kind in "iu"
        matrix = np.array(self._searched().matrix)
        return WordVectors(self.index_to_key, read_only(matrix), counts=counts if whole else None)

    def _take(self, keys: list[Any], matrix: NDArray[Any], counts: ArrayLike | None) -> None:
        """Hold these keys and rows, and no others."""
        self.index_to_key, self.vectors = keys, matrix
        self.key_to_index = {key: row for row, key in enumerate(keys)}
        self.vector_size, self.next_index = matrix.shape[1], len(keys)
        # Who reads vectors without counts gets falling ones: words are by frequency then.
        falling = np.arange(len(keys), 0, -1)
        self.expandos = {"count": np.array(falling if counts is None else counts, dtype=np.int64)}
        self._changed()


def prep_vectors(
    target_shape: tuple[int, int],
    prior_vectors: NDArray[Any] | None = None,
    seed: int = 0,
    dtype: DTypeLike = np.float32,
) -> NDArray[Any]:
    """Return a matrix of this shape with some rows given and others random.

    Random numbers are uniform between -1 / dim and 1 / dim.

    Examples
    --------
    >>> grown = prep_vectors((3, 2), np.ones((1, 2)))
    >>> grown[0].tolist(), bool((abs(grown[1:]) <= 0.5).all())
    ([1.0, 1.0], True)
    """
    prior = np.zeros((0, 0)) if prior_vectors is None else prior_vectors
    if prior.shape == tuple(target_shape):
        return prior
    random = np.random.default_rng(seed=seed).random(target_shape, dtype=dtype)  # type: ignore[arg-type]
    grown: NDArray[Any] = (random * 2 - 1) / target_shape[1]
    grown[: prior.shape[0], : prior.shape[1]] = prior
    return grown


def pseudorandom_weak_vector(
    size: int, seed_string: str | None = None, hashfxn: Any = hash
) -> NDArray[np.float32]:
    """Return a small random vector, ``(size,)``; the same for the same string."""
    seed = hashfxn(seed_string) & 0xFFFFFFFF if seed_string else None
    numbers: NDArray[np.float32] = np.random.default_rng(seed).random(size).astype(np.float32)
    return (numbers - np.float32(0.5)) / np.float32(size)
