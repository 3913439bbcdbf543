"""Sentences of a text that show a word."""

from __future__ import annotations

import time
from typing import Any

from firth.corpus.sources import Corpus

#: Sentences that are shown; words of each to either side.
_MOST, _AROUND = 8, 12
#: Seconds that are spent on a word: a text may be far larger than anybody's patience.
_PATIENCE = 4.0


class Sentences:
    """Finds the first sentences of a corpus that hold a word.

    Parameters
    ----------
    corpus : Corpus
        The text, read as the model's was, so that it holds the words of the model.

    Examples
    --------
    >>> from firth import open_corpus
    >>> find = Sentences(open_corpus([["a", "cat", "sat"], ["a", "dog"]]))
    >>> find("cat")
    [{'before': 'a ', 'word': 'cat', 'after': ' sat'}]
    >>> find("owl")
    []
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._found: dict[str, list[dict[str, str]]] = {}

    def __call__(self, word: str) -> list[dict[str, str]]:
        """Return what stands before the word, the word, and what stands behind it."""
        if word not in self._found:
            if len(self._found) > 1_000:
                self._found.clear()
            self._found[word] = self._search(word)
        return self._found[word]

    def _search(self, word: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        until = time.monotonic() + _PATIENCE
        for block in self._corpus.blocks():
            batch: Any = self._corpus.tokenize(block)
            tokens = batch.tokens
            if word in set(tokens.unique().to_pylist()):
                found += _shown(tokens.to_pylist(), batch.lengths.tolist(), word)
            if len(found) >= _MOST or time.monotonic() > until:
                break
        return found[:_MOST]


def _shown(tokens: list[str], lengths: list[int], word: str) -> list[dict[str, str]]:
    found, start = [], 0
    for length in lengths:
        sentence = tokens[start : start + length]
        start += length
        if word in sentence:
            at = sentence.index(word)
            before = sentence[max(0, at - _AROUND) : at]
            after = sentence[at + 1 : at + 1 + _AROUND]
            found.append(
                {
                    "before": " ".join([*(["…"] if at > _AROUND else []), *before, ""]),
                    "word": word,
                    "after": " ".join(
                        ["", *after, *(["…"] if len(sentence) > at + 1 + _AROUND else [])]
                    ),
                }
            )
    return found
