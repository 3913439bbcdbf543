"""A model of fastText as bytes: large arrays are mapped where the file is plain, else read."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.corpus.compression import ByteSource, open_bytes
from firth.errors import CorpusError, FormatError
from firth.formats.source import BLOCK, VectorSource
from firth.vectors.matrix import read_only


class ModelFile(VectorSource):
    """The bytes of a model in turn.

    Parameters
    ----------
    path : Path
        The file.
    source : ByteSource or binary file
        Its bytes; a file may be mapped.
    size : int, optional
        How many there are; None if they are compressed.
    """

    def __init__(self, path: Path, source: ByteSource | BinaryIO, size: int | None) -> None:
        super().__init__(path, source, size)
        self._file = None if isinstance(source, ByteSource) else source
        self._map: mmap.mmap | None = None

    def skip(self, size: int, what: str) -> None:
        """Pass over bytes that must be there."""
        if self._file is not None:
            self.need(size, what)
            self.offset += size
            self._back = b""
            self._file.seek(self.offset)
            return
        while size:
            size -= len(self.exactly(min(size, BLOCK), what))

    def unpack(self, layout: str, what: str) -> tuple[Any, ...]:
        """Take some numbers, laid out as :mod:`struct` says."""
        return struct.unpack(layout, self.exactly(struct.calcsize(layout), what))

    def array(self, rows: int, columns: int, kept: int, dtype: str, what: str) -> NDArray[Any]:
        """Take a matrix of numbers, (rows, columns); return its first `kept` rows, read-only.

        A map need not begin where such numbers usually do (it is not "aligned"): NumPy copes, and
        Numba compiles for it. (MADV_POPULATE_READ enters 2.4 GB of pages in 0.09 s, but a model
        that large loaded no faster with it, whether the file was in memory or not.)
        """
        item = np.dtype(dtype).itemsize
        self.need(rows * columns * item, what)
        start = self.offset
        if self._file is None or not kept * columns:
            found = self._read(kept, columns, dtype, what)
        else:
            if self._map is None:
                self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
            found = np.frombuffer(self._map, dtype, kept * columns, start).reshape(kept, columns)
        taken = self.offset - start
        self.skip(rows * columns * item - taken, what)
        return read_only(found)

    def _read(self, rows: int, columns: int, dtype: str, what: str) -> NDArray[Any]:
        try:
            found = np.empty((rows, columns), dtype)
        except (MemoryError, ValueError) as error:
            raise self.error(
                self.offset, f"{what} are {rows:,} x {columns:,} numbers, more than memory holds"
            ) from error
        room = found.reshape(-1).view(np.uint8)
        for at in range(0, len(room), BLOCK):
            part = room[at : at + BLOCK]
            part[:] = np.frombuffer(self.exactly(len(part), what), np.uint8)
        return found


@contextmanager
def open_model(path: Path) -> Iterator[ModelFile]:
    """Open a model of fastText to read it from its beginning.

    Raises
    ------
    FormatError
        It cannot be read.
    """
    try:
        with open_bytes(path) as source:
            if source.compression is not None or not path.is_file():
                yield ModelFile(path, source, None)
            else:
                with path.open("rb") as file:
                    yield ModelFile(path, file, path.stat().st_size)
    except (CorpusError, OSError) as error:
        raise FormatError(str(error)) from error
