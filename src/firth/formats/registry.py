"""The formats of files of vectors that firth reads and writes: one file each, one entry here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from firth.errors import ConfigError


class VectorFormat(NamedTuple):
    """A format of vectors.

    A module that reads has ``read(source, options) -> Contents``; one that writes has
    ``write(file, contents, options)``. Where it is of folders or of files that are mapped, these
    are ``read_path(path, options)`` and ``write_path(path, contents, options)``. One whose vectors
    have to be computed has ``open_path(path, options) -> Opened`` too.

    Attributes
    ----------
    title : str
        What people call it, to go on after "this is".
    module : str
        Where it is read and written, below ``firth.formats``.
    endings : tuple of str
        What names of files that are to be of it end in; the first is usual.
    counts, ngrams, output : bool
        It holds counts, n-grams with which words without a row are composed, output vectors.
    dtypes : tuple of str
        The precisions that it holds.
    numbered : bool
        To be written, n-grams need their buckets.
    instead : str
        Where it is not written, how vectors come there.
    """

    title: str
    module: str
    endings: tuple[str, ...] = ()
    counts: bool = False
    ngrams: bool = False
    output: bool = False
    dtypes: tuple[str, ...] = ("float32",)
    numbered: bool = False
    instead: str = ""

    def load(self) -> ModuleType:
        """Import the module."""
        return import_module(f"firth.formats.{self.module}")


FORMATS: dict[str, VectorFormat] = {
    "firth": VectorFormat(
        "firth's folder", "folder", ("/",), True, True, True, ("float32", "float64")
    ),
    "word2vec-text": VectorFormat("word2vec's text format", "word2vec_text", (".vec", ".txt")),
    "word2vec-binary": VectorFormat("word2vec's binary format", "word2vec_binary", (".w2v",)),
    "safetensors": VectorFormat(
        "a safetensors file of words and vectors",
        "safetensors_file",
        (".safetensors",),
        counts=True,
        dtypes=("float32", "float64", "float16", "int8"),
    ),
    "numpy": VectorFormat(
        "NumPy's format with a list of words",
        "numpy_file",
        (".npy",),
        dtypes=("float32", "float64", "float16"),
    ),
    "parquet": VectorFormat(
        "a Parquet table",
        "arrow_table",
        (".parquet",),
        counts=True,
        dtypes=("float32", "float64", "float16"),
    ),
    "arrow": VectorFormat(
        "an Arrow table",
        "arrow_file",
        (".arrow", ".feather"),
        counts=True,
        dtypes=("float32", "float64", "float16"),
    ),
    "glove": VectorFormat("GloVe's text format", "glove", (".glove.txt", ".glove")),
    "fasttext": VectorFormat(
        "fastText's binary format",
        "fasttext",
        (".bin",),
        counts=True,
        ngrams=True,
        output=True,
        numbered=True,
    ),
    "model2vec": VectorFormat(
        "the folder of model2vec and sentence-transformers",
        "static",
        dtypes=("float32", "float16", "int8"),
    ),
    "tensorboard": VectorFormat("the folder of TensorBoard's projector", "projector", counts=True),
    "floret": VectorFormat("floret's text table", "floret", (".floret",), ngrams=True),
    "finalfusion": VectorFormat("finalfusion's format", "finalfusion", (".fifu",), ngrams=True),
    "spacy": VectorFormat(
        "the vectors of a pipeline of spaCy",
        "spacy",
        instead="a pipeline has rules for its language too. In Python, "
        "firth.formats.spacy.to_spacy(firth.read_vectors(SRC), nlp) puts vectors into a loaded one "
        "(nlp = spacy.blank('en')), and nlp.to_disk(DST) saves it (pip install 'firth[spacy]')",
    ),
}
"""By name; where several share an ending, the first is meant by it."""


def format_named(name: str) -> VectorFormat:
    """Return a format by its name.

    Raises
    ------
    ConfigError
        There is none of this name.
    """
    if name not in FORMATS:
        raise ConfigError(f"there is no format {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name]


def format_for(path: Path) -> str:
    """Return the name of the format that a file to be written should have, by its ending.

    Raises
    ------
    ConfigError
        No format has this ending.

    Examples
    --------
    >>> format_for(Path("vectors.vec")), format_for(Path("folder"))
    ('word2vec-text', 'firth')
    """
    name = path.name.lower() if path.suffix and not path.is_dir() else "/"
    fits = [
        (len(ending), -place, known)
        for place, (known, format_) in enumerate(FORMATS.items())
        for ending in format_.endings
        if name.endswith(ending)
    ]
    if not fits:
        raise ConfigError(
            f"{path}: no format is known by this name; name one of {', '.join(FORMATS)} "
            '(format="word2vec-text", --to word2vec-text), or let the name end in '
            + ", ".join(format_.endings[0] for format_ in FORMATS.values() if format_.endings)
        )
    return max(fits)[2]
