"""Predictions against plain NumPy, the twins of the objectives, and what was trained."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import firth
from firth import Model, load
from firth.corpus.ngrams import number_ngrams
from firth.errors import ConfigError, FormatError, UnknownWordError
from firth.training.engine.objectives import hierarchical_softmax, softmax
from firth.training.engine.objectives.huffman import huffman_tree
from firth.vectors import Prediction, predict, scoring, search
from helpers import language

WORDS = ["tea", "milk", "jam", "bread"]
INPUT = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], dtype=np.float32)
OUTPUT = np.array([[2, 0], [0, 1], [1, 1], [-1, 0]], dtype=np.float32)
TEA = Model(WORDS, [9, 5, 4, 2], {"input": INPUT, "output": OUTPUT})

OBJECTIVES = ("negative_sampling", "softmax", "hierarchical_softmax")


def make(objective: str, words: int = 40, dim: int = 5, seed: int = 0, **config: object) -> Model:
    """A model of random vectors, words w0, w1, … by falling count."""
    rng = np.random.default_rng(seed)
    nodes = objective == "hierarchical_softmax"
    counts = np.sort(np.ceil(rng.pareto(1, words) * 5 + 1)).astype(int)[::-1]
    return Model(
        [f"w{i:04}" for i in range(words)],
        counts,
        {"input": rng.normal(size=(words, dim)), "output": rng.normal(size=(words - nodes, dim))},
        {"objective": objective, **config},
        rows={"output": "nodes" if nodes else "words"},
    )


def hidden_of(model: Model, context: list[Any], *, mean: bool = True) -> np.ndarray:
    total = sum(np.asarray(model.vectors[word], dtype=np.float64) for word in context)
    return np.asarray(total) / (len(context) if mean else 1)


def plain_scores(model: Model, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Scores and probabilities of all words, by the formulas, one word at a time."""
    output = model.matrices["output"].astype(np.float64)
    if model.rows["output"] == "words":
        scores = np.array([row @ hidden for row in output])
        powers = np.exp(scores - scores.max())
        is_softmax = model.config.get("objective") == "softmax"
        return scores, powers / powers.sum() if is_softmax else None
    tree, found = huffman_tree(np.asarray(model.vocabulary.counts)), []
    for word in range(len(model.vocabulary)):
        p = 1.0
        for node, code in zip(*tree.path(word), strict=True):
            p *= 1 / (1 + np.exp((1 if code == 0 else -1) * -(output[node] @ hidden)))
        found.append(p)
    return np.log(found), np.array(found)


def words_of(answers: list[Prediction]) -> list[Any]:
    return [answer.word for answer in answers]


@st.composite
def problems(draw: st.DrawFn) -> tuple[Model, list[list[str]], dict[str, Any]]:
    objective = draw(st.sampled_from(OBJECTIVES))
    n, dim = draw(st.integers(1, 25)), draw(st.integers(1, 4))
    nodes = objective == "hierarchical_softmax"
    # Few different values, so that ties and zeros are many.
    values = st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0])
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    counts = sorted(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)), reverse=True)
    words = [f"w{i:02}" for i in range(n)]
    matrices = {
        "input": draw(arrays(dtype, (n, dim), elements=values)),
        "output": draw(arrays(dtype, (n - nodes, dim), elements=values)),
    }
    model = Model(
        words,
        counts,
        matrices,
        {"objective": objective},
        rows={"output": "nodes" if nodes else "words"},
    )
    some = st.lists(st.sampled_from(words), max_size=6)
    contexts = draw(st.lists(some.filter(len), min_size=1, max_size=7))
    options = {
        "k": draw(st.integers(1, 30)),
        "exclude": draw(some),
        "exclude_context": draw(st.booleans()),
    }
    return model, contexts, options


