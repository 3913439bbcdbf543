"""Every reader of files, with valid files for it: those of the registry, and firth's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np

import firth
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.sources import open_corpus
from firth.errors import ConfigError, FormatError, UnknownWordError
from firth.formats.reading import read_contents
from firth.formats.registry import FORMATS
from firth.training.run.checkpoint import Checkpointer
from firth.vectors import WordVectors
from tools.fuzz import seeds
from tools.fuzz.case import Case


class Reader(NamedTuple):
    """What reads files.

    Attributes
    ----------
    seeds : tuple of callable
        Each is given an empty folder, and yields valid inputs.
    read : callable
        Is given what to open, and options; reads all of it, as a user would, and returns the bytes
        of memory that the result takes. Errors are those of firth's tree.
    options : callable
        Draws options.
    """

    seeds: tuple[Callable[[Path], Iterator[Case]], ...]
    read: Callable[[Path, dict[str, Any]], int]
    options: Callable[[Random], dict[str, Any]]


def _format(name: str) -> Callable[[Path, dict[str, Any]], int]:
    """Read vectors, and look at every part of what was read."""

    def read(path: Path, options: dict[str, Any]) -> int:
        given = dict(options)
        named, asked = given.pop("named", True), given.pop("asked", True)
        given["format"] = name if named else None
        if asked:
            return _look(firth.read_vectors(path, **given))
        found = read_contents(path, **given)
        parts = [found.matrix, found.output, found.ngrams and found.ngrams.matrix, found.counts]
        parts.append(getattr(found.unseen, "matrix", None))
        if len(found.words) != len(found.matrix):
            raise AssertionError(f"{len(found.words)} words, {len(found.matrix)} vectors")
        # Rows that are mapped are looked at by `firth check`; all others, when they are read.
        mapped = name in ("firth", "numpy", "safetensors")
        looked_at = [] if mapped else [p for p in parts if p is not None]
        if not all(np.isfinite(part).all() for part in looked_at):
            raise AssertionError("numbers were read that are not finite")
        held = sum(part.nbytes for part in parts if part is not None)
        return int(held + found.words.array.nbytes)

    return read


def _look(vectors: WordVectors) -> int:
    """Use vectors; return the bytes that they hold, with what was made of them."""
    # What is mapped is looked at when it is asked, and then the word is named, not the file.
    with suppress(ConfigError, FormatError):
        _ = vectors.norms
    for word in (*vectors.words[:1], *vectors.words[-1:], "unseen", "ñ", ""):
        with suppress(ConfigError, FormatError, UnknownWordError):
            _ = vectors[word]
    held = vectors.matrix.nbytes + getattr(vectors.unseen, "matrix", vectors.matrix[:0]).nbytes
    return int(held + 250 * len(vectors))


def _options(random: Random) -> dict[str, Any]:
    if random.random() < 0.5:
        return {"asked": random.random() < 0.5}
    return {
        "asked": random.random() < 0.5,
        "named": random.random() < 0.5,
        "top": random.choice((None, None, 1, 2)),
        "errors": random.choice(("strict", "replace", "latin-1")),
        "duplicates": random.choice(("refuse", "first")),
    }


def _read_model(path: Path, options: dict[str, Any]) -> int:
    model = firth.load(path, **options)
    _look(model.vectors)
    if model.rows.get("output") == "words":
        _look(model.output_vectors)
    _ = model.history.to_pylist(), model.loss_curve.to_pylist(), repr(model)
    return 2 * sum(matrix.nbytes for matrix in model.matrices.values())


def _read_checkpoint(path: Path, options: dict[str, Any]) -> int:
    found = Checkpointer(path, seeds.RUN, seeds.MADE_BY).newest()
    if found is None:
        return 0
    with np.errstate(all="ignore"):
        _ = found.inputs.sum(), found.outputs.sum(), len(found.state)
    return 0


def _read_corpus(path: Path, options: dict[str, Any]) -> int:
    with EncodedCorpus.open(path) as found:
        vocabulary = len(found.vocabulary)
        n_words = sum(len(words) for words in found.sentences())
        if n_words != found.n_tokens:
            raise AssertionError(f"{n_words} words, but {found.n_tokens} tokens")
        if found.n_tokens:
            ids = found.read(0, found.n_tokens)
            if ids.min() < 0 or ids.max() >= vocabulary:
                raise AssertionError("ids are beyond the vocabulary")
        _ = found.ranges(5)
    return 0


def _read_text(path: Path, options: dict[str, Any]) -> int:
    given = {name: value for name, value in options.items() if value is not None}
    tokens = 0
    for sentence in open_corpus(path, **given):
        tokens += sum(len(word) for word in sentence)
    # A list of strings is what was asked for.
    return tokens * 64


def _none(random: Random) -> dict[str, Any]:
    return {}


def _text_options(random: Random) -> dict[str, Any]:
    return {"errors": "replace"} if random.random() < 0.3 else {}


_FILES = {
    "firth": "v", "word2vec-text": "v.vec", "word2vec-binary": "v.w2v", "numpy": "v.npy",
    "parquet": "v.parquet", "arrow": "v.arrow", "glove": "v.glove", "fasttext": "v.bin",
    "model2vec": "v", "tensorboard": "v", "safetensors": "v.safetensors",
}  # fmt: skip
_MORE = {
    "word2vec-text": (seeds.text_vectors,), "glove": (seeds.glove,),
    "word2vec-binary": (seeds.word2vec_binary,), "parquet": (seeds.tables,),
    "arrow": (seeds.tables,), "fasttext": (seeds.fasttext,), "finalfusion": (seeds.finalfusion,),
    "spacy": (seeds.spacy,), "model2vec": (seeds.static,), "tensorboard": (seeds.projector,),
    "firth": (seeds.models,), "floret": (seeds.floret,),
}  # fmt: skip

READERS: dict[str, Reader] = {
    name: Reader(
        (*((seeds.written(name, _FILES[name]),) if name in _FILES else ()), *_MORE.get(name, ())),
        _format(name),
        _options,
    )
    for name in FORMATS
} | {
    "model": Reader((seeds.models,), _read_model, lambda r: {"check_values": r.random() < 0.5}),
    "checkpoint": Reader((seeds.checkpoints,), _read_checkpoint, _none),
    "corpus": Reader((seeds.corpora,), _read_corpus, _none),
    "text": Reader((seeds.texts,), _read_text, _text_options),
}
"""By name: formats of vectors, then firth's own files, then the texts that are trained on."""
