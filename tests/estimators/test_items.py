"""A column of items → vectors: scikit-learn's own checks, and what is learnt."""

from __future__ import annotations

import datetime
import pickle
import warnings

import numpy as np
import pyarrow as pa
import pytest
from sklearn.utils.estimator_checks import check_estimator

import firth
from firth.errors import ConfigError, LearningWarning
from firth.sklearn import ItemEmbedder
from firth.sklearn.columns import as_items
from firth.sklearn.settings import given_options
from helpers.libraries import marked

SMALL = {"dim": 8, "epochs": 3, "min_count": 1, "sample": 0.0, "random_state": 0}

#: Checks that do not apply, with the reason.
EXCEPTIONS: dict[str, str] = {}


def test_what_scikit_learn_checks_of_every_estimator():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Numbers that are drawn are items that occur once.
        small = ItemEmbedder(**{**SMALL, "dim": 4, "epochs": 1})
        checks = check_estimator(small, expected_failed_checks=EXCEPTIONS, on_skip=None)
    said = {check["check_name"]: check["status"] for check in checks}
    assert len(said) > 35
    assert {name for name, status in said.items() if status == "xfail"} == EXCEPTIONS.keys()
    # This one needs a variable of the environment that is set before SciPy is imported.
    assert {n for n, s in said.items() if s == "skipped"} <= {"check_array_api_input"}


def plays(n=400, seed=4):
    """Two groups of songs that are never heard together."""
    draw = np.random.default_rng(seed)
    listener = draw.integers(0, 40, n)
    song = draw.integers(0, 5, n) + 5 * (listener % 2)
    at = draw.permutation(n)
    return {"song": [f"s{i}" for i in song], "listener": listener, "at": at}


PLAYS = plays()
ROWS = np.array(list(zip(*PLAYS.values(), strict=True)), object)


@pytest.fixture(scope="module")
def fitted():
    return ItemEmbedder(**{**SMALL, "epochs": 20}, window=5).fit(ROWS)


