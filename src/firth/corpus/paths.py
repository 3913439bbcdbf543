"""Paths as users give them → the files that they stand for."""

from __future__ import annotations

import glob
import re
import stat
import warnings
from collections.abc import Iterator
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Any

from firth.corpus.compression import STDIN
from firth.corpus.stores import File, is_address, remote_files
from firth.errors import CorpusError, CorpusWarning
from firth.files.cache import MANIFEST
from firth.files.given import given_path
from firth.files.output import CHECKPOINTS
from firth.files.places import KINDS

# As firth.model and firth.training.run.checkpoint name them; while a model is replaced, and after a
# crash, with 16 hex digits.
_MADE = re.compile(
    r"config\.json|(vectors\.([0-9a-f]{16}\.)?safetensors)"
    r"|(vocabulary\.([0-9a-f]{16}\.)?arrow)|config\.[0-9a-f]{16}\.json"
)
_CHECKPOINT = re.compile(r"task-\d{12}\.safetensors")


def is_path(item: Any) -> bool:
    """Whether an object names a file."""
    return isinstance(item, str | PathLike)


def expand(source: Any) -> Iterator[File]:
    """Find the files that a path stands for: itself, those in a folder, those of a glob.

    Parameters
    ----------
    source : str or PathLike
        As it was given; ``"-"`` is standard input. A string may be an address in a store.

    Yields
    ------
    Path, Remote, or "-"
        In the order of their names.

    Raises
    ------
    CorpusError
        There is none.
    """
    if source == STDIN:
        yield STDIN
        return
    if is_address(source):
        yield from remote_files(source)
        return
    path = given_path("source", source)
    if path.is_dir():
        yield from _files_of(path)
    elif path.exists() or not glob.has_magic(str(path)):
        if not path.exists():
            raise CorpusError(f"{path}: there is no such file or folder")
        yield path
    else:
        # Path.glob takes no absolute pattern.
        files: list[Path] = []
        for match in map(Path, sorted(glob.glob(str(path), recursive=True))):  # noqa: PTH207
            # With ** a folder matches beside the files in it; these would be read twice.
            if not match.is_dir():
                files += [] if _is_special(match) else [match]
            elif "**" not in str(path):
                files += _files_of(match)
        if not files:
            raise CorpusError(f"{path}: no file matches this pattern")
        yield from files


def _is_special(path: Path) -> bool:
    """Whether this is a pipe, a socket or a device: read if it is named, for it may never end."""
    with suppress(OSError):
        return not stat.S_ISREG(path.stat().st_mode)
    return False  # what cannot be looked at is an error when it is read


def _files_of(folder: Path) -> list[Path]:
    """List the files in a folder at any depth, but for hidden ones and what firth wrote."""
    files: list[Path] = []
    models: list[Path] = []
    seen: set[tuple[int, int]] = set()
    # Links come last, so that a file has the path of the folder that it is in, if that is read too.
    todo, links = [folder], list[Path]()
    while todo or links:
        parent = todo.pop() if todo else links.pop(0)
        try:
            status = parent.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            found = sorted(path for path in parent.iterdir() if not path.name.startswith("."))
        except OSError as error:
            raise CorpusError(f"cannot read {error.filename}: {error.strerror}") from error
        made = {path.name for path in found if _MADE.fullmatch(path.name)}
        is_model = "config.json" in made and any(name.startswith("vectors.") for name in made)
        if is_model:
            models.append(parent)
            if parent != folder:
                continue
            found = [path for path in found if path.name not in made]
        for path in found:
            if not path.is_dir():
                files += [] if _is_special(path) else [path]
            elif _is_cached(path) or (
                path.name == CHECKPOINTS and (is_model or _holds_checkpoints(path))
            ):
                models.append(path)
            else:
                (links if path.is_symlink() else todo).append(path)
    left_out = f"{_names(models)}: left out, as firth wrote it (a model, checkpoints, or a cache)"
    if not files:
        reason = f" ({left_out})" if models else ""
        raise CorpusError(f"{folder}: there is no file in this folder{reason}")
    if models:
        warnings.warn(left_out, CorpusWarning, stacklevel=2)
    return sorted(files)


def _holds_checkpoints(folder: Path) -> bool:
    return any(_CHECKPOINT.fullmatch(path.name) for path in folder.iterdir())


def _is_cached(folder: Path) -> bool:
    """Whether this is an entry of a cache: an encoded text, or compiled kernels."""
    kind = "kernels" if folder.parent.name == "kernels" else "corpora"
    whole = kind == "kernels" or (folder / MANIFEST).is_file()
    return bool(KINDS[kind].fullmatch(folder.name)) and whole


def _names(paths: list[Path]) -> str:
    first = ", ".join(map(str, sorted(paths)[:5]))
    return first + (f" and {len(paths) - 5:,} more" if len(paths) > 5 else "")
