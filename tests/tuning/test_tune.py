"""`firth.tune` and `firth tune`: what comes out, what is kept, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import numpy as np
import pyarrow.csv
import pytest

import firth
from firth.api.one_bar import ByTime
from firth.api.tuning import MODEL, PICTURE, RESULT, TRIALS
from firth.config import TrainConfig
from firth.errors import ConfigError, EvaluationError
from firth.evaluation.figures import Figure
from firth.evaluation.formulas import share
from firth.progress import Progress, describe
from firth.tuning.budget import Clock
from firth.tuning.result import Final, Tuning
from firth.tuning.study import FILE, Tried
from firth.view import plot_tuning
from helpers.language import sentences

TEXT = sentences(1200, seed=1)
QUICK = {
    "dim": 8, "sample": 0.0, "threads": 1, "min_count": 1, "epochs": 2, "negative": 3,
    "learning_rate": 0.05, "progress": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tuned") / "t"
    notes = []
    result = firth.tune(
        TEXT, budget="5min", metric="next-item", trials=3, output=folder, held_out=0.1,
        on_note=notes.append, **QUICK,
    )  # fmt: skip
    return folder, result, notes


def test_a_model_and_what_was_found_are_saved(found):
    folder, result, notes = found
    assert {RESULT, TRIALS, PICTURE, FILE, MODEL} <= {item.name for item in folder.iterdir()}
    model = firth.load(folder / MODEL)
    assert model.config == result.settings == result.model.config
    for name, value in {**QUICK, **result.trials[result.best].values}.items():
        assert name == "progress" or model.config[name] == value
    assert set(result.changed) == {"window", "noise_exponent"}
    told = json.loads((folder / RESULT).read_text())
    assert told["verdict"] == result.verdict and len(told["trials"]) == 3
    table = pyarrow.csv.read_csv(folder / TRIALS)
    assert table.num_rows == 3 and table["window"].to_pylist()[0] == 5
    assert tuple(notes) == result.notes and any("held out: 120 of 1,200" in n for n in notes)
    assert not result.interrupted and result.final.best.low <= result.final.best.high


def test_the_final_figure_is_of_users_that_nobody_learnt_from_or_chose_by(found):
    _, result, _ = found
    # What the model was trained on is all but the last part.
    assert result.model.corpus["n_sentences"] == 1_080
    assert len(result.tokens) == 1 and result.tokens[0] < result.model.corpus["n_tokens"]


def test_trials_that_are_there_are_gone_on_with(found):
    folder, result, _ = found
    with pytest.raises(ConfigError, match="holds trials already: give resume=True"):
        firth.tune(TEXT, budget="5min", metric="next-item", output=folder, **QUICK)
    other = {**QUICK, "dim": 9}
    with pytest.raises(ConfigError, match=r"something else .*'dim': 8.* and is .*'dim': 9"):
        firth.tune(TEXT, budget="5min", metric="next-item", output=folder, resume=True,
                   held_out=0.1, **other)  # fmt: skip
    more = firth.tune(
        TEXT, budget="5min", metric="next-item", trials=4, output=folder, held_out=0.1,
        resume=True, **QUICK,
    )  # fmt: skip
    assert [one.values for one in more.trials[:3]] == [one.values for one in result.trials]
    assert len(more.trials) == 4


def test_a_callback_stops_it_and_what_was_tried_is_kept(tmp_path):
    seen = []

    def stop(record):
        seen.append(record)
        return record.stage == "tune" and record.run == 1

    stopped = firth.tune(
        TEXT, budget="5min", metric="next-item", output=tmp_path / "s", on_progress=stop, **QUICK
    )
    assert stopped.interrupted and stopped.final is None and stopped.settings == {}
    assert len(stopped.trials) == 2 and not stopped.trials[1].is_over
    assert not (tmp_path / "s" / MODEL / "config.json").exists()
    assert [r.stage for r in seen if r.stage == "compile"] != []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"budget": "soon"}, "budget is 'soon'; it must be a time such as 30s"),
        ({"budget": 0}, "budget is 0; it must be a time"),
        ({"held_out": 0.5}, "held_out is 0.5"),
        ({"trials": 0}, "trials is 0"),
        ({"resume": True}, "resume needs a folder"),
        ({"metric": "loss"}, "every option that would be searched is given"),
    ],
)
def test_what_makes_no_sense_is_refused(given, message):
    with pytest.raises(ConfigError, match=message):
        firth.tune(TEXT, **{"budget": "1min", "metric": "next-item", **QUICK, **given})


def test_of_a_metric_that_there_is_not_all_are_named():
    with pytest.raises(EvaluationError, match="metric is 'hits'; it must be next-item, next-item-"):
        firth.tune(TEXT, budget="1min", metric="hits")


def a_tuning(scores, best=1):
    """A result of so many trials on two parts, some of which came to the second."""
    trials = tuple(
        Tried(n, {"dim": 10 * (n + 1), "architecture": "cbow"}, (s, s)[: 1 + n % 2],
              (s - 0.1, s + 0.1) if n % 2 or not n else None, (), "" if n % 2 or not n else "x")
        for n, s in enumerate(scores)
    )  # fmt: skip
    ones = Figure("hits", np.arange(400), (np.arange(400) % 2.0, np.ones(400)), share)
    fewer = Figure("hits", np.arange(400), (np.arange(400) % 4 // 3.0, np.ones(400)), share)
    return Tuning("next-item", "hits", "users", True, {}, {}, Final.of(ones, fewer), trials, best,
                  (100, 300), {"dim": 1.0}, 1.0, (), None)  # fmt: skip


def test_how_sure_the_best_is():
    result = a_tuning([0.1, 0.5, 0.2, 0.45, 0.2, 0.3])
    assert result.verdict == "better than the defaults" and result.rivals == 1
    final = result.final
    assert final.difference.low > 0 and final.difference.n == 400
    assert final.best.value - final.defaults.value == pytest.approx(final.difference.value)
    alone = Final.of(Figure("hits", np.arange(4), (np.ones(4), np.ones(4)), share), None)
    assert alone.difference is None and alone.best == alone.defaults
    table = result.table()
    assert table["on 300 tokens"].to_pylist() == [None, 0.5, None, 0.45, None, 0.3]


def test_a_picture_of_what_was_tried():
    pytest.importorskip("matplotlib")
    figure = plot_tuning(a_tuning([0.1, 0.5, 0.2, 0.45, 0.2, 0.3]), title="T")
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[:2] == ["dim: mattered 100%", "architecture"]
    with pytest.raises(ConfigError, match="nothing to draw"):
        plot_tuning(a_tuning([]))


def test_what_is_late_is_stopped_and_the_bar_goes_by_time():
    told, clock = [], Clock(100.0, spent=25.0)
    bar = ByTime(told.append, clock)
    bar.begin(3, 0.0)
    time.sleep(0.01)
    assert bar(Progress("train", words=5, total_words=10, words_per_second=7.0)) and bar.late
    assert told[-1].fraction == pytest.approx(0.25, abs=0.02)
    assert describe(told[-1]).startswith("Tuning 25 %  trial 3")
    bar.begin(4, None)
    assert not bar(Progress("train")) and not bar.late


def run(*arguments, cwd, blocked=()):
    """The command line, in a process that cannot import some packages."""
    code = (
        "import sys\n"
        f"for name in {list(blocked)!r}: sys.modules[name] = None\n"
        "from firth.cli import main; sys.exit(main())"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=cwd, capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip


@pytest.fixture
def text(tmp_path):
    (tmp_path / "text.txt").write_text("\n".join(map(" ".join, TEXT)))
    return tmp_path


FLAGS = ("--dim", "8", "--sample", "0", "--threads", "1", "--min-count", "1", "--epochs", "2",
         "--negative", "3", "--learning-rate", ".05")  # fmt: skip


def test_the_command_line(text):
    given = ("tune", "text.txt", "--budget", "5min", "--metric", "next-item", "--trials", "2")
    done = run(*given, *FLAGS, "--output", "t", "--json", cwd=text)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told["changed"]) == {"window", "noise_exponent"} and len(told["trials"]) == 2
    assert "tried: noise_exponent from -1 to 1" in done.stderr
    done = run(*given, *FLAGS, "--output", "t", "--resume", cwd=text)
    assert done.returncode == 0 and "on users that nothing was chosen by" in done.stdout
    assert "firth train text.txt --output DIR --window" in done.stderr


@pytest.mark.parametrize("missing", ["optuna", "sklearn"])
def test_without_optuna_the_line_that_installs_it(text, missing):
    done = run("tune", "text.txt", "--budget", "1min", "--metric", "loss", "--output", "t",
               cwd=text, blocked=[missing])  # fmt: skip
    assert done.returncode == 2 and "pip install 'firth[tune]'" in done.stderr
    assert "Traceback" not in done.stderr and not (text / "t" / FILE).exists()


@pytest.mark.full
def test_killed_at_any_moment_it_goes_on(text):
    """With one thread, what is found is what would have been found."""
    given = ["tune", "text.txt", "--metric", "next-item", "--trials", "6", "--budget", "10min",
             *FLAGS, "--output"]  # fmt: skip
    whole = run(*given, "whole", "--json", cwd=text)
    assert whole.returncode == 0, whole.stderr
    for moment in (4.0, 6.0, 8.0):
        process = subprocess.Popen(
            [sys.executable, "-m", "firth", *given, "killed", "--resume"], cwd=text,
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=dict(os.environ),
        )  # fmt: skip
        time.sleep(moment)
        process.kill()
        process.wait()
    last = run(*given, "killed", "--resume", "--json", cwd=text)
    assert last.returncode == 0, last.stderr
    one, other = json.loads(whole.stdout), json.loads(last.stdout)
    untimed = [
        [{n: v for n, v in row.items() if n != "seconds"} for row in found["trials"]]
        for found in (one, other)
    ]
    assert untimed[0] == untimed[1]
    assert (one["changed"], one["final"]) == (other["changed"], other["final"])
    models = [(text / name / MODEL / "vectors.safetensors") for name in ("whole", "killed")]
    assert models[0].read_bytes() == models[1].read_bytes()


@pytest.mark.full
def test_on_a_log_of_clicks_it_beats_the_defaults_within_the_time():
    from clicks import draw_sessions, make_shop

    sessions = draw_sessions(make_shop(2_000, 5, 5), 60_000, seed=1)
    parts = np.split(sessions.items, sessions.offsets[1:-1])
    groups = [part.tolist() for part in parts]
    # Compiled before: on the clock is what users wait for every time.
    firth.train(groups, epochs=1, progress=False)
    began = time.monotonic()
    found = firth.tune(groups, budget="45s", metric="next-item", progress=False)
    took = time.monotonic() - began
    assert took < 1.4 * 45  # 5 % is for a machine that has nothing else to do
    assert found.final.difference.low > 0, found.final
    assert found.verdict == "better than the defaults"
    assert TrainConfig.from_dict(found.settings).window == found.changed["window"]
