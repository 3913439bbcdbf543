"""Byte streams of files, decompressed as their first bytes demand.

A further format is one entry of `COMPRESSIONS`.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import pyarrow as pa

from firth.corpus.stores import File, Remote
from firth.errors import CorpusError, CorpusWarning
from firth.values import reason

HEAD_BYTES = 10
STDIN = "-"


class Compression(NamedTuple):
    """How to know a compressed stream, and how to read it."""

    head: re.Pattern[bytes]
    open: Callable[[Any], Any]


def _open_zstd(raw: Any) -> Any:
    return pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")


# The standard library reads several members one after the other (`cat a.gz b.gz`), as the command
# line tools do. Zstandard entered it in Python 3.14 only; Arrow brings the codec everywhere.
# Text may begin with "BZh"; a level and the mark of a block, or of an end without one, follow.
COMPRESSIONS: dict[str, Compression] = {
    name: Compression(re.compile(head, re.DOTALL), reader)
    for name, head, reader in (
        ("gzip", rb"\x1f\x8b", lambda raw: gzip.GzipFile(fileobj=raw, mode="rb")),
        ("zstd", rb"\x28\xb5\x2f\xfd", _open_zstd),
        ("bzip2", rb"BZh[1-9](\x31\x41\x59\x26\x53\x59|\x17\x72\x45\x38\x50\x90)", bz2.BZ2File),
        ("xz", rb"\xfd7zXZ\x00", lzma.LZMAFile),
    )
}

# What the decompressors raise for damaged input, besides OSError.
# A header of xz may ask for any memory.
_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, pa.ArrowException, ValueError, MemoryError)


def compression_of(head: bytes) -> str | None:
    r"""Name the compression that a stream's first bytes announce, if any.

    >>> compression_of(b"\x1f\x8b\x08\x00")
    'gzip'
    >>> compression_of(b"plain text") is None
    True
    """
    for name, compression in COMPRESSIONS.items():
        if compression.head.match(head):
            return name
    return None


class ByteSource:
    """One input as a stream of decompressed bytes.

    Parameters
    ----------
    name : str
        What error messages call it.
    raw : binary file
        The bytes as stored; read from here on.
    size : int, optional
        Read no more bytes as stored: a log may grow as fast as it is read. By default to the end.

    Attributes
    ----------
    head : bytes
        The first bytes as stored, at most `HEAD_BYTES`.
    compression : str or None
        The entry of `COMPRESSIONS` in use.
    """

    def __init__(self, name: str, raw: BinaryIO, size: int | None = None) -> None:
        self.name = name
        self._raw = raw
        try:
            self.head = _read_full(raw, HEAD_BYTES)
        except OSError as error:
            raise CorpusError(f"cannot read {name}: {error.strerror or error}") from error
        self.compression = compression_of(self.head)
        # Put back what was looked at; pipes cannot seek.
        stream: Any = io.BufferedReader(_Rejoined(self.head, raw, size), 1 << 20)
        if self.compression is not None:
            stream = COMPRESSIONS[self.compression].open(stream)
        self._stream = stream
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """Look at the first `size` decompressed bytes that come next; they stay to be read."""
        if size > len(self._ahead):
            self._ahead += self._read(size - len(self._ahead))
        return self._ahead[:size]

    def read(self, size: int) -> bytes:
        """Read `size` bytes, fewer only at the end.

        Raises
        ------
        CorpusError
            The input cannot be read, or its compressed form is damaged or cut off.
        """
        ahead, self._ahead = self._ahead[:size], self._ahead[size:]
        return ahead + self._read(size - len(ahead)) if len(ahead) < size else ahead

    def _read(self, size: int) -> bytes:
        try:
            return _read_full(self._stream, size)
        except CorpusError:  # of an archive that this is a member of
            raise
        except (OSError, *_DAMAGE) as error:
            if self.compression is None:
                raise CorpusError(f"cannot read {self.name}: {reason(error)}") from error
            raise CorpusError(
                f"{self.name}: the {self.compression} data is damaged or cut off "
                f"({reason(error)}); compress or download the file again"
            ) from error


class _Rejoined(io.RawIOBase):
    """The bytes already read from a stream, then the rest of it, `size` in all at most."""

    def __init__(self, head: bytes, rest: BinaryIO, size: int | None) -> None:
        self._head = head
        self._rest = rest
        self._left = sys.maxsize if size is None else max(0, size - len(head))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._head:
            data = self._head[: len(buffer)]
            self._head = self._head[len(data) :]
        else:
            data = self._rest.read(min(len(buffer), self._left))
            self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def _read_full(stream: Any, size: int) -> bytes:
    parts = []
    while size > 0:
        part = stream.read(size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


@contextmanager
def open_bytes(path: File) -> Iterator[ByteSource]:
    """Open a file, or standard input for ``"-"``, and decompress it if need be.

    Parameters
    ----------
    path : Path, str or Remote
        The file; ``"-"`` for standard input.

    Yields
    ------
    ByteSource
        The stream.

    Warns
    -----
    CorpusWarning
        The file was changed in the meantime.

    Raises
    ------
    CorpusError
        There is no such file, or it may not be read.
    """
    if path == STDIN:
        if sys.stdin is None:
            raise CorpusError("standard input is closed, so that nothing can be read from it (-)")
        yield ByteSource("<stdin>", cast(BinaryIO, getattr(sys.stdin, "buffer", sys.stdin)))
        return
    if isinstance(path, Remote):
        with path.open() as raw:
            yield ByteSource(path.name, raw, path.size)
        now = path.now()
        if (now.size, now.changed) != (path.size, path.changed):
            _warn_of_change(path, path.size, now.size)
        return
    path = Path(path)
    with open_file(path) as raw:
        before = os.fstat(raw.fileno())
        # Where the system makes up what is in a file (/proc), its size is 0.
        regular = stat.S_ISREG(before.st_mode) and before.st_size > 0
        yield ByteSource(str(path), raw, before.st_size if regular else None)
        after = os.fstat(raw.fileno())
    at_rest = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if regular and not at_rest:
        _warn_of_change(path, before.st_size, after.st_size)


def _warn_of_change(path: Path | Remote, before: int, after: int) -> None:
    warnings.warn(
        f"{path} changed while it was read ({before:,} bytes before, {after:,} after): what was "
        "added is not read, and words may be lost or cut; read it again when it is at rest",
        CorpusWarning,
        stacklevel=3,
    )


def open_file(path: Path | Remote) -> BinaryIO:
    """Open a file for reading in any order; errors as `CorpusError`."""
    if isinstance(path, Remote):
        return path.open(seekable=True)
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise CorpusError(f"{path}: there is no such file") from error
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror or error}") from error


def is_regular(path: File) -> bool:
    """Whether a path is a plain file, which can be read twice (a pipe cannot).

    >>> is_regular("-")
    False
    """
    return isinstance(path, Remote) or (path != STDIN and stat.S_ISREG(Path(path).stat().st_mode))
