"""Numbers that people give are taken by what they are worth, wherever one is asked for."""

from __future__ import annotations

import enum
import inspect
import json
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import firth
from firth.config import Real, TrainConfig, Whole, every_option
from firth.corpus import EncodedCorpus
from firth.errors import ConfigError, FirthError
from firth.evaluation import evaluate_analogies, evaluate_similarity
from firth.progress import ProgressDisplay
from firth.recipes.cost import measure_costs
from firth.recipes.cs224n import run_classic
from firth.recipes.report import neighbour_table
from firth.recipes.treebank import Treebank
from firth.reference import gradient_check, sgd, train_vectors
from firth.values import Choice, Flag, as_number, plain, shown

try:
    import pandas as pd
except ImportError:
    pd = None


def raised(kind: type[Exception], call: Any) -> Exception:
    with pytest.raises(kind) as error:
        call()
    return error.value


Level = enum.IntEnum("Level", {"FOUR": 4})

#: One value in the guises of many libraries; 4 and 0.5 are right for most settings.
FOUR = [
    4,
    4.0,
    np.int8(4),
    np.uint64(4),
    np.float16(4),
    np.longdouble(4),
    np.array(4),
    np.array(4.0),
    pa.scalar(4),
    pa.scalar(4.0),
    Fraction(8, 2),
    Decimal("4.00"),
    Level.FOUR,
]
HALF = [0.5, np.float32(0.5), np.array(0.5), pa.scalar(0.5), Fraction(1, 2), Decimal("0.5")]
#: No numbers at all, or none that is whole.
NOT_NUMBERS = [
    "4",
    b"4",
    np.str_("4"),
    True,
    np.bool_(True),
    np.array(True),
    pa.scalar(True),
    4j,
    math.nan,
    np.float32("nan"),
    Decimal("nan"),
    Decimal("sNaN"),
    np.ma.masked,
    np.timedelta64(4, "ns"),
    np.datetime64(4, "ns"),
    [4],
    (4,),
    {4},
    np.array([4]),
    object(),
    len,
]
if pd is not None:
    FOUR += [pd.Series([4]).iloc[0], pd.Series([4.0]).max(), pd.array([4], "Int64")[0]]
    NOT_NUMBERS += [pd.NA, pd.NaT, pd.Timedelta(4), pd.Series([4]), pd.DataFrame({"a": [4]})]
NOT_WHOLE = [4.5, np.float32(4.5), Fraction(9, 2), Decimal("4.5"), np.array(4.5), 4.000001]
TOO_LARGE = [math.inf, np.inf, Decimal("inf"), Decimal("1e999999999"), 10**400, 10**5000, 2**63]
TOO_SMALL = [-1, np.int64(-1), -1.0, -math.inf, Decimal("-1e999999999"), -(10**5000)]


def number_options() -> dict[str, Any]:
    """Every declared option that is a number."""
    found = {option.name: option.kind for _, option in every_option()}
    return {name: kind for name, kind in found.items() if isinstance(kind, Whole | Real)}


@pytest.mark.parametrize("name", number_options())
def test_every_option_takes_numbers_of_any_library_and_gives_plain_ones(name: str) -> None:
    kind = number_options()[name]
    values = FOUR if isinstance(kind, Whole) or kind.most >= 4 else HALF
    wanted = type(kind.least) if isinstance(kind, Whole) else float
    for value in values:
        got = kind.check(name, value)
        assert (got, type(got)) == (wanted(plain(values[0])), wanted)
        json.dumps(got)


@pytest.mark.parametrize("name", number_options())
def test_every_option_refuses_what_is_no_number_for_it(name: str) -> None:
    kind = number_options()[name]
    too_small = [value for value in TOO_SMALL if not as_number(value) >= kind.least]
    assert too_small
    wrong = [*NOT_NUMBERS, *too_small, *TOO_LARGE[:-1]]
    wrong += [] if getattr(kind, "optional", False) else [None]
    for value in [*wrong, *NOT_WHOLE] if isinstance(kind, Whole) else wrong:
        error = raised(ConfigError, lambda value=value: kind.check(name, value))
        assert str(error).startswith(f"{name} is ")
        assert "; it must be " in str(error)
        assert len(str(error)) < 200


