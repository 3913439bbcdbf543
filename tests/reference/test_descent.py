"""sgd and the whole trainer."""

from __future__ import annotations

import numpy as np
import pytest

from firth.errors import FormatError, TrainingError
from firth.reference import (
    cbow_loss_and_gradients,
    naive_softmax_loss_and_gradients,
    negative_sampling,
    sgd,
    skipgram_loss_and_gradients,
    train_vectors,
)

START = np.array([1.0, -2.0, 3.0])


class Noisy:
    """A bowl whose gradient is drawn: what a batch is to the whole corpus."""

    def __init__(self, seed=5, stop_at=None):
        self.generator = np.random.default_rng(seed)
        self.calls, self.stop_at = 0, stop_at

    def __call__(self, x):
        self.calls += 1
        if self.calls == self.stop_at:
            raise KeyboardInterrupt
        noisy = x + self.generator.normal(size=x.shape)
        return float(noisy @ noisy), 2 * noisy


def test_the_step_is_halved_after_each_stretch():
    path = [START]
    sgd(lambda x: (0.0, path.append(x.copy()) or np.ones(3)), START, 0.5, 7, anneal_every=3)
    moved = -np.diff([x[0] for x in path[1:]])
    np.testing.assert_allclose(moved, [0.5, 0.5, 0.5, 0.25, 0.25, 0.25])


def test_reports_are_smoothed():
    costs = iter(range(1, 31))
    seen = []
    walk = sgd(
        lambda x: (next(costs), x), START, 0.1, 30, on_report=lambda i, c: seen.append((i, c))
    )
    expected = [(10, 10.0), (20, 0.95 * 10 + 0.05 * 20)]
    assert walk.trace[:2] == expected
    assert seen == walk.trace
    assert walk.cost == walk.trace[-1][1]


@pytest.mark.parametrize("stop_at", [1, 4, 5, 21, 22, 57])
def test_a_run_that_was_interrupted_ends_where_it_would_have(tmp_path, stop_at):
    options = {"anneal_every": 20, "checkpoint_every": 4}
    whole = Noisy()
    expected = sgd(whole, START, 0.1, 60, **options)
    file = tmp_path / "walk.npz"
    cut = Noisy(stop_at=stop_at)
    with pytest.raises(KeyboardInterrupt):
        sgd(cut, START, 0.1, 60, checkpoint=file, generator=cut.generator, **options)
    again = Noisy(seed=99)  # another seed: the state must come from the checkpoint
    if not file.exists():
        again = Noisy()
    got = sgd(again, START, 0.1, 60, checkpoint=file, generator=again.generator, **options)
    np.testing.assert_array_equal(got.x, expected.x)
    assert got.trace == expected.trace
    assert got.iterations == 60
    assert [path.name for path in tmp_path.iterdir()] == ["walk.npz"]


def test_going_further_is_one_long_run(tmp_path):
    options = {"anneal_every": 20}
    first, long = Noisy(), Noisy()
    file = tmp_path / "walk.npz"
    sgd(first, START, 0.1, 25, checkpoint=file, generator=first.generator, **options)
    got = sgd(first, START, 0.1, 60, checkpoint=file, generator=first.generator, **options)
    np.testing.assert_array_equal(got.x, sgd(long, START, 0.1, 60, **options).x)


def test_bad_checkpoints_are_refused(tmp_path):
    file = tmp_path / "walk.npz"
    file.write_bytes(b"PK\x05\x06 not a checkpoint")
    with pytest.raises(FormatError, match="not a checkpoint"):
        sgd(Noisy(), START, 0.1, 5, checkpoint=file)
    file.unlink()
    sgd(Noisy(), START, 0.1, 5, checkpoint=file)
    with pytest.raises(FormatError, match=r"shape \(3,\), this run has \(2,\)"):
        sgd(Noisy(), START[:2], 0.1, 5, checkpoint=file)


def test_divergence_is_said():
    with pytest.raises(TrainingError, match=r"iteration 3.*use a step below 0.1"):
        costs = iter([1.0, 1.0, float("nan")])
        sgd(lambda x: (next(costs), x), START, 0.1, 5)


def by_hand(sentences, centers, outs, objective, *, architecture, window, step, epochs):
    """The trainer with its windows written out, one centre at a time."""
    centers, outs = centers.copy(), outs.copy()
    for _ in range(epochs):
        for sentence in sentences:
            for t, c in enumerate(sentence):
                near = [sentence[j] for j in range(len(sentence)) if 0 < abs(j - t) <= window]
                if near:
                    _, by_centers, by_outs = architecture(c, near, centers, outs, objective)
                    centers -= step * by_centers
                    outs -= step * by_outs
    return centers, outs


@pytest.mark.parametrize("architecture", [skipgram_loss_and_gradients, cbow_loss_and_gradients])
def test_the_trainer_against_windows_written_out(architecture):
    rng = np.random.default_rng(3)
    centers, outs = rng.normal(size=(2, 6, 4))
    sentences = [[0, 1, 2, 3, 1], [4], [5, 0, 5]]
    arguments = (sentences, centers, outs, naive_softmax_loss_and_gradients)
    got = train_vectors(*arguments, architecture=architecture, window=2, step=0.1, epochs=2)
    expected = by_hand(*arguments, architecture=architecture, window=2, step=0.1, epochs=2)
    np.testing.assert_allclose(got.center_vectors, expected[0], atol=1e-12)
    np.testing.assert_allclose(got.outside_vectors, expected[1], atol=1e-12)
    assert got.losses[1] < got.losses[0]


def test_a_batch_takes_its_gradients_at_the_same_parameters():
    rng = np.random.default_rng(3)
    centers, outs = rng.normal(size=(2, 4, 3))
    sentences = [[0, 1], [2, 3]]
    got = train_vectors(sentences, centers, outs, step=0.1, window=1, batch=10)
    total = [np.zeros_like(centers), np.zeros_like(outs)]
    for c, o in ((0, 1), (1, 0), (2, 3), (3, 2)):
        _, *parts = skipgram_loss_and_gradients(c, [o], centers, outs)
        total = [whole + part for whole, part in zip(total, parts, strict=True)]
    np.testing.assert_allclose(got.center_vectors, centers - 0.1 * total[0], atol=1e-14)
    np.testing.assert_allclose(got.outside_vectors, outs - 0.1 * total[1], atol=1e-14)


def test_noise_steps_and_windows_are_asked_for_in_reading_order():
    asked, reach, rates = [], [], []
    train_vectors(
        [[0, 1, 2], [3, 0]],
        np.zeros((4, 2)),
        np.zeros((4, 2)),
        negative_sampling(lambda outside: asked.append(outside) or [3]),
        window=lambda epoch, position: reach.append((epoch, position)) or 1,
        step=lambda n: rates.append(n) or 0.1,
        epochs=2,
    )
    assert asked == [1, 0, 2, 1, 0, 3] * 2
    assert reach == [(epoch, position) for epoch in (0, 1) for position in range(5)]
    assert rates == list(range(10))
