r"""One safetensors file of words and vectors, for any program that opens safetensors.

::

    word_offsets  (V + 1,) int64     where each word begins in word_bytes, and the end
    counts        (V,) int64         where counts are known
    scales        (V,) float32       with int8 only: each row is to be multiplied by its own
    vectors       (V, dim)           float32, float64, float16 or int8
    word_bytes    (n,) uint8         the words in UTF-8, one behind the other

There is no convention for words in safetensors. The metadata of the header could hold them, but a
header may have 100 MB only, and every program reads all of it; a tensor may have any length, and is
mapped. These two are also what Arrow has in memory, so that they need not be copied. Whoever opens
the file needs three lines::

    tensors = safetensors.numpy.load_file("vectors.safetensors")
    data, at = tensors["word_bytes"].tobytes(), tensors["word_offsets"]
    words = [data[at[i]:at[i + 1]].decode() for i in range(len(at) - 1)]

Wide numbers come first, as the library of Hugging Face lays tensors out: each begins at a multiple
of its own size. Integers are in decimal digits, and ``"words": "integers"`` is in the metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.files.safetensors import Blocks, read_metadata, read_safetensors, write_safetensors
from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.precision import infinite_row, narrowed, row_scales, widened
from firth.formats.words import bytes_of
from firth.values import reason, shown
from firth.vectors.matrix import read_only

OFFSETS, BYTES, VECTORS, COUNTS, SCALES = (
    "word_offsets", "word_bytes", "vectors", "counts", "scales"
)  # fmt: skip
_DTYPES = ("F64", "F32", "F16", "I64", "I8", "U8")
_INTEGER = "^(0|-?[1-9][0-9]*)$"
#: Python refuses longer ones.
_MOST_DIGITS = 4000


def write_path(path: Path, contents: Contents, options: WriteOptions) -> None:
    """Write the file, whole or not at all."""
    write_tensors(path, *as_tensors(contents, options.dtype))


def as_tensors(
    contents: Contents, dtype: str | None = None
) -> tuple[dict[str, NDArray[Any] | Blocks], dict[str, str]]:
    """Lay out words and vectors as tensors by name, and metadata."""
    offsets, text = bytes_of(contents.words.array)
    dtype = dtype or str(contents.matrix.dtype)
    scales = row_scales(contents.matrix) if dtype == "int8" else None
    vectors = Blocks(np.dtype(dtype), contents.matrix.shape, narrowed(
        contents.matrix, dtype, scales
    ))  # fmt: skip
    tensors: dict[str, Any] = {
        OFFSETS: offsets, COUNTS: contents.counts, VECTORS: vectors, SCALES: scales, BYTES: text,
    }  # fmt: skip
    there = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    return there, {"words": "integers"} if contents.words.integers else {}


def write_tensors(
    path: Path, tensors: Mapping[str, NDArray[Any] | Blocks], metadata: Mapping[str, str]
) -> None:
    """Write tensors, the widest numbers first, and what else is said in the header."""
    widest_first = sorted(tensors, key=lambda name: -tensors[name].dtype.itemsize)
    write_safetensors(path, {name: tensors[name] for name in widest_first}, metadata)


def read_path(path: Path, options: ReadOptions) -> Contents:
    """Map the vectors, and take the words."""
    tensors = read_safetensors(path, _DTYPES, vectors=True)
    matrix = tensors.get(VECTORS)
    if matrix is None or matrix.ndim != 2 or matrix.dtype.kind not in "fi" or (
        matrix.dtype.kind == "i" and matrix.dtype != np.int8
    ):  # fmt: skip
        raise FormatError(
            f"{path}: there is no matrix {VECTORS!r} of floats or int8 among the tensors "
            f"{shown(list(tensors))}; expected {VECTORS}, {OFFSETS} and {BYTES}"
        )
    rows = len(matrix)
    scales = _one_a_row(path, tensors, SCALES, "f4", rows)
    if (matrix.dtype == np.int8) != (scales is not None):
        raise FormatError(
            f"{path}: {VECTORS!r} holds {matrix.dtype}, and there are "
            f"{'no ' if scales is None else ''}{SCALES}; int8 has one scale a row, others none"
        )
    counts = _one_a_row(path, tensors, COUNTS, "i8", rows)
    if counts is not None and counts.min() < 0:
        raise FormatError(f"{path}: the count of word {int(counts.argmin()) + 1:,} is below 0")
    words = _words(path, tensors, rows)
    if options.top is not None and options.top < rows:
        words = WordList(words.array.slice(0, options.top), words.integers)
        matrix = matrix[: options.top]
        scales = None if scales is None else scales[: options.top]
        counts = None if counts is None else counts[: options.top]
    wide = widened(matrix, scales)
    if wide is not matrix:  # what is mapped is looked at when it is asked
        row = infinite_row(wide)
        if row is not None:
            raise FormatError(
                f"{path}: the vector of {shown(words[row])} holds a value that is not a finite "
                "number; the file is damaged, copy or download it again"
            )
    return Contents(words, read_only(wide), counts)


def _one_a_row(
    path: Path, tensors: dict[str, NDArray[Any]], name: str, dtype: str, rows: int
) -> NDArray[Any] | None:
    found = tensors.get(name)
    if found is not None and (found.shape != (rows,) or found.dtype != np.dtype(dtype)):
        raise FormatError(
            f"{path}: {name!r} is {list(found.shape)} of {found.dtype}; expected "
            f"{np.dtype(dtype)}, one for each of the {rows:,} vectors"
        )
    return found


def _words(path: Path, tensors: dict[str, NDArray[Any]], rows: int) -> WordList:
    offsets, text = tensors.get(OFFSETS), tensors.get(BYTES)
    for name, found, dtype in ((OFFSETS, offsets, np.int64), (BYTES, text, np.uint8)):
        if found is None or found.ndim != 1 or found.dtype != dtype:
            raise FormatError(
                f"{path}: the words are to be in a tensor {name!r} of one axis, of "
                f"{np.dtype(dtype)}; it is not there, or is something else"
            )
    assert offsets is not None and text is not None
    if len(offsets) != rows + 1:
        raise FormatError(
            f"{path}: {OFFSETS!r} says where {len(offsets) - 1:,} words begin, but there are "
            f"{rows:,} vectors"
        )
    if offsets[0] or offsets[-1] != len(text) or (offsets[1:] < offsets[:-1]).any():
        raise FormatError(
            f"{path}: {OFFSETS!r} must rise from 0 to {len(text):,}, the bytes of {BYTES!r}; the "
            "file is damaged, copy or download it again"
        )
    array = pa.LargeStringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(text))
    try:
        array.validate(full=True)
    except pa.ArrowException as error:
        raise FormatError(f"{path}: the words are not UTF-8 ({reason(error)})") from error
    words = array if len(text) >= 1 << 31 else array.cast(pa.string())
    integers = read_metadata(path).get("words") == "integers"
    if integers and not (
        pc.all(pc.match_substring_regex(words, _INTEGER)).as_py()
        and pc.max(pc.binary_length(words)).as_py() <= _MOST_DIGITS
    ):
        raise FormatError(f"{path}: the words are said to be integers, but one is not")
    return WordList(words, integers)
