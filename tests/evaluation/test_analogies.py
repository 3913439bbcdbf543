"""Analogies answered in bulk equal those answered one by one."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from firth.errors import ConfigError, EvaluationError
from firth.evaluation import evaluate_analogies, evaluate_similarity
from firth.vectors import WordVectors

RNG = np.random.default_rng(11)
WORDS = [f"word{i}" for i in range(400)]
VECTORS = WordVectors(WORDS, RNG.normal(size=(400, 5)).astype(np.float32))


def write(folder: Path, text: str) -> Path:
    file = folder / "questions.txt"
    file.write_text(text, encoding="utf-8")
    return file


def questions(folder: Path, count: int) -> tuple[Path, list[list[str]], list[bool]]:
    """Write questions, about half of them with the answer that the vectors give."""
    asked, right = [], []
    for number in range(count):
        a, b, c, d = (WORDS[i] for i in RNG.choice(400, 4, replace=False))
        answer = VECTORS.analogy(a, b, c, k=1)[0][0]
        asked.append([a, b, c, answer if number % 2 else d])
        right.append(asked[-1][3] == answer)
    half = count // 2
    lines = [" ".join(question) for question in asked]
    text = "\n".join([": capital", *lines[:half], ": gram1-x", *lines[half:]])
    return write(folder, text), asked, right


def test_bulk_answers_equal_single_ones(tmp_path: Path) -> None:
    file, asked, right = questions(tmp_path, 301)
    result = evaluate_analogies(VECTORS, file)
    assert (result.semantic.correct, result.semantic.asked) == (sum(right[:150]), 150)
    assert (result.syntactic.correct, result.syntactic.asked) == (sum(right[150:]), 151)
    assert result.total.correct == sum(right)
    assert result.total.accuracy == pytest.approx(sum(right) / len(asked))
    assert [section.name for section in result.sections] == ["capital", "gram1-x"]


def test_a_question_that_leaves_no_word_is_wrong(tmp_path: Path) -> None:
    vectors = WordVectors(["d", "e", "f"], np.eye(3))
    file = write(tmp_path, ": x\nd e f f\nd e d f\n")
    assert evaluate_analogies(vectors, file).total.correct == 1


def test_other_spellings_of_the_question_are_no_answers(tmp_path: Path) -> None:
    vectors = WordVectors(
        ["man", "king", "woman", "King", "queen"],
        np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [-0.3, 1, 0.7], [0, 1, 0.8]], dtype=np.float32),
    )
    file = write(tmp_path, ": family\nMAN King woman Queen\n")
    assert evaluate_analogies(vectors, file).total.correct == 1
    assert vectors.analogy("man", "king", "woman", k=1)[0][0] == "King"
    file = write(tmp_path, ": family\nman king woman queen\n")
    assert evaluate_analogies(vectors, file, case_insensitive=False).total.correct == 0


def test_questions_with_rare_or_unknown_words_are_left_out(tmp_path: Path) -> None:
    file = write(tmp_path, ": x\nword1 word2 word3 word4\nword1 word2 word3 word399\na b c d\n")
    part = evaluate_analogies(VECTORS, file, restrict_vocab=100).sections[0]
    assert (part.asked, part.unknown) == (1, 2)


def test_a_zero_vector_answers_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    vectors = WordVectors(["a", "b", "c", "d"], np.array([[0, 0], [0, 0], [0, 0], [0, 1.0]]))
    result = evaluate_analogies(vectors, write(tmp_path, ": x\na b c d\n"))
    assert result.total.correct == 1  # the only word left


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("word1 word2 word3 word4\n: x\n", "line 1: a question before the first section"),
        ("word1 word2\nword1 word2 word3\n", "line 2: 'word1 word2 word3' has 3 words"),
        (": x\nword1 word2 word3\n", "line 2: 'word1 word2 word3' has 3 words"),
        (": x\na b c d\n", "none of 1 questions"),
        ("", "none of 0 questions"),
    ],
)
def test_bad_files_are_explained(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        evaluate_analogies(VECTORS, write(tmp_path, text))
    with pytest.raises(ConfigError, match="restrict_vocab is 0"):
        evaluate_analogies(VECTORS, write(tmp_path, text), restrict_vocab=0)


@pytest.mark.parametrize("case_insensitive", [True, False])
def test_words_of_a_set_are_found_in_the_models_normal_form(tmp_path, case_insensitive) -> None:
    """Whichever way the set's accents are written; similarity and analogies look words up alike."""
    matrix = np.array([[1, 0], [1, 1], [0, 1], [0, 2]], np.float32)
    words = ["caf\u00e9", "th\u00e9", "a", "b"]
    vectors = WordVectors(words, matrix, normalize="NFC")
    apart = [unicodedata.normalize("NFD", word) for word in words]
    file = write(tmp_path, f": x\n{' '.join(apart)}\n")
    options = {"case_insensitive": case_insensitive}
    assert evaluate_analogies(vectors, file, **options).total.asked == 1
    file = write(tmp_path, f"{apart[0]}\t{apart[1]}\t2\n{apart[0]}\ta\t1\n")
    assert evaluate_similarity(vectors, file, **options).pairs == 2
