"""Saving and loading models: round trips, failures at every step, damaged folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError, FormatError
from firth.formats import native
from firth.model import HISTORY_SCHEMA, Model, check_output, load

ROOT = os.geteuid() == 0 if hasattr(os, "geteuid") else False


def make(words: int = 4, value: float = 0.0, dtype: type = np.float32) -> Model:
    matrix = np.arange(words * 3, dtype=dtype).reshape(words, 3) + value
    row = {
        "epoch": 1, "words": 90, "loss": 2.5, "learning_rate": 0.0, "words_per_second": 1e6,
    }  # fmt: skip
    return Model(
        Vocabulary([f"w{i}" for i in range(words)], range(words, 0, -1)),
        matrix,
        matrix / 2,
        {"dim": 3, "window": 5, "architecture": "skipgram", "max_vocabulary": None},
        history=pa.Table.from_pylist([row], schema=HISTORY_SCHEMA),
        corpus={"n_tokens": 90, "n_sentences": 7, "fingerprint": "abc"},
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_comes_back(tmp_path: Path, dtype: type) -> None:
    model = make(dtype=dtype)
    model.save(tmp_path / "deep" / "model")
    again = load(tmp_path / "deep" / "model", check_values=True)
    np.testing.assert_array_equal(again.vectors.matrix, model.vectors.matrix)
    np.testing.assert_array_equal(again.output_vectors.matrix, model.output_vectors.matrix)
    assert again.vectors.matrix.dtype == dtype
    assert isinstance(again.vectors.matrix, np.memmap)
    assert again.vocabulary == model.vocabulary
    assert again.config == model.config
    assert again.corpus == model.corpus
    assert again.history.equals(model.history)
    assert not again.interrupted
    files = sorted(file.name for file in (tmp_path / "deep" / "model").iterdir())
    assert files == ["config.json", "vectors.safetensors", "vocabulary.arrow"]
    assert [item.name for item in (tmp_path / "deep").iterdir()] == ["model"]


def test_a_loaded_model_can_replace_itself_and_leaves_other_files_alone(tmp_path: Path) -> None:
    make().save(tmp_path / "m")
    (tmp_path / "m" / "notes.txt").write_text("mine")
    (tmp_path / "m" / "plots").mkdir()
    model = load(tmp_path / "m")
    model.interrupted = True
    model.save(tmp_path / "m")
    assert load(tmp_path / "m").interrupted
    assert (tmp_path / "m" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "m" / "plots").is_dir()
    assert [item.name for item in tmp_path.iterdir()] == ["m"]
    np.testing.assert_array_equal(model.vectors.matrix, make().vectors.matrix)


def test_losses_that_are_not_numbers_become_null(tmp_path: Path) -> None:
    model = make()
    model.history = pa.table(
        {
            name: pa.array([float("nan") if name == "loss" else 1], HISTORY_SCHEMA.field(name).type)
            for name in HISTORY_SCHEMA.names
        }
    )
    model.save(tmp_path / "m")
    assert load(tmp_path / "m").history["loss"].to_pylist() == [None]


def test_a_folder_of_something_else_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match="not empty and holds no firth model"):
        make().save(tmp_path)
    (tmp_path / "config.json").write_text('{"format": "other"}')
    with pytest.raises(ConfigError, match="not empty"):
        check_output(tmp_path)
    with pytest.raises(ConfigError, match="is a file"):
        make().save(tmp_path / "thesis.txt")
    with pytest.raises(ConfigError, match="is not a folder"):
        check_output(tmp_path / "thesis.txt" / "model")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.skipif(ROOT, reason="root may write anywhere")
def test_a_place_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigError, match="cannot be written"):
        check_output(tmp_path / "model")


STEPS = ["write_vectors", "write_description", "first rename", "second rename"]


@pytest.mark.parametrize("step", STEPS)
def test_a_failed_save_leaves_the_old_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    make(4).save(tmp_path / "m")
    original, calls = Path.rename, []

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    def rename(self: Path, target: Path) -> Path:
        calls.append(self.name)
        if len(calls) == STEPS.index(step) - 1:
            fail()
        return original(self, target)

    if step.startswith("write"):
        monkeypatch.setattr(native, step, fail)
    else:
        monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(ConfigError, match=r"No space left on device.*unchanged"):
        make(9).save(tmp_path / "m")
    monkeypatch.undo()
    assert len(load(tmp_path / "m").vectors) == 4
    assert [item.name for item in tmp_path.iterdir()] == ["m"]


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_model import make
import firth.files.storage, firth.formats.native as native

def die(*args):
    os._exit(9)

step, original, calls = int(sys.argv[2]), Path.rename, []
def rename(self, target):
    # The vocabulary's own file is renamed too, but by Path.replace.
    calls.append(self)
    if len(calls) == step:
        die()
    return original(self, target)

if step == 0:
    native.write_description = die
else:
    Path.rename = rename
make(9).save(sys.argv[1])
os._exit(0)
"""


