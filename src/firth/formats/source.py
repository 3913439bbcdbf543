"""A file of vectors that is read: its bytes in turn, decompressed, and what is wrong where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.corpus.compression import ByteSource, open_bytes
from firth.errors import CorpusError, FormatError

#: Bytes read at once.
BLOCK = 1 << 23


class VectorSource:
    """The bytes of a file from its beginning, and the place in them.

    Parameters
    ----------
    path : Path
        What error messages call it.
    source : ByteSource
        Its bytes, decompressed.
    size : int, optional
        How many there are, where that is known: not if they are compressed or come from a pipe.

    Attributes
    ----------
    offset : int
        Bytes taken so far.
    """

    def __init__(self, path: Path, source: ByteSource, size: int | None) -> None:
        self.path, self.size, self.offset = path, size, 0
        self._source, self._back = source, b""

    def read(self, size: int) -> bytes:
        """Take `size` bytes, fewer only at the end."""
        back, self._back = self._back[:size], self._back[size:]
        try:
            data = self._source.read(size - len(back)) if len(back) < size else b""
        except CorpusError as error:
            raise FormatError(str(error)) from error
        self.offset += len(back) + len(data)
        return back + data if back else data

    def read_all(self) -> bytes:
        """Take all that follows."""
        parts = [self.read(BLOCK)]
        while parts[-1]:
            parts.append(self.read(BLOCK))
        return b"".join(parts)

    def put_back(self, data: bytes) -> None:
        """Give back the last bytes that were taken: they come next."""
        self._back = data + self._back
        self.offset -= len(data)

    def peek(self, size: int) -> bytes:
        """Look at the next bytes."""
        data = self.read(size)
        self.put_back(data)
        return data

    def exactly(self, size: int, what: str) -> bytes:
        """Take `size` bytes that must be there."""
        start, data = self.offset, self.read(size)
        if len(data) < size:
            raise self.error(
                start, f"{what} takes {size:,} bytes, but the file ends after {len(data):,} of them"
            )
        return data

    def need(self, size: int, what: str) -> None:
        """Make sure, before memory is taken, that so many bytes may follow."""
        if self.size is not None and size > self.size - self.offset:
            raise self.error(
                self.offset,
                f"{what} need {size:,} bytes or more, but only {self.size - self.offset:,} follow",
            )

    def error(self, offset: int, problem: str) -> FormatError:
        """Say what is wrong at a byte."""
        return FormatError(
            f"{self.path}, byte {offset:,}: {problem}; the file is damaged or cut off, copy or "
            "download it again"
        )


@contextmanager
def open_source(path: Path) -> Iterator[VectorSource]:
    """Open a file of vectors to read it from its beginning.

    Raises
    ------
    FormatError
        It cannot be read.
    """
    try:
        with open_bytes(path) as source:
            plain = source.compression is None and path.is_file()
            yield VectorSource(path, source, path.stat().st_size if plain else None)
    except (CorpusError, OSError) as error:
        raise FormatError(str(error)) from error


def new_matrix(source: VectorSource, rows: int, dim: int) -> NDArray[np.float32]:
    """Allocate a matrix that a header announces.

    Raises
    ------
    FormatError
        There is not so much memory.
    """
    try:
        return np.empty((rows, dim), np.float32)
    except (MemoryError, ValueError) as error:
        raise source.error(
            0, f"the header announces {rows:,} vectors of {dim:,} numbers, more than memory holds"
        ) from error


def as_bytes(data: Any) -> NDArray[np.uint8]:
    """View bytes as an array, without a copy."""
    return np.frombuffer(data, np.uint8)
