"""Report, figures, vectors, the cost table and the commands."""

from __future__ import annotations

import functools
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info
from typer.testing import CliRunner

import firth.model
from firth.errors import ConfigError, CorpusError, MissingExtraError
from firth.recipes import cost
from firth.recipes import report as rp
from firth.recipes.cli import app
from firth.recipes.cost import StepCost, cost_table, measure_costs, negative_sampling_step
from firth.recipes.cs224n import ClassicResult, run_classic
from firth.recipes.engine import run_engine
from firth.recipes.floors import Floors
from firth.recipes.plots import draw_costs, plane_coordinates
from firth.recipes.standing import PLOTTED, controls, standing, starts_table
from firth.recipes.treebank import Treebank
from firth.reference import negative_sampling_loss_and_gradients

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def result():
    """A run whose words form an exact parallelogram: king - man = queen - woman."""
    words = [*PLOTTED, "UNK"]
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(len(words), 10))
    row = {word: i for i, word in enumerate(words)}
    vectors[row["queen"]] = vectors[row["woman"]] + vectors[row["king"]] - vectors[row["man"]]
    counts = np.arange(len(words), 0, -1)
    trace = [(10, 19.0), (20, 18.5)]
    compared = [(10, 19.0, 19.0)]
    return ClassicResult(
        "classic", words, counts, vectors, vectors[::-1].copy(), trace, 1.5, 0, 20, compared
    )


def test_outputs(result, tmp_path):
    written = rp.write_outputs(result, tmp_path / "deep" / "folder")
    names = ["report.md", "cost.csv", "model", "trained", "word_vectors.png", "cost.png"]
    assert [path.name for path in written] == names
    assert written[1].read_text() == "iteration,smoothed_cost\n10,19.0\n20,18.5\n"
    for path in written[4:]:
        assert path.read_bytes().startswith(PNG)
    assert sorted(path.name for path in written[0].parent.iterdir()) == sorted(names)


def test_vectors_come_back_under_their_words(result, tmp_path):
    rp.save_vectors(result, tmp_path / "model")
    model = firth.model.load(tmp_path / "model")
    for word in ("great", "queen", "UNK"):
        row = result.words.index(word)
        np.testing.assert_array_equal(model.vectors[word], result.center_vectors[row])
        np.testing.assert_array_equal(model.output_vectors[word], result.outside_vectors[row])
    assert model.config["variant"] == "classic"


def test_the_model_that_is_asked_is_centred_and_has_no_rare_words(result, tmp_path):
    shared = replace(result, center_vectors=result.center_vectors + 100, words=result.words[:])
    shared.words[0] = "rare"
    shared.counts[0] = 19
    rp.save_centred(shared, tmp_path / "model")
    model = firth.model.load(tmp_path / "model")
    assert "rare" not in model.vectors
    np.testing.assert_allclose(model.vectors.matrix.mean(axis=0), 0, atol=1e-12)
    row = result.words.index("queen")
    assert model.vectors.counts[model.vectors.index("queen")] == result.counts[row]
    kept = [i for i in range(len(shared.words)) if shared.words[i] in model.vectors]
    centred = result.center_vectors - result.center_vectors[kept].mean(axis=0)
    np.testing.assert_allclose(model.vectors["queen"], centred[row], atol=1e-12)


def test_a_pair_is_ranked_among_words_that_occur_as_often():
    rng = np.random.default_rng(0)
    words = ["coffee", "tea", *(f"w{i}" for i in range(400))]
    counts = np.array([5, 3, *[5] * 200, *[3] * 200])
    # What all words of a count share would decide every cosine.
    vectors = rng.normal(size=(402, 10)) + np.where(counts == 5, 50.0, -50.0)[:, None]
    vectors[0] = 50 + 3 * np.eye(10)[0]
    run = ClassicResult("classic", words, counts, vectors, vectors, [], 0.0, 0, 10)
    shares = []
    for tea in (3 * np.eye(10)[0], -3 * np.eye(10)[0], *rng.normal(size=(40, 10))):
        vectors[1] = tea - 50
        shares.append(standing(run, "coffee", "tea"))
    assert shares[0] > 0.99 and shares[1] < 0.01
    assert np.mean(shares[2:]) == pytest.approx(0.5, abs=0.2)  # four deviations
    assert controls(counts, 0).tolist() == list(range(2, 202))


def test_the_table_of_several_starts(result):
    table = starts_table([result, replace(result, seed=4)]).splitlines()
    assert table[0].endswith("| published | seed 4 | mean |")
    row = next(line for line in table if line.startswith("| coffee, tea"))
    assert "| 2, 1 |" not in row and row.count("|") == 6
    parallel = next(line for line in table if line.startswith("| man : king"))
    assert parallel.endswith("| 1.00 | 1.00 | 1.00 |")


