"""Members of .zip and .tar archives, as files of a folder.

Members are read in the order of their names, not in that in which they lie there.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from firth.corpus.compression import ByteSource
from firth.corpus.seekable import seekable
from firth.corpus.stores import File
from firth.errors import CorpusError
from firth.values import reason

# Written by macOS beside the files that it packs.
_FOREIGN = "__MACOSX"


def members(stream: ByteSource, path: File, kind: str) -> Iterator[ByteSource]:
    """Open the members of an archive one after the other, in the order of their names.

    Hidden ones are left out, and whatever is no file: links, pipes, devices.

    Parameters
    ----------
    stream : ByteSource
        The archive, decompressed if need be; nothing is read yet.
    path : Path, str or Remote
        Where it is from.
    kind : str
        ``"zip"`` or ``"tar"``.

    Yields
    ------
    ByteSource
        Called ``ARCHIVE/MEMBER``.

    Raises
    ------
    CorpusError
        The archive is damaged, encrypted, an office file, or holds no file.
    """
    with seekable(stream, path) as file:
        try:
            named = _ZIP_OR_TAR[kind](file, stream.name)
        except CorpusError:
            raise
        except Exception as error:  # the library may raise anything where bytes are damaged
            raise _damaged(stream.name, error) from error
        visible = {name: open_member for name, open_member in named.items() if _is_visible(name)}
        if not visible:
            raise CorpusError(f"{stream.name}: there is no file in this archive")
        for name in sorted(visible, key=lambda name: PurePosixPath(name).parts):
            label = f"{stream.name}/{name}"
            yield ByteSource(label, cast(BinaryIO, _Member(label, visible[name])))


def _is_visible(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not any(
        part == _FOREIGN or (part.startswith(".") and part not in (".", "..")) for part in parts
    )


def _zip_members(file: BinaryIO, name: str) -> dict[str, Callable[[], Any]]:
    archive = zipfile.ZipFile(file)
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        raise CorpusError(
            f"{name} is an office file (.docx, .xlsx or .pptx) and no text; save its text to a "
            "file first"
        )
    if names[:1] == ["mimetype"]:
        first = _Member(f"{name}/mimetype", partial(archive.open, "mimetype"))
        kind = first.read(80).decode(errors="replace")
        raise CorpusError(
            f"{name} is a document ({kind}) and no text; save its text to a file first"
        )
    # Of two members of one name the later one counts, as when they are unpacked.
    return {
        info.filename: partial(archive.open, info)
        for info in archive.infolist()
        if not info.is_dir() and not _is_link(info)
    }


def _is_link(info: zipfile.ZipInfo) -> bool:
    return (info.external_attr >> 28) == 0xA


def _tar_members(file: BinaryIO, name: str) -> dict[str, Callable[[], Any]]:
    archive = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115 (closed with its file)
    found: dict[str, Callable[[], Any]] = {
        info.name: partial(archive.extractfile, info)
        for info in archive.getmembers()
        if info.isreg()
    }
    # A member whose description is damaged is taken for the end by `tarfile`.
    file.seek(archive.offset)
    if file.read(tarfile.BLOCKSIZE).strip(b"\0"):
        raise tarfile.ReadError(f"no member can be read from byte {archive.offset:,} on")
    return found


_ZIP_OR_TAR: dict[str, Callable[[BinaryIO, str], dict[str, Callable[[], Any]]]] = {
    "zip": _zip_members,
    "tar": _tar_members,
}


class _Member:
    """A member as a binary file, opened when it is first read; its errors say what it is."""

    def __init__(self, label: str, open_member: Callable[[], Any]) -> None:
        self._label, self._open = label, open_member
        self._file: Any = None

    def read(self, size: int = -1) -> bytes:
        try:
            self._file = self._file or self._open()
            return cast(bytes, self._file.read(size))
        except NotImplementedError as error:  # of zipfile; before RuntimeError, whose kind it is
            raise CorpusError(
                f"{self._label} is packed in a way that is not known here ({reason(error)}); "
                "unpack the archive first"
            ) from error
        except Exception as error:
            if type(error) is RuntimeError and "encrypted" in str(error):
                raise CorpusError(
                    f"{self._label} is encrypted; unpack the archive with its password first"
                ) from error
            raise _damaged(self._label, error) from error


def _damaged(name: str, error: Exception) -> CorpusError:
    return CorpusError(
        f"{name}: the archive is damaged or cut off ({reason(error)}); pack or download it again"
    )
