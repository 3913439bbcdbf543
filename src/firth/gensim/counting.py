"""What gensim's models are given as a corpus, read by firth, and the counts of its words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import GeneratorType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from firth.corpus import EncodedCorpus, encode, open_corpus
from firth.corpus.vocabulary import rank_words
from firth.corpus.wordlist import WordList
from firth.errors import ConfigError, CorpusError
from firth.files.machine import available_cores
from firth.gensim.sentences import MAX_WORDS_IN_BATCH, LineSentence, PathLineSentences
from firth.gensim.utils import keep_vocab_item

logger = logging.getLogger("firth.gensim")

#: A rule of a program: (word, count, min_count) → keep, discard, or as ever.
TrimRule = Callable[[Any, int, int], int]


def word_list(words: Iterable[Any]) -> WordList:
    """Return words as firth holds them.

    Raises
    ------
    ConfigError
        They are neither all strings nor all whole numbers.
    """
    try:
        return WordList.of(words)
    except (pa.ArrowException, UnicodeError) as error:
        raise ConfigError(
            f"words must all be strings, or all whole numbers ({error}); make them strings, "
            "str(word)"
        ) from error


class Counted(NamedTuple):
    """Words of a corpus, and how often each occurs.

    Attributes
    ----------
    words : WordList
        (n,) all of them.
    counts : (n,) int64
        Theirs.
    total_words, sentences : int
        How many words and sentences the corpus has.
    """

    words: WordList
    counts: NDArray[np.int64]
    total_words: int = 0
    sentences: int = 0

    @classmethod
    def of(cls, counts: Mapping[Any, int]) -> Counted:
        """Take words and counts of a dictionary.

        >>> Counted.of({"cat": 3}).words
        WordList(['cat'], 1 words)
        """
        figures = np.fromiter(counts.values(), np.int64, len(counts))
        return cls(word_list(counts), figures, int(figures.sum()))

    def to_dict(self) -> dict[Any, int]:
        """Return counts by word."""
        return dict(zip(self.words[:], self.counts.tolist(), strict=True))

    def take(self, places: NDArray[np.integer]) -> Counted:
        """Return the words at these places."""
        words = WordList(self.words.array.take(pa.array(places)), self.words.integers)
        return self._replace(words=words, counts=self.counts[places])

    def kept(self, least: int, rule: TrimRule | None) -> NDArray[np.bool_]:
        """Tell which words a vocabulary keeps, (n,): frequent ones, or those that a rule keeps."""
        if rule is None:
            return self.counts >= least
        pairs = zip(self.words[:], self.counts.tolist(), strict=True)
        found = (keep_vocab_item(word, count, least, rule) for word, count in pairs)
        return np.fromiter(found, np.bool_, len(self.counts))

    def by_frequency(self) -> Counted:
        """Return the words in the order of a vocabulary: by falling count, then by word."""
        return self.take(rank_words(self.words.array, self.counts, 1, None))


NOTHING = Counted(WordList(pa.array([], pa.string())), np.zeros(0, np.int64))


def check_corpus(corpus_iterable: Any, corpus_file: Any, passes: int) -> None:
    """Refuse what is no corpus, with the errors that gensim's programs look for.

    Raises
    ------
    TypeError
        None or both are given; the file is none; or a generator is to be read several times.
    """
    if (corpus_iterable is None) == (corpus_file is None):
        both = "both are" if corpus_file is not None else "neither is"
        raise TypeError(f"give either corpus_iterable or corpus_file; {both} given")
    if corpus_iterable is None:
        if not isinstance(corpus_file, str | Path) or not Path(corpus_file).expanduser().is_file():
            raise TypeError(f"corpus_file is {corpus_file!r}; it must be the path of a file")
    elif not isinstance(corpus_iterable, Iterable):
        raise TypeError(
            f"the corpus is {corpus_iterable!r}; it must be an iterable of lists of words"
        )
    elif isinstance(corpus_iterable, GeneratorType) and passes > 1:
        raise TypeError(
            f"the corpus is a generator, which cannot be read {passes} times: give a list, or an "
            "object whose __iter__ begins anew"
        )


@contextmanager
def encoded(
    corpus_iterable: Any, corpus_file: Any, workers: int
) -> Iterator[tuple[EncodedCorpus | None, int]]:
    """Read a corpus into the ids of all of its words; None if there is not one.

    Yields
    ------
    corpus : EncodedCorpus or None
        Until the end.
    sentences : int
        How many were read.
    """
    counter = None
    source = corpus_file if corpus_iterable is None else _as_files(corpus_iterable)
    if source is None:
        source = counter = _Sentences(corpus_iterable)
    try:
        found = encode(
            open_corpus(source), min_count=1, threads=threads_of(workers), progress=False
        )
    except CorpusError:
        if counter is None or counter.words:
            raise
        yield None, counter.sentences
        return
    with found:
        yield found, found.n_sentences if counter is None else counter.sentences


def threads_of(workers: int) -> int:
    """Return how many threads to use for so many workers: no more than there are cores."""
    return max(1, min(int(workers), available_cores()))


def _as_files(corpus: Any) -> list[Path] | Path | None:
    """Return what a reader of lines reads, if firth's own gives the same sentences."""
    whole = getattr(corpus, "limit", 0) is None
    if type(corpus) not in (LineSentence, PathLineSentences) or not whole:
        return None
    if corpus.max_sentence_length != MAX_WORDS_IN_BATCH:
        return None
    if isinstance(corpus, PathLineSentences):
        return [Path(name) for name in corpus.input_files]
    return Path(corpus.source).expanduser() if isinstance(corpus.source, str | Path) else None


