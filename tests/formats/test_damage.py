"""Inputs that were read wrongly once, as they were found: each is refused with words for people."""

from __future__ import annotations

import io
import json
import struct
import time
import tracemalloc

import numpy as np
import pyarrow as pa
import pytest

import firth
from firth.errors import FormatError
from firth.files.safetensors import read_safetensors
from firth.formats.reading import check_values, read_contents, read_vectors


def refused(folder, name, data, message, read=read_vectors, **options):
    """Read a file that must be refused; return the processor's time for that."""
    (folder / name).write_bytes(data)
    started = time.process_time()
    with pytest.raises(FormatError, match=message) as raised:
        read(folder / name, **options)
    assert name in str(raised.value) and len(str(raised.value)) < 1000
    return time.process_time() - started


def test_a_number_of_many_digits_takes_no_square_of_time(tmp_path):
    line = b"2 2\na 1 " + b"1" * 300_000 + b"x\nb 1 2\n"
    refused(tmp_path, "v", line, "line 2 .*'1111", format="word2vec-text")  # compiles the parser
    assert refused(tmp_path, "v", line, "line 2 .*'1111", format="word2vec-text") < 5


@pytest.mark.parametrize(
    "line", [b"a b 1\t1e-50\r \n", b"  1 1e-50\n", b"a\x0bb \t1\t \t 1e-50 \n", b"1 1 1e-50\n"]
)
def test_lines_that_are_not_plain_are_read_from_the_right(line, tmp_path):
    (tmp_path / "v").write_bytes(b"1 2\n" + line)
    found = read_contents(tmp_path / "v", format="word2vec-text")
    assert found.matrix[0].tolist() == [1, np.float32(1e-50)]
    word = line[: line.rindex(b"1", 0, line.rindex(b"1e"))][:-1]
    assert found.words[0] == word.decode()


@pytest.mark.parametrize(("line", "fields"), [(b"1 1e-50", 1), (b"1e-50 ", 0), (b"\t1e-50", 1)])
def test_lines_with_too_few_numbers_say_how_many_there_are(line, fields, tmp_path):
    message = f"line 2 .*there are {fields} fields behind the word"
    refused(tmp_path, "v", b"1 2\n" + line + b"\n", message, format="word2vec-text")


def test_a_long_line_takes_no_more_memory_than_it_has(tmp_path):
    (tmp_path / "v").write_bytes(b"2 1\n" + b"1 " * 500_000 + b"1e-50\na 1\n")
    tracemalloc.start()
    try:
        read_contents(tmp_path / "v", format="word2vec-text")
        assert tracemalloc.get_traced_memory()[1] < 24e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["word2vec-text", "numpy", "tensorboard"])
def test_many_empty_lines_take_no_more_memory_than_the_file(name, tmp_path):
    feeds, message = b"\n" * 1_000_000, "there are empty lines"
    np.save(tmp_path / "v.npy", np.eye(2, dtype=np.float32))
    (tmp_path / "v.words.txt").write_bytes(feeds)
    (tmp_path / "t.tsv").write_bytes(b"1\t2\n3\t4\n")
    (tmp_path / "m.tsv").write_bytes(b"a\n" * 150_000)
    config = b'embeddings {\n tensor_path: "t.tsv"\n metadata_path: "m.tsv"\n}\n'
    (tmp_path / "projector_config.pbtxt").write_bytes(config)
    (tmp_path / "v.vec").write_bytes(b"2 1\na 1\n" + feeds + b"b 1\n")
    path, message = {
        "word2vec-text": (tmp_path / "v.vec", "byte 8: there are empty lines"),
        "numpy": (tmp_path / "v.npy", "v.words.txt has 1,000,000 words, but .* has 2 rows"),
        "tensorboard": (tmp_path, "m.tsv: there are 150,000 words, but room for 5 vectors"),
    }[name]
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match=message):
            read_vectors(path, format=name)
        assert tracemalloc.get_traced_memory()[1] < 24e6
    finally:
        tracemalloc.stop()


def test_glove_of_empty_lines(tmp_path):
    refused(tmp_path, "v", b"\n" * 2000 + b"a 1 2", "no line with a word and", format="glove")
    short = b"a 1 2 3\n" * 1000 + b"\nb\n" * 3000
    refused(tmp_path, "v", short, "7,000 lines of 3 numbers, .* take more", format="glove")


