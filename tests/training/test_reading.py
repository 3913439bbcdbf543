"""Options of reading: honoured or refused, never dropped; and what a model remembers of them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest

import firth
from firth.corpus import numbering
from firth.corpus.options import HowToRead
from firth.errors import ConfigError

SMALL: dict[str, Any] = {"dim": 4, "epochs": 1, "threads": 1, "sample": 0.0}
TEXT = [["The", "Cat", "sat"], ["the", "dog", "sat"]] * 120


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "text.txt").write_text("\n".join(map(" ".join, TEXT)))
    return tmp_path / "text.txt"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lowercase": True}, "lowercase is True, but the corpus has been opened with"),
        ({"tokenizer": "unicode"}, "tokenizer is 'unicode'"),
        ({"column": "text"}, "column is 'text'"),
        ({"errors": "replace"}, "errors is 'replace'"),
    ],
)
def test_a_corpus_is_read_in_one_way(path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        firth.train(firth.open_corpus(path), **options, **SMALL)
    encoded = firth.encode(path, min_count=1, cache=False)
    with pytest.raises(ConfigError, match=message.replace("opened", "encoded")):
        firth.train(encoded, **options, **SMALL)


@pytest.mark.parametrize("value", ["no", 1, 0.0])
def test_what_is_no_truth_value_is_refused(path: Path, value: Any) -> None:
    with pytest.raises(ConfigError, match=r"lowercase is .*; it must be True or False"):
        firth.train(path, lowercase=value, **SMALL)


def test_an_encoded_corpus_has_its_own_vocabulary(path: Path) -> None:
    encoded = firth.encode(path, min_count=7, max_vocabulary=3, cache=False)
    for name in ("min_count", "max_vocabulary"):
        with pytest.raises(ConfigError, match=f"{name} is 2, but the corpus has been encoded"):
            firth.train(encoded, **{name: 2}, **SMALL)
    with pytest.raises(ConfigError, match="cache says where encoded text is kept"):
        firth.train(encoded, cache=False, **SMALL)
    config = firth.train(encoded, **SMALL).config
    assert (config["min_count"], config["max_vocabulary"]) == (7, 3)


def test_how_the_text_was_read_is_kept_with_the_model(path: Path, tmp_path: Path) -> None:
    firth.train(
        path, output=tmp_path / "m", tokenizer=str.split, lowercase=True, min_count=1, **SMALL
    )
    provenance = firth.load(tmp_path / "m").provenance
    assert provenance["firth"] == firth.__version__
    assert provenance["reading"]["lowercase"] is True
    assert provenance["reading"]["tokenizer"] == "str.split"
    assert provenance["reading"]["errors"] == "strict"


@pytest.mark.parametrize("part", [0.25, np.float32(0.25)])
def test_a_part_is_a_number_of_any_kind(part: Any) -> None:
    text = [[f"w{i * i % 97}" for i in range(k, k + 9)] for k in range(1000)]
    model = firth.train(text, validation=part, min_count=1, **SMALL)
    assert model.history["validation_loss"][0].as_py() > 0


@pytest.mark.parametrize("part", [0, 1, 1.5, -0.1, np.float64(2)])
def test_a_part_that_is_none(part: Any) -> None:
    with pytest.raises(ConfigError, match="it must be above 0 and below 1"):
        firth.train(TEXT, validation=part, min_count=1, **SMALL)


def test_validation_takes_whatever_the_source_may_be(path: Path) -> None:
    losses = []
    for validation in (
        [*TEXT],
        path,
        [str(path)],
        firth.open_corpus(path),
        firth.encode(path, min_count=1, cache=False),
    ):
        model = firth.train(TEXT, validation=validation, min_count=1, **SMALL)
        losses.append(model.history["validation_loss"][0].as_py())
    assert losses[0] > 0
    assert len(set(losses)) == 1


def test_text_is_kept_where_it_was_asked_for(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("the dog sat\n")
    cache = tmp_path / "cache"
    for _ in range(2):
        firth.train(path, validation=other, cache=cache, min_count=1, **SMALL)
        assert len([entry for entry in cache.iterdir() if entry.name != "temporary"]) == 2


def test_as_many_threads_read_as_train(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, real = [], numbering._in_order

    def in_order(function: Any, items: Any, threads: int) -> Any:
        seen.append(threads)
        return real(function, items, threads)

    monkeypatch.setattr(numbering, "_in_order", in_order)
    firth.train(TEXT, min_count=1, **{**SMALL, "threads": 3})
    assert seen == [3, 3]


def test_rare_words_of_a_validation_text_count() -> None:
    model = firth.train(TEXT, validation=[["the", "dog"], ["Cat", "sat"]], min_count=1, **SMALL)
    assert model.history["validation_loss"][0].as_py() > 0


def test_validation_is_read_as_the_source_is(path: Path) -> None:
    # Read as they are written, "THE" and "SAT" would be no words of the vocabulary.
    loud = [[word.upper() for word in sentence] for sentence in TEXT]
    loud_text = path.with_name("loud.txt")
    loud_text.write_text("\n".join(map(" ".join, loud)))
    low = firth.open_corpus(path, lowercase=True)
    model = firth.train(low, validation=loud_text, min_count=1, **SMALL)
    assert model.history["validation_loss"][0].as_py() > 0
    with pytest.raises(ConfigError, match=r"give validation=open_corpus\(text"):
        firth.train(firth.encode(low, cache=False), validation=loud_text, **SMALL)


@pytest.mark.parametrize("function", [firth.train, firth.stability, firth.shift, firth.tune])
def test_the_signature_names_every_option(function: Any) -> None:
    parameters = inspect.signature(function).parameters
    options = {"dim", "negative", "cbow_mean", "softmax_hours"}
    assert {"output", *options, *HowToRead.__annotations__} <= set(parameters)
    assert parameters["window"].default == 5
    assert parameters["group_by"].annotation == "str | Sequence[str] | None"
    assert all(p.kind is not p.VAR_KEYWORD for p in parameters.values())


def test_all_that_train_read_as_a_corpus_is_opened() -> None:
    opened = inspect.signature(firth.open_corpus).parameters.values()
    assert {p.name for p in opened if p.kind is p.KEYWORD_ONLY} == set(HowToRead.__annotations__)
    types = get_type_hints(firth.open_corpus)
    assert {name: types[name] for name in HowToRead.__annotations__} == get_type_hints(HowToRead)
