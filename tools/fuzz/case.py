"""An input of a reader: some files, and how they are opened."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

_ABOUT = "case.json"


class Case(NamedTuple):
    """Files, and how they are opened.

    Attributes
    ----------
    files : dict of str to bytes or None
        Content by name; a name may lead through folders. None is a folder.
    opened : str
        Name of what the reader is given; "" for the folder with all of them.
    options : mapping
        How it is read.
    plain : int
        Bytes of the largest content before it was compressed; 0 where nothing is.
    """

    files: dict[str, bytes | None]
    opened: str = ""
    options: Mapping[str, Any] = MappingProxyType({})
    plain: int = 0

    @property
    def size(self) -> int:
        """Bytes of all files, or those that they hold when decompressed."""
        return max(self.plain, sum(len(data or b"") for data in self.files.values()))


def put(case: Case, folder: Path, before: Case | None = None) -> Path:
    """Write the files of a case to a folder, and return what is to be opened.

    Parameters
    ----------
    case : Case
        The files.
    folder : Path
        Where to.
    before : Case, optional
        What lies there already: files that are the same are left alone. All others are made anew
        and never written over, since they may still be mapped.
    """
    there = {} if before is None else before.files
    if before is None or any(data is None or "/" in name for name, data in there.items()):
        shutil.rmtree(folder, ignore_errors=True)
        there = {}
        folder.mkdir(parents=True, exist_ok=True)
    # Names are put together as text: paths would take longer than the files.
    within = f"{folder}{os.sep}"
    for name, data in there.items():
        if name not in case.files or case.files[name] is not data:
            os.unlink(within + name)  # noqa: PTH108
    for name, data in case.files.items():
        if data is None:
            (folder / name).mkdir(parents=True, exist_ok=True)
        elif there.get(name) is not data:
            if "/" in name:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with open(within + name, "wb", buffering=0) as file:  # noqa: PTH123
                file.write(data)
    return folder / case.opened if case.opened else folder


def take(folder: Path, opened: str = "", **more: Any) -> Case:
    """Make a case of the files that are in a folder."""
    files: dict[str, bytes | None] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
        elif not any(path.iterdir()):
            files[path.relative_to(folder).as_posix()] = None
    return Case(files, opened, **more)


def keep(case: Case, folder: Path, **about: Any) -> None:
    """Save a case with what is said about it, to be run again by `kept`."""
    put(case, folder / "files")
    about |= {"opened": case.opened, "options": dict(case.options), "plain": case.plain}
    (folder / _ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")


def kept(folder: Path) -> tuple[Case, dict[str, Any]]:
    """Load what `keep` has saved."""
    about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    more = {name: about.pop(name) for name in ("opened", "options", "plain")}
    return take(folder / "files", **more), about