class _Sentences:
    """Sentences of an iterable, as lists of words, counted on the way.

    A sentence that is a string is one of letters, as gensim takes it, with a warning.
    """

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = items
        self.sentences = self.words = 0

    def __iter__(self) -> Iterator[Any]:
        warned = False
        for item in self._items:
            sentence = item
            if type(item) is not list:
                if isinstance(item, str):
                    sentence = list(item)
                    if not warned:
                        logger.warning(
                            "Each 'sentences' item should be a list of words (usually unicode "
                            "strings). Item %d is the string %.40r instead: its letters are taken "
                            "for words; write text.split()",
                            self.sentences,
                            item,
                        )
                    warned = True
                elif not hasattr(item, "__len__"):
                    raise TypeError(
                        f"sentence {self.sentences} is of type {type(item).__name__}; it must be a "
                        "list of words"
                    )
            self.sentences += 1
            self.words += len(sentence)
            yield sentence


def counted(corpus: EncodedCorpus | None, sentences: int, *, in_order_of_text: bool) -> Counted:
    """Return the counts of a corpus; words by frequency, or in the order in which they occur.

    Examples
    --------
    >>> with encoded([["b", "a", "a"], []], None, workers=1) as (corpus, sentences):
    ...     found = counted(corpus, sentences, in_order_of_text=True)
    >>> found.to_dict(), found.total_words, found.sentences
    ({'b': 1, 'a': 2}, 3, 2)
    """
    if corpus is None:
        return NOTHING._replace(sentences=sentences)
    vocabulary = corpus.vocabulary
    found = Counted(vocabulary.words, vocabulary.counts, corpus.n_raw_tokens, sentences)
    if in_order_of_text:
        _, first = np.unique(corpus.ids, return_index=True)
        found = found.take(np.argsort(first))
    return found


def forgetful(
    corpus: EncodedCorpus | None, counts: Counted, most: int, rule: TrimRule | None
) -> Counted:
    """Count as gensim does with `max_vocab_size`: forget rare words whenever there are too many.

    After a sentence that leaves more than `most` words, none is forgotten the first time, the
    second time those that have occurred once, then those that have occurred twice, and so on.
    """
    known: dict[Any, int] = {}
    least = 1
    for sentence in corpus.sentences() if corpus is not None else ():
        for word in sentence:
            known[word] = known.get(word, 0) + 1
        if len(known) > most:
            known = {
                word: count
                for word, count in known.items()
                if keep_vocab_item(word, count, least, rule)
            }
            least += 1
    return Counted.of(known)._replace(total_words=counts.total_words, sentences=counts.sentences)
