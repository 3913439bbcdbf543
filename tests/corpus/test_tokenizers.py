"""Functions as tokenizers: what they may return, and what is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firth.corpus import open_corpus
from firth.errors import ConfigError


def read(tokenizer: Any, *lines: str) -> list[list[str]]:
    return list(open_corpus(iter(lines), tokenizer=tokenizer))


@pytest.mark.parametrize(
    "made",
    [list, tuple, iter, np.array],
    ids=["list", "tuple", "iterator", "array"],
)
def test_any_sequence_of_strings_is_taken(made: Any) -> None:
    assert read(lambda line: made(line.split()), "the cat", "sat") == [["the", "cat"], ["sat"]]


def test_lines_come_without_their_ends(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a b\r\nc\n\nd\r")
    corpus = open_corpus(tmp_path / "a.txt", tokenizer=list)
    assert list(corpus) == [["a", " ", "b"], ["c"], ["d"]]


@pytest.mark.parametrize(
    ("tokenizer", "message"),
    [
        (str.strip, r"str.strip returned 'the cat' \(of type str\) for the line 'the cat'; it mus"),
        (lambda line: None, "returned None for the line 'the cat'; it must return a list of str"),
        (lambda line: line.encode(), r"returned b'the cat' \(of type bytes\)"),
        (lambda line: Counter(line.split()), r"returned Counter.* \(of type Counter\)"),
        (lambda line: set(line.split()), r"returned {.*} \(of type set\)"),
        (lambda line: 7, r"returned 7 \(of type int\)"),
        (lambda line: [line, 1], r"returned a token that is 1 \(of type int\)"),
        (lambda line: [line, None], "returned a token that is None;"),
        (lambda line: [b"the"], r"a token that is b'the' \(of type bytes\)"),
        (lambda line: [["the"]], r"a token that is \['the'\] \(of type list\)"),
        (lambda line: ["\ud800"], "a token that UTF-8 cannot write"),
        (lambda line: "x" * 10**6, r"returned 'xxx.*\.\.\. \(of type str\)"),
    ],
)
def test_what_else_a_tokenizer_returns_is_refused(tokenizer: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        read(tokenizer, "the cat")
    assert len(str(caught.value)) < 400
