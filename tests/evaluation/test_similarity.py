"""Rank correlation by hand and by SciPy's published definition; reading of pair files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.errors import EvaluationError
from firth.evaluation import evaluate_similarity, spearman
from firth.evaluation.correlation import average_ranks
from firth.vectors import WordVectors

# Angles 0, 10, 40, 90 and 170 degrees: cosines with the first fall in this order.
ANGLES = np.radians([0, 10, 40, 90, 170])
VECTORS = WordVectors(
    ["cat", "Dog", "horse", "stone", "dog"],
    np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float32),
)


def write(folder: Path, text: str) -> Path:
    file = folder / "pairs.tsv"
    file.write_text(text, encoding="utf-8")
    return file


def test_ranks_share_the_mean_of_their_places() -> None:
    assert average_ranks([5, 1, 5, 5, 0]).tolist() == [4, 2, 4, 4, 1]


def test_correlation_by_hand() -> None:
    # d = (0, 0, 1, -1): 1 - 6 * 2 / (4 * 15) = 0.8
    assert spearman([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(0.8)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 1, 1], [1, 2, 3]) == 0


def test_ties_lower_the_correlation_as_pearson_of_ranks() -> None:
    # Ranks (1, 2.5, 2.5, 4) and (1, 2, 3, 4): 4.5 / sqrt(4.5 * 5)
    assert spearman([1, 2, 2, 3], [1, 2, 3, 4]) == pytest.approx(4.5 / np.sqrt(4.5 * 5))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=30))
def test_correlation_is_symmetric_bounded_and_blind_to_scale(pairs: list[tuple[int, int]]) -> None:
    first, second = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    value = spearman(first, second)
    assert -1 - 1e-12 <= value <= 1 + 1e-12
    assert value == pytest.approx(spearman(second, first))
    assert value == pytest.approx(spearman(np.exp(first), 3 * second - 1))
    assert spearman(-first, second) == pytest.approx(-value)


def test_pairs_are_read_and_unknown_words_reported(tmp_path: Path) -> None:
    file = write(
        tmp_path, "# comment\ncat\tDOG\t9\n\ncat\thorse\t7\ncat\tstone\t1.5\ncat\tunicorn\t5\n"
    )
    result = evaluate_similarity(VECTORS, file)
    assert result.name == "pairs"
    assert result.pairs == 3
    assert result.unknown == (("cat", "unicorn"),)
    assert result.spearman == pytest.approx(1.0)  # "DOG" is the first, more frequent spelling


def test_case_counts_when_told(tmp_path: Path) -> None:
    file = write(tmp_path, "cat\tdog\t9\ncat\thorse\t7\ncat\tSTONE\t1\n")
    result = evaluate_similarity(VECTORS, file, case_insensitive=False)
    assert result.pairs == 2
    assert result.spearman == pytest.approx(-1.0)


def test_rare_words_can_be_left_out(tmp_path: Path) -> None:
    file = write(tmp_path, "cat\tdog\t9\ncat\thorse\t7\ncat\tstone\t1\n")
    assert evaluate_similarity(VECTORS, file, restrict_vocab=3).pairs == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cat\tdog\t1\ncat dog 3\n", r"line 2: 'cat dog 3': it has 1, in a file of 3 columns"),
        ("cat\tdog\thigh\n", r"line 1"),
        ("cat\tdog\tnan\n", r"line 1"),
        ("cat\tdog\textra\n", r"line 1"),
        ("cat\tdog\t1\nx\ty\t2\n", r"1 of 2 pairs have both words"),
        ("", r"0 of 0 pairs"),
    ],
)
def test_bad_files_are_explained(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        evaluate_similarity(VECTORS, write(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        evaluate_similarity(VECTORS, tmp_path / "missing.tsv")
    (tmp_path / "latin").write_bytes(b"caf\xe9\tcat\t1\n")
    with pytest.raises(EvaluationError, match="byte 3 is not valid UTF-8"):
        evaluate_similarity(VECTORS, tmp_path / "latin")
