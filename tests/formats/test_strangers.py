"""What is taken for a model of firth and is none: each is said by what it is, and what to do."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import shutil
import struct
import sys
import zipfile

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firth import cli
from firth.corpus.compression import compression_of
from firth.errors import CorpusError, FormatError
from firth.files.safetensors import write_safetensors
from firth.formats.recognise import format_of
from firth.model import Model, load

FLOATS = struct.pack("<3f", 0.25, -0.5, 1)
HEADER = b"2 3\n"
TEXT = "a file of vectors in word2vec's text format"
BINARY = "a file of vectors in word2vec's binary format"
GLOVE = "a file of vectors in GloVe's text format"
IS_TEXT = "is a text, not a model: train on it first, firth train"


def npz():
    file = io.BytesIO()
    np.savez(file, vectors=np.eye(2))
    return file.getvalue()


def npy():
    file = io.BytesIO()
    np.save(file, np.eye(2))
    return file.getvalue()


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_pkl", ".pkl"), content)
    return file.getvalue()


def arrow():
    file = io.BytesIO()
    table = pa.table({"word": ["a"]})
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


def fasttext(*more):
    """The mark, version 12, and args; floret has two fields more before the rate of updates."""
    args = (100, 5, 5, 5, 5, 1, 2, 2, 2_000_000, 3, 6)
    return struct.pack(f"<i{len(args) + len(more) + 2}id", 793712314, 12, *args, *more, 100, 1e-4)


def gensim_pickle():
    """As `KeyedVectors.save` begins: protocol 4, a frame, the class by its module's name."""
    return b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x13gensim.models.keyedvectors\x94"


FILES = {
    "text": (HEADER + b"cat 1 2 3\ndog 1 2 4\n", TEXT),
    "text, trailing blanks": (HEADER + b"cat 1.5 -2e-3 3 \ndog 1 2 4 \n", TEXT),
    "text, words with blanks": (HEADER + b". . 1 2 3\ncaf\xe9 1 2 4\n", TEXT),
    "text, CR LF": (b"2 3\r\ncat 1 2 3\r\ndog 1 2 4\r\n", TEXT),
    "text, one line, no end": (b"1 3\ncat 1 2 3", TEXT),
    "text, compressed": (gzip.compress(HEADER + b"cat 1 2 3\n"), "compressed (gzip)"),
    "binary": (HEADER + b"cat " + FLOATS + b"\ndog " + FLOATS + b"\n", BINARY),
    "binary of gensim": (HEADER + b"cat " + FLOATS + b"dog " + FLOATS, BINARY),
    "binary, cut off": (HEADER + b"cat " + FLOATS[:7], BINARY),
    "GloVe": (b"the 0.4 0.2 -0.1\n. . . 0.1 0.2 0.3\n<unk> 1 2 3\n", GLOVE),
    "floret, text": (b"2 3 3 5 2 2166136261 < >\n0 1 2 3 \n1 1 2 3 \n", "floret's text format"),
    "fastText": (fasttext(), "a model of fastText (.bin)"),
    "floret": (fasttext(2, 4), "a model of floret (.bin)"),
    "npy": (npy(), "a NumPy array (.npy)"),
    "npz": (npz(), "a file of NumPy arrays (.npz)"),
    "PyTorch": (zipped(archive__data_pkl=b"x"), "a file of PyTorch"),
    "gensim": (gensim_pickle(), "a pickle of gensim"),
    "pickle": (pickle.dumps({"cat": [1.0]}), "a Python pickle"),
    "finalfusion": (b"FiFu" + bytes(16), "finalfusion"),
    "GGUF": (b"GGUF\x03\x00\x00\x00" + bytes(16), "a GGUF file"),
    "Keras": (b"\x89HDF\r\n\x1a\n" + bytes(16), "HDF5"),
    "table of numbers": (b"1\t2\t3\n4\t5\t6\n", "a table of numbers without words"),
    "Arrow": (arrow(), "a table (Parquet or Arrow)"),
    "zip": (zipped(a=b"text"), "an archive (zip)"),
    "PDF": (b"%PDF-1.7\n", "a PDF file"),
    "nothing": (b"", "an empty file"),
    "noise": (b"\x00\xff\x01\x02" * 9, "binary data of an unknown kind"),
    "a text": (b"the cat sat\non the mat\n", IS_TEXT),
    "a text that begins with numbers": (b"12 300\nthe cat sat on 3 mats\n", IS_TEXT),
    "a CSV": (b"word,x\ncat,1\n", IS_TEXT),
    "JSON": (b'{"vectors": [1, 2]}\n', IS_TEXT),
}


@pytest.mark.parametrize("kind", FILES)
def test_files(tmp_path, kind):
    content, expected = FILES[kind]
    path = tmp_path / "v.bin"
    path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        load(path)
    said = str(caught.value)
    assert said.startswith(f"{path} is ") and expected in said
    assert "not a model" in said and ("firth opens" in said or "firth train" in said
                                      or "WordVectors(words, matrix)" in said
                                      or "firth.read_vectors(path)" in said)  # fmt: skip


def make(folder, **files):
    """Write files by name, two low lines for a slash and one for a point."""
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def a_model(folder):
    Model(["a", "b"], [2, 1], {"input": np.eye(2, dtype=np.float32)}).save(folder)


def unfinished(folder):
    (folder / "checkpoints").mkdir()
    matrix = {"input": np.eye(2, dtype=np.float32)}
    about = {"firth": json.dumps({"format": "firth-checkpoint"})}
    write_safetensors(folder / "checkpoints" / "task-000000000007.safetensors", matrix, about)