def head(dim, buckets, lengths, words):
    data = struct.pack("<2i", 793712314, 12)
    data += struct.pack("<12id", dim, 5, 5, 1, 5, 1, 2, 2, buckets, *lengths, 100, 1e-4)
    data += struct.pack("<3iqq", len(words), len(words), 0, 1, -1)
    return data + b"".join(word + b"\0" + struct.pack("<qb", 1, 0) for word in words)


def matrix(*rows):
    return b"\0" + struct.pack("<2q", len(rows), len(rows[0])) + np.array(rows, "<f4").tobytes()


@pytest.mark.parametrize("bad", [float("nan"), float("-inf")])
def test_rows_of_fasttext_that_no_word_has_are_finite(bad, tmp_path):
    start, good = head(1, 3, (3, 3), [b"a"]), matrix([1], [2], [3], [4])
    # The one n-gram of "a" has bucket 1.
    for which, message in ((1, "bucket 0"), (3, "bucket 2")):
        rows = [[1], [2], [3], [4]]
        rows[which] = [bad]
        data = start + matrix(*rows) + matrix([5])
        told = f"{message} holds a value that is not a finite"
        refused(tmp_path, "m.bin", data, told, read_contents)
        # Vectors are composed, and looked at, when they are asked for.
        vectors = read_vectors(tmp_path / "m.bin")
        assert vectors["a"].tolist() == [2]
        with pytest.raises(FormatError, match="n-grams of 'abcdefghi' hold a value that"):
            vectors["abcdefghi"]
    bad_output = start + good + matrix([bad])
    refused(tmp_path, "m.bin", bad_output, "output vector 0 holds a value", read_contents)
    (tmp_path / "m.bin").write_bytes(start + good + matrix([5]))
    assert read_vectors(tmp_path / "m.bin")["a"].tolist() == [2]


def test_a_number_of_fasttext_that_signals_gives_no_warning(tmp_path):
    signals = matrix([1], [2])[:17] + bytes.fromhex("010080ff 00000040")
    data = head(1, 1, (0, 0), [b"a"]) + signals + matrix([5])
    told = "the vector of the word 'a' .* not finite"
    refused(tmp_path, "m.bin", data, told, read_contents)
    for ask in (lambda vectors: vectors["a"], lambda vectors: vectors.matrix):
        refused(tmp_path, "m.bin", data, told, lambda path, ask=ask: ask(read_vectors(path)))


def test_words_whose_ngrams_take_hours(tmp_path):
    data = head(2000, 1, (1, 255), [b"x" * 200_000])
    zeros = b"\0" + struct.pack("<2q", 2, 2000) + bytes(2 * 2000 * 4)
    data += zeros + b"\0" + struct.pack("<2q", 1, 2000) + bytes(2000 * 4)
    message = "longest word has 200,000 bytes, and n-grams have 1 to 255 characters"
    assert refused(tmp_path, "m.bin", data, message) < 5


def arrow(names, arrays):
    file = io.BytesIO()
    table = pa.Table.from_arrays([pa.array(array) for array in arrays], names)
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


@pytest.mark.parametrize("twice", ["word", "count", "vector"])
def test_columns_that_stand_there_twice(twice, tmp_path):
    columns = {"word": ["a"], "count": [1], "vector": [[1.0]]}
    data = arrow([*columns, twice], [*columns.values(), columns[twice]])
    refused(tmp_path, "v.arrow", data, f"columns .*'{twice}'.*; expected one named word, one")


def test_what_a_library_calls_its_errors_is_not_said(tmp_path):
    file = io.BytesIO()
    pa.parquet.write_table(pa.table({"word": ["a"], "vector": [[1.0]]}), file)
    data = file.getvalue()
    size = int.from_bytes(data[-8:-4], "little")
    broken = data[: -8 - size] + b"\xff" * size + data[-8:]
    refused(tmp_path, "v.parquet", broken, r"^(?!.*(Exception|Error)).*$")


