"""What scikit-learn sees of the options of training, without a second list of them."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from sklearn.base import clone

from firth.config import TrainConfig, every_option
from firth.errors import ConfigError
from firth.sklearn import ItemEmbedder, WordVectorizer
from firth.sklearn.settings import given_options

OPTIONS = {option.name for _, option in every_option()}
BOTH = pytest.mark.parametrize("kind", [WordVectorizer, ItemEmbedder])


@BOTH
def test_every_option_is_a_parameter(kind):
    names = set(kind().get_params())
    assert names >= OPTIONS - {"seed", "threads"} | {"random_state", "n_jobs"}
    assert not names & {"seed", "threads", "settings"}
    assert set(inspect.signature(kind).parameters) == names
    for name in names:
        assert f"\n{name} : " in kind.__doc__
    assert "**settings" not in kind.__doc__


@BOTH
def test_a_clone_has_the_same_parameters(kind):
    made = kind(dim=7, negative=np.int64(3), random_state=5).set_params(window=2, n_jobs=2)
    copied = clone(made)
    assert copied is not made and copied.get_params() == made.get_params()
    shown = repr(copied)
    assert "dim=7" in shown and "window=2" in shown and "epochs" not in shown


@BOTH
@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("vector_size", "firth calls it dim"),
        ("seed", "here it is called random_state"),
        ("threads", "here it is called n_jobs"),
        ("wavelength", "has no parameter 'wavelength'$"),
    ],
)
def test_a_name_that_is_none(kind, name, advice):
    with pytest.raises(TypeError, match=advice):
        kind(**{name: 3})
    with pytest.raises(ValueError, match="Invalid parameter"):
        kind().set_params(**{name: 3})


@BOTH
def test_only_what_was_given_reaches_training(kind):
    # Defaults that were written down would count as chosen: softmax has no `negative`, and CBOW's
    # chunks are larger.
    assert given_options(kind(random_state=3)) == {"seed": 3, "threads": 1, "deterministic": True}
    cbow = given_options(kind(architecture="cbow", objective="softmax", random_state=3))
    assert TrainConfig(**cbow).chunk_size == 128
    assert "negative" not in TrainConfig(**cbow)


def test_random_states():
    def drawn(state, **more):
        return given_options(WordVectorizer(random_state=state, **more))

    np.random.seed(4)
    first, second = drawn(None), drawn(None)
    assert first["seed"] != second["seed"] and "deterministic" not in first
    one, other = (drawn(np.random.RandomState(8)) for _ in range(2))
    assert one == other and one["deterministic"]
    assert not drawn(1, deterministic=False)["deterministic"]
    with pytest.raises(ConfigError, match="seed is 'x'"):
        TrainConfig(**drawn("x"))


def test_threads_are_those_of_joblib(monkeypatch):
    asked = []
    monkeypatch.setattr("firth.sklearn.settings.effective_n_jobs", lambda n: asked.append(n) or 6)
    assert given_options(WordVectorizer(n_jobs=-1))["threads"] == 6
    assert asked == [-1]


def test_without_scikit_learn(run_python):
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from firth.errors import MissingExtraError\n"
        "try: import firth.sklearn\n"
        "except MissingExtraError as error: print(error)"
    )
    assert run_python(code).stdout == (
        "this needs scikit-learn, which is not installed: pip install 'firth[sklearn]'\n"
    )
