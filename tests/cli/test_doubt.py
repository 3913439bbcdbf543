"""`firth stability`, `compare`, `shift` and `contexts` as users start them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from firth.cli import main
from helpers.language import sentences

from .conftest import Firth

QUICK = ("--dim", "8", "--epochs", "2", "--sample", "0", "--min-count", "1", "--threads", "1")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("".join(" ".join(line) + "\n" for line in sentences(400)), encoding="utf-8")
    return path


def test_stability_then_compare(firth: Firth, text: Path, tmp_path: Path) -> None:
    asked = ("--nearer", "a1 b1 b2", "--ask", "c1", "--similarity", "a1 c1")
    given = ("stability", text, "--output", "s", "--runs", "2", "--keep", *asked, *QUICK)
    done = firth(*given)
    assert done.returncode == 0, done.stderr
    assert "a1 is nearer to b1 than to b2 in " in done.stdout and "s/report.md" in done.stderr
    assert "run 2/2" in done.stderr and (tmp_path / "s" / "report.md").exists()
    again = firth(*given)
    assert again.returncode == 2 and "give resume=True (--resume)" in again.stderr
    # More runs of the same.
    more = firth(*given, "--runs", "3", "--resume", "--json", "--quiet")
    found = json.loads(more.stdout)
    assert found["runs"] == 3 and found["rankings"][0]["of"] == 3 and not more.stderr
    assert [one["word"] for one in found["neighbors"]] != []
    compared = firth("compare", "s", "s", "--json", "-n", "3", "--pairs", "2", "--output", "c.csv")
    (document,) = json.loads(compared.stdout)
    assert len(document["words"]) == 3 and document["words"][0]["movement"] < 1e-6
    assert {"ratio", "low", "local", "neighbors_first"} <= set(document["words"][0])
    assert (tmp_path / "c.csv").read_text().startswith('"word","count_first"')
    plain = firth("compare", "s", "s", "--word", "a1", "--aligned", "out.npz")
    assert "x chance" in plain.stdout and "a1" in plain.stdout


def test_a_shift_of_two_halves_of_one_text(firth: Firth, text: Path, tmp_path: Path) -> None:
    done = firth("shift", text, text, "--permutations", "4", "--output", "d", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "words moved; at most 5% of these are expected to be false" in done.stdout
    assert {path.name for path in (tmp_path / "d").iterdir()} == {"first", "second", "words.csv"}
    assert firth("neighbors", "d/first", "a1").returncode == 0


def test_contexts(firth: Firth, text: Path) -> None:
    done = firth("contexts", text, "a1", "-n", "2")
    assert done.returncode == 0 and "[a1]" in done.stdout and "log-likelihood" in done.stdout
    found = json.loads(firth("contexts", text, "a1", "c1", "--json").stdout)
    assert found["words"] == ["a1", "c1"] and found["sentences"] > 10 and found["contexts"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("stability", "text.txt", "--output", "x", "--words", "many"), "--words is 'many'"),
        (("stability", "text.txt", "--output", "x", "--nearer", "a b"), "must be 3 words in"),
        (("stability", "none.txt", "--output", "x"), "none.txt: there is no such file"),
        (("compare", "one"), "one model is given"),
        (("compare", "a", "b", "c", "--output", "x.csv"), "are for two models"),
        (("compare", "a", "b", "--output", "x.pdf"), "a table's name must end in"),
        (("shift", "text.txt", "text.txt", "--rate", "2"), "--rate is 2"),
        (("contexts", "text.txt", "a1", "--by", "pmi"), "--by is 'pmi'"),
        (("contexts", "text.txt", "nobody"), "'nobody' is not in the vocabulary"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(
    text: Path,
    given: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(text.parent)
    with pytest.raises(SystemExit) as stop:
        main(given)
    assert stop.value.code == 2 and said in capsys.readouterr().err
