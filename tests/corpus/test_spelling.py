"""Suggestions for unknown words: the right ones, in order, fast enough for a message."""

from __future__ import annotations

import random
import string
import time

import pytest

from firth.corpus.spelling import near_spellings

WORDS = ["the", "England", "Elizabeth", "elizabeth", "darcy", "marriage", "carriage", "Übung"]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("ELIZABETH", "Elizabeth"),
        ("elisabeth", "Elizabeth"),
        ("mariage", "marriage"),
        ("darcey", "darcy"),
        ("teh", "the"),
        ("übung", "Übung"),
        ("Engalnd", "England"),
    ],
)
def test_the_likely_word_comes_first(asked: str, first: str) -> None:
    assert near_spellings(asked, WORDS)[0] == first


def test_nothing_near_gives_nothing() -> None:
    assert near_spellings("xylophone", WORDS) == []
    assert near_spellings("", WORDS) == []
    assert near_spellings("the", []) == []


def test_a_vocabulary_of_a_million_words_answers_at_once() -> None:
    draw = random.Random(1)
    words = ["".join(draw.choices(string.ascii_lowercase, k=8)) for _ in range(250_000)] * 4
    words[5] = "marriage"
    start = time.perf_counter()
    assert near_spellings("mariage", words)[0] == "marriage"
    assert time.perf_counter() - start < 3.0  # about 0.15 s on an idle core


def test_words_of_megabytes_are_not_compared() -> None:
    word = "ab" * 500_000
    began = time.perf_counter()
    assert near_spellings(word + "x", ["a", word, word + "y"]) == []
    assert time.perf_counter() - began < 1  # difflib takes the square of the length
