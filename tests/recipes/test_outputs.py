"""Report, figures, vectors, the cost table and the commands."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

import firth.model
from firth.errors import ConfigError, MissingExtraError
from firth.recipes import report as rp
from firth.recipes.cli import app
from firth.recipes.cost import StepCost, cost_table, measure_costs, negative_sampling_step
from firth.recipes.cs224n import ClassicResult, run_classic
from firth.recipes.engine import run_engine
from firth.recipes.plots import draw_costs, plane_coordinates
from firth.recipes.standing import PLOTTED
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
    names = ["report.md", "cost.csv", "model", "word_vectors.png", "cost.png"]
    assert [path.name for path in written] == names
    assert written[1].read_text() == "iteration,smoothed_cost\n10,19.0\n20,18.5\n"
    for path in written[3:]:
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
    assert [path.name for path in written] == ["report.md", "cost.csv", "model", "cost.png"]
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


def test_missing_matplotlib_is_said_before_the_run(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    answer = CliRunner().invoke(app, ["cs224n", "--data", "nowhere"])
    assert isinstance(answer.exception, MissingExtraError)
    assert "firth[plot]" in str(answer.exception)


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
    assert "cost at convergence should be around or below 10: yes" in answer.stdout
    assert "published trace, iter 40000: 9.812206, here 9.812206: the same" in lines
    assert len((tmp_path / "cost.csv").read_text().splitlines()) == 4001


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
