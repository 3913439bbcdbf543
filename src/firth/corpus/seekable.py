"""Files that can be read in any order, of streams that cannot.

What is compressed, comes from a pipe or lies in an archive is first written to a temporary file
without a name, which goes when it is closed, however this process ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from firth.corpus.compression import ByteSource, is_regular, open_file
from firth.corpus.stores import File, Remote
from firth.errors import CorpusError
from firth.files.cache import temporary_place
from firth.files.places import cache_roots, make_folder


@contextmanager
def seekable(stream: ByteSource, path: File | None) -> Iterator[BinaryIO]:
    """Open what a stream holds as a file that can be read in any order.

    Parameters
    ----------
    stream : ByteSource
        Decompressed if need be; nothing is read of it yet.
    path : Path, str, Remote or None
        Where it is from; None for a member of an archive.

    Yields
    ------
    binary file
        The file itself if it is one; else a temporary one.

    Raises
    ------
    CorpusError
        It cannot be read, or there is no space for it.
    """
    if stream.compression is None and path is not None and is_regular(path):
        with open_file(path if isinstance(path, Remote) else Path(path)) as file:
            yield file
        return
    with _temporary_file() as file:
        try:
            while data := stream.read(1 << 20):
                file.write(data)
        except OSError as error:
            raise CorpusError(
                f"{stream.name} cannot be written to a temporary file: {error.strerror or error}; "
                "set FIRTH_CACHE_DIR to a folder with more space, or save it to a file, unpacked"
            ) from error
        file.seek(0)
        yield file


def _temporary_file() -> Any:
    """Make a file without a name where there is a disk: temporary folders often are memory."""
    for root in cache_roots():
        place = temporary_place(root / "corpora")
        with suppress(OSError):
            make_folder(place)
            return tempfile.TemporaryFile(dir=place)
    return tempfile.TemporaryFile()
