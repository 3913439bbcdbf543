"""Checkpoints: everything that the rest of a run depends on, in one file that appears whole.

A checkpoint is a safetensors file with both matrices; its header holds, as JSON text, the position,
the configuration, the corpus's fingerprint and the history so far. Random draws are functions of
their place (:mod:`firth.training.engine.rng`), so no generator state is needed.

Files are written under another name, flushed to the disk and renamed; then all but the newest two
are removed. A process that is killed at any moment leaves the checkpoints before, whole.
"""

from __future__ import annotations

import json
import re
import time
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import CheckpointWarning, ConfigError, FormatError
from firth.files.output import CHECKPOINTS
from firth.files.parsing import checked, parse_json
from firth.files.safetensors import read_metadata, read_safetensors, write_safetensors
from firth.values import SECONDS, reason, shown

FORMAT_NAME, FORMAT_VERSION = "firth-checkpoint", 1
DEFAULT_EVERY = "10min"
#: Two, so that one is left if the disk damages the newest.
KEPT = 2
#: Unless an interval is asked for, writing takes at most this part of the time.
_SHARE_OF_TIME = 0.02
_NAME = re.compile(r"task-\d{12}\.safetensors")


class Interval(NamedTuple):
    """How often checkpoints are written; both None means never."""

    seconds: float | None = None
    words: int | None = None

    @classmethod
    def parse(cls, text: str | float | None) -> Interval:
        """Read ``"10min"``, ``"30s"``, ``"2h"``, ``"5000000w"`` (raw words) or ``"never"``.

        Raises
        ------
        ConfigError
            It is none of these.

        Examples
        --------
        >>> Interval.parse("10min")
        Interval(seconds=600.0, words=None)
        >>> Interval.parse("5000000w")
        Interval(seconds=None, words=5000000)
        """
        if text is None or text == "never":
            return cls()
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|min|h|w)\s*", str(text))
        number = float(found[1]) if found else 0.0
        if not found or not number or (found[2] == "w" and number != int(number)):
            raise ConfigError(
                f"checkpoint_every is {text!r}; it must be a time such as 10min, 30s or 2h, a "
                "number of words such as 5000000w, or never"
            )
        if found[2] == "w":
            return cls(words=int(number))
        return cls(seconds=number * SECONDS[found[2]])


class Checkpoint(NamedTuple):
    """A run at a quiet point.

    Attributes
    ----------
    position : int
        The first task that is not done.
    inputs, outputs : (rows, dim)
        The matrices, memory-mapped.
    state : dict
        The history so far, as :meth:`firth.training.run.history.Recorder.state` gives it.
    """

    position: int
    inputs: NDArray[Any]
    outputs: NDArray[Any]
    state: dict[str, Any]


