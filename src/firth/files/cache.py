"""Where encoded corpora are kept between runs, and for how long."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from firth.files.atomic import sync_file, sync_folder
from firth.files.places import KINDS, make_folder

MAX_ENTRIES = 8
"""At most this many encoded corpora are kept, those used last."""

MAX_BYTES = 20 << 30
"""And at most this many bytes of them (20 GiB), apart from the one just made."""

STALE_SECONDS = 24 * 3600
"""Leftovers of a killed run are removed when nothing in them has changed for a day."""

MANIFEST = "corpus.json"

_ENTRY = KINDS["corpora"]
_UNFINISHED = re.compile(r"\.[0-9a-f]{32}-.+\.tmp")


def unfinished_folder(root: Path, key: str) -> Path:
    """Make a folder to write an entry in; no other process uses it.

    Raises
    ------
    OSError
        Nothing can be written under `root`.
    """
    make_folder(root)
    return Path(tempfile.mkdtemp(prefix=f".{key}-", suffix=".tmp", dir=root))


def publish(unfinished: Path, root: Path, key: str) -> Path:
    """Give a finished entry its name, all at once.

    Returns
    -------
    Path
        ``root / key``.

    Raises
    ------
    FileExistsError
        There is an entry of that name: another process was faster, or it is damaged.
    OSError
        The disk refuses.
    """
    for path in unfinished.iterdir():
        sync_file(path)
    sync_folder(unfinished)
    target = root / key
    try:
        unfinished.rename(target)
    except OSError as error:
        if target.exists():
            raise FileExistsError(f"{target} exists") from error
        raise
    sync_folder(root)
    return target


def remove(folder: Path) -> None:
    """Remove an entry such that no half of it can be taken for the whole."""
    try:
        doomed = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", suffix=".tmp", dir=folder.parent))
        folder.rename(doomed / "old")
    except OSError:
        return
    shutil.rmtree(doomed, ignore_errors=True)


def touch(folder: Path) -> None:
    """Mark an entry as used just now."""
    with suppress(OSError):
        os.utime(folder / MANIFEST)


def prune(root: Path, keep: str) -> None:
    """Remove the entries used longest ago, beyond the limits of this module, and stale leftovers.

    Only folders that are named as firth names them and hold a manifest are looked at.

    Parameters
    ----------
    root : Path
        The cache folder.
    keep : str
        Key of the entry in use, which stays.
    """
    entries = []
    with suppress(OSError):
        for folder in root.iterdir():
            if _UNFINISHED.fullmatch(folder.name) and _idle_seconds(folder) > STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
            elif _ENTRY.fullmatch(folder.name) and folder.name != keep:
                with suppress(OSError):
                    used = (folder / MANIFEST).stat().st_mtime
                    size = sum(path.stat().st_size for path in folder.iterdir())
                    entries.append((used, size, folder))
    total = 0
    for number, (_, size, folder) in enumerate(sorted(entries, reverse=True), start=2):
        total += size
        if number > MAX_ENTRIES or total > MAX_BYTES:
            remove(folder)


def _idle_seconds(folder: Path) -> float:
    last = folder.stat().st_mtime
    for path in folder.rglob("*"):
        with suppress(OSError):
            last = max(last, path.stat().st_mtime)
    return time.time() - last
