"""``firth evaluate`` as users start it, and within this process."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from firth import cli
from firth.vectors import WordVectors

NAMES = ["John", "Paul", "Mike", "Kevin", "Amy", "Joan", "Lisa", "Sarah"]
WORK = ["executive", "management", "salary", "office", "home", "parents", "children", "family"]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command in a folder of its own, in this process: its code and what it said."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        with pytest.raises(SystemExit) as stop:
            cli.main(list(map(str, words)))
        return stop.value.code, *capsys.readouterr()

    return run


def test_two_models_and_several_sets(firth, model: Path, tmp_path: Path) -> None:
    """In a new process, with the table written whole."""
    pairs, questions = tmp_path / "pairs.tsv", tmp_path / "questions.txt"
    pairs.write_text("king\tman\t9\nking\tqueen\t5\nking\twoman\t1\nking\tpope\t1\n")
    questions.write_text(": family\nman king woman queen\nman pope woman queen\n")
    other = tmp_path / "other.vec"
    other.write_text("4 2\nman 1 0\nwoman 0 1\nking 1 1\nqueen 1 .5\n")
    done = firth("evaluate", model, other, pairs, questions, "--output", tmp_path / "t.csv",
                 "--draws", 200)  # fmt: skip
    assert done.returncode == 0 and done.stderr == ""
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["pairs", "(similarity)"] in lines and ["questions", "(analogies)"] in lines
    spearman = next(line for line in lines if line[:2] == ["spearman", "model"])
    assert spearman[2] == "1.0000" and spearman[-4:] == ["1", "left", "out,", "unknown"]
    assert any(line[:4] == ["spearman", "model", "-", "other"] for line in lines)
    assert ["all", "3cosadd", "model", "100.0%"] in [line[:4] for line in lines]
    assert "200 drawings" in done.stdout and "Koehn 2004" in done.stdout
    table = (tmp_path / "t.csv").read_text()
    assert table.startswith('"set","kind","part","measure","model","other","value","low"')
    assert '"pairs","similarity","","spearman","model","other",' in table


def test_flags_reach_what_they_are_for(run, tmp_path: Path) -> None:
    WordVectors(["a", "b", "c", "d", "e"], np.eye(5)).save("m.vec")
    (tmp_path / "q.txt").write_text(": x\na b c d\n")
    (tmp_path / "p.csv").write_text("word1,word2,joy,fear\na,b,1,2\na,c,3,1\n")
    code, _, err = run("evaluate", "m.vec", "q.txt", "--restrict-vocab", 3)
    assert code == 2 and "four words among the 3 most frequent" in err
    code, out, _ = run("evaluate", "m.vec", "q.txt", "p.csv", "--score-column=fear", "--level=.5",
                       "--method=3cosmul", "--method=3cosadd", "--draws=10",
                       "--seed=7")  # fmt: skip
    assert code == 0 and "50% intervals" in out and "10 drawings, seed 7" in out
    assert out.index("3cosmul") < out.index("3cosadd")


def saved(folder: Path) -> Path:
    """Vectors in which names of men are near to work, those of women to home."""
    rng = np.random.default_rng(1)
    matrix = np.repeat([[1.0, 0.2], [0.2, 1.0]] * 2, 4, axis=0) + rng.normal(0, 0.1, (16, 2))
    WordVectors([*(name.lower() for name in NAMES), *WORK], matrix).save(folder / "names.vec")
    return folder / "names.vec"


def test_word_lists_by_name(run, tmp_path: Path) -> None:
    model = saved(tmp_path)
    code, out, err = run("evaluate", model, "weat6", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)["sets"][0]
    weat = found["results"][0]
    assert (found["kind"], weat["measure"]) == ("bias", "weat")
    assert weat["value"] > 1.5 and weat["pvalue"] == pytest.approx(1 / 70)
    told = found["bias"]["names"]
    assert "Caliskan" in told["source"] and told["unknown"]["career"] == [
        "professional", "corporation", "business", "career",
    ]  # fmt: skip
    assert told["measures"][0]["by_word"].keys() == set(NAMES)
    code, out, _ = run("evaluate", model, "weat6", "--test", "weat", "--test", "rnsb")
    assert "source: Caliskan" in out and "mind, weat:" in out and "p = 0.014" in out
    assert "many words of 'career' are unknown: professional, corporation" in out
    assert "mind, rnsb:" in out and "mind, ect:" not in out
    # A model of a word set's name is a model where the model stands.
    assert run("evaluate", "weat6", "weat6")[0] == 2


def test_next_items_from_a_log_to_the_figures(run, tmp_path: Path) -> None:
    log = ["user,item,at"]
    for user in range(30):
        log += [f"{user},{'ac'[user % 2]},1", f"{user},x{user % 5},0", f"{user},{'bd'[user % 2]},2"]
    (tmp_path / "log.csv").write_text("\n".join(log))
    events = ("--next-item=log.csv", "--column=item", "--group-by=user", "--order-by=at")
    code, out, err = run("evaluate", *events, "--save-rest=rest.parquet", "-k", 2)
    assert (code, err) == (0, "") and "popularity" in out
    rest = pq.read_table(tmp_path / "rest.parquet").to_pylist()
    assert len(rest) == 60 and [row["item"] for row in rest[:2]] == ["x0", "a"]
    WordVectors(list("abcd"), [[1.0, 0], [1, 0.1], [0, 1], [0.1, 1]]).save("m.vec")
    code, out, err = run("evaluate", "m.vec", *events, "-k", 1, "--json")
    rows = {row["model"]: row for row in json.loads(out)["sets"][0]["results"]
            if row["measure"] == "hit@1"}  # fmt: skip
    assert rows["m (cosine)"]["value"] == 1.0 and rows["m (cosine)"]["n"] == 30
    assert set(rows) == {"m (cosine)", "popularity", "co-occurrence"}
    code, _, err = run("evaluate", "m.vec", "--next-item=log.csv")
    assert "log.csv looks like CSV" in err and "Traceback" not in err


def test_links(run, tmp_path: Path) -> None:
    (tmp_path / "e.txt").write_text("a b\nc d\n")
    WordVectors(list("abcd"), [[1.0, 0], [1, 0.1], [0, 1], [0.1, 1]]).save("m.vec")
    code, out, err = run("evaluate", "m.vec", "--links=e.txt")
    assert (code, err) == (0, "") and "auc" in out and "1.0000" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("m.vec",), "nothing to compare with: give sets behind the model"),
        (("m.vec", "none.txt"), "none.txt: cannot be read"),
        (("m.vec", "men"), "MEN (Bruni, Tran and Baroni 2014) does not come with firth"),
        (("m.vec", "t.txt"), "t.txt: this is no set that is known"),
        (("m.vec", "t.txt", "--kind", "pears"), "there is no kind 'pears' of sets"),
        (("m.vec", "weat6", "--test", "wheat"), "there is no test 'wheat'"),
        (("m.vec", "weat6", "--draws", "0"), "draws is 0; it must be 1 or more"),
        (("m.vec", "weat6"), "weat6: 0 of 8 words of the list 'male names' have a vector"),
        (("m.vec", "--analogies", "t.txt", "--method", "best"), "method is 'best'"),
        (("weat6",), "there is no model: name one before the sets"),
        (("m.vec", "p.tsv", "--output", "t.txt"), "a table's name must end in .parquet"),
        (("m.vec", "p.tsv", "--save-rest", "r.csv"), "--save-rest is for --next-item"),
        (("m.vec", "--next-item", "none.txt"), "none.txt: there is no such file"),
    ],
)  # fmt: skip
def test_bad_input_gives_a_message(run, tmp_path: Path, words, message) -> None:
    (tmp_path / "m.vec").write_text("2 2\na 1 0\nb 0 1\n")
    (tmp_path / "t.txt").write_text("some text of this kind\nof which\nnothing is made\n")
    (tmp_path / "p.tsv").write_text("a\tb\t1\na\ta\t2\n")
    code, _, err = run("evaluate", *words)
    assert (code, message in err) == (2, True), err
    assert {path.name for path in tmp_path.iterdir()} == {"m.vec", "t.txt", "p.tsv"}


def test_the_list_of_sets(run) -> None:
    code, out, _ = run("evaluate", "--list")
    assert code == 0
    for what in ("categories", "weat10: young people's names", "garg-occupations", "SimLex-999"):
        assert what in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("m.vec", "empty.txt"), "empty.txt: there is nothing in it"),
        (("pairs.txt", "m.vec"), "pairs.txt is no model: name models before sets"),
        (("m.vec", "pairs.txt", "--restrict-vocab", 0), "restrict_vocab is 0; it must be 1 or"),
        (("m.vec", "pairs.txt", "--level", 95), "level is 95; it must be above 0 and below 1"),
    ],
)
def test_what_cannot_be_judged_is_told(run, tmp_path, words, told):
    (tmp_path / "m.vec").write_text("3 2\na 1 0\nb 0 1\nc 1 1\n")
    (tmp_path / "pairs.txt").write_text("a b 9\na c 1\nb c 2\n")
    (tmp_path / "empty.txt").write_text("\n")
    code, out, error = run("evaluate", *words)
    assert code and not out and told in error
