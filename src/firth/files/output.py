"""Folders for results: may they be written, and where a result goes if it cannot be saved."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from firth.errors import ConfigError, SaveError
from firth.files.atomic import atomic_path

#: Folder within an output folder where a run keeps its checkpoints.
CHECKPOINTS = "checkpoints"


def check_place(folder: str | Path) -> None:
    """Make sure that `folder` is a folder, or that there can be one of that name.

    Raises
    ------
    ConfigError
        It is a file, or below one.
    """
    target = Path(folder)
    if target.is_dir():
        return
    if target.exists() or target.is_symlink():
        raise ConfigError(f"{folder} is a file; name a folder to save to")
    above = next(parent for parent in target.absolute().parents if parent.exists())
    if not above.is_dir():
        raise ConfigError(f"{folder} cannot be made: {above} is not a folder")


def check_writable(folder: str | Path) -> None:
    """Make sure that `folder` can be made and written, before long work begins.

    It does what will be done: makes the folder, writes a file in it and renames it.

    Raises
    ------
    ConfigError
        It cannot; the message says why. Nothing stays behind.
    """
    target = Path(folder)
    check_place(target)
    missing = [p for p in (target, *target.parents) if not p.exists()]
    probe = target / f".firth-probe-{secrets.token_hex(8)}.tmp"
    made = []
    try:
        for part in reversed(missing):
            part.mkdir()
            made.append(part)
        with atomic_path(probe) as path:
            path.write_bytes(b"firth")
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be written ({error.strerror or error}); name another folder"
        ) from error
    finally:
        with suppress(OSError):
            probe.unlink()
        for part in reversed(made):
            with suppress(OSError):
                part.rmdir()


def save_or_rescue(folder: Path, save: Callable[[Path], None]) -> None:
    """Save a result that took long to make; if that fails, save it to another place.

    The other place is ``NAME.firth-rescued-DATE-TIME`` beside the folder, or else in the system's
    folder for temporary files.

    Parameters
    ----------
    folder : Path
        Where the result should go.
    save : callable
        Saves to the folder that it is given.

    Raises
    ------
    SaveError
        `folder` could not be written. Its ``rescued`` is the folder that holds the result instead,
        None if there is none.
    """
    try:
        save(folder)
        return
    except OSError as error:
        cause = error
    problem = f"{folder} cannot be saved ({cause.strerror or cause}); what was there is unchanged"
    tried = []
    for make in _other_places(folder):
        place = None
        try:
            place = make()
            save(place)
        except OSError as error:
            if place is not None:
                shutil.rmtree(place, ignore_errors=True)
            tried.append(f"{error.filename or place}: {error.strerror or error}")
        else:
            raise SaveError(f"{problem}. It was saved to {place} instead", place) from cause
    raise SaveError(f"{problem}. Nor could it be saved elsewhere ({'; '.join(tried)})") from cause


def _other_places(folder: Path) -> Iterator[Callable[[], Path]]:
    absolute, token = folder.resolve(), secrets.token_hex(2)
    name = f"{absolute.name}.firth-rescued-{time.strftime('%Y%m%d-%H%M%S')}-{token}"

    def beside() -> Path:
        path = absolute.with_name(name)
        path.mkdir()
        return path

    yield beside
    yield lambda: Path(tempfile.mkdtemp(prefix=f"{name}-"))
