"""Neighbours, analogies and look-ups against answers worked out by hand or by brute force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from firth.errors import ConfigError, FormatError, UnknownWordError
from firth.vectors import WordVectors

FAMILY = WordVectors(
    ["man", "woman", "king", "queen", "apple"],
    np.array([[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [0, 0, 0]], dtype=np.float32),
)


def brute_force(vectors: WordVectors, query: np.ndarray, asked: set[str]) -> list[float]:
    cosines = []
    for word, row in zip(vectors.words, vectors.matrix.astype(np.float64), strict=True):
        if word not in asked:
            lengths = np.linalg.norm(row) * np.linalg.norm(query)
            cosines.append(float(row @ query / lengths) if lengths > 0 else 0.0)
    return sorted(cosines, reverse=True)


def test_looks_up_one_word_and_several() -> None:
    assert FAMILY["king"].tolist() == [1, 0, 1]
    assert FAMILY[["king", "man"]].tolist() == [[1, 0, 1], [1, 0, 0]]
    assert "king" in FAMILY
    assert "prince" not in FAMILY
    assert list(FAMILY) == FAMILY.words
    assert len(FAMILY) == 5


def test_neighbours_of_a_known_configuration() -> None:
    answers = FAMILY.most_similar("king", k=3)
    assert [word for word, _ in answers] == ["man", "queen", "woman"]
    assert [cosine for _, cosine in answers] == pytest.approx([0.5**0.5, 0.5, 0.0])


def test_analogy_uses_unit_vectors_and_leaves_the_question_out() -> None:
    a, b, c, d = (FAMILY[w] / np.linalg.norm(FAMILY[w]) for w in ("man", "king", "woman", "queen"))
    offset = b - a + c
    expected = pytest.approx(float(d @ offset / np.linalg.norm(offset)), abs=1e-6)
    assert FAMILY.analogy("man", "king", "woman", k=1) == [("queen", expected)]
    stretched = WordVectors(FAMILY.words, FAMILY.matrix * np.array([[9], [1], [5], [7], [1]]))
    for (word, cosine), (other, expected) in zip(
        stretched.analogy("man", "king", "woman"),
        FAMILY.analogy("man", "king", "woman"),
        strict=True,
    ):
        assert word == other
        assert cosine == pytest.approx(expected, abs=1e-6)


def test_words_and_vectors_may_be_mixed_in_a_query() -> None:
    by_word = FAMILY.most_similar(["king", "woman"], ["man"], k=5)
    by_vector = FAMILY.most_similar([FAMILY["king"], "woman"], [FAMILY["man"]], k=5)
    assert by_word[0][0] == "queen"
    assert {word for word, _ in by_vector} == {"man", "king", "queen", "apple"}


def test_a_zero_vector_is_near_nothing_and_never_nan() -> None:
    assert FAMILY.similarity("apple", "king") == 0.0
    assert FAMILY.similarity("apple", "apple") == 0.0
    assert [cosine for _, cosine in FAMILY.most_similar("apple", k=4)] == [0.0] * 4
    assert [cosine for _, cosine in FAMILY.most_similar("king", "king", k=4)] == [0.0] * 4


def test_ties_go_to_the_word_listed_first() -> None:
    words = [f"w{i}" for i in range(100)]
    same = WordVectors(words, np.ones((100, 2), dtype=np.float32))
    assert [word for word, _ in same.most_similar("w50", k=4)] == ["w0", "w1", "w2", "w3"]


def test_k_is_checked_and_cut_to_the_vocabulary() -> None:
    assert len(FAMILY.most_similar("king", k=1_000)) == 4
    assert WordVectors(["only"], [[1.0]]).most_similar("only") == []
    for k in (0, -1):
        with pytest.raises(ConfigError, match=f"k is {k}; it must be 1 or more"):
            FAMILY.most_similar("king", k=k)


def test_queries_that_make_no_sense_say_so() -> None:
    with pytest.raises(ConfigError, match="query is empty"):
        FAMILY.most_similar([])
    with pytest.raises(ConfigError, match=r"shape \(2,\); it must be \(3,\)"):
        FAMILY.most_similar(np.ones(2))
    with pytest.raises(ConfigError, match="not a finite number"):
        FAMILY.most_similar(np.array([np.nan, 0, 0]))


def test_either_side_of_a_query_may_be_left_out() -> None:
    far = FAMILY.most_similar([], ["king"], k=5)
    assert FAMILY.most_similar(negative=["king"], k=5) == far
    assert FAMILY.most_similar(None, "king", k=5) == far
    assert FAMILY.most_similar("king", None) == FAMILY.most_similar("king")
    with pytest.raises(ConfigError, match="the query is empty"):
        FAMILY.most_similar()


def test_what_is_neither_word_nor_vector_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'king', 0.5\) is neither a word nor a vector .* 2 \*"):
        FAMILY.most_similar([("king", 0.5), ("man", 1.0)])
    with pytest.raises(ConfigError, match=r"the query holds 1.0, .* as an array"):
        FAMILY.most_similar(FAMILY["king"].tolist())
    for pair in ((["king"], "man"), ("king", FAMILY["man"])):
        with pytest.raises(TypeError, match="one word, a string or an integer, not a"):
            FAMILY.similarity(*pair)
    with pytest.raises(TypeError, match=r"rows by number are in vectors\.matrix"):
        FAMILY[0:2]
    with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
        FAMILY.words[1.5]


@pytest.mark.parametrize("word", [None, float("nan"), np.nan, b"king", 0, ""])
def test_whatever_stands_in_a_words_place_is_an_unknown_word(word: object) -> None:
    # Tables have holes: who leaves out unknown words by `except KeyError` leaves these out too.
    for ask in (
        lambda: FAMILY[word],
        lambda: FAMILY[["king", word]],
        lambda: FAMILY.most_similar(["king", word]),
        lambda: FAMILY.index(word),
        lambda: FAMILY.similarity("king", word),
    ):
        with pytest.raises(UnknownWordError, match="is not in the vocabulary"):
            ask()
    assert word not in FAMILY


def test_bytes_are_told_what_they_spell() -> None:
    with pytest.raises(UnknownWordError, match=r"b'king' is not in .* did you mean 'king'"):
        FAMILY[b"king"]
    assert UnknownWordError(None).suggestions == []


def test_unknown_words_get_suggestions() -> None:
    with pytest.raises(UnknownWordError, match=r"'Queen' is not in the vocabulary; .* 'queen'"):
        FAMILY["Queen"]
    with pytest.raises(UnknownWordError) as caught:
        FAMILY.most_similar("womman")
    assert caught.value.suggestions == ["woman"]
    with pytest.raises(UnknownWordError) as caught:
        FAMILY["zzzzzzzz"]
    assert caught.value.suggestions == []


def test_bad_tables_are_refused() -> None:
    with pytest.raises(ConfigError, match="2 words but 1 rows"):
        WordVectors(["a", "b"], [[1.0]])
    with pytest.raises(ConfigError, match="'a' occurs twice"):
        WordVectors(["a", "b", "a"], np.ones((3, 1)))
    with pytest.raises(ConfigError, match="1 axes"):
        WordVectors(["a"], np.ones(1))
    with pytest.raises(ConfigError, match="int64"):
        WordVectors(["a"], np.ones((1, 1), dtype=np.int64))
    for words in ([7.5], [True], ["\udc80"], [None]):
        with pytest.raises(ConfigError, match="must be strings"):
            WordVectors(words, [[1.0]])


def test_a_value_that_is_not_finite_is_named() -> None:
    vectors = WordVectors(["a", "b"], np.array([[1.0], [np.nan]]))
    with pytest.raises(FormatError, match=r"'b' \(row 1\)"):
        vectors.most_similar("a")


def test_extreme_lengths_keep_their_direction() -> None:
    vectors = WordVectors(
        ["a", "b", "c"], np.array([[1e30, 1e30], [1e-30, 1e-30], [1, -1]], dtype=np.float32)
    )
    assert vectors.similarity("a", "b") == pytest.approx(1.0)
    assert vectors.most_similar("b", k=1)[0] == ("a", pytest.approx(1.0))


def test_a_read_only_view_with_padded_rows_is_neither_copied_nor_written() -> None:
    padded = np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32)
    view = padded[:, :10]
    view.flags.writeable = False
    vectors = WordVectors([str(i) for i in range(50)], view)
    assert np.shares_memory(vectors.matrix, padded)
    expected = brute_force(vectors, vectors["7"].astype(np.float64), {"7"})
    assert [c for _, c in vectors.most_similar("7", k=49)] == pytest.approx(expected, abs=1e-6)


def test_what_is_handed_out_cannot_be_written() -> None:
    given_words, array = ["a", "b"], np.array([[3.0, 4.0], [0.0, 1.0]])
    vectors = WordVectors(given_words, array, unseen=lambda word: np.ones(2))
    for handed_out in (vectors["a"], vectors.matrix, vectors.norms, vectors["never seen"]):
        assert type(handed_out) is np.ndarray
        with pytest.raises(ValueError, match="read-only"):
            handed_out[...] = 0
    with pytest.raises(TypeError):
        vectors.words[0] = "c"  # type: ignore[index]
    unit = vectors["a"] / vectors.norms[0]
    assert unit.tolist() == [0.6, 0.8]
    assert vectors["a"].copy().flags.writeable
    # The lists and arrays given stay the caller's: free to change, without effect here.
    before = vectors.most_similar("a"), vectors.similarity("a", "b")
    given_words.append("c")
    array[:] = [[1, -7], [2, 0]]
    assert array.flags.writeable
    assert (vectors.most_similar("a"), vectors.similarity("a", "b")) == before
    assert vectors["a"].tolist() == [3, 4]
    assert len(vectors.words) == 2


def test_a_memory_map_comes_out_as_plain_arrays(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.eye(3, dtype=np.float32))
    mapped = np.load(tmp_path / "m.npy", mmap_mode="r")
    vectors = WordVectors(["a", "b", "c"], mapped)
    for handed_out in (vectors["a"], vectors.matrix, vectors[["a", "b"]], vectors.norms):
        assert type(handed_out) is np.ndarray
    assert np.shares_memory(vectors.matrix, mapped)
    del mapped
    assert vectors["b"].tolist() == [0, 1, 0]


@given(
    matrix=arrays(
        np.float32,
        st.tuples(st.integers(2, 12), st.integers(1, 5)),
        elements=st.floats(-10, 10, width=32).map(lambda x: np.float32(round(x, 2))),
    ),
    k=st.integers(1, 15),
)
def test_neighbours_equal_brute_force(matrix: np.ndarray, k: int) -> None:
    vectors = WordVectors([f"w{i}" for i in range(len(matrix))], matrix)
    got = vectors.most_similar("w0", "w1", k=k)
    a, b = matrix[0].astype(np.float64), matrix[1].astype(np.float64)
    query = a / (np.linalg.norm(a) or 1.0) - b / (np.linalg.norm(b) or 1.0)
    if np.linalg.norm(query) < 1e-6:  # rounding decides the direction of nothing
        return
    expected = brute_force(vectors, query, {"w0", "w1"})[:k]
    assert [cosine for _, cosine in got] == pytest.approx(expected, abs=1e-4)
    assert {"w0", "w1"}.isdisjoint(word for word, _ in got)