def model(folder, **changes):
    """Save a model, and change what its config.json says."""
    matrices = {"input": np.eye(3, dtype=np.float32), "ngrams": np.ones((5, 3), np.float32)}
    config = {"dim": 3, "min_n": 2, "max_n": 3, "buckets": 5}
    rows = {"input": "words", "ngrams": "ngrams"}
    firth.Model(["a", "b", "c"], [3, 2, 1], matrices, config, rows=rows).save(folder)
    file = folder / "config.json"
    said = json.loads(file.read_text())
    for name, value in changes.items():
        (said if name in said else said["config"])[name] = value
    file.write_text(json.dumps(said))
    return folder


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"min_n": float("inf")}, "min_n inf, max_n 3, buckets 5; expected whole numbers"),
        ({"max_n": 2**62}, "expected whole numbers, lengths from 1 to 1,024"),
        ({"buckets": -1}, "buckets -1; expected"),
        ({"buckets": True}, "buckets True; expected"),
        ({"buckets": 4}, "5 n-grams, but only 4 buckets"),
    ],
)
def test_settings_of_ngrams(changes, message, tmp_path):
    folder = model(tmp_path / "m", **changes)
    for read in (firth.load, read_vectors):
        with pytest.raises(FormatError, match=message) as raised:
            read(folder)
        assert str(folder) in str(raised.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"history": [{"epoch": 2**63}]}, "config.json: history or loss_curve is not a list"),
        ({"history": [{"epoch": [0] * 9999}]}, "config.json: history or loss_curve is not"),
        ({"dim": "y" * 9999}, "config.json says dim 'yyy"),
        ({"format_version": [0] * 9999}, "format version .0, 0"),
        ({"rows": {"x" * 9999: "words"}}, "the matrices are .*'input'"),
        ({"rows": {"input": "y" * 9999, "ngrams": "z"}}, "whose rows are words; .* yyy"),
        ({"rows": {"input": "\ud800", "ngrams": "z"}}, r"the matrices are input .*\\ud800"),
    ],
)
def test_what_a_model_says_of_itself(changes, message, tmp_path):
    folder = model(tmp_path / "m", **changes)
    with pytest.raises(FormatError, match=message) as raised:
        firth.load(folder)
    assert len(str(raised.value).encode()) < 1000


@pytest.mark.parametrize("entry", [[0] * 9999, {"dtype": "y" * 9999}, {"dtype": "F32", "shape": 7}])
def test_messages_about_tensors_are_short(entry, tmp_path):
    text = json.dumps({"x" * 9999: entry}).encode()
    (tmp_path / "t").write_bytes(len(text).to_bytes(8, "little") + text)
    with pytest.raises(FormatError, match="tensor 'xxx") as raised:
        read_safetensors(tmp_path / "t")
    assert len(str(raised.value)) < 1000


def test_json_of_another_encoding_or_with_endless_numbers(tmp_path):
    folder = model(tmp_path / "m")
    text = (folder / "config.json").read_bytes()
    for damaged, message in (
        (text.replace(b'"dim": 3', b'"dim": ' + b"1" * 5000), "more digits than any that is meant"),
        (text.replace(b'"dim": 3', b'"dim\xff": 3'), "byte [0-9]+ is not UTF-8"),
    ):
        (folder / "config.json").write_bytes(damaged)
        with pytest.raises(FormatError, match=r"config\.json"):
            read_vectors(folder)
        with pytest.raises(FormatError, match=message):
            firth.formats.native.read_description(folder)


def test_ngrams_that_add_up_to_no_number(tmp_path):
    folder = model(tmp_path / "m")
    file = folder / "vectors.safetensors"
    data = file.read_bytes()
    file.write_bytes(data[:-4] + np.float32("inf").tobytes())
    vectors = read_vectors(folder)
    with pytest.raises(FormatError, match="n-grams of 'unseen' hold a value that is not finite"):
        _ = vectors["unseen"]
    with pytest.raises(FormatError, match="m: n-gram 5 holds a value that is not a finite number"):
        check_values(folder, read_contents(folder))


def test_a_word_of_a_folder_that_occurs_twice(tmp_path):
    folder = model(tmp_path / "m")
    file = folder / "vocabulary.arrow"
    file.write_bytes(file.read_bytes().replace(b"abc", b"aac"))
    with pytest.raises(FormatError, match="the word 'a' occurs twice"):
        check_values(folder, read_contents(folder))
    with pytest.raises(FormatError, match=r"vocabulary.arrow has a word twice"):
        firth.load(folder, check_values=True)


