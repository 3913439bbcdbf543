"""Words and vectors in one safetensors file: by its bytes, as the library sees it, and damaged."""

from __future__ import annotations

import json
import mmap

import numpy as np
import pyarrow as pa
import pytest
import safetensors.numpy

from firth import WordVectors, read_vectors
from firth.errors import ConfigError, FormatError
from firth.files.safetensors import write_safetensors
from firth.formats.precision import narrowed, row_scales, widened
from firth.formats.reading import read_contents, recognised

WORDS = ["the", "", "Straße"]
MATRIX = np.array([[1, -0.5], [0, 0], [126, -254]], np.float32)
HEADER = (
    b'{"word_offsets":{"dtype":"I64","shape":[4],"data_offsets":[0,32]},'
    b'"counts":{"dtype":"I64","shape":[3],"data_offsets":[32,56]},'
    b'"vectors":{"dtype":"F32","shape":[3,2],"data_offsets":[56,80]},'
    b'"word_bytes":{"dtype":"U8","shape":[10],"data_offsets":[80,90]}}'
)
GOLDEN = (
    (312).to_bytes(8, "little") + HEADER.ljust(312)
    + np.array([0, 3, 3, 10, 9, 0, 5], "<i8").tobytes() + MATRIX.tobytes()
    + "theStraße".encode()
)  # fmt: skip


def saved(tmp_path, matrix=MATRIX, words=WORDS, **how):
    WordVectors(words, matrix, counts=[9, 0, 5]).save(tmp_path / "v.safetensors", **how)
    return tmp_path / "v.safetensors"


def test_these_bytes_are_written_and_read(tmp_path):
    path = saved(tmp_path)
    assert path.read_bytes() == GOLDEN
    found = read_vectors(path)
    assert list(found.words) == WORDS and found.counts.tolist() == [9, 0, 5]
    np.testing.assert_array_equal(found.matrix, MATRIX)
    top = read_vectors(path, top=2)
    assert list(top.words) == WORDS[:2] and top.counts.tolist() == [9, 0]


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int8"])
def test_the_library_reads_it_and_what_it_writes_is_read(dtype, tmp_path):
    path = saved(tmp_path, dtype=dtype)
    tensors = safetensors.numpy.load_file(path)
    data, at = tensors["word_bytes"].tobytes(), tensors["word_offsets"]
    assert [data[at[i] : at[i + 1]].decode() for i in range(len(at) - 1)] == WORDS
    assert tensors["vectors"].dtype == dtype
    times = tensors["scales"][:, np.newaxis] if dtype == "int8" else 1
    near = 0.005 if dtype == "int8" else 0
    np.testing.assert_allclose(tensors["vectors"] * times, MATRIX, rtol=0, atol=near)
    other = tmp_path / "again.safetensors"
    safetensors.numpy.save_file(tensors, other)  # without its metadata
    assert recognised(other) == "safetensors"
    found = read_vectors(other)
    np.testing.assert_array_equal(found.matrix, read_vectors(path).matrix)
    assert list(found.words) == WORDS


def test_the_matrix_is_mapped(tmp_path):
    for dtype, mapped in (("float32", True), ("float64", True), ("float16", False)):
        owner = read_contents(saved(tmp_path, dtype=dtype)).matrix
        while isinstance(getattr(owner, "base", None), np.ndarray):
            owner = owner.base
        assert isinstance(owner.base, mmap.mmap) == mapped


def test_integers_stay_integers(tmp_path):
    path = saved(tmp_path, words=[7, -5, 0])
    assert list(read_vectors(path).words) == [7, -5, 0]
    path.write_bytes(path.read_bytes().replace(b"7-50", b"7-5x"))
    with pytest.raises(FormatError, match="said to be integers, but one is not"):
        read_vectors(path)


def test_int8_is_within_half_a_scale():
    draw = np.random.default_rng(5)
    matrix = (draw.normal(size=(40_000, 7)) * np.exp(draw.normal(size=(40_000, 1)) * 8)).astype(
        "f4"
    )
    matrix[3] = 0
    scales = row_scales(matrix)
    small = np.concatenate(list(narrowed(matrix, "int8", scales)))
    assert small.dtype == np.int8 and np.abs(small).max() == 127 and scales[3] == 1
    error = np.abs(widened(small, scales) - matrix)
    assert (error <= 0.501 * scales[:, np.newaxis]).all()