@given(problem=problems(), at_once=st.sampled_from([(4096, 4096, 1 << 22), (2, 3, 9), (1, 1, 1)]))
@settings(max_examples=300)
def test_predictions_are_those_of_plain_numpy(
    problem: tuple[Model, list[list[str]], dict[str, Any]], at_once: tuple[int, int, int]
) -> None:
    model, contexts, options = problem
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(predict, "_CONTEXTS_AT_ONCE", at_once[0])
        monkeypatch.setattr(scoring, "_ROWS_AT_ONCE", at_once[1])
        monkeypatch.setattr(scoring, "_SCORES_AT_ONCE", at_once[2])
        monkeypatch.setattr(scoring, "_FEWEST_AT_ONCE", 1)
        monkeypatch.setattr(search, "_ROWS_AT_ONCE", at_once[1])
        found = model.predict(contexts, **options)
    assert len(found) == len(contexts)
    for context, answers in zip(contexts, found, strict=True):
        scores, probabilities = plain_scores(model, hidden_of(model, context))
        barred = {*options["exclude"], *(context if options["exclude_context"] else ())}
        left = [row for row, word in enumerate(model.vocabulary.words) if word not in barred]
        expected = np.sort(scores[left])[::-1][: options["k"]]
        assert [answer.score for answer in answers] == pytest.approx(expected.tolist(), abs=1e-12)
        rows = [model.vectors.index(answer.word) for answer in answers]
        assert len(set(rows)) == len(rows) and set(rows) <= set(left)
        np.testing.assert_allclose(scores[rows], expected, atol=1e-12)
        if probabilities is None:
            assert {answer.probability for answer in answers} <= {None}
        else:
            np.testing.assert_allclose(
                [answer.probability for answer in answers], probabilities[rows], rtol=1e-10
            )


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_many_contexts_are_answered_as_one_by_one(
    objective: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, rng = make(objective, words=700, dim=20), np.random.default_rng(1)
    words = list(model.vocabulary.words)
    contexts = [list(rng.choice(words, rng.integers(1, 9))) for _ in range(50)]
    whole = model.predict(contexts, k=20, exclude_context=True, exclude=words[:9])
    monkeypatch.setattr(predict, "_CONTEXTS_AT_ONCE", 7)
    for again in (
        model.predict(contexts, k=20, exclude_context=True, exclude=words[:9]),
        [model.predict(c, k=20, exclude_context=True, exclude=words[:9]) for c in contexts],
    ):
        for some, others in zip(again, whole, strict=True):
            assert words_of(some) == words_of(others)
            if objective == "negative_sampling":  # to the last bit
                assert some == others
            np.testing.assert_allclose([a.score for a in some], [a.score for a in others])


# Probabilities ------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", ["softmax", "hierarchical_softmax"])
@pytest.mark.parametrize("words", [1, 2, 3, 40, 3000])
def test_probabilities_add_to_one(objective: str, words: int) -> None:
    model = make(objective, words=words)
    answers = model.predict(["w0000", model.vocabulary.words[-1]], k=words)
    assert len(answers) == words
    probabilities = [answer.probability for answer in answers]
    assert sum(p for p in probabilities if p is not None) == pytest.approx(1, abs=1e-12)
    assert probabilities == sorted(probabilities, reverse=True)  # type: ignore[type-var]
    some = model.predict(["w0000"], k=words, exclude=["w0000"])  # among all words nonetheless
    assert {a.word: a.probability for a in some}.items() <= {
        a.word: pytest.approx(a.probability, rel=1e-12) for a in model.predict("w0000", k=words)
    }.items()


def test_a_softmax_is_that_of_the_objective() -> None:
    model = make("softmax")
    hidden = hidden_of(model, ["w0003", "w0007"])[np.newaxis]
    for answer in model.predict(["w0003", "w0007"], k=40):
        positive = np.zeros((1, 40))
        positive[0, model.vectors.index(answer.word)] = 1
        loss, *_ = softmax.twin(hidden, model.matrices["output"], positive)
        assert answer.probability == pytest.approx(np.exp(-loss), rel=1e-12)


def test_a_tree_is_that_of_the_objective() -> None:
    model = make("hierarchical_softmax")
    hidden = hidden_of(model, ["w0003", "w0007"])[np.newaxis]
    tree = huffman_tree(np.asarray(model.vocabulary.counts))
    for answer in model.predict(["w0003", "w0007"], k=40):
        nodes, codes = tree.path(model.vectors.index(answer.word))
        visits, left = np.zeros((1, 39)), np.zeros((1, 39))
        visits[0, nodes], left[0, nodes] = 1, 1 - codes
        loss, *_ = hierarchical_softmax.twin(hidden, model.matrices["output"], visits, left)
        assert answer.score == pytest.approx(-loss, rel=1e-12)
        assert answer.probability == pytest.approx(np.exp(-loss), rel=1e-12)


def test_negative_sampling_has_no_probabilities() -> None:
    for model in (make("negative_sampling"), TEA):
        word = model.vocabulary.words[0]
        assert {answer.probability for answer in model.predict(word)} == {None}


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e4, 1e30])
def test_lengths_of_any_size(objective: str, scale: float) -> None:
    model = make(objective)
    output = model.matrices["output"].copy()
    output[::2] *= scale
    scaled = Model(
        list(model.vocabulary.words),
        model.vocabulary.counts,
        {"input": model.matrices["input"], "output": output},
        model.config,
        rows=model.rows,
    )
    answers = scaled.predict("w0005", k=40)
    with np.errstate(over="ignore", divide="ignore"):
        scores, _ = plain_scores(scaled, hidden_of(scaled, ["w0005"]))
    finite = [a.score for a in answers if a.score > -700]
    np.testing.assert_allclose(finite, np.sort(scores)[::-1][: len(finite)], rtol=1e-9, atol=1e-12)
    # Scores of 1e30 have no digits after the point, and what they are compared with has others.
    if answers[0].probability is not None and scale < 1e10:
        assert sum(a.probability or 0 for a in answers) == pytest.approx(1)


