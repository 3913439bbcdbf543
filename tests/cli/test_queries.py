"""Commands on a saved model: what they print, and how they fail."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from firth.model import Model, load

Firth = Callable[..., "subprocess.CompletedProcess[str]"]


def test_neighbors(firth: Firth, model: Path) -> None:
    done = firth("neighbors", model, "king", "-k", "2")
    assert done.stdout == "man    0.7071\nqueen  0.5000\n"
    assert (done.returncode, done.stderr) == (0, "")
    both = firth("neighbors", model, "king", "man", "-k", "1").stdout
    assert both == "king\n  man  0.7071\n\nman\n  king  0.7071\n"


def test_json_has_no_infinity(firth: Firth, tmp_path: Path) -> None:
    matrix = np.array([[1e200, 0.0], [1e200, 1e200], [0.0, 1.0]])
    Model(["much", "more", "one"], [3, 2, 1], {"input": matrix}).save(tmp_path / "m")
    done = firth("neighbors", tmp_path / "m", "much", "--metric", "dot", "-k", "2", "--json")

    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is not JSON")

    answers = json.loads(done.stdout, parse_constant=refuse)[0]["neighbors"]
    assert answers == [{"word": "more", "dot": None}, {"word": "one", "dot": 0.0}]


@pytest.mark.parametrize(
    "words", [["neighbors", "-95"], ["predict", "-95"], ["analogy", "1", "-2", "3"]]
)
def test_negative_numbers_are_told_from_options(
    firth: Firth, model: Path, words: list[str]
) -> None:
    command, *numbers = words
    done = firth(command, model, *numbers)
    negative = next(number for number in numbers if number.startswith("-"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"firth: {negative} was taken for an option: put -- before")
    assert f"firth {command} DIR -- {negative}" in done.stderr
    done = firth(command, model, "--", *numbers)
    assert "is not in the vocabulary" in done.stderr
    done = firth(command, model, "--wavelength", "king")
    assert "--wavelength" in done.stderr


def test_a_file_is_no_model(firth: Firth, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,text\n")
    done = firth("info", tmp_path / "c.csv")
    assert done.returncode == 2
    assert done.stderr.startswith(f"firth: {tmp_path / 'c.csv'} is a text, not a model: train on")
    done = firth("info", tmp_path / "nowhere")
    assert "nowhere does not exist; firth opens the folders" in done.stderr


def test_neighbors_of_all_words(firth: Firth, model: Path, tmp_path: Path) -> None:
    done = firth("neighbors", model, "--all", "-k", "1", "--output", tmp_path / "graph.csv")
    assert (done.returncode, done.stdout) == (0, "")
    edges = (tmp_path / "graph.csv").read_text().splitlines()
    assert edges[0] == '"word","neighbor","rank","cosine"'
    assert len(edges) == 6 and '"king","man",1,0.7071067811865475' in edges
    assert done.stderr == f"5 edges -> {tmp_path / 'graph.csv'}\n"


def test_other_metrics_and_methods(firth: Firth, model: Path) -> None:
    done = firth("neighbors", model, "king", "-k", "1", "--metric", "euclidean", "--json")
    (found,) = json.loads(done.stdout)
    assert found["neighbors"] == [{"word": "man", "euclidean": 1.0}]
    for method in ("3cosadd", "3cosmul", "pairdistance"):
        done = firth("analogy", model, "man", "king", "woman", "-k", "1", "--method", method)
        assert done.stdout.startswith("queen"), method
    done = firth("analogy", model, "man", "king", "woman", "--where", "^s")
    assert done.stdout.startswith("straße") and done.stdout.count("\n") == 1


def test_neighbors_as_json(firth: Firth, model: Path) -> None:
    done = firth("neighbors", model, "straße", "king", "-k", "9", "--json")
    result = json.loads(done.stdout)
    assert [item["word"] for item in result] == ["straße", "king"]
    assert [len(item["neighbors"]) for item in result] == [4, 4]
    assert result[1]["neighbors"][0] == {"word": "man", "cosine": 0.707107}
    assert "straße" in done.stdout


def test_integers_are_answered_as_integers(firth: Firth, tmp_path: Path) -> None:
    Model([7, -5, 3], [3, 2, 1], {"input": np.eye(3, 2, dtype=np.float32)}, {}).save(tmp_path / "m")
    (found,) = json.loads(firth("neighbors", "m", "-k", "1", "--json", "--", "-5").stdout)
    assert found["word"] == -5 and found["neighbors"][0]["word"] in (7, 3)
    found = json.loads(firth("analogy", "m", "7", "3", "-k", "1", "--json", "--", "-5").stdout)
    assert [found[name] for name in "abc"] == [7, 3, -5]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    items = np.array([[1, 0], [0, 1], [1, 1]], dtype=np.float32)
    Model([7, -5, 3], [3, 2, 1], {"input": items, "output": items}).save(tmp_path / "shop")
    return tmp_path / "shop"


def test_predict(firth: Firth, model: Path, shop: Path) -> None:
    done = firth("predict", shop, "7", "3", "-k", "2")
    assert done.stdout == "3  1.5000\n7  1.0000\n"
    assert (done.returncode, done.stderr) == (0, "")
    options = ("--exclude", "3", "--exclude", "-5", "--exclude", "95", "--skip-unknown")
    assert firth("predict", shop, *options, "--", "7", "9").stdout == "7  1.0000\n"
    assert firth("predict", shop, "7", "3", "--exclude-context").stdout == "-5  0.5000\n"
    # With the probabilities of a tree.
    done = firth("predict", model, "king", "straße", "-k", "9")
    found = dict(line.split() for line in done.stdout.splitlines())
    assert set(found) == {"man", "woman", "king", "queen", "straße"}
    assert sum(map(float, found.values())) == pytest.approx(1, abs=1e-3)


def test_predict_as_json(firth: Firth, model: Path, shop: Path) -> None:
    found = json.loads(firth("predict", shop, "--json", "-k", "1", "--", "-5", "3").stdout)
    assert found == {
        "context": [-5, 3],
        "predictions": [{"word": 3, "score": 1.5, "probability": None}],
    }
    done = firth("predict", model, "straße", "--json", "--exclude", "man")
    assert "straße" in done.stdout
    (best, *_) = answers = json.loads(done.stdout)["predictions"]
    assert len(answers) == 4
    assert best["probability"] == pytest.approx(np.exp(best["score"]), rel=1e-4)


def test_a_model_without_output_vectors_predicts_nothing(
    firth: Firth, model: Path, tmp_path: Path
) -> None:
    load(model).save(tmp_path / "m", output_vectors=False)
    done = firth("predict", "m", "king")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "firth: the model has no output vectors, only input: it was made or saved without them "
        "(output_vectors=False, --no-output-vectors); train again and save them too\n"
    )
    assert firth("neighbors", "m", "king", "-k", "1").stdout == "man  0.7071\n"
    assert "input  5 x 3  words\n" in firth("info", "m").stdout


def test_analogy(firth: Firth, model: Path) -> None:
    done = firth("analogy", model, "man", "king", "woman", "-k", "1")
    assert done.stdout.split()[0] == "queen"
    assert done.stdout.count("\n") == 1
    result = json.loads(firth("analogy", model, "man", "king", "woman", "--json").stdout)
    assert (result["a"], result["b"], result["c"]) == ("man", "king", "woman")
    assert result["answers"][0]["word"] == "queen"


def test_info(firth: Firth, model: Path) -> None:
    text = firth("info", model).stdout
    assert text.startswith("5 words, 3 dimensions, float32\n")
    assert "\nMatrices\n  input   5 x 3  words\n  output  4 x 3  nodes\n" in text
    assert "\nCorpus\n  n_tokens  150,000\n" in text
    # What the model holds, and no setting of other runs.
    assert "\nSettings\n  dim     3\n  epochs  2\n\n" in text
    assert "\nMade by\n  arithmetic         AVX2\n  reading.lowercase  yes\n" in text
    result = json.loads(firth("info", model, "--json").stdout)
    assert (result["words"], result["dim"], result["config"]["epochs"]) == (5, 3, 2)
    assert result["matrices"]["output"] == {"rows": "nodes", "shape": [4, 3]}
    assert result["provenance"] == {"arithmetic": "AVX2", "reading": {"lowercase": True}}
    assert result["bytes"] == sum(file.stat().st_size for file in model.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("neighbors", "MODEL", "qeen"), "'qeen' is not in the vocabulary; did you mean 'queen'?"),
        (("neighbors", "MODEL", "king", "Qeen"), "did you mean 'queen'"),
        (("neighbors", "MODEL", "king", "-k", "0"), "k is 0; it must be 1 or more"),
        (("neighbors", "nowhere", "king"), "nowhere does not exist"),
        (("predict", "MODEL", "king", "qeen"), "'qeen' is not in the vocabulary; did you mean"),
        (("predict", "MODEL", "qeen"), "skip_unknown=True (--skip-unknown) leaves out words"),
        (("predict", "MODEL", "qeen", "--skip-unknown"), "no word of the context is known"),
        (("predict", "MODEL"), "Missing argument"),
        (("predict", "MODEL", "king", "--exclude", ""), "--exclude is empty"),
        (("analogy", "MODEL", "man", "king"), "Missing argument"),
        (("analogy", "MODEL", "man", "king", "man", "--method", "x"), "must be one of 3cosadd"),
        (("neighbors", "MODEL", "king", "--metric", "x"), "must be one of cosine, dot"),
        (("neighbors", "MODEL"), "no word is given; name one, or take all by --all"),
        (("neighbors", "MODEL", "--all"), "--all and --output go together"),
        (("neighbors", "MODEL", "king", "--output", "g.csv"), "--all and --output go together"),
        (("neighbors", "MODEL", "--all", "--output", "g.txt"), "must end in .parquet, .arrow"),
        (("neighbors", "MODEL", "king", "-k", "many"), "valid integer"),
        (("evaluate", "MODEL"), "nothing to compare with: give sets behind the model"),
        (("evaluate", "MODEL", "--analogies", "none.txt"), "none.txt: cannot be read"),
        (("info", "."), "holds some: name one, such as model"),
        (("frobnicate",), "No such command"),
        (("train", "none.txt", "--output", "m"), "none.txt"),
        (("train", "none.txt"), "--output"),
    ],
)
def test_bad_input_gives_a_message_and_exit_code_2(
    firth: Firth, model: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = firth(*(str(model) if part == "MODEL" else part for part in arguments))
    assert message in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert done.returncode == 2


def test_a_reader_that_leaves_early_is_no_error(model: Path) -> None:
    words = ["king"] * 3_000  # more output than a pipe holds
    with subprocess.Popen(
        [sys.executable, "-m", "firth", "neighbors", str(model), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        process.wait()
    assert process.returncode == 1
