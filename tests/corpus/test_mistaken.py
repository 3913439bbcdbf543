"""What people give in place of a corpus or of tokens, and texts that nobody has parsed."""

import ast
import collections
import csv
import json
import sqlite3
import warnings

import numpy as np
import pytest

from firth.corpus import encode, open_corpus
from firth.errors import CorpusError, CorpusWarning
from helpers.libraries import marked

TEXTS = ["the owl hoots", "a fox ran by"]
TOKENS = [text.split() for text in TEXTS]


def read(source, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error", CorpusWarning)
        return list(open_corpus(source, **options))


def refused(source, **options):
    with pytest.raises(CorpusError) as caught:
        list(open_corpus(source, **options))
    return str(caught.value)


def sentences():
    yield from TOKENS


class Lines:
    def __iter__(self):
        return iter(TOKENS)


class Indexed:
    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, place):
        return self.rows[place]


def test_functions_and_classes_are_to_be_called():
    assert "is a function and no corpus: give what it returns, sentences()" in refused(sentences)
    assert "give what it returns, split()" in refused(TEXTS[0].split)
    assert "is a class and no corpus: give an object of it, Lines(...)" in refused(Lines)
    assert read(sentences()) == read(Lines()) == TOKENS


def test_what_has_items_by_number_is_told_how_to_be_read():
    rows = Indexed(TEXTS)
    assert "(texts[i] for i in range(len(texts)))" in refused(rows)
    assert read(rows[i] for i in range(len(rows))) == TOKENS
    assert "range" not in refused(3)


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        (enumerate(TEXTS), "of pairs of an id and a text give the texts alone"),
        (zip([7, 8], TOKENS, strict=True), "of pairs of an id and a text give the texts alone"),
        (((n, np.array(tokens)) for n, tokens in enumerate(TOKENS)), "give the texts alone"),
        ([[("owl", "NOUN"), ("hoots", "VERB")]], "one token as one string, or take one level"),
        ([TOKENS], "one level of lists too many"),
        ([[b"owl", b"fox"]], "decode it"),
        ([[5.0, 6.0]], "write ids as integers, int(token)"),
        (np.array([[5, 6]], np.float32), "write ids as integers, int(token)"),
        ([[5.5, 6.5]], "write it as a string"),
    ],
)
def test_tokens_that_are_none(source, advice):
    message = refused(source)
    assert advice in message
    assert "most here are" not in message  # for there are none of the other kind


def test_a_table_of_which_rows_are_pairs():
    database = sqlite3.connect(":memory:")
    rows = database.execute("select 1, 'the owl' union select 2, 'a fox'")
    assert "give the texts alone" in refused(rows)
    database.close()


@pytest.mark.parametrize("kind", [set, frozenset])
def test_a_set_has_no_order(kind):
    with pytest.warns(CorpusWarning, match=r"item 1 of the list is a set, .* sorted"):
        found = list(open_corpus([["x"], *map(kind, TOKENS), kind(["y"])]))
    assert list(map(sorted, found)) == [["x"], *map(sorted, TOKENS), ["y"]]
    assert read([dict.fromkeys(tokens).keys() for tokens in TOKENS]) == TOKENS
    assert read([collections.deque(tokens) for tokens in TOKENS]) == TOKENS


PRINTED = [str(tokens) for tokens in TOKENS]
RECORDS = [json.dumps({"id": n, "text": text}) for n, text in enumerate(TEXTS)]


def csv_file(folder):
    path = folder / "t.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["id", "text"], *enumerate(PRINTED)])
    return path


@pytest.mark.parametrize("made", marked(["iterator", "array", "pandas", "csv"]))
def test_printed_lists_in_a_column_or_an_iterable(tmp_path, made):
    options = {}
    if made == "pandas":
        source = pytest.importorskip("pandas").Series(["", *PRINTED])
    elif made == "csv":
        source, options = csv_file(tmp_path), {"column": "text"}
    elif made == "array":
        source = np.array(PRINTED, object)
    else:
        source = lambda: iter(PRINTED)  # noqa: E731
    said = r"\['the', .* look like lists as Python prints them"
    for _ in range(2):  # from the cache too
        with pytest.warns(CorpusWarning, match=said):
            encode(open_corpus(source() if callable(source) else source, **options), min_count=1)


def test_printed_lists_that_a_tokenizer_parses_are_as_they_should_be(tmp_path):
    assert read(iter(PRINTED), tokenizer=ast.literal_eval) == TOKENS
    assert read(map(ast.literal_eval, PRINTED)) == TOKENS
    assert read(csv_file(tmp_path), column="text", tokenizer=ast.literal_eval) == TOKENS
    read(iter([*PRINTED, "and one that is a text"]))


def test_json_that_nobody_has_parsed():
    with pytest.warns(CorpusWarning, match=r"look like JSON \(keys: id, text\).*json\.loads"):
        list(open_corpus(iter(RECORDS)))
    assert read(map(json.loads, RECORDS), column="text") == TOKENS