# What a hidden vector is --------------------------------------------------------------------------


def test_a_cbow_of_sums_is_asked_with_sums() -> None:
    context = ["w0003", "w0007", "w0007"]
    for mean in (True, False):
        model = make("softmax", cbow_mean=mean)
        hidden = hidden_of(model, context, mean=mean)
        _, expected = plain_scores(model, hidden)
        assert expected is not None
        assert model.predict(context, k=1)[0].probability == pytest.approx(expected.max())


def test_a_word_that_stands_twice_counts_twice() -> None:
    (best,) = TEA.predict(["tea", "tea", "milk"], k=1)
    assert best == ("tea", pytest.approx(4 / 3), None)
    assert TEA.predict(["tea", "milk"], k=1)[0].score == pytest.approx(1)


def test_words_never_seen_are_composed() -> None:
    numbered = number_ngrams(["queen", "king"], 3, 3, 0)
    ngrams = np.arange(2.0 * numbered.n_rows).reshape(-1, 2)
    model = Model(
        ["queen", "king"],
        [2, 1],
        {"input": np.eye(2), "ngrams": ngrams, "output": np.eye(2)},
        {"min_n": 3, "max_n": 3, "buckets": 0},
        rows={"ngrams": "ngrams"},
        provenance={"reading": {"normalize": "NFC"}},
    )
    context = ["queens", "king", "queens", "kings"]
    expected = hidden_of(model, context)
    found = {answer.word: answer.score for answer in model.predict(context)}
    assert found == {"queen": pytest.approx(expected[0]), "king": pytest.approx(expected[1])}
    assert words_of(model.predict(["queens", "king"], exclude_context=True)) == ["queen"]
    with pytest.raises(UnknownWordError, match="'zzz' is not in the vocabulary"):
        model.predict(["queens", "zzz"])
    assert model.predict(["queens", "zzz"], skip_unknown=True) == model.predict("queens")


def test_words_are_found_in_either_spelling() -> None:
    model = Model(
        ["caf\u00e9", "th\u00e9"],
        [2, 1],
        {"input": np.eye(2), "output": np.eye(2)},
        provenance={"reading": {"normalize": "NFC"}},
    )
    assert model.predict(["cafe\u0301"]) == model.predict(["caf\u00e9"])
    assert words_of(model.predict("the\u0301", exclude="cafe\u0301")) == ["th\u00e9"]
    assert words_of(model.predict("the\u0301", exclude_context=True)) == ["caf\u00e9"]