def spark(folder):
    make(folder, metadata__part="")
    (folder / "metadata" / "part-00000").write_text('{"class": "org.apache.spark.ml.feature.X"}')
    make(folder, data__part_parquet="")


def truncated(folder, name, size):
    a_model(folder)
    (folder / name).write_bytes((folder / name).read_bytes()[:size])


def killed_save(folder):
    for name in ("vectors.0123456789abcdef.safetensors", "vocabulary.0123456789abcdef.arrow"):
        (folder / name).write_bytes(b"")


def without_config(folder):
    a_model(folder)
    (folder / "config.json").unlink()


FOLDERS = {
    "empty": (lambda f: None, "is an empty folder; firth opens the folders that"),
    "unfinished": (unfinished, "is the output of a run of firth that has not ended: .*--resume"),
    "killed save": (killed_save, "is what a save that was killed has left: train again"),
    "no config": (without_config, "a model of firth whose config.json is missing: copy the whole"),
    "models below": (lambda f: a_model(f / "m"), r"is no model, but holds some: .*/m$"),
    "config cut": (lambda f: truncated(f, "config.json", 40), "not valid JSON .* cut off or dam"),
    "config empty": (lambda f: truncated(f, "config.json", 0), "not valid JSON .* cut off or da"),
    "vectors cut": (lambda f: truncated(f, "vectors.safetensors", 95), "was cut short|cut short"),
    "vectors empty": (lambda f: truncated(f, "vectors.safetensors", 0), "cut short"),
    "words cut": (lambda f: truncated(f, "vocabulary.arrow", 99), "not a readable vocabulary"),
    "words empty": (lambda f: truncated(f, "vocabulary.arrow", 0), "not a readable vocabulary"),
    "classic run": (lambda f: make(f, checkpoint_npz=""), "a `firth reproduce` that has not ended"),
    "encoded": (lambda f: make(f, corpus_json="{}", ids_int32=""), "an encoded text of firth"),
    "TensorFlow": (lambda f: (f / "saved_model.pb").touch(), "a SavedModel of TensorFlow"),
    "Spark": (spark, "a model of Spark ML"),
    "spaCy": (lambda f: make(f, meta_json="{}", config_cfg=""), "a model of spaCy"),
    "transformers": (
        lambda f: make(f, config_json='{"model_type": "bert"}', model_safetensors=""),
        "a model of Hugging Face's transformers",
    ),
    "sentence-transformers": (
        lambda f: make(f, config_json="{}", modules_json="[]", model_safetensors=""),
        "a model of sentence-transformers or model2vec",
    ),
    "another config.json": (
        lambda f: make(f, config_json='{"a": 1}'), r"is not of firth: expected an object with",
    ),
    "vectors of others": (
        lambda f: make(f, glove_txt="a 1 2 3\nb 1 2 4\n", z_txt=""),
        "has no config.json and is no model; glove.txt is a file of vectors in GloVe's",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FOLDERS)
def test_folders(tmp_path, kind):
    prepare, expected = FOLDERS[kind]
    folder = tmp_path / "m"
    folder.mkdir()
    prepare(folder)
    with pytest.raises(FormatError, match=expected) as caught:
        load(folder)
    assert str(caught.value).startswith(str(folder))


def test_parts_of_models_and_runs(tmp_path):
    a_model(tmp_path)
    with pytest.raises(FormatError, match=r"is a file of the model .*: name the folder"):
        load(tmp_path / "vectors.safetensors")
    unfinished(tmp_path)
    for name in ("checkpoints", "checkpoints/task-000000000007.safetensors"):
        with pytest.raises(FormatError, match=r"of a run of firth that has not ended: .*--resume"):
            load(tmp_path / name)
    shutil.copy(tmp_path / "vectors.safetensors", tmp_path / "checkpoints" / "v.safetensors")
    with pytest.raises(FormatError, match="is a safetensors file without words, not a mod"):
        load(tmp_path / "checkpoints" / "v.safetensors")


@pytest.mark.skipif(sys.platform == "win32", reason="no links, no pipes")
def test_what_is_no_file(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FormatError, match=r"link leads to nowhere, which does not exist; firth"):
        load(tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FormatError, match="pipe is neither a file nor a folder"):
        load(tmp_path / "pipe")
    with pytest.raises(FormatError, match="cannot be read"):
        load(tmp_path / ("n" * 300))


@example(b"\x1f\x8b")
@example(b"BZh9")
@given(st.binary(max_size=200))
def test_any_bytes_are_something(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any"
    for head in (b"", HEADER, b"cat 1 2 3\n", b"\xba\x16\x4f\x2f"):
        path.write_bytes(head + content)
        if compression_of(head + content) is None:
            assert format_of(path).what
        else:  # by chance; no stream is as short as these
            with pytest.raises(CorpusError, match="data is damaged or cut off"):
                format_of(path)


@pytest.mark.parametrize(
    "command",
    [["neighbors", "M", "cat"], ["analogy", "M", "a", "b", "c"], ["info", "M"],
     ["info", "M", "--json"], ["evaluate", "M", "--similarity", "P"], ["predict", "M", "cat"],
     ["convert", "M", "N.vec"], ["check", "M"]],
)  # fmt: skip
def test_every_command_says_so(tmp_path, capsys, command):
    path = tmp_path / "v.vec"
    path.write_bytes(gensim_pickle())
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("cat\tdog\t7\ncat\ttax\t1\n", encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        cli.main([{"M": str(path), "P": str(pairs)}.get(word, word) for word in command])
    said = capsys.readouterr()
    assert (stop.value.code, said.out) == (2, "")
    assert said.err.startswith(f"firth: {path} is a pickle of gensim, not a model of firth: have")
