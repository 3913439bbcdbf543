"""The judge itself: data made once, runs made once, tables that say who is below."""

from __future__ import annotations

import importlib.util
import json
import sys

import clicks
import corpora
import groups
import numpy as np
import pytest
import quality
import trial
from cells import Cell, loss_is_comparable, parse_program, settings_of
from intervals import Estimate
from programs import MODES, firth_options
from runs import Runs
from tables import MEASURES, differences_tables
from truth import Truth

import firth


def tiny():
    """A log of 10 leaves of 30 items, thick enough to be learnt in a moment."""
    shop = clicks.make_shop(n_items=300, n_areas=2, leaves_per_area=5, exponent=0.3)
    names = [f"i{number}" for number in range(300)]
    train, heldout = (clicks.draw_sessions(shop, n, s) for n, s in ((40_000, 1), (4_000, 2)))
    known = [groups.labelled_groups(names, part.tolist()) for part in (shop.leaf, shop.area)]
    return corpora._lines(train, names), corpora._lines(heldout, names), *known


def text():
    """A text of which the last sentence is held out."""
    lines = ["monday tuesday wednesday thursday friday day"] * 6
    return iter(lines), iter(["monday sunday"]), None, None


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Both data sets, made in a folder of the test."""
    monkeypatch.setattr(corpora, "DATASETS", {"tiny": tiny, "text": text})
    monkeypatch.setattr(quality, "DATASETS", corpora.DATASETS)
    monkeypatch.setenv("FIRTH_TEST_DATA", str(tmp_path))
    return {name: corpora.prepare(name, tmp_path / "data") for name in ("tiny", "text")}


def test_what_is_known_of_a_text(made):
    truth = Truth(made["text"])
    assert (truth.about["words"], truth.about["vocabulary"], truth.about["lines"]) == (36, 6, 6)
    assert truth.words == sorted(truth.words) and truth.counts.tolist() == [6] * 6
    grouped = {word for word, group in zip(truth.words, truth.groups, strict=True) if group >= 0}
    assert grouped == {"monday", "tuesday", "wednesday", "thursday", "friday"}
    assert truth.heldout == [[truth.number["monday"], -1]]
    assert not truth.has_items and truth.areas is None


def test_data_is_made_again_only_when_its_code_changes(made, tmp_path, monkeypatch):
    (made["text"] / "train.txt").write_text("as it was\n", encoding="utf-8")
    corpora.prepare("text", tmp_path / "data")
    assert (made["text"] / "train.txt").read_text(encoding="utf-8") == "as it was\n"
    monkeypatch.setattr(corpora, "_maker", lambda: "another")
    corpora.prepare("text", tmp_path / "data")
    assert len((made["text"] / "train.txt").read_text(encoding="utf-8")) > 100


def test_a_cut_text_holds_out_what_follows(monkeypatch):
    monkeypatch.setattr(corpora, "HELD_OUT_WORDS", 5)
    train, heldout, *_ = corpora._cut(["a b", "c d", "e f", "g h", "i j", "k l"], 2)
    assert list(train) == ["a b", "c d"] and list(heldout) == ["e f", "g h", "i j"]


def test_firth_finds_the_truth_of_a_log(made, tmp_path):
    judged = trial.judge(
        {
            "program": "firth",
            "settings": {"epochs": 32, "seed": 1, "threads": 1, "firth": {"cache": False}},
            "comparable": True,
            "architecture": "skipgram",
            "data": str(made["tiny"]),
            "sets": str(tmp_path),
            "nearest": str(tmp_path / "near.npy"),
        }
    )
    assert judged["areas"]["all"] > 0.9 and judged["groups"]["all"] > 0.8  # by chance .5 and .1
    assert judged["hits cosine"]["all"] > 0.3 and judged["hits in-out"]["all"] > 0.3
    assert judged["loss"]["all"] < 0.9 * 6 * np.log(2)
    assert judged["speed"]["all"] > 0
    assert set(judged) <= set(MEASURES)
    assert np.load(tmp_path / "near.npy").shape == (len(Truth(made["tiny"]).asked), 10)


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["quality.py", *map(str, arguments)])
    quality.main()
    return capsys.readouterr().out


@pytest.fixture
def started(monkeypatch):
    """Runs that are made up: a slower rate is better; their number."""
    calls = []

    def start(run, runs, truth, *, warm_up):
        if warm_up:
            return {}
        calls.append(run)
        slow = run["settings"]["firth"].get("learning_rate") == 0.02
        np.save(runs.nearest_file(run), np.ones((len(truth.asked), 10), np.int32))
        value = 0.5 + 0.1 * slow + 0.001 * run["settings"]["seed"]
        measures = {"groups": {"all": value}, "loss": {"all": value}, "speed": {"all": 1e5}}
        return {"load_before": 0.0, "measures": measures}

    monkeypatch.setattr(quality, "start", start)
    return calls


def test_a_run_is_made_once_and_an_interrupted_benchmark_goes_on(
    made, started, tmp_path, monkeypatch, capsys
):
    file = tmp_path / "results.jsonl"
    given = ["--json", file, "--scratch", tmp_path / "data", "--programs", "firth"]
    given += ["--set", "learning_rate=0.02", "--peer", "firth learning_rate=0.02"]
    given += ["--data", "tiny", "--model", "skipgram"]
    printed = run(monkeypatch, capsys, *given, "--seeds", 2)
    assert len(started) == 4
    again = run(monkeypatch, capsys, *given, "--seeds", 2)
    assert len(started) == 4 and again == printed
    # The last line was cut off, and one run has lost its neighbours.
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([*lines[:-1], lines[-1][:50]]), encoding="utf-8")
    Runs(file).nearest_file(json.loads(lines[0])["run"]).unlink()
    assert run(monkeypatch, capsys, *given, "--seeds", 2) == printed and len(started) == 6
    run(monkeypatch, capsys, *given, "--seeds", 3)
    assert len(started) == 8
    monkeypatch.setattr(quality, "code_of", lambda program: "another firth")
    run(monkeypatch, capsys, *given, "--seeds", 3, "--report")
    assert len(started) == 8
    run(monkeypatch, capsys, *given, "--seeds", 3)
    assert len(started) == 14
    # Figures of one seed: firth is below in groups, above in loss (less is better).
    rows = [line for line in printed.splitlines() if "| tiny | skipgram | 5 | firth |" in line]
    verdicts = {row.split("|")[6].strip(): row.split("|")[11].strip() for row in rows}
    assert verdicts["group members found, %"] == "**below**"
    assert verdicts["held-out loss, nats"] == "above"
    assert verdicts["ten nearest shared by two seeds"] == ""


def test_differences_within_the_interval_are_not_below():
    def at(mean):
        return {("groups", "all"): Estimate(mean, 0.01, 4)}

    place = ("tiny", "cbow", 5)
    close, far = (
        differences_tables({place: {"firth": at(0.5), "gensim": at(other)}}, ["gensim"])
        for other in (0.51, 0.6)
    )
    alone = differences_tables({place: {"firth": at(0.5)}}, ["gensim"])
    assert alone == "There is nothing to compare with gensim."
    assert "0 of 1 are below" in close and "−1.0 ± 3.3" in close
    assert "1 of 1 are below" in far and "−10.0 ± 3.3 | **below** |" in far


@pytest.mark.parametrize("mode", MODES)
def test_firth_has_every_setting_of_a_mode(mode):
    settings = dict.fromkeys(["dim", "window", "negative", "epochs", "threads"], 2)
    options = firth_options({**settings, "mode": mode})
    assert firth.TrainConfig(**options).dim == 2
    assert ("negative" in options) == (mode != "hs")


def test_what_programs_are_given():
    def given(model, program):
        return settings_of(Cell("tiny", model, parse_program(program), 7), 3, 2, {"dim": 50})

    run = {"epochs": 7, "seed": 3, "dim": 50}
    firth_settings = given("cbow+subwords", "firth:learning_rate=0.1")
    own = firth_settings.pop("firth")
    assert firth_settings == {**run, "threads": 2}
    assert firth.TrainConfig(**{k: v for k, v in own.items() if k != "cache"}).unit == "subwords"
    assert own["learning_rate"] == 0.1 and own["architecture"] == "cbow"
    sentences = given("cbow", "gensim:ns_exponent=-0.5")
    assert sentences == {
        **run,
        "iterable": True,
        "mode": "skipgram",
        "gensim": {"sg": 0, "hs": 0, "ns_exponent": -0.5},
    }
    equal = given("skipgram+hierarchical_softmax", "gensim-equal")
    assert equal["threads"] == 2 and equal["window"] == firth.TrainConfig().window
    assert equal["gensim"] == {"sg": 1, "hs": 1, "negative": 0} and "iterable" not in equal
    assert given("softmax", "gensim") is None


def test_losses_over_other_noise_or_words_are_not_compared():
    def comparable(model, program, **common):
        return loss_is_comparable(Cell("tiny", model, parse_program(program), 5), common)

    assert comparable("cbow", "firth:learning_rate=0.1")
    assert not comparable("cbow", "firth:noise_exponent=0.5")
    assert not comparable("skipgram", "gensim:ns_exponent=-0.5")
    assert not comparable("softmax", "firth") and not comparable("cbow", "firth", min_count=1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--data", "tinny"], "there is no data set tinny"),
        (["--model", "skipgrm"], "'skipgrm' is no member"),
        (["--programs", "glove"], "'glove' is no program"),
        (["--set", "dim"], "'dim' is no setting"),
        (["--epochs", "5,x"], "--epochs is 5,x; it must be 1 or more"),
        (["--seeds", "0"], "--seeds is 0; it must be 1 or more"),
        (["--common", "sg=1"], "sg is not common to all"),
    ],
)
def test_faults_of_the_command_line_are_said(given, said, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, capsys, "--json", "x.jsonl", *given)
    assert said in capsys.readouterr().err


@pytest.mark.peers
@pytest.mark.skipif(importlib.util.find_spec("gensim") is None, reason="gensim is not installed")
@pytest.mark.parametrize("program", ["gensim", "gensim-equal"])
@pytest.mark.parametrize("model", ["skipgram", "cbow+subwords", "hierarchical_softmax"])
def test_gensim_is_judged_alike(made, tmp_path, program, model):
    cell = Cell("tiny", model, parse_program(program), 8)
    judged = trial.judge(
        {
            "program": "gensim",
            "settings": settings_of(cell, 1, 2, {}),
            "comparable": loss_is_comparable(cell, {}),
            "architecture": "cbow" if "cbow" in model else "skipgram",
            "data": str(made["tiny"]),
            "sets": str(tmp_path),
            "nearest": str(tmp_path / "near.npy"),
        }
    )
    assert judged["areas"]["all"] > 0.6 and judged["hits cosine"]["all"] > 0.1
    assert ("loss" in judged) == ("hits in-out" in judged) == (model != "hierarchical_softmax")