ITEMS = Model([7, -5, 2**40], [3, 2, 1], {"input": np.eye(3), "output": np.eye(3)[::-1]})


@pytest.mark.parametrize(
    "context",
    [
        [7, -5],
        (7, "-5"),
        ["7", np.int8(-5)],
        np.array([7, -5]),
        pa.array([7, -5]),
        pa.scalar([7, -5]),
        {7: "a", -5: "b"}.keys(),
        iter([7, -5]),
    ],
    ids=lambda context: type(context).__name__,
)
def test_a_context_in_any_form(context: Any) -> None:
    answers = ITEMS.predict(context)
    assert answers == [(-5, 0.5, None), (2**40, 0.5, None), (7, 0.0, None)]
    assert {type(answer.word) for answer in answers} == {int}
    assert {type(answer.score) for answer in answers} == {float}


@pytest.mark.parametrize(
    "contexts",
    [
        [[7, -5], [-5, 7]],
        ((7, -5), np.array([-5, 7])),
        np.array([[7, -5], [-5, 7]]),
        np.array([[7, -5], [-5, 7]], dtype=object),
        pa.array([[7, -5], [-5, 7]]),
        iter([[7, -5], iter([-5, "7"])]),
    ],
    ids=lambda contexts: type(contexts).__name__,
)
def test_contexts_in_any_form(contexts: Any) -> None:
    one = ITEMS.predict([7, -5])
    assert ITEMS.predict(contexts) == [one, one]


# What is no answer, and what is no question -------------------------------------------------------


def test_excluded_words() -> None:
    assert words_of(TEA.predict("tea")) == ["tea", "jam", "milk", "bread"]
    assert words_of(TEA.predict("tea", exclude="tea")) == ["jam", "milk", "bread"]
    assert words_of(TEA.predict("tea", k=2, exclude=["jam", "tea", "coffee", None])) == [
        "milk", "bread",
    ]  # fmt: skip
    assert words_of(TEA.predict(["tea", "jam"], exclude_context=True)) == ["milk", "bread"]
    both = TEA.predict([["tea"], ["tea", "jam"]], k=2, exclude={"milk"}, exclude_context=True)
    assert list(map(words_of, both)) == [["jam", "bread"], ["bread"]]
    assert TEA.predict("tea", exclude=WORDS) == []
    assert TEA.predict([["tea"], ["jam"]], exclude=WORDS) == [[], []]
    tree = make("hierarchical_softmax", words=3)
    assert tree.predict("w0000", exclude=tree.vocabulary.words) == []
    assert words_of(tree.predict("w0000", exclude=["w0001"], exclude_context=True)) == ["w0002"]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_ties_stand_in_the_order_of_the_vocabulary(objective: str) -> None:
    nodes = objective == "hierarchical_softmax"
    words = [f"w{i}" for i in range(8)]
    model = Model(
        words,
        [1] * 8,
        {"input": np.zeros((8, 2)), "output": np.ones((8 - nodes, 2))},
        {"objective": objective},
        rows={"output": "nodes" if nodes else "words"},
    )
    assert words_of(model.predict("w5", k=3)) == ["w0", "w1", "w2"]
    untrained = Model(words, [1] * 8, {"input": np.ones((8, 2)), "output": np.zeros((8, 2))})
    assert words_of(untrained.predict("w5", k=3)) == ["w0", "w1", "w2"]


def test_unknown_words() -> None:
    with pytest.raises(
        UnknownWordError, match=r"'mlik' is not in .* did you mean 'milk'"
    ) as caught:
        TEA.predict(["tea", "mlik"])
    assert caught.value.__notes__ == [
        "skip_unknown=True (--skip-unknown) leaves out words that are not known"
    ]
    assert TEA.predict(["tea", "mlik", None], skip_unknown=True) == TEA.predict(["tea"])
    with pytest.raises(UnknownWordError) as caught:
        TEA.predict([["tea"], ["mlik", "jam"]])
    assert caught.value.__notes__[0].startswith("in context 1; skip_unknown=True")
    for contexts, note in (
        ([["tea"], ["x", "y"]], "in context 1; no word of the context is known: leave it out"),
        (["x", "y"], "no word of the context is known: leave it out"),
    ):
        with pytest.raises(UnknownWordError) as caught:
            TEA.predict(contexts, skip_unknown=True)  # type: ignore[arg-type]
        assert caught.value.__notes__ == [note]


