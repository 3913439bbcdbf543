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
from firth.errors import ConfigError, FormatError, SaveError
from firth.files import together
from firth.formats import native
from firth.model import HISTORY_SCHEMA, Model, check_output, load, save_output

NAMES = ["config.json", "vectors.safetensors", "vocabulary.arrow"]
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


@pytest.mark.parametrize("step", ["write_vectors", "write_description", "record"])
def test_a_failed_save_leaves_the_old_model_and_saves_the_new_one_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """As where the disk is full, or a right has been lost during the training."""
    make(4).save(tmp_path / "m")
    write = getattr(native, step, together.replace_file)

    def fail(path: Path, *rest: object) -> None:
        if path.parent == tmp_path / "m":
            raise OSError(28, "No space left on device")
        write(path, *rest)

    if step == "record":
        monkeypatch.setattr(together, "replace_file", fail)
    else:
        monkeypatch.setattr(native, step, fail)
    with pytest.raises(SaveError, match=r"No space left on device.*unchanged") as caught:
        make(9).save(tmp_path / "m")
    monkeypatch.undo()
    assert len(load(tmp_path / "m").vectors) == 4
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == sorted(NAMES)
    assert caught.value.rescued is not None and caught.value.rescued.parent == tmp_path
    assert len(load(caught.value.rescued).vectors) == 9


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_model import make

step, original, calls = int(sys.argv[2]), Path.replace, 0
def replace(self, target):
    # The vocabulary's own, the description's, those of the plain names.
    global calls
    calls += 1
    if calls == step:
        os._exit(9)
    return original(self, target)

Path.replace = replace
make(9).save(sys.argv[1])
os._exit(0)
"""


@pytest.mark.parametrize(("step", "words"), [(1, 4), (2, 4), (3, 9), (4, 9)])
def test_a_killed_save_leaves_one_whole_model(tmp_path: Path, step: int, words: int) -> None:
    make(4).save(tmp_path / "m")
    (tmp_path / "m" / "notes.txt").write_text("mine")
    here = str(Path(__file__).parent)
    code = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "m"), str(step), here], check=False
    ).returncode
    assert code == 9
    left = sorted(path.name for path in (tmp_path / "m").iterdir())
    assert len(left) > 4
    assert len(load(tmp_path / "m", check_values=True).vectors) == words
    assert left == sorted(path.name for path in (tmp_path / "m").iterdir())  # readers do not tidy
    make(5).save(tmp_path / "m")
    assert len(load(tmp_path / "m").vectors) == 5
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == sorted([*NAMES, "notes.txt"])


def test_what_a_killed_first_save_leaves_is_in_nobodys_way(tmp_path: Path) -> None:
    here, folder = str(Path(__file__).parent), tmp_path / "m"
    subprocess.run([sys.executable, "-c", KILLED, str(folder), "2", here], check=False)
    assert len(list(folder.iterdir())) == 3 and not (folder / "config.json").exists()
    check_output(folder)
    (folder / "lost+found").mkdir()  # as on a volume of its own
    make(5).save(folder)
    assert sorted(p.name for p in folder.iterdir()) == sorted([*NAMES, "lost+found"])


READ_ONLY = """
import os, sys
def hook(event, arguments):
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & 3
    if writes or event in ("os.rename", "os.remove", "os.mkdir", "os.utime", "os.chmod"):
        raise OSError(30, f"Read-only file system: {event} {arguments}")
from firth.model import load
sys.addaudithook(hook)
print(len(load(sys.argv[1], check_values=True).vectors))
"""


def test_loading_writes_nothing(tmp_path: Path) -> None:
    """Not even beside what a killed save has left, on a disk that is read-only."""
    make(4).save(tmp_path / "m")
    here = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "m"), "3", here], check=False)
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(tmp_path / "m")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "9\n"


SAVES = """
import sys, time
sys.path.insert(0, sys.argv[2])
from test_model import make
number, until = 0, time.time() + 3
while time.time() < until:
    number += 1
    make(2 + number % 50, value=float(number % 50)).save(sys.argv[1])
print(number)
"""


def test_loading_beside_a_process_that_saves(tmp_path: Path) -> None:
    make(2).save(tmp_path / "m")
    here, sizes = str(Path(__file__).parent), []
    with subprocess.Popen(
        [sys.executable, "-c", SAVES, str(tmp_path / "m"), here], stdout=subprocess.PIPE
    ) as process:
        while process.poll() is None:
            model = load(tmp_path / "m")
            sizes.append(len(model.vectors))
            assert len(model.vocabulary) == sizes[-1]
            assert model.vectors.matrix[0, 0] == sizes[-1] - 2
            assert model.output_vectors.matrix[0, 0] == (sizes[-1] - 2) / 2
        saves = int(process.communicate()[0])
    assert process.returncode == 0
    assert saves > 20 and len(sizes) > 20 and len(set(sizes)) > 10


def test_a_mapped_model_outlives_the_saves_after_it(tmp_path: Path) -> None:
    make(4, value=1).save(tmp_path / "m")
    model = load(tmp_path / "m")
    make(4, value=2).save(tmp_path / "m")
    assert model.vectors.matrix[0, 0] == 1


def test_the_output_of_a_run_is_saved_whatever_else_has_come_there(tmp_path: Path) -> None:
    """`check_output` has asked before the training; a log may lie there now."""
    check_output(tmp_path / "m")
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "run.log").write_text("mine")
    save_output(make(4), tmp_path / "m")
    assert len(load(tmp_path / "m").vectors) == 4
    assert (tmp_path / "m" / "run.log").read_text() == "mine"
    (tmp_path / "m" / "config.json").write_text('{"of": "something else"}')
    with pytest.raises(SaveError, match="not of a model of firth") as caught:
        save_output(make(5), tmp_path / "m")
    assert caught.value.rescued is not None
    assert len(load(caught.value.rescued).vectors) == 5
    assert json.loads((tmp_path / "m" / "config.json").read_text()) == {"of": "something else"}


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
    (tmp_path / "config.json").write_text("[" * 100_000)
    assert not native.is_model(tmp_path)
    with pytest.raises(FormatError, match="nested too deeply"):
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