def test_words_on_the_picture_lie_neither_on_each_other_nor_on_the_frame(tmp_path, monkeypatch):
    from firth.recipes import plots

    kept = []
    monkeypatch.setattr(plots, "save_figure", lambda figure, *_: kept.append(figure))
    coordinates = np.array([[0.0, 0.0], [0.001, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    plots.draw_words(["enjoyable", "annoying", "hail", "rain", "tea"], coordinates, tmp_path)
    kept[0].draw_without_rendering()
    axes = kept[0].axes[0]
    frame = axes.get_window_extent()
    boxes = [text.get_bbox_patch().get_window_extent() for text in axes.texts]
    assert len(boxes) == 5
    for i, box in enumerate(boxes):
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_the_cost_plot_has_lines_for_what_models_cost_that_know_no_pairs(tmp_path, monkeypatch):
    from firth.recipes import plots

    kept = []
    monkeypatch.setattr(plots, "save_figure", lambda figure, *_: kept.append(figure))
    trace = [(10, 19.0), (20, 9.8)]
    plots.draw_trace(trace, tmp_path, "", Floors(2.86, 21.81, 9.59, 9.24))
    axes = kept[0].axes[0]
    assert [line.get_ydata()[0] for line in axes.lines[1:]] == [21.81, 9.59, 9.24]
    assert axes.get_ylim()[1] > 21.81


def test_report_numbers(result):
    text = rp.report(result)
    assert "| 10 | 19.000000 | 19.000000 | yes |" in text
    assert "| cost at convergence around or below 10 | NO |" in text
    assert "| man : king :: woman : queen | 1.000 | 1.000 | 1 of" in text
    assert "male : king :: female : queen" in text
    assert "| enjoyable, annoying |" in text


def test_a_report_of_other_words_leaves_out_what_it_cannot_say(small_treebank, tmp_path):
    result = run_classic(small_treebank, iterations=10)
    written = rp.write_outputs(result, tmp_path)
    assert [path.name for path in written] == [
        "report.md", "cost.csv", "model", "trained", "cost.png",
    ]  # fmt: skip
    assert "analogy" not in written[0].read_text()


def test_an_output_folder_in_the_way(result, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="--output"):
        rp.write_outputs(result, tmp_path / "file")


def test_plane_coordinates_keep_the_two_widest_directions():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(50, 10)) * np.array([9, 5, *[0.01] * 8])
    points += 100
    got = plane_coordinates(points)
    # Nearly nothing lies outside the plane, so all distances are kept.
    distances = [np.linalg.norm(x[:, None] - x[None], axis=-1) for x in (got, points)]
    np.testing.assert_allclose(*distances, atol=0.02)
    assert got[:, 0].std() > got[:, 1].std()


def test_a_sparse_step_is_the_dense_one():
    rng = np.random.default_rng(0)
    outs, center = rng.normal(size=(6, 3)), rng.normal(size=3)
    noise = [4, 4, 1, 2]  # and the outside word itself may be among the noise
    loss, by_center, by_outs = negative_sampling_loss_and_gradients(center, 2, noise, outs)
    sparse, moved = outs.copy(), center.copy()
    assert negative_sampling_step(moved, 2, noise, sparse, 0.1) == pytest.approx(loss)
    np.testing.assert_allclose(sparse, outs - 0.1 * by_outs, atol=1e-15)
    np.testing.assert_allclose(moved, center - 0.1 * by_center, atol=1e-15)


def test_the_softmax_pays_for_every_word(tmp_path):
    costs = measure_costs([1_000, 200_000], [1, 5], seconds=0.02)
    assert costs[1].softmax > 20 * costs[0].softmax
    assert costs[1].negative[5] < 5 * costs[0].negative[5]
    assert "200,000" in cost_table(costs)
    draw_costs(costs, tmp_path / "costs.png")
    assert (tmp_path / "costs.png").read_bytes().startswith(PNG)
    with pytest.raises(ConfigError, match="noise is 0"):
        measure_costs([10], [0])


def test_a_step_is_timed_on_one_core(monkeypatch):
    seen = []

    def step(*_):
        pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        # SciPy, if a test has loaded it, brings a library of its own, which no step uses.
        pools = [pool for pool in pools if "scipy.libs" not in pool["filepath"]]
        seen.extend(pool["num_threads"] for pool in pools)
        return 0.0

    monkeypatch.setattr(cost, "softmax_step", step)
    monkeypatch.setattr(cost, "negative_sampling_step", step)
    measure_costs([10], [1], seconds=0.0)
    assert set(seen) == {1}


def test_missing_matplotlib_is_said_before_the_run(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    answer = CliRunner().invoke(app, ["cs224n", "--data", "nowhere", "--plots"])
    assert isinstance(answer.exception, MissingExtraError)
    assert "firth[plot]" in str(answer.exception)


def test_without_matplotlib_and_unasked_a_run_draws_nothing_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    answer = CliRunner().invoke(app, ["cs224n", "--data", "nowhere"])
    assert isinstance(answer.exception, CorpusError)  # it got so far
    assert "firth: no figures are drawn" in answer.stderr and "firth[plot]" in answer.stderr
    options = ["cost", "--largest", "1000", "--output", str(tmp_path)]
    assert CliRunner().invoke(app, options).exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_the_engine_table(small_treebank):
    asked = []

    class Trained:
        vectors = None

    def train(sentences, **settings):
        from firth.vectors import WordVectors

        asked.append((sentences, settings))
        model = Trained()
        model.vectors = WordVectors(["tea", "coffee"], np.eye(2))
        return model

    run = run_engine(small_treebank, train)
    sentences, settings = asked[-1]
    assert settings == {}  # the defaults
    assert sentences[0] == ["the", "w0", "of", "x0", "the", "w0", "y0"]
    assert len(sentences) == 180
    assert "| tea | coffee .000 |" in run.table()


def test_cost_command(tmp_path):
    run = CliRunner().invoke
    answer = run(app, ["cost", "--largest", "1000", "--output", str(tmp_path), "--json"])
    content = json.loads(answer.stdout)
    assert content["steps"][0]["vocabulary"] == 1000
    assert (tmp_path / "cost-per-step.png").exists()
    answer = run(app, ["cost", "--largest", "10"])
    assert "--largest is 10" in str(answer.exception)


def test_cs224n_command(tmp_path, sentences_file):
    arguments = ["cs224n", "--data", str(sentences_file), "--output", str(tmp_path), "--no-plots"]
    answer = CliRunner().invoke(app, arguments)
    lines = answer.stdout.splitlines()
    assert answer.exit_code == 0
    assert lines[0] == "iter 10: 19.061546"
    assert lines[3999] == "iter 40000: 9.812206"
    assert sum(line.startswith("iter ") for line in lines) == 4000
    assert "cost at convergence should be around or below 10: yes" in answer.stdout
    assert "published trace, iter 40000: 9.812206, here 9.812206: the same" in lines
    assert len((tmp_path / "cost.csv").read_text().splitlines()) == 4001


def test_starts_command(monkeypatch, small_treebank):
    import firth.recipes.cs224n as run

    short = functools.partial(run.run_classic, iterations=10)
    monkeypatch.setattr(run, "run_classic", short)
    monkeypatch.setattr("firth.recipes.treebank.load_treebank", lambda data: small_treebank)
    answer = CliRunner().invoke(app, ["cs224n", "--starts", "2"])
    assert answer.exit_code == 0
    assert answer.stdout.startswith("| pair, or analogy on the plot | counts | seed 1 | seed 2 |")
    assert answer.stderr.splitlines()[-1].startswith("seed 2 of 2: ")
    answer = CliRunner().invoke(app, ["cs224n", "--starts", "0"])
    assert "--starts is 0" in str(answer.exception)


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to another process")
def test_ctrl_c_says_where_the_run_goes_on(tmp_path, sentences_file):
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    command = [sys.executable, "-c", code + "from firth.cli import main; main()", "reproduce"]
    options = ["--data", str(sentences_file), "--output", str(tmp_path), "--quiet", "--no-plots"]
    process = subprocess.Popen(
        [*command, "cs224n", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "checkpoint.npz").exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert re.fullmatch(r"firth: stopped\nrun again to go on from iteration [\d,]+\n", said)


def test_steps_of_cost_table_line_up():
    table = cost_table([StepCost(10**6, 0.08, {1: 9e-6})]).splitlines()
    assert len({len(line) for line in table}) == 1


def test_a_treebank_without_sentences_of_the_plot_words_keeps_unknown_last():
    assert Treebank.from_sentences([["UNK", "a", "UNK"]]).counts.tolist() == [1, 1]


def test_the_commands_are_declared_without_loading_what_they_need():
    code = (
        "import sys; import firth.recipes.cli;"
        "print([m for m in ('numba', 'numpy', 'matplotlib', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
