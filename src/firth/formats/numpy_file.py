r"""A matrix as NumPy saves it, and the words in a text beside it.

::

    NAME.npy         the vectors, (V, D), float16, float32 or float64
    NAME.words.txt   the words, UTF-8, one a line, in the order of the rows

The matrix is mapped. An array of objects is a pickle, which could run code: it is refused.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.files.atomic import atomic_path
from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.source import as_bytes, open_source
from firth.formats.words import bytes_of, decode_words, joined, refuse_words

FORBIDDEN = (r"[\n\r]", "a line feed or carriage return")
_TYPES = ("f2", "f4", "f8")


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
    words = _read_words(beside, options)
    if len(words) != len(matrix):
        raise FormatError(
            f"{beside} has {len(words):,} words, but {path} has {len(matrix):,} rows; each word "
            "has one row, in the same order"
        )
    if options.top is not None:
        words, matrix = WordList(words.array[: options.top]), matrix[: options.top]
    if matrix.dtype == np.float16:
        matrix = matrix.astype(np.float32)
    return Contents(words, matrix.astype(matrix.dtype.newbyteorder("="), copy=False))


def _map(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.floating]]:
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, EOFError, SyntaxError, TypeError, OverflowError, MemoryError) as error:
        raise FormatError(
            f"{path}: not an array that can be mapped ({error}); expected two axes of float16, "
            "float32 or float64"
        ) from error
    if found.ndim != 2 or found.dtype.str[1:] not in _TYPES or 0 in found.shape:
        raise FormatError(
            f"{path}: an array of shape {found.shape} of {found.dtype}; expected (words, "
            "dimensions) of float16, float32 or float64"
        )
    plain: np.ndarray[tuple[int, ...], np.dtype[np.floating]] = found.view(np.ndarray)
    return plain


def _read_words(path: Path, options: ReadOptions) -> WordList:
    with open_source(path) as source:
        data = source.read_all()
        if data and not data.endswith(b"\n"):
            data += b"\n"
        array = as_bytes(data)
        ends = np.flatnonzero(array == ord("\n"))
        starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
        carried = (ends > starts) & (array[ends - 1] == ord("\r"))
        lengths = ends - starts - carried
        return joined([decode_words(source, array, starts, lengths, options.errors, 0)])


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
        for start in range(0, len(contents.matrix), 4096):
            file.write(np.ascontiguousarray(contents.matrix[start : start + 4096], dtype).data)
