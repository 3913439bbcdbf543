"""A disk of a few megabytes that can be filled."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class SmallDisk:
    """A file system in memory, mounted on a folder; only root can mount one.

    Parameters
    ----------
    folder : Path
        Where; made.
    megabytes : int
        Its size.
    """

    def __init__(self, folder: Path, megabytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        size = f"size={megabytes}m"
        command = ["mount", "-t", "tmpfs", "-o", size, "chaos", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError(done.stderr.strip() or "mount failed")
        self.folder = folder

    def fill(self, spare: int) -> None:
        """Leave `spare` bytes free."""
        with (self.folder / "filler").open("wb", buffering=0) as file:
            free = os.statvfs(self.folder)
            n_bytes = max(0, free.f_bavail * free.f_bsize - spare)
            file.write(bytes(n_bytes))

    def empty(self) -> None:
        """Give back what :meth:`fill` took."""
        (self.folder / "filler").unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount it."""
        subprocess.run(["umount", "-l", str(self.folder)], capture_output=True, check=False)


def why_no_small_disk(root: Path) -> str | None:
    """Return why there cannot be one, None if there can."""
    if os.geteuid() != 0:
        return "only root may mount one"
    try:
        SmallDisk(root / "probe", 1).close()
    except OSError as error:
        return str(error)
    return None
