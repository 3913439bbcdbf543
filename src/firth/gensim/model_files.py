"""Saving models of gensim in one file of firth's, and loading them; no pickle, in both directions.

The file is that of their vectors (:mod:`firth.gensim.store`), which any program opens, with the
output weights as further tensors, and the settings in the header.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, NoModelError, SaveError, VocabularyError
from firth.files.given import given_path
from firth.files.safetensors import read_safetensors
from firth.formats.safetensors_file import write_tensors
from firth.gensim.building import Building
from firth.gensim.given import existing
from firth.gensim.keyedvectors import KeyedVectors
from firth.gensim.state import ALPHA, DEFAULTS, PROGRESS
from firth.gensim.store import ABOUT, PREFIX, read_about, refuse_pickle
from firth.values import reason

_WEIGHTS = ("syn1", "syn1neg")
_DTYPES = ("F64", "F32", "F16", "I64", "I32", "I8", "U8")
_WAY_OUT = (
    "in a Python that has gensim, firth.gensim.Word2Vec.from_gensim(model).save(new) writes it "
    "anew, with model = gensim.models.Word2Vec.load(path); so does FastText"
)


class ModelFiles(Building):
    """A model that is saved and loaded."""

    #: What a file calls this model.
    _kind = ""

    def save(self, fname: str | Path, *_: Any, **__: Any) -> None:
        """Save the model to one file: vectors, output weights, counts and settings.

        Parameters
        ----------
        fname : str or Path
            The file; it appears whole, or is as it was. What gensim takes to divide its pickles
            is not needed.

        Raises
        ------
        VocabularyError
            There is no word yet.
        SaveError
            The file cannot be written.
        """
        place = given_path("fname", fname)
        if not len(self.wv):
            raise VocabularyError("there is no word to save yet: call build_vocab first")
        tensors, metadata, about = self.wv._laid_out()
        for name in _WEIGHTS:
            if name in self.__dict__:
                tensors[PREFIX + name] = self.__dict__[name]
        about["model"] = {"kind": self._kind, **self._settings()}
        try:
            write_tensors(place, tensors, {**metadata, ABOUT: json.dumps(about)})
        except OSError as error:
            raise SaveError(f"{place} cannot be written ({error.strerror or error})") from error

    @classmethod
    def load(cls, fname: str | Path, mmap: str | None = None, **_: Any) -> Any:
        """Load what :meth:`save` wrote.

        Parameters
        ----------
        fname : str or Path
            The file.
        mmap : {None, "r"}
            "r" maps the vectors, and training copies them; else they are read into memory.

        Raises
        ------
        FormatError
            It is a pickle, which could run code, or damaged.
        NoModelError
            It holds vectors alone, or another model; an ``AttributeError`` too.
        """
        place = existing("fname", fname)
        refuse_pickle(place, _WAY_OUT)
        about = read_about(place)
        settings = about.get("model")
        if not isinstance(settings, dict):
            raise NoModelError(
                f"{place} holds no model that could be trained on: load vectors with "
                "KeyedVectors.load, and models of firth with firth.load"
            )
        kind = _class_of(cls, settings.get("kind"), place)
        made: Any = kind.__new__(kind)
        wv = KeyedVectors._of_kind(about.get("kind"))._loaded(place, mmap, about)
        try:
            made._restore(wv, settings)
        except (TypeError, ValueError, KeyError) as error:
            raise FormatError(f"{place}: the model's settings are damaged: {reason(error)}") from (
                error
            )
        tensors = read_safetensors(place, _DTYPES, vectors=True)
        for name in _WEIGHTS:
            if PREFIX + name in tensors:
                setattr(made, name, _weights(place, name, tensors[PREFIX + name], wv, mmap))
        made.add_lifecycle_event("loaded", fname=str(place))
        return made

    def _restore(self, wv: Any, settings: dict[str, Any]) -> None:
        """Take vectors, and the settings of a file."""
        known = {
            name: settings[name] for name in DEFAULTS | PROGRESS if settings.get(name) is not None
        }
        for name, value in known.items():
            like = (DEFAULTS | PROGRESS)[name]
            if isinstance(like, int | float) and not isinstance(value, int | float):
                raise TypeError(f"{name} is {value!r}; expected a number")
        self._set({"alpha": ALPHA, **known, "vector_size": wv.vector_size})
        self.wv = wv
        if "vectors_lockf" not in wv.__dict__:
            wv.vectors_lockf = np.ones(1, np.float32)
        if len(wv):
            self._describe()

    @classmethod
    def from_gensim(cls, model: Any) -> Any:
        """Take settings, vectors and output weights of a model of gensim itself; copies.

        Nodes of the tree are taken if it is the same tree: words in the order of their counts.
        """
        made = cls.__new__(cls)
        names = [name for name in DEFAULTS | PROGRESS if hasattr(model, name)]
        made._set({name: getattr(model, name) for name in names})
        made.wv = type(made.wv).from_gensim(model.wv)
        made.wv.vectors_lockf = np.array(getattr(model.wv, "vectors_lockf", np.ones(1)))
        made._describe()
        made._output_weights(0)
        if model.negative:
            made.syn1neg = np.array(model.syn1neg)
        if model.hs and _same_tree(made.wv, model.wv):
            made.syn1 = np.array(model.syn1)
        return made


def _class_of(asked: Any, kind: Any, place: Path) -> Any:
    """Return the class of a file's model, which must be the one that was asked for, or of it."""
    from firth.gensim.fasttext import FastText
    from firth.gensim.word2vec import Word2Vec

    found = {"Word2Vec": Word2Vec, "FastText": FastText}.get(kind) if kind else None
    if found is not None and issubclass(asked, found):
        return asked
    if found is not None and issubclass(found, asked):
        return found
    raise NoModelError(
        f"{place} holds a model of the kind {kind!r}; {asked.__name__}.load was asked for one of "
        f"the kind {asked._kind!r}"
    )


def _weights(
    place: Path, name: str, found: NDArray[Any], wv: Any, mmap: str | None
) -> NDArray[Any]:
    if found.shape != (len(wv), wv.vector_size) or found.dtype != np.float32:
        raise FormatError(
            f"{place}: {name} is {list(found.shape)} of {found.dtype}; expected float32, one row "
            f"for each of {len(wv):,} words"
        )
    return found.copy() if mmap is None else found


def _same_tree(ours: Any, theirs: Any) -> bool:
    pairs = zip(ours.expandos["point"], theirs.expandos["point"], strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)
