"""Normal forms and small letters: what is one word is read as one."""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import firth
from firth.corpus import open_corpus
from firth.corpus.letters import FORMS, as_compared
from firth.errors import ConfigError
from firth.vectors import WordVectors

COMPOSED, DECOMPOSED = "café", unicodedata.normalize("NFD", "café")
TEXT = st.text(
    st.sampled_from("aeJj\u0301\u030c\u0307éﬁａＡ①İI漢\uac00\u1100\u1161 \u00a0"), max_size=8
)


@given(st.lists(TEXT, max_size=5), st.sampled_from(FORMS))
def test_every_string_has_the_normal_form(strings: list[str], form: str) -> None:
    array = pa.array(["no\u0301", *strings, "e\u0301"], pa.string()).slice(1, len(strings))
    expected = [unicodedata.normalize(form, text) for text in strings]
    assert as_compared(array, form, False).to_pylist() == expected
    assert as_compared(array, None, False) is array


@given(TEXT, st.sampled_from(FORMS), st.sampled_from([True, "tr"]))
def test_small_letters_do_not_depend_on_the_form_of_the_capitals(
    text: str, form: str, lowercase: bool | str
) -> None:
    forms = [unicodedata.normalize(name, text) for name in ("NFC", "NFD")]
    one, other = as_compared(pa.array([*forms]), form, lowercase).to_pylist()
    assert one == other == unicodedata.normalize(form, one)


def test_both_forms_of_a_word_are_one_word_wherever_text_is_from(tmp_path) -> None:
    (tmp_path / "a.txt").write_text(f"le {COMPOSED}\nle {DECOMPOSED}", encoding="utf-8")
    pairs = [["le", COMPOSED], ["le", DECOMPOSED]]
    table = pa.table({"text": [" ".join(pair) for pair in pairs]})
    for source in (tmp_path / "a.txt", pairs, table):
        for tokenizer in ("whitespace", "unicode", str.split):
            corpus = open_corpus(source, normalize="NFC", tokenizer=tokenizer)
            assert list(corpus) == [["le", COMPOSED]] * 2
    assert list(open_corpus(tmp_path / "a.txt")) == pairs


def test_turkish_has_two_letters_i() -> None:
    lines = ["İSTANBUL ve IŞIK", "I\u0307stanbul ISPARTA", "istanbul ışık ÇAĞ"]
    small = [["istanbul", "ve", "ışık"], ["istanbul", "ısparta"], ["istanbul", "ışık", "çağ"]]
    for locale in ("tr", "az"):
        assert list(open_corpus(iter(lines), lowercase=locale)) == small
        assert list(open_corpus([line.split() for line in lines], lowercase=locale)) == small
    assert next(iter(open_corpus(iter(lines), lowercase=True))) == ["istanbul", "ve", "işik"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"normalize": "nfc"}, r"normalize is 'nfc'; it must be None or one of \('NFC', 'NFKC'\)"),
        ({"normalize": True}, "normalize is True"),
        ({"lowercase": "de"}, r"lowercase is 'de'; it must be True or False, or one of \('tr'"),
        ({"lowercase": 1}, "lowercase is 1"),
    ],
)
def test_what_there_is_not_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        open_corpus([["a"]], **options)


def test_a_model_is_asked_in_either_form(tmp_path) -> None:
    lines = [f"le {COMPOSED} est chaud", f"le {DECOMPOSED} noir", "du thé vert"] * 100
    options = {"dim": 8, "min_count": 1, "epochs": 1, "sample": 0.0, "threads": 1}
    firth.train(iter(lines), output=tmp_path / "m", normalize="NFC", **options)
    vectors = firth.load(tmp_path / "m").vectors
    assert COMPOSED in vectors and DECOMPOSED in vectors and len(vectors) == 8
    assert (vectors[DECOMPOSED] == vectors[COMPOSED]).all()
    assert vectors.most_similar(DECOMPOSED) == vectors.most_similar(COMPOSED)
    assert COMPOSED not in dict(vectors.most_similar([DECOMPOSED, "le"]))
    assert firth.load(tmp_path / "m").output_vectors.similarity(COMPOSED, DECOMPOSED) > 0.999
    # Without it they are two words.
    assert len(firth.train(iter(lines), **options).vectors) == 9


def test_words_without_a_row_are_composed_of_their_normal_form() -> None:
    def unseen(word: str) -> np.ndarray:
        return np.array([float(len(word))])

    vectors = WordVectors(["a"], [[1.0]], unseen=unseen, normalize="NFC")
    assert vectors[DECOMPOSED] == vectors[COMPOSED] == len(COMPOSED) and DECOMPOSED not in vectors
