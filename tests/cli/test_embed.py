"""``firth embed``: what it writes, and how it fails."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from firth.cli import main
from firth.documents import DocumentEncoder
from firth.model import load

Firth = Callable[..., "subprocess.CompletedProcess[str]"]
# The model of these tests was trained on small letters.
TEXT = "The king\n\nqueen of woman\r\nnobody\nstraße"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    (tmp_path / "t.txt").write_text(TEXT, encoding="utf-8", newline="")
    return tmp_path / "t.txt"


def test_lines_in_vectors_out(firth: Firth, model: Path, text: Path, tmp_path: Path) -> None:
    done = firth("embed", model, text, "--output", "v.npy")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "" and done.stderr == (
        "firth: 2 of 5 documents got zeros: 1 without a word, 1 without a word that has a vector\n"
        "5 documents, 3 dimensions -> v.npy\n"
    )
    found = np.load(tmp_path / "v.npy")
    expected = [[1, 0, 1], [0, 0, 0], [0, 1, 0.5], [0, 0, 0], [0.1, 0.1, -1]]
    np.testing.assert_allclose(found, np.float32(expected))


def test_standard_input_with_sif(firth: Firth, model: Path, tmp_path: Path) -> None:
    done = firth(
        "embed", model, "-", "--output", "v.parquet", "--weighting", "sif", "--keep-text",
        stdin=TEXT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    table = pq.read_table(tmp_path / "v.parquet")
    assert table["text"].to_pylist() == TEXT.replace("\r", "").split("\n")
    encoder = DocumentEncoder(load(model), weighting="sif")
    with pytest.warns(match="2 of 5"):
        expected = encoder.fit_encode(TEXT.split("\n"))
    assert np.array_equal(table["vector"].to_pylist(), expected)


@pytest.fixture
def embed(
    model: Path, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str]]:  # fmt: skip
    """Run the command here; return its code and what it said."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stop:
            main(["embed", *words])
        assert isinstance(stop.value.code, int)
        return stop.value.code, capsys.readouterr().err

    return run


def test_options(embed: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,text\n1,KING\n2,\n")
    given = ("--output", "v.npy", "--quiet")
    assert embed("model", "t.csv", "--column", "text", "--unit", *given) == (0, "")
    np.testing.assert_allclose(np.load("v.npy"), [[0.5**0.5, 0, 0.5**0.5], [0, 0, 0]], rtol=1e-6)
    assert embed("model", "t.csv", "--column", "text", "--no-lowercase", *given) == (0, "")
    assert not np.load("v.npy").any()
    assert embed("model", "t.txt", "--tokenizer", "textwrap:wrap", *given) == (0, "")
    np.testing.assert_allclose(np.load("v.npy")[-1], np.float32([0.1, 0.1, -1]))
    assert not np.load("v.npy")[:4].any()  # each line is one word to that function
    # What is common is found in other documents, and taken away from these.
    (tmp_path / "other.txt").write_text("king\nking king\n")
    assert embed("model", "t.txt", "--remove", "1", "--fit", "other.txt", *given) == (0, "")
    np.testing.assert_allclose(np.load("v.npy")[0], [0, 0, 0], atol=1e-7)
    np.testing.assert_allclose(np.load("v.npy")[2], [-0.25, 1, 0.25], atol=1e-6)


def test_vectors_of_other_programs(embed: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    (tmp_path / "v.vec").write_text("2 2\nking 1 0.5\nqueen 0 1\n")
    assert embed("v.vec", "t.txt", "--output", "v.npy", "--quiet") == (0, "")
    assert np.load("v.npy").tolist() == [[1, 0.5], [0, 0], [0, 1], [0, 0], [0, 0]]
    code, said = embed("v.vec", "t.txt", "--output", "v.npy", "--weighting", "sif")
    assert code == 2 and said.startswith("firth: weighting is 'sif', which needs to know how often")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere", "t.txt"], "nowhere does not exist"),
        (["model", "nowhere.txt"], "nowhere.txt: there is no such file or folder\n"),
        (["model", "empty.txt"], "empty.txt: there is no document in it, not even a line\n"),
        (["model", "t.txt", "--column", "x"], "t.txt is no table"),
        (["model", "t.txt", "--weighting", "idf"], "weighting is 'idf'; it must be one of mean"),
        (["model", "t.txt", "--fit", "t.txt"], "--fit finds what documents have in common, but"),
        (["model", "t.txt", "--output", "v.txt"], "v.txt: the name must end in one of .parquet"),
        (["model", "t.txt", "--keep-text"], "v.npy: NumPy's format holds no texts; write .parq"),
        (["model", "v.npy"], "v.npy is what is read; name another file for the vectors\n"),
        (["model", "bad.txt"], "bad.txt: byte 3 is not valid UTF-8"),
        (["model", "t.txt", "--output", "no/v.npy"], "no/v.npy cannot be written (No such file"),
    ],
)
def test_errors(
    embed: Callable[..., tuple[int, str]], tmp_path: Path, words: list[str], message: str
) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "bad.txt").write_bytes(b"cat\xff\n")
    (tmp_path / "v.npy").write_text("old")
    code, said = embed(*(words if "--output" in words else [*words, "--output", "v.npy"]))
    assert code == 2
    assert said.startswith(f"firth: {message}") and "Traceback" not in said
    assert (tmp_path / "v.npy").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "bad.txt", "empty.txt", "model", "t.txt", "v.npy",
    ]  # fmt: skip


def test_unknown_words_alone_are_zeros_and_said(
    embed: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "u.txt").write_text("dog\n")
    code, said = embed("model", "u.txt", "--output", "v.npy")
    assert code == 0 and "1 of 1 document got zeros" in said and "--lowercase" in said
    assert not np.load("v.npy").any()
