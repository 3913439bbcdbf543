"""Paths as users give them → the files that they stand for."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Any

from firth.corpus.compression import STDIN
from firth.errors import CorpusError


def is_path(item: Any) -> bool:
    """Whether an object names a file."""
    return isinstance(item, str | PathLike)


def expand(source: Any) -> Iterator[str | Path]:
    """Find the files that a path stands for: itself, those in a folder, those of a glob.

    Parameters
    ----------
    source : str or PathLike
        As it was given; ``"-"`` is standard input.

    Yields
    ------
    Path, or "-"
        In the order of their names.

    Raises
    ------
    CorpusError
        There is none.
    """
    if source == STDIN:
        yield STDIN
        return
    path = Path(source).expanduser()
    if path.is_dir():
        yield from _files_of(path)
    elif path.exists() or not glob.has_magic(str(path)):
        if not path.exists():
            raise CorpusError(f"{path}: there is no such file or folder")
        yield path
    else:
        # Path.glob takes no absolute pattern.
        files: list[Path] = []
        for match in map(Path, sorted(glob.glob(str(path), recursive=True))):  # noqa: PTH207
            # With ** a folder matches beside the files in it; these would be read twice.
            if not match.is_dir():
                files += [] if _is_special(match) else [match]
            elif "**" not in str(path):
                files += _files_of(match)
        if not files:
            raise CorpusError(f"{path}: no file matches this pattern")
        yield from files


def _is_special(path: Path) -> bool:
    """Whether this is a pipe, a socket or a device: read if it is named, for it may never end."""
    with suppress(OSError):
        return not stat.S_ISREG(path.stat().st_mode)
    return False  # what cannot be looked at is an error when it is read


def _files_of(folder: Path) -> list[Path]:
    def fail(error: OSError) -> None:
        raise CorpusError(f"cannot read {error.filename}: {error.strerror}") from error

    files: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (Path(parent, name) for name in names if not name.startswith("."))
        files += [path for path in paths if not _is_special(path)]
    if not files:
        raise CorpusError(f"{folder}: there is no file in this folder")
    return sorted(files)
