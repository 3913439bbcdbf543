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
from hypothesis import given
from hypothesis import strategies as st

from firth._version import __version__
from firth.corpus.ngrams import number_ngrams
from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError, CorpusError, FormatError
from firth.formats import native
from firth.model import HISTORY_SCHEMA, Model, check_output, load

ROOT = os.geteuid() == 0 if hasattr(os, "geteuid") else False


def make(words: int = 4, value: float = 0.0, dtype: type = np.float32) -> Model:
    matrix = np.arange(words * 3, dtype=dtype).reshape(words, 3) + value
    row = {
        "epoch": 1, "words": 90, "loss": 2.5, "learning_rate": 0.0, "words_per_second": 1e6,
    }  # fmt: skip
    return Model(
        [f"w{i}" for i in range(words)],
        range(words, 0, -1),
        {"input": matrix, "output": matrix / 2},
        {"dim": 3, "window": 5, "architecture": "skipgram", "max_vocabulary": None},
        history=pa.Table.from_pylist([row], schema=HISTORY_SCHEMA),
        corpus={"n_tokens": 90, "n_sentences": 7, "fingerprint": "abc"},
        provenance={"arithmetic": "AVX2", "reading": {"lowercase": True}},
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_comes_back(tmp_path: Path, dtype: type) -> None:
    model = make(dtype=dtype)
    model.save(tmp_path / "deep" / "model")
    again = load(tmp_path / "deep" / "model", check_values=True)
    np.testing.assert_array_equal(again.vectors.matrix, model.vectors.matrix)
    np.testing.assert_array_equal(again.output_vectors.matrix, model.output_vectors.matrix)
    assert again.vectors.matrix.dtype == dtype
    assert again.vocabulary == model.vocabulary
    assert again.config == model.config
    assert again.corpus == model.corpus
    assert again.provenance == model.provenance
    assert again.rows == {"input": "words", "output": "words"}
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
    expect(r"the matrices are .'input', 'ouput1'., but config.json describes .'input', 'output'.")
    damage_config(folder, rows={"input": "words"})
    expect("config.json describes .'input'.; the files are not of one model")
    damage_config(folder, rows={"input": "words", "output": "nodes"})
    expect(r"output matrix has shape \(4, 3\), .* expected \(3, dim\), since its rows are nodes")
    damage_config(folder, rows={"input": "words", "output": "ngrams"})
    expect("the settings lack whole numbers min_n, max_n and buckets")
    damage_config(folder, rows={"input": "nodes", "output": "words"})
    expect("needs a matrix 'input' whose rows are words")
    damage_config(folder, rows={"input": "words", "output": ["words"]})
    expect("'rows' must say in a word")
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
    words, counts, ones = ["a", "b"], [2, 1], np.ones((2, 2))
    with pytest.raises(FormatError, match=r"input matrix has shape \(3, 2\), the vocabulary 2"):
        Model(words, counts, {"input": np.ones((3, 2))})
    with pytest.raises(FormatError, match=r"expected \(1, dim\), since its rows are nodes"):
        Model(words, counts, {"input": ones, "output": ones}, rows={"output": "nodes"})
    with pytest.raises(FormatError, match="must be equal"):
        Model(words, counts, {"input": ones, "output": np.ones((2, 3))})
    with pytest.raises(FormatError, match=r"documents matrix .* must be equal"):
        Model(
            words,
            counts,
            {"input": ones, "documents": np.ones((9, 1))},
            rows={"documents": "documents"},
        )
    with pytest.raises(FormatError, match="holds int64; it must hold float32 or float64"):
        Model(words, counts, {"input": np.ones((2, 2), np.int64)})
    with pytest.raises(FormatError, match="rows describes outputs, but the matrices are input"):
        Model(words, counts, {"input": ones}, rows={"outputs": "nodes"})
    with pytest.raises(FormatError, match="needs a matrix 'input'"):
        Model(words, counts, {"output": ones})
    with pytest.raises(ConfigError, match="go by name"):
        Model(words, counts, ones)
    with pytest.raises(TypeError, match="ngram_matrix"):
        Model(words, counts, {"input": ones}, ngram_matrix=ones)


def test_a_model_keeps_whatever_matrices_there_are(tmp_path: Path) -> None:
    matrices = {
        "input": np.eye(3, 2),
        "positions": np.arange(20.0).reshape(10, 2),
        "documents": np.ones((5, 2), np.float32),
    }
    rows = {"positions": "positions", "documents": "documents"}
    model = Model(["c", "b", "a"], [3, 2, 1], matrices, rows=rows)
    model.save(tmp_path / "m")
    again = load(tmp_path / "m", check_values=True)
    assert again.rows == {"input": "words", **rows}
    assert set(again.matrices) == set(matrices)
    for name, matrix in matrices.items():
        np.testing.assert_array_equal(again.matrices[name], matrix)
        assert again.matrices[name].dtype == matrix.dtype
    assert again.output_matrix is None
    assert again.ngram_matrix is None
    with pytest.raises(ConfigError, match="no output vectors, only documents, input, positions"):
        _ = again.output_vectors
    with pytest.raises(TypeError):
        again.matrices["input"] = np.zeros((3, 2))  # type: ignore[index]


def test_rows_that_are_no_words_give_no_output_vectors() -> None:
    model = Model(
        ["a", "b"],
        [2, 1],
        {"input": np.eye(2), "output": np.ones((1, 2))},
        rows={"output": "nodes"},
    )
    assert model.output_matrix is not None
    with pytest.raises(ConfigError, match=r"rows of its output matrix \(output_matrix\) are nodes"):
        _ = model.output_vectors


@given(
    st.lists(
        st.tuples(st.text(max_size=2), st.integers(1, 3)), min_size=1, unique_by=lambda w: w[0]
    )
)
def test_each_word_keeps_its_row_whatever_the_order(words: list[tuple[str, int]]) -> None:
    names, counts = [name for name, _ in words], [count for _, count in words]
    matrix = np.arange(2.0 * len(words)).reshape(-1, 2)
    model = Model(names, counts, {"input": matrix, "output": -matrix})
    for row, (name, count) in enumerate(words):
        np.testing.assert_array_equal(model.vectors[name], matrix[row])
        np.testing.assert_array_equal(model.output_vectors[name], -matrix[row])
        assert model.vocabulary.counts[model.vocabulary.id(name)] == count
    assert model.vectors.words == model.vocabulary.words == Vocabulary(names, counts).words


def test_an_order_that_cannot_be_known_is_refused() -> None:
    words, counts, matrix = ["rare", "common"], [1, 9], np.eye(2)
    with pytest.raises(ConfigError, match="a Vocabulary has an order of its own"):
        Model(Vocabulary(words, counts), counts, {"input": matrix})  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="a Vocabulary has an order of its own"):
        Model(Vocabulary(words, counts), matrix, {"dim": 2})  # type: ignore[arg-type]
    matrices = {"input": matrix, "output": np.ones((1, 2))}
    with pytest.raises(ConfigError, match="rows of output are no words"):
        Model(words, counts, matrices, rows={"output": "nodes"})
    Model(words[::-1], counts[::-1], matrices, rows={"output": "nodes"})
    with pytest.raises(ConfigError, match="every count must be 1 or more"):
        Model(words, [0, 9], {"input": matrix})
    with pytest.raises(CorpusError, match="repeated"):
        Model(["a", "a"], [1, 2], {"input": matrix})


