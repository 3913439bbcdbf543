"""Writing folders so that a failure at any moment leaves the old content or the new, whole.

A folder cannot be replaced by one rename if it holds files. So the new content is written beside
it, under a hidden name, and brought to the disk; then two renames put the old folder aside and
the new one in its place. A process killed between the two leaves no folder but a complete one put
aside, which the next :func:`recover` (called by each load and each save) moves back.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from firth.errors import ConfigError
from firth.files.atomic import sync_file, sync_folder

#: Folder within an output folder where a run keeps its checkpoints.
CHECKPOINTS = "checkpoints"


def replace_folder(folder: Path, write: Callable[[Path], None]) -> None:
    """Replace the content of a folder in one step.

    Files in the folder that the new content does not name stay there.

    Parameters
    ----------
    folder : Path
        The folder; made, with its parents, if it does not exist.
    write : callable
        Receives an empty folder and writes the new files into it.

    Raises
    ------
    OSError
        Something cannot be written; the folder is as it was before.
    """
    folder = Path(folder).resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    recover(folder)
    fresh, aside = folder.with_name(f".{folder.name}.firth-new-{os.getpid()}"), _aside(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        write(fresh)
        for file in fresh.iterdir():
            sync_file(file)
        sync_folder(fresh)
        if folder.exists():
            shutil.copymode(folder, fresh)
            folder.rename(aside)
            try:
                fresh.rename(folder)
            except BaseException:
                aside.rename(folder)
                raise
        else:
            fresh.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _move_strangers(aside, folder)


def recover(folder: Path) -> None:
    """Finish a replacement of `folder` that was killed half-way.

    If the folder is gone, the one put aside comes back; if both are there, the new one is
    complete and only what it does not name is taken over from the old.
    """
    folder = Path(folder).resolve()
    aside = _aside(folder)
    if aside.exists():
        if folder.exists():
            _move_strangers(aside, folder)
        else:
            aside.rename(folder)


def check_writable(folder: str | Path) -> None:
    """Make sure that `folder` can be made or written, before long work begins.

    Raises
    ------
    ConfigError
        It cannot; the message says why. Nothing stays behind.
    """
    target = Path(folder).resolve()
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    if target.exists() and not target.is_dir():
        raise ConfigError(f"{folder} is a file; name a folder to save to")
    if not parent.is_dir():
        raise ConfigError(f"{folder} cannot be made: {parent} is not a folder")
    probe = parent / f".{target.name}.firth-probe-{os.getpid()}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be written ({error.strerror or error}); name another folder"
        ) from error


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.firth-old")


def _move_strangers(aside: Path, folder: Path) -> None:
    if not aside.is_dir():
        return
    for item in aside.iterdir():
        if not (folder / item.name).exists():
            item.rename(folder / item.name)
    shutil.rmtree(aside, ignore_errors=True)
