"""Errors tell the same in every process, and cost nothing where nobody reads them."""

from __future__ import annotations

import pickle
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest

import firth
from firth import errors
from firth.corpus import Vocabulary
from helpers.raised import every_error, raise_error


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_errors_survive_pickle(error: errors.FirthError) -> None:
    error.add_note("a note")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.args == error.args
    assert again.__notes__ == ["a note"]
    for name in ("word", "suggestions", "offset", "source", "rescued"):
        assert getattr(again, name, None) == getattr(error, name, None)


def test_a_pool_tells_what_happened() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for error in every_error():
            name = type(error).__name__
            future: Any = pool.submit(raise_error, type(error).__module__, name)
            with pytest.raises(type(error)) as caught:
                future.result(timeout=60)
            assert str(caught.value) == str(error)


def test_unknown_words_cost_little_until_the_message_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = [f"w{number}" for number in range(300_000)]
    vectors = firth.WordVectors(words, np.ones((len(words), 2), np.float32))
    vocabulary = Vocabulary(words, np.arange(len(words), 0, -1))
    searches: list[str] = []

    def search(word: str, words: Any) -> list[str]:
        searches.append(word)
        return ["near"]

    monkeypatch.setattr("firth.corpus.wordlist.near_spellings", search)
    assert "w1" in vectors
    for ask in (vectors.__getitem__, vectors.index, vectors.most_similar, vocabulary.id):
        started, unknown = time.perf_counter(), 0
        for number in range(10_000):
            try:
                ask(f"u{number}")
            except KeyError as error:
                unknown, last = unknown + 1, error
        assert unknown == 10_000
        assert time.perf_counter() - started < 1
        assert not searches
        assert "did you mean 'near'?" in str(last)
        assert str(last).count("near") == len(searches) == 1
        searches.clear()
