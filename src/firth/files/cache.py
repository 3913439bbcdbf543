"""Where encoded corpora and indices are kept between runs, and for how long."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from firth.files.atomic import sync_file, sync_folder
from firth.files.places import KINDS
from firth.files.temporary import OwnedFolder, sweep

MAX_ENTRIES = 8
"""At most this many of a kind are kept, those used last."""

MAX_BYTES = 20 << 30
"""And at most this many bytes of them (20 GiB), apart from the one just made."""

MANIFESTS = {"corpora": "corpus.json", "neighbors": "neighbors.json"}
"""Of the kinds that are kept here: the file of an entry that says what it is."""

MANIFEST = MANIFESTS["corpora"]

_ENTRY = KINDS["corpora"]  # and those of "neighbors"


def temporary_place(root: Path) -> Path:
    """Find where entries are written, and where encoded corpora are that cannot be kept.

    In the cache folder, because that is on a disk; the system's temporary folder often is memory.
    """
    return root / "temporary"


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
    with suppress(OSError):
        doomed = OwnedFolder(temporary_place(folder.parent))
        with suppress(OSError):
            folder.rename(doomed.path / folder.name)
        doomed.remove()


def touch(folder: Path) -> None:
    """Mark an entry as used just now."""
    with suppress(OSError):
        os.utime(folder / MANIFEST)


def prune(root: Path, keep: str, manifest: str = MANIFEST) -> None:
    """Remove the entries used longest ago, beyond the limits of this module, and what is left over.

    Only folders that are named as firth names them and hold a manifest are looked at.

    Parameters
    ----------
    root : Path
        The cache folder.
    keep : str
        Key of the entry in use, which stays.
    manifest : str
        One of :data:`MANIFESTS`: the file that tells when an entry was used.
    """
    sweep(temporary_place(root))
    entries = []
    with suppress(OSError):
        for folder in root.iterdir():
            if _ENTRY.fullmatch(folder.name) and folder.name != keep:
                with suppress(OSError):
                    used = (folder / manifest).stat().st_mtime
                    size = sum(path.stat().st_size for path in folder.iterdir())
                    entries.append((used, size, folder))
    total = 0
    for number, (_, size, folder) in enumerate(sorted(entries, reverse=True), start=2):
        total += size
        if number > MAX_ENTRIES or total > MAX_BYTES:
            remove(folder)