@pytest.mark.parametrize(
    ("context", "options", "message"),
    [
        ([], {}, "the context is empty; give one word at least"),
        (np.array([]), {}, "the context is empty"),
        ([["tea"], []], {}, "context 1 is empty; leave it out"),
        ([["tea"], "jam"], {}, "'jam' stands beside lists of words"),
        (["tea", ["jam"]], {}, "'tea' stands beside lists of words"),
        ("tea", {"k": 0}, "k is 0; it must be 1 or more"),
        ("tea", {"exclude_context": "jam"}, "exclude_context is 'jam'; it must be True or False"),
        ("tea", {"skip_unknown": 1}, "skip_unknown is 1; it must be True or False"),
    ],
)
def test_questions_that_make_no_sense(context: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        TEA.predict(context, **options)


def test_what_is_no_word() -> None:
    with pytest.raises(UnknownWordError):
        TEA.predict(None)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="one word, a string or an integer, not a list"):
        TEA.predict([["tea", ["jam"]]])
    with pytest.raises(TypeError, match="firth calls it k"):
        TEA.predict("tea", topn=3)  # type: ignore[call-overload]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("name", ["input", "output"])
def test_values_that_are_not_finite(objective: str, name: str) -> None:
    model = make(objective)
    matrices = {name: matrix.copy() for name, matrix in model.matrices.items()}
    matrices[name][3, 1] = np.inf
    made = Model(
        list(model.vocabulary.words),
        model.vocabulary.counts,
        matrices,
        model.config,
        rows=model.rows,
    )
    with pytest.raises(FormatError, match="not a finite number"):
        made.predict("w0003")


# Models -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_copies_and_files_predict_alike(
    objective: str, copied: Callable[[Model], Model], tmp_path: Path
) -> None:
    model = make(objective)
    expected = model.predict(["w0003", "w0007"])
    assert copied(model).predict(["w0003", "w0007"]) == expected
    model.save(tmp_path / "m")
    assert load(tmp_path / "m").predict(["w0003", "w0007"]) == expected


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_model_saved_without_output_vectors(objective: str, tmp_path: Path) -> None:
    model = make(objective)
    model.save(tmp_path / "whole")
    model.save(tmp_path / "m", output_vectors=False)
    size = (tmp_path / "whole" / "vectors.safetensors").stat().st_size
    assert (tmp_path / "m" / "vectors.safetensors").stat().st_size < 0.6 * size
    again = load(tmp_path / "m", check_values=True)
    assert again.rows == {"input": "words"} and again.output_matrix is None
    assert again.vectors.most_similar("w0001") == model.vectors.most_similar("w0001")
    assert (again.config, again.vocabulary) == (model.config, model.vocabulary)
    for ask in (lambda: again.predict("w0001"), lambda: again.output_vectors):
        with pytest.raises(ConfigError, match=r"saved without them .*; train again and save them"):
            ask()
    again.save(tmp_path / "m")  # over itself
    assert load(tmp_path / "m").rows == {"input": "words"}
    model.save(tmp_path / "m")
    assert load(tmp_path / "m").predict("w0001") == model.predict("w0001")
    with pytest.raises(ConfigError, match="output_vectors is 'no'; it must be True or False"):
        model.save(tmp_path / "other", output_vectors="no")  # type: ignore[arg-type]
    assert not (tmp_path / "other").exists()


def test_a_model_without_output_vectors_keeps_its_other_matrices(tmp_path: Path) -> None:
    matrices = {"input": np.eye(2), "output": np.eye(2), "documents": np.ones((3, 2))}
    Model(["a", "b"], [2, 1], matrices, rows={"documents": "documents"}).save(
        tmp_path / "m", output_vectors=False
    )
    assert load(tmp_path / "m").rows == {"input": "words", "documents": "documents"}


