"""Texts → the known words of each, as the text of a model was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.corpus import TOKENIZERS, Corpus, open_corpus
from firth.corpus.letters import Form
from firth.corpus.readers import Block, as_strings, text_rows
from firth.corpus.tables import is_list
from firth.documents.lookup import Lookup
from firth.errors import ConfigError
from firth.model import Model
from firth.vectors import WordVectors

Tokenizer = str | Callable[[str], list[str]]


class Words(NamedTuple):
    """The words of some documents that have vectors.

    Attributes
    ----------
    places : (u,) int64
        Of the different words, in a :class:`Lookup`.
    ids : (n,) int32
        The words of all documents, one document after the other, as numbers of `places`.
    lengths : (n_docs,) int64
        How many each document has; they add up to n.
    n_words : (n_docs,) int64
        How many it has with those that have no vector.
    continues : bool
        The last document goes on in the next piece.
    texts : list of str or None
        The documents as they were, if that was asked for.
    """

    places: NDArray[np.int64]
    ids: NDArray[np.int32]
    lengths: NDArray[np.int64]
    n_words: NDArray[np.int64]
    continues: bool
    texts: list[str] | None


class WordReader:
    """Reads documents as the text was read that a model learnt from.

    Parameters
    ----------
    vectors : Model or WordVectors
        A model knows how its text was read. Vectors alone do not: then text is split at white
        space, and nothing else is done to it.
    tokenizer, lowercase, normalize
        As for :func:`firth.open_corpus`; what is given counts more than what the model says.

    Attributes
    ----------
    vectors : WordVectors
        The vectors.

    Examples
    --------
    >>> reader = WordReader(WordVectors(["the", "cat"], [[1.0], [2.0]]), lowercase=True)
    >>> words = next(reader.pieces(["The cat", "a dog", ""], reader.lookup()))
    >>> words.places[words.ids].tolist(), words.lengths.tolist(), words.n_words.tolist()
    ([0, 1], [2, 0, 0], [2, 2, 0])
    """

    def __init__(
        self,
        vectors: Model | WordVectors,
        *,
        tokenizer: Tokenizer | None = None,
        lowercase: bool | str | None = None,
        normalize: Form | None = None,
    ) -> None:
        recorded: Any = {}
        if isinstance(vectors, Model):
            recorded = vectors.provenance.get("reading")
            vectors = vectors.vectors
        if not isinstance(vectors, WordVectors):
            raise ConfigError(
                f"vectors is of type {type(vectors).__name__}; give what firth.load or "
                "firth.read_vectors returned"
            )
        self.vectors: WordVectors = vectors
        given = {"tokenizer": tokenizer, "lowercase": lowercase, "normalize": normalize}
        options = _recorded(recorded, vectors)
        options |= {name: value for name, value in given.items() if value is not None}
        self._options = options
        self._corpus = Corpus((), **options)  # checks them
        self._changes_words = bool(self._corpus.lowercase or self._corpus.normalize)

    def lookup(self) -> Lookup:
        """Make an empty table of places."""
        return Lookup(self.vectors)

    def corpus(self, source: Any, **more: Any) -> Corpus:
        """Open files or tables, to be read as the model's text was."""
        return open_corpus(source, **self._options, **more)

    def pieces(
        self, texts: Any, lookup: Lookup, *, keep_texts: bool = False, forget: bool = False
    ) -> Iterator[Words]:
        """Read documents, some thousands at a time.

        Parameters
        ----------
        texts : iterable of str or of lists of words, column, table or Corpus
            One document an item or a row. Strings are texts here, not paths.
        lookup : Lookup
            Gives the places.
        keep_texts : bool
            Give the documents back too.
        forget : bool
            Places of composed vectors need not last longer than a piece.

        Raises
        ------
        ConfigError
            `texts` is one text, or a path.
        CorpusError
            An item is no document, or a file cannot be read.
        """
        corpus = self._opened(texts)
        for block in corpus.blocks(keep_empty=True):
            if forget:
                lookup.limit()
            yield self._words(corpus, block, lookup, keep_texts)

    def words(self, text: Any) -> list[str]:
        """Return the words of one document, a text or a list of words, known or not.

        >>> WordReader(WordVectors(["a"], [[1.0]]), lowercase=True).words("A dog")
        ['a', 'dog']
        """
        listed = isinstance(text, list | tuple) and all(type(word) is str for word in text)
        if listed and not self._changes_words:
            return list(text)
        if isinstance(text, str):
            try:
                blocks: Iterable[Block] = [Block("<text>", pa.array([text], pa.string()))]
            except UnicodeError as error:
                raise ConfigError(f"the text cannot be written as UTF-8 ({error})") from error
        else:
            blocks = self.corpus(iter([text])).blocks(keep_empty=True)
        batches = [self._corpus.tokenize(block, cut=False) for block in blocks]
        if sum(len(batch.lengths) for batch in batches) != 1:
            raise ConfigError(
                f"an object of type {type(text).__name__} is no document; give a text, or a list "
                "of words"
            )
        found: list[str] = batches[0].tokens.to_pylist()
        return found

    def _opened(self, texts: Any) -> Corpus:
        if isinstance(texts, Corpus):
            return texts
        if isinstance(texts, str | Path):
            raise ConfigError(
                f"texts is one {type(texts).__name__}, {str(texts)[:60]!r}; give a list of texts, "
                "or, to read a file, firth.open_corpus(path)"
            )
        # A list of strings would be taken for paths.
        return self.corpus(iter(texts) if isinstance(texts, list | tuple) else texts)

    def _words(self, corpus: Corpus, block: Block, lookup: Lookup, keep_texts: bool) -> Words:
        batch = corpus.tokenize(block, cut=False)
        encoded = batch.tokens.dictionary_encode()
        tokens, words = encoded.indices.to_numpy(), encoded.dictionary.to_pylist()
        found = lookup.places(words)
        kept = np.flatnonzero(found >= 0)
        numbers = np.full(len(found), -1, np.int32)
        numbers[kept] = np.arange(len(kept), dtype=np.int32)
        ids = numbers[tokens]
        n_words = batch.lengths
        if "" in words:  # these are no words
            n_words = _per_document(tokens != words.index(""), batch.lengths)
        return Words(
            found[kept],
            ids[ids >= 0],
            _per_document(ids >= 0, batch.lengths),
            n_words,
            batch.continues,
            _texts(block, corpus.errors) if keep_texts else None,
        )


