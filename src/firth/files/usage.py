"""What the caches hold, and how it is removed."""

from __future__ import annotations

import os
import shutil
import stat
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from firth.errors import CacheWarning
from firth.files import cache
from firth.files.places import KINDS, cache_roots, trusted_roots

KEEP_DAYS = 60
"""Kernels that nobody has used for so long are removed."""

NOTABLE_BYTES = 10**9
"""Who keeps more than this should know."""


class Entry(NamedTuple):
    """A thing in a cache.

    Attributes
    ----------
    kind : str
        One of :data:`~firth.files.places.KINDS`.
    path : Path
        A folder or a file.
    size : int
        In bytes.
    used : float
        When it was used last, in seconds since 1970.
    """

    kind: str
    path: Path
    size: int
    used: float


def entries() -> list[Entry]:
    """List what the caches in use hold, by kind, what was used last first."""
    found = [entry for kind in KINDS if (root := _root(kind)) for entry in _entries(root, kind)]
    return sorted(found, key=lambda entry: (entry.kind, -entry.used))


def clear() -> list[Entry]:
    """Remove all that the caches in use hold; return what has gone.

    A process that has one of the things open keeps it until it ends.
    """
    before = entries()
    for entry in before:
        if entry.kind in cache.MANIFESTS:
            cache.remove(entry.path)
        elif entry.kind == "kernels":
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            with suppress(OSError):
                entry.path.unlink()
    for kind, manifest in cache.MANIFESTS.items():
        if (root := _root(kind)) is not None:
            cache.prune(root / kind, "", manifest)  # what killed runs have left
    return [entry for entry in before if not entry.path.exists()]


def forget_kernels(current: Path) -> None:
    """Mark a folder of kernels as used, and remove those not used for :data:`KEEP_DAYS`."""
    with suppress(OSError):
        os.utime(current)
        for entry in _entries(current.parent.parent, "kernels"):
            if entry.path != current and time.time() - entry.used > KEEP_DAYS * 86400:
                shutil.rmtree(entry.path, ignore_errors=True)


def mention_size(newest: Path) -> None:
    """Say so when `newest`, a corpus just kept, makes the cache larger than a gigabyte.

    Warns
    -----
    CacheWarning
        Of the size, and of how to see, empty and switch off the cache.
    """
    corpora = list(_entries(newest.parent.parent, "corpora", newest.parent))
    total = sum(entry.size for entry in corpora)
    others = sum(entry.size for entry in corpora if entry.path != newest)
    if others <= NOTABLE_BYTES < total:
        warnings.warn(
            f"{newest.parent} now keeps {total / 1e9:.1f} GB of encoded text, so that the same "
            f"text need not be read again (at most {cache.MAX_BYTES >> 30} GiB): "
            "`firth cache` shows and clears it, cache=False (--no-cache) switches it off",
            CacheWarning,
            stacklevel=3,
        )


def _root(kind: str) -> Path | None:
    if kind in ("kernels", "neighbors"):
        roots = (r for r in trusted_roots() if os.access(_existing(r), os.W_OK))
        return next(roots, None)
    return next(cache_roots(), None)


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _entries(root: Path, kind: str, folder: Path | None = None) -> Iterator[Entry]:
    with suppress(OSError):
        for path in (folder or root / kind).iterdir():
            if KINDS[kind].fullmatch(path.name) and not path.is_symlink():
                with suppress(OSError):  # just removed by another process
                    parts = [p.stat() for p in (path, *path.rglob("*"))]
                    used = (path / cache.MANIFESTS.get(kind, "")).stat().st_mtime
                    yield Entry(kind, path, sum(_bytes(part) for part in parts), used)


def _bytes(status: os.stat_result) -> int:
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
