"""Documents → vectors, as scikit-learn's own checks ask it of transformers of numbers."""

from __future__ import annotations

import io
import pickle
import warnings

import joblib
import numpy as np
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

import firth
from firth.documents import DocumentEncoder, inverse_document_frequencies
from firth.errors import ConfigError, CorpusWarning, LearningWarning
from firth.sklearn import WordVectorizer

SMALL = {"dim": 8, "epochs": 2, "min_count": 1, "sample": 0.0, "window": 2, "random_state": 0}
TOPICS = {"sea": ["wave", "ship", "salt"], "wood": ["tree", "leaf", "root"]}


def documents(n=60, seed=1):
    draw = np.random.default_rng(seed)
    labels = [["sea", "wood"][i % 2] for i in range(n)]
    return [" ".join(draw.choice([*TOPICS[x], "the"], 7)) for x in labels], labels


TEXTS, LABELS = documents()


@pytest.fixture(scope="module")
def fitted():
    return WordVectorizer(**SMALL).fit(TEXTS)


def test_what_scikit_learn_checks_of_every_estimator():
    # Of estimators that take no matrix of numbers, only what needs no data is checked; the checks
    # with data are made here, with texts.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        checks = check_estimator(WordVectorizer(**SMALL), on_skip=None)
    assert checks and {check["status"] for check in checks} == {"passed"}
    tags = WordVectorizer().__sklearn_tags__()
    assert tags.input_tags.string and not tags.input_tags.two_d_array and tags.requires_fit


def test_fit_changes_no_parameter_and_returns_the_estimator(fitted):
    made = WordVectorizer(**SMALL)
    before = dict(vars(made))
    assert made.fit(TEXTS, LABELS) is made
    after = vars(made)
    assert {name: after[name] for name in before} == before
    assert all("_" in (name[0], name[-1]) for name in after.keys() - before.keys())
    with pytest.raises(NotFittedError):
        clone(fitted).transform(TEXTS)


def test_the_same_seed_gives_the_same_bits_at_any_number_of_threads(fitted):
    first = fitted.transform(TEXTS)
    assert first.shape == (60, 8) and first.dtype == np.float32
    for n_jobs in (None, 2):
        again = clone(fitted).set_params(n_jobs=n_jobs)
        np.testing.assert_array_equal(again.fit_transform(iter(TEXTS)), first)
    assert not np.array_equal(clone(fitted).set_params(random_state=1).fit_transform(TEXTS), first)


def test_rows_do_not_depend_on_each_other(fitted):
    whole = fitted.transform(TEXTS)
    order = np.random.default_rng(2).permutation(len(TEXTS))
    np.testing.assert_array_equal(fitted.transform([TEXTS[i] for i in order]), whole[order])
    parts = [fitted.transform(TEXTS[i : i + 7]) for i in range(0, len(TEXTS), 7)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert fitted.transform([]).shape == (0, 8)
    with pytest.warns(CorpusWarning, match="2 of 3 documents got zeros"):
        assert fitted.transform(["wave", "", "nobody"]).any(axis=1).tolist() == [True, False, False]


def test_it_is_what_its_parts_are(fitted):
    encoder = DocumentEncoder(fitted.model_, weighting="sif").fit(TEXTS)
    np.testing.assert_array_equal(fitted.transform(TEXTS), encoder.encode(TEXTS))
    given = WordVectorizer(vectors=fitted.model_, weighting="mean").fit_transform(TEXTS)
    np.testing.assert_array_equal(given, DocumentEncoder(fitted.model_).encode(TEXTS))
    weights = inverse_document_frequencies(fitted.model_, TEXTS)
    expected = DocumentEncoder(fitted.model_, weighting=weights, remove=1).fit_encode(TEXTS)
    made = WordVectorizer(vectors=fitted.vectors_, weighting="idf", remove=1).fit(TEXTS)
    np.testing.assert_allclose(made.transform(TEXTS), expected, atol=1e-6)
    assert not hasattr(made, "model_") and made.vectors_ is fitted.vectors_


def test_vectors_from_a_folder_are_read_as_their_text_was(tmp_path):
    model = WordVectorizer(**SMALL, lowercase=True).fit([text.upper() for text in TEXTS]).model_
    model.save(tmp_path / "model")
    model.vectors.save(tmp_path / "model.parquet")
    found = WordVectorizer(vectors=tmp_path / "model", weighting="mean").fit(TEXTS)
    assert found.transform(["SHIP"]).any()
    found = WordVectorizer(vectors=str(tmp_path / "model.parquet"), weighting="mean").fit(TEXTS)
    with pytest.warns(CorpusWarning):
        assert not found.transform(["SHIP"]).any()
    with pytest.raises(ConfigError, match="nothing is trained: leave out dim, window"):
        WordVectorizer(vectors=model, dim=5, window=2).fit(TEXTS)


def rows(texts):
    return pa.table({"text": texts})


@pytest.mark.parametrize(
    "make",
    [
        lambda texts: [text.split() for text in texts],
        tuple,
        np.array,
        lambda texts: np.array(texts, object)[:, np.newaxis],
        pa.array,
        rows,
        lambda texts: rows(texts).to_reader(),
        lambda texts: firth.open_corpus(rows(texts)),
    ],
)
def test_documents_of_any_kind(fitted, make):
    expected = fitted.transform(TEXTS)
    np.testing.assert_array_equal(fitted.transform(make(TEXTS)), expected)
    np.testing.assert_array_equal(clone(fitted).fit_transform(make(TEXTS)), expected)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ("a text", r"X is one str, 'a text'; give an iterable .* firth\.open_corpus\(path\)"),
        (np.array([["a", "b"]]), "array with 2 columns; documents are one column"),
        (firth.open_corpus(iter(TEXTS)), r"read once, .*open_corpus\(list\(...\)\)"),
    ],
)
def test_what_is_no_list_of_documents(fitted, X, message):
    for ask in (fitted.transform, WordVectorizer(**SMALL).fit):
        with pytest.raises(ConfigError, match=message):
            ask(X)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"weighting": "tfidf"}, "weighting is 'tfidf'; .* mean, sif, idf"), ({"dim": 0}, "dim is 0")],
)
def test_parameters_are_checked_by_fit(wrong, message):
    with pytest.raises(ConfigError, match=message):
        WordVectorizer(**{**SMALL, **wrong}).fit(TEXTS)


