"""A file of vectors that is read: its bytes in turn, decompressed, and what is wrong where."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from firth.corpus.compression import ByteSource, open_bytes
from firth.errors import CorpusError, CutOffError, FormatError
from firth.files.machine import available_cores

#: Bytes read at once.
BLOCK = 1 << 23


class VectorSource:
    """The bytes of a file from its beginning, and the place in them.

    Parameters
    ----------
    path : Path
        What error messages call it.
    source : ByteSource or raw binary file
        Its bytes, decompressed; a file if they are plain.
    size : int, optional
        How many there are, where that is known: not if they are compressed or come from a pipe.

    Attributes
    ----------
    offset : int
        Bytes taken so far.
    """

    def __init__(self, path: Path, source: ByteSource | BinaryIO, size: int | None) -> None:
        self.path, self.size, self.offset = path, size, 0
        self._source, self._back = source, b""

    def read(self, size: int) -> bytes:
        """Take `size` bytes, fewer only at the end."""
        back, self._back = self._back[:size], self._back[size:]
        try:
            data = self._source.read(size - len(back)) if len(back) < size else b""
        except CorpusError as error:
            raise FormatError(str(error)) from error
        except OSError as error:
            raise _unreadable(self.path, error) from error
        self.offset += len(back) + len(data)
        return back + data if back else data

    def fill(self, room: NDArray[np.uint8]) -> int:
        """Take bytes into an array, which may be used again; return how many, fewer at the end."""
        taken = min(len(self._back), len(room))
        room[:taken] = as_bytes(self._back[:taken])
        self._back = self._back[taken:]
        into = getattr(self._source, "readinto", None)
        try:
            while taken < len(room):
                if into is not None:
                    more = into(room[taken:].data)
                else:
                    data = self._source.read(len(room) - taken)
                    more = len(data)
                    room[taken : taken + more] = as_bytes(data)
                if not more:
                    break
                taken += more
        except CorpusError as error:
            raise FormatError(str(error)) from error
        except OSError as error:
            raise _unreadable(self.path, error) from error
        self.offset += taken
        return taken

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
            raise self.cut_off(
                start, f"{what} takes {size:,} bytes, but the file ends after {len(data):,} of them"
            )
        return data

    def need(self, size: int, what: str) -> None:
        """Make sure, before memory is taken, that so many bytes may follow."""
        if self.size is not None and size > self.size - self.offset:
            raise self.cut_off(
                self.offset,
                f"{what} need {size:,} bytes or more, but only {self.size - self.offset:,} follow",
            )

    def threads(self) -> int:
        """Return how many threads should read it: one, where there is less than a block."""
        small = self.size is not None and self.size < BLOCK
        return 1 if small else available_cores()

    def error(self, offset: int, problem: str) -> FormatError:
        """Say what is wrong at a byte."""
        return FormatError(self._text(offset, problem))

    def cut_off(self, offset: int, problem: str) -> CutOffError:
        """Say at a byte that the file ends too early."""
        return CutOffError(self._text(offset, problem))

    def _text(self, offset: int, problem: str) -> str:
        return (
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
            if source.compression is not None or not path.is_file():
                yield VectorSource(path, source, None)
                return
        # Without the layers that look for compression, each of which copies all bytes.
        with path.open("rb", buffering=0) as file:
            yield VectorSource(path, cast(BinaryIO, file), os.fstat(file.fileno()).st_size)
    except CorpusError as error:
        raise FormatError(str(error)) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> FormatError:
    return FormatError(f"{path}: cannot be read ({error.strerror or error})")


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
