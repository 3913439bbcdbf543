"""Files of one folder that change together: from the old ones to the new, at one moment.

No folder is renamed: a mount point cannot be, nor a folder of a container's image, and somebody may
stand in it. One file, the *record*, is replaced last and by one rename, which is that moment. It
holds a *generation*, 16 hex digits drawn anew by each save. A save of generation ``g``

1. writes the data files as ``vectors.g.safetensors``, …, beside those in use, and flushes them;
2. replaces the record: from here on the new files are valid;
3. gives the data files their plain names, ``vectors.safetensors``, …, in place of the old.

A reader takes the generation from the record, then each file by its name with the generation, or
else by its plain name: step 3 has been done for it. Nothing but the save that follows changes a
plain name later, and that replaces the record first. So if the record is the same after the reader
has opened all files as it was before, they are of one generation; if not, it starts over. Readers
write nothing.

Killed before step 2, a save leaves files that no record names; killed later, files with the
generation in their names, which are read as they are. So too where a plain name cannot be given, as
on Windows to a file whose predecessor is mapped. The next save removes what is left over.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from firth.errors import FormatError
from firth.files.atomic import replace_file, sync_file, sync_folder, temporary_name
from firth.files.parsing import parse_json

T = TypeVar("T")

PathOf = Callable[[str], Path]

#: A save waits so long for another one of the same folder.
LOCK_SECONDS = 60.0
#: How often it looks; a save that has ended leaves twice as long to those who wait.
_POLL_SECONDS = 0.002
#: Readers give up when the files have been replaced under their hands for so long, and so often.
READ_SECONDS, READ_ATTEMPTS = 30.0, 10
#: Where folders cannot be locked, leftovers may belong to a save that goes on, unless this old.
STALE_SECONDS = 24 * 3600

_GENERATION = r"[0-9a-f]{16}"


class FileSet(NamedTuple):
    """The names of files that belong together.

    Attributes
    ----------
    data : tuple of str
        Plain names of the files with the content.
    record : str
        Name of a JSON object that holds, beside whatever else, ``"generation"``.

    Examples
    --------
    >>> import json, tempfile
    >>> files = FileSet(("a.txt", "b.txt"), "record.json")
    >>> def write(path_of, generation):
    ...     for name in files.data:
    ...         _ = path_of(name).write_text(name)
    ...     _ = path_of(files.record).write_text(json.dumps({"generation": generation}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files.save(Path(folder), write)
    ...     print(sorted(path.name for path in Path(folder).iterdir()))
    ...     files.read(Path(folder), lambda path_of: path_of("a.txt").read_text())
    ['a.txt', 'b.txt', 'record.json']
    'a.txt'
    """

    data: tuple[str, ...]
    record: str

    def save(self, folder: Path, write: Callable[[PathOf, str], None]) -> None:
        """Replace all files, or none.

        Parameters
        ----------
        folder : Path
            Made, with its parents, if it does not exist. Other files in it stay.
        write : callable
            Gets a function from plain names to the paths where the files are to be written, all of
            them, and the generation, which goes into the record.

        Raises
        ------
        OSError
            Something cannot be written, or another process has been saving to the folder for long;
            the files are as they were.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder) as locked:
            self._remove_leftovers(folder, self._generation(folder), locked)
            generation = secrets.token_hex(8)
            paths = {n: folder / _with(n, generation) for n in (*self.data, self.record)}
            try:
                write(paths.__getitem__, generation)
                for path in paths.values():
                    sync_file(path)
                sync_folder(folder)
                replace_file(paths[self.record], folder / self.record)
            except BaseException:
                # Ctrl-C may have come just after the record was replaced.
                if self._generation(folder) != generation:
                    for path in paths.values():
                        with suppress(OSError):
                            path.unlink()
                raise
            sync_folder(folder)
            for name in self.data:
                _give_plain_name(paths[name], name)
            sync_folder(folder)
            self._remove_leftovers(folder, generation, locked)

    def read(self, folder: Path, read: Callable[[PathOf], T]) -> T:
        """Read files that are all of one save, whatever others do to the folder meanwhile.

        Parameters
        ----------
        folder : Path
            Where they are; nothing in it is changed.
        read : callable
            Gets a function from plain names to paths and opens each of these files once. It is
            called again if they have been replaced while it did so.

        Returns
        -------
        object
            What `read` returns.

        Raises
        ------
        FormatError
            The files are replaced without end.
        """
        give_up, attempts = time.monotonic() + READ_SECONDS, 0
        while attempts < READ_ATTEMPTS or time.monotonic() < give_up:
            attempts += 1
            generation = self._generation(folder)
            opened: list[Path] = []

            def path_of(name: str, g: str | None = generation, log: list[Path] = opened) -> Path:
                if g is None or not (path := folder / _with(name, g)).exists():
                    return folder / name
                log.append(path)
                return path

            try:
                result = read(path_of)
            except Exception:
                # A file may have got its plain name between the look at it and its opening.
                if self._generation(folder) == generation and all(p.exists() for p in opened):
                    raise
            else:
                if self._generation(folder) == generation:
                    return result
        raise FormatError(
            f"{folder} has been replaced {attempts} times while it was read; read it again when "
            "the process that saves to it has ended"
        )

    def is_leftover(self, name: str) -> bool:
        """Tell whether a file of this name in the folder comes from a save that was killed."""
        return self._leftover(name) is not None

    def _leftover(self, name: str) -> str | None:
        for plain in (*self.data, self.record):
            stem, suffix = map(re.escape, _parts(plain))
            ours = rf"{stem}\.({_GENERATION}){suffix}"
            if found := re.fullmatch(rf"{ours}|{temporary_name(ours, '[0-9a-f]{8}')}", name):
                return found[1] or found[2]
        return None

    def _generation(self, folder: Path) -> str | None:
        try:
            content = parse_json((folder / self.record).read_bytes())
        except (OSError, ValueError):
            return None
        generation = content.get("generation") if isinstance(content, dict) else None
        # It becomes part of a path.
        known = isinstance(generation, str) and re.fullmatch(_GENERATION, generation)
        return generation if known else None

    def _remove_leftovers(self, folder: Path, keep: str | None, locked: bool) -> None:
        with suppress(OSError):
            for path in folder.iterdir():
                generation = self._leftover(path.name)
                if generation is None or generation == keep:
                    continue
                with suppress(OSError):  # mapped by somebody, on Windows
                    if locked or time.time() - path.stat().st_mtime > STALE_SECONDS:
                        path.unlink()


def _parts(name: str) -> tuple[str, str]:
    path = Path(name)
    return path.stem, path.suffix


def _with(name: str, generation: str) -> str:
    stem, suffix = _parts(name)
    return f"{stem}.{generation}{suffix}"


def _give_plain_name(path: Path, name: str) -> None:
    """Rename; where that is not allowed the file keeps its name, by which readers find it."""
    plain = path.with_name(name)
    with suppress(OSError):
        try:
            path.replace(plain)
        except PermissionError:
            # Windows does not replace a file that is mapped, but it can get another name.
            plain.rename(path.with_name(_with(name, secrets.token_hex(8))))
            path.rename(plain)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Let saves to one folder take turns; give False where the system has no such locks."""
    if sys.platform == "win32":
        yield False
        return
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        yield _lock(folder, lambda: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB))
    finally:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)  # a forked child holds the file open too
        os.close(handle)
        # Who saves again and again would have the lock back before anyone looked for it.
        time.sleep(2 * _POLL_SECONDS)


def _lock(folder: Path, attempt: Callable[[], None]) -> bool:
    give_up = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            attempt()
            return True
        except BlockingIOError as error:
            if time.monotonic() > give_up:
                raise BlockingIOError(
                    error.errno, "another process is saving to it", str(folder)
                ) from error
            time.sleep(_POLL_SECONDS)
        except OSError:  # some network file systems
            return False
