"""Folders of other programs' formats that appear whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from firth.errors import ConfigError
from firth.files.atomic import replace_file, sync_file, sync_folder, temporary_name


@contextmanager
def atomic_folder(target: str | Path, names: Collection[str]) -> Iterator[Path]:
    """Give a new folder beside `target` that takes its name when the block ends well.

    What other programs read cannot say which of its files belong together, as firth's own models
    do (:mod:`firth.files.together`). So the folder is written beside, and renamed when it is whole.
    A folder of the same kind that was there steps aside for that moment: a reader finds the old
    one, the new one or, between two renames, none. If the block raises, the old one is as it was.

    Parameters
    ----------
    target : str or Path
        The folder to write. It may be empty, or hold nothing but files of these names.
    names : collection of str
        The files of such a folder. One that holds anything else belongs to somebody, and stays.

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    ConfigError
        There is a file at `target`, or a folder that holds something else.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "made"
    >>> with atomic_folder(folder, ["a.txt"]) as path:
    ...     _ = (path / "a.txt").write_text("whole")
    >>> [p.name for p in folder.iterdir()]
    ['a.txt']
    """
    place = Path(target).resolve()
    check_replaceable(place, names)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(temporary_name(place.name, secrets.token_hex(4)))
    new.mkdir()
    try:
        yield new
        for path in new.iterdir():
            sync_file(path)
        sync_folder(new)
        check_replaceable(place, names)
        _take_name(new, place)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    sync_folder(place.parent)


def check_replaceable(place: Path, names: Collection[str]) -> None:
    """Raise ConfigError if there is anything but an empty folder, or one with these files only."""
    if not place.is_dir():
        if place.exists():
            raise ConfigError(f"{place} is a file; name a folder to write to")
        return
    others = sorted(
        path.name for path in place.iterdir() if path.name not in names or not path.is_file()
    )
    if others:
        shown = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
        raise ConfigError(
            f"{place} holds something else ({shown}), which is not overwritten: name a new folder, "
            "or delete this one first"
        )


def _take_name(new: Path, place: Path) -> None:
    """Rename the new folder; the old one goes only when that is done."""
    if not place.exists():
        new.rename(place)
        return
    old = place.with_name(temporary_name(place.name, secrets.token_hex(4)))
    replace_file(place, old)
    try:
        new.rename(place)
    except BaseException:
        with suppress(OSError):
            old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)
