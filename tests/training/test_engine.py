"""Whole segments: against the reference trainer, and what must not change the result."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from firth import reference
from helpers import naive
from helpers.harness import Engine, ranked

SENTENCES = ranked(np.random.default_rng(8), 15, [1, 12, 3, 30, 2, 1, 7, 25])


@pytest.mark.parametrize("chunk_size", [4, 16, 128])
@pytest.mark.parametrize("sample", [0.0, 0.05])
def test_training_is_that_of_the_reference(chunk_size, sample):
    """All sentences in chunks, a falling rate, two epochs: the same to ten digits.

    Centres do not take turns here, which is not the gradient: test_in_turn.py has that.
    """
    engine = Engine(SENTENCES, noise="pair", chunk_size=chunk_size, sample=sample, negative=3)
    config = engine.config
    inputs, outputs = engine.inputs, engine.outputs
    for epoch, rates in enumerate([(0.2, 0.1), (0.1, 0.0)]):
        rows = naive.lay_out(SENTENCES, engine.keep, config.window, config.seed, epoch)
        # The reference is given the kept tokens, their widths and the noise of each pair.
        kept = {position for _, position, _ in rows}
        position, sentences = 0, []
        for sentence in SENTENCES:
            places = range(position, position + len(sentence))
            sentences.append([w for w, at in zip(sentence, places, strict=True) if at in kept])
            position += len(sentence)
        order = {position: t for t, (_, position, _) in enumerate(rows)}
        noise = iter(
            naive.pair_noise(
                engine.noise, 3, 2 * config.window + 1, config.seed, epoch, at, order[o] - order[at]
            )
            for _, at, near in rows
            for o in near
        )  # fmt: skip

        def width(_, t, rows=rows, epoch=epoch):
            return naive.width(config.window, config.seed, epoch, rows[t][1])

        def rate(t, rows=rows, rates=rates):
            done = t // chunk_size * chunk_size / len(rows)
            return rates[0] + (rates[1] - rates[0]) * done

        want = reference.train_vectors(
            sentences,
            inputs,
            outputs,
            reference.negative_sampling(lambda _, noise=noise: next(noise)),
            window=width,
            step=rate,
            batch=chunk_size,
        )
        state = engine.objective_at(epoch)
        turn = state.targets.turn._replace(factors=state.targets.turn.factors[:0])
        state = state._replace(targets=state.targets._replace(turn=turn))
        got = engine.run(inputs, outputs, epoch=epoch, rates=rates, objective=state)
        assert next(noise, None) is None  # each pair had its own
        assert got.loss / got.measured == pytest.approx(want.losses[0], rel=1e-12)
        np.testing.assert_allclose(got.input_matrix, want.center_vectors, atol=1e-10)
        np.testing.assert_allclose(got.output_matrix, want.outside_vectors, atol=1e-10)
        inputs, outputs = got.input_matrix, got.output_matrix
    assert sample == 0.0 or len(rows) < sum(map(len, SENTENCES))


def test_summed_updates_do_not_depend_on_chunks():
    """At weights that hardly move, chunks of 4, 20 and all tokens give the same sum."""
    tiny = 1e-9
    moves = []
    for chunk_size in (4, 20, 128):
        engine = Engine(SENTENCES, noise="pair", chunk_size=chunk_size)
        result = engine.run(rates=(tiny, tiny))
        moves.append(
            np.concatenate(
                [result.input_matrix - engine.inputs, result.output_matrix - engine.outputs]
            )
            / tiny
        )
    assert np.abs(moves[0]).max() > 1
    for move in moves[1:]:
        np.testing.assert_allclose(move, moves[0], atol=1e-5)


def test_summed_updates_do_not_depend_on_packing():
    """Each sentence alone, added up, or all of them packed into chunks: the same."""
    tiny = 1e-9
    engine = Engine(SENTENCES, noise="pair", chunk_size=16)
    whole = engine.segment()
    together = engine.run(rates=(tiny, tiny))
    ends = np.cumsum([0, *map(len, SENTENCES)])
    moves, loss = np.zeros_like(engine.inputs), 0.0
    for begin, end in pairwise(ends.tolist()):
        alone = type(whole)(
            whole.words[begin:end],
            whole.position[begin:end],
            (whole.first[begin:end] - begin).astype(np.int32),
            (whole.last[begin:end] - begin).astype(np.int32),
        )
        result = engine.run(rates=(tiny, tiny), segment=alone)
        moves += result.input_matrix - engine.inputs
        loss += result.loss
    np.testing.assert_allclose(
        (together.input_matrix - engine.inputs) / tiny, moves / tiny, atol=1e-5
    )
    assert together.loss == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize("noise", ["pool", "pair"])
def test_measuring_the_loss_changes_no_weight(noise):
    engine = Engine(SENTENCES, noise=noise, chunk_size=8)
    always, seldom = engine.run(), engine.run(measure_every=3)
    assert always.measured == always.pairs == seldom.pairs > seldom.measured > 0
    assert 0 < seldom.loss < always.loss
    np.testing.assert_array_equal(always.input_matrix, seldom.input_matrix)
    np.testing.assert_array_equal(always.output_matrix, seldom.output_matrix)


def test_nan_reaches_the_loss():
    for noise in ("pool", "pair"):
        engine = Engine(SENTENCES, noise=noise, dtype="float32")
        inputs = engine.inputs.copy()
        inputs[0, 0] = np.nan
        assert np.isnan(engine.run(inputs).loss)


TRAIN = """
import hashlib, sys, firth
sys.path.insert(0, sys.argv[1])
from helpers import language
text = language.sentences(400)
model = firth.train(iter(text), dim=8, min_count=1, threads=1, epochs=2, sample=0)
for matrix in (model.vectors.matrix, model.output_vectors.matrix):
    print(hashlib.sha256(matrix.tobytes()).hexdigest())
print(model.history["loss"].to_pylist())
"""


def test_processes_agree_whatever_their_hash_seed(run_python, pytestconfig):
    here = pytestconfig.rootpath / "tests"
    runs = [run_python(TRAIN, here, env={"PYTHONHASHSEED": seed}).stdout for seed in ("1", "77")]
    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) == 3
