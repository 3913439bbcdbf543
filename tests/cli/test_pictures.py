"""Maps and plots as users make them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from firth.cli import main
from firth.model import Model

from .conftest import Firth

pytest.importorskip("matplotlib")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        code = stop.value.code
        assert isinstance(code, int)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_a_map_is_made_once(run: Run, model: Path) -> None:
    code, out, err = run("map", model)
    assert (code, err) == (0, "")
    assert out.startswith("5 words by PCA, 100.0% of the true 15 nearest neighbours kept -> ")
    file = model / "map-pca.safetensors"
    before = file.stat().st_mtime_ns
    assert json.loads(run("map", model, "--json")[1])["words"] == 5
    assert file.stat().st_mtime_ns == before
    assert json.loads(run("map", model, "--json", "--top", "3")[1])["words"] == 3
    found = json.loads(run("map", model, "--json", "--clusters", "2")[1])
    assert sum(group["words"] for group in found["clusters"]) == 5
    assert len(found["clusters"]) == 2


def test_a_damaged_map_is_made_again(run: Run, model: Path) -> None:
    run("map", model)
    file = model / "map-pca.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[:50])
    assert run("plot", "map", model, "--output", "a.png")[0] == 2
    code, _, err = run("map", model)
    assert code == 0 and "cut short" in err and "Traceback" not in err
    assert file.read_bytes() == whole


def test_a_map_of_another_model_is_not_drawn(run: Run, model: Path) -> None:
    run("map", model)
    words = ["man", "woman", "king", "queen", "straße"]
    Model(words, [50, 40, 30, 20, 10], {"input": np.eye(5, dtype=np.float32)}).save(model)
    code, _, err = run("plot", "map", model, "--output", "a.png")
    assert code == 2 and f"make one first: firth map {model}" in err
    assert run("map", model)[0] == run("plot", "map", model, "--output", "a.png")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["words", "MODEL", "man", "straße"],
        ["analogies", "MODEL", "man:woman", "king:queen", "--title", "Pairs"],
        ["axes", "MODEL", "king", "queen", "--across", "man:woman"],
        ["axes", "MODEL", "king", "queen", "--across", "man,king:woman", "--up", "man:king"],
        ["neighbors", "MODEL", "man", "-k", "2"],
        ["drift", "MODEL", "MODEL", "-k", "2"],
        ["intervals", "t.csv", "--label", "overlap"],
    ],
)
def test_every_plot_is_a_command(
    run: Run, model: Path, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "t.csv").write_text("name,value,low,high,note\nqueen,.8,.7,.9,5 of 5\n")
    given = [str(model) if word == "MODEL" else word for word in arguments]
    assert run("plot", *given, "--output", "a.PNG") == (0, "", "")
    assert (tmp_path / "a.PNG").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["words", "MODEL", "man", "king", "--output", "a.jpg"], "must end in .png, .svg or .pdf"),
        (["words", "MODEL", "man", "--output", "a.png"], "two different words"),
        (["words", "MODEL", "man", "kin", "--output", "a.png"], "did you mean 'king'"),
        (["words", "MODEL", "man", "king", "--output", "b/a.png"], "b/a.png cannot be written"),
        (["words", "nowhere", "man", "king", "--output", "a.png"], "nowhere does not exist"),
        (["words", "MODEL", "man", "king", "--output", ""], "--output is empty"),
        (["analogies", "MODEL", "man", "king", "--output", "a.png"], "not of the form A:B"),
        (["analogies", "MODEL", "man:king", "--output", "a.png"], "two pairs"),
        (["axes", "MODEL", "man", "--across", "man", "--output", "a.png"], "--across LOW:HIGH"),
        (["axes", "MODEL", "man", "--across", ",:man", "--output", "a.png"], "each end"),
        (["losses", "MODEL", "--output", "a.png"], "knows of no loss"),
        (["map", "MODEL", "--output", "a.png"], "make one first: firth map"),
        (["map", "MODEL", "--method", "x", "--output", "a.png"], "pca, tsne"),
        (["drift", "MODEL", "MODEL", "kin", "--output", "a.png"], "'kin' is not a word of both"),
        (["intervals", "MODEL", "--output", "a.png"], "cannot be read"),
    ],
)
def test_what_cannot_be_drawn(run: Run, model: Path, arguments: list[str], said: str) -> None:
    code, out, err = run("plot", *(str(model) if a == "MODEL" else a for a in arguments))
    assert (code, out) == (2, "")
    assert said in err and "Traceback" not in err
    assert not list(model.parent.glob("*.png")) and not list(model.parent.glob(".*"))


def test_a_picture_in_a_process_of_its_own(firth: Firth, model: Path, tmp_path: Path) -> None:
    done = firth("plot", "words", model, "man", "king", "--output", tmp_path / "a.svg")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "a.svg").read_text("utf-8").startswith("<?xml")
