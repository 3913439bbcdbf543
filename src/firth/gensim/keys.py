"""Keys by number, numbers by key, and attributes of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.corpus.spelling import near_spellings
from firth.errors import UnknownWordError
from firth.gensim.lifecycle import Lifecycle

Key: TypeAlias = "str | int | np.integer[Any]"

#: Names of gensim 3 and what stands in their place.
_GONE = {
    "vectors_norm": "get_normed_vectors()",
    "index2word": "index_to_key",
    "index2entity": "index_to_key",
    "vocab": "key_to_index, and get_vecattr(key, 'count') for counts",
    "syn0": "vectors",
    "syn0norm": "get_normed_vectors()",
}


class Keys(Lifecycle):
    """Keys in the order of their rows, each with any number of attributes.

    Parameters
    ----------
    count : int
        Rows for keys that are not known yet; None stands for each.

    Attributes
    ----------
    index_to_key, key_to_index : list, dict
        Keys by row, and rows by key.
    expandos : dict of str to (V,) array
        The attributes, such as ``"count"``.

    Examples
    --------
    >>> keys = Keys(0)
    >>> keys.index_to_key, keys.key_to_index = ["cat", "dog"], {"cat": 0, "dog": 1}
    >>> keys.set_vecattr("dog", "count", 3)
    >>> keys.get_vecattr("cat", "count"), keys.get_index("dog"), "owl" in keys
    (np.int64(0), 1, False)
    """

    def __init__(self, count: int) -> None:
        self.index_to_key: list[Any] = [None] * count
        self.key_to_index: dict[Any, int] = {}
        self.expandos: dict[str, NDArray[Any]] = {}

    def __getattr__(self, name: str) -> NoReturn:
        text = f"{type(self).__name__} has no attribute {name!r}"
        if name in _GONE:
            text += f": gensim 4 has {_GONE[name]}"
        raise AttributeError(text, name=name, obj=self)

    def __len__(self) -> int:
        return len(self.index_to_key)

    def __contains__(self, key: Any) -> bool:
        return self.has_index_for(key)

    def has_index_for(self, key: Any) -> bool:
        """Whether a key has a row; a number stands for that row if it is no key."""
        return bool(self.get_index(key, -1) >= 0)

    def get_index(self, key: Any, default: int | None = None) -> int:
        """Return the row of a key; `default` if it has none.

        Raises
        ------
        UnknownWordError
            It has none, and there is no default; a ``KeyError`` that suggests near spellings.
        """
        row = self.key_to_index.get(key)
        if row is not None and row >= 0:
            return row
        if isinstance(key, int | np.integer) and 0 <= key < len(self.index_to_key):
            return int(key)
        if default is not None:
            return default
        raise self._unknown(key)

    def _unknown(self, key: Any) -> UnknownWordError:
        words = [word for word in self.index_to_key if isinstance(word, str)]
        return UnknownWordError(key, lambda: near_spellings(str(key), words))

    def allocate_vecattrs(
        self, attrs: Sequence[str] | None = None, types: Sequence[Any] | None = None
    ) -> None:
        """Make room for attributes of all keys, zeros at first.

        Raises
        ------
        TypeError
            There is an attribute of this name, of another type.
        """
        wanted: dict[str, Any] = {name: known.dtype for name, known in self.expandos.items()}
        if attrs is not None:
            wanted = dict(zip(attrs, types or (), strict=True))
        for name, kind in wanted.items():
            dtype = np.dtype({int: np.int64, str: object, np.ndarray: object}.get(kind, kind))
            known = self.expandos.get(name, np.zeros(0, dtype))
            if not np.issubdtype(dtype, known.dtype):
                raise TypeError(
                    f"the attribute {name!r} holds {known.dtype}; it cannot hold {dtype} too"
                )
            if len(known) != len(self) or name not in self.expandos:
                grown, kept = np.zeros(len(self), known.dtype), min(len(known), len(self))
                grown[:kept] = known[:kept]
                self.expandos[name] = grown

    def set_vecattr(self, key: Any, attr: str, val: Any) -> None:
        """Set an attribute of a key."""
        self.allocate_vecattrs([attr], [type(val)])
        self.expandos[attr][self.get_index(key)] = val

    def get_vecattr(self, key: Any, attr: str) -> Any:
        """Return an attribute of a key."""
        return self.expandos[attr][self.get_index(key)]


def is_key(thing: Any) -> bool:
    """Whether something is one key rather than several, or a vector."""
    return isinstance(thing, str | int | np.integer)
