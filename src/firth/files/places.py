"""Where caches are, and whether what lies there can be trusted.

One function, :func:`cache_roots`, for all caches. The first of these folders is used:

1. ``FIRTH_CACHE_DIR``, if it is set;
2. ``$XDG_CACHE_HOME/firth``, or ``~/.cache/firth``;
3. a private folder below the system's folder for temporary files, for who has no home.

Compiled kernels are code that runs unasked, as Numba unpickles them, and faiss trusts the bytes of
an index of neighbours. So these are taken from a place only if no other user can have put them
there; corpora are data, and checked as such.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from firth.files.given import given_path, path_problem

#: What is kept: folders within a root, and how exactly firth names the things in them. Nothing that
#: has another name is ever removed.
KINDS = {
    "corpora": re.compile(r"[0-9a-f]{32}"),
    "kernels": re.compile(r"[0-9a-f]{16}"),
    "neighbors": re.compile(r"[0-9a-f]{32}"),
    "treebank": re.compile(r"datasetSentences\.txt"),
}


def cache_roots() -> Iterator[Path]:
    """Iterate over the folders that caches may be in, the preferred first; there may be none.

    They need not exist or be writable, but for the last, the private one, which is made.

    Raises
    ------
    ConfigError
        ``FIRTH_CACHE_DIR`` is the path of nothing: it names a user that there is not.
    """
    if named := os.environ.get("FIRTH_CACHE_DIR"):
        own = given_path("FIRTH_CACHE_DIR", named)
        with suppress(OSError):  # no current folder
            yield own.absolute()
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The XDG specification: relative paths are to be ignored.
    if not base.is_absolute() and path_problem("~") is None:
        base = Path("~/.cache").expanduser()
    if base.is_absolute():
        yield base / "firth"
    with suppress(OSError):  # no such folder, or another user took the name
        yield _private_root()


def cache_folder(kind: str) -> Path | None:
    """Return the folder for one of :data:`KINDS`; None if there is no place at all."""
    root = next(cache_roots(), None)
    return None if root is None else root / kind


def trusted_roots() -> Iterator[Path]:
    """Iterate over those of the roots in which nobody else can write, as far as can be told."""
    for root in cache_roots():
        with suppress(OSError):
            whole = root.resolve()
            if not whole.exists() or distrust(whole, whole) is None:
                yield whole


def trusted_folder(kind: str, name: str) -> Path | None:
    """Make ``root / kind / name`` in the first root where nobody else can write.

    Returns
    -------
    Path or None
        None if nothing can be written anywhere, or others could write everywhere.
    """
    for root in trusted_roots():
        with suppress(OSError):
            folder = root / kind / name
            make_folder(folder)
            if distrust(folder, root) is None:
                with tempfile.TemporaryFile(dir=folder):
                    return folder
    return None


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user alone.

    Raises
    ------
    OSError
        It cannot be made.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def distrust(folder: Path, root: Path) -> str | None:
    """Say why another user may have written what is in `folder`; None if nobody can have.

    Parameters
    ----------
    folder : Path
        A folder that exists.
    root : Path
        `folder` or one above it, without symbolic links; all from here on are looked at.

    Raises
    ------
    OSError
        The folder cannot be looked at.
    """
    if not hasattr(os, "geteuid"):  # Windows: below the user's profile
        return None
    within = [p for p in (folder, *folder.parents) if p.is_relative_to(root)]
    for part in within:
        status = part.lstat()
        if not stat.S_ISDIR(status.st_mode):
            return f"{part} is not a folder of its own"
        if status.st_uid != os.geteuid():
            return f"{part} belongs to another user (number {status.st_uid})"
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return f"others may write to {part}; chmod go-w forbids it"
    above = root.parent.stat().st_mode
    if above & stat.S_IWOTH and not above & stat.S_ISVTX:
        return f"others may replace {root}, as they may write to {root.parent}"
    return None


def _private_root() -> Path:
    user = os.geteuid() if hasattr(os, "geteuid") else "cache"
    # Symbolic links above it are the system's; the folder itself must be none.
    root = Path(tempfile.gettempdir()).resolve() / f"firth-{user}"
    with suppress(FileExistsError):
        root.mkdir(mode=0o700)
    if (reason := distrust(root, root)) is not None:
        raise PermissionError(reason)
    return root
