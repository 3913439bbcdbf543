"""What is kept of each run: its neighbours, the similarities asked for, its vectors if wanted.

A folder holds one file a run, which appears whole, and ``stability.json``, which says what the runs
are of; so whoever was stopped goes on after the last run that ended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.corpus.vocabulary import Vocabulary
from firth.errors import ConfigError, FormatError, SaveError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.files.output import check_writable
from firth.files.parsing import checked, parse_json
from firth.files.safetensors import read_safetensors, write_safetensors
from firth.values import reason
from firth.vectors.matrix import FloatMatrix, directions, scales
from firth.vectors.search import nearest

MANIFEST, VOCABULARY = "stability.json", "vocabulary.arrow"
VERSION = 1
#: Words whose neighbours are asked for, unless more are wanted: a run of 20 million words takes as
#: long as asking for the neighbours of 20,000 of 80,000 words.
WORDS = 12_000


class Run(NamedTuple):
    """What is kept of a run.

    Attributes
    ----------
    neighbors : (n, k) int32
        Rows of the nearest neighbours of the asked words, nearest first; -1 for none.
    cosines : (n, k) float32
        How near they are.
    similarities : (pairs,) float64
        Cosines of the pairs that were asked for.
    vectors : (V, dim) floats, or None
        All vectors, if they are kept.
    """

    neighbors: NDArray[np.int32]
    cosines: NDArray[np.float32]
    similarities: NDArray[np.float64]
    vectors: FloatMatrix | None = None

    @classmethod
    def of(
        cls,
        matrix: FloatMatrix,
        asked: NDArray[np.int64],
        k: int,
        pairs: NDArray[np.int64],
        keep: bool,
    ) -> Run:
        """Ask a model what is to be kept of it.

        Parameters
        ----------
        matrix : (V, dim) floats
            Its vectors; finite.
        asked : (n,) int
            Rows whose neighbours are wanted.
        k : int
            How many of each.
        pairs : (pairs, 2) int
            Rows whose similarity is wanted.
        keep : bool
            Keep all vectors.

        Examples
        --------
        >>> run = Run.of(np.eye(3, 2) + 1, np.array([0]), 1, np.array([[0, 2]]), keep=False)
        >>> run.neighbors.tolist(), run.similarities.round(3).tolist()
        ([[2]], [0.949])
        """
        known = scales(matrix)
        rows, cosines = nearest(matrix, known, matrix[asked], k, asked[:, np.newaxis])
        units = directions(matrix[pairs.ravel()]).reshape(len(pairs), 2, matrix.shape[1])
        return cls(
            rows.astype(np.int32),
            cosines.astype(np.float32),
            np.einsum("pd,pd->p", units[:, 0], units[:, 1]),
            matrix if keep else None,
        )


def asked_rows(n_words: int, words: int | None, named: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which words are asked for their neighbours, rising.

    Parameters
    ----------
    n_words : int
        Words of the vocabulary, the most frequent first.
    words : int or None
        How many to ask: five sixths are the most frequent, the others stand evenly among the rest,
        so that there are words of all frequencies. None for all.
    named : (m,) int
        Rows that are asked in any case.

    Examples
    --------
    >>> asked_rows(100, 12, np.array([99])).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 32, 77, 99]
    """
    if words is None or words >= n_words:
        return np.arange(n_words)
    frequent = max(1, words * 5 // 6)
    rest = words - frequent
    others = frequent + ((np.arange(rest) + 0.5) * (n_words - frequent) / max(1, rest)).astype(int)
    return np.union1d(np.concatenate([np.arange(frequent), others]), named)


def _difference(name: str, before: Any, now: Any) -> str:
    """Say what is another, as far as a line holds it."""
    if isinstance(before, dict) and isinstance(now, dict):
        return ", ".join(
            _difference(part, before.get(part), now.get(part))
            for part in {**before, **now}
            if before.get(part) != now.get(part)
        )
    if isinstance(now, list):
        return f"{name} are others"
    return f"{name} was {before} and is {now}"


class RunFiles:
    """A folder of runs.

    Parameters
    ----------
    folder : path
        Where they are, or will be.
    name : str
        What an error calls it.

    Attributes
    ----------
    folder : Path
        The folder.
    """

    def __init__(self, folder: Any, name: str = "output") -> None:
        self.folder = given_path(name, folder)

    @property
    def exists(self) -> bool:
        """Whether there are runs already."""
        return (self.folder / MANIFEST).exists()

    def begin(self, what: Mapping[str, Any], vocabulary: Vocabulary, resume: bool) -> None:
        """Say what the runs will be of, or make sure that it is the same as before.

        Raises
        ------
        ConfigError
            There are runs of something else, or runs and no wish to go on; or the folder cannot be
            written.
        """
        check_writable(self.folder)
        if self.exists and self.done():  # else nothing was learnt, and nothing is lost
            if not resume:
                raise ConfigError(
                    f"{self.folder} holds runs already: give resume=True (--resume) to go on with "
                    "them, or name another folder"
                )
            before = self.what()
            other = [name for name in what if before.get(name) != what[name] and name != "runs"]
            if other:
                shown = "; ".join(_difference(n, before.get(n), what[n]) for n in other)
                raise ConfigError(
                    f"{self.folder} holds runs of something else ({shown}): give the same as "
                    "before, or name another folder"
                )
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write(VOCABULARY, vocabulary.save)
        text = json.dumps({"version": VERSION, **what}, indent=1)
        self._write(MANIFEST, lambda path: path.write_text(text, encoding="utf-8"))

    def what(self) -> dict[str, Any]:
        """Return what the runs are of.

        Raises
        ------
        FormatError
            The folder holds no runs.
        """
        path = self.folder / MANIFEST
        try:
            found = checked(
                parse_json(path.read_bytes()),
                {"version": int, "runs": int, "k": int, "asked": list, "pairs": list},
            )
        except (OSError, ValueError) as error:
            raise FormatError(
                f"{self.folder} holds no runs of firth stability: {MANIFEST}: {reason(error)}"
            ) from error
        if found["version"] != VERSION:
            raise FormatError(f"{path} is of version {found['version']}, not {VERSION}")
        return found

    def vocabulary(self) -> Vocabulary:
        """Return the words that the rows stand for."""
        return Vocabulary.load(self.folder / VOCABULARY)

    def done(self) -> list[int]:
        """Return the numbers of the runs that have ended, rising."""
        names = self.folder.glob("run-[0-9][0-9][0-9][0-9].safetensors")
        return sorted(int(path.stem.removeprefix("run-")) for path in names)

    def read(self, number: int) -> Run:
        """Read a run."""
        path = self._path(number)
        tensors = read_safetensors(path, ("I32", "F32", "F64"), vectors=True)
        try:
            return Run(
                tensors["neighbors"],
                tensors["cosines"],
                tensors["similarities"],
                tensors.get("vectors"),
            )
        except KeyError as error:
            raise FormatError(f"{path}: there is no {error} in it; train this run again") from error

    def write(self, number: int, run: Run) -> None:
        """Keep a run."""
        tensors = {name: value for name, value in run._asdict().items() if value is not None}
        self._write(self._path(number).name, lambda path: write_safetensors(path, tensors))

    def _path(self, number: int) -> Path:
        return self.folder / f"run-{number:04}.safetensors"

    def _write(self, name: str, write: Any) -> None:
        try:
            with atomic_path(self.folder / name) as path:
                write(path)
        except OSError as error:
            raise SaveError(
                f"{self.folder / name} cannot be written ({error.strerror or error}); the runs "
                "that have ended are kept: with resume=True (--resume) the same goes on from them"
            ) from error