class Checkpointer:
    """Writes a run's checkpoints when they are due, finds them, and removes them.

    Parameters
    ----------
    output : Path or None
        The model's folder; None turns all methods into no-ops.
    run : mapping
        What identifies the run, by name: only a run that agrees in all of it may go on from here.
    made_by : mapping
        What else the last digits depend on, by name, such as versions: a run may go on with
        another, which is a warning.
    every : str or None
        See :meth:`Interval.parse`; None is the default, every ten minutes, less often if writing
        one takes more than 12 seconds.
    """

    def __init__(
        self,
        output: Path | None,
        run: Mapping[str, Any],
        made_by: Mapping[str, Any],
        every: str | None = None,
    ) -> None:
        self.folder = None if output is None else output / CHECKPOINTS
        self.run, self.made_by = dict(run), dict(made_by)
        self.interval = Interval.parse(DEFAULT_EVERY if every is None else every)
        self.adapt = every is None
        self.last_time, self.last_words, self.cost = time.monotonic(), 0, 0.0

    def due(self, words: int) -> bool:
        """Tell whether it is time for one, `words` raw words into the run."""
        if self.folder is None:
            return False
        seconds, every_words = self.interval
        if every_words is not None:
            return words - self.last_words >= every_words
        if seconds is None:
            return False
        if self.adapt:
            seconds = max(seconds, self.cost / _SHARE_OF_TIME)
        return time.monotonic() - self.last_time >= seconds

    def write(self, checkpoint: Checkpoint, words: int) -> bool:
        """Write a checkpoint and remove all but the newest two; tell whether that went well.

        A failure (no space, no permission) must not end a run of days: it is a warning, and the
        checkpoints before stay.
        """
        if self.folder is None:
            return False
        started = time.monotonic()
        path = self.folder / f"task-{checkpoint.position:012}.safetensors"
        header = {
            "format": FORMAT_NAME,
            "format_version": FORMAT_VERSION,
            "made_by": self.made_by,
            "position": checkpoint.position,
            "run": self.run,
            "state": checkpoint.state,
        }
        matrices = {"input": checkpoint.inputs, "output": checkpoint.outputs}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._remove_partial()
            write_safetensors(path, matrices, {"firth": json.dumps(header)})
            for old in checkpoint_files(self.folder.parent)[KEPT:]:
                old.unlink()
        except OSError as error:
            warnings.warn(
                f"no checkpoint could be written to {self.folder} ({error.strerror or error}); "
                "training goes on, and earlier checkpoints are kept",
                CheckpointWarning,
                stacklevel=2,
            )
            return False
        finally:
            self.last_time, self.last_words = time.monotonic(), words
            self.cost = self.last_time - started
        return True

    def newest(self) -> Checkpoint | None:
        """Read the newest whole checkpoint, or return None if there is none.

        Raises
        ------
        FormatError
            There are some, but all are damaged.
        ConfigError
            It belongs to a run with another configuration or corpus; the message shows both.
        """
        if self.folder is None:
            return None
        problem: FormatError | None = None
        for path in checkpoint_files(self.folder.parent):
            try:
                header, checkpoint = _read(path)
            except FormatError as error:
                problem = problem or error
                continue
            self._compare(path, header["run"])
            self._warn_of_others(header["made_by"])
            return checkpoint
        if problem is not None:
            raise FormatError(f"{problem}; delete {self.folder} to start anew") from problem
        return None

    def exist(self) -> bool:
        """Tell whether there is any."""
        return self.folder is not None and bool(checkpoint_files(self.folder.parent))

    def clear(self) -> None:
        """Remove the checkpoints: the run has ended and its model is saved."""
        if self.folder is None or not self.folder.is_dir():
            return
        with suppress(OSError):
            for path in reversed(checkpoint_files(self.folder.parent)):
                path.unlink()
            self._remove_partial()
            self.folder.rmdir()

    def _remove_partial(self) -> None:
        assert self.folder is not None
        for path in self.folder.glob(".task-*.tmp"):
            path.unlink()

    def _compare(self, path: Path, stored: Mapping[str, Any]) -> None:
        changed = _changed(stored, self.run)
        if changed:
            raise ConfigError(
                f"{path} belongs to another run:\n" + "\n".join(changed) + "\n"
                "Give the same settings and corpus again to go on; or delete "
                f"{path.parent}, or name another folder, to start anew"
            )

    def _warn_of_others(self, stored: Mapping[str, Any]) -> None:
        changed = _changed(stored, self.made_by)
        if changed:
            warnings.warn(
                "the run goes on elsewhere than it began; the model will differ in the last digits "
                "from one that was never interrupted:\n" + "\n".join(changed),
                CheckpointWarning,
                stacklevel=2,
            )


def checkpoint_files(output: Path) -> list[Path]:
    """Return the checkpoints within an output folder, the newest first."""
    with suppress(OSError):
        found = [p for p in (output / CHECKPOINTS).iterdir() if _NAME.fullmatch(p.name)]
        return sorted(found, reverse=True)
    return []


def _changed(stored: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say, a line each, what differs."""
    return [
        f"  {name}: {_shown(stored, name)} in the checkpoint, {_shown(now, name)} now"
        for name in [*now, *(name for name in stored if name not in now)]
        if stored.get(name) != now.get(name)
    ]


def _shown(run: Mapping[str, Any], name: str) -> str:
    return shown(run[name]) if name in run else "absent"


def _read(path: Path) -> tuple[dict[str, Any], Checkpoint]:
    matrices = read_safetensors(path)
    try:
        text = checked(read_metadata(path), {"firth": str})["firth"]
        header = checked(parse_json(text), {"format": str, "format_version": int})
        if header["format"] != FORMAT_NAME or header["format_version"] != FORMAT_VERSION:
            made_by = checked(header, {"made_by": dict})["made_by"]
            raise FormatError(
                f"{path} is of format {shown(header['format'])} {header['format_version']}, "
                f"written by firth {shown(made_by.get('firth'))}; expected {FORMAT_NAME} "
                f"{FORMAT_VERSION}"
            )
        kinds = {"position": int, **dict.fromkeys(("run", "made_by", "state"), dict)}
        header = checked(header, kinds)
        parts = matrices["input"], matrices["output"]
        return header, Checkpoint(header["position"], *parts, header["state"])
    except (KeyError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{path} is not a checkpoint of firth ({reason(error)})") from error


def restore(matrix: NDArray[Any], stored: NDArray[np.floating]) -> None:
    """Copy a stored matrix (rows, dim) into one with padded rows (rows, stride).

    Raises
    ------
    FormatError
        They do not fit.
    """
    if stored.shape[0] != matrix.shape[0] or stored.dtype != matrix.dtype:
        raise FormatError(
            f"the checkpoint holds a matrix {stored.shape} {stored.dtype}; expected "
            f"{matrix.shape[0]} rows of {matrix.dtype}"
        )
    matrix[:, : stored.shape[1]] = stored
