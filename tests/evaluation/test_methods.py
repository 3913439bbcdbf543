"""Analogies by 3CosMul and PairDistance in bulk, and the layouts of MSR and BATS."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from firth.errors import ConfigError, EvaluationError
from firth.evaluation import evaluate_analogies
from firth.evaluation.questions import read_questions
from firth.vectors import WordVectors, analogy_many
from firth.vectors.analogy_many import best_is_right

RNG = np.random.default_rng(7)
WORDS = [f"w{i}" for i in range(5000)]
MATRIX = RNG.normal(size=(5000, 6))
MATRIX[7] = 0.0  # a word without a direction
MATRIX[9] = MATRIX[8]  # and two that are the same
VECTORS = WordVectors(WORDS, MATRIX)


@pytest.mark.parametrize("method", ["3cosmul", "pairdistance"])
def test_bulk_answers_equal_single_ones(method) -> None:
    given = RNG.integers(0, 5000, (60, 3))
    given[:3] = [[7, 1, 2], [1, 2, 7], [8, 1, 9]]
    given = given[[len(set(some)) == 3 for some in given.tolist()]]
    best = [
        VECTORS.index(VECTORS.analogy(*(WORDS[row] for row in some), k=1, method=method)[0][0])
        for some in given.tolist()
    ]
    second = [(row + 1) % 5000 for row in best]
    right = [[row] if n % 3 else [other, row] for n, (row, other) in
             enumerate(zip(best, second, strict=True))]  # fmt: skip
    excluded = given.tolist()
    assert best_is_right(MATRIX, given, right, excluded, method, 5000).all()
    wrong = [[row] for row in second]
    assert not best_is_right(MATRIX, given, wrong, excluded, method, 5000).any()
    # Whoever may not answer cannot be right, nor be better.
    barred = [[*some, row] for some, row in zip(excluded, best, strict=True)]
    assert not best_is_right(MATRIX, given, [[row] for row in best], barred, method, 5000).any()


def test_products_beside_threads_of_ours_have_one_thread(monkeypatch, blas_threads) -> None:
    seen, real = [], analogy_many.directions

    def spy(rows):
        seen.append(blas_threads())
        return real(rows)

    monkeypatch.setattr(analogy_many, "directions", spy)
    best_is_right(MATRIX, np.array([[0, 1, 2]]), [[3]], [[0, 1, 2]], "3cosmul", 5000)
    assert seen[-1] == {1} and blas_threads() == {2}


def test_a_tie_goes_to_the_first_row() -> None:
    matrix = np.array([[1.0, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [0, 2, 2]])
    asked = np.array([[0, 2, 1]])
    for right, found in (([[3]], True), ([[4]], False)):
        assert best_is_right(matrix, asked, right, [[0, 1, 2]], "3cosmul", 5).tolist() == [found]


WORD = ["good", "better", "rough", "rougher", "cat", "cats", "dog", "dogs", "sea", "seas"]
# Singular, plural, degrees: a step on the first axis.
STEPS = np.array([[n % 2, n // 2 == 1, n // 2 == 2, n // 2 == 3, n // 2 == 4, 1.0]
                  for n in range(10)], float)  # fmt: skip


def test_layouts_of_msr(tmp_path: Path) -> None:
    vectors = WordVectors(WORD, STEPS)
    merged = tmp_path / "msr.txt"
    merged.write_text("good better rough JJ_JJR rougher\ncat cats dog NN_NNS dogs\n")
    (tmp_path / "x.questions").write_text("good better rough\ncat cats dog\n")
    (tmp_path / "x.answers").write_text("JJ_JJR rougher\nNN_NNS dogs\n")
    for file in (merged, tmp_path / "x.questions", tmp_path / "x.answers"):
        found = evaluate_analogies(vectors, file)
        assert [(part.name, part.correct) for part in found.sections] == [
            ("JJ_JJR", 1), ("NN_NNS", 1),
        ]  # fmt: skip
        assert found.groups == ()
    merged.write_text("good better rough rougher\n")
    assert evaluate_analogies(vectors, merged).sections[0].name == "msr"
    (tmp_path / "x.answers").write_text("JJ_JJR rougher\n")
    with pytest.raises(EvaluationError, match=r"2 lines, .*x.answers has 1"):
        read_questions(tmp_path / "x.questions")


def test_a_folder_of_bats(tmp_path: Path) -> None:
    for name, text in (("1_Inflection/I01 [noun].txt", "cat\tcats\ndog\tdogs\nsea\tseas/oceans\n"),
                       ("2_Other/L01 [x].txt", "good\tbetter\nrough\tcat/rougher\n")):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    questions = read_questions(tmp_path)
    assert [q.given for q in questions.questions[:6]] == [
        (a, b, c)
        for (a, b), (c, _) in permutations([("cat", "cats"), ("dog", "dogs"), ("sea", "seas")], 2)
    ]
    assert questions.questions[1].answers == ("seas", "oceans")
    found = evaluate_analogies(WordVectors(WORD, STEPS), tmp_path)
    assert [(g.name, g.correct, g.asked) for g in found.groups] == [
        ("1_Inflection", 6, 6), ("2_Other", 1, 2),
    ]  # fmt: skip
    # Questions are drawn by their first pair.
    assert len(set(found.figures[0].units.tolist())) == 5


def test_methods_that_there_are_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="method is 'best'"):
        evaluate_analogies(VECTORS, tmp_path / "x", method="best")  # type: ignore[arg-type]