def _per_document(flags: NDArray[np.bool_], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the tokens of each document that have a flag."""
    before = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=before[1:])
    ends = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=ends[1:])
    return np.diff(before[ends])


def _recorded(reading: Any, vectors: WordVectors) -> dict[str, Any]:
    """Return how the text was read, as far as documents are concerned."""
    known = reading if isinstance(reading, Mapping) else {}
    options = {name: known[name] for name in ("tokenizer", "lowercase") if known.get(name)}
    if vectors.normalize is not None:
        options["normalize"] = vectors.normalize
    name = options.get("tokenizer")
    if name is not None and name not in TOKENIZERS:
        # A file never says what code is run.
        def unknown(text: str) -> NoReturn:
            raise ConfigError(
                f"the text of this model was split by a function of its own, {name}; give it as "
                "tokenizer= (--tokenizer package.module:function), or give lists of words"
            )

        options["tokenizer"] = unknown
    return options


def _texts(block: Block, errors: str) -> list[str]:
    """Return the rows of a block as strings, tokens joined by blanks."""
    rows: Any = block.data
    if isinstance(rows, bytes):
        texts: Iterable[str] = text_rows(block, errors).to_pylist()
        return [text.removesuffix("\n").removesuffix("\r") for text in texts]
    if is_list(rows.type):
        return [
            " ".join(str(token) for token in row or () if token is not None)
            for row in rows.to_pylist()
        ]
    return list(as_strings(rows, block.source, errors).to_pylist())
