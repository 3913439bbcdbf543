"""Vectors for any program: fewer words or dimensions if wanted, and a file that appears whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np

from firth.corpus.ngrams import number_ngrams
from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, SaveError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.formats.contents import Contents, NGrams, WriteOptions
from firth.formats.registry import FORMATS, VectorFormat, format_for, format_named
from firth.formats.transform import first_words, projected, renamed
from firth.values import Whole
from firth.vectors import WordVectors
from firth.vectors.unseen import Composition, NGramMean

DTYPES = ("float64", "float32", "float16", "int8")


def write_contents(
    path: str | Path,
    contents: Contents,
    *,
    format: str | None = None,
    top: int | None = None,
    dim: int | None = None,
    pca: bool = False,
    dtype: str | None = None,
    rename: str | None = None,
) -> list[str]:
    """Write words and vectors to a file or folder of any format that firth writes.

    Parameters
    ----------
    path : str or Path
        Where to; a file is replaced when the new one is whole.
    contents : Contents
        What to write.
    format : str, optional
        The name of the format; by default the one that the name of the file ends in.
    top : int, optional
        Write the first so many words only.
    dim : int, optional
        Write so many dimensions only, the first ones.
    pca : bool
        Turn the vectors onto their principal axes before, of which the first keep most.
    dtype : {"float64", "float32", "float16", "int8"}, optional
        Precision of the numbers, where the format has several.
    rename : str, optional
        What is written for blanks and control characters of words.

    Returns
    -------
    list of str
        What the format could not hold, a sentence each.

    Raises
    ------
    ConfigError
        A setting is out of range; a word cannot be written in this format; or no format is known
        by the file's name.
    SaveError
        The file cannot be written; what was there before is as it was.
    """
    place = given_path("path", path)
    known = format_named(format_for(place) if format is None else format)
    module = known.load()
    if not hasattr(module, "write") and not hasattr(module, "write_path"):
        raise ConfigError(
            f"firth reads {known.title}, but does not write it{known.instead and ': '}"
            f"{known.instead}"
        )
    _check_dtype(known, dtype)
    if not len(contents.words):
        raise ConfigError(
            "there is not a single word to write: the file lists none, and gives vectors to those "
            "that it is asked for; name them (--words FILE, read_vectors(path, words=[…]))"
        )
    losses = lost(known, contents)
    if known.numbered:
        contents = _with_keys(contents)
        if contents.ngrams is not None and not contents.ngrams.buckets:
            losses.append(f"{known.title} holds n-grams by buckets, not these, which have none")
            contents = contents._replace(ngrams=None)
    if top is not None:
        contents = first_words(contents, Whole(1).check("top", top))
    if dim is not None or pca:
        least = contents.matrix.shape[1] if dim is None else Whole(1).check("dim", dim)
        contents = projected(contents, least, pca=pca)
    if rename is not None:
        contents = renamed(contents, rename)
    options = WriteOptions(dtype)
    try:
        if hasattr(module, "write_path"):
            module.write_path(place, contents, options)
        else:
            if place.is_dir():
                raise ConfigError(f"{place} is a folder; {known.title} is one file")
            with atomic_path(place) as temporary, temporary.open("wb") as file:
                module.write(file, contents, options)
    except OSError as error:
        raise SaveError(
            f"{place} cannot be written ({error.strerror or error}); what was there is as it was"
        ) from error
    return losses


def contents_of(vectors: WordVectors) -> Contents:
    """Return what vectors hold, counts and n-grams too."""
    composition = vectors.unseen
    ngrams, other = None, None
    if isinstance(composition, NGramMean):
        ngrams = NGrams(
            composition.matrix, composition.min_n, composition.max_n, composition.buckets,
            composition.keys, composition.repeats,
        )  # fmt: skip
    elif composition is not None and hasattr(composition, "check"):
        other = cast(Composition, composition)
    words = WordList.of(vectors.words)
    return Contents(words, vectors.matrix, vectors.counts, ngrams, unseen=other)


def _with_keys(contents: Contents) -> Contents:
    """Say of which bucket each row of n-grams is, where firth has numbered them."""
    ngrams = contents.ngrams
    if ngrams is None or ngrams.keys is not None or len(ngrams.matrix) == ngrams.buckets:
        return contents
    if not ngrams.buckets:
        return contents
    numbered = number_ngrams(contents.words, ngrams.min_n, ngrams.max_n, ngrams.buckets)
    if numbered.keys is None or len(numbered.keys) != len(ngrams.matrix):
        raise ConfigError(
            f"there are vectors of {len(ngrams.matrix):,} n-grams, but the words have "
            f"{numbered.n_rows:,}; vocabulary and vectors are not of one model"
        )
    return contents._replace(ngrams=ngrams._replace(keys=numbered.keys.astype(np.int64)))


def _check_dtype(known: VectorFormat, dtype: Any) -> None:
    if dtype is not None and dtype not in known.dtypes:
        raise ConfigError(
            f"dtype is {dtype!r}; {known.title} holds {' or '.join(known.dtypes)} only"
        )


def lost(known: VectorFormat, contents: Contents) -> list[str]:
    """Say what a format cannot hold of this."""
    title = known.title[0].upper() + known.title[1:]
    parts = (
        (contents.counts is not None and not known.counts, "counts"),
        (contents.ngrams is not None and not known.ngrams, "n-grams, so that words that are not "
         "listed have no vector there"),
        (contents.unseen is not None, "hashed n-grams, so that words that are not listed have no "
         "vector there"),
        # Others are not taken for a model.
        (contents.trained and known is FORMATS["firth"], "settings and no history where it is of "
         "vectors alone; a copy of the model's folder, or Model.save, keeps them"),
        (contents.output is not None and not known.output, "output vectors"),
    )  # fmt: skip
    return [f"{title} holds no {what}" for is_lost, what in parts if is_lost]