def test_nothing_that_is_handed_out_changes_the_model(tmp_path: Path) -> None:
    words, counts = ["was", "wasp"], [2, 1]
    own = {"input": np.eye(2), "output": np.eye(2), "ngrams": np.ones((5, 2))}
    config = {"min_n": 3, "max_n": 3, "buckets": 0}
    made = Model(words, counts, own, config, rows={"ngrams": "ngrams"})
    made.save(tmp_path / "m")
    vocabulary = Vocabulary(words, counts)
    trained = Model.from_vocabulary(vocabulary, own, config, rows={"ngrams": "ngrams"})
    for model in (made, trained, load(tmp_path / "m")):
        for array in (
            *model.matrices.values(),
            model.vectors["was"],
            model.vectors["wasps"],  # composed
            model.vectors.matrix,
            model.vectors.norms,
            model.output_vectors["was"],
            model.output_vectors.matrix,
            model.output_matrix,
            model.ngram_matrix,
            model.vocabulary.counts,
        ):
            assert array is not None
            assert type(array) is np.ndarray
            assert not array.flags.writeable
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 2
        assert (model.vectors["was"] / 2).tolist() == [0.5, 0.0]
        several = model.vectors[["was", "wasp"]]
        several *= 2  # a copy
        assert model.vectors["was"].tolist() == [1.0, 0.0]
    for array in own.values():  # whose arrays they are may go on writing them
        assert array.flags.writeable
        array[...] = 9
    assert made.vectors["was"].tolist() == [1.0, 0.0]


