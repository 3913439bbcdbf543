"""Saving keys and vectors in a file of firth's, and no pickle, in both directions.

``save`` writes one safetensors file (:mod:`firth.formats.safetensors_file`), which
:func:`firth.read_vectors` and every program that knows safetensors can open. What gensim's objects
have beside words, vectors and counts are further tensors, ``gensim.NAME``.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from firth.corpus.compression import is_regular
from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, CorpusError, FormatError, FormatWarning, SaveError
from firth.files.given import given_path
from firth.files.parsing import parse_json
from firth.files.safetensors import read_metadata, read_safetensors
from firth.formats.contents import Contents
from firth.formats.reading import read_contents, recognised
from firth.formats.recognise import format_of
from firth.formats.safetensors_file import as_tensors, write_tensors
from firth.gensim.arrays import Arrays
from firth.gensim.given import existing

#: How further tensors begin, and where the metadata say what is to be known of them.
PREFIX, ABOUT = "gensim.", "gensim"
#: Attributes that follow from the counts.
_DERIVED = ("code", "point")
#: What a tensor of the file can hold, by the kind of array.
_WIDE = {"i": np.int64, "u": np.int64, "b": np.int64, "f": np.float64}
_DTYPES = ("F64", "F32", "F16", "I64", "I32", "I8", "U8")


class Store(Arrays):
    """Keys and vectors that are saved and loaded."""

    #: What a file calls this class, where it is not plain keys and vectors.
    _kind: str | None = None

    def save(self, fname: str | Path, *_: Any, **how: Any) -> None:
        """Save keys, vectors and attributes to one file.

        Parameters
        ----------
        fname : str or Path
            The file; it appears whole, or is as it was.
        how : dict
            What gensim's ``save`` takes to divide its pickles; all is one file here.

        Warns
        -----
        FormatWarning
            An attribute is neither a number a key nor one of firth's; it is left out.
        """
        place = given_path("fname", fname)
        if not len(self):
            raise ConfigError("there is not a single vector to save")
        try:
            tensors, metadata, about = self._laid_out()
            write_tensors(place, tensors, {**metadata, ABOUT: json.dumps(about)})
        except OSError as error:
            raise SaveError(f"{place} cannot be written ({error.strerror or error})") from error

    def _laid_out(self) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
        """Return tensors by name, metadata, and what is to be known of them."""
        held = {name: array for name, array in self._further_arrays().items() if len(array)}
        odd = [name for name, array in held.items() if array.dtype.kind not in _WIDE]
        if odd:
            warnings.warn(
                f"no numbers, and so not saved: {', '.join(odd)}", FormatWarning, stacklevel=3
            )
        matrix: Any = self.vectors
        if self.vectors.dtype not in (np.float32, np.float64):
            matrix = self.vectors.astype(np.float32)
        counts = held.pop("count", None)
        contents = Contents(WordList.of(self.index_to_key), matrix, counts)
        tensors, metadata = as_tensors(contents)
        for name, array in held.items():
            if name not in odd:
                tensors[PREFIX + name] = np.asarray(array, _WIDE[array.dtype.kind])
        about = {name: str(array.dtype) for name, array in held.items() if name not in odd}
        kind = {} if self._kind is None else {"kind": self._kind}
        return tensors, metadata, {"dtype": str(self.vectors.dtype), "arrays": about, **kind}

    @classmethod
    def load(cls, fname: str | Path, mmap: str | None = None) -> Any:
        """Load what :meth:`save` wrote, or vectors of any program that firth reads.

        Parameters
        ----------
        fname : str or Path
            The file, or a folder of firth's.
        mmap : {None, "r"}
            "r" maps the vectors, which then cannot be written; else they are read into memory.

        Raises
        ------
        FormatError
            It is a pickle, which could run code, or no vectors.
        """
        place = existing("fname", fname)
        refuse_pickle(place, _WAY_OUT)
        about = read_about(place)
        return cls._of_kind(about.get("kind"))._loaded(place, mmap, about)

    @classmethod
    def _of_kind(cls, kind: Any) -> Any:
        """Return the class whose vectors a file holds, if it is a further one of this one."""
        return cls

    @classmethod
    def _loaded(cls, place: Path, mmap: str | None, about: dict[str, Any]) -> Any:
        """Load from a file that is there, of which `about` is known."""
        found = read_contents(place)
        dtype = np.dtype(about.get("dtype", found.matrix.dtype))
        matrix = found.matrix
        if mmap is None or dtype != matrix.dtype:
            matrix = matrix.astype(dtype)
        made = cls._of_size(matrix.shape[1], dtype, about)
        made._take(list(found.words), matrix, found.counts)
        arrays = about.get("arrays", {})
        if about:
            tensors = read_safetensors(place, _DTYPES, vectors=True)
            for name, kind in arrays.items():
                if PREFIX + name in tensors:
                    made._further_array(name, tensors[PREFIX + name].astype(kind))
            made._complete_from(place, tensors, mmap)
        return made

    @classmethod
    def _of_size(cls, dim: int, dtype: Any, about: dict[str, Any]) -> Any:
        """Make one without a vector, for those of a file."""
        return cls(dim, dtype=dtype)

    def _complete_from(self, place: Path, tensors: dict[str, Any], mmap: str | None) -> None:
        """Take what else a file has for this class."""

    def _further_arrays(self) -> dict[str, NDArray[Any]]:
        """Return what is saved beside the vectors, by name."""
        self.allocate_vecattrs()
        found = {name: held for name, held in self.expandos.items() if name not in _DERIVED}
        if "vectors_lockf" in self.__dict__:
            found["vectors_lockf"] = self.__dict__["vectors_lockf"]
        return found

    def _further_array(self, name: str, array: NDArray[Any]) -> None:
        """Take back what :meth:`_further_arrays` returned."""
        if name.endswith("_lockf"):
            self.__dict__[name] = array
        else:
            self.expandos[name] = array


#: What to do with a pickle of gensim.
_WAY_OUT = (
    "in a Python that has gensim, firth.gensim.KeyedVectors.from_gensim(vectors).save(new) writes "
    "them anew, with vectors = gensim.models.KeyedVectors.load(path), or Word2Vec.load(path).wv; "
    "gensim's own save_word2vec_format writes what every program reads"
)


def refuse_pickle(place: Path, way_out: str) -> None:
    """Refuse a file that Python's pickle wrote: to load it could run any code.

    Raises
    ------
    FormatError
        It is one; the message says `way_out`.
    """
    try:
        what = format_of(place).what if is_regular(place) else ""
    except (CorpusError, OSError):
        what = ""
    if what.startswith(("a pickle", "a Python pickle")):
        _refuse(place, what, way_out)


def _refuse(place: Path, what: str, way_out: str) -> NoReturn:
    raise FormatError(
        f"{place} is {what}, which could run any code when it is loaded; firth loads none: "
        f"{way_out}"
    )


def read_about(place: Path) -> dict[str, Any]:
    """Read what a file says of itself beside its tensors; nothing of what another program wrote."""
    if recognised(place) != "safetensors":
        return {}
    try:
        about = parse_json(read_metadata(place).get(ABOUT, "{}"))
        np.dtype(about.get("dtype", "float32"))
        for kind in about.get("arrays", {}).values():
            if np.dtype(kind).kind not in _WIDE:
                raise ValueError(kind)
    except (ValueError, TypeError, AttributeError) as error:
        raise FormatError(f"{place}: the header's {ABOUT!r} is damaged ({error})") from error
    return dict(about)
