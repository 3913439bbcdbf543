"""Links are followed once; what firth itself wrote is left out of what is read."""

import os
import subprocess
import sys

import pytest

from firth.corpus import encode, open_corpus
from firth.errors import CorpusError, CorpusWarning

links = pytest.mark.skipif(os.name == "nt", reason="links need rights there")


def fill(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@links
def test_linked_folders_are_followed_once(tmp_path):
    outside = fill(tmp_path / "outside", o="out side")
    folder = fill(tmp_path / "in", a="a")
    fill(folder / "sub", b="b")
    (folder / "0-sub").symlink_to(folder / "sub")
    for name in ("to-outside", "to-outside-again"):
        (folder / name).symlink_to(outside, target_is_directory=True)
    (folder / "sub" / "loop").symlink_to(folder, target_is_directory=True)
    (outside / "loop").symlink_to(outside, target_is_directory=True)
    corpus = open_corpus(folder)
    # A file has the path of the folder that it is in, rather than that of a link.
    assert corpus.inputs == (folder / "a", folder / "sub" / "b", folder / "to-outside" / "o")
    assert list(open_corpus(f"{tmp_path}/in*")) == [["a"], ["b"], ["out", "side"]]


@links
def test_encoding_is_kept_until_a_linked_file_changes(tmp_path):
    outside = fill(tmp_path / "outside", o="out side")
    folder = fill(tmp_path / "in", a="a")
    (folder / "link").symlink_to(outside, target_is_directory=True)
    assert not encode(folder, min_count=1).reused
    assert encode(folder, min_count=1).reused
    fill(outside, o="other")
    assert list(encode(folder, min_count=1).vocabulary.words) == ["a", "other"]


HEX = "0123456789abcdef"
MODELS = {
    "whole": ["config.json", "vectors.safetensors", "vocabulary.arrow"],
    "while it is replaced": [
        "config.json",
        f"vectors.{HEX}.safetensors",
        f"vocabulary.{HEX}.arrow",
    ],
}


@pytest.mark.parametrize("files", MODELS.values(), ids=MODELS)
def test_models_are_left_out_and_named(tmp_path, files):
    fill(tmp_path, **{"a.txt": "the cat"})
    for name in ("m", "deep/n"):
        model = fill(tmp_path / name, **dict.fromkeys(files, "{}"))
        fill(model / "checkpoints", **{"task-000000000001.safetensors": "x"})
    with pytest.warns(CorpusWarning, match="left out, as firth wrote it") as caught:
        corpus = open_corpus(tmp_path)
    (warning,) = caught
    assert str(warning.message).startswith(f"{tmp_path / 'deep' / 'n'}, {tmp_path / 'm'}: ")
    assert list(corpus) == [["the", "cat"]]


def test_checkpoints_of_a_run_that_was_killed_are_left_out(tmp_path):
    fill(tmp_path, **{"a.txt": "the cat"})
    fill(tmp_path / "m" / "checkpoints", **{"task-000000000001.safetensors": "x"})
    fill(tmp_path / "checkpoints", text="of another kind")
    with pytest.warns(CorpusWarning, match=r"m.checkpoints: left out"):
        corpus = open_corpus(tmp_path)
    assert list(corpus) == [["the", "cat"], ["of", "another", "kind"]]


def test_the_input_folder_itself_may_hold_a_model(tmp_path):
    fill(tmp_path, **dict.fromkeys(MODELS["whole"], "{}"))
    with pytest.raises(CorpusError, match=r"no file in this folder .*left out, as firth wrote"):
        open_corpus(tmp_path)
    fill(tmp_path, **{"a.txt": "the cat"})
    with pytest.warns(CorpusWarning, match="left out"):
        assert list(open_corpus(tmp_path)) == [["the", "cat"]]


def test_other_files_of_such_names_are_read(tmp_path):
    fill(tmp_path, **{"config.json": "a", "vocabulary.arrow": "b"})
    fill(tmp_path / "other", **{"vectors.safetensors": "c"})
    assert list(open_corpus(tmp_path)) == [["a"], ["c"], ["b"]]


def train(folder, *options):
    command = [sys.executable, "-m", "firth", "train", ".", "--output", *options]
    command += ["--dim", "4", "--min-count", "1", "--epochs", "1", "--threads", "1"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize("output", ["m", "deep/m"])
def test_the_same_command_works_twice(tmp_path, output):
    fill(tmp_path, **{"a.txt": "the cat sat on the mat\n" * 200})
    assert "left out" not in train(tmp_path, output)
    first = (tmp_path / output / "vocabulary.arrow").read_bytes()
    for options in ([], ["--resume"]):
        said = train(tmp_path, output, *options)
        assert said.count("left out, as firth wrote it") == 1
        assert (tmp_path / output / "vocabulary.arrow").read_bytes() == first