def test_training_and_read_only_arrays_are_not_copied() -> None:
    matrix = np.eye(2)
    words, counts = ["a", "b"], [2, 1]
    trained = Model.from_vocabulary(Vocabulary(words, counts), {"input": matrix})
    assert np.shares_memory(trained.vectors.matrix, matrix)
    matrix.flags.writeable = False
    assert np.shares_memory(Model(words, counts, {"input": matrix}).vectors.matrix, matrix)


@pytest.mark.parametrize("buckets", [0, 100])
def test_ngrams_that_are_not_the_words_are_found_out(tmp_path: Path, buckets: int) -> None:
    numbered = number_ngrams(["was", "wasp"], 3, 3, buckets)
    right = np.ones((numbered.n_rows, 2))
    config = {"min_n": 3, "max_n": 3, "buckets": buckets}

    def save(ngrams: np.ndarray) -> Path:
        matrices = {"input": np.eye(2), "ngrams": ngrams}
        made = Model(["was", "wasp"], [2, 1], matrices, config, rows={"ngrams": "ngrams"})
        made.save(tmp_path / "m")
        return tmp_path / "m"

    assert load(save(right), check_values=True).vectors["wasps"].tolist() == [1.0, 1.0]
    folder = save(right[1:])
    with pytest.raises(FormatError, match=r"vectors of 4 n-grams, but the words have 5"):
        load(folder).vectors["wasps"]
    with pytest.raises(FormatError, match=r"vectors\.safetensors: there are vectors of 4 n-grams"):
        load(folder, check_values=True)
    if buckets:
        with pytest.raises(FormatError, match="101 n-grams, but only 100 buckets"):
            save(np.ones((101, 2)))


def test_the_description_is_these_bytes_and_no_others(tmp_path: Path) -> None:
    Model(
        ["a", "b"],
        [2, 1],
        {"input": np.eye(2), "output": np.ones((1, 2))},
        {"dim": 2},
        rows={"output": "nodes"},
        corpus={"n_tokens": 3},
        provenance={"arithmetic": "AVX2"},
    ).save(tmp_path / "m")
    assert (tmp_path / "m" / "config.json").read_text(encoding="utf-8") == DESCRIPTION


DESCRIPTION = f"""{{
  "format": "firth-model",
  "format_version": 1,
  "firth_version": "{__version__}",
  "interrupted": false,
  "rows": {{
    "input": "words",
    "output": "nodes"
  }},
  "config": {{
    "dim": 2
  }},
  "corpus": {{
    "n_tokens": 3
  }},
  "provenance": {{
    "arithmetic": "AVX2"
  }},
  "history": []
}}
"""
