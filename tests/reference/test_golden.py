"""The three-dimensional example, to all printed digits."""

from __future__ import annotations

import random

import numpy as np

from firth.reference import gradient_check, negative_sampling, skipgram_loss_and_gradients

A, B, C, D, E = range(5)


def unit_rows():
    random.seed(31415)
    rows = np.random.RandomState(9265).randn(10, 3)
    return np.split(rows / np.linalg.norm(rows, axis=1, keepdims=True), 2)


def test_naive_softmax_example():
    centers, outs = unit_rows()
    loss, by_centers, by_outs = skipgram_loss_and_gradients(C, [A, B, E, D, B, C], centers, outs)
    assert repr(loss) == "11.16610900153398" or abs(loss - 11.16610900153398) < 5e-15
    expected = np.zeros((5, 3))
    expected[C] = [-1.26947339, -1.36873189, 2.45158957]
    np.testing.assert_allclose(by_centers, expected, rtol=0, atol=5e-9)
    np.testing.assert_allclose(
        by_outs,
        [
            [-0.41045956, 0.18834851, 1.43272264],
            [0.38202831, -0.17530219, -1.33348241],
            [0.07009355, -0.03216399, -0.24466386],
            [0.09472154, -0.04346509, -0.33062865],
            [-0.13638384, 0.06258276, 0.47605228],
        ],
        rtol=0,
        atol=5e-9,
    )


def test_both_losses_pass_the_course_check():
    centers, outs = unit_rows()
    noise = iter(())

    def draw(outside):
        return next(noise)

    def check(objective):
        def loss_at(x):
            nonlocal noise
            noise = iter([[(o + k) % 5 for k in range(1, 11) if k % 5] for o in range(6)])
            loss, *gradients = skipgram_loss_and_gradients(
                C, [A, B, E, D, B, C], x[:5], x[5:], *objective
            )
            return loss, np.vstack(gradients)

        return gradient_check(loss_at, np.vstack((centers, outs)), step=1e-4, tolerance=1e-5)

    assert check([]) < 1e-5
    assert check([negative_sampling(draw)]) < 1e-5
