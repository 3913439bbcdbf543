"""What a run starts from: a model or vectors, and what of them is to stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.config import REGISTRIES, every_option
from firth.corpus import EncodedCorpus, Vocabulary
from firth.corpus.paths import is_path
from firth.corpus.wordlist import WordList
from firth.errors import ConfigError
from firth.files.given import given_path
from firth.formats import native
from firth.formats.reading import read_vectors
from firth.model import Model, load
from firth.values import Whole
from firth.vectors import WordVectors

if TYPE_CHECKING:
    from firth.training.run.setup import Setup
    from firth.training.run.starting import Known, Start

#: Options that say how long, how fast and how to run, and which words to add.
_OF_A_RUN = {
    "epochs", "learning_rate", "end_learning_rate", "threads", "seed", "deterministic",
    "min_count", "max_vocabulary",
}  # fmt: skip


class Before(NamedTuple):
    """What a run starts from.

    Attributes
    ----------
    source : Model or WordVectors
        What has been learnt before.
    frozen : NDArray or None
        (V,) bool, which of its words keep their vectors.
    free : bool
        Its words go wherever the new text puts them.
    """

    source: Model | WordVectors
    frozen: NDArray[np.bool_] | None
    free: bool = False

    @property
    def vectors(self) -> WordVectors:
        """Its words and their vectors."""
        return self.source if isinstance(self.source, WordVectors) else self.source.vectors

    @property
    def words(self) -> WordList:
        """Its V words."""
        return WordList.of(self.vectors.words)

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """How often each occurred, (V,), if that is known."""
        return self.vectors.counts

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings of a run: the model's own, and over them those that are given.

        What belongs to a run and not to what it makes is not taken from the model, nor what was
        fitted to its text.
        """
        found: dict[str, Any] = {"dim": self.vectors.dim}
        if isinstance(self.source, Model):
            config = self.source.config
            kinds = [registry.kind for registry in REGISTRIES]
            chosen = {kind: given.get(kind, config.get(kind)) for kind in kinds}
            found |= {kind: member for kind, member in chosen.items() if member is not None}
            for whose, option in every_option():
                kind, _, member = whose.partition(" ")
                own = not whose or chosen[kind] == member
                if own and option.name in config.keys() - _OF_A_RUN and option.default is not None:
                    found[option.name] = config[option.name]
            found |= given
            for _, option in every_option():
                agrees = all(found.get(name) == value for name, value in option.when.items())
                if not agrees and option.name not in given:
                    found.pop(option.name, None)
        return {**found, **given}

    def digest(self) -> str:
        """Return what tells it from others: 32 hex digits."""
        digest = hashlib.sha256(np.ascontiguousarray(self.vectors.matrix).data)
        digest.update(bytes([self.free]))
        if self.frozen is not None:
            digest.update(self.frozen.data)
        return digest.hexdigest()[:32]

    def vocabulary(
        self, corpus: EncodedCorpus, min_count: int, max_vocabulary: int | None
    ) -> Vocabulary:
        """Put its words and those of a new text together.

        All of its own stay. Others are added that occur `min_count` times in the new text, the
        most frequent first, up to `max_vocabulary` words in all. Counts are added up; of words
        whose counts are not known they are those of the new text, 1 at least.
        """
        new = corpus.vocabulary
        places = np.asarray(pc.fill_null(pc.index_in(new.words.array, self.words.array), -1))
        own = self.counts
        counts = np.zeros(len(self.words), np.int64) if own is None else own.copy()
        counts[places[places >= 0]] += new.counts[places >= 0]
        added = np.flatnonzero((places < 0) & (new.counts >= min_count))
        if max_vocabulary is not None:
            added = added[: max(0, max_vocabulary - len(self.words))]
        words = pa.chunked_array(
            [self.words.array, new.words.array.take(pa.array(added))]
        ).combine_chunks()
        whole = self.words.integers and new.words.integers
        return Vocabulary(
            WordList(words, whole), np.concatenate([np.maximum(counts, 1), new.counts[added]])
        )

    def start(self, vocabulary: Vocabulary) -> Start:
        """Return how a run on a vocabulary begins."""
        from firth.training.run.starting import Start

        rates = None
        if self.frozen is not None:
            stays = self.words.array.filter(pa.array(self.frozen))
            rates = 1.0 - np.asarray(pc.is_in(vocabulary.words.array, stays)).astype(np.float64)
        return Start(self._known(), rates)

    def settle(
        self, matrices: Mapping[str, NDArray[Any]], rows: Mapping[str, str], setup: Setup
    ) -> NDArray[np.int64]:
        """Let its words end between where they were and where the new text put them, in place.

        Words that stay are put where they were: those that are made of n-grams have moved with
        those of other words.

        Parameters
        ----------
        matrices : mapping of str to (rows, dim)
            What the run has left, by name.
        rows : mapping of str to str
            What their rows stand for; words by default.
        setup : Setup
            The run.

        Returns
        -------
        (V,) int64
            In which row each of its words is now.
        """
        from firth.training.run.settling import settle, settle_ngrams, shares

        known, vocabulary = self._known(), setup.corpus.vocabulary
        found = np.asarray(pc.index_in(self.words.array, vocabulary.words.array), np.int64)
        own, places = self.counts, np.arange(len(found))
        news = shares(vocabulary, found, own)
        weights = np.sqrt(news * vocabulary.counts[found])
        parts = np.ones(len(found)) if self.free else news
        held = np.zeros(len(found), np.bool_) if self.frozen is None else self.frozen
        settle(matrices["input"], found, known.input, places, np.where(held, 0, parts), weights)
        output = known.output
        words = rows.get("output", "words") == known.output_rows == "words"
        if words and output is not None and output.shape == known.input.shape:
            settle(matrices["output"], found, output, places, parts, weights)
        if known.ngrams is not None and "ngrams" in matrices and own is not None and not self.free:
            earlier = np.zeros(len(vocabulary), np.int64)
            earlier[found] = own
            settle_ngrams(matrices["ngrams"], setup, known, earlier)
        return found

    def _known(self) -> Known:
        from firth.training.run.starting import Known

        if isinstance(self.source, WordVectors):
            return Known(self.words, self.counts, self.source.matrix)
        matrices, config = self.source.matrices, self.source.config
        lengths = None
        if "ngrams" in matrices:
            lengths = (config["min_n"], config["max_n"], config["buckets"])
        return Known(
            self.words,
            self.counts,
            matrices["input"],
            matrices.get("output"),
            self.source.rows.get("output", "words"),
            matrices.get("ngrams"),
            lengths,
        )


