"""The classic run: against a plain copy of the exercise, against the published digits, resumed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from firth import reference as ref
from firth.errors import ConfigError, CorpusError, FormatError, TrainingError
from firth.recipes import cs224n
from firth.recipes.checkpoint import CHECKPOINT_FILE
from firth.recipes.cs224n import run_classic, smooth
from firth.recipes.floors import floors
from firth.recipes.spending import CLASSIC, MODERN, Recipe
from firth.recipes.treebank import Treebank
from helpers.naive_run import naive_run


def test_the_kernel_is_the_exercise(small_treebank):
    centers, outs, costs = naive_run(small_treebank, 20)
    got = run_classic(small_treebank, iterations=20)
    assert [cost for _, cost in got.trace] == pytest.approx([c for _, c in smooth(costs)], abs=1e-9)
    np.testing.assert_allclose(got.center_vectors, centers, rtol=0, atol=1e-14)
    np.testing.assert_allclose(got.outside_vectors, outs, rtol=0, atol=1e-14)
    assert np.abs(outs).max() > 1e-4  # something has moved


def test_progress_is_the_trace(small_treebank):
    seen = []
    got = run_classic(
        small_treebank, iterations=50, on_progress=lambda *report: seen.append(report)
    )
    assert seen == got.trace
    assert got.matches is None  # there is nothing to compare it with


def test_a_seed_is_another_start_and_other_draws(small_treebank):
    runs = [run_classic(small_treebank, iterations=10, seed=seed) for seed in (1, 1, 2, None)]
    assert runs[0].trace == runs[1].trace
    assert len({run.cost for run in runs}) == 3
    still = Recipe("still", np.zeros)
    starts = [
        run_classic(small_treebank, iterations=10, seed=seed, recipe=still) for seed in (1, 2)
    ]
    assert not np.array_equal(starts[0].center_vectors, starts[1].center_vectors)
    assert starts[0].cost != starts[1].cost  # all scores are 0: the draws differ
    with pytest.raises(ConfigError, match="seed is -1"):
        run_classic(small_treebank, iterations=10, seed=-1)


def test_what_models_cost_that_know_no_pairs(small_treebank):
    """Against what many batches are, drawn one by one."""
    from firth.recipes import kernel
    from firth.recipes.floors import _best

    stream, first_reach = cs224n.make_stream(small_treebank)
    got = floors(stream.sentences, small_treebank.noise_shares())
    V, batch, batches = len(small_treebank.words), kernel.empty_batch(), 2000
    yes, no = np.zeros(V), np.zeros(V)
    for number in range(batches):
        kernel.draw_batch(stream, first_reach if number == 0 else 0, batch)
        rows = batch.rows[: batch.bounds[50] * 11].reshape(-1, 11)
        yes += np.bincount(rows[:, 0], minlength=V)
        no += np.bincount(rows[:, 1:].ravel(), minlength=V)
    windows = 50 * batches
    assert got.pairs == pytest.approx(yes.sum() / windows, rel=0.01)
    assert got.frequencies == pytest.approx(_best(yes, no) / windows, rel=0.01)
    assert got.frequencies < got.one_in_eleven < got.coins


def test_the_training_sentences_are_those_of_the_published_run(sentences_file):
    from firth.recipes.treebank import load_treebank

    stream, _ = cs224n.make_stream(load_treebank(sentences_file))
    assert len(stream.sentences.offsets) - 1 == 299_303


def test_the_modern_run_ends_below_the_notes(sentences_file):
    got = run_classic(sentences_file, recipe=MODERN)
    assert got.cost < 6.83
    assert got.matches is None


def test_both_recipes_meet_the_same_windows(small_treebank):
    runs = [run_classic(small_treebank, iterations=10, recipe=r) for r in (CLASSIC, MODERN)]
    assert runs[0].cost != runs[1].cost
    still = Recipe("still", np.zeros)
    adaptive = Recipe("still", np.zeros, adaptive=True, first_square=1.0)
    standing = [run_classic(small_treebank, iterations=50, recipe=r) for r in (still, adaptive)]
    assert standing[0].trace == standing[1].trace
    assert not standing[0].outside_vectors.any()


def test_adagrad_divides_by_the_root_of_all_squares(small_treebank):
    """Two steps of Adagrad, one gradient after the other as the kernel takes them."""
    from firth.recipes import kernel

    stream, first_reach = cs224n.make_stream(small_treebank)
    batch = kernel.empty_batch()
    centers = (np.random.RandomState(9265).rand(len(small_treebank.words), 10) - 0.5) / 10
    outs = np.zeros_like(centers)
    center_squares, out_squares = np.full((2, *centers.shape), 3.0)
    for reach in (first_reach, 0):
        kernel.draw_batch(stream, reach, batch)
        moved, by_centers = outs.copy(), []
        for w in range(50):
            rows = batch.rows[batch.bounds[w] * 11 : batch.bounds[w + 1] * 11]
            v = centers[batch.centers[w]]
            errors = ref.sigmoid(outs[rows] @ v) - (np.arange(len(rows)) % 11 == 0)
            by_centers.append(errors @ outs[rows])
            for row, error in zip(rows, errors, strict=True):
                out_squares[row] += (error * v) ** 2
                moved[row] -= error * v / np.sqrt(out_squares[row])
        outs = moved
        for c, gradient in zip(batch.centers, by_centers, strict=True):
            center_squares[c] += gradient**2
            centers[c] -= gradient / np.sqrt(center_squares[c])
    twice = Recipe(
        "two", lambda n: (np.arange(n) < 2).astype(float), adaptive=True, first_square=3.0
    )
    got = run_classic(small_treebank, iterations=10, recipe=twice)
    np.testing.assert_allclose(got.outside_vectors, outs, rtol=0, atol=1e-13)
    np.testing.assert_allclose(got.center_vectors, centers, rtol=0, atol=1e-13)


@pytest.mark.parametrize("n", [3, 8, 4096])
def test_the_kernels_sigmoid(n):
    from firth.recipes.kernel import sigmoid_in_place

    x = np.concatenate(([-1e4, 0.0, 1e4], np.random.default_rng(0).normal(0, 8, n)))[:n]
    expected = ref.sigmoid(x)
    sigmoid_in_place(x, n)
    np.testing.assert_allclose(x, expected, rtol=1e-15, atol=1e-300)


@pytest.mark.parametrize("recipe", [CLASSIC, MODERN], ids=lambda recipe: recipe.name)
def test_a_run_that_was_stopped_goes_on_to_the_same_digits(tmp_path, small_treebank, recipe):
    options = {"recipe": recipe, "iterations": 2000, "checkpoint_seconds": 0.0}
    expected = run_classic(small_treebank, **options)

    def stop(iteration, cost):
        if iteration == 1210:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stopped:
        run_classic(small_treebank, tmp_path, on_progress=stop, **options)
    assert stopped.value.__notes__ == ["run again to go on from iteration 1,200"]
    with pytest.raises(KeyboardInterrupt) as stopped:
        early = {**options, "checkpoint_seconds": 60.0}
        run_classic(small_treebank, tmp_path.parent / "new", on_progress=stop, **early)
    assert "nothing was saved yet" in stopped.value.__notes__[0]
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT_FILE]
    got = run_classic(small_treebank, tmp_path, **options)
    assert got.resumed_at == 1200
    assert got.trace == expected.trace
    np.testing.assert_array_equal(got.center_vectors, expected.center_vectors)
    np.testing.assert_array_equal(got.outside_vectors, expected.outside_vectors)
    assert list(tmp_path.iterdir()) == []


def test_killed_and_run_again(tmp_path, sentences_file):
    code = (
        "import sys; from firth.recipes.cs224n import run_classic;"
        "run_classic(sys.argv[1], sys.argv[2], checkpoint_seconds=0.0, iterations=4000)"
    )
    command = [sys.executable, "-c", code, str(sentences_file), str(tmp_path)]
    child = subprocess.Popen(command)
    deadline = time.monotonic() + 60
    while not (tmp_path / CHECKPOINT_FILE).exists():
        assert child.poll() is None, "the run ended before it wrote a checkpoint"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    got = run_classic(sentences_file, tmp_path, iterations=4000)
    assert 0 < got.resumed_at < 4000
    assert got.trace == run_classic(sentences_file, iterations=4000).trace


def test_checkpoints_of_other_runs_and_damaged_ones_are_refused(tmp_path, small_treebank):
    def stop(iteration, cost):
        if iteration == 810:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_classic(
            small_treebank, tmp_path, iterations=2000, checkpoint_seconds=0.0, on_progress=stop
        )
    with pytest.raises(ConfigError, match="other data or settings"):
        run_classic(small_treebank, tmp_path, iterations=2000, recipe=MODERN)
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"PK broken")
    with pytest.raises(FormatError, match="delete it to start anew"):
        run_classic(small_treebank, tmp_path, iterations=2000)


def test_an_output_that_cannot_be_written(tmp_path, small_treebank):
    (tmp_path / "file").write_text("in the way")
    for output in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(ConfigError, match="folder"):
            run_classic(small_treebank, output, iterations=10)


def test_bad_settings_and_bad_corpora_are_refused(small_treebank):
    for iterations in (0, 5, 101):
        with pytest.raises(ConfigError, match=f"iterations is {iterations}"):
            run_classic(small_treebank, iterations=iterations)
    with pytest.raises(CorpusError, match="two different words"):
        run_classic(Treebank.from_sentences([["a", "a", "a"], ["b"]]), iterations=10)
    many = Treebank.from_sentences([[str(i), str(i + 1)] for i in range(66_000)])
    with pytest.raises(CorpusError, match="66,002 different words"):
        run_classic(many, iterations=10)


def test_divergence_is_said(small_treebank):
    wild = Recipe("wild", lambda n: np.full(n, 1e200))
    with pytest.raises(TrainingError, match="smaller step"):
        run_classic(small_treebank, iterations=100, recipe=wild)


def test_a_kernel_is_a_function_of_python_too(small_treebank):
    """Compiled and not, the kernel's parts do the same."""
    from firth.recipes import kernel

    rng = np.random.default_rng(0)
    for part in (kernel.dot, kernel.add):
        arguments = [tuple(rng.normal(size=10)), tuple(rng.normal(size=10))]
        if part is kernel.add:
            arguments.insert(1, 0.5)
        assert np.allclose(part(*arguments), part.py_func(*arguments), rtol=1e-14)