def words_of(text):
    return text.lower().split()


def test_it_travels_with_pickle_and_joblib(fitted, tmp_path):
    expected = fitted.transform(TEXTS)
    made = clone(fitted).set_params(tokenizer=words_of).fit(TEXTS)
    for estimator in (fitted, made):
        joblib.dump(estimator, tmp_path / "e.joblib")
        for copy in (
            pickle.loads(pickle.dumps(estimator)),
            joblib.load(tmp_path / "e.joblib"),
            joblib.load(tmp_path / "e.joblib", mmap_mode="r"),
        ):
            np.testing.assert_array_equal(copy.transform(TEXTS), expected)
            assert copy.get_params().keys() == fitted.get_params().keys()
            assert copy.vectors_.most_similar("wave", k=1) == fitted.vectors_.most_similar(
                "wave", k=1
            )
    pickle.dump(clone(fitted), io.BytesIO())


def test_vectors_travel_once(tmp_path):
    matrix = np.random.default_rng(0).normal(size=(5000, 50)).astype(np.float32)
    vectors = firth.WordVectors([f"w{i}" for i in range(5000)], matrix, counts=[1] * 5000)
    for given in (vectors, tmp_path / "vectors"):
        vectors.save(tmp_path / "vectors")
        made = WordVectorizer(vectors=given).fit(["w1 w2", "w3 w1"])
        joblib.dump(made, tmp_path / "e.joblib")
        assert (tmp_path / "e.joblib").stat().st_size < 1.2 * matrix.nbytes
        found = joblib.load(tmp_path / "e.joblib").transform(["w2 w3"])
        np.testing.assert_array_equal(found, made.transform(["w2 w3"]))


def test_names_of_columns(fitted):
    names = fitted.get_feature_names_out()
    assert names.tolist() == [f"wordvectorizer{i}" for i in range(8)]


@pytest.mark.peers
def test_frames_that_come_out(fitted):
    names = fitted.get_feature_names_out()
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"text": TEXTS, "n": range(60)}, index=range(100, 160))
    made = clone(fitted).set_output(transform="pandas")
    found = made.fit_transform(frame["text"])
    assert found.columns.tolist() == names.tolist() and found.index.tolist() == list(frame.index)
    both = ColumnTransformer([("v", made, "text")], remainder="passthrough")
    assert both.set_output(transform="pandas").fit_transform(frame).shape == (60, 9)
    polars = pytest.importorskip("polars")
    found = made.set_output(transform="polars").transform(polars.Series(TEXTS))
    assert isinstance(found, polars.DataFrame) and found.columns == names.tolist()


def test_a_pipeline_and_a_search_over_its_options():
    steps = make_pipeline(WordVectorizer(**SMALL), LogisticRegression(C=1e3))
    grid = {"wordvectorizer__epochs": [1, 20], "wordvectorizer__weighting": ["mean", "idf"]}
    search = GridSearchCV(steps, grid, cv=2, error_score="raise")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LearningWarning)
        search.fit(TEXTS, LABELS)
    assert search.best_score_ == 1.0
    more, labels = documents(20, seed=3)
    assert search.predict(more).tolist() == labels


@pytest.mark.full
def test_a_search_in_several_processes():
    texts, labels = documents(400)
    steps = make_pipeline(WordVectorizer(**{**SMALL, "epochs": 10}), LogisticRegression(C=1e3))
    grid = {"wordvectorizer__dim": [4, 8], "wordvectorizer__n_jobs": [1, 2]}
    one, other = (
        GridSearchCV(steps, grid, cv=2, n_jobs=n, error_score="raise").fit(texts, labels)
        for n in (1, 2)
    )
    scores = one.cv_results_["mean_test_score"]
    np.testing.assert_array_equal(scores, other.cv_results_["mean_test_score"])
    assert scores.min() > 0.9