def test_a_refusal_names_setting_value_and_range() -> None:
    def refused(**settings: Any) -> str:
        return str(raised(ConfigError, lambda: TrainConfig(**settings)))

    assert refused(dim=20.5) == "dim is 20.5; it must be a whole number, 1 or more"
    assert refused(dim="20") == "dim is '20'; it must be a whole number, 1 or more"
    assert refused(window=np.int64(2000)) == "window is 2000; it must be 1,000 or less"
    assert refused(epochs=0.0) == "epochs is 0; it must be 1 or more"
    assert refused(dim=1e6 + 0.5) == "dim is 1000000.5; it must be a whole number, 1 or more"
    assert refused(dim=math.inf) == "dim is inf; it must be 9,223,372,036,854,775,807 or less"
    assert refused(sample=np.float64(2)) == "sample is 2; it must be from 0 to 1"
    assert refused(threads=2.5) == "threads is 2.5; it must be a whole number, 1 to 4,096, or None"


def test_names_and_truths_of_any_library() -> None:
    class Noise(enum.StrEnum):
        PAIR = "pair"

    choice = Choice({"pool": "shared", "pair": "fresh"})
    for value in ("pair", np.str_("pair"), np.array("pair"), pa.scalar("pair"), Noise.PAIR):
        assert type(choice.check("noise", value)) is str
        assert choice.check("noise", value) == "pair"
    for value in (None, 1, b"pair", ["pair"]):
        raised(ConfigError, lambda value=value: choice.check("noise", value))
    for value in (True, np.bool_(True), np.array(True), pa.scalar(True)):
        assert Flag().check("deterministic", value) is True
    for value in (1, 0.0, "True", None, np.int64(1), [True]):
        raised(ConfigError, lambda value=value: Flag().check("deterministic", value))


def test_settings_may_be_scalars_of_arrays_whatever_depends_on_them() -> None:
    config = TrainConfig(
        architecture=np.array("cbow"),
        noise=np.str_("pool"),
        pool_size=np.array([8.0])[0],
        unit=pa.scalar("subwords"),
        min_n=np.array(2),
        max_n=Fraction(4),
    )
    plainly = {"architecture": "cbow", "unit": "subwords"}
    assert config == TrainConfig(**plainly, noise="pool", pool_size=8, min_n=2, max_n=4)
    kinds = {type(value) for value in config.to_dict().values()}
    assert kinds <= {int, float, str, bool, type(None)}


# Functions ----------------------------------------------------------------------------------------

VECTORS = firth.WordVectors(["a", "b", "c"], np.eye(3))
VOCABULARY = firth.Vocabulary(["a", "b", "c"], [9, 6, 5])
SENTENCES = [["a", "b", "c"]] * 5
TREEBANK = Treebank.from_sentences(SENTENCES)


def hill(x: Any) -> Any:
    return float(np.sum(x**2)), 2 * x


def walk(**numbers: Any) -> Any:
    return sgd(hill, [1.0], **{"step": 0.1, "iterations": 1, **numbers})


def learn(**numbers: Any) -> Any:
    return train_vectors([[0, 1]], np.ones((2, 2)), np.ones((2, 2)), **numbers)


def classic(**numbers: Any) -> Any:
    return run_classic(TREEBANK, **{"iterations": 10, **numbers})


def train(**options: Any) -> Any:
    settings = {"min_count": 1, "dim": 4, "epochs": 1, "sample": 0, "threads": 1}
    return firth.train(SENTENCES * 200, progress=False, **settings, **options)


