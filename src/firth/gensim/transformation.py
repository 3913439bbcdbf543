"""Going through sentences and joining what belongs together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from firth.gensim.lifecycle import Lifecycle


class PhrasesTransformation(Lifecycle):
    """Joins words of sentences to phrases; `score_candidate` says which.

    Parameters
    ----------
    connector_words : iterable of str
        Words that may stand within a phrase, never at its ends, such as "of".

    Examples
    --------
    >>> class Known(PhrasesTransformation):
    ...     def score_candidate(self, word_a, word_b, in_between):
    ...         phrase = "_".join([word_a, *in_between, word_b])
    ...         return (phrase, 1.0) if phrase == "bank_of_england" else (None, None)
    >>> Known({"of"})[["the", "bank", "of", "england", "of"]]
    ['the', 'bank_of_england', 'of']
    """

    def __init__(self, connector_words: Iterable[str]) -> None:
        self.connector_words = frozenset(connector_words)

    def score_candidate(
        self, word_a: str, word_b: str, in_between: list[str]
    ) -> tuple[str | None, float | None]:
        """Return a phrase and its score, or None twice if the words are none."""
        raise NotImplementedError("a subclass says which words are phrases: score_candidate")

    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[tuple[str, float | None]]:
        """Yield the words and phrases of a sentence; phrases with their scores, words with None.

        Phrases are found from the left and do not overlap.
        """
        # A word that may begin a phrase, and the connector words that have followed it.
        start: str | None = None
        between: list[str] = []
        for word in sentence:
            if word in self.connector_words:
                if start is None:
                    yield word, None
                else:
                    between.append(word)
                continue
            if start is not None:
                phrase, score = self.score_candidate(start, word, between)
                if phrase is not None and score is not None:
                    yield phrase, score
                    start, between = None, []
                    continue
                yield start, None
                for passed in between:
                    yield passed, None
            start, between = word, []
        if start is not None:
            yield start, None
            for passed in between:
                yield passed, None

    def __getitem__(self, sentence: Any) -> Any:
        """Join the words of one sentence, or of many as they are asked for.

        Parameters
        ----------
        sentence : iterable of str, or iterable of these
            One sentence, or a stream.

        Returns
        -------
        list of str, or iterable of lists
            What can be read again if `sentence` can.
        """
        single, sentence = _looked_at(sentence)
        if not single:
            return TransformedSentences(self, sentence)
        return [token for token, _ in self.analyze_sentence(sentence)]

    def find_phrases(self, sentences: Iterable[Iterable[str]]) -> dict[str, float]:
        """Return the phrases that occur in sentences, with their scores."""
        return {
            phrase: score
            for sentence in sentences
            for phrase, score in self.analyze_sentence(sentence)
            if score is not None
        }


class TransformedSentences:
    """Sentences with their phrases joined, one at a time, as often as they are gone through."""

    def __init__(self, phrases: PhrasesTransformation, sentences: Iterable[Any]) -> None:
        self.obj, self.corpus = phrases, sentences

    def __iter__(self) -> Iterator[list[str]]:
        for sentence in self.corpus:
            yield self.obj[sentence]

    def __len__(self) -> int:
        return len(self.corpus)  # type: ignore[arg-type]


def _looked_at(sentence: Any) -> tuple[bool, Any]:
    """Tell one sentence from many by the first item; what was taken for that is put back."""
    parts = iter(sentence)
    try:
        first = next(parts)
    except StopIteration:
        return True, []
    if parts is sentence:  # it can be gone through once
        sentence = itertools.chain([first], parts)
    return isinstance(first, str), sentence
