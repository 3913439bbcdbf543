"""What is said where there is nothing, or little, to learn; and where numbers run away unseen."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firth
from firth.config import OBJECTIVES
from firth.errors import CorpusError, LearningWarning, TrainingError
from helpers.harness import Engine, ranked

SMALL: dict[str, Any] = {"dim": 8, "min_count": 1, "threads": 1, "sample": 0.0}


def said(source: Any, **settings: Any) -> str:
    with pytest.raises((CorpusError, TrainingError)) as caught:
        firth.train(source, **{**SMALL, **settings})
    return str(caught.value)


def test_one_word_a_line() -> None:
    message = said([["a"], ["b"], ["c"]] * 100)
    assert "300 of 300 words read are in the vocabulary" in message
    assert "300 of 300 sentences have one of them alone" in message
    assert "put words that belong together into one line" in message


@pytest.mark.parametrize(
    "line", ["我们今天去公园散步", "今日は天気がいいですね", "สวัสดีครับผมชื่อ", "ខ្ញុំស្រឡាញ់ភាសាខ្មែរ"]
)
def test_no_blanks_in_this_script(line: str) -> None:
    message = said([[line + line[n]] for n in range(len(line))])
    assert "written without blanks" in message
    assert "--tokenizer module:function" in message
    assert line[:20] in message


ROWS = [[str(n), f"a note of {n} words", f"user{n}", f"20{n}-01-01"] for n in range(40)]


@pytest.mark.parametrize(
    ("source", "settings"),
    [
        (ROWS, {"min_count": 50}),  # no word is left
        ([row[1:2] for row in ROWS], {}),  # no word has a neighbour
        ([row[:2] for row in ROWS], {"sample": 1e-12}),  # no pair is left
    ],
)
def test_rows_of_a_table_taken_for_lists_of_words(source: Any, settings: Any) -> None:
    # As csv.reader, cursors of data bases, DataFrame.values and itertuples give them.
    message = said(source, **settings)
    assert "seem to be whole texts" in message
    assert "choose a column with column=" in message


def test_rows_of_a_table_with_pairs_are_warned_of() -> None:
    with pytest.warns(LearningWarning, match="seem to be whole texts"):
        firth.train(ROWS, **SMALL, epochs=1)


def test_names_of_several_words_are_no_texts() -> None:
    message = said([["new york city"], ["the"], ["owl"], ["saw"], ["hill"], ["of"], ["a"]])
    assert "put words that belong together into one line" in message


def test_one_word_alone_is_nothing_to_learn() -> None:
    # Its vector would run away, for no noise holds it back.
    assert "'a' is the only word of the vocabulary" in said([["a", "a", "a"]] * 300)
    message = said([["a", "a", "b"]] * 3, min_count=4)
    assert "6 of 9 words read are in the vocabulary" in message
    assert "Lower min_count" in message


def test_rare_words_left_out() -> None:
    text = [["a", f"x{n}", f"y{n}"] for n in range(100)]
    message = said(text, min_count=5)
    assert "100 of 300 words read are in the vocabulary" in message
    assert "lower min_count" in message


def test_all_is_thinned_out(tmp_path: Path) -> None:
    message = said([["a", "b"], ["b", "c"]] * 500, sample=1e-12, output=tmp_path / "m")
    assert "about 0 are left in an epoch after subsampling (sample is 1e-12)" in message
    assert "Raise sample" in message
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "settings", "advice"),
    [
        ([["a", "b"], ["c"], ["a"], ["b"], ["c"]], {}, "put more words into a sentence"),
        ([["a", "b", "c"]] * 30, {"sample": 0.01}, "raise sample (it is 0.01; 0 keeps all words)"),
        ([["a", "b"], ["c", "d"]], {}, "give more text or epochs, or raise min_count"),
    ],
)
def test_little_to_learn_is_a_warning_with_figures(
    text: Any, settings: dict[str, Any], advice: str, run_firth: Any, tmp_path: Path
) -> None:
    options = {**SMALL, "epochs": 2, **settings}
    with pytest.warns(LearningWarning) as caught:
        model = firth.train(text, **options)
    message = str(caught[0].message)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert f"{len(model.vectors):,} words" in message
    assert message.endswith(f"To learn more, {advice}")
    (tmp_path / "text").write_text("\n".join(map(" ".join, text)))
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    done = run_firth("train", "text", "--output", "m", *flags)
    assert done.returncode == 0
    assert f"firth: {message}" in done.stderr


def test_enough_to_learn_is_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        firth.train([["a", "b"], ["c", "d"]] * 200, **SMALL, epochs=2)


def groups_of_words(n_groups: int, size: int, tokens: int) -> list[list[str]]:
    draw = np.random.default_rng(5)
    found = [[f"g{g}w{i}" for i in range(size)] for g in range(n_groups)]
    return [list(draw.choice(found[draw.integers(n_groups)], 10)) for _ in range(tokens // 10)]


@pytest.mark.parametrize("epochs", [1, 5])
def test_pairs_that_left_vectors_as_they_were_are_few(epochs: int) -> None:
    text = groups_of_words(10, 10, 600 // epochs)
    with pytest.warns(
        LearningWarning, match=r"chance \(the loss is [34].\d\d, and 4.16 if nothing"
    ):
        firth.train(text, **SMALL, epochs=epochs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        firth.train(text, **SMALL, epochs=10 * epochs)


def test_as_few_pairs_that_taught_something_are_enough() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        firth.train(groups_of_words(10, 10, 120), **SMALL, epochs=20)  # 120 pairs a word


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_untrained_loss_is_that_of_scores_of_0(objective: str) -> None:
    engine = Engine(ranked(np.random.default_rng(3), 15, [12] * 30), objective=objective)
    got = engine.run(outputs=0 * engine.outputs, rates=(0.0, 0.0))
    # Words near a sentence's end are predicted less often than their counts say.
    exact = objective != "hierarchical_softmax"
    expected = engine.setup.untrained_loss
    assert got.loss / got.measured == pytest.approx(expected, rel=1e-10 if exact else 0.03)


@pytest.mark.parametrize(("n_words", "rate"), [(500, 0.3), (500, 0.4), (50, 0.15)])
def test_numbers_that_run_away_and_stay_finite_stop_the_run(
    n_words: int, rate: float, tmp_path: Path
) -> None:
    text = [[f"w{(i * 7 + j) % n_words}" for j in range(10)] for i in range(3000)]
    settings = {"epochs": 3, "learning_rate": rate, "rate_exponent": 0.0}
    message = said(text, **settings, output=tmp_path / "m")
    assert "had been learnt" in message or "is beyond reason" in message
    assert f"lower the learning rate (it is {rate:g})" in message
    assert not (tmp_path / "m" / "config.json").exists()
