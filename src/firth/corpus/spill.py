"""Columns of any number of rows, on disk while they are gathered."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike, NDArray

from firth.corpus.lexicon import Lexicon


class SpilledArray:
    """An array on disk.

    Parameters
    ----------
    path : Path
        The file; made anew.
    dtype : dtype
        Of its values.

    Examples
    --------
    >>> import tempfile
    >>> array = SpilledArray(Path(tempfile.mkdtemp()) / "a", np.int32)
    >>> array.append(np.arange(5)); array.append(np.arange(2))
    >>> array.read(3, 6).tolist(), len(array)
    ([3, 4, 0], 7)
    >>> array.remove()
    """

    def __init__(self, path: Path, dtype: DTypeLike) -> None:
        self._path, self._dtype, self._length = path, np.dtype(dtype), 0
        self._file = path.open("w+b")

    def __len__(self) -> int:
        return self._length

    def append(self, values: NDArray[Any]) -> None:
        """Write values (n,) behind all others."""
        self.write(self._length, values)
        self._length += len(values)

    def write(self, start: int, values: NDArray[Any]) -> None:
        """Write values (n,) from a row on."""
        try:
            self._file.seek(start * self._dtype.itemsize)
            self._file.write(np.ascontiguousarray(values, self._dtype).data)
            self._file.flush()
        except OSError as error:
            # Errors of writing do not say where.
            raise OSError(error.errno, error.strerror, str(self._path)) from error

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Read rows."""
        self._file.seek(start * self._dtype.itemsize)
        data = self._file.read((stop - start) * self._dtype.itemsize)
        return np.frombuffer(data, self._dtype)

    def remove(self) -> None:
        """Close and remove the file."""
        with suppress(OSError):  # what could not be written before cannot now
            self._file.close()
        self._path.unlink(missing_ok=True)


class SpilledWords:
    """A column of strings: the distinct ones in memory, the rows on disk, as their numbers.

    Parameters
    ----------
    folder : Path
        Where to write.
    name : str
        How the files' names begin.
    what : str
        What errors call the strings.

    Attributes
    ----------
    words : pyarrow.LargeStringArray
        (n,) distinct strings in order of first appearance, after `finish`.
    counts : ndarray
        (n,) int64, how often each appears.
    """

    def __init__(self, folder: Path, name: str, what: str) -> None:
        self._numbers = SpilledArray(folder / f"{name}.numbers", np.int32)
        # A block's numbers are of its own dictionary; here is which of all words these are.
        self._places = SpilledArray(folder / f"{name}.places", np.int32)
        self._extents: list[tuple[int, int]] = []
        self._lexicon = Lexicon(pa.large_string(), what)
        self.words: Any = None
        self.counts = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self._numbers)

    def append(self, values: Any) -> None:
        """Take in a block of strings (n,), none of them null."""
        encoded = values.cast(pa.large_string()).dictionary_encode()
        numbers = encoded.indices.to_numpy()
        self._numbers.append(numbers)
        self._extents.append((len(numbers), len(encoded.dictionary)))
        self._lexicon.add(
            encoded.dictionary, np.bincount(numbers, minlength=len(encoded.dictionary))
        )
        if self._lexicon.due:
            self._merge()

    def finish(self) -> None:
        """Let rows be numbered by all words; nothing can be appended after that."""
        self._merge()
        row = place = 0
        for n_rows, n_words in self._extents:
            places = self._places.read(place, place + n_words)
            self._numbers.write(row, places[self._numbers.read(row, row + n_rows)])
            row, place = row + n_rows, place + n_words
        self.words, self.counts = self._lexicon.words, self._lexicon.counts
        del self._lexicon
        self._places.remove()

    def read(self, start: int, stop: int) -> NDArray[np.int32]:
        """Read rows: the places of their strings in `words`."""
        return self._numbers.read(start, stop)

    def remove(self) -> None:
        """Close and remove the files."""
        self._numbers.remove()
        self._places.remove()

    def _merge(self) -> None:
        for places in self._lexicon.merge():
            self._places.append(places)
