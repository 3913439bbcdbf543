"""firth: vectors for words, and for anything else that comes in sequences.

>>> import firth
>>> model = firth.train(iter([["a", "b"], ["b", "c"]] * 100), dim=4, min_count=1, sample=0.0)
>>> len(model.vectors)
3

Importing firth costs little: NumPy, Arrow and Numba are loaded when a name first needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from firth import errors
from firth._version import __version__
from firth.lazy import lazy_names

if TYPE_CHECKING:
    from firth import documents, view
    from firth.api import shift, stability, train, tune
    from firth.config import TrainConfig
    from firth.corpus import Vocabulary, encode, open_corpus
    from firth.formats.reading import read_vectors
    from firth.model import Model, load
    from firth.progress import Progress
    from firth.vectors import WordVectors

_HOMES = {
    "Model": "firth.model",
    "Progress": "firth.progress",
    "TrainConfig": "firth.config",
    "Vocabulary": "firth.corpus",
    "WordVectors": "firth.vectors",
    "documents": "firth.documents",
    "encode": "firth.corpus",
    "load": "firth.model",
    "open_corpus": "firth.corpus",
    "read_vectors": "firth.formats.reading",
    "shift": "firth.api.shifting",
    "stability": "firth.api.repeating",
    "train": "firth.api",
    "tune": "firth.api.tuning",
    "view": "firth.view",
}

__all__ = [
    "Model",
    "Progress",
    "TrainConfig",
    "Vocabulary",
    "WordVectors",
    "__version__",
    "documents",
    "encode",
    "errors",
    "load",
    "open_corpus",
    "read_vectors",
    "shift",
    "stability",
    "train",
    "tune",
    "view",
]


def _advise(name: str) -> NoReturn:
    from firth.config.peers import attribute_advice

    advice = None if name.startswith("_") else attribute_advice(name)
    text = f"module 'firth' has no attribute {name!r}"
    raise AttributeError(f"{text}: {advice}" if advice else text)


__getattr__ = lazy_names(__name__, _HOMES, _advise)


def __dir__() -> list[str]:
    return sorted(__all__)