@pytest.mark.parametrize(
    ("names", "metadata", "message"),
    [
        (["word", "count", "count"], {}, "expected columns word: string, count: int64"),
        (["word", "count"], {b"version": b"\xff"}, "vocabulary version �; this firth reads"),
        (["word", "count"], {b"total": b"\xff"}, "the counts are damaged"),
    ],
)
def test_vocabularies(names, metadata, message, tmp_path):
    folder = model(tmp_path / "m")
    file = folder / "vocabulary.arrow"
    with pa.ipc.open_file(pa.py_buffer(file.read_bytes())) as reader:
        table = reader.read_all()
    new = pa.Table.from_arrays([table[name] for name in names], names)
    new = new.replace_schema_metadata({**table.schema.metadata, **metadata})
    with pa.ipc.new_file(file, new.schema) as writer:
        writer.write_table(new)
    with pytest.raises(FormatError, match=message):
        firth.load(folder)


def test_names_of_files_that_are_too_long(tmp_path):
    config = b'tensor_path: "' + b"t" * 9999 + b'"\nmetadata_path: "m.tsv"\n'
    (tmp_path / "projector_config.pbtxt").write_bytes(config)
    with pytest.raises(FormatError, match="expected a file within the folder") as raised:
        read_vectors(tmp_path, format="tensorboard")
    assert len(str(raised.value)) < 1000


def test_an_unknown_token_whose_numbers_signal_gives_no_warning(tmp_path):
    head = b'{"embeddings": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}}'
    data = len(head).to_bytes(8, "little") + head + bytes.fromhex("0100807f")
    (tmp_path / "model.safetensors").write_bytes(data)
    (tmp_path / "tokenizer.json").write_bytes(b'{"model": {"vocab": {"a": 0}, "unk_token": "a"}}')
    with pytest.raises(FormatError, match="the vector of 'a' holds a value that is not a finite"):
        read_vectors(tmp_path, format="model2vec")


def test_tokens_that_are_no_text(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / "tokenizer.json").write_bytes(
        b'{"model": {"vocab": {}}, "added_tokens": "\\ud800"}'
    )
    with pytest.raises(FormatError, match=r"'added_tokens' is .*; expected objects") as raised:
        read_vectors(tmp_path, format="model2vec")
    assert str(raised.value).encode()


@pytest.mark.parametrize("dtype", ["<f2", "<f4"])
def test_numbers_of_numpy_that_signal_give_no_warning(dtype, tmp_path):
    signals = np.array(
        [[0x7C01 if dtype == "<f2" else 0x7F800001]], "<u2" if dtype == "<f2" else "<u4"
    )
    np.save(tmp_path / "v.npy", signals.view(dtype))
    (tmp_path / "v.words.txt").write_bytes(b"a\n")
    with pytest.raises(FormatError, match=r"'a' .*not a finite number"):
        _ = read_vectors(tmp_path / "v.npy").norms


def test_a_table_with_fewer_than_no_rows_is_refused(tmp_path):
    """Arrow takes the figure of Parquet's end as it is: here 2 (04) became -2 (03)."""
    table = pa.table({"word": ["a", "b"], "vector": [[1.0], [2.0]]})
    pa.parquet.write_table(table, tmp_path / "t", compression=None)
    data = (tmp_path / "t").read_bytes()
    size = int.from_bytes(data[-8:-4], "little")
    # The end begins with the version, the number of columns' descriptions, then that of rows.
    at = data.index(b"\x16\x04\x19", len(data) - 8 - size)
    data = data[: at + 1] + b"\x03" + data[at + 2 :]
    refused(tmp_path, "v.parquet", data, "-2 rows are announced")


def test_many_lines_of_text_take_little_memory(tmp_path):
    """Where lines begin and end is known of some of them at a time, not of all that were read."""
    data = b"a 1\n" * 3_000_000
    (tmp_path / "v").write_bytes(b"a x\n" + data)
    tracemalloc.start()
    try:
        refused(tmp_path, "v", b"a x\n" + data, "'x' is no number", format="glove")
        assert tracemalloc.get_traced_memory()[1] < 40e6
    finally:
        tracemalloc.stop()