@pytest.mark.parametrize(("step", "words"), [(0, 4), (1, 4), (2, 4), (3, 9)])
def test_a_killed_save_leaves_one_whole_model(tmp_path: Path, step: int, words: int) -> None:
    make(4).save(tmp_path / "m")
    (tmp_path / "m" / "notes.txt").write_text("mine")
    here = str(Path(__file__).parent)
    code = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "m"), str(step), here], check=False
    ).returncode
    assert code == 9
    assert len(load(tmp_path / "m", check_values=True).vectors) == words
    assert (tmp_path / "m" / "notes.txt").read_text() == "mine"
    make(5).save(tmp_path / "m")
    assert len(load(tmp_path / "m").vectors) == 5


def damage_config(folder: Path, **changes: object) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_damaged_folders_are_explained(tmp_path: Path) -> None:
    folder = tmp_path / "m"

    def expect(message: str, **options: bool) -> None:
        with pytest.raises(FormatError, match=message) as caught:
            load(folder, **options)
        assert str(folder) in str(caught.value)
        make().save(folder)  # whole again for the next kind of damage

    expect("does not exist; expected a folder that `firth train`")
    damage_config(folder, format_version=2, firth_version="9.0")
    expect(r"format version 2, written by firth 9.0; .* reads versions 1 to 1")
    damage_config(folder, format_version="1")
    expect("format version '1'")
    damage_config(folder, history=None)
    expect("'history' is NoneType; expected list")
    damage_config(folder, history=[3])
    expect("the history is not a list of rows")
    damage_config(folder, history=[{"epoch": "one"}])
    expect("the history is not a list of rows")
    damage_config(folder, config={"dim": 7})
    expect("config.json says dim 7, vectors.safetensors has 3 columns")
    (folder / "vocabulary.arrow").unlink()
    expect("vocabulary.arrow is missing")
    (folder / "vocabulary.arrow").write_bytes(b"ARROW1 but not really")
    expect("vocabulary.arrow")
    Vocabulary(["a", "b"], [2, 1]).save(folder / "vocabulary.arrow")
    expect(r"the input matrix has shape \(4, 3\), the vocabulary 2 words")
    data = (folder / "vectors.safetensors").read_bytes()
    (folder / "vectors.safetensors").write_bytes(data[:-8])
    expect("was cut short")
    (folder / "vectors.safetensors").write_bytes(data.replace(b'"output"', b'"ouput1"'))
    expect("no tensor 'output', only .'input', 'ouput1'.")
    (folder / "vectors.safetensors").unlink()
    expect("vectors.safetensors: cannot be read")
    make(value=float("inf")).save(folder)
    expect("tensor 'input', row 0: a value is not a finite number", check_values=True)


def test_a_folder_without_or_with_broken_config_is_not_a_model(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"has no config\.json"):
        load(tmp_path)
    (tmp_path / "config.json").write_text('{"format": ')
    with pytest.raises(FormatError, match="not valid JSON"):
        load(tmp_path)
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(FormatError, match='expected an object with "format": "firth-model"'):
        load(tmp_path)


def test_matrices_must_fit() -> None:
    vocabulary = Vocabulary(["a", "b"], [2, 1])
    with pytest.raises(FormatError, match=r"input matrix has shape \(3, 2\), the vocabulary 2"):
        Model(vocabulary, np.ones((3, 2)), np.ones((3, 2)), {})
    with pytest.raises(FormatError, match="must be equal"):
        Model(vocabulary, np.ones((2, 2)), np.ones((2, 3)), {})
