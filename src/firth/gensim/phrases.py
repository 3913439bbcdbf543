"""gensim's ``Phrases`` and ``FrozenPhrases``: words that occur together more often than by chance.

Counts, scores and the order in which phrases are found are gensim's, to the digit. Files are JSON.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from firth.errors import ConfigError, FormatError, SaveError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.files.parsing import checked, parse_json
from firth.gensim.given import existing
from firth.gensim.scoring import (
    NEGATIVE_INFINITY,
    Scorer,
    as_text,
    chosen,
    from_text,
    npmi_scorer,
    original_scorer,
)
from firth.gensim.store import refuse_pickle
from firth.gensim.transformation import PhrasesTransformation
from firth.values import reason

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "FrozenPhrases",
    "Phraser",
    "Phrases",
    "npmi_scorer",
    "original_scorer",
]

logger = logging.getLogger("firth.gensim")

#: Articles, prepositions and conjunctions that stand within English phrases.
ENGLISH_CONNECTOR_WORDS = frozenset(
    {"a", "an", "the", "for", "of", "with", "without", "at", "from", "to", "in", "on", "by"}
    | {"and", "or"}
)

_FORMAT, _VERSION = "firth-phrases", 1
_SAVED = {"format_version": int, "kind": str, "scoring": str, "connector_words": list}
_WAY_OUT = (
    "in a Python with gensim, firth.gensim.Phrases.from_gensim(gensim.models.Phrases.load(path))"
    ".save(new) writes them anew, and FrozenPhrases.from_gensim those that are frozen"
)


class _Saved(PhrasesTransformation):
    """Phrases that are saved as JSON, and loaded again."""

    #: Attributes that are written as they are.
    _plain: tuple[str, ...] = ()
    scoring: Scorer

    def save(self, fname: str | Path, *_: Any, **__: Any) -> None:
        """Save to a file of JSON, which appears whole or not at all.

        What gensim takes to divide its pickles is not needed. Of a function that scores the name
        is written; see :meth:`load`.
        """
        place = given_path("fname", fname)
        content = {
            "format": _FORMAT,
            "format_version": _VERSION,
            "kind": type(self).__name__,
            "scoring": as_text(self.scoring),
            "connector_words": sorted(self.connector_words),
            **{name: getattr(self, name) for name in self._plain},
        }
        try:
            with atomic_path(place) as temporary, temporary.open("w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"these phrases cannot be written as JSON: {error}") from error
        except OSError as error:
            raise SaveError(f"{place} cannot be written ({error.strerror or error})") from error

    @classmethod
    def load(cls, fname: str | Path, *, scoring: Scorer | None = None, **_: Any) -> Any:
        """Load what :meth:`save` wrote.

        Parameters
        ----------
        fname : str or Path
            The file.
        scoring : callable, optional
            The function that scores, where it was one of the program's own; it is found without
            this if its module has been imported.

        Raises
        ------
        FormatError
            It is a pickle, which could run code, or no file of phrases.
        """
        place = existing("fname", fname)
        refuse_pickle(place, _WAY_OUT)
        try:
            content = parse_json(place.read_bytes())
            if not isinstance(content, dict) or content.get("format") != _FORMAT:
                raise ValueError(f'expected an object with "format": "{_FORMAT}"')
            content = checked(content, _SAVED)
            if content["kind"] != cls.__name__ or content["format_version"] != _VERSION:
                raise ValueError(
                    f"it holds {content['kind']} of version {content['format_version']}; expected "
                    f"{cls.__name__} of version {_VERSION}"
                )
            plain = {name: content[name] for name in cls._plain}
        except OSError as error:
            raise FormatError(f"{place}: cannot be read ({error.strerror or error})") from error
        except (KeyError, ValueError) as error:
            raise FormatError(f"{place} is no file of phrases: {reason(error)}") from error
        made = cls.__new__(cls)
        made.__dict__.update(plain)
        made.connector_words = frozenset(content["connector_words"])
        made.scoring = from_text(content["scoring"], place) if scoring is None else chosen(scoring)
        return made

    @classmethod
    def from_gensim(cls, phrases: Any) -> Any:
        """Take what an object of gensim itself, of the same name, has learnt."""
        made = cls.__new__(cls)
        made.__dict__.update({name: getattr(phrases, name) for name in cls._plain})
        made.connector_words = frozenset(phrases.connector_words)
        own = {scorer.__name__: scorer for scorer in (original_scorer, npmi_scorer)}
        made.scoring = own.get(phrases.scoring.__name__) or chosen(phrases.scoring)
        return made


class Phrases(_Saved):
    """Counts words and pairs of neighbours, and joins those that belong together.

    Parameters
    ----------
    sentences : iterable of iterables of str, optional
        To learn from; more may follow, with :meth:`add_vocab`.
    min_count : float
        Taken off the count of a pair by the default scoring; the least count for "npmi".
    threshold : float
        Pairs that score more are phrases.
    max_vocab_size : int
        When there are more words and pairs, the rarest are forgotten.
    delimiter : str
        What joins words.
    progress_per : int
        Sentences between two lines of the log.
    scoring : {"default", "npmi"} or callable
        The score; a function is given the arguments of
        :func:`firth.gensim.scoring.original_scorer` by name.
    connector_words : iterable of str
        Words that may stand within phrases, and are not counted themselves.

    Attributes
    ----------
    vocab : dict of str to int
        How often each word, and each pair that was joined, occurred.

    Examples
    --------
    >>> text = [["new", "york", "was", "new"], ["in", "new", "york"]]
    >>> phrases = Phrases(text, min_count=1, threshold=0.5)
    >>> phrases[["to", "new", "york"]], round(phrases.export_phrases()["new_york"], 3)
    (['to', 'new_york'], 1.333)
    """

    _plain = (
        "min_count", "threshold", "max_vocab_size", "delimiter", "progress_per", "min_reduce",
        "corpus_word_count", "vocab",
    )  # fmt: skip

    def __init__(
        self,
        sentences: Iterable[Iterable[str]] | None = None,
        min_count: float = 5,
        threshold: float = 10.0,
        max_vocab_size: int = 40_000_000,
        delimiter: str = "_",
        progress_per: int = 10_000,
        scoring: str | Scorer = "default",
        connector_words: Iterable[str] = frozenset(),
    ) -> None:
        super().__init__(connector_words)
        self.scoring = chosen(scoring)
        if min_count <= 0:
            raise ConfigError(f"min_count is {min_count}; it must be above 0")
        if self.scoring is original_scorer and threshold <= 0:
            raise ConfigError(f"threshold is {threshold}; it must be above 0")
        if self.scoring is npmi_scorer and not -1 <= threshold <= 1:
            raise ConfigError(f'threshold is {threshold}; for scoring="npmi" it is from -1 to 1')
        if not isinstance(delimiter, str):
            raise ConfigError(f"delimiter is {delimiter!r}; it must be a string, as in gensim 4")
        self.min_count, self.threshold, self.delimiter = min_count, threshold, delimiter
        self.max_vocab_size, self.progress_per = max_vocab_size, progress_per
        self.vocab: dict[str, int] = {}
        self.min_reduce, self.corpus_word_count = 1, 0
        if sentences is not None:
            self.add_vocab(sentences)

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.vocab)} vocab, min_count={self.min_count}, "
            f"threshold={self.threshold}, max_vocab_size={self.max_vocab_size}>"
        )

    def add_vocab(self, sentences: Iterable[Iterable[str]]) -> None:
        """Count the words and pairs of more sentences."""
        counts: Counter[str] = Counter()
        n_words, reduce = 0, 1
        for number, sentence in enumerate(sentences):
            if number % self.progress_per == 0:
                logger.info("sentence %d: %d words, %d types", number, n_words, len(counts))
            words = list(sentence)
            n_words += len(words)
            counts.update(self._counted(words))
            if len(counts) > self.max_vocab_size:
                _forget(counts, reduce)
                reduce += 1
        self.corpus_word_count += n_words
        if self.vocab:
            self.min_reduce = max(self.min_reduce, reduce)
            for token, count in counts.items():
                self.vocab[token] = self.vocab.get(token, 0) + count
            if len(self.vocab) > self.max_vocab_size:
                _forget(self.vocab, self.min_reduce)
                self.min_reduce += 1
        else:
            self.vocab = dict(counts)
        self.add_lifecycle_event("add_vocab", msg=f"{n_words} words, now {self}")

    def _counted(self, words: list[str]) -> Iterable[str]:
        """Return the words of a sentence, and behind each the pair that it ends."""
        if not self.connector_words.isdisjoint(words):
            return self._counted_around(words)
        pairs = map(self.delimiter.join, pairwise(words))
        return chain(words[:1], chain.from_iterable(zip(words[1:], pairs, strict=True)))

    def _counted_around(self, words: list[str]) -> Iterator[str]:
        """Do the same where there are connector words, which belong to the pair around them."""
        passed: list[str] = []
        for word in words:
            if word not in self.connector_words:
                yield word
                if passed:
                    yield self.delimiter.join([*passed, word])
                passed = [word]
            elif passed:
                passed.append(word)

    def score_candidate(
        self, word_a: str, word_b: str, in_between: list[str]
    ) -> tuple[str | None, float | None]:
        """Return a phrase and its score, if that is above the threshold."""
        first, second = self.vocab.get(word_a, 0), self.vocab.get(word_b, 0)
        if first <= 0 or second <= 0:
            return None, None
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        both = self.vocab.get(phrase, 0)
        if both <= 0:
            return None, None
        score = self.scoring(
            worda_count=first,
            wordb_count=second,
            bigram_count=both,
            len_vocab=len(self.vocab),
            min_count=self.min_count,
            corpus_word_count=self.corpus_word_count,
        )
        return (phrase, score) if score > self.threshold else (None, None)

    def export_phrases(self) -> dict[str, float]:
        """Return all phrases with their scores.

        A phrase of phrases is scored by its first and last word, as in gensim.
        """
        found: dict[str, float] = {}
        for token in self.vocab:
            words = token.split(self.delimiter)
            if len(words) > 1:
                phrase, score = self.score_candidate(words[0], words[-1], words[1:-1])
                if phrase is not None and score is not None:
                    found[phrase] = score
        return found

    def freeze(self) -> FrozenPhrases:
        """Return the phrases without the counts: smaller, and faster."""
        return FrozenPhrases(self)


class FrozenPhrases(_Saved):
    """Joins the phrases of a :class:`Phrases`, from a table of their scores.

    Parameters
    ----------
    phrases_model : Phrases
        What found them.

    Attributes
    ----------
    phrasegrams : dict of str to float
        The phrases with their scores.
    """

    _plain = ("min_count", "threshold", "delimiter", "phrasegrams")

    def __init__(self, phrases_model: Phrases) -> None:
        super().__init__(phrases_model.connector_words)
        self.threshold, self.min_count = phrases_model.threshold, phrases_model.min_count
        self.delimiter, self.scoring = phrases_model.delimiter, phrases_model.scoring
        self.phrasegrams = phrases_model.export_phrases()

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.phrasegrams)} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    def score_candidate(
        self, word_a: str, word_b: str, in_between: list[str]
    ) -> tuple[str | None, float | None]:
        """Return a phrase and its score, if it is one."""
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        score = self.phrasegrams.get(phrase, NEGATIVE_INFINITY)
        return (phrase, score) if score > self.threshold else (None, None)


Phraser = FrozenPhrases
_PhrasesTransformation = PhrasesTransformation


def _forget(counts: dict[str, int], least: int) -> None:
    """Take out what occurred less than `least` times."""
    for token in [token for token, count in counts.items() if count < least]:
        del counts[token]
