"""Saving and loading models: round trips, failures at every step, damaged folders."""

from __future__ import annotations

import copy
import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth._version import __version__
from firth.corpus.ngrams import number_ngrams
from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError, CorpusError, FormatError, SaveError
from firth.files import together
from firth.formats import native
from firth.formats.model_folder import HISTORY_SCHEMA, check_output
from firth.model import Model, load, save_output

NAMES = ["config.json", "vectors.safetensors", "vocabulary.arrow"]
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
    # The matrices' own, the vocabulary's, the description's, those of the plain names.
    global calls
    calls += 1
    if calls == step:
        os._exit(9)
    return original(self, target)

Path.replace = replace
make(9).save(sys.argv[1])
os._exit(0)
"""


@pytest.mark.parametrize(("step", "words"), [(1, 4), (2, 4), (3, 4), (4, 9), (5, 9)])
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
    subprocess.run([sys.executable, "-c", KILLED, str(folder), "3", here], check=False)
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
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "m"), "4", here], check=False)
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
while time.time() < until or number < 30:
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

    expect("does not exist; firth opens the folders that `firth train`")
    damage_config(folder, format_version=2, firth_version="9.0")
    expect(r"format version 2, written by firth '9\.0'; .* reads versions 1 to 1")
    damage_config(folder, format_version="1")
    expect("format version '1'")
    damage_config(folder, history=None)
    expect("'history' is NoneType; expected list")
    damage_config(folder, history=[3])
    expect("history or loss_curve is not a list of rows")
    damage_config(folder, history=[{"epoch": "one"}])
    expect("history or loss_curve is not a list of rows")
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
    expect("the settings say min_n None, max_n None, buckets None; expected whole numbers")
    damage_config(folder, rows={"input": "nodes", "output": "words"})
    expect("needs a matrix 'input' whose rows are words")
    damage_config(folder, rows={"input": "words", "output": ["words"]})
    expect("'rows' must say in a word")
    (folder / "vectors.safetensors").unlink()
    expect("vectors.safetensors: cannot be read")
    make(value=float("inf")).save(folder)
    expect("tensor 'input', row 0: a value is not a finite number", check_values=True)


def test_a_folder_without_or_with_broken_config_is_not_a_model(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="is an empty folder; firth opens"):
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


def mapped(model: Model, folder: Path) -> Model:
    model.save(folder)
    return load(folder)


def of_subwords(folder: Path) -> Model:
    number = number_ngrams(["queen", "king"], 3, 3, 10)
    return Model(
        ["queen", "king"],
        [2, 1],
        {"input": np.eye(2, 4), "ngrams": np.ones((number.n_rows, 4))},
        {"dim": 4, "min_n": 3, "max_n": 3, "buckets": 10},
        rows={"ngrams": "ngrams"},
        provenance={"reading": {"normalize": "NFC"}},
    )


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
@pytest.mark.parametrize(
    "made", [lambda folder: make(), lambda folder: mapped(make(), folder), of_subwords]
)
def test_other_processes_get_the_same_model(
    tmp_path: Path, made: Callable[[Path], Model], copied: Callable[[Model], Model]
) -> None:
    # Pools, joblib and executors send models by pickle; what comes cannot be damaged either.
    model = made(tmp_path / "m")
    word = model.vectors.words[0]
    near = model.vectors.most_similar(word, k=3)
    again = copied(model)
    assert again.vectors.most_similar(word, k=3) == near
    assert copied(model.vectors).most_similar(word, k=3) == near
    if model.rows.get("ngrams"):
        assert copied(model.vectors)["queens"].tolist() == model.vectors["queens"].tolist()
        assert again.vectors["queens"].tolist() == model.vectors["queens"].tolist()
    assert again.config == model.config
    assert again.config is not model.config
    assert (again.rows, again.corpus, again.provenance) == (
        model.rows,
        model.corpus,
        model.provenance,
    )
    assert again.history.equals(model.history)
    assert again.vocabulary == model.vocabulary
    for array in (
        again.vectors.matrix,
        again.vectors.norms,
        again.vocabulary.counts,
        copied(model.vectors).matrix,
        copied(model.vectors).norms,
        copied(model.vocabulary).counts,
        *again.matrices.values(),
    ):
        assert not array.flags.writeable


def test_a_model_is_no_list_of_words() -> None:
    with pytest.raises(TypeError, match=r"write 'w0' in model\.vectors"):
        _ = "w0" in make()
    with pytest.raises(TypeError, match="not iterable"):
        list(make())


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
    written = (tmp_path / "m" / "config.json").read_text(encoding="utf-8")
    generation = json.loads(written)["generation"]
    assert re.fullmatch("[0-9a-f]{16}", generation)
    assert written.replace(generation, "0" * 16) == DESCRIPTION


DESCRIPTION = f"""{{
  "format": "firth-model",
  "format_version": 1,
  "firth_version": "{__version__}",
  "generation": "0000000000000000",
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
  "history": [],
  "loss_curve": []
}}
"""
