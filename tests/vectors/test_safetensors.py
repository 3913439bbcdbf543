"""The format of vectors.safetensors, pinned by literal bytes, and every way it can be damaged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from firth.errors import FormatError
from firth.files.safetensors import read_safetensors, write_safetensors

MATRIX = np.array([[1.0, -2.0], [0.5, 0.0]], dtype=np.float32)
HEADER = b'{"input":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}'
LITERAL = (
    (120).to_bytes(8, "little")
    + HEADER
    + b" " * (120 - len(HEADER))
    + bytes.fromhex("0000803f 000000c0 0000003f 00000000")
)


def test_bytes_are_these_and_no_others(tmp_path: Path) -> None:
    file = tmp_path / "v.safetensors"
    write_safetensors(file, {"input": MATRIX})
    assert file.read_bytes() == LITERAL


def test_the_library_reads_ours_and_we_read_the_librarys(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    tensors = {"input": MATRIX, "output": np.arange(6, dtype=np.float64).reshape(2, 3)}
    write_safetensors(ours, tensors, {"made by": "a test"})
    safetensors.numpy.save_file(tensors, theirs, {"made by": "a test"})
    for read in (safetensors.numpy.load_file(ours), read_safetensors(theirs)):
        assert set(read) == {"input", "output"}
        for name, tensor in tensors.items():
            assert read[name].dtype == tensor.dtype
            np.testing.assert_array_equal(read[name], tensor)


def test_matrices_are_plain_arrays_mapped_and_read_only(tmp_path: Path) -> None:
    file = tmp_path / "v"
    write_safetensors(file, {"input": MATRIX})
    matrix = read_safetensors(file)["input"]
    assert type(matrix) is np.ndarray
    assert isinstance(matrix.base, np.memmap)  # nothing was read, and the map stays open
    assert matrix.ctypes.data % 64 == 0
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 1


def test_a_file_that_is_mapped_stays_as_it_was_when_it_is_written_again(tmp_path: Path) -> None:
    file = tmp_path / "v"
    write_safetensors(file, {"input": np.ones((100_000, 4), np.float32)})
    with file.open("rb") as before:
        # Not through the map: a file that was cut off under it would end this process.
        write_safetensors(file, {"input": MATRIX})
        assert os.fstat(before.fileno()).st_size > 1_600_000
    np.testing.assert_array_equal(read_safetensors(file)["input"], MATRIX)


def test_padded_rows_are_written_without_their_padding(tmp_path: Path) -> None:
    padded = np.arange(80_000, dtype=np.float32).reshape(20_000, 4)  # more rows than one block
    write_safetensors(tmp_path / "v", {"input": padded[:, :3]})
    np.testing.assert_array_equal(read_safetensors(tmp_path / "v")["input"], padded[:, :3])


def with_header(header: object, data: bytes = b"\0" * 16) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(**changes: object) -> dict[str, object]:
    return {"t": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16], **changes}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no header in a file of 0 bytes"),
        (LITERAL[:5], "no header in a file of 5 bytes"),
        (LITERAL[:100], "a header of 120 bytes in a file of 100 bytes"),
        (b"word2vec text, not this", "a header of .* bytes in a file of 23 bytes"),
        (b"\xff" * 8 + LITERAL[8:], "a header of 18,446,744,073,709,551,615 bytes"),
        (LITERAL[:-1], r"'input' ends at byte 144, but the file has only 143 bytes; it was cut"),
        (LITERAL + b"more", "describes 144 bytes, the file has 148"),
        (with_header(b"{]"), "not JSON"),
        (with_header(b"\xff\xfe"), "not JSON"),
        (with_header(b"[" * 100_000), "not JSON .brackets are nested too deeply"),
        (with_header(b'{"t":' * 100_000), "nested too deeply"),
        (with_header([1]), "list, not an object"),
        (with_header({"t": 3}), "'t' is described by 3"),
        (with_header(entry(dtype="BF16")), "dtype 'BF16'; expected F32 or F64"),
        (with_header(entry(shape=[4])), r"shape \[4\]; expected two"),
        (with_header(entry(shape=[2, -2])), r"shape \[2, -2\]; expected two"),
        (with_header(entry(shape=[0, 2], data_offsets=[0, 0])), r"shape \[0, 2\]; both"),
        (with_header(entry(shape=[2, 3])), "takes 24 bytes, but data_offsets .* hold 16"),
        (with_header(entry(data_offsets=None)), "data_offsets None; expected two"),
        (with_header(entry(data_offsets=[16, 0])), r"data_offsets \[16, 0\] hold -16"),
        (with_header(entry(data_offsets=[8, 24])), "ends at byte"),
    ],
)
def test_damage_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "bad.safetensors"
    file.write_bytes(content)
    with pytest.raises(FormatError, match=message) as caught:
        read_safetensors(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        read_safetensors(tmp_path / "none")