def test_rows_that_nobody_can_score() -> None:
    matrices = {"input": np.eye(2), "output": np.ones((5, 2))}
    model = Model(["a", "b"], [2, 1], matrices, rows={"output": "labels"})
    with pytest.raises(ConfigError, match="output matrix are labels; they must be words or nodes"):
        model.predict("a")


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_what_was_trained_is_predicted(objective: str, tmp_path: Path) -> None:
    model = firth.train(
        iter(language.sentences()),
        output=tmp_path / "m",
        output_vectors=False,
        objective=objective,  # type: ignore[arg-type]
        dim=16, min_count=1, epochs=8, sample=0.0, threads=1, window=4, learning_rate=0.05,
    )  # fmt: skip
    gaps = [[f"{letter}{topic}" for letter in "cdef"] for topic in range(language.TOPICS)]
    for topic, answers in enumerate(model.predict(gaps, k=2, exclude="the", exclude_context=True)):
        assert {answer.word for answer in answers} == {f"a{topic}", f"b{topic}"}
        for answer in answers:
            if answer.probability is not None:  # the words of a window are seven and "the"
                assert 0.05 < answer.probability < 0.3
    loaded = load(tmp_path / "m")
    assert loaded.output_matrix is None
    np.testing.assert_array_equal(loaded.vectors.matrix, model.vectors.matrix)


def test_a_run_that_was_stopped_goes_on_though_no_output_vectors_are_saved(tmp_path: Path) -> None:
    def stop(row: Any) -> None:
        if row.epoch == 1:
            raise LookupError

    options: dict[str, Any] = {"dim": 4, "min_count": 1, "epochs": 3, "threads": 1, "sample": 0}
    sentences = language.sentences(3000)
    where: dict[str, Any] = {"output": tmp_path / "m", "output_vectors": False}
    with pytest.raises(LookupError):
        firth.train(sentences, on_epoch=stop, **where, **options)
    saved = load(tmp_path / "m")
    assert saved.interrupted and dict(saved.rows) == {"input": "words"}
    firth.train(sentences, resume=True, **where, **options)
    saved, whole = load(tmp_path / "m"), firth.train(sentences, **options)
    assert not saved.interrupted and dict(saved.rows) == {"input": "words"}
    np.testing.assert_array_equal(saved.vectors.matrix, whole.vectors.matrix)


def test_saving_without_output_vectors_needs_a_place() -> None:
    with pytest.raises(
        ConfigError, match=r"output_vectors=False says what is saved: .*model\.save"
    ):
        firth.train([["a", "b"]] * 9, output_vectors=False)
    with pytest.raises(ConfigError, match="output_vectors is 0; it must be True or False"):
        firth.train([["a", "b"]] * 9, output_vectors=0)  # type: ignore[arg-type]


# Another program ----------------------------------------------------------------------------------


@pytest.mark.peers
def test_gensim_ranks_alike() -> None:
    from gensim.models import Word2Vec

    model, rng = make("negative_sampling", words=2_000, dim=30), np.random.default_rng(2)
    words = list(model.vocabulary.words)
    theirs = Word2Vec(vector_size=30, min_count=1, negative=5, sorted_vocab=0)
    counts = model.vocabulary.counts.tolist()
    theirs.build_vocab_from_freq(dict(zip(words, counts, strict=True)))
    theirs.wv.vectors[:] = model.vectors.matrix
    theirs.syn1neg[:] = model.output_matrix
    contexts = [list(rng.choice(words, rng.integers(1, 9))) for _ in range(100)]
    for context, answers in zip(contexts, model.predict(contexts, k=20), strict=True):
        expected = theirs.predict_output_word([*context, "unknown"], topn=20)
        assert words_of(answers) == [word for word, _ in expected]
        # What gensim calls probabilities is the softmax of the scores.
        ratios = np.log([share for _, share in expected]) - [answer.score for answer in answers]
        np.testing.assert_allclose(ratios, ratios[0], atol=1e-4)
