"""Models of Facebook's fastText: read into gensim's classes, and written from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, FormatError, SaveError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.formats.fasttext import Parts, read_parts
from firth.formats.fasttext_head import HIERARCHICAL, SUPERVISED
from firth.formats.fasttext_writing import write_parts
from firth.gensim.fasttext_vectors import FastTextKeyedVectors
from firth.gensim.given import existing

_CBOW, _SKIPGRAM, _NEGATIVE = 1, 2, 2
_ROWS = 4096
_UTF8 = ("utf8", "utf-8")


def load_facebook_model(path: str | Path, encoding: str = "utf-8") -> Any:
    r"""Load a ``.bin`` of fastText as a model that can be asked, and trained on.

    Parameters
    ----------
    path : str or Path
        The file.
    encoding : str
        How its words are encoded; what is not stands as ``\xNN``.

    Returns
    -------
    FastText
        The model.

    Raises
    ------
    FormatError
        It is damaged, or no model of fastText.
    NotImplementedError
        It is a classifier.
    """
    from firth.gensim.fasttext import FastText

    parts, words = _read(path, encoding)
    dim, window, epochs, least, negative, _, loss, kind, bucket, min_n, max_n, _, sample = (
        parts.settings.fields
    )
    model = FastText(
        vector_size=dim, window=window, epochs=epochs, min_count=least, negative=negative,
        hs=int(loss == HIERARCHICAL), sg=int(kind == _SKIPGRAM), bucket=bucket, min_n=min_n,
        max_n=max_n, sample=sample,
    )  # fmt: skip
    model.wv = _vectors(parts, words)
    model.corpus_total_words = int(parts.dictionary.counts.sum())
    model.effective_min_count = least
    model._describe()
    model._output_weights(0)
    if parts.output is not None:
        weights = model.syn1 if loss == HIERARCHICAL else model.syn1neg
        weights[:] = parts.output[: len(words)]
    model.add_lifecycle_event("load_facebook_model", msg=f"{len(words)} words of {path}")
    return model


def load_facebook_vectors(path: str | Path, encoding: str = "utf-8") -> FastTextKeyedVectors:
    """Load the vectors of a ``.bin`` of fastText, and those of its n-grams.

    Parameters
    ----------
    path, encoding
        As for :func:`load_facebook_model`.

    Returns
    -------
    FastTextKeyedVectors
        They can be asked, not trained on.

    Raises
    ------
    FormatError, NotImplementedError
        As for :func:`load_facebook_model`.
    """
    return _vectors(*_read(path, encoding))


def save_facebook_model(
    model: Any,
    path: str | Path,
    encoding: str = "utf-8",
    lr_update_rate: int = 100,
    word_ngrams: int = 1,
) -> None:
    """Write a model as fastText's ``.bin``.

    Parameters
    ----------
    model : FastText
        The model; its words are written in the order of their counts.
    path : str or Path
        The file; it appears whole, or is as it was.
    encoding : str
        UTF-8: fastText's n-grams are those of bytes.
    lr_update_rate, word_ngrams : int
        Written as settings.

    Raises
    ------
    ConfigError
        There is no word, or one that cannot be written, or another encoding is asked for.
    SaveError
        The file cannot be written.
    """
    from firth.gensim.building import in_order

    if encoding.lower() not in _UTF8:
        raise ConfigError(f"encoding is {encoding!r}; fastText's models are written in UTF-8")
    wv, place = model.wv, given_path("path", path)
    if not len(wv):
        raise ConfigError("there is no word to save yet: call build_vocab first")
    words, counts, order = in_order(wv)
    bucket = max(1, wv.bucket)  # fastText divides by it
    lengths = (wv.min_n, wv.max_n) if wv.bucket else (0, 0)
    fields = (
        wv.vector_size, model.window, model.epochs, model.min_count, model.negative, word_ngrams,
        HIERARCHICAL if model.hs else _NEGATIVE, _SKIPGRAM if model.sg else _CBOW, bucket, *lengths,
        lr_update_rate, float(model.sample or 0),
    )  # fmt: skip
    shared = wv.vectors_ngrams if wv.bucket else np.zeros((1, wv.vector_size), np.float32)
    output = model.syn1 if model.hs else model.syn1neg[order]
    try:
        with atomic_path(place) as temporary, temporary.open("wb") as file:
            own = wv.vectors_vocab[order]
            write_parts(file, fields, words, counts, *map(_blocks, (own, shared, output)))
    except OSError as error:
        raise SaveError(f"{place} cannot be written ({error.strerror or error})") from error


def _blocks(matrix: NDArray[Any]) -> Iterator[NDArray[Any]]:
    for start in range(0, len(matrix), _ROWS):
        yield matrix[start : start + _ROWS]


def _read(path: str | Path, encoding: str) -> tuple[Parts, list[str]]:
    """Read a model, and its words in their encoding."""
    place = existing("path", path)
    strict = encoding.lower() in _UTF8
    try:
        parts = read_parts(place, "strict" if strict else "latin-1")
    except FormatError as error:
        if not isinstance(error.__cause__, UnicodeDecodeError):
            raise
        parts, strict = read_parts(place, "latin-1"), False
    if parts.settings.model == SUPERVISED:
        raise NotImplementedError(f"{place} is a classifier of texts, and holds no word vectors")
    dictionary = parts.dictionary
    words = WordList(dictionary.words.array, dictionary.words.integers)[: dictionary.n_words]
    if not strict:  # Latin-1 gives back every byte
        words = [word.encode("latin-1").decode(encoding, "backslashreplace") for word in words]
    return parts, words


def _vectors(parts: Parts, words: list[str]) -> FastTextKeyedVectors:
    settings, dictionary = parts.settings, parts.dictionary
    made = FastTextKeyedVectors(
        settings.dim, settings.min_n, settings.max_n, settings.buckets if settings.has_ngrams else 0
    )
    own = np.array(parts.matrix[: len(words)])
    made._take(words, own, dictionary.counts[: len(words)])
    made.vectors_vocab = own
    if made.bucket:
        rows = parts.matrix[len(words) :]
        if dictionary.pruned is None:
            made.vectors_ngrams = np.array(rows)
        else:
            made.vectors_ngrams = np.zeros((made.bucket, settings.dim), np.float32)
            keys, places = dictionary.pruned
            made.vectors_ngrams[keys] = rows[places]
    made.adjust_vectors()
    return made
