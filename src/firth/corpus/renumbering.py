"""An encoded corpus in the ids of another vocabulary."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.encoded import IDS, OFFSETS, VERSION, VOCABULARY, EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.corpus.working import unwritable, working_folder
from firth.errors import CorpusError
from firth.files import cache as caching

_SENTENCES_AT_A_TIME, _TOKENS_AT_A_TIME = 1 << 16, 1 << 22


def renumber(
    corpus: EncodedCorpus,
    vocabulary: Vocabulary,
    *,
    cache: str | Path | Literal[False] | None = None,
    name: str = "text",
) -> EncodedCorpus:
    """Write a corpus in the ids of a vocabulary; words that are not in it are left out.

    The counts are those of the vocabulary, whatever occurs here: they say how frequent words are.

    Parameters
    ----------
    corpus : EncodedCorpus
        The text, with a vocabulary of its own.
    vocabulary : Vocabulary
        The words to number it by.
    cache : str, Path, False or None
        In which folder's place for temporary files the result is; see :func:`encode`.
    name : str
        What an error calls the text.

    Returns
    -------
    EncodedCorpus
        In a temporary folder, until it is closed.

    Raises
    ------
    CorpusError
        None of its words is in the vocabulary, or the result cannot be written.

    Examples
    --------
    >>> from firth.corpus import encode
    >>> corpus = encode([["a", "b", "c"], ["c"], ["b", "a"]], min_count=1)
    >>> known = renumber(corpus, Vocabulary(["b", "a"], [90, 40]))
    >>> list(known.sentences()), known.n_tokens, known.vocabulary.counts.tolist()
    ([['a', 'b'], ['b', 'a']], 4, [90, 40])
    """
    owned = working_folder(cache)
    try:
        facts = _write(owned.path, corpus, vocabulary, name)
        (owned.path / caching.MANIFEST).write_text(json.dumps(facts, indent=1), encoding="utf-8")
        return EncodedCorpus(owned.path, owner=owned)
    except BaseException as error:
        owned.remove()
        if isinstance(error, OSError):
            raise unwritable(error, owned.path, bool(cache)) from error
        raise


def _write(
    folder: Path, corpus: EncodedCorpus, vocabulary: Vocabulary, name: str
) -> dict[str, object]:
    places = pc.index_in(corpus.vocabulary.words.array, vocabulary.words.array)
    ids_of = np.asarray(pc.fill_null(places, -1), np.int32)
    if not (ids_of >= 0).any():
        raise CorpusError(f"no word of the {name} is in the vocabulary")
    n_tokens = n_sentences = 0
    digest = hashlib.sha256(corpus.fingerprint.encode())
    with (folder / IDS).open("wb") as ids_file, (folder / OFFSETS).open("wb") as offsets_file:
        offsets_file.write(np.zeros(1, "<i8").data)
        for start, lengths in _pieces(corpus):
            ids = ids_of[corpus.read(start, start + int(lengths.sum()))]
            known = ids >= 0
            ids_file.write(ids[known].astype("<i4", copy=False).data)
            left = np.add.reduceat(known, np.cumsum(lengths) - lengths, dtype=np.int64)
            ends = n_tokens + np.cumsum(left[left > 0])
            offsets_file.write(ends.astype("<i8", copy=False).data)
            n_tokens, n_sentences = n_tokens + int(known.sum()), n_sentences + len(ends)
    vocabulary.save(folder / VOCABULARY)
    digest.update(vocabulary.counts.astype("<i8").data)
    vocabulary.words.update(digest)
    return {
        "version": VERSION,
        "n_words": len(vocabulary),
        "n_tokens": n_tokens,
        "n_raw_tokens": corpus.n_raw_tokens,
        "n_sentences": n_sentences,
        "n_counted": vocabulary.total,
        "fingerprint": digest.hexdigest()[:32],
        "source_fingerprint": corpus.source_fingerprint,
        "reading": {**corpus.reading, "min_count": 1, "max_vocabulary": None},
        "warnings": corpus.warnings,
    }


def _pieces(corpus: EncodedCorpus) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield where some sentences start, and their lengths: few tokens, or one sentence."""
    for first in range(0, corpus.n_sentences, _SENTENCES_AT_A_TIME):
        stop = min(first + _SENTENCES_AT_A_TIME, corpus.n_sentences)
        offsets = corpus.read_offsets(first, stop + 1)
        at = 0
        while at < len(offsets) - 1:
            end = int(np.searchsorted(offsets, offsets[at] + _TOKENS_AT_A_TIME, side="right")) - 1
            end = max(at + 1, end)
            yield int(offsets[at]), np.diff(offsets[at : end + 1])
            at = end