def test_items_that_occur_together_are_near(fitted):
    for song in ("s0", "s7"):
        near = [other for other, _ in fitted.vectors_.most_similar(song, k=4)]
        assert {int(other[1]) // 5 for other in near} == {int(song[1]) // 5}
    found = fitted.transform(ROWS)
    np.testing.assert_array_equal(found, fitted.vectors_[PLAYS["song"]])
    assert fitted.get_feature_names_out()[-1] == "itemembedder7"


class Frame:
    """A table of a library that nobody has heard of."""

    def __init__(self, data):
        self.table = pa.table(data)
        self.shape, self.columns = self.table.shape, self.table.column_names

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


FRAMES = {
    "Arrow": pa.table,
    "a stream": Frame,
    "pandas": lambda data: pytest.importorskip("pandas").DataFrame(data),
    "pandas categories": lambda data: (
        pytest.importorskip("pandas").DataFrame(data).astype({"song": "category"})
    ),
    "polars": lambda data: pytest.importorskip("polars").DataFrame(data),
}


@pytest.mark.parametrize("kind", marked(FRAMES))
def test_frames(fitted, kind):
    frame = FRAMES[kind](PLAYS)
    made = ItemEmbedder(**fitted.get_params()).fit(frame)
    np.testing.assert_array_equal(made.vectors_.matrix, fitted.vectors_.matrix)
    np.testing.assert_array_equal(made.transform(frame), fitted.transform(ROWS))


@pytest.mark.peers
def test_columns_by_name_and_their_order(fitted):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(PLAYS)
    turned = frame[["at", "listener", "song"]]
    named = {**fitted.get_params(), "item": "song", "group": ["listener"]}
    made = ItemEmbedder(**named).fit(turned)
    np.testing.assert_array_equal(made.vectors_.matrix, fitted.vectors_.matrix)
    assert (
        made.feature_names_in_.tolist() == ["at", "listener", "song"] and made.n_features_in_ == 3
    )
    ordered = ItemEmbedder(**named).set_params(order="at").fit(turned)
    options = {"column": "song", "group_by": "listener", "order_by": "at", "progress": False}
    model = firth.train(turned, **options, **given_options(ordered))
    np.testing.assert_array_equal(ordered.vectors_.matrix, model.vectors.matrix)
    assert ordered.vectors_["s1"].tolist() != made.vectors_["s1"].tolist()
    with pytest.raises(ValueError, match="feature names should match"):
        made.transform(frame)


def test_what_a_group_is(monkeypatch):
    seen = []

    def train(events, **options):
        seen.append((events, options))
        raise InterruptedError

    monkeypatch.setattr("firth.sklearn.items.train", train)
    with pytest.raises(InterruptedError):
        ItemEmbedder(item=2, group=[0, -2], order=0).fit([[1, "b", "x"], [2, None, "y"]])
    events, options = seen[0]
    assert events.to_pylist() == [
        {"item": "x", "group 0": 1, "group 1": "b", "order": 1},
        {"item": "y", "group 0": 2, "group 1": None, "order": 2},
    ]
    assert options["group_by"] == ["group 0", "group 1"] and options["order_by"] == "order"


def test_integers_stay_integers():
    numbers = np.column_stack([np.tile([3, 4, 5, 3], 20), np.repeat(np.arange(20), 4)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LearningWarning)
        made = ItemEmbedder(**SMALL).fit(numbers)
    assert sorted(made.vectors_.words) == [3, 4, 5]
    np.testing.assert_array_equal(made.transform(numbers.astype(float)), made.transform(numbers))


@pytest.mark.parametrize(
    ("values", "items"),
    [
        ([1.0, 2.5, None, -0.0, np.nan], ["1", "2.5", None, "0", None]),
        ([1e15, 2.0**53 - 1, 1e20, -np.inf], ["1" + "0" * 15, str(2**53 - 1), "1e+20", "-inf"]),
        ([True, None], ["true", None]),
        ([datetime.date(2026, 3, 1)], ["2026-03-01"]),
        (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
        (pa.array([np.float32(0.1)]), ["0.10000000149011612"]),
    ],
)
def test_items_of_any_type(values, items):
    assert as_items(pa.array(values)).to_pylist() == items


def test_items_without_a_vector(fitted):
    odd = np.array([["s1", 1, 1], ["new", 1, 1], [None, 1, 1], ["", 1, 1]], object)
    found = fitted.transform(odd)
    np.testing.assert_array_equal(found[0], fitted.vectors_["s1"])
    assert not found[1:].any()
    other = pickle.loads(pickle.dumps(fitted)).set_params(unknown="mean")
    mean = fitted.vectors_.matrix.mean(axis=0)
    np.testing.assert_allclose(other.transform(odd)[1:], [mean] * 3, rtol=1e-5)
    with pytest.raises(ConfigError, match="2 items have no vector, such as 'new'"):
        other.set_params(unknown="error").transform(odd)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"item": "song"}, "item is 'song', but X has no such column; they have no names"),
        ({"item": 3}, r"item is column 3, but X has 3 feature\(s\)"),
        ({"group": []}, "group is empty"),
        ({"group": True}, "group is True; it must be the name or number of a column"),
        ({"unknown": "drop"}, "unknown is 'drop'; it must be one of zeros, mean, error"),
        ({"window": 0}, "window is 0"),
    ],
)
def test_parameters_are_checked_by_fit(parameters, message):
    with pytest.raises(ConfigError, match=message):
        ItemEmbedder(**{**SMALL, **parameters}).fit(ROWS)


def test_what_no_table_can_hold():
    with pytest.raises(ConfigError, match="a column holds what is no item"):
        ItemEmbedder(**SMALL).fit(np.array([[object(), 1], [2, 3]], object))
    with pytest.raises(ConfigError, match=r"a column holds list<.*>, of which Arrow makes no text"):
        ItemEmbedder(**SMALL).fit(pa.table({"item": [["a"], ["b"]], "group": [1, 1]}))