#: Whatever takes a number from people: what is called, the number's name, a right value, and
#: whether it must be whole. Those that cost much when they are right are asked wrongly alone.
TAKE = {
    "most_similar k": (lambda k: VECTORS.most_similar("a", k=k), "k", 2, True),
    "analogy k": (lambda k: VECTORS.analogy("a", "b", "c", k=k), "k", 2, True),
    "neighbour_table k": (lambda k: neighbour_table(VECTORS, ["a"], k=k), "k", 2, True),
    "encode min_count": (
        lambda n: firth.encode(SENTENCES, min_count=n).vocabulary.words, "min_count", 2, True),
    "encode max_vocabulary": (
        lambda n: firth.encode(SENTENCES, max_vocabulary=n).vocabulary.words,
        "max_vocabulary", 2, True),
    "encode threads": (
        lambda n: firth.encode(SENTENCES, threads=n).vocabulary.words, "threads", 2, True),
    "encode block_bytes": (
        lambda n: firth.encode(SENTENCES, block_bytes=n).vocabulary.words, "block_bytes", 99, True),
    "ranges max_tokens": (
        lambda n: firth.encode(SENTENCES).ranges(n), "max_tokens", 7, True),
    "Vocabulary min_count": (
        lambda n: firth.Vocabulary(["a"], [9], min_count=n).words, "min_count", 2, True),
    "Vocabulary max_vocabulary": (
        lambda n: firth.Vocabulary(["a"], [9], max_vocabulary=n).words, "max_vocabulary", 2, True),
    "from_counts min_count": (
        lambda n: firth.Vocabulary.from_counts({"a": 9}, min_count=n).words, "min_count", 2, True),
    "from_counts max_vocabulary": (
        lambda n: firth.Vocabulary.from_counts({"a": 9}, max_vocabulary=n).words,
        "max_vocabulary", 2, True),
    "merge min_count": (
        lambda n: VOCABULARY.merge(VOCABULARY, min_count=n).words, "min_count", 2, True),
    "merge max_vocabulary": (
        lambda n: VOCABULARY.merge(VOCABULARY, max_vocabulary=n).words, "max_vocabulary", 2, True),
    "keep_probabilities sample": (VOCABULARY.keep_probabilities, "sample", 0.5, False),
    "noise_distribution exponent": (VOCABULARY.noise_distribution, "exponent", 0.5, False),
    "gradient_check step": (
        lambda x: gradient_check(hill, [1.0], step=x, tolerance=9), "step", 0.5, False),
    "gradient_check tolerance": (
        lambda x: gradient_check(hill, [1.0], tolerance=x), "tolerance", 0.5, False),
    "sgd step": (lambda x: walk(step=x), "step", 0.5, False),
    "sgd iterations": (lambda n: walk(iterations=n), "iterations", 3, True),
    "sgd anneal_every": (lambda n: walk(anneal_every=n), "anneal_every", 3, True),
    "sgd report_every": (lambda n: walk(report_every=n), "report_every", 3, True),
    "sgd checkpoint_every": (lambda n: walk(checkpoint_every=n), "checkpoint_every", 3, True),
    "train_vectors window": (lambda n: learn(window=n), "window", 3, True),
    "train_vectors step": (lambda x: learn(step=x), "step", 0.5, False),
    "train_vectors epochs": (lambda n: learn(epochs=n), "epochs", 3, True),
    "train_vectors batch": (lambda n: learn(batch=n), "batch", 3, True),
    "reject_probabilities threshold": (TREEBANK.reject_probabilities, "threshold", 0.5, False),
    "noise_shares power": (
        lambda x: TREEBANK.noise_shares(x).round(12).tolist(), "power", 0.5, False),
    "noise_table slots": (TREEBANK.noise_table, "slots", 9, True),
    "noise_table power": (lambda x: TREEBANK.noise_table(9, x), "power", 0.5, False),
    "measure_costs dim": (
        lambda n: len(measure_costs([10], [1], dim=n, seconds=0)), "dim", 3, True),
    "measure_costs seconds": (
        lambda x: len(measure_costs([10], [1], seconds=x)), "seconds", 0.0, False),
    "ProgressDisplay interval": (
        lambda x: ProgressDisplay(False, interval=x)._interval, "interval", 0.5, False),
}  # fmt: skip
#: The same, asked wrongly alone.
REFUSE = {
    "run_classic iterations": (lambda n: classic(iterations=n), "iterations", True),
    "run_classic seed": (lambda n: classic(seed=n), "seed", True),
    "run_classic checkpoint_seconds": (
        lambda x: classic(checkpoint_seconds=x), "checkpoint_seconds", False),
    "evaluate_similarity restrict_vocab": (
        lambda n: evaluate_similarity(VECTORS, "none", restrict_vocab=n), "restrict_vocab", True),
    "evaluate_analogies restrict_vocab": (
        lambda n: evaluate_analogies(VECTORS, "none", restrict_vocab=n), "restrict_vocab", True),
    "train patience": (lambda n: train(patience=n, validation=0.5), "patience", True),
    "train seed": (lambda n: train(seed=n), "seed", True),
}  # fmt: skip
WRONG = [4j, math.nan, np.ma.masked, np.timedelta64(4, "ns"), math.inf, -(10**5000), True]


@pytest.mark.parametrize("asked", TAKE)
def test_every_function_takes_numbers_of_any_library(asked: str) -> None:
    call, _, right, whole = TAKE[asked]
    expected = call(right)
    guises = [float, np.array, pa.scalar, Decimal] + ([np.int16] if whole else [np.float64])
    for guise in guises:
        got = call(guise(right))
        assert str(got) == str(expected), guise


