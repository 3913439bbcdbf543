"""What every architecture, unit and objective must keep, whoever adds it.

A member of the registries in `firth.config` is tested by being there. Its oracle is one line in
``naive.py``; settings that keep it small here go to `SMALL`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import firth
from firth import reference
from firth.config import ARCHITECTURES, OBJECTIVES, UNITS
from helpers import language, naive
from helpers.harness import Engine, ranked
from helpers.members import CLASSIC, PRODUCTS, STAR

#: name of a member → settings for these tests, such as a short table of n-grams.
SMALL: dict[str, dict[str, object]] = {
    "cbow": {"cbow_gradient": "exact"},
    "subwords": {"subword_gradient": "exact", "max_n": 4, "buckets": 50},
}

#: What each member is tried with, one after the other: names of its options and their values.
VARIANTS: dict[str, list[dict[str, object]]] = {
    "negative_sampling": [
        {"noise": "pool", "pool_size": 8, "negative": 2},
        {"noise": "pair", "negative": 2},
    ],
}
#: The first variant of each; others only with classic members, and the rest in ``pytest -m full``.
EXACT = [
    pytest.param(
        names,
        extra,
        id="-".join([*names, *(str(value) for value in extra.values())]),
        marks=[] if extra == every[0] or names == CLASSIC else [pytest.mark.full],
    )
    for names in STAR
    for every in [VARIANTS.get(names[2], [{}])]
    for extra in every
]

all_members = pytest.mark.parametrize("names", PRODUCTS)
exact_members = pytest.mark.parametrize(("names", "extra"), EXACT)


def settings(names):
    made = dict(zip(("architecture", "unit", "objective"), names, strict=True))
    for name in names:
        made |= SMALL.get(name, {})
    return made


# One chunk, in float64 ----------------------------------------------------------------------------


def small_engine(names, extra):
    sentences = ranked(np.random.default_rng(4), 6, [1, 5, 2, 7, 1, 3])
    return Engine(sentences, dim=3, **extra, **settings(names))


@exact_members
def test_updates_are_the_gradient_of_the_loss(names, extra):
    """Finite differences of the loss that the kernel reports, by every weight it moves."""
    engine = small_engine(names, extra)
    moved = engine.run()
    for place, start, end in (
        (0, engine.inputs, moved.input_matrix),
        (1, engine.outputs, moved.output_matrix),
    ):
        rows = np.flatnonzero((start != end).any(axis=1))
        assert len(rows) > 1

        def loss(x, place=place, start=start, rows=rows):
            weights = [engine.inputs, engine.outputs]
            weights[place] = start.copy()
            weights[place][rows] = x
            parts = engine.gradients(*weights)
            return parts[0], parts[1 + place][rows]

        reference.gradient_check(loss, start[rows])
        still = np.setdiff1d(np.arange(len(start)), rows)[:20]
        weights = [engine.inputs.copy(), engine.outputs.copy()]
        weights[place][still] += 1.0
        expected = engine.gradients()[0]
        assert engine.gradients(*weights)[0] == pytest.approx(expected, rel=1e-14)


@exact_members
def test_kernel_is_the_reference(names, extra):
    engine = small_engine(names, extra)
    found = engine.gradients()
    result = engine.run(rates=(0.0, 0.0))
    expected = naive.chunk_loss_and_gradients(engine, engine.segment())
    assert result.measured == result.pairs > 0
    assert found[0] == pytest.approx(expected[0], rel=1e-12)
    near = 1e-9 if engine.sequential else 1e-12  # a quotient of differences has fewer digits
    np.testing.assert_allclose(found[1], expected[1], atol=near)
    np.testing.assert_allclose(found[2], expected[2], atol=near)


@exact_members
def test_neither_chunks_nor_packing_change_the_gradient(names, extra):
    """Cut into chunks and batches of any size, or into its sentences: the sum is the same."""
    if extra.get("noise") == "pool":
        pytest.skip("a pool belongs to its chunk")
    generator, lengths = np.random.default_rng(5), [9, 5, 2, 17, 1, 6]
    sentences = ranked(generator, 6, lengths)
    whole = None
    for chunk, batch in ((40, 40), (8, 8), (16, 4), (4, 4)):
        sizes = {"chunk_size": chunk, "batch_size": batch}
        engine = Engine(sentences, dim=3, **sizes, **extra, **settings(names))
        found = engine.gradients_at_rest()
        whole = found if whole is None else whole
        for got, want in zip(found, whole, strict=True):
            np.testing.assert_allclose(got, want, atol=1e-8)
        assert np.abs(whole[1]).max() > 0.01
    segment = engine.segment()
    total = [0.0, 0.0]
    for end, length in zip(np.cumsum(lengths), lengths, strict=True):
        start = end - length
        part = type(segment)(*(values[start:end].copy() for values in segment))
        part.first[:] -= start
        part.last[:] -= start
        for place, got in enumerate(engine.gradients_at_rest(segment=part)):
            total[place] += got
    for got, want in zip(total, whole, strict=True):
        np.testing.assert_allclose(got, want, atol=1e-8)


@exact_members
def test_a_segment_without_tokens_changes_nothing(names, extra):
    engine = small_engine(names, extra)
    result = engine.run(segment=engine.segment().head(0))
    assert result[:3] == (0, 0, 0.0)
    np.testing.assert_array_equal(result.input_matrix, engine.inputs)
    np.testing.assert_array_equal(result.output_matrix, engine.outputs)


# The whole way, as users go it --------------------------------------------------------------------


def fit(names, **changes):
    options = {
        "dim": 16, "min_count": 1, "epochs": 8, "sample": 0.0, "threads": 1, "window": 4,
        "learning_rate": 0.05, "seed": 1,
    }  # fmt: skip
    return firth.train(iter(language.sentences()), **{**options, **settings(names), **changes})


trained = cache(fit)


@all_members
def test_loss_falls(names):
    losses = trained(names).history["loss"].to_pylist()
    assert len(losses) == 8
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.9 * losses[0]


@all_members
def test_known_neighbours_are_found(names):
    assert language.twins_found(trained(names).vectors) == 2 * language.TOPICS


@all_members
def test_one_thread_repeats_itself_bit_for_bit(names):
    first, again = trained(names), fit(names)
    np.testing.assert_array_equal(first.vectors.matrix, again.vectors.matrix)
    np.testing.assert_array_equal(first.output_matrix, again.output_matrix)
    assert first.history["loss"].to_pylist() == again.history["loss"].to_pylist()
    other = fit(names, seed=2, epochs=1)
    assert not np.array_equal(other.vectors.matrix, fit(names, epochs=1).vectors.matrix)


@all_members
def test_a_saved_model_comes_back(names, tmp_path):
    model = trained(names)
    model.save(tmp_path / "model")
    loaded = firth.load(tmp_path / "model", check_values=True)
    np.testing.assert_array_equal(loaded.vectors.matrix, model.vectors.matrix)
    np.testing.assert_array_equal(loaded.output_matrix, model.output_matrix)
    assert loaded.config == model.config
    assert (loaded.config["architecture"], loaded.config["unit"]) == names[:2]
    assert loaded.config["objective"] == names[2]


# The command line ---------------------------------------------------------------------------------


def test_help_names_every_member(run_firth):
    text = " ".join(run_firth("train", "--help", env={"COLUMNS": "300"}).stdout.split())
    for name in [*ARCHITECTURES, *UNITS, *OBJECTIVES]:
        assert name in text


@pytest.mark.parametrize("names", STAR, ids="-".join)
def test_the_command_line_trains_every_member(names, run_firth, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("\n".join(map(" ".join, language.sentences(300))))
    options = []
    for name, value in {**settings(names), "dim": 8, "min_count": 1, "epochs": 1}.items():
        options += [f"--{name.replace('_', '-')}", str(value)]
    done = run_firth("train", text, "--output", tmp_path / "m", "--quiet", *options)
    assert done.returncode == 0, done.stderr
    config = firth.load(tmp_path / "m").config
    assert (config["architecture"], config["unit"], config["objective"]) == names
