"""Files in object stores: addresses such as ``s3://bucket/logs/``, through Arrow's file systems.

Which stores there are, where credentials come from and what an address may say besides (a region,
another endpoint) is Arrow's matter: https://arrow.apache.org/docs/python/filesystems.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

import pyarrow as pa

from firth.errors import CorpusError
from firth.values import reason

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://(?:[^/?@]*@)?([^?]*)")
#: Bytes that are asked for at once: each request to a store takes its time.
_AT_ONCE = 8 << 20


@dataclass(frozen=True)
class Remote:
    """A file in a store.

    Attributes
    ----------
    name : str
        Its address, without keys and passwords.
    system : pyarrow.fs.FileSystem
        Where it is.
    path : str
        What it is called there.
    size : int
        Its bytes.
    changed : int or None
        When it was written, in nanoseconds, if that is known.
    """

    name: str
    system: Any
    path: str
    size: int
    changed: int | None

    def __str__(self) -> str:
        return self.name

    def open(self, *, seekable: bool = False) -> BinaryIO:
        """Open it, to be read from one end to the other, or in any order.

        Raises
        ------
        CorpusError
            It cannot be read.
        """
        with _errors(self.name):
            if seekable:
                return cast(BinaryIO, self.system.open_input_file(self.path))
            found = self.system.open_input_stream(self.path, compression=None, buffer_size=_AT_ONCE)
            return cast(BinaryIO, found)

    def now(self) -> Remote:
        """Return what is there now, under the same name."""
        with _errors(self.name):
            return _remote(self.name, self.system, self.system.get_file_info(self.path))


#: What stands for a file; ``"-"`` for standard input.
File: TypeAlias = str | Path | Remote


def is_address(source: Any) -> bool:
    """Whether this is the address of something in a store.

    >>> is_address("s3://bucket/a.txt"), is_address("a.txt"), is_address("C:/a.txt")
    (True, False, False)
    """
    return isinstance(source, str) and _ADDRESS.match(source) is not None


def remote_files(address: str) -> Iterator[Remote]:
    """Find the files that an address stands for: itself, those under it, those of a glob.

    Parameters
    ----------
    address : str
        In its path ``*`` stands for any letters but a slash, ``**`` for these too.

    Yields
    ------
    Remote
        In the order of their names; hidden ones, with a dot before, are left out.

    Raises
    ------
    CorpusError
        There is none, the store does not answer, or there is no such kind of store.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp()).resolve()
    >>> for name in ("a.txt", "b.csv", "c.txt"):
    ...     _ = (folder / name).write_text("the cat sat")
    >>> [file.size for file in remote_files(f"{folder.as_uri()}/*.txt")]
    [11, 11]
    """
    from pyarrow import fs

    scheme, where = _named(address)
    name = f"{scheme}://{where}"
    with _errors(name):
        system, path = fs.FileSystem.from_uri(address)
        pattern = None
        if "*" in path:
            pattern, path = path, path[: path.index("*")].rpartition("/")[0]
        info = system.get_file_info(path)
        if pattern is None and info.type == fs.FileType.File:
            yield _remote(name, system, info)
            return
        rest = "" if pattern is None else pattern[len(path) :].lstrip("/")
        deep = pattern is None or "/" in rest or "**" in rest
        selector = fs.FileSelector(path, allow_not_found=True, recursive=deep)
        found = [one for one in system.get_file_info(selector) if one.type == fs.FileType.File]
    begin = len(path.rstrip("/")) + 1
    files = [one for one in found if _is_wanted(one.path, begin, pattern)]
    if not files:
        raise CorpusError(
            f"{name}: "
            + ("no file matches this pattern" if pattern else "there is no such file or folder")
        )
    # The path is the end of the address, unless letters are written as %20 in that.
    before = (
        name.removesuffix(pattern or path) if name.endswith(pattern or path) else f"{scheme}://"
    )
    for one in sorted(files, key=lambda one: one.path):
        yield _remote(f"{before}{one.path}", system, one)


def _is_wanted(path: str, begin: int, pattern: str | None) -> bool:
    if any(part.startswith(".") for part in path[begin:].split("/")):
        return False
    if pattern is None:
        return True
    pieces = (re.escape(piece).replace(r"\*", "[^/]*") for piece in pattern.split("**"))
    return re.fullmatch(".*".join(pieces), path) is not None


def _named(address: str) -> tuple[str, str]:
    found = _ADDRESS.match(address)
    assert found is not None
    return found[1], found[2]


def _remote(name: str, system: Any, info: Any) -> Remote:
    return Remote(name, system, info.path, info.size or 0, info.mtime_ns)


@contextmanager
def _errors(name: str) -> Iterator[None]:
    """Say of an address what Arrow says is wrong."""
    try:
        yield
    except FileNotFoundError as error:
        raise CorpusError(f"{name}: there is no such file") from error
    except (OSError, pa.ArrowException, ValueError, ImportError) as error:
        raise CorpusError(f"cannot read {name}: {reason(error)}") from error