def before(start_from: Any, freeze: Any) -> Before | None:
    """Return what a run starts from, if anything.

    Parameters
    ----------
    start_from : Model, WordVectors, path or None
        As for :func:`firth.train`.
    freeze : "all", int, iterable of words, or None
        As for :func:`firth.train`.

    Raises
    ------
    ConfigError
        One of them is something else; or there is nothing to freeze.
    FormatError
        The file holds no vectors.
    """
    if start_from is None:
        if freeze is not None:
            raise ConfigError("freeze says what is to stay of start_from: give that too")
        return None
    if is_path(start_from):
        path = given_path("start_from", start_from)
        start_from = load(path) if native.is_model(path) else read_vectors(path)
    if not isinstance(start_from, Model | WordVectors):
        raise ConfigError(
            f"start_from is {type(start_from).__name__}; it must be a Model, WordVectors, or the "
            "path of either"
        )
    found = Before(start_from, None)
    if isinstance(freeze, str) and freeze == "none":
        return found._replace(free=True)
    return found._replace(frozen=_frozen(freeze, found.vectors))


def _frozen(freeze: Any, vectors: WordVectors) -> NDArray[np.bool_] | None:
    n = len(vectors)
    if freeze is None:
        return None
    if isinstance(freeze, str):
        if freeze != "all":
            raise ConfigError(
                f"freeze is {freeze!r}; it must be 'all', 'none', a number of words (the most "
                "frequent), or a list of words"
            )
        return np.ones(n, np.bool_)
    if isinstance(freeze, Iterable):
        found = np.zeros(n, np.bool_)
        found[[vectors.index(word) for word in freeze]] = True
        return found
    most: int = Whole(1).check("freeze", freeze)
    found = np.zeros(n, np.bool_)
    found[:most] = True
    return found