@pytest.mark.parametrize("asked", [*TAKE, *REFUSE])
def test_every_function_refuses_what_is_no_number(asked: str) -> None:
    call, name, *_, whole = {**TAKE, **REFUSE}[asked]
    for value in [*WRONG, "4", 4.5, Fraction(9, 2)] if whole else [*WRONG, "4"]:
        error = raised(ConfigError, lambda value=value: call(value))
        assert str(error).startswith(f"{name} is "), value
        assert len(str(error)) < 200


def takers() -> set[str]:
    """Find the numbers that public functions take, by their annotations."""
    functions = [
        VECTORS.most_similar, VECTORS.analogy, neighbour_table, firth.encode,
        EncodedCorpus.ranges,
        firth.Vocabulary, firth.Vocabulary.from_counts, firth.Vocabulary.merge,
        firth.Vocabulary.keep_probabilities, firth.Vocabulary.noise_distribution,
        evaluate_similarity, evaluate_analogies, gradient_check, sgd, train_vectors,
        Treebank.reject_probabilities, Treebank.noise_table, measure_costs, ProgressDisplay,
        run_classic,
    ]  # fmt: skip
    return {
        f"{function.__name__} {parameter.name}"
        for function in functions
        for parameter in inspect.signature(function).parameters.values()
        if set(str(parameter.annotation).split(" | ")) & {"int", "float"}
    }


def test_no_number_is_forgotten() -> None:
    assert takers() <= {*TAKE, *REFUSE}


@pytest.mark.parametrize("k", [3, 10, np.int64(10), 2**62])
def test_more_answers_than_words_gives_all(k: Any) -> None:
    assert len(VECTORS.most_similar("a", k=k)) == 2


def test_a_part_to_hold_out_is_told_from_a_text() -> None:
    for part in (0.5, np.float32(0.5), Fraction(1, 2), Decimal("0.5"), np.array(0.5)):
        model = train(validation=part)
        assert model.history["validation_loss"][0].as_py() is not None
    for part in (1, 0, np.int64(1), 1.5, -0.5, math.nan, math.inf, True, np.bool_(True)):
        error = raised(ConfigError, lambda part=part: train(validation=part))
        assert str(error).startswith("validation is ")
        assert "above 0 and below 1" in str(error)
    for text in (SENTENCES, *([pd.Series(["a b c"] * 5)] if pd is not None else [])):
        assert train(validation=text).history["validation_loss"][0].as_py() is not None


def test_a_limit_of_memory_may_be_any_number_of_bytes() -> None:
    for limit in (10**11, 1e11, np.int64(10**11), np.float64(1e11), np.str_("100GB")):
        assert train(memory_limit=limit).vectors.dim == 4
    for limit in (0.5, math.nan, True, b"8GB", [8]):
        error = raised(ConfigError, lambda limit=limit: train(memory_limit=limit))
        assert str(error).startswith("memory_limit")


def test_what_is_saved_holds_plain_numbers(tmp_path: Any) -> None:
    model = firth.train(
        SENTENCES * 200,
        dim=np.int64(4),
        min_count=np.float64(1),
        epochs=np.array(1),
        learning_rate=Decimal("0.05"),
        sample=Fraction(0),
        deterministic=np.bool_(False),
        progress=False,
    )
    model.save(tmp_path / "a")
    config = json.loads((tmp_path / "a" / "config.json").read_text(encoding="utf-8"))["config"]
    assert (config["dim"], type(config["dim"])) == (4, int)
    assert config["learning_rate"] == 0.05
    own = {"dim": np.int64(2), "rate": np.float32(0.5), "p": Fraction(1, 2), "yes": np.bool_(True)}
    firth.Model(["a", "b"], [2, 1], {"input": np.eye(2)}, own).save(tmp_path / "b")
    assert firth.load(tmp_path / "b").config == {"dim": 2, "rate": 0.5, "p": 0.5, "yes": True}
    bad = firth.Model(["a"], [1], {"input": np.eye(1)}, {"dim": 1, "x": {1, 2}})
    assert "cannot hold" in str(raised(FirthError, lambda: bad.save(tmp_path / "c")))


def test_scalars_show_as_what_they_are_worth() -> None:
    assert shown(np.int64(5)) == "5"
    assert shown(np.float32(0.5)) == "0.5"
    assert shown("x" * 1000).endswith("…")
    assert "\n" not in shown(np.eye(3))
    assert as_number(10**5000) == math.inf
