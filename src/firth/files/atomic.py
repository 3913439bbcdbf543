"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# On Windows a file that somebody has open is not replaced; readers close theirs soon.
_WAITS = os.name == "nt"
_PAUSES = (0.01, 0.03, 0.1, 0.3, 1.0)


def temporary_name(name: str, token: str) -> str:
    """Name the file in which `name` is written; `token` is eight hex digits, or their pattern."""
    return f".{name}.{token}.tmp"


@contextmanager
def atomic_path(target: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `target` that replaces it when the block ends well.

    The bytes are flushed to the disk (``fsync``) before the rename, so that a crash at any moment
    leaves either the old file or the whole new one. If the block raises, the old file stays.

    Parameters
    ----------
    target : str or Path
        The file to write.

    Yields
    ------
    Path
        Where to write; in the folder of `target`, because a rename cannot cross file systems.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic_path(folder / "a.txt") as path:
    ...     _ = path.write_text("whole")
    >>> [p.name for p in folder.iterdir()]
    ['a.txt']
    """
    target = Path(target)
    temporary = target.with_name(temporary_name(target.name, secrets.token_hex(4)))
    # The system takes the process's umask from these rights, as from those of any new file.
    # tempfile makes files private, and to ask for the umask means to change it for a moment, in
    # which other threads would make files that everybody may write.
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
        sync_file(temporary)
        replace_file(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(target.parent)


def replace_file(source: Path, target: Path) -> None:
    """Give `source` the name `target`, in place of the file that has it.

    Raises
    ------
    OSError
        The system refuses; both are as they were.
    """
    for pause in _PAUSES if _WAITS else ():
        try:
            source.replace(target)
            return
        except PermissionError:
            time.sleep(pause)
    source.replace(target)


def sync_file(path: Path) -> None:
    """Flush a file's bytes to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries, where the system can do that (Windows cannot)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
