"""Word boundaries: against the rules of UAX #29 written out one by one, and by example."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firth.corpus import open_corpus
from firth.corpus.readers import Block
from firth.corpus.word_break import (
    CONNECTOR,
    DOUBLE_QUOTE,
    EXTEND,
    HEBREW,
    IDEOGRAPH,
    KATAKANA,
    LETTER,
    MIDLETTER,
    MIDNUM,
    MIDNUMLET,
    NUMERIC,
    OTHER,
    QUOTE,
    classes,
    split_unicode_words,
)

CLASSES = classes()
AHLETTER = {LETTER, HEBREW}
MIDNUMLETQ = {MIDNUMLET, QUOTE}
WORDS = {LETTER, HEBREW, NUMERIC, KATAKANA, IDEOGRAPH}
NEWLINES = "\n\r\v\f\x85\u2028\u2029"
# One or more characters of every class.
CHARACTERS = "aé1٣.’,:'\"_\u202f\u05d0カー漢ไ² \n\r😀❤\u200d\u200c\u00ad\u0301\ufe0f\u0903\u200b-"


def between(of: list[int], i: int) -> bool:
    """Whether a boundary stands before the i-th of characters none of which is invisible."""
    before = of[i - 2] if i > 1 else OTHER
    a, b = of[i - 1], of[i]
    after = of[i + 1] if i + 1 < len(of) else OTHER
    rules = (
        a in AHLETTER and b in AHLETTER,  # WB5
        a in AHLETTER and b in {MIDLETTER} | MIDNUMLETQ and after in AHLETTER,  # WB6
        before in AHLETTER and a in {MIDLETTER} | MIDNUMLETQ and b in AHLETTER,  # WB7
        a == HEBREW and b == QUOTE,  # WB7a
        a == HEBREW and b == DOUBLE_QUOTE and after == HEBREW,  # WB7b
        before == HEBREW and a == DOUBLE_QUOTE and b == HEBREW,  # WB7c
        a == NUMERIC and b == NUMERIC,  # WB8
        a in AHLETTER and b == NUMERIC,  # WB9
        a == NUMERIC and b in AHLETTER,  # WB10
        before == NUMERIC and a in {MIDNUM} | MIDNUMLETQ and b == NUMERIC,  # WB11
        a == NUMERIC and b in {MIDNUM} | MIDNUMLETQ and after == NUMERIC,  # WB12
        a == KATAKANA and b == KATAKANA,  # WB13
        a in AHLETTER | {NUMERIC, KATAKANA, CONNECTOR} and b == CONNECTOR,  # WB13a
        a == CONNECTOR and b in AHLETTER | {NUMERIC, KATAKANA},  # WB13b
    )
    return not any(rules)


def words_of(text: str) -> list[str]:
    """Divide a text character by character."""
    pieces: list[str] = []
    of: list[int] = []
    for character in text:
        number = int(CLASSES[ord(character)])
        if number == EXTEND and pieces and pieces[-1] not in NEWLINES:
            pieces[-1] += character  # WB4
        else:
            pieces.append(character)
            of.append(OTHER if number == EXTEND else number)
    words: list[tuple[str, set[int]]] = []
    for i, piece in enumerate(pieces):
        if i and not between(of, i):
            words[-1] = (words[-1][0] + piece, words[-1][1] | {of[i]})
        else:
            words.append((piece, {of[i]}))
    return [word for word, kinds in words if kinds & WORDS]


def split(*rows: str) -> list[list[str]]:
    return split_unicode_words(pa.array(rows, pa.string())).to_pylist()


@given(st.lists(st.text(st.sampled_from(CHARACTERS), max_size=12), max_size=4))
@example(["__", "a"])
@example(["a'", "b"])
@example(["1.", "", "2"])
def test_a_block_is_divided_as_its_characters_one_by_one(rows: list[str]) -> None:
    assert split(*rows) == [words_of(row) for row in rows]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text(text: str) -> None:
    assert split(text) == [words_of(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't 'quote' l’été, rock'n'roll!", ["Don't", "quote", "l’été", "rock'n'roll"]),
        ("3.14 1,000 a.1 U.S.A. nasa.gov", ["3.14", "1,000", "a", "1", "U.S.A", "nasa.gov"]),
        ("well-known and/or x_y __init__ ___", ["well", "known", "and", "or", "x_y", "__init__"]),
        ("צה\"ל ג'ורג' \"א\"", ["צה\"ל", "ג'ורג'", "א"]),
        ("カタカナとひら漢字", ["カタカナ", "と", "ひ", "ら", "漢", "字"]),
        ("m² ½", ["m", "²", "½"]),
    ],
)  # fmt: skip
def test_words_by_example(text: str, words: list[str]) -> None:
    assert split(text) == [words]


@pytest.mark.parametrize(
    "word",
    [
        "co\u00adoperate",  # soft hyphen
        "می\u200cخواهم",  # zero-width non-joiner
        "क्\u200dष",  # zero-width joiner
        "e\u0301te\u0301",  # combining marks
        "हिन्दी",  # spacing marks
        "a\u2060b",  # word joiner
        "1\ufe0f\u20e3",  # a digit as a key
    ],
)
def test_what_is_invisible_neither_begins_nor_cuts_a_word(word: str) -> None:
    assert split(f"«{word}» {word}.", word) == [[word, word], [word]]
    for invisible in "\u00ad\u200c\u200d\u0301\u2060\ufeff":
        assert split(f"{invisible}{word} {invisible}") == [[word]]


def test_emoji_are_left_out_whole() -> None:
    emoji = "❤️ 👨\u200d👩\u200d👧\u200d👦 👍🏽 🇹🇷 🏴\U000e0067\U000e0062\U000e007f 😀😀 ✌\ufe0f"
    assert split(f"cat {emoji} dog", f"cat{emoji}") == [["cat", "dog"], ["cat"]]


def test_arrays_that_begin_elsewhere() -> None:
    rows = pa.array(["no", "one two", "été", "no"]).slice(1, 2)
    assert split_unicode_words(rows).to_pylist() == [["one", "two"], ["été"]]
    assert split_unicode_words(rows.slice(0, 0)).to_pylist() == []


def test_a_file_is_read_so() -> None:
    corpus = open_corpus([["x"]], tokenizer="unicode")
    batch = corpus.tokenize(Block("f", "Ça va\r\n❤️\nl’été — oui".encode()))
    assert batch.tokens.to_pylist() == ["Ça", "va", "l’été", "oui"]
    assert batch.lengths.tolist() == [2, 0, 2]
