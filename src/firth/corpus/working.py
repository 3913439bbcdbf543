"""Folders to write in while a corpus is read."""

from __future__ import annotations

import errno
import tempfile
from contextlib import suppress
from pathlib import Path

from firth.errors import CorpusError
from firth.files import cache as caching
from firth.files.given import given_path
from firth.files.places import cache_roots
from firth.files.temporary import OwnedFolder, sweep


def working_folder(cache: str | Path | bool | None) -> OwnedFolder:
    """Make a folder where there is a disk, if possible: temporary folders often are memory."""
    if cache:
        return _swept(caching.temporary_place(given_path("cache", cache)))
    for root in cache_roots():
        with suppress(OSError):
            return _swept(caching.temporary_place(root / "corpora"))
    return _swept(Path(tempfile.gettempdir()))


def _swept(place: Path) -> OwnedFolder:
    folder = OwnedFolder(place)
    sweep(place)
    return folder


def unwritable(error: OSError, folder: Path | None, own_cache: bool) -> CorpusError:
    """Say that a folder cannot be written; `own_cache`: the caller chose it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy, kind = "free some space there, or ", "on a disk with more"
    else:
        remedy, kind = "", "that can be written"
    # FIRTH_CACHE_DIR helps wherever it was written: the other places come after it.
    place = "give another folder as cache=, one" if own_cache else "set FIRTH_CACHE_DIR to a folder"
    remedy += place
    return CorpusError(
        f"the encoded corpus cannot be written to {error.filename or folder}: "
        f"{error.strerror or error}; {remedy} {kind}"
    )