def test_what_a_precision_cannot_hold_is_refused(tmp_path):
    large = MATRIX.astype(np.float64) * 1e5
    for name in ("v.safetensors", "v.npy", "v.parquet", "v.arrow"):
        with pytest.raises(ConfigError, match=r"word 1 holds 100000, but float16 holds .* 65504"):
            WordVectors(WORDS, large).save(tmp_path / name, dtype="float16")
        assert not (tmp_path / name).exists()
    for name in ("v.vec", "v.w2v", "v.glove"):
        with pytest.raises(ConfigError, match=r"word 1 holds 1e\+45, but float32"):
            WordVectors(["a", "b", "c"], large * 1e40).save(tmp_path / name)
    for dtype, problem in (("int8", "single precision"), ("float32", "up to 3.40282e[+]38")):
        with pytest.raises(ConfigError, match=problem):
            saved(tmp_path, large * 1e40, dtype=dtype)
    assert not list(tmp_path.glob("v.safe*"))


OFFSETS, TEXT = np.array([0, 3, 3, 10]), np.frombuffer("theStraße".encode(), np.uint8)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"vectors": None}, "no matrix 'vectors' of floats or int8 among the tensors .'word_off"),
        ({"vectors": np.arange(3.0)}, "no matrix 'vectors'"),
        ({"vectors": np.ones((3, 2), np.int64)}, "no matrix 'vectors'"),
        ({"word_offsets": OFFSETS.astype("i4")}, "dtype 'I32'; expected F64 or"),
        ({"word_offsets": OFFSETS.astype("f8")}, "'word_offsets' of one axis, of int64"),
        ({"word_offsets": OFFSETS[:3]}, "says where 2 words begin, but there are 3 vectors"),
        ({"word_offsets": OFFSETS - [1, 0, 0, 0]}, "must rise from 0 to 10"),
        ({"word_offsets": np.array([0, 3, 3, 11])}, "must rise from 0 to 10"),
        ({"word_offsets": np.array([0, 5, 3, 10])}, "must rise from 0 to 10"),
        ({"word_offsets": np.array([0, 8, 9, 10])}, "the words are not UTF-8"),
        ({"word_bytes": TEXT.reshape(1, 10)}, "'word_bytes' of one axis, of uint8"),
        ({"counts": np.arange(2)}, r"'counts' is \[2\] of int64; expected int64, one for each"),
        ({"counts": np.arange(3.0)}, "'counts' is .* of float64"),
        ({"counts": np.array([3, 1, -1])}, "count of word 3 is below 0"),
        ({"scales": np.ones(3, np.float32)}, "float32, and there are scales"),
        ({"vectors": np.ones((3, 2), np.int8)}, "int8, and there are no scales"),
        ({"scales": np.ones(3)}, "'scales' is .* of float64; expected float32"),
    ],
)
def test_damage_is_said(changed, problem, tmp_path):
    tensors = {"word_offsets": OFFSETS, "vectors": MATRIX, "word_bytes": TEXT, **changed}
    path = tmp_path / "v.safetensors"
    write_safetensors(path, {n: tensor for n, tensor in tensors.items() if tensor is not None})
    with pytest.raises(FormatError, match=problem) as error:
        read_vectors(path, format="safetensors")
    assert str(path) in str(error.value)


def test_a_value_that_is_not_finite_is_found_when_it_is_asked_for(tmp_path):
    damaged = MATRIX.copy()
    damaged[2, 1] = np.nan
    tensors = {"word_offsets": OFFSETS, "vectors": damaged, "word_bytes": TEXT}
    write_safetensors(tmp_path / "v.safetensors", tensors)
    found = read_vectors(tmp_path / "v.safetensors")
    with pytest.raises(FormatError, match="vector of 'Straße'"):
        found.most_similar("the")


def test_others_of_its_kind_are_told_apart(tmp_path):
    vectors = WordVectors(WORDS, MATRIX)
    vectors.save(tmp_path / "ours")
    with pytest.raises(FormatError, match=r"vectors.safetensors is a safetensors file without wor"):
        read_vectors(tmp_path / "ours" / "vectors.safetensors")
    vectors = WordVectors(["a", "b", "c"], MATRIX)
    vectors.save(tmp_path / "static", format="model2vec")
    with pytest.raises(FormatError, match=r"model.safetensors is a safetensors file without words"):
        read_vectors(tmp_path / "static" / "model.safetensors")
    with pytest.raises(FormatError, match="no matrix 'vectors'"):
        read_vectors(tmp_path / "static" / "model.safetensors", format="safetensors")


def test_many_words_in_any_order_of_tensors(tmp_path):
    words = [f"w{i}" for i in range(20_000)]
    matrix = np.random.default_rng(0).normal(size=(20_000, 3)).astype(np.float32)
    array = pa.array(words, pa.large_string())
    tensors = {
        "vectors": matrix,
        "word_bytes": np.frombuffer(array.buffers()[2], np.uint8),
        "other": np.zeros(1),
        "word_offsets": np.frombuffer(array.buffers()[1], np.int64)[:20_001],
    }
    write_safetensors(tmp_path / "v.safetensors", tensors, {"made by": json.dumps("somebody")})
    found = read_vectors(tmp_path / "v.safetensors")
    assert list(found.words) == words
    np.testing.assert_array_equal(found.matrix, matrix)
