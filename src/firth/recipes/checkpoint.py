"""The classic run's checkpoint: everything that the rest of the run depends on, in one file."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from firth.errors import ConfigError, FormatError
from firth.files.atomic import atomic_path

CHECKPOINT_FILE = "checkpoint.npz"


@dataclass(frozen=True)
class Snapshot:
    """A run between two iterations.

    Attributes
    ----------
    state : ndarray (1249,) uint32
        The random generator.
    center, outside : ndarray (V, 10) float64
        The parameters.
    squares : ndarray (2, V or 0, 10) float64
        Adagrad's sums of squares, of centre and outside rows.
    costs : ndarray (reports,) float64
        The costs so far, one every 10 iterations, not smoothed.
    seconds : float
        Time spent so far.
    """

    state: npt.NDArray[np.uint32]
    center: npt.NDArray[np.float64]
    outside: npt.NDArray[np.float64]
    squares: npt.NDArray[np.float64]
    costs: npt.NDArray[np.float64]
    seconds: float

    def write(self, path: Path, run: str) -> None:
        """Write the file so that a crash leaves either the one before or this one, whole.

        `run` names the run; only the same one may go on from here.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(path) as partial, partial.open("wb") as file:
                np.savez(file, run=np.array(run), **vars(self))
        except OSError as error:
            raise ConfigError(
                f"{path} cannot be written ({error.strerror or error}); name another --output"
            ) from error

    @classmethod
    def read(cls, path: Path, run: str) -> Snapshot | None:
        """Read the file, or return None if there is none.

        Raises
        ------
        FormatError
            It is damaged.
        ConfigError
            It belongs to another run.
        """
        try:
            # Opened here: np.load forgets to close a file that turns out to be no archive.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                found = str(stored["run"])
                parts = {name: stored[name] for name in cls.__dataclass_fields__}
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise FormatError(
                f"{path} is not a checkpoint of this recipe ({error}); delete it to start anew"
            ) from error
        if found != run:
            raise ConfigError(
                f"{path} belongs to a run with other data or settings; delete it or name another "
                "--output"
            )
        return cls(**{**parts, "seconds": float(parts["seconds"])})
