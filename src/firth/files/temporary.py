"""Folders that are removed when nobody needs them any more, even if their maker was killed.

Beside each folder ``firth-…`` lies a file ``firth-….lock``, which its owner keeps locked
(``flock``). The system gives the lock up when the process ends, however it ends; so whoever can
lock the file of another knows that the owner is gone. A number of a process would not tell: numbers
are used again, and two containers that share a disk have the same ones.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

from firth.files.places import make_folder

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

STALE_SECONDS = 7 * 24 * 3600
"""On a disk that knows no locks, a folder in which nothing has changed for a week is removed."""

_LOCK = re.compile(r"firth-[0-9a-f]{16}\.lock")
_BUSY = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)


class OwnedFolder:
    """A new, private folder that belongs to this process.

    Parameters
    ----------
    place : Path
        Where to make it; made if need be.

    Attributes
    ----------
    path : Path
        The folder.

    Raises
    ------
    OSError
        Nothing can be written there.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> folder = OwnedFolder(place)
    >>> sweep(place), folder.path.exists()
    (0, True)
    >>> folder.remove()
    >>> list(place.iterdir())
    []
    """

    def __init__(self, place: Path) -> None:
        make_folder(place)
        self._process = os.getpid()
        while True:
            self.path = place / f"firth-{secrets.token_hex(8)}"
            self._lock = self.path.with_suffix(".lock")
            handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            # A sweep may have been faster, in the moment between these two lines.
            if _lock(handle) is not False and _is_at(handle, self._lock):
                break
            os.close(handle)
        self._handle = handle
        try:
            self.path.mkdir(mode=0o700)
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """Remove the folder, if it is still there; again does nothing.

        Nor does it in another process: one that was forked has the object too, but not the right.
        """
        if os.getpid() == self._process and self._handle >= 0:
            _remove(self.path, self._lock, self._handle)
            self._handle = -1


def sweep(place: Path) -> int:
    """Remove the folders in `place` whose owners are gone; return how many there were.

    Only what is named as :class:`OwnedFolder` names it and belongs to the same user is looked at.
    """
    count = 0
    with suppress(OSError):
        for lock in place.iterdir():
            if _LOCK.fullmatch(lock.name):
                with suppress(OSError):
                    count += _remove_if_left(lock)
    return count


def _remove_if_left(lock: Path) -> bool:
    handle = os.open(lock, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    folder = lock.with_suffix("")
    mine = not hasattr(os, "geteuid") or os.fstat(handle).st_uid == os.geteuid()
    free = _lock(handle) if mine else False
    if free is None:
        free = _idle_seconds(folder, lock) > STALE_SECONDS
    if not free or not _is_at(handle, lock):
        os.close(handle)
        return False
    _remove(folder, lock, handle)
    return True


def _remove(folder: Path, lock: Path, handle: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(handle)  # before the file goes: Windows does not remove what is open
    # What could not be removed keeps its lock file, so that a later sweep tries again.
    if not folder.exists():
        with suppress(OSError):
            lock.unlink()


def _lock(handle: int) -> bool | None:
    """Lock a file without waiting: True if done, False if another holds it, None if none can."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _BUSY else None
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


def _idle_seconds(folder: Path, lock: Path) -> float:
    last = 0.0
    for path in (lock, folder, *folder.rglob("*")):
        with suppress(OSError):
            last = max(last, path.stat().st_mtime)
    return time.time() - last
