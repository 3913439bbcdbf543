r"""A matrix as NumPy saves it, and the words in a text beside it.

::

    NAME.npy         the vectors, (V, D), float16, float32 or float64
    NAME.words.txt   the words, UTF-8, one a line, in the order of the rows

The matrix is mapped. An array of objects is a pickle, which could run code: it is refused.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.files.atomic import atomic_path
from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.precision import narrowed, widened
from firth.formats.words import bytes_of, read_list, refuse_words
from firth.vectors.matrix import FloatMatrix

FORBIDDEN = (r"[\n\r]", "a line feed or carriage return")
_TYPES = ("f2", "f4", "f8")
_LONGEST_HEADER = 1 << 16


def words_beside(path: Path) -> Path:
    """Return where the words of a matrix are."""
    return path.with_name(path.name.removesuffix(".npy") + ".words.txt")


def read_path(path: Path, options: ReadOptions) -> Contents:
    """Map the matrix, and read the words."""
    matrix = _map(path)
    beside = words_beside(path)
    if not beside.is_file():
        raise FormatError(
            f"{path} holds {len(matrix):,} vectors without their words: put these into {beside}, "
            "one a line, in the order of the rows"
        )

    def one_each(words: int) -> None:
        if words != len(matrix):
            raise FormatError(
                f"{beside} has {words:,} words, but {path} has {len(matrix):,} rows; each word "
                "has one row, in the same order"
            )

    words = read_list(beside, options.errors, one_each)
    if options.top is not None:
        words, matrix = WordList(words.array[: options.top]), matrix[: options.top]
    return Contents(words, widened(matrix))


def _map(path: Path) -> FloatMatrix:
    """Map the matrix; its header is read here, since NumPy's reader trusts it in places."""
    try:
        with path.open("rb") as file:
            begin, descr, shape = _read_header(path, file)
            length = os.fstat(file.fileno()).st_size
            needed = begin + shape[0] * shape[1] * np.dtype(descr).itemsize
            if length != needed:
                raise FormatError(
                    f"{path}: {shape[0]:,} x {shape[1]:,} numbers end at byte {needed:,}, but the "
                    f"file has {length:,} bytes; it was cut short, copy it again"
                )
            found = np.memmap(file, dtype=descr, mode="r", offset=begin, shape=shape)
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({error.strerror or error})") from error
    matrix: FloatMatrix = found.view(np.ndarray)
    return matrix


def _read_header(path: Path, file: BinaryIO) -> tuple[int, str, tuple[int, int]]:
    """Read where the numbers begin, what they are, and how many (NumPy enhancement proposal 1)."""
    head = file.read(12)
    wide = head[6:7] in (b"\x02", b"\x03")
    size = int.from_bytes(head[8 : 12 if wide else 10], "little")
    begin = (12 if wide else 10) + size
    if not head.startswith(b"\x93NUMPY") or len(head) < 12 or size > _LONGEST_HEADER:
        raise FormatError(f"{path}: it does not begin as a file of NumPy does")
    file.seek(begin - size)
    text = file.read(size)
    try:
        header: Any = ast.literal_eval(text.decode("latin-1").strip())
        descr, fortran = header["descr"], header["fortran_order"]
        rows, columns = header["shape"]
        plain = descr[0] in "<>" and descr[1:] in _TYPES and type(rows) is type(columns) is int
    except (ValueError, SyntaxError, TypeError, KeyError, IndexError, MemoryError, RecursionError):
        plain = False
    if not plain or fortran is not False or rows < 1 or columns < 1:
        raise FormatError(
            f"{path}: the header at byte 10 is {text[:200]!r}; expected an array of two axes, "
            "(words, dimensions), of float16, float32 or float64, row by row"
        )
    return begin, descr, (rows, columns)


def write_path(path: Path, contents: Contents, options: WriteOptions) -> None:
    """Write the words, then the matrix."""
    refuse_words(contents.words, *FORBIDDEN, "a list of words, one a line,")
    offsets, data = bytes_of(contents.words.array)
    lines = np.full(int(offsets[-1]) + len(contents.words), ord("\n"), np.uint8)
    places = np.ones(len(lines), bool)
    places[offsets[1:] + np.arange(len(contents.words))] = False
    lines[places] = data
    with atomic_path(words_beside(path)) as temporary:
        temporary.write_bytes(lines.tobytes())
    dtype = np.dtype(options.dtype or contents.matrix.dtype).newbyteorder("<")
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.lib.format.write_array_header_1_0(
            file,
            {"descr": dtype.str, "fortran_order": False, "shape": contents.matrix.shape},
        )
        for rows in narrowed(contents.matrix, dtype.name):
            file.write(np.ascontiguousarray(rows, dtype).data)
